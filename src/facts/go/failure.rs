//! What becomes of a program when a call fails.

use super::branch::last_statement;
use super::function::{Flow, Reader};
use super::scope::State;
use super::{Value, standing};
use crate::source::Span;
use crate::syntax::go::Node;

/// What the function around a call does when the call gives an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Failure {
    /// It ends the program: `log.Fatal(err)`, `panic(err)`, a return from `main`.
    Exits,
    /// It returns the error.
    Returned,
}

impl<'t> Reader<'_, 't> {
    /// Looks at `if err != nil {...}`, whose branch has been read and ends like `flow`.
    pub(super) fn note_failure(&mut self, statement: Node<'t>, flow: Flow) {
        let Some(condition) = statement.field("condition") else { return };
        let alone = condition.kind() == "binary_expression" && condition.field_text("operator") == Some("!=");
        if flow != Flow::Ends || !alone || !standing::is_for_error(condition, false) {
            return;
        }
        // `if os.IsNotExist(err) { return nil }`: the lack of a file is no error.
        if statement.field("consequence").is_some_and(asks_whether_there) {
            return;
        }
        let Some(name) = condition.field("left").filter(|it| it.kind() == "identifier") else { return };
        let Some(call) = self.locals.find(name.text()).and_then(|index| call_of(self.locals.state(index)))
        else {
            return;
        };
        let last = statement.field("consequence").and_then(last_statement);
        let failure = match last.map(|it| (it, it.kind())) {
            Some((_, "return_statement")) if self.is_main() => Some(Failure::Exits),
            Some((last, "return_statement")) => self.returns_error(last).then_some(Failure::Returned),
            Some((_, "expression_statement")) => Some(Failure::Exits),
            _ => None,
        };
        self.set_failure(call, failure);
    }

    /// `return f()`: what `f` gives as its last result is handed on.
    pub(super) fn note_returned(&mut self, last: Node<'t>) {
        if last.kind() == "call_expression" {
            let span = self.context.span(last);
            self.set_failure(span, Some(Failure::Returned));
        }
    }

    fn returns_error(&self, statement: Node<'t>) -> bool {
        let Some(mut last) = statement.first_child() else { return false };
        if last.kind() == "expression_list" {
            match last.children().pop() {
                Some(it) => last = it,
                None => return false,
            }
        }
        // `nil`, `Config{}` and `false` are no error; a name or a call that wraps one is.
        matches!(last.kind(), "identifier" | "call_expression") && last.text() != "nil"
    }

    fn set_failure(&mut self, call: Span, failure: Option<Failure>) {
        if self.literal_depth == 0
            && let Some(call) = self.calls.iter_mut().rev().find(|it| it.span == call)
        {
            call.failure = failure;
        }
    }
}

/// Whether a branch for an error goes on to ask whether it is the lack of what was read.
fn asks_whether_there(branch: Node<'_>) -> bool {
    let mut asks = false;
    branch.visit(|it| {
        let condition = it.field("condition").filter(|_| it.kind() == "if_statement");
        asks |=
            condition.is_some_and(|it| ["NotExist", "NotFound"].iter().any(|word| it.text().contains(word)));
        !asks
    });
    asks
}

/// The call whose error a variable holds.
fn call_of(state: &State) -> Option<Span> {
    let mut value = &state.value;
    if let Value::Result { call, .. } = value {
        value = call;
    }
    match value {
        Value::Call { span, .. } => Some(*span),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use crate::facts::go::read;
    use crate::source::FileId;

    #[test]
    fn what_follows_an_error_is_told() {
        for (function, statements, expected) in [
            ("load() error", "err := a()\nif err != nil { log.Fatal(err) }", Some(Failure::Exits)),
            ("load() error", "if err := a(); err != nil { panic(err) }", Some(Failure::Exits)),
            (
                "load() error",
                "x, err := a()\nif err != nil { log.Println(x); os.Exit(1) }",
                Some(Failure::Exits),
            ),
            ("load() error", "if err := a(); err != nil { return err }", Some(Failure::Returned)),
            (
                "load() (*T, error)",
                "if err := a(); err != nil { return nil, wrap(err) }",
                Some(Failure::Returned),
            ),
            ("load() (T, error)", "if err := a(); err != nil { return T{}, nil }", None),
            ("load() error", "return a()", Some(Failure::Returned)),
            ("main()", "if err := a(); err != nil { fmt.Println(err); return }", Some(Failure::Exits)),
            ("load() error", "if err := a(); err != nil { log.Println(err) }", None),
            ("load() error", "if err := a(); err != nil { if missing(err) { return nil } }", None),
            ("load() error", "if err := a(); err != nil && strict { return err }", None),
            ("load() error", "_ = a()", None),
            ("load() error", "a()", None),
            ("load() error", "go func() { if err := a(); err != nil { log.Fatal(err) } }()", None),
        ] {
            let text = format!(
                "package main\n\nimport \"log\"\nimport \"os\"\n\nfunc {function} {{\n{statements}\n}}\n"
            );
            let facts = read(FileId(0), &text);
            let call = facts.functions[0].calls.iter().find(|it| it.callee.name() == "a");
            assert_eq!(call.map(|it| it.failure), Some(expected), "{function} {statements}");
        }
    }
}
