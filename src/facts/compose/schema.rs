//! The shape of a Compose file, as the JSON Schema of the Compose Specification tells it:
//! <https://github.com/compose-spec/compose-spec/blob/main/schema/compose-spec.json>.

use std::sync::LazyLock;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::source::{FileId, Span};
use crate::syntax::yaml::{self, Node};

/// Something that has not the shape that Compose wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeFault {
    /// What is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Whether something is only missing, which another file may add.
    pub is_missing: bool,
}

/// What about a merged Compose file has not the shape that Compose wants.
#[must_use]
pub fn validate(tree: &Tree) -> Vec<ShapeFault> {
    static SCHEMA: LazyLock<Definitions> =
        LazyLock::new(|| Definitions::read(include_str!("../../../rules/catalogue/compose-spec.json")));
    let mut path = Vec::new();
    let mut faults = Vec::new();
    SCHEMA.check(tree, None, &SCHEMA.root, &mut path, &mut faults);
    faults.into_iter().map(|it| it.shape).collect()
}

struct Fault {
    shape: ShapeFault,
    /// How many keys lead there.
    depth: usize,
}

impl Fault {
    fn new(message: String, span: Span, depth: usize) -> Self {
        Self { shape: ShapeFault { message, span, is_missing: false }, depth }
    }
}

struct Definitions {
    root: Schema,
    named: FxHashMap<String, Schema>,
}

/// One schema, of the words of JSON Schema that the Compose Specification uses.
#[derive(Default)]
struct Schema {
    reference: Option<String>,
    types: Vec<String>,
    properties: FxHashMap<String, Schema>,
    patterns: Vec<(Pattern, Schema)>,
    is_closed: bool,
    items: Option<Box<Schema>>,
    is_unique: bool,
    required: Vec<String>,
    one_of: Vec<Schema>,
    values: Vec<String>,
    /// The only pattern of a text that matters: that of the name of a container.
    is_container_name: bool,
    minimum: Option<f64>,
    maximum: Option<f64>,
}

const CONTAINER_NAME: &str = "[a-zA-Z0-9][a-zA-Z0-9_.-]+";

/// Whether a text holds what [`CONTAINER_NAME`] means.
fn holds_container_name(text: &str) -> bool {
    let inner = |it: &u8| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'.' | b'-');
    text.as_bytes().windows(2).any(|it| it[0].is_ascii_alphanumeric() && inner(&it[1]))
}

/// The patterns of keys that the specification uses.
enum Pattern {
    /// `^x-`
    Extension,
    /// `^[a-zA-Z0-9._-]+$`
    Name,
    /// `^[a-z]+$`
    Lower,
    /// `.+`
    Any,
}

impl Pattern {
    fn read(text: &str) -> Self {
        match text {
            "^x-" => Self::Extension,
            "^[a-zA-Z0-9._-]+$" => Self::Name,
            "^[a-z]+$" => Self::Lower,
            _ => Self::Any,
        }
    }

    fn fits(&self, key: &str) -> bool {
        let all = |is: fn(u8) -> bool| !key.is_empty() && key.bytes().all(is);
        match self {
            Self::Extension => key.starts_with("x-"),
            Self::Name => all(|it| it.is_ascii_alphanumeric() || matches!(it, b'.' | b'_' | b'-')),
            Self::Lower => all(|it| it.is_ascii_lowercase()),
            Self::Any => !key.is_empty(),
        }
    }
}

impl Definitions {
    fn read(text: &str) -> Self {
        // JSON is YAML.
        let stream = yaml::parse(FileId(0), text);
        let Some(root) = stream.documents.first() else {
            return Self { root: Schema::default(), named: FxHashMap::default() };
        };
        let named = root.get("definitions").map(schemas).unwrap_or_default();
        Self { root: Schema::read(root), named: named.into_iter().collect() }
    }

    /// Notes what about `tree` does not fit; `key` is the entry whose value it is.
    fn check(
        &self,
        tree: &Tree,
        key: Option<&TreeEntry>,
        schema: &Schema,
        path: &mut Vec<String>,
        faults: &mut Vec<Fault>,
    ) {
        if let Some(name) = &schema.reference
            && let Some(named) = self.named.get(name)
        {
            self.check(tree, key, named, path, faults);
        }
        let depth = path.len();
        let place = if tree.span.is_empty() { key.map_or(tree.span, |it| it.key.span) } else { tree.span };
        if !schema.types.is_empty() && !schema.types.iter().any(|it| is_of_type(tree, it)) {
            // The words of a mapping that is none are many: its key is enough.
            let span = match (&tree.kind, key) {
                (TreeKind::Map(_) | TreeKind::List(_), Some(key)) => key.key.span,
                _ => place,
            };
            let message = misplaced(path)
                .unwrap_or_else(|| format!("{} must be {}", said(path), list_of_types(&schema.types)));
            faults.push(Fault::new(message, span, depth));
            return;
        }
        self.check_one_of(tree, key, schema, path, faults);
        self.check_scalar(tree, place, schema, path, faults);
        match &tree.kind {
            TreeKind::Map(entries) => self.check_map(tree, entries, key, schema, path, faults),
            TreeKind::List(items) => self.check_list(items, schema, path, faults),
            _ => {}
        }
    }

