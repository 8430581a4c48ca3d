//! Shell scripts and command lines through tree-sitter.
//!
//! The grammar is bash's, which dash and busybox ash scripts fit into. What cannot be read is left
//! out and reported; the rest of the script stands.

use std::cell::RefCell;
use std::ops::Range;

use tree_sitter::{Node, Parser};

/// A script or the text behind `sh -c`; ranges are bytes of that text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Statements in order.
    pub statements: Vec<Statement>,
    /// Runs of text that could not be read.
    pub errors: Vec<Range<usize>>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Statement {
    /// `A=1 program word`; without words only assignments.
    Simple(Simple),
    /// `left && right`, `left || right`.
    List(Box<Statement>, Connective, Box<Statement>),
    /// `a | b`.
    Pipeline(Vec<Statement>),
    /// `statement > file`, with the file that the output replaces, if there is one.
    Redirected(Box<Statement>, Option<Word>),
    /// `statement &`.
    Background(Box<Statement>),
    /// `! statement`.
    Negated(Box<Statement>),
    /// `( ... )`.
    Subshell(Vec<Statement>),
    /// `{ ...; }`.
    Group(Vec<Statement>),
    /// `if`, `while`, `for`, `case`: statements that may run, in source order; the flag says whether
    /// it is an `if`.
    Conditional(Vec<Statement>, bool),
    /// `name() { ... }`.
    Function(String, Vec<Statement>),
    /// Anything else: `[[ ... ]]`, `(( ... ))`.
    Other,
}

/// What stands between the two sides of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connective {
    /// `&&`.
    And,
    /// `||`.
    Or,
}

/// A simple command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Simple {
    /// `NAME=value` in front, or behind `export`.
    pub assignments: Vec<(Range<usize>, Word)>,
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// From the first to the last word, assignments included.
    pub range: Range<usize>,
}

/// A word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its parts in order; none for `""`.
    pub parts: Vec<Part>,
    /// The whole, quotes included.
    pub range: Range<usize>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text that stands for itself, quotes and escapes removed.
    Literal(String, Range<usize>),
    /// `$NAME` or `${NAME...}`.
    Variable(Range<usize>),
    /// What only a run can tell: `$(...)`, `$1`, `"$@"`, arithmetic.
    Dynamic(Range<usize>),
}

/// Deeper nesting than anybody writes; what is below it is left out.
const MAX_DEPTH: usize = 100;

/// Reads a script.
#[must_use]
pub fn parse(text: &str) -> Script {
    thread_local! {
        static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
    }
    let tree = PARSER.with_borrow_mut(|slot| {
        let parser = slot.get_or_insert_with(|| {
            let mut parser = Parser::new();
            // It fails only for a grammar of another version of the library than ours.
            let _ = parser.set_language(&tree_sitter_bash::LANGUAGE.into());
            parser
        });
        parser.parse(text, None)
    });
    let mut reader = Reader { text, errors: Vec::new() };
    let Some(tree) = tree else {
        reader.errors.push(0..text.len());
        return Script { statements: Vec::new(), errors: reader.errors };
    };
    let statements = reader.statements(tree.root_node(), 0);
    Script { statements, errors: reader.errors }
}

struct Reader<'a> {
    text: &'a str,
    errors: Vec<Range<usize>>,
}

