//! Go programs and what they do on the network, resolved in one workload's environment.

mod absent;
mod awaited;
mod callers;
mod certainty;
mod cgo;
mod closed_again;
mod collision;
mod commands;
mod function_set;
mod guard;
mod handed_on;
mod known_call;
mod leads;
mod listen;
mod missing_files;
mod modules;
mod network;
mod noted_values;
mod own_dialer;
mod profiler;
mod program;
mod reachable;
mod reads;
mod route_path;
mod router;
mod routes;
mod shutdown;
mod stop_timeout;
mod stored_reads;
#[cfg(test)]
mod tests;
mod types;
mod values;
mod way;
mod world;
mod written_addresses;

pub use cgo::CgoUse;
pub(super) use known_call::input_of;
pub(super) use listen::opens_socket;
pub(super) use network::entry_of;
pub use program::{Detail, World};
pub(super) use reachable::{DotenvLoad, Reachable};
pub(super) use world::{FunctionId, PackageId, Packages, Targets, TypeRef};

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{PackageName, Period, ProcessVariable, Text};
use crate::facts::catalogue::Input;
use crate::net::{Login, LoginPart, Protocol, Reach};
use crate::source::{Confidence, Span, Spanned};

/// What a program does on the network of one workload.
#[derive(Clone, Debug, Default)]
pub struct GoNetwork {
    /// Its sockets.
    pub listeners: Listeners,
    /// Its connections.
    pub dials: Vec<Dial>,
    /// Its calls that listen or dial, understood or not.
    pub calls: Vec<NetworkCall>,
    /// How long it waits for requests in flight, one a call that stops a server.
    pub stop_timeouts: Vec<StopTimeout>,
    /// What each variable is that it reads by a name that is written out.
    pub variables: FxHashMap<String, ProcessVariable>,
    /// The files that it lacks.
    pub missing_files: Vec<MissingFile>,
    /// The calls that listen or ask for signals where it runs other subcommands alone.
    pub of_other_commands: Vec<Span>,
    /// The variables with addresses that it reads, and only stores in fields of structs that nothing reads.
    pub idle_variables: Vec<String>,
}

impl GoNetwork {
    /// The first call that connects to what is not known; `None` when `dials` is complete.
    #[must_use]
    pub fn dials_incomplete(&self) -> Option<Span> {
        let unknown = |it: &&NetworkCall| it.role == CallRole::Dial && it.unknown.is_some();
        self.calls.iter().find(unknown).map(|it| it.site)
    }
}

/// A file that a program reads, that is not in its container, and without which the program ends.
#[derive(Clone, Debug)]
pub struct MissingFile {
    /// Its path as the program names it.
    pub path: String,
    /// Where the path is written; the call when it is not.
    pub span: Span,
    /// The call that reads it.
    pub call: Span,
    /// The pattern of a `.dockerignore` that keeps it out of the image.
    pub ignored_by: Option<Span>,
}

/// A call of a program that listens or dials, as far as it was understood in one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkCall {
    /// The call.
    pub site: Span,
    /// What it does.
    pub role: CallRole,
    /// Why its host or port is not known, and where that shows; `None` when both are known however the
    /// call is reached and conditions turn out.
    pub unknown: Option<Spanned<String>>,
    /// What brings the address when the program runs, where nothing of the project decides it: every part of it
    /// that is not known was traced there. Only with [`Detail::Origin`].
    pub input: Option<Input>,
    /// Whether its address is empty in every case, or a URL without a host, so that it connects to nothing.
    pub is_idle: bool,
    /// Whether it has one of several addresses, by conditions that the project does not decide.
    pub varies: bool,
    /// How sure its addresses are, the least sure of them.
    pub confidence: Confidence,
}

impl NetworkCall {
    fn new(site: Span, role: CallRole) -> Self {
        let (unknown, input, confidence) = (None, None, Confidence::Proven);
        Self { site, role, unknown, input, is_idle: false, varies: false, confidence }
    }
}

/// One of several addresses that a call may have: a condition that nothing in the project decides, a field
/// that is set in several places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alternative {
    /// In which of the ways to it the call has these alternatives.
    pub context: u32,
    /// Number of alternatives, those that are not known included.
    pub of: u32,
    /// Whether the call has it when nothing is configured.
    pub is_default: bool,
}

/// What a call does on the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum CallRole {
    /// It opens a socket to listen on.
    Listen,
    /// It connects, or says where to.
    Dial,
}

