//! A YAML document as plain values, which is what Compose and kustomize merge: what a key means is told
//! only when all files are one.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::yaml::{Entry, Node, NodeKind, Scalar, Style};

/// A value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// What it holds.
    pub kind: TreeKind,
    /// Where it is written; of a scalar without its quotes.
    pub span: Span,
}

impl Default for Tree {
    fn default() -> Self {
        Self { kind: TreeKind::Null, span: Span::new(FileId(0), 0, 0) }
    }
}

/// What a [`Tree`] holds.
#[derive(Clone, Debug, PartialEq)]
pub enum TreeKind {
    /// Nothing.
    Null,
    /// A truth value.
    Bool(bool),
    /// A whole number, in decimal.
    Integer(Text),
    /// Another number, as Go prints it.
    Float(Text),
    /// A text.
    Text(Text),
    /// A path that is resolved: relative to the project's root, or absolute.
    Path(Text),
    /// A list.
    List(Vec<Tree>),
    /// A mapping, in order, each key once.
    Map(Vec<TreeEntry>),
}

/// One entry of a mapping.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeEntry {
    /// The key.
    pub key: Spanned<String>,
    /// The value.
    pub value: Tree,
    /// Key and value; the key alone when the value stands elsewhere.
    pub span: Span,
}

/// Stands for what is not known in a text that is known in part.
pub const UNKNOWN: char = '\u{FFFD}';

impl Tree {
    /// A text.
    #[must_use]
    pub fn text(text: Text, span: Span) -> Self {
        Self { kind: TreeKind::Text(text), span }
    }

    /// A text that is not written anywhere but follows from what is written at `span`.
    #[must_use]
    pub fn implied(text: &str, span: Span) -> Self {
        Self::text(Text::new(text, span), span)
    }

    /// A scalar without quotes: a number, a truth value, nothing, or a text.
    #[must_use]
    pub fn resolved(text: Text, span: Span) -> Self {
        let kind = NodeKind::Scalar(Scalar { text, style: Style::Plain });
        Self { kind: scalar(&Node { kind, span, tag: None }), span }
    }

    /// A mapping.
    #[must_use]
    pub fn map(entries: Vec<TreeEntry>, span: Span) -> Self {
        Self { kind: TreeKind::Map(entries), span }
    }

