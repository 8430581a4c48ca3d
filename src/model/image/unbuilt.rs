//! Dockerfiles that nobody builds, beside others that somebody does, and those of which only others know how.

use rustc_hash::FxHashSet;

use super::ByHand;
use crate::facts::catalogue::{fits, is_of_builder};
use crate::facts::docker_command::{DockerCommand, UNKNOWN};
use crate::facts::{Facts, build_arguments};
use crate::model::command_lines::CommandFile;
use crate::source::{FileId, Span};

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
    let all = || facts.dockerfiles.iter().map(|(file, _)| *file);
    if built.is_empty() {
        return FxHashSet::default();
    }
    for line in files.iter().flat_map(|it| it.readings.iter().flatten()) {
        let DockerCommand::Build(build) = &line.command else { continue };
        let written = build.dockerfile.as_ref().map_or("Dockerfile", |it| it.as_str());
        let is_vague =
            line.folder.is_none() || [written, build.context.as_str()].iter().any(|it| it.contains(UNKNOWN));
        if is_vague {
            // It may be any that ends so.
            let pattern = written.trim_start_matches("./").replace(UNKNOWN, "*");
            let ends_so = |path: &str| {
                let from = path.match_indices('/').map(|(at, _)| at + 1).chain([0]);
                from.into_iter().any(|at| fits(&pattern, &path[at..]))
            };
            built.extend(all().filter(|it| ends_so(facts.path(*it))));
        }
    }
    let left: FxHashSet<FileId> = all().filter(|it| !built.contains(it)).collect();
    let is_known = left.is_empty() || !facts.tree.files().any(is_of_builder);
    if is_known { left } else { FxHashSet::default() }
}

/// The images behind a FROM, by their places, that arguments decide which something else than Compose and the command
/// lines that are understood may give.
pub(in crate::model) fn chosen_elsewhere(
    facts: &Facts,
    by_hand: &[ByHand],
    by_services: &FxHashSet<FileId>,
) -> FxHashSet<Span> {
    let is_built =
        |file: &FileId| by_services.contains(file) || by_hand.iter().any(|it| it.dockerfile == *file);
    let files = facts.dockerfiles.iter().filter(|(file, _)| !is_built(file));
    let stages = files.flat_map(|(_, file)| file.stages.iter().map(move |stage| (file, stage)));
    let chosen = stages.filter(|(file, stage)| {
        build_arguments::of_base(file, stage).iter().any(|it| facts.given_arguments.contains(*it))
    });
    chosen.map(|(_, stage)| stage.image_span).collect()
}
