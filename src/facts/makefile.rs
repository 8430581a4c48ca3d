//! A Makefile, as far as it says which commands a target runs.
//!
//! What GNU make does: <https://www.gnu.org/software/make/manual/make.html>. Conditions are not decided: a
//! variable that is set under one is not known. Functions (`$(shell ...)`, `$(addprefix ...)`) are not run.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::docker_command::is_program_variable;
use crate::source::{FileId, Joined, Text};

/// The facts of one Makefile.
#[derive(Clone, Debug, Default)]
pub struct Makefile {
    /// In source order; the last one of a name holds.
    variables: Vec<Variable>,
    rules: Vec<Rule>,
    exports: Exports,
}

/// What a Makefile adds to the environment of its commands.
#[derive(Clone, Debug, Default)]
struct Exports {
    /// By `export NAME`.
    names: Vec<String>,
    /// All variables, by `export` alone or `.EXPORT_ALL_VARIABLES:`.
    all: bool,
    /// Names that are set for one target alone.
    of_targets: Vec<String>,
    /// Whether another file is read in.
    includes: bool,
}

/// `NAME = value`.
#[derive(Clone, Debug)]
struct Variable {
    name: String,
    /// As written; `None` when a condition or a command decides.
    value: Option<Text>,
    /// Whether the environment's value counts instead: `?=`.
    yields: bool,
    /// Whether it is added to what stands before: `+=`.
    adds: bool,
}

/// `targets: prerequisites` and the recipe below.
#[derive(Clone, Debug, Default)]
struct Rule {
    targets: Text,
    prerequisites: Text,
    /// Its lines, each with its continuation lines, without the tabulator in front of each.
    recipe: Vec<Text>,
}

/// What make is given beside the Makefile.
pub struct Given<'g> {
    /// `make NAME=value`; `None` for a value that is not known.
    pub arguments: &'g [(String, Option<Text>)],
    /// The environment of make; `None` for a name that is not set.
    pub environment: &'g dyn Fn(&str) -> Option<Text>,
}

/// The folder of the Makefile, as a script tells its own.
const FOLDER: &str = "$(dirname \"$0\")";

/// The root of the repository, as a script asks for it.
const REPOSITORY: &str = "$(git rev-parse --show-toplevel)";

/// Longer values are not known: one that adds to itself twice doubles with each line.
const LARGEST_VALUE: usize = 64 * 1024;

/// Rules that need each other: deeper than anybody writes.
const MAXIMUM_DEPTH: usize = 16;

impl Makefile {
    /// The commands that `make target` runs, in order, each by a shell of its own; without a target those of
    /// the first one that the file has. What a target needs comes before it.
    #[must_use]
    pub fn commands(&self, target: Option<&str>, given: &Given<'_>) -> Vec<Text> {
        let mut run = Run::new(self, given);
        match target.map(str::to_owned).or_else(|| run.first_target()) {
            Some(target) => run.make(&target, 0),
            None => return Vec::new(),
        }
        run.out
    }

    /// What the commands of the Makefile get in their environment as `name`, `Some(None)` when that is not known;
    /// `None` when make passes on what it has itself.
    /// <https://www.gnu.org/software/make/manual/make.html#Environment>
    #[must_use]
    pub fn exported(&self, name: &str, given: &Given<'_>) -> Option<Option<Text>> {
        if let Some((_, value)) = given.arguments.iter().find(|(it, _)| it == name) {
            return Some(value.clone());
        }
        let is_in = |names: &[String]| names.iter().any(|it| it == name);
        if self.exports.includes || is_in(&self.exports.of_targets) {
            return Some(None);
        }
        let is_set = self.variables.iter().any(|it| it.name == name);
        let passes = is_in(&self.exports.names) || self.exports.all || (given.environment)(name).is_some();
        if !is_set || !passes {
            return None;
        }
        let run = Run::new(self, given);
        match run.value(name, 0) {
            Lookup::Set(text) => Some(Some(text)),
            Lookup::Unset => None,
            Lookup::Unknown => Some(None),
        }
    }

