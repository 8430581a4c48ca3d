//! From Dockerfile facts to images: stages are run one after the other, as far as files tell.

use std::borrow::Cow;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::host_builds::HostBuilds;
use super::layers::{self, Layer, Origin as LayerOrigin};
use super::sources::CopiedSource;
use super::start_environment::StartEnvironment;
use super::{
    Base, Command, CrlfScript, HealthSource, Healthcheck, Image, ImageId, Process, Shell, UnexpandedVariable,
    crlf, go_build, health, loader, process,
};
use crate::facts::catalogue::{self, ImageEntry, ImageSystem, image_system};
use crate::facts::dockerfile::{Action, CommandLine, Copy, Dockerfile, Run, Stage as StageFacts, Step};
use crate::facts::dockerignore::Dockerignore;
use crate::facts::shell::Script;
use crate::facts::{Facts, Lookup, Template, join_path, path_below};
use crate::model::certificates::is_elsewhere;
use crate::model::compose::Mount;
use crate::model::{Environment, Origin, Program, ProgramId, Variable, is_sigterm};
use crate::net::{PortRange, Protocol};
use crate::source::{FileId, Span, Spanned, Text};

/// The images of a project, each built once a Dockerfile and its inputs.
pub struct Images<'a> {
    pub(super) facts: &'a Facts,
    pub(super) programs: &'a [Program],
    images: Vec<Image>,
    /// Scripts with line ends of Windows, by path.
    pub(super) crlf: FxHashMap<&'a str, &'a Script>,
    pub(super) built: Vec<Built<'a>>,
    pub(super) index: FxHashMap<Inputs, ImageId>,
    host_builds: HostBuilds,
    /// The contexts, folders of the project, in which command lines build each Dockerfile.
    pub(super) written_contexts: FxHashMap<FileId, Vec<String>>,
}

/// What decides about an image: Dockerfile, context, target, arguments.
type Inputs = (FileId, String, Option<String>, Vec<(String, Option<String>)>);

/// What is kept of a build to answer for other commands later.
pub(super) struct Built<'a> {
    pub(super) stages: Arc<Vec<Stage<'a>>>,
    pub(super) last: usize,
    /// The folder of the project that is the build context.
    pub(super) context: String,
    /// What is left out of it.
    pub(super) ignored: Option<&'a Dockerignore>,
}

/// What runs in a container.
#[derive(Clone, Debug, Default)]
pub struct Running {
    /// PID 1; `None` when nothing is known of it.
    pub process: Option<Process>,
    /// The Go main package.
    pub program: Option<ProgramId>,
    /// Whether other processes may run beside it: a script that sends something to the
    /// background, a debugger.
    pub others: bool,
    /// Variables in the exec form that runs, which reach their program as they are written.
    pub unexpanded: Vec<UnexpandedVariable>,
    /// Whether a script runs commands before it that may make files.
    pub prepared: bool,
    /// Whether a script changes the working directory before it starts the program.
    pub moved: bool,
    /// The scripts of the project that are run on the way, each with its path in the container.
    pub scripts: Vec<StartedScript>,
    /// The go commands that are run on the way and build what is run.
    pub go_commands: Vec<GoCommand>,
    /// What is set in the environment on the way.
    pub environment: StartEnvironment,
    /// What the image, its mounts and what is run on the way do to the programs of its base.
    pub(super) tools: super::tools::Changes,
}

/// A go command that builds a program when a container starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoCommand {
    /// Where it runs, as seen from the working directory.
    pub folder: String,
    /// Where it is written.
    pub span: Span,
}

/// What a container is started with over what its image says.
#[derive(Clone, Copy, Default)]
pub struct Setup<'s> {
    /// What takes the place of the ENTRYPOINT; the CMD of the image is dropped then.
    pub entrypoint: Option<(&'s Command, Span)>,
    /// What takes the place of the CMD.
    pub command: Option<(&'s Command, Span)>,
    /// What is mounted.
    pub mounts: &'s [Mount],
    /// What takes the place of the WORKDIR.
    pub working_directory: Option<&'s str>,
    /// What a shell puts in; `None` for that of the image alone.
    pub environment: Option<&'s Environment>,
}

/// A script of the project that a container runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartedScript {
    /// Its path in the project.
    pub file: String,
    /// Its path in the container.
    pub at: String,
    /// What starts it.
    pub started_by: Span,
}

