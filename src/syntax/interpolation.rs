//! `${VAR:-default}` as Compose, dotenv files and Dockerfiles write it.
//!
//! Sources: <https://docs.docker.com/reference/compose-file/interpolation/>,
//! <https://github.com/compose-spec/compose-go/blob/main/template/template.go>,
//! <https://docs.docker.com/reference/dockerfile/#environment-replacement>.

use crate::source::{Span, Spanned, Text};

/// A text with variables in it, not yet expanded.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Template {
    parts: Vec<Part>,
}

/// One part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself.
    Literal(Text),
    /// A variable.
    Variable(Reference),
    /// Something that starts like a variable and is none (`${`, `${1}`).
    Invalid(Span),
}

/// A use of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The variable's name.
    pub name: Spanned<String>,
    /// What `${NAME:-word}` and its like say.
    pub fallback: Option<Fallback>,
    /// The whole, `$` and braces included.
    pub span: Span,
}

/// The part behind the name in `${NAME:-word}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// `-`, `?` or `+`.
    pub operator: Operator,
    /// Whether a colon stands before the operator: then an empty value counts as unset.
    pub empty_is_unset: bool,
    /// The word behind the operator.
    pub word: Template,
}

/// What the word of a [`Fallback`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// `-`: the value when the variable is unset.
    Default,
    /// `?`: the message of the failure when the variable is unset.
    Required,
    /// `+`: the value when the variable is set.
    Alternative,
}

/// Whose rules a template follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Compose and its dotenv files: `$$` is a dollar sign.
    Compose,
    /// Dockerfiles: every stray `$` stands for itself. Quotes and escapes are the caller's affair, who
    /// gives unescaped runs to [`Template::parse`] and the others to [`Template::push_literal`].
    Dockerfile,
}

/// What is known of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// It has this value.
    Set(Text),
    /// It has this value, which is written nowhere: the place that counts is the one of the variable's use.
    Here(String),
    /// For certain nothing sets it: it is empty where no default is written.
    Unset,
    /// Nothing in the project sets it, but the user's shell or a build argument may: a default
    /// holds, without one the value is not known. Holds the reason.
    NotHere(String),
    /// Nothing sets it, as [`Lookup::NotHere`], but the project shows what people are to set it to: a default holds
    /// where it says the same.
    Proposed(String),
    /// It is set to something that is not known. Holds the reason.
    Unresolved(String),
}

impl Template {
    /// Splits `text` into literals and variables.
    #[must_use]
    pub fn parse(text: &Text, dialect: Dialect) -> Self {
        let mut out = Self::default();
        Reader { text, dialect }.read(0, text.as_str().len(), 0, &mut out);
        out
    }

    /// A template without variables.
    #[must_use]
    pub fn literal(text: Text) -> Self {
        Self { parts: vec![Part::Literal(text)] }
    }

    /// Appends text that stands for itself.
    pub fn push_literal(&mut self, text: Text) {
        self.parts.push(Part::Literal(text));
    }

    /// Appends a variable that is to have a value: without one the whole is not known.
    pub fn push_required(&mut self, name: &str, span: Span) {
        let fallback = Fallback { operator: Operator::Required, empty_is_unset: true, word: Self::default() };
        let name = Spanned::new(name.to_owned(), span);
        self.parts.push(Part::Variable(Reference { name, fallback: Some(fallback), span }));
    }

    /// Appends something whose text nobody can know here, so that the whole is not known.
    pub fn push_invalid(&mut self, span: Span) {
        self.parts.push(Part::Invalid(span));
    }

    /// Appends another template.
    pub fn append(&mut self, other: Self) {
        self.parts.extend(other.parts);
    }

    /// The parts in order.
    #[must_use]
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Every variable that is named, those in default words included.
    #[must_use]
    pub fn references(&self) -> Vec<&Reference> {
        let mut out = Vec::new();
        for part in &self.parts {
            let Part::Variable(reference) = part else { continue };
            out.push(reference);
            if let Some(fallback) = &reference.fallback {
                out.extend(fallback.word.references());
            }
        }
        out
    }

