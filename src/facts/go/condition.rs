//! What conditions such as `v == ""`, `ok` and `err != nil` say about values, and what becomes of a
//! value that was assigned under one.

use super::{Callee, Environ, Value};
use crate::facts::catalogue;
use crate::source::{Span, Spanned};

/// A value grows with every variable that is replaced by what it stands for; beyond this many
/// parts nobody can follow it, and some programs would double it in every line.
const LARGEST_VALUE: usize = 200;

/// At most this many alternatives are kept.
const MOST_ALTERNATIVES: usize = 8;

/// A condition that says whether a value is there.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Test {
    pub(super) subject: Value,
    pub(super) kind: TestKind,
    /// Whether the value is there when the condition holds.
    pub(super) present: bool,
}

/// What makes a value missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TestKind {
    /// It is empty, or zero.
    Empty,
    /// The variable is not set (`LookupEnv`).
    Unset,
    /// It could not be made (`strconv.Atoi` gave an error).
    Failed,
}

impl Test {
    pub(super) fn not(self) -> Self {
        Self { present: !self.present, ..self }
    }

    /// `left && right` or `left || right`, when both speak of one value and agree.
    pub(super) fn and(left: Option<Self>, right: Option<Self>, conjunction: bool) -> Option<Self> {
        let (left, right) = (left?, right?);
        let agree = left.present == right.present && left.present == conjunction;
        let one = same(core(&left.subject), core(&right.subject));
        // `ok && v != ""`: absent now means unset or empty.
        (agree && one).then_some(Self { kind: TestKind::Empty, ..left })
    }
}

/// The value of a variable that has `then` where `test` holds, `otherwise` where it does not.
pub(super) fn join(test: Option<&Test>, then: Value, otherwise: Value, span: Span) -> Value {
    if then == otherwise {
        return then;
    }
    if let Some(test) = test {
        let (there, missing) = if test.present { (&then, &otherwise) } else { (&otherwise, &then) };
        if let Some(value) = with_default(test, there, missing, span) {
            return value;
        }
    }
    let default_is_then = test.is_some_and(|it| !it.present);
    let (first, second) = if default_is_then { (then, otherwise) } else { (otherwise, then) };
    choice([first, second], span)
}

/// `there` where the tested value is present, `missing` where it is not, as one value.
pub(super) fn with_default(test: &Test, there: &Value, missing: &Value, span: Span) -> Option<Value> {
    let subject = core(&test.subject);
    if same(core(there), subject) {
        return Some(put_default(test.kind, core(there), missing, span));
    }
    // `addr := ":8080"; if p != "" { addr = ":" + p }` is ":" and a p that defaults to "8080".
    let (prefix, rest) = split_prefix(there)?;
    let Value::Literal(default) = missing else { return None };
    let remaining = default.value.strip_prefix(prefix.value.as_str())?;
    if !same(core(&rest), subject) {
        return None;
    }
    let verbatim = default.span.len() == default.value.len();
    let part =
        if verbatim { default.span.slice(prefix.value.len()..default.span.len()) } else { default.span };
    let remaining = Value::Literal(Spanned::new(remaining.to_owned(), part));
    let value = put_default(test.kind, core(&rest), &remaining, span);
    Some(Value::Concat(vec![Value::Literal(prefix), value]))
}

fn put_default(kind: TestKind, value: &Value, default: &Value, span: Span) -> Value {
    match value {
        Value::Environment(it) if it.default.as_ref().is_none_or(is_empty_literal) => {
            let empty_is_unset = kind != TestKind::Unset || it.empty_is_unset;
            let default = Some(default.clone());
            Value::Environment(Box::new(Environ { default, empty_is_unset, ..(**it).clone() }))
        }
        value if kind == TestKind::Unset => choice([default.clone(), value.clone()], span),
        value => Value::FirstNonEmpty(vec![value.clone(), default.clone()], span),
    }
}

/// One of several, flat and without repetition.
pub(super) fn choice(values: impl IntoIterator<Item = Value>, span: Span) -> Value {
    let mut found: Vec<Value> = Vec::new();
    let flat = values.into_iter().flat_map(|it| match it {
        Value::Choice(parts, _) => parts,
        it => vec![it],
    });
    for value in flat {
        if !found.contains(&value) {
            found.push(value);
        }
    }
    found.truncate(MOST_ALTERNATIVES);
    match found.len() {
        1 => found.remove(0),
        _ => Value::Choice(found, span),
    }
}

