//! Values that are asked for in all functions of a program, picked out once for all programs that run the function.

use std::sync::OnceLock;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::values::{self, Place};
use super::world::{FunctionId, PackageId, Packages};
use crate::facts::catalogue::go as catalogue;
use crate::facts::go::{Condition, Value};

/// What is picked out of each function, and of the variables of each package.
#[derive(Debug, Default)]
pub(super) struct NotedValues<'a> {
    functions: Vec<Noted<'a>>,
    packages: Vec<Noted<'a>>,
}

#[derive(Debug, Default)]
struct Noted<'a> {
    reads: Box<[&'a Value]>,
    /// Few programs are asked for them.
    keys: OnceLock<Box<[String]>>,
}

impl<'a> NotedValues<'a> {
    /// Those of `packages`.
    pub(super) fn new(packages: &Packages<'a>) -> Self {
        let of = |place| Noted { reads: values_of_reads(packages, place), keys: OnceLock::new() };
        let functions = (0..packages.functions.len() as u32).into_par_iter();
        let variables = (0..packages.packages.len() as u32).into_par_iter();
        Self {
            functions: functions.map(|it| of(Place::Function(FunctionId(it)))).collect(),
            packages: variables.map(|it| of(Place::Package(PackageId(it)))).collect(),
        }
    }

    fn of(&self, place: Place) -> &Noted<'a> {
        match place {
            Place::Function(id) => &self.functions[id.0 as usize],
            Place::Package(id) => &self.packages[id.0 as usize],
        }
    }
}

impl<'a> Packages<'a> {
    /// The values in a place that may say which variables are read: reads, what holds a default of one, and names
    /// of functions that may be readers; one that is used in several places more than once.
    pub(super) fn values_of_reads(&self, place: Place) -> &[&'a Value] {
        &self.noted_values.of(place).reads
    }

    /// The ends of the texts in a place that may be keys (`http.port`), as [`plain`] has them.
    pub(super) fn keys_written(&self, place: Place) -> &[String] {
        self.noted_values.of(place).keys.get_or_init(|| {
            let mut found = FxHashSet::default();
            values::visit_place(self, place, &mut |_, value| {
                if let Value::Literal(it) = value {
                    let last = it.value.rsplit('.').next().unwrap_or_default();
                    let is_key = |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '-');
                    if it.value.len() <= 64 && last.chars().all(is_key) {
                        found.insert(plain(last));
                    }
                }
            });
            found.into_iter().collect()
        })
    }
}

fn values_of_reads<'a>(packages: &Packages<'a>, place: Place) -> Box<[&'a Value]> {
    let mut found = Vec::new();
    values::visit_place(packages, place, &mut |place, value| {
        if may_tell_read(packages, place, value) {
            found.push(value);
        }
    });
    found.into()
}

fn may_tell_read(packages: &Packages<'_>, place: Place, value: &Value) -> bool {
    let is_read = |it: &Value| matches!(it, Value::Environment(_));
    match value {
        Value::Environment(_) => true,
        Value::FirstNonEmpty(parts, _) => parts.iter().any(is_read),
        Value::Choice(arms, _) => {
            let mut tested = arms.iter().filter_map(|it| it.condition.as_ref()).flat_map(Condition::values);
            tested.any(is_read)
        }
        Value::Name { package, name } => {
            let from = match place {
                Place::Function(id) => packages.function(id).package,
                Place::Package(id) => id,
            };
            let own = packages.import(from, package);
            own.is_some_and(|it| !packages.functions_named(it, &name.value).is_empty())
                || catalogue().find(package, "", &name.value).is_some()
        }
        _ => false,
    }
}

/// A name without what separates its words, in lower case: `SERVER_PORT` and `server.port` are one.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(|it| it.is_ascii_alphanumeric()).map(|it| it.to_ascii_lowercase()).collect()
}
