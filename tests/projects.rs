//! Whole projects: in `tests/fixtures/projects/<name>/` the underlines are all errors and warnings,
//! and a `clean-*` tree has none. `examples/shop` is held to the list in its README.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::path::{Path, PathBuf};

use common::Project;
use reachlint::diagnostic::Severity;

#[test]
fn every_project_has_the_findings_it_underlines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/projects");
    let mut folders: Vec<_> = std::fs::read_dir(root).unwrap().flatten().map(|it| it.path()).collect();
    folders.sort();
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
    for path in files(folder) {
        let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
        project.add(&name, &std::fs::read_to_string(&path).unwrap());
    }
    project
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().flatten().map(|it| it.path()).collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() { found.extend(files(&entry)) } else { found.push(entry) }
    }
    found
}
