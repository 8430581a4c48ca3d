//! What runs, and the networks it runs in.

use rustc_hash::FxHashMap;

use super::compose::Mount;
use super::{
    AdvertisedListener, Confinement, CrlfScript, Database, Dial, Environment, GoBuild, HealthCheck,
    Healthcheck, ImageId, Listeners, MissingFile, MissingInput, NetworkCall, Period, PodId, Process,
    ProcessVariable, ProgramId, Resolved, StopTimeout, Tools, UnexpandedVariable,
};
use crate::facts::catalogue::ImageSystem;
use crate::facts::placeholders::has_name_in_angles;
use crate::net::{PortRange, Protocol};
use crate::source::{Confidence, FileId, Span, Spanned, Text};

/// Names one workload of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkloadId(pub u32);

/// Names one network of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NetworkId(pub u32);

/// Names one Compose project, or what the command lines of one file start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CompositionId(pub u32);

/// What is started together, its own world: one Compose project (a file with its override), the containers
/// of the command lines in one file, or a job of a pipeline and its services.
#[derive(Clone, Debug)]
pub struct Composition {
    /// The files, base first.
    pub files: Vec<FileId>,
    /// Their paths relative to the project root.
    pub paths: Vec<String>,
    /// Folder of the base file relative to the project root, `.` for the root.
    pub directory: String,
    /// `name:` as Compose takes it; `None` when there is none, or it is not known.
    pub name: Option<String>,
    /// What starts it.
    pub starter: Starter,
    /// Why the merged project may hold more than these files say (`include` of a file that is not
    /// there, files that are only ever used together with others); `None` when it is whole.
    pub incomplete: Option<String>,
    /// The services that are started by name; `None` when all services are started.
    pub chosen: Option<Chosen>,
    /// Whether calls deploy it to a Swarm as a stack, whose nodes share its containers among them.
    pub is_stack: bool,
    /// Whether all calls that mean its files do so: what only Compose heeds counts for nothing.
    pub is_only_stack: bool,
    /// Whether it is deployed to a Swarm as a stack whose name is not known: each service then has a further name,
    /// `STACK_SERVICE`.
    pub is_stack_of_unknown_name: bool,
    /// Whether something calls Compose with just these files.
    pub is_called: bool,
    /// Whether every call of Compose lays more over it of which it is not known what.
    pub has_unknown_layers: bool,
    /// References to networks that the merged project does not declare.
    pub undefined_networks: Vec<UndefinedNetwork>,
    /// What Compose refuses, in the order of places; networks that are not declared are told above.
    pub faults: Vec<ComposeFault>,
    /// Services that wait for each other, so that none of them starts: each where the one before it, and
    /// for the first the last, says that it needs it. Empty when there are none.
    pub dependency_cycle: Vec<Spanned<String>>,
}

/// The services of a Compose project that are started by name, a name that is not known with its variable; each list
/// with what its services depend on.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// Those that may run at the same time: what goes on running behind its call runs beside what any other starts.
    pub possible: Vec<Vec<String>>,
    /// Those that do: what one call starts, or calls in a row.
    pub certain: Vec<Vec<String>>,
}

/// Whether two services of one Compose project run at the same time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AtOnce {
    /// Nothing starts one while the other runs.
    Never,
    /// Calls that start one and calls that start the other are typed apart, as those for alternatives are.
    Perhaps,
    /// One call starts both, or calls in a row do.
    Certainly,
}

/// What starts the containers of a [`Composition`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// Compose.
    Compose,
    /// Command lines (`docker run`) of a script, a Makefile or a pipeline.
    Script,
    /// Command lines that a document shows: readers type them, and may change them.
    Document,
    /// The runner of a pipeline, for one of its jobs.
    Pipeline,
}

/// What a container of a [`Starter::Pipeline`] is there for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipelinePart {
    /// It is where the steps of the job run, be it the machine of the runner itself.
    Job,
    /// It is one of the services beside the job.
    Service,
}

