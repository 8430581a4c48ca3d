//! The files that a program finds in its container: what mounts bring before what the image has.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::compose::Mount;
use super::image::absolute;
use super::kubernetes::Applied;
use super::{ImageFile, ImageId, Images, Running};
use crate::facts::configuration::Configuration;
use crate::facts::dotenv::Dotenv;
use crate::facts::kubernetes::{ConfigEntry, Content};
use crate::facts::proxy::ProxyFile;
use crate::facts::{Facts, join_path};
use crate::source::{FileId, Span};

/// What stands at a path of a container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ContainerFile {
    /// This file of the project, relative to its root, and the COPY or mount that brings it.
    Project(String, Option<Span>),
    /// An entry of a ConfigMap, and the mount that brings it.
    Embedded(EmbeddedFile, Span),
    /// Nothing: neither an instruction of the image nor a mount brings a file there.
    Absent {
        /// The pattern of a `.dockerignore` that keeps it out of the image.
        ignored_by: Option<Span>,
    },
    /// Nothing of the project that is committed, but something may put a file there all the same: a
    /// command, a mount, somebody who has one that is not committed.
    Unseen,
    /// It cannot be told.
    Unknown,
}

/// Names objects that are applied together, of all that are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AppliedId(pub u32);

/// Names a manifest, as far as it is applied with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ManifestId {
    /// What it is applied with.
    pub applied: AppliedId,
    /// The file.
    pub file: FileId,
}

/// A file that is written in a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EmbeddedFile {
    /// The manifest.
    pub manifest: ManifestId,
    /// The key whose value it is.
    pub key: Span,
}

/// The files of one container.
#[derive(Default)]
pub struct ContainerFiles<'a> {
    facts: Option<&'a Facts>,
    applied: &'a [Applied<'a>],
    image: Option<(&'a Images<'a>, ImageId)>,
    mounts: &'a [Mount],
    working_directory: Option<String>,
    /// Whether something may have put files there before the program starts, or whoever starts the
    /// container may mount some.
    open: bool,
    read: Mutex<Vec<(FileId, Option<Span>)>>,
}

/// A container of a project, as far as its files go.
pub(super) struct Scene<'a> {
    /// The project.
    pub facts: &'a Facts,
    /// What is applied to clusters.
    pub applied: &'a [Applied<'a>],
    /// Its images.
    pub images: &'a Images<'a>,
    /// The one that runs.
    pub image: Option<ImageId>,
    /// What is mounted.
    pub mounts: &'a [Mount],
    /// `working_dir:` of the service.
    pub working_directory: Option<&'a str>,
    /// What runs.
    pub running: &'a Running,
    /// Whether the project says how the container is started.
    pub is_service: bool,
}

/// What the engine puts into every container over what its image has there.
const OF_RUNTIME: &[&str] =
    &["/.dockerenv", "/dev", "/etc/hostname", "/etc/hosts", "/etc/resolv.conf", "/proc", "/sys"];

/// Where the engine may put files beside those of the image: secrets.
const OF_SECRETS: &[&str] = &["/run", "/var/run"];

impl<'a> ContainerFiles<'a> {
    /// Reads what can be told before a path is asked for.
    #[must_use]
    pub(super) fn new(scene: &Scene<'a>) -> Self {
        let of_image = scene.image.and_then(|it| scene.images.working_directory(it));
        let folder = match (scene.working_directory, of_image) {
            (Some(own), _) if own.starts_with('/') => Some(own.to_owned()),
            (Some(_), _) => None,
            (None, it) => it.map(str::to_owned),
        };
        Self {
            facts: Some(scene.facts),
            applied: scene.applied,
            image: scene.image.map(|it| (scene.images, it)),
            mounts: scene.mounts,
            working_directory: folder.filter(|_| !scene.running.moved),
            open: scene.running.prepared || !scene.is_service,
            read: Mutex::default(),
        }
    }

