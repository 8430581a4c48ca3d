//! How the services of a Compose project use its networks.

use super::{Dial, HostAnswer, Network, Project, Workload, WorkloadKind};
use crate::source::Span;

impl Project {
    /// The networks that a Compose project declares and no service joins, each where it is declared.
    pub fn unused_networks(&self) -> impl Iterator<Item = (&Network, Span)> {
        self.networks.iter().enumerate().filter_map(|(at, network)| {
            let kind = WorkloadKind::Service(network.composition);
            let mut services = self.workloads.iter().filter(|it| it.kind == kind).peekable();
            let is_known = self.composition(network.composition).incomplete.is_none()
                && services.peek().is_some()
                && services.all(|it| {
                    it.incomplete.is_none() && it.networks.iter().all(|it| it.network.0 as usize != at)
                });
            Some((network, network.span.filter(|_| is_known)?))
        })
    }

    /// Of each Compose project that declares no network, the first dial between two services.
    pub fn talks_without_network(&self) -> impl Iterator<Item = (&Workload, Dial, &Workload)> {
        self.compositions_with_ids().filter_map(|(id, composition)| {
            let declares = self.networks.iter().any(|it| it.composition == id && it.span.is_some());
            if declares || composition.incomplete.is_some() {
                return None;
            }
            let services = self.workloads.iter().filter(|it| it.kind == WorkloadKind::Service(id));
            services.into_iter().find_map(|from| {
                self.destinations(from.id).into_iter().find_map(|dial| {
                    let HostAnswer::Workloads(them) = self.resolve_host(from.id, &dial.host) else {
                        return None;
                    };
                    let peer = them.iter().find(|it| **it != from.id)?;
                    Some((from, dial.into_owned(), self.workload(*peer)))
                })
            })
        })
    }
}