    /// The commands of every recipe: what people may run by hand.
    #[must_use]
    pub fn recipes(&self, given: &Given<'_>) -> Vec<Vec<Text>> {
        let run = Run::new(self, given);
        let recipe = |rule: &Rule| {
            let targets = run.expand(&rule.targets, None, 0);
            run.recipe(rule, targets.as_str().split_whitespace().next().unwrap_or_default())
        };
        self.rules.iter().map(recipe).collect()
    }
}

/// One call of make.
struct Run<'r> {
    makefile: &'r Makefile,
    given: &'r Given<'r>,
    /// Each target is made once.
    made: Vec<String>,
    out: Vec<Text>,
    /// What variables stand for, once they were asked for; `None` while that is worked out.
    known: RefCell<FxHashMap<String, Option<Lookup>>>,
}

/// A variable that is being set, and what it stood for before.
type Setting<'s> = (&'s str, Option<&'s Text>);

impl<'r> Run<'r> {
    fn new(makefile: &'r Makefile, given: &'r Given<'r>) -> Self {
        Self { makefile, given, made: Vec::new(), out: Vec::new(), known: RefCell::default() }
    }

    fn first_target(&self) -> Option<String> {
        self.makefile.rules.iter().find_map(|rule| {
            let targets = self.expand(&rule.targets, None, 0);
            let first = targets.as_str().split_whitespace().next()?;
            (!first.starts_with('.') && !first.contains('%')).then(|| first.to_owned())
        })
    }

    fn make(&mut self, target: &str, depth: usize) {
        if depth > MAXIMUM_DEPTH || self.made.iter().any(|it| it == target) {
            return;
        }
        self.made.push(target.to_owned());
        let makefile = self.makefile;
        let names = |rule: &Rule, wanted: &dyn Fn(&str) -> bool| {
            self.expand(&rule.targets, None, 0).as_str().split_whitespace().any(wanted)
        };
        let mut rules: Vec<&Rule> =
            makefile.rules.iter().filter(|it| names(it, &|name| name == target)).collect();
        if rules.is_empty() {
            let fits = |name: &str| stem(name, target).is_some();
            rules.extend(makefile.rules.iter().find(|it| names(it, &fits)));
        }
        for rule in &rules {
            for name in self.needs(rule, target) {
                self.make(&name, depth + 1);
            }
        }
        // Of several recipes for one target the last one holds.
        if let Some(rule) = rules.iter().rfind(|it| !it.recipe.is_empty()) {
            let commands = self.recipe(rule, target);
            self.out.extend(commands);
        }
    }

    /// The prerequisites of a target, `%` of a pattern replaced.
    fn needs(&self, rule: &Rule, target: &str) -> Vec<String> {
        let all = self.expand(&rule.prerequisites, None, 0);
        let stem = rule.targets.as_str().split_whitespace().find_map(|it| stem(it, target));
        let needed = all.as_str().split_whitespace().filter(|it| *it != "|");
        needed.map(|it| stem.map_or_else(|| it.to_owned(), |stem| it.replacen('%', stem, 1))).collect()
    }

    fn recipe(&self, rule: &Rule, target: &str) -> Vec<Text> {
        let line = |line: &Text| {
            let expanded = self.expand(line, Some((rule, target)), 0);
            let written = expanded.as_str();
            let start = written.len() - written.trim_start_matches(['@', '-', '+', ' ', '\t']).len();
            expanded.slice(start..written.len())
        };
        rule.recipe.iter().map(line).filter(|it| !it.as_str().is_empty()).collect()
    }

    /// `line` with make's variables replaced. What is not known becomes something that a shell does not
    /// know either: an empty command substitution, a variable of the environment.
    fn expand(&self, text: &Text, of: Option<(&Rule, &str)>, depth: usize) -> Text {
        self.expand_in(text, of, None, depth)
    }

