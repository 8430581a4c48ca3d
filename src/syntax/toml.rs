//! TOML, by the toml crate: <https://toml.io/en/v1.0.0>. As a tree for who knows what a file holds, and as a
//! flat list of values for who does not.

use toml::de::{DeTable, DeValue};

use super::leaf::Leaf;
use crate::source::{FileId, Span, Spanned, Text};

/// One file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// What stands outside of every table, and the tables.
    pub root: Table,
    /// What is no TOML.
    pub errors: Vec<Spanned<String>>,
}

/// Keys and values, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Table(pub Vec<(Spanned<String>, Value)>);

/// A value and where it is written.
#[derive(Clone, Debug)]
pub struct Value {
    /// The value.
    pub kind: ValueKind,
    /// The value with its quotes or brackets; the heading of a table that has one.
    pub span: Span,
}

/// A value.
#[derive(Clone, Debug)]
pub enum ValueKind {
    /// A string; it stands between its quotes where it has no escapes.
    String(Text),
    /// A boolean.
    Boolean(bool),
    /// A whole number, in decimal.
    Integer(Text),
    /// A number with a fraction, or a time.
    Other(Text),
    /// A list.
    Array(Vec<Value>),
    /// A table.
    Table(Table),
}

/// Reads a file. What could be read in spite of errors is there.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Document {
    let (root, errors) = DeTable::parse_recoverable(text);
    let error = |it: toml::de::Error| {
        let range = it.span().unwrap_or(0..0);
        Spanned::new(it.message().to_owned(), Span::new(file, range.start, range.end.max(range.start)))
    };
    let errors = errors.into_iter().map(error).collect();
    Document { root: Reader { file, text }.table(root.get_ref()), errors }
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
}

impl Reader<'_> {
    fn table(&self, table: &DeTable<'_>) -> Table {
        let entries = table.iter().map(|(key, value)| {
            let range = key.span();
            let name = key.get_ref().clone().into_owned();
            (Spanned::new(name, Span::new(self.file, range.start, range.end)), self.value(value))
        });
        let mut entries: Vec<_> = entries.collect();
        entries.sort_by_key(|(key, _)| key.span.start);
        Table(entries)
    }

    fn value(&self, value: &toml::Spanned<DeValue<'_>>) -> Value {
        let range = value.span();
        let span = Span::new(self.file, range.start, range.end);
        let kind = match value.get_ref() {
            DeValue::Table(table) => ValueKind::Table(self.table(table)),
            DeValue::Array(items) => ValueKind::Array(items.iter().map(|it| self.value(it)).collect()),
            DeValue::String(it) => ValueKind::String(self.string(it, span)),
            DeValue::Integer(it) => ValueKind::Integer(match i128::from_str_radix(it.as_str(), it.radix()) {
                Ok(number) => Text::new(number.to_string(), span),
                Err(_) => Text::new(it.as_str(), span),
            }),
            DeValue::Float(it) => ValueKind::Other(Text::new(it.as_str(), span)),
            DeValue::Boolean(it) => ValueKind::Boolean(*it),
            DeValue::Datetime(it) => ValueKind::Other(Text::new(it.to_string(), span)),
        };
        Value { kind, span }
    }

    fn string(&self, value: &str, whole: Span) -> Text {
        let raw = self.text.get(whole.range()).unwrap_or_default();
        match raw.find(value).filter(|_| !value.is_empty()) {
            Some(at) => Text::new(value, whole.slice(at..at + value.len())),
            None => Text::new(value, whole),
        }
    }
}

impl Document {
    /// Its values without the tables around them, in the order of the file.
    #[must_use]
    pub fn leaves(&self) -> Vec<Leaf> {
        let mut out = Vec::new();
        self.root.flatten(&mut Vec::new(), &mut out);
        out.sort_by_key(|it| it.key.start);
        out
    }
}

impl Table {
    fn flatten(&self, path: &mut Vec<String>, out: &mut Vec<Leaf>) {
        for (key, value) in &self.0 {
            path.push(key.value.clone());
            value.flatten(key.span, path, out);
            path.pop();
        }
    }
}

impl Value {
    fn flatten(&self, key: Span, path: &mut Vec<String>, out: &mut Vec<Leaf>) {
        let text = match &self.kind {
            ValueKind::Table(table) => return table.flatten(path, out),
            ValueKind::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    path.push(index.to_string());
                    item.flatten(item.span, path, out);
                    path.pop();
                }
                return;
            }
            ValueKind::Boolean(it) => Text::new(it.to_string(), self.span),
            ValueKind::String(it) | ValueKind::Integer(it) | ValueKind::Other(it) => it.clone(),
        };
        out.push(Leaf { path: path.clone(), key, text });
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
        parse(FileId(0), text).leaves().iter().map(show).collect()
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
