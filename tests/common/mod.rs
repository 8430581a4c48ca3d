//! What every test at the boundary shares: a project in memory, and underlines as expectations.
//!
//! An underline is a comment line below the line it speaks of: `^^^` under the exact words of a
//! primary label, followed by `severity: label`; `---` under evidence, followed by the label. The
//! comment lines are taken out before the file is checked.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use reachlint::diagnostic::Diagnostic;
use reachlint::engine::{Input, Options, Outcome, check, join};
use reachlint::facts::{Tree, kind::Kind};
use reachlint::model::Detail;
use reachlint::source::{SourceMap, Span};

/// A project written down in a test.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// Heading, for messages.
    pub name: String,
    /// Path and text of each file, underlines removed.
    pub files: Vec<(String, String)>,
    /// What the underlines say.
    pub expected: BTreeSet<Underline>,
}

/// A label as an underline shows it: a label over several lines shows its first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Underline {
    /// File.
    pub path: String,
    /// Line, from 1, in the file without underlines.
    pub line: u32,
    /// First column, from 1, in characters.
    pub start: u32,
    /// Column behind the last.
    pub end: u32,
    /// `error: text` of a primary label, `- text` of evidence.
    pub text: String,
}

impl Project {
    /// Adds a file whose text holds underlines, in place of one of the same path.
    pub fn add(&mut self, path: &str, text: &str) {
        let (clean, underlines) = take_underlines(path, text);
        self.files.retain(|(it, _)| it != path);
        self.expected.retain(|it| it.path != path);
        self.files.push((path.to_owned(), clean));
        self.expected.extend(underlines);
    }

    /// Adds the underlines of a `want` fence: a line of the file as it stands, then its underlines.
    pub fn want(&mut self, path: &str, text: &str) {
        let (_, file) = self.files.iter().find(|(it, _)| it == path).expect("a want fence follows its file");
        let mut at = 0;
        for line in text.lines() {
            if let Some(underline) = read_underline(path, at, line, true) {
                self.expected.insert(underline);
                continue;
            }
            let number = file.lines().position(|it| it == line);
            at = number.unwrap_or_else(|| panic!("no line `{line}` in {path}")) as u32 + 1;
        }
    }

    /// The project as Windows writes it: carriage returns in front of line feeds. Scripts and Makefiles stay,
    /// which Linux would not run so.
    #[must_use]
    pub fn with_carriage_returns(&self) -> Self {
        let mut out = self.clone();
        for (path, text) in &mut out.files {
            if !matches!(Kind::of_text(path, text), Some(Kind::Script | Kind::Makefile)) {
                *text = text.replace("\r\n", "\n").replace('\n', "\r\n");
            }
        }
        out
    }

    /// Checks the project with every rule.
    #[must_use]
    pub fn check(&self) -> (Outcome, SourceMap) {
        self.run(|input| check(input, &Options::default()))
    }

    /// Joins the project, and says what brings addresses that are not known.
    #[must_use]
    pub fn join(&self) -> (Outcome, SourceMap) {
        self.run(|input| join(input, Detail::Origin))
    }

    fn run(&self, run: impl Fn(&Input) -> Outcome) -> (Outcome, SourceMap) {
        let mut input =
            Input { tree: Tree::new(self.files.iter().map(|(path, _)| path.clone())), ..Input::default() };
        for (path, text) in &self.files {
            match Kind::of_text(path, text) {
                // As the command, the settings of the project's root count.
                Some(Kind::Settings) if !path.contains('/') => input.configure(path, text),
                Some(Kind::Settings) => {}
                Some(kind) => input.add(path, kind, text),
                None => {}
            }
        }
        let outcome = run(&input);
        assert_eq!(outcome.internal_errors, Vec::<String>::new(), "in {}", self.name);
        (outcome, input.sources)
    }

    /// Fails unless the labels of `diagnostics` are the underlines, as sets.
    pub fn assert_labels<'a>(&self, diagnostics: impl Iterator<Item = &'a Diagnostic>, sources: &SourceMap) {
        self.assert_underlines(&diagnostics.flat_map(|it| underlines_of(it, sources)).collect());
    }

    /// Fails unless `found` are the underlines.
    pub fn assert_underlines(&self, found: &BTreeSet<Underline>) {
        let missing: Vec<_> = self.expected.difference(found).collect();
        let unexpected: Vec<_> = found.difference(&self.expected).collect();
        assert!(
            missing.is_empty() && unexpected.is_empty(),
            "in `{}`\nnot reported: {missing:#?}\nreported, not underlined: {unexpected:#?}",
            self.name
        );
    }
}

/// The labels of a finding, as underlines show them.
fn underlines_of(diagnostic: &Diagnostic, sources: &SourceMap) -> Vec<Underline> {
    let show = |label: &reachlint::diagnostic::Label| {
        let text = if label.primary {
            format!("{}: {}", diagnostic.severity.as_str(), label.message)
        } else {
            format!("- {}", label.message)
        };
        underline(label.span, text, sources)
    };
    diagnostic.labels.iter().map(show).collect()
}

/// `text` under the first line of `span`.
#[must_use]
pub fn underline(span: Span, text: String, sources: &SourceMap) -> Underline {
    let file = sources.file(span.file);
    let range = span.range();
    let rest = &file.text()[range.start..];
    let first_line = rest.find('\n').map_or(file.text().len(), |it| range.start + it);
    let first_line =
        if rest[..first_line - range.start].ends_with('\r') { first_line - 1 } else { first_line };
    let start = file.lines().position(file.text(), range.start);
    let end = file.lines().position(file.text(), range.end.min(first_line));
    Underline {
        path: file.path().to_owned(),
        line: start.line,
        start: start.column,
        // An empty span shows as one column, as editors show it.
        end: end.column.max(start.column + 1),
        text,
    }
}

