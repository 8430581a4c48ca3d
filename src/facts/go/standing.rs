//! Where a call stands in the flow of its function: what may leave it out, and what does not wait for it.

use std::sync::Arc;

use super::condition::is_too_large;
use super::{Condition, Value};
use crate::facts::catalogue;
use crate::source::Span;
use crate::syntax::go::Node;

/// Where a call stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Standing {
    /// The innermost part of the function around it that may be left out or run more than once: a
    /// branch, the body of a loop, a function literal that somebody else calls, or all that follows
    /// an `if` which may leave the function. Two calls that share it run both or not at all; `None`
    /// runs whenever the function runs. A return because of an error leaves nothing out: it is the
    /// end of a program that works.
    pub branch: Option<Span>,
    /// Whether that part is a function literal which somebody else calls (`Run: func(...) {...}`).
    pub is_callback: bool,
    /// The innermost `go` statement (or function literal that a method `Go` is given) around it: what
    /// stands behind that does not wait for the call.
    pub goroutine: Option<Span>,
    /// Whether it stands in a branch that is taken because something failed: what is tried then is a
    /// fallback.
    pub after_failure: bool,
    /// Whether a condition decides whether it is run of which nothing is known, and which is about no error.
    pub is_chosen: bool,
    /// Whether a loop over numbers or elements is around it, each round of which waits for the call.
    pub in_rounds: bool,
    /// Whether the program ends with an error once the call comes back.
    pub before_exit: bool,
}

/// What held when the program came to a call: the conditions of the branches around it, and that none of those before
/// it left. Calls of one branch share it.
#[derive(Debug, PartialEq)]
pub struct Premise {
    /// What holds.
    pub condition: Condition,
    /// Whether it would have failed otherwise, so that whoever runs the program sees to it.
    pub is_demanded: bool,
    /// What holds besides.
    pub outer: Option<Arc<Premise>>,
    /// Number of conditions that decide, and of those that are demanded, this one included.
    count: (u8, u8),
}

/// More conditions on one another are not kept.
const MOST_PREMISES: u8 = 24;

impl Premise {
    /// What holds where `condition` does too; one that says nothing is left out.
    pub(super) fn and(outer: Option<&Arc<Self>>, condition: Condition) -> Option<Arc<Self>> {
        if condition.tells() { Self::within(outer, condition, false) } else { outer.cloned() }
    }

    /// What holds behind a branch for what failed, which is left where `condition` does not hold: that a function of
    /// the program went well, too.
    pub(super) fn demanding(outer: Option<&Arc<Self>>, condition: Condition) -> Option<Arc<Self>> {
        let tells = condition.tells() || matches!(&condition, Condition::Not(it) if fails_by_code(it));
        if tells { Self::within(outer, condition, true) } else { outer.cloned() }
    }

    fn within(outer: Option<&Arc<Self>>, condition: Condition, is_demanded: bool) -> Option<Arc<Self>> {
        let mut count = outer.map_or((0, 0), |it| it.count);
        *(if is_demanded { &mut count.1 } else { &mut count.0 }) += 1;
        let too_large = condition.values().into_iter().any(is_too_large);
        if count.0.max(count.1) > MOST_PREMISES || too_large {
            return outer.cloned();
        }
        Some(Arc::new(Self { condition, is_demanded, outer: outer.cloned(), count }))
    }

    /// It and what holds besides, the innermost condition first.
    pub fn all(innermost: Option<&Arc<Self>>) -> impl Iterator<Item = &Self> {
        std::iter::successors(innermost.map(AsRef::as_ref), |it| it.outer.as_deref())
    }
}

/// Whether a condition is that a call fails of which the tables know nothing, so that it may be one of the project.
fn fails_by_code(condition: &Condition) -> bool {
    let Condition::Failed(Value::Call { callee, .. }) = condition else { return false };
    catalogue::go().of(callee).is_none()
}

