//! What a Dockerfile makes: the final stage with everything it inherits.

mod base_files;
mod build;
mod build_tags;
mod by_hand;
mod crlf;
mod file;
mod go_build;
mod go_release;
mod guess;
mod health;
mod host_builds;
mod ko;
mod layers;
mod linking;
mod loader;
mod process;
mod programs;
mod sources;
mod start_environment;
mod tools;
mod unbuilt;
mod verbatim;

pub use build::{Images, Running, Setup};
pub(super) use by_hand::{ByHand, builds_by_hand};
pub use crlf::CrlfScript;
pub use file::ImageFile;
pub(super) use go_build::program_name;
pub(super) use go_release::GoCall;
pub use health::read as read_health_check;
pub(super) use ko::KoImage;
pub(super) use layers::absolute;
pub(super) use linking::Given;
pub use linking::{Cgo, LinkFlags, Linking};
pub use sources::{MissingSource, NotThere};
pub(super) use unbuilt::{chosen_elsewhere, unbuilt};
pub use verbatim::{UnexpandedVariable, of_program as unexpanded_in};

use super::{Environment, ProgramId, Text};
use crate::facts::catalogue::{self, ImageSystem, Libc};
use crate::facts::dockerfile::WrittenPath;
use crate::net::Protocol;
use crate::source::{FileId, Span, Spanned};

/// Names one image of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageId(pub u32);

/// What one Dockerfile makes, at one target stage; or what ko makes of a Go program.
#[derive(Clone, Debug)]
pub struct Image {
    /// The Dockerfile; where ko makes it, the file that names its base, else the image.
    pub file: FileId,
    /// Its path relative to the project root, or `ko://` and an import path.
    pub path: String,
    /// The `FROM` of the final stage; where ko makes it, what names its base, else the image.
    pub from: Span,
    /// The system that it runs on, by all of its stages.
    pub system: ImageSystem,
    /// Paths of its Dockerfile that are written as Windows writes them.
    pub windows_paths: Vec<WrittenPath>,
    /// Scripts with line ends of Windows that its `RUN`s start.
    pub crlf_scripts: Vec<CrlfScript>,
    /// The image at the root of the final stage's chain of `FROM`s.
    pub base: Base,
    /// `ENV` of the final stage and of the stages it starts from; `incomplete` is set when the
    /// base's own variables are not known.
    pub environment: Environment,
    /// `EXPOSE`d ports.
    pub exposed: Vec<Spanned<(u16, Protocol)>>,
    /// What runs as PID 1; `None` when the base image decides and is not catalogued.
    pub process: Option<Process>,
    /// The Go main package that ends up running.
    pub program: Option<ProgramId>,
    /// The Go main packages that its other stages start, which may be targets of their own.
    pub other_programs: Vec<ProgramId>,
    /// Whether `docker stop` sends SIGTERM, as it does without another STOPSIGNAL.
    pub stops_by_sigterm: bool,
    /// The health check of the image.
    pub healthcheck: Healthcheck,
    /// The programs that are in it.
    pub tools: Tools,
    /// The `USER` of the final stage, or that of a public base image; empty when a variable hides it, `None` when
    /// none is known.
    pub user: Option<Spanned<String>>,
    /// Go builds in any stage, for the version of Go.
    pub go_builds: Vec<GoBuild>,
    /// The C library of the final stage; `None` when it is not known.
    pub libc: Option<Libc>,
    /// The Go programs that earlier stages built and that the final one holds, as far as it is known how they are
    /// linked; none when it runs nothing.
    pub built_binaries: Vec<BuiltBinary>,
    /// What it copies out of its build context that is not there; empty where the context is not known.
    pub missing_sources: Vec<MissingSource>,
    /// Whether it certainly holds no certificates of authorities.
    pub lacks_certificates: bool,
    /// Where a missing `EXPOSE` would go: behind this line (the last instruction before
    /// ENTRYPOINT/CMD), an empty span at the start of a line; `None` where no Dockerfile makes it.
    pub expose_at: Option<Span>,
}

/// A Go program that an earlier stage of a Dockerfile built.
#[derive(Clone, Debug)]
pub struct BuiltBinary {
    /// The program, when it is known which.
    pub program: Option<ProgramId>,
    /// How it is linked.
    pub linking: Linking,
    /// The source of the COPY that brings it into the final stage.
    pub copied: Option<Span>,
}

