//! What kustomizations make: `tests/fixtures/kustomize/<name>/` holds the files and the answer of kustomize itself,
//! written by `tools/kustomize-reference`. What is built is `overlay/`.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use common::{files_below, fixture_folders};
use reachlint::engine::{self, Input};
use reachlint::facts::Tree;
use reachlint::facts::kind::Kind;
use reachlint::model::kustomize::{self, Failure, Rendered};
use reachlint::report::compose_config;
use serde_json::Value;

#[test]
fn kustomizations_make_what_kustomize_makes() {
    let mut failures = Vec::new();
    for case in cases() {
        let name = case.file_name().unwrap().to_string_lossy().into_owned();
        let expected = fs::read_to_string(case.join("objects.json"));
        match (build(&case), expected) {
            (Ok(rendered), Ok(expected)) => {
                assert!(rendered.open.is_none(), "{name}: {:?}", rendered.open);
                let (ours, theirs) =
                    (by_name(json(&rendered)), by_name(serde_json::from_str(&expected).unwrap()));
                if ours != theirs {
                    failures.push(format!("{name}:\nreachlint {ours:#?}\nkustomize {theirs:#?}"));
                }
            }
            (Ok(_), Err(_)) => failures.push(format!("{name}: only kustomize refuses it")),
            (Err(Failure::Unknown(reason)), _) => failures.push(format!("{name}: not evaluated: {reason}")),
            (Err(fault), Ok(_)) => failures.push(format!("{name}: only reachlint refuses it: {fault:?}")),
            (Err(_), Err(_)) => {}
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// What is refused has a place in the kustomization, or in a file that it names.
#[test]
fn what_is_refused_has_a_place() {
    for case in cases().filter(|it| it.join("refused.txt").exists()) {
        let Err(Failure::Refused(fault)) = build(&case) else { panic!("{} is not refused", case.display()) };
        assert!(!fault.span.is_empty(), "{}: {fault:?}", case.display());
    }
}

fn cases() -> impl Iterator<Item = PathBuf> {
    let cases = fixture_folders("kustomize");
    assert!(cases.len() > 25);
    cases.into_iter()
}

fn build(case: &Path) -> Result<Rendered, Failure> {
    let paths = files_below(case);
    let mut input = Input { tree: Tree::new(paths.iter().cloned()), ..Input::default() };
    for path in &paths {
        let text = fs::read_to_string(case.join(path)).unwrap();
        input.add(path, Kind::of_text(path, &text).unwrap_or(Kind::KustomizeInput), &text);
    }
    kustomize::build(&engine::kustomize_facts(&input), "overlay")
}

fn json(rendered: &Rendered) -> Vec<Value> {
    let mut out = Vec::new();
    compose_config::write_objects(&rendered.objects, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}

/// Objects in any order.
fn by_name(objects: Vec<Value>) -> BTreeMap<String, Value> {
    let name =
        |it: &Value| format!("{} {} {}", it["kind"], it["metadata"]["namespace"], it["metadata"]["name"]);
    objects.into_iter().map(|it| (name(&it), plain(it))).collect()
}

/// Numbers as Go's JSON has them, which knows no other than 64-bit floats.
fn plain(value: Value) -> Value {
    match value {
        Value::Number(it) => it.as_f64().map_or(Value::Number(it), Value::from),
        Value::Array(items) => items.into_iter().map(plain).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, it)| (key, plain(it))).collect(),
        other => other,
    }
}