/// Who runs a function literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runs {
    /// The function around it, on the spot.
    Here,
    /// A goroutine, from here on: `go func() {...}()`, `group.Go(func() error {...})`.
    Beside,
    /// Whoever gets it, some time or never.
    Later,
}

impl Standing {
    /// Within a part that may be left out.
    pub(super) fn within(self, branch: Span) -> Self {
        Self { branch: Some(branch), is_callback: false, ..self }
    }

    /// Within a function literal.
    pub(super) fn within_literal(self, literal: Span, runs: Runs) -> Self {
        match runs {
            Runs::Here => self,
            Runs::Beside => Self { goroutine: Some(literal), in_rounds: false, ..self },
            Runs::Later => {
                Self { is_callback: self.branch.is_none(), in_rounds: false, ..self.within(literal) }
            }
        }
    }
}

/// Whether the branch of an `if` is taken because of an error: `err != nil`, alone or beside other
/// conditions; for the other branch `err == nil`.
pub(super) fn is_for_error(condition: Node<'_>, otherwise: bool) -> bool {
    if condition.kind() != "binary_expression" {
        return false;
    }
    let (Some(left), Some(right)) = (condition.field("left"), condition.field("right")) else { return false };
    match condition.field_text("operator").unwrap_or_default() {
        "&&" if !otherwise => is_for_error(left, false) || is_for_error(right, false),
        "!=" | "==" => {
            let (tested, is_nil) = (left.text().to_ascii_lowercase(), right.kind() == "nil");
            let unequal = condition.field_text("operator") == Some("!=");
            is_nil && unequal != otherwise && tested.contains("err")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::facts::go::{Call, read};
    use crate::source::FileId;

    /// The calls of `a` and `b` in a function of these statements.
    fn calls(statements: &str) -> (Call, Call) {
        let facts = read(FileId(0), &format!("package main\n\nfunc f() {{\n{statements}\n}}\n"));
        let of = |name: &str| facts.functions[0].calls.iter().find(|it| it.callee.name() == name).cloned();
        (of("a").unwrap_or_else(|| panic!("{statements}")), of("b").unwrap_or_else(|| panic!("{statements}")))
    }

    #[test]
    fn calls_that_run_together_share_their_branch() {
        for (statements, together) in [
            ("a()\nb()", true),
            ("if x { a(); b() }", true),
            ("if x { a() } else { b() }", false),
            ("if x { a() }\nb()", false),
            ("for { a() }\nb()", false),
            ("switch x { case 1: a()\ndefault: b() }", false),
            ("switch x { case 1: return }\na()\nb()", true),
            ("a()\nswitch x { case 1: return }\nb()", false),
            ("a()\nif x { return }\nb()", false),
            ("a()\nif err != nil { return }\nb()", true),
            ("a()\nif err := g(); err != nil && x { return }\nb()", true),
            ("a()\nif err == nil { return }\nb()", false),
            ("a()\nif err == nil { c() } else { return }\nb()", true),
            ("a()\nif x { panic(1) }\nb()", false),
            ("{ if x { return } }\na()\nb()", true),
            ("go a()\nb()", true),
            ("go func() { a() }()\nb()", true),
            ("func() { a() }()\nb()", true),
            ("defer func() { a() }()\nb()", false),
            ("group.Go(func() error { return a() })\nb()", true),
            ("handle(func() { a() })\nb()", false),
            ("it := func() { a() }\nb()", false),
        ] {
            let (a, b) = calls(statements);
            assert_eq!(a.standing.branch == b.standing.branch, together, "{statements}");
        }
    }

    #[test]
    fn what_runs_in_a_goroutine_is_told() {
        for (statements, beside) in [
            ("go a()\nb()", true),
            ("go func() { a() }()\nb()", true),
            ("group.Go(func() error { return a() })\nb()", true),
            ("func() { a() }()\nb()", false),
            ("a()\ngo b()", false),
        ] {
            let (a, _) = calls(statements);
            assert_eq!(a.standing.goroutine.is_some(), beside, "{statements}");
        }
    }
}
