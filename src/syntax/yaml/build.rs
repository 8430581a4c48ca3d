//! The only place that knows the parser crate: its events become our nodes.

use std::sync::Arc;

use granit_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use rustc_hash::{FxHashMap, FxHashSet};

use super::place::{Quote, place};
use super::{Entry, Node, NodeKind, Scalar, Stream, Style};
use crate::source::{FileId, Span, Spanned, Text};

/// Collections in collections; real files have about ten.
const NESTING_LIMIT: usize = 200;

/// Nodes that aliases and merge keys of one file may add, so that a few lines of aliases of
/// aliases cannot stand for billions of nodes.
const EXPANSION_LIMIT: usize = 1_000_000;

/// How often a broken file is read again without the line that broke it.
const ATTEMPTS: usize = 12;

/// Above this size a broken file is not read again.
const RETRY_LIMIT: usize = 1 << 20;

pub(super) fn stream(file: FileId, source: &str) -> Stream {
    let (mut out, failure) = read(file, source);
    let Some(mut failure) = failure else { return out };
    let first = failure.error.clone();
    let mut masked = source.to_owned();
    for _ in 0..ATTEMPTS {
        if source.len() > RETRY_LIMIT || !mask_line(&mut masked, &failure) {
            break;
        }
        let (next, again) = read(file, &masked);
        out = next;
        let Some(again) = again else { break };
        failure = again;
    }
    // What the parser says of the later attempts may be a consequence of the lines left out.
    out.errors.push(first);
    out.errors.sort_by_key(|it| it.span.start);
    out
}

struct Failure {
    error: Spanned<String>,
    /// Where the parser was.
    at: usize,
    /// The end of the last event before.
    after: usize,
    /// The outermost bracket that is open.
    bracket: Option<usize>,
}

/// One reading of the whole file; at an error the open collections are closed and the next
/// document, if there is one, is read.
fn read(file: FileId, source: &str) -> (Stream, Option<Failure>) {
    let mut options = granit_parser::options! {
        emit_comments: false,
        emit_unresolved_aliases: true,
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: NESTING_LIMIT,
        block_nesting_limit: NESTING_LIMIT,
        simple_key_max_lookahead: 1024,
    };
    options.max_buffered_comment_events = usize::MAX;
    let mut parser = Parser::new_from_str_with_options(source, options);
    let mut builder = Builder::new(file, source);
    let mut first: Option<Failure> = None;
    while let Some(event) = parser.next() {
        match event {
            Ok((event, span)) => builder.take(event, span.byte_range().unwrap_or_default()),
            Err(error) => {
                let failure = builder.failure(&error);
                builder.close_document();
                if first.is_none() {
                    first = Some(failure);
                }
                if !matches!(parser.proceed_next_document(), Ok(true)) {
                    break;
                }
            }
        }
    }
    builder.close_document();
    (builder.out, first)
}

/// Blanks the line that broke the file; `false` when there is none left to blank.
fn mask_line(text: &mut String, failure: &Failure) -> bool {
    let line_of = |at: usize| {
        let at = at.min(text.len());
        let start = memchr::memrchr(b'\n', &text.as_bytes()[..at]).map_or(0, |it| it + 1);
        let end = memchr::memchr(b'\n', &text.as_bytes()[at..]).map_or(text.len(), |it| at + it);
        start..end
    };
    let behind = text.get(failure.after..).unwrap_or_default();
    let token = failure.after + (behind.len() - behind.trim_start().len());
    let indentation = |at: usize| {
        let line = &text[line_of(at)];
        line.len() - line.trim_start().len()
    };
    // A bracket that is not closed swallows lines that are indented no deeper than its own.
    let unclosed = failure
        .bracket
        .filter(|bracket| failure.at >= text.len() || indentation(failure.at) <= indentation(*bracket));
    for at in unclosed.into_iter().chain([failure.at, token]) {
        let line = line_of(at);
        if !text[line.clone()].trim().is_empty() {
            let blank = " ".repeat(line.len());
            text.replace_range(line, &blank);
            return true;
        }
    }
    false
}

struct Builder<'a> {
    file: FileId,
    source: &'a str,
    out: Stream,
    open: Vec<Frame>,
    /// Nodes with an anchor, and how many nodes they stand for.
    anchors: FxHashMap<usize, (Arc<Node>, usize)>,
    /// Nodes that aliases have added so far.
    expanded: usize,
    last_end: usize,
}

/// A collection that is not closed yet.
struct Frame {
    anchor: usize,
    tag: Option<Spanned<String>>,
    start: usize,
    end: usize,
    /// Itself and all nodes below it.
    weight: usize,
    items: Items,
}