impl Reader<'_> {
    /// The statements among the children of `node`.
    fn statements(&mut self, node: Node<'_>, depth: usize) -> Vec<Statement> {
        let mut out = Vec::new();
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            if child.kind() == "&" {
                if let Some(last) = out.pop() {
                    out.push(Statement::Background(Box::new(last)));
                }
            } else if child.is_named() || child.is_error() {
                out.extend(self.statement(child, depth + 1));
            }
        }
        out
    }

    fn statement(&mut self, node: Node<'_>, depth: usize) -> Option<Statement> {
        if node.is_error() || node.is_missing() || depth > MAX_DEPTH {
            self.errors.push(node.byte_range());
            return None;
        }
        Some(match node.kind() {
            "command"
            | "declaration_command"
            | "unset_command"
            | "variable_assignment"
            | "variable_assignments" => Statement::Simple(self.simple(node, depth)),
            "list" => return self.list(node, depth),
            "pipeline" => Statement::Pipeline(self.statements(node, depth)),
            "redirected_statement" => {
                let body = node.child_by_field_name("body");
                let statement = match body {
                    Some(body) => self.statement(body, depth + 1)?,
                    None => Statement::Other,
                };
                redirect_last(statement, self.output(node, depth))
            }
            "negated_command" => {
                Statement::Negated(Box::new(self.statements(node, depth).into_iter().next()?))
            }
            "subshell" => Statement::Subshell(self.statements(node, depth)),
            "compound_statement" => Statement::Group(self.statements(node, depth)),
            "if_statement" => Statement::Conditional(self.statements(node, depth), true),
            "while_statement" | "for_statement" | "c_style_for_statement" | "case_statement" => {
                Statement::Conditional(self.statements(node, depth), false)
            }
            "elif_clause" | "else_clause" | "do_group" | "case_item" => {
                Statement::Group(self.statements(node, depth))
            }
            "function_definition" => {
                let name = node.child_by_field_name("name").map(|it| self.text[it.byte_range()].to_owned());
                let body = node.child_by_field_name("body").and_then(|it| self.statement(it, depth + 1));
                Statement::Function(name.unwrap_or_default(), body.into_iter().collect())
            }
            "test_command" => Statement::Other,
            // Words of `for x in a b`, comments, redirections: no statements.
            _ => return None,
        })
    }

    fn list(&mut self, node: Node<'_>, depth: usize) -> Option<Statement> {
        let mut cursor = node.walk();
        let mut left = None;
        let mut connective = Connective::And;
        for child in node.children(&mut cursor) {
            match child.kind() {
                "&&" => connective = Connective::And,
                "||" => connective = Connective::Or,
                _ => {
                    let Some(statement) = self.statement(child, depth + 1) else { continue };
                    left = Some(match left {
                        None => statement,
                        Some(left) => Statement::List(Box::new(left), connective, Box::new(statement)),
                    });
                }
            }
        }
        left
    }

    fn simple(&mut self, node: Node<'_>, depth: usize) -> Simple {
        let mut out = Simple { assignments: Vec::new(), words: Vec::new(), range: node.byte_range() };
        if node.kind() == "variable_assignment" {
            out.assignments.extend(self.assignment(node, depth));
            return out;
        }
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "variable_assignment" => out.assignments.extend(self.assignment(child, depth)),
                "file_redirect" | "heredoc_redirect" | "herestring_redirect" | "comment" => {}
                "command_name" => {
                    let inner = child.child(0).unwrap_or(child);
                    out.words.push(self.word(inner, depth + 1));
                }
                _ if child.is_error() => self.errors.push(child.byte_range()),
                _ => out.words.push(self.word(child, depth + 1)),
            }
        }
        out
    }

    /// The file that the output of a redirected statement replaces: `> file`, also behind `<<EOF`.
    fn output(&mut self, node: Node<'_>, depth: usize) -> Option<Word> {
        let mut cursor = node.walk();
        let redirects: Vec<_> = node.children(&mut cursor).collect();
        redirects.into_iter().find_map(|redirect| match redirect.kind() {
            "heredoc_redirect" => self.output(redirect, depth + 1),
            "file_redirect" => {
                let written = &self.text[redirect.byte_range()];
                let is_output =
                    written.starts_with('>') && !written.starts_with(">>") && !written.starts_with(">&");
                let file = redirect.child_by_field_name("destination").filter(|_| is_output)?;
                Some(self.word(file, depth + 1))
            }
            _ => None,
        })
    }

    fn assignment(&mut self, node: Node<'_>, depth: usize) -> Option<(Range<usize>, Word)> {
        let name = node.child_by_field_name("name")?;
        let value = match node.child_by_field_name("value") {
            Some(value) => self.word(value, depth + 1),
            None => Word { parts: Vec::new(), range: node.end_byte()..node.end_byte() },
        };
        Some((name.byte_range(), value))
    }

    fn word(&mut self, node: Node<'_>, depth: usize) -> Word {
        let mut parts = Vec::new();
        self.parts(node, depth, &mut parts);
        Word { parts, range: node.byte_range() }
    }

    fn parts(&mut self, node: Node<'_>, depth: usize, out: &mut Vec<Part>) {
        let range = node.byte_range();
        let written = &self.text[range.clone()];
        if depth > MAX_DEPTH {
            out.push(Part::Dynamic(range));
            return;
        }
        match node.kind() {
            "raw_string" => {
                let inner = range.start + 1..range.end.saturating_sub(1).max(range.start + 1);
                let text = self.text.get(inner.clone()).unwrap_or_default().to_owned();
                out.push(Part::Literal(text, inner));
            }
            "string" => self.string(node, depth, out),
            "concatenation" => {
                let mut cursor = node.walk();
                for child in node.children(&mut cursor) {
                    self.parts(child, depth + 1, out);
                }
            }
            "simple_expansion" => {
                let name = node.named_child(0).map(|it| it.kind());
                let positional = written.as_bytes().get(1).is_some_and(u8::is_ascii_digit);
                out.push(match name {
                    Some("variable_name") if !positional => Part::Variable(range),
                    _ => Part::Dynamic(range),
                });
            }
            "expansion" => {
                let plain =
                    written.as_bytes().get(2).is_some_and(|it| it.is_ascii_alphabetic() || *it == b'_');
                out.push(if plain { Part::Variable(range) } else { Part::Dynamic(range) });
            }
            "command_substitution"
            | "process_substitution"
            | "arithmetic_expansion"
            | "brace_expression"
            | "ansi_c_string"
            | "array" => out.push(Part::Dynamic(range)),
            _ => out.push(Part::Literal(unescape(written), range)),
        }
    }

    /// The parts of a text in double quotes.
    fn string(&mut self, node: Node<'_>, depth: usize, out: &mut Vec<Part>) {
        let end = node.end_byte().saturating_sub(1).max(node.start_byte() + 1).min(node.end_byte());
        let mut at = (node.start_byte() + 1).min(end);
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            if child.kind() == "string_content" {
                continue;
            }
            self.quoted(at..child.start_byte().max(at), out);
            self.parts(child, depth + 1, out);
            at = child.end_byte();
        }
        self.quoted(at..end.max(at), out);
    }

    fn quoted(&self, range: Range<usize>, out: &mut Vec<Part>) {
        let Some(written) = self.text.get(range.clone()).filter(|it| !it.is_empty()) else { return };
        out.push(Part::Literal(unescape_quoted(written), range));
    }
}

