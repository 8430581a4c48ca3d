//! What Compose projects say when their files are merged: `tests/fixtures/compose/<name>/` holds the
//! files and the answer of Docker Compose itself, written by `tools/compose-reference/fixtures.py`.

#![allow(clippy::unwrap_used)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::{files_below, fixture_folders};
use reachlint::facts::{Facts, Tree, compose, dotenv};
use reachlint::model::ComposeFault;
use reachlint::model::compose::{ConfigRequest, ConfigTree, config};
use reachlint::report::compose_config;
use reachlint::source::FileId;
use serde_json::Value;

#[test]
fn projects_are_merged_as_docker_compose_merges_them() {
    let mut failures = Vec::new();
    for project in projects() {
        let name = project.file_name().unwrap().to_string_lossy().into_owned();
        let answer = read(&project, &name);
        let expected = fs::read_to_string(project.join("config.json"));
        match (answer, expected) {
            (Ok(tree), Ok(expected)) => {
                let (ours, theirs) = (json(&tree), serde_json::from_str(&expected).unwrap());
                let (ours, theirs) = (without_nothing(ours), without_nothing(theirs));
                if ours != theirs {
                    failures.push(format!("{name}:\nreachlint {ours:#}\nCompose {theirs:#}"));
                }
            }
            (Ok(_), Err(_)) => failures.push(format!("{name}: only Compose refuses it")),
            (Err(faults), Ok(_)) => failures.push(format!("{name}: only reachlint refuses it: {faults:?}")),
            (Err(_), Err(_)) => {}
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Every file is broken on its own, so a fault of the written text has a place in it.
#[test]
fn what_is_refused_has_a_place() {
    for project in projects().filter(|it| it.join("refused.txt").exists()) {
        let name = project.file_name().unwrap().to_string_lossy().into_owned();
        let faults = read(&project, &name).unwrap_err();
        let placeless = ["refused-yaml", "refused-empty", "refused-only-comment"].contains(&name.as_str());
        assert!(placeless || faults.iter().all(|it| !it.span.is_empty()), "{name}: {faults:?}");
    }
}

fn projects() -> impl Iterator<Item = PathBuf> {
    let projects = fixture_folders("compose");
    assert!(projects.len() > 70);
    projects.into_iter()
}

fn read(project: &Path, name: &str) -> Result<ConfigTree, Vec<ComposeFault>> {
    let paths = files_below(project);
    let mut facts = Facts { tree: Tree::new(paths.iter().cloned()), ..Facts::default() };
    for (at, path) in paths.iter().enumerate() {
        let (file, text) =
            (FileId(u32::try_from(at).unwrap()), fs::read_to_string(project.join(path)).unwrap());
        if path.ends_with(".yaml") || path.ends_with(".yml") {
            facts.compose.push((file, compose::read(file, &text)));
        } else if path.ends_with(".env") {
            facts.dotenv.push((file, dotenv::read(file, &text)));
        }
        facts.paths.push(path.clone());
    }
    let root = format!("/projects/{name}");
    let variables = [("HOME", "/home/reference"), ("PATH", "/usr/bin:/bin"), ("PWD", root.as_str())];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    config(&facts, &ConfigRequest { files: Vec::new(), folder: ".".to_owned(), root, variables })
}

fn json(tree: &ConfigTree) -> Value {
    let mut out = Vec::new();
    compose_config::write(tree, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Leaves out what is null, empty or false, which Compose prints or not as it likes; but not of the
/// environment, where an empty variable and one that is not set are two things, nor of networks.
fn without_nothing(value: Value) -> Value {
    let is_nothing = |it: &Value| match it {
        Value::Null | Value::Bool(false) => true,
        Value::String(it) => it.is_empty(),
        Value::Array(it) => it.is_empty(),
        Value::Object(it) => it.is_empty(),
        _ => false,
    };
    match value {
        Value::Object(entries) => {
            let clean = |(key, it): (String, Value)| match (key.as_str(), it) {
                ("environment", it) => (key, it),
                ("networks", Value::Object(it)) => {
                    let networks = it.into_iter().map(|(name, it)| (name, without_nothing(it)));
                    (key, Value::Object(networks.collect()))
                }
                (_, it) => (key, without_nothing(it)),
            };
            Value::Object(entries.into_iter().map(clean).filter(|(_, it)| !is_nothing(it)).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nothing).collect()),
        other => other,
    }
}