enum Items {
    Sequence(Vec<Arc<Node>>),
    Mapping { entries: Vec<Entry>, key: Option<Arc<Node>> },
}

impl<'a> Builder<'a> {
    fn new(file: FileId, source: &'a str) -> Self {
        Self {
            file,
            source,
            out: Stream::default(),
            open: Vec::new(),
            anchors: FxHashMap::default(),
            expanded: 0,
            last_end: 0,
        }
    }

    fn take(&mut self, event: Event<'_>, range: std::ops::Range<usize>) {
        self.last_end = self.last_end.max(range.end);
        match event {
            Event::DocumentStart(..) | Event::DocumentEnd => self.close_document(),
            Event::Scalar(value, style, anchor, tag) => {
                let node = self.scalar(&value, style, tag.as_deref(), range.clone());
                self.add(Arc::new(node), anchor, 1, range.end);
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.push(anchor, tag.as_deref(), range, Items::Sequence(Vec::new()));
            }
            Event::MappingStart(_, anchor, tag) => {
                self.push(anchor, tag.as_deref(), range, Items::Mapping { entries: Vec::new(), key: None });
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(range),
            Event::Alias(id) => self.alias(id, range),
            Event::UnresolvedAlias(name) => {
                self.error(format!("there is no anchor `&{name}` above"), range.clone());
                self.add_nothing(range);
            }
            _ => {}
        }
    }

    fn push(&mut self, anchor: usize, tag: Option<&Tag>, range: std::ops::Range<usize>, items: Items) {
        let tag = self.tag(tag, range.start);
        let frame = Frame { anchor, tag, start: range.start, end: range.end, weight: 1, items };
        self.open.push(frame);
    }

    fn scalar(
        &self,
        value: &str,
        style: ScalarStyle,
        tag: Option<&Tag>,
        mut range: std::ops::Range<usize>,
    ) -> Node {
        let tag = self.tag(tag, range.start);
        let (style, quote) = match style {
            ScalarStyle::Plain => (Style::Plain, Quote::None),
            ScalarStyle::SingleQuoted => (Style::Quoted, Quote::Single),
            ScalarStyle::DoubleQuoted => (Style::Quoted, Quote::Double),
            ScalarStyle::Literal | ScalarStyle::Folded => (Style::Block, Quote::None),
        };
        if style == Style::Quoted && range.len() >= 2 {
            range = range.start + 1..range.end - 1;
        }
        let raw = self.source.get(range.clone()).unwrap_or_default();
        // The parser writes `~` for a value that is not there.
        let value = if style == Style::Plain && raw.is_empty() { "" } else { value };
        let text = place(self.file, range.start, raw, value, quote);
        let end = if style == Style::Block { range.start + raw.trim_end().len() } else { range.end };
        Node {
            kind: NodeKind::Scalar(Scalar { text, style }),
            span: Span::new(self.file, range.start, end),
            tag,
        }
    }

    fn tag(&self, tag: Option<&Tag>, at: usize) -> Option<Spanned<String>> {
        let tag = tag?;
        let value = if tag.is_yaml_core_schema() {
            format!("!!{}", tag.core_suffix().unwrap_or_default())
        } else {
            tag.original()
        };
        Some(Spanned::new(value, Span::new(self.file, at, at)))
    }

    fn alias(&mut self, id: usize, range: std::ops::Range<usize>) {
        let Some((node, weight)) = self.anchors.get(&id).cloned() else {
            self.error("an alias inside of its own anchor".to_owned(), range.clone());
            return self.add_nothing(range);
        };
        if !self.may_expand(weight, &range) {
            return self.add_nothing(range);
        }
        self.add(node, 0, weight, range.end);
    }

    fn may_expand(&mut self, weight: usize, range: &std::ops::Range<usize>) -> bool {
        let before = self.expanded;
        self.expanded = before.saturating_add(weight);
        if self.expanded <= EXPANSION_LIMIT {
            return true;
        }
        if before <= EXPANSION_LIMIT {
            let message = format!("the aliases of this file stand for more than {EXPANSION_LIMIT} values");
            self.error(message, range.clone());
            self.expanded = EXPANSION_LIMIT + 1;
        }
        false
    }

    fn add_nothing(&mut self, range: std::ops::Range<usize>) {
        let span = Span::new(self.file, range.start, range.end);
        let kind = NodeKind::Scalar(Scalar { text: Text::new("", span), style: Style::Plain });
        self.add(Arc::new(Node { kind, span, tag: None }), 0, 1, range.end);
    }

    fn add(&mut self, node: Arc<Node>, anchor: usize, weight: usize, end: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, (Arc::clone(&node), weight));
        }
        let Some(frame) = self.open.last_mut() else {
            self.out.documents.push(node);
            return;
        };
        frame.end = frame.end.max(end);
        frame.weight = frame.weight.saturating_add(weight);
        match &mut frame.items {
            Items::Sequence(items) => items.push(node),
            Items::Mapping { entries, key } => match key.take() {
                None => *key = Some(node),
                Some(key) => entries.push(Entry { key, value: node, merged: false }),
            },
        }
    }

    /// Ends the innermost collection. The end of a block collection is told at the next token, so
    /// only that of a flow collection says where it ends.
    fn close(&mut self, range: std::ops::Range<usize>) {
        let Some(mut frame) = self.open.pop() else { return };
        frame.end = frame.end.max(frame.start);
        let end = if range.is_empty() { frame.end } else { range.end };
        let kind = match frame.items {
            Items::Sequence(items) => NodeKind::Sequence(items),
            Items::Mapping { mut entries, key } => {
                // A key whose value could not be read.
                if let Some(key) = key {
                    let span = Span::new(self.file, end, end);
                    let nothing = NodeKind::Scalar(Scalar { text: Text::new("", span), style: Style::Plain });
                    let value = Arc::new(Node { kind: nothing, span, tag: None });
                    entries.push(Entry { key, value, merged: false });
                }
                NodeKind::Mapping(self.merge(entries))
            }
        };
        let weight = match &kind {
            NodeKind::Mapping(entries) => frame.weight.max(entries.len() * 2),
            _ => frame.weight,
        };
        let node = Node { kind, span: Span::new(self.file, frame.start, end), tag: frame.tag };
        self.add(Arc::new(node), frame.anchor, weight, end);
    }

    fn close_document(&mut self) {
        while let Some(frame) = self.open.last() {
            let end = frame.end;
            self.close(end..end);
        }
        self.anchors.clear();
    }

    /// Replaces `<<: *base` and `<<: [*first, *second]` by the entries they bring. What the mapping
    /// says itself wins, and of several bases the first: <https://yaml.org/type/merge.html>.
    fn merge(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        if !entries.iter().any(is_merge) {
            return entries;
        }
        let (merges, mut out): (Vec<_>, Vec<_>) = entries.into_iter().partition(is_merge);
        let mut known: FxHashSet<String> = out.iter().filter_map(Entry::name).map(str::to_owned).collect();
        let bases = merges.iter().flat_map(|entry| match &entry.value.kind {
            NodeKind::Sequence(items) => items.as_slice(),
            _ => std::slice::from_ref(&entry.value),
        });
        for base in bases {
            let range = base.span.range();
            let Some(theirs) = base.as_mapping() else {
                // An alias beyond the limit is nothing, and was told already.
                if self.expanded <= EXPANSION_LIMIT {
                    self.error("a merge key takes mappings only".to_owned(), range);
                }
                continue;
            };
            if !self.may_expand(theirs.len(), &range) {
                continue;
            }
            for entry in theirs {
                let Some(name) = entry.name() else { continue };
                if known.insert(name.to_owned()) {
                    out.push(Entry { merged: true, ..entry.clone() });
                }
            }
        }
        out
    }

    fn error(&mut self, message: String, range: std::ops::Range<usize>) {
        self.out.errors.push(Spanned::new(message, Span::new(self.file, range.start, range.end)));
    }

    fn failure(&self, error: &ScanError) -> Failure {
        let mut at = error.marker().byte_offset().unwrap_or(self.source.len()).min(self.source.len());
        while !self.source.is_char_boundary(at) {
            at -= 1;
        }
        // A tab in the indentation is told where the scalar before it starts.
        let info = error.info();
        if info.contains("found a tab") {
            at += memchr::memchr(b'\t', &self.source.as_bytes()[at..]).unwrap_or(0);
        }
        let flow = |frame: &&Frame| {
            self.source.as_bytes().get(frame.start).is_some_and(|it| matches!(it, b'[' | b'{'))
        };
        let bracket = self.open.iter().find(flow).map(|it| it.start);
        // Up to the end of the line, so that there is something to underline.
        let rest = &self.source[at..];
        let line = rest.lines().next().unwrap_or_default().trim_end_matches([' ', '\r']);
        let span = Span::new(self.file, at, at + line.len());
        Failure { error: Spanned::new(info, span), at, after: self.last_end, bracket }
    }
}

fn is_merge(entry: &Entry) -> bool {
    entry.key.as_scalar().is_some_and(|it| it.style == Style::Plain && it.text.as_str() == "<<")
}
