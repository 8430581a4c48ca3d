//! Configuration files of HAProxy: <https://docs.haproxy.org/3.2/configuration.html#2.1>.

use super::directive::{Cursor, Directive};
use crate::source::{FileId, Text};

/// Words that begin a section.
const SECTIONS: &[&str] = &[
    "backend",
    "cache",
    "crt-store",
    "defaults",
    "fcgi-app",
    "frontend",
    "global",
    "http-errors",
    "listen",
    "log-forward",
    "mailers",
    "peers",
    "program",
    "resolvers",
    "ring",
    "traces",
    "userlist",
];

/// Reads a file: its sections, with their lines as their blocks. Lines before the first section are left out.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Vec<Directive> {
    let mut cursor = Cursor::new(file, text);
    let mut out: Vec<Directive> = Vec::new();
    while !cursor.rest().is_empty() {
        let Some(mut line) = Directive::of(line(&mut cursor), None) else { continue };
        if SECTIONS.contains(&line.name()) {
            line.block = Some(Vec::new());
            out.push(line);
        } else if let Some(block) = out.last_mut().and_then(|it| it.block.as_mut()) {
            block.push(line);
        }
    }
    out
}

fn line(cursor: &mut Cursor<'_>) -> Vec<Text> {
    let mut words = Vec::new();
    loop {
        cursor.skip(|it| it.is_whitespace() && it != '\n');
        match cursor.peek() {
            None => return words,
            Some('\n') => {
                cursor.next();
                return words;
            }
            Some('#') => cursor.skip_line(),
            Some(_) => words.push(word(cursor)),
        }
    }
}

/// One word, in which parts may be quoted: `"${HOST}":80`.
fn word(cursor: &mut Cursor<'_>) -> Text {
    let mut out = cursor.empty();
    while let Some(it) = cursor.peek() {
        match it {
            '#' => break,
            it if it.is_whitespace() => break,
            '"' | '\'' => {
                cursor.next();
                let part = cursor.quoted(it, |next| it == '"' && matches!(next, '"' | '\\' | '$'));
                out.append(&part);
            }
            _ => {
                let mut start = cursor.here();
                cursor.next();
                if it == '\\' {
                    start = cursor.here();
                    cursor.next();
                }
                cursor.push(&mut out, start..cursor.here());
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_have_their_lines() {
        let text = "x 1\nglobal\n  daemon\nfrontend in # c\n  bind \"*:80\"\n\nbackend api\n  server a \"${HOST}\":80 check\\ 1\n";
        let words = |it: &Directive| it.words.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
        let show = |it: &Directive| {
            format!("{} {{{}}}", words(it), it.inner().iter().map(words).collect::<Vec<_>>().join("; "))
        };
        let read: Vec<String> = parse(FileId(0), text).iter().map(show).collect();
        assert_eq!(
            read,
            ["global {daemon}", "frontend in {bind *:80}", "backend api {server a ${HOST}:80 check 1}"]
        );
        for end in 0..text.len() {
            let _ = parse(FileId(0), &text[..end]);
        }
    }
}