    /// The same where the text sets a variable.
    fn expand_in(
        &self,
        text: &Text,
        of: Option<(&Rule, &str)>,
        setting: Option<Setting<'_>>,
        depth: usize,
    ) -> Text {
        let (written, mut out, mut at) = (text.as_str(), Text::default(), 0);
        while let Some(found) = written[at..].find('$') {
            let start = at + found;
            out.append(&text.slice(at..start));
            let Some(next) = written[start + 1..].chars().next() else {
                at = start + 1;
                break;
            };
            let place = |end: usize| text.slice(start..end);
            let put = |out: &mut Text, value: &str, end: usize| {
                if let Some(span) = place(end).cover() {
                    out.push(value, span);
                }
            };
            let (name, end) = match next {
                '(' | '{' => match closing(&written[start + 1..]) {
                    Some(length) => (&written[start + 2..start + 1 + length], start + 2 + length),
                    None => break,
                },
                _ => (&written[start + 1..start + 1 + next.len_utf8()], start + 1 + next.len_utf8()),
            };
            at = end;
            match (name, of) {
                ("$", _) => put(&mut out, "$", end),
                ("@", Some((_, target))) => put(&mut out, target, end),
                ("<" | "^" | "*", Some((rule, target))) => {
                    let stem = || rule.targets.as_str().split_whitespace().find_map(|it| stem(it, target));
                    let value = match name {
                        "*" => stem().unwrap_or_default().to_owned(),
                        "<" => self.needs(rule, target).into_iter().next().unwrap_or_default(),
                        _ => self.needs(rule, target).join(" "),
                    };
                    put(&mut out, &value, end);
                }
                ("MAKE", _) => put(&mut out, "make", end),
                // Where make was started, which is where the Makefile is; a recipe's own `cd` changes nothing.
                ("CURDIR" | "shell pwd", _) => put(&mut out, FOLDER, end),
                ("shell git rev-parse --show-toplevel", _) => put(&mut out, REPOSITORY, end),
                _ if let Some(program) = looked_up(name) => put(&mut out, program, end),
                ("PWD", _) if matches!(self.value(name, depth), Lookup::Unset) => put(&mut out, FOLDER, end),
                // `FLAGS := $(FLAGS) -x` adds to what stands before.
                _ if let Some((_, before)) = setting.filter(|it| it.0 == name) => {
                    let outside = || (self.given.environment)(name);
                    match before.cloned().or_else(outside) {
                        Some(before) => put(&mut out, before.as_str(), end),
                        None => put(&mut out, &format!("${{{name}}}"), end),
                    }
                }
                _ if is_name(name) => match self.value(name, depth) {
                    // It counts where it is used: a command stands in one place.
                    Lookup::Set(value) => put(&mut out, value.as_str(), end),
                    Lookup::Unset => put(&mut out, &format!("${{{name}}}"), end),
                    // Its name tells what it stands for, whichever branch sets it.
                    Lookup::Unknown if is_program_variable(name) => {
                        put(&mut out, &format!("${{{name}}}"), end);
                    }
                    Lookup::Unknown => put(&mut out, "$(:)", end),
                },
                _ => put(&mut out, "$(:)", end),
            }
        }
        out.append(&text.slice(at.min(written.len())..written.len()));
        out
    }

    /// What a variable stands for: <https://www.gnu.org/software/make/manual/make.html#Values>.
    fn value(&self, name: &str, depth: usize) -> Lookup {
        if let Some((_, value)) = self.given.arguments.iter().find(|(it, _)| it == name) {
            return value.clone().map_or(Lookup::Unknown, Lookup::Set);
        }
        if let Some(known) = self.known.borrow().get(name) {
            // What stands for itself in a circle, make refuses.
            return known.clone().unwrap_or(Lookup::Unknown);
        }
        if depth > MAXIMUM_DEPTH {
            return Lookup::Unknown;
        }
        self.known.borrow_mut().insert(name.to_owned(), None);
        let value = self.work_out(name, depth);
        self.known.borrow_mut().insert(name.to_owned(), Some(value.clone()));
        value
    }