    fn check_one_of(
        &self,
        tree: &Tree,
        key: Option<&TreeEntry>,
        schema: &Schema,
        path: &mut Vec<String>,
        faults: &mut Vec<Fault>,
    ) {
        let mut best: Vec<Fault> = Vec::new();
        for (at, choice) in schema.one_of.iter().enumerate() {
            let mut own = Vec::new();
            self.check(tree, key, choice, path, &mut own);
            if own.is_empty() {
                return;
            }
            let deepest = |it: &[Fault]| it.iter().map(|it| it.depth).max().unwrap_or_default();
            if at == 0 || deepest(&own) > deepest(&best) {
                best = own;
            }
        }
        let only_types = best.iter().all(|it| it.depth == path.len());
        if only_types
            && schema.one_of.len() > 1
            && let Some(first) = best.first()
        {
            let types: Vec<String> = schema.one_of.iter().flat_map(|it| self.types_of(it)).collect();
            let message = format!("{} must be {}", said(path), list_of_types(&types));
            faults.push(Fault::new(message, first.shape.span, first.depth));
            return;
        }
        faults.extend(best);
    }

    fn types_of(&self, schema: &Schema) -> Vec<String> {
        match schema.reference.as_ref().and_then(|it| self.named.get(it)) {
            Some(named) => self.types_of(named),
            None if schema.types.is_empty() => {
                schema.one_of.iter().flat_map(|it| self.types_of(it)).collect()
            }
            None => schema.types.clone(),
        }
    }

