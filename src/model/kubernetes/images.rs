//! Which image of the project a container runs, by its name.
//!
//! A manifest does not say what builds an image, so a name counts only when it can mean one Dockerfile.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::catalogue::{self, DEFAULT_TAG, split_reference};
use crate::facts::{Facts, folder_of};
use crate::model::ImageId;
use crate::source::{Confidence, FileId};

/// What stands in front of an import path where ko builds the image: <https://ko.build/features/k8s/>.
pub(crate) const KO_PREFIX: &str = "ko://";

/// What the images of a project may be called.
pub(crate) struct ImageNames<'a> {
    /// The images that something in the project builds and names.
    tags: Vec<TaggedImage<'a>>,
    dockerfiles: Vec<Named>,
    /// What stands before the name of a Dockerfile in the images of one family: `shop/go-` of
    /// `shop/go-order` and `shop/go-user`.
    families: FxHashSet<String>,
    /// The repositories that pods use, and the manifest that each stands in.
    used: Vec<(String, String)>,
    /// The tags that pods use of each repository, but for the one that every build moves.
    versions: FxHashMap<String, FxHashSet<String>>,
}

/// A name that a Compose service or a command line gives to an image that it builds.
pub(crate) struct NamedImage {
    /// The name without a tag.
    pub(crate) repository: String,
    /// The tag, when there is one and it is known.
    pub(crate) tag: Option<String>,
    /// Whether that is written out, so that no variable decides it.
    pub(crate) is_fixed: bool,
    /// Whether another program is started in it than its own.
    pub(crate) starts_another: bool,
    /// The image.
    pub(crate) image: ImageId,
}

/// An image that something builds and names.
pub(crate) struct TaggedImage<'a> {
    /// It, and its name.
    pub(crate) named: NamedImage,
    /// The path of its Dockerfile.
    pub(crate) dockerfile: &'a str,
}

/// A Dockerfile with the names that its image may have.
struct Named {
    file: FileId,
    path: String,
    names: Vec<String>,
}

/// What a name leads to.
pub(crate) enum Meant {
    /// An image that something builds and names.
    Image(ImageId, Confidence),
    /// A Dockerfile.
    Dockerfile(FileId, Confidence),
}