    fn work_out(&self, name: &str, depth: usize) -> Lookup {
        let set: Vec<&Variable> = self.makefile.variables.iter().filter(|it| it.name == name).collect();
        let Some(first) = set.first() else { return Lookup::Unset };
        if set.iter().any(|it| it.value.is_none()) {
            return Lookup::Unknown;
        }
        let environment = (self.given.environment)(name);
        let mut value = if first.yields { environment } else { None };
        for it in set {
            let Some(written) = &it.value else { return Lookup::Unknown };
            match &mut value {
                Some(_) if it.yields => {}
                Some(before) if it.adds => {
                    if let Some(span) = written.cover() {
                        before.push(" ", span);
                    }
                    before.append(&self.expand(written, None, depth + 1));
                }
                value => {
                    let before = value.clone();
                    *value = Some(self.expand_in(written, None, Some((name, before.as_ref())), depth + 1));
                }
            }
            if value.as_ref().is_some_and(|it| it.as_str().len() > LARGEST_VALUE) {
                return Lookup::Unknown;
            }
        }
        value.map_or(Lookup::Unset, Lookup::Set)
    }
}

#[derive(Clone)]
enum Lookup {
    Set(Text),
    /// No line sets it: the environment may.
    Unset,
    /// Something sets it that is not followed.
    Unknown,
}

/// Where the bracket that `text` starts with is closed, in bytes.
fn closing(text: &str) -> Option<usize> {
    let open = text.chars().next()?;
    let close = if open == '(' { ')' } else { '}' };
    let mut depth = 0;
    text.char_indices().find_map(|(at, character)| {
        depth += i32::from(character == open) - i32::from(character == close);
        (depth == 0).then_some(at)
    })
}

/// The program that a call of the shell finds the path of: `shell which docker`, `shell command -v docker 2>/dev/null`.
/// Of several the first counts.
fn looked_up(call: &str) -> Option<&str> {
    let call = call.strip_prefix("shell ")?.trim_start();
    let words = ["which ", "command -v "].iter().find_map(|it| call.strip_prefix(it))?;
    let (program, rest) = words.trim_start().split_once(' ').unwrap_or((words.trim(), ""));
    let rest = rest.trim_start();
    let is_alone = rest.is_empty() || rest.starts_with("2>") || rest.starts_with("||");
    Some(program).filter(|it| is_alone && is_name(it))
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-' | b'.'))
}

/// What `%` of a pattern stands for in a target.
fn stem<'t>(pattern: &str, target: &'t str) -> Option<&'t str> {
    let (before, behind) = pattern.split_once('%')?;
    target.strip_prefix(before)?.strip_suffix(behind)
}

/// Reads one Makefile.
#[must_use]
pub fn read(file: FileId, text: &str) -> Makefile {
    let mut reader = Reader { out: Makefile::default(), in_rule: false, conditions: 0, defines: false };
    for line in (Lines { file, text, at: 0 }) {
        reader.line(&line);
    }
    reader.out
}

/// A line with its continuation lines.
struct Line {
    text: Joined,
    is_recipe: bool,
}

struct Lines<'l> {
    file: FileId,
    text: &'l str,
    at: usize,
}

