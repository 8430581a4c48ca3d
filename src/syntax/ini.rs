//! INI files, and `.properties` files, which are INI without sections.
//!
//! Both read what gopkg.in/ini and magiconair/properties read of ordinary files:
//! <https://ini.unknwon.io/docs/intro/getting_started>,
//! <https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html#load-java.io.Reader->.

use super::leaf::Leaf;
use crate::source::{FileId, Span, Spanned, Text};

/// The values of one file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// In order; the path is section and key, the key alone outside of sections.
    pub leaves: Vec<Leaf>,
    /// Lines that are neither.
    pub errors: Vec<Spanned<String>>,
}

/// Reads a file.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Document {
    let mut reader = Reader { file, section: None, out: Document::default() };
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        reader.line(start, line);
        start += line.len();
    }
    reader.out
}

struct Reader {
    file: FileId,
    section: Option<String>,
    out: Document,
}

impl Reader {
    fn line(&mut self, start: usize, line: &str) {
        let trimmed = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        if trimmed.is_empty() || trimmed.starts_with(['#', ';', '!']) {
            return;
        }
        let whole = Span::new(self.file, at, at + trimmed.len());
        if let Some(rest) = trimmed.strip_prefix('[') {
            match rest.find(']') {
                Some(end) => self.section = Some(rest[..end].trim().to_owned()),
                None => self.error("this section is not closed", whole),
            }
            return;
        }
        let Some(separator) = trimmed.find(['=', ':']) else {
            self.error("this is neither a section nor a key with a value", whole);
            return;
        };
        let key = trimmed[..separator].trim_end();
        if key.is_empty() {
            self.error("this value has no key", whole);
            return;
        }
        let value = &trimmed[separator + 1..];
        let from = separator + 1 + (value.len() - value.trim_start().len());
        let (from, to) = bounds(trimmed, from);
        let path = self.section.iter().cloned().chain([key.to_owned()]).collect();
        let text = Text::new(&trimmed[from..to], Span::new(self.file, at + from, at + to));
        self.out.leaves.push(Leaf { path, key: Span::new(self.file, at, at + key.len()), text });
    }

    fn error(&mut self, message: &str, span: Span) {
        self.out.errors.push(Spanned::new(message.to_owned(), span));
    }
}

/// Where the value that begins at `from` of a line stands, its quotes and a comment behind it left out.
fn bounds(line: &str, from: usize) -> (usize, usize) {
    let value = &line[from..];
    if let Some(quote) = value.chars().next().filter(|it| matches!(it, '"' | '\'' | '`'))
        && let Some(length) = value[1..].find(quote)
    {
        return (from + 1, from + 1 + length);
    }
    let comments = [" ;", " #", "\t;", "\t#"];
    let end = comments.iter().filter_map(|it| value.find(it)).min().unwrap_or(value.len());
    (from, from + value[..end].trim_end().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_keys_and_values_are_read() {
        let text = "; head\nname = shop\n[ server ]\nHost=0.0.0.0 ; all\r\nport: 8080\nurl = \"http://a:1/#x\" # c\nempty =\n[broken\nword\n= 1\n";
        let document = parse(FileId(0), text);
        let show = |it: &Leaf| {
            let written = it.text.span().map_or("", |span| &text[span.range()]);
            format!("{}={} `{written}` {}", it.path.join("."), it.text.as_str(), &text[it.key.range()])
        };
        assert_eq!(
            document.leaves.iter().map(show).collect::<Vec<_>>(),
            [
                "name=shop `shop` name",
                "server.Host=0.0.0.0 `0.0.0.0` Host",
                "server.port=8080 `8080` port",
                "server.url=http://a:1/#x `http://a:1/#x` url",
                "server.empty= `` empty",
            ]
        );
        let errors: Vec<_> = document.errors.iter().map(|it| &text[it.span.range()]).collect();
        assert_eq!(errors, ["[broken", "word", "= 1"]);
        for end in 0..text.len() {
            let _ = parse(FileId(0), &text[..end]);
        }
    }
}
