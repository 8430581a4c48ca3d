//! Flags as Docker's command line reads them: <https://pkg.go.dev/github.com/spf13/pflag>.

use crate::source::{Span, Text};

/// The flags of a command.
pub(super) struct Flags {
    /// Long ones without a value.
    pub(super) switches: &'static [&'static str],
    /// Long ones with a value.
    pub(super) valued: &'static [&'static str],
    /// Short ones without a value.
    pub(super) short_switches: &'static str,
    /// Short ones with a value, each with its long form.
    pub(super) short_valued: &'static [(char, &'static str)],
}

/// A flag.
pub(super) struct Flag<'f> {
    /// Its long name, or the letter of a short one without a value.
    pub(super) name: &'f str,
    /// Its value; of a switch what stands behind `=`.
    pub(super) value: Option<Text>,
    /// The word that names it.
    pub(super) span: Option<Span>,
}

impl Flag<'_> {
    /// Whether a switch is on: `--rm`, `--rm=true`.
    pub(super) fn is_on(&self) -> bool {
        self.value.as_ref().is_none_or(|it| matches!(it.as_str(), "true" | "1" | "t"))
    }
}

/// Reads the words behind a command: flags, then arguments.
pub(super) struct Arguments<'w> {
    words: &'w [Text],
    flags: &'static Flags,
    /// Where to go on in a word of several short flags.
    inside: usize,
}

impl<'w> Arguments<'w> {
    pub(super) fn new(words: &'w [Text], flags: &'static Flags) -> Self {
        Self { words, flags, inside: 0 }
    }

    /// The words that are left.
    pub(super) fn rest(&self) -> &'w [Text] {
        self.words
    }

    /// The next flag; `Some(None)` in front of a word that is none, `None` when a flag is not known, so that
    /// nobody can tell which words are values.
    pub(super) fn flag(&mut self) -> Option<Option<Flag<'w>>> {
        let Some(word) = self.words.first() else { return Some(None) };
        let written = word.as_str();
        if self.inside > 0 {
            return self.short(word).map(Some);
        }
        if written == "--" {
            self.words = &self.words[1..];
            return Some(None);
        }
        if written.len() < 2 || !written.starts_with('-') {
            return Some(None);
        }
        let Some(long) = written.strip_prefix("--") else {
            self.inside = 1;
            return self.short(word).map(Some);
        };
        self.words = &self.words[1..];
        let (name, value) = match long.split_once('=') {
            Some((name, value)) => (name, Some(word.slice(written.len() - value.len()..written.len()))),
            None => (long, None),
        };
        let (is_switch, is_valued) = (self.flags.switches.contains(&name), self.flags.valued.contains(&name));
        let value = match value {
            None if is_valued => Some(self.take()?),
            None if !is_switch => return None,
            value => value,
        };
        Some(Some(Flag { name, value, span: word.cover() }))
    }

    /// `-it`, `-dp 80:80`, `-p80:80`.
    fn short(&mut self, word: &'w Text) -> Option<Flag<'w>> {
        let written = word.as_str();
        let letter = written[self.inside..].chars().next()?;
        let behind = self.inside + letter.len_utf8();
        let long = self.flags.short_valued.iter().find(|(it, _)| *it == letter);
        if let Some((_, name)) = long {
            self.inside = 0;
            self.words = &self.words[1..];
            let value = written[behind..].trim_start_matches('=');
            let value = match value.is_empty() {
                true => self.take()?,
                false => word.slice(written.len() - value.len()..written.len()),
            };
            return Some(Flag { name, value: Some(value), span: word.cover() });
        }
        if !self.flags.short_switches.contains(letter) {
            return None;
        }
        let name = &written[self.inside..behind];
        self.inside = behind;
        if behind == written.len() {
            self.inside = 0;
            self.words = &self.words[1..];
        }
        Some(Flag { name, value: None, span: word.cover() })
    }

    fn take(&mut self) -> Option<Text> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        Some(first.clone())
    }
}