impl Iterator for Lines<'_> {
    type Item = Line;

    /// In a recipe the shell joins continuation lines; everywhere else make does, with one blank for the
    /// break and what stands around it.
    fn next(&mut self) -> Option<Line> {
        let is_recipe = self.text.get(self.at..)?.starts_with('\t');
        let mut text = Joined::new(self.file);
        let mut is_first = true;
        while self.at < self.text.len() {
            let start = self.at;
            let end = self.text[start..].find('\n').map_or(self.text.len(), |it| start + it);
            let line = self.text[start..end].trim_end_matches('\r');
            self.at = end + 1;
            let skipped = match is_recipe {
                true => usize::from(line.starts_with('\t')),
                false if is_first => 0,
                false => line.len() - line.trim_start().len(),
            };
            is_first = false;
            let Some(kept) = line.strip_suffix('\\') else {
                text.push(&line[skipped..], start + skipped);
                break;
            };
            if is_recipe {
                text.push(&self.text[start + skipped..self.at.min(self.text.len())], start + skipped);
            } else if let Some(kept) = kept.get(skipped..).map(str::trim_end) {
                text.push(kept, start + skipped);
                text.push(" ", start + skipped + kept.len());
            }
        }
        (!is_first).then_some(Line { text, is_recipe })
    }
}

struct Reader {
    out: Makefile,
    /// Whether the lines that follow may be the recipe of the last rule.
    in_rule: bool,
    /// How many `ifeq` and the like are open.
    conditions: usize,
    /// Whether it stands in a `define`.
    defines: bool,
}

impl Reader {
    fn line(&mut self, line: &Line) {
        let whole = line.text.as_str();
        if self.defines {
            self.defines = whole.trim() != "endef";
            return;
        }
        if line.is_recipe && self.in_rule {
            if let Some(rule) = self.out.rules.last_mut() {
                rule.recipe.push(line.text.text(0..whole.len()));
            }
            return;
        }
        let end = comment(whole);
        let mut start = whole.len() - whole.trim_start().len();
        if start >= end {
            return;
        }
        // Words in front of an assignment.
        loop {
            let word = whole[start..end].split_whitespace().next().unwrap_or_default();
            match word {
                "ifeq" | "ifneq" | "ifdef" | "ifndef" => self.conditions += 1,
                "endif" => self.conditions = self.conditions.saturating_sub(1),
                "define" => self.defines = true,
                "include" | "-include" | "sinclude" => self.out.exports.includes = true,
                "else" | "unexport" | "vpath" => {}
                "export" | "override" | "private" => {
                    start += word.len();
                    if word == "export" {
                        self.export(whole[start..end].trim());
                    }
                    start += whole[start..end].len() - whole[start..end].trim_start().len();
                    continue;
                }
                _ => break,
            }
            return;
        }
        self.statement(&line.text.slice(start..end));
    }

    /// What stands behind `export`: an assignment, names, or nothing.
    fn export(&mut self, rest: &str) {
        let names =
            rest.split_once('=').map_or(rest, |(name, _)| name.trim_end_matches([':', '?', '+', '!', ' ']));
        self.out.exports.all |= names.is_empty();
        self.out.exports.names.extend(names.split_whitespace().map(str::to_owned));
    }

    /// An assignment or a rule: which it is, the first `=` or `:` outside brackets tells.
    fn statement(&mut self, line: &Joined) {
        let text = line.as_str();
        let Some(at) = outside_brackets(text, &['=', ':']) else { return };
        let behind = &text[at..];
        let operators = ["=", "::=", ":::=", ":="];
        if let Some(operator) = operators.iter().rev().find(|it| behind.starts_with(**it)) {
            self.assignment(line, at, at + operator.len());
            return;
        }
        self.in_rule = true;
        let colons = behind.bytes().take_while(|it| matches!(it, b':' | b'&')).count();
        let rest = at + colons;
        let recipe = outside_brackets(&text[rest..], &[';']).map(|it| rest + it);
        let end = recipe.unwrap_or(text.len());
        // `target: NAME = value` sets a variable for that target alone.
        if let Some(at) = outside_brackets(&text[rest..end], &['=']) {
            let name = text[rest..rest + at].trim_end_matches([':', '?', '+', '!', ' ']);
            self.out.exports.of_targets.extend(name.split_whitespace().last().map(str::to_owned));
            return;
        }
        self.out.exports.all |= text[..at].trim() == ".EXPORT_ALL_VARIABLES";
        let inline = recipe.map(|it| line.text(it + 1..text.len()));
        self.out.rules.push(Rule {
            targets: line.text(0..at),
            prerequisites: line.text(rest..end),
            recipe: inline.into_iter().collect(),
        });
    }

