//! Whether a program waits for a server that it stops.

use super::reachable::Reachable;
use super::shutdown::serves_until_it_fails;
use super::world::{FunctionId, Packages, Targets, TypeRef};
use crate::facts::go::Call;
use crate::source::Confidence;

/// How sure it is that the program waits for the call that stops a server; `None` when it certainly does not. Where the
/// call runs beside `main`, and `main` sits in what serves, that comes back at once and the program ends unless it waits
/// for something else: <https://pkg.go.dev/net/http#Server.Shutdown>.
pub(super) fn awaited(
    packages: &Packages<'_>,
    reachable: &Reachable<'_>,
    function: FunctionId,
    call: &Call,
) -> Option<Confidence> {
    let Targets::ExternalMethod(server, _) = packages.targets_of(function, call) else {
        return Some(Confidence::Proven);
    };
    let way = Way { packages, reachable };
    if !way.runs_beside(function, call, &mut Vec::new()) {
        return Some(Confidence::Proven);
    }
    let serving: Vec<bool> =
        way.calls_of(server, serves).map(|(id, it)| way.is_last(id, it, &mut Vec::new())).collect();
    // Of several servers this may be another than the one that `main` sits in.
    let is_only = way.calls_of(server, |packages, id, it| stops(packages, id, it)).count() == 1;
    match serving.iter().any(|it| *it) {
        true if is_only && serving.iter().all(|it| *it) => None,
        true => Some(Confidence::Possible),
        false => Some(Confidence::Proven),
    }
}

fn serves(packages: &Packages<'_>, id: FunctionId, call: &Call) -> bool {
    serves_until_it_fails(packages.targets_of(id, call), packages.entry(id, call), call)
}

fn stops(packages: &Packages<'_>, id: FunctionId, call: &Call) -> bool {
    packages.entry(id, call).is_some_and(|it| it.shutdown.is_some())
}

/// The way of a program from `main` to its calls.
struct Way<'w, 'a> {
    packages: &'w Packages<'a>,
    reachable: &'w Reachable<'a>,
}

impl<'w, 'a> Way<'w, 'a> {
    /// The calls of methods of a type.
    fn calls_of(
        &self,
        of: &TypeRef<'a>,
        is_meant: impl Fn(&Packages<'a>, FunctionId, &Call) -> bool,
    ) -> impl Iterator<Item = (FunctionId, &'a Call)> {
        let Self { packages, reachable } = *self;
        let calls = reachable
            .functions
            .iter()
            .flat_map(move |id| packages.function(*id).function.calls.iter().map(move |call| (*id, call)));
        calls.filter(move |(id, call)| {
            let is_of_type =
                matches!(packages.targets_of(*id, call), Targets::ExternalMethod(it, _) if it == of);
            is_of_type && !reachable.leaves_out(call) && is_meant(packages, *id, call)
        })
    }

    /// Whether nothing that `main` does leads to a call by itself: each way to it goes through a goroutine.
    fn runs_beside(&self, function: FunctionId, call: &Call, on_way: &mut Vec<FunctionId>) -> bool {
        if call.standing.goroutine.is_some() {
            return true;
        }
        let callers = self.reachable.likely_callers(function);
        if self.reachable.is_value(function) || callers.is_empty() {
            return false;
        }
        if on_way.contains(&function) {
            return true;
        }
        on_way.push(function);
        callers.iter().all(|(caller, call)| self.runs_beside(*caller, call, on_way))
    }

    /// Whether the program ends once a call comes back, and waits for nothing before.
    fn is_last(&self, function: FunctionId, call: &Call, on_way: &mut Vec<FunctionId>) -> bool {
        let it = self.packages.function(function);
        // A method that another is to call, `group.Go(server.ListenAndServe)`, runs somewhere else.
        let is_handed_on = call.callee_span == call.span;
        let waits = it.function.last_wait.is_some_and(|at| at.start >= call.span.end);
        if is_handed_on || call.in_literal || waits || on_way.contains(&function) {
            return false;
        }
        let is_main = it.function.name.value == "main" && it.function.receiver.is_none();
        if is_main || self.reachable.is_value(function) {
            return is_main;
        }
        on_way.push(function);
        let callers = self.reachable.likely_callers(function).iter();
        let mut direct = callers.filter(|(_, it)| it.standing.goroutine.is_none()).peekable();
        direct.peek().is_some() && direct.all(|(caller, call)| self.is_last(*caller, call, on_way))
    }
}