    /// Where the template is written: the smallest span of all parts; `None` when it has no part.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        let spans = self.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => text.cover(),
            Part::Variable(reference) => Some(reference.span),
            Part::Invalid(span) => Some(*span),
        });
        spans.reduce(|all, it| if all.file == it.file { all.cover(it) } else { all })
    }

    /// The text when every variable is known; each run of it keeps the place where it is written,
    /// be it here, in a default, or where the variable is set.
    ///
    /// # Errors
    /// Why it is not known, with the variable that is to blame.
    pub fn expand(&self, lookup: &mut dyn FnMut(&str) -> Lookup) -> Result<Text, Spanned<String>> {
        let mut out = Text::default();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.append(text),
                Part::Variable(reference) => out.append(&reference.expand(lookup)?),
                Part::Invalid(span) => {
                    return Err(Spanned::new("this is not a valid variable".to_owned(), *span));
                }
            }
        }
        Ok(out)
    }

    /// As [`Template::expand`], with `stand_in` wherever a variable is not known.
    pub fn expand_partly(&self, lookup: &mut dyn FnMut(&str) -> Lookup, stand_in: char) -> Text {
        let mut out = Text::default();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.append(text),
                Part::Variable(reference) => match reference.expand(lookup) {
                    Ok(text) => out.append(&text),
                    Err(_) => out.push(stand_in.encode_utf8(&mut [0; 4]), reference.span),
                },
                Part::Invalid(span) => out.push(stand_in.encode_utf8(&mut [0; 4]), *span),
            }
        }
        out
    }

    /// Whether both say the same, wherever they stand.
    #[must_use]
    pub fn says_same(&self, other: &Self) -> bool {
        self.to_source() == other.to_source()
    }

    /// The template as it may be written.
    #[must_use]
    pub fn to_source(&self) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text.as_str()),
                Part::Variable(reference) => {
                    out.push_str("${");
                    out.push_str(&reference.name.value);
                    if let Some(fallback) = &reference.fallback {
                        let colon = if fallback.empty_is_unset { ":" } else { "" };
                        let operator = match fallback.operator {
                            Operator::Default => '-',
                            Operator::Required => '?',
                            Operator::Alternative => '+',
                        };
                        out.push_str(colon);
                        out.push(operator);
                        out.push_str(&fallback.word.to_source());
                    }
                    out.push('}');
                }
                Part::Invalid(_) => out.push_str("${"),
            }
        }
        out
    }
}

impl Reference {
    fn expand(&self, lookup: &mut dyn FnMut(&str) -> Lookup) -> Result<Text, Spanned<String>> {
        let unknown = |reason: String| Err(Spanned::new(reason, self.span));
        let found = match lookup(&self.name.value) {
            Lookup::Here(value) => Lookup::Set(Text::new(value, self.span)),
            Lookup::Proposed(proposed) => return self.default_like(&proposed, lookup),
            Lookup::Unresolved(reason) => return unknown(reason),
            it => it,
        };
        let Some(fallback) = &self.fallback else {
            return match found {
                Lookup::Set(text) => Ok(text),
                Lookup::Unset | Lookup::Here(_) => Ok(Text::new("", self.span)),
                Lookup::NotHere(reason) | Lookup::Unresolved(reason) | Lookup::Proposed(reason) => {
                    unknown(reason)
                }
            };
        };
        let value = match found {
            Lookup::Set(text) if !(fallback.empty_is_unset && text.as_str().is_empty()) => Some(text),
            Lookup::NotHere(reason) if fallback.operator != Operator::Default => return unknown(reason),
            _ => None,
        };
        match (fallback.operator, value) {
            (Operator::Default | Operator::Required, Some(text)) => Ok(text),
            (Operator::Default, None) | (Operator::Alternative, Some(_)) => fallback.word.expand(lookup),
            (Operator::Required, None) => unknown(format!("`{}` is required and not set", self.name.value)),
            (Operator::Alternative, None) => Ok(Text::new("", self.span)),
        }
    }

    /// The default, where it says what people are told to set the variable to.
    fn default_like(
        &self,
        proposed: &str,
        lookup: &mut dyn FnMut(&str) -> Lookup,
    ) -> Result<Text, Spanned<String>> {
        let name = &self.name.value;
        let fallback = self.fallback.as_ref().filter(|it| it.operator == Operator::Default);
        let Some(fallback) = fallback else {
            return Err(Spanned::new(format!("`{name}` is not set in the project"), self.span));
        };
        let text = fallback.word.expand(lookup)?;
        if text.as_str() == proposed || (fallback.empty_is_unset && proposed.is_empty()) {
            return Ok(text);
        }
        Err(Spanned::new(format!("`{name}` is to be set to `{proposed}`, by a sample"), self.span))
    }
}

