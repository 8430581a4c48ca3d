//! Executes `tests/fixtures/facts/*.md`: what is known of a project's network, and what decides it.
//!
//! The documents are made as those of rules are, but an underline's text is a fact of the joined model:
//!
//! | underline | it says |
//! | --- | --- |
//! | `^^^ listen 127.0.0.1:8080` | this decides the host; of an address without one, the port |
//! | `^^^ listen port 8080` | this decides the port, when it is written elsewhere than the host |
//! | `^^^ cannot listen 8080: REASON` | Go refuses this address |
//! | `^^^ dial postgres db:5432`, `^^^ dial port 5432` | the same of a connection |
//! | `--- listen 127.0.0.1:8080`, `--- dial postgres db:5432` | a place on the way from the call to there |
//! | `^^^ listen not resolved: REASON`, `^^^ dial not resolved: REASON` | this hides the address of a call |
//! | `^^^ not resolved: REASON` | there may be other listeners than those of calls that are known |
//! | `^^^ route GET /users/{}` | this registers a route |
//!
//! Behind the address stands `, by default` or `, else` for one of several that a condition decides, and
//! `, likely` for what is not proven; before it `web: ` for one of several workloads.
//! Of every listener and connection all of that is underlined, and of nothing else. Routes are compared
//! in a project that underlines one.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::{Failures, Project, Underline, read_projects, underline};
use reachlint::model::{AddressFault, Alternative, CallRole, Dial, DialSource, Listener, Program, Workload};
use reachlint::net::Protocol;
use reachlint::source::{Confidence, SourceMap, Span};

#[test]
fn every_document_holds_what_it_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/facts");
    let mut paths: Vec<_> = std::fs::read_dir(root).unwrap().flatten().map(|it| it.path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    let mut failures = Failures::default();
    for path in paths {
        let document = path.file_name().unwrap().to_str().unwrap();
        let projects = read_projects(document, &std::fs::read_to_string(&path).unwrap());
        assert!(!projects.is_empty(), "{document} has no project");
        for (_, project) in &projects {
            failures.attempt(|| assert_facts(project));
        }
    }
    failures.assert_none();
}

fn assert_facts(project: &Project) {
    assert!(!project.files.is_empty(), "in `{}`: no file", project.name);
    let (outcome, sources) = project.join();
    let model = &outcome.project;
    let mut facts = Facts { sources: &sources, whose: String::new(), found: BTreeSet::new() };
    for workload in &model.workloads {
        if model.workloads.len() > 1 {
            facts.whose = format!("{}: ", workload.name.value);
        }
        facts.workload(workload, workload.program.map(|id| model.program(id)));
    }
    if project.expected.iter().any(|it| it.text.starts_with("route ")) {
        facts.whose.clear();
        model.programs.iter().for_each(|it| facts.routes(it));
    }
    project.assert_underlines(&facts.found);
}

/// Gathers facts as underlines show them.
struct Facts<'s> {
    sources: &'s SourceMap,
    /// `web: `, when there are several workloads.
    whose: String,
    found: BTreeSet<Underline>,
}

impl Facts<'_> {
    fn workload(&mut self, workload: &Workload, program: Option<&Program>) {
        let listeners = &workload.listeners;
        listeners.known.iter().for_each(|it| self.listener(it));
        listeners.faults.iter().for_each(|it| self.fault(it));
        workload.dials.iter().for_each(|it| self.dial(it));
        for call in &workload.calls {
            let role = match call.role {
                CallRole::Listen => "listen",
                CallRole::Dial => "dial",
            };
            if let Some(unknown) = &call.unknown {
                self.decides(unknown.span, format!("{role} not resolved: {}", unknown.value));
            }
        }
        // A call has said so itself; a program without a listener has nothing to underline but its `main`.
        let said = |span: Span| {
            workload.calls.iter().any(|it| it.site == span) || program.is_some_and(|it| it.main == span)
        };
        for it in listeners.incomplete.iter().filter(|it| !said(it.span)) {
            self.decides(it.span, format!("not resolved: {}", it.value));
        }
    }

    fn listener(&mut self, it: &Listener) {
        let (protocol, certainty) = (protocol(it.protocol), certainty(it.alternative, it.confidence));
        let fact = format!("listen {protocol}{}{certainty}", it.address);
        if it.host.is_empty() {
            self.decides(it.port_span, fact.clone());
        } else {
            self.decides(it.host_span, fact.clone());
            if let Some(port) = it.port.filter(|_| stands_apart(it.port_span, it.host_span)) {
                self.decides(it.port_span, format!("listen port {port}{certainty}"));
            }
        }
        self.leads_there(&it.via, &fact);
    }

    fn fault(&mut self, it: &AddressFault) {
        let certainty = certainty(None, it.confidence);
        self.decides(it.span, format!("cannot listen {}: {}{certainty}", it.address, it.error));
    }

    fn dial(&mut self, it: &Dial) {
        let scheme = if it.scheme.is_empty() { String::new() } else { format!("{} ", it.scheme) };
        let protocol = protocol(it.protocol);
        let port = it.port.map(|port| format!(":{port}")).unwrap_or_default();
        let source = match it.source {
            DialSource::Code | DialSource::EmptySetting => "",
            DialSource::Variable => ", by a variable",
            DialSource::HealthCheck => ", by a health check",
            DialSource::Command => ", by a command",
            DialSource::Configuration => ", by a configuration file",
        };
        let certainty = certainty(it.alternative, it.confidence);
        let fact = format!("dial {protocol}{scheme}{}{port}{}{source}{certainty}", it.host, it.path);
        self.decides(it.host_span, fact.clone());
        if let (Some(port), Some(span)) = (it.port, it.port_span)
            && stands_apart(span, it.host_span)
        {
            self.decides(span, format!("dial port {port}{source}{certainty}"));
        }
        self.leads_there(&it.via, &fact);
    }

    fn routes(&mut self, program: &Program) {
        for route in &program.routes.known {
            let method = route.method.as_deref().unwrap_or("ANY");
            self.decides(route.span, format!("route {method} {}", route.path));
        }
        if let Some(it) = &program.routes.incomplete {
            self.decides(it.span, format!("not resolved: routes: {}", it.value));
        }
    }

    fn decides(&mut self, span: Span, fact: String) {
        self.found.insert(underline(span, format!("{}{fact}", self.whose), self.sources));
    }

    fn leads_there(&mut self, via: &[Span], fact: &str) {
        for span in via {
            self.found.insert(underline(*span, format!("- {}{fact}", self.whose), self.sources));
        }
    }
}

/// `udp `; TCP goes without saying.
fn protocol(protocol: Protocol) -> String {
    if protocol == Protocol::Tcp { String::new() } else { format!("{} ", protocol.as_str()) }
}

fn certainty(alternative: Option<Alternative>, confidence: Confidence) -> String {
    let case = match alternative {
        None => "",
        Some(it) if it.is_default => ", by default",
        Some(_) => ", else",
    };
    let confidence = match confidence {
        Confidence::Proven => String::new(),
        confidence => format!(", {}", confidence.as_str()),
    };
    format!("{case}{confidence}")
}

/// Whether a port is not part of the text `host:port` that its host is part of.
fn stands_apart(port: Span, host: Span) -> bool {
    let within = port.file == host.file && port.start >= host.start && port.start <= host.end + 1;
    !within
}
