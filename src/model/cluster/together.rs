//! Which manifests are applied together.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::Facts;
use crate::facts::kubernetes::Content;
use crate::model::kubernetes::Applied;
use crate::model::{AppliedId, ManifestId};
use crate::source::FileId;

/// Tells which manifests belong together. A kustomization says it; of those that are applied as they are written
/// the folders tell, since nothing else in a repository does. Two are applied
/// together unless the folders or files in which they part hold one object each: `dev/web.yaml` and
/// `prod/web.yaml` are two versions of one, while both go with `db.yaml`.
#[derive(Debug, Default)]
pub(super) struct Together {
    paths: FxHashMap<FileId, String>,
    /// What kustomizations and charts make.
    rendered: FxHashSet<AppliedId>,
    /// The objects below each folder and in each file, by numbers.
    objects: FxHashMap<String, FxHashSet<u32>>,
}

impl Together {
    pub(super) fn new(facts: &Facts, applied: &[Applied<'_>]) -> Self {
        let mut out = Self::default();
        let mut numbers: FxHashMap<(String, String, String), u32> = FxHashMap::default();
        let written = applied.iter().filter(|it| it.made_by.is_none());
        for (file, manifest) in written.flat_map(|it| &it.manifests) {
            let path = facts.path(*file).to_owned();
            for object in &manifest.objects {
                // Every part of a project may make sure that its namespace is there.
                let (Some(name), false) = (&object.name, matches!(object.content, Content::Namespace(_)))
                else {
                    continue;
                };
                let namespace = object.namespace.as_ref().map(|it| it.value.clone()).unwrap_or_default();
                let identity = (object.kind.value.clone(), name.value.clone(), namespace);
                let next = u32::try_from(numbers.len()).unwrap_or(u32::MAX);
                let number = *numbers.entry(identity).or_insert(next);
                for folder in prefixes(&path) {
                    out.objects.entry(folder.to_owned()).or_default().insert(number);
                }
            }
            out.paths.insert(*file, path);
        }
        let rendered = applied.iter().zip(0..).filter(|(it, _)| it.made_by.is_some());
        out.rendered = rendered.map(|(_, at)| AppliedId(at)).collect();
        out
    }

    /// Where a manifest is that is applied as it is written.
    pub(super) fn path(&self, file: FileId) -> Option<&str> {
        self.paths.get(&file).map(String::as_str)
    }

    fn is_rendered(&self, manifest: ManifestId) -> bool {
        self.rendered.contains(&manifest.applied)
    }

    /// Whether both manifests are applied together.
    pub(super) fn are_together(&self, a: ManifestId, b: ManifestId) -> bool {
        if a.applied != b.applied || self.is_rendered(a) {
            return a.applied == b.applied;
        }
        let (a, b) = (a.file, b.file);
        let (Some(one), Some(other)) = (self.paths.get(&a), self.paths.get(&b)) else { return a == b };
        let parted = prefixes(one).zip(prefixes(other)).find(|(a, b)| a != b);
        let Some((one, other)) = parted else { return a == b };
        let empty = FxHashSet::default();
        let below = |path: &str| self.objects.get(path).unwrap_or(&empty);
        below(one).is_disjoint(below(other))
    }

    /// How near two manifests are: 2 in one file, 1 in one folder.
    pub(super) fn nearness(&self, a: ManifestId, b: ManifestId) -> u8 {
        let folder =
            |it: ManifestId| self.paths.get(&it.file).map(|it| it.rsplit_once('/').map_or("", |it| it.0));
        match () {
            () if a == b => 2,
            () if a.applied != b.applied => 0,
            () if self.is_rendered(a) || folder(a) == folder(b) => 1,
            () => 0,
        }
    }
}

/// `a`, `a/b` and `a/b/c.yaml` of the last.
fn prefixes(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).chain([path])
}