    fn assignment(&mut self, line: &Joined, at: usize, behind: usize) {
        self.in_rule = false;
        let text = line.as_str();
        let (name, mark) = match text.as_bytes()[..at].last() {
            Some(mark @ (b'?' | b'+' | b'!')) => (&text[..at - 1], *mark),
            _ => (&text[..at], b'='),
        };
        let start = behind + text[behind..].len() - text[behind..].trim_start().len();
        let end = text.trim_end().len().max(start);
        let is_known = self.conditions == 0 && mark != b'!';
        let variable = Variable {
            name: name.trim().to_owned(),
            value: is_known.then(|| line.text(start..end)),
            yields: mark == b'?',
            adds: mark == b'+',
        };
        self.out.variables.push(variable);
    }
}

/// Where the comment of a line begins, in bytes; its length when it has none.
fn comment(line: &str) -> usize {
    let escaped = |at: usize| line[..at].ends_with('\\');
    line.match_indices('#').map(|(at, _)| at).find(|at| !escaped(*at)).unwrap_or(line.len())
}

/// The first of these characters that stands outside `$( )` and `${ }`.
fn outside_brackets(text: &str, wanted: &[char]) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(at, character)| {
        match character {
            '(' | '{' => depth += 1,
            ')' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        (depth == 0 && wanted.contains(&character)).then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, target: Option<&str>, arguments: &[(&str, &str)]) -> Vec<String> {
        let place = crate::source::Span::new(FileId(0), 0, 0);
        let arguments: Vec<_> = arguments
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some(Text::new(*value, place))))
            .collect();
        let environment = |name: &str| (name == "FROM_ENVIRONMENT").then(|| Text::new("environment", place));
        let given = Given { arguments: &arguments, environment: &environment };
        let commands = read(FileId(0), text).commands(target, &given);
        commands.iter().map(|it| it.as_str().to_owned()).collect()
    }

    #[test]
    fn the_first_target_is_made_with_what_it_needs() {
        let text = ".PHONY: all\nall: deps build ; echo done\ndeps:\n\t@go mod download\n\nbuild: | deps\n\t-go build \\\n\t\t-o app .\nother:\n\trm x\n";
        assert_eq!(run(text, None, &[]), ["go mod download", "go build \\\n\t-o app .", "echo done"]);
        assert_eq!(run(text, Some("other"), &[]), ["rm x"]);
        assert!(run(text, Some("missing"), &[]).is_empty());
    }

    #[test]
    fn variables_stand_for_what_make_says() {
        let text = "NAME := app # the program\nOUT = bin/$(NAME)\nFROM_ENVIRONMENT ?= file\nLEFT ?= file\nFLAGS = -a\nFLAGS += -b\nNOW != date\nb:\n\tgo build $(FLAGS) -o ${OUT} -x \"$(shell git)\" $(FROM_ENVIRONMENT) $(LEFT) $(UNSET) $(NOW) $$HOME $@\n";
        let expected = "go build -a -b -o bin/app -x \"$(:)\" environment file ${UNSET} $(:) $HOME b";
        assert_eq!(run(text, None, &[]), [expected]);
        let text = "A := ${A}-1\nA := ${A}-2\nA := ${A}-3\nFROM_ENVIRONMENT := $(FROM_ENVIRONMENT):x\nB = $(C)\nC = $(B)\nb:\n\techo $A $(FROM_ENVIRONMENT) $(B)\n";
        assert_eq!(run(text, None, &[]), ["echo ${A}-1-2-3 environment:x $(:)"]);
        let text = format!("A := x\n{}b:\n\techo $(A)\n", "A := $(A)$(A)\n".repeat(40));
        assert_eq!(run(&text, None, &[]), ["echo $(:)"]);
        let folder = "$(dirname \"$0\")";
        let written =
            "HERE := $(shell pwd)\nb:\n\tdocker run -v $(CURDIR)/a:/a -v ${PWD}/b:/b -v $(HERE)/c:/c\n";
        let expected = format!("docker run -v {folder}/a:/a -v {folder}/b:/b -v {folder}/c:/c");
        assert_eq!(run(written, None, &[]), [expected]);
        assert_eq!(run("PWD = /x\nb:\n\tls $(PWD)\n", None, &[]), ["ls /x"]);
        assert_eq!(run("A = 1\nb:\n\techo $(A)\n", Some("b"), &[("A", "2")]), ["echo 2"]);
    }

    #[test]
    fn what_is_exported_reaches_the_commands() {
        let place = crate::source::Span::new(FileId(0), 0, 0);
        let exported = |text: &str, name: &str| {
            let arguments = [("GIVEN".to_owned(), Some(Text::new("yes", place)))];
            let given = Given { arguments: &arguments, environment: &|_| None };
            let value = read(FileId(0), text).exported(name, &given);
            value.map(|it| it.map_or_else(|| "?".to_owned(), |it| it.as_str().to_owned()))
        };
        for (text, expected) in [
            ("A := 1\n", None),
            ("export A := 1\n", Some("1")),
            ("A = 1\nexport A\n", Some("1")),
            ("A = 1\nexport\n", Some("1")),
            (".EXPORT_ALL_VARIABLES:\nA = 1\n", Some("1")),
            ("b: export A = 1\nb:\n\techo\n", Some("?")),
            ("include x.mk\n", Some("?")),
            ("export B = 1\nA = 1\n", None),
        ] {
            assert_eq!(exported(text, "A").as_deref(), expected, "{text}");
        }
        assert_eq!(exported("", "GIVEN").as_deref(), Some("yes"));
    }

    #[test]
    fn what_a_condition_sets_is_not_known() {
        let text = "ifeq ($(OS),Windows_NT)\nEXT = .exe\nelse\nEXT =\nendif\nb:\n\tgo build -o app$(EXT)\n";
        assert_eq!(run(text, None, &[]), ["go build -o app$(:)"]);
    }

    #[test]
    fn a_program_that_is_looked_up_is_itself() {
        for written in ["which docker", "command -v docker 2> /dev/null", "which docker || which podman"] {
            let text = format!("DOCKER ?= $(shell {written})\nb:\n\t$(DOCKER) build .\n");
            assert_eq!(run(&text, None, &[]), ["docker build ."], "{written}");
        }
        assert_eq!(run("b:\n\t$(shell which docker | head -1) build .\n", None, &[]), ["$(:) build ."]);
    }

    #[test]
    fn a_pattern_stands_for_its_targets() {
        let text = "build-%: bin/%\n\tgo build -o $< ./cmd/$*\n";
        assert_eq!(run(text, Some("build-api"), &[]), ["go build -o bin/api ./cmd/api"]);
    }

    #[test]
    fn rules_that_need_each_other_end() {
        assert_eq!(run("a: b\n\techo a\nb: a\n\techo b\nA = $(B)\nB = $(A)\n", None, &[]).len(), 2);
        assert_eq!(run("A = $(B)\nB = $(A)\na:\n\techo $(A)\n", None, &[]), ["echo $(:)"]);
    }

    #[test]
    fn a_line_in_a_recipe_knows_where_it_is_written() {
        let text = "N = app\nb:\n\tgo build -o $(N)\n";
        let given = Given { arguments: &[], environment: &|_| None };
        let commands = read(FileId(0), text).commands(None, &given);
        let line = &commands[0];
        assert_eq!(&text[line.span().unwrap().range()], "go build -o ");
        assert_eq!(line.as_str(), "go build -o app");
        assert_eq!(&text[line.slice(12..15).span().unwrap().range()], "$(N)");
    }
}
