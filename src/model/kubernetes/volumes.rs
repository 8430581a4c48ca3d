//! What volumes bring into a container.

use super::{Cluster, PodPlan, expansion};
use crate::facts::kubernetes::{self as facts_of, ConfigEntry, Container, Content, Volume, VolumeSource};
use crate::model::compose::Mount;
use crate::model::{EmbeddedFile, ManifestId};

/// The mounts of a container. Of a ConfigMap that is in the project it is known which files it brings:
/// <https://kubernetes.io/docs/concepts/storage/volumes/#configmap>.
pub(super) fn mounts(cluster: &Cluster<'_>, plan: &PodPlan<'_>, container: &Container) -> Vec<Mount> {
    let is_certain = cluster.doubt(plan).is_none();
    let mount = |it: &facts_of::Mount| Mount {
        source: None,
        bind: false,
        external: false,
        files: files(cluster, plan, it).filter(|_| is_certain),
        source_span: None,
        kept: !matches!(volume(plan, it).map(|it| &it.source), Some(VolumeSource::EmptyDir)),
        read_only: false,
        target: Some(it.path.as_str().to_owned()).filter(|it| !expansion::is_filled_in(it)),
        target_span: it.path.cover(),
        span: it.span,
    };
    container.mounts.iter().map(mount).collect()
}

/// The files that a mount brings, each with its path below the mount.
fn files(
    cluster: &Cluster<'_>,
    plan: &PodPlan<'_>,
    mount: &facts_of::Mount,
) -> Option<Vec<(String, EmbeddedFile)>> {
    let VolumeSource::ConfigMap(name, items) = &volume(plan, mount)?.source else { return None };
    let (manifest, object) = cluster.named(plan, "ConfigMap", name.as_str())?;
    let Content::ConfigMap(data) = &object.content else { return None };
    let is_open = |it: &ConfigEntry| {
        expansion::is_filled_in(&it.key.value) || expansion::is_filled_in(it.value.as_str())
    };
    if data.iter().any(is_open) {
        return None;
    }
    let path_of = |key: &str| match items.is_empty() {
        true => Some(key.to_owned()),
        false => items.iter().find(|(it, _)| it.as_str() == key).map(|(_, path)| path.as_str().to_owned()),
    };
    let all = data.iter().filter_map(|it| {
        Some((
            path_of(&it.key.value)?,
            EmbeddedFile { manifest: ManifestId { applied: cluster.id, file: manifest }, key: it.key.span },
        ))
    });
    let Some(part) = &mount.sub_path else { return Some(all.collect()) };
    // A file by itself; what a variable names is not known.
    let file = all.filter(|(path, _)| path == part.as_str()).map(|(_, file)| (String::new(), file));
    let file: Vec<_> = file.collect();
    (!file.is_empty()).then_some(file)
}

/// The volume of the pod that is mounted; `None` for one that a claim template makes.
fn volume<'p>(plan: &PodPlan<'p>, mount: &facts_of::Mount) -> Option<&'p Volume> {
    plan.template.volumes.iter().find(|it| it.name.value == mount.volume.value)
}
