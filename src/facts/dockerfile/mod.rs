//! What one Dockerfile says.

mod read;
mod value;

pub use read::read;

use super::Template;
use super::shell::Script;
use crate::source::{Span, Spanned, Text};

/// The facts of one Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile {
    /// `ARG`s above the first `FROM`.
    pub arguments: Vec<Argument>,
    /// Stages in order.
    pub stages: Vec<Stage>,
    /// Paths as Windows writes them, whatever they name in an image.
    pub windows_paths: Vec<WrittenPath>,
    /// Whether a backtick escapes, as in Dockerfiles for Windows.
    pub backtick: bool,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// One `FROM` and what follows it.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The image, or the name of an earlier stage.
    pub image: Template,
    /// Where the image is written.
    pub image_span: Span,
    /// `--platform`, as written.
    pub platform: Option<Spanned<String>>,
    /// The name behind `AS`; Docker compares it without regard to case.
    pub name: Option<Spanned<String>>,
    /// The `FROM` instruction.
    pub span: Span,
    /// What the stage does, in order.
    pub steps: Vec<Step>,
}

/// A path of an instruction, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenPath {
    /// What it is for.
    pub role: PathRole,
    /// It, quotes around it left out.
    pub text: Spanned<String>,
}

/// What a path is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PathRole {
    /// What `COPY` and `ADD` bring.
    Source,
    /// Where they bring it.
    Destination,
    /// `WORKDIR`.
    Workdir,
    /// `VOLUME`.
    Volume,
}

/// One instruction of a stage; an `ENV` or `ARG` of several names is several steps.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it does.
    pub action: Action,
    /// The whole instruction.
    pub span: Span,
    /// Whether it stands behind `ONBUILD`: it happens in the stages that start from this one.
    pub on_build: bool,
}

/// What an instruction does.
#[derive(Clone, Debug)]
pub enum Action {
    /// `ARG`.
    Argument(Argument),
    /// `ENV`.
    Environment {
        /// The variable.
        name: Spanned<String>,
        /// Its value.
        value: Template,
    },
    /// `EXPOSE`, one template a word: `80`, `53/udp`, `8000-8010`.
    Expose(Vec<Template>),
    /// `RUN`.
    Run(Run),
    /// `CMD`.
    Command(CommandLine),
    /// `ENTRYPOINT`.
    Entrypoint(CommandLine),
    /// `SHELL`.
    Shell(Vec<Spanned<String>>),
    /// `HEALTHCHECK CMD`; `None` for `HEALTHCHECK NONE`.
    Healthcheck(Option<CommandLine>),
    /// `USER`.
    User(Template),
    /// `WORKDIR`.
    Workdir(Template),
    /// `COPY` and `ADD`.
    Copy(Copy),
    /// `VOLUME`.
    Volume(Vec<Template>),
    /// `STOPSIGNAL`.
    StopSignal(Template),
}

/// `ARG NAME=default`.
#[derive(Clone, Debug)]
pub struct Argument {
    /// The name.
    pub name: Spanned<String>,
    /// The default.
    pub default: Option<Template>,
}

/// A command as CMD, ENTRYPOINT and HEALTHCHECK have it.
#[derive(Clone, Debug)]
pub struct CommandLine {
    /// Its form.
    pub form: Form,
    /// What it runs; for the exec form one command of literal words.
    pub script: Script,
    /// Where the command is written: the brackets included, the keyword not.
    pub span: Span,
}

/// The two ways to write a command.
#[derive(Clone, Debug)]
pub enum Form {
    /// `["a", "b"]`.
    Exec(Vec<Spanned<String>>),
    /// The text behind `sh -c`.
    Shell(Text),
}

/// `RUN`.
#[derive(Clone, Debug)]
pub struct Run {
    /// What it runs.
    pub script: Script,
    /// Whether the body is for another program than a shell (`RUN python3 <<EOF`), or could not be
    /// read: it may do anything.
    pub opaque: bool,
    /// `--mount` values.
    pub mounts: Vec<Spanned<String>>,
}

/// `COPY` and `ADD`.
#[derive(Clone, Debug)]
pub struct Copy {
    /// `--from`: a stage's name or number, or an image.
    pub from: Option<Template>,
    /// What is copied.
    pub sources: Vec<Template>,
    /// Files whose text is a heredoc: name and text, with the script that it is when it starts with
    /// `#!`.
    pub heredocs: Vec<(Spanned<String>, Script)>,
    /// Where it goes.
    pub destination: Template,
    /// Whether it is `ADD`, which fetches URLs and unpacks archives.
    pub is_add: bool,
}
