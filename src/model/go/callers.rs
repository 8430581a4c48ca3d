//! Who calls the functions of a program.
//!
//! A call of a method of something whose type does not show, or of an interface, may run any method of that name. In
//! a large program each of hundreds of `Close` may be called in hundreds of places, so that such calls are noted once
//! for the name, and methods that only they lead to share one list of them.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::world::FunctionId;
use crate::facts::go::{Call, Function};

/// A call, with the function that it stands in.
pub(super) type Caller<'a> = (FunctionId, &'a Call);

/// The calls that may run each function, in the order in which they were met.
#[derive(Debug, Default)]
pub(super) struct Callers<'a>(FxHashMap<FunctionId, OfFunction<'a>>);

#[derive(Clone, Debug)]
struct OfFunction<'a> {
    all: Arc<[Caller<'a>]>,
    /// Those that show the type of what the method is called on.
    shown: Arc<[Caller<'a>]>,
}

/// The calls of a program by what they say of the function that they run.
#[derive(Debug, Default)]
pub(super) struct Noted<'a> {
    /// Number of calls so far.
    count: usize,
    of_function: FxHashMap<FunctionId, Vec<NotedCall<'a>>>,
    of_name: FxHashMap<&'a str, Vec<NotedCall<'a>>>,
}

#[derive(Clone, Copy, Debug)]
struct NotedCall<'a> {
    /// Which one it is, in the order in which they were met.
    number: usize,
    caller: Caller<'a>,
    /// Whether it shows the type of what the method is called on.
    is_shown: bool,
}

impl<'a> Noted<'a> {
    /// Notes a call of a function.
    pub(super) fn of_function(&mut self, function: FunctionId, caller: Caller<'a>) {
        let call = self.next(caller, true);
        self.of_function.entry(function).or_default().push(call);
    }

    /// Notes a call of any method of a name.
    pub(super) fn of_name(&mut self, name: &'a str, caller: Caller<'a>, is_shown: bool) {
        let call = self.next(caller, is_shown);
        self.of_name.entry(name).or_default().push(call);
    }

    fn next(&mut self, caller: Caller<'a>, is_shown: bool) -> NotedCall<'a> {
        self.count += 1;
        NotedCall { number: self.count, caller, is_shown }
    }

    /// The calls of any method of its name that may run a method.
    fn by_name<'n>(&'n self, function: &'n Function) -> impl Iterator<Item = NotedCall<'a>> + 'n {
        let is_method = function.receiver.is_some();
        let named = self.of_name.get(function.name.value.as_str()).filter(|_| is_method);
        named.into_iter().flatten().copied().filter(|it| takes_as_many(function, it.caller.1))
    }
}

impl<'a> Callers<'a> {
    /// Who calls these functions, of what was noted.
    pub(super) fn new(
        functions: impl Iterator<Item = (FunctionId, &'a Function)>,
        noted: &Noted<'a>,
    ) -> Self {
        // By what decides which calls by name count.
        let mut known: FxHashMap<(&str, usize, bool), OfFunction<'a>> = FxHashMap::default();
        let of = |(id, function): (FunctionId, &'a Function)| {
            if let Some(calls) = noted.of_function.get(&id) {
                let mut calls = calls.clone();
                calls.extend(noted.by_name(function));
                calls.sort_by_key(|it| it.number);
                return Some((id, OfFunction::new(&calls)));
            }
            if function.receiver.is_none() || !noted.of_name.contains_key(function.name.value.as_str()) {
                return None;
            }
            let key = (function.name.value.as_str(), function.parameters.len(), is_variadic(function));
            let calls = || OfFunction::new(&noted.by_name(function).collect::<Vec<_>>());
            Some((id, known.entry(key).or_insert_with(calls).clone()))
        };
        Self(functions.filter_map(of).collect())
    }

    /// The calls that may run a function.
    pub(super) fn of(&self, id: FunctionId) -> &[Caller<'a>] {
        self.0.get(&id).map_or(&[], |it| &it.all)
    }

    /// Those of them that show the type of what the method is called on.
    pub(super) fn shown_of(&self, id: FunctionId) -> &[Caller<'a>] {
        self.0.get(&id).map_or(&[], |it| &it.shown)
    }

    /// Each function that is called, with the calls that may run it.
    pub(super) fn each(&self) -> impl Iterator<Item = (FunctionId, &[Caller<'a>])> {
        self.0.iter().map(|(id, it)| (*id, &*it.all))
    }

    /// Those of them that count.
    pub(super) fn only(&self, counts: impl Fn(&Caller<'a>) -> bool) -> Self {
        let mut known: FxHashMap<*const Caller<'a>, OfFunction<'a>> = FxHashMap::default();
        let only = |callers: &[Caller<'a>]| callers.iter().copied().filter(&counts).collect();
        let functions = self.0.iter().map(|(id, it)| {
            let of_function = || OfFunction { all: only(&it.all), shown: only(&it.shown) };
            (*id, known.entry(it.all.as_ptr()).or_insert_with(of_function).clone())
        });
        Self(functions.collect())
    }
}

impl<'a> OfFunction<'a> {
    fn new(calls: &[NotedCall<'a>]) -> Self {
        let all: Arc<[_]> = calls.iter().map(|it| it.caller).collect();
        let shown = match calls.iter().all(|it| it.is_shown) {
            true => Arc::clone(&all),
            false => calls.iter().filter(|it| it.is_shown).map(|it| it.caller).collect(),
        };
        Self { all, shown }
    }
}

/// Whether a function takes as many arguments as a call gives.
pub(super) fn takes_as_many(function: &Function, call: &Call) -> bool {
    is_variadic(function) || function.parameters.len() == call.arguments.len()
}

fn is_variadic(function: &Function) -> bool {
    function.parameters.last().is_some_and(|it| it.variadic)
}