/// How long a program waits for requests in flight before it stops a server.
#[derive(Clone, Copy, Debug)]
pub struct StopTimeout {
    /// The longest that it waits.
    pub period: Period,
    /// Where that is written.
    pub span: Span,
    /// The call that stops the server.
    pub call: Span,
    /// How sure.
    pub confidence: Confidence,
}

/// Names one program of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProgramId(pub u32);

/// A Go main package.
#[derive(Clone, Debug)]
pub struct Program {
    /// Folder of the package relative to the project root, `.` for the root.
    pub directory: String,
    /// Folder of the module's go.mod, `.` for the root.
    pub module_directory: String,
    /// Import path.
    pub import_path: String,
    /// `main` in `func main()`.
    pub main: Span,
    /// What it does about signals.
    pub shutdown: Shutdown,
    /// The variables of the environment that it reads.
    pub reads: EnvironmentReads,
    /// The names of the flags that it defines.
    pub flags: Vec<String>,
    /// The first call that replaces `$NAME` in a text (`os.ExpandEnv`).
    pub expansion: Option<Span>,
    /// IPv4 addresses of hosts in its source that are written with a port or a scheme.
    pub written_addresses: Vec<Spanned<String>>,
    /// Hosts that stand in its texts with a port or a scheme, or that it makes the host of a request.
    pub named_hosts: BTreeSet<String>,
    /// Calls that serve, and what becomes of their error.
    pub serve_calls: Vec<ServeCall>,
    /// Where the ports that it listens on are written, when nothing can change them: no variable, no flag, no file.
    pub fixed_ports: Vec<FixedPort>,
    /// Whether it may say itself whose certificates it trusts: it imports what that takes, or certificates.
    pub decides_trust: bool,
    /// What it imports that calls the C library as long as cgo is on.
    pub cgo_use: CgoUse,
    /// HTTP routes, gathered over the whole program.
    pub routes: Routes,
    /// Its servers that hand out profiles of the process to whoever asks.
    pub profilers: Vec<Profiler>,
}

/// A port that a program listens on in any case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FixedPort {
    /// The port.
    pub port: u16,
    /// Where it is written; the call when it is a default of the API.
    pub span: Span,
    /// The call that listens.
    pub call: Span,
}

/// What a program does about SIGTERM.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    /// Each `signal.Notify` or `signal.NotifyContext` that asks for os.Interrupt (SIGINT) and not
    /// for SIGTERM, while no other call of the program asks for SIGTERM or for every signal.
    pub interrupt_only: Vec<InterruptOnly>,
    /// Whether it calls what lets a server finish what it is at, as far as names tell.
    pub is_orderly: bool,
    /// Whether it waits for SIGTERM.
    pub sigterm: Sigterm,
}

/// Whether a program waits for SIGTERM.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sigterm {
    /// Neither a call of the program nor a package that it imports does.
    #[default]
    Ignored,
    /// This call asks for it, or for every signal; or this import waits for it.
    Handled(Span),
    /// A call asks for signals that are not known, or a package may wait for it.
    Unknown,
}

/// A server that hands out profiles.
#[derive(Clone, Copy, Debug)]
pub struct Profiler {
    /// What it hands out.
    pub kind: ProfileKind,
    /// What registers the profiles on its router: an import, or a call.
    pub registered: Span,
    /// Whether an import registers them, which nobody sees where the server is made.
    pub is_by_import: bool,
    /// The call that serves.
    pub server: Span,
    /// The call that opens its socket, as [`Listener::call`] has it.
    pub opened: Span,
}

/// What a [`Profiler`] hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfileKind {
    /// Profiles, stacks and memory (`net/http/pprof`).
    Profiles,
    /// Counters, the command line and memory statistics (`expvar`).
    Counters,
}

/// A call that waits for os.Interrupt and not for SIGTERM.
#[derive(Clone, Debug)]
pub struct InterruptOnly {
    /// The last signal of the call, `os.Interrupt` or `syscall.SIGINT`.
    pub signal: Span,
    /// How the file names the package of SIGTERM; `None` when it cannot.
    pub syscall: Option<PackageName>,
}

