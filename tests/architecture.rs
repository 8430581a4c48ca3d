//! Holds what docs/architecture.md and docs/dependencies.md say of the code, and the documents to what is there.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use reachlint::config::{SETTINGS, Shape};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    let path = root().join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_module_uses_only_the_layers_below_it() {
    let allowed = layers();
    let mut faults = Vec::new();
    let mut imports = 0;
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        let may_use =
            allowed.get(&layer).unwrap_or_else(|| panic!("`{layer}` is not in docs/architecture.md"));
        for used in used_layers(&path, &text, &allowed) {
            imports += 1;
            if used != layer && !may_use.contains(&used) {
                faults.push(format!("{path}: `{layer}` may not use `{used}`"));
            }
        }
    }
    assert!(imports > 100, "only {imports} imports were found: the test does not read them any more");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_layer_has_its_module() {
    let declared: BTreeSet<String> = read("src/lib.rs")
        .lines()
        .filter_map(|it| it.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    let documented: BTreeSet<String> = layers().into_keys().collect();
    assert_eq!(declared, documented, "src/lib.rs and docs/architecture.md");
}

#[test]
fn every_crate_is_used_where_the_documents_say() {
    let manifest = read("Cargo.toml");
    let documents = read("docs/dependencies.md");
    let documented: BTreeMap<String, String> = rows(&documents, "| crate | used by |")
        .into_iter()
        .map(|row| (row[0].clone(), row[1].clone()))
        .collect();
    assert_eq!(
        dependencies(&manifest, "[dependencies]"),
        documented.keys().cloned().collect(),
        "Cargo.toml and docs/dependencies.md"
    );
    let for_tests = rows(&documents, "| crate | what for |").into_iter().map(|row| row[0].clone()).collect();
    assert_eq!(
        dependencies(&manifest, "[dev-dependencies]"),
        for_tests,
        "Cargo.toml and docs/dependencies.md"
    );

    let mut faults = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        let text = without_comments(&text);
        for (name, users) in &documented {
            let used = names_path(&text, &name.replace('-', "_"));
            let allowed = users == "any" || users.split(", ").any(|it| it == layer);
            if used && !allowed {
                faults.push(format!("{path}: `{name}` is for {users}"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn only_the_edges_touch_the_machine() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = layer_of(&path) else { continue };
        let text = without_comments(&text);
        for module in ["std::fs", "std::env", "std::process", "std::time"] {
            if names_path(&text, module) && !["workspace", "cli"].contains(&layer.as_str()) {
                faults.push(format!("{path}: `{module}` is for workspace and cli"));
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn the_list_of_rules_is_fresh() {
    let mut fresh = Vec::new();
    reachlint::report::rule_list::write_markdown(&mut fresh).unwrap();
    let there = fs::read_to_string(root().join("docs/rules.md")).unwrap_or_default();
    assert!(
        there == String::from_utf8(fresh).unwrap(),
        "docs/rules.md is stale: cargo run -- rules --format markdown > docs/rules.md"
    );
}

#[test]
fn the_documents_of_the_settings_are_fresh() {
    let mut fresh = Vec::new();
    reachlint::report::settings_schema::write(&mut fresh).unwrap();
    let there = fs::read_to_string(root().join("docs/reachlint.schema.json")).unwrap_or_default();
    assert!(
        there == String::from_utf8(fresh).unwrap(),
        "docs/reachlint.schema.json is stale: cargo run -- settings-schema > docs/reachlint.schema.json"
    );
    let document = read("docs/settings.md");
    let mut missing = Vec::new();
    for setting in SETTINGS {
        let below = match setting.shape {
            Shape::Tables(settings) => settings.iter().map(|(it, _)| it.name).collect(),
            _ => vec![setting.name],
        };
        missing.extend(below.into_iter().filter(|it| !document.contains(&format!("| `{it}` | "))));
    }
    assert!(missing.is_empty(), "docs/settings.md has no row for {missing:?}");
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let mut faults = Vec::new();
    let mut paths = 0;
    for document in documents() {
        let text = read(&document);
        let folder = document.parent().unwrap_or(Path::new(""));
        for (number, line) in text.lines().enumerate() {
            for name in code_spans(line).filter(|it| is_path(it)) {
                paths += 1;
                if !root().join(name).exists() {
                    faults.push(format!("{}:{}: `{name}`", document.display(), number + 1));
                }
            }
            for target in link_targets(line) {
                paths += 1;
                if !root().join(folder).join(target).exists() {
                    faults.push(format!("{}:{}: ({target})", document.display(), number + 1));
                }
            }
        }
    }
    assert!(paths > 20, "only {paths} paths were found");
    assert!(faults.is_empty(), "named but not there: {faults:#?}");
}

/// Layer to the layers it may use.
fn layers() -> BTreeMap<String, BTreeSet<String>> {
    let rows = rows(&read("docs/architecture.md"), "| module | what lives there | may use |");
    let layers: BTreeMap<_, BTreeSet<String>> = rows
        .into_iter()
        .map(|row| {
            let users = row[2].split(", ").filter(|it| *it != "-").map(str::to_owned).collect();
            (row[0].trim_matches('`').to_owned(), users)
        })
        .collect();
    for (layer, may_use) in &layers {
        assert!(may_use.iter().all(|it| layers.contains_key(it)), "{layer} uses {may_use:?}");
    }
    layers
}

/// The cells of a Markdown table that starts with the line `head…`.
fn rows(text: &str, head: &str) -> Vec<Vec<String>> {
    let mut lines = text.lines().skip_while(|it| !it.starts_with(head)).skip(2).peekable();
    assert!(lines.peek().is_some(), "no table {head}");
    lines
        .take_while(|it| it.starts_with('|'))
        .map(|it| it.trim_matches('|').split(" | ").map(|it| it.trim().to_owned()).collect())
        .collect()
}

/// Path relative to the crate and text of every source file.
fn sources() -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// `src/model/image/mod.rs` is of `model`; the two roots are of no layer.
fn layer_of(path: &str) -> Option<String> {
    let inside = path.strip_prefix("src/")?;
    let layer = inside.split('/').next()?.trim_end_matches(".rs");
    (!["lib", "main"].contains(&layer)).then(|| layer.to_owned())
}

/// The layers that a file names: behind `crate::`, in `crate::{…}`, and behind as many `super::` as
/// lead to the crate's root.
fn used_layers(path: &str, text: &str, layers: &BTreeMap<String, BTreeSet<String>>) -> BTreeSet<String> {
    let text = without_comments(text);
    let mut used = BTreeSet::new();
    let mut take = |rest: &str| {
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(list) => list.split('}').next().unwrap_or_default().split(',').map(str::trim).collect(),
            None => vec![rest],
        };
        for name in names {
            let end = name.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(name.len());
            if layers.contains_key(&name[..end]) {
                used.insert(name[..end].to_owned());
            }
        }
    };
    for (at, _) in text.match_indices("crate::") {
        take(&text[at + "crate::".len()..]);
    }
    let inside = path.trim_start_matches("src/").trim_end_matches("mod.rs").trim_end_matches('/');
    let depth = inside.split('/').count();
    let root_from_here = "super::".repeat(depth);
    for (at, _) in text.match_indices(&root_from_here) {
        take(text[at..].trim_start_matches("super::"));
    }
    used
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| match line.trim_start().starts_with("//") {
        true => "",
        false => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Whether `text` has a path that starts with `name`, or imports it.
fn names_path(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let whole = !before.is_some_and(|it| it.is_alphanumeric() || it == '_' || it == ':');
        let rest = &text[at + name.len()..];
        whole && (rest.starts_with("::") || (rest.starts_with(';') && text[..at].ends_with("use ")))
    })
}

/// The names in a section of Cargo.toml.
fn dependencies(manifest: &str, section: &str) -> BTreeSet<String> {
    let lines = manifest.lines().skip_while(|it| *it != section).skip(1);
    let lines = lines.take_while(|it| !it.starts_with('['));
    lines.filter_map(|it| Some(it.split_once(" = ")?.0.trim().to_owned())).collect()
}

/// Markdown for people: the top folder, docs, and the tools.
fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in ["", "docs", "tools/score", "tests/data"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "md") {
                found.push(path.strip_prefix(root()).unwrap().to_owned());
            }
        }
    }
    found.sort();
    found
}

fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

/// Whether a word in backticks names a file of this project: it starts with one of its folders.
fn is_path(word: &str) -> bool {
    let folders = ["src/", "rules/", "tests/", "docs/", "tools/", "examples/", ".ci/"];
    folders.iter().any(|it| word.starts_with(it)) && !word.contains(['<', '*', ' ', '{', '…', ':'])
}

/// Relative targets of `[text](target)`.
fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|it| it.split([')', '#']).next())
        .filter(|it| !it.is_empty() && !it.contains(':'))
}
