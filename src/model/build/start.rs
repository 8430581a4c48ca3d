//! What containers do once they are started.

use super::{Join, go_start, unknown_listeners};
use crate::facts::catalogue::{ImageEntry, ImageSystem, image_system};
use crate::model::broker::{self, Broker};
use crate::model::compose::{Mount, Setting};
use crate::model::container::Scene;
use crate::model::proxy::{self, Proxied};
use crate::model::{
    Command, ContainerFiles, Environment, GoNetwork, Image, ImageId, Listener, Listeners, Origin,
    PipelinePart, ProgramId, Running, Setup, Tools, UnexpandedVariable, Variable, Workload, WorkloadKind,
    catalogued, command_dials, configured_dials, resolve, unexpanded_in,
};
use crate::net::parse_target;
use crate::source::{Confidence, FileId, Span, Spanned, Text};

/// A container that is to be started.
pub(super) struct Container<T> {
    /// What is known of it.
    pub workload: Workload,
    /// How it is started.
    pub start: Start,
    /// What else is known of it.
    pub besides: T,
}

/// How a container is started.
#[derive(Default)]
pub(super) struct Start {
    /// What the catalogue knows of its image, or of what the image is built on.
    pub entry: Option<&'static ImageEntry>,
    /// What takes the place of the image's ENTRYPOINT.
    pub entrypoint: Setting,
    /// What takes the place of the image's CMD.
    pub command: Setting,
    /// What is mounted.
    pub mounts: Vec<Mount>,
    /// What takes the place of the image's WORKDIR.
    pub working_directory: Option<String>,
}

