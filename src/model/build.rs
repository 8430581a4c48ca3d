//! The join: from the facts of single files to one [`Project`].

mod pods;

use std::collections::BTreeSet;

use super::command_lines::CommandFile;
use super::compose::{Build, ComposeService, Compositions, Mount, Setting, read_compositions};
use super::container::Scene;
use super::image::{ByHand, builds_by_hand};
use super::kubernetes::{Applied, applied};
use super::{
    Command, ContainerFiles, Database, Detail, Dial, DialLogin, DialSource, Environment, HealthSource, Healthcheck,
    Image, ImageId, Images, Listeners, Manifests, Project, Running, Stopping, UnexpandedVariable, Workload,
    WorkloadId, WorkloadKind, World, advertised, catalogued, command_dials, command_lines, configured_dials,
    database, helm, hns, mentions, proxy, proxy::Proxied, read_health_check, unexpanded_in, wsl,
};
use crate::facts::Facts;
use crate::facts::catalogue::{self, ImageEntry, ImageSystem, image_system, split_reference};
use crate::net::{Protocol, Reach};
use crate::source::{Confidence, FileId, Span, Spanned};

impl Project {
    /// Joins the facts of all files.
    #[must_use]
    pub fn build(facts: &Facts, detail: Detail) -> Self {
        let world = World::new(facts, detail);
        let images = Images::read(facts, &world.programs);
        let (applied, unrendered) = applied(facts);
        let command_files = command_lines::read(facts);
        let by_hand = builds_by_hand(facts, &command_files);
        let mut join = Join { facts, applied: &applied, world: &world, images, by_hand };
        let mut read = read_compositions(facts);
        join.add_command_lines(&command_files, &mut read);
        let Compositions { compositions, networks, services } = read;
        let (mut workloads, built) = join.services(services);
        let pods = join.pods(&built, &mut workloads);
        workloads.extend(join.lone_images(&workloads));
        let images = join.images.into_images();
        Self {
            images,
            workloads,
            pods,
            manifests: Manifests::read(facts, &applied, !unrendered.is_empty()),
            unrendered,
            networks,
            compositions,
            wsl: wsl::files(facts),
            hns: hns::faults(facts),
            of_charts: helm::used_files(facts),
            mentioned_variables: mentions::mentioned_variables(facts, &applied),
            syntax_errors: syntax_errors(facts),
            programs: world.programs,
            ..Self::default()
        }
    }
}

/// What one Compose service builds.
struct ServiceBuild {
    service: String,
    /// The reference that its `image:` gives the result.
    tag: Option<String>,
    image: Option<ImageId>,
    /// Whether the last stage is built.
    is_whole: bool,
}

/// How a container is started.
struct Start {
    /// What the catalogue knows of its image, or of what the image is built on.
    entry: Option<&'static ImageEntry>,
    /// What takes the place of the image's ENTRYPOINT.
    entrypoint: Setting,
    /// What takes the place of the image's CMD.
    command: Setting,
    mounts: Vec<Mount>,
    /// What takes the place of the image's WORKDIR.
    working_directory: Option<String>,
}

struct Join<'a> {
    facts: &'a Facts,
    applied: &'a [Applied<'a>],
    world: &'a World<'a>,
    images: Images<'a>,
    /// What Makefiles and scripts build.
    by_hand: Vec<ByHand>,
}

