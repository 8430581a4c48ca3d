//! Ports that a program is told, and that may end up in a library that listens there.

use crate::model::resolve::Evaluator;
use crate::net::{ListenAddress, Reach};

/// The ports that flags with a telling name say in this workload: `--metrics-address=:9090`.
pub(super) fn handed_on(evaluator: &Evaluator<'_>) -> Vec<u16> {
    let flags = evaluator.flag_definitions().iter().filter(|it| it.names().iter().any(|it| tells_port(it)));
    let ports = flags.filter_map(|it| {
        let outcome = evaluator.value_of_flag(it);
        if outcome.unknown.is_some() { None } else { port_of(outcome.text.as_str()) }
    });
    let mut found: Vec<u16> = ports.collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether what has that name is likely a port or an address.
fn tells_port(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["port", "addr", "bind", "listen"].iter().any(|it| name.contains(it))
}

/// The port of `9090`, `:9090` and `0.0.0.0:9090`; an address of somebody else has none.
fn port_of(text: &str) -> Option<u16> {
    if let Ok(port) = text.parse() {
        return Some(port);
    }
    let address = ListenAddress::parse(text).ok()?;
    address.port.filter(|_| address.reach != Reach::Named)
}
