//! Executes the rule documents and the edge cases of `tests/fixtures/rules/`.
//!
//! In an example of `## Bad` every error and warning, and every finding of the document's own rule,
//! is underlined; in `## Good` there is none of either, and in `## Possible` those alone that nobody is shown who does
//! not ask for them.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::Path;

use common::{Examples, Failures, Project};
use reachlint::diagnostic::{Confidence, Diagnostic, Severity};
use reachlint::fix;
use reachlint::model::Verdict;
use reachlint::rules::{Document, RULES, Rule, find};

#[test]
fn every_document_holds_what_it_says() {
    run_all(documents());
}

#[test]
fn every_edge_case_holds() {
    run_all(edge_cases());
}

/// Every format is read with the line ends of Windows as with those of Linux: the labels of each example
/// stay where they are.
#[test]
fn line_ends_of_windows_change_nothing() {
    let mut failures = Failures::default();
    for rule in RULES {
        let examples = Examples::read(&format!("rules/{}.md with carriage returns", rule.id), rule.document);
        for project in &examples.bad {
            failures.attempt(|| assert_bad(&project.with_carriage_returns(), rule));
        }
        for project in &examples.good {
            failures.attempt(|| assert_good(&project.with_carriage_returns(), rule));
        }
    }
    failures.assert_none();
}

#[test]
fn documents_and_rules_are_the_same_set() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let documents = std::fs::read_dir(folder).unwrap().flatten().map(|it| it.path());
    let documents = documents.filter(|it| it.extension().is_some_and(|it| it == "md"));
    let mut documents: Vec<_> =
        documents.map(|it| it.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    let mut rules: Vec<_> = RULES.iter().map(|it| it.id.to_owned()).collect();
    documents.sort();
    rules.sort();
    assert_eq!(documents, rules, "a document without a line in src/rules/mod.rs, or the reverse");
}

/// `tests/data/rules.csv` says which rules are to be there, and which of them are still to be written.
#[test]
fn the_rules_are_those_of_the_catalogue() {
    let list = include_str!("data/rules.csv").lines().filter(|it| !it.starts_with('#')).skip(1);
    let rows = list.map(|line| line.split(',').collect::<Vec<_>>()).collect::<Vec<_>>();
    let mut faults = Vec::new();
    for row in &rows {
        let [id, severity, state] = row[..] else { panic!("{row:?} is no row") };
        match (find(id), state) {
            (Some(rule), "") => {
                let level = Document::parse(rule.document).default_level();
                if level != severity {
                    faults.push(format!("`{id}` is to be {severity} by default and is {level}"));
                }
            }
            (None, "not yet") => {}
            (Some(_), "not yet") => faults.push(format!("`{id}` is there: take `not yet` out of its row")),
            (None, "") => faults.push(format!("`{id}` is to be there")),
            (_, state) => faults.push(format!("`{id}`: `{state}` is no state")),
        }
    }
    let listed = |rule: &&Rule| rows.iter().filter(|row| row[0] == rule.id).count() != 1;
    faults.extend(RULES.iter().filter(listed).map(|it| format!("`{}` is not one row of the list", it.id)));
    assert!(rows.len() > 80 && faults.is_empty(), "{} rows: {faults:#?}", rows.len());
}

/// Rules and `trace` judge with the same parts of the model, but each for itself: what somebody dials and `trace`
/// denies, a rule reports.
#[test]
fn what_trace_denies_a_rule_reports() {
    let mut failures = Failures::default();
    let mut denied = 0;
    for (_, name, text) in documents().chain(edge_cases()) {
        let examples = Examples::read(&name, &text);
        for project in examples.bad.iter().chain(&examples.good) {
            let (outcome, _) = project.check();
            let ways = outcome.project.stacks().into_iter().map(|it| outcome.project.matrix(it));
            for matrix in ways {
                let dialled =
                    matrix.ways().filter(|(way, dialled)| *dialled && way.verdict() == Verdict::NotReachable);
                for (way, _) in dialled {
                    denied += 1;
                    failures.attempt(|| {
                        assert!(
                            !outcome.diagnostics.is_empty(),
                            "in `{}`: no rule says that {:?} does not reach {:?} on port {:?}: {:?}",
                            project.name,
                            way.from,
                            way.to,
                            way.port,
                            way.decisive().map(|it| &it.says)
                        );
                    });
                }
            }
        }
    }
    failures.assert_none();
    assert!(denied > 10, "{denied} ways are denied");
}

#[test]
fn every_document_is_complete() {
    for rule in RULES {
        let document = Document::parse(rule.document);
        assert!(!document.title.is_empty() && !document.summary.is_empty(), "title of {}", rule.id);
        assert!(!document.since.is_empty(), "`since` of {}", rule.id);
        for section in ["## Why", "## Bad", "## Good", "## References"] {
            assert!(document.body.contains(section), "rules/{}.md lacks `{section}`", rule.id);
        }
        let examples = Examples::read(rule.id, rule.document);
        assert!(!examples.bad.is_empty() && !examples.good.is_empty(), "examples of {}", rule.id);
        assert_eq!(document.fix.is_some(), !examples.fixed.is_empty(), "`fix` and `## Fixed` of {}", rule.id);
    }
}

