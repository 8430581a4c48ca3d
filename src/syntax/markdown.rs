//! The code blocks of a Markdown text: <https://spec.commonmark.org/0.31.2/#fenced-code-blocks>.

use std::ops::Range;

/// A code block; ranges are bytes of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeBlock<'t> {
    /// The first word behind the fence, in lower case as people mean it; empty for a block that is only
    /// indented, or without a word.
    pub language: &'t str,
    /// Its lines, indentation of the block and line ends left out.
    pub lines: Vec<Range<usize>>,
}

/// Reads the code blocks of a text. Lists and quotes may hold some: what stands in front of a fence does not
/// matter.
#[must_use]
pub fn code_blocks(text: &str) -> Vec<CodeBlock<'_>> {
    let mut out: Vec<CodeBlock<'_>> = Vec::new();
    let mut fence: Option<Fence> = None;
    let mut at = 0;
    // Whether the line before may stand in front of an indented block, and whether one is open.
    let (mut was_blank, mut is_indented) = (true, false);
    for line in text.split_inclusive('\n') {
        let range = at..at + line.trim_end_matches(['\n', '\r']).len();
        at += line.len();
        let line = &text[range.clone()];
        let indent = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
        let body = &line[indent..];
        if let Some(open) = &fence {
            if open.is_closed_by(body) {
                fence = None;
            } else if let Some(block) = out.last_mut() {
                let skipped = line.len() - line.trim_start_matches([' ', '\t', '>']).len();
                block.lines.push(range.start + skipped.min(open.indent)..range.end);
            }
            was_blank = true;
            is_indented = false;
            continue;
        }
        if let Some((open, language)) = Fence::read(body, indent) {
            out.push(CodeBlock { language, lines: Vec::new() });
            fence = Some(open);
            continue;
        }
        let deep = line.starts_with("    ") || line.starts_with('\t');
        if deep && (was_blank || is_indented) && !body.is_empty() {
            if !is_indented {
                out.push(CodeBlock { language: "", lines: Vec::new() });
            }
            is_indented = true;
            if let Some(block) = out.last_mut() {
                block.lines.push(range.start + indent..range.end);
            }
        } else if !body.is_empty() {
            is_indented = false;
        }
        was_blank = body.is_empty();
    }
    out
}

struct Fence {
    mark: char,
    length: usize,
    indent: usize,
}

impl Fence {
    fn read(body: &str, indent: usize) -> Option<(Self, &str)> {
        let mark = body.chars().next().filter(|it| matches!(it, '`' | '~'))?;
        let length = body.chars().take_while(|it| *it == mark).count();
        let info = body[length..].trim();
        if length < 3 || (mark == '`' && info.contains('`')) {
            return None;
        }
        let language = info.split([' ', '{', ',', ':']).find(|it| !it.is_empty()).unwrap_or_default();
        Some((Self { mark, length, indent }, language.trim_matches(['.', '}'])))
    }

    fn is_closed_by(&self, body: &str) -> bool {
        let body = body.trim_end();
        body.len() >= self.length && body.chars().all(|it| it == self.mark)
    }
}

#[cfg(test)]
mod tests {
    use super::code_blocks;

    fn show(text: &str) -> Vec<String> {
        let lines = |it: &super::CodeBlock<'_>| {
            it.lines.iter().map(|it| text[it.clone()].to_owned()).collect::<Vec<_>>().join("|")
        };
        code_blocks(text).iter().map(|it| format!("{}: {}", it.language, lines(it))).collect()
    }

    #[test]
    fn fences_and_indented_lines_are_code() {
        assert_eq!(show("a\n```sh\nx\n  y\n```\nb\n~~~\n```\n~~~\n"), ["sh: x|  y", ": ```"]);
        assert_eq!(show("1. a\n   ```bash title=\"x\"\n   x \\\n     y\n   ```\n"), ["bash: x \\|  y"]);
        assert_eq!(show("a\n\n    x\n    y\n\nb\n    c\n"), [": x|y"]);
        assert_eq!(show("`a`\n````md\n```sh\nx\n```\n````\n"), ["md: ```sh|x|```"]);
        assert_eq!(show("```\nnever closed"), [": never closed"]);
        assert_eq!(show(""), Vec::<String>::new());
    }
}
