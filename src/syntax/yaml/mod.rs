//! YAML through parser events into our own node tree with spans.
//!
//! Anchors, aliases and merge keys are resolved here, as Docker's YAML library (yaml.v3) does;
//! duplicate keys are kept, since telling of them is a rule's affair.

mod build;
mod place;
mod scalar;

use std::sync::Arc;

use crate::source::{FileId, Span, Spanned, Text};

/// The documents of one file.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    /// Each document that has a node, in order.
    pub documents: Vec<Arc<Node>>,
    /// What is no YAML. The documents hold what could be read in spite of it.
    pub errors: Vec<Spanned<String>>,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// What it holds.
    pub kind: NodeKind,
    /// From its first to its last character; of a scalar without its quotes. A value that came
    /// through an alias stands where its anchor is.
    pub span: Span,
    /// An explicit tag as written (`!reset`, `!!str`).
    pub tag: Option<Spanned<String>>,
}

/// What a [`Node`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// Text, a number, a truth value or nothing.
    Scalar(Scalar),
    /// A list.
    Sequence(Vec<Arc<Node>>),
    /// A mapping, its entries in order: first its own, then those that merge keys bring.
    Mapping(Vec<Entry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The key.
    pub key: Arc<Node>,
    /// The value.
    pub value: Arc<Node>,
    /// Whether a merge key (`<<`) brought it.
    pub merged: bool,
}

/// A scalar, its escapes and folds undone.
#[derive(Clone, Debug, PartialEq)]
pub struct Scalar {
    /// The text, every run of it with its place.
    pub text: Text,
    /// How it is written.
    pub style: Style,
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes: may be a number, a truth value or null.
    Plain,
    /// In quotes.
    Quoted,
    /// `|` or `>`.
    Block,
}

/// Reads a file. Never fails and never hangs: what is no YAML is left out and told in
/// [`Stream::errors`].
#[must_use]
pub fn parse(file: FileId, text: &str) -> Stream {
    build::stream(file, text)
}

impl Node {
    /// The scalar, when it is one.
    #[must_use]
    pub fn as_scalar(&self) -> Option<&Scalar> {
        match &self.kind {
            NodeKind::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// The text of a scalar that is not null.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        self.as_scalar().filter(|_| !self.is_null()).map(|it| &it.text)
    }

    /// The items, when it is a list.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Arc<Node>]> {
        match &self.kind {
            NodeKind::Sequence(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, when it is a mapping.
    #[must_use]
    pub fn as_mapping(&self) -> Option<&[Entry]> {
        match &self.kind {
            NodeKind::Mapping(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entry of that key; of duplicates the last. `None` also when it is no mapping.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_mapping()?.iter().rev().find(|it| it.name() == Some(key))
    }

    /// The value of that key, see [`Node::entry`].
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        Some(&self.entry(key)?.value)
    }

    /// Whether it is nothing: an empty value, `~` or `null`, not tagged as text.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.tag_name() != Some("!!str") && self.as_scalar().is_some_and(Scalar::is_null)
    }

    /// The truth value, when it is one (`true`, `yes` and so on: Docker decodes into a typed field).
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        self.as_scalar()?.as_bool()
    }

    /// The scalar as the text that Docker makes of it: numbers in decimal, truth values in lower
    /// case, any other text as it is. `None` for null, lists and mappings.
    #[must_use]
    pub fn to_plain_text(&self) -> Option<Text> {
        let scalar = self.as_scalar().filter(|_| !self.is_null())?;
        if scalar.style != Style::Plain || self.tag_name() == Some("!!str") {
            return Some(scalar.text.clone());
        }
        Some(match scalar::canonical(scalar.text.as_str()) {
            Some(text) if text != scalar.text.as_str() => Text::new(text, self.span),
            _ => scalar.text.clone(),
        })
    }

    /// Whether the number that a plain scalar is is a whole one; `None` when it is no number.
    #[must_use]
    pub fn is_whole_number(&self) -> Option<bool> {
        let scalar = self.as_scalar().filter(|it| it.style == Style::Plain)?;
        scalar::is_whole_number(scalar.text.as_str())
    }

    fn tag_name(&self) -> Option<&str> {
        self.tag.as_ref().map(|it| it.value.as_str())
    }
}

impl Entry {
    /// The key, when it is a scalar.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.key.as_scalar().map(|it| it.text.as_str())
    }

    /// Key and value; the key alone when the value stands elsewhere (an alias).
    #[must_use]
    pub fn span(&self) -> Span {
        let (key, value) = (self.key.span, self.value.span);
        if value.file == key.file && value.start >= key.end { key.cover(value) } else { key }
    }
}

impl Scalar {
    fn is_null(&self) -> bool {
        self.style == Style::Plain && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    fn as_bool(&self) -> Option<bool> {
        if self.style != Style::Plain {
            return None;
        }
        scalar::truth(self.text.as_str())
    }
}

#[cfg(test)]
mod tests;