/// Words in default words in default words: deeper than anybody writes.
const MAX_DEPTH: usize = 32;

struct Reader<'a> {
    text: &'a Text,
    dialect: Dialect,
}

impl Reader<'_> {
    fn read(&self, start: usize, end: usize, depth: usize, out: &mut Template) {
        let source = self.text.as_str();
        let (mut literal, mut at) = (start, start);
        while let Some(found) = memchr::memchr(b'$', &source.as_bytes()[at..end]) {
            let dollar = at + found;
            let (part, next) = self.read_variable(dollar, end, depth);
            match part {
                Some(part) => {
                    self.push_text(literal, dollar, out);
                    out.parts.push(part);
                    literal = next;
                    at = next;
                }
                None => at = next,
            }
        }
        self.push_text(literal, end, out);
    }

    fn push_text(&self, start: usize, end: usize, out: &mut Template) {
        if start < end {
            out.push_literal(self.text.slice(start..end));
        }
    }

    /// The part at `dollar` and where it ends; no part when the sign stands for itself.
    fn read_variable(&self, dollar: usize, end: usize, depth: usize) -> (Option<Part>, usize) {
        let bytes = &self.text.as_str().as_bytes()[..end];
        let behind = dollar + 1;
        match bytes.get(behind) {
            Some(b'$') if self.dialect == Dialect::Compose => {
                let span = self.span(dollar, behind + 1);
                (Some(Part::Literal(Text::new("$", span))), behind + 1)
            }
            Some(b'{') => self.read_braced(dollar, end, depth),
            Some(first) if is_name_start(*first) => {
                let stop = name_end(bytes, behind);
                let reference = Reference {
                    name: self.spanned(behind, stop),
                    fallback: None,
                    span: self.span(dollar, stop),
                };
                (Some(Part::Variable(reference)), stop)
            }
            _ => (None, behind),
        }
    }

    fn read_braced(&self, dollar: usize, end: usize, depth: usize) -> (Option<Part>, usize) {
        let bytes = &self.text.as_str().as_bytes()[..end];
        let name = dollar + 2;
        let Some(close) = closing_brace(bytes, dollar + 1).filter(|_| depth < MAX_DEPTH) else {
            return (Some(Part::Invalid(self.span(dollar, end))), end);
        };
        let span = self.span(dollar, close + 1);
        let stop = name_end(bytes, name).min(close);
        if stop == name || !is_name_start(bytes[name]) {
            return (Some(Part::Invalid(span)), close + 1);
        }
        let Ok(fallback) = self.read_fallback(stop, close, depth) else {
            return (Some(Part::Invalid(span)), close + 1);
        };
        (Some(Part::Variable(Reference { name: self.spanned(name, stop), fallback, span })), close + 1)
    }

    fn read_fallback(&self, start: usize, close: usize, depth: usize) -> Result<Option<Fallback>, ()> {
        if start == close {
            return Ok(None);
        }
        let rest = &self.text.as_str()[start..close];
        let empty_is_unset = rest.starts_with(':');
        let operator = match rest.as_bytes().get(usize::from(empty_is_unset)) {
            Some(b'-') => Operator::Default,
            Some(b'?') => Operator::Required,
            Some(b'+') => Operator::Alternative,
            _ => return Err(()),
        };
        let mut word = Template::default();
        self.read(start + usize::from(empty_is_unset) + 1, close, depth + 1, &mut word);
        Ok(Some(Fallback { operator, empty_is_unset, word }))
    }

    fn span(&self, start: usize, end: usize) -> Span {
        let part = self.text.slice(start..end);
        // A template is never read out of an empty text, so the part has a place.
        part.cover().unwrap_or(Span { file: crate::source::FileId(0), start: 0, end: 0 })
    }

    fn spanned(&self, start: usize, end: usize) -> Spanned<String> {
        Spanned::new(self.text.as_str()[start..end].to_owned(), self.span(start, end))
    }
}

fn is_name_start(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphabetic()
}

fn name_end(bytes: &[u8], start: usize) -> usize {
    let name = |byte: &u8| *byte == b'_' || byte.is_ascii_alphanumeric();
    start + bytes[start..].iter().take_while(|byte| name(byte)).count()
}

