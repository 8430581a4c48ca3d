//! What a shell script or a shell command line does, as far as images and networks care.

use std::ops::Range;

use super::folder_words::{self, Piece};
use super::{Dialect, Template};
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::shell::{self as syntax, Connective, Part, Statement};

/// The facts of one shell script, or of the text behind `sh -c`.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The interpreter of the `#!` line, as written behind it.
    pub shebang: Option<Spanned<String>>,
    /// Simple commands in source order, those in functions and branches included.
    pub commands: Vec<Command>,
    /// The commands that can be the last to run, with what stands around each.
    pub endings: Vec<Ending>,
    /// The carriage returns in front of line feeds, when most lines end so.
    pub carriage_returns: Vec<Span>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// A simple command.
#[derive(Clone, Debug)]
pub struct Command {
    /// `NAME=value` in front; alone, or behind `export`, it holds for what follows.
    pub assignments: Vec<(Spanned<String>, Template)>,
    /// The program and its arguments; empty for a bare assignment.
    pub words: Vec<Word>,
    /// The file that its output replaces: `> file`.
    pub output: Option<Word>,
    /// From the first to the last word, assignments included.
    pub span: Span,
    /// Whether it may be left out: in a branch, a loop, a function, behind `||`.
    pub guarded: bool,
    /// Whether it is part of a pipeline.
    pub piped: bool,
    /// Whether it is sent to the background.
    pub background: bool,
    /// The subshell it runs in: 0 is the script itself, a number above is a `( ... )`, whose `cd`
    /// ends with it.
    pub subshell: u32,
    /// Whether it stands in a `for`, `while` or `case`.
    pub looped: bool,
}

/// A word of a command.
#[derive(Clone, Debug)]
pub struct Word {
    /// As written, quotes included.
    pub raw: Spanned<String>,
    /// Quotes and escapes removed; what only a run can tell makes it unknown.
    pub value: Template,
}

/// A command that can be the last one to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Index into [`Script::commands`].
    pub command: usize,
    /// What stands around it, which decides whether `sh -c` gives its process away.
    pub shape: Shape,
}

/// What stands around the last command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// Nothing: it is the only command.
    Alone,
    /// Other commands before it, `;`, `&&` or `||` between them.
    Last,
    /// A redirection, or `( )`, `{ }`, `if` around it.
    Wrapped,
    /// A pipe, `!` or `&`: the shell stays whatever it is.
    Kept,
}

impl Script {
    /// The commands that can be last, by reference.
    pub fn last_commands(&self) -> impl Iterator<Item = (&Command, Shape)> {
        self.endings.iter().filter_map(|it| Some((self.commands.get(it.command)?, it.shape)))
    }
}

impl Command {
    /// The words behind `exec`, `env NAME=value`, `time`, `nohup` and the like: the program that
    /// really runs.
    #[must_use]
    pub fn program_words(&self) -> &[Word] {
        let mut words = self.words.as_slice();
        while let Some((first, rest)) = words.split_first() {
            words = match first.raw.value.as_str() {
                "exec" | "time" | "nohup" | "command" | "sudo" | "env" => {
                    let skipped = rest
                        .iter()
                        .take_while(|it| it.raw.value.starts_with('-') || is_assignment(&it.raw.value));
                    &rest[skipped.count()..]
                }
                _ => return words,
            };
        }
        words
    }

    /// The name of the program without folders, when it is written out.
    #[must_use]
    pub fn program_name(&self) -> Option<&str> {
        let first = self.program_words().first()?;
        let name = first.raw.value.trim_matches(['"', '\'']);
        Some(name.rsplit('/').next().unwrap_or(name))
    }

    /// Whether it starts with `exec` and names a program.
    #[must_use]
    pub fn is_exec(&self) -> bool {
        self.words.len() > 1 && self.words[0].raw.value == "exec"
    }

    /// Whether it passes the script's own arguments on as its command: `exec "$@"`.
    #[must_use]
    pub fn runs_own_arguments(&self) -> bool {
        self.program_words().first().is_some_and(Word::is_all_arguments)
    }
}

