//! How long a program waits for requests in flight when it is told to stop.

use super::awaited::awaited;
use super::world::FunctionId;
use super::{StopTimeout, Targets};
use crate::facts::catalogue::{ShutdownEntry, ShutdownForm};
use crate::facts::go::{Call, Value};
use crate::model::Period;
use crate::model::resolve::{Evaluator, Outcome};
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
            return (Some(outcome), needs_caller);
        }
        let head = evaluator.origin(argument, frame);
        let timeout = match head.value {
            Value::Call { callee, arguments, .. } => match evaluator.targets(callee, &head.frame) {
                Targets::Imported("context", "WithTimeout" | "WithTimeoutCause") => arguments.get(1),
                _ => None,
            },
            _ => None,
        };
        let Some(timeout) = timeout else { return (None, evaluator.waits_for_caller(&head)) };
        let outcome = evaluator.outline(timeout, &head.frame);
        let needs_caller = outcome.needs_caller;
        (Some(outcome), needs_caller)
    });
    let read = |outcome: Outcome| {
        let period = Period::parse(outcome.text.as_str()).filter(|_| outcome.unknown.is_none())?;
        let span = outcome.text.span().unwrap_or(call.span);
        Some(StopTimeout { period, span, call: call.span, confidence: outcome.confidence.min(most) })
    };
    outcomes.into_iter().flatten().filter_map(read).collect()
}