    /// What the program finds at `path`, which may be relative to its working directory.
    #[must_use]
    pub fn at(&self, path: &str) -> ContainerFile {
        match self.look(path) {
            ContainerFile::Absent { .. } if self.open => ContainerFile::Unseen,
            it => it,
        }
    }

    /// Whether neither a mount nor an instruction of the Dockerfile brings, changes or removes what the public
    /// image below has at the absolute path `path`.
    #[must_use]
    pub fn keeps_base_file(&self, path: &str) -> bool {
        !self.covered(path) && self.image.is_none_or(|(images, image)| images.keeps_base_file(image, path))
    }

    /// Whether what the public image below has at the absolute path `path` is certainly not there: a RUN
    /// removes it, or a folder of the project is mounted over it.
    #[must_use]
    pub fn hides_base_file(&self, path: &str) -> bool {
        let removed = self.image.is_some_and(|(images, image)| images.removes_base_file(image, path));
        let is_folder = |it: &Mount| {
            let source = it.source.as_deref().filter(|_| it.bind);
            source.is_some_and(|it| self.facts.is_some_and(|facts| facts.tree.has_directory(it)))
        };
        let over = |it: &Mount| it.target.as_deref().and_then(|it| rest_below(it, path));
        // The deepest mount decides; one of a file that is not committed hides nothing for certain.
        let deepest = self.mounts.iter().filter_map(|it| Some((over(it)?.len(), it))).min_by_key(|it| it.0);
        removed || deepest.is_some_and(|(rest, it)| rest > 0 && is_folder(it))
    }

    /// Whether a RUN may have changed the file that an instruction of the Dockerfile brings to `path`.
    #[must_use]
    pub fn is_edited(&self, path: &str) -> bool {
        !self.covered(path) && self.image.is_some_and(|(images, image)| images.edits_file(image, path))
    }

    fn covered(&self, path: &str) -> bool {
        self.mounts.iter().any(|it| it.target.as_deref().is_none_or(|it| rest_below(it, path).is_some()))
    }

    /// The names directly in the absolute folder `folder`, as far as the project brings them; `None` when
    /// something else may.
    #[must_use]
    pub fn names_in(&self, folder: &str) -> Option<Vec<String>> {
        let mut names = match self.image {
            Some((images, image)) => images.brought_into(image, folder)?,
            None => Vec::new(),
        };
        for mount in self.mounts {
            let target = mount.target.as_deref()?.trim_end_matches('/');
            if let Some(name) = rest_below(folder, target).filter(|it| !it.is_empty()) {
                names.push(name.split('/').next().unwrap_or(name).to_owned());
            } else if let Some(rest) = rest_below(target, folder) {
                if let Some(files) = &mount.files {
                    names.extend(files.iter().map(|(path, _)| path.clone()));
                    continue;
                }
                let place = join_path(mount.source.as_deref().filter(|_| mount.bind)?, rest)?;
                let tree = &self.facts?.tree;
                if !tree.has_directory(&place) {
                    return None;
                }
                names.extend(tree.names_in(&place).map(str::to_owned));
            }
        }
        names.sort();
        names.dedup();
        Some(names)
    }

    /// Whether `path` certainly is a folder: the project brings something into it.
    #[must_use]
    pub fn is_folder(&self, path: &str) -> bool {
        let names = self.absolute(path).and_then(|it| self.names_in(&it));
        names.is_some_and(|it| !it.is_empty())
    }

