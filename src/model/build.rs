//! The join: from the facts of single files to one [`Project`].

mod go_start;
mod ko;
mod pods;
mod start;

use std::collections::{BTreeMap, BTreeSet};

use self::start::{Container, Start};
use super::command_lines::CommandFile;
use super::compose::{Build, ComposeService, Compositions, Setting, read_compositions, rewritten_files};
use super::image::{ByHand, builds_by_hand, chosen_elsewhere, unbuilt};
use super::kubernetes::{Applied, NamedImage, applied};
use super::shared_configuration::doubt_shared_files;
use super::{
    Command, Database, Detail, Dial, DialLogin, DialSource, HealthSource, Healthcheck, ImageId, Images,
    Listeners, Manifests, Project, Stopping, Supervision, Workload, WorkloadId, WorkloadKind, World,
    command_lines, database, helm, hns, mentions, proxy, read_health_check, syntax_errors, windows, wsl,
};
use crate::facts::catalogue::{self, ImageEntry, is_for_tests, is_named_for_tests, split_reference};
use crate::facts::kind::Kind;
use crate::facts::{Facts, folder_of};
use crate::net::{Protocol, Reach, host_written};
use crate::source::{Confidence, FileId, Span, Spanned, Text};

impl Project {
    /// Joins the facts of all files.
    #[must_use]
    pub fn build(facts: &Facts, detail: Detail) -> Self {
        let mut world = World::new(facts, detail, &BTreeMap::new());
        let command_files = command_lines::read(facts);
        let by_hand = builds_by_hand(facts, &command_files);
        if facts.asks_for_tags {
            let tags = Images::read(facts, &world.programs).with_contexts(&by_hand).build_tags();
            if tags.values().any(|it| world.heeds(it)) {
                world = World::new(facts, detail, &tags);
            }
        }
        let images = Images::read(facts, &world.programs).with_contexts(&by_hand);
        let (applied, unrendered) = applied(facts);
        let syntax_errors = syntax_errors::read(facts, &by_hand);
        let by_ko = ko::builds(&command_files, &world.programs);
        let mut join = Join { facts, applied: &applied, world: &world, images, by_hand, by_ko };
        let mut read = read_compositions(facts);
        command_lines::mark_joined(facts, &command_files, &mut read);
        join.add_command_lines(&command_files, &mut read);
        let Compositions { compositions, networks, services } = read;
        let (mut workloads, built) = join.services(services);
        let by_services = built.iter().filter_map(|it| Some(join.images.image(it.image?).file)).collect();
        let unbuilt = unbuilt(facts, &command_files, &join.by_hand, &by_services);
        let chosen_elsewhere = chosen_elsewhere(facts, &join.by_hand, &by_services);
        let pods = join.pods(&built, &mut workloads);
        workloads.extend(join.lone_images(&workloads));
        doubt_shared_files(facts, &mut workloads);
        let images = join.images.into_images();
        let layered = compositions.iter().filter(|it| it.has_unknown_layers).flat_map(|it| &it.files);
        let rewritten = rewritten_files(facts);
        let doubtful = files_of_tests(facts).chain(layered.copied()).chain(rewritten).collect();
        Self {
            images,
            workloads,
            pods,
            manifests: Manifests::read(facts, &applied, !unrendered.is_empty()),
            unrendered,
            networks,
            compositions,
            on_windows: windows::is_used(facts),
            wsl: wsl::files(facts),
            hns: hns::faults(facts),
            of_charts: helm::used_files(facts),
            doubtful,
            configured_hosts: configured_hosts(facts),
            for_debugging: facts.compose.iter().flat_map(|(_, it)| &it.for_debugging).copied().collect(),
            unbuilt,
            chosen_elsewhere,
            supervision: Supervision::read(facts, &world.programs),
            mentioned_variables: mentions::mentioned_variables(facts, &applied),
            syntax_errors,
            programs: world.programs,
            ..Self::default()
        }
    }
}

fn configured_hosts(facts: &Facts) -> BTreeSet<String> {
    let leaves = facts.configurations.iter().flat_map(|(_, it)| &it.leaves);
    leaves.filter_map(|it| host_written(it.text.as_str()).map(str::to_owned)).collect()
}

fn files_of_tests(facts: &Facts) -> impl Iterator<Item = FileId> {
    let files = facts.paths.iter().zip(0..).filter(|(path, _)| is_of_test(path));
    files.map(|(_, id)| FileId(id))
}

/// Whether a file is there for tests: it is in a folder of such, or says so by its name, `docker-compose.test.yml`. The
/// name of a program or of its configuration may say what it tests.
fn is_of_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_data = name.ends_with(".yaml") || name.ends_with(".yml");
    is_for_tests(folder_of(path))
        || is_data && (name.starts_with("test-") || name.starts_with("test_"))
        || matches!(Kind::of_path(path), Some(Kind::Dockerfile | Kind::Compose)) && is_named_for_tests(name)
}

