//! What NetworkPolicies let through: each `tests/fixtures/policies/<case>/` holds manifests and, in `verdicts.txt`, what
//! np-guard's netpol-analyzer says of connections (`tools/network-policy-reference` writes them).

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::fs;

use common::{Project, fixture_folders};
use reachlint::model::{Address, Endpoint, Outcome, Project as Model, Stage};
use reachlint::net::Protocol;

#[test]
fn policies_let_through_what_the_analyzer_says() {
    let (mut asked, mut faults) = (0, Vec::new());
    for case in fixture_folders("policies") {
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        let mut project = Project { name: name.clone(), ..Project::default() };
        project.add("manifests.yaml", &fs::read_to_string(case.join("manifests.yaml")).unwrap());
        let (outcome, _) = project.check();
        for line in fs::read_to_string(case.join("verdicts.txt")).unwrap().lines() {
            let words: Vec<&str> = line.split(' ').collect();
            let [from, to, port, expected] = words[..] else { panic!("{name}: {line}") };
            let verdict = verdict(&outcome.project, from, to, port);
            asked += 1;
            if verdict != expected {
                faults.push(format!("{name}: {line}, and not {verdict}"));
            }
        }
    }
    assert!(asked > 150, "only {asked} connections were asked for");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// What the policies make of one connection.
fn verdict(model: &Model, from: &str, to: &str, port: &str) -> &'static str {
    let end = |name: &str| match name.parse() {
        Ok(address) => Endpoint::Address(address),
        Err(_) => Endpoint::Workload(model.workloads.iter().find(|it| it.name.value == name).unwrap().id),
    };
    let (port, protocol) = port.split_once('/').unwrap();
    let address =
        Address { host: None, port: port.parse().ok(), protocol: Protocol::parse(protocol).unwrap() };
    let trace = model.reachability().trace(end(from), end(to), &address);
    let step = trace.steps.iter().find(|it| it.stage == Stage::Policy).unwrap();
    match step.outcome {
        Outcome::Passes => "yes",
        Outcome::Stops => "no",
        Outcome::Unknown => "unknown",
    }
}
