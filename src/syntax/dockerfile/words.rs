//! Words inside one joined line: flags, quoted words, the JSON form, heredoc openings.

use std::ops::Range;

use super::Flag;
use crate::source::{Joined, Spanned};

/// Ranges of the words between blanks.
pub(super) fn at_blanks(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.split_whitespace().map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        start..start + word.len()
    })
}

/// Ranges of the words between blanks that are neither quoted nor escaped. A single quote knows no
/// escapes.
pub(super) fn outside_quotes(text: &str, escape: char) -> Vec<Range<usize>> {
    let mut out = Vec::new();
    let mut start = None;
    let mut quote = None;
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        let blank = character.is_whitespace();
        if start.is_none() && blank {
            continue;
        }
        let from = *start.get_or_insert(at);
        match quote {
            None if blank => {
                out.push(from..at);
                start = None;
            }
            None if character == '\'' || character == '"' => quote = Some(character),
            Some(open) if character == open => quote = None,
            _ if character == escape && quote != Some('\'') => {
                characters.next();
            }
            _ => {}
        }
    }
    out.extend(start.map(|from| from..text.len()));
    out
}

/// The flag at the start of `text[range]` and where the next word begins; `None` when there is no
/// flag. The bare `--` ends the flags and is itself none.
pub(super) fn flag(text: &Joined, range: Range<usize>, escape: char) -> Option<(Option<Flag>, usize)> {
    let rest = &text.as_str()[range.clone()];
    if !rest.starts_with("--") {
        return None;
    }
    let word = outside_quotes(rest, escape).into_iter().next()?;
    let word = range.start + word.start..range.start + word.end;
    let behind = &text.as_str()[word.end..range.end];
    let next = word.end + (behind.len() - behind.trim_start().len());
    let written = &text.as_str()[word.clone()];
    let name_end = written.find('=').map_or(word.end, |it| word.start + it);
    if name_end == word.start + 2 {
        return None;
    }
    let name = text.spanned(word.start + 2..name_end);
    let value = (name_end < word.end).then(|| {
        let value = name_end + 1..word.end;
        let raw = &text.as_str()[value.clone()];
        let bare = raw.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
        match bare {
            Some(_) if raw.len() >= 2 => text.spanned(value.start + 1..value.end - 1),
            _ => text.spanned(value),
        }
    });
    Some((Some(Flag { name, value }), next))
}

/// The strings of `["a", "b"]` with the places between their quotes; `Ok(None)` when the text is
/// no JSON array.
///
/// # Errors
/// The text is a JSON array of something else; the range of the text.
pub(super) fn json_strings(text: &Joined) -> Result<Option<Vec<Spanned<String>>>, Range<usize>> {
    let all = text.as_str();
    if !all.starts_with('[') {
        return Ok(None);
    }
    let mut scanner = Json { text: all, at: 1 };
    let mut out = Vec::new();
    scanner.blanks();
    if scanner.take(b']') {
        return Ok(scanner.is_done().then_some(out));
    }
    loop {
        scanner.blanks();
        if !scanner.take(b'"') {
            return if scanner.other_value() { Err(0..all.len()) } else { Ok(None) };
        }
        let Some((value, range)) = scanner.string() else { return Ok(None) };
        out.push(Spanned::new(value, text.span(range)));
        scanner.blanks();
        if scanner.take(b']') {
            return Ok(scanner.is_done().then_some(out));
        }
        if !scanner.take(b',') {
            return Ok(None);
        }
    }
}

struct Json<'a> {
    text: &'a str,
    at: usize,
}

impl Json<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn is_done(&mut self) -> bool {
        self.blanks();
        self.at == self.text.len()
    }

    /// Whether the rest can be a JSON value that is no string, so that BuildKit refuses the line
    /// instead of taking it as a command: `[1]`, `[true]`, `[["a"]]`.
    fn other_value(&self) -> bool {
        let rest = self.text[self.at..].trim_end();
        let Some(inner) = rest.strip_suffix(']') else { return false };
        let first = inner.split(',').next().unwrap_or_default().trim();
        first.parse::<f64>().is_ok_and(f64::is_finite) || matches!(first, "true" | "false" | "null")
    }

    /// The string behind an opening quote, and the range between the quotes.
    fn string(&mut self) -> Option<(String, Range<usize>)> {
        let start = self.at;
        let mut out = String::new();
        loop {
            let rest = &self.text[self.at..];
            let plain = rest.find(['"', '\\'])?;
            if rest[..plain].bytes().any(|it| it < 0x20) {
                return None;
            }
            out.push_str(&rest[..plain]);
            self.at += plain;
            if self.take(b'"') {
                return Some((out, start..self.at - 1));
            }
            self.at += 1;
            let escaped = self.peek()?;
            self.at += 1;
            out.push(match escaped {
                b'"' | b'\\' | b'/' => char::from(escaped),
                b'b' => '\u{8}',
                b'f' => '\u{c}',
                b'n' => '\n',
                b'r' => '\r',
                b't' => '\t',
                b'u' => self.unicode()?,
                _ => return None,
            });
        }
    }

    /// The character behind `\u`; half of a surrogate pair becomes the replacement character, as
    /// in Go.
    fn unicode(&mut self) -> Option<char> {
        let high = self.hex4()?;
        if (0xd800..0xdc00).contains(&high) && self.text[self.at..].starts_with("\\u") {
            let back = self.at;
            self.at += 2;
            let low = self.hex4()?;
            if (0xdc00..0xe000).contains(&low) {
                return char::from_u32(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
            }
            self.at = back;
        }
        Some(char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&mut self) -> Option<u32> {
        let digits = self.text.get(self.at..self.at + 4)?;
        let value = digits.bytes().all(|it| it.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16));
        self.at += 4;
        value?.ok()
    }
}

/// A word that opens a heredoc.
pub(super) struct Opening {
    pub(super) name: String,
    pub(super) word: Range<usize>,
    pub(super) expands: bool,
    pub(super) strips_tabs: bool,
}

/// The words that open heredocs: `<<EOF`, `3<<-"EOF"`, and with a blank `<< EOF`.
pub(super) fn heredocs(text: &str, escape: char) -> Vec<Opening> {
    if !text.contains("<<") {
        return Vec::new();
    }
    let words = outside_quotes(text, escape);
    let mut out = Vec::new();
    let mut previous: Option<Range<usize>> = None;
    for word in words {
        let joined = previous.take().map_or(word.clone(), |it| it.start..word.end);
        let Some((strips_tabs, quoted)) = split_opening(&text[joined.clone()]) else { continue };
        if quoted.is_empty() {
            previous = Some(joined);
            continue;
        }
        let name: String = quoted.chars().filter(|it| !matches!(it, '\'' | '"')).collect();
        if name.is_empty() || name.contains(char::is_whitespace) {
            continue;
        }
        out.push(Opening { expands: name == quoted, name, word: joined, strips_tabs });
    }
    out
}

/// Whether `word` is `<<name`, and if so whether it is `<<-`, with what stands behind.
fn split_opening(word: &str) -> Option<(bool, &str)> {
    let rest = word.trim_start_matches(|it: char| it.is_ascii_digit()).strip_prefix("<<")?;
    let (strips_tabs, name) = match rest.strip_prefix('-') {
        Some(name) => (true, name),
        None => (false, rest),
    };
    let name = name.trim_start();
    (!name.contains('<')).then_some((strips_tabs, name))
}
