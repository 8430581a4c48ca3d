//! What one `.env` file says, read as Compose reads it:
//! <https://github.com/compose-spec/compose-go/blob/main/dotenv/parser.go>. `godotenv` reads the
//! same forms.

use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::interpolation::{Dialect, Template};

/// The facts of one `.env` file.
#[derive(Clone, Debug, Default)]
pub struct Dotenv {
    /// The assignments in order; of two of one name the later holds.
    pub entries: Vec<Assignment>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// One line of a `.env` file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable's name.
    pub name: Spanned<String>,
    /// Its value without quotes; `None` for a name alone, which is taken from the user's shell.
    pub value: Option<Template>,
    /// All behind the `=`, as `format: raw` takes it.
    pub raw: Option<Text>,
    /// Name and value, quotes included.
    pub span: Span,
}

impl Dotenv {
    /// The assignment of that name that holds.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Assignment> {
        self.entries.iter().rev().find(|it| it.name.value == name)
    }
}

/// Whether a file is encrypted, so that nothing is known of what it says: by Ansible Vault
/// (<https://docs.ansible.com/projects/ansible/latest/vault_guide/vault_using_encrypted_content.html>), git-crypt
/// (<https://github.com/AGWA/git-crypt>) or SOPS (<https://github.com/getsops/sops#encryption-protocol>).
#[must_use]
pub fn is_encrypted(text: &str) -> bool {
    let of_sops = |line: &str| line.starts_with("sops_version=") || line.contains("=ENC[AES256_GCM,");
    text.starts_with("$ANSIBLE_VAULT;") || text.starts_with("\0GITCRYPT") || text.lines().any(of_sops)
}

/// Reads one `.env` file.
#[must_use]
pub fn read(file: FileId, text: &str) -> Dotenv {
    let mut reader = Reader { file, text, at: 0, out: Dotenv::default() };
    while reader.skip_to_statement() {
        reader.statement();
    }
    reader.out
}