/// The text without its underlines, and these.
fn take_underlines(path: &str, text: &str) -> (String, Vec<Underline>) {
    let (mut clean, mut underlines, mut line_number) = (String::new(), Vec::new(), 0);
    for line in text.split_inclusive('\n') {
        if let Some(underline) = read_underline(path, line_number, line.trim_end(), false) {
            underlines.push(underline);
        } else {
            clean.push_str(line);
            line_number += 1;
        }
    }
    (clean, underlines)
}

/// Reads `// ^^^ error: text` or `# --- text`, which speaks of line `at`.
fn read_underline(path: &str, at: u32, line: &str, bare: bool) -> Option<Underline> {
    let trimmed = line.trim_start();
    let comment = ["//", "#", ";"].iter().find_map(|it| trimmed.strip_prefix(it));
    let body = comment.or(bare.then_some(trimmed))?.trim_start();
    let mark = body.chars().next().filter(|it| matches!(it, '^' | '-'))?;
    let rest = body.trim_start_matches(mark);
    let length = (body.len() - rest.len()) as u32;
    let text = rest.strip_prefix(' ')?.trim();
    // A lone dash is prose or a list; evidence of one column is written in a `want` fence.
    if text.is_empty() || (mark == '-' && length == 1 && !bare) {
        return None;
    }
    let start = line[..line.len() - body.len()].chars().count() as u32 + 1;
    let text = if mark == '^' { text.to_owned() } else { format!("- {text}") };
    Some(Underline { path: path.to_owned(), line: at, start, end: start + length, text })
}

/// A Markdown document of examples.
pub struct Examples {
    /// Under `## Bad`.
    pub bad: Vec<Project>,
    /// Under `## Good`.
    pub good: Vec<Project>,
    /// Under `## Possible`.
    pub possible: Vec<Project>,
    /// Under `## Fixed`.
    pub fixed: Vec<Project>,
}

impl Examples {
    /// Reads the projects of `text` below `## Bad`, `## Good`, `## Possible` and `## Fixed`.
    #[must_use]
    pub fn read(document: &str, text: &str) -> Self {
        let mut examples =
            Self { bad: Vec::new(), good: Vec::new(), possible: Vec::new(), fixed: Vec::new() };
        for (section, project) in read_projects(document, text) {
            match section.as_str() {
                "Bad" => examples.bad.push(project),
                "Good" => examples.good.push(project),
                "Possible" => examples.possible.push(project),
                "Fixed" => examples.fixed.push(project),
                _ => {
                    let stray = "a fence with file= stands below a ### of Bad, Good, Possible or Fixed";
                    assert!(project.files.is_empty(), "{}: {stray}", project.name);
                }
            }
        }
        examples
    }
}

/// The projects of a document, each with the `##` section it stands in: each `###` is one project, each
/// fence below it with `file=` one of its files. Files above the first `###` are part of every project
/// that has none of the same path.
#[must_use]
pub fn read_projects(document: &str, text: &str) -> Vec<(String, Project)> {
    let (mut projects, mut section) = (Vec::<(String, Project)>::new(), String::new());
    let mut shared = Project { name: document.to_owned(), ..Project::default() };
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("## ") {
            title.trim().clone_into(&mut section);
        } else if let Some(title) = line.strip_prefix("### ") {
            let name = format!("{document}: {}", title.trim());
            projects.push((section.clone(), Project { name, ..shared.clone() }));
        } else if let Some(info) = line.strip_prefix("```") {
            let fence = lines.by_ref().take_while(|it| !it.starts_with("```"));
            // A fence of `lines=crlf` stands for a file as Windows writes it.
            let end = if info.split_whitespace().any(|it| it == "lines=crlf") { "\r\n" } else { "\n" };
            let body: String = fence.map(|it| format!("{it}{end}")).collect();
            let Some(path) = info.split_whitespace().find_map(|it| it.strip_prefix("file=")) else {
                continue;
            };
            let project = match projects.last_mut() {
                Some((of, project)) if *of == section => project,
                Some(_) => panic!("{document}: a fence with file= stands between `## {section}` and its ###"),
                None => &mut shared,
            };
            if info.starts_with("want") { project.want(path, &body) } else { project.add(path, &body) }
        }
    }
    projects
}

/// Gathers what fails, so that one run shows the whole state.
#[derive(Default)]
pub struct Failures(Vec<String>);

impl Failures {
    /// Runs `check`, which panics with a message when it fails.
    pub fn attempt(&mut self, check: impl FnOnce()) {
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(check)) {
            self.0.push(panic.downcast_ref::<String>().cloned().unwrap_or_default());
        }
    }

    /// Fails with all messages when there are any.
    pub fn assert_none(self) {
        assert!(self.0.is_empty(), "{} examples fail:\n\n{}", self.0.len(), self.0.join("\n\n"));
    }
}

/// The folders directly in `tests/fixtures/<name>`, in order.
#[must_use]
pub fn fixture_folders(name: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    let mut folders: Vec<_> = fs::read_dir(folder).unwrap().map(|it| it.unwrap().path()).collect();
    folders.sort_unstable();
    folders
}

/// The paths of all files below `root`, relative to it, in order.
#[must_use]
pub fn files_below(root: &Path) -> Vec<String> {
    let (mut found, mut pending) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = pending.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                pending.push(path);
            } else {
                found.push(path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"));
            }
        }
    }
    found.sort_unstable();
    found
}