/// What one Compose service builds.
struct ServiceBuild {
    service: String,
    /// The reference that its `image:` gives the result.
    tag: Option<Text>,
    image: Option<ImageId>,
    /// Whether the last stage is built.
    is_whole: bool,
}

/// What is known of a service besides how its container is started.
struct OfService {
    /// Its health check.
    healthcheck: Setting,
    /// Whether SIGTERM stops it, where it says so itself.
    stops_by_sigterm: Option<bool>,
    /// Whether an init process runs its command.
    init: bool,
    /// How sure its image is.
    confidence: Confidence,
}

struct Join<'a> {
    facts: &'a Facts,
    applied: &'a [Applied<'a>],
    world: &'a World<'a>,
    images: Images<'a>,
    /// What Makefiles and scripts build.
    by_hand: Vec<ByHand>,
    /// What they build by ko.
    by_ko: Vec<ko::KoBuild>,
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
                    tag: it.workload.image_reference.as_ref().map(|it| it.text.clone()),
                    image: self.built(build),
                    is_whole: build.target.is_none(),
                })
            })
            .collect();
        let labelled: Vec<_> = services.iter().flat_map(proxy::labelled).collect();
        let led: Vec<bool> = services.iter().map(proxy::is_led_by_labels).collect();
        let containers = services.into_iter().map(|service| {
            if service.is_only_built {
                return never_started(service.workload);
            }
            let Some(reference) =
                service.workload.image_reference.clone().filter(|_| service.build.is_none())
            else {
                let image = service.build.as_ref().and_then(|it| self.built(it));
                return self.service(service, image, Confidence::Proven);
            };
            // It may run the image that another one builds and tags, or the one that the project publishes.
            let tagged =
                builds.iter().find(|it| it.tag.as_ref().map(Text::as_str) == Some(reference.text.as_str()));
            if let Some(image) = tagged.and_then(|it| it.image) {
                return self.service(service, Some(image), Confidence::Proven);
            }
            let by_ko = self.image_by_ko(reference.text.as_str(), service.workload.image_span);
            let published =
                by_ko.or_else(|| self.published(reference.text.as_str(), service.command_line_in()));
            self.service(service, published, Confidence::Likely)
        });
        let containers = containers.collect();
        let started = self.start(containers).into_iter();
        let mut workloads: Vec<Workload> = started.map(|it| self.started_service(it)).collect();
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
            let tagged = self.tagged(&is_called, file).into_iter().filter(|it| !it.starts_another);
            let tagged: BTreeSet<ImageId> = tagged.map(|it| it.image).collect();
            if let (Some(image), 1) = (tagged.first(), tagged.len()) {
                return Some(*image);
            }
        }
        let [(dockerfile, _)] = self.facts.dockerfiles[..] else { return None };
        let path = self.facts.path(dockerfile);
        let home = folder_of(path);
        let beside = self.facts.modules.iter().find(|(id, _)| folder_of(self.facts.path(*id)) == home);
        let module = beside?.1.module.as_ref()?.value.as_str();
        let is_it = module.matches('/').count() > 1 && owner_and_name(repository)? == owner_and_name(module)?;
        if is_it { self.images.build_alone(dockerfile) } else { None }
    }

    /// What command lines, of one file or of any, build and call so, each with its name: a repository, and the tag as
    /// far as it is known.
    fn tagged(&mut self, is_called: &dyn Fn(&str) -> bool, file: Option<FileId>) -> Vec<NamedImage> {
        let mut out = Vec::new();
        let near = self.by_hand.iter().filter(|it| file.is_none_or(|file| it.file == file));
        for it in near.filter(|it| it.names().any(|it| is_called(it.repository))) {
            let Some(image) = self.images.built_by_hand(it) else { continue };
            let starts_another = self.images.starts_another(it, image);
            let names = it.names().filter(|it| is_called(it.repository));
            out.extend(names.map(|it| NamedImage {
                repository: it.repository.to_owned(),
                tag: it.tag.map(str::to_owned),
                is_fixed: it.is_fixed,
                starts_another,
                image,
            }));
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
            let mut is_own = |image: &str| {
                built.contains(image)
                    || self.ko_package(image).is_some()
                    || self.published(image, Some(world.file)).is_some()
            };
            let own: BTreeSet<String> = world.images().map(str::to_owned).collect();
            let own: BTreeSet<String> = own.into_iter().filter(|it| is_own(it)).collect();
            world.leave_out_tools(&own);
            if !own.is_empty() {
                world.resolve(self.facts, out);
            }
        }
        for job in command_lines::jobs(self.facts) {
            job.resolve(self.facts, out);
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
        self.images.judge_sources(image, build.context_span);
        Some(image)
    }

    /// What the catalogue knows of the image that a container runs, or of what that is built on.
    fn entry(&self, workload: &Workload) -> Option<&'static ImageEntry> {
        match (workload.image, &workload.image_reference) {
            (Some(id), _) => self.images.base_entry(id),
            (None, Some(reference)) => catalogue::image(reference.text.as_str()),
            (None, None) => None,
        }
    }

    fn service(
        &self,
        service: ComposeService,
        image: Option<ImageId>,
        confidence: Confidence,
    ) -> Container<OfService> {
        let ComposeService { mut workload, build, entrypoint, command, healthcheck, .. } = service;
        workload.image = image;
        let entry = self.entry(&workload).filter(|_| image.is_some() || build.is_none());
        let working_directory = service.working_dir.map(|it| it.as_str().to_owned());
        let mounts = service.mounts;
        let start = Start { entry, entrypoint, command, mounts, working_directory };
        let (stops_by_sigterm, init) = (service.stops_by_sigterm, service.init);
        let besides = OfService { healthcheck, stops_by_sigterm, init, confidence };
        Container { workload, start, besides }
    }

    fn started_service(&self, container: Container<OfService>) -> Workload {
        let Container { mut workload, start, besides } = container;
        workload.database = self.database(&workload, &start);
        if let Some(by_sigterm) = besides.stops_by_sigterm {
            workload.stopping.by_sigterm = by_sigterm;
        }
        workload.healthcheck = self.healthcheck(&workload, besides.healthcheck, start.entry);
        add_health_dials(&mut workload);
        if let Some(process) = workload.process.as_mut().filter(|_| besides.init) {
            process.shell_keeps_pid1 = None;
        }
        if workload.image.is_some() {
            workload.rest_on_image(besides.confidence);
        }
        workload
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

    /// Images that no service and no pod runs: somebody will, somehow.
    fn lone_images(&mut self, services: &[Workload]) -> Vec<Workload> {
        let run = services.iter().filter(|it| self.stands_for_image(it));
        let run: Vec<FileId> = run.filter_map(|it| it.image).map(|it| self.images.image(it).file).collect();
        let files = self.facts.dockerfiles.iter().map(|(file, _)| *file).filter(|it| !run.contains(it));
        let images: Vec<ImageId> = files
            .filter_map(|file| match self.by_hand.iter().find(|it| it.decides(file)) {
                Some(build) => self.images.built_by_hand(build),
                None => self.images.build_alone(file),
            })
            .collect();
        let first = u32::try_from(services.len()).unwrap_or(u32::MAX);
        let containers = images.into_iter().zip(first..);
        self.start(containers.map(|(image, at)| self.lone_image(image, WorkloadId(at))).collect())
            .into_iter()
            .map(|it| it.workload)
            .collect()
    }

    fn lone_image(&self, id: ImageId, workload: WorkloadId) -> Container<()> {
        let image = self.images.image(id);
        let mut environment = image.environment.clone();
        environment.incomplete = Some("nothing in the project says how the image is run".to_owned());
        let name = Spanned::new(image.path.clone(), image.from);
        let workload = Workload {
            image: Some(id),
            environment,
            healthcheck: image.healthcheck.clone(),
            listeners: unknown_listeners(image.from),
            stopping: Stopping { by_sigterm: image.stops_by_sigterm, ..Stopping::default() },
            system: image.system,
            ..Workload::bare(workload, name, WorkloadKind::Image, image.from)
        };
        Container { workload, start: Start::default(), besides: () }
    }
}

/// A service that nothing starts: no more is left of it than what its build lacks.
fn never_started(service: Workload) -> Container<OfService> {
    let Workload { id, name, image_span, is_built, missing_input, .. } = service;
    let workload = Workload {
        is_built,
        missing_input,
        listeners: unknown_listeners(image_span),
        ..Workload::bare(id, name, WorkloadKind::Image, image_span)
    };
    let healthcheck = Setting::Unknown(image_span);
    let besides =
        OfService { healthcheck, stops_by_sigterm: None, init: false, confidence: Confidence::Proven };
    Container { workload, start: Start::default(), besides }
}

/// Requests of a health check to others are dials; those to the container itself are judged by
/// the rules on health.
fn add_health_dials(workload: &mut Workload) {
    let Healthcheck::Set(check) = &workload.healthcheck else { return };
    let others = check.requests.iter().filter(|it| Reach::of(&it.host) == Reach::Named);
    let dials = others.map(|it| Dial {
        alternative: None,
        is_optional: false,
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