/// The image that a chain of stages starts from.
#[derive(Clone, Debug)]
pub struct Base {
    /// The reference as resolved (`golang:1.22-alpine`, `scratch`); `None` when an ARG without a
    /// value decides.
    pub reference: Option<String>,
    /// Where it is written.
    pub span: Span,
    /// The shell behind `/bin/sh`.
    pub shell: Shell,
}

impl Base {
    /// Whether it is a public image that certainly exposes no port.
    #[must_use]
    pub fn exposes_nothing(&self) -> bool {
        self.reference
            .as_deref()
            .is_some_and(|it| it == "scratch" || catalogue::image(it).is_some_and(|it| it.ports.is_empty()))
    }

    /// Whether it is a public image of which is known who runs in it.
    #[must_use]
    pub fn is_catalogued(&self) -> bool {
        self.reference.as_deref().is_some_and(|it| catalogue::image(it).is_some())
    }

    /// Whether it is an image of Windows, whose commands other rules hold for.
    #[must_use]
    pub fn is_windows(&self) -> bool {
        const SIGNS: &[&str] = &["windows", "nanoserver", "servercore"];
        self.reference.as_deref().is_some_and(|it| SIGNS.iter().any(|sign| it.contains(sign)))
    }
}

/// What `/bin/sh` is, which decides whether PID 1 passes SIGTERM on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shell {
    /// busybox ash (Alpine, busybox).
    Ash,
    /// dash (Debian, Ubuntu).
    Dash,
    /// bash (Fedora, UBI, Amazon Linux, CentOS), or `SHELL ["/bin/bash", "-c"]`.
    Bash,
    /// There is none (scratch, distroless).
    None,
    /// Not known.
    Unknown,
}

/// What runs as PID 1.
#[derive(Clone, Debug)]
pub struct Process {
    /// The words of the exec form, or the text behind `sh -c`.
    pub command: Command,
    /// The instruction or key that decides (ENTRYPOINT before CMD, compose `entrypoint`/`command`
    /// before both).
    pub span: Span,
    /// Set when PID 1 is a shell (shell form, or a script) that stays in front of the program, so
    /// that SIGTERM does not reach it; what the shell runs and why it stays, one clause.
    pub shell_keeps_pid1: Option<ShellInFront>,
    /// Whether PID 1 is `go run`, which hands no SIGTERM to the program that it starts
    /// (`signalsToIgnore` in <https://github.com/golang/go/blob/master/src/cmd/go/internal/base/signal_unix.go>).
    pub is_go_run: bool,
    /// Whether what stands in front of the program, or is done before it is stopped, sends it SIGINT.
    pub other_signal: bool,
    /// The arguments that the Go program gets, program name excluded, with [`crate::net::HOLE`] for parts that
    /// are not known; `None` when nothing of them is.
    pub arguments: Option<Vec<Text>>,
}

/// A shell that is PID 1 and does not exec.
#[derive(Clone, Debug)]
pub struct ShellInFront {
    /// The words to underline: the command in the Dockerfile, or the last command of the script.
    pub span: Span,
    /// Which shell: `dash`, `ash`, `bash`.
    pub shell: &'static str,
    /// Why it stays: "dash does not exec a single command", "the script ends without `exec`".
    pub reason: String,
    /// Whether it waits for what it started with `&`, as it may have to: it can pass the signal on.
    pub waits: bool,
    /// Replacement of `span` that mends it (`exec /app`, `["/app"]`), when it is safe.
    pub replacement: Option<String>,
    /// The Dockerfile instruction that starts the script, when `span` is in a script.
    pub started_by: Option<Span>,
    /// Whether what it runs is known to be a server of the project; what else it runs may be a job that ends by
    /// itself.
    pub is_server: bool,
}

/// A command line.
#[derive(Clone, Debug)]
pub enum Command {
    /// Exec form: one text a word.
    Exec(Vec<Text>),
    /// Shell form: what `sh -c` gets.
    Shell(Text),
}

impl Command {
    /// Its words; those of the shell form as they are written, quotes included.
    #[must_use]
    pub fn words(&self) -> Vec<Text> {
        match self {
            Self::Exec(words) => words.clone(),
            Self::Shell(text) => text.words(),
        }
    }
}

