//! Dockerfile grammar: instructions, words, heredocs, directives.
//!
//! A parser of our own, line by line as BuildKit's
//! (<https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go>): it keeps
//! a place for every word, and one line that cannot be read costs no other line.

mod words;

use std::ops::Range;

use crate::source::{FileId, Joined, Span, Spanned};

/// One Dockerfile.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// `# syntax=`, `# escape=`, `# check=` at the top, names in lower case.
    pub directives: Vec<(Spanned<String>, Spanned<String>)>,
    /// The escape character: `\`, or a backtick by directive.
    pub escape: char,
    /// Instructions in order.
    pub instructions: Vec<Instruction>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// The keyword in upper case.
    pub keyword: Spanned<String>,
    /// `--name=value` in front of the arguments.
    pub flags: Vec<Flag>,
    /// What stands behind keyword and flags, continuation lines joined, blanks around it removed.
    pub arguments: Joined,
    /// The strings of the JSON form, for the instructions that have one. Text that looks like JSON
    /// and is none is shell form, as BuildKit has it.
    pub json: Option<Vec<Spanned<String>>>,
    /// The heredocs that RUN, COPY and ADD open.
    pub heredocs: Vec<Heredoc>,
    /// The instruction behind ONBUILD.
    pub nested: Option<Box<Instruction>>,
    /// From the keyword to the end of the last line, heredocs included, line end excluded.
    pub span: Span,
    /// The escape character of the file.
    escape: char,
}

/// `--from=builder`, `--link`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The name without dashes.
    pub name: Spanned<String>,
    /// The value, quotes removed.
    pub value: Option<Spanned<String>>,
}

/// A here-document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heredoc {
    /// The delimiter, quotes removed.
    pub name: Spanned<String>,
    /// The word that opens it (`<<-"EOF"`) in the instruction's arguments.
    pub word: Range<usize>,
    /// Whether variables in it are expanded: the delimiter is not quoted.
    pub expands: bool,
    /// Its lines, with line ends; for `<<-` without leading tabs.
    pub content: Joined,
}

impl Instruction {
    /// The arguments split at blanks; the JSON form's strings when there is one.
    #[must_use]
    pub fn words(&self) -> Vec<Spanned<String>> {
        match &self.json {
            Some(strings) => strings.clone(),
            None => words::at_blanks(self.arguments.as_str()).map(|it| self.arguments.spanned(it)).collect(),
        }
    }

    /// The arguments split at blanks outside quotes, as ENV, LABEL and ARG have them; quotes and
    /// escapes stay in the words.
    #[must_use]
    pub fn quoted_words(&self) -> Vec<Range<usize>> {
        words::outside_quotes(self.arguments.as_str(), self.escape)
    }

    /// The value of the flag `name`, when it is set.
    #[must_use]
    pub fn flag(&self, name: &str) -> Option<&Spanned<String>> {
        self.flags.iter().find(|it| it.name.value == name).and_then(|it| it.value.as_ref())
    }
}

/// Reads one Dockerfile.
#[must_use]
pub fn parse(file: FileId, text: &str) -> Dockerfile {
    let mut parser = Parser {
        file,
        lines: lines(text),
        at: 0,
        out: Dockerfile {
            directives: Vec::new(),
            escape: '\\',
            instructions: Vec::new(),
            errors: Vec::new(),
        },
    };
    parser.directives();
    while parser.at < parser.lines.len() {
        parser.instruction();
    }
    parser.out
}

/// BuildKit's instructions; anything else is an error of the line.
const KEYWORDS: &[&str] = &[
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// A line without its end.
#[derive(Clone, Copy)]
struct Line<'a> {
    text: &'a str,
    start: usize,
}

impl<'a> Line<'a> {
    fn is_comment(self) -> bool {
        self.text.trim_start().starts_with('#')
    }

    fn is_blank(self) -> bool {
        self.text.trim_start().is_empty()
    }

    fn trimmed(self) -> Self {
        let text = self.text.trim_start();
        Line { text, start: self.start + (self.text.len() - text.len()) }
    }

    fn end(self) -> usize {
        self.start + self.text.len()
    }
}

