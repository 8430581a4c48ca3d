//! The facts of a Go file as an outline.

use super::errors;
use super::value::{callee, expression, type_name};
use crate::facts::go::{self, Call, Callee, Declaration, Function, Struct, Usage, Value};
use crate::report::outline::Entry;
use crate::source::FileId;

pub(super) fn entries(file: FileId, text: &str) -> Vec<Entry> {
    let it = go::read(file, text);
    let package = it.package.iter().map(|it| Entry::new("package", &it.value).at(it.span));
    let constraint = it.constraint.iter().map(|it| Entry::new("built if", &it.value).at(it.span));
    let imports = it.imports.iter().map(|it| {
        let alias = it.alias.as_ref().map(|it| format!("{it} ")).unwrap_or_default();
        Entry::new("import", format!("{alias}{}", it.path.value)).at(it.path.span)
    });
    package
        .chain(constraint)
        .chain(imports)
        .chain(it.declarations.iter().map(declaration))
        .chain(it.structs.iter().map(structure))
        .chain(it.functions.iter().map(function))
        .chain(errors(&it.errors))
        .collect()
}

fn declaration(it: &Declaration) -> Entry {
    let kind = if it.constant { "constant" } else { "variable" };
    with_reasons(
        Entry::new(kind, format!("{} = {}", it.name.value, expression(&it.value))).at(it.name.span),
        &it.value,
    )
}

fn structure(it: &Struct) -> Entry {
    let fields = it.fields.iter().map(|field| {
        let tag = field.tag.as_ref().map(|it| format!(" `{}`", it.value)).unwrap_or_default();
        Entry::new("field", format!("{}{tag}", field.name.value)).at(field.name.span)
    });
    Entry::new("struct", &it.name.value).at(it.name.span).with_all(fields)
}

fn function(it: &Function) -> Entry {
    let receiver = it.receiver.as_ref().map(|(_, of)| format!("({}) ", type_name(of))).unwrap_or_default();
    let returns = it.returns.iter().map(|values| {
        let text: Vec<_> = values.iter().map(expression).collect();
        let entry = Entry::new("returns", text.join(", ")).at(values.first().and_then(Value::span));
        values.iter().fold(entry, with_reasons)
    });
    let fields = it.field_writes.iter().map(|write| {
        let text =
            format!("{}.{} = {}", expression(&write.receiver), write.field.value, expression(&write.value));
        with_reasons(Entry::new("sets", text).at(write.field.span), &write.value)
    });
    let variables = it.variable_writes.iter().map(|(name, value)| {
        let text = format!("{} = {}", name.value, expression(value));
        with_reasons(Entry::new("sets", text).at(name.span), value)
    });
    Entry::new("func", format!("{receiver}{}", it.name.value))
        .at(it.name.span)
        .with_all(it.calls.iter().map(call))
        .with_all(fields)
        .with_all(variables)
        .with_all(returns)
}

fn call(it: &Call) -> Entry {
    let arguments: Vec<_> = it.arguments.iter().map(expression).collect();
    let usage = match it.usage {
        Usage::Statement => ", results dropped",
        Usage::Blank => ", results to _",
        Usage::Go => ", as a goroutine",
        Usage::Defer => ", deferred",
        Usage::Used => "",
    };
    let text = format!("{}({}){usage}", callee(&it.callee), arguments.join(", "));
    let entry = Entry::new("calls", text).at(it.callee_span);
    let receiver = match &it.callee {
        Callee::Method { receiver, .. } => Some(&**receiver),
        _ => None,
    };
    receiver.into_iter().chain(&*it.arguments).fold(entry, with_reasons)
}

/// `entry` with what is not known of `value`, and why, below it.
fn with_reasons(entry: Entry, value: &Value) -> Entry {
    match value {
        Value::Unknown(it) => entry.unresolved(&it.reason, it.span),
        value => value.parts().into_iter().fold(entry, with_reasons),
    }
}
