//! Dockerfiles that nobody builds, beside others that somebody does.

use rustc_hash::FxHashSet;

use super::ByHand;
use crate::facts::Facts;
use crate::facts::catalogue::is_of_builder;
use crate::facts::docker_command::{DockerCommand, UNKNOWN};
use crate::model::command_lines::CommandFile;
use crate::source::FileId;

/// The Dockerfiles that no Compose service (`by_services`) and no command line builds, where these build others of the
/// project: they were left behind. None are known where something builds that is not read.
pub(in crate::model) fn unbuilt(
    facts: &Facts,
    files: &[CommandFile],
    by_hand: &[ByHand],
    by_services: &FxHashSet<FileId>,
) -> FxHashSet<FileId> {
    let mut built = by_services.clone();
    built.extend(by_hand.iter().map(|it| it.dockerfile));
    let others = || facts.dockerfiles.iter().map(|(file, _)| *file);
    if !others().any(|it| built.contains(&it)) || facts.tree.files().any(is_of_builder) {
        return FxHashSet::default();
    }
    let lines = files.iter().flat_map(|it| it.readings.iter().flatten());
    for line in lines {
        let DockerCommand::Build(build) = &line.command else { continue };
        let path = build.dockerfile.as_ref().map_or("Dockerfile", |it| it.as_str());
        let name = path.rsplit('/').next().unwrap_or(path);
        // It may be any of that name.
        let is_vague =
            line.folder.is_none() || path.contains(UNKNOWN) || build.context.as_str().contains(UNKNOWN);
        if is_vague && name.contains(UNKNOWN) {
            return FxHashSet::default();
        }
        if is_vague {
            built.extend(others().filter(|it| facts.path(*it).rsplit('/').next() == Some(name)));
        }
    }
    others().filter(|it| !built.contains(it)).collect()
}
