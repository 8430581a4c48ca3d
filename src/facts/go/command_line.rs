//! The words of the command line: `os.Args[1]`, `flag.Args()[0]`, `len(os.Args) > 1`.

use super::function::Reader;
use super::predeclared::predeclared;
use super::scope::State;
use super::{Condition, Value};
use crate::facts::catalogue;
use crate::source::Span;
use crate::syntax::go::Node;

impl<'t> Reader<'_, 't> {
    /// One of the words from `from` on, see [`arguments_of`].
    pub(super) fn argument_of_command_line(
        &self,
        (from, behind_flags): (usize, bool),
        index: Option<&Value>,
        node: Node<'t>,
    ) -> State {
        let index = match index {
            Some(Value::Literal(it)) => it.value.parse::<usize>().ok().and_then(|it| it.checked_add(from)),
            _ => None,
        };
        let Some(index) = index else {
            return self.unknown(node, "it is an argument of the command line");
        };
        let span = self.context.span(node);
        State::new(Value::Argument { index, behind_flags, span }, Some(predeclared("string")))
    }

    /// `list[1:]`, which is followed for the words of the command line.
    pub(super) fn slice(&mut self, node: Node<'t>) -> State {
        let list = self.operand(node);
        let start = node.field("start").map(|it| self.expression(it).value);
        let is_tail = node.field("end").is_none();
        let start = match start {
            Some(Value::Literal(it)) => it.value.parse::<usize>().ok(),
            Some(_) => None,
            None => Some(0),
        };
        match (arguments_of(&list.value), start) {
            (Some((from, behind_flags)), Some(start)) if is_tail => {
                let (from, span) = (from.saturating_add(start), self.context.span(node));
                State::new(Value::Arguments { from, behind_flags, span }, None)
            }
            _ => self.unknown(node, "it is a part of another value"),
        }
    }
}

/// `len(os.Args) > 1`, `flag.NArg() == 0`: which words of the command line are there.
pub(super) fn number_of_arguments(
    operator: &str,
    left: &State,
    right: &State,
    span: Span,
) -> Option<Condition> {
    let counted = |it: &State| match &it.value {
        Value::Unknown(_) if it.number => arguments_of(&it.test.as_ref()?.subject),
        Value::Call { callee, .. } => {
            let pure = catalogue::go().of(callee).and_then(|it| it.pure.as_ref());
            pure.filter(|it| it.meaning == "argument-count").map(|_| (0, true))
        }
        _ => None,
    };
    let (of, number, operator) = match (counted(left), counted(right), operator) {
        (Some(of), None, operator) => (of, right, operator),
        (None, Some(of), ">") => (of, left, "<"),
        (None, Some(of), ">=") => (of, left, "<="),
        (None, Some(of), "<") => (of, left, ">"),
        (None, Some(of), "<=") => (of, left, ">="),
        (None, Some(of), operator) => (of, left, operator),
        _ => return None,
    };
    let Value::Literal(number) = &number.value else { return None };
    let number: usize = number.value.parse().ok()?;
    let (from, behind_flags) = of;
    // That there are more than so many.
    let more_than = |count: usize| {
        let index = from.checked_add(count)?;
        Some(Condition::Unset(Value::Argument { index, behind_flags, span }).negated())
    };
    let at_least = || number.checked_sub(1).and_then(more_than);
    match operator {
        ">" => more_than(number),
        ">=" => at_least(),
        "<=" => more_than(number).map(Condition::negated),
        "<" => at_least().map(Condition::negated),
        "==" | "!=" => {
            let parts = at_least().into_iter().chain(more_than(number).map(Condition::negated)).collect();
            let equal = Condition::all(parts)?;
            Some(if operator == "==" { equal } else { equal.negated() })
        }
        _ => None,
    }
}

/// When a value is a list of words of the command line: the first one, and whether only the words behind
/// the flags count.
pub(super) fn arguments_of(list: &Value) -> Option<(usize, bool)> {
    match list {
        Value::Name { package, name } if package == "os" && name.value == "Args" => Some((0, false)),
        Value::Arguments { from, behind_flags, .. } => Some((*from, *behind_flags)),
        _ => None,
    }
}
