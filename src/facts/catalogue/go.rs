//! What Go functions of public packages do to the network.

use std::borrow::Cow;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::decode::{DataEntry, DecodeEntry, DotenvEntry};
use super::file::FileEntry;
use super::flag::FlagEntry;
use super::place::{Address, EntryAddress, Place};
use super::table::{Row, fits, rows};
use crate::facts::go::{Callee, TypeName};

/// The text of a table.
macro_rules! table {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/", $name))
    };
}

/// The Go tables, parsed.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// By package path without version, then by receiver type (empty for functions) and name.
    entries: FxHashMap<&'static str, FxHashMap<&'static str, FxHashMap<&'static str, GoEntry>>>,
    package_names: FxHashMap<&'static str, &'static str>,
    /// The types of package variables, by package and name.
    variables: FxHashMap<&'static str, FxHashMap<&'static str, TypeName>>,
    patterns: Vec<Pattern>,
    configuration: FxHashSet<&'static str>,
    /// By method name.
    bearers: FxHashMap<&'static str, Vec<(&'static str, &'static str)>>,
}

/// What the tables say about functions that a generator writes: the package and the name may have a `*`,
/// which stands for any text.
#[derive(Debug)]
struct Pattern {
    package: &'static str,
    function: &'static str,
    entry: GoEntry,
}

/// What the tables say about one function or method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GoEntry {
    /// It opens a socket to listen on, or serves on one.
    pub listen: Option<ListenEntry>,
    /// It connects, or says where to.
    pub dial: Option<DialEntry>,
    /// It registers a route.
    pub route: Option<RouteEntry>,
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
    /// It does not return.
    pub exits: bool,
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
    /// The address when none is given; begins with `$NAME` when that variable comes first, and is `?`
    /// when something decides that is not read.
    pub default: Cow<'static, str>,
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
    pub default: Cow<'static, str>,
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

/// The Go tables; they are part of the binary and are parsed once.
#[must_use]
pub fn go() -> &'static Catalogue {
    static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
    CATALOGUE.get_or_init(Catalogue::load)
}

/// The import path without what only tells major versions apart: `github.com/go-chi/chi/v5` and
/// `gopkg.in/mgo.v2` are `github.com/go-chi/chi` and `gopkg.in/mgo`.
#[must_use]
pub fn without_version(path: &str) -> Cow<'_, str> {
    let may_have_version = path.contains("/v") || path.starts_with('v');
    let has_version = may_have_version && path.split('/').any(is_version);
    if !has_version && !path.starts_with("gopkg.in/") {
        return Cow::Borrowed(path);
    }
    let dotted = |part: &'_ str| match part.rsplit_once(".v") {
        Some((name, number)) if number.bytes().all(|it| it.is_ascii_digit()) => name.len(),
        _ => part.len(),
    };
    let on_gopkg = path.starts_with("gopkg.in/");
    let parts = path.split('/').filter(|part| !is_version(part));
    let parts: Vec<&str> = parts.map(|part| if on_gopkg { &part[..dotted(part)] } else { part }).collect();
    Cow::Owned(parts.join("/"))
}

fn is_version(part: &str) -> bool {
    part.len() >= 2
        && part.strip_prefix('v').is_some_and(|number| number.bytes().all(|it| it.is_ascii_digit()))
}

