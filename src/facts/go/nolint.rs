//! Errors that the author of a line lets go in so many words: `//nolint:errcheck`.

use memchr::memmem;

use crate::facts::suppression::{Line, next_code};
use crate::source::{FileId, Span};

const DIRECTIVE: &str = "nolint";
const COMMENT: &str = "//";

/// The lines on which golangci-lint is told to accept a dropped error. Behind code the words speak of their own
/// line, alone on a line of the next one that holds code:
/// <https://golangci-lint.run/docs/linters/false-positives/#nolint-directive>.
pub(super) fn waived_errors(file: FileId, text: &str) -> Vec<Span> {
    let waived = memmem::find_iter(text.as_bytes(), DIRECTIVE).filter_map(|at| {
        let line = Line::at(text, at);
        let code = line.before_comment(COMMENT)?;
        let is_meant = names_errors(&text[at + DIRECTIVE.len()..line.end]);
        is_meant.then(|| match code.trim().is_empty() {
            true => next_code(file, text, line.end, COMMENT),
            false => Span::new(file, line.start, line.end),
        })
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
