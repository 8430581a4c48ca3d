//! A text that is put together from several ranges of one file.

use std::ops::Range;

use super::{FileId, Span, Spanned, Text};

/// A text of which every byte stands somewhere in one file, but not necessarily in one run: a
/// Dockerfile instruction whose continuation lines are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Joined {
    file: FileId,
    text: String,
    pieces: Vec<Piece>,
}

/// From `at` in the text on, the bytes are those from `source` on in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    at: usize,
    source: usize,
}

impl Joined {
    /// An empty text of `file`.
    #[must_use]
    pub fn new(file: FileId) -> Self {
        Self { file, text: String::new(), pieces: Vec::new() }
    }

    /// `text`, which stands from byte `source` on in `file`.
    #[must_use]
    pub fn at(file: FileId, text: &str, source: usize) -> Self {
        let mut it = Self::new(file);
        it.push(text, source);
        it
    }

    /// Appends `text`, which stands from byte `source` on.
    pub fn push(&mut self, text: &str, source: usize) {
        self.pieces.push(Piece { at: self.text.len(), source });
        self.text.push_str(text);
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Where the bytes `range` are written; what lies between two pieces is part of it.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let start = self.source_of(range.start);
        let end = if range.is_empty() { start } else { self.source_of(range.end - 1) + 1 };
        Span::new(self.file, start, end.max(start))
    }

    /// Where the whole text is written.
    #[must_use]
    pub fn whole_span(&self) -> Span {
        self.span(0..self.text.len())
    }

    /// The bytes `range` as a text of its own; `range` on character boundaries.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Self {
        let mut out = Self::new(self.file);
        for (index, piece) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.at);
            let (from, to) = (range.start.max(piece.at), range.end.min(end));
            if from < to || (range.is_empty() && from == to && out.pieces.is_empty()) {
                out.push(&self.text[from..to], piece.source + (from - piece.at));
            }
        }
        out
    }

    /// The bytes `range` with their place.
    #[must_use]
    pub fn spanned(&self, range: Range<usize>) -> Spanned<String> {
        Spanned::new(self.text[range.clone()].to_owned(), self.span(range))
    }

    /// The bytes `range` as a [`Text`]; an empty one keeps its place.
    #[must_use]
    pub fn text(&self, range: Range<usize>) -> Text {
        if range.is_empty() {
            return Text::new("", self.span(range));
        }
        let mut out = Text::default();
        for (index, piece) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(index + 1).map_or(self.text.len(), |next| next.at);
            let (from, to) = (range.start.max(piece.at), range.end.min(end));
            if from < to {
                let source = piece.source + (from - piece.at);
                out.push(&self.text[from..to], Span::new(self.file, source, source + (to - from)));
            }
        }
        out
    }

    fn source_of(&self, at: usize) -> usize {
        let index = self.pieces.partition_point(|it| it.at <= at);
        match index.checked_sub(1).map(|it| self.pieces[it]) {
            Some(piece) => piece.source + (at - piece.at),
            None => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_over_two_pieces_covers_what_lies_between() {
        let mut joined = Joined::at(FileId(0), "RUN a ", 0);
        joined.push("b c", 20);
        assert_eq!(joined.span(4..5), Span::new(FileId(0), 4, 5));
        assert_eq!(joined.span(4..7), Span::new(FileId(0), 4, 21));
        assert_eq!(joined.slice(5..9).span(1..2), Span::new(FileId(0), 20, 21));
        assert_eq!(joined.slice(5..9).as_str(), " b c");
    }
}