/// The brace that closes the one at `open`; inner pairs are counted, as compose-go does.
#[must_use]
pub fn closing_brace(bytes: &[u8], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, byte) in bytes.iter().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    const SET: &[(&str, &str)] = &[("A", "1"), ("EMPTY", ""), ("B", "two")];

    fn expand(source: &str, dialect: Dialect) -> Result<String, String> {
        let text = Text::new(source, Span::new(FileId(0), 100, 100 + source.len()));
        let mut lookup = |name: &str| match SET.iter().find(|(key, _)| *key == name) {
            Some((_, value)) => Lookup::Set(Text::new(*value, Span::new(FileId(1), 0, value.len()))),
            None if name == "GONE" => Lookup::Unset,
            None if name == "LIKE" => Lookup::Proposed("x".to_owned()),
            None if name == "DARK" => Lookup::Unresolved("dark".to_owned()),
            None => Lookup::NotHere(format!("`{name}` is not set")),
        };
        let expanded = Template::parse(&text, dialect).expand(&mut lookup);
        expanded.map(|it| it.as_str().to_owned()).map_err(|it| {
            format!("{} @{}", it.value, &source[it.span.start as usize - 100..it.span.end as usize - 100])
        })
    }

    #[test]
    fn variables_are_expanded_as_compose_does() {
        let cases: &[(&str, Result<&str, &str>)] = &[
            ("plain", Ok("plain")),
            ("$A-${B}x", Ok("1-twox")),
            ("$$A $$$A", Ok("$A $1")),
            ("${X:-d}${X-e}", Ok("de")),
            ("${EMPTY:-d}|${EMPTY-d}", Ok("d|")),
            ("${A:+yes}${EMPTY:+no}${EMPTY+yes}", Ok("yesyes")),
            ("${X:-${Y:-${B}}}", Ok("two")),
            ("${X:-{{.A}}}", Ok("{{.A}}")),
            ("${A?msg}${A:?msg}", Ok("11")),
            ("${GONE}|${GONE:-x}", Ok("|x")),
            ("a${X}", Err("`X` is not set @${X}")),
            ("${X:?need it}", Err("`X` is not set @${X:?need it}")),
            ("${EMPTY:?need it}", Err("`EMPTY` is required and not set @${EMPTY:?need it}")),
            ("${X:+y}", Err("`X` is not set @${X:+y}")),
            ("${DARK:-x}", Err("dark @${DARK:-x}")),
            ("${LIKE:-x}|${LIKE-x}", Ok("x|x")),
            ("${LIKE:-y}", Err("`LIKE` is to be set to `x`, by a sample @${LIKE:-y}")),
            ("${LIKE}", Err("`LIKE` is not set in the project @${LIKE}")),
            ("a $ b$1", Ok("a $ b$1")),
            ("${1}", Err("this is not a valid variable @${1}")),
            ("${A", Err("this is not a valid variable @${A")),
            ("${A!x}", Err("this is not a valid variable @${A!x}")),
        ];
        for (source, expected) in cases {
            let expected = expected.map(str::to_owned).map_err(str::to_owned);
            assert_eq!(expand(source, Dialect::Compose), expected, "{source}");
        }
    }

    #[test]
    fn a_stray_dollar_stands_for_itself_in_a_dockerfile() {
        assert_eq!(expand("a $ b$", Dialect::Dockerfile), Ok("a $ b$".to_owned()));
        assert_eq!(expand("$A:$$B", Dialect::Dockerfile), Ok("1:$two".to_owned()));
        assert_eq!(expand("é$A€", Dialect::Dockerfile), Ok("é1€".to_owned()));
    }

    #[test]
    fn every_run_keeps_its_place() {
        let source = ":${X:-8080}/$A";
        let text = Text::new(source, Span::new(FileId(0), 0, source.len()));
        let set = Span::new(FileId(1), 7, 8);
        let mut lookup = |name: &str| match name {
            "A" => Lookup::Set(Text::new("1", set)),
            _ => Lookup::NotHere(String::new()),
        };
        let expanded = Template::parse(&text, Dialect::Compose).expand(&mut lookup).unwrap();
        assert_eq!(expanded.as_str(), ":8080/1");
        assert_eq!(expanded.span_of(1..5), Some(Span::new(FileId(0), 6, 10)));
        assert_eq!(expanded.span_of(6..7), Some(set));
    }

    #[test]
    fn hostile_nesting_ends() {
        let source = "${A:-".repeat(5000);
        assert!(expand(&source, Dialect::Compose).is_err());
        let source = format!("{}{}", "${X:-".repeat(5000), "}".repeat(5000));
        assert!(expand(&source, Dialect::Compose).is_err());
    }
}