    fn look(&self, path: &str) -> ContainerFile {
        let Some(path) = self.absolute(path) else { return ContainerFile::Unknown };
        // The deepest mount hides what the others and the image have there.
        let mut mounts: Vec<(&Mount, &str)> = Vec::new();
        for mount in self.mounts {
            let Some(target) = mount.target.as_deref() else { return ContainerFile::Unknown };
            let Some(target) = self.absolute(target) else { return ContainerFile::Unknown };
            let folder = target.trim_end_matches('/').len();
            if path.len() >= folder && path[..folder] == target[..folder] {
                let rest = &path[folder..];
                if rest.is_empty() || rest.starts_with('/') {
                    mounts.push((mount, rest));
                }
            }
        }
        if let Some((mount, rest)) = mounts.into_iter().min_by_key(|(_, rest)| rest.len()) {
            return self.mounted(mount, rest.trim_start_matches('/'));
        }
        let is_in = |folders: &[&str]| folders.iter().any(|it| rest_below(it, &path).is_some());
        if is_in(OF_RUNTIME) {
            return ContainerFile::Unseen;
        }
        let found = self.image.map(|(images, image)| images.file_at(image, &path));
        match found.unwrap_or(ImageFile::Unknown) {
            ImageFile::Project(file, copy) => ContainerFile::Project(file, copy),
            _ if is_in(OF_SECRETS) => ContainerFile::Unseen,
            ImageFile::Absent { ignored_by } => ContainerFile::Absent { ignored_by },
            ImageFile::Unseen => ContainerFile::Unseen,
            ImageFile::Unknown => ContainerFile::Unknown,
        }
    }

    /// The file of a mount; one that is not in the project may be one that is not committed.
    fn mounted(&self, mount: &Mount, rest: &str) -> ContainerFile {
        if let Some(files) = &mount.files {
            return match files.iter().find(|(path, _)| path == rest) {
                Some((_, file)) => ContainerFile::Embedded(*file, mount.span),
                None => ContainerFile::Absent { ignored_by: None },
            };
        }
        let source = mount.source.as_deref().filter(|_| mount.bind);
        let file = source.and_then(|it| join_path(it, rest));
        match file.filter(|it| self.facts.is_some_and(|facts| facts.tree.has_file(it))) {
            Some(file) => ContainerFile::Project(file, Some(mount.span)),
            None => ContainerFile::Unseen,
        }
    }

    /// A path that may be relative to the working directory as an absolute one; `None` where that is not known.
    #[must_use]
    pub fn absolute(&self, path: &str) -> Option<String> {
        let folder = match path.starts_with('/') {
            true => "/",
            false => self.working_directory.as_deref()?,
        };
        (!path.starts_with('~')).then(|| absolute(folder, path))
    }

    /// The facts of a configuration file of the project.
    #[must_use]
    pub fn configuration(&self, path: &str, brought_by: Option<Span>) -> Option<&'a Configuration> {
        let facts = self.facts?;
        let (id, file) = facts.configurations.iter().find(|(id, _)| facts.path(*id) == path)?;
        self.note(*id, brought_by);
        Some(file)
    }

    /// The facts of a configuration file that is written in a manifest.
    #[must_use]
    pub fn embedded(&self, file: EmbeddedFile, brought_by: Span) -> Option<&'a Configuration> {
        self.entry(file, brought_by)?.file.as_ref()
    }

    /// The facts of a configuration file of a proxy that is written in a manifest.
    #[must_use]
    pub fn embedded_proxy(&self, file: EmbeddedFile, brought_by: Span) -> Option<&'a ProxyFile> {
        self.entry(file, brought_by)?.proxy.as_ref()
    }

    fn entry(&self, file: EmbeddedFile, brought_by: Span) -> Option<&'a ConfigEntry> {
        let applied = self.applied.get(file.manifest.applied.0 as usize)?;
        let (id, manifest) = applied.manifests.iter().find(|(id, _)| *id == file.manifest.file)?;
        let entries = manifest.objects.iter().flat_map(|it| match &it.content {
            Content::ConfigMap(data) => data.as_slice(),
            _ => &[],
        });
        let entry = entries.into_iter().find(|it| it.key.span == file.key)?;
        self.note(*id, Some(brought_by));
        Some(entry)
    }

    /// The facts of a configuration file of a proxy.
    #[must_use]
    pub fn proxy(&self, path: &str, brought_by: Option<Span>) -> Option<&'a ProxyFile> {
        let facts = self.facts?;
        let (id, file) = facts.proxies.iter().find(|(id, _)| facts.path(*id) == path)?;
        self.note(*id, brought_by);
        Some(file)
    }

    /// The facts of a `.env` file of the project.
    #[must_use]
    pub fn dotenv(&self, path: &str, brought_by: Option<Span>) -> Option<&'a Dotenv> {
        let facts = self.facts?;
        let (id, file) = facts.dotenv.iter().find(|(id, _)| facts.path(*id) == path)?;
        self.note(*id, brought_by);
        Some(file)
    }

    fn note(&self, file: FileId, brought_by: Option<Span>) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        match read.iter_mut().find(|(known, _)| *known == file) {
            Some((_, known)) => *known = known.or(brought_by),
            None => read.push((file, brought_by)),
        }
    }

    /// The files of the project whose facts were asked for, each with what brings it.
    #[must_use]
    pub fn into_read(self) -> Vec<(FileId, Option<Span>)> {
        self.read.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the project has a file at that path.
    #[must_use]
    pub fn in_project(&self, path: &str) -> bool {
        self.facts.is_some_and(|it| it.tree.has_file(path))
    }
}

