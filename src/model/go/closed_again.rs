//! Sockets that the function which opens them closes again: a look whether a port is free.

use super::world::{FunctionId, Packages};
use crate::facts::go::{Call, Callee, Value};

/// Whether the function that opens a socket by `call` closes it again, and nobody accepts on it: all that is asked of it
/// is its address. Such a function says what it found.
pub(super) fn is_closed_again(packages: &Packages<'_>, function: FunctionId, call: &Call) -> bool {
    let it = packages.function(function).function;
    if it.returns.is_empty() {
        return false;
    }
    let is_socket = |value: &Value| matches!(value, Value::Call { span, .. } if *span == call.span);
    let mut closes = false;
    for other in &it.calls {
        if let Callee::Method { receiver, name, .. } = &other.callee {
            let is_of_socket = is_socket(receiver);
            closes |= is_of_socket && name == "Close";
            if is_of_socket && !tells_address(name) || !is_of_socket && is_handed_on(receiver, &is_socket) {
                return false;
            }
        }
        if other.arguments.iter().any(|it| is_handed_on(it, &is_socket)) {
            return false;
        }
    }
    let returned = it.returns.iter().flatten();
    let written = it.field_writes.iter().map(|it| &it.value).chain(it.variable_writes.iter().map(|it| &it.1));
    let written = written.chain(it.pointer_writes.iter().map(|it| &it.1)).chain(&it.literals);
    closes && !returned.chain(written).any(|it| is_handed_on(it, &is_socket))
}

fn tells_address(method: &str) -> bool {
    matches!(method, "Addr" | "Close" | "LocalAddr")
}

/// Whether a value holds the socket itself, as opposed to its address.
fn is_handed_on(value: &Value, is_socket: &impl Fn(&Value) -> bool) -> bool {
    if is_socket(value) {
        return true;
    }
    // The error beside it.
    if matches!(value, Value::Result { call, .. } if is_socket(call)) {
        return false;
    }
    if let Value::Call { callee, arguments, .. } = value
        && let Callee::Method { receiver, name, .. } = &**callee
        && is_socket(receiver)
        && tells_address(name)
    {
        return arguments.iter().any(|it| is_handed_on(it, is_socket));
    }
    let mut found = false;
    value.each_part(&mut |it| found = found || is_handed_on(it, is_socket));
    found
}
