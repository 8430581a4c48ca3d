//! Comments that silence findings: `# reachlint: ignore[rule, rule] reason`, and `ignore-file[...]` for the
//! whole file.
//!
//! The form is one for all formats. Behind code it speaks of its own line, alone on a line of the next
//! line that holds code, as in Dockerfiles, which know no comments behind an instruction.

use memchr::memmem;

use super::kind::Kind;
use crate::source::{FileId, Span, Spanned, is_slip};

/// One comment that silences findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// The lines that it speaks of: findings that start there. The whole text for a whole file.
    pub scope: Span,
    /// The names of rules, as they are written.
    pub rules: Vec<Spanned<String>>,
    /// Whether it says why.
    pub is_explained: bool,
    /// From `reachlint:` to the closing bracket.
    pub span: Span,
}

/// A comment that was meant to silence findings and does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The words.
    pub span: Span,
    /// What is wrong with them, one clause.
    pub label: &'static str,
}

/// What every such comment starts with.
const NAME: &str = "reachlint:";
const LINE: &str = "ignore";
const FILE: &str = "ignore-file";

/// The suppressions of a file, and what was meant to be one.
#[must_use]
pub fn read(file: FileId, path: &str, kind: Kind, text: &str) -> (Vec<Suppression>, Vec<Mistake>) {
    let (mut found, mut mistakes) = (Vec::new(), Vec::new());
    let Some(leader) = leader(path, kind) else { return (found, mistakes) };
    for at in memmem::find_iter(text.as_bytes(), NAME) {
        let line = Line::at(text, at);
        let Some(code) = line.before_comment(leader) else { continue };
        match comment(file, text, at, line.end) {
            Some(Ok((verb, mut it))) => {
                it.scope = match verb {
                    FILE => Span::new(file, 0, text.len()),
                    _ if code.trim().is_empty() => next_code(file, text, line.end, leader),
                    _ => Span::new(file, line.start, line.end),
                };
                found.push(it);
            }
            Some(Err(it)) => mistakes.push(it),
            None => {}
        }
    }
    (found, mistakes)
}

/// What starts a comment; `None` where there are none.
fn leader(path: &str, kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Go | Kind::GoMod | Kind::GoWork => Some("//"),
        Kind::Readme | Kind::Sql => None,
        _ if path.ends_with(".json") => None,
        _ => Some("#"),
    }
}

/// One line of a text, without its end.
pub(super) struct Line<'t> {
    text: &'t str,
    /// Where the words stand that are looked at.
    at: usize,
    pub start: usize,
    pub end: usize,
}

impl<'t> Line<'t> {
    /// The line around `at`.
    pub fn at(text: &'t str, at: usize) -> Self {
        let start = text[..at].rfind('\n').map_or(0, |it| it + 1);
        let end = text[at..].find('\n').map_or(text.len(), |it| at + it);
        Self { text, at, start, end }
    }

    /// What stands before the comment; `None` when the words are in no comment. A `#` starts one at the start
    /// of a word only, and what stands in quotes is none.
    pub fn before_comment(&self, leader: &str) -> Option<&'t str> {
        let code = self.text[self.start..self.at].trim_end().strip_suffix(leader)?;
        let is_free =
            leader != "#" || code.trim_end_matches('#').is_empty() || code.ends_with(char::is_whitespace);
        let is_quoted = ['"', '`'].iter().any(|quote| code.matches(*quote).count() % 2 == 1);
        (is_free && !is_quoted).then_some(code)
    }
}