impl Join<'_> {
    /// The services as workloads, and what they build.
    fn services(&mut self, services: Vec<ComposeService>) -> (Vec<Workload>, Vec<ServiceBuild>) {
        let builds: Vec<ServiceBuild> = services
            .iter()
            .filter_map(|it| {
                let build = it.build.as_ref()?;
                Some(ServiceBuild {
                    service: it.workload.name.value.clone(),
                    tag: it.workload.image_reference.as_ref().map(|it| it.text.as_str().to_owned()),
                    image: self.built(build),
                    is_whole: build.target.is_none(),
                })
            })
            .collect();
        let labelled: Vec<_> = services.iter().flat_map(proxy::labelled).collect();
        let led: Vec<bool> = services.iter().map(proxy::is_led_by_labels).collect();
        let workloads = services.into_iter().map(|service| {
            let Some(reference) =
                service.workload.image_reference.clone().filter(|_| service.build.is_none())
            else {
                let image = service.build.as_ref().and_then(|it| self.built(it));
                return self.service(service, image);
            };
            // It may run the image that another one builds and tags, or the one that the project publishes.
            let tagged = builds.iter().find(|it| it.tag.as_deref() == Some(reference.text.as_str()));
            if let Some(image) = tagged.and_then(|it| it.image) {
                return self.service(service, Some(image));
            }
            let published = self.published(reference.text.as_str(), service.command_line_in());
            let mut workload = self.service(service, published);
            if published.is_some() {
                workload.rest_on_image(Confidence::Likely);
            }
            workload
        });
        let mut workloads: Vec<Workload> = workloads.collect();
        for (workload, _) in workloads.iter_mut().zip(led).filter(|(_, is_led)| *is_led) {
            workload.dials.extend(labelled.iter().filter_map(|it| it.dial(workload.kind)));
        }
        (workloads, builds)
    }

    /// The image of the project that a reference means without a word of Compose: one that a Makefile or
    /// a script builds and tags so, whatever the registry, or that of the project's only Dockerfile where
    /// the module beside it is called so: `ghcr.io/owner/app` in the repository of `github.com/owner/app`.
    fn published(&mut self, reference: &str, near: Option<FileId>) -> Option<ImageId> {
        let (repository, _) = split_reference(reference);
        let owner_and_name = |path: &str| {
            let mut parts = path.rsplit('/');
            Some((parts.next()?.to_lowercase(), parts.next()?.to_lowercase()))
        };
        let is_called = |name: &str| {
            name == repository
                || owner_and_name(name).is_some_and(|it| owner_and_name(repository) == Some(it))
        };
        for file in near.map(Some).into_iter().chain([None]) {
            let tagged = self.tagged(&is_called, file).into_iter();
            let tagged: BTreeSet<ImageId> = tagged.map(|it| it.1).collect();
            if let (Some(image), 1) = (tagged.first(), tagged.len()) {
                return Some(*image);
            }
        }
        let [(dockerfile, _)] = self.facts.dockerfiles[..] else { return None };
        let path = self.facts.path(dockerfile);
        let folder = |path: &str| path.rsplit_once('/').map_or(".", |it| it.0).to_owned();
        let beside = self.facts.modules.iter().find(|(id, _)| folder(self.facts.path(*id)) == folder(path));
        let module = beside?.1.module.as_ref()?.value.as_str();
        let is_it = module.matches('/').count() > 1 && owner_and_name(repository)? == owner_and_name(module)?;
        if is_it { self.images.build_alone(dockerfile) } else { None }
    }

    /// What command lines, of one file or of any, build and call so, with the names.
    fn tagged(&mut self, is_called: &dyn Fn(&str) -> bool, file: Option<FileId>) -> Vec<(String, ImageId)> {
        let mut out = Vec::new();
        let near = self.by_hand.iter().filter(|it| file.is_none_or(|file| it.file == file));
        for it in near.filter(|it| it.repositories().any(is_called)) {
            let Some(image) = self.images.built_by_hand(it) else { continue };
            out.extend(it.repositories().filter(|it| is_called(it)).map(|it| (it.to_owned(), image)));
        }
        out
    }

    /// Adds the containers that command lines start, where an image of the project is among them.
    fn add_command_lines(&mut self, files: &[CommandFile], out: &mut Compositions) {
        let built: BTreeSet<String> = out
            .services
            .iter()
            .filter(|it| it.build.is_some())
            .filter_map(|it| Some(it.workload.image_reference.as_ref()?.text.as_str().to_owned()))
            .collect();
        for mut world in command_lines::worlds(files, &self.facts.tree) {
            let mut is_own =
                |image: &str| built.contains(image) || self.published(image, Some(world.file)).is_some();
            let own: BTreeSet<String> = world.images().map(str::to_owned).collect();
            let own: BTreeSet<String> = own.into_iter().filter(|it| is_own(it)).collect();
            world.leave_out_tools(&own);
            if !own.is_empty() {
                world.resolve(self.facts, out);
            }
        }
    }

    fn built(&mut self, build: &Build) -> Option<ImageId> {
        let file = self.facts.dockerfiles.iter().map(|(file, _)| *file);
        let file = file.into_iter().find(|it| Some(self.facts.path(*it)) == build.dockerfile.as_deref())?;
        let target = match &build.target {
            Some(target) => Some(target.as_ref()?.as_str()),
            None => None,
        };
        let image = self.images.build(file, build.context.as_deref()?, target, &build.args)?;
        self.images.judge_sources(image);
        Some(image)
    }

    fn service(&self, service: ComposeService, image: Option<ImageId>) -> Workload {
        let ComposeService { mut workload, build, entrypoint, command, healthcheck, .. } = service;
        workload.image = image;
        let entry = match image {
            Some(id) => self.images.base_entry(id),
            None if build.is_some() => None,
            None => workload.image_reference.as_ref().and_then(|it| catalogue::image(it.text.as_str())),
        };
        let working_directory = service.working_dir.map(|it| it.as_str().to_owned());
        let mounts = service.mounts;
        let start = Start { entry, entrypoint, command, mounts, working_directory };
        self.start(&mut workload, &start);
        workload.database = self.database(&workload, &start);
        if let Some(by_sigterm) = service.stops_by_sigterm {
            workload.stopping.by_sigterm = by_sigterm;
        }
        workload.healthcheck = self.healthcheck(&workload, healthcheck, entry);
        add_health_dials(&mut workload);
        if let Some(process) = workload.process.as_mut().filter(|_| service.init) {
            process.shell_keeps_pid1 = None;
        }
        workload
    }

    /// What the container of `workload` does once it is started: its whole environment, what it runs,
    /// listens on and dials.
    fn start(&self, workload: &mut Workload, start: &Start) {
        let Start { entry, entrypoint, command, mounts, working_directory } = start;
        let image = workload.image;
        match image.map(|it| self.images.image(it)) {
            Some(image) => add_image_environment(&mut workload.environment, image),
            None if entry.is_none() => {
                let reason = || "the image may set variables".to_owned();
                workload.environment.incomplete.get_or_insert_with(reason);
            }
            None => {}
        }
        workload.stopping.by_sigterm = image.is_some_and(|id| self.images.image(id).stops_by_sigterm);
        workload.mounts.clone_from(mounts);
        workload.own_words =
            [entrypoint, command].into_iter().filter_map(written).flat_map(|it| it.0.words()).collect();
        workload.own_words_complete =
            ![entrypoint, command].into_iter().any(|it| matches!(it, Setting::Unknown(_)));
        if workload.system == ImageSystem::Unknown {
            workload.system = self.system(workload);
        }
        let running = self.running(image, entrypoint, command, mounts, &workload.environment);
        let files = ContainerFiles::new(&Scene {
            facts: self.facts,
            applied: self.applied,
            images: &self.images,
            image,
            mounts,
            working_directory: working_directory.as_deref(),
            running: &running,
            is_service: true,
        });
        self.listen_and_dial(workload, &running, &files);
        let proxied = self.proxied(workload, start, &running, &files).filter(|_| running.program.is_none());
        if let Some(proxied) = proxied {
            workload.listeners = proxied.listeners;
            workload.dials.extend(proxied.dials);
            workload.dials_incomplete = proxied.dials_incomplete;
        } else if running.program.is_none() {
            workload.listeners = self.foreign_listeners(workload, start);
            workload.dials_incomplete =
                (!entry.is_some_and(is_datastore)).then(|| "nothing is known of what it dials".to_owned());
        }
        let base = image.and_then(|it| self.images.image(it).base.reference.clone());
        let own = workload.image_reference.as_ref().map(|it| it.text.as_str().to_owned());
        if let Some(reference) = if image.is_some() { base } else { own } {
            workload.dials.extend(configured_dials::read(&reference, mounts, &files, self.facts));
        }
        workload.brought = brought(files);
        if let Some(reference) = workload.image_reference.as_ref().filter(|_| image.is_none()) {
            let own = written(command).map(|(command, _)| command);
            workload.advertised = advertised::read(reference.text.as_str(), &workload.environment, own);
        }
        for setting in [entrypoint, command] {
            if let Setting::Set(command, span) = setting {
                workload.dials.extend(command_dials::read(command, *span, &workload.environment));
            }
        }
        workload.unexpanded = match image {
            Some(_) => running.unexpanded,
            None => unexpanded_abroad(written(entrypoint), written(command), *entry),
        };
        if let Some(image) = image {
            workload.crlf_scripts = self.images.crlf_scripts(image, &running.scripts, mounts);
        }
        workload.process = running.process;
    }

    /// The system that a workload runs on, by its image.
    fn system(&self, workload: &Workload) -> ImageSystem {
        match (workload.image, &workload.image_reference) {
            (Some(image), _) => self.images.image(image).system,
            (None, Some(reference)) => image_system(reference.text.as_str()),
            (None, None) => ImageSystem::Unknown,
        }
    }

    /// What a container of a proxy does; `None` when it is none, or its configuration is not known.
    fn proxied(
        &self,
        workload: &Workload,
        Start { entry, entrypoint, command, .. }: &Start,
        running: &Running,
        files: &ContainerFiles<'_>,
    ) -> Option<Proxied> {
        let image = workload.image.map(|it| self.images.image(it));
        let reference = match (image, &workload.image_reference) {
            (Some(image), _) => image.base.reference.as_deref()?,
            (None, Some(reference)) => reference.text.as_str(),
            (None, None) => return None,
        };
        let command = match (image, entrypoint, command) {
            (_, Setting::Unknown(_), _) | (_, _, Setting::Unknown(_)) => return None,
            (Some(_), ..) => running.process.as_ref().map(|it| it.command.clone()),
            (None, Setting::Absent, Setting::Absent) => None,
            (None, Setting::Set(own, _), Setting::Absent) | (None, Setting::Absent, Setting::Set(own, _)) => {
                Some(own.clone())
            }
            (None, Setting::Set(Command::Exec(first), _), Setting::Set(Command::Exec(rest), _)) => {
                Some(Command::Exec([first.as_slice(), rest].concat()))
            }
            (None, Setting::Set(..), Setting::Set(..)) => return None,
        };
        proxy::read(&proxy::Scene {
            reference,
            entry: *entry,
            image_span: workload.image_span,
            command: command.as_ref(),
            files,
            environment: &workload.environment,
        })
    }

    /// The sockets of a container in which no Go program of the project runs.
    fn foreign_listeners(
        &self,
        workload: &Workload,
        Start { entry, entrypoint, command, mounts, .. }: &Start,
    ) -> Listeners {
        let changed = !matches!(entrypoint, Setting::Absent) || matches!(command, Setting::Unknown(_));
        // A Dockerfile on top of a public image may change what runs.
        let Some(entry) = entry.filter(|_| !changed && self.keeps_base_process(workload.image)) else {
            return unknown_listeners(workload.image_span);
        };
        let own = written(command).map(|(command, _)| command);
        let is_stock = workload.image.is_none() && mounts.is_empty();
        let mut found =
            catalogued::listeners(entry, workload.image_span, &workload.environment, own, is_stock);
        if mounts.iter().any(configures) {
            let reason = "a mounted file may decide what it listens on".to_owned();
            found.incomplete.get_or_insert(Spanned::new(reason, workload.image_span));
        }
        found
    }

    /// What the container of a public database image creates. One that a Dockerfile adds to may create
    /// anything.
    fn database(
        &self,
        workload: &Workload,
        Start { entrypoint, command, mounts, .. }: &Start,
    ) -> Option<Database> {
        let reference = workload.image_reference.as_ref().filter(|_| workload.image.is_none())?;
        let runs_shell = match command {
            Setting::Absent => false,
            Setting::Unknown(_) => true,
            Setting::Set(command, _) => !matches!(command, Command::Exec(words)
                if words.first().is_none_or(|it| !it.as_str().ends_with("sh"))),
        };
        let start = database::Start {
            environment: &workload.environment,
            mounts,
            is_plain: matches!(entrypoint, Setting::Absent) && !runs_shell,
            creation: self.facts.creation,
            tree: &self.facts.tree,
        };
        Database::read(reference.text.as_str(), &start)
    }

    /// The health check that counts: the service's over the image's.
    fn healthcheck(&self, workload: &Workload, own: Setting, entry: Option<&ImageEntry>) -> Healthcheck {
        if let Healthcheck::Disabled(span) = workload.healthcheck {
            return Healthcheck::Disabled(span);
        }
        match (own, workload.image) {
            (Setting::Set(command, span), _) => {
                let environment = &workload.environment;
                Healthcheck::Set(read_health_check(&command, span, HealthSource::Compose, environment))
            }
            (Setting::Unknown(_), _) => Healthcheck::Unknown,
            (Setting::Absent, Some(image)) => self.images.healthcheck_in(image, &workload.environment),
            (Setting::Absent, None) if entry.is_some_and(|it| !it.healthcheck) => Healthcheck::Absent,
            (Setting::Absent, None) => Healthcheck::Unknown,
        }
    }

    /// What runs, `entrypoint:` and `command:` over the image's own.
    fn running(
        &self,
        image: Option<ImageId>,
        entrypoint: &Setting,
        command: &Setting,
        mounts: &[Mount],
        environment: &Environment,
    ) -> Running {
        let Some(id) = image else { return Running::default() };
        if matches!(entrypoint, Setting::Unknown(_)) {
            return Running::default();
        }
        let (entry, arguments) = (written(entrypoint), written(command));
        let mut running = self.images.process_for(id, entry, arguments, mounts, Some(environment));
        if matches!(command, Setting::Unknown(_))
            && let Some(process) = &mut running.process
        {
            process.arguments = None;
        }
        running
    }

    fn listen_and_dial(&self, workload: &mut Workload, running: &Running, files: &ContainerFiles<'_>) {
        workload.program = running.program;
        let Some(program) = running.program else { return };
        let arguments = running.process.as_ref().and_then(|it| it.arguments.as_deref());
        let network = self.world.network(program, &workload.environment, arguments, files);
        workload.dials_incomplete =
            network.dials_incomplete().map(|_| "a call connects to what is not known".to_owned());
        workload.dials = network.dials;
        workload.calls = network.calls;
        workload.process_variables = network.variables;
        workload.missing_files = network.missing_files;
        workload.stopping.timeouts = network.stop_timeouts;
        workload.listeners = network.listeners;
        workload.listeners.only_go = !running.others;
        if running.others {
            let reason = "other processes run beside the program".to_owned();
            workload.listeners.incomplete.get_or_insert(Spanned::new(reason, workload.image_span));
        }
    }

    /// Whether the image of a Dockerfile starts what its public base starts.
    fn keeps_base_process(&self, image: Option<ImageId>) -> bool {
        image.is_none_or(|id| self.images.image(id).process.is_none())
    }

    /// Images that no service and no pod runs: somebody will, somehow.
    fn lone_images(&mut self, services: &[Workload]) -> Vec<Workload> {
        let run = services.iter().filter(|it| self.stands_for_image(it));
        let run: Vec<FileId> = run.filter_map(|it| it.image).map(|it| self.images.image(it).file).collect();
        let files: Vec<FileId> = self.facts.dockerfiles.iter().map(|(file, _)| *file).collect();
        let mut out = Vec::new();
        for file in files.into_iter().filter(|it| !run.contains(it)) {
            if let Some(id) = self.images.build_alone(file) {
                let at = u32::try_from(services.len() + out.len()).unwrap_or(u32::MAX);
                out.push(self.lone_image(id, WorkloadId(at)));
            }
        }
        out
    }

    fn lone_image(&self, id: ImageId, workload: WorkloadId) -> Workload {
        let image = self.images.image(id);
        let mut environment = image.environment.clone();
        environment.incomplete = Some("nothing in the project says how the image is run".to_owned());
        let name = Spanned::new(image.path.clone(), image.from);
        let mut workload = Workload {
            image: Some(id),
            environment,
            healthcheck: image.healthcheck.clone(),
            listeners: unknown_listeners(image.from),
            stopping: Stopping { by_sigterm: image.stops_by_sigterm, ..Stopping::default() },
            system: image.system,
            ..Workload::bare(workload, name, WorkloadKind::Image, image.from)
        };
        let running = self.images.process_for(id, None, None, &[], Some(&workload.environment));
        let files = ContainerFiles::new(&Scene {
            facts: self.facts,
            applied: self.applied,
            images: &self.images,
            image: Some(id),
            mounts: &[],
            working_directory: None,
            running: &running,
            is_service: false,
        });
        self.listen_and_dial(&mut workload, &running, &files);
        workload.brought = brought(files);
        workload.crlf_scripts = self.images.crlf_scripts(id, &running.scripts, &[]);
        workload.unexpanded = running.unexpanded;
        workload.process = running.process;
        workload
    }
}

