//! What Go functions of public packages do to the network.

use std::borrow::Cow;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::entry::GoEntry;
use super::table::{Row, fits};
use crate::facts::go::{Callee, TypeName};

/// The Go tables, parsed.
#[derive(Debug, Default)]
pub struct Catalogue {
    /// By package path without version, then by receiver type (empty for functions) and name.
    pub(super) entries: FxHashMap<&'static str, FxHashMap<&'static str, FxHashMap<&'static str, GoEntry>>>,
    pub(super) package_names: FxHashMap<&'static str, &'static str>,
    /// The types of package variables, by package and name.
    pub(super) variables: FxHashMap<&'static str, FxHashMap<&'static str, TypeName>>,
    pub(super) patterns: Vec<Pattern>,
    pub(super) configuration: FxHashSet<&'static str>,
    /// By method name.
    pub(super) bearers: FxHashMap<&'static str, Vec<(&'static str, &'static str)>>,
}

/// What the tables say about functions that a generator writes: the package and the name may have a `*`,
/// which stands for any text.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) package: &'static str,
    pub(super) function: &'static str,
    pub(super) entry: GoEntry,
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

    /// Whether a call takes its address from a field of that name, of whatever type: `Addr` of a server.
    #[must_use]
    pub fn is_address_field(&self, name: &str) -> bool {
        static FIELDS: OnceLock<FxHashSet<&'static str>> = OnceLock::new();
        let fields = FIELDS.get_or_init(|| {
            let addresses = go().iter().flat_map(|(.., entry)| {
                let listen = entry.listen.as_ref().and_then(|it| it.address.as_ref());
                listen.into_iter().chain(entry.dial.as_ref().and_then(|it| it.address.as_ref()))
            });
            let places = addresses.flat_map(|it| std::iter::once(&it.host).chain(&it.port));
            places.flat_map(|it| &it.fields).map(String::as_str).collect()
        });
        fields.contains(name)
    }

    pub(super) fn entry(&mut self, row: &Row) -> &mut GoEntry {
        let functions = self.entries.entry(unversioned(row.cell("package"))).or_default();
        functions.entry(row.cell("type")).or_default().entry(row.cell("function")).or_default()
    }
}

/// A path of a table as it is looked up; those with a version in them are few.
pub(super) fn unversioned(path: &'static str) -> &'static str {
    match without_version(path) {
        Cow::Borrowed(it) => it,
        Cow::Owned(it) => it.leak(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::entry::{APPLICATIONS, DIAL_FORMS, LISTEN_FORMS};
    use super::super::table::{rows, table};
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
            table!("go-listen-beside.csv"),
            table!("go-dial.csv"),
            table!("go-connects-later.csv"),
            table!("go-variable.csv"),
            table!("go-route.csv"),
            table!("go-handler.csv"),
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
            table!("go-by-name.csv"),
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