/// A stage after its last instruction.
#[derive(Clone, Debug)]
pub(super) struct Stage<'a> {
    pub(super) name: Option<String>,
    pub(super) from: Span,
    pub(super) base: Base,
    pub(super) entry: Option<&'static ImageEntry>,
    pub(super) variables: Vec<(String, Option<Text>, Span)>,
    arguments: FxHashMap<String, Option<Text>>,
    /// Whether its paths may be written as Windows writes them.
    pub(super) on_windows: bool,
    /// The working directory, `None` when a variable hides it.
    pub(super) workdir: Option<String>,
    user: Option<Spanned<String>>,
    pub(super) exposed: Vec<Spanned<(u16, Protocol)>>,
    pub(super) shell: Option<Vec<String>>,
    pub(super) entrypoint: Option<(&'a CommandLine, Span)>,
    pub(super) command: Option<(&'a CommandLine, Span)>,
    command_is_own: bool,
    /// What an image starts that no Dockerfile makes.
    pub(super) own_entrypoint: Option<(Command, Span)>,
    stops_by_sigterm: bool,
    healthcheck: Option<(Option<&'a CommandLine>, Span)>,
    pub(super) layers: Vec<Layer>,
    /// What it takes out of the build context, file by file.
    pub(super) copied: Vec<CopiedSource>,
    /// What was run in it, and in the stages it starts from.
    pub(super) runs: Vec<&'a Run>,
    /// Scripts with line ends of Windows that were run in it.
    pub(super) crlf_scripts: Vec<CrlfScript>,
    pub(super) tools: super::tools::Changes,
    pub(super) go_builds: Vec<super::GoBuild>,
    /// What `go env -w` set, the last one of a name holds.
    pub(super) go_settings: Vec<(String, Option<Text>)>,
    /// The folders that `mkdir` made.
    pub(super) made_folders: Vec<String>,
    on_build: Vec<&'a Step>,
    pub(super) expose_at: Option<Span>,
    /// The folder that its build context is, and what is left out of it.
    left_out: Option<(String, &'a Dockerignore)>,
}

impl<'a> Images<'a> {
    /// No image yet: [`Images::build`] makes them.
    #[must_use]
    pub fn read(facts: &'a Facts, programs: &'a [Program]) -> Self {
        Self {
            facts,
            programs,
            images: Vec::new(),
            crlf: crlf::scripts(facts),
            built: Vec::new(),
            index: FxHashMap::default(),
            host_builds: HostBuilds::read(facts, programs),
            written_contexts: FxHashMap::default(),
        }
    }

    /// The image that the Dockerfile makes with this build context (a folder of the project), target
    /// stage and build arguments; the value `None` is one that is not known. `None` when the file has
    /// no such stage.
    pub fn build(
        &mut self,
        dockerfile: FileId,
        context: &str,
        target: Option<&str>,
        arguments: &[(String, Option<Text>)],
    ) -> Option<ImageId> {
        let texts = arguments
            .iter()
            .map(|(name, value)| (name.clone(), value.as_ref().map(|it| it.as_str().to_owned())));
        let key = (dockerfile, context.to_owned(), target.map(str::to_owned), texts.collect::<Vec<_>>());
        if let Some(id) = self.index.get(&key) {
            return Some(*id);
        }
        let assembled = self.assemble(dockerfile, context, target, arguments)?;
        Some(self.keep(key, assembled))
    }

    /// Keeps what was assembled, under its key.
    pub(super) fn keep(&mut self, key: Inputs, (image, built): (Image, Built<'a>)) -> ImageId {
        let id = ImageId(u32::try_from(self.images.len()).unwrap_or(u32::MAX));
        self.images.push(image);
        self.built.push(built);
        self.index.insert(key, id);
        id
    }

    /// What [`Images::build`] keeps.
    pub(super) fn assemble(
        &self,
        dockerfile: FileId,
        context: &str,
        target: Option<&str>,
        arguments: &[(String, Option<Text>)],
    ) -> Option<(Image, Built<'a>)> {
        let facts: &'a Facts = self.facts;
        let (_, file) = facts.dockerfiles.iter().find(|(id, _)| *id == dockerfile)?;
        let crlf = &self.crlf;
        let on_windows = builds_on_windows(file);
        let ignored = ignored(facts, dockerfile, context);
        let (programs, host_builds) = (self.programs, &self.host_builds);
        let builder =
            Builder { facts, programs, host_builds, crlf, context, ignored, arguments, file, on_windows };
        let stages = builder.stages();
        let last = match target {
            Some(name) => stages
                .iter()
                .position(|it| it.name.as_deref() == Some(&name.to_ascii_lowercase()))
                .or_else(|| name.parse().ok())?,
            None => stages.len().checked_sub(1)?,
        };
        let stage = stages.get(last)?;
        let mut image = image(dockerfile, facts.path(dockerfile), stage);
        for it in &stages {
            image.go_builds.extend(it.go_builds.iter().cloned());
        }
        image.system = system_of(file, &stages);
        image.windows_paths.clone_from(&file.windows_paths);
        for script in stages.iter().flat_map(|it| &it.crlf_scripts) {
            if !image.crlf_scripts.contains(script) {
                image.crlf_scripts.push(script.clone());
            }
        }
        let running = |stage: &Stage<'a>| {
            let scene = process::Scene { stages: &stages, stage, facts, programs, environment: None };
            process::running(&scene, None, None)
        };
        let others = stages.iter().enumerate().filter(|(at, it)| *at != last && it.starts_something());
        image.other_programs = others.filter_map(|(_, it)| running(it).program).collect();
        let running = running(stage);
        image.process = running.process;
        image.libc = loader::libc(&stages, stage, &facts.tree);
        image.built_binaries = loader::built_binaries(&stages, stage, &facts.tree, self.programs);
        image.program = running.program;
        Some((image, Built { stages: Arc::new(stages), last, context: context.to_owned(), ignored }))
    }

    /// What runs in a container of the image.
    #[must_use]
    pub fn process_for(&self, image: ImageId, setup: &Setup<'_>) -> Running {
        let Some(built) = self.built.get(image.0 as usize) else { return Running::default() };
        let Some(stage) = built.stages.get(built.last) else { return Running::default() };
        self.started(&built.stages, stage, setup)
    }

    /// What runs in a container of an image that no Dockerfile of the project makes.
    #[must_use]
    pub fn process_of_public(&self, image: &Spanned<String>, setup: &Setup<'_>) -> Running {
        let mut stage = fresh(Some(image.value.clone()), image.span);
        // An image that is not known may work anywhere.
        stage.workdir = stage.workdir.filter(|_| stage.entry.is_some());
        self.started(&[], &stage, setup)
    }

    fn started(&self, stages: &[Stage<'a>], stage: &Stage<'a>, setup: &Setup<'_>) -> Running {
        let Setup { entrypoint, command, mounts, working_directory, environment } = *setup;
        let run = |stage: &Stage<'a>| {
            let (facts, programs) = (self.facts, self.programs);
            let scene = process::Scene { stages, stage, facts, programs, environment };
            process::running(&scene, entrypoint, command)
        };
        let mut stage = Cow::Borrowed(stage);
        if let Some(folder) = working_directory {
            stage.to_mut().workdir = folder.starts_with('/').then(|| layers::absolute("", folder));
        }
        let running = run(&stage);
        if mounts.is_empty() {
            return running;
        }
        // What runs may be in a folder of the project that is mounted.
        let mut mounted = stage.into_owned();
        mounted.layers.extend(mounts.iter().filter_map(layer_of));
        mounts.iter().filter_map(|it| it.target.as_deref()).for_each(|it| mounted.tools.mounted(it));
        let found = run(&mounted);
        let is_found = running.program.is_none() && found.program.is_some();
        let (tools, go_commands) = (found.tools.clone(), found.go_commands.clone());
        Running { tools, go_commands, ..if is_found { found } else { running } }
    }

    /// The working directory of the image, when it is known.
    #[must_use]
    pub fn working_directory(&self, image: ImageId) -> Option<&str> {
        self.last_stage(image)?.workdir.as_deref()
    }

    /// Whether the image sets an ENTRYPOINT, as far as its Dockerfile tells.
    #[must_use]
    pub fn has_entrypoint(&self, image: ImageId) -> bool {
        let stage = self.last_stage(image);
        stage.is_some_and(|it| it.entrypoint.is_some() || it.own_entrypoint.is_some())
    }

    /// The health check of the image in a container with this environment, which the shell of its
    /// command sees.
    #[must_use]
    pub fn healthcheck_in(&self, image: ImageId, environment: &Environment) -> Healthcheck {
        match self.last_stage(image).map(|it| it.healthcheck) {
            Some(Some((Some(line), span))) => {
                let command = process::command(line);
                Healthcheck::Set(health::read(&command, span, HealthSource::Dockerfile, environment))
            }
            _ => self.image(image).healthcheck.clone(),
        }
    }

    /// What the catalogue says of the image that the final stage starts from.
    #[must_use]
    pub fn base_entry(&self, image: ImageId) -> Option<&'static ImageEntry> {
        self.last_stage(image)?.entry
    }

    /// The build of an image.
    pub(super) fn built(&self, image: ImageId) -> Option<&Built<'a>> {
        self.built.get(image.0 as usize)
    }

    /// The stage that an image is the result of.
    pub(super) fn last_stage(&self, image: ImageId) -> Option<&Stage<'a>> {
        self.built(image).and_then(|it| it.stages.get(it.last))
    }

    /// The image `id`, as long as the images are not handed over.
    #[must_use]
    pub fn image(&self, id: ImageId) -> &Image {
        &self.images[id.0 as usize]
    }

    pub(super) fn image_mut(&mut self, id: ImageId) -> &mut Image {
        &mut self.images[id.0 as usize]
    }

    /// All images, by id.
    #[must_use]
    pub fn into_images(self) -> Vec<Image> {
        self.images
    }
}

