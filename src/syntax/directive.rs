//! What the formats of proxies have in common: words, and blocks of further words.

use std::ops::Range;

use crate::source::{FileId, Span, Text};

/// One directive: `listen 80;` of nginx, `reverse_proxy app:8080` of Caddy, `bind :80` of HAProxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Its words, quotes and escapes removed; at least one.
    pub words: Vec<Text>,
    /// The directives in its block; `None` when it has none.
    pub block: Option<Vec<Directive>>,
    /// From the first to the last word.
    pub span: Span,
}

impl Directive {
    /// A directive of these words; `None` when there are none.
    pub(super) fn of(words: Vec<Text>, block: Option<Vec<Self>>) -> Option<Self> {
        let first = words.first()?.cover()?;
        let span = words.iter().filter_map(Text::cover).fold(first, Span::cover);
        Some(Self { words, block, span })
    }

    /// Its name: the first word.
    #[must_use]
    pub fn name(&self) -> &str {
        self.words.first().map_or("", Text::as_str)
    }

    /// The words behind the name.
    #[must_use]
    pub fn arguments(&self) -> &[Text] {
        self.words.get(1..).unwrap_or_default()
    }

    /// The directives in its block.
    #[must_use]
    pub fn inner(&self) -> &[Self] {
        self.block.as_deref().unwrap_or_default()
    }
}

/// A place in a file that is read from its start to its end.
pub(super) struct Cursor<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(file: FileId, text: &'a str) -> Self {
        Self { file, text, at: 0 }
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn next(&mut self) -> Option<char> {
        let it = self.peek()?;
        self.at += it.len_utf8();
        Some(it)
    }

    /// Skips characters as long as they fit.
    pub(super) fn skip(&mut self, fits: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&fits) {
            self.next();
        }
    }

    pub(super) fn skip_line(&mut self) {
        self.skip(|it| it != '\n');
    }

    pub(super) fn here(&self) -> usize {
        self.at
    }

    /// An empty text that is written here.
    pub(super) fn empty(&self) -> Text {
        Text::new("", Span::new(self.file, self.at, self.at))
    }

    /// Appends the bytes `range` to a text.
    pub(super) fn push(&self, out: &mut Text, range: Range<usize>) {
        if !range.is_empty() {
            out.push(&self.text[range.clone()], Span::new(self.file, range.start, range.end));
        }
    }

    /// Reads up to `quote`, which is taken as well, a backslash in front of a character that `escaped`
    /// names taken out.
    pub(super) fn quoted(&mut self, quote: char, escaped: impl Fn(char) -> bool) -> Text {
        let mut out = self.empty();
        loop {
            let start = self.at;
            match self.next() {
                None => return out,
                Some(it) if it == quote => return out,
                Some('\\') if self.peek().is_some_and(&escaped) => {
                    let start = self.at;
                    self.next();
                    self.push(&mut out, start..self.at);
                }
                Some(_) => self.push(&mut out, start..self.at),
            }
        }
    }
}
