//! What the Go tables say about one function or method.

use super::decode::{DataEntry, DecodeEntry, DotenvEntry};
use super::default_address::DefaultAddress;
use super::file::FileEntry;
use super::flag::FlagEntry;
use super::place::{Address, EntryAddress, Place};
use super::table::Row;
use crate::facts::go::TypeName;

/// What the tables say about one function or method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoEntry {
    /// It opens a socket to listen on, or serves on one.
    pub listen: Option<ListenEntry>,
    /// Further sockets that it opens where their address is given.
    pub listen_beside: Vec<ListenEntry>,
    /// It connects, or says where to.
    pub dial: Option<DialEntry>,
    /// It registers a route.
    pub route: Option<RouteEntry>,
    /// It makes a handler of HTTP requests that is one resource: it takes every path it is given. For a type, its
    /// values are such.
    pub handler: bool,
    /// It reads the environment.
    pub environment: Option<EnvironmentEntry>,
    /// It may read any variable of the environment.
    pub any_variable: Option<AnyVariable>,
    /// It defines a flag; for a type, its literals do.
    pub flag: Option<FlagEntry>,
    /// It reads a flag by its name: the index of the argument with the name.
    pub flag_read: Option<usize>,
    /// Its result follows from its arguments.
    pub pure: Option<PureEntry>,
    /// It asks for signals: the index of the first one.
    pub signals: Option<usize>,
    /// It makes profiles of the process readable over HTTP.
    pub profiler: Option<ProfilerEntry>,
    /// It puts middleware in front of routes.
    pub middleware: Option<MiddlewareOrder>,
    /// It makes middleware that refuses requests without credentials, or is such: the fields of its
    /// configuration that let some requests through.
    pub guard: Option<Vec<&'static str>>,
    /// It stops a server and waits for requests in flight.
    pub shutdown: Option<ShutdownEntry>,
    /// The type of its first result.
    pub result: Option<TypeName>,
    /// It makes a client that connects when it is first used.
    pub connects_later: bool,
    /// It does not return.
    pub exits: bool,
    /// The argument with a function of which it sends the name alone: a process that registered it runs it.
    pub by_name: Option<usize>,
    /// It fills a struct from configuration.
    pub decode: Option<DecodeEntry>,
    /// The text of a file comes through it.
    pub data: Option<DataEntry>,
    /// It reads `.env` files into the environment.
    pub dotenv: Option<DotenvEntry>,
    /// It has to do with a file by its path.
    pub file: Option<FileEntry>,
}

/// What is served on a socket.
pub const APPLICATIONS: &[&str] = &["http", "grpc", "other"];

/// How a call that listens gets its address.
pub const LISTEN_FORMS: &[&str] = &["address", "port", "listener", "unknown"];

/// How a call that dials gets its address.
pub const DIAL_FORMS: &[&str] = &["address", "url", "mysql", "any", "host", "driver", "target"];

/// A row of `go-listen.csv`, which describes the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenEntry {
    /// Where the address is; `None` when the call has none.
    pub address: Option<Address>,
    /// `address`, `port`, `listener` or `unknown`.
    pub form: &'static str,
    /// Go's name of the network.
    pub network: Option<EntryAddress>,
    /// The address when none is given.
    pub default: DefaultAddress,
    /// Functions of the package that set the address instead: with a call of one the default is none.
    pub unless: Vec<&'static str>,
    /// `http`, `grpc` or `other`.
    pub application: &'static str,
    /// `tcp` or `udp`.
    pub protocol: &'static str,
}

/// A row of `go-dial.csv`, which describes the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialEntry {
    /// Where the address is; `None` when the call has none.
    pub address: Option<Address>,
    /// `address`, `url`, `mysql`, `any`, `host`, `driver` or `target`.
    pub form: &'static str,
    /// The protocol or driver.
    pub scheme: Option<EntryAddress>,
    /// Go's name of the network.
    pub network: Option<EntryAddress>,
    /// As in [`ListenEntry::default`].
    pub default: DefaultAddress,
    /// As in [`ListenEntry::unless`].
    pub unless: Vec<&'static str>,
}

/// A row of `go-route.csv`, which describes the columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteEntry {
    /// Where the path is.
    pub pattern: Option<Place>,
    /// The method.
    pub method: Method,
    /// What the call does with the path.
    pub role: Role,
}