/// A call that serves until it fails.
#[derive(Clone, Debug)]
pub struct ServeCall {
    /// The whole call.
    pub span: Span,
    /// The callee, `http.ListenAndServe`, `http.Server.ListenAndServe`, at its place.
    pub callee: Spanned<String>,
    /// Whether its error is dropped, and by what.
    pub dropped: Option<DroppedBy>,
    /// Whether it binds the port itself, and is not given a listener that is bound already.
    pub binds: bool,
    /// The statement to replace, when the call is one.
    pub statement: Option<Span>,
    /// Whether the file imports `log`.
    pub imports_log: bool,
    /// Whether the call stands in a function literal (a goroutine's body, a handler).
    pub in_literal: bool,
    /// Whether it also returns after an orderly shutdown (`(*http.Server).ListenAndServe`,
    /// `(*grpc.Server).Serve`), or that is not known; `http.ListenAndServe` returns on failure alone.
    pub returns_at_shutdown: bool,
    /// Whether a condition decides whether it is made beside what else the program does.
    pub is_conditional: bool,
    /// Whether the address that is written in the call is one of the machine itself: what serves there is for whoever
    /// looks for a fault in the program, or for a login in a browser.
    pub is_local: bool,
}

/// How an error is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DroppedBy {
    /// The call is a statement of its own.
    Statement,
    /// `_ =`.
    Blank,
    /// `go f()`.
    Go,
}

/// A socket a program opens, as resolved in one workload.
#[derive(Clone, Debug)]
pub struct Listener {
    /// The address, whole, as the call gets it (`:8080`).
    pub address: String,
    /// Who can reach it.
    pub reach: Reach,
    /// The host part as text, empty for every interface.
    pub host: String,
    /// The port; `None` when the kernel chooses one.
    pub port: Option<u16>,
    /// Transport.
    pub protocol: Protocol,
    /// Whether the transport is certain; false when the call takes it from a value that is not known, and
    /// `protocol` is what the call is mostly used for.
    pub protocol_is_known: bool,
    /// Whether HTTP (or gRPC over it) is served: what health rules ask.
    pub application: Application,
    /// Where the host part is written (the code, an `environment:` line, a flag in `command:`);
    /// the call when nothing is written (a default of the API).
    pub host_span: Span,
    /// Where the port is written; the call when it is a default of the API.
    pub port_span: Span,
    /// The call that listens, or for an image of somebody else the `image:` entry.
    pub call: Span,
    /// The places between the call and the address, nearest the call first.
    pub via: Vec<Span>,
    /// How sure.
    pub confidence: Confidence,
    /// `None` when the call listens there in any case.
    pub alternative: Option<Alternative>,
}

/// What is spoken on a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Application {
    /// HTTP.
    Http,
    /// gRPC.
    Grpc,
    /// Anything else, or not known.
    Other,
}

/// The sockets of one workload.
#[derive(Clone, Debug, Default)]
pub struct Listeners {
    /// Those that were resolved.
    pub known: Vec<Listener>,
    /// Addresses that were resolved and that Go refuses.
    pub faults: Vec<AddressFault>,
    /// What the program would listen on besides if conditions were otherwise than they are in the workload
    /// (`-profiles` is not given): the port, `None` for one that is not known.
    pub left_out: Vec<(Option<u16>, Protocol)>,
    /// Ports that flags tell the program: a library may get them, and listen there.
    pub handed_on: Vec<u16>,
    /// The calls of `known` that rest on a condition of which it is not known that it holds.
    pub optional: Vec<Span>,
    /// Ports that the program binds twice whenever it comes there.
    pub collisions: Vec<Collision>,
    /// Why there may be others: the first call whose address is not known, or that nothing is
    /// known of the process. `None`: `known` is complete.
    pub incomplete: Option<Spanned<String>>,
    /// Whether every process of the workload is a Go program that was read, so that `incomplete`
    /// speaks of addresses of that program alone, and no database runs beside it.
    pub only_go: bool,
}

/// A listen address that the API refuses.
#[derive(Clone, Debug)]
pub struct AddressFault {
    /// The address, resolved.
    pub address: String,
    /// Where it is written.
    pub span: Span,
    /// The call.
    pub call: Span,
    /// What Go says: `missing port in address`.
    pub error: &'static str,
    /// The address that was meant, when it is plain.
    pub meant: Option<String>,
    /// How sure.
    pub confidence: Confidence,
}

/// A port that a program binds twice, so that the second time fails with "address already in use".
#[derive(Clone, Debug)]
pub struct Collision {
    /// The port.
    pub port: u16,
    /// Transport.
    pub protocol: Protocol,
    /// Where the source binds it first: the port in the call, or the call when the port is written
    /// elsewhere.
    pub first: Span,
    /// Where it binds it again.
    pub second: Span,
    /// Where the port of the first is written.
    pub first_port: Span,
    /// Where the port of the second is written.
    pub second_port: Span,
    /// How sure.
    pub confidence: Confidence,
}

