//! The words of a command line as Go's flag libraries read them.

use crate::facts::catalogue::{FlagSyntax, Takes};
use crate::source::Text;

/// One flag, or one word that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// A flag that is given.
    Flag {
        /// Its name without dashes.
        name: String,
        /// Its value: `true` for one that takes nothing; `None` when there is no word left.
        value: Option<Text>,
    },
    /// A word that is no flag.
    Plain(Text),
}

/// Reads a command line. `takes` says what a flag of that name takes; a flag that it does not know takes
/// the next word unless that looks like a flag.
pub(super) fn words(
    arguments: &[Text],
    syntax: FlagSyntax,
    takes: impl Fn(&str) -> Option<Takes>,
) -> Vec<Word> {
    let mut reader = Reader { arguments, at: 0, takes, out: Vec::new() };
    while let Some(argument) = arguments.get(reader.at) {
        reader.at += 1;
        let text = argument.as_str();
        let dashes = if text.starts_with("--") { 2 } else { usize::from(text.starts_with('-')) };
        let is_plain = dashes == 0 || text.len() == 1;
        if text == "--" || (is_plain && syntax == FlagSyntax::Go) {
            let rest = if is_plain { reader.at - 1 } else { reader.at };
            reader.out.extend(arguments[rest..].iter().cloned().map(Word::Plain));
            break;
        }
        match (is_plain, syntax) {
            (true, _) => reader.out.push(Word::Plain(argument.clone())),
            (false, FlagSyntax::Posix | FlagSyntax::PosixVerbatim) if dashes == 1 => {
                reader.letters(argument, syntax);
            }
            _ => reader.named(argument, dashes, syntax),
        }
    }
    reader.out
}

struct Reader<'a, T> {
    arguments: &'a [Text],
    at: usize,
    takes: T,
    out: Vec<Word>,
}

impl<T: Fn(&str) -> Option<Takes>> Reader<'_, T> {
    /// `--port=80`, `--port 80`, `--tls`.
    fn named(&mut self, argument: &Text, dashes: usize, syntax: FlagSyntax) {
        let text = argument.as_str();
        let name = &text[dashes..];
        if let Some((name, value)) = name.split_once('=') {
            let value = argument.slice(text.len() - value.len()..text.len());
            self.flag(name, Some(value));
            return;
        }
        // kingpin turns a flag off so: <https://pkg.go.dev/github.com/alecthomas/kingpin/v2#readme-boolean-values>.
        let off = name.strip_prefix("no-").filter(|_| syntax == FlagSyntax::PosixVerbatim);
        if let Some(off) = off.filter(|it| (self.takes)(it) == Some(Takes::Nothing)) {
            self.flag(off, argument.span().map(|span| Text::new("false", span)));
            return;
        }
        let value = self.value(name, argument);
        self.flag(name, value);
    }

    /// `-p80`, `-p 80`, `-p=80`, `-vp 80`.
    fn letters(&mut self, argument: &Text, syntax: FlagSyntax) {
        let text = argument.as_str();
        for (at, letter) in text.char_indices().skip(1) {
            let end = at + letter.len_utf8();
            let (name, rest) = (&text[at..end], &text[end..]);
            match (self.takes)(name) {
                Some(Takes::Nothing) if !rest.starts_with('=') => {
                    self.flag(name, argument.span().map(|span| Text::new("true", span)));
                }
                _ if !rest.is_empty() => {
                    let separated = syntax == FlagSyntax::Posix && rest.starts_with('=');
                    let start = if separated { end + 1 } else { end };
                    self.flag(name, Some(argument.slice(start..text.len())));
                    return;
                }
                _ => {
                    let value = self.value(name, argument);
                    self.flag(name, value);
                }
            }
        }
    }

    /// What a flag without `=` has for a value.
    fn value(&mut self, name: &str, argument: &Text) -> Option<Text> {
        let known = (self.takes)(name);
        if known == Some(Takes::Nothing) {
            return argument.span().map(|span| Text::new("true", span));
        }
        let next = self.arguments.get(self.at)?;
        if known.is_none() && next.as_str().starts_with('-') {
            return argument.span().map(|span| Text::new("true", span));
        }
        self.at += 1;
        Some(next.clone())
    }

    fn flag(&mut self, name: &str, value: Option<Text>) {
        self.out.push(Word::Flag { name: name.to_owned(), value });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    /// The words, where `port` and `p` take a word, and `tls` and `t` nothing.
    fn read(line: &str, syntax: FlagSyntax) -> String {
        let text = |it: &str| Text::new(it, Span::new(FileId(0), 0, it.len()));
        let arguments: Vec<_> = line.split_whitespace().map(text).collect();
        let takes = |name: &str| match name {
            "port" | "p" => Some(Takes::Word),
            "tls" | "t" => Some(Takes::Nothing),
            _ => None,
        };
        let words = words(&arguments, syntax, takes).into_iter().map(|it| match it {
            Word::Flag { name, value } => {
                format!("{name}={}", value.as_ref().map_or("?", |it| it.as_str()))
            }
            Word::Plain(it) => it.as_str().to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn each_library_reads_its_own_way() {
        use FlagSyntax::{Go, GoCommands, Posix, PosixVerbatim};
        for (syntax, line, expected) in [
            (Go, "-port 80 --port=81 x", "port=80 port=81 x"),
            (Go, "-tls false -port 80", "tls=true false -port 80"),
            (Go, "-tls=false -port 80", "tls=false port=80"),
            (Go, "serve -port 80", "serve -port 80"),
            (Go, "-x -port 80", "x=true port=80"),
            (Go, "-x 5 -port 80", "x=5 port=80"),
            (Go, "-port -tls - -port 80", "port=-tls - -port 80"),
            (Go, "-tls -- -port 80", "tls=true -port 80"),
            (Go, "-port", "port=?"),
            (GoCommands, "-tls serve -port 80", "tls=true serve port=80"),
            (Posix, "serve --port 80 --tls x", "serve port=80 tls=true x"),
            (PosixVerbatim, "--no-tls -p80", "tls=false p=80"),
            (PosixVerbatim, "-tp=80 --port=81", "t=true p==80 port=81"),
            (Posix, "-tp 80 -p=81 -t=false", "t=true p=80 p=81 t=false"),
            (Posix, "-port 80", "p=ort 80"),
            (Posix, "-- --port 80", "--port 80"),
        ] {
            assert_eq!(read(line, syntax), expected, "{line}");
        }
    }
}
