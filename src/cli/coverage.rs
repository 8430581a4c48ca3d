//! `reachlint coverage`: how many addresses of Go programs were understood, and why not the others.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Done, Failure};
use super::project::SettingsArguments;
use super::{OutlineArguments, OutlineFormat, output, project};
use crate::engine;
use crate::model::{CallRole, Detail};
use crate::report::coverage::{self, Figures};

#[derive(Debug, Args)]
pub(super) struct CoverageArguments {
    /// The projects; their figures are added up [default: the working directory].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    outline: OutlineArguments,
}

pub(super) fn run(arguments: &CoverageArguments) -> Result<Done, Failure> {
    let directory = super::project::working_directory();
    let (mut listeners, mut dials) = (Figures::default(), Figures::default());
    for loaded in project::load_all(&arguments.paths, &arguments.settings)? {
        let outcome = engine::join(&loaded.input, Detail::Origin);
        let prefix = loaded.display_prefix(&directory);
        for (role, figures) in [(CallRole::Listen, &mut listeners), (CallRole::Dial, &mut dials)] {
            figures.add(outcome.project.coverage(role), &loaded.input.sources, &prefix);
        }
    }
    output::print(|out| match arguments.outline.format {
        OutlineFormat::Text => {
            listeners.write_text("listener calls", out)?;
            dials.write_text("dials", out)
        }
        OutlineFormat::Json => coverage::write_json(&listeners, &dials, out),
    })?;
    Ok(Done::Clean)
}