/// Something for which Compose refuses a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposeFault {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What decides it.
    pub basis: FaultBasis,
    /// Where a call of Compose stands whose profiles make it so.
    pub call: Option<Span>,
}

impl ComposeFault {
    /// Whether the name or value that is wrong is one that somebody is to put another in the place of:
    /// `<service-name>`.
    #[must_use]
    pub fn is_of_placeholder(&self) -> bool {
        has_name_in_angles(&self.message)
    }
}

/// What decides whether something is a [`ComposeFault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultBasis {
    /// A file alone, whatever it is merged with.
    File,
    /// All files that are merged, when no others are there that may be merged with them.
    Project,
    /// As [`FaultBasis::Project`]: whether a network is declared, which [`UndefinedNetwork`] tells.
    Network,
    /// A variable of the shell, the profiles that a call activates, or a file that may be made later.
    Surroundings,
}

/// A service names a network that the project does not declare.
#[derive(Clone, Debug)]
pub struct UndefinedNetwork {
    /// The name, where the service writes it.
    pub name: Spanned<String>,
    /// The service.
    pub service: Spanned<String>,
    /// The networks that are declared.
    pub declared: Vec<Spanned<String>>,
    /// The `networks:` key at the top of the file, when there is one.
    pub networks_key: Option<Span>,
}

/// A Docker network.
#[derive(Clone, Debug)]
pub struct Network {
    /// Its name in the Compose file, `default` for the implicit one.
    pub name: String,
    /// Where it is declared; `None` for the implicit one.
    pub span: Option<Span>,
    /// The Compose project.
    pub composition: CompositionId,
    /// `external: true`: others may be on it.
    pub external: bool,
    /// `internal: true`: no way out, no published ports.
    pub internal: bool,
    /// `name:`, when it is written and known.
    pub real_name: Option<String>,
    /// Whether containers of others may be on it although it is the project's own: other files name it, it is attachable,
    /// or its containers have addresses of the network of the host.
    pub is_shared: bool,
    /// The names of the containers that command lines put on it; `None` where any may be on it.
    pub visitors: Option<Vec<String>>,
    /// `driver:`, when it is written and known.
    pub driver: Option<Spanned<String>>,
    /// The ranges of its addresses that are written.
    pub subnets: Vec<Spanned<String>>,
    /// Where it is said that its containers do not reach each other, [`SEPARATING_OPTION`].
    pub separates: Option<Span>,
}

/// The option of a bridge network that, when it is false, keeps the containers on it from each other, whatever
/// listens in them; what they publish on the host they reach there:
/// <https://docs.docker.com/engine/network/drivers/bridge/#options>.
pub const SEPARATING_OPTION: &str = "com.docker.network.bridge.enable_icc";

/// Where a workload comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WorkloadKind {
    /// A Compose service.
    Service(CompositionId),
    /// A container that a command line starts: `docker run`.
    Run(CompositionId),
    /// A container of a pod.
    Pod(PodId),
    /// An image of the project that nothing in the project runs: somebody will, somehow.
    Image,
}

impl WorkloadKind {
    /// What it is started together with.
    #[must_use]
    pub fn composition(self) -> Option<CompositionId> {
        match self {
            Self::Service(id) | Self::Run(id) => Some(id),
            Self::Pod(_) | Self::Image => None,
        }
    }
}

/// Whose network interfaces a workload has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Namespace {
    /// Its own.
    Own,
    /// The host's.
    Host(Span),
    /// None but loopback.
    None(Span),
    /// Another workload's (`network_mode: service:x`).
    Of(WorkloadId, Span),
    /// A container outside the project, or a text that is not known.
    Unknown(Span),
}

