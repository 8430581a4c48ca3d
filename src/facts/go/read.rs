//! Reads a whole file: declarations first, then the functions, which need their names.

use std::ops::Range;

use super::context::Context;
use super::function::Reader;
use super::nolint::waived_errors;
use super::{Declaration, Field, GoFile, Head, Parameter, Struct, TypeName, Unknown, Value, scan};
use crate::source::{FileId, Span, Spanned};
use crate::syntax::go::{self, Node};

/// Reads one Go file in full.
#[must_use]
pub fn read(file: FileId, text: &str) -> GoFile {
    read_without(file, text, &scan(file, text), &[])
}

/// Reads one Go file but for the byte ranges `skipped`: insides of function bodies, in order.
#[must_use]
pub fn read_without(file: FileId, text: &str, head: &Head, skipped: &[Range<usize>]) -> GoFile {
    let mut facts = GoFile { waived_errors: waived_errors(file, text), ..of_head(head) };
    let read = go::read_without(text, skipped, |root| read_root(file, root, head, &mut facts));
    if read.is_none() {
        let span = Span::new(file, 0, 0);
        facts.errors.push(Spanned::new("the file is too large to be Go source".to_owned(), span));
    }
    facts
}

/// The facts of a file of which only the head is needed.
#[must_use]
pub fn of_head(head: &Head) -> GoFile {
    GoFile {
        package: head.package.clone(),
        imports: head.imports.clone(),
        constraint: head.constraint.clone(),
        main: head.main,
        ..GoFile::default()
    }
}

fn read_root(file: FileId, root: Node<'_>, head: &Head, facts: &mut GoFile) {
    let mut context = Context::new(file, head);
    facts.in_full = true;
    let declarations = root.children();
    for node in &declarations {
        match node.kind() {
            "type_declaration" => read_types(&mut context, *node, facts),
            "function_declaration" | "method_declaration" => read_result(&mut context, *node),
            _ => {}
        }
    }
    context.add_structs(facts);
    for node in &declarations {
        match node.kind() {
            "const_declaration" => read_constants(&context, *node, facts),
            "var_declaration" => read_variables(&mut context, *node, facts),
            _ => {}
        }
    }
    for it in &facts.declarations {
        if let Some(type_name) = &it.type_name {
            context.variables.insert(it.name.value.clone(), type_name.clone());
        }
    }
    for node in &declarations {
        if matches!(node.kind(), "function_declaration" | "method_declaration") {
            facts.functions.extend(Reader::function(&context, *node));
        }
    }
    for range in root.errors() {
        let span = Span::new(file, range.start, range.end);
        facts.errors.push(Spanned::new("this is not Go".to_owned(), span));
    }
}

fn read_result(context: &mut Context<'_>, node: Node<'_>) {
    let (Some(name), Some(result)) = (node.field("name"), context.result_type(node)) else { return };
    // The result of `Load[T any]() T` is of the type that its caller names.
    if type_parameters(node).contains(&result.name) {
        return;
    }
    let owner = node.field("receiver").and_then(|it| receiver_type(context, it));
    context.add_result(owner.as_ref().map_or("", |it| it.name.as_str()), name.text(), result);
}

/// The names of the type parameters of a function.
pub(super) fn type_parameters(function: Node<'_>) -> Vec<String> {
    let list = function.field("type_parameters").map(Node::children).unwrap_or_default();
    let names = list.iter().flat_map(|it| it.fields("name")).filter(|it| it.kind() == "identifier");
    names.map(|it| it.text().to_owned()).collect()
}

/// The type in `(s *Server)`.
pub(super) fn receiver_type(context: &Context<'_>, receiver: Node<'_>) -> Option<TypeName> {
    context.type_name(receiver.first_child()?.field("type")?)
}

fn read_types<'t>(context: &mut Context<'t>, node: Node<'t>, facts: &mut GoFile) {
    for spec in node.children() {
        let (Some(name), Some(type_node)) = (spec.field("name"), spec.field("type")) else { continue };
        context.types.insert(name.text());
        if type_node.kind() == "struct_type" {
            let name = Spanned::new(name.text().to_owned(), context.span(name));
            read_struct(context, name, type_node, facts, 0);
        }
    }
}

