//! Clients that a function makes and does no more with than close them.

use rustc_hash::FxHashMap;

use super::context::Context;
use crate::source::Span;
use crate::syntax::go::Node;

/// The calls in the body of a function whose result is in a variable that it only closes:
/// `client := redis.NewClient(options); defer client.Close()`.
pub(super) fn only_closed(context: &Context<'_>, body: Node<'_>) -> Vec<Span> {
    let mut made: Vec<(&str, Span)> = Vec::new();
    let mut mentions: FxHashMap<&str, usize> = FxHashMap::default();
    let mut closed: FxHashMap<&str, usize> = FxHashMap::default();
    body.visit(|it| {
        match it.kind() {
            "identifier" => *mentions.entry(it.text()).or_default() += 1,
            "short_var_declaration" => made.extend(made_by(context, it)),
            "call_expression" => {
                let function = it.field("function");
                let is_close = |it: &Node<'_>| it.field("field").is_some_and(|it| it.text() == "Close");
                if let Some(client) = function.filter(is_close).and_then(|it| it.field("operand")) {
                    *closed.entry(client.text()).or_default() += 1;
                }
            }
            _ => {}
        }
        true
    });
    // It stands once where it is made.
    let only_closes = |name: &str| {
        closed.get(name).is_some_and(|closes| mentions.get(name).is_some_and(|all| *all == closes + 1))
    };
    made.into_iter().filter(|(name, _)| only_closes(name)).map(|it| it.1).collect()
}

/// The variable that gets the first result of a call, and the call.
fn made_by<'t>(context: &Context<'_>, declaration: Node<'t>) -> Option<(&'t str, Span)> {
    let [name, ..] = declaration.field("left")?.children()[..] else { return None };
    let [call] = declaration.field("right")?.children()[..] else { return None };
    let is_it = name.kind() == "identifier" && call.kind() == "call_expression";
    is_it.then(|| (name.text(), context.span(call)))
}

#[cfg(test)]
mod tests {
    use crate::facts::go::read;
    use crate::source::FileId;

    #[test]
    fn clients_that_are_only_closed_are_told() {
        for (statements, expected) in [
            ("c := r.New()\ndefer c.Close()", true),
            ("c, err := r.New()\nif err != nil { return }\ndefer func() { _ = c.Close() }()", true),
            ("c := r.New()\ndefer c.Close()\nc.Ping()", false),
            ("c := r.New()\ndefer c.Close()\nuse(c)", false),
            ("c := r.New()\nc.Ping()", false),
        ] {
            let facts = read(FileId(0), &format!("package main\n\nfunc f() {{\n{statements}\n}}\n"));
            assert_eq!(!facts.functions[0].only_closed.is_empty(), expected, "{statements}");
        }
    }
}