/// The name a file uses for an import without alias, where only the path is known: by the tables, else
/// the last part of the path. `go-` in front, and `-go` and `.go` behind, are no part of it by custom.
#[must_use]
pub fn package_name(path: &str) -> &str {
    let unversioned = without_version(path);
    if let Some(name) = go().package_names.get(unversioned.as_ref()) {
        return name;
    }
    let mut parts = path.rsplit('/').filter(|part| !is_version(part));
    let last = parts.next().unwrap_or(path);
    let last = last.split_once(".v").map_or(last, |(name, _)| name);
    let last = last.strip_prefix("go-").unwrap_or(last);
    last.strip_suffix("-go").or(last.strip_suffix(".go")).unwrap_or(last)
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

impl Catalogue {
    /// What is known of a function (`type_name` empty) or method.
    #[must_use]
    pub fn find(&self, package: &str, type_name: &str, name: &str) -> Option<&GoEntry> {
        let known = self.entries.get(package);
        let functions = known.or_else(|| self.entries.get(without_version(package).as_ref()));
        let found = functions.and_then(|it| it.get(type_name)?.get(name));
        let written = |it: &&Pattern| fits(it.function, name) && fits(it.package, package);
        let generated = || self.patterns.iter().find(written).map(|it| &it.entry);
        found.or_else(|| if type_name.is_empty() { generated() } else { None })
    }

    /// What is known of a function of the project that a generator wrote into a file with these imports.
    pub fn generated<'i>(
        &self,
        imports: impl Iterator<Item = &'i str> + Clone,
        name: &str,
    ) -> Option<&GoEntry> {
        let mut written = self.patterns.iter().filter(|it| fits(it.function, name));
        let found = written.find(|it| imports.clone().any(|path| path == it.package));
        found.map(|it| &it.entry)
    }

    /// The type of a variable of a package.
    #[must_use]
    pub fn variable(&self, package: &str, name: &str) -> Option<&TypeName> {
        self.variables.get(without_version(package).as_ref())?.get(name)
    }

    /// What is known of what a call names.
    #[must_use]
    pub fn of(&self, callee: &Callee) -> Option<&GoEntry> {
        match callee {
            Callee::Imported { package, name } => self.find(package, "", name),
            Callee::Own { .. } => None,
            Callee::Method { receiver_type, name, .. } => {
                let it = receiver_type.as_ref()?;
                self.find(&it.package, &it.name, name)
            }
        }
    }

    /// Whether the package reads configuration.
    #[must_use]
    pub fn configures(&self, package: &str) -> bool {
        self.configuration.contains(without_version(package).as_ref())
    }

    /// Every function and method with what is known of it: package, type, name, entry.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &'static str, &'static str, &GoEntry)> {
        self.entries.iter().flat_map(|(package, functions)| {
            functions.iter().flat_map(|(type_name, methods)| {
                methods.iter().map(|(name, entry)| (*package, *type_name, *name, entry))
            })
        })
    }

    /// The types, each with its package, that have a method of that name which does something itself.
    #[must_use]
    pub fn bearers(&self, name: &str) -> Option<&[(&'static str, &'static str)]> {
        self.bearers.get(name).map(Vec::as_slice)
    }

    /// Whether all that is known of a method is that it dials.
    #[must_use]
    pub fn dials_only(&self, package: &str, type_name: &str, name: &str) -> bool {
        let entry = self.find(package, type_name, name);
        entry.is_some_and(|it| it.dial.is_some() && it.listen.is_none() && it.route.is_none())
    }

    /// The package's path as the tables have it.
    #[must_use]
    pub fn known_package(&self, package: &str) -> Option<&'static str> {
        let known = self.entries.get_key_value(package);
        known.or_else(|| self.entries.get_key_value(without_version(package).as_ref())).map(|it| *it.0)
    }

    /// The types of a package that come with the mention of `name` in it: itself, or its result.
    pub fn types_behind(
        &self,
        package: &str,
        name: &str,
    ) -> impl Iterator<Item = (&'static str, &'static str)> {
        let package = self.known_package(package);
        let types = package.and_then(|it| self.entries.get(it));
        let itself = types.and_then(|it| it.get_key_value(name)).map(|it| *it.0);
        let result = types.and_then(|it| it.get("")?.get(name)?.result.as_ref());
        let result = types.zip(result).and_then(|(types, result)| types.get_key_value(result.name.as_str()));
        let variable = package.and_then(|it| self.variable(it, name));
        let variable = types.zip(variable).and_then(|(types, it)| types.get_key_value(it.name.as_str()));
        let found = itself.into_iter().chain(result.map(|it| *it.0)).chain(variable.map(|it| *it.0));
        found.filter_map(move |type_name| Some((package?, type_name)))
    }

    /// Whether a type of the package has methods that do something themselves.
    #[must_use]
    pub fn knows_type(&self, package: &str, type_name: &str) -> bool {
        let functions =
            self.entries.get(package).or_else(|| self.entries.get(without_version(package).as_ref()));
        let methods = functions.and_then(|it| it.get(type_name));
        methods.is_some_and(|it| it.values().any(GoEntry::acts))
    }

    /// Whether the tables have any row for the package.
    #[must_use]
    pub fn knows_package(&self, package: &str) -> bool {
        self.entries.contains_key(package) || self.entries.contains_key(without_version(package).as_ref())
    }

    fn load() -> Self {
        let mut it = Self::default();
        for row in rows(table!("go-package.csv")) {
            it.package_names.insert(unversioned(row.cell("path")), row.cell("name"));
        }
        it.configuration =
            rows(table!("go-configuration.csv")).map(|row| unversioned(row.cell("package"))).collect();
        for row in rows(table!("go-listen.csv")) {
            it.entry(&row).listen = Some(ListenEntry {
                address: Address::parse(row.cell("address")),
                form: row.cell("form"),
                network: EntryAddress::parse(row.cell("network"), "="),
                default: row.cell("default").into(),
                unless: words(row.cell("unless")),
                application: row.cell("application"),
                protocol: row.cell("protocol"),
            });
        }
        for row in rows(table!("go-dial.csv")) {
            it.entry(&row).dial = Some(DialEntry {
                address: Address::parse(row.cell("address")),
                form: row.cell("form"),
                scheme: match row.cell("scheme").strip_prefix('@') {
                    Some(argument) => Place::parse(argument).map(EntryAddress::At),
                    None => Some(row.cell("scheme"))
                        .filter(|it| !it.is_empty())
                        .map(|it| EntryAddress::Fixed(it.into())),
                },
                network: EntryAddress::parse(row.cell("network"), "="),
                default: row.cell("default").into(),
                unless: words(row.cell("unless")),
            });
        }
        it.patterns = it.take_patterns();
        for row in rows(table!("go-variable.csv")) {
            let types = TypeName {
                package: row.cell("type_package").to_owned(),
                name: row.cell("type_name").to_owned(),
            };
            let package = it.variables.entry(unversioned(row.cell("package"))).or_default();
            package.insert(row.cell("variable"), types);
        }
        for row in rows(table!("go-route.csv")) {
            it.entry(&row).route = RouteEntry::parse(&row);
        }
        for row in rows(table!("go-environment.csv")) {
            it.entry(&row).environment = row.cell("key").parse().ok().map(|key| EnvironmentEntry {
                key,
                found: row.cell("found") == "yes",
                default: row.cell("default").parse().ok(),
            });
        }
        for row in rows(table!("go-environment-any.csv")) {
            it.entry(&row).any_variable = AnyVariable::parse(row.cell("reach"));
        }
        for row in rows(table!("go-flag.csv")) {
            it.entry(&row).flag = FlagEntry::parse(&row);
        }
        for row in rows(table!("go-flag-read.csv")) {
            it.entry(&row).flag_read = row.cell("name").parse().ok();
        }
        for row in rows(table!("go-pure.csv")) {
            let argument = row.cell("argument").parse().unwrap_or(0);
            it.entry(&row).pure = Some(PureEntry { meaning: row.cell("meaning"), argument });
        }
        for row in rows(table!("go-signal.csv")) {
            it.entry(&row).signals = row.cell("signals").parse().ok();
        }
        for row in rows(table!("go-profiler.csv")) {
            it.entry(&row).profiler = match row.cell("role") {
                "handler" => Some(ProfilerEntry::Handler),
                _ => row.cell("router").parse().ok().map(ProfilerEntry::Register),
            };
        }
        for row in rows(table!("go-middleware.csv")) {
            it.entry(&row).middleware = match row.cell("order") {
                "all" => Some(MiddlewareOrder::All),
                "later" => Some(MiddlewareOrder::Later),
                "stack" => Some(MiddlewareOrder::Stack),
                _ => None,
            };
        }
        for row in rows(table!("go-guard.csv")) {
            let passes = row.cell("passes").split('|').filter(|it| !it.is_empty());
            it.entry(&row).guard = Some(passes.collect());
        }
        for row in rows(table!("go-shutdown.csv")) {
            let form = match row.cell("form") {
                "context" => ShutdownForm::Context,
                _ => ShutdownForm::Duration,
            };
            let argument = row.cell("argument").parse().ok();
            it.entry(&row).shutdown = argument.map(|argument| ShutdownEntry { argument, form });
        }
        for row in rows(table!("go-exit.csv")) {
            it.entry(&row).exits = true;
        }
        for row in rows(table!("go-decode.csv")) {
            it.entry(&row).decode = DecodeEntry::parse(&row);
        }
        for row in rows(table!("go-data.csv")) {
            it.entry(&row).data = DataEntry::parse(&row);
        }
        for row in rows(table!("go-dotenv.csv")) {
            it.entry(&row).dotenv = DotenvEntry::parse(&row);
        }
        for row in rows(table!("go-file.csv")) {
            it.entry(&row).file = FileEntry::parse(&row);
        }
        for row in rows(table!("go-result.csv")) {
            let package = row.cell("result_package").to_owned();
            it.entry(&row).result = Some(TypeName { package, name: row.cell("result_type").to_owned() });
        }
        let mut bearers: FxHashMap<&str, Vec<(&str, &str)>> = FxHashMap::default();
        for (package, type_name, name, entry) in it.iter() {
            if !type_name.is_empty() && entry.acts() {
                bearers.entry(name).or_default().push((package, type_name));
            }
        }
        it.bearers = bearers;
        it
    }

    /// Takes the rows out whose package or name has a `*`.
    fn take_patterns(&mut self) -> Vec<Pattern> {
        let mut patterns = Vec::new();
        self.entries.retain(|package, types| {
            let Some(functions) = types.get_mut("") else { return true };
            functions.retain(|function, entry| {
                let is_pattern = package.contains('*') || function.contains('*');
                if is_pattern {
                    patterns.push(Pattern { package, function, entry: entry.clone() });
                }
                !is_pattern
            });
            types.values().any(|it| !it.is_empty())
        });
        patterns
    }

    fn entry(&mut self, row: &Row) -> &mut GoEntry {
        let functions = self.entries.entry(unversioned(row.cell("package"))).or_default();
        functions.entry(row.cell("type")).or_default().entry(row.cell("function")).or_default()
    }
}

