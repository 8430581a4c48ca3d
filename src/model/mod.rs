//! The facts of all files joined into one [`Project`].
//!
//! Rules read this and nothing below it. What could not be resolved is kept as such: a set of
//! listeners says whether it is complete, a text that is not known is absent with its reason.

mod addresses;
mod broker;
mod build;
mod build_input;
mod catalogued;
mod certificates;
mod cluster;
mod command_dials;
mod command_lines;
pub mod compose;
mod configured_dials;
mod confinement;
mod container;
mod coverage;
mod database;
mod datastore;
mod dependencies;
mod environment;
mod floating;
mod go;
mod go_version;
mod health;
mod helm;
mod hns;
mod image;
mod import;
mod kubernetes;
pub mod kustomize;
mod mentions;
mod misnamed;
mod neighbours;
mod networks;
mod peers;
mod period;
mod pod;
mod ports;
mod proxied;
mod proxy;
mod queries;
mod reach;
mod reachability;
mod resolve;
mod resolved;
mod settings;
mod shared_configuration;
mod shell_walk;
mod supervisor;
mod syntax_errors;
mod unloadable;
mod windows;
mod workload;
mod wsl;

pub use addresses::AddressOwner;
pub use broker::AdvertisedListener;
pub use build_input::MissingInput;
pub use cluster::{
    BlockedDial, ClosedPort, ClusterRoute, ClusterService, DanglingSelector, Direction, Gate, Manifests,
    Place, Policy, PolicyEnd, PolicyVerdict, Refusal, RestrictedDns, RouteFault, RouteFaultKind, ServiceId,
    ServiceMistake, Truth,
};
pub use confinement::{Confinement, Protection, RunsAs};
pub use container::{AppliedId, ContainerFile, ContainerFiles, EmbeddedFile, ManifestId};
pub use coverage::{Coverage, UnresolvedCall};
pub use database::{Created, Database, LoginFault, LoginMistake};
pub use datastore::{ExposedDatastore, LostData};
pub use environment::{Environment, Origin, ProcessVariable, Variable};
pub use go::{
    AddressFault, Alternative, Application, CallRole, CgoUse, Collision, Detail, Dial, DialLogin, DialSource,
    DroppedBy, EnvironmentRead, EnvironmentReads, FixedPort, GoNetwork, InterruptOnly, Listener, Listeners,
    MissingFile, NetworkCall, ProfileKind, Profiler, Program, ProgramId, Route, RouteMatch, Routes,
    ServeCall, Shutdown, Sigterm, StopTimeout, World,
};
pub use go_version::GoRefusal;
pub use health::HealthFault;
pub use hns::{HnsFault, HnsFaultKind};
pub use image::{
    Base, BuiltBinary, Cgo, Command, CrlfScript, GoBuild, HealthCheck, HealthPort, HealthRequest,
    HealthSource, Healthcheck, Image, ImageFile, ImageId, Images, LinkFlags, Linking, MissingSource,
    NotThere, Process, Running, Setup, Shell, ShellInFront, ToolUse, Tools, UnexpandedVariable,
    read_health_check, unexpanded_in,
};
pub use import::PackageName;
pub use misnamed::{MisnamedVariable, WithoutVariable};
pub use peers::{HostPortMistake, PeerPort};
pub use period::Period;
pub use pod::{MadeBy, Pod, PodEntrance, PodId, ServedInstead, Visitor};
pub use ports::{ForeignAddress, HostPort, HostPortConflict};
pub use reach::{Entrance, HostAnswer, Served};
pub use reachability::{
    Address, Cell, Connection, ConnectionKind, DialledWay, Endpoint, Graph, Matrix, Outcome, Reachability,
    Stack, Stage, Step, Target, Trace, Verdict,
};
pub use resolved::Resolved;
pub use settings::UnreadPort;
pub use supervisor::Supervision;
pub use syntax_errors::SyntaxError;
pub use unloadable::{DynamicReason, Unloadable};
pub use workload::{
    AtOnce, Chosen, ComposeFault, Composition, CompositionId, Dependency, ExtraHost, FaultBasis, Grace, Link,
    Namespace, Network, NetworkId, NetworkMembership, PipelinePart, PublishedPort, SEPARATING_OPTION,
    Starter, Stopping, UndefinedNetwork, Workload, WorkloadId, WorkloadKind, is_sigterm, sends_interrupt,
};