/// A mounted folder or file of the project as a layer on top of an image.
fn layer_of(mount: &Mount) -> Option<Layer> {
    let source = mount.source.clone().filter(|_| mount.bind)?;
    let destination = layers::absolute("", mount.target.as_deref().filter(|it| it.starts_with('/'))?);
    Some(Layer { origin: LayerOrigin::Project(source), destination, into: false, source: Some(mount.span) })
}

/// What the build of a Dockerfile in `context` leaves out: a file beside the Dockerfile comes first.
fn ignored<'a>(facts: &'a Facts, dockerfile: FileId, context: &str) -> Option<&'a Dockerignore> {
    let own = format!("{}.dockerignore", facts.path(dockerfile));
    let of_context = join_path(context, ".dockerignore").unwrap_or_default();
    let find = |path: &str| facts.dockerignores.iter().find(|(id, _)| facts.path(*id) == path);
    find(&own).or_else(|| find(&of_context)).map(|(_, it)| it)
}

/// Whether the paths of a Dockerfile may be those of Windows, as far as the file itself tells.
fn builds_on_windows(file: &Dockerfile) -> bool {
    let literal = |it: &StageFacts| it.image.expand(&mut |name| Lookup::NotHere(name.to_owned())).ok();
    let is_one =
        |it: &StageFacts| literal(it).is_some_and(|it| image_system(it.as_str()) == ImageSystem::Windows);
    file.backtick || file.stages.iter().any(is_one)
}

