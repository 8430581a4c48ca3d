//! How long a program waits for requests in flight when it is told to stop.

use std::rc::Rc;

use super::awaited::awaited;
use super::world::FunctionId;
use super::{StopTimeout, Targets};
use crate::facts::catalogue::{ShutdownEntry, ShutdownForm};
use crate::facts::go::{Call, Value};
use crate::model::Period;
use crate::model::resolve::{Evaluator, Frame, Outcome};
use crate::source::Confidence;

/// The times that a call which stops a server may wait, as far as they are known.
pub(super) fn stop_timeouts<'w>(
    evaluator: &Evaluator<'w>,
    function: FunctionId,
    call: &'w Call,
    entry: ShutdownEntry,
) -> Vec<StopTimeout> {
    let Some(argument) = call.arguments.get(entry.argument) else { return Vec::new() };
    let (packages, reachable) = (evaluator.packages, evaluator.reachable);
    let awaited = match entry.ends_serving {
        true => awaited(packages, reachable, function, call),
        false => Some(Confidence::Proven),
    };
    let Some(most) = awaited else { return Vec::new() };
    let outcomes = evaluator.in_contexts(function, |frame| {
        if entry.form == ShutdownForm::Duration {
            let outcome = evaluator.outline(argument, frame);
            let needs_caller = outcome.needs_caller;
            return (Waits { outcomes: vec![outcome], may_end: false }, needs_caller);
        }
        deadline(evaluator, argument, frame)
    });
    let read = |waits: Waits| {
        let mut ends = Vec::new();
        for it in waits.outcomes.iter().filter(|it| it.unknown.is_none()) {
            ends.push((Period::parse(it.text.as_str())?, it));
        }
        if ends.len() < waits.outcomes.len() {
            return None;
        }
        let (period, outcome) = ends.into_iter().min_by_key(|it| it.0)?;
        let span = outcome.text.span().unwrap_or(call.span);
        let confidence = if waits.may_end { Confidence::Possible } else { outcome.confidence.min(most) };
        Some(StopTimeout { period, span, call: call.span, confidence })
    };
    outcomes.into_iter().filter_map(read).collect()
}

/// What ends a call that waits.
#[derive(Default)]
struct Waits {
    /// The times after which that is, the first of which counts.
    outcomes: Vec<Outcome>,
    /// Whether it may end before, or not begin: the context that the times were laid upon may be that of a signal
    /// which came.
    may_end: bool,
}

/// Contexts within each other: deeper than anybody writes.
const MAXIMUM_CONTEXTS: usize = 8;

/// When a context ends, as far as it says so, and whether only a caller can tell.
/// <https://pkg.go.dev/context#WithTimeout>: a context ends when the one that it was made from does.
fn deadline<'w>(evaluator: &Evaluator<'w>, context: &'w Value, frame: &Rc<Frame<'w>>) -> (Waits, bool) {
    let mut found = Waits::default();
    let mut needs_caller = false;
    let mut head = evaluator.origin(context, frame);
    for _ in 0..MAXIMUM_CONTEXTS {
        let Value::Call { callee, arguments, .. } = head.value else { break };
        let Targets::Imported("context", name) = evaluator.targets(callee, &head.frame) else { break };
        match name {
            "Background" | "TODO" | "WithoutCancel" => return (found, needs_caller),
            "WithTimeout" | "WithTimeoutCause" => {
                let Some(timeout) = arguments.get(1) else { break };
                let outcome = evaluator.outline(timeout, &head.frame);
                needs_caller |= outcome.needs_caller;
                found.outcomes.push(outcome);
            }
            "WithValue" => {}
            _ => break,
        }
        let Some(parent) = arguments.first() else { break };
        head = evaluator.origin(parent, &head.frame);
    }
    found.may_end = true;
    (found, needs_caller || evaluator.waits_for_caller(&head))
}
