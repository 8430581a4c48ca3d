//! Addresses of containers, which people write down although Docker hands them out.

use std::net::Ipv4Addr;

use super::reach::Interfaces;
use super::{HostAnswer, Network, NetworkMembership, Project, Workload, WorkloadId, WorkloadKind};
use crate::net::{Protocol, Subnet};
use crate::source::Span;

/// Whose address a container dials.
#[derive(Clone, Copy, Debug)]
pub enum AddressOwner<'a> {
    /// The fixed address of a container on a network that the dialler is not on, and where it is fixed.
    Container(&'a Workload, Span),
    /// Some container on this network gets it when it starts, and where its range is written.
    Network(&'a Network, Span),
    /// Some container on Docker's default bridge.
    DefaultBridge,
    /// A container of the project, by what it serves: the address is of the ranges that Docker takes
    /// when none is written.
    Pool(&'a Workload),
}

impl Project {
    /// The container that has the address `host` for `from`, when it should be dialled by name. `None`
    /// for names, for addresses that a network of `from` fixes, for the host's own address on a network,
    /// and for addresses outside of Docker.
    #[must_use]
    pub fn address_owner(&self, from: WorkloadId, host: &str, port: Option<u16>) -> Option<AddressOwner<'_>> {
        let address: Ipv4Addr = host.parse().ok()?;
        let Interfaces::Of(owner) = self.interfaces_of(from) else { return None };
        if matches!(
            self.resolve_host(from, host),
            HostAnswer::Mapped(_) | HostAnswer::Own | HostAnswer::Unspecified
        ) {
            return None;
        }
        let kind = self.workload(from).kind;
        // A cluster has address ranges of its own.
        if matches!(kind, WorkloadKind::Pod(_)) {
            return None;
        }
        let is_near = |it: &WorkloadKind| kind == WorkloadKind::Image || *it == kind;
        let own: Vec<_> = self.workload(owner).networks.iter().map(|it| it.network).collect();
        let mut fixed = self.workloads.iter().filter(|it| is_near(&it.kind)).flat_map(|workload| {
            let has = move |at: &'_ NetworkMembership| {
                at.addresses.iter().find(|it| it.value == host).map(|it| (workload, at.network, it.span))
            };
            workload.networks.iter().filter_map(has)
        });
        if let Some((workload, network, span)) = fixed.next() {
            let reached = own.contains(&network) || self.network(network).external || workload.id == owner;
            return (!reached).then_some(AddressOwner::Container(workload, span));
        }
        let networks = self
            .networks
            .iter()
            .filter(|it| kind == WorkloadKind::Image || kind.composition() == Some(it.composition));
        let ranges = networks.flat_map(|it| it.subnets.iter().map(move |range| (it, range)));
        let mut ranges =
            ranges.filter_map(|(network, it)| Some((network, Subnet::parse(&it.value)?, it.span)));
        if let Some((network, range, span)) = ranges.find(|(_, it, _)| it.contains(address)) {
            let on_purpose = range.is_gateway(address) || network.external;
            return (!on_purpose).then_some(AddressOwner::Network(network, span));
        }
        let [172, second, 0, last] = address.octets() else { return None };
        // A container gets the next free address, so that low ones are seen; 172.31.0.0/16 is the usual
        // network of Amazon's machines.
        match (second, last) {
            (17, 2..) => Some(AddressOwner::DefaultBridge),
            (18..=30, 2..=30) => {
                let mut servers = self.servers_elsewhere(from, port?, Protocol::Tcp);
                servers.next().map(|(server, _)| AddressOwner::Pool(server))
            }
            _ => None,
        }
    }
}