impl<'a> ImageNames<'a> {
    /// `tags` are the images that something builds and names, `services` the names of services by the
    /// Dockerfile that they build, `used` the images of all pods, each with its manifest.
    pub(crate) fn new<'r>(
        facts: &Facts,
        tags: Vec<TaggedImage<'a>>,
        services: &[(String, FileId)],
        used: impl Iterator<Item = (&'r str, &'r str)>,
    ) -> Self {
        let modules = modules(facts);
        let dockerfiles = facts.dockerfiles.iter().map(|(file, _)| {
            let path = facts.path(*file).to_owned();
            let mut names = names_of(&path, &modules);
            names.extend(services.iter().filter(|(_, it)| it == file).map(|(name, _)| plain(name)));
            Named { file: *file, path, names }
        });
        let used: Vec<(&str, &str)> = used.collect();
        let mut out = Self {
            tags,
            dockerfiles: dockerfiles.collect(),
            families: FxHashSet::default(),
            versions: versions(&used),
            used: used.iter().map(|(it, at)| (split_reference(it).0.to_owned(), (*at).to_owned())).collect(),
        };
        out.families = out.families(used.iter().map(|it| it.0), &modules);
        out
    }

    /// What the image `reference` in the manifest at `manifest` may mean, the surest first.
    pub(crate) fn meant(&self, reference: &str, manifest: &str) -> Vec<Meant> {
        let (repository, tag) = split_reference(reference);
        // `{{REGISTRY}}/shop/order:${TAG}` names the image all the same.
        let is_open = repository.rsplit('/').next().is_none_or(|it| it.contains(['$', '{', '<']));
        // What ko builds has no Dockerfile.
        if is_open || reference.starts_with(KO_PREFIX) || catalogue::image(reference).is_some() {
            return Vec::new();
        }
        let mut named: Vec<_> = self.tags.iter().filter(|it| it.named.repository == repository).collect();
        if !are_of_one_dockerfile(&named) {
            // `shop:web` and `shop:mail` are two programs in one repository, each of a Dockerfile of its own.
            named.retain(|it| it.named.tag.as_deref() == Some(tag.unwrap_or(DEFAULT_TAG)));
            if named.is_empty() || !are_of_one_dockerfile(&named) {
                return Vec::new();
            }
        }
        // Of `guestbook:v1` and `guestbook:v2` the folder holds one at most; which, only a build tells that says so.
        let wanted = tag.unwrap_or(DEFAULT_TAG);
        let this = named.iter().find(|it| it.named.is_fixed && it.named.tag.as_deref() == Some(wanted));
        let is_one_of_several = self.versions.get(repository).is_some_and(|it| it.len() > 1);
        let starts_another = named.iter().any(|it| it.named.starts_another);
        let is_sure = (this.is_some() || !is_one_of_several) && !starts_another;
        let most = if is_sure { Confidence::Proven } else { Confidence::Possible };
        let built = this.or(named.first()).map(|it| Meant::Image(it.named.image, Confidence::Proven));
        let all = built.into_iter().chain(self.meant_by_name(repository, manifest));
        all.map(|it| it.at_most(most)).collect()
    }

    /// What an image may mean that nothing builds under that very name: an image that is called so behind another
    /// registry, else a Dockerfile; what is built for another purpose than a nearer Dockerfile of that name comes last.
    fn meant_by_name(&self, repository: &str, manifest: &str) -> Vec<Meant> {
        let last = |it: &str| plain(it.rsplit('/').next().unwrap_or(it));
        let name = last(repository);
        // Of two repositories of that name a tag may mean either.
        let is_alone = !self.used.iter().any(|(it, _)| last(it) == name && is_other(it, repository));
        let named = self.dockerfiles.iter().filter(|it| it.names.contains(&name));
        let nearest_named = named.map(|it| shared(&it.path, manifest)).max().unwrap_or_default();
        let tagged = self.tags.iter().filter(|it| is_alone && last(&it.named.repository) == name);
        let (near, far): (Vec<_>, Vec<_>) =
            tagged.partition(|it| shared(it.dockerfile, manifest) >= nearest_named);
        let near = the_only(&near).map(|it| Meant::Image(it, Confidence::Likely));
        let of_dockerfile = || self.dockerfile_by_name(repository, &name, manifest);
        let first = near.or_else(|| of_dockerfile().map(|it| Meant::Dockerfile(it, Confidence::Likely)));
        first.into_iter().chain(the_only(&far).map(|it| Meant::Image(it, Confidence::Likely))).collect()
    }

    /// The Dockerfile whose image is most likely called so.
    fn dockerfile_by_name(&self, repository: &str, name: &str, manifest: &str) -> Option<FileId> {
        let stem = without_role(name);
        let levels: [&dyn Fn(&str) -> bool; 3] =
            [&|it| it == name, &|it| without_role(it) == stem, &|it| self.is_of_family(repository, it)];
        let all = levels.into_iter().map(|fits| -> Vec<_> {
            self.dockerfiles.iter().filter(|it| it.names.iter().any(|it| fits(it))).collect()
        });
        let all = all.into_iter().find(|it| !it.is_empty())?;
        let found = nearest(&all, manifest).filter(|it| !self.is_of_another(it, repository, manifest));
        found.map(|it| it.file)
    }

    /// Whether a manifest that is nearer to the Dockerfile runs another repository of the same name: `example/shop`
    /// beside it, and `other/shop` far away.
    fn is_of_another(&self, dockerfile: &Named, repository: &str, manifest: &str) -> bool {
        let last = |it: &str| plain(it.rsplit('/').next().unwrap_or(it));
        let mut rivals =
            self.used.iter().filter(|(it, _)| last(it) == last(repository) && is_other(it, repository));
        let near = shared(&dockerfile.path, manifest);
        rivals.any(|(_, at)| shared(&dockerfile.path, at) > near)
    }

    /// Whether the repository is `name` behind what the others of its family have in front.
    fn is_of_family(&self, repository: &str, name: &str) -> bool {
        splits(repository)
            .any(|(before, rest)| without_role(&rest) == without_role(name) && self.families.contains(before))
    }

    /// What stands in front of the names of at least two Dockerfiles, or is the name of a module.
    fn families<'r>(
        &self,
        used: impl Iterator<Item = &'r str>,
        modules: &FxHashMap<String, String>,
    ) -> FxHashSet<String> {
        let mut found: FxHashMap<String, FxHashSet<FileId>> = FxHashMap::default();
        for reference in used {
            let (repository, _) = split_reference(reference);
            for (before, rest) in splits(repository) {
                let rest = without_role(&rest).to_owned();
                let named =
                    self.dockerfiles.iter().filter(|it| it.names.iter().any(|it| without_role(it) == rest));
                found.entry(before.to_owned()).or_default().extend(named.map(|it| it.file));
            }
        }
        let is_module = |before: &str| {
            let name = plain(before.rsplit('/').next().unwrap_or(before).trim_end_matches(['-', '_']));
            modules.values().any(|it| *it == name)
        };
        let kept = found
            .into_iter()
            .filter(|(before, files)| files.len() > 1 || (files.len() == 1 && is_module(before)));
        kept.map(|(before, _)| before).collect()
    }
}

impl Meant {
    fn at_most(self, most: Confidence) -> Self {
        match self {
            Self::Image(image, confidence) => Self::Image(image, confidence.min(most)),
            Self::Dockerfile(file, confidence) => Self::Dockerfile(file, confidence.min(most)),
        }
    }
}