    /// Whether it is nothing.
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.kind == TreeKind::Null
    }

    /// Whether a part of it is not known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(&self.kind, TreeKind::Text(text) if text.as_str().contains(UNKNOWN))
    }

    /// The entries, when it is a mapping.
    #[must_use]
    pub fn as_map(&self) -> Option<&[TreeEntry]> {
        match &self.kind {
            TreeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The entries, when it is a mapping.
    pub fn as_map_mut(&mut self) -> Option<&mut Vec<TreeEntry>> {
        match &mut self.kind {
            TreeKind::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The items, when it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Tree]> {
        match &self.kind {
            TreeKind::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text, when it is one; numbers and truth values are none.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            TreeKind::Text(text) | TreeKind::Path(text) => Some(text),
            _ => None,
        }
    }

    /// The truth value, when it is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self.kind {
            TreeKind::Bool(it) => Some(it),
            _ => None,
        }
    }

    /// What Go prints of a scalar; `None` for null, lists and mappings.
    #[must_use]
    pub fn to_text(&self) -> Option<Text> {
        match &self.kind {
            TreeKind::Text(text) | TreeKind::Path(text) => Some(text.clone()),
            TreeKind::Integer(text) | TreeKind::Float(text) => Some(text.clone()),
            TreeKind::Bool(it) => Some(Text::new(if *it { "true" } else { "false" }, self.span)),
            _ => None,
        }
    }

    /// The entry of that key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&TreeEntry> {
        self.as_map()?.iter().find(|it| it.key.value == key)
    }

    /// The value of that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Tree> {
        Some(&self.entry(key)?.value)
    }

    /// The value of that key.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Tree> {
        Some(&mut self.as_map_mut()?.iter_mut().find(|it| it.key.value == key)?.value)
    }

    /// Sets the value of a key, in its old place when there is one.
    pub fn set(&mut self, key: &Spanned<String>, value: Tree) {
        let Some(entries) = self.as_map_mut() else { return };
        match entries.iter_mut().find(|it| it.key.value == key.value) {
            Some(entry) => entry.value = value,
            None => entries.push(TreeEntry { key: key.clone(), span: key.span, value }),
        }
    }

    /// Sets an entry in place of the one of its key.
    pub fn replace(&mut self, new: &TreeEntry) {
        let Some(entries) = self.as_map_mut() else { return };
        match entries.iter_mut().find(|it| it.key.value == new.key.value) {
            Some(entry) => *entry = new.clone(),
            None => entries.push(new.clone()),
        }
    }

    /// Takes the value of a key out.
    pub fn take(&mut self, key: &str) -> Option<Tree> {
        let entries = self.as_map_mut()?;
        let at = entries.iter().position(|it| it.key.value == key)?;
        Some(entries.remove(at).value)
    }

    /// This value, which is written in `whole` as in a file of its own, with the places where `whole`
    /// itself is written.
    #[must_use]
    pub fn within(self, whole: &Text) -> Self {
        let span = whole.place(self.span);
        let kind = match self.kind {
            TreeKind::Integer(text) => TreeKind::Integer(text.within(whole)),
            TreeKind::Float(text) => TreeKind::Float(text.within(whole)),
            TreeKind::Text(text) => TreeKind::Text(text.within(whole)),
            TreeKind::Path(text) => TreeKind::Path(text.within(whole)),
            TreeKind::List(items) => TreeKind::List(items.into_iter().map(|it| it.within(whole)).collect()),
            TreeKind::Map(entries) => {
                let entries = entries.into_iter().map(|it| TreeEntry {
                    key: Spanned { span: whole.place(it.key.span), ..it.key },
                    value: it.value.within(whole),
                    span: whole.place(it.span),
                });
                TreeKind::Map(entries.collect())
            }
            kind @ (TreeKind::Null | TreeKind::Bool(_)) => kind,
        };
        Self { kind, span }
    }

    /// As a YAML node, so that one reader reads what is written and what is put together.
    #[must_use]
    pub(super) fn to_node(&self) -> Node {
        let scalar = |text: &Text, style| NodeKind::Scalar(Scalar { text: text.clone(), style });
        let kind = match &self.kind {
            TreeKind::Null => scalar(&Text::new("", self.span), Style::Plain),
            TreeKind::Bool(it) => {
                scalar(&Text::new(if *it { "true" } else { "false" }, self.span), Style::Plain)
            }
            TreeKind::Integer(text) | TreeKind::Float(text) => scalar(text, Style::Plain),
            TreeKind::Text(text) | TreeKind::Path(text) => scalar(text, Style::Quoted),
            TreeKind::List(items) => {
                NodeKind::Sequence(items.iter().map(|it| Arc::new(it.to_node())).collect())
            }
            TreeKind::Map(entries) => {
                let entries = entries.iter().map(|it| {
                    let key = scalar(&Text::from(it.key.clone()), Style::Quoted);
                    let key = Node { kind: key, span: it.key.span, tag: None };
                    Entry { key: Arc::new(key), value: Arc::new(it.value.to_node()), merged: false }
                });
                NodeKind::Mapping(entries.collect())
            }
        };
        Node { kind, span: self.span, tag: None }
    }

    /// Whether both hold the same, wherever it is written and in whichever order its keys are.
    #[must_use]
    pub fn says_same(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (TreeKind::Map(own), TreeKind::Map(theirs)) => {
                own.len() == theirs.len()
                    && own
                        .iter()
                        .all(|it| other.get(&it.key.value).is_some_and(|that| it.value.says_same(that)))
            }
            (TreeKind::List(own), TreeKind::List(theirs)) => {
                own.len() == theirs.len() && own.iter().zip(theirs).all(|(a, b)| a.says_same(b))
            }
            (TreeKind::Text(own), TreeKind::Text(theirs))
            | (TreeKind::Path(own), TreeKind::Path(theirs))
            | (TreeKind::Integer(own), TreeKind::Integer(theirs))
            | (TreeKind::Float(own), TreeKind::Float(theirs)) => own.as_str() == theirs.as_str(),
            (own, theirs) => own == theirs,
        }
    }
}

