//! Errors that the author of a line lets go in so many words: `//nolint:errcheck`, `// #nosec G104`.

use memchr::memmem;

use crate::facts::suppression::{Line, next_code};
use crate::source::{FileId, Span};

/// How a directive begins, and whether what stands behind it on its line is about dropped errors.
type Directive = (&'static str, fn(&str) -> bool);

const DIRECTIVES: &[Directive] = &[("nolint", names_errors), ("#nosec", names_unhandled)];
const COMMENT: &str = "//";

/// The lines on which golangci-lint or gosec is told to accept a dropped error. Behind code the words speak of their own
/// line, alone on a line of the next one that holds code; of a function they speak as a whole:
/// <https://golangci-lint.run/docs/linters/false-positives/#nolint-directive>,
/// <https://github.com/securego/gosec#annotating-code>.
pub(super) fn waived_errors(file: FileId, text: &str) -> Vec<Span> {
    let waived = DIRECTIVES.iter().flat_map(|(name, is_meant)| {
        memmem::find_iter(text.as_bytes(), name).filter_map(move |at| {
            let line = Line::at(text, at);
            let code = line.before_comment(COMMENT)?;
            is_meant(&text[at + name.len()..line.end]).then(|| match code.trim().is_empty() {
                true => next_code(file, text, line.end, COMMENT),
                false => Span::new(file, line.start, line.end),
            })
        })
    });
    waived.map(|it| with_body(text, it)).collect()
}

/// A line with the function that begins on it, or with the file where it names the package.
fn with_body(text: &str, line: Span) -> Span {
    let code = text[line.range()].split(COMMENT).next().unwrap_or_default().trim_end();
    let behind = line.end as usize;
    let end = match code {
        _ if code.starts_with("package ") => Some(text.len()),
        _ if code.starts_with("func ") && code.ends_with('{') => {
            text[behind..].find("\n}").map(|it| behind + it + 2)
        }
        _ => None,
    };
    end.map_or(line, |end| Span::new(line.file, line.start as usize, end))
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

/// Whether gosec's word stands alone, for every rule, or in front of the rule about errors that are dropped, G104; what
/// stands behind two dashes says why.
fn names_unhandled(rest: &str) -> bool {
    let rules = rest.split("--").next().unwrap_or_default();
    let mut rules = rules.split([' ', ',', '\t', '\r']).filter(|it| !it.is_empty()).peekable();
    rules.peek().is_none() || rules.any(|it| it == "G104")
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
        for words in [
            "//nolint",
            "//nolint:errcheck",
            "// nolint:gosec,errcheck // why",
            "//nolint:all",
            "// #nosec G114 G104 -- why",
            "// #nosec",
        ] {
            assert_eq!(waived(&format!("a()\nb() {words}\nc()")), [format!("b() {words}")]);
            assert_eq!(waived(&format!("a()\n{words}\r\nc()\n")), ["c()"]);
        }
        for words in [
            "//nolint:gosec",
            "//nolinter",
            "nolint",
            "//nolint:errchecked",
            "/* nolint */",
            "// #nosec G114",
        ] {
            assert!(waived(&format!("b() {words}")).is_empty(), "{words}");
        }
        assert_eq!(waived("//nolint"), [""]);
        let function = "func f() {\n\tb()\n}";
        assert_eq!(waived(&format!("//nolint:errcheck\n{function}\nc()")), [function]);
        assert_eq!(waived("//nolint:errcheck\npackage a\nb()"), ["package a\nb()"]);
    }
}