fn lines(text: &str) -> Vec<Line<'_>> {
    let mut start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut out = Vec::new();
    for line in text[start..].split_inclusive('\n') {
        out.push(Line { text: line.trim_end_matches(['\r', '\n']), start });
        start += line.len();
    }
    out
}

struct Parser<'a> {
    file: FileId,
    lines: Vec<Line<'a>>,
    at: usize,
    out: Dockerfile,
}

impl<'a> Parser<'a> {
    /// Directives stand above everything else, comments and blank lines included.
    fn directives(&mut self) {
        let mut at = 0;
        while let Some(line) = self.lines.get(at).copied() {
            at += 1;
            let Some(((name, name_at), (value, value_at))) = split_directive(line.trimmed()) else { return };
            let lower = name.to_ascii_lowercase();
            if !matches!(lower.as_str(), "syntax" | "escape" | "check") {
                return;
            }
            let name_span = Span::new(self.file, name_at, name_at + name.len());
            let value_span = Span::new(self.file, value_at, value_at + value.len());
            if lower == "escape" {
                match value {
                    "\\" | "`" => self.out.escape = if value == "`" { '`' } else { '\\' },
                    _ => {
                        self.fault(value_span, "the escape character must be a backslash or a backtick");
                    }
                }
            }
            self.out
                .directives
                .push((Spanned::new(lower, name_span), Spanned::new(value.to_owned(), value_span)));
        }
    }

    fn instruction(&mut self) {
        let first = self.lines[self.at].trimmed();
        self.at += 1;
        if first.text.is_empty() || first.is_comment() {
            return;
        }
        let mut text = Joined::new(self.file);
        let mut end = first.end();
        let (part, mut continues) = cut_continuation(first.text, self.out.escape);
        text.push(part, first.start);
        while continues && let Some(line) = self.lines.get(self.at).copied() {
            self.at += 1;
            if line.is_comment() || line.is_blank() {
                continue;
            }
            let (part, more) = cut_continuation(line.text, self.out.escape);
            text.push(part, line.start);
            end = line.end();
            continues = more;
        }
        if text.as_str().trim().is_empty() {
            return;
        }
        let Some(mut instruction) = self.read(&text, false) else { return };
        let mut span = text.whole_span();
        span.end = span.end.max(Span::new(self.file, end, end).end);
        self.heredocs(&mut instruction, &mut span);
        instruction.span = span;
        if let Some(nested) = &mut instruction.nested {
            nested.span = nested.keyword.span.cover(span);
        }
        self.out.instructions.push(instruction);
    }

    /// Keyword, flags and form of one joined line.
    fn read(&mut self, text: &Joined, nested: bool) -> Option<Instruction> {
        let all = text.as_str();
        let start = all.len() - all.trim_start().len();
        let end = all.trim_end().len();
        let keyword_end = all[start..end].find(char::is_whitespace).map_or(end, |it| start + it);
        let keyword = text.spanned(start..keyword_end).map(|it| it.to_ascii_uppercase());
        if !KEYWORDS.contains(&keyword.value.as_str()) {
            self.fault(keyword.span, format!("unknown instruction `{}`", &all[start..keyword_end]));
            return None;
        }
        if nested && matches!(keyword.value.as_str(), "ONBUILD" | "FROM" | "MAINTAINER") {
            self.fault(keyword.span, format!("ONBUILD cannot hold `{}`", keyword.value));
            return None;
        }
        let mut rest = keyword_end + (all[keyword_end..end].len() - all[keyword_end..end].trim_start().len());
        let mut flags = Vec::new();
        while let Some((flag, after)) = words::flag(text, rest..end, self.out.escape) {
            flags.extend(flag);
            rest = after;
        }
        let arguments = text.slice(rest..end);
        let mut instruction = Instruction {
            flags,
            json: None,
            heredocs: Vec::new(),
            nested: None,
            span: text.whole_span(),
            escape: self.out.escape,
            arguments,
            keyword,
        };
        match instruction.keyword.value.as_str() {
            "ONBUILD" => {
                instruction.nested = self.read(&instruction.arguments.clone(), true).map(Box::new);
            }
            "ADD" | "CMD" | "COPY" | "ENTRYPOINT" | "RUN" | "SHELL" | "VOLUME" => {
                instruction.json = self.json(&instruction.arguments);
            }
            "HEALTHCHECK" => {
                // `HEALTHCHECK CMD [...]`: the form is that of the command.
                let text = instruction.arguments.as_str();
                let kind = text.find(char::is_whitespace).unwrap_or(text.len());
                if text[..kind].eq_ignore_ascii_case("CMD") {
                    let command = kind + (text[kind..].len() - text[kind..].trim_start().len());
                    instruction.json = self.json(&instruction.arguments.slice(command..text.len()));
                }
            }
            _ => {}
        }
        Some(instruction)
    }