/// The words of a cell, which `|` stands between.
fn words(cell: &'static str) -> Vec<&'static str> {
    cell.split('|').filter(|it| !it.is_empty()).collect()
}

/// A path of a table as it is looked up; those with a version in them are few.
pub(super) fn unversioned(path: &'static str) -> &'static str {
    match without_version(path) {
        Cow::Borrowed(it) => it,
        Cow::Owned(it) => it.leak(),
    }
}

impl AnyVariable {
    fn parse(text: &str) -> Option<Self> {
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
    fn parse(row: &Row) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_found_under_every_major_version() {
        let find = |package| go().find(package, "Mux", "Route").is_some();
        assert!(find("github.com/go-chi/chi") && find("github.com/go-chi/chi/v5"));
        assert_eq!(without_version("gopkg.in/mgo.v2"), "gopkg.in/mgo");
        assert_eq!(
            without_version("github.com/gofiber/fiber/v2/middleware/cors"),
            "github.com/gofiber/fiber/middleware/cors"
        );
        assert!(go().find("gopkg.in/mgo.v2", "", "Dial").is_some());
    }

    #[test]
    fn packages_have_the_names_that_files_use() {
        for (path, name) in [
            ("github.com/go-chi/chi/v5", "chi"),
            ("github.com/segmentio/kafka-go", "kafka"),
            ("github.com/redis/go-redis/v9", "redis"),
            ("gopkg.in/yaml.v3", "yaml"),
            ("net/http", "http"),
            ("go-micro.dev/v4", "micro"),
        ] {
            assert_eq!(package_name(path), name, "{path}");
        }
    }

    /// Every row of every table was understood and cites where its claim can be read.
    #[test]
    fn no_row_is_void() {
        for (package, type_name, name, entry) in go().iter() {
            assert_ne!(*entry, GoEntry::default(), "{package} {type_name}.{name}");
            if let Some(listen) = &entry.listen {
                assert!(APPLICATIONS.contains(&listen.application), "{package}.{name}");
                assert!(["tcp", "udp"].contains(&listen.protocol), "{package}.{name}");
                assert!(LISTEN_FORMS.contains(&listen.form), "{package}.{name}");
            }
            if let Some(dial) = &entry.dial {
                assert!(DIAL_FORMS.contains(&dial.form), "{package}.{name}");
            }
        }
        let tables = [
            table!("go-package.csv"),
            table!("go-listen.csv"),
            table!("go-dial.csv"),
            table!("go-variable.csv"),
            table!("go-route.csv"),
            table!("go-environment.csv"),
            table!("go-environment-any.csv"),
            table!("go-flag.csv"),
            table!("go-flag-read.csv"),
            table!("go-pure.csv"),
            table!("go-signal.csv"),
            table!("go-profiler.csv"),
            table!("go-middleware.csv"),
            table!("go-guard.csv"),
            table!("go-shutdown.csv"),
            table!("go-exit.csv"),
            table!("go-result.csv"),
            table!("go-configuration.csv"),
            table!("go-decode.csv"),
            table!("go-data.csv"),
            table!("go-dotenv.csv"),
            table!("go-file.csv"),
        ];
        for row in tables.into_iter().flat_map(rows) {
            assert!(row.cell("url").starts_with("https://"), "{}", row.cell("function"));
        }
    }
}