/// The system that a Dockerfile builds for: all of its stages are run by one engine.
fn system_of(file: &Dockerfile, stages: &[Stage<'_>]) -> ImageSystem {
    let of_platform = |it: &StageFacts| {
        let platform = it.platform.as_ref()?.value.to_ascii_lowercase();
        match platform.split('/').next() {
            Some("windows") => Some(ImageSystem::Windows),
            Some("linux") => Some(ImageSystem::Linux),
            _ => None,
        }
    };
    let of_base = |it: &Stage<'_>| it.base.reference.as_deref().map(image_system);
    let found: Vec<_> =
        file.stages.iter().filter_map(of_platform).chain(stages.iter().filter_map(of_base)).collect();
    if file.backtick || found.contains(&ImageSystem::Windows) {
        return ImageSystem::Windows;
    }
    let runs = file.stages.iter().flat_map(|it| &it.steps).filter_map(|it| match &it.action {
        Action::Run(run) => Some(run),
        _ => None,
    });
    let mut commands = runs.flat_map(|it| &it.script.commands);
    let is_linux = found.contains(&ImageSystem::Linux)
        || commands.any(|it| it.program_name().is_some_and(|it| LINUX_COMMANDS.contains(&it)));
    if is_linux { ImageSystem::Linux } else { ImageSystem::Unknown }
}

/// Commands that no image of Windows has: whoever runs them builds for Linux, whatever the base image is.
const LINUX_COMMANDS: &[&str] = &[
    "addgroup", "adduser", "apk", "apt", "apt-get", "chmod", "chown", "dnf", "groupadd", "microdnf",
    "useradd", "yum", "zypper",
];

pub(super) fn image(file: FileId, path: &str, stage: &Stage<'_>) -> Image {
    let mut environment = Environment::default();
    for (name, value, span) in &stage.variables {
        let variable = Variable { value: value.clone(), span: *span, origin: Origin::Image };
        environment.variables.insert(name.clone(), variable);
    }
    if stage.entry.is_none() {
        environment.incomplete = Some("the base image may set variables".to_owned());
    }
    let healthcheck = match stage.healthcheck {
        Some((None, span)) => Healthcheck::Disabled(span),
        Some((Some(line), span)) => {
            let command = process::command(line);
            Healthcheck::Set(health::read(&command, span, HealthSource::Dockerfile, &environment))
        }
        None => match stage.entry {
            Some(entry) if !entry.healthcheck => Healthcheck::Absent,
            _ => Healthcheck::Unknown,
        },
    };
    Image {
        file,
        path: path.to_owned(),
        from: stage.from,
        system: ImageSystem::Unknown,
        windows_paths: Vec::new(),
        crlf_scripts: Vec::new(),
        base: stage.base.clone(),
        environment,
        exposed: stage.exposed.clone(),
        process: None,
        program: None,
        other_programs: Vec::new(),
        stops_by_sigterm: stage.stops_by_sigterm,
        healthcheck,
        tools: stage.tools.tools(stage.entry, stage.base.reference.as_deref()),
        user: stage.user.clone(),
        go_builds: Vec::new(),
        libc: None,
        built_binaries: Vec::new(),
        missing_sources: Vec::new(),
        lacks_certificates: lacks_certificates(stage),
        expose_at: stage.expose_at,
    }
}

/// Whether a stage starts without certificates, no package that is installed may bring them, and nothing that is
/// copied may be some.
fn lacks_certificates(stage: &Stage<'_>) -> bool {
    let starts_without = stage.base.reference.as_deref().is_some_and(catalogue::lacks_certificates);
    // Many packages bring ca-certificates along: curl, git, wget.
    let may_bring = |it: &Run| {
        let mut words = it.script.commands.iter().flat_map(|it| &it.words).map(|it| it.raw.value.as_str());
        words.any(|it| it == "install" || it.contains("cert") || it.contains("ssl"))
    };
    starts_without
        && stage.tools.is_known()
        && !stage.runs.iter().any(|it| may_bring(it))
        && stage.workdir.is_some()
        && stage
            .layers
            .iter()
            .all(|it| is_elsewhere(&it.destination) || matches!(it.origin, LayerOrigin::Binary(_)))
}

/// The build of one Dockerfile.
pub(super) struct Builder<'a, 'b> {
    pub(super) facts: &'a Facts,
    pub(super) programs: &'a [Program],
    host_builds: &'b HostBuilds,
    pub(super) crlf: &'b FxHashMap<&'a str, &'a Script>,
    context: &'b str,
    /// What is left out of the context.
    ignored: Option<&'a Dockerignore>,
    arguments: &'b [(String, Option<Text>)],
    file: &'a Dockerfile,
    /// Whether a stage is one of Windows.
    on_windows: bool,
}

impl<'a> Builder<'a, '_> {
    fn stages(&self) -> Vec<Stage<'a>> {
        let mut global: FxHashMap<String, Option<Text>> = FxHashMap::default();
        for argument in &self.file.arguments {
            let value = match self.argument(&argument.name.value) {
                Some(value) => value,
                None => argument
                    .default
                    .as_ref()
                    .and_then(|it| it.expand(&mut |name| from_map(&global, name)).ok()),
            };
            global.insert(argument.name.value.clone(), value);
        }
        let mut stages = Vec::new();
        for facts in &self.file.stages {
            let stage = self.stage(facts, &stages, &global);
            stages.push(stage);
        }
        stages
    }

    /// The value that the build is given for an argument.
    fn argument(&self, name: &str) -> Option<Option<Text>> {
        self.arguments.iter().find(|(it, _)| it == name).map(|(_, value)| value.clone())
    }

    fn stage(
        &self,
        facts: &'a StageFacts,
        before: &[Stage<'a>],
        global: &FxHashMap<String, Option<Text>>,
    ) -> Stage<'a> {
        let reference = facts.image.expand(&mut |name| from_map(global, name)).ok();
        let reference = reference.map(|it| it.as_str().to_owned()).filter(|it| !it.is_empty());
        let parent = reference.as_deref().and_then(|name| stage_named(before, name));
        let mut stage = match parent {
            Some(number) => {
                let mut stage = before[number].clone();
                stage.go_builds.clear();
                stage
            }
            None => fresh(reference, facts.image_span),
        };
        stage.name = facts.name.as_ref().map(|it| it.value.clone());
        stage.on_windows = self.on_windows;
        stage.left_out = self.ignored.map(|it| (self.context.to_owned(), it));
        stage.from = facts.span;
        stage.arguments.clear();
        stage.command_is_own = false;
        // In front of what is run, else of the last instruction: both stand at the start of a line.
        let runs = |it: &&Step| matches!(it.action, Action::Command(_) | Action::Entrypoint(_));
        let behind = facts.steps.iter().find(runs).or(facts.steps.last()).map_or(facts.span, |it| it.span);
        stage.expose_at = Some(Span { end: behind.start, ..behind });
        let inherited: Vec<&'a Step> = std::mem::take(&mut stage.on_build);
        for step in inherited {
            self.step(step, &mut stage, before, global);
        }
        for step in &facts.steps {
            if step.on_build {
                stage.on_build.push(step);
            } else {
                self.step(step, &mut stage, before, global);
            }
        }
        stage
    }

    fn step(
        &self,
        step: &'a Step,
        stage: &mut Stage<'a>,
        before: &[Stage<'a>],
        global: &FxHashMap<String, Option<Text>>,
    ) {
        match &step.action {
            Action::Argument(it) => {
                let given = self.argument(&it.name.value);
                let default = it.default.as_ref().map(|it| stage.expand(it));
                let value =
                    given.or(default).or_else(|| global.get(&it.name.value).cloned()).unwrap_or_default();
                stage.arguments.insert(it.name.value.clone(), value);
            }
            Action::Environment { name, value } => {
                let value = stage.expand_environment(value, name.span);
                if name.value == "PATH" {
                    stage.tools.path(value.as_ref().map(|it| it.as_str()));
                }
                stage.variables.retain(|(known, ..)| *known != name.value);
                let end = value_end(value.as_ref(), name.span);
                let span = Span { end, ..name.span };
                stage.variables.push((name.value.clone(), value, span));
            }
            Action::Expose(ports) => {
                for port in ports {
                    let Some(text) = stage.expand(port) else { continue };
                    stage.exposed.extend(exposed(&text, port.span().unwrap_or(step.span)));
                }
            }
            Action::Run(run) => {
                stage.runs.push(run);
                let found = crlf::run_in(self.crlf, run, stage, before, &self.facts.tree);
                stage.crlf_scripts.extend(found);
                stage.tools.run(run);
                stage.base.shell = replaced_shell(run).unwrap_or(stage.base.shell);
                go_build::run(self, run, step.span, stage, before);
            }
            Action::Command(line) => {
                stage.command = Some((line, step.span));
                stage.command_is_own = true;
            }
            Action::Entrypoint(line) => {
                stage.entrypoint = Some((line, step.span));
                if !stage.command_is_own {
                    stage.command = None;
                }
            }
            Action::Shell(words) => stage.shell = Some(words.iter().map(|it| it.value.clone()).collect()),
            Action::Healthcheck(line) => stage.healthcheck = Some((line.as_ref(), step.span)),
            Action::User(user) => {
                let span = user.span().unwrap_or(step.span);
                let name = stage.expand(user).map(|it| it.as_str().to_owned());
                stage.user = Some(Spanned::new(name.unwrap_or_default(), span));
            }
            Action::Workdir(path) => {
                let path = stage.expand(path).map(|it| stage.path(it.as_str()).into_owned());
                stage.workdir = match (path, &stage.workdir) {
                    (Some(path), Some(folder)) => Some(layers::absolute(folder, &path)),
                    (Some(path), None) if path.starts_with('/') => Some(path),
                    _ => None,
                };
            }
            Action::Copy(copy) => self.copy(copy, stage, before),
            Action::StopSignal(signal) => {
                stage.stops_by_sigterm = stage.expand(signal).is_some_and(|it| is_sigterm(it.as_str()));
            }
            Action::Volume(_) => {}
        }
    }

    fn copy(&self, copy: &Copy, stage: &mut Stage<'a>, before: &[Stage<'a>]) {
        let Some(destination) = stage.expand(&copy.destination) else {
            stage.tools.unknown("a COPY goes to a folder that a variable names");
            return;
        };
        let written = stage.path(destination.as_str()).into_owned();
        let Some(folder) = stage.workdir.clone().or_else(|| written.starts_with('/').then(String::new))
        else {
            return;
        };
        let path = layers::absolute(&folder, &written);
        let several = copy.sources.len() + copy.heredocs.len() > 1;
        let into = several
            || written.ends_with('/')
            || matches!(written.as_str(), "." | "..")
            || written.ends_with("/.");
        for (_, script) in &copy.heredocs {
            let origin = LayerOrigin::Text(script.clone());
            stage.layers.push(Layer { origin, destination: path.clone(), into: false, source: None });
        }
        let from = copy.from.as_ref().map(|it| stage.expand(it));
        for source in &copy.sources {
            let Some(text) = stage.expand(source) else {
                stage.tools.copied(None, &path, into);
                // Whatever it is, it may be what somebody looks for there.
                let origin = LayerOrigin::Foreign;
                stage.layers.push(Layer { origin, destination: path.clone(), into: false, source: None });
                continue;
            };
            let source = &*stage.path(text.as_str()).into_owned();
            // `go build -o /fs/bin/shop` in the stage it comes from makes `/fs` a folder.
            let below = format!("{}/", layers::absolute("", source).trim_end_matches('/'));
            let from_stage = from.as_ref().and_then(|it| stage_named(before, it.as_ref()?.as_str()));
            let is_folder = from_stage.is_some_and(|it| before[it].mentions(&below));
            stage.tools.copied(Some(source).filter(|_| !is_folder), &path, into);
            let origin = match &from {
                None if source.contains("://") => LayerOrigin::Foreign,
                // The root of the context is the root, above which nothing is:
                // <https://github.com/moby/buildkit/blob/v0.25.0/frontend/dockerfile/dockerfile2llb/convert.go>.
                None => match join_path(self.context, layers::absolute("", source).trim_start_matches('/')) {
                    Some(place) => {
                        let copied = CopiedSource::new(place.clone(), source, text.cover());
                        stage.copied.extend(copied);
                        self.copy_built(&place, &path, into, text.cover(), stage);
                        LayerOrigin::Project(place)
                    }
                    None => continue,
                },
                Some(None) => LayerOrigin::Foreign,
                Some(Some(name)) => match stage_named(before, name.as_str()) {
                    Some(number) => LayerOrigin::Stage(number, layers::absolute("", source)),
                    None => LayerOrigin::Foreign,
                },
            };
            // A file keeps its name in a folder; what the source is may only show later.
            let file_name = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            if matches!(origin, LayerOrigin::Foreign) && !file_name.is_empty() && into {
                stage.layers.push(Layer {
                    origin,
                    destination: layers::absolute(&path, file_name),
                    into: false,
                    source: text.cover(),
                });
            } else {
                let source = text.cover();
                stage.layers.push(Layer { origin, destination: path.clone(), into, source });
            }
        }
    }
}

