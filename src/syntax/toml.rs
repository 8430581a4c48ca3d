//! TOML, by the toml crate: <https://toml.io/en/v1.0.0>.

use toml::de::{DeTable, DeValue};

use super::leaf::Leaf;
use crate::source::{FileId, Span, Spanned, Text};

/// The values of one file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// In the order of the file.
    pub leaves: Vec<Leaf>,
    /// What is no TOML.
    pub errors: Vec<Spanned<String>>,
}

/// Reads a file. What could be read in spite of errors is there.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Document {
    let (root, errors) = DeTable::parse_recoverable(text);
    let mut walk = Walk { file, text, path: Vec::new(), out: Document::default() };
    walk.table(root.get_ref());
    let error = |it: toml::de::Error| {
        let range = it.span().unwrap_or(0..0);
        Spanned::new(it.message().to_owned(), Span::new(file, range.start, range.end.max(range.start)))
    };
    walk.out.errors = errors.into_iter().map(error).collect();
    walk.out.leaves.sort_by_key(|it| it.key.start);
    walk.out
}

struct Walk<'t> {
    file: FileId,
    text: &'t str,
    path: Vec<String>,
    out: Document,
}

impl Walk<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            self.path.push(key.get_ref().clone().into_owned());
            let range = key.span();
            self.value(value, Span::new(self.file, range.start, range.end));
            self.path.pop();
        }
    }

    fn value(&mut self, value: &toml::Spanned<DeValue<'_>>, key: Span) {
        let range = value.span();
        let whole = Span::new(self.file, range.start, range.end);
        let text = match value.get_ref() {
            DeValue::Table(table) => return self.table(table),
            DeValue::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let range = item.span();
                    self.path.push(index.to_string());
                    self.value(item, Span::new(self.file, range.start, range.end));
                    self.path.pop();
                }
                return;
            }
            DeValue::String(it) => self.string(it, whole),
            DeValue::Integer(it) => match i128::from_str_radix(it.as_str(), it.radix()) {
                Ok(number) => Text::new(number.to_string(), whole),
                Err(_) => Text::new(it.as_str(), whole),
            },
            DeValue::Float(it) => Text::new(it.as_str(), whole),
            DeValue::Boolean(it) => Text::new(it.to_string(), whole),
            DeValue::Datetime(it) => Text::new(it.to_string(), whole),
        };
        self.out.leaves.push(Leaf { path: self.path.clone(), key, text });
    }

    /// A string stands between its quotes where it has no escapes.
    fn string(&self, value: &str, whole: Span) -> Text {
        let raw = self.text.get(whole.range()).unwrap_or_default();
        match raw.find(value).filter(|_| !value.is_empty()) {
            Some(at) => Text::new(value, whole.slice(at..at + value.len())),
            None => Text::new(value, whole),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |it: &Leaf| {
            let written = it.text.span().map_or("", |span| &text[span.range()]);
            format!("{}={} `{written}`", it.path.join("."), it.text.as_str())
        };
        parse(FileId(0), text).leaves.iter().map(show).collect()
    }

    #[test]
    fn values_are_found_with_their_places() {
        let text = "title = \"shop\"\n[server]\nport = 80_80\nhost = 'db'\nescaped = \"a\\tb\"\n[[peers]]\naddr = \"a:1\"\n[[peers]]\naddr = \"b:2\"\n[x]\n\"a.b\" = [1, 2]\nhex = 0x50\n";
        assert_eq!(
            shown(text),
            [
                "title=shop `shop`",
                "server.port=8080 `80_80`",
                "server.host=db `db`",
                "server.escaped=a\tb `\"a\\tb\"`",
                "peers.0.addr=a:1 `a:1`",
                "peers.1.addr=b:2 `b:2`",
                "x.a.b.0=1 `1`",
                "x.a.b.1=2 `2`",
                "x.hex=80 `0x50`",
            ]
        );
    }

    #[test]
    fn what_is_broken_costs_only_itself() {
        let text = "a = 1\nb = = 2\nc = \"x\"\n";
        let document = parse(FileId(0), text);
        assert!(!document.errors.is_empty());
        assert!(shown(text).contains(&"a=1 `1`".to_owned()));
        for end in 0..text.len() {
            let _ = parse(FileId(0), &text[..end]);
        }
        let _ = parse(FileId(0), &"a=[".repeat(10_000));
    }
}
