//! Command lines of a service.

use std::ops::Range;

use super::Setting;
use super::variables::Variables;
use crate::facts::compose::Words;
use crate::model::Command;
use crate::source::Text;

/// `command:` or `entrypoint:`. A text is split into words; no shell sees it.
pub(super) fn command(words: Option<&Words>, variables: &Variables) -> Setting {
    match words {
        None | Some(Words::Null(_)) => Setting::Absent,
        Some(Words::Text(value)) => match variables.text(value).and_then(|it| split(&it).ok()) {
            Some(words) => Setting::Set(Command::Exec(words), value.span),
            None => Setting::Unknown(value.span),
        },
        Some(Words::List(values, span)) => {
            let words: Option<Vec<_>> = values.iter().map(|it| variables.text(it)).collect();
            words.map_or(Setting::Unknown(*span), |words| Setting::Set(Command::Exec(words), *span))
        }
    }
}

/// What `test:` of a health check says.
pub(super) enum Test {
    /// It is not there.
    Absent,
    /// `NONE`.
    Disabled,
    /// Not known.
    Unknown,
    /// A command.
    Command(Command),
}

/// `test:` of a health check: a text, `[CMD, ...]`, `[CMD-SHELL, text]` or `[NONE]`.
pub(super) fn test(words: Option<&Words>, variables: &Variables) -> Test {
    match words {
        None | Some(Words::Null(_)) => Test::Absent,
        Some(Words::Text(value)) => match variables.text(value) {
            Some(text) => Test::Command(Command::Shell(text)),
            None => Test::Unknown,
        },
        Some(Words::List(values, _)) => {
            let words: Option<Vec<_>> = values.iter().map(|it| variables.text(it)).collect();
            let Some(mut words) = words else { return Test::Unknown };
            match (words.first().map(Text::as_str), words.len()) {
                (None, _) => Test::Absent,
                (Some("NONE"), _) => Test::Disabled,
                (Some("CMD-SHELL"), 2) => Test::Command(Command::Shell(words.remove(1))),
                (Some("CMD"), 2..) => Test::Command(Command::Exec(words.split_off(1))),
                _ => Test::Unknown,
            }
        }
    }
}

/// Why a text is no command line.
pub(super) struct Refusal {
    /// To be read alone.
    pub(super) reason: &'static str,
    /// The bytes of the text that are to blame.
    pub(super) range: Range<usize>,
}

/// Splits a text into words as Compose does, with
/// [go-shellwords](https://github.com/mattn/go-shellwords/blob/v1.0.12/shellwords.go): quotes and backslashes, no
/// variables; backquotes and `$(...)` stay as they are; the first of `; & | < >` outside of all that ends the command,
/// and the rest is dropped.
pub(super) fn split(text: &Text) -> Result<Vec<Text>, Refusal> {
    let refuse = |reason, at: usize| Err(Refusal { reason, range: at..at + 1 });
    let mut words = Vec::new();
    let mut word: Option<Text> = None;
    // The quote and the backquote or parenthesis that are open, and where they were opened.
    let mut quote: Option<(char, usize)> = None;
    let mut substitution: Option<(char, usize)> = None;
    let mut chars = text.as_str().char_indices();
    while let Some((at, it)) = chars.next() {
        let after_dollar = word.as_ref().is_some_and(|it| it.as_str().ends_with('$'));
        let mut push = |range: Range<usize>| word.get_or_insert_default().append(&text.slice(range));
        let range = at..at + it.len_utf8();
        let (quoted, substituted) = (quote.map(|it| it.0), substitution.map(|it| it.0));
        match (it, quoted, substituted) {
            ('\\', None | Some('"'), _) => match chars.next() {
                Some((next, escaped)) => push(next..next + escaped.len_utf8()),
                None => {
                    return refuse("nothing follows the backslash at the end of this command line", at);
                }
            },
            (' ' | '\t' | '\r' | '\n', None, None) => words.extend(word.take()),
            ('"' | '\'', None, None | Some('`')) => {
                quote = Some((it, at));
                word.get_or_insert_default();
            }
            (_, Some(open), _) if it == open => quote = None,
            ('(', None, None) if !after_dollar => return refuse(OUTSIDE, at),
            ('(', None, Some('(' | ')')) => return refuse(OUTSIDE, at),
            // A parenthesis that closes nothing is taken as if it opened something.
            ('`' | '(' | ')', None, None) => {
                substitution = Some((it, at));
                push(range);
            }
            ('`', None, Some('`')) | (')', None, Some('(' | ')')) => {
                substitution = None;
                push(range);
            }
            (';' | '&' | '|' | '<' | '>', None, None) => {
                // The number of a redirected descriptor (`2>`) is no word.
                let is_number = |it: &Text| it.as_str().starts_with(|it: char| it.is_ascii_digit());
                word = word.filter(|word| it != '>' || !is_number(word));
                break;
            }
            _ => push(range),
        }
    }
    words.extend(word);
    match quote.or(substitution) {
        None => Ok(words),
        Some((')', at)) => refuse(OUTSIDE, at),
        Some((_, at)) => refuse("what is opened here is not closed in this command line", at),
    }
}

const OUTSIDE: &str = "parentheses must be in quotes in a command line";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    /// What Docker Compose 2.40.3 gives, which is built with go-shellwords 1.0.12.
    #[test]
    fn a_text_is_split_as_compose_does() {
        let cases: &[(&str, Option<&[&str]>)] = &[
            ("a b  c\n d", Some(&["a", "b", "c", "d"])),
            ("sh -c \"x; y\" z", Some(&["sh", "-c", "x; y", "z"])),
            ("a 'b c'd \"e\\\"f\" \\g", Some(&["a", "b cd", "e\"f", "g"])),
            ("a && b", Some(&["a"])),
            ("a 2>&1", Some(&["a"])),
            ("a > b", Some(&["a"])),
            ("a # b $X", Some(&["a", "#", "b", "$X"])),
            ("a \"\" b", Some(&["a", "", "b"])),
            ("a \"\\n\" '\\n' \\n", Some(&["a", "n", "\\n", "n"])),
            ("a `b c` x$(y \"z)", Some(&["a", "`b c`", "x$(y \"z)"])),
            ("a \"$\"(b c)", Some(&["a", "$(b c)"])),
            ("a `(` $(`) \"(`\" \\(", Some(&["a", "`(`", "$(`)", "(`", "("])),
            ("a b) c)", Some(&["a", "b) c)"])),
            ("a 9x>b", Some(&["a"])),
            ("a; (", Some(&["a"])),
            ("a `b", None),
            ("a `it's`", None),
            ("a `\\` b", None),
            ("a b)", None),
            ("a $b(c)", None),
            ("a $(b", None),
            ("a $(b (c))", None),
            ("a \"open", None),
            ("a (b)", None),
            ("a\\", None),
            ("", Some(&[])),
        ];
        for (source, expected) in cases {
            let text = Text::new(*source, Span::new(FileId(0), 0, source.len()));
            let words = split(&text);
            let words: Option<Vec<_>> = words.as_ref().ok().map(|it| it.iter().map(Text::as_str).collect());
            assert_eq!(words.as_deref(), *expected, "{source}");
        }
    }

    #[test]
    fn a_word_knows_its_place() {
        let source = "serve --addr=127.0.0.1:80 'x y'";
        let text = Text::new(source, Span::new(FileId(0), 0, source.len()));
        let words = split(&text).ok().unwrap();
        let span = words[1].span_of(7..16).unwrap();
        assert_eq!(&source[span.range()], "127.0.0.1");
    }
}
