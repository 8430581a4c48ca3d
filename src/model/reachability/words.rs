//! What things are called where people wrote them: in a Compose file, or in a command line.

use crate::model::{Workload, WorkloadKind};
use crate::net::Protocol;

impl Workload {
    /// One of two wordings: of a Compose file, of a command line.
    fn says<'t>(&self, in_compose: &'t str, in_command: &'t str) -> &'t str {
        match (self.kind, self.pipeline) {
            (WorkloadKind::Run(_), None) => in_command,
            _ => in_compose,
        }
    }

    /// What it is.
    pub(super) fn noun(&self) -> &'static str {
        self.says("the service", "the container")
    }

    /// What publishes a port of it.
    pub(super) fn publisher(&self) -> &'static str {
        self.says("`ports` entry", "`-p`")
    }

    /// What gives it names for addresses.
    pub(super) fn host_mapper(&self) -> &'static str {
        self.says("`extra_hosts`", "`--add-host`")
    }

    /// How to publish a port of it.
    pub(super) fn publishing_advice(&self, port: u16, protocol: Protocol) -> String {
        let suffix = if protocol == Protocol::Tcp { "" } else { "/udp" };
        match (self.kind, self.pipeline) {
            (WorkloadKind::Run(_), None) => format!("publish it: `-p {port}:{port}{suffix}`"),
            _ => format!("publish it: `ports: [\"{port}:{port}{suffix}\"]`"),
        }
    }

    /// How to give the host a name in it.
    pub(super) fn mapping_advice(&self, host: &str) -> String {
        let name = &self.name.value;
        match self.kind {
            WorkloadKind::Run(_) => format!("start `{name}` with `--add-host {host}:host-gateway`"),
            _ => format!("add `extra_hosts: [\"{host}:host-gateway\"]` to `{name}`"),
        }
    }

    /// How it reaches a container that uses the host's network.
    pub(super) fn gateway_advice(&self) -> String {
        let mapper = self.says("in `extra_hosts`", "by `--add-host`");
        format!("dial `host.docker.internal`, mapped to `host-gateway` {mapper}")
    }

    /// How to put it on the network of another.
    pub(super) fn joining(&self, network: &str) -> String {
        let name = &self.name.value;
        match self.kind {
            WorkloadKind::Run(_) => {
                format!("put both on one network: start `{name}` with `--network {network}`")
            }
            _ => format!("put both on one network: add `{network}` to the `networks` of `{name}`"),
        }
    }
}
