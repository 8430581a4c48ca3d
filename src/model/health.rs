//! What health checks ask, against what answers.

use super::{HealthPort, HostAnswer, Listener, Project, Served, WorkloadId};
use crate::net::Protocol;

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
        let is_dead = self.is_itself(id, &asked.host)
            && matches!(self.serves(id, asked.port, Protocol::Tcp), Served::No);
        let members = if is_dead { self.namespace_members(id) } else { Vec::new() };
        let listeners = members.into_iter().flat_map(|it| &self.workload(it).listeners.known);
        listeners.filter(|it| it.port.is_some() && it.protocol == Protocol::Tcp).collect()
    }
}