fn documents() -> impl Iterator<Item = (&'static Rule, String, String)> {
    RULES.iter().map(|rule| (rule, format!("rules/{}.md", rule.id), rule.document.to_owned()))
}

fn edge_cases() -> impl Iterator<Item = (&'static Rule, String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rules");
    let mut cases = Vec::new();
    for folder in std::fs::read_dir(root).into_iter().flatten().flatten() {
        let id = folder.file_name().into_string().unwrap();
        let rule = find(&id).unwrap_or_else(|| panic!("tests/fixtures/rules/{id} is no rule"));
        for file in std::fs::read_dir(folder.path()).unwrap().flatten() {
            let name = format!("{id}/{}", file.file_name().to_string_lossy());
            cases.push((rule, name, std::fs::read_to_string(file.path()).unwrap()));
        }
    }
    cases.sort_by(|a, b| a.1.cmp(&b.1));
    cases.into_iter()
}

fn run_all(cases: impl Iterator<Item = (&'static Rule, String, String)>) {
    let mut failures = Failures::default();
    for (rule, name, text) in cases {
        let examples = Examples::read(&name, &text);
        for project in &examples.bad {
            failures.attempt(|| assert_bad(project, rule));
        }
        for project in &examples.good {
            failures.attempt(|| assert_good(project, rule));
        }
        for project in &examples.possible {
            failures.attempt(|| assert_possible(project, rule));
        }
        for project in &examples.fixed {
            failures.attempt(|| assert_fixed(project, &examples.bad, rule));
        }
    }
    failures.assert_none();
}

fn assert_bad(project: &Project, rule: &Rule) {
    let (outcome, sources) = project.check();
    project.assert_labels(outcome.diagnostics.iter().filter(|it| counts(it, rule)), &sources);
    // What is only possible belongs under `## Possible`, unless it is a hint anyway.
    let is_sure = |it: &Diagnostic| it.confidence > Confidence::Possible || it.severity == Severity::Info;
    let mut found = outcome.diagnostics.iter().filter(|it| it.rule == rule.id);
    assert!(found.any(is_sure), "in `{}`: {} is silent, or unsure", project.name, rule.id);
}

fn assert_good(project: &Project, rule: &Rule) {
    assert!(project.expected.is_empty(), "in `{}`: an underline in a good example", project.name);
    let (outcome, sources) = project.check();
    project.assert_labels(outcome.diagnostics.iter().filter(|it| counts(it, rule)), &sources);
}

fn assert_possible(project: &Project, rule: &Rule) {
    let (outcome, sources) = project.check();
    let found: Vec<_> = outcome.diagnostics.iter().filter(|it| counts(it, rule)).collect();
    if !project.expected.is_empty() {
        project.assert_labels(found.iter().copied(), &sources);
    }
    assert!(found.iter().any(|it| it.rule == rule.id), "in `{}`: {} is silent", project.name, rule.id);
    let sure = found.iter().find(|it| it.confidence > Confidence::Possible);
    assert!(sure.is_none(), "in `{}`: more than possible: {sure:?}", project.name);
}

/// The Bad example of the same heading, after the fixes of its rule, is this one, and silent.
fn assert_fixed(project: &Project, bad: &[Project], rule: &Rule) {
    let before = bad.iter().find(|it| it.name == project.name);
    let before = before.unwrap_or_else(|| panic!("in `{}`: no Bad example of that heading", project.name));
    let (outcome, sources) = before.check();
    let edits: Vec<_> = outcome
        .diagnostics
        .iter()
        .filter(|it| it.rule == rule.id)
        .filter_map(|it| it.fixes.first())
        .flat_map(|it| it.edits.clone())
        .collect();
    let mut after = before.clone();
    for (id, file) in sources.iter() {
        let here: Vec<_> = edits.iter().filter(|it| it.span.file == id).cloned().collect();
        let text = after.files.iter_mut().find(|(path, _)| path == file.path()).map(|(_, text)| text);
        *text.unwrap() = fix::apply(file.text(), &here);
    }
    assert_eq!(after.files, project.files, "in `{}`: the fixes make something else", project.name);
    let (outcome, _) = after.check();
    let left: Vec<_> = outcome.diagnostics.iter().filter(|it| it.rule == rule.id).collect();
    assert!(left.is_empty(), "in `{}`: still reported after its fix: {left:#?}", project.name);
}

fn counts(diagnostic: &Diagnostic, rule: &Rule) -> bool {
    diagnostic.severity > Severity::Info || diagnostic.rule == rule.id
}