impl<'a> Builder<'a, '_> {
    /// The programs among what is copied that the machine which holds the project builds: a file that is named, or what
    /// a folder holds that is there for such files alone. With a folder of sources nobody need have built any.
    fn copy_built(&self, place: &str, path: &str, into: bool, source: Option<Span>, stage: &mut Stage<'a>) {
        let holds_sources = self.facts.tree.has_directory(place);
        for (file, rest, binary) in self.host_builds.below(place) {
            if stage.leaves_out(file) || holds_sources && !rest.is_empty() {
                continue;
            }
            let name = file.rsplit('/').next().unwrap_or(file);
            let inside = layers::absolute(path, if rest.is_empty() { name } else { rest });
            // Whether a file becomes `path` or goes into it depends on what is there.
            let as_file = Some(path.to_owned()).filter(|_| rest.is_empty() && !into);
            for destination in as_file.into_iter().chain([inside]) {
                let origin = LayerOrigin::Binary(binary.clone());
                stage.layers.push(Layer { origin, destination, into: false, source });
            }
        }
    }
}

impl Stage<'_> {
    /// Whether it, or a stage that it starts from, says what its containers start.
    fn starts_something(&self) -> bool {
        self.entrypoint.is_some() || self.command.is_some()
    }

    /// Whether a command of the stage names a path that begins so.
    fn mentions(&self, path: &str) -> bool {
        let words = self.runs.iter().flat_map(|it| &it.script.commands).flat_map(|it| &it.words);
        words.into_iter().any(|it| it.raw.value.trim_matches(['"', '\'']).starts_with(path))
    }

    /// Whether a folder is certainly at the absolute path `path`, by what the Dockerfile says or by the standard that
    /// every Linux distribution follows.
    pub(super) fn has_folder(&self, path: &str) -> bool {
        let brings = |it: &Layer| it.destination != path && layers::is_below(path, &it.destination);
        let is_standard =
            || self.base.reference.as_deref() != Some("scratch") && layers::STANDARD_FOLDERS.contains(&path);
        self.workdir.as_deref().is_some_and(|it| layers::is_below(path, it))
            || self.made_folders.iter().any(|it| layers::is_below(path, it))
            || self.layers.iter().any(brings)
            || is_standard()
    }

    /// Whether `.dockerignore` keeps a file of the project out of its build context.
    pub(super) fn leaves_out(&self, path: &str) -> bool {
        self.left_out.as_ref().is_some_and(|(context, ignored)| {
            path_below(context, path).is_some_and(|it| ignored.excludes(it).is_some())
        })
    }

    /// A path as Linux writes it: `C:\app` is `/app`, another drive is a folder of its own.
    pub(super) fn path<'p>(&self, written: &'p str) -> Cow<'p, str> {
        let drive = written.as_bytes();
        let has_drive = drive.len() > 1 && drive[0].is_ascii_alphabetic() && drive[1] == b':';
        if !self.on_windows || !(has_drive || written.contains('\\')) || written.contains("://") {
            return Cow::Borrowed(written);
        }
        let slashes = written.replace('\\', "/");
        Cow::Owned(match has_drive {
            true if drive[0].eq_ignore_ascii_case(&b'c') => {
                format!("/{}", slashes[2..].trim_start_matches('/'))
            }
            true => format!("/{slashes}"),
            false => slashes,
        })
    }

    /// The text, when every variable in it is known here.
    pub(super) fn expand(&self, template: &Template) -> Option<Text> {
        template.expand(&mut |name| self.lookup(name)).ok()
    }

    /// The value of an ENV instruction. A variable that neither the Dockerfile nor a public base image sets
    /// is empty there: `ENV PORT=${PORT}` without an ARG sets PORT to nothing.
    /// <https://docs.docker.com/reference/dockerfile/#environment-replacement>
    fn expand_environment(&self, template: &Template, at: Span) -> Option<Text> {
        let public_base = self.entry.is_some() || self.base.reference.as_deref() == Some("scratch");
        let lookup = |name: &str| match self.lookup(name) {
            Lookup::NotHere(_) if public_base && self.is_unset(name) => Lookup::Set(Text::new("", at)),
            found => found,
        };
        template.expand(&mut { lookup }).ok()
    }

    /// Whether nothing sets a variable: no ARG, no ENV, and it is none that public images set.
    pub(super) fn is_unset(&self, name: &str) -> bool {
        let declared = self.arguments.contains_key(name) || self.variables.iter().any(|(it, ..)| it == name);
        !declared && !BASE_VARIABLES.iter().any(|it| name.contains(it))
    }

    /// What an ENV or an ARG sets a variable to, `Some(None)` when that is not known; `None` when none sets it.
    pub(super) fn own(&self, name: &str) -> Option<Option<Text>> {
        let variable = self.variables.iter().find(|(it, ..)| it == name).map(|(_, value, _)| value.clone());
        variable.or_else(|| self.arguments.get(name).cloned())
    }

    /// What is known of a variable: ENV wins over ARG.
    pub(super) fn lookup(&self, name: &str) -> Lookup {
        match self.own(name) {
            Some(Some(text)) => Lookup::Set(text),
            Some(None) => Lookup::NotHere(format!("`{name}` has no value here")),
            None => Lookup::NotHere(format!("nothing in the Dockerfile sets `{name}`")),
        }
    }
}

