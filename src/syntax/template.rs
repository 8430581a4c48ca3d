//! Templates of Go's `text/template`: which parts of a text are actions, and what these enclose.
//! <https://pkg.go.dev/text/template#hdr-Text_and_spaces>.

use std::ops::Range;

/// The actions of a template. Offsets are bytes of its text.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// In order; those inside of a `define` too.
    pub actions: Vec<Action>,
    /// What actions enclose, each branch apart, in the order in which they end.
    pub blocks: Vec<Block>,
    /// Whether an action has no end, or a block.
    pub is_broken: bool,
}

/// `{{ … }}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// With its braces.
    pub range: Range<usize>,
    /// What is between the braces, without the signs that trim.
    pub code: String,
    /// What it does.
    pub kind: ActionKind,
}

/// What an [`Action`] does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ActionKind {
    /// Writes what it is worth.
    Output,
    /// Begins, divides or ends a block.
    Control,
    /// Writes nothing: a comment, a variable.
    Silent,
}

/// What one branch of a block encloses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// The words that it begins with.
    pub kind: BlockKind,
    /// What stands behind the word: a condition, a value, a name.
    pub head: String,
    /// From the end of the action that begins it to the start of the one that ends it.
    pub range: Range<usize>,
    /// The whole block, its actions included.
    pub whole: Range<usize>,
}

impl Block {
    /// The expression that decides whether the branch is taken; empty for an `else` of nothing else.
    #[must_use]
    pub fn condition(&self) -> &str {
        self.head.strip_prefix("if ").unwrap_or(&self.head).trim()
    }
}

/// The word that begins a [`Block`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// `if`, and `else` of any.
    If,
    /// `with`.
    With,
    /// `range`.
    Range,
    /// `define`, and `block`.
    Define,
}

/// Reads a template. Never fails: what has no end reaches to the end of the text.
#[must_use]
pub fn parse(text: &str) -> Template {
    let mut out = Template::default();
    // A block: where it starts, its branches so far, and the branch that is open.
    let mut open: Vec<(usize, Vec<Block>)> = Vec::new();
    let mut at = 0;
    while let Some(start) = memchr::memmem::find(&text.as_bytes()[at..], b"{{").map(|it| at + it) {
        let Some((end, code)) = action(text, start) else {
            out.is_broken = true;
            break;
        };
        at = end;
        let kind = take(&mut open, &mut out, start..end, &code);
        out.actions.push(Action { range: start..end, code, kind });
    }
    out.is_broken |= !open.is_empty();
    out
}

/// Where the action at `start` ends, and its code. Strings and comments may hold braces.
fn action(text: &str, start: usize) -> Option<(usize, String)> {
    let bytes = text.as_bytes();
    let mut first = start + 2;
    if bytes.get(first) == Some(&b'-') && bytes.get(first + 1).is_some_and(u8::is_ascii_whitespace) {
        first += 1;
    }
    let inner = text.get(first..)?;
    if inner.trim_start().starts_with("/*") {
        let close = first + memchr::memmem::find(inner.as_bytes(), b"*/")? + 2;
        let end = close + memchr::memmem::find(&bytes[close..], b"}}")? + 2;
        return Some((end, String::new()));
    }
    let mut at = first;
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'\'' | b'`') => at = string(bytes, at, quote)?,
            b'}' if bytes.get(at + 1) == Some(&b'}') => {
                let code = text[first..at].trim_end();
                let trims = code.strip_suffix('-').filter(|it| it.ends_with(char::is_whitespace));
                return Some((at + 2, trims.unwrap_or(code).trim().to_owned()));
            }
            _ => at += 1,
        }
    }
    None
}