/// What a value is made of when conversions are taken off: `strconv.Atoi(os.Getenv("PORT"))` is
/// `os.Getenv("PORT")`.
pub(super) fn core(value: &Value) -> &Value {
    let mut value = value;
    while let Value::Call { callee, arguments, .. } = value {
        let pure = catalogue::go().of(callee).and_then(|it| it.pure.as_ref());
        let conversion = pure.filter(|it| matches!(it.meaning, "same" | "trim-space"));
        let Some(inner) = conversion.and_then(|it| arguments.get(it.argument)) else { break };
        value = inner;
    }
    value
}

/// Whether two values are the same expression, wherever they are written.
pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Literal(left), Value::Literal(right)) => left.value == right.value,
        (Value::Environment(left), Value::Environment(right)) => {
            same(&left.key, &right.key)
                && match (&left.default, &right.default) {
                    (Some(left), Some(right)) => same(left, right),
                    (None, None) => true,
                    _ => false,
                }
        }
        (Value::Parameter { index: left, .. }, Value::Parameter { index: right, .. }) => left == right,
        (Value::Receiver { .. }, Value::Receiver { .. }) => true,
        (
            Value::Name { package: left_package, name: left },
            Value::Name { package: right_package, name: right },
        ) => left_package == right_package && left.value == right.value,
        (
            Value::Field { receiver: left_receiver, field: left, .. },
            Value::Field { receiver: right_receiver, field: right, .. },
        ) => left.value == right.value && same(left_receiver, right_receiver),
        (
            Value::Call { callee: left_callee, arguments: left, .. },
            Value::Call { callee: right_callee, arguments: right, .. },
        ) => {
            same_callee(left_callee, right_callee)
                && left.len() == right.len()
                && left.iter().zip(right).all(|(left, right)| same(left, right))
        }
        _ => left == right,
    }
}

fn same_callee(left: &Callee, right: &Callee) -> bool {
    match (left, right) {
        (
            Callee::Method { receiver: left_receiver, name: left, .. },
            Callee::Method { receiver: right_receiver, name: right, .. },
        ) => left == right && same(left_receiver, right_receiver),
        _ => left == right,
    }
}

/// `":" + x` and `fmt.Sprintf(":%s", x)` as the literal and `x`.
fn split_prefix(value: &Value) -> Option<(Spanned<String>, Value)> {
    match value {
        Value::Concat(parts) => match parts.as_slice() {
            [Value::Literal(prefix), rest] => Some((prefix.clone(), rest.clone())),
            _ => None,
        },
        Value::Format { format, arguments, .. } => {
            let (Value::Literal(format), [rest]) = (&**format, arguments.as_slice()) else { return None };
            let text = format.value.as_str();
            let prefix = ["%s", "%v", "%d"].into_iter().find_map(|verb| text.strip_suffix(verb))?;
            if prefix.contains('%') {
                return None;
            }
            let verbatim = format.span.len() == text.len();
            let span = if verbatim { format.span.slice(0..prefix.len()) } else { format.span };
            Some((Spanned::new(prefix.to_owned(), span), rest.clone()))
        }
        _ => None,
    }
}

pub(super) fn is_empty_literal(value: &Value) -> bool {
    matches!(value, Value::Literal(it) if matches!(it.value.as_str(), "" | "0"))
}

/// Whether a value has too many parts to be carried on.
pub(super) fn is_too_large(value: &Value) -> bool {
    let mut budget = LARGEST_VALUE;
    !spend(value, &mut budget)
}

fn spend(value: &Value, budget: &mut usize) -> bool {
    let Some(rest) = budget.checked_sub(1) else { return false };
    *budget = rest;
    let mut all = |values: &[Value]| values.iter().all(|it| spend(it, budget));
    match value {
        Value::Literal(_)
        | Value::Name { .. }
        | Value::Parameter { .. }
        | Value::Receiver { .. }
        | Value::Unknown(_) => true,
        Value::Concat(parts) => all(parts),
        Value::List(parts, _) | Value::FirstNonEmpty(parts, _) | Value::Choice(parts, _) => all(parts),
        Value::Format { format, arguments, .. } => all(arguments) && spend(format, budget),
        Value::JoinHostPort { host, port, .. } => spend(host, budget) && spend(port, budget),
        Value::Field { receiver, .. } => spend(receiver, budget),
        Value::Struct { fields, .. } => fields.iter().all(|(_, it)| spend(it, budget)),
        Value::Environment(it) => {
            spend(&it.key, budget) && it.default.as_ref().is_none_or(|it| spend(it, budget))
        }
        Value::Flag { name, default, .. } => spend(name, budget) && spend(default, budget),
        Value::Call { callee, arguments, .. } => {
            all(arguments)
                && match &**callee {
                    Callee::Method { receiver, .. } => spend(receiver, budget),
                    _ => true,
                }
        }
    }
}
