//! INI files, and `.properties` files, which are INI without sections.
//!
//! The common dialect reads what gopkg.in/ini and magiconair/properties read of ordinary files:
//! <https://ini.unknwon.io/docs/intro/getting_started>,
//! <https://docs.oracle.com/javase/8/docs/api/java/util/Properties.html#load-java.io.Reader->.
//! That of WSL is stricter:
//! <https://github.com/microsoft/WSL/blob/master/src/shared/configfile/configfile.cpp>.

use super::leaf::Leaf;
use crate::source::{FileId, Span, Spanned, Text};

/// Whose rules a file follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// Those of most programs: `#`, `;` and `!` begin comments, `=` and `:` separate, a backslash is one.
    Common,
    /// Those of WSL: only `#` begins a comment, only `=` separates, names are letters and digits, and a
    /// backslash escapes.
    Wsl,
}

/// The values of one file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// The names in brackets, in order.
    pub sections: Vec<Spanned<String>>,
    /// In order; the path is section and key, the key alone outside of sections.
    pub leaves: Vec<Leaf>,
    /// Lines that are neither.
    pub errors: Vec<Spanned<Fault>>,
}

/// Why a line cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// `[name` without the bracket behind it, or with something else around the name.
    Section,
    /// A value without a key, or a key that is none.
    Key,
    /// Neither a section nor a key with a value.
    Separator,
    /// A comment that begins with something else than `#`.
    Comment,
    /// A backslash in front of a character that it does not escape.
    Escape,
    /// A quote that is not closed.
    Quote,
}

impl Fault {
    /// What is wrong, one clause.
    #[must_use]
    pub fn clause(self) -> &'static str {
        match self {
            Self::Section => "this section is not closed",
            Self::Key => "this value has no key",
            Self::Separator => "this is neither a section nor a key with a value",
            Self::Comment => "a comment begins with `#`",
            Self::Escape => "this backslash escapes nothing",
            Self::Quote => "this quote is not closed",
        }
    }
}

/// Reads a file.
#[must_use]
pub fn parse(file: FileId, text: &str, dialect: Dialect) -> Document {
    let mut reader = Reader { file, text, section: None, out: Document::default() };
    let mut start = 0;
    while start < text.len() {
        let end = text[start..].find('\n').map_or(text.len(), |it| start + it + 1);
        start = match dialect {
            Dialect::Common => {
                reader.line(start, &text[start..end]);
                end
            }
            Dialect::Wsl => reader.wsl_line(start, end),
        };
    }
    reader.out
}

struct Reader<'t> {
    file: FileId,
    text: &'t str,
    section: Option<String>,
    out: Document,
}

