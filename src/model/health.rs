//! What health checks ask, against what answers.

use super::{
    HealthCheck, HealthPort, HealthRequest, HostAnswer, Listener, Program, Project, RouteMatch, Served,
    ToolUse, Workload, WorkloadId,
};
use crate::net::Protocol;
use crate::source::Span;

/// Why a health check never passes.
#[derive(Clone, Copy, Debug)]
pub enum HealthFault<'a> {
    /// Its image lacks a program that it runs.
    MissingTool(&'a ToolUse),
    /// No route takes the path that it asks for.
    UnservedPath(&'a HealthRequest),
    /// Nothing listens on the port that it asks.
    UnservedPort(&'a HealthPort),
}

impl HealthFault<'_> {
    /// Where the fault is written.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::MissingTool(it) => it.span,
            Self::UnservedPath(it) => it.path_span,
            Self::UnservedPort(it) => it.span,
        }
    }
}

impl Project {
    /// Whether `host` is the container `id` itself, seen from inside of it.
    #[must_use]
    pub fn is_itself(&self, id: WorkloadId, host: &str) -> bool {
        match self.resolve_host(id, host) {
            HostAnswer::Own | HostAnswer::Unspecified => true,
            HostAnswer::Workloads(them) => them == [id],
            _ => false,
        }
    }

    /// What the container `id` serves, all of it known, when the port that its health check asks of
    /// it is none of that; empty when the port may be served.
    #[must_use]
    pub fn served_instead(&self, id: WorkloadId, asked: &HealthPort) -> Vec<&Listener> {
        if !self.is_itself(id, &asked.host) {
            return Vec::new();
        }
        self.listeners_instead(id, asked.port, Protocol::Tcp)
    }

    /// What listens in the network namespace of `id`, all of it known, when nothing does on that port; empty
    /// when something may.
    #[must_use]
    pub fn listeners_instead(&self, id: WorkloadId, port: u16, protocol: Protocol) -> Vec<&Listener> {
        if !matches!(self.serves(id, port, protocol), Served::No) {
            return Vec::new();
        }
        let listeners =
            self.namespace_members(id).into_iter().flat_map(|it| &self.workload(it).listeners.known);
        listeners.filter(|it| it.port.is_some() && it.protocol == protocol).collect()
    }

    /// The program and the socket that answer a health request of `id` with 404, all of its routes being known.
    #[must_use]
    pub fn denied_by(&self, id: WorkloadId, request: &HealthRequest) -> Option<(&Program, &Listener)> {
        let asked = self.asked_by(id, request);
        asked.filter(|(program, _)| {
            let routes = &program.routes;
            !routes.known.is_empty() && routes.answer(&request.path) == RouteMatch::NotServed
        })
    }

    /// Why `check` of `workload` certainly never passes.
    #[must_use]
    pub fn health_fault<'a>(&self, workload: &Workload, check: &'a HealthCheck) -> Option<HealthFault<'a>> {
        let path = || {
            let mut strict = check.requests.iter().filter(|it| it.fails_on_error_status);
            strict.find(|it| self.denied_by(workload.id, it).is_some()).map(HealthFault::UnservedPath)
        };
        let port = || {
            let mut ports = check.ports.iter();
            let port = ports.find(|it| !self.served_instead(workload.id, it).is_empty());
            port.filter(|_| workload.incomplete.is_none()).map(HealthFault::UnservedPort)
        };
        workload.missing_tool(check).map(HealthFault::MissingTool).or_else(path).or_else(port)
    }
}

impl Workload {
    /// The first program that `check` runs and the container certainly lacks. Without the shell of a shell form
    /// nothing behind it is even looked for.
    #[must_use]
    pub fn missing_tool<'a>(&self, check: &'a HealthCheck) -> Option<&'a ToolUse> {
        check.tools.iter().find(|it| self.tools.lack(&it.name))
    }
}