/// Whether a health check is set.
#[derive(Clone, Debug, Default)]
pub enum Healthcheck {
    /// Nothing is said.
    #[default]
    Absent,
    /// `NONE`, `disable: true`.
    Disabled(Span),
    /// One is set.
    Set(HealthCheck),
    /// The base image decides, or it could not be read.
    Unknown,
}

/// A health check.
#[derive(Clone, Debug)]
pub struct HealthCheck {
    /// The instruction or key.
    pub span: Span,
    /// Who sets it.
    pub source: HealthSource,
    /// The requests it makes, as far as they were understood.
    pub requests: Vec<HealthRequest>,
    /// The ports that it asks, over HTTP or not, and without an answer on which it fails for certain.
    pub ports: Vec<HealthPort>,
    /// The programs it runs (`curl`, `wget`, `sh`, `pg_isready`).
    pub tools: Vec<ToolUse>,
    /// Variables in its exec form, which reach its program as they are written.
    pub unexpanded: Vec<UnexpandedVariable>,
}

/// Who sets a health check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HealthSource {
    /// `HEALTHCHECK` of the Dockerfile.
    Dockerfile,
    /// `healthcheck:` of the Compose service.
    Compose,
    /// `livenessProbe` of a container of a pod.
    LivenessProbe,
    /// `readinessProbe` of a container of a pod.
    ReadinessProbe,
    /// `startupProbe` of a container of a pod.
    StartupProbe,
}

impl HealthSource {
    /// What it is called in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Dockerfile | Self::Compose => "health check",
            Self::LivenessProbe => "liveness probe",
            Self::ReadinessProbe => "readiness probe",
            Self::StartupProbe => "startup probe",
        }
    }
}

/// An HTTP request of a health check.
#[derive(Clone, Debug)]
pub struct HealthRequest {
    /// The URL, resolved.
    pub url: String,
    /// Host part; empty for the address of the pod itself, which the kubelet asks.
    pub host: String,
    /// Where the host is written.
    pub host_span: Span,
    /// Port, the scheme's default when none is written.
    pub port: u16,
    /// Where the port is written, else the URL.
    pub port_span: Span,
    /// The path, `/` when there is none, query cut off.
    pub path: String,
    /// Where the path is written, else the URL.
    pub path_span: Span,
    /// Whether an answer of 400 or above makes the check fail: true for `wget` and for `curl -f`;
    /// false for plain `curl`, which exits 0 whatever is answered
    /// (<https://curl.se/docs/manpage.html#-f>), and when it cannot be told (a pipe, a script).
    pub fails_on_error_status: bool,
    /// Whether it may say who asks: a header, a cookie, a user, a query in the URL.
    pub may_authenticate: bool,
}

/// A TCP port that a health check asks.
#[derive(Clone, Debug)]
pub struct HealthPort {
    /// The host; empty for the address of the pod itself, which the kubelet asks.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Where the port is written; the URL when it is the default of a scheme.
    pub span: Span,
}

/// A program that a health check runs.
#[derive(Clone, Debug)]
pub struct ToolUse {
    /// Its name without folders.
    pub name: String,
    /// Where it is written; for the shell of a shell form the whole command.
    pub span: Span,
    /// Whether it is the `sh` that a shell form needs.
    pub implied: bool,
}

/// The programs that are in an image.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    /// Names for certain there: of the catalogue, of RUN installs, of COPY.
    pub present: Vec<String>,
    /// Names for certain absent: of the catalogue's base, and nothing in the Dockerfile could
    /// bring them.
    pub absent: Vec<String>,
    /// Why others may be there; `None` when the base has nothing else (scratch).
    pub incomplete: Option<String>,
}

/// A Go build inside a stage.
#[derive(Clone, Debug)]
pub struct GoBuild {
    /// The `FROM` reference of the stage's golang image.
    pub image: Spanned<String>,
    /// Version of Go in it (`1.22`, `1.22.3`), as written in the tag.
    pub version: String,
    /// The `go` directive of the go.mod or go.work that the stage builds.
    pub required: Spanned<String>,
    /// Where a `toolchain` directive stands beside it.
    pub toolchain: Option<Span>,
    /// Whether it is that of a go.work.
    pub of_workspace: bool,
    /// The RUN that needs it, or what the container starts with.
    pub run: Span,
    /// Whether it is built when the container starts, not with the image.
    pub at_start: bool,
    /// Whether the stage's `GOTOOLCHAIN` lets Go fetch a newer toolchain.
    pub toolchain_allowed: bool,
}
