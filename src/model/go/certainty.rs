//! Which functions run whenever a program does.

use rustc_hash::FxHashMap;

use super::world::{FunctionId, Targets};
use crate::facts::go::Call;
use crate::model::resolve::Evaluator;

/// Longer chains of calls are not followed.
const LONGEST_CHAIN: usize = 6;

/// What certainly runs of one program.
pub(super) struct Certainty<'e, 'w> {
    evaluator: &'e Evaluator<'w>,
    known: FxHashMap<FunctionId, bool>,
}

impl<'e, 'w> Certainty<'e, 'w> {
    pub(super) fn new(evaluator: &'e Evaluator<'w>) -> Self {
        Self { evaluator, known: FxHashMap::default() }
    }

    /// Whether `call` runs `target` whenever `caller` runs.
    pub(super) fn calls(&self, caller: FunctionId, call: &Call, target: FunctionId) -> bool {
        let it = self.evaluator.packages.function(caller);
        let targets = self.evaluator.packages.targets(it.package, Some(it.function), &call.callee);
        targets == Targets::Own(vec![target])
            && call.standing.branch.is_none()
            && call.standing.goroutine.is_none()
    }

    /// Whether, on every way to it, the call rests on a condition of which it is not known that it holds.
    pub(super) fn is_optional(&self, function: FunctionId, call: &'w Call) -> bool {
        !self.is_reached(function, call, &mut Vec::new())
    }

    fn is_reached(&self, function: FunctionId, call: &'w Call, inner: &mut Vec<FunctionId>) -> bool {
        if inner.len() > LONGEST_CHAIN || inner.contains(&function) || !self.evaluator.is_met(function, call)
        {
            return false;
        }
        let callers = self.evaluator.reachable.callers(function);
        inner.push(function);
        let reached = self.starts(function)
            || callers.is_empty()
            || callers.iter().any(|(caller, call)| self.is_reached(*caller, call, inner));
        inner.pop();
        reached
    }

    /// Whether the function runs whenever the program does.
    pub(super) fn runs(&mut self, function: FunctionId) -> bool {
        self.runs_within(function, 0)
    }

    /// Whether the program begins with the function.
    pub(super) fn starts(&self, function: FunctionId) -> bool {
        let it = self.evaluator.packages.function(function).function;
        it.receiver.is_none() && matches!(it.name.value.as_str(), "main" | "init")
    }

    fn runs_within(&mut self, function: FunctionId, depth: usize) -> bool {
        if let Some(known) = self.known.get(&function) {
            return *known;
        }
        // For whoever goes round.
        self.known.insert(function, false);
        let runs = self.starts(function)
            || (depth < LONGEST_CHAIN
                && self.evaluator.reachable.callers(function).iter().any(|(caller, call)| {
                    self.calls(*caller, call, function) && self.runs_within(*caller, depth + 1)
                }));
        self.known.insert(function, runs);
        runs
    }
}
