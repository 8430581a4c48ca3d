//! Command lines of a service.

use super::Setting;
use super::variables::Variables;
use crate::facts::compose::Words;
use crate::model::Command;
use crate::source::Text;

/// `command:` or `entrypoint:`. A text is split into words; no shell sees it.
pub(super) fn command(words: Option<&Words>, variables: &Variables) -> Setting {
    match words {
        None | Some(Words::Null(_)) => Setting::Absent,
        Some(Words::Text(value)) => match variables.text(value).as_ref().and_then(split) {
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

/// Splits a text into words as Compose does, which uses go-shellwords: quotes and backslashes, no
/// variables; the first of `; & | < >` outside of quotes ends the command, the rest is dropped.
/// `None` when a quote is open at the end.
fn split(text: &Text) -> Option<Vec<Text>> {
    let mut words = Vec::new();
    let mut word: Option<Text> = None;
    let mut quote: Option<char> = None;
    let mut chars = text.as_str().char_indices();
    while let Some((at, it)) = chars.next() {
        let mut push = |range: std::ops::Range<usize>| {
            word.get_or_insert_default().append(&text.slice(range));
        };
        match (it, quote) {
            ('\\', None | Some('"')) => {
                let (next, escaped) = chars.next()?;
                match (escaped, quote) {
                    ('n', Some(_)) => word.get_or_insert_default().push("\n", text.span_of(at..next + 1)?),
                    ('t', Some(_)) => word.get_or_insert_default().push("\t", text.span_of(at..next + 1)?),
                    _ => push(next..next + escaped.len_utf8()),
                }
            }
            (_, Some(open)) if it == open => quote = None,
            (_, Some(_)) => push(at..at + it.len_utf8()),
            ('"' | '\'', None) => {
                quote = Some(it);
                word.get_or_insert_default();
            }
            (' ' | '\t' | '\r' | '\n', None) => words.extend(word.take()),
            (';' | '&' | '|' | '<', None) => break,
            ('>', None) => {
                // The number of a redirected descriptor (`2>`) is no word.
                let digits = |it: &Text| it.as_str().bytes().all(|it| it.is_ascii_digit());
                word = word.filter(|it| !digits(it));
                break;
            }
            ('(' | ')', None) => return None,
            _ => push(at..at + it.len_utf8()),
        }
    }
    words.extend(word);
    quote.is_none().then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    /// What go-shellwords 1.0.16 gives.
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
            ("a \"\\n\\t\" '\\n'", Some(&["a", "\n\t", "\\n"])),
            ("a \"open", None),
            ("a (b)", None),
            ("a\\", None),
            ("", Some(&[])),
        ];
        for (source, expected) in cases {
            let text = Text::new(*source, Span::new(FileId(0), 0, source.len()));
            let words = split(&text);
            let words: Option<Vec<_>> = words.as_ref().map(|it| it.iter().map(Text::as_str).collect());
            assert_eq!(words.as_deref(), *expected, "{source}");
        }
    }

    #[test]
    fn a_word_knows_its_place() {
        let source = "serve --addr=127.0.0.1:80 'x y'";
        let text = Text::new(source, Span::new(FileId(0), 0, source.len()));
        let words = split(&text).unwrap();
        let span = words[1].span_of(7..16).unwrap();
        assert_eq!(&source[span.range()], "127.0.0.1");
    }
}
