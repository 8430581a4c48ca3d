//! The outline of a Go file, read without a parser: which functions it has, and which names each mentions.
//!
//! Parsing is the dearest step of a run. The outline tells, at a tenth of its price, which function bodies can
//! have to do with the network; the others are left out of what is parsed.

use std::ops::Range;

/// The functions of a file and the names in it.
#[derive(Debug, Default)]
pub struct Outline<'t> {
    /// Functions and methods with a body.
    pub functions: Vec<OutlinedFunction<'t>>,
    /// Struct types.
    pub types: Vec<OutlinedType<'t>>,
    /// Every name that is mentioned, in order.
    pub mentions: Vec<Mention<'t>>,
    /// Whether the file says that a program wrote it: <https://go.dev/s/generatedcode>.
    pub generated: bool,
}

/// A function or method with a body.
#[derive(Debug)]
pub struct OutlinedFunction<'t> {
    /// Its name.
    pub name: &'t str,
    /// The receiver's type.
    pub receiver: Option<&'t str>,
    /// The bytes between the braces.
    pub body: Range<usize>,
    /// The mentions in parameters and results.
    pub signature: Range<usize>,
    /// Those of them that are in the list of type parameters.
    pub type_parameters: Range<usize>,
    /// The first of them that is a result's.
    pub results: usize,
    /// The mentions in the body.
    pub mentions: Range<usize>,
}

/// A struct type.
#[derive(Debug)]
pub struct OutlinedType<'t> {
    /// Its name.
    pub name: &'t str,
    /// The mentions in it: its fields' types among them.
    pub mentions: Range<usize>,
}

/// A name that is no declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention<'t> {
    /// What stands left of the dot.
    pub before: Before<'t>,
    /// The name.
    pub name: &'t str,
    /// Whether an opening brace follows, as in a composite literal.
    pub literal: bool,
    /// Whether it is a field that is assigned to.
    pub assigned: bool,
}

/// What stands left of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before<'t> {
    /// No dot.
    Nothing,
    /// `name.`, where the name is no selector itself.
    Name(&'t str),
    /// A dot behind something else.
    Expression,
}

/// Reads the outline of `text`.
#[must_use]
pub fn outline(text: &str) -> Outline<'_> {
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0, out: Outline::default() };
    let head = text.split("\npackage ").next().unwrap_or_default();
    reader.out.generated =
        head.lines().any(|it| it.starts_with("// Code generated ") && it.ends_with(" DO NOT EDIT."));
    reader.file();
    reader.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Word(&'t str),
    Byte(u8),
    /// A literal.
    Other,
    End,
}

struct Reader<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    out: Outline<'t>,
}

impl<'t> Reader<'t> {
    fn file(&mut self) {
        let mut names = Names::default();
        loop {
            match self.next() {
                Token::End => return,
                // A function literal or type behind a name or an equals sign is no declaration.
                Token::Word("func") if self.begins_line("func".len()) => {
                    self.function();
                    names = Names::default();
                }
                Token::Word("type") => {
                    self.types();
                    names = Names::default();
                }
                Token::Byte(open @ (b'(' | b'{' | b'[')) => self.group(open, &mut names),
                token => names.take(self, token),
            }
        }
    }

    /// Everything up to the bracket that closes the one before.
    fn group(&mut self, open: u8, names: &mut Names<'t>) {
        names.take(self, Token::Byte(open));
        let mut depth = 1_usize;
        while depth > 0 {
            let token = self.next();
            match token {
                Token::End => return,
                Token::Byte(b'(' | b'{' | b'[') => depth += 1,
                Token::Byte(b')' | b'}' | b']') => depth -= 1,
                _ => {}
            }
            names.take(self, token);
        }
    }