/// A struct within a struct becomes a type of its own, named `Config.Server`.
fn read_struct(context: &Context<'_>, name: Spanned<String>, node: Node<'_>, facts: &mut GoFile, depth: u32) {
    let mut fields = Vec::new();
    let list = node.children().into_iter().find(|it| it.kind() == "field_declaration_list");
    for declaration in list.map(Node::children).unwrap_or_default() {
        if declaration.kind() != "field_declaration" {
            continue;
        }
        let Some(type_node) = declaration.field("type") else { continue };
        let tag = declaration.field("tag").map(|it| literal_text(context, it));
        let names = declaration.fields("name");
        let mut type_name = context.type_name(type_node);
        if names.is_empty() {
            let Some(embedded) = &type_name else { continue };
            let name = Spanned::new(embedded.name.clone(), context.span(type_node));
            fields.push(Field { name, type_name, element: None, tag, embedded: true });
            continue;
        }
        for field in names {
            let inner =
                if type_node.kind() == "pointer_type" { type_node.first_child() } else { Some(type_node) };
            if let Some(inner) = inner.filter(|it| it.kind() == "struct_type" && depth < 8) {
                let inner_name = format!("{}.{}", name.value, field.text());
                let spanned = Spanned::new(inner_name.clone(), context.span(field));
                read_struct(context, spanned, inner, facts, depth + 1);
                type_name = Some(TypeName { package: String::new(), name: inner_name });
            }
            let mut element = None;
            if let Some(inner) = element_node(type_node) {
                element = context.type_name(inner);
                if inner.kind() == "struct_type" && depth < 8 {
                    let inner_name = format!("{}.{}", name.value, field.text());
                    let spanned = Spanned::new(inner_name.clone(), context.span(field));
                    read_struct(context, spanned, inner, facts, depth + 1);
                    element = Some(TypeName { package: String::new(), name: inner_name });
                }
            }
            let name = Spanned::new(field.text().to_owned(), context.span(field));
            let (type_name, tag) = (type_name.clone(), tag.clone());
            fields.push(Field { name, type_name, element, tag, embedded: false });
        }
    }
    facts.structs.push(Struct { name, fields });
}

/// The type of the elements of a list or a map, stars removed.
fn element_node(node: Node<'_>) -> Option<Node<'_>> {
    let inner = match node.kind() {
        "slice_type" | "array_type" => node.field("element")?,
        "map_type" => node.field("value")?,
        _ => return None,
    };
    if inner.kind() == "pointer_type" { inner.first_child() } else { Some(inner) }
}

fn read_constants(context: &Context<'_>, node: Node<'_>, facts: &mut GoFile) {
    let (mut values, mut declared, mut declarations) = (Vec::new(), None, Vec::new());
    let specs = node.children().into_iter().filter(|it| it.kind() == "const_spec");
    for (iota, spec) in specs.enumerate() {
        // Constants without values repeat the expressions and the type above them, with another iota.
        let mut repeated = GoFile::default();
        let facts_of_value = match spec.field("value") {
            Some(own) => {
                values = own.children();
                declared = spec.field("type").and_then(|it| context.type_name(it));
                &mut *facts
            }
            None => &mut repeated,
        };
        for (index, name) in spec.fields("name").into_iter().filter(|it| it.text() != ",").enumerate() {
            let value = match values.get(index) {
                Some(node) => Reader::initial_value(context, *node, Some(iota), facts_of_value).value,
                None => unknown(context, name, "it is declared without a value"),
            };
            declarations.push(Declaration {
                name: Spanned::new(name.text().to_owned(), context.span(name)),
                value,
                constant: true,
                type_name: declared.clone(),
                embedded: None,
            });
        }
    }
    facts.declarations.extend(declarations);
}

fn read_variables<'t>(context: &mut Context<'t>, node: Node<'t>, facts: &mut GoFile) {
    let lists = node.children().into_iter();
    let specs: Vec<_> =
        lists.flat_map(|it| if it.kind() == "var_spec_list" { it.children() } else { vec![it] }).collect();
    for spec in specs.into_iter().filter(|it| it.kind() == "var_spec") {
        let values = spec.field("value").map(Node::children).unwrap_or_default();
        let type_node = spec.field("type");
        let declared = type_node.and_then(|it| context.type_name(it));
        for (index, name) in spec.fields("name").into_iter().filter(|it| it.text() != ",").enumerate() {
            let spanned = Spanned::new(name.text().to_owned(), context.span(name));
            let mut declaration = Declaration {
                name: spanned,
                value: unknown(context, name, "it is declared without a value"),
                constant: false,
                type_name: declared.clone(),
                embedded: embedded(context, spec),
            };
            if let Some(node) = values.get(index) {
                let state = Reader::initial_value(context, *node, None, facts);
                declaration.type_name = declaration.type_name.or(state.type_name);
                declaration.value = state.value;
            } else if values.is_empty() {
                declaration.value = zero_value(context, name, declared.clone());
                if let Some(inline) = type_node.filter(|it| it.kind() == "struct_type") {
                    read_struct(context, declaration.name.clone(), inline, facts, 0);
                    let type_name = TypeName { package: String::new(), name: name.text().to_owned() };
                    declaration.type_name = Some(type_name);
                }
            }
            facts.declarations.push(declaration);
        }
    }
}