/// A connection a workload opens, as resolved in it.
#[derive(Clone, Debug)]
pub struct Dial {
    /// The host as text, brackets removed.
    pub host: String,
    /// The port; `None` when neither written nor known by default.
    pub port: Option<u16>,
    /// The scheme or the driver (`http`, `postgres`, `redis`, `grpc`), empty when not known.
    pub scheme: String,
    /// The path of a URL, empty when there is none.
    pub path: String,
    /// Who connects to which database.
    pub login: DialLogin,
    /// Transport.
    pub protocol: Protocol,
    /// Where the host is written.
    pub host_span: Span,
    /// Where the port is written, `None` when it is a default.
    pub port_span: Option<Span>,
    /// Where it is dialled: the call in Go, the health check, the command.
    pub site: Span,
    /// The places between the site and the address, nearest the site first.
    pub via: Vec<Span>,
    /// Who dials.
    pub source: DialSource,
    /// How sure.
    pub confidence: Confidence,
    /// `None` when the call connects there in any case.
    pub alternative: Option<Alternative>,
    /// Whether it may be that the program as it is set never makes the call that way.
    pub is_optional: bool,
}

/// The user, password and database of a connection, each where it is written; one that is not written, or not
/// known, is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DialLogin {
    /// The user.
    pub user: Option<Spanned<String>>,
    /// The password.
    pub password: Option<Spanned<String>>,
    /// The database.
    pub database: Option<Spanned<String>>,
    /// `None` when the call logs in like that in any case.
    pub alternative: Option<Alternative>,
}

impl DialLogin {
    /// What was read out of `text`.
    #[must_use]
    pub fn of(login: &Login, text: &Text) -> Self {
        let part = |part: &Option<LoginPart>| {
            let part = part.as_ref()?;
            Some(Spanned::new(part.text.clone(), text.slice(part.range.clone()).cover()?))
        };
        Self {
            user: part(&login.user),
            password: part(&login.password),
            database: part(&login.database),
            alternative: None,
        }
    }
}

/// Who dials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DialSource {
    /// A call in Go.
    Code,
    /// A Go program, by what the library of a call dials where the setting that it is given is empty.
    EmptySetting,
    /// A variable that the program reads and whose value is a service address by its form
    /// (`postgres://`, `redis://`); the call that uses it was not followed.
    Variable,
    /// A health check.
    HealthCheck,
    /// A command line (`wait-for-it db:5432`, `migrate -database postgres://...`).
    Command,
    /// A configuration file of a public image: what Prometheus scrapes, where Kong leads.
    Configuration,
}

/// The HTTP routes of a program.
#[derive(Clone, Debug, Default)]
pub struct Routes {
    /// Those that were resolved.
    pub known: Vec<Route>,
    /// Why there may be others: the first place that was not understood. `None`: complete.
    pub incomplete: Option<Spanned<String>>,
    /// The paths that the program names elsewhere than where routes are registered: a middleware may answer them.
    pub named_elsewhere: Vec<String>,
}

/// One route.
#[derive(Clone, Debug)]
pub struct Route {
    /// Method in upper case; `None` for every method.
    pub method: Option<String>,
    /// The path with the groups' prefixes, parameters as `{}`, a catch-all as `{...}`:
    /// `/api/users/{}`, `/static/{...}`.
    pub path: String,
    /// Where it is registered.
    pub span: Span,
    /// The middleware in front of it that refuses requests without credentials, where it is made.
    pub guard: Option<Span>,
}

/// The variables of the environment that a program reads.
#[derive(Clone, Debug, Default)]
pub struct EnvironmentReads {
    /// Those whose names are written out, each once.
    pub known: Vec<EnvironmentRead>,
    /// Ends of names, without separators and in lower case, of which a library may make further names; empty where
    /// it may read any.
    pub made_up: Vec<String>,
    /// Why it may read any others: the first place that was not understood. `None`: there are none but
    /// `made_up`.
    pub incomplete: Option<Spanned<String>>,
}

/// A variable that a program reads.
#[derive(Clone, Debug)]
pub struct EnvironmentRead {
    /// Its name.
    pub name: String,
    /// The first place that reads it.
    pub span: Span,
    /// The default of some read of it that is not empty, or may not be; with holes where it is not known.
    pub default: Option<String>,
    /// The statement that ends the program without it, where that certainly runs.
    pub exit: Option<Span>,
}

/// Whether a program answers a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RouteMatch {
    /// A route takes it.
    Served,
    /// All routes are known and none takes it.
    NotServed,
    /// Not all routes are known.
    Unknown,
}
