//! Command lines of PowerShell and of batch files, told as a shell would write them.
//!
//! <https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_parsing>,
//! <https://learn.microsoft.com/windows-server/administration/windows-commands/set_1>.

use std::ops::Range;

use super::{NOT_KNOWN, push};
use crate::source::{FileId, Span, Text};

/// The shell of a script for Windows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WindowsShell {
    PowerShell,
    Batch,
}

impl WindowsShell {
    /// That of the file at `path`.
    pub(super) fn of(path: &str) -> Self {
        let name = path.to_ascii_lowercase();
        if name.ends_with(".ps1") { Self::PowerShell } else { Self::Batch }
    }
}

/// The script as a shell would write it.
pub(super) fn script(file: FileId, shell: WindowsShell, text: &str) -> Text {
    let mut out = Text::default();
    let mut at = 0;
    let mut goes_on = false;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.trim_end_matches(['\n', '\r']).len();
        at += line.len();
        goes_on = self::line(file, shell, text, range, goes_on, &mut out);
    }
    out
}

/// Appends a line of the file; whether it goes on in the next.
pub(super) fn line(
    file: FileId,
    shell: WindowsShell,
    text: &str,
    range: Range<usize>,
    goes_on: bool,
    out: &mut Text,
) -> bool {
    let mark = if shell == WindowsShell::PowerShell { '`' } else { '^' };
    let written = &text[range.clone()];
    let body = written.trim_end().strip_suffix(mark);
    let end = range.start + body.map_or(written.len(), |it| it.trim_end().len());
    let indent = written.len() - written.trim_start().len();
    let mut at = (range.start + indent).min(end);
    let first = text[at..end].split_whitespace().next().unwrap_or_default().to_ascii_lowercase();
    let place = |at: usize| Span::new(file, at, at);
    let is_remark = matches!(first.as_str(), "rem" | "@rem") || first.starts_with("::");
    if shell == WindowsShell::Batch && is_remark && !goes_on {
        return false;
    }
    match shell {
        WindowsShell::Batch => {
            at += usize::from(text[at..end].starts_with('@'));
            if let Some((name, value)) = batch_assignment(text, at..end).filter(|_| !goes_on) {
                push(out, file, text, name);
                out.push("=\"", place(value.start));
                words(file, shell, text, value.clone(), out);
                out.push("\"\n", place(value.end));
                return false;
            }
        }
        WindowsShell::PowerShell => {
            if let Some((name, value)) = assignment(text, at..end).filter(|_| !goes_on) {
                push(out, file, text, name);
                out.push("=", place(value.start));
                at = value.start;
            }
        }
    }
    words(file, shell, text, at..end, out);
    out.push(if body.is_some() { " " } else { "\n" }, place(range.end));
    body.is_some()
}

/// `$name = value`, `$env:NAME = value`.
fn assignment(text: &str, line: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let written = &text[line.clone()];
    let (name, value) = written.strip_prefix('$')?.split_once('=')?;
    let start = if name.to_ascii_lowercase().starts_with("env:") { 4 } else { 0 };
    let name = name[start..].trim_end();
    let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let name_start = line.start + 1 + start;
    let value = line.end - value.trim_start().len();
    is_name.then(|| (name_start..name_start + name.len(), value..line.end))
}

/// `set NAME=value`, `set "NAME=value"`.
fn batch_assignment(text: &str, line: Range<usize>) -> Option<(Range<usize>, Range<usize>)> {
    let written = &text[line.clone()];
    let rest = written.get(..4).filter(|it| it.eq_ignore_ascii_case("set ")).map(|_| &written[4..])?;
    let trimmed = rest.trim_start().trim_start_matches('"');
    let start = line.end - trimmed.len();
    let (name, value) = trimmed.split_once('=')?;
    let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    let value_start = line.end - value.len();
    let value = value.trim_end().trim_end_matches('"');
    is_name.then(|| (start..start + name.len(), value_start..value_start + value.len()))
}

