//! Ports that a program is told, and that may end up in a library that listens there.

use super::world::{FunctionId, Targets, TypeRef};
use crate::facts::go::Call;
use crate::model::resolve::Evaluator;
use crate::net::{ListenAddress, Reach, parse_port};

/// The ports that flags with a telling name say in this workload (`--metrics-address=:9090`), and those that such
/// functions of other modules are told (`app.WithAddress(":9000")`).
pub(super) fn handed_on(evaluator: &Evaluator<'_>) -> Vec<u16> {
    let flags = evaluator.flag_definitions().iter().filter(|it| it.names().iter().any(|it| tells_port(it)));
    let ports = flags.filter_map(|it| {
        let outcome = evaluator.value_of_flag(it);
        if outcome.unknown.is_some() { None } else { port_of(outcome.text.as_str()) }
    });
    let mut found: Vec<u16> = ports.collect();
    for function in &evaluator.reachable.functions {
        let calls = evaluator.packages.function(*function).function.calls.iter();
        for call in calls.filter(|it| tells_library(evaluator, *function, it)) {
            for argument in &*call.arguments {
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

/// Whether a call tells a module of somebody else, of which no table knows, a port or an address.
fn tells_library(evaluator: &Evaluator<'_>, function: FunctionId, call: &Call) -> bool {
    let (Targets::Imported(path, name) | Targets::ExternalMethod(TypeRef::External(path, _), name)) =
        evaluator.packages.targets_of(function, call)
    else {
        return false;
    };
    let is_known = || evaluator.packages.network_entry_of(function, call).is_some();
    path.contains('.') && tells_port(name) && !evaluator.reachable.leaves_out(call) && !is_known()
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