/// The HTTP method of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// Every one.
    Any,
    /// This one, upper case.
    Named(&'static str),
    /// What the argument of that index says.
    Argument(usize),
    /// The pattern may begin with it (`GET /users`).
    InPattern,
    /// A later call on the result may restrict it.
    Later,
}

/// What a call does with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Registers a handler.
    Handle,
    /// Registers a handler for every method.
    Any,
    /// Makes a router below the path.
    Group,
    /// Puts a handler below the path.
    Mount,
    /// Serves files below the path.
    Static,
    /// The result matches the path.
    Path,
    /// The result matches all below the path.
    Prefix,
    /// Restricts the methods of what it is called on.
    Methods,
    /// Takes the path off before the handler sees it.
    Strip,
    /// Answers what no route does.
    NotFound,
}

/// A row of `go-environment.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvironmentEntry {
    /// The argument with the name.
    pub key: usize,
    /// Whether a second result tells whether it is set.
    pub found: bool,
    /// The argument with the default.
    pub default: Option<usize>,
}

/// A row of `go-environment-any.csv`: how a function comes to read any variable of the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AnyVariable {
    /// It replaces `$NAME` in a text.
    Text,
    /// It takes the environment whole.
    All,
    /// It makes names out of keys, fields or flags.
    Prefix,
    /// A program that it starts gets the environment.
    Child,
}

/// A row of `go-profiler.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProfilerEntry {
    /// It answers requests for profiles, or makes what does.
    Handler,
    /// It registers profiles on the router in that argument.
    Register(usize),
}

/// A row of `go-middleware.csv`: the routes that middleware stands in front of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MiddlewareOrder {
    /// Every one.
    All,
    /// Those that are registered later, and those of groups that are made later.
    Later,
    /// Those below its path that are registered later.
    Stack,
}

/// A row of `go-shutdown.csv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShutdownEntry {
    /// The argument that says how long.
    pub argument: usize,
    /// What that is.
    pub form: ShutdownForm,
    /// Whether what serves comes back as soon as it is called.
    pub ends_serving: bool,
}

/// What says how long a server waits for requests in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShutdownForm {
    /// A context with a timeout.
    Context,
    /// The time itself.
    Duration,
}

/// A row of `go-pure.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PureEntry {
    /// The operation.
    pub meaning: &'static str,
    /// The argument that is worked on.
    pub argument: usize,
}

impl PureEntry {
    /// Whether it gives an error for a text that is no whole number.
    #[must_use]
    pub fn parses(&self) -> bool {
        self.meaning == "parse-integer"
    }

    /// Whether the result is the argument as another type.
    #[must_use]
    pub fn converts(&self) -> bool {
        matches!(self.meaning, "same" | "parse-integer" | "cast-integer")
    }
}

impl GoEntry {
    /// Whether a call does something itself, as opposed to telling of its result.
    #[must_use]
    pub fn acts(&self) -> bool {
        self.listen.is_some()
            || self.dial.is_some()
            || self.route.is_some()
            || self.environment.is_some()
            || self.any_variable.is_some()
            || self.dotenv.is_some()
            || self.decode.as_ref().is_some_and(DecodeEntry::leads)
            || self.data.as_ref().is_some_and(DataEntry::leads)
            || self.flag.is_some()
            || self.flag_read.is_some()
            || self.signals.is_some()
            || self.profiler.is_some()
            || self.middleware.is_some()
            || self.guard.is_some()
            || self.shutdown.is_some()
    }
}

impl AnyVariable {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "text" => Some(Self::Text),
            "all" => Some(Self::All),
            "prefix" => Some(Self::Prefix),
            "child" => Some(Self::Child),
            _ => None,
        }
    }
}

impl RouteEntry {
    pub(super) fn parse(row: &Row) -> Option<Self> {
        let method = match row.cell("method") {
            "*" => Method::Any,
            "pattern" => Method::InPattern,
            "later" => Method::Later,
            other => match other.strip_prefix('@') {
                Some(argument) => Method::Argument(argument.parse().ok()?),
                None => Method::Named(other),
            },
        };
        let role = match row.cell("role") {
            "handle" => Role::Handle,
            "any" => Role::Any,
            "group" => Role::Group,
            "mount" => Role::Mount,
            "static" => Role::Static,
            "path" => Role::Path,
            "prefix" => Role::Prefix,
            "methods" => Role::Methods,
            "strip" => Role::Strip,
            "notfound" => Role::NotFound,
            _ => return None,
        };
        Some(Self { pattern: Place::parse(row.cell("pattern")), method, role })
    }
}
