//! What each call of the project may run, worked out once: every question about a program goes through its calls.

use rayon::prelude::*;

use super::guard::is_guard_mentioned;
use super::network::entry_of;
use super::world::{FunctionId, FunctionInPackage, Packages, Targets, TypeRef};
use crate::facts::catalogue::{GoEntry, InputEntry, go as catalogue, input};
use crate::facts::go::Call;
use crate::model::resolve::{looks_by_reflection, may_set};

/// What is known of a call by its callee alone.
#[derive(Debug)]
pub(super) struct KnownCall<'a> {
    targets: Targets<'a>,
    by_tables: Option<&'static GoEntry>,
    on_network: Option<&'a GoEntry>,
    mentions_guard: bool,
    is_listed: bool,
    may_set: bool,
}

impl<'a> Packages<'a> {
    /// What a call that stands in `function` may run.
    #[must_use]
    pub fn targets_of(&self, function: FunctionId, call: &Call) -> &Targets<'a> {
        const NOTHING: &Targets<'static> = &Targets::Own(Vec::new());
        self.known_call(function, call).map_or(NOTHING, |it| &it.targets)
    }

    /// What the tables say of a call that stands in `function`.
    #[must_use]
    pub fn entry(&self, function: FunctionId, call: &Call) -> Option<&'static GoEntry> {
        self.known_call(function, call)?.by_tables
    }

    /// What is known of what a call in `function` does on the network: by the project's settings, else by the
    /// tables.
    #[must_use]
    pub fn network_entry_of(&self, function: FunctionId, call: &Call) -> Option<&'a GoEntry> {
        self.known_call(function, call)?.on_network
    }

    /// Whether a call that stands in `function` makes or names a guard of routes.
    pub(super) fn mentions_guard(&self, function: FunctionId, call: &Call) -> bool {
        self.known_call(function, call).is_some_and(|it| it.mentions_guard)
    }

    /// The calls in `function` of what the tables know, and of modules by which programs are configured.
    pub fn listed_calls(&self, function: FunctionId) -> impl Iterator<Item = &'a Call> {
        let calls = &self.function(function).function.calls;
        let known = calls.iter().zip(&self.known_calls[function.0 as usize]);
        known.filter(|(_, it)| it.is_listed).map(|(call, _)| call)
    }

    /// The calls in `function` that may give values to what other code reads, as far as they themselves tell.
    pub fn setting_calls(&self, function: FunctionId) -> impl Iterator<Item = &'a Call> {
        let calls = &self.function(function).function.calls;
        let known = calls.iter().zip(&self.known_calls[function.0 as usize]);
        known.filter(|(_, it)| it.may_set).map(|(call, _)| call)
    }

    fn known_call(&self, function: FunctionId, call: &Call) -> Option<&KnownCall<'a>> {
        let calls = &self.function(function).function.calls;
        // They lie one behind the other.
        let at = calls.partition_point(|it| std::ptr::from_ref(it) < std::ptr::from_ref(call));
        self.known_calls[function.0 as usize].get(at)
    }
}

/// Whether a call brings something from outside, or is one of a module by which programs are configured.
fn is_listed(targets: &Targets<'_>) -> bool {
    let configures = match targets {
        Targets::Imported(path, _) | Targets::ExternalMethod(TypeRef::External(path, _), _) => {
            catalogue().configures(path)
        }
        _ => false,
    };
    configures || input_of(targets).is_some()
}

/// What the tables say of what a call brings from outside.
pub(in crate::model) fn input_of(targets: &Targets<'_>) -> Option<InputEntry> {
    match targets {
        Targets::Imported(path, name) => input(path, "", name),
        Targets::ExternalMethod(TypeRef::External(path, type_name), name) => input(path, type_name, name),
        _ => None,
    }
}

/// What is known of the calls in each of these functions.
pub(super) fn know_calls<'a>(
    packages: &Packages<'a>,
    functions: &[FunctionInPackage<'a>],
) -> Vec<Box<[KnownCall<'a>]>> {
    let know = |it: &FunctionInPackage<'a>| {
        let imports = packages.package(it.package).files.iter().flat_map(|(_, file)| &file.imports);
        let reflects = imports.into_iter().any(|it| it.path.value == "reflect");
        let known = it.function.calls.iter().map(|call| {
            let targets = packages.targets(it.package, Some(it.function), &call.callee);
            let (by_tables, on_network) = (entry_of(&targets), packages.network_entry(&targets));
            let mentions_guard = is_guard_mentioned(by_tables, call);
            let is_listed = by_tables.is_some() || is_listed(&targets);
            let may_set = may_set(call) || reflects && looks_by_reflection(call);
            KnownCall { targets, by_tables, on_network, mentions_guard, is_listed, may_set }
        });
        known.collect()
    };
    functions.par_iter().map(know).collect()
}