pub use wsl::{WslCost, WslFile, WslLine, WslLineFault, WslMistake, WslMistakeKind};

pub use compose::Mount;
pub use windows::{DriveMount, ForeignPath, MappedPath, PathPlace, WrongNetwork};

pub use crate::facts::catalogue::{DatastoreKind, ImageSystem, Libc, WindowsNetwork, WslScope, WslSetting};
pub use crate::facts::dockerfile::{PathRole, WrittenPath};
pub use crate::facts::wslconfig::Fault as WslSyntax;
pub use crate::source::Text;

use std::collections::BTreeSet;
use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use crate::source::{FileId, Span, Spanned};

/// Everything reachlint understood.
#[derive(Debug, Default)]
pub struct Project {
    /// Go main packages.
    pub programs: Vec<Program>,
    /// What each Dockerfile (or each target stage that something builds) makes.
    pub images: Vec<Image>,
    /// What runs: Compose services, containers of command lines and pods, and images that nothing in the
    /// project runs.
    pub workloads: Vec<Workload>,
    /// Pods.
    pub pods: Vec<Pod>,
    /// The other objects of Kubernetes manifests.
    pub manifests: Manifests,
    /// Why it is not known what some kustomizations make. The files that they use are not judged.
    pub unrendered: Vec<Spanned<String>>,
    /// Networks, the implicit ones of Compose included.
    pub networks: Vec<Network>,
    /// Compose projects, and what the command lines of a file start: each its own world.
    pub compositions: Vec<Composition>,
    /// What is wrong with networks of Windows containers.
    pub hns: Vec<HnsFault>,
    /// The configurations of WSL.
    pub wsl: Vec<WslFile>,
    /// The files of charts. Whoever installs these may set other values.
    pub of_charts: FxHashSet<FileId>,
    /// The files of which what is wrong is possible at most: those in folders of tests, where it shows or is meant,
    /// Compose files that are never read without more of which it is not known what it says, and those that something
    /// writes before it calls Compose.
    pub doubtful: FxHashSet<FileId>,
    /// Hosts that configuration files of the project name, whoever reads them.
    pub configured_hosts: BTreeSet<String>,
    /// Lines of Compose files of which a comment says that they are there for profiles or debugging.
    pub for_debugging: Vec<Span>,
    /// The Dockerfiles that nobody builds while others of the project are built.
    pub unbuilt: FxHashSet<FileId>,
    /// Where a FROM names an image by arguments that something which is not read may give.
    pub chosen_elsewhere: FxHashSet<Span>,
    /// Whether people work on it with Windows, as its Makefile tells.
    pub on_windows: bool,
    /// How supervisors stop programs.
    pub supervision: Supervision,
    /// Variables that something else than a Go program may read: a script, a command, a health check.
    pub mentioned_variables: FxHashSet<String>,
    /// Places that could not be read.
    pub syntax_errors: Vec<SyntaxError>,
    /// Made of `workloads` when it is first asked for.
    neighbours: OnceLock<neighbours::Neighbours>,
    /// As above.
    arrivals: OnceLock<neighbours::Arrivals>,
}

impl Project {
    /// The workload `id`.
    #[must_use]
    pub fn workload(&self, id: WorkloadId) -> &Workload {
        &self.workloads[id.0 as usize]
    }

    /// The image `id`.
    #[must_use]
    pub fn image(&self, id: ImageId) -> &Image {
        &self.images[id.0 as usize]
    }

    /// The program `id`.
    #[must_use]
    pub fn program(&self, id: ProgramId) -> &Program {
        &self.programs[id.0 as usize]
    }

    /// The network `id`.
    #[must_use]
    pub fn network(&self, id: NetworkId) -> &Network {
        &self.networks[id.0 as usize]
    }

    /// The Compose projects with their ids.
    pub fn compositions_with_ids(&self) -> impl Iterator<Item = (CompositionId, &Composition)> {
        self.compositions.iter().enumerate().map(|(at, it)| (CompositionId(at as u32), it))
    }

    /// The Compose project `id`.
    #[must_use]
    pub fn composition(&self, id: CompositionId) -> &Composition {
        &self.compositions[id.0 as usize]
    }
}
