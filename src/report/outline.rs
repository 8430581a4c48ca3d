//! What was understood, as a tree of plain entries: the form in which `reachlint facts` and
//! `reachlint model` answer "why did it say that?".

use std::io;

use serde_json::{Map, Value, json};

use super::place;
use crate::source::{Position, SourceMap, Span};

/// One entry: `listener :8080 (main.go:9:27)` with what belongs to it below.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// What it is, one or two words.
    pub kind: String,
    /// Its text, empty when the kind says all.
    pub text: String,
    /// Where it is written.
    pub span: Option<Span>,
    /// What belongs to it.
    pub children: Vec<Entry>,
}

impl Entry {
    /// An entry without place and children.
    #[must_use]
    pub fn new(kind: impl Into<String>, text: impl Into<String>) -> Self {
        Self { kind: kind.into(), text: text.into(), ..Self::default() }
    }

    /// The same entry, written at `span`.
    #[must_use]
    pub fn at(mut self, span: impl Into<Option<Span>>) -> Self {
        self.span = span.into();
        self
    }

    /// The same entry with `child` below it.
    #[must_use]
    pub fn with(mut self, child: Entry) -> Self {
        self.children.push(child);
        self
    }

    /// The same entry with `children` below it.
    #[must_use]
    pub fn with_all(mut self, children: impl IntoIterator<Item = Entry>) -> Self {
        self.children.extend(children);
        self
    }

    /// The same entry with what was not resolved, and why, below it.
    #[must_use]
    pub fn unresolved(self, reason: impl std::fmt::Display, span: impl Into<Option<Span>>) -> Self {
        self.with(Entry::new("not resolved", reason.to_string()).at(span))
    }
}

/// Writes the tree, one line an entry, two blanks a level. `prefix` stands before each path.
///
/// # Errors
/// What `out` reports.
pub fn write_text(
    entries: &[Entry],
    sources: &SourceMap,
    prefix: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    for entry in entries {
        write_entry(entry, 0, sources, prefix, out)?;
    }
    Ok(())
}

/// Writes the tree as JSON: `{"version", "entries": [{"kind", "text", "file", "line", "column",
/// "children": [...]}]}`; file, line and column are absent where an entry has no place, `children`
/// where it has none.
///
/// # Errors
/// What `out` reports.
pub fn write_json(entries: &[Entry], sources: &SourceMap, out: &mut dyn io::Write) -> io::Result<()> {
    let entries: Vec<Value> = entries.iter().map(|it| to_json(it, sources)).collect();
    let document = json!({ "version": env!("CARGO_PKG_VERSION"), "entries": entries });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn write_entry(
    entry: &Entry,
    depth: usize,
    sources: &SourceMap,
    prefix: &str,
    out: &mut dyn io::Write,
) -> io::Result<()> {
    let mut line = format!("{:indent$}{}", "", entry.kind, indent = depth * 2);
    if !entry.text.is_empty() {
        let separator = if entry.kind == "not resolved" { ": " } else { " " };
        line.push_str(separator);
        line.push_str(&entry.text.replace('\n', " "));
    }
    if let Some(span) = entry.span {
        line.push_str(&format!("  ({})", place::locus(sources, prefix, span)));
    }
    writeln!(out, "{}", place::printable(&line))?;
    for child in &entry.children {
        write_entry(child, depth + 1, sources, prefix, out)?;
    }
    Ok(())
}

fn to_json(entry: &Entry, sources: &SourceMap) -> Value {
    let mut object = Map::new();
    object.insert("kind".into(), entry.kind.as_str().into());
    object.insert("text".into(), entry.text.as_str().into());
    if let Some(span) = entry.span {
        let file = sources.file(span.file);
        let Position { line, column } = file.lines().position(file.text(), span.start as usize);
        object.insert("file".into(), file.path().into());
        object.insert("line".into(), line.into());
        object.insert("column".into(), column.into());
    }
    if !entry.children.is_empty() {
        let children = entry.children.iter().map(|it| to_json(it, sources)).collect();
        object.insert("children".into(), Value::Array(children));
    }
    Value::Object(object)
}
