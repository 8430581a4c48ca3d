//! Lines and columns of spans, in the shape that the JSON formats share.

use serde::Serialize;

use crate::source::{Position, SourceMap, Span};

/// A range of text, both numbers from 1, columns in characters; `end` is one past the last.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct Range {
    start: Point,
    end: Point,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Point {
    line: u32,
    column: u32,
}

impl Range {
    pub(super) fn of(sources: &SourceMap, span: Span) -> Self {
        let file = sources.file(span.file);
        let point = |offset: u32| {
            let Position { line, column } = file.lines().position(file.text(), offset as usize);
            Point { line, column }
        };
        Self { start: point(span.start), end: point(span.end) }
    }
}

/// `path:line:column` of a span's start, columns in characters.
pub(super) fn locus(sources: &SourceMap, prefix: &str, span: Span) -> String {
    let file = sources.file(span.file);
    let Position { line, column } = file.lines().position(file.text(), span.start as usize);
    format!("{prefix}{}:{line}:{column}", file.path())
}

/// `text` without characters that a terminal would act upon (a file under review may be hostile):
/// each is replaced by one of the same length in bytes, so that spans keep their meaning. Line ends
/// and tabs stay.
pub(super) fn printable(text: &str) -> std::borrow::Cow<'_, str> {
    let acts = |it: char| it.is_control() && !matches!(it, '\n' | '\r' | '\t');
    if !text.contains(acts) {
        return text.into();
    }
    text.chars()
        .map(|it| match it {
            it if !acts(it) => it,
            it if it.len_utf8() == 1 => '?',
            _ => '¿',
        })
        .collect::<String>()
        .into()
}

#[cfg(test)]
mod tests {
    use super::printable;

    #[test]
    fn escape_sequences_are_defused_and_keep_their_length() {
        for text in ["a\u{1b}[31mb\r\n\t", "\u{9b}2J", "plain ☂"] {
            let clean = printable(text);
            assert_eq!(clean.len(), text.len());
            assert!(!clean.contains(['\u{1b}', '\u{9b}']));
        }
        assert_eq!(printable("a\u{1b}[b"), "a?[b");
    }
}