impl Word {
    /// Whether it is `"$@"` or `$*`, in any quotes.
    #[must_use]
    pub fn is_all_arguments(&self) -> bool {
        matches!(self.raw.value.trim_matches('"'), "$@" | "$*" | "${@}" | "${*}")
    }
}

/// Reads one shell script.
#[must_use]
pub fn read(file: FileId, text: &str) -> Script {
    let mut script = read_line(text, &|range| Span::new(file, range.start, range.end));
    script.carriage_returns = carriage_returns(file, text);
    if let Some(line) = text.strip_prefix("#!") {
        let end = line.find('\n').unwrap_or(line.len());
        let interpreter = line[..end].trim();
        let start = 2 + (line.len() - line.trim_start().len());
        let span = Span::new(file, start, start + interpreter.len());
        script.shebang = Some(Spanned::new(interpreter.to_owned(), span));
    }
    script
}

/// The carriage returns of a text as Windows writes it; a few of them may be meant.
fn carriage_returns(file: FileId, text: &str) -> Vec<Span> {
    let places: Vec<_> = memchr::memmem::find_iter(text.as_bytes(), b"\r\n").collect();
    let line_feeds = memchr::memchr_iter(b'\n', text.as_bytes()).count();
    if places.len() * 2 <= line_feeds {
        return Vec::new();
    }
    places.into_iter().map(|at| Span::new(file, at, at + 1)).collect()
}

/// Whether a word of `sed` has it change the files that it is given: `-i`, `-i.bak`, `-Ei`, `--in-place`:
/// <https://www.gnu.org/software/sed/manual/sed.html#Command_002dLine-Options>.
#[must_use]
pub fn edits_in_place(word: &str) -> bool {
    let short = word.strip_prefix('-').filter(|it| !it.starts_with('-')).unwrap_or_default();
    word.starts_with("--in-place")
        || short.trim_start_matches(['E', 'n', 'r', 's', 'u', 'z']).starts_with('i')
}

/// Whether `program`, a name or a path, is a shell of the POSIX kind.
#[must_use]
pub fn is_shell(program: &str) -> bool {
    matches!(program.rsplit('/').next(), Some("sh" | "bash" | "ash" | "dash"))
}

/// Reads a command line or a script that stands inside another file; `place` says where a range
/// of `text` is written.
#[must_use]
pub fn read_line(text: &str, place: &dyn Fn(Range<usize>) -> Span) -> Script {
    read_within(text, place, None)
}

fn read_within(text: &str, place: &dyn Fn(Range<usize>) -> Span, whole: Option<&Text>) -> Script {
    let tree = syntax::parse(text);
    let mut reader = Reader { text, place, whole, out: Script::default(), subshells: 0, ranges: Vec::new() };
    let around = Around { subshell: 0, guarded: false, piped: false, background: false, looped: false };
    for statement in &tree.statements {
        reader.statement(statement, around);
    }
    reader.endings(&tree.statements);
    for range in tree.errors {
        let span = place(range);
        reader.out.errors.push(Spanned::new("this is not valid shell".to_owned(), span));
    }
    reader.out
}

/// Reads a command line that was put together from several places.
#[must_use]
pub fn read_text(text: &Text) -> Script {
    let nowhere = Span { file: FileId(0), start: 0, end: 0 };
    let whole = text.span().unwrap_or(nowhere);
    read_within(text.as_str(), &|range| text.slice(range).cover().unwrap_or(whole), Some(text))
}

/// The script of an exec-form command: one command of literal words.
#[must_use]
pub fn of_words(words: &[Spanned<String>]) -> Script {
    let Some(first) = words.first() else { return Script::default() };
    // The values of a chart may give some of them: the command is where it starts.
    let beside = words.iter().map(|it| it.span).filter(|it| it.file == first.span.file);
    let word = |it: &Spanned<String>| Word { raw: it.clone(), value: Template::literal(it.clone().into()) };
    let command = Command {
        assignments: Vec::new(),
        words: words.iter().map(word).collect(),
        output: None,
        span: beside.fold(first.span, Span::cover),
        guarded: false,
        piped: false,
        background: false,
        subshell: 0,
        looped: false,
    };
    Script {
        commands: vec![command],
        endings: vec![Ending { command: 0, shape: Shape::Alone }],
        ..Script::default()
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|it| it == b'_' || it.is_ascii_alphanumeric())
    })
}

