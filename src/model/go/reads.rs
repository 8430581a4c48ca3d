//! Which variables of the environment a program reads.

use rustc_hash::{FxHashMap, FxHashSet};

use super::certainty::Certainty;
use super::noted_values::plain;
use super::values::{Place, places};
use super::world::{FunctionId, PackageId, Packages};
use super::{EnvironmentRead, EnvironmentReads, Reachable};
use crate::facts::catalogue::{self, AnyVariable, DefaultAddress, GoEntry, Naming, Source, go as tables};
use crate::facts::go::{Call, Condition, Environ, Value};
use crate::model::resolve::{Evaluator, tag_value};
use crate::net::HOLE;
use crate::source::{Span, Spanned};

/// The first call of the program that replaces `$NAME` in a text.
pub(super) fn expansion(packages: &Packages<'_>, reachable: &Reachable<'_>) -> Option<Span> {
    reachable.functions.iter().find_map(|id| {
        let expands = |call: &&Call| {
            let entry = packages.entry(*id, call);
            entry.is_some_and(|it| it.any_variable == Some(AnyVariable::Text))
        };
        packages.function(*id).function.calls.iter().find(expands).map(|it| it.span)
    })
}

/// What a program reads in any workload.
pub(super) fn reads(evaluator: &Evaluator<'_>) -> EnvironmentReads {
    let mut finder = Finder {
        evaluator,
        out: EnvironmentReads::default(),
        at: FxHashMap::default(),
        through: FxHashSet::default(),
        certainty: Certainty::new(evaluator),
        makes_names: false,
    };
    finder.calls();
    finder.values();
    finder.flags();
    finder.demands();
    finder.packages();
    // Where it may read anything there is no need to say what else.
    if finder.makes_names && finder.out.incomplete.is_none() {
        finder.made_up_names();
    }
    finder.out
}

impl EnvironmentRead {
    fn default_unknown(&mut self) {
        self.default.get_or_insert_with(|| HOLE.to_string());
    }
}

impl EnvironmentReads {
    /// The read of this variable, by a name that is written out.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&EnvironmentRead> {
        self.known.iter().find(|it| it.name == name)
    }

    /// Whether the program, or one of its libraries, may read the variable.
    #[must_use]
    pub fn may_read(&self, name: &str) -> bool {
        let plain = plain(name);
        self.incomplete.is_some()
            || self.find(name).is_some()
            || catalogue::is_library_variable(name)
            || self.made_up.iter().any(|it| plain.ends_with(it.as_str()))
    }
}

fn is_initial_value(packages: &Packages<'_>, package: PackageId, value: &Value) -> bool {
    let files = packages.package(package).files.iter();
    files.flat_map(|(_, file)| &file.declarations).any(|it| std::ptr::eq(&it.value, value))
}

fn environ(value: &Value) -> Option<&Environ> {
    match value {
        Value::Environment(read) => Some(read),
        _ => None,
    }
}

/// A function and the calls that lead to it, the innermost first.
type Chain<'w> = Vec<(FunctionId, &'w Call)>;

/// Longer chains of helpers, and more ways to one read, are not followed.
const LONGEST_CHAIN: usize = 6;
const MOST_CHAINS: usize = 4000;

struct Finder<'e, 'w> {
    evaluator: &'e Evaluator<'w>,
    out: EnvironmentReads,
    /// Index of the read of a name.
    at: FxHashMap<String, usize>,
    /// Functions that read what a parameter names.
    through: FxHashSet<FunctionId>,
    certainty: Certainty<'e, 'w>,
    /// Whether a library makes names of keys, fields and tags.
    makes_names: bool,
}

