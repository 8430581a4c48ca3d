//! `reachlint graph`: the network of a project as a picture.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::exit::{Done, Failure};
use super::output;
use super::project::{self, SettingsArguments};
use crate::engine;
use crate::model::Detail;
use crate::report::graph::{GraphFormat, Picture};

#[derive(Debug, Args)]
pub(super) struct GraphArguments {
    /// The project, or a place in it [default: the working directory].
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    /// Write to FILE instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How to print it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArguments,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line an entry.
    Text,
    /// One JSON document.
    Json,
    /// A Mermaid flowchart, which code hosts draw in Markdown.
    Mermaid,
    /// A digraph for Graphviz.
    Dot,
    /// One page for a browser, which needs nothing else.
    Html,
}

pub(super) fn run(arguments: &GraphArguments) -> Result<Done, Failure> {
    let directory = project::working_directory();
    let loaded = project::load_all(arguments.path.as_slice(), &arguments.settings)?;
    let Some(loaded) = loaded.first() else { return Ok(Done::Clean) };
    let outcome = engine::join(&loaded.input, Detail::Reason);
    let title = loaded.root.file_name().unwrap_or_default().to_string_lossy();
    let prefix = loaded.display_prefix(&directory);
    let picture = Picture::of(&outcome.project, &loaded.input.sources, &title, &prefix);
    let format = match arguments.format {
        Format::Text => GraphFormat::Text,
        Format::Json => GraphFormat::Json,
        Format::Mermaid => GraphFormat::Mermaid,
        Format::Dot => GraphFormat::Dot,
        Format::Html => GraphFormat::Html,
    };
    let write = |out: &mut dyn std::io::Write| picture.write(format, out);
    match arguments.output.as_deref() {
        Some(path) => output::to_file(path, write)?,
        None => output::print(write)?,
    }
    Ok(Done::Clean)
}
