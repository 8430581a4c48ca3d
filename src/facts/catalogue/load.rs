//! Reads the Go tables.

use rustc_hash::FxHashMap;

use super::decode::{DataEntry, DecodeEntry, DotenvEntry};
use super::default_address::DefaultAddress;
use super::entry::{
    AnyVariable, DialEntry, EnvironmentEntry, ListenEntry, MiddlewareOrder, ProfilerEntry, PureEntry,
    RouteEntry, ShutdownEntry, ShutdownForm,
};
use super::file::FileEntry;
use super::flag::FlagEntry;
use super::go::{Catalogue, Pattern, unversioned};
use super::place::{Address, EntryAddress, Place};
use super::table::{rows, table};
use crate::facts::go::TypeName;

impl Catalogue {
    /// The tables, parsed.
    pub(super) fn load() -> Self {
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
                default: DefaultAddress::parse(row.cell("default")),
                unless: words(row.cell("unless")),
                application: row.cell("application"),
                protocol: row.cell("protocol"),
            });
        }
        for row in rows(table!("go-listen-beside.csv")) {
            it.entry(&row).listen_beside.push(ListenEntry {
                address: Address::parse(row.cell("address")),
                form: "address",
                network: None,
                default: DefaultAddress::parse(""),
                unless: Vec::new(),
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
                default: DefaultAddress::parse(row.cell("default")),
                unless: words(row.cell("unless")),
            });
        }
        it.patterns = it.take_patterns();
        for row in rows(table!("go-connects-later.csv")) {
            it.entry(&row).connects_later = true;
        }
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
        for row in rows(table!("go-handler.csv")) {
            it.entry(&row).handler = true;
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
            it.entry(&row).shutdown = argument.map(|argument| ShutdownEntry {
                argument,
                form,
                ends_serving: row.cell("serving") == "ends",
            });
        }
        for row in rows(table!("go-exit.csv")) {
            it.entry(&row).exits = true;
        }
        for row in rows(table!("go-by-name.csv")) {
            it.entry(&row).by_name = row.cell("argument").parse().ok();
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
}

/// The words of a cell, which `|` stands between.
fn words(cell: &'static str) -> Vec<&'static str> {
    cell.split('|').filter(|it| !it.is_empty()).collect()
}