/// Something that runs in a container.
#[derive(Clone, Debug)]
pub struct Workload {
    /// Its id.
    pub id: WorkloadId,
    /// The service key, or the name of a container of a pod; of a command line `--name`, else the last part of
    /// the image's name; for an image the Dockerfile's path at its `FROM`.
    pub name: Spanned<String>,
    /// Where it comes from.
    pub kind: WorkloadKind,
    /// What it is in a pipeline, where a job of one starts it: it ends with the job.
    pub pipeline: Option<PipelinePart>,
    /// The image, when the project builds it.
    pub image: Option<ImageId>,
    /// Whether a service builds it, be it from files that are not known.
    pub is_built: bool,
    /// What of its `build:` is not there.
    pub missing_input: Option<MissingInput>,
    /// How sure it is that it runs this image: the name of an image in a manifest does not say what
    /// builds it.
    pub image_confidence: Confidence,
    /// The image's reference, when it is somebody else's (or the tag of a build).
    pub image_reference: Option<Resolved>,
    /// The `build:` or `image:` key of a service; the `FROM` of an image.
    pub image_span: Span,
    /// The system that it runs on.
    pub system: ImageSystem,
    /// What is mounted into it.
    pub mounts: Vec<Mount>,
    /// The words of `entrypoint:` and `command:` that take the place of the image's.
    pub own_words: Vec<Text>,
    /// Whether these are all.
    pub own_words_complete: bool,
    /// Scripts with line ends of Windows that it starts.
    pub crlf_scripts: Vec<CrlfScript>,
    /// What it builds from Go when it starts.
    pub go_builds: Vec<GoBuild>,
    /// The programs that are in it once it has started.
    pub tools: Tools,
    /// The Go main package that runs.
    pub program: Option<ProgramId>,
    /// What runs as PID 1, the service's `entrypoint`/`command` over the image's.
    pub process: Option<Process>,
    /// Variables in the exec form of what runs, which nothing in front of the program expands.
    pub unexpanded: Vec<UnexpandedVariable>,
    /// What it creates at its first start, when it is a database.
    pub database: Option<Database>,
    /// Whose interfaces it has.
    pub namespace: Namespace,
    /// The networks it joins; empty for namespaces other than [`Namespace::Own`].
    pub networks: Vec<NetworkMembership>,
    /// The names that Docker's DNS gives it on each of its networks: service name,
    /// container_name, hostname.
    pub names: Vec<Spanned<String>>,
    /// Ports published on the host.
    pub published: Vec<PublishedPort>,
    /// The first entry of `ports:` whose container port is not known; `None` when `published` is
    /// complete.
    pub published_incomplete: Option<Span>,
    /// `-P`: every exposed port is published on a port of the host that Docker chooses.
    pub publishes_all: Option<Span>,
    /// Container ports in Compose `expose:`.
    pub exposed: Vec<Spanned<PortRange>>,
    /// Its environment.
    pub environment: Environment,
    /// Files of the project that its program reads, each with what brings it into the container: a
    /// COPY or a mount.
    pub brought: Vec<(FileId, Span)>,
    /// What keeps it apart from its host.
    pub confinement: Confinement,
    /// `extra_hosts`.
    pub extra_hosts: Vec<ExtraHost>,
    /// Whether it asks a server of its own for what Docker's DNS does not know: `dns:`, `dns_search:`, Tailscale.
    pub has_resolver: bool,
    /// Whether something outside of the project is told how it is reached: a proxy that asks the engine for labels or
    /// variables (Traefik, nginx-proxy), a command that connects it to a network.
    pub is_announced: bool,
    /// Names from `links`/`external_links` that resolve to something.
    pub links: Vec<Link>,
    /// The entries of `links:`.
    pub link_entries: Vec<Span>,
    /// The health check that counts: the service's, else the image's. Of a pod it is absent, since
    /// Kubernetes makes nothing of an image's.
    pub healthcheck: Healthcheck,
    /// The probes of a container of a pod.
    pub probes: Vec<HealthCheck>,
    /// What listens.
    pub listeners: Listeners,
    /// What it dials.
    pub dials: Vec<Dial>,
    /// Why it may dial others too: a dial that was not resolved, an image of somebody else that
    /// may call out (a proxy, a scraper). `None`: `dials` is complete.
    pub dials_incomplete: Option<String>,
    /// The calls of its program that listen or dial, understood or not.
    pub calls: Vec<NetworkCall>,
    /// What each variable is that its program reads by a name that is written out.
    pub process_variables: FxHashMap<String, ProcessVariable>,
    /// Files that its program reads and does not find, and without which it ends.
    pub missing_files: Vec<MissingFile>,
    /// The calls of its program that listen or ask for signals where other subcommands run than its own.
    pub of_other_commands: Vec<Span>,
    /// The variables with addresses of which its program makes nothing, though it reads them.
    pub idle_variables: Vec<String>,
    /// `depends_on:`.
    pub dependencies: Vec<Dependency>,
    /// Compose `profiles`; empty when it always runs.
    pub profiles: Vec<String>,
    /// Whether it runs once and ends (a migration, a job): `restart: "no"` with a
    /// `service_completed_successfully` dependant, or a command that is no server.
    pub one_shot: bool,
    /// Whether it is started again when it ends; `None` when that is not known.
    pub restarts: Option<bool>,
    /// Where it sends its clients, when it is a broker that tells them.
    pub advertised: Vec<AdvertisedListener>,
    /// How it is stopped.
    pub stopping: Stopping,
    /// Of a container that a command line starts: the number of those that certainly run at the same time,
    /// within its [`Composition`]; `None` when it may be left out.
    pub batch: Option<u32>,
    /// How many run (`scale`, `deploy.replicas`); `None` when not known.
    pub replicas: Option<u32>,
    /// What of the service could not be read or resolved and may change anything about it
    /// (`extends` of a file that is not there).
    pub incomplete: Option<String>,
}

