//! Caddyfiles: <https://caddyserver.com/docs/caddyfile/concepts>.

use super::directive::{Cursor, Directive};
use crate::source::{FileId, Text};

/// Deeper blocks are read as part of the one around them: no person writes them.
const DEEPEST_BLOCK: usize = 50;

/// Reads a file: one directive a line, a site's block among them. The block of global options has the one
/// word `{`; what is not valid is left out.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Vec<Directive> {
    let mut cursor = Cursor::new(file, text);
    let mut out = Vec::new();
    while !cursor.rest().is_empty() {
        out.extend(block(&mut cursor, 0));
    }
    out
}

fn block(cursor: &mut Cursor<'_>, depth: usize) -> Vec<Directive> {
    let mut out = Vec::new();
    while !cursor.rest().is_empty() {
        let mut words = line(cursor);
        let is = |words: &[Text], at: usize, text: &str| words.get(at).is_some_and(|it| it.as_str() == text);
        if words.len() == 1 && is(&words, 0, "}") {
            break;
        }
        let opens = words.last().is_some_and(|it| it.as_str() == "{");
        if opens && depth < DEEPEST_BLOCK {
            if words.len() > 1 {
                words.pop();
            }
            let inner = block(cursor, depth + 1);
            out.extend(Directive::of(words, Some(inner)));
        } else {
            out.extend(Directive::of(words, None));
        }
    }
    out
}

/// The words of one line; a comma or a backslash at its end joins the next one to it.
fn line(cursor: &mut Cursor<'_>) -> Vec<Text> {
    let mut words: Vec<Text> = Vec::new();
    loop {
        cursor.skip(|it| it.is_whitespace() && it != '\n');
        match cursor.peek() {
            None => return words,
            Some('\n') => {
                cursor.next();
                if !words.last().is_some_and(|it| it.as_str().ends_with(',')) {
                    return words;
                }
            }
            Some('\\') if cursor.rest().starts_with("\\\n") || cursor.rest().starts_with("\\\r\n") => {
                cursor.skip(|it| it != '\n');
                cursor.next();
            }
            Some('#') => cursor.skip_line(),
            Some('"') => {
                cursor.next();
                words.push(cursor.quoted('"', |it| it == '"'));
            }
            Some('`') => {
                cursor.next();
                words.push(cursor.quoted('`', |_| false));
            }
            Some(_) => {
                let mut word = cursor.empty();
                let start = cursor.here();
                cursor.skip(|it| !it.is_whitespace());
                cursor.push(&mut word, start..cursor.here());
                words.push(word);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(all: &[Directive]) -> String {
        let one = |it: &Directive| {
            let words = it.words.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
            it.block.as_ref().map_or(format!("{words};"), |inner| format!("{words} {{{}}}", show(inner)))
        };
        all.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn sites_and_directives_are_read() {
        let text = "{\n\temail a@b.c\n}\na.example,\nb.example {\n  reverse_proxy /api/* {$APP:api:80} \\\n    b:81 # c\n  \
                    handle { respond \"a { b\" }\n}\n";
        let show = |text: &str| show(&parse(FileId(0), text));
        assert_eq!(
            show(text),
            "{ {email a@b.c;} a.example, b.example {reverse_proxy /api/* {$APP:api:80} b:81; handle { respond a { b };}"
        );
        assert_eq!(show(":80\nreverse_proxy x:1"), ":80; reverse_proxy x:1;");
        for end in 0..text.len() {
            let _ = parse(FileId(0), &text[..end]);
        }
        let _ = parse(FileId(0), &"a {\n".repeat(100_000));
    }
}