    /// Behind `func`.
    fn function(&mut self) {
        let start = self.out.mentions.len();
        let mut names = Names::default();
        let mut token = self.next();
        let mut receiver = None;
        if token == Token::Byte(b'(') {
            self.group(b'(', &mut names);
            // `(s *Server[T])`: the type is the first name behind the variable, or the only one.
            let mentioned = &self.out.mentions[start..];
            receiver = mentioned.get(1).or(mentioned.first()).map(|it| it.name);
            token = self.next();
        }
        let Token::Word(name) = token else { return };
        let signature = self.out.mentions.len();
        let mut results = signature;
        let mut type_parameters = signature..signature;
        let mut parameters = false;
        let mut word = "";
        loop {
            let line = self.at;
            let token = self.next();
            match token {
                Token::End => return,
                Token::Byte(open @ (b'(' | b'[')) => {
                    self.group(open, &mut names);
                    if open == b'(' && !parameters {
                        parameters = true;
                        results = self.out.mentions.len();
                    } else if !parameters {
                        type_parameters = signature..self.out.mentions.len();
                    }
                }
                // `interface{}` and `struct{}` among the results.
                Token::Byte(b'{') if matches!(word, "interface" | "struct") => self.group(b'{', &mut names),
                Token::Byte(b'{') => break,
                // A function without a body is written in assembly.
                _ if parameters && self.bytes[line..self.at].contains(&b'\n') => {
                    self.at = line;
                    return;
                }
                token => names.take(self, token),
            }
            word = if let Token::Word(it) = token { it } else { "" };
        }
        let (body, mentions) = (self.at, self.out.mentions.len());
        self.group(b'{', &mut Names::default());
        let closed = self.bytes.get(self.at.saturating_sub(1)) == Some(&b'}') && self.at > body;
        if closed {
            self.out.functions.push(OutlinedFunction {
                name,
                receiver,
                body: body..self.at - 1,
                signature: signature..mentions,
                type_parameters,
                results,
                mentions: mentions..self.out.mentions.len(),
            });
        }
    }

