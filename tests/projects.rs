//! Whole projects: in `tests/fixtures/projects/<name>/` the underlines are all errors and warnings,
//! and a `clean-*` tree has none. `examples/shop` is held to the list in its README.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::Path;

use common::{Project, files_below, fixture_folders};
use reachlint::diagnostic::Severity;

#[test]
fn every_project_has_the_findings_it_underlines() {
    let folders = fixture_folders("projects");
    assert!(!folders.is_empty());
    for folder in folders {
        let project = read(&folder);
        let clean = folder.file_name().unwrap().to_str().unwrap().starts_with("clean-");
        assert_eq!(project.expected.is_empty(), clean, "the name of {} says otherwise", folder.display());
        let (outcome, sources) = project.check();
        project.assert_labels(outcome.diagnostics.iter().filter(|it| it.severity > Severity::Info), &sources);
    }
}

/// Reads a tree with its underlines.
fn read(folder: &Path) -> Project {
    let mut project = Project { name: folder.display().to_string(), ..Project::default() };
    for path in files_below(folder) {
        project.add(&path, &std::fs::read_to_string(folder.join(&path)).unwrap());
    }
    project
}
