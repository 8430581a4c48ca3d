//! Channels on which signals come that nobody takes.

use rustc_hash::FxHashMap;

use super::context::Context;
use crate::source::Span;
use crate::syntax::go::Node;

/// The arguments of calls of os/signal in `body` that name a channel which the function makes, and which it only
/// gives to such calls: `signal.Notify(stop, os.Interrupt); defer signal.Stop(stop)`.
pub(super) fn unreceived(context: &Context<'_>, body: Node<'_>) -> Vec<Span> {
    let is_signal = |it: Node<'_>| context.import(it.text()) == Some("os/signal");
    let mut made: Vec<&str> = Vec::new();
    let mut mentions: FxHashMap<&str, usize> = FxHashMap::default();
    let mut given: Vec<Node<'_>> = Vec::new();
    body.visit(|it| {
        match it.kind() {
            "identifier" => *mentions.entry(it.text()).or_default() += 1,
            "short_var_declaration" => {
                let sides = [it.field("left"), it.field("right")].map(|it| it.map(Node::children));
                if let [Some(left), Some(right)] = sides
                    && let ([name], [value]) = (&left[..], &right[..])
                    && value.text().starts_with("make(chan ")
                {
                    made.push(name.text());
                }
            }
            "call_expression" => {
                let of = it.field("function").and_then(|it| it.field("operand"));
                if of.is_some_and(is_signal) {
                    let arguments = it.field("arguments").map(Node::children).unwrap_or_default();
                    given.extend(arguments.into_iter().filter(|it| it.kind() == "identifier"));
                }
            }
            _ => {}
        }
        true
    });
    let is_unreceived = |name: &str| {
        let uses = given.iter().filter(|it| it.text() == name).count();
        made.contains(&name) && mentions.get(name) == Some(&(uses + 1))
    };
    given.iter().filter(|it| is_unreceived(it.text())).map(|it| context.span(*it)).collect()
}
