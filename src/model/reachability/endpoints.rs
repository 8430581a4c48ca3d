//! Which ways there are to ask about: the members of one stack, their ports, and who dials whom.

use super::Endpoint;
use crate::model::reach::Interfaces;
use crate::model::{CompositionId, HostAnswer, Project, Workload, WorkloadId, WorkloadKind};
use crate::net::Protocol;
use crate::source::{Confidence, Span, Spanned};

/// Where a destination is dialled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// The host as it is dialled and where that is written; `None` for whatever name leads there.
    pub host: Option<Spanned<String>>,
    /// The port; `None` when none is known, or it does not matter.
    pub port: Option<u16>,
    /// The transport.
    pub protocol: Protocol,
}

/// A way that a container takes by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialledWay {
    /// Who dials.
    pub from: WorkloadId,
    /// Who is meant.
    pub to: Endpoint,
    /// What is dialled.
    pub address: Address,
    /// Where it is dialled.
    pub site: Span,
}

/// What is started together and has names for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stack {
    /// A Compose project, or what the command lines of a file start.
    Composition(CompositionId),
    /// The pods of a cluster.
    Cluster,
}

/// Ranges of published ports that are longer than this are known by their first port alone.
const LONGEST_RANGE: usize = 16;

impl Project {
    /// The stacks in which something runs.
    #[must_use]
    pub fn stacks(&self) -> Vec<Stack> {
        let mut stacks = Vec::new();
        for workload in &self.workloads {
            stacks.extend(Stack::of(workload).filter(|it| !stacks.contains(it)));
        }
        stacks
    }

    /// What runs in `stack`.
    pub fn members(&self, stack: Stack) -> impl Iterator<Item = &Workload> {
        self.workloads.iter().filter(move |it| Stack::of(it) == Some(stack))
    }

    /// Whom the containers of `stack` dial, each with the address that they use.
    #[must_use]
    pub fn ways_dialled(&self, stack: Stack) -> Vec<DialledWay> {
        let mut out = Vec::new();
        for from in self.members(stack) {
            for dial in self.destinations(from.id) {
                let host = Some(Spanned::new(dial.host.clone(), dial.host_span));
                let address = Address { host, port: dial.port, protocol: dial.protocol };
                let meant = self.meant(from.id, &dial).into_iter();
                let way = |to| DialledWay { from: from.id, to, address: address.clone(), site: dial.site };
                out.extend(meant.map(way));
            }
        }
        out
    }

