//! Command lines about images and containers in files that are no shell scripts themselves: documents,
//! pipelines, justfiles, Taskfiles, and scripts for Windows.
//!
//! Each of these becomes shell: what only the run of a pipeline or a reader can fill in is a command
//! substitution there, which nobody knows either.

mod bake_json;
mod declared;
mod document;
mod jobs;
mod justfile;
mod pipeline;
mod taskfile;
mod tiltfile;
mod windows;

pub use jobs::{JOB_NETWORK, Job, JobStep};
pub use pipeline::is_pipeline;

use super::docker_command::{self, BuildCommand};
use super::kind::Kind;
use super::shell::{self, Script};
use crate::source::{FileId, Span, Text};
use windows::WindowsShell;

/// A larger document is not read: nobody types it down.
pub const LARGEST_DOCUMENT: u64 = 256 * 1024;

/// Whether a document may show how to start a container or to build an image.
#[must_use]
pub fn is_about_containers(text: &str) -> bool {
    const SIGNS: &[&str] = &[
        "docker run",
        "docker build",
        "docker container",
        "docker create",
        "podman ",
        "nerdctl ",
        "buildx ",
    ];
    SIGNS.iter().any(|it| memchr::memmem::find(text.as_bytes(), it.as_bytes()).is_some())
}

/// The command lines of one file.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    /// Whether it shows them to readers, who type them into one shell.
    pub is_document: bool,
    /// In source order.
    pub blocks: Vec<CommandBlock>,
    /// Builds that are declared, paths as from where the file is used.
    pub builds: Vec<BuildCommand>,
    /// Jobs of a pipeline with containers beside them.
    pub jobs: Vec<Job>,
}

impl Commands {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.builds.is_empty() && self.jobs.is_empty()
    }
}

/// Command lines that are run one after the other: a recipe, a fence, the steps of a job.
#[derive(Clone, Debug, Default)]
pub struct CommandBlock {
    /// Each is run by a shell of its own.
    pub scripts: Vec<Script>,
}

/// Reads the file of that kind at `path`, as far as it is about images and containers, and what goes into them.
#[must_use]
pub fn read(file: FileId, kind: Kind, path: &str, text: &str) -> Commands {
    let jobs = match kind {
        Kind::Pipeline if text.contains("services:") => jobs::jobs(file, path, text),
        _ => Vec::new(),
    };
    if !holds_commands(kind)
        || !(is_about_images(text) || matches!(kind, Kind::Skaffold | Kind::Bake | Kind::Tiltfile))
    {
        return Commands { jobs, ..Commands::default() };
    }
    let (blocks, builds) = match kind {
        Kind::Readme | Kind::Document => (document::blocks(file, text), Vec::new()),
        Kind::Pipeline => (pipeline::blocks(file, text), declared::of_pipeline(file, text)),
        Kind::Justfile => (justfile::blocks(file, text), Vec::new()),
        Kind::Taskfile => (taskfile::blocks(file, text), Vec::new()),
        Kind::WindowsScript => (vec![vec![windows::script(file, WindowsShell::of(path), text)]], Vec::new()),
        Kind::Bake if path.ends_with(".json") => (Vec::new(), bake_json::builds(file, text)),
        Kind::Bake => (Vec::new(), declared::of_bake(file, text)),
        Kind::Skaffold => (Vec::new(), declared::of_skaffold(file, text)),
        Kind::Tiltfile => (Vec::new(), tiltfile::builds(file, text)),
        _ => return Commands::default(),
    };
    let read = |texts: Vec<Text>| {
        let texts = texts.into_iter().filter(|it| is_about_images(it.as_str()));
        CommandBlock { scripts: texts.map(|it| shell::read_text(&it)).collect() }
    };
    let blocks = blocks.into_iter().map(read).filter(|it| !it.scripts.is_empty());
    let is_document = matches!(kind, Kind::Readme | Kind::Document);
    Commands { is_document, blocks: blocks.collect(), builds, jobs }
}

/// What every command has that builds a program of Go, which an image may take over.
pub const GO_BUILD: &str = "go build";

/// Whether a text may start containers, build images or make what goes into them.
fn is_about_images(text: &str) -> bool {
    docker_command::may_hold(text) || memchr::memmem::find(text.as_bytes(), GO_BUILD.as_bytes()).is_some()
}

fn holds_commands(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Readme
            | Kind::Document
            | Kind::Pipeline
            | Kind::Justfile
            | Kind::Taskfile
            | Kind::WindowsScript
            | Kind::Bake
            | Kind::Skaffold
            | Kind::Tiltfile
    )
}

/// What stands for a text that nobody knows, in a command line.
const NOT_KNOWN: &str = "$(:)";

/// Appends `text[range]`, which is a file's, with its own place.
fn push(out: &mut Text, file: FileId, text: &str, range: std::ops::Range<usize>) {
    if let Some(part) = text.get(range.clone()).filter(|it| !it.is_empty()) {
        out.push(part, Span::new(file, range.start, range.end));
    }
}
