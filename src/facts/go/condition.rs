//! What conditions such as `v == ""`, `ok` and `err != nil` say about values, and what becomes of a
//! value that was assigned under one.

use std::sync::Arc;

use super::{Arm, Callee, Condition, Environ, IntegerType, Value};
use crate::facts::catalogue;
use crate::source::{Span, Spanned};

/// A value grows with every variable that is replaced by what it stands for; beyond this many
/// parts nobody can follow it, and some programs would double it in every line.
const LARGEST_VALUE: usize = 200;

/// At most this many alternatives are kept.
const MOST_ALTERNATIVES: usize = 12;

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
    /// The same as a condition.
    fn condition(&self) -> Condition {
        let subject = self.subject.clone();
        let missing = match self.kind {
            TestKind::Empty => Condition::Empty(subject),
            TestKind::Unset => Condition::Unset(subject),
            TestKind::Failed => Condition::Failed(subject),
        };
        if self.present { missing.negated() } else { missing }
    }

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

/// What the branch of an `if` is taken by.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    /// The condition as it decides between values.
    pub(super) condition: Condition,
    /// What it says about a value being there, when that is all that it says.
    pub(super) test: Option<Test>,
}

impl Guard {
    /// That of a branch of which nothing is known (a loop, a case of a `select`).
    pub(super) fn unknown(span: Span) -> Self {
        Self { condition: Condition::Unknown(span), test: None }
    }

    pub(super) fn not(self) -> Self {
        Self { condition: self.condition.negated(), test: self.test.map(Test::not) }
    }
}

/// The value of a variable that has `then` where `guard` holds, `otherwise` where it does not.
pub(super) fn join(guard: &Guard, then: Value, otherwise: Value, span: Span) -> Value {
    if then == otherwise {
        return then;
    }
    if let Some(test) = &guard.test {
        let (there, missing) = if test.present { (&then, &otherwise) } else { (&otherwise, &then) };
        if let Some(value) = with_default(test, there, missing, span) {
            return limited(value, span);
        }
    }
    limited(choice(guard.condition.clone(), then, otherwise, span), span)
}

/// A value that conditions decide, unless it has too many parts to be carried on. What a branch leaves alone stands in
/// both of its outcomes, so that branches in branches would double it each time, whether or not anything reads it.
pub(super) fn limited(value: Value, span: Span) -> Value {
    if is_too_large(&value) { too_many_conditions(span) } else { value }
}

fn too_many_conditions(span: Span) -> Value {
    Value::Unknown(super::Unknown::new("too many conditions decide", span))
}

/// What a value says when it stands as the condition of an `if`.
pub(super) fn guard_of(value: Value, test: Option<Test>, span: Span) -> Guard {
    let condition = match (value, &test) {
        (Value::Truth(condition, _), _) => *condition,
        (_, Some(test)) => test.condition(),
        (Value::Unknown(_), None) => Condition::Unknown(span),
        (value, None) => Condition::Holds(value),
    };
    Guard { condition, test }
}

