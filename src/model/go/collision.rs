//! Ports that one process binds twice.

use super::listen::{Heard, hear};
use super::network::word_of;
use super::shutdown::serves_until_it_fails;
use super::way::{Way, ways_to};
use super::world::{FunctionId, Packages, TypeRef};
use super::{Collision, Listener};
use crate::facts::catalogue::{EntryAddress, ListenEntry};
use crate::facts::go::{Call, Callee, Usage, Value};
use crate::model::resolve::{Evaluator, Located};
use crate::net::Binding;
use crate::source::Span;

/// A socket that the program binds on one way.
struct Bound<'w> {
    way: Way<'w>,
    listener: Listener,
    binding: Binding,
    /// Whether the call only opens the socket, so that what stands behind it is reached.
    opens: bool,
}

/// The ports that are bound twice whenever the program comes there. `served` are the calls whose
/// sockets something serves, so that they stay open.
pub(super) fn collisions<'w>(evaluator: &Evaluator<'w>, served: &[Span]) -> Vec<Collision> {
    let mut bound = Vec::new();
    for function in &evaluator.reachable.functions {
        for call in &evaluator.packages.function(*function).function.calls {
            bound.extend(sockets(evaluator, *function, call, served));
        }
    }
    let mut found: Vec<Collision> = Vec::new();
    for (index, one) in bound.iter().enumerate() {
        for other in &bound[index + 1..] {
            let Some(collision) = collide(evaluator.packages, one, other) else { continue };
            if !found.iter().any(|it| it.second == collision.second) {
                found.push(collision);
            }
        }
    }
    found
}

fn collide(packages: &Packages<'_>, one: &Bound<'_>, other: &Bound<'_>) -> Option<Collision> {
    let port = one.listener.port?;
    let same = other.listener.port == Some(port) && one.listener.protocol == other.listener.protocol;
    if !same || !one.binding.collides_with(other.binding) {
        return None;
    }
    let parting = one.way.parting(&other.way)?;
    let in_order = one.way.0.get(parting.depth).is_some_and(|it| std::ptr::eq(it.1, parting.first));
    let (first, second) = if in_order { (one, other) } else { (other, one) };
    let goes_on = first.opens || first.way.is_beside(parting.depth, parting.second.span);
    if is_stopped(packages, &first.way, parting.second.span) {
        return None;
    }
    goes_on.then(|| Collision {
        port,
        protocol: first.listener.protocol,
        first: place(parting.first.span, &first.listener),
        second: place(parting.second.span, &second.listener),
        first_port: first.listener.port_span,
        second_port: second.listener.port_span,
        confidence: first.listener.confidence.min(second.listener.confidence),
    })
}

/// Whether the program may stop the server at the end of `way` before it comes to `later`: what stops it stands before
/// that, or in a function that somebody is handed to call.
fn is_stopped(packages: &Packages<'_>, way: &Way<'_>, later: Span) -> bool {
    let Some((function, call)) = way.0.last() else { return false };
    let Callee::Method { receiver: server, .. } = &call.callee else { return false };
    packages.function(*function).function.calls.iter().any(|it| {
        let Callee::Method { receiver, name, .. } = &it.callee else { return false };
        let is_at_hand = it.in_literal && it.standing.goroutine.is_none();
        let is_before =
            it.span.file == later.file && call.span.end <= it.span.start && it.span.end <= later.start;
        matches!(name.as_str(), "Close" | "Shutdown" | "Stop" | "GracefulStop")
            && it.usage != Usage::Defer
            && receiver == server
            && (is_at_hand || is_before)
    })
}

/// The port when the call itself holds it, else the call.
fn place(call: Span, listener: &Listener) -> Span {
    if call.contains(listener.port_span) { listener.port_span } else { call }
}

fn sockets<'w>(
    evaluator: &Evaluator<'w>,
    function: FunctionId,
    call: &'w Call,
    served: &[Span],
) -> Vec<Bound<'w>> {
    let entry = evaluator.packages.entry(function, call);
    let Some(listen) = entry.and_then(|it| it.listen.as_ref()) else { return Vec::new() };
    let blocks = serves_until_it_fails(evaluator.packages.targets_of(function, call), entry, call);
    // A socket that nothing serves may have been closed again, as in a look for a free port.
    let stays = blocks || served.contains(&call.span) || listen.protocol == "udp";
    if !matches!(listen.form, "address" | "port") || !stays {
        return Vec::new();
    }
    let ways = ways_to(evaluator.packages, evaluator.reachable, function, call);
    let bound = ways.into_iter().filter_map(|way| {
        let frame = Evaluator::frame(function, &way.callers());
        let network = match &listen.network {
            Some(EntryAddress::At(place)) => match evaluator.place(place, call, &frame).pop() {
                Some(Located::Text { .. }) => word_of(evaluator, call, listen.network.as_ref(), &frame)?,
                _ => listen.protocol.to_owned(),
            },
            Some(EntryAddress::Fixed(word)) => word.to_string(),
            None => listen.protocol.to_owned(),
        };
        let (Heard::Listener(listener), _) = hear(evaluator, call, listen, &frame) else { return None };
        let binding = Binding::of(&network, &listener.host)?;
        Some(Bound { way, listener, binding, opens: !blocks })
    });
    bound.filter(|_| !may_share(evaluator, function, call, listen)).collect()
}

/// Whether the socket may have SO_REUSEPORT, with which several share one port: a `net.ListenConfig`
/// whose `Control` is set, or that was not followed.
fn may_share<'w>(
    evaluator: &Evaluator<'w>,
    function: FunctionId,
    call: &'w Call,
    listen: &'w ListenEntry,
) -> bool {
    let Callee::Method { receiver, .. } = &call.callee else { return false };
    let frame = Evaluator::frame(function, &[]);
    let of = evaluator.type_at(receiver, &frame);
    let configured = of.is_some_and(|it| matches!(it, TypeRef::External("net", "ListenConfig")));
    let plain = match evaluator.origin(receiver, &frame).value {
        Value::Struct { fields, .. } => fields.iter().all(|(name, _)| name.value != "Control"),
        _ => false,
    };
    configured && !plain && listen.form == "address"
}
