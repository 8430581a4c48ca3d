//! What `.wslconfig` or `wsl.conf` says: <https://learn.microsoft.com/windows/wsl/wsl-config>.
//!
//! Both are INI of a strict kind. What is written in another format is kept as such, since WSL ignores
//! all of it without a word.

use super::catalogue::WslScope;
use super::configuration;
use super::kind::Kind;
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::ini;

pub use crate::syntax::ini::Fault;

/// The facts of one file.
#[derive(Clone, Debug)]
pub struct WslConfiguration {
    /// Which of the two files it is.
    pub scope: WslScope,
    /// The format that it has instead of INI, at its first word.
    pub foreign: Option<Spanned<&'static str>>,
    /// The names in brackets, in order.
    pub sections: Vec<Spanned<String>>,
    /// What it sets, in order; in another format what it would set.
    pub settings: Vec<WslAssignment>,
    /// Lines that WSL cannot read.
    pub faults: Vec<WslLineFault>,
}

/// A line that WSL cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WslLineFault {
    /// What is wrong.
    pub fault: Fault,
    /// The line, or the words in it that are wrong.
    pub span: Span,
    /// The backslashes of its value that stand alone.
    pub backslashes: Vec<Span>,
}

/// `key=value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WslAssignment {
    /// The section it stands in.
    pub section: Option<String>,
    /// The key.
    pub key: Spanned<String>,
    /// The value, quotes and escapes taken out.
    pub value: Text,
    /// The backslashes of the value that stand alone: `\\t` with one of them is a tab.
    pub backslashes: Vec<Span>,
}

/// Which file of WSL a file of that kind is.
#[must_use]
pub fn scope_of(kind: Kind) -> Option<WslScope> {
    match kind {
        Kind::Wslconfig => Some(WslScope::Machine),
        Kind::WslConf => Some(WslScope::Distribution),
        _ => None,
    }
}

/// Reads a file.
#[must_use]
pub fn read(file: FileId, text: &str, scope: WslScope) -> WslConfiguration {
    let tree = ini::parse(file, text, ini::Dialect::Wsl);
    let is_ini = !tree.sections.is_empty() || !tree.leaves.is_empty();
    let foreign = foreign_format(file, text, is_ini);
    let leaves = match foreign {
        // JSON is YAML, but for rare escapes.
        Some(_) => configuration::read(file, "it.yaml", text).leaves,
        None => tree.leaves,
    };
    let settings = leaves.into_iter().map(|leaf| {
        let (section, name) = match leaf.path.split_last() {
            Some((name, above)) => (above.join("."), name.clone()),
            None => (String::new(), String::new()),
        };
        let section = Some(section).filter(|it| !it.is_empty());
        let backslashes = if foreign.is_none() { lone_backslashes(file, text, leaf.key) } else { Vec::new() };
        WslAssignment { section, key: Spanned::new(name, leaf.key), value: leaf.text, backslashes }
    });
    let faults = tree.errors.iter().map(|it| WslLineFault {
        fault: it.value,
        span: it.span,
        backslashes: if it.value == Fault::Escape {
            lone_backslashes(file, text, it.span)
        } else {
            Vec::new()
        },
    });
    WslConfiguration {
        scope,
        settings: settings.collect(),
        sections: if foreign.is_some() { Vec::new() } else { tree.sections },
        faults: if foreign.is_some() { Vec::new() } else { faults.collect() },
        foreign,
    }
}

/// The backslashes that are not doubled in the value on the line of `place`.
fn lone_backslashes(file: FileId, text: &str, place: Span) -> Vec<Span> {
    let start = text[..place.range().start].rfind('\n').map_or(0, |it| it + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let Some(equals) = line.find('=') else { return Vec::new() };
    let mut out = Vec::new();
    let mut rest = line.char_indices().skip_while(|(at, _)| *at <= equals).peekable();
    while let Some((at, it)) = rest.next() {
        match it {
            '#' => break,
            '\\' => match rest.peek() {
                Some((_, '\\' | '"')) => {
                    rest.next();
                }
                // The last one of a line joins it with the next.
                Some(_) => out.push(Span::new(file, start + at, start + at + 1)),
                None => {}
            },
            _ => {}
        }
    }
    out
}

/// The format of a text that is no INI, at its first word.
fn foreign_format(file: FileId, text: &str, is_ini: bool) -> Option<Spanned<&'static str>> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        let start = at + (line.len() - line.trim_start().len());
        at += line.len();
        if trimmed.is_empty() || trimmed.starts_with('#') || trimmed.starts_with("//") || trimmed == "---" {
            continue;
        }
        let span = |length: usize| Span::new(file, start, start + length);
        if trimmed.starts_with('{') {
            return Some(Spanned::new("JSON", span(1)));
        }
        let key = trimmed.find(':').map(|it| trimmed[..it].trim_matches(['"', '\'']))?;
        let is_key = !key.is_empty() && key.chars().all(|it| it.is_alphanumeric() || "_-.".contains(it));
        return (is_key && !is_ini).then(|| Spanned::new("YAML", span(trimmed.find(':').unwrap_or(0))));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> (Option<&'static str>, Vec<String>, usize) {
        let it = read(FileId(0), text, WslScope::Machine);
        let settings = it.settings.iter().map(|it| {
            format!("{}/{}={}", it.section.as_deref().unwrap_or("-"), it.key.value, it.value.as_str())
        });
        (it.foreign.map(|it| it.value), settings.collect(), it.faults.len())
    }

    #[test]
    fn the_format_is_told() {
        let wanted = vec!["wsl2/memory=4GB".to_owned()];
        assert_eq!(show("# x\r\n[wsl2]\r\nmemory=4GB\r\n"), (None, wanted.clone(), 0));
        assert_eq!(show("\n{ \"wsl2\": { \"memory\": \"4GB\" } }"), (Some("JSON"), wanted.clone(), 0));
        assert_eq!(show("// x\n{\"a\": 1,\n"), (Some("JSON"), Vec::new(), 0));
        assert_eq!(show("# x\nwsl2:\r\n  memory: 4GB\r\n"), (Some("YAML"), wanted, 0));
        assert_eq!(show("memory: 4GB\n[wsl2]\nswap=0\n"), (None, vec!["wsl2/swap=0".to_owned()], 1));
        assert_eq!(show("what is this\n").2, 1);
        assert_eq!(show(""), (None, Vec::new(), 0));
    }

    #[test]
    fn backslashes_that_stand_alone_are_known() {
        let text = "[wsl2]\r\nkernel=C:\\temp\\\\k # C:\\x\r\nswapFile=D:\\Users\\me\r\n";
        let it = read(FileId(0), text, WslScope::Machine);
        let places = |spans: &[Span]| spans.iter().map(|it| it.start).collect::<Vec<_>>();
        let at = |word: &str| text.find(word).unwrap_or_default() as u32;
        assert_eq!(places(&it.settings[0].backslashes), [at("\\temp")]);
        assert_eq!(places(&it.faults[0].backslashes), [at("\\Users"), at("\\me")]);
    }
}