    fn json(&mut self, arguments: &Joined) -> Option<Vec<Spanned<String>>> {
        match words::json_strings(arguments) {
            Ok(strings) => strings,
            Err(at) => {
                self.fault(arguments.span(at), "only strings may stand in the JSON form");
                None
            }
        }
    }

    /// Takes the bodies of the heredocs that the instruction opens.
    fn heredocs(&mut self, instruction: &mut Instruction, span: &mut Span) {
        let holder = match &mut instruction.nested {
            Some(nested) => nested.as_mut(),
            None => instruction,
        };
        if holder.json.is_some() || !matches!(holder.keyword.value.as_str(), "RUN" | "COPY" | "ADD") {
            return;
        }
        let file = self.file;
        for opening in words::heredocs(holder.arguments.as_str(), self.out.escape) {
            let body = &self.lines[self.at..];
            let ends = |line: &Line<'_>| {
                let text = if opening.strips_tabs { line.text.trim_start_matches('\t') } else { line.text };
                text == opening.name
            };
            let name = Spanned::new(opening.name.clone(), holder.arguments.span(opening.word.clone()));
            let Some(length) = body.iter().position(ends) else {
                // `$((1 << n))` is none; a name in capitals was meant as one.
                if opening.name.bytes().all(|it| it.is_ascii_uppercase() || it == b'_') {
                    let message = format!("the heredoc `{}` is never closed", opening.name);
                    self.out.errors.push(Spanned::new(message, name.span));
                }
                continue;
            };
            let mut content = Joined::new(file);
            for line in &body[..length] {
                let text = if opening.strips_tabs { line.text.trim_start_matches('\t') } else { line.text };
                content.push(text, line.end() - text.len());
                content.push("\n", line.end());
            }
            *span = span.cover(Span::new(file, body[length].start, body[length].end()));
            self.at += length + 1;
            holder.heredocs.push(Heredoc { name, word: opening.word, expands: opening.expands, content });
        }
    }

    fn fault(&mut self, span: Span, message: impl Into<String>) {
        self.out.errors.push(Spanned::new(message.into(), span));
    }
}

type Placed<'a> = (&'a str, usize);

/// `# name = value` with the offsets of both parts.
fn split_directive(line: Line<'_>) -> Option<(Placed<'_>, Placed<'_>)> {
    let body = line.text.strip_prefix('#')?;
    let (left, right) = body.split_once('=')?;
    let (name, value) = (left.trim(), right.trim());
    let plain = name.bytes().all(|it| it.is_ascii_alphanumeric());
    if name.is_empty() || value.is_empty() || !plain {
        return None;
    }
    let base = line.start + 1;
    let name_at = base + (left.len() - left.trim_start().len());
    let value_at = base + left.len() + 1 + (right.len() - right.trim_start().len());
    Some(((name, name_at), (value, value_at)))
}

