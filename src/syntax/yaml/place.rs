//! Finds, for each run of a decoded scalar, where it is written.

use crate::source::{FileId, Span, Text};

/// `decoded`, which the bytes `start..` of `raw` (quotes removed) stand for.
///
/// Runs that stand verbatim in the file keep their own place, so that a port in the middle of a
/// block scalar can be underlined. When the two cannot be matched the whole is one run.
pub(super) fn place(file: FileId, start: usize, raw: &str, decoded: &str, quote: Quote) -> Text {
    let whole = Span::new(file, start, start + raw.len());
    if raw == decoded {
        return Text::new(decoded, whole);
    }
    let mut walk = Walk { file, start, raw, decoded, quote, at: 0, done: 0, out: Text::default() };
    match walk.run() {
        Some(()) => walk.out,
        None => Text::new(decoded, whole),
    }
}

/// What stands for something else in the raw text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    /// Nothing but line breaks and indentation.
    None,
    /// `''`.
    Single,
    /// `\n` and its like.
    Double,
}

struct Walk<'a> {
    file: FileId,
    start: usize,
    raw: &'a str,
    decoded: &'a str,
    quote: Quote,
    /// Bytes of `raw` that were matched.
    at: usize,
    /// Bytes of `decoded` that were matched.
    done: usize,
    out: Text,
}

impl Walk<'_> {
    fn run(&mut self) -> Option<()> {
        while self.done < self.decoded.len() {
            let (raw, decoded) = (&self.raw[self.at..], &self.decoded[self.done..]);
            let same = self.common_prefix(raw, decoded);
            if same > 0 {
                self.push(same, same);
                continue;
            }
            if self.quote == Quote::Double && raw.starts_with('\\') {
                self.push_escape(raw, decoded)?;
                continue;
            }
            if self.quote == Quote::Single && raw.starts_with("''") && decoded.starts_with('\'') {
                self.push(2, 1);
                continue;
            }
            // A line break with the indentation behind it: a space, line feeds, or nothing. At the
            // end of the file a line feed may be added that is not there.
            let (blank, folded) = (blanks(raw), blanks(decoded));
            if blank == 0 && !(raw.is_empty() && folded > 0) {
                return None;
            }
            self.push(blank, folded);
        }
        Some(())
    }

    /// Bytes at the start of both that are the same and stand for themselves.
    fn common_prefix(&self, raw: &str, decoded: &str) -> usize {
        let mut same = 0;
        for (ours, theirs) in raw.chars().zip(decoded.chars()) {
            let special = match self.quote {
                Quote::None => false,
                Quote::Single => ours == '\'',
                Quote::Double => ours == '\\',
            };
            if ours != theirs || special {
                break;
            }
            same += ours.len_utf8();
        }
        same
    }

    fn push_escape(&mut self, raw: &str, decoded: &str) -> Option<()> {
        let length = match raw.as_bytes().get(1)? {
            b'x' => 4,
            b'u' => 6,
            b'U' => 10,
            b'\n' | b'\r' => {
                // An escaped line break stands for nothing, the indentation behind it included.
                self.at += 1 + blanks(&raw[1..]);
                return Some(());
            }
            _ => 1 + raw[1..].chars().next()?.len_utf8(),
        };
        raw.get(..length)?;
        self.push(length, decoded.chars().next()?.len_utf8());
        Some(())
    }

    fn push(&mut self, raw: usize, decoded: usize) {
        let at = self.start + self.at;
        if decoded > 0 {
            let text = &self.decoded[self.done..self.done + decoded];
            self.out.push(text, Span::new(self.file, at, at + raw));
        }
        self.at += raw;
        self.done += decoded;
    }
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start_matches([' ', '\t', '\r', '\n']).len()
}