/// The tags of each repository, but for the default one. Of a manifest that overlays give several tags one counts: these
/// are the same thing at different times or places.
fn versions(used: &[(&str, &str)]) -> FxHashMap<String, FxHashSet<String>> {
    let mut found: FxHashMap<String, FxHashSet<String>> = FxHashMap::default();
    let mut seen: FxHashSet<(&str, &str)> = FxHashSet::default();
    for (reference, manifest) in used {
        let (repository, tag) = split_reference(reference);
        // A tool fills in what holds a variable or a template.
        let tag = tag.filter(|it| *it != DEFAULT_TAG && !it.contains(['$', '{', '<']));
        if let Some(tag) = tag.filter(|_| seen.insert((repository, *manifest))) {
            found.entry(repository.to_owned()).or_default().insert(tag.to_owned());
        }
    }
    found
}

/// Whether neither is the other with a registry in front.
fn is_other(a: &str, b: &str) -> bool {
    let is_end = |a: &str, b: &str| a.strip_suffix(b).is_some_and(|it| it.is_empty() || it.ends_with('/'));
    !is_end(a, b) && !is_end(b, a)
}

/// The image of all of them; `None` when there are several, or none.
fn the_only(tagged: &[&TaggedImage<'_>]) -> Option<ImageId> {
    let first = tagged.first()?.named.image;
    tagged.iter().all(|it| it.named.image == first).then_some(first)
}

fn are_of_one_dockerfile(tagged: &[&TaggedImage<'_>]) -> bool {
    tagged.windows(2).all(|it| it[0].dockerfile == it[1].dockerfile)
}

/// The Dockerfile that shares the longest path with the manifest; `None` when several do.
fn nearest<'n>(all: &[&'n Named], manifest: &str) -> Option<&'n Named> {
    let best = all.iter().map(|it| shared(&it.path, manifest)).max()?;
    let mut nearest = all.iter().filter(|it| shared(&it.path, manifest) == best);
    match (nearest.next(), nearest.next()) {
        (Some(one), None) => Some(one),
        _ => None,
    }
}

/// How many folders two paths have in common.
fn shared(a: &str, b: &str) -> usize {
    a.split('/').zip(b.split('/')).take_while(|(a, b)| a == b).count()
}

/// The names of the modules by the folder of their go.mod.
fn modules(facts: &Facts) -> FxHashMap<String, String> {
    let named = facts.modules.iter().filter_map(|(file, it)| {
        let folder = folder_of(facts.path(*file));
        let path = it.module.as_ref()?.value.as_str();
        let is_version = |it: &str| it.strip_prefix('v').is_some_and(|it| it.parse::<u32>().is_ok());
        let name = path.rsplit('/').find(|it| !is_version(it))?;
        Some((folder.to_owned(), plain(name)))
    });
    named.collect()
}

/// The names that the image of the Dockerfile at `path` may have: what its own name says
/// (`Dockerfile.web`, `web.Dockerfile`), else that of its folder and of the module in its folder.
fn names_of(path: &str, modules: &FxHashMap<String, String>) -> Vec<String> {
    let (folder, file) = path.rsplit_once('/').unwrap_or((".", path));
    let file = plain(file);
    let own = ["dockerfile", "containerfile"].iter().find_map(|word| {
        let rest = file.strip_prefix(word).or_else(|| file.strip_suffix(word))?;
        Some(rest.trim_matches(['.', '-']).to_owned())
    });
    let own = own.filter(|it| !it.is_empty());
    let is_variant =
        own.as_ref().is_none_or(|it| VARIANTS.contains(&it.split(['.', '-']).next().unwrap_or(it)));
    let mut names: Vec<String> = own.into_iter().collect();
    if is_variant {
        names.extend(Some(folder.rsplit('/').next().unwrap_or(folder)).filter(|it| *it != ".").map(plain));
        names.extend(modules.get(folder).cloned());
    }
    names
}

/// `Dockerfile.dev` makes another image of the same thing.
const VARIANTS: &[&str] = &[
    "alpine",
    "amd64",
    "arm",
    "arm64",
    "armhf",
    "base",
    "build",
    "builder",
    "ci",
    "debian",
    "debug",
    "dev",
    "development",
    "distroless",
    "full",
    "local",
    "multi",
    "multistage",
    "ppc64le",
    "prod",
    "production",
    "release",
    "scratch",
    "slim",
    "staging",
    "test",
    "ubuntu",
];

/// Each place at which the last part of a repository may be split: `a/b-c-d` into `a/b-` and `c-d`,
/// and `a/b-c-` and `d`.
fn splits(repository: &str) -> impl Iterator<Item = (&str, String)> {
    let start = repository.rfind('/').map_or(0, |it| it + 1);
    let dashes = repository[start..].match_indices(['-', '_']).map(move |(at, _)| start + at + 1);
    dashes.map(|at| (&repository[..at], plain(&repository[at..])))
}

fn plain(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// `order` of `order-service`.
fn without_role(name: &str) -> &str {
    let stem = ["-service", "-svc", "-image"].iter().find_map(|it| name.strip_suffix(it));
    stem.filter(|it| !it.is_empty()).unwrap_or(name)
}
