//! Operators with two sides, and what comparisons say of values.

use super::command_line::number_of_arguments;
use super::condition::{Test, TestKind, guard_of, is_empty_literal};
use super::duration;
use super::function::Reader;
use super::predeclared::predeclared;
use super::read::unknown;
use super::scope::State;
use super::{Condition, Value};
use crate::syntax::go::Node;

impl<'t> Reader<'_, 't> {
    pub(super) fn binary(&mut self, node: Node<'t>) -> State {
        let operator = node.field_text("operator").unwrap_or_default();
        if operator == "+" {
            // A long sum nests on its left; it is flattened so that its length costs no stack.
            let mut parts = Vec::new();
            let mut at = node;
            while at.kind() == "binary_expression" && at.field_text("operator") == Some("+") {
                parts.extend(at.field("right"));
                let Some(left) = at.field("left") else { break };
                at = left;
            }
            parts.push(at);
            let states = parts.into_iter().rev().map(|it| self.expression(it)).collect();
            return self.plus(states, node);
        }
        let left = node.field("left").map(|it| self.expression(it));
        let right = node.field("right").map(|it| self.expression(it));
        let (Some(left), Some(right)) = (left, right) else {
            return self.unknown(node, "it could not be read");
        };
        let span = self.context.span(node);
        if let Some(condition) = number_of_arguments(operator, &left, &right, span) {
            let truth = Value::Truth(Box::new(condition), span);
            return State::new(truth, Some(predeclared("bool")));
        }
        match operator {
            "&&" | "||" => {
                let test = Test::and(left.test.clone(), right.test.clone(), operator == "&&");
                let side = |name: &str, it: State| {
                    let span = node.field(name).map_or(span, |it| self.context.span(it));
                    guard_of(it.value, it.test, span).condition
                };
                let parts = vec![side("left", left), side("right", right)];
                let condition = if operator == "&&" { Condition::All(parts) } else { Condition::Any(parts) };
                State {
                    test,
                    ..State::new(Value::Truth(Box::new(condition), span), Some(predeclared("bool")))
                }
            }
            "==" | "!=" | ">" => {
                let equal = Condition::Equal(left.value.clone(), right.value.clone());
                let missing = missing_value(node, &left, &right);
                let test = comparison(node, operator, left, right);
                let holds = missing.unwrap_or(equal);
                let condition = match (&test, operator) {
                    (Some(_), _) => guard_of(unknown(self.context, node, ""), test.clone(), span).condition,
                    (None, "==") => holds,
                    (None, "!=") => holds.negated(),
                    _ => Condition::Unknown(span),
                };
                State {
                    test,
                    ..State::new(Value::Truth(Box::new(condition), span), Some(predeclared("bool")))
                }
            }
            _ => {
                let product = (operator == "*").then(|| duration::product(&left, &right, span)).flatten();
                let number = left.number || right.number;
                product.unwrap_or_else(|| State { number, ..self.unknown(node, "it is calculated") })
            }
        }
    }
}

/// What `== nil` says of a value: that it could not be made, or of an error that what gave it went well.
fn missing_value(node: Node<'_>, left: &State, right: &State) -> Option<Condition> {
    let side = |field| node.field(field);
    let is_nil = |field| side(field).is_some_and(|it: Node<'_>| it.kind() == "nil");
    let (tested, value) = match (is_nil("left"), is_nil("right")) {
        (false, true) => (side("left")?, &left.value),
        (true, false) => (side("right")?, &right.value),
        _ => return None,
    };
    let failed = Condition::Failed(value.clone());
    let is_error = tested.text().to_ascii_lowercase().contains("err");
    Some(if is_error { failed.negated() } else { failed })
}

/// What `==`, `!=` and `>` with an empty text, zero or nil say.
fn comparison(node: Node<'_>, operator: &str, left: State, right: State) -> Option<Test> {
    let is_nil = |field| node.field(field).is_some_and(|it: Node<'_>| it.kind() == "nil");
    let present = operator != "==";
    if is_nil("right") || is_nil("left") {
        let test = if is_nil("right") { left.test } else { right.test }?;
        // `err != nil` is what the test of an `err` speaks of.
        return Some(if present { test } else { test.not() });
    }
    // `var zero T` is the empty value of any type.
    let is_zero = |it: &State| {
        let nothing = matches!(&it.value, Value::Struct { fields, .. } if fields.is_empty());
        is_empty_literal(&it.value) || (it.untouched && nothing)
    };
    let (subject, constant) = if is_zero(&right) { (left, right) } else { (right, left) };
    if !is_zero(&constant) {
        return None;
    }
    // `len(v) == 0` speaks of v.
    let subject = match subject.test {
        Some(test) if subject.number && test.kind == TestKind::Empty => test.subject,
        _ => subject.value,
    };
    Some(Test { subject, kind: TestKind::Empty, present })
}