impl Join<'_> {
    /// Starts containers: each has its whole environment then, and what it runs, listens on and dials.
    pub(super) fn start<T>(&self, containers: Vec<Container<T>>) -> Vec<Container<T>> {
        let (mut workloads, mut starts, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for Container { mut workload, start, besides } in containers {
            self.prepare(&mut workload, &start);
            workloads.push(workload);
            starts.push(start);
            others.push(besides);
        }
        let running = workloads.iter().zip(&starts).map(|(workload, start)| self.running(workload, start));
        let running: Vec<Running> = running.collect();
        for (workload, running) in workloads.iter_mut().zip(&running) {
            running.environment.apply(&mut workload.environment);
        }
        let files = workloads.iter().zip(&starts).zip(&running).map(|((workload, start), running)| {
            ContainerFiles::new(&Scene {
                facts: self.facts,
                applied: self.applied,
                images: &self.images,
                image: workload.image,
                mounts: &start.mounts,
                working_directory: start.working_directory.as_deref(),
                running,
                is_service: workload.kind != WorkloadKind::Image,
            })
        });
        let files: Vec<ContainerFiles<'_>> = files.collect();
        let runs = workloads.iter().zip(&running).zip(&files);
        let runs = runs.filter_map(|((workload, running), files)| run(workload, running, files));
        let mut networks = self.world.networks(&runs.collect::<Vec<_>>()).into_iter();
        let each = workloads.iter_mut().zip(&starts).zip(&running).zip(files);
        for (((workload, start), running), files) in each {
            if running.program.is_some() {
                networks.next().into_iter().for_each(|it| add_network(workload, running, it));
            } else if workload.kind != WorkloadKind::Image {
                self.add_foreign(workload, start, running, &files);
            }
            self.add_rest(workload, start, running, &files);
            workload.brought = brought(files);
        }
        let each = workloads.into_iter().zip(starts).zip(running).zip(others);
        let each = each.map(|(((mut workload, start), running), besides)| {
            if workload.image.is_some() {
                workload.unexpanded = running.unexpanded;
            }
            workload.process = running.process;
            Container { workload, start, besides }
        });
        each.collect()
    }

    /// What is known of a container before it is known what runs in it.
    fn prepare(&self, workload: &mut Workload, start: &Start) {
        let image = workload.image.map(|it| self.images.image(it));
        match image {
            Some(image) => add_image_environment(&mut workload.environment, image),
            None if start.entry.is_none() => {
                let reason = || "the image may set variables".to_owned();
                workload.environment.incomplete.get_or_insert_with(reason);
            }
            None => {}
        }
        workload.stopping.by_sigterm = image.is_some_and(|it| it.stops_by_sigterm);
        workload.mounts.clone_from(&start.mounts);
        let own = [&start.entrypoint, &start.command];
        workload.own_words = own.into_iter().filter_map(written).flat_map(|it| it.0.words()).collect();
        workload.own_words_complete = !own.into_iter().any(|it| matches!(it, Setting::Unknown(_)));
        if workload.system == ImageSystem::Unknown {
            workload.system = self.system(workload);
        }
    }

    /// What runs, `entrypoint:` and `command:` over the image's own.
    fn running(&self, workload: &Workload, start: &Start) -> Running {
        // A command that is not known is the program itself where there is no entrypoint, else its arguments.
        let has_entrypoint = || match start.entrypoint {
            Setting::Absent => workload.image.is_some_and(|it| self.images.has_entrypoint(it)),
            _ => true,
        };
        let hides_program = matches!(start.command, Setting::Unknown(_)) && !has_entrypoint();
        if matches!(start.entrypoint, Setting::Unknown(_)) || hides_program {
            return Running::default();
        }
        let setup = setup(workload, start);
        let mut running = match (workload.image, &workload.image_reference) {
            (Some(image), _) => self.images.process_for(image, &setup),
            (None, Some(it)) => {
                let reference = Spanned::new(it.text.as_str().to_owned(), workload.image_span);
                let running = self.images.process_of_public(&reference, &setup);
                if running.program.is_some() { running } else { running.without_process() }
            }
            (None, None) => Running::default(),
        };
        if matches!(start.command, Setting::Unknown(_))
            && let Some(process) = &mut running.process
        {
            process.arguments = None;
        }
        running
    }

    /// Notes what a container does to itself when it starts: which programs it installs, what it builds.
    fn add_start(
        &self,
        workload: &mut Workload,
        start: &Start,
        running: &Running,
        files: &ContainerFiles<'_>,
    ) {
        if [&start.entrypoint, &start.command].into_iter().any(|it| matches!(it, Setting::Unknown(_))) {
            workload.tools = Tools::unknown("what it starts is not known");
            return;
        }
        let image = workload.image.map(|it| self.images.image(it));
        let reference = match (image, &workload.image_reference, start.entry) {
            (Some(image), ..) => image.base.reference.clone().map(|it| Spanned::new(it, image.base.span)),
            (None, Some(it), Some(_)) => Some(Spanned::new(it.text.as_str().to_owned(), workload.image_span)),
            _ => None,
        };
        let Some(reference) = reference else { return };
        workload.tools = match (workload.image, start.entry) {
            (Some(image), _) => self.images.tools_in(image, running),
            (None, Some(entry)) => running.tools_of_public(entry),
            (None, None) => return,
        };
        workload.go_builds = go_start::builds(&go_start::Scene {
            facts: self.facts,
            reference: &reference,
            image,
            changes_workspace: workload.image.is_some_and(|it| self.images.changes_workspace(it)),
            running,
            files,
            environment: &workload.environment,
        });
    }

    /// The system that a workload runs on, by its image.
    fn system(&self, workload: &Workload) -> ImageSystem {
        match (workload.image, &workload.image_reference) {
            (Some(image), _) => self.images.image(image).system,
            (None, Some(reference)) => image_system(reference.text.as_str()),
            (None, None) => ImageSystem::Unknown,
        }
    }

    /// What a container does in which no Go program of the project runs.
    fn add_foreign(
        &self,
        workload: &mut Workload,
        start: &Start,
        running: &Running,
        files: &ContainerFiles<'_>,
    ) {
        if workload.pipeline == Some(PipelinePart::Job) {
            let reason = || "its steps may do more".to_owned();
            let incomplete = Some(Spanned::new(reason(), workload.name.span));
            workload.listeners = Listeners { only_go: true, incomplete, ..Listeners::default() };
            workload.dials_incomplete = Some(reason());
        } else if let Some(proxied) = self.proxied(workload, start, running, files) {
            workload.listeners = proxied.listeners;
            workload.dials.extend(proxied.dials);
            workload.dials_incomplete = proxied.dials_incomplete;
        } else {
            let broker = self.broker(workload, start, files);
            let sockets = broker.map(|it| {
                workload.advertised = it.advertised;
                it.listeners
            });
            workload.listeners = self.foreign_listeners(workload, start, sockets.flatten());
            workload.dials_incomplete = (!start.entry.is_some_and(is_datastore))
                .then(|| "nothing is known of what it dials".to_owned());
        }
    }

    /// What the files, the command and the image of a container say, whatever runs in it.
    fn add_rest(
        &self,
        workload: &mut Workload,
        start: &Start,
        running: &Running,
        files: &ContainerFiles<'_>,
    ) {
        let Start { entry, entrypoint, command, mounts, .. } = start;
        if let Some(id) = workload.image {
            workload.crlf_scripts = self.images.crlf_scripts(id, &running.scripts, mounts);
        }
        self.add_start(workload, start, running, files);
        if workload.kind == WorkloadKind::Image {
            return;
        }
        let base = workload.image.and_then(|it| self.images.image(it).base.reference.clone());
        let own = workload.image_reference.as_ref().map(|it| it.text.as_str().to_owned());
        if let Some(reference) = if workload.image.is_some() { base } else { own } {
            workload.dials.extend(configured_dials::read(&reference, mounts, files, self.facts));
        }
        for setting in [entrypoint, command] {
            if let Setting::Set(command, span) = setting {
                workload.dials.extend(command_dials::read(command, *span, &workload.environment));
            }
        }
        if workload.image.is_none() {
            workload.unexpanded = unexpanded_abroad(written(entrypoint), written(command), *entry);
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

    /// What is said of a broker; `None` when the container is none, or starts something else.
    fn broker(
        &self,
        workload: &Workload,
        Start { entrypoint, command, .. }: &Start,
        files: &ContainerFiles<'_>,
    ) -> Option<Broker> {
        if !matches!(entrypoint, Setting::Absent)
            || matches!(command, Setting::Unknown(_))
            || !self.keeps_base_process(workload.image)
        {
            return None;
        }
        let reference = match workload.image {
            Some(image) => self.images.image(image).base.reference.as_deref()?,
            None => workload.image_reference.as_ref()?.text.as_str(),
        };
        broker::read(&broker::Scene {
            reference,
            image_span: workload.image_span,
            environment: &workload.environment,
            command: written(command).map(|(command, _)| command),
            files,
        })
    }

    /// The sockets of a container in which no Go program of the project runs; `told` when it is a broker that says
    /// them.
    fn foreign_listeners(
        &self,
        workload: &Workload,
        Start { entry, entrypoint, command, mounts, .. }: &Start,
        told: Option<Listeners>,
    ) -> Listeners {
        let changed = !matches!(entrypoint, Setting::Absent) || matches!(command, Setting::Unknown(_));
        // A Dockerfile on top of a public image may change what runs.
        let Some(entry) = entry.filter(|_| !changed && self.keeps_base_process(workload.image)) else {
            return unknown_listeners(workload.image_span);
        };
        let own = written(command).map(|(command, _)| command);
        let is_stock = workload.image.is_none() && mounts.is_empty();
        let mut found = match told.filter(|_| !own.is_some_and(catalogued::serves_nobody)) {
            Some(told) => told,
            None => catalogued::listeners(entry, workload.image_span, &workload.environment, own, is_stock),
        };
        let is_configured = mounts.iter().any(Mount::may_configure)
            || workload.image.is_some_and(|it| self.images.brings_configuration(it));
        if is_configured && catalogued::has_ports_in_files(entry) {
            let reason = "a file that is mounted or copied may decide what it listens on".to_owned();
            found.incomplete.get_or_insert(Spanned::new(reason, workload.image_span));
        }
        found
    }

    /// Whether the image of a Dockerfile starts what its public base starts.
    fn keeps_base_process(&self, image: Option<ImageId>) -> bool {
        image.is_none_or(|id| self.images.image(id).process.is_none())
    }
}

fn setup<'s>(workload: &'s Workload, start: &'s Start) -> Setup<'s> {
    Setup {
        entrypoint: written(&start.entrypoint),
        command: written(&start.command),
        mounts: &start.mounts,
        working_directory: start.working_directory.as_deref(),
        environment: Some(&workload.environment),
    }
}

/// The program that runs in a container, and what the container gives it.
fn run<'s>(
    workload: &'s Workload,
    running: &'s Running,
    files: &'s ContainerFiles<'s>,
) -> Option<(ProgramId, resolve::Setting<'s>)> {
    let arguments = running.process.as_ref().and_then(|it| it.arguments.as_deref());
    Some((running.program?, resolve::Setting { environment: &workload.environment, arguments, files }))
}

/// What a call that may never be made connects to is possible at most, unless somebody sets the address for this very
/// workload.
fn weigh_optional(workload: &mut Workload) {
    let own = workload.environment.variables.values().filter(|it| it.origin == Origin::Workload);
    // `sqlite3://localhost/dev` is not one, whatever the program would do with its host.
    let is_address = |it: &&Variable| {
        let text = it.value.as_ref().map(Text::as_str);
        text.is_none_or(|it| !it.contains("://") || !parse_target(it, "any").is_empty())
    };
    let own: Vec<Span> = own.filter(is_address).map(|it| it.span).collect();
    for dial in workload.dials.iter_mut().filter(|it| it.is_optional) {
        let is_own = |span: Span| own.iter().any(|it| it.contains(span));
        if !is_own(dial.host_span) || dial.port.is_some() && !dial.port_span.is_some_and(is_own) {
            dial.confidence = Confidence::Possible;
        }
    }
}

fn add_network(workload: &mut Workload, running: &Running, network: GoNetwork) {
    workload.program = running.program;
    workload.dials_incomplete =
        network.dials_incomplete().map(|_| "a call connects to what is not known".to_owned());
    workload.dials = network.dials;
    weigh_optional(workload);
    workload.calls = network.calls;
    workload.process_variables = network.variables;
    workload.missing_files = network.missing_files;
    workload.of_other_commands = network.of_other_commands;
    workload.idle_variables = network.idle_variables;
    workload.stopping.timeouts = network.stop_timeouts;
    workload.listeners = network.listeners;
    leave_to_other_commands(&mut workload.listeners, &workload.of_other_commands);
    let optional = &workload.listeners.optional;
    for fault in workload.listeners.faults.iter_mut().filter(|it| optional.contains(&it.call)) {
        fault.confidence = Confidence::Possible;
    }
    workload.listeners.only_go = !running.others;
    if running.others {
        let reason = "other processes run beside the program".to_owned();
        workload.listeners.incomplete.get_or_insert(Spanned::new(reason, workload.image_span));
    }
}

/// What other subcommands listen on, this container does not; nor is it said for certain that nothing listens there.
fn leave_to_other_commands(listeners: &mut Listeners, others: &[Span]) {
    let is_other = |at: Span| others.iter().any(|call| call.contains(at));
    listeners.faults.retain(|it| !is_other(it.call));
    listeners.collisions.retain(|it| !is_other(it.first) && !is_other(it.second));
    let left: Vec<Listener> = listeners.known.extract_if(.., |it| is_other(it.call)).collect();
    listeners.left_out.extend(left.iter().map(|it| (it.port, it.protocol)));
    if let Some(last) = left.last().filter(|_| listeners.known.is_empty()) {
        let reason = "only other subcommands listen".to_owned();
        listeners.incomplete.get_or_insert(Spanned::new(reason, last.call));
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

pub(super) fn written(setting: &Setting) -> Option<(&Command, Span)> {
    match setting {
        Setting::Set(command, span) => Some((command, *span)),
        Setting::Absent | Setting::Unknown(_) => None,
    }
}

/// The image's `ENV` stands below what the service sets.
fn add_image_environment(environment: &mut Environment, image: &Image) {
    let origin = if environment.incomplete.is_some() { Origin::ImageUnlessSet } else { Origin::Image };
    for (name, variable) in &image.environment.variables {
        let variable = || Variable { origin, ..variable.clone() };
        environment.variables.entry(name.clone()).or_insert_with(variable);
    }
    if let Some(reason) = &image.environment.incomplete {
        environment.incomplete.get_or_insert_with(|| reason.clone());
    }
}

/// A database or broker waits for others; a proxy, a scraper or a dashboard calls out.
fn is_datastore(entry: &ImageEntry) -> bool {
    const DATASTORE_PORTS: &[u16] = &[3306, 4222, 5432, 5672, 6379, 9042, 11211, 27017];
    entry.ports.iter().any(|it| DATASTORE_PORTS.contains(&it.port))
}
