//! As much of HCL as files of `docker buildx bake` are written in:
//! <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>.

use std::ops::Range;

/// The content of a file or of a block; ranges are bytes of the text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// `name = value`, in order.
    pub attributes: Vec<(String, Value)>,
    /// `kind "label" { ... }`, in order.
    pub blocks: Vec<Block>,
}

/// A block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// `target`.
    pub kind: String,
    /// `"api"`.
    pub label: String,
    /// What is between the brackets.
    pub body: Body,
}

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text in quotes, without them; it may hold `${...}`.
    Text(Range<usize>),
    /// `[a, b]`.
    List(Vec<Value>),
    /// `{ name = value }`.
    Object(Vec<(String, Value)>),
    /// A name alone.
    Name(Range<usize>),
    /// Anything that is worked out.
    Other,
}

impl Body {
    /// The value of an attribute.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().rfind(|(it, _)| it == name).map(|(_, it)| it)
    }
}

/// Deeper than anybody nests.
const MAXIMUM_DEPTH: usize = 32;

/// Reads a file, as far as it can be read.
#[must_use]
pub fn parse(text: &str) -> Body {
    let mut reader = Reader { text, at: 0 };
    let mut out = Body::default();
    while reader.at < text.len() {
        let before = reader.at;
        reader.body(&mut out, 0);
        // What cannot be read is passed over.
        if reader.at == before {
            reader.at += reader.rest().chars().next().map_or(1, char::len_utf8);
        }
    }
    out
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            self.at += rest.len() - rest.trim_start().len();
            let rest = self.rest();
            if rest.starts_with('#') || rest.starts_with("//") {
                self.at += rest.find('\n').unwrap_or(rest.len());
            } else if rest.starts_with("/*") {
                self.at += rest.find("*/").map_or(rest.len(), |it| it + 2);
            } else {
                return;
            }
        }
    }

    fn takes(&mut self, mark: char) -> bool {
        self.skip_blank();
        let found = self.rest().starts_with(mark);
        self.at += if found { mark.len_utf8() } else { 0 };
        found
    }

    fn name(&mut self) -> Option<Range<usize>> {
        self.skip_blank();
        let length = self
            .rest()
            .bytes()
            .take_while(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.'));
        let range = self.at..self.at + length.count();
        self.at = range.end;
        (!range.is_empty()).then_some(range)
    }

    fn body(&mut self, out: &mut Body, depth: usize) {
        while let Some(name) = self.name() {
            let name = self.text[name].to_owned();
            self.skip_blank();
            let mut label = String::new();
            while self.rest().starts_with('"') {
                let Some(text) = self.quoted() else { return };
                label = self.text[text].to_owned();
                self.skip_blank();
            }
            if self.takes('{') {
                let mut block = Block { kind: name, label, body: Body::default() };
                if depth < MAXIMUM_DEPTH {
                    self.body(&mut block.body, depth + 1);
                }
                self.takes('}');
                out.blocks.push(block);
            } else if self.takes('=') {
                let value = self.value(depth);
                out.attributes.push((name, value));
            } else {
                return;
            }
        }
    }

    /// A text in quotes, without them.
    fn quoted(&mut self) -> Option<Range<usize>> {
        let start = self.at + 1;
        let (mut at, bytes) = (start, self.text.as_bytes());
        while at < bytes.len() && bytes[at] != b'"' && bytes[at] != b'\n' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        let is_closed = bytes.get(at) == Some(&b'"') && self.text.get(start..at).is_some();
        self.at = (at + 1).min(self.text.len());
        while !self.text.is_char_boundary(self.at) {
            self.at += 1;
        }
        is_closed.then_some(start..at)
    }

    fn value(&mut self, depth: usize) -> Value {
        self.skip_blank();
        let value = match self.rest().chars().next() {
            Some('"') => self.quoted().map_or(Value::Other, Value::Text),
            Some('[') if depth < MAXIMUM_DEPTH => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.takes(']') && !self.rest().is_empty() {
                    items.push(self.value(depth + 1));
                    if !self.takes(',') && !self.rest().starts_with(']') {
                        self.skip_expression();
                    }
                }
                Value::List(items)
            }
            Some('{') if depth < MAXIMUM_DEPTH => {
                self.at += 1;
                let mut entries = Vec::new();
                while !self.takes('}') && !self.rest().is_empty() {
                    let name = if self.rest().starts_with('"') { self.quoted() } else { self.name() };
                    let Some(name) = name.filter(|_| self.takes('=') || self.takes(':')) else {
                        self.skip_expression();
                        continue;
                    };
                    let value = self.value(depth + 1);
                    entries.push((self.text[name].to_owned(), value));
                    self.takes(',');
                }
                Value::Object(entries)
            }
            _ => self.name().map_or(Value::Other, Value::Name),
        };
        // What follows on the line makes it an expression.
        let line = self.rest().split('\n').next().unwrap_or_default().trim();
        let ends = line.is_empty() || line.starts_with([',', ']', '}', '#', ':']) || line.starts_with("//");
        if ends {
            return value;
        }
        self.skip_expression();
        Value::Other
    }

    /// Passes over the rest of a line, or up to the end of the list that it is in.
    fn skip_expression(&mut self) {
        let mut depth = 0_usize;
        while let Some(character) = self.rest().chars().next() {
            match character {
                '\n' if depth == 0 => return,
                ',' | ']' | '}' if depth == 0 => return,
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth -= 1,
                '"' => {
                    let _ = self.quoted();
                    continue;
                }
                _ => {}
            }
            self.at += character.len_utf8();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_attributes() {
        let text = "# a\nvariable \"TAG\" { default = \"v1\" }\ngroup \"default\" {\n  targets = [\"api\", \"web\"]\n}\ntarget \"api\" {\n  context = \"./api\" // b\n  tags = [\"shop/api:${TAG}\", notequal(\"\", X) ? \"a\" : \"b\",]\n  args = {\n    A = \"1\"\n    \"B\" = TAG\n  }\n  inherits = [\"_base\"]\n}\n";
        let body = parse(text);
        let kinds: Vec<_> = body.blocks.iter().map(|it| format!("{} {}", it.kind, it.label)).collect();
        assert_eq!(kinds, ["variable TAG", "group default", "target api"]);
        let api = &body.blocks[2].body;
        let Some(Value::Text(context)) = api.get("context") else { panic!("no context") };
        assert_eq!(&text[context.clone()], "./api");
        let Some(Value::List(tags)) = api.get("tags") else { panic!("no tags") };
        assert_eq!(tags.len(), 2);
        assert_eq!(tags[1], Value::Other);
        let Some(Value::Object(arguments)) = api.get("args") else { panic!("no arguments") };
        assert_eq!(arguments.len(), 2);
        assert!(api.get("inherits").is_some());
    }

    #[test]
    fn broken_text_never_panics() {
        for text in
            ["", "\"", "a = [", "a = {", "a {", "a \"b\" {", "a = \"é\\", "a = (", "}}}", "= =", "a = ,]"]
        {
            let _ = parse(text);
        }
        let _ = parse(&"a {".repeat(1000));
        let _ = parse(&format!("a = {}", "[".repeat(1000)));
    }
}