    fn check_scalar(
        &self,
        tree: &Tree,
        span: Span,
        schema: &Schema,
        path: &[String],
        faults: &mut Vec<Fault>,
    ) {
        let depth = path.len();
        let Some(text) = tree.to_text().filter(|_| !tree.is_unknown()) else { return };
        if !schema.values.is_empty() && !schema.values.iter().any(|it| it == text.as_str()) {
            let values: Vec<String> = schema.values.iter().map(|it| format!("`{it}`")).collect();
            let message = format!("{} must be one of {}", said(path), values.join(", "));
            faults.push(Fault::new(message, span, depth));
        }
        if schema.is_container_name && !holds_container_name(text.as_str()) {
            let message = "the name of a container has two letters or digits at least".to_owned();
            faults.push(Fault::new(message, span, depth));
        }
        let number = match &tree.kind {
            TreeKind::Integer(text) | TreeKind::Float(text) => text.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let Some(number) = number else { return };
        if let Some(least) = schema.minimum.filter(|it| number < *it) {
            let message = format!("{} must be at least {least}", said(path));
            faults.push(Fault::new(message, span, depth));
        }
        if let Some(most) = schema.maximum.filter(|it| number > *it) {
            let message = format!("{} must be at most {most}", said(path));
            faults.push(Fault::new(message, span, depth));
        }
    }

    fn check_map(
        &self,
        tree: &Tree,
        entries: &[TreeEntry],
        key: Option<&TreeEntry>,
        schema: &Schema,
        path: &mut Vec<String>,
        faults: &mut Vec<Fault>,
    ) {
        for name in schema.required.iter().filter(|it| tree.get(it).is_none()) {
            let span = key.map_or(tree.span, |it| it.key.span);
            let message = format!("{} needs `{name}`", said(path));
            let shape = ShapeFault { message, span, is_missing: true };
            faults.push(Fault { shape, depth: path.len() });
        }
        for entry in entries {
            let name = entry.key.value.as_str();
            let mut is_known = false;
            path.push(name.to_owned());
            if let Some(property) = schema.properties.get(name) {
                is_known = true;
                self.check(&entry.value, Some(entry), property, path, faults);
            }
            for (pattern, property) in &schema.patterns {
                if pattern.fits(name) {
                    is_known = true;
                    self.check(&entry.value, Some(entry), property, path, faults);
                }
            }
            path.pop();
            if !is_known && schema.is_closed {
                let span = entry.key.span;
                faults.push(Fault::new(unknown_key(name, path, schema), span, path.len() + 1));
            }
        }
    }

    fn check_list(&self, items: &[Tree], schema: &Schema, path: &mut Vec<String>, faults: &mut Vec<Fault>) {
        if let Some(each) = &schema.items {
            for (at, item) in items.iter().enumerate() {
                path.push(at.to_string());
                self.check(item, None, each, path, faults);
                path.pop();
            }
        }
        if !schema.is_unique {
            return;
        }
        let mut known: FxHashSet<String> = FxHashSet::default();
        for item in items.iter().filter(|it| !it.is_unknown()) {
            let Some(text) = item.to_text() else { continue };
            if !known.insert(text.as_str().to_owned()) {
                let message = format!("`{}` is in the list twice", text.as_str());
                faults.push(Fault::new(message, item.span, path.len()));
            }
        }
    }
}

impl Schema {
    fn read(node: &Node) -> Self {
        let text = |node: &Node| node.as_text().map(|it| it.as_str().to_owned());
        let texts = |key: &str| -> Vec<String> {
            let Some(node) = node.get(key) else { return Vec::new() };
            match node.as_sequence() {
                Some(items) => items.iter().filter_map(|it| text(it)).collect(),
                None => text(node).into_iter().collect(),
            }
        };
        let number = |key: &str| node.get(key).and_then(text).and_then(|it| it.parse().ok());
        let patterns = node.get("patternProperties").map(schemas).unwrap_or_default();
        Self {
            reference: node
                .get("$ref")
                .and_then(text)
                .map(|it| it.rsplit('/').next().unwrap_or_default().to_owned()),
            types: texts("type"),
            properties: node.get("properties").map(schemas).unwrap_or_default().into_iter().collect(),
            patterns: patterns.into_iter().map(|(key, it)| (Pattern::read(&key), it)).collect(),
            is_closed: node.get("additionalProperties").and_then(Node::as_bool) == Some(false),
            items: node.get("items").map(|it| Box::new(Self::read(it))),
            is_unique: node.get("uniqueItems").and_then(Node::as_bool) == Some(true),
            required: texts("required"),
            one_of: node
                .get("oneOf")
                .and_then(Node::as_sequence)
                .unwrap_or_default()
                .iter()
                .map(|it| Self::read(it))
                .collect(),
            values: texts("enum"),
            is_container_name: node.get("pattern").and_then(text).is_some_and(|it| it == CONTAINER_NAME),
            minimum: number("minimum"),
            maximum: number("maximum"),
        }
    }
}

fn schemas(node: &Node) -> Vec<(String, Schema)> {
    let entries = node.as_mapping().unwrap_or_default().iter();
    entries.filter_map(|it| Some((it.name()?.to_owned(), Schema::read(&it.value)))).collect()
}

/// Whether a value is of a type of JSON Schema; what is not known may be any scalar.
fn is_of_type(tree: &Tree, name: &str) -> bool {
    if tree.is_unknown() {
        return matches!(name, "string" | "boolean" | "integer" | "number");
    }
    match (&tree.kind, name) {
        (TreeKind::Null, "null")
        | (TreeKind::Bool(_), "boolean")
        | (TreeKind::Integer(_), "integer" | "number")
        | (TreeKind::Float(_), "number")
        | (TreeKind::Text(_) | TreeKind::Path(_), "string")
        | (TreeKind::List(_), "array")
        | (TreeKind::Map(_), "object") => true,
        (TreeKind::Float(text), "integer") => text.as_str().parse::<f64>().is_ok_and(|it| it.fract() == 0.0),
        _ => false,
    }
}

fn list_of_types(types: &[String]) -> String {
    let mut out: Vec<&str> = Vec::new();
    for it in types {
        let name = match it.as_str() {
            "string" => "a text",
            "boolean" => "true or false",
            "integer" => "a whole number",
            "number" => "a number",
            "array" => "a list",
            "object" => "a mapping",
            _ => continue,
        };
        if !out.contains(&name) {
            out.push(name);
        }
    }
    out.join(" or ")
}

/// `services.web.ports` as a reader says it.
fn said(path: &[String]) -> String {
    match path.last() {
        None => "a Compose file".to_owned(),
        Some(last) if last.bytes().all(|it| it.is_ascii_digit()) => {
            let list = path.iter().rev().find(|it| !it.bytes().all(|it| it.is_ascii_digit()));
            format!("each item of `{}`", list.map_or("", String::as_str))
        }
        Some(last) => format!("`{last}`"),
    }
}

/// What is said of a section that is indented into `services:`, where it is a service.
fn misplaced(path: &[String]) -> Option<String> {
    let [services, name, ..] = path else { return None };
    let is_section = matches!(name.as_str(), "networks" | "volumes" | "configs" | "secrets" | "version");
    let is_service = services == "services" && is_section && path.len() <= 3;
    is_service
        .then(|| format!("`{name}` is a service here: it is indented too far to be a section of its own"))
}

fn unknown_key(name: &str, path: &[String], schema: &Schema) -> String {
    if let Some(message) = misplaced(path) {
        return message;
    }
    let parent = path.last().map_or("at the top".to_owned(), |it| format!("in `{it}`"));
    if !schema.patterns.is_empty() && schema.properties.is_empty() {
        return format!("`{name}` is no name that Compose takes {parent}");
    }
    format!("Compose knows no key `{name}` {parent}")
}