/// What one YAML document holds, and what its tags mean to Compose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Content {
    /// The values, what is tagged `!reset` left out.
    pub tree: Tree,
    /// Paths of values that are tagged `!reset` or `!override`: what earlier files say there is forgotten.
    pub replaced: Vec<Vec<String>>,
    /// What the tools refuse: a key that is there twice, a key that is no text.
    pub faults: Vec<Spanned<String>>,
}

/// Reads one YAML document.
#[must_use]
pub fn read(node: &Node) -> Content {
    let mut reader = Reader { path: Vec::new(), replaced: Vec::new(), faults: Vec::new() };
    let tree = reader.tree(node).unwrap_or(Tree { kind: TreeKind::Null, span: node.span });
    Content { tree, replaced: reader.replaced, faults: reader.faults }
}

struct Reader {
    path: Vec<String>,
    replaced: Vec<Vec<String>>,
    faults: Vec<Spanned<String>>,
}

impl Reader {
    /// `None` for what is tagged `!reset`.
    fn tree(&mut self, node: &Node) -> Option<Tree> {
        match node.tag.as_ref().map(|it| it.value.as_str()) {
            Some("!reset") => {
                self.replaced.push(self.path.clone());
                return None;
            }
            // Tags below an `!override` are not looked at.
            Some("!override") => self.replaced.push(self.path.clone()),
            _ => {}
        }
        let kind = match &node.kind {
            NodeKind::Scalar(_) => scalar(node),
            NodeKind::Sequence(items) => TreeKind::List(self.list(items)),
            NodeKind::Mapping(entries) => TreeKind::Map(self.map(entries)),
        };
        Some(Tree { kind, span: node.span })
    }

    fn list(&mut self, items: &[Arc<Node>]) -> Vec<Tree> {
        let mut out = Vec::with_capacity(items.len());
        for (at, item) in items.iter().enumerate() {
            self.path.push(at.to_string());
            out.extend(self.tree(item));
            self.path.pop();
        }
        out
    }

    /// Of a key that is there twice the last holds, though Compose refuses the file.
    fn map(&mut self, entries: &[Entry]) -> Vec<TreeEntry> {
        let mut out: Vec<TreeEntry> = Vec::with_capacity(entries.len());
        let mut known: FxHashMap<&str, usize> = FxHashMap::default();
        for entry in entries {
            let Some(name) = entry.name() else {
                self.faults.push(Spanned::new("a key must be a text".to_owned(), entry.key.span));
                continue;
            };
            if !matches!(scalar(&entry.key), TreeKind::Text(_)) {
                let message = format!("the key `{name}` must be a text: put it in quotes");
                self.faults.push(Spanned::new(message, entry.key.span));
            }
            self.path.push(name.to_owned());
            let value = self.tree(&entry.value);
            self.path.pop();
            let key = Spanned::new(name.to_owned(), entry.key.span);
            let Some(value) = value else { continue };
            let read = TreeEntry { key, value, span: entry.span() };
            match known.get(name) {
                Some(at) => {
                    let message = format!("the key `{name}` is there twice");
                    self.faults.push(Spanned::new(message, entry.key.span));
                    out[*at] = read;
                }
                None => {
                    known.insert(name, out.len());
                    out.push(read);
                }
            }
        }
        out
    }
}

/// What yaml.v3 makes of a scalar when nothing says what it should be.
fn scalar(node: &Node) -> TreeKind {
    let Some(scalar) = node.as_scalar() else { return TreeKind::Null };
    if node.is_null() {
        return TreeKind::Null;
    }
    let is_text = node.tag.as_ref().is_some_and(|it| it.value == "!!str");
    let text = node.to_plain_text().unwrap_or_default();
    if is_text || scalar.style != Style::Plain {
        return TreeKind::Text(text);
    }
    match (scalar.text.as_str(), node.is_whole_number()) {
        ("true" | "True" | "TRUE", _) => TreeKind::Bool(true),
        ("false" | "False" | "FALSE", _) => TreeKind::Bool(false),
        (_, Some(true)) => TreeKind::Integer(text),
        (_, Some(false)) => TreeKind::Float(text),
        (_, None) => TreeKind::Text(text),
    }
}
