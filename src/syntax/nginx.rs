//! Configuration files of nginx: <https://nginx.org/en/docs/beginners_guide.html#conf_structure>.
//!
//! Words as `ngx_conf_read_token` reads them:
//! <https://github.com/nginx/nginx/blob/master/src/core/ngx_conf_file.c>.

use super::directive::{Cursor, Directive};
use crate::source::{FileId, Text};

/// Deeper blocks are read as if they were empty: no person writes them.
const DEEPEST_BLOCK: usize = 50;

/// Reads a file; what is not valid is left out.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Vec<Directive> {
    let mut cursor = Cursor::new(file, text);
    let mut out = Vec::new();
    // A closing brace too many ends nothing.
    while !cursor.rest().is_empty() {
        out.extend(block(&mut cursor, 0));
    }
    out
}

/// The directives up to the end of the block.
fn block(cursor: &mut Cursor<'_>, depth: usize) -> Vec<Directive> {
    let mut out = Vec::new();
    let mut words: Vec<Text> = Vec::new();
    loop {
        cursor.skip(char::is_whitespace);
        match cursor.peek() {
            None => break,
            Some('#') => cursor.skip_line(),
            Some(';') => {
                cursor.next();
                out.extend(Directive::of(std::mem::take(&mut words), None));
            }
            Some('{') => {
                cursor.next();
                let is_code = words.first().is_some_and(|it| it.as_str().ends_with("_by_lua_block"));
                let inner = if is_code || depth >= DEEPEST_BLOCK {
                    skip_block(cursor);
                    Vec::new()
                } else {
                    block(cursor, depth + 1)
                };
                out.extend(Directive::of(std::mem::take(&mut words), Some(inner)));
            }
            Some('}') => {
                cursor.next();
                break;
            }
            Some(quote @ ('"' | '\'')) => {
                cursor.next();
                words.push(cursor.quoted(quote, |it| matches!(it, '"' | '\'' | '\\')));
            }
            Some(_) => words.push(word(cursor)),
        }
    }
    out
}

fn word(cursor: &mut Cursor<'_>) -> Text {
    let mut out = cursor.empty();
    let mut before = ' ';
    while let Some(it) = cursor.peek() {
        // The brace of `${name}` opens no block.
        if it.is_whitespace() || it == ';' || (it == '{' && before != '$') {
            break;
        }
        let mut start = cursor.here();
        cursor.next();
        if it == '\\' && cursor.peek().is_some_and(|it| matches!(it, '"' | '\'' | '\\')) {
            start = cursor.here();
            cursor.next();
        }
        cursor.push(&mut out, start..cursor.here());
        before = it;
    }
    out
}

fn skip_block(cursor: &mut Cursor<'_>) {
    let mut open = 1;
    while open > 0 {
        match cursor.next() {
            None => return,
            Some('{') => open += 1,
            Some('}') => open -= 1,
            Some(_) => {}
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
    fn directives_and_blocks_are_read() {
        let text = "# c\nhttp {\n  server { listen 80; # c\n    location ~ \\.php$ { proxy_pass http://${APP}:80/$1; } }\n}\n\
                    set $a \"x \\\" y\"; content_by_lua_block { if x then {} end; }\nx 'a;b' c;";
        let read = parse(FileId(0), text);
        assert_eq!(
            show(&read),
            "http {server {listen 80; location ~ \\.php$ {proxy_pass http://${APP}:80/$1;}}} set $a x \" y; \
             content_by_lua_block {} x a;b c;"
        );
        let pass = &read[0].inner()[0].inner()[1].inner()[0];
        assert_eq!(&text[pass.words[1].cover().unwrap().range()], "http://${APP}:80/$1");
        assert_eq!(show(&parse(FileId(0), "a 1; } b 2;")), "a 1; b 2;");
        for end in 0..text.len() {
            let _ = parse(FileId(0), &text[..end]);
        }
        let _ = parse(FileId(0), &"a {".repeat(100_000));
    }
}