/// The verb and the suppression whose `reachlint:` stands at `at`; `None` for prose.
fn comment(file: FileId, text: &str, at: usize, end: usize) -> Option<Result<(&str, Suppression), Mistake>> {
    let rest = &text[at + NAME.len()..end];
    let body = rest.trim_start();
    let start = end - body.len();
    let length = body.find(|it: char| !it.is_ascii_lowercase() && it != '-').unwrap_or(body.len());
    let verb = &body[..length];
    let words = Span::new(file, start, start + length);
    let behind = &body[length..];
    if verb != LINE && verb != FILE {
        let is_meant = behind.starts_with('[') || [LINE, FILE].iter().any(|it| is_slip(verb, it));
        return is_meant.then_some(Err(Mistake { span: words, label: "neither `ignore` nor `ignore-file`" }));
    }
    let Some((list, reason)) = behind.strip_prefix('[').and_then(|it| it.split_once(']')) else {
        return Some(Err(Mistake { span: words, label: "no rules in brackets behind it" }));
    };
    let first = start + length + 1;
    let mut rules = Vec::new();
    for part in list.split(',') {
        let name = part.trim();
        let from = first + offset(list, part) + offset(part, name);
        if !name.is_empty() {
            rules.push(Spanned::new(name.to_owned(), Span::new(file, from, from + name.len())));
        }
    }
    if rules.is_empty() {
        return Some(Err(Mistake { span: words, label: "no rules in brackets behind it" }));
    }
    let is_explained = reason.contains(char::is_alphanumeric);
    let span = Span::new(file, at, first + list.len() + 1);
    Some(Ok((verb, Suppression { scope: span, rules, is_explained, span })))
}

/// Where `part` starts in `whole`, of which it is a slice.
fn offset(whole: &str, part: &str) -> usize {
    part.as_ptr() as usize - whole.as_ptr() as usize
}

/// The first line behind `from` that is neither blank nor a comment; empty when there is none.
pub(super) fn next_code(file: FileId, text: &str, from: usize, leader: &str) -> Span {
    let mut start = (from + 1).min(text.len());
    for line in text[start..].split_inclusive('\n') {
        let code = line.trim();
        if !code.is_empty() && !code.starts_with(leader) {
            return Span::new(file, start, start + line.trim_end_matches(['\r', '\n']).len());
        }
        start += line.len();
    }
    Span::new(file, text.len(), text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, kind: Kind, text: &str) -> Vec<String> {
        let (found, mistakes) = read(FileId(0), path, kind, text);
        let rules =
            |it: &Suppression| it.rules.iter().map(|it| it.value.as_str()).collect::<Vec<_>>().join("+");
        let show = |it: &Suppression| {
            let why = if it.is_explained { "why" } else { "-" };
            format!("{} {why}: {}", rules(it), &text[it.scope.range()])
        };
        let mistakes = mistakes.iter().map(|it| format!("{}: {}", &text[it.span.range()], it.label));
        found.iter().map(show).chain(mistakes).collect()
    }

    #[test]
    fn a_comment_speaks_of_its_line_or_of_the_next_one() {
        let go = |text| found("main.go", Kind::Go, text);
        assert_eq!(
            go("f() // reachlint: ignore[a-b, c] sidecar\ng()\n"),
            ["a-b+c why: f() // reachlint: ignore[a-b, c] sidecar"]
        );
        assert_eq!(go("//reachlint:ignore[a]\n\n// more\n\tf()\r\ng()"), ["a -: \tf()"]);
        assert_eq!(go("// reachlint: ignore[a]"), ["a -: "]);
        let yaml = |text| found("compose.yaml", Kind::Compose, text);
        assert_eq!(yaml("a:\n  # reachlint: ignore[x] why not\n  b: 1\n"), ["x why:   b: 1"]);
        assert_eq!(yaml("# reachlint: ignore-file[x]\na: 1\n"), ["x -: # reachlint: ignore-file[x]\na: 1\n"]);
        assert_eq!(found("a.json", Kind::Configuration, "# reachlint: ignore[x]\n1"), Vec::<String>::new());
    }

    #[test]
    fn what_is_no_comment_is_none() {
        for text in
            ["s := \"// reachlint: ignore[a]\"", "// see reachlint: ignore[a]", "// reachlint: found it"]
        {
            assert_eq!(found("main.go", Kind::Go, text), Vec::<String>::new(), "{text}");
        }
        assert_eq!(found("compose.yaml", Kind::Compose, "a: b# reachlint: ignore[a]"), Vec::<String>::new());
    }

    #[test]
    fn what_was_meant_is_told() {
        let go = |text| found("main.go", Kind::Go, text);
        assert_eq!(go("// reachlint: ignore"), ["ignore: no rules in brackets behind it"]);
        assert_eq!(go("// reachlint: ignore[ ]"), ["ignore: no rules in brackets behind it"]);
        assert_eq!(go("// reachlint: ignroe[a]"), ["ignroe: neither `ignore` nor `ignore-file`"]);
        assert_eq!(go("// reachlint: disable[a]"), ["disable: neither `ignore` nor `ignore-file`"]);
    }
}