/// Whether the line goes on, and what of it counts. Two escape characters at the end are none.
fn cut_continuation(line: &str, escape: char) -> (&str, bool) {
    let body = line.trim_end_matches([' ', '\t']);
    match body.strip_suffix(escape) {
        Some(rest) if !rest.ends_with(escape) => (rest, true),
        _ => (line, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Keyword and words of each instruction, and the errors.
    fn outline(text: &str) -> Vec<String> {
        let tree = parse(FileId(0), text);
        let mut out = Vec::new();
        for it in &tree.instructions {
            let mut line = it.keyword.value.clone();
            for flag in &it.flags {
                line += &format!(" --{}={}", flag.name.value, flag.value.as_ref().map_or("", |it| &it.value));
            }
            for word in it.words() {
                line += &format!(" <{}>", word.value);
                let written = &text[word.span.range()];
                assert!(written == word.value || written.contains(['\\', '`']), "{written} {}", word.value);
            }
            for heredoc in &it.heredocs {
                line += &format!(" {}:{:?}", heredoc.name.value, heredoc.content.as_str());
            }
            if let Some(nested) = &it.nested {
                line += &format!(" [{} {}]", nested.keyword.value, nested.arguments.as_str());
            }
            out.push(line);
        }
        out.extend(tree.errors.iter().map(|it| format!("! {} `{}`", it.value, &text[it.span.range()])));
        out
    }

    #[test]
    fn a_line_goes_on_over_comments_and_blank_lines() {
        let text =
            "\u{feff}from golang:1.22 AS b\r\nRUN go \\  \r\n # why\r\n\r\n  build\r\nRUN echo a\\\\\nRUN x";
        assert_eq!(
            outline(text),
            ["FROM <golang:1.22> <AS> <b>", "RUN <go> <build>", "RUN <echo> <a\\\\>", "RUN <x>"]
        );
        assert_eq!(outline("FR\\\nOM a"), ["FROM <a>"]);
    }

    #[test]
    fn a_directive_changes_the_escape_character_only_at_the_top() {
        assert_eq!(outline("# escape=`\nFROM a\nRUN b `\n c"), ["FROM <a>", "RUN <b> <c>"]);
        assert_eq!(outline("# x\n# escape=`\nFROM a\nRUN b \\\n c"), ["FROM <a>", "RUN <b> <c>"]);
        assert_eq!(
            parse(FileId(0), "#syntax = docker/dockerfile:1\n").directives[0].1.value,
            "docker/dockerfile:1"
        );
    }

    #[test]
    fn the_json_form_falls_back_to_the_shell_form() {
        assert_eq!(outline(r#"CMD [ "/app" , "-x\ty" ]"#), ["CMD </app> <-x\ty>"]);
        assert_eq!(outline("CMD ['/app']"), ["CMD <['/app']>"]);
        assert_eq!(
            outline(r#"HEALTHCHECK --interval=5s CMD ["a", "b"]"#),
            ["HEALTHCHECK --interval=5s <a> <b>"]
        );
        assert_eq!(outline(r#"COPY --from=b ["/a b", "/c"]"#), ["COPY --from=b </a b> </c>"]);
        assert_eq!(outline("CMD [1]"), ["CMD <[1]>", "! only strings may stand in the JSON form `[1]`"]);
    }

    #[test]
    fn heredocs_are_taken_in_order() {
        let text = "RUN <<A cat && <<-'B'\nx\nA\n\t\ty\n\tB\nCOPY << EOF /f\nz\nEOF\nRUN echo $((1 << 2))\nRUN x <<<EOF";
        let lines = outline(text);
        assert!(lines[0].ends_with(r#"A:"x\n" B:"y\n""#), "{lines:?}");
        assert!(lines[1].ends_with(r#"EOF:"z\n""#), "{lines:?}");
        assert_eq!(lines.len(), 4);
        assert!(outline("RUN <<EOF\nx")[1].contains("never closed"));
    }

    #[test]
    fn one_bad_line_costs_no_other() {
        assert_eq!(
            outline("FROM a\nFOO b\nONBUILD RUN x\nONBUILD FROM y\nUSER z"),
            [
                "FROM <a>",
                "ONBUILD <RUN> <x> [RUN x]",
                "ONBUILD <FROM> <y>",
                "USER <z>",
                "! unknown instruction `FOO` `FOO`",
                "! ONBUILD cannot hold `FROM` `FROM`"
            ]
        );
    }

    #[test]
    fn an_instruction_ends_with_its_last_line() {
        let text = "RUN a \\\n  b\nCOPY <<E /x\nq\nE\nUSER u";
        let tree = parse(FileId(0), text);
        let spans: Vec<_> = tree.instructions.iter().map(|it| &text[it.span.range()]).collect();
        assert_eq!(spans, ["RUN a \\\n  b", "COPY <<E /x\nq\nE", "USER u"]);
    }
}
