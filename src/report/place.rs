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
    format!("{}:{line}:{column}", path(prefix, file.path()))
}

/// A path of a project behind `prefix`, which is empty or ends in `/`. A settings file above the project's
/// root has a path that leads up (`../reachlint.toml`); what it leads out of is taken off.
pub(super) fn path(prefix: &str, path: &str) -> String {
    let (mut folder, mut rest) = (prefix.trim_end_matches('/'), path);
    while let Some(up) = rest.strip_prefix("../") {
        let last = folder.rsplit('/').next().unwrap_or(folder);
        if last.is_empty() || last == ".." {
            break;
        }
        folder = folder[..folder.len() - last.len()].trim_end_matches('/');
        rest = up;
    }
    let root = if prefix.starts_with('/') && folder.is_empty() { "/" } else { "" };
    if folder.is_empty() { format!("{root}{rest}") } else { format!("{folder}/{rest}") }
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
    use super::{path, printable};

    #[test]
    fn a_path_that_leads_up_takes_folders_off() {
        assert_eq!(path("", "a.go"), "a.go");
        assert_eq!(path("web/", "a.go"), "web/a.go");
        assert_eq!(path("shop/web/", "../reachlint.toml"), "shop/reachlint.toml");
        assert_eq!(path("web/", "../reachlint.toml"), "reachlint.toml");
        assert_eq!(path("web/", "../../reachlint.toml"), "../reachlint.toml");
        assert_eq!(path("../web/", "../reachlint.toml"), "../reachlint.toml");
        assert_eq!(path("../", "../reachlint.toml"), "../../reachlint.toml");
        assert_eq!(path("/web/", "../reachlint.toml"), "/reachlint.toml");
        assert_eq!(path("/web/", "a.go"), "/web/a.go");
    }

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
