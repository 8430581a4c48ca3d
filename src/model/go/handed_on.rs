//! Ports that a program is told, and that may end up in a library that listens there.

use super::world::{FunctionId, Targets, TypeRef};
use crate::facts::go::{Call, Value};
use crate::model::resolve::Evaluator;
use crate::net::{ListenAddress, Reach, parse_port};

/// The ports that flags with a telling name say in this workload (`--metrics-address=:9090`), and those that such
/// functions of other modules are told (`app.WithAddress(":9000")`), or any of them by an address that only who listens
/// has a use for (`metrics.NewTracer(":9100")`).
pub(super) fn handed_on(evaluator: &Evaluator<'_>) -> Vec<u16> {
    let flags = evaluator.flag_definitions().iter().filter(|it| it.names().iter().any(|it| tells_port(it)));
    let ports = flags.filter_map(|it| {
        let outcome = evaluator.value_of_flag(it);
        if outcome.unknown.is_some() { None } else { port_of(outcome.text.as_str()) }
    });
    let mut found: Vec<u16> = ports.collect();
    for function in &evaluator.reachable.functions {
        let calls = evaluator.packages.function(*function).function.calls.iter();
        for (call, name) in calls.filter_map(|it| Some((it, library_function(evaluator, *function, it)?))) {
            let is_told = |it: &&Value| tells_port(name) || is_written_address(it);
            for argument in call.arguments.iter().filter(is_told) {
                let told = evaluator.in_contexts(*function, |frame| {
                    let outcome = evaluator.outline(argument, frame);
                    (last_port(outcome.text.as_str()), outcome.needs_caller)
                });
                found.extend(told.into_iter().flatten());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The name of the function that a call runs of a module of somebody else, of which no table knows.
fn library_function<'w>(evaluator: &Evaluator<'w>, function: FunctionId, call: &'w Call) -> Option<&'w str> {
    let (Targets::Imported(path, name) | Targets::ExternalMethod(TypeRef::External(path, _), name)) =
        evaluator.packages.targets_of(function, call)
    else {
        return None;
    };
    let is_known = || evaluator.packages.network_entry_of(function, call).is_some();
    (path.contains('.') && !evaluator.reachable.leaves_out(call) && !is_known()).then_some(*name)
}

/// Whether a value is an address without a host, as it is written: `":9100"`.
fn is_written_address(value: &Value) -> bool {
    matches!(value, Value::Literal(it) if it.value.strip_prefix(':').is_some_and(|it| parse_port(it).is_some()))
}

/// The port behind the last colon, whatever stands before it.
fn last_port(text: &str) -> Option<u16> {
    parse_port(text.rsplit(':').next()?)
}

/// Whether what has that name is likely a port or an address.
fn tells_port(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["port", "addr", "bind", "listen"].iter().any(|it| name.contains(it))
}

/// The port of `9090`, `:9090` and `0.0.0.0:9090`; an address of somebody else has none.
fn port_of(text: &str) -> Option<u16> {
    let of_address = || {
        let address = ListenAddress::parse(text).ok()?;
        address.port.filter(|_| address.reach != Reach::Named)
    };
    parse_port(text).or_else(of_address)
}
