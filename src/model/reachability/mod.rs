//! Whether one side reaches another and, if not, where the way ends: does it start, name, network, published
//! port, open port, policy. Composed of what [`super::reach`] and its neighbours know; `reachlint trace` prints it.
//!
//! Docker's behaviour as real engines show it: `tests/reality` compares every verdict with one.

mod cluster;
mod endpoints;
mod graph;
mod host;
mod listening;
mod matrix;
mod peers;
mod start;
mod words;

pub use endpoints::{Address, DialledWay, Stack};
pub use graph::{Connection, ConnectionKind, Graph, Target};
pub use matrix::{Cell, Matrix};

use std::net::IpAddr;

use super::{Project, WorkloadId};
use crate::net::Protocol;
use crate::source::{Span, Spanned};
use start::Start;

/// One end of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Endpoint {
    /// A container.
    Workload(WorkloadId),
    /// The machine that the containers run on.
    Host,
    /// Any other machine, in front of the host or beyond it.
    Internet,
    /// The other machine with this address.
    Address(IpAddr),
}

/// Whether the destination is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Every step passes.
    Reachable,
    /// A step certainly fails.
    NotReachable,
    /// A step is not known, and none certainly fails.
    Unknown,
}

impl Verdict {
    /// Its name in words and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reachable => "reachable",
            Self::NotReachable => "not reachable",
            Self::Unknown => "unknown",
        }
    }
}

/// What a step is about, in the order of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Whether a container is started at all.
    Start,
    /// Whether the name of the destination resolves to it.
    Name,
    /// Whether packets can go from one to the other.
    Network,
    /// Whether a port of the host, or of a Service, leads to the container.
    Publish,
    /// Whether something listens on the port, on an address that is reached.
    Port,
    /// Whether something forbids what is possible.
    Policy,
}

impl Stage {
    /// Its name in words and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Name => "name",
            Self::Network => "network",
            Self::Publish => "publish",
            Self::Port => "port",
            Self::Policy => "policy",
        }
    }
}

/// How a step turns out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The way goes on.
    Passes,
    /// The way ends here.
    Stops,
    /// It cannot be told.
    Unknown,
}

impl Outcome {
    /// Its name in words and in JSON.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passes => "yes",
            Self::Stops => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// One step of a way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is about.
    pub stage: Stage,
    /// How it turns out.
    pub outcome: Outcome,
    /// Why, one clause.
    pub says: String,
    /// The places that it rests on, each with what stands there.
    pub evidence: Vec<Spanned<String>>,
}

/// A way from one side to another, up to the step where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Who connects.
    pub from: Endpoint,
    /// Whom it wants.
    pub to: Endpoint,
    /// The host as it is dialled; `None` where a name plays no part.
    pub host: Option<String>,
    /// The port of the destination, as it is dialled.
    pub port: Option<u16>,
    /// The transport.
    pub protocol: Protocol,
    /// The steps; none follows one that stops.
    pub steps: Vec<Step>,
    /// What mends it; `None` where nothing is to be mended or nobody can tell.
    pub fix: Option<String>,
}

impl Trace {
    /// Whether the destination is reached.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict_of(&self.steps)
    }

    /// The step that decides the verdict: the one that stops, else the first that is not known; `None` when
    /// the destination is reached.
    #[must_use]
    pub fn decisive(&self) -> Option<&Step> {
        let first = |outcome: Outcome| self.steps.iter().find(|it| it.outcome == outcome);
        first(Outcome::Stops).or_else(|| first(Outcome::Unknown))
    }
}

/// What the steps of a way come to.
fn verdict_of(steps: &[Step]) -> Verdict {
    let is = |outcome: Outcome| steps.iter().any(|it| it.outcome == outcome);
    if is(Outcome::Stops) {
        Verdict::NotReachable
    } else if is(Outcome::Unknown) {
        Verdict::Unknown
    } else {
        Verdict::Reachable
    }
}

/// Judges ways through a project. What holds for every way is looked at once.
pub struct Reachability<'a> {
    project: &'a Project,
    starts: Vec<Start>,
}

impl Project {
    /// Gets ready to judge ways through the project.
    #[must_use]
    pub fn reachability(&self) -> Reachability<'_> {
        Reachability { project: self, starts: start::all(self) }
    }
}

impl<'a> Reachability<'a> {
    /// The way from `from` to `to` at `address`.
    #[must_use]
    pub fn trace(&self, from: Endpoint, to: Endpoint, address: &Address) -> Trace {
        let mut way = Way {
            reachability: self,
            project: self.project,
            host: address.host.clone(),
            port: address.port,
            protocol: address.protocol,
            steps: Vec::new(),
            fix: None,
            is_routed: false,
        };
        match (from, to) {
            (Endpoint::Workload(from), Endpoint::Workload(to)) => way.between(from, to),
            (Endpoint::Workload(from), Endpoint::Host) => way.host_of(from),
            (Endpoint::Workload(from), to) => way.out_of(from, to),
            (Endpoint::Host, Endpoint::Workload(to)) => way.inward(from, to, Scope::Local),
            (_, Endpoint::Workload(to)) => way.inward(from, to, Scope::Outside),
            _ => way.unknown(Stage::Network, "the project does not decide it", Vec::new()),
        }
        Trace {
            from,
            to,
            host: way.host.map(|it| it.value),
            port: address.port,
            protocol: address.protocol,
            steps: way.steps,
            fix: way.fix,
        }
    }
}

/// Who comes to a port of the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    /// A process of the host itself, by its loopback interface.
    Local,
    /// A container, by the gateway of its network.
    Gateway,
    /// Another machine.
    Outside,
}

/// A way under construction.
struct Way<'r, 'a> {
    reachability: &'r Reachability<'a>,
    project: &'a Project,
    /// The host as it is dialled, and where that is written.
    host: Option<Spanned<String>>,
    port: Option<u16>,
    protocol: Protocol,
    steps: Vec<Step>,
    fix: Option<String>,
    /// Whether an Ingress or another route stands before the Service.
    is_routed: bool,
}

impl Way<'_, '_> {
    fn step(&mut self, step: Step) {
        self.steps.push(step);
    }

    fn pass(&mut self, stage: Stage, says: impl Into<String>, evidence: Vec<Spanned<String>>) {
        self.step(Step { stage, outcome: Outcome::Passes, says: says.into(), evidence });
    }

    fn stop(&mut self, stage: Stage, says: impl Into<String>, evidence: Vec<Spanned<String>>) {
        self.step(Step { stage, outcome: Outcome::Stops, says: says.into(), evidence });
    }

    fn unknown(&mut self, stage: Stage, says: impl Into<String>, evidence: Vec<Spanned<String>>) {
        self.step(Step { stage, outcome: Outcome::Unknown, says: says.into(), evidence });
    }

    fn is_stopped(&self) -> bool {
        self.steps.last().is_some_and(|it| it.outcome == Outcome::Stops)
    }

    fn name(&self, id: WorkloadId) -> &str {
        &self.project.workload(id).name.value
    }
}

/// Evidence: what stands at a place.
fn at(span: Span, says: impl Into<String>) -> Spanned<String> {
    Spanned::new(says.into(), span)
}