/// Parts of the names of variables that public base images set themselves: `PATH`, `GOPATH`,
/// `GOLANG_VERSION`, `LC_ALL`.
const BASE_VARIABLES: &[&str] =
    &["GO", "HOME", "HOST", "LANG", "LC_", "PATH", "PWD", "SHELL", "USER", "VERSION"];

fn from_map(map: &FxHashMap<String, Option<Text>>, name: &str) -> Lookup {
    match map.get(name) {
        Some(Some(text)) => Lookup::Set(text.clone()),
        _ => Lookup::NotHere(format!("`{name}` has no value here")),
    }
}

fn value_end(value: Option<&Text>, name: Span) -> u32 {
    let span = value.and_then(Text::span).filter(|it| it.file == name.file && it.start >= name.start);
    span.map_or(name.end, |it| it.end)
}

/// The shell that a RUN puts in the place of `/bin/sh`: `ln -sf /bin/bash /bin/sh`, `dpkg-reconfigure dash`.
fn replaced_shell(run: &Run) -> Option<Shell> {
    run.script.commands.iter().rev().find_map(|it| {
        let words = process::words_of(it);
        match (it.program_name()?, &words[..]) {
            ("ln" | "cp" | "mv", [.., source, "/bin/sh" | "/usr/bin/sh"]) => {
                Some(if source.ends_with("bash") && !it.guarded { Shell::Bash } else { Shell::Unknown })
            }
            ("dpkg-reconfigure", [.., "dash"]) => Some(Shell::Unknown),
            _ => None,
        }
    })
}