impl Workload {
    /// Notes that it is no more than this sure which image runs, and so what it listens on and dials.
    pub(super) fn rest_on_image(&mut self, confidence: Confidence) {
        self.image_confidence = confidence;
        let listeners = self.listeners.known.iter_mut().map(|it| &mut it.confidence);
        let dials = self.dials.iter_mut().map(|it| &mut it.confidence);
        listeners.chain(dials).for_each(|it| *it = (*it).min(confidence));
    }

    /// A workload of which nothing is said but its name and where its image is written.
    #[must_use]
    pub fn bare(id: WorkloadId, name: Spanned<String>, kind: WorkloadKind, image_span: Span) -> Self {
        Self {
            id,
            name,
            kind,
            pipeline: None,
            image: None,
            is_built: false,
            missing_input: None,
            image_confidence: Confidence::Proven,
            image_reference: None,
            image_span,
            system: ImageSystem::Unknown,
            mounts: Vec::new(),
            own_words: Vec::new(),
            own_words_complete: true,
            crlf_scripts: Vec::new(),
            go_builds: Vec::new(),
            tools: Tools::unknown("nothing is known of its image"),
            program: None,
            process: None,
            unexpanded: Vec::new(),
            database: None,
            namespace: Namespace::Own,
            networks: Vec::new(),
            names: Vec::new(),
            published: Vec::new(),
            published_incomplete: None,
            publishes_all: None,
            exposed: Vec::new(),
            environment: Environment::default(),
            brought: Vec::new(),
            confinement: Confinement::default(),
            extra_hosts: Vec::new(),
            has_resolver: false,
            is_announced: false,
            links: Vec::new(),
            link_entries: Vec::new(),
            healthcheck: Healthcheck::Absent,
            probes: Vec::new(),
            listeners: Listeners::default(),
            dials: Vec::new(),
            dials_incomplete: None,
            calls: Vec::new(),
            process_variables: FxHashMap::default(),
            missing_files: Vec::new(),
            of_other_commands: Vec::new(),
            idle_variables: Vec::new(),
            dependencies: Vec::new(),
            profiles: Vec::new(),
            one_shot: false,
            restarts: None,
            advertised: Vec::new(),
            stopping: Stopping::default(),
            batch: None,
            replicas: None,
            incomplete: None,
        }
    }
}

