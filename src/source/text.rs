//! A resolved text that remembers where each part of it is written.

use std::ops::Range;

use super::{Span, Spanned};

/// A text and, for each run of its bytes, the place in a file that decided it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Text {
    string: String,
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    /// End offset in `Text::string`.
    end: usize,
    span: Span,
}

impl Text {
    /// `text`, written at `span`.
    #[must_use]
    pub fn new(text: impl Into<String>, span: Span) -> Self {
        let mut it = Self::default();
        it.push(&text.into(), span);
        it
    }

    /// Appends `text`, written at `span`.
    pub fn push(&mut self, text: &str, span: Span) {
        let start = self.string.len();
        self.string.push_str(text);
        let end = self.string.len();
        // A verbatim run that continues the one before makes one run with it.
        let before = self.pieces.iter().nth_back(1).map_or(0, |it| it.end);
        if let Some(last) = self.pieces.last_mut() {
            let verbatim = last.span.len() == last.end - before && span.len() == end - start;
            if verbatim && last.span.file == span.file && last.span.end == span.start {
                *last = Piece { end, span: last.span.cover(span) };
                return;
            }
        }
        self.pieces.push(Piece { end, span });
    }

    /// Appends another text with its places.
    pub fn append(&mut self, other: &Self) {
        let mut start = 0;
        for piece in &other.pieces {
            self.push(&other.string[start..piece.end], piece.span);
            start = piece.end;
        }
    }

    /// The whole string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.string
    }

    /// The same text with `/` for every backslash, each part where it was.
    #[must_use]
    pub fn with_slashes(&self) -> Self {
        let mut it = self.clone();
        it.string = it.string.replace('\\', "/");
        it
    }

    /// Where the bytes `range` are written. When they come from several places it is the place of
    /// the first; a part whose source is not verbatim (escapes) gives that part whole.
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Option<Span> {
        let mut start = 0;
        for piece in &self.pieces {
            let holds = range.start < piece.end || (range.is_empty() && range.start == piece.end);
            if holds {
                let verbatim = piece.span.len() == piece.end - start;
                if !verbatim {
                    return Some(piece.span);
                }
                let end = range.end.min(piece.end);
                return Some(piece.span.slice(range.start - start..end - start));
            }
            start = piece.end;
        }
        self.pieces.last().map(|it| it.span)
    }

    /// Where the text is written; of several places the first that is not empty.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        let first = self.pieces.iter().find(|it| !it.span.is_empty()).or(self.pieces.first());
        first.map(|it| it.span)
    }

    /// The smallest span that holds every part written in the first part's file; `None` when the text
    /// has no part at all.
    #[must_use]
    pub fn cover(&self) -> Option<Span> {
        let mut spans = self.pieces.iter().map(|it| it.span);
        let first = spans.next()?;
        Some(spans.filter(|it| it.file == first.file).fold(first, Span::cover))
    }

    /// Whether it stands in one place, character for character: no variable decides a part of it.
    #[must_use]
    pub fn is_verbatim(&self) -> bool {
        let files_agree = self.pieces.windows(2).all(|it| it[0].span.file == it[1].span.file);
        files_agree && self.cover().is_some_and(|it| it.len() == self.string.len())
    }

    /// Whether any part of the text is written at `place`.
    #[must_use]
    pub fn is_written_at(&self, place: Span) -> bool {
        self.pieces.iter().any(|it| it.span.contains(place))
    }

    /// This text, whose parts are written in `whole` as in a file of its own, with the places where
    /// `whole` itself is written.
    #[must_use]
    pub fn within(&self, whole: &Self) -> Self {
        let (mut out, mut start) = (Self::default(), 0);
        for piece in &self.pieces {
            let place = whole.slice(piece.span.range());
            if piece.span.len() == piece.end - start {
                out.append(&place);
            } else if let Some(span) = place.cover().or_else(|| whole.cover()) {
                out.push(&self.string[start..piece.end], span);
            }
            start = piece.end;
        }
        out
    }

    /// Where `span` stands, which counts in this text as in a file of its own.
    #[must_use]
    pub fn place(&self, span: Span) -> Span {
        self.slice(span.range()).cover().or_else(|| self.span_of(span.range())).unwrap_or(span)
    }

    /// The part `range` as a text of its own.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut out = Self::default();
        let mut start = 0;
        for piece in &self.pieces {
            let (from, to) = (range.start.max(start), range.end.min(piece.end));
            if from < to {
                let verbatim = piece.span.len() == piece.end - start;
                let span = if verbatim { piece.span.slice(from - start..to - start) } else { piece.span };
                out.push(&self.string[from..to], span);
            }
            start = piece.end;
        }
        out
    }

    /// The parts between white space.
    #[must_use]
    pub fn words(&self) -> Vec<Self> {
        let mut at = 0;
        let mut out = Vec::new();
        for part in self.as_str().split(|it: char| it.is_ascii_whitespace()) {
            if !part.is_empty() {
                out.push(self.slice(at..at + part.len()));
            }
            at += part.len() + 1;
        }
        out
    }
}

impl From<Spanned<String>> for Text {
    fn from(it: Spanned<String>) -> Self {
        Self::new(it.value, it.span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn a_part_is_found_where_it_is_written() {
        let mut text = Text::new(":", Span::new(FileId(0), 10, 11));
        text.push("8080", Span::new(FileId(1), 40, 44));
        assert_eq!(text.as_str(), ":8080");
        assert_eq!(text.span_of(1..5), Some(Span::new(FileId(1), 40, 44)));
        assert_eq!(text.span_of(2..4), Some(Span::new(FileId(1), 41, 43)));
        assert_eq!(text.span_of(0..1), Some(Span::new(FileId(0), 10, 11)));
        assert_eq!(text.slice(1..5).as_str(), "8080");
    }

    #[test]
    fn a_text_in_a_text_is_found_where_the_outer_one_is_written() {
        let mut whole = Text::new("port: ", Span::new(FileId(7), 20, 26));
        whole.push("8080", Span::new(FileId(7), 30, 34));
        let inner = Text::new("8080", Span::new(FileId(0), 6, 10)).within(&whole);
        assert_eq!((inner.as_str(), inner.cover()), ("8080", Some(Span::new(FileId(7), 30, 34))));
        let decoded = Text::new("x", Span::new(FileId(0), 6, 8)).within(&whole);
        assert_eq!((decoded.as_str(), decoded.cover()), ("x", Some(Span::new(FileId(7), 30, 32))));
    }
}