#[derive(Clone, Copy)]
struct Around {
    subshell: u32,
    guarded: bool,
    piped: bool,
    background: bool,
    looped: bool,
}

struct Reader<'a> {
    text: &'a str,
    place: &'a dyn Fn(Range<usize>) -> Span,
    /// The text with the places of its parts, when it was put together.
    whole: Option<&'a Text>,
    out: Script,
    subshells: u32,
    /// Where each command of `out` stands in `text`.
    ranges: Vec<Range<usize>>,
}

impl Reader<'_> {
    fn statement(&mut self, statement: &Statement, around: Around) {
        let guarded = Around { guarded: true, ..around };
        match statement {
            Statement::Simple(it) => self.simple(it, around),
            Statement::List(left, connective, right) => {
                self.statement(left, around);
                self.statement(right, if *connective == Connective::Or { guarded } else { around });
            }
            Statement::Pipeline(all) => self.all(all, Around { piped: true, ..around }),
            Statement::Negated(it) => self.statement(it, around),
            Statement::Redirected(it, output) => {
                self.statement(it, around);
                let output = output.as_ref().map(|it| self.word(it));
                if let Some(last) = self.out.commands.last_mut().filter(|_| output.is_some()) {
                    last.output = output;
                }
            }
            Statement::Background(it) => self.statement(it, Around { background: true, ..around }),
            Statement::Subshell(all) => {
                self.subshells += 1;
                self.all(all, Around { subshell: self.subshells, ..around });
            }
            Statement::Group(all) => self.all(all, around),
            Statement::Conditional(all, is_if) => {
                self.all(all, Around { looped: around.looped || !is_if, ..guarded });
            }
            Statement::Function(_, all) => self.all(all, guarded),
            Statement::Other => {}
        }
    }

    fn all(&mut self, statements: &[Statement], around: Around) {
        for statement in statements {
            self.statement(statement, around);
        }
    }

    fn simple(&mut self, simple: &syntax::Simple, around: Around) {
        let assignments = simple.assignments.iter().map(|(name, value)| {
            let written = self.text[name.clone()].to_owned();
            (Spanned::new(written, (self.place)(name.clone())), self.word(value).value)
        });
        self.out.commands.push(Command {
            assignments: assignments.collect(),
            words: simple.words.iter().map(|it| self.word(it)).collect(),
            output: None,
            span: (self.place)(simple.range.clone()),
            guarded: around.guarded,
            piped: around.piped,
            background: around.background,
            subshell: around.subshell,
            looped: around.looped,
        });
        self.ranges.push(simple.range.clone());
    }

    fn word(&self, word: &syntax::Word) -> Word {
        let mut value = Template::default();
        self.parts(&word.parts, 0, &mut value);
        let span = (self.place)(word.range.clone());
        Word { raw: Spanned::new(self.text[word.range.clone()].to_owned(), span), value }
    }

    /// Appends parts whose places count from `start`.
    fn parts(&self, parts: &[Part], start: usize, value: &mut Template) {
        let moved = |range: &Range<usize>| start + range.start..start + range.end;
        for part in parts {
            match part {
                Part::Literal(text, range) => {
                    let range = moved(range);
                    value.push_literal(match self.whole {
                        Some(whole) => {
                            let inside = Span::new(FileId(0), range.start, range.end);
                            Text::new(text.as_str(), inside).within(whole)
                        }
                        None => Text::new(text.as_str(), (self.place)(range)),
                    });
                }
                Part::Variable(range) => {
                    let range = moved(range);
                    let text = Text::new(&self.text[range.clone()], (self.place)(range));
                    value.append(Template::parse(&text, Dialect::Dockerfile));
                }
                Part::Dynamic(range) => self.dynamic(moved(range), value),
            }
        }
    }

    /// Appends what only a run can tell, a folder as the variable that holds it.
    fn dynamic(&self, range: Range<usize>, value: &mut Template) {
        let span = (self.place)(range.clone());
        let Some(pieces) = folder_words::read(&self.text[range.clone()]) else {
            return value.push_invalid(span);
        };
        for piece in pieces {
            match piece {
                Piece::Variable(name) => value.push_required(name, span),
                Piece::Slash => value.push_literal(Text::new("/", span)),
                Piece::Word(word, inside) => self.parts(&word.parts, range.start + inside.start, value),
            }
        }
    }

    /// The last statements; commands are found again by where they stand in the text, which no two share. Their spans
    /// they may: what has an escape in a string stands where the string does.
    fn endings(&mut self, statements: &[Statement]) {
        let alone = statements.len() == 1;
        let Some(last) = statements.iter().rev().find(|it| !matches!(it, Statement::Function(..))) else {
            return;
        };
        self.ending(last, if alone { Shape::Alone } else { Shape::Last });
    }

    fn ending(&mut self, statement: &Statement, shape: Shape) {
        match statement {
            Statement::Simple(it) => {
                if let Some(command) = self.ranges.iter().position(|range| *range == it.range) {
                    self.out.endings.push(Ending { command, shape });
                }
            }
            Statement::List(_, _, right) => self.ending(right, shape.max(Shape::Last)),
            Statement::Redirected(it, _) => self.ending(it, shape.max(Shape::Wrapped)),
            Statement::Background(it) | Statement::Negated(it) => self.ending(it, Shape::Kept),
            Statement::Pipeline(all) => {
                for it in all {
                    self.ending(it, Shape::Kept);
                }
            }
            Statement::Subshell(all) | Statement::Group(all) => {
                if let Some(last) = all.last() {
                    self.ending(last, shape.max(Shape::Wrapped));
                }
            }
            Statement::Conditional(all, _) => self.branch_endings(all, shape.max(Shape::Wrapped)),
            Statement::Function(..) | Statement::Other => {}
        }
    }

    /// The last statement of each branch: `else` and `elif` are groups of their own.
    fn branch_endings(&mut self, all: &[Statement], shape: Shape) {
        let then = all.iter().skip(1).rfind(|it| !matches!(it, Statement::Group(_)));
        if let Some(last) = then {
            self.ending(last, shape);
        }
        for group in all.iter().filter(|it| matches!(it, Statement::Group(_))) {
            self.ending(group, shape);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endings(text: &str) -> String {
        let script = read(FileId(0), text);
        let show = |(command, shape): (&Command, Shape)| format!("{shape:?} {}", &text[command.span.range()]);
        script.last_commands().map(show).collect::<Vec<_>>().join(" | ")
    }

    #[test]
    fn the_last_command_is_known_with_what_stands_around_it() {
        assert_eq!(endings("/app -x"), "Alone /app -x");
        assert_eq!(endings("x && /app"), "Last /app");
        assert_eq!(endings("cd /; /app"), "Last /app");
        assert_eq!(endings("/app 2>&1"), "Wrapped /app");
        assert_eq!(endings("(/app)"), "Wrapped /app");
        assert_eq!(endings("{ /app; }"), "Wrapped /app");
        assert_eq!(endings("/app || exit 1"), "Last exit 1");
        assert_eq!(endings("/app | cat"), "Kept /app | Kept cat");
        assert_eq!(endings("/app &"), "Kept /app");
        assert_eq!(endings("#!/bin/sh\nset -e\nexec \"$@\"\n"), "Last exec \"$@\"");
        assert_eq!(
            endings("if [ x ]; then\n a\n exec /app\nelse\n /app\nfi"),
            "Wrapped exec /app | Wrapped /app"
        );
    }

    #[test]
    fn commands_know_their_program_and_surroundings() {
        let text = "export A=1 B\n(cd /src && CGO_ENABLED=0 go build) || exec env X=1 ./bin/app --p";
        let script = read(FileId(0), text);
        let names: Vec<_> = script.commands.iter().map(|it| it.program_name().unwrap_or("")).collect();
        assert_eq!(names, ["export", "cd", "go", "app"]);
        assert_eq!(script.commands[1].subshell, script.commands[2].subshell);
        assert_eq!(script.commands[3].subshell, 0);
        assert!(script.commands[3].guarded && script.commands[3].is_exec());
        assert_eq!(script.commands[2].assignments[0].0.value, "CGO_ENABLED");
    }
}
