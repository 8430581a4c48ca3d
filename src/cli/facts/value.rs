//! Symbolic Go values as text.

use crate::facts::go::{Callee, TypeName, Value};

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
        Value::Flag { name, default, .. } => {
            format!("flag {} or {}", expression(name), expression(default))
        }
        Value::Call { callee: called, arguments, .. } => {
            format!("{}({})", callee(called), joined(arguments, ", "))
        }
        Value::FirstNonEmpty(parts, _) => format!("first non-empty of ({})", joined(parts, ", ")),
        Value::Choice(parts, _) => format!("one of ({})", joined(parts, ", ")),
        Value::Unknown(_) => "?".to_owned(),
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