impl<'w> Finder<'_, 'w> {
    fn give_up(&mut self, reason: &str, span: Span) {
        self.out.incomplete.get_or_insert_with(|| Spanned::new(reason.to_owned(), span));
    }

    fn add(&mut self, name: &str, span: Span) -> &mut EnvironmentRead {
        let known = &mut self.out.known;
        let at = *self.at.entry(name.to_owned()).or_insert_with(|| {
            known.push(EnvironmentRead { name: name.to_owned(), span, default: None, exit: None });
            known.len() - 1
        });
        &mut self.out.known[at]
    }

    fn calls(&mut self) {
        let (packages, reachable) = (self.evaluator.packages, self.evaluator.reachable);
        for id in &reachable.functions {
            for call in &packages.function(*id).function.calls {
                if let Some(entry) = packages.entry(*id, call) {
                    self.call(*id, call, entry);
                }
            }
        }
    }

    fn call(&mut self, function: FunctionId, call: &'w Call, entry: &GoEntry) {
        if let Some(key) = entry.environment.as_ref().map(|it| it.key) {
            match call.arguments.get(key) {
                Some(key) => {
                    for (name, chain) in self.names(function, key, call.span) {
                        // The name stands where the outermost helper is called.
                        let span = chain.last().map_or(call.span, |(_, call)| call.span);
                        self.add(&name, span);
                    }
                }
                None => self.give_up("a variable is read by a name that is not known", call.span),
            }
        }
        match entry.any_variable {
            Some(AnyVariable::Text) => self.give_up("variables in a text are replaced", call.span),
            Some(AnyVariable::All) => self.give_up("the environment is taken whole", call.span),
            Some(AnyVariable::Child) => {
                self.give_up("a program that is started gets the environment", call.span)
            }
            Some(AnyVariable::Prefix) => self.makes_names = true,
            None => {}
        }
        if let Some(decode) = &entry.decode {
            let by_environment = decode.source == Source::Environment || decode.naming == Naming::Cleanenv;
            match decode.source {
                Source::Unknown => self.give_up("a library reads variables in ways of its own", call.span),
                Source::Koanf | Source::Kratos | Source::Viper => self.makes_names = true,
                _ if by_environment => self.makes_names = true,
                _ => {}
            }
        }
        // `gin.Engine.Run()` without an address listens where the variable says.
        let default = entry.listen.as_ref().filter(|_| call.arguments.is_empty()).map(|it| &it.default);
        for name in default.map(DefaultAddress::variables).unwrap_or_default() {
            self.add(name, call.span).default_unknown();
        }
    }

    /// The names that `key`, which stands in `function`, may be, each with the calls that make it so.
    fn names(&mut self, function: FunctionId, key: &'w Value, read: Span) -> Vec<(String, Chain<'w>)> {
        let mut found = Vec::new();
        let mut pending: Vec<Chain<'w>> = vec![Vec::new()];
        let mut looks = 0;
        while let Some(chain) = pending.pop() {
            looks += 1;
            let outcome = self.evaluator.outline(key, &Evaluator::frame(function, &chain));
            if outcome.unknown.is_none() {
                found.push((outcome.text.as_str().to_owned(), chain));
                continue;
            }
            let outer = chain.last().map_or(function, |it| it.0);
            let callers = self.evaluator.reachable.likely_callers(outer);
            let fresh =
                callers.iter().filter(|(it, _)| *it != outer && chain.iter().all(|(known, _)| known != it));
            let longer: Vec<_> = fresh.map(|it| [chain.as_slice(), &[*it]].concat()).collect();
            if !outcome.needs_caller
                || longer.is_empty()
                || chain.len() >= LONGEST_CHAIN
                || looks > MOST_CHAINS
            {
                self.give_up("a variable is read by a name that is not known", read);
            } else {
                self.through.insert(outer);
                pending.extend(longer);
            }
        }
        found
    }

    /// Defaults of reads; readers that are handed on to be called by whoever gets them.
    fn values(&mut self) {
        let (packages, reachable) = (self.evaluator.packages, self.evaluator.reachable);
        let (mut reads, mut handed_on) = (Vec::<(FunctionId, &Environ, Option<&Value>)>::new(), Vec::new());
        let through = &self.through;
        let values = places(reachable)
            .flat_map(|place| packages.values_of_reads(place).iter().map(move |value| (place, *value)));
        values.for_each(|it| match it {
            (Place::Function(id), Value::Environment(read)) => reads.push((id, read, read.default.as_ref())),
            // What holds without the variable stands elsewhere than in the read.
            (Place::Function(id), Value::FirstNonEmpty(parts, _)) => {
                let (last, others) =
                    parts.split_last().map_or((None, &[][..]), |(last, rest)| (Some(last), rest));
                reads.extend(others.iter().filter_map(environ).map(|it| (id, it, last)));
            }
            (Place::Function(id), value @ Value::Choice(arms, _)) => {
                let tested = arms.iter().filter_map(|it| it.condition.as_ref()).flat_map(Condition::values);
                reads.extend(tested.filter_map(environ).map(|it| (id, it, Some(value))));
            }
            (place, value @ Value::Name { package, name }) => {
                let entry = tables().find(package, "", &name.value);
                let is_reader = entry.is_some_and(|it| it.environment.is_some() || it.any_variable.is_some());
                let from = match place {
                    Place::Function(id) => packages.function(id).package,
                    Place::Package(id) => id,
                };
                let own = packages.import(from, package).map(|it| packages.functions_named(it, &name.value));
                let reads = is_reader || own.is_some_and(|it| it.iter().any(|it| through.contains(it)));
                // `var getEnv = GetEnv` is another name, whose calls are followed.
                if reads && !(place == Place::Package(from) && is_initial_value(packages, from, value)) {
                    handed_on.push(name.span);
                }
            }
            _ => {}
        });
        for span in handed_on {
            self.give_up("a function that reads variables is handed on", span);
        }
        for (function, read, default) in reads {
            let Some(default) = default else { continue };
            for (name, chain) in self.names(function, &read.key, read.span) {
                let outcome = self.evaluator.outline(default, &Evaluator::frame(function, &chain));
                let is_empty = outcome.unknown.is_none() && outcome.text.as_str().is_empty();
                let read = self.add(&name, read.span);
                if !is_empty {
                    read.default.get_or_insert_with(|| outcome.text.as_str().to_owned());
                }
            }
        }
    }

    fn flags(&mut self) {
        for flag in self.evaluator.flag_definitions().iter() {
            let names = |value: &Value| match value {
                Value::Literal(it) => {
                    Some(it.value.split(',').map(|it| it.trim().to_owned()).collect::<Vec<_>>())
                }
                Value::List(parts, _) => parts
                    .iter()
                    .map(|it| if let Value::Literal(it) = it { Some(it.value.clone()) } else { None })
                    .collect(),
                _ => None,
            };
            if let Some(variable) = &flag.parts.variable {
                match names(variable) {
                    Some(names) => names.iter().for_each(|it| self.add(it, flag.span).default_unknown()),
                    None => self.give_up("a flag has a variable whose name is not known", flag.span),
                }
            }
        }
    }

    /// Reads without which the program ends, where that code certainly runs.
    fn demands(&mut self) {
        let (packages, reachable) = (self.evaluator.packages, self.evaluator.reachable);
        for id in &reachable.functions {
            for demand in &packages.function(*id).function.demands {
                if demand.standing.branch.is_some() || demand.standing.goroutine.is_some() {
                    continue;
                }
                for (name, chain) in self.names(*id, &demand.read.key, demand.read.span) {
                    let mut inner = *id;
                    let mut runs = true;
                    for (caller, call) in &chain {
                        runs &= self.certainty.calls(*caller, call, inner);
                        inner = *caller;
                    }
                    if runs && self.certainty.runs(inner) {
                        self.add(&name, demand.read.span).exit.get_or_insert(demand.exit);
                    }
                }
            }
        }
    }

    fn packages(&mut self) {
        for id in &self.evaluator.reachable.packages {
            for (_, file) in &self.evaluator.packages.package(*id).files {
                for import in &file.imports {
                    let path = import.path.value.as_str();
                    if path == "C" || catalogue::reads_any_variable(path) {
                        self.give_up("a library reads variables in ways of its own", import.path.span);
                    }
                }
            }
        }
    }

    /// The names that a library may make: of fields and their tags, and of keys that are written out. How it
    /// does so (prefixes, separators, nesting) is not followed, so that every end of a name counts.
    fn made_up_names(&mut self) {
        let (packages, reachable) = (self.evaluator.packages, self.evaluator.reachable);
        let mut names: FxHashSet<String> = FxHashSet::default();
        for id in &reachable.packages {
            for (_, file) in &packages.package(*id).files {
                for field in file.structs.iter().flat_map(|it| &it.fields) {
                    names.insert(plain(&field.name.value));
                    for key in TAGS {
                        let tag = field.tag.as_ref().and_then(|it| tag_value(it, key));
                        names.extend(tag.map(|it| plain(it.value.split(',').next().unwrap_or_default())));
                    }
                }
            }
        }
        let written: FxHashSet<&String> =
            places(reachable).flat_map(|it| packages.keys_written(it)).collect();
        names.extend(written.into_iter().cloned());
        self.out.made_up = names.into_iter().filter(|it| it.len() > 1).collect();
        self.out.made_up.sort();
    }
}

/// Struct tags by which libraries find a field.
const TAGS: &[&str] = &[
    "env",
    "envconfig",
    "mapstructure",
    "koanf",
    "yaml",
    "json",
    "toml",
    "ini",
    "conf",
    "config",
    "env-name",
];