/// The first pattern of `//go:embed a.yaml b.yaml` above a variable: <https://pkg.go.dev/embed>.
fn embedded(context: &Context<'_>, spec: Node<'_>) -> Option<Spanned<String>> {
    spec.comments_above().find_map(|(at, comment)| {
        let patterns = comment.strip_prefix("//go:embed ")?;
        let start = at + comment.len() - patterns.trim_start().len();
        let first = patterns.split_whitespace().next()?;
        let span = Span::new(context.file, start, start + first.len());
        Some(Spanned::new(first.trim_matches(['"', '`']).to_owned(), span))
    })
}

/// Why a list is not known that is declared and no more.
pub(super) const WITHOUT_VALUE: &str = "it is declared without a value";

/// What a variable that is declared without a value holds.
pub(super) fn zero_value(context: &Context<'_>, name: Node<'_>, declared: Option<TypeName>) -> Value {
    let span = context.span(name);
    let literal = |text: &str| Value::Literal(Spanned::new(text.to_owned(), span));
    match declared {
        Some(it) if it.package.is_empty() && it.name == "string" => literal(""),
        Some(it) if is_number(&it) => literal("0"),
        Some(it) if it.package.is_empty() && it.name == "bool" => literal("false"),
        Some(it) if it.package.is_empty() && matches!(it.name.as_str(), "error" | "any") => {
            unknown(context, name, WITHOUT_VALUE)
        }
        Some(it) => Value::Struct { type_name: Some(it), fields: Vec::new(), span },
        None => unknown(context, name, WITHOUT_VALUE),
    }
}

/// Whether it is a predeclared type of numbers.
#[must_use]
pub fn is_number(it: &TypeName) -> bool {
    let is_basic = |prefix: &str| {
        let bits = it.name.strip_prefix(prefix);
        bits.is_some_and(|bits| matches!(bits, "" | "8" | "16" | "32" | "64"))
    };
    it.package.is_empty() && (is_basic("int") || is_basic("uint") || is_basic("float"))
}

pub(super) fn unknown(context: &Context<'_>, node: Node<'_>, reason: impl Into<String>) -> Value {
    Value::Unknown(Unknown::new(reason, context.span(node)))
}

/// Parameters in order; `a, b string` are two.
pub(super) fn read_parameters(context: &Context<'_>, list: Node<'_>) -> Vec<Parameter> {
    let mut found = Vec::new();
    for declaration in list.children() {
        let variadic = declaration.kind() == "variadic_parameter_declaration";
        let type_node = declaration.field("type");
        let type_name = type_node.and_then(|it| context.type_name(it));
        let names = declaration.fields("name");
        if names.is_empty() {
            found.push(Parameter { name: String::new(), type_name, variadic });
            continue;
        }
        for name in names.into_iter().filter(|it| it.text() != ",") {
            let name = name.text().to_owned();
            found.push(Parameter { name, type_name: type_name.clone(), variadic });
        }
    }
    found
}

/// The text of a string literal; its span is what stands between the quotes where that is verbatim.
pub(super) fn literal_text(context: &Context<'_>, node: Node<'_>) -> Spanned<String> {
    let text = node.text();
    let whole = context.span(node);
    let inner = text.get(1..text.len().saturating_sub(1)).unwrap_or_default();
    let between = whole.slice(1..text.len().saturating_sub(1).max(1));
    if node.kind() == "raw_string_literal" {
        // Carriage returns are no part of a raw string.
        return match inner.contains('\r') {
            true => Spanned::new(inner.replace('\r', ""), whole),
            false => Spanned::new(inner.to_owned(), between),
        };
    }
    if inner.contains('\\') {
        return Spanned::new(unescape(inner), whole);
    }
    Spanned::new(inner.to_owned(), between)
}

/// Takes the escapes out of what stands between the quotes of an interpreted string or a rune:
/// <https://go.dev/ref/spec#Rune_literals>.
fn unescape(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at + 1..];
        let Some(escape) = rest.chars().next() else { break };
        let number =
            |digits: Option<&str>, radix| u32::from_str_radix(digits.unwrap_or_default(), radix).ok();
        let mut buffer = [0; 4];
        let length = match escape {
            'x' => {
                bytes.extend(number(rest.get(1..3), 16).and_then(|it| u8::try_from(it).ok()));
                3
            }
            '0'..='7' => {
                bytes.extend(number(rest.get(0..3), 8).and_then(|it| u8::try_from(it).ok()));
                3
            }
            'u' | 'U' => {
                let length = if escape == 'u' { 5 } else { 9 };
                let found = number(rest.get(1..length), 16).and_then(char::from_u32);
                let found = found.unwrap_or(char::REPLACEMENT_CHARACTER);
                bytes.extend_from_slice(found.encode_utf8(&mut buffer).as_bytes());
                length
            }
            other => {
                let plain = match other {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'a' => '\u{7}',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'v' => '\u{b}',
                    it => it,
                };
                bytes.extend_from_slice(plain.encode_utf8(&mut buffer).as_bytes());
                other.len_utf8()
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}