/// The variables in a command for an image of somebody else that reach its program as they are
/// written. The entrypoints of Docker's official images run their command as it is:
/// <https://github.com/docker-library/official-images#consistency>.
fn unexpanded_abroad(
    entrypoint: Option<(&Command, Span)>,
    command: Option<(&Command, Span)>,
    entry: Option<&ImageEntry>,
) -> Vec<UnexpandedVariable> {
    let words = |line: Option<(&Command, Span)>| match line {
        Some((Command::Exec(words), _)) => words.clone(),
        _ => Vec::new(),
    };
    let (entry_words, arguments) = (words(entrypoint), words(command));
    let is_official = entry.is_some_and(|it| !it.image.contains('/'));
    match entrypoint.or(command) {
        Some((_, span)) if !entry_words.is_empty() || (entrypoint.is_none() && is_official) => {
            unexpanded_in(&[entry_words, arguments].concat(), span)
        }
        _ => Vec::new(),
    }
}

/// The files of the project that were read in a container, with what brings them there.
fn brought(files: ContainerFiles<'_>) -> Vec<(FileId, Span)> {
    let read = files.into_read().into_iter();
    read.filter_map(|(file, brought_by)| Some((file, brought_by?))).collect()
}

fn written(setting: &Setting) -> Option<(&Command, Span)> {
    match setting {
        Setting::Set(command, span) => Some((command, *span)),
        Setting::Absent | Setting::Unknown(_) => None,
    }
}

