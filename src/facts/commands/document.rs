//! The command lines that a Markdown file shows to its readers.

use std::ops::Range;

use super::windows::{self, WindowsShell};
use super::{NOT_KNOWN, push};
use crate::facts::docker_command;
use crate::source::{FileId, Span, Text};
use crate::syntax::markdown::{self, CodeBlock};

/// Languages of fences that hold command lines.
const SHELLS: &[&str] = &[
    "",
    "bash",
    "console",
    "docker",
    "plain",
    "plaintext",
    "sh",
    "shell",
    "shell-session",
    "shellscript",
    "terminal",
    "text",
    "txt",
    "zsh",
];

/// The command lines of each code block.
pub(super) fn blocks(file: FileId, text: &str) -> Vec<Vec<Text>> {
    let blocks = markdown::code_blocks(text);
    let near =
        blocks.iter().filter(|it| it.lines.iter().any(|line| docker_command::may_hold(&text[line.clone()])));
    let script = |it: &CodeBlock<'_>| {
        let language = it.language.to_ascii_lowercase();
        let shell = match language.as_str() {
            "powershell" | "ps1" | "pwsh" => WindowsShell::PowerShell,
            "bat" | "batch" | "cmd" => WindowsShell::Batch,
            _ => return SHELLS.contains(&language.as_str()).then(|| block(file, text, it)),
        };
        let (mut out, mut goes_on) = (Text::default(), false);
        for line in &it.lines {
            let prompt = if goes_on { 0 } else { prompt(&text[line.clone()]).unwrap_or(0) };
            goes_on = windows::line(file, shell, text, line.start + prompt..line.end, goes_on, &mut out);
        }
        Some(out)
    };
    near.filter_map(|it| Some(vec![script(it)?])).collect()
}

fn block(file: FileId, text: &str, block: &CodeBlock<'_>) -> Text {
    let mut out = Text::default();
    // A block that shows prompts shows answers too.
    let has_prompts = block.lines.iter().any(|it| prompt(&text[it.clone()]).is_some());
    let mut goes_on = false;
    for line in &block.lines {
        let written = &text[line.clone()];
        let skipped = prompt(written);
        let is_command = goes_on || skipped.is_some() || !has_prompts;
        goes_on = is_command && written.ends_with('\\');
        if is_command {
            let skipped = if has_prompts { skipped.unwrap_or(0) } else { 0 };
            with_placeholders(file, text, line.start + skipped..line.end, &mut out);
            out.push("\n", Span::new(file, line.end, (line.end + 1).min(text.len())));
        }
    }
    out
}

/// The length of the prompt in front of a command.
fn prompt(line: &str) -> Option<usize> {
    let indent = line.len() - line.trim_start().len();
    ["$ ", "% ", "PS> ", "> "].iter().find(|it| line[indent..].starts_with(**it)).map(|it| indent + it.len())
}

/// Appends a line, and for what its reader is to fill in (`<name>`, `[the path]`, `...`) something that no
/// shell knows.
fn with_placeholders(file: FileId, text: &str, line: Range<usize>, out: &mut Text) {
    let mut at = line.start;
    let mut kept = line.start;
    while at < line.end {
        let Some(length) = placeholder(&text[at..line.end]) else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
            continue;
        };
        push(out, file, text, kept..at);
        out.push(NOT_KNOWN, Span::new(file, at, at + length));
        at += length;
        kept = at;
    }
    push(out, file, text, kept..line.end);
}

/// The length of the placeholder that the text begins with.
fn placeholder(text: &str) -> Option<usize> {
    if text.starts_with("...") {
        return Some(3);
    }
    if text.starts_with('…') {
        return Some('…'.len_utf8());
    }
    let close = match text.as_bytes().first()? {
        b'<' => '>',
        b'[' => ']',
        _ => return None,
    };
    let inside = text[1..].split(close).next()?;
    // `< file`, `<(...)` and `[ -f x ]` are shell.
    let is_word = inside.starts_with(|it: char| it.is_alphabetic()) && inside.len() + 1 < text.len();
    let is_plain = !inside.contains(['<', '[', '|', '&', ';', '$', '/', '\n']) || close == ']';
    (is_word && is_plain).then_some(inside.len() + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        blocks(FileId(0), text).iter().map(|it| it[0].as_str().to_owned()).collect()
    }

    #[test]
    fn fences_of_shells_hold_command_lines() {
        assert_eq!(show("```sh\ndocker run a\n```\n```yaml\nimage: docker\n```\n"), ["docker run a\n"]);
        assert_eq!(
            show("```console\n$ docker run \\\n    a\nUnable to find image\n$ ls\n```"),
            ["docker run \\\n    a\nls\n"]
        );
        assert_eq!(show("text\n\n    docker run a\n\ndocker run b\n"), ["docker run a\n"]);
    }

    #[test]
    fn what_readers_fill_in_is_not_known() {
        assert_eq!(
            show("```\ndocker run --network <my net> -v [any path]:/x -e A=... b < c\n```"),
            ["docker run --network $(:) -v $(:):/x -e A=$(:) b < c\n"]
        );
    }
}