/// The number of the stage of that name or number.
fn stage_named(stages: &[Stage<'_>], name: &str) -> Option<usize> {
    let lower = name.to_ascii_lowercase();
    let by_name = stages.iter().rposition(|it| it.name.as_deref() == Some(&lower));
    by_name.or_else(|| name.parse().ok().filter(|it| *it < stages.len()))
}

/// A stage before its first instruction; `at` is where its base is written.
pub(super) fn fresh<'a>(reference: Option<String>, at: Span) -> Stage<'a> {
    let entry = reference.as_deref().and_then(catalogue::image);
    let on_alpine = reference.as_deref().is_some_and(catalogue::is_on_alpine);
    let shell = match entry.map(|it| it.shell) {
        Some("ash" | "bash" | "dash" | "unknown") if on_alpine => Shell::Ash,
        Some("ash") => Shell::Ash,
        Some("dash") => Shell::Dash,
        Some("bash") => Shell::Bash,
        Some("none") => Shell::None,
        _ => Shell::Unknown,
    };
    let golang = reference.as_deref().is_some_and(|it| catalogue::split_reference(it).0 == "golang");
    let user = entry.and_then(|it| it.user).map(|it| Spanned::new(it.to_owned(), at));
    Stage {
        name: None,
        from: at,
        base: Base { reference, span: at, shell },
        entry,
        variables: Vec::new(),
        arguments: FxHashMap::default(),
        on_windows: false,
        workdir: Some(if golang { "/go".to_owned() } else { "/".to_owned() }),
        user,
        exposed: Vec::new(),
        shell: None,
        entrypoint: None,
        command: None,
        command_is_own: false,
        own_entrypoint: None,
        // What a base image may set otherwise is for servers that are no Go programs.
        stops_by_sigterm: true,
        healthcheck: None,
        layers: Vec::new(),
        copied: Vec::new(),
        runs: Vec::new(),
        crlf_scripts: Vec::new(),
        tools: super::tools::Changes::default(),
        go_builds: Vec::new(),
        go_settings: Vec::new(),
        made_folders: Vec::new(),
        on_build: Vec::new(),
        expose_at: None,
        left_out: None,
    }
}

/// The ports of `80`, `53/udp`, `8000-8010`; a range too long to list is left out.
fn exposed(text: &Text, span: Span) -> Vec<Spanned<(u16, Protocol)>> {
    let mut out = Vec::new();
    for word in text.as_str().split_whitespace() {
        let (ports, protocol) = word.split_once('/').unwrap_or((word, "tcp"));
        let (Some(range), Some(protocol)) = (PortRange::parse(ports), Protocol::parse(protocol)) else {
            continue;
        };
        if range.len() <= 100 {
            out.extend((range.first..=range.last).map(|port| Spanned::new((port, protocol), span)));
        }
    }
    out
}
