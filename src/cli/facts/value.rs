//! Symbolic Go values as text.

use crate::facts::go::{Callee, Condition, TypeName, Value};

/// The value as an expression that reads like Go where Go has one.
pub(super) fn expression(value: &Value) -> String {
    match value {
        Value::Literal(it) => format!("{:?}", it.value),
        Value::Concat(parts) => joined(parts, " + "),
        Value::Format { format, arguments, .. } => {
            let arguments: String = arguments.iter().map(|it| format!(", {}", expression(it))).collect();
            format!("fmt.Sprintf({}{arguments})", expression(format))
        }
        Value::JoinHostPort { host, port, .. } => {
            format!("net.JoinHostPort({}, {})", expression(host), expression(port))
        }
        Value::Name { package, name } => qualified(package, &name.value),
        Value::Parameter { index, .. } => format!("parameter {index}"),
        Value::Receiver { type_name: of, .. } => format!("receiver {}", type_name(of)),
        Value::Field { receiver, field, .. } => format!("{}.{}", expression(receiver), field.value),
        Value::Struct { type_name: of, fields, .. } => {
            let name = of.as_ref().map(type_name).unwrap_or_default();
            let fields = fields.iter().map(|(name, value)| format!("{}: {}", name.value, expression(value)));
            format!("{name}{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::List(parts, _) => format!("[{}]", joined(parts, ", ")),
        Value::Environment(it) => match &it.default {
            Some(default) => format!("env {} or {}", expression(&it.key), expression(default)),
            None => format!("env {}", expression(&it.key)),
        },
        Value::Flag(it) => {
            let mut text = format!("flag {}", joined(&it.names, " or "));
            let variable = it.variable.as_ref().map(|it| format!("env {}", expression(it)));
            for otherwise in variable.into_iter().chain(it.default.as_ref().map(expression)) {
                text.push_str(" or ");
                text.push_str(&otherwise);
            }
            text
        }
        Value::Argument { index, behind_flags: true, .. } => format!("flag.Arg({index})"),
        Value::Argument { index, .. } => format!("os.Args[{index}]"),
        Value::Arguments { from, behind_flags: true, .. } => format!("flag.Args()[{from}:]"),
        Value::Arguments { from, .. } => format!("os.Args[{from}:]"),
        Value::Call { callee: called, arguments, .. } => {
            format!("{}({})", callee(called), joined(arguments, ", "))
        }
        Value::Result { call, index, .. } => format!("result {} of {}", index + 1, expression(call)),
        Value::Element { of, key: Some(key), .. } => format!("{}[{}]", expression(of), expression(key)),
        Value::Element { of, key: None, .. } => format!("each of {}", expression(of)),
        Value::Filled { call, argument, .. } => format!("argument {} of {}", argument + 1, expression(call)),
        Value::Sum(parts, _) => joined(parts, " + "),
        Value::FirstNonEmpty(parts, _) => format!("first non-empty of ({})", joined(parts, ", ")),
        Value::Choice(arms, _) => {
            let arms = arms.iter().map(|arm| match &arm.condition {
                Some(it) => format!("{} if {}", expression(&arm.value), condition(it)),
                None => format!("else {}", expression(&arm.value)),
            });
            format!("({})", arms.collect::<Vec<_>>().join(", "))
        }
        Value::Truth(it, _) => condition(it),
        Value::Function(returns, _) => format!("func {}", joined(returns, ", ")),
        Value::Unknown(_) => "?".to_owned(),
    }
}

/// A condition as it would read in Go.
fn condition(it: &Condition) -> String {
    let all = |parts: &[Condition], operator: &str| {
        let parts: Vec<_> = parts.iter().map(condition).collect();
        format!("({})", parts.join(operator))
    };
    match it {
        Condition::Empty(value) => format!("{} is empty", expression(value)),
        Condition::Unset(value) => format!("{} is not set", expression(value)),
        Condition::Failed(value) => format!("{} fails", expression(value)),
        Condition::Equal(left, right) => format!("{} == {}", expression(left), expression(right)),
        Condition::Holds(value) => expression(value),
        Condition::Not(inner) => format!("!({})", condition(inner)),
        Condition::All(parts) => all(parts, " && "),
        Condition::Any(parts) => all(parts, " || "),
        Condition::Unknown(_) => "?".to_owned(),
    }
}

/// What a call names.
pub(super) fn callee(it: &Callee) -> String {
    match it {
        Callee::Imported { package, name } => qualified(package, name),
        Callee::Own { name } => name.clone(),
        Callee::Method { receiver, receiver_type, name } => match receiver_type {
            Some(of) => format!("({}).{name}", type_name(of)),
            None => format!("{}.{name}", expression(receiver)),
        },
    }
}

/// A type with its package.
pub(super) fn type_name(it: &TypeName) -> String {
    qualified(&it.package, &it.name)
}

fn qualified(package: &str, name: &str) -> String {
    if package.is_empty() { name.to_owned() } else { format!("{package}.{name}") }
}

fn joined(values: &[Value], separator: &str) -> String {
    values.iter().map(expression).collect::<Vec<_>>().join(separator)
}