impl Reader<'_> {
    fn line(&mut self, start: usize, line: &str) {
        let trimmed = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        if trimmed.is_empty() || trimmed.starts_with(['#', ';', '!']) {
            return;
        }
        let whole = at..at + trimmed.len();
        if let Some(rest) = trimmed.strip_prefix('[') {
            match rest.find(']') {
                Some(end) => self.open(rest[..end].trim(), at + 1..at + 1 + end),
                None => self.error(Fault::Section, whole),
            }
            return;
        }
        let Some(separator) = trimmed.find(['=', ':']) else {
            self.error(Fault::Separator, whole);
            return;
        };
        let key = trimmed[..separator].trim_end();
        if key.is_empty() {
            self.error(Fault::Key, whole);
            return;
        }
        let value = &trimmed[separator + 1..];
        let from = separator + 1 + (value.len() - value.trim_start().len());
        let (from, to) = bounds(trimmed, from);
        let text = Text::new(&trimmed[from..to], self.span(at + from..at + to));
        self.leaf(at..at + key.len(), text);
    }

    /// Reads the line `start..end` as WSL does, and says where the next one begins: an escaped line end
    /// makes one line of two.
    fn wsl_line(&mut self, start: usize, end: usize) -> usize {
        let line = &self.text[start..end];
        let trimmed = line.trim();
        let at = start + (line.len() - line.trim_start().len());
        let whole = at..at + trimmed.len();
        let first = trimmed.chars().next();
        let name_of = |text: &str| text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        match first {
            None | Some('#') => {}
            Some('[') => {
                let length = name_of(&trimmed[1..]);
                let behind = trimmed[1 + length..].strip_prefix(']').map(str::trim_start);
                let is_name = trimmed[1..].starts_with(|it: char| it.is_ascii_alphabetic());
                match behind {
                    Some(rest) if is_name && (rest.is_empty() || rest.starts_with('#')) => {
                        self.open(&trimmed[1..=length], at + 1..at + 1 + length);
                    }
                    _ => self.error(Fault::Section, whole),
                }
            }
            Some(';') => self.error(Fault::Comment, whole),
            Some(it) if it.is_ascii_alphabetic() => {
                let length = name_of(trimmed);
                let behind = trimmed[length..].trim_start();
                if !behind.starts_with('=') {
                    self.error(Fault::Separator, whole);
                    return end;
                }
                let from = at + trimmed.len() - behind.len() + 1;
                match self.wsl_value(from) {
                    Ok((value, end)) => {
                        self.leaf(at..at + length, value);
                        return end;
                    }
                    Err((fault, range, end)) => {
                        self.error(fault, range);
                        return end;
                    }
                }
            }
            Some(_) => self.error(Fault::Key, whole),
        }
        end
    }

    /// The value that begins at `from`, and where the line behind it begins.
    fn wsl_value(&self, from: usize) -> Result<(Text, usize), (Fault, std::ops::Range<usize>, usize)> {
        let line_end = |at: usize| self.text[at..].find('\n').map_or(self.text.len(), |it| at + it + 1);
        let (mut out, mut quoted) = (Text::default(), None);
        let mut at =
            from + (self.text[from..].len() - self.text[from..].trim_start_matches([' ', '\t']).len());
        let mut solid = 0;
        while let Some(it) = self.text[at..].chars().next() {
            let length = it.len_utf8();
            match it {
                '\n' | '\r' => break,
                '#' if quoted.is_none() => break,
                '"' => quoted = if quoted.is_some() { None } else { Some(at) },
                '\\' => {
                    let next = self.text[at + 1..].chars().next();
                    let decoded = match next {
                        Some('\\' | '"') => next,
                        Some('b') => Some('\u{8}'),
                        Some('n') => Some('\n'),
                        Some('t') => Some('\t'),
                        // The line goes on below.
                        Some('\n' | '\r') => None,
                        _ => {
                            let end = at + 1 + next.map_or(0, char::len_utf8);
                            return Err((Fault::Escape, at..end, line_end(at)));
                        }
                    };
                    let end = at + 1 + next.map_or(0, char::len_utf8);
                    if let Some(decoded) = decoded {
                        out.push(decoded.encode_utf8(&mut [0; 4]), self.span(at..end));
                        solid = out.as_str().len();
                    }
                    at = if next == Some('\r') { line_end(at) } else { end };
                    continue;
                }
                it => {
                    out.push(it.encode_utf8(&mut [0; 4]), self.span(at..at + length));
                    if quoted.is_some() || !matches!(it, ' ' | '\t') {
                        solid = out.as_str().len();
                    }
                }
            }
            at += length;
        }
        if let Some(quote) = quoted {
            return Err((Fault::Quote, quote..quote + 1, line_end(at)));
        }
        let value = if solid == 0 { Text::new("", self.span(at..at)) } else { out.slice(0..solid) };
        Ok((value, line_end(at)))
    }

    fn open(&mut self, name: &str, range: std::ops::Range<usize>) {
        self.section = Some(name.to_owned());
        self.out.sections.push(Spanned::new(name.to_owned(), self.span(range)));
    }

    fn leaf(&mut self, key: std::ops::Range<usize>, text: Text) {
        let path = self.section.iter().cloned().chain([self.text[key.clone()].to_owned()]).collect();
        self.out.leaves.push(Leaf { path, key: self.span(key), text });
    }

    fn error(&mut self, fault: Fault, range: std::ops::Range<usize>) {
        self.out.errors.push(Spanned::new(fault, self.span(range)));
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
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

    fn show(text: &str, dialect: Dialect) -> (Vec<String>, Vec<&str>) {
        let document = parse(FileId(0), text, dialect);
        let leaf = |it: &Leaf| {
            let written = it.text.cover().map_or("", |span| &text[span.range()]);
            format!("{}={:?} `{written}` {}", it.path.join("."), it.text.as_str(), &text[it.key.range()])
        };
        for end in (0..text.len()).filter(|at| text.is_char_boundary(*at)) {
            let _ = parse(FileId(0), &text[..end], dialect);
        }
        let errors = document.errors.iter().map(|it| &text[it.span.range()]);
        (document.leaves.iter().map(leaf).collect(), errors.collect())
    }

    #[test]
    fn sections_keys_and_values_are_read() {
        let text = "; head\nname = shop\n[ server ]\nHost=0.0.0.0 ; all\r\nport: 8080\nurl = \"http://a:1/#x\" # c\nempty =\n[broken\nword\n= 1\n";
        let (leaves, errors) = show(text, Dialect::Common);
        assert_eq!(
            leaves,
            [
                "name=\"shop\" `shop` name",
                "server.Host=\"0.0.0.0\" `0.0.0.0` Host",
                "server.port=\"8080\" `8080` port",
                "server.url=\"http://a:1/#x\" `http://a:1/#x` url",
                "server.empty=\"\" `` empty",
            ]
        );
        assert_eq!(errors, ["[broken", "word", "= 1"]);
    }

    #[test]
    fn wsl_has_rules_of_its_own() {
        let text = "# head\r\n[wsl2] # all\r\nmemory = 8GB # a\r\nkernel=C:\\\\k \"a # b\" \r\nline=a \\\r\n b\r\nempty=\r\n; no\r\nswapFile=C:\\Users\r\na:1\r\n[x y]\r\n1=2\r\nq=\"a\r\n_a=1\r\nend=é";
        let (leaves, errors) = show(text, Dialect::Wsl);
        assert_eq!(
            leaves,
            [
                "wsl2.memory=\"8GB\" `8GB` memory",
                "wsl2.kernel=\"C:\\\\k a # b\" `C:\\\\k \"a # b` kernel",
                "wsl2.line=\"a  b\" `a \\\r\n b` line",
                "wsl2.empty=\"\" `` empty",
                "wsl2.end=\"é\" `é` end",
            ]
        );
        assert_eq!(errors, ["; no", "\\U", "a:1", "[x y]", "1=2", "\"", "_a=1"]);
    }
}