/// Where the string at `start` ends.
fn string(bytes: &[u8], start: usize, quote: u8) -> Option<usize> {
    let mut at = start + 1;
    loop {
        match *bytes.get(at)? {
            b'\\' if quote != b'`' => at += 2,
            it if it == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

fn take(
    open: &mut Vec<(usize, Vec<Block>)>,
    out: &mut Template,
    range: Range<usize>,
    code: &str,
) -> ActionKind {
    let (word, head) = code.split_once(char::is_whitespace).unwrap_or((code, ""));
    let begin = |kind: BlockKind, head: &str| Block {
        kind,
        head: head.trim().to_owned(),
        range: range.end..range.end,
        whole: range.clone(),
    };
    let kind = match word {
        "if" => BlockKind::If,
        "with" => BlockKind::With,
        "range" => BlockKind::Range,
        "define" | "block" => BlockKind::Define,
        "else" => {
            if let Some((_, branches)) = open.last_mut() {
                if let Some(last) = branches.last_mut() {
                    last.range.end = range.start;
                }
                // `else with x` has the value of x as its dot, every other one that of the outside.
                let kind =
                    if head.trim_start().starts_with("with ") { BlockKind::With } else { BlockKind::If };
                branches.push(begin(kind, head.trim_start().trim_start_matches("with ")));
            }
            return ActionKind::Control;
        }
        "end" => {
            if let Some((start, mut branches)) = open.pop() {
                if let Some(last) = branches.last_mut() {
                    last.range.end = range.start;
                }
                branches.iter_mut().for_each(|it| it.whole = start..range.end);
                out.blocks.append(&mut branches);
            } else {
                out.is_broken = true;
            }
            return ActionKind::Control;
        }
        "break" | "continue" => return ActionKind::Control,
        "" => return ActionKind::Silent,
        _ => {
            let is_variable = code.starts_with('$') && assignment(code).is_some();
            return if is_variable { ActionKind::Silent } else { ActionKind::Output };
        }
    };
    let start = range.start;
    open.push((start, vec![begin(kind, head)]));
    ActionKind::Control
}

/// The name and the value of `$name := value`, or `$name = value`.
#[must_use]
pub fn assignment(code: &str) -> Option<(&str, &str)> {
    let (name, value) = code.split_once('=')?;
    let name = name.trim_end_matches(':').trim_end();
    let is_name = name.len() > 1
        && name.starts_with('$')
        && name[1..].bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    (is_name && !value.starts_with('=')).then(|| (name, value.trim()))
}

/// The words of an expression: names, fields, strings with their quotes, numbers, and `(`, `)`, `|` each by itself.
#[must_use]
pub fn words(code: &str) -> Vec<&str> {
    let bytes = code.as_bytes();
    let (mut out, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let start = at;
        at = match bytes[at] {
            it if it.is_ascii_whitespace() => {
                at += 1;
                continue;
            }
            quote @ (b'"' | b'\'' | b'`') => string(bytes, at, quote).unwrap_or(bytes.len()).min(bytes.len()),
            b'(' | b')' | b'|' => at + 1,
            _ => {
                let ends = |it: &u8| it.is_ascii_whitespace() || b"()|\"'`".contains(it);
                bytes[at..].iter().position(ends).map_or(bytes.len(), |it| at + it)
            }
        };
        out.extend(code.get(start..at));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<(ActionKind, String)> {
        parse(text).actions.into_iter().map(|it| (it.kind, it.code)).collect()
    }

    #[test]
    fn actions_end_at_braces_outside_of_strings_and_comments() {
        let it = show("a {{- .X | default \"}}\" -}} {{/* {{ }} */}}{{ `}}` }}{{$x := 1}}{{-3}}");
        let of = |kind, code: &str| (kind, code.to_owned());
        let expected = [
            of(ActionKind::Output, ".X | default \"}}\""),
            of(ActionKind::Silent, ""),
            of(ActionKind::Output, "`}}`"),
            of(ActionKind::Silent, "$x := 1"),
            of(ActionKind::Output, "-3"),
        ];
        assert_eq!(it, expected);
        assert!(parse("{{ .X").is_broken && parse("{{ \"").is_broken && parse("{{ end }}").is_broken);
    }

    #[test]
    fn every_branch_of_a_block_is_one() {
        let text = "{{ if .A }}1{{ else if .B }}2{{ with .C }}3{{ end }}{{ else }}4{{ end }}5";
        let it = parse(text);
        let shown: Vec<_> =
            it.blocks.iter().map(|it| (it.kind, it.head.as_str(), &text[it.range.clone()])).collect();
        let expected = [
            (BlockKind::With, ".C", "3"),
            (BlockKind::If, ".A", "1"),
            (BlockKind::If, "if .B", "2{{ with .C }}3{{ end }}"),
            (BlockKind::If, "", "4"),
        ];
        assert_eq!(shown, expected);
        assert!(!it.is_broken);
    }

    #[test]
    fn an_expression_is_words() {
        assert_eq!(
            words("include \"a b\" (dict \"x\" .)| quote"),
            ["include", "\"a b\"", "(", "dict", "\"x\"", ".", ")", "|", "quote"]
        );
        assert_eq!(assignment("$x := include \"a\" ."), Some(("$x", "include \"a\" .")));
        assert_eq!(assignment("eq $x \"a=b\""), None);
        assert_eq!(assignment("$x == 1"), None);
    }
}
