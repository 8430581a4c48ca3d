//! Clients that a function makes and does no more with than close them.

use rustc_hash::FxHashMap;

use super::context::Context;
use crate::source::Span;
use crate::syntax::go::Node;

/// The calls in the body of a function whose result is thrown away, or in a variable that it only closes or throws
/// away: `client := redis.NewClient(options); defer client.Close()`.
pub(super) fn never_used(context: &Context<'_>, body: Node<'_>) -> Vec<Span> {
    let mut made: Vec<(&str, Span)> = Vec::new();
    let mut mentions: FxHashMap<&str, usize> = FxHashMap::default();
    let mut leavings: FxHashMap<&str, usize> = FxHashMap::default();
    body.visit(|it| {
        match it.kind() {
            "identifier" => *mentions.entry(it.text()).or_default() += 1,
            "short_var_declaration" | "assignment_statement" => {
                let client = made_by(context, it).filter(|(name, _)| it.kind() == DECLARES || *name == "_");
                made.extend(client);
            }
            _ => {}
        }
        if let Some(name) = closed(it).or_else(|| thrown_away(it)) {
            *leavings.entry(name).or_default() += 1;
        }
        true
    });
    let leaves = |name: &str| leavings.get(name).copied().unwrap_or_default();
    // It stands once where it is made; Go refuses a variable that nothing mentions.
    let is_unused =
        |name: &str| name == "_" || mentions.get(name).is_some_and(|all| *all == leaves(name) + 1);
    made.into_iter().filter(|(name, _)| is_unused(name)).map(|it| it.1).collect()
}

const DECLARES: &str = "short_var_declaration";

/// The variable of which a call closes what is in it.
fn closed<'t>(call: Node<'t>) -> Option<&'t str> {
    let function = call.field("function").filter(|_| call.kind() == "call_expression")?;
    let is_close = function.field_text("field") == Some("Close");
    function.field("operand").filter(|_| is_close).map(|it| it.text())
}

/// The variable that is there to be mentioned: `_ = client`.
fn thrown_away<'t>(assignment: Node<'t>) -> Option<&'t str> {
    let is_blank = assignment.kind() == "assignment_statement" && assignment.field_text("left") == Some("_");
    assignment.field("right").filter(|_| is_blank).map(|it| it.text())
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
    use crate::facts::go::{Call, read};
    use crate::source::FileId;

    #[test]
    fn clients_that_are_never_used_are_told() {
        for (statements, expected) in [
            ("c := r.New()\ndefer c.Close()", true),
            ("c, err := r.New()\nif err != nil { return }\ndefer func() { _ = c.Close() }()", true),
            ("c, err := r.New()\nif err != nil { return }\n_ = c", true),
            ("c, err := r.New()\nif err != nil { return }\n_ = c\ndefer c.Close()", true),
            ("_, err := r.New()\nif err != nil { return }", true),
            ("_ = r.New()", true),
            ("_ = r.New().Ping()", false),
            ("c := r.New()\n_ = c.Ping()", false),
            ("c = r.New()\n_ = c", false),
            ("c := r.New()\ndefer c.Close()\nc.Ping()", false),
            ("c := r.New()\ndefer c.Close()\nuse(c)", false),
            ("c := r.New()\nc.Ping()", false),
        ] {
            let text = "package main\n\nimport r \"github.com/redis/go-redis/v9\"\n\nfunc f() {\n";
            let text = format!("{text}{}\n}}\n", statements.replace("New", "NewClient"));
            let facts = read(FileId(0), &text);
            let makes = |it: &&Call| it.callee.name() == "NewClient";
            let call = facts.functions[0].calls.iter().find(makes).unwrap().span;
            assert_eq!(facts.functions[0].never_used.contains(&call), expected, "{statements}");
        }
    }
}
