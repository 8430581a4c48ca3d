//! `reachlint trace`: its verdicts on `examples/shop` and on the scenarios of `tests/reality`, where a real
//! engine has shown that they are right, its exit codes, and its formats.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `reachlint trace ARGUMENTS` on a project below the root of the repository.
fn trace(project: &str, arguments: &[&str]) -> Run {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachlint"));
    command.arg("trace").args(arguments).args(["--isolated", "--project", project]).current_dir(root());
    let output = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Run { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
}

/// The projects that `tests/reality` runs, each with the file that holds its matrix.
fn projects() -> Vec<(String, PathBuf)> {
    let scenarios = fs::read_dir(root().join("tests/reality/scenarios")).unwrap();
    let scenarios = scenarios.map(|it| it.unwrap().path());
    let named = scenarios.map(|it| {
        let name = it.file_name().unwrap().to_str().unwrap().to_owned();
        (format!("tests/reality/scenarios/{name}"), it.join("matrix.txt"))
    });
    let shop = ("examples/shop".to_owned(), root().join("tests/reality/shop.txt"));
    std::iter::once(shop).chain(named).collect()
}

#[test]
fn every_matrix_is_the_one_that_a_real_engine_has_shown() {
    let mut faults = Vec::new();
    for (project, file) in projects() {
        let run = trace(&project, &["--all"]);
        assert_eq!(run.code, Some(0), "{project}: {}", run.stderr);
        if std::env::var_os("REACHLINT_UPDATE").is_some() {
            fs::write(&file, &run.stdout).unwrap();
        } else if fs::read_to_string(&file).unwrap_or_default() != run.stdout {
            faults.push(format!("{} is not\n{}", file.display(), run.stdout));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_exit_code_is_the_verdict() {
    for (from, to, code) in [
        ("catalog", "database:5432", 0),
        ("host", "orders:9082", 0),
        ("web", "internet", 0),
        // What it dials is the port on the host.
        ("catalog", "database", 1),
        ("web", "catalog", 1),
        ("internet", "database:5432", 1),
        ("host", "internet", 3),
        ("web", "catlog", 2),
    ] {
        let run = trace("examples/shop", &[from, to]);
        assert_eq!(run.code, Some(code), "{from} {to}: {}{}", run.stdout, run.stderr);
    }
    assert_eq!(trace("examples/shop", &["web"]).code, Some(2));
    assert_eq!(trace("examples/shop", &["web", "catalog", "--all"]).code, Some(2));
}

#[test]
fn a_name_with_a_slip_is_answered_with_the_right_one() {
    let run = trace("examples/shop", &["web", "catlog"]);
    assert!(run.stderr.contains("did you mean `catalog`?"), "{}", run.stderr);
    let run = trace("examples/shop", &["web", "mainframe"]);
    assert!(run.stderr.contains("no service, pod or program has that name"), "{}", run.stderr);
}

#[test]
fn a_program_stands_for_the_container_that_runs_it() {
    let run = trace("examples/shop", &["example.com/shop/catalog", "database:5432"]);
    assert!(run.stdout.starts_with("catalog -> database:5432: reachable\n"), "{}{}", run.stdout, run.stderr);
}

#[test]
fn each_step_names_the_lines_that_it_rests_on() {
    let run = trace("examples/shop", &["web", "catalog"]);
    for line in [
        "web -> catalog:8081: not reachable",
        "                    examples/shop/compose.yaml:12:23: `web` is on `back`",
        "  port     no       `catalog` listens on 127.0.0.1:8081, which only its own container can reach",
        "                    examples/shop/catalog/main.go:14:18: `catalog` listens here",
        "  = fix: listen on `:8081`, which is every interface of the container",
    ] {
        assert!(run.stdout.lines().any(|it| it == line), "{line}\n{}", run.stdout);
    }
}

#[test]
fn json_says_what_the_text_says() {
    let run = trace("examples/shop", &["orders", "redis", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let trace_of = &document["traces"][0];
    assert_eq!(
        (&trace_of["from"], &trace_of["to"], &trace_of["host"], &trace_of["port"], &trace_of["verdict"]),
        (
            &Value::from("orders"),
            &Value::from("redis"),
            &Value::from("localhost"),
            &Value::from(6379),
            &Value::from("not reachable")
        )
    );
    let step = &trace_of["steps"][0];
    assert_eq!((&step["stage"], &step["outcome"]), (&Value::from("name"), &Value::from("no")));
    let place = &step["evidence"][0];
    assert_eq!(place["file"], "orders/main.go");
    assert_eq!(place["span"]["start"]["line"], 15);
    assert_eq!(trace_of["fix"], "dial `redis:6379`");

    let run = trace("examples/shop", &["--all", "--format", "json"]);
    let document: Value = serde_json::from_str(&run.stdout).unwrap();
    let cells = document["matrices"][0]["cells"].as_array().unwrap();
    let cell =
        cells.iter().find(|it| it["from"] == "catalog" && it["to"] == "database" && it["port"] == 5433);
    let cell = cell.unwrap();
    assert_eq!((&cell["verdict"], &cell["stage"]), (&Value::from("not reachable"), &Value::from("port")));
    assert_eq!(cell["dialled"], true);
}