/// Appends a part of a line: variables as a shell writes them, `/` for a backslash.
fn words(file: FileId, shell: WindowsShell, text: &str, range: Range<usize>, out: &mut Text) {
    let (mut at, end) = (range.start, range.end);
    let mut kept = at;
    while at < end {
        let rest = &text[at..end];
        let replaced = match (shell, rest.as_bytes()[0]) {
            (_, b'\\') => Some(("/".to_owned(), 1)),
            (WindowsShell::Batch, b'%') => batch_variable(rest),
            (WindowsShell::PowerShell, b'$') => variable(rest),
            _ => None,
        };
        let Some((replacement, length)) = replaced else {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        };
        push(out, file, text, kept..at);
        out.push(&replacement, Span::new(file, at, at + length));
        at += length;
        kept = at;
    }
    push(out, file, text, kept..end);
}

/// `%NAME%`; anything else that begins so is not known.
fn batch_variable(text: &str) -> Option<(String, usize)> {
    const FOLDER: &str = "%~dp0";
    if text.get(..FOLDER.len()).is_some_and(|it| it.eq_ignore_ascii_case(FOLDER)) {
        return Some((format!("{SCRIPT_FOLDER}/"), FOLDER.len()));
    }
    let name = text[1..].split('%').next()?;
    if name.eq_ignore_ascii_case("cd") && text.len() > name.len() + 1 {
        return Some((WORKING_FOLDER.to_owned(), name.len() + 2));
    }
    let is_name = !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
    if is_name && text.len() > name.len() + 1 {
        return Some((format!("${{{name}}}"), name.len() + 2));
    }
    let length = text.find(|it: char| it.is_whitespace() || it == '"').unwrap_or(text.len());
    Some((NOT_KNOWN.to_owned(), length))
}

/// The folder of the script, and the one it works in, as a shell tells them.
const SCRIPT_FOLDER: &str = "$(dirname \"$0\")";
const WORKING_FOLDER: &str = "${PWD}";

/// `$env:NAME`, `${env:NAME}`, and what PowerShell calls folders; another `$name` is as a shell writes it.
fn variable(text: &str) -> Option<(String, usize)> {
    for (own, folder) in [("psscriptroot", SCRIPT_FOLDER), ("pwd", WORKING_FOLDER)] {
        for written in [format!("${{{own}}}"), format!("${own}")] {
            let is_meant = text.get(..written.len()).is_some_and(|it| it.eq_ignore_ascii_case(&written));
            let goes_on =
                text[written.len().min(text.len())..].starts_with(|it: char| it.is_ascii_alphanumeric());
            if is_meant && (written.ends_with('}') || !goes_on) {
                return Some((folder.to_owned(), written.len()));
            }
        }
    }
    let (prefix, close) = match () {
        () if text[1..].to_ascii_lowercase().starts_with("env:") => (5, 0),
        () if text[1..].to_ascii_lowercase().starts_with("{env:") => (6, 1),
        () => return None,
    };
    let name: String =
        text[prefix..].chars().take_while(|it| it.is_ascii_alphanumeric() || *it == '_').collect();
    Some((format!("${{{name}}}"), (prefix + name.len() + close).min(text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(shell: WindowsShell, text: &str) -> String {
        script(FileId(0), shell, text).as_str().to_owned()
    }

    #[test]
    fn powershell_is_told_as_a_shell() {
        let text = "$port = 8080\r\n$env:TAG = \"v1\"\r\ndocker run -p ${port}:80 `\r\n  -v C:\\data:/data -v ${PWD}\\a:/a -v $PSScriptRoot/b:/b shop/api:$env:TAG\r\n";
        assert_eq!(
            show(WindowsShell::PowerShell, text),
            "port=8080\nTAG=\"v1\"\ndocker run -p ${port}:80 -v C:/data:/data -v ${PWD}/a:/a -v $(dirname \"$0\")/b:/b shop/api:${TAG}\n"
        );
    }

    #[test]
    fn a_batch_file_is_told_as_a_shell() {
        let text = "@echo off\r\nrem docker run x\r\nset \"PORT=8080\"\r\n@docker run -p %PORT%:80 ^\r\n  -v %~dp0conf:/x -v %CD%\\y:/y shop/api\r\n";
        assert_eq!(
            show(WindowsShell::Batch, text),
            "echo off\nPORT=\"8080\"\ndocker run -p ${PORT}:80 -v $(dirname \"$0\")/conf:/x -v ${PWD}/y:/y shop/api\n"
        );
    }
}