/// `there` where the tested value is present, `missing` where it is not, as one value.
pub(super) fn with_default(test: &Test, there: &Value, missing: &Value, span: Span) -> Option<Value> {
    let subject = core(&test.subject);
    if same(core(there), subject) {
        return put_default(test.kind, there, missing, span);
    }
    // `if v == "" { return d }; n, err := strconv.Atoi(v); if err != nil { return d }`: the same default again.
    if let (Value::Environment(read), Value::Environment(tested)) = (core(there), subject)
        && same(&read.key, &tested.key)
        && read.default.as_ref().is_some_and(|it| same(it, missing))
    {
        return Some(there.clone());
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
    let value = put_default(test.kind, &rest, &remaining, span)?;
    Some(Value::Concat(vec![Value::Literal(prefix), value]))
}

/// A value that is `default` where the test finds it missing; `None` when only conditions can say it.
fn put_default(kind: TestKind, value: &Value, default: &Value, span: Span) -> Option<Value> {
    let fails_to_parse = kind == TestKind::Failed && is_parsed(value);
    let inner = match core(value) {
        Value::Environment(it) if it.default.as_ref().is_none_or(is_empty_literal) => {
            let empty_is_unset = kind != TestKind::Unset || it.empty_is_unset;
            let (default, for_numbers) = (Some(default.clone()), it.for_numbers || fails_to_parse);
            Value::Environment(Box::new(Environ { default, empty_is_unset, for_numbers, ..(**it).clone() }))
        }
        _ if fails_to_parse => return None,
        inner if kind == TestKind::Unset => {
            choice(Condition::Unset(inner.clone()), default.clone(), inner.clone(), span)
        }
        inner => Value::FirstNonEmpty(vec![inner.clone(), default.clone()], span),
    };
    // What the default makes of a number is the number, whatever else the conversions make of other texts.
    Some(if fails_to_parse { inner } else { converted_alike(value, inner) })
}

/// `then` where the condition holds; `else if` goes on with the arms of `otherwise`.
pub(super) fn choice(condition: Condition, then: Value, otherwise: Value, span: Span) -> Value {
    if then == otherwise {
        return then;
    }
    let mut arms = vec![Arm { condition: Some(condition), value: then }];
    match otherwise {
        Value::Choice(more, _) => arms.extend(more),
        value => arms.push(Arm { condition: None, value }),
    }
    if arms.len() > MOST_ALTERNATIVES {
        return too_many_conditions(span);
    }
    Value::Choice(arms, span)
}

/// What a value is made of when conversions are taken off: `strconv.Atoi(os.Getenv("PORT"))` is
/// `os.Getenv("PORT")`.
pub(super) fn core(value: &Value) -> &Value {
    let mut value = value;
    while let Some(inner) = converted(value) {
        value = inner;
    }
    value
}

/// What a conversion is one of.
fn converted(value: &Value) -> Option<&Value> {
    let Value::Call { callee, arguments, .. } = value else { return None };
    if IntegerType::of_conversion(callee).is_some() {
        return arguments.first();
    }
    let pure = catalogue::go().of(callee)?.pure.as_ref()?;
    let converts = pure.converts() || pure.meaning == "trim-space";
    arguments.get(pure.argument).filter(|_| converts)
}

/// Whether a value is made by a call that gives an error for a text which is no whole number.
fn is_parsed(value: &Value) -> bool {
    let mut at = Some(value);
    while let Some(value) = at {
        if let Value::Call { callee, .. } = value
            && catalogue::go().of(callee).and_then(|it| it.pure.as_ref()).is_some_and(|it| it.parses())
        {
            return true;
        }
        at = converted(value);
    }
    false
}

/// `inner` behind the conversions of `value`, as far as these may change a text.
fn converted_alike(value: &Value, inner: Value) -> Value {
    let (Some(of), Value::Call { callee, arguments, span }) = (converted(value), value) else { return inner };
    let inner = converted_alike(of, inner);
    let pure = catalogue::go().of(callee).and_then(|it| it.pure.as_ref());
    if pure.is_some_and(|it| it.meaning == "same") {
        return inner;
    }
    let at = pure.map_or(0, |it| it.argument);
    let mut arguments = arguments.to_vec();
    arguments[at] = inner;
    Value::Call { callee: Arc::clone(callee), arguments: Arc::from(arguments), span: *span }
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
            Value::Argument { index: left, behind_flags: of_left, .. },
            Value::Argument { index: right, behind_flags: of_right, .. },
        ) => (left, of_left) == (right, of_right),
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
                && left.iter().zip(&**right).all(|(left, right)| same(left, right))
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

/// As much of a value as can be carried on: of a struct of too many parts the fields that have few, so that nobody
/// takes what is assigned to one of them later for all that there is.
pub(super) fn fitted(value: Value, span: Span) -> Value {
    if !is_too_large(&value) {
        return value;
    }
    let unknown = |span| Value::Unknown(super::Unknown::new("it is built from too many parts", span));
    let Value::Struct { type_name, mut fields, span: made } = value else { return unknown(span) };
    let share = LARGEST_VALUE / (fields.len() + 1);
    if share == 0 {
        return unknown(span);
    }
    for (name, value) in &mut fields {
        if !spend(value, &mut share.clone()) {
            *value = unknown(name.span);
        }
    }
    Value::Struct { type_name, fields, span: made }
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
        | Value::Argument { .. }
        | Value::Arguments { .. }
        | Value::Unknown(_) => true,
        Value::Concat(parts) => all(parts),
        Value::List(parts, _) | Value::FirstNonEmpty(parts, _) | Value::Sum(parts, _) => all(parts),
        Value::Choice(arms, _) => arms.iter().all(|it| {
            spend(&it.value, budget) && it.condition.as_ref().is_none_or(|it| spend_on_condition(it, budget))
        }),
        Value::Truth(condition, _) => spend_on_condition(condition, budget),
        Value::Function(returns, _) => all(returns),
        Value::Format { format, arguments, .. } => all(arguments) && spend(format, budget),
        Value::JoinHostPort { host, port, .. } => spend(host, budget) && spend(port, budget),
        Value::Field { receiver, .. } => spend(receiver, budget),
        Value::Element { of, key, .. } => {
            spend(of, budget) && key.as_ref().is_none_or(|it| spend(it, budget))
        }
        Value::Result { call, .. } | Value::Filled { call, .. } => spend(call, budget),
        Value::Struct { fields, .. } => fields.iter().all(|(_, it)| spend(it, budget)),
        Value::Environment(it) => {
            spend(&it.key, budget) && it.default.as_ref().is_none_or(|it| spend(it, budget))
        }
        Value::Flag(it) => it.values().all(|it| spend(it, budget)),
        Value::Call { callee, arguments, .. } => {
            all(arguments)
                && match &**callee {
                    Callee::Method { receiver, .. } => spend(receiver, budget),
                    _ => true,
                }
        }
    }
}

/// Also what cannot be told of a condition counts: `both := both && both` doubles that, too.
fn spend_on_condition(condition: &Condition, budget: &mut usize) -> bool {
    match condition {
        Condition::Empty(it) | Condition::Unset(it) | Condition::Failed(it) | Condition::Holds(it) => {
            spend(it, budget)
        }
        Condition::Equal(left, right) => spend(left, budget) && spend(right, budget),
        Condition::Not(inner) => spend_on_condition(inner, budget),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().all(|it| spend_on_condition(it, budget))
        }
        Condition::Unknown(_) => {
            let rest = budget.checked_sub(1);
            *budget = rest.unwrap_or_default();
            rest.is_some()
        }
    }
}
