//! Durations, kept as the text that Go's `time.ParseDuration` reads: `10 * time.Second` is "10s".

use super::condition::core;
use super::scope::State;
use super::{TypeName, Value};
use crate::source::{Span, Spanned};

/// Constants of `time`, with their unit: <https://pkg.go.dev/time#Duration>.
const UNITS: &[(&str, &str)] = &[
    ("Nanosecond", "ns"),
    ("Microsecond", "us"),
    ("Millisecond", "ms"),
    ("Second", "s"),
    ("Minute", "m"),
    ("Hour", "h"),
];

/// The constant `name` of package `time`, when it is a unit.
pub(super) fn unit(name: &str, span: Span) -> Option<State> {
    let (_, unit) = UNITS.iter().find(|(known, _)| *known == name)?;
    Some(duration(Value::Literal(Spanned::new(format!("1{unit}"), span))))
}

/// The product of two values, when it is a number of units or of numbers.
pub(super) fn product(left: &State, right: &State, span: Span) -> Option<State> {
    if let (Some(left), Some(right)) = (number(&left.value), number(&right.value)) {
        let product = left.checked_mul(right)?.to_string();
        return Some(State { number: true, ..State::new(Value::Literal(Spanned::new(product, span)), None) });
    }
    let (count, unit) = match (unit_of(left), unit_of(right)) {
        (Some(unit), None) => (right, unit),
        (None, Some(unit)) => (left, unit),
        _ => return None,
    };
    Some(duration(match (number(&count.value), core(&count.value)) {
        (Some(number), _) => Value::Literal(Spanned::new(format!("{number}{}", unit.value), span)),
        // What a setting or a constant of another file says, and the unit behind it.
        (
            None,
            count @ (Value::Name { .. } | Value::Field { .. } | Value::Environment(_) | Value::Flag { .. }),
        ) => Value::Concat(vec![count.clone(), Value::Literal(unit)]),
        _ => return None,
    }))
}

fn number(value: &Value) -> Option<u64> {
    match core(value) {
        Value::Literal(it) => it.value.parse().ok(),
        _ => None,
    }
}

/// The unit that a value is one of.
fn unit_of(state: &State) -> Option<Spanned<String>> {
    let of_time = state.type_name.as_ref().is_some_and(|it| it.package == "time" && it.name == "Duration");
    match &state.value {
        Value::Literal(it) if of_time => {
            let unit = it.value.strip_prefix('1').filter(|it| UNITS.iter().any(|(_, unit)| unit == it))?;
            Some(Spanned::new(unit.to_owned(), it.span))
        }
        _ => None,
    }
}

fn duration(value: Value) -> State {
    State::new(value, Some(TypeName { package: "time".to_owned(), name: "Duration".to_owned() }))
}

#[cfg(test)]
mod tests {
    use crate::facts::go::{Value, read};
    use crate::source::FileId;

    /// What a package variable of this expression stands for: the text of its parts.
    fn value(expression: &str) -> String {
        let text = format!("package main\n\nimport (\n\t\"os\"\n\t\"time\"\n)\n\nvar v = {expression}\n");
        let facts = read(FileId(0), &text);
        let show = |it: &Value| match it {
            Value::Literal(it) => it.value.clone(),
            Value::Unknown(it) => format!("?{}", it.reason),
            _ => "<value>".to_owned(),
        };
        match &facts.declarations[0].value {
            Value::Concat(parts) => parts.iter().map(show).collect(),
            it => show(it),
        }
    }

    #[test]
    fn durations_are_the_text_that_go_reads() {
        for (expression, text) in [
            ("10 * time.Second", "10s"),
            ("time.Minute * 2", "2m"),
            ("time.Second", "1s"),
            ("2 * 60 * time.Second", "120s"),
            ("time.Duration(500) * time.Millisecond", "500ms"),
            ("time.Minute + 30*time.Second", "1m30s"),
            ("seconds * time.Second", "<value>s"),
            ("time.Duration(config.Timeout) * time.Second", "<value>s"),
            ("time.Second * time.Second", "?it is calculated"),
            ("compute() * time.Second", "?it is calculated"),
        ] {
            assert_eq!(value(expression), text, "{expression}");
        }
    }
}
