//! What a function returns: every `return` counts.

use super::condition::{self, Guard, Test, same};
use super::function::Reader;
use super::{Condition, Value};
use crate::source::Span;
use crate::syntax::go::Node;

pub(super) struct Return {
    pub(super) values: Vec<Value>,
    pub(super) guards: Vec<Guard>,
    pub(super) hands_on_error: bool,
    pub(super) span: Span,
}

impl<'t> Reader<'_, 't> {
    pub(super) fn return_statement(&mut self, node: Node<'t>) {
        let mut nodes = node.first_child().map(|it| vec![it]).unwrap_or_default();
        if nodes.first().is_some_and(|it| it.kind() == "expression_list") {
            nodes = nodes[0].children();
        }
        let mut values: Vec<Value> = Vec::with_capacity(nodes.len());
        for it in &nodes {
            values.push(self.expression(*it).value);
        }
        if let Some(last) = nodes.last() {
            self.note_returned(*last);
        }
        let is_nil = |node: &Node<'_>| node.kind() == "nil";
        let hands_on_error = nodes.len() > 1
            && nodes.last().is_some_and(|it| !is_nil(it))
            && (nodes.first().is_some_and(is_nil) || is_zero(&values[0]));
        // `return "", false` says that nothing was found.
        let is_truth = |node: &Node<'_>| matches!(node.kind(), "true" | "false");
        let is_of_error =
            nodes.last().is_some_and(|it| hands_on_error && !is_truth(it) || self.is_error(*it));
        if self.literal_depth == 0 && !is_of_error {
            self.completions.push(self.premise.clone());
        }
        if self.literal_depth > 0 && self.closures.collects != Some(self.literal_depth) {
            return;
        }
        if nodes.is_empty() && self.literal_depth == 0 {
            let states = self.results.iter().filter_map(|name| self.locals.find(name));
            values = states.map(|index| self.locals.state(index).value.clone()).collect();
        }
        if values.is_empty() {
            return;
        }
        let (guards, span) = (self.guards.clone(), self.context.span(node));
        self.returns.push(Return { values, guards, hands_on_error, span });
    }

    /// Whether what is returned last is certainly an error: one that is made here, a variable of the package, or the
    /// one that was asked for.
    fn is_error(&self, node: Node<'t>) -> bool {
        let text = node.text();
        match node.kind() {
            "call_expression" => ["fmt.Errorf(", "errors."].iter().any(|it| text.starts_with(it)),
            "identifier" => {
                let is_asked = self.guards.last().is_some_and(|it| it.condition.is_failure());
                text.to_ascii_lowercase().starts_with("err") && (is_asked || self.locals.find(text).is_none())
            }
            _ => false,
        }
    }
}

pub(super) fn is_zero(value: &Value) -> bool {
    match value {
        Value::Literal(it) => matches!(it.value.as_str(), "" | "0" | "false"),
        Value::Struct { fields, .. } => fields.is_empty(),
        _ => false,
    }
}

/// The returns as one: each value is the one of the first return whose conditions hold. Returns of
/// different numbers of values (`return f()`) stay apart.
pub(super) fn fold_returns(mut returns: Vec<Return>) -> Vec<Vec<Value>> {
    let ends_with_error = returns.last().is_some_and(|it| it.hands_on_error);
    if returns.iter().any(|it| !it.hands_on_error) {
        returns.retain(|it| !it.hands_on_error);
    }
    let Some(mut last) = returns.pop() else { return Vec::new() };
    if ends_with_error && returns.is_empty() {
        require_tested(&mut last);
    }
    let mut result = last.values;
    let mut apart = Vec::new();
    while let Some(it) = returns.pop() {
        if it.values.len() == result.len() {
            result = fold_return(it, result);
        } else {
            apart.push(it.values);
        }
    }
    apart.reverse();
    apart.push(result);
    apart
}

/// `if v := os.Getenv(key); v != "" { return v, nil }; return "", err`: who uses the result has one.
fn require_tested(only: &mut Return) {
    let tests = only.guards.iter().filter_map(|it| it.test.as_ref()).filter(|it| it.present);
    let tested: Vec<Value> = tests.map(|it| condition::core(&it.subject).clone()).collect();
    if let Some(Value::Environment(read)) = only.values.first_mut() {
        let value = Value::Environment(read.clone());
        read.required |= tested.iter().any(|it| same(it, &value));
    }
}

/// Whether a branch is the loop whose element is tested: `for _, it := range list { if it != "" { return it } }`.
fn is_loop_over(guard: &Guard, test: &Test) -> bool {
    match (&guard.condition, condition::core(&test.subject)) {
        (Condition::Unknown(around), Value::Element { key: None, span, .. }) => {
            test.present && around.file == span.file && around.start <= span.start && span.end <= around.end
        }
        _ => false,
    }
}

fn fold_return(it: Return, later: Vec<Value>) -> Vec<Value> {
    let test = match it.guards.last() {
        Some(Guard { test: Some(test), .. })
            if it.guards.iter().all(|it| it.test.is_some() || is_loop_over(it, test)) =>
        {
            Some(test)
        }
        _ => None,
    };
    let around = it.guards.iter().map(|it| it.condition.clone()).collect();
    let condition = Condition::all(around).unwrap_or(Condition::Unknown(it.span));
    let folded = it.values.into_iter().zip(later).enumerate().map(|(index, (value, later))| {
        if let Some(test) = test.filter(|_| index == 0) {
            let (there, missing) = if test.present { (&value, &later) } else { (&later, &value) };
            if let Some(value) = condition::with_default(test, there, missing, it.span) {
                return value;
            }
        }
        condition::limited(condition::choice(condition.clone(), value, later, it.span), it.span)
    });
    folded.collect()
}