struct Reader<'a> {
    file: FileId,
    text: &'a str,
    at: usize,
    out: Dotenv,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Passes empty lines and comments; `false` at the end.
    fn skip_to_statement(&mut self) -> bool {
        loop {
            self.at += self.rest().len() - self.rest().trim_start().len();
            if !self.rest().starts_with('#') {
                return !self.rest().is_empty();
            }
            self.at = self.end_of_line();
        }
    }

    fn statement(&mut self) {
        let end = self.end_of_line();
        let exported = self.rest().strip_prefix("export").map(str::trim_start);
        let exported = exported.filter(|it| it.len() + "export".len() < self.rest().len());
        let start = exported.map_or(self.at, |it| self.text.len() - it.len());
        let Some(line) = self.text.get(start..end) else {
            self.at = end;
            return;
        };
        let separator = line.find(['=', ':']);
        let name = line[..separator.unwrap_or(line.len())].trim_end();
        // A name alone may have a comment behind it; anything else with a blank is no variable.
        let name =
            if separator.is_none() { name.split(" #").next().unwrap_or(name).trim_end() } else { name };
        let valid = |it: char| it.is_alphanumeric() || matches!(it, '_' | '.' | '-' | '[' | ']');
        if name.is_empty() || !name.chars().all(valid) {
            self.error("this is not a variable", start, end);
            self.at = end;
            return;
        }
        let name_span = Span::new(self.file, start, start + name.len());
        let name = Spanned::new(name.to_owned(), name_span);
        let Some(separator) = separator else {
            self.at = end;
            self.out.entries.push(Assignment { name, value: None, raw: None, span: name_span });
            return;
        };
        let behind = start + separator + 1;
        let blank = |it: char| it.is_whitespace() && it != '\n';
        let value =
            behind + (self.text[behind..].len() - self.text[behind..].trim_start_matches(blank).len());
        let (template, end) = match self.text.as_bytes().get(value) {
            Some(quote @ (b'"' | b'\'')) => match self.quoted(value, *quote) {
                Some(found) => found,
                None => {
                    self.error("this quote is not closed", value, end);
                    self.at = end;
                    return;
                }
            },
            _ => self.unquoted(value, end),
        };
        let span = Span::new(self.file, start, end.max(name_span.end as usize));
        let raw = line[separator + 1..].trim_end_matches('\r');
        let raw = Some(Text::new(raw, Span::new(self.file, behind, behind + raw.len())));
        self.out.entries.push(Assignment { name, value: Some(template), raw, span });
    }

    /// Up to the end of the line or to ` #`.
    fn unquoted(&mut self, start: usize, line_end: usize) -> (Template, usize) {
        let line = &self.text[start..line_end.max(start)];
        let value = line.split(" #").next().unwrap_or(line).trim_end();
        self.at = line_end.max(start);
        let span = Span::new(self.file, start, start + value.len());
        (Template::parse(&Text::new(value, span), Dialect::Compose), span.end as usize)
    }

    /// Up to the closing quote, which may be lines below; `None` when there is none.
    fn quoted(&mut self, open: usize, quote: u8) -> Option<(Template, usize)> {
        let bytes = self.text.as_bytes();
        let mut at = open + 1;
        let mut raw: Vec<(usize, usize)> = Vec::new();
        while bytes.get(at).is_some_and(|it| *it != quote) {
            // Byte ranges of escapes; a quote behind a backslash does not end the value.
            if bytes[at] == b'\\' {
                let next = at + 1 + self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
                raw.push((at, next));
                at = next;
            } else {
                at += 1;
            }
        }
        bytes.get(at)?;
        self.at = at + 1;
        let mut text = Text::default();
        let mut from = open + 1;
        for (start, end) in raw {
            let decoded = self.unescape(start, end, quote);
            // What is no escape stays as it is, backslash included.
            let Some(decoded) = decoded else { continue };
            self.push(&mut text, from, start);
            text.push(decoded, Span::new(self.file, start, end));
            from = end;
        }
        self.push(&mut text, from, at);
        if text.cover().is_none() {
            text.push("", Span::new(self.file, at, at));
        }
        let double = quote == b'"';
        let template =
            if double { Template::parse(&text, Dialect::Compose) } else { Template::literal(text) };
        Some((template, at + 1))
    }

    /// `\$` becomes `$$`, which the template reads as a dollar sign.
    fn unescape(&self, start: usize, end: usize, quote: u8) -> Option<&'static str> {
        Some(match (self.text.get(start + 1..end)?, quote) {
            ("\"", b'"') => "\"",
            ("'", b'\'') => "'",
            ("n", b'"') => "\n",
            ("r", b'"') => "\r",
            ("t", b'"') => "\t",
            ("a", b'"') => "\x07",
            ("b", b'"') => "\x08",
            ("f", b'"') => "\x0c",
            ("v", b'"') => "\x0b",
            ("\\", b'"') => "\\",
            ("$", b'"') => "$$",
            _ => return None,
        })
    }

    fn push(&self, text: &mut Text, start: usize, end: usize) {
        if start < end {
            text.push(&self.text[start..end], Span::new(self.file, start, end));
        }
    }

    fn end_of_line(&self) -> usize {
        memchr::memchr(b'\n', self.rest().as_bytes()).map_or(self.text.len(), |it| self.at + it)
    }

    fn error(&mut self, message: &str, start: usize, end: usize) {
        let span = Span::new(self.file, start, end.max(start));
        self.out.errors.push(Spanned::new(message.to_owned(), span));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::interpolation::Lookup;

    fn values(source: &str) -> Vec<(String, String)> {
        let facts = read(FileId(0), source);
        let mut lookup = |name: &str| Lookup::NotHere(format!("{name}?"));
        let mut out = Vec::new();
        for entry in &facts.entries {
            let value = match &entry.value {
                Some(template) => match template.expand(&mut lookup) {
                    Ok(text) => text.as_str().to_owned(),
                    Err(reason) => format!("<{}>", reason.value),
                },
                None => "<shell>".to_owned(),
            };
            out.push((entry.name.value.clone(), value));
        }
        out.extend(facts.errors.iter().map(|it| ("!".to_owned(), source[it.span.range()].to_owned())));
        out
    }

    /// Each as compose-go reads it.
    #[test]
    fn lines_are_read_as_compose_reads_them() {
        let cases: &[(&str, &[(&str, &str)])] = &[
            ("A=1\nB = two words \n", &[("A", "1"), ("B", "two words")]),
            ("# no\n\nexport A=1\r\nexport\tB=2\r\n", &[("A", "1"), ("B", "2")]),
            ("A=x # comment\nB=x#y\nC=\"q # r\" # s\n", &[("A", "x"), ("B", "x#y"), ("C", "q # r")]),
            ("A='$B \\n'\nB=\"a\\n\\\"b\\\" \\$C\"\n", &[("A", "$B \\n"), ("B", "a\n\"b\" $C")]),
            ("A=${X:-d}/$$y\nB=$Z\n", &[("A", "d/$y"), ("B", "<Z?>")]),
            ("A=\"one\ntwo\"\nB=2", &[("A", "one\ntwo"), ("B", "2")]),
            ("A=\nB=''\nC=\"\"\n", &[("A", ""), ("B", ""), ("C", "")]),
            ("A: yaml\nB\nC=c", &[("A", "yaml"), ("B", "<shell>"), ("C", "c")]),
            ("exported=1\nA.b-c=2\n", &[("exported", "1"), ("A.b-c", "2")]),
            ("URL=postgres://u:p@db:5432/x?a=b\n", &[("URL", "postgres://u:p@db:5432/x?a=b")]),
            ("a b=1\nC=\"open\nD=4\n", &[("D", "4"), ("!", "a b=1"), ("!", "\"open")]),
            ("=x\nA=1", &[("A", "1"), ("!", "=x")]),
            ("A=\"tail\\", &[("!", "\"tail\\")]),
        ];
        for (source, expected) in cases {
            let expected: Vec<_> = expected.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
            assert_eq!(values(source), expected, "{source}");
        }
    }

    #[test]
    fn values_know_their_place() {
        let source = "export ADDR=\"db:5432\" # x\n";
        let facts = read(FileId(0), source);
        let entry = facts.get("ADDR").unwrap();
        let template = entry.value.as_ref().unwrap();
        assert_eq!(&source[template.span().unwrap().range()], "db:5432");
        assert_eq!(&source[entry.span.range()], "ADDR=\"db:5432\"");
    }

    proptest::proptest! {
        #[test]
        fn no_input_panics(source in "[A-C=\"'\\\\#$:{} \\n\\r\\té]{0,60}") {
            let _ = values(&source);
        }
    }
}
