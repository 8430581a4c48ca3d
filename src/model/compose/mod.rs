//! From the facts of Compose files to Compose projects, their networks and their services, merged
//! and expanded as Compose v2 does: <https://github.com/compose-spec/compose-go>.

mod borrowed;
mod chosen;
mod commands;
mod config;
mod environment;
mod files;
mod load;
mod paths;
mod ports;
mod rewritten;
mod service;
mod short;
mod variables;

pub use crate::facts::tree::{Tree as ConfigTree, TreeKind as ConfigValue};
pub use borrowed::Borrowed;
pub(super) use borrowed::lend;
pub(super) use chosen::run_at_once;
pub use config::{ConfigRequest, config};
pub(super) use ports::short as port;
pub(super) use rewritten::rewritten_files;
pub(super) use service::project_name;
pub(super) use short::volume_parts as volume;
pub(super) use variables::Variables;

use super::{Command, Composition, EmbeddedFile, Network, Workload, WorkloadKind};
use crate::facts::Facts;
use crate::source::{FileId, Span, Text};

/// Everything that the Compose files of a project say.
#[derive(Debug, Default)]
pub struct Compositions {
    /// The Compose projects, by [`super::CompositionId`].
    pub compositions: Vec<Composition>,
    /// Their networks, by [`super::NetworkId`].
    pub networks: Vec<Network>,
    /// Their services, and the containers that command lines start, by [`super::WorkloadId`].
    pub services: Vec<ComposeService>,
}

/// One service of a Compose project, or a container that a command line starts.
#[derive(Clone, Debug)]
pub struct ComposeService {
    /// What Compose alone says. The rest (image, program, process, listeners, dials, the image's
    /// part of environment and health check) is the default.
    pub workload: Workload,
    /// What is built; `None` when the image is somebody else's.
    pub build: Option<Build>,
    /// Whether nothing starts it, since it is there for its image.
    pub is_only_built: bool,
    /// `entrypoint:`.
    pub entrypoint: Setting,
    /// `command:`.
    pub command: Setting,
    /// `healthcheck.test:`; whether it is disabled says [`Workload::healthcheck`].
    pub healthcheck: Setting,
    /// `restart:` (`no`, `always`, `on-failure`, `unless-stopped`); `None` when absent or not known.
    pub restart: Option<Text>,
    /// `working_dir:`, when known.
    pub working_dir: Option<Text>,
    /// Whether `stop_signal:` is SIGTERM; `None` when the image decides.
    pub stops_by_sigterm: Option<bool>,
    /// Whether `init: true` puts tini before the program: then it, not the program, is PID 1.
    pub init: bool,
    /// `labels:` whose values are known.
    pub labels: Vec<(String, Text)>,
    /// `volumes:` and `configs:`, and what is borrowed.
    pub mounts: Vec<Mount>,
    /// `volumes_from:`.
    pub borrows: Vec<Borrowed>,
}

impl ComposeService {
    /// The file of the command line that starts it, when one does.
    pub(super) fn command_line_in(&self) -> Option<FileId> {
        matches!(self.workload.kind, WorkloadKind::Run(_)).then_some(self.workload.image_span.file)
    }
}

/// A text of a service that takes the place of one of its image.
#[derive(Clone, Debug, Default)]
pub enum Setting {
    /// It is not there: the image decides.
    #[default]
    Absent,
    /// It holds a variable that is not known, or cannot be read.
    Unknown(Span),
    /// It is set.
    Set(Command, Span),
}

/// `build:`.
#[derive(Clone, Debug)]
pub struct Build {
    /// The build context relative to the project root, `.` for the root; `None` when it is outside
    /// of the project, a URL, or not known.
    pub context: Option<String>,
    /// The build context where it is an absolute path, which Compose looks for on the host.
    pub absolute_context: Option<String>,
    /// Where the context is written, else the key.
    pub context_span: Span,
    /// The Dockerfile relative to the project root; `None` when it is not known or written inline.
    pub dockerfile: Option<String>,
    /// Where the Dockerfile is written; `None` when it is Docker's default.
    pub dockerfile_span: Option<Span>,
    /// Whether the Dockerfile is written in the Compose file (`dockerfile_inline`).
    pub inline: bool,
    /// `target:`; `Some(None)` when it is not known.
    pub target: Option<Option<Text>>,
    /// `args:`; `None` for a value that is not known.
    pub args: Vec<(String, Option<Text>)>,
    /// The text of the short form, else the key.
    pub span: Span,
}

/// One entry of `volumes:`.
#[derive(Clone, Debug)]
pub struct Mount {
    /// What is mounted: a path relative to the project root for a folder or file of the project,
    /// else what is written (a volume's name, a path outside); `None` for an anonymous volume or a
    /// source that is not known.
    pub source: Option<String>,
    /// Whether it is a path of the host, not a volume.
    pub bind: bool,
    /// Whether it is a volume that is there before the project.
    pub external: bool,
    /// The files that it brings, each by its path below the target, when they are written in a
    /// manifest.
    pub files: Option<Vec<(String, EmbeddedFile)>>,
    /// Where the source is written, when it is known.
    pub source_span: Option<Span>,
    /// Whether what is written there may outlive the container: not in an anonymous volume, nor in memory.
    pub kept: bool,
    /// Whether the container cannot write there.
    pub read_only: bool,
    /// The path in the container, when known.
    pub target: Option<String>,
    /// Where that is written.
    pub target_span: Option<Span>,
    /// The entry.
    pub span: Span,
}

impl Mount {
    /// Whether it brings a file that may be a configuration, by where it is in the container.
    #[must_use]
    pub fn may_configure(&self) -> bool {
        self.target.as_deref().is_some_and(may_be_configuration)
    }
}

/// Whether what stands at a path of a container may be a configuration, by its name.
pub(super) fn may_be_configuration(path: &str) -> bool {
    const ENDS: [&str; 10] =
        [".conf", ".cnf", ".conf.d", "/conf", "/config", ".ini", ".yml", ".yaml", ".toml", ".json"];
    ENDS.iter().any(|it| path.ends_with(it))
}

/// Reads every Compose project.
#[must_use]
pub fn read_compositions(facts: &Facts) -> Compositions {
    let mut out = Compositions::default();
    for project in files::projects(facts) {
        service::resolve(facts, project, &mut out);
    }
    out
}

/// The folder of a file, `.` for the root.
fn folder_of(facts: &Facts, file: FileId) -> &str {
    crate::facts::folder_of(facts.path(file))
}

#[cfg(test)]
mod tests;
