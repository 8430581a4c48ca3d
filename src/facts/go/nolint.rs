//! Errors that the author of a line lets go in so many words: `//nolint:errcheck`.

use memchr::memmem;

use crate::source::{FileId, Span};

const DIRECTIVE: &str = "nolint";

/// The lines on which golangci-lint is told to accept a dropped error. Behind code the words speak of their own
/// line, alone on a line of the next one:
/// <https://golangci-lint.run/docs/linters/false-positives/#nolint-directive>.
pub(super) fn waived_errors(file: FileId, text: &str) -> Vec<Span> {
    let waived = memmem::find_iter(text.as_bytes(), DIRECTIVE).filter_map(|at| {
        let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
        let end = line_end(text, at);
        let code = text[start..at].trim_end().strip_suffix("//")?;
        if !names_errors(&text[at + DIRECTIVE.len()..end]) {
            return None;
        }
        let (start, end) = match code.trim().is_empty() {
            true => ((end + 1).min(text.len()), line_end(text, (end + 1).min(text.len()))),
            false => (start, end),
        };
        Some(Span::new(file, start, end))
    });
    waived.collect()
}

/// Whether what stands behind the word names the linter of dropped errors, or none, which is every one.
fn names_errors(rest: &str) -> bool {
    match rest.strip_prefix(':') {
        Some(list) => {
            let list = list.trim_start().split(char::is_whitespace).next().unwrap_or_default();
            list.split(',').any(|it| it.eq_ignore_ascii_case("errcheck") || it.eq_ignore_ascii_case("all"))
        }
        None => rest.is_empty() || rest.starts_with(char::is_whitespace),
    }
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |it| at + it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_that_its_error_is_dropped_on_purpose() {
        let waived = |text: &str| {
            let lines = waived_errors(FileId(0), text);
            lines.iter().map(|it| text[it.start as usize..it.end as usize].to_owned()).collect::<Vec<_>>()
        };
        for words in ["//nolint", "//nolint:errcheck", "// nolint:gosec,errcheck // why", "//nolint:all"] {
            assert_eq!(waived(&format!("a()\nb() {words}\nc()")), [format!("b() {words}")]);
            assert_eq!(waived(&format!("a()\n{words}\r\nc()\n")), ["c()"]);
        }
        for words in ["//nolint:gosec", "//nolinter", "nolint", "//nolint:errchecked", "/* nolint */"] {
            assert!(waived(&format!("b() {words}")).is_empty(), "{words}");
        }
        assert_eq!(waived("//nolint"), [""]);
    }
}