/// The image's `ENV` stands below what the service sets.
fn add_image_environment(environment: &mut Environment, image: &Image) {
    for (name, variable) in &image.environment.variables {
        environment.variables.entry(name.clone()).or_insert_with(|| variable.clone());
    }
    if let Some(reason) = &image.environment.incomplete {
        environment.incomplete.get_or_insert_with(|| reason.clone());
    }
}

/// Requests of a health check to others are dials; those to the container itself are judged by
/// the rules on health.
fn add_health_dials(workload: &mut Workload) {
    let Healthcheck::Set(check) = &workload.healthcheck else { return };
    let others = check.requests.iter().filter(|it| Reach::of(&it.host) == Reach::Named);
    let dials = others.map(|it| Dial {
        alternative: None,
        host: it.host.clone(),
        port: Some(it.port),
        scheme: "http".to_owned(),
        path: it.path.clone(),
        login: DialLogin::default(),
        protocol: Protocol::Tcp,
        host_span: it.host_span,
        port_span: Some(it.port_span).filter(|at| *at != it.host_span),
        site: check.span,
        via: Vec::new(),
        source: DialSource::HealthCheck,
        confidence: Confidence::Proven,
    });
    workload.dials.extend(dials.collect::<Vec<_>>());
}

fn unknown_listeners(span: Span) -> Listeners {
    let reason = "nothing is known of what runs in the image".to_owned();
    Listeners { incomplete: Some(Spanned::new(reason, span)), ..Listeners::default() }
}

/// A database or broker waits for others; a proxy, a scraper or a dashboard calls out.
fn is_datastore(entry: &ImageEntry) -> bool {
    const DATASTORE_PORTS: &[u16] = &[3306, 4222, 5432, 5672, 6379, 9042, 11211, 27017];
    entry.ports.iter().any(|it| DATASTORE_PORTS.contains(&it.port))
}

/// Whether a mount brings a file that may be a configuration.
fn configures(mount: &Mount) -> bool {
    let target = mount.target.as_deref().unwrap_or_default();
    [".conf", ".cnf", ".conf.d", "/conf", "/config", ".yml", ".yaml", ".toml", ".json"]
        .iter()
        .any(|it| target.ends_with(it))
}

fn syntax_errors(facts: &Facts) -> Vec<Spanned<String>> {
    let mut errors = Vec::new();
    errors.extend(facts.go.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.modules.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.dockerfiles.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.compose.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.dotenv.iter().flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.settings_errors.iter().cloned());
    // A script that the grammar cannot read is most often right: no finding for it.
    errors
}