    /// Behind `type`.
    fn types(&mut self) {
        let mut names = Names::default();
        let mut name = None;
        let mut depth = 0_usize;
        loop {
            let line = self.at;
            let token = self.next();
            match token {
                Token::End => return,
                Token::Byte(b'(') if name.is_none() && depth == 0 => depth = 1,
                Token::Byte(b')') if depth == 1 => return,
                Token::Word("struct") if name.is_some() => {
                    let start = self.out.mentions.len();
                    self.next();
                    self.group(b'{', &mut names);
                    let mentions = start..self.out.mentions.len();
                    self.out.types.extend(name.take().map(|name| OutlinedType { name, mentions }));
                    if depth == 0 {
                        return;
                    }
                }
                Token::Byte(open @ (b'(' | b'{' | b'[')) => self.group(open, &mut names),
                Token::Word(word) => {
                    let fresh = self.bytes[line..self.at].contains(&b'\n');
                    if name.is_some() && fresh && depth == 0 {
                        self.at = line;
                        return;
                    }
                    if name.is_none() || fresh {
                        name = Some(word);
                    } else {
                        names.take(self, token);
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether the word of that length which was just read is the first of its line.
    fn begins_line(&self, length: usize) -> bool {
        let line = &self.bytes[..self.at - length];
        let before = line.iter().rev().find(|it| !matches!(it, b' ' | b'\t' | b'\r'));
        before.is_none_or(|it| matches!(it, b'\n' | b';'))
    }

    fn next(&mut self) -> Token<'t> {
        loop {
            let Some(byte) = self.bytes.get(self.at).copied() else { return Token::End };
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => self.at += 1,
                b'/' if self.bytes.get(self.at + 1) == Some(&b'/') => self.skip_to(b"\n", 2),
                b'/' if self.bytes.get(self.at + 1) == Some(&b'*') => self.skip_to(b"*/", 2),
                b'`' => {
                    self.skip_to(b"`", 1);
                    return Token::Other;
                }
                b'"' | b'\'' => {
                    self.quoted(byte);
                    return Token::Other;
                }
                b'0'..=b'9' => {
                    self.at += 1;
                    while self.bytes.get(self.at).is_some_and(|it| it.is_ascii_alphanumeric() || *it == b'_')
                    {
                        self.at += 1;
                    }
                    return Token::Other;
                }
                byte if is_word(byte) => {
                    let start = self.at;
                    while self.bytes.get(self.at).is_some_and(|it| is_word(*it) || it.is_ascii_digit()) {
                        self.at += 1;
                    }
                    return Token::Word(&self.text[start..self.at]);
                }
                byte => {
                    self.at += 1;
                    return Token::Byte(byte);
                }
            }
        }
    }

    /// Goes behind the next `end`, or to the end of the file.
    fn skip_to(&mut self, end: &[u8], from: usize) {
        let start = (self.at + from).min(self.bytes.len());
        let found = match end {
            [byte] => memchr::memchr(*byte, &self.bytes[start..]),
            end => memchr::memmem::find(&self.bytes[start..], end),
        };
        self.at = found.map_or(self.bytes.len(), |it| start + it + end.len());
    }

    fn quoted(&mut self, quote: u8) {
        self.at += 1;
        while let Some(byte) = self.bytes.get(self.at) {
            match *byte {
                b'\\' => self.at += 2,
                b'\n' => return,
                byte => {
                    self.at += 1;
                    if byte == quote {
                        return;
                    }
                }
            }
        }
        self.at = self.bytes.len();
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

/// Turns tokens into mentions.
#[derive(Default)]
struct Names<'t> {
    /// The name just read, and whether a dot is before it.
    last: Option<(&'t str, bool)>,
    dot: bool,
    before: Option<(&'t str, bool)>,
}

impl<'t> Names<'t> {
    fn take(&mut self, reader: &mut Reader<'t>, token: Token<'t>) {
        match token {
            Token::Word(name) => {
                let before = match (self.dot, self.before) {
                    (false, _) => Before::Nothing,
                    (true, Some((name, false))) => Before::Name(name),
                    (true, _) => Before::Expression,
                };
                let literal = reader.bytes.get(reader.at) == Some(&b'{');
                let assigned = self.dot && reader.bytes[reader.at..].starts_with(b" = ");
                reader.out.mentions.push(Mention { before, name, literal, assigned });
                self.last = Some((name, self.dot));
                self.dot = false;
            }
            Token::Byte(b'.') => {
                self.before = self.last.take();
                self.dot = true;
            }
            _ => {
                self.last = None;
                self.dot = false;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_outlined_with_what_they_mention() {
        let text = "// Code generated by x. DO NOT EDIT.\n\npackage a\n\nvar v = func() { no() }\n\ntype (\n\tT struct{ f *b.C }\n\tU int\n)\n\nfunc (s *T[K]) Run(x interface{}) (r map[string]struct{}, err error) {\n\tif x == '}' || y == \"}\" { // }\n\t\ts.h.Serve(`}`, &T{}, http.Get)\n\t}\n}\n\nfunc asm(x int)\n\nfunc main() {}\n";
        let outline = outline(text);
        assert!(outline.generated);
        let functions: Vec<_> = outline.functions.iter().map(|it| (it.name, it.receiver)).collect();
        assert_eq!(functions, [("Run", Some("T")), ("main", None)]);
        let run = &outline.functions[0];
        assert!(text[run.body.clone()].ends_with("\t}\n") && text[run.body.clone()].starts_with("\n\tif"));
        let mentions = &outline.mentions[run.mentions.clone()];
        let find = |name| mentions.iter().find(|it| it.name == name).copied();
        assert_eq!(find("Serve").map(|it| it.before), Some(Before::Expression));
        assert_eq!(find("Get").map(|it| it.before), Some(Before::Name("http")));
        assert_eq!(
            find("T"),
            Some(Mention { before: Before::Nothing, name: "T", literal: true, assigned: false })
        );
        let results: Vec<_> =
            outline.mentions[run.results..run.signature.end].iter().map(|it| it.name).collect();
        assert!(results.contains(&"error") && !results.contains(&"x"));
        assert_eq!(outline.types.len(), 1);
        assert_eq!(outline.mentions[outline.types[0].mentions.clone()][2].name, "C");
    }

    #[test]
    fn what_is_cut_off_is_left_out() {
        let text = "package a\nfunc f(a int) (b string) { if x { y(\"\\\"\") } }\ntype T struct { a int }\n";
        for end in 0..text.len() {
            let _ = outline(&text[..end]);
        }
        assert!(outline("package a\nfunc f() { {").functions.is_empty());
    }
}
