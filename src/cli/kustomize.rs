//! `reachlint kustomize`.

use std::path::PathBuf;

use clap::Args;

use super::compose_config::{complain, holds, inside};
use super::exit::{Done, Failure};
use super::output;
use crate::engine;
use crate::model::kustomize::{self, Failure as Unbuilt, Rendered};
use crate::report::compose_config;
use crate::workspace;

#[derive(Debug, Args)]
pub(super) struct KustomizeArguments {
    /// The folder of the kustomization.
    #[arg(default_value = ".")]
    path: PathBuf,
}

pub(super) fn run(arguments: &KustomizeArguments) -> Result<Done, Failure> {
    let target =
        workspace::locate(&arguments.path).map_err(|error| Failure::new(arguments.path.display(), &error))?;
    // Bases may be anywhere in the repository.
    let repository = workspace::repository_of(&target.root).filter(|it| holds(it, &target.root));
    let root = repository.unwrap_or(target.root);
    let folder = inside(&root, &arguments.path)?;
    let workspace = workspace::load(&root, None);
    let input = engine::Input {
        sources: workspace.sources,
        kinds: workspace.kinds,
        tree: workspace.tree,
        ..engine::Input::default()
    };
    match kustomize::build(&engine::kustomize_facts(&input), &folder) {
        Ok(Rendered { objects, open: None }) => {
            output::print(|out| compose_config::write_objects(&objects, out))?;
            Ok(Done::Clean)
        }
        Ok(Rendered { open: Some(reason), .. }) | Err(Unbuilt::Unknown(reason)) => {
            output::complain(&format!("not known: {reason}"));
            Ok(Done::Unknown)
        }
        Err(Unbuilt::Refused(fault)) => {
            complain(&fault.value, fault.span, &input.sources);
            Ok(Done::Found)
        }
    }
}
