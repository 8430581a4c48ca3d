//! Where a function waits for what runs beside it.

use super::context::Context;
use crate::source::Span;
use crate::syntax::go::Node;

/// The last place in the body of a function at which it waits for others: a receive, a `select`, a call that says so by
/// its name. What it defers stands at its end; what it starts or hands on does not wait.
pub(super) fn last_wait(context: &Context<'_>, body: Node<'_>) -> Option<Span> {
    if !["<-", "select", "ait", "Sleep"].iter().any(|it| body.text().contains(it)) {
        return None;
    }
    let mut last = None;
    body.visit(|it| {
        match it.kind() {
            "go_statement" | "func_literal" => return false,
            "defer_statement" if holds_wait(it) => last = Some(end_of(context.span(body))),
            "defer_statement" => return false,
            _ if waits(it) => last = last.max(Some(context.span(it))),
            _ => {}
        }
        true
    });
    last
}

fn end_of(whole: Span) -> Span {
    Span { start: whole.end, ..whole }
}

fn holds_wait(node: Node<'_>) -> bool {
    let mut found = false;
    node.visit(|it| {
        found |= waits(it);
        !found && it.kind() != "go_statement"
    });
    found
}

fn waits(node: Node<'_>) -> bool {
    match node.kind() {
        "unary_expression" => node.text().starts_with("<-"),
        "select_statement" => true,
        "call_expression" => node.field("function").is_some_and(|it| {
            let name = it.field("field").unwrap_or(it).text();
            name.contains("Wait") || name.starts_with("wait") || name == "Sleep"
        }),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::go::read;
    use crate::source::FileId;

    #[test]
    fn waits_are_told_from_what_runs_beside() {
        for (statements, waits_behind) in [
            ("serve(); <-done", true),
            ("if err := serve(); err != nil { panic(err) }\nselect {}", true),
            ("serve(); group.Wait()", true),
            ("defer func() { <-done }()\nserve()", true),
            ("defer group.Wait()\nserve()", true),
            ("<-ready\nserve()", false),
            ("go func() { <-quit }()\nserve()", false),
            ("serve(); go func() { <-quit }()", false),
            ("defer file.Close()\nserve()", false),
        ] {
            let text = format!("package main\n\nfunc main() {{\n{statements}\n}}\n");
            let facts = read(FileId(0), &text);
            let serve = text.find("serve").unwrap();
            let found = facts.functions[0].last_wait.is_some_and(|it| it.start as usize > serve);
            assert_eq!(found, waits_behind, "{statements}");
        }
    }
}
