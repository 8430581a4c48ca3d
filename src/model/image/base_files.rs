//! Files of the base of an image: whether what the base has at a path is still there.

use super::ImageId;
use super::build::{Images, Stage};
use super::layers::{self, Origin};
use crate::facts::dockerfile::Run;
use crate::model::compose::may_be_configuration;

impl Images<'_> {
    /// Whether no instruction of the Dockerfile brings, changes or removes what its base has at `path`.
    #[must_use]
    pub fn keeps_base_file(&self, image: ImageId, path: &str) -> bool {
        let Some(built) = self.built(image) else { return false };
        let Some(stage) = built.stages.get(built.last) else { return false };
        let brought = layers::bringers(&built.stages, stage, &self.facts.tree, path);
        brought.is_empty()
            && !stage.layers.iter().any(|it| it.destination == path)
            && !names_in_run(stage, path)
    }

    /// Whether an instruction of the Dockerfile copies what may be a configuration.
    #[must_use]
    pub fn brings_configuration(&self, image: ImageId) -> bool {
        let Some(stage) = self.last_stage(image) else { return true };
        stage.layers.iter().any(|it| {
            let source = matches!(&it.origin, Origin::Project(source) if may_be_configuration(source));
            source || may_be_configuration(&it.destination)
        })
    }

    /// Whether a RUN removes what the base has at `path`.
    #[must_use]
    pub fn removes_base_file(&self, image: ImageId, path: &str) -> bool {
        let Some(stage) = self.built(image).and_then(|it| it.stages.get(it.last)) else { return false };
        let folder = layers::parent(path);
        let is_it = |word: &str| {
            let word = word.trim_matches(['"', '\'']).trim_end_matches('/');
            word == path || word == folder || word.strip_suffix("/*") == Some(folder)
        };
        stage.runs.iter().flat_map(|it| &it.script.commands).any(|it| {
            it.program_name() == Some("rm") && !it.guarded && it.words.iter().any(|it| is_it(&it.raw.value))
        })
    }

    /// Whether a RUN may change the file at `path`: one that names it and does more than remove it or set its
    /// owner and mode.
    #[must_use]
    pub fn edits_file(&self, image: ImageId, path: &str) -> bool {
        let Some(stage) = self.built(image).and_then(|it| it.stages.get(it.last)) else { return false };
        let name = path.rsplit('/').next().unwrap_or(path);
        stage.runs.iter().flat_map(|it| &it.script.commands).any(|it| {
            let keeps =
                matches!(it.program_name(), Some("cat" | "chmod" | "chown" | "ls" | "mkdir" | "rm" | "test"));
            !keeps && it.words.iter().any(|it| it.raw.value.contains(name))
        })
    }

    /// The names directly in the folder `folder` to which instructions of the Dockerfile bring something;
    /// `None` when they bring there what is not known.
    #[must_use]
    pub fn brought_into(&self, image: ImageId, folder: &str) -> Option<Vec<String>> {
        let built = self.built(image)?;
        let stage = built.stages.get(built.last)?;
        let mut names = Vec::new();
        for layer in &stage.layers {
            let below = layer.destination.strip_prefix(folder).and_then(|it| it.strip_prefix('/'));
            // A layer on the folder, or on one around it.
            let at = layer.destination.trim_end_matches('/');
            let rest = folder.strip_prefix(at).filter(|it| it.is_empty() || it.starts_with('/'));
            match (below, rest, &layer.origin) {
                (Some(name), ..) => names.push(name.split('/').next().unwrap_or(name).to_owned()),
                (None, Some(rest), Origin::Project(source)) => {
                    let name = source.rsplit('/').next().unwrap_or(source);
                    names.push(name.to_owned());
                    let source = if name.contains('*') { layers::parent(source) } else { source };
                    let place = crate::facts::join_path(
                        source.trim_start_matches('/'),
                        rest.trim_start_matches('/'),
                    )?;
                    names.extend(self.facts.tree.names_in(&place).map(str::to_owned));
                }
                // What another stage or another image has there is not known.
                (None, Some(_), Origin::Stage(..) | Origin::Foreign) => return None,
                _ => {}
            }
        }
        let touched = stage.runs.iter().any(|run| run.opaque || makes_in(run, folder));
        (!touched).then_some(names)
    }
}

fn names_in_run(stage: &Stage<'_>, path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = layers::parent(path);
    stage.runs.iter().any(|run| {
        let words = run.script.commands.iter().flat_map(|it| &it.words);
        run.opaque || words.into_iter().any(|it| it.raw.value.contains(name) || it.raw.value.contains(folder))
    })
}

/// Whether a RUN may make a file in `folder`; redirections do not show, so that `echo` and `cat` may.
fn makes_in(run: &Run, folder: &str) -> bool {
    run.script.commands.iter().any(|it| {
        let writes =
            matches!(it.program_name(), Some("echo" | "printf" | "cat" | "envsubst" | "tee" | "sed"));
        let moves = !matches!(it.program_name(), Some("rm" | "mkdir" | "chown" | "chmod" | "chgrp" | "ls"));
        writes || (moves && it.words.iter().any(|it| it.raw.value.contains(folder)))
    })
}