    /// Who is meant by a dial.
    fn meant(&self, from: WorkloadId, dial: &crate::model::Dial) -> Vec<Endpoint> {
        match self.resolve_host(from, &dial.host) {
            HostAnswer::Workloads(them) | HostAnswer::Unshared(them) => {
                them.into_iter().filter(|it| *it != from).map(Endpoint::Workload).collect()
            }
            HostAnswer::Services(_) => {
                let pods = self.arrives_at(from, dial).into_iter().map(|it| it.0);
                pods.filter(|it| *it != from).map(Endpoint::Workload).collect()
            }
            HostAnswer::UnmappedGateway => vec![Endpoint::Host],
            HostAnswer::Mapped(entry) if entry.address == "host-gateway" => vec![Endpoint::Host],
            HostAnswer::Own => {
                // One of several addresses that the program may have does not say that it never comes.
                let is_certain =
                    dial.confidence > Confidence::Possible && dial.alternative.is_none_or(|it| it.is_default);
                let lost = dial.port.filter(|_| is_certain && self.is_absent_on_localhost(from, dial));
                let peers = lost.map(|port| self.meant_by_localhost(from, port, dial.protocol));
                peers.into_iter().flatten().take(1).map(|it| Endpoint::Workload(it.workload.id)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// At which addresses to ask about the way from `from` to `to`: those that `from` dials, else every port
    /// of `to` that something names. Never empty.
    #[must_use]
    pub fn addresses(&self, from: Endpoint, to: Endpoint) -> Vec<Address> {
        let stack = [from, to].into_iter().find_map(|it| match it {
            Endpoint::Workload(id) => Stack::of(self.workload(id)),
            Endpoint::Host | Endpoint::Internet | Endpoint::Address(_) => None,
        });
        let ways = stack.map(|it| self.ways_dialled(it)).unwrap_or_default();
        let dialled = ways.iter().filter(|it| Endpoint::Workload(it.from) == from && it.to == to);
        let dialled = dialled.map(|it| it.address.clone());
        let mut addresses: Vec<Address> = dialled.filter(|it| it.port.is_some()).collect();
        if addresses.is_empty() {
            let ports = self.ports_of(to, stack, &ways);
            let address = |(port, protocol)| Address { host: None, port: Some(port), protocol };
            addresses = ports.into_iter().map(address).collect();
        }
        let mut seen: Vec<(Option<String>, Option<u16>, Protocol)> = Vec::new();
        addresses.retain(|it| {
            let key = (it.host.as_ref().map(|it| it.value.clone()), it.port, it.protocol);
            !seen.contains(&key) && {
                seen.push(key);
                true
            }
        });
        if addresses.is_empty() {
            addresses.push(Address::ANY);
        }
        addresses
    }

    /// The ports of `endpoint` that something in `stack` names: it listens on them, publishes them, or
    /// somebody dials them by one of `ways`. In order.
    pub(super) fn ports_of(
        &self,
        endpoint: Endpoint,
        stack: Option<Stack>,
        ways: &[DialledWay],
    ) -> Vec<(u16, Protocol)> {
        let members = || stack.into_iter().flat_map(|it| self.members(it));
        let mut ports: Vec<(u16, Protocol)> = match endpoint {
            Endpoint::Internet | Endpoint::Address(_) => Vec::new(),
            Endpoint::Host => members().flat_map(|it| self.ports_on_host(it)).collect(),
            Endpoint::Workload(id) => {
                let workload = self.workload(id);
                let published = workload.published.iter().flat_map(|it| {
                    let ports = it.container;
                    let last = if ports.len() > LONGEST_RANGE { ports.first } else { ports.last };
                    (ports.first..=last).map(|port| (port, it.protocol))
                });
                let led_to = self.pod_of(workload).into_iter().flat_map(|it| &it.entrances);
                let led_to = led_to.map(|it| (it.port, it.protocol));
                listened(workload).chain(published).chain(led_to).collect()
            }
        };
        let dialled = ways.iter().filter(|it| it.to == endpoint);
        ports.extend(dialled.filter_map(|it| Some((it.address.port?, it.address.protocol))));
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    fn ports_on_host(&self, workload: &Workload) -> Vec<(u16, Protocol)> {
        if matches!(self.interfaces_of(workload.id), Interfaces::Host) {
            return listened(workload).collect();
        }
        let short = workload.published.iter().filter_map(|it| Some((it.host?, it.protocol)));
        let short = short.filter(|(it, _)| it.len() <= LONGEST_RANGE);
        short.flat_map(|(it, protocol)| (it.first..=it.last).map(move |port| (port, protocol))).collect()
    }

    /// Whether some container of `stack` is made to know the host: a mapped name, the host's interfaces, a
    /// dial.
    pub(super) fn knows_host(&self, stack: Stack, ways: &[DialledWay]) -> bool {
        let mapped = |it: &Workload| it.extra_hosts.iter().any(|it| it.address == "host-gateway");
        let on_host = |it: &Workload| matches!(self.interfaces_of(it.id), Interfaces::Host);
        self.members(stack).any(|it| mapped(it) || on_host(it))
            || ways.iter().any(|it| it.to == Endpoint::Host)
    }
}

impl Stack {
    /// The stack of a workload; `None` for an image that nothing runs.
    #[must_use]
    pub fn of(workload: &Workload) -> Option<Self> {
        match workload.kind {
            WorkloadKind::Service(composition) | WorkloadKind::Run(composition) => {
                Some(Self::Composition(composition))
            }
            WorkloadKind::Pod(_) => Some(Self::Cluster),
            WorkloadKind::Image => None,
        }
    }
}

fn listened(workload: &Workload) -> impl Iterator<Item = (u16, Protocol)> {
    workload.listeners.known.iter().filter_map(|it| Some((it.port?, it.protocol)))
}