/// What is left of `path` below `folder`, both absolute: empty for the folder itself.
fn rest_below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

impl fmt::Debug for ContainerFiles<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("ContainerFiles")
            .field("working_directory", &self.working_directory)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Tree, dockerfile, dockerignore};
    use crate::model::Setup;

    /// What stands at `path` in the container of this Dockerfile, of a project with these files.
    fn found(dockerfile: &str, files: &[(&str, &str)], mounts: &[(&str, &str)], path: &str) -> String {
        let mut facts = Facts::default();
        for (index, (path, text)) in files.iter().chain([&("Dockerfile", dockerfile)]).enumerate() {
            let id = FileId(index as u32);
            facts.paths.push((*path).to_owned());
            match path.rsplit('/').next() {
                Some("Dockerfile") => facts.dockerfiles.push((id, dockerfile::read(id, text))),
                Some(".dockerignore") => facts.dockerignores.push((id, dockerignore::read(id, text))),
                _ => {}
            }
        }
        facts.tree = Tree::new(facts.paths.clone());
        let mut images = Images::read(&facts, &[]);
        let file = facts.dockerfiles[0].0;
        let image = images.build(file, ".", None, &[]);
        let mounts: Vec<Mount> = mounts
            .iter()
            .map(|(source, target)| Mount {
                source: Some((*source).to_owned()),
                external: false,
                files: None,
                source_span: None,
                target_span: None,
                kept: true,
                read_only: false,
                bind: true,
                target: Some((*target).to_owned()),
                span: Span::new(file, 0, 0),
            })
            .collect();
        let running = images.process_for(image.unwrap(), &Setup { mounts: &mounts, ..Setup::default() });
        let files = ContainerFiles::new(&Scene {
            facts: &facts,
            applied: &[],
            images: &images,
            image,
            mounts: &mounts,
            working_directory: None,
            running: &running,
            is_service: true,
        });
        match files.at(path) {
            ContainerFile::Project(file, brought_by) => {
                let by = brought_by.map(|it| dockerfile[it.range()].to_owned());
                format!("{file} by {}", by.unwrap_or_default())
            }
            ContainerFile::Embedded(..) => "embedded".to_owned(),
            ContainerFile::Absent { ignored_by: Some(_) } => "ignored".to_owned(),
            ContainerFile::Absent { .. } => "absent".to_owned(),
            ContainerFile::Unseen => "unseen".to_owned(),
            ContainerFile::Unknown => "unknown".to_owned(),
        }
    }

    #[test]
    fn a_file_is_in_a_container_when_a_copy_or_a_mount_brings_it() {
        const BUILD: &str = "FROM golang:1.22 AS build\nWORKDIR /src\nCOPY . .\nRUN go build -o /app .\n";
        let files = &[("main.go", ""), ("go.mod", ""), ("conf/app.yaml", ""), (".env", "")][..];
        let ignoring = &[files, &[(".dockerignore", "conf\n.env\n")][..]].concat();
        for (dockerfile, files, mounts, path, expected) in [
            (
                "FROM alpine\nWORKDIR /app\nCOPY . .\nCMD [\"/app/x\"]\n",
                files,
                &[][..],
                "conf/app.yaml",
                "conf/app.yaml by .",
            ),
            (
                "FROM alpine\nWORKDIR /app\nCOPY . .\nCMD [\"/app/x\"]\n",
                files,
                &[],
                "./conf/../.env",
                ".env by .",
            ),
            (
                "FROM alpine\nWORKDIR /app\nCOPY . .\nCMD [\"/app/x\"]\n",
                files,
                &[],
                "../../app/.env",
                ".env by .",
            ),
            (
                "FROM alpine\nWORKDIR /app\nCOPY . .\nCMD [\"/app/x\"]\n",
                files,
                &[],
                "conf/other.yaml",
                "unseen",
            ),
            (
                "FROM alpine\nWORKDIR /app\nCOPY . .\nCMD [\"/app/x\"]\n",
                ignoring,
                &[],
                "conf/app.yaml",
                "ignored",
            ),
            ("FROM alpine\nWORKDIR /app\nCOPY . .\nCMD [\"/app/x\"]\n", ignoring, &[], ".env", "ignored"),
            (
                "FROM alpine\nWORKDIR /app\nCOPY conf /etc/shop\nCMD [\"x\"]\n",
                files,
                &[],
                "/etc/shop/app.yaml",
                "conf/app.yaml by conf",
            ),
            (
                "FROM scratch\nCOPY --from=build /app /app\nCMD [\"/app\"]\n",
                files,
                &[],
                "conf/app.yaml",
                "absent",
            ),
            (
                "FROM alpine\nWORKDIR /srv\nCOPY --from=build /app .\nCMD [\"./app\"]\n",
                files,
                &[],
                ".env",
                "absent",
            ),
            (
                "FROM scratch\nCOPY --from=build /app /app\nCMD [\"/app\"]\n",
                files,
                &[("conf", "/conf")],
                "conf/app.yaml",
                "conf/app.yaml by ",
            ),
            (
                "FROM scratch\nCOPY --from=build /app /app\nCMD [\"/app\"]\n",
                files,
                &[("other", "/conf")],
                "conf/app.yaml",
                "unseen",
            ),
            (
                "FROM scratch\nCOPY --from=build /src/conf /conf\nCMD [\"/app\"]\n",
                files,
                &[],
                "conf/app.yaml",
                "conf/app.yaml by .",
            ),
            (
                "FROM alpine\nWORKDIR /srv\nRUN apk add curl && mkdir conf\nCMD [\"x\"]\n",
                files,
                &[],
                "conf/app.yaml",
                "absent",
            ),
            (
                "FROM alpine\nWORKDIR /srv\nRUN envsubst > conf/app.yaml\nCMD [\"x\"]\n",
                files,
                &[],
                "conf/app.yaml",
                "unseen",
            ),
            ("FROM alpine\nCMD [\"x\"]\n", files, &[], "/etc/shop/app.yaml", "unseen"),
            ("FROM unheard/of\nWORKDIR /srv\nCMD [\"x\"]\n", files, &[], "app.yaml", "unseen"),
            ("FROM alpine\nWORKDIR /srv\nCMD generate; ./x\n", files, &[], "app.yaml", "unseen"),
            ("FROM alpine\nWORKDIR /srv\nCMD cd /other && ./x\n", files, &[], "app.yaml", "unknown"),
            ("FROM alpine\nARG DIR\nWORKDIR $DIR\nCMD [\"x\"]\n", files, &[], "app.yaml", "unknown"),
        ] {
            let whole = if dockerfile.contains("build") {
                format!("{BUILD}{dockerfile}")
            } else {
                dockerfile.to_owned()
            };
            assert_eq!(found(&whole, files, mounts, path), expected, "{dockerfile}{path}");
        }
    }
}