/// How a workload is stopped.
#[derive(Clone, Debug, Default)]
pub struct Stopping {
    /// Whether its process certainly gets SIGTERM.
    pub by_sigterm: bool,
    /// How long Docker, or the kubelet, then waits before it kills it; `None` when that is not known.
    pub grace: Option<Grace>,
    /// How long its program waits for requests in flight, one a call.
    pub timeouts: Vec<StopTimeout>,
}

/// The time between the signal and the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grace {
    /// The time.
    pub period: Period,
    /// Where it is written; `None` for the default.
    pub span: Option<Span>,
}

impl Grace {
    /// Ten seconds: <https://docs.docker.com/reference/compose-file/services/#stop_grace_period>.
    pub const DEFAULT: Self = Self { period: Period::seconds(10), span: None };

    /// Thirty seconds, which Kubernetes gives a pod:
    /// <https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination>.
    pub const OF_POD: Self = Self { period: Period::seconds(30), span: None };
}

/// Whether a text names SIGTERM, as `docker stop --signal` reads it.
#[must_use]
pub fn is_sigterm(signal: &str) -> bool {
    matches!(signal.trim().to_ascii_uppercase().as_str(), "SIGTERM" | "TERM" | "15")
}

/// Whether a command line sends SIGINT: `kill -INT 1`, `pkill --signal SIGINT web`.
#[must_use]
pub fn sends_interrupt(line: &str) -> bool {
    let mut words = line.split(|it: char| it.is_whitespace() || "\"';&|=".contains(it));
    let is_interrupt = |it: &str| matches!(it, "-2" | "-INT" | "-SIGINT" | "INT" | "SIGINT");
    words.any(|it| matches!(it, "kill" | "pkill" | "killall")) && words.any(is_interrupt)
}

/// A workload on a network.
#[derive(Clone, Debug)]
pub struct NetworkMembership {
    /// The network.
    pub network: NetworkId,
    /// Extra names on this network.
    pub aliases: Vec<Spanned<String>>,
    /// Fixed addresses on it (`ipv4_address`, `ipv6_address`).
    pub addresses: Vec<Spanned<String>>,
    /// Where it is written; the service's name for the implicit network.
    pub span: Span,
}

/// One entry of `ports:` (or `-p`).
#[derive(Clone, Debug)]
pub struct PublishedPort {
    /// Host address; `None` for every interface, and where it is not known.
    pub host_ip: Option<String>,
    /// Whether the host address is known.
    pub is_address_known: bool,
    /// Host ports; `None` when Docker chooses.
    pub host: Option<PortRange>,
    /// Container ports, as many as host ports.
    pub container: PortRange,
    /// Transport.
    pub protocol: Protocol,
    /// The entry.
    pub span: Span,
    /// Where the host port is written.
    pub host_span: Option<Span>,
    /// Where the container port is written.
    pub container_span: Span,
}

/// A further name for another container: `links`, `--link`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// The further name.
    pub alias: Spanned<String>,
    /// The name of the other container.
    pub target: String,
}

/// One `extra_hosts` entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraHost {
    /// The name.
    pub name: String,
    /// The address or `host-gateway`.
    pub address: String,
    /// The entry.
    pub span: Span,
}

/// One entry of `depends_on:`.
#[derive(Clone, Debug)]
pub struct Dependency {
    /// The service.
    pub service: Spanned<String>,
    /// `service_started`, `service_healthy`, `service_completed_successfully`.
    pub condition: Option<Spanned<String>>,
    /// Whether the service must be there.
    pub required: bool,
}