/// tree-sitter takes `a && b > f` as a redirection of the list; the shell redirects `b` alone.
fn redirect_last(statement: Statement, output: Option<Word>) -> Statement {
    match statement {
        Statement::List(left, connective, right) => {
            Statement::List(left, connective, Box::new(redirect_last(*right, output)))
        }
        other => Statement::Redirected(Box::new(other), output),
    }
}

/// A backslash takes the meaning of what follows.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next().filter(|it| *it != '\n')),
            _ => out.push(character),
        }
    }
    out
}

/// In double quotes a backslash is one unless a special character follows.
fn unescape_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\\', Some('$' | '`' | '"' | '\\')) => out.extend(characters.next()),
            ('\\', Some('\n')) => {
                characters.next();
            }
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(statement: &Statement) -> String {
        let all = |list: &[Statement]| list.iter().map(show).collect::<Vec<_>>().join("; ");
        match statement {
            Statement::Simple(it) => {
                let mut out = Vec::new();
                out.extend(it.assignments.iter().map(|(_, word)| format!("={}", show_word(word))));
                out.extend(it.words.iter().map(show_word));
                out.join(" ")
            }
            Statement::List(left, connective, right) => {
                format!("{} {connective:?} {}", show(left), show(right))
            }
            Statement::Pipeline(it) => format!("pipe[{}]", all(it)),
            Statement::Redirected(it, output) => {
                let output = output.as_ref().map(|it| format!(" > {}", show_word(it))).unwrap_or_default();
                format!("redirected[{}{output}]", show(it))
            }
            Statement::Background(it) => format!("background[{}]", show(it)),
            Statement::Negated(it) => format!("not[{}]", show(it)),
            Statement::Subshell(it) => format!("subshell[{}]", all(it)),
            Statement::Group(it) => format!("group[{}]", all(it)),
            Statement::Conditional(it, is_if) => {
                format!("{}[{}]", if *is_if { "if" } else { "loop" }, all(it))
            }
            Statement::Function(name, it) => format!("{name}()[{}]", all(it)),
            Statement::Other => "other".to_owned(),
        }
    }

    fn show_word(word: &Word) -> String {
        let part = |it: &Part| match it {
            Part::Literal(text, _) => text.clone(),
            Part::Variable(_) => "$".to_owned(),
            Part::Dynamic(_) => "?".to_owned(),
        };
        word.parts.iter().map(part).collect()
    }

    #[test]
    fn statements_keep_their_structure() {
        let read = |text: &str| parse(text).statements.iter().map(show).collect::<Vec<_>>().join(" / ");
        assert_eq!(read("/app"), "/app");
        assert_eq!(read("A=1 go build -o '/x y' \"./cmd/$B\""), "=1 go build -o /x y ./cmd/$");
        assert_eq!(read("cd /a && b || exit 1; c"), "cd /a And b Or exit 1 / c");
        assert_eq!(read("a && b 2>&1"), "a And redirected[b]");
        assert_eq!(read("(cd x && y) | z"), "pipe[subshell[cd x And y]; z]");
        assert_eq!(read("{ a; }; a & b"), "group[a] / background[a] / b");
        assert_eq!(read("if [ -n \"$X\" ]; then a; else b; fi"), "if[other; a; group[b]]");
        assert_eq!(read("for i in 1 2; do\n go build ./$i\ndone"), "loop[group[go build ./$]]");
        assert_eq!(read("export PORT=80 X\nexec \"$@\""), "=80 export X / exec ?");
        assert_eq!(read("f() { a; }\n# c\nf"), "f()[group[a]] / f");
        assert_eq!(read("a $(b c) ${D:-e} $1"), "a ? $ ?");
        assert_eq!(read("cat <<EOF > /x\n hi\nEOF\nb"), "redirected[cat > /x] / b");
    }

    #[test]
    fn broken_text_never_panics() {
        for text in ["", "\"", "a 'b", "$((", "if", "${", "&&", "a |", "é\\", "((((((((", "<<EOF\nx"] {
            let _ = parse(text);
        }
        let _ = parse(&"(".repeat(5000));
        let _ = parse(&"$(a ".repeat(2000));
    }
}
