//! From one container to another.

use super::listening::Side;
use super::{Endpoint, Scope, Stage, Way, at};
use crate::model::reach::Interfaces;
use crate::model::{HostAnswer, Namespace, Project, Workload, WorkloadId, WorkloadKind};
use crate::source::Spanned;

impl Way<'_, '_> {
    /// From `from` to `to`.
    pub(super) fn between(&mut self, from: WorkloadId, to: WorkloadId) {
        if !self.starts(from) || (from != to && !self.starts(to)) {
            return;
        }
        if self.project.namespace_members(from).contains(&to) {
            return self.within(from, to);
        }
        let (dialler, peer) = (self.project.workload(from), self.project.workload(to));
        match (dialler.kind, peer.kind) {
            (one, other) if one == other && one.composition().is_some() => {
                self.between_services(from, to);
            }
            (WorkloadKind::Pod(_), WorkloadKind::Pod(_)) => self.between_pods(from, to),
            (WorkloadKind::Image, _) => self.not_run(dialler),
            (_, WorkloadKind::Image) => self.not_run(peer),
            _ => {
                let says =
                    format!("`{}` and `{}` are not started together", dialler.name.value, peer.name.value);
                let evidence = [dialler, peer].map(|it| at(it.name.span, format!("`{}`", it.name.value)));
                self.unknown(Stage::Network, says, evidence.to_vec());
                self.at_port(to, self.port, Side::Outside);
            }
        }
    }

    /// To itself, or to one that shares the network interfaces.
    fn within(&mut self, from: WorkloadId, to: WorkloadId) {
        let (dialler, peer) = (self.project.workload(from), self.project.workload(to));
        let says = if from == to {
            format!("`localhost` is `{}` itself", dialler.name.value)
        } else {
            let (one, other) = (&dialler.name.value, &peer.name.value);
            format!(
                "`{one}` and `{other}` have the same network interfaces: each is `localhost` to the other"
            )
        };
        let evidence = [dialler, peer].into_iter().filter_map(shared_interfaces).collect();
        self.pass(Stage::Name, says, evidence);
        self.at_port(to, self.port, Side::Inside);
    }

    fn between_services(&mut self, from: WorkloadId, to: WorkloadId) {
        let (dialler, peer) = (self.project.workload(from), self.project.workload(to));
        if let Namespace::None(span) = dialler.namespace {
            return self.no_interfaces(dialler, span);
        }
        if let Namespace::None(span) = peer.namespace {
            return self.no_interfaces(peer, span);
        }
        match (self.project.interfaces_of(from), self.project.interfaces_of(to)) {
            (Interfaces::Host, _) => self.by_host_interfaces(from, to),
            (_, Interfaces::Host) => self.at_host_interfaces(from, to),
            _ => self.by_name(from, to),
        }
    }

    /// By the name that is dialled, else the one that Docker gives.
    fn by_name(&mut self, from: WorkloadId, to: WorkloadId) {
        let name = self.project.dns_name(to);
        let given = self.project.workload(to).name.span;
        let host = self.host.get_or_insert_with(|| Spanned::new(name.to_owned(), given)).clone();
        let (dialler, written) = (self.name(from).to_owned(), vec![at(host.span, "the name")]);
        let (host, instead) = (host.value, self.peer_address(to));
        match self.project.resolve_host(from, &host) {
            HostAnswer::Own | HostAnswer::Unspecified => {
                self.stop(Stage::Name, format!("`{host}` is the container of `{dialler}` itself"), written);
                self.fix = Some(format!("dial `{instead}`"));
            }
            HostAnswer::Workloads(them) => self.resolved(from, to, &host, &them),
            HostAnswer::Unshared(_) => self.unshared(from, to),
            HostAnswer::NoSuchName => {
                self.stop(Stage::Name, format!("no container of the project is called `{host}`"), written);
                self.fix = Some(format!("dial `{instead}`"));
            }
            HostAnswer::UnmappedGateway => self.unmapped(from, &host),
            HostAnswer::Mapped(entry) => {
                let mapper = self.project.workload(from).host_mapper();
                let says = format!("{mapper} of `{dialler}` says that `{host}` is {}", entry.address);
                self.unknown(Stage::Name, says, vec![at(entry.span, "it is mapped here")]);
            }
            HostAnswer::External | HostAnswer::Services(_) => {
                self.unknown(Stage::Name, format!("the project does not decide what `{host}` is"), written);
            }
            HostAnswer::Unknown(why) => {
                self.unknown(
                    Stage::Name,
                    format!("what `{host}` means to `{dialler}` is not known: {why}"),
                    written,
                );
            }
        }
        if !self.is_stopped() {
            self.at_port(to, self.port, Side::Outside);
        }
        if !self.is_stopped() {
            let says = "containers on one Docker network reach every port that listens, published or not";
            self.pass(Stage::Policy, says, Vec::new());
        }
    }

    /// The name stands for these.
    fn resolved(&mut self, from: WorkloadId, to: WorkloadId, host: &str, them: &[WorkloadId]) {
        let members = self.project.namespace_members(to);
        let others: Vec<&str> =
            them.iter().filter(|it| !members.contains(it)).map(|it| self.project.dns_name(*it)).collect();
        let owner = self.project.interfaces_owner(to);
        let peer = self.project.workload(owner);
        let place = names_of(peer, host).unwrap_or(peer.name.span);
        let evidence = vec![at(place, format!("`{}` has this name", peer.name.value))];
        if others.len() == them.len() {
            let says = format!("`{host}` is a name of `{}`", others.join("`, `"));
            self.stop(Stage::Name, says, evidence);
            self.fix = Some(format!("dial `{}`", self.peer_address(to)));
            return;
        }
        if others.is_empty() {
            self.pass(Stage::Name, format!("Docker resolves `{host}` to `{}`", peer.name.value), evidence);
        } else {
            let says =
                format!("`{host}` is also a name of `{}`: Docker answers with any", others.join("`, `"));
            self.unknown(Stage::Name, says, evidence);
        }
        let dialler = self.project.workload(self.project.interfaces_owner(from));
        let shared: Vec<_> = dialler
            .networks
            .iter()
            .filter_map(|here| Some((here, peer.networks.iter().find(|it| it.network == here.network)?)))
            .collect();
        let separates = |network| self.project.network(network).separates;
        let open = shared.iter().find(|(here, _)| separates(here.network).is_none());
        let Some((here, there)) = open.or(shared.first()).copied() else { return };
        let network = &self.project.network(here.network).name;
        let evidence = [(dialler, here), (peer, there)]
            .map(|(it, on)| at(on.span, format!("`{}` is on `{network}`", it.name.value)));
        let evidence = evidence.into_iter();
        let Some(option) = shared.iter().find_map(|(here, _)| separates(here.network)) else {
            let says = format!("both are on the network `{network}`");
            return self.pass(Stage::Network, says, evidence.collect());
        };
        let evidence = evidence.chain([at(option, "this keeps containers on a network from each other")]);
        match open {
            None => {
                let says = format!("the network `{network}` keeps its containers from each other");
                self.stop(Stage::Network, says, evidence.collect());
                self.fix = Some(format!("publish a port of `{}` and dial it on the host", peer.name.value));
            }
            Some(_) => {
                let says =
                    "whether Docker answers with the address on the network that separates is not known";
                self.unknown(Stage::Network, says, evidence.collect());
            }
        }
    }

    fn unshared(&mut self, from: WorkloadId, to: WorkloadId) {
        let (from, to) = (self.project.interfaces_owner(from), self.project.interfaces_owner(to));
        let sides = [from, to].map(|it| self.project.workload(it));
        let [dialler, peer] = sides.map(|it| &it.name.value);
        let evidence = sides.into_iter().flat_map(|it| self.project.network_evidence(it)).collect();
        self.fix = Some(self.project.joining_advice(sides[0], sides[1]));
        if [from, to].into_iter().all(|it| self.project.is_on_default_bridge(it)) {
            let says =
                format!("`{dialler}` and `{peer}` are on the default bridge, where Docker resolves no names");
            return self.stop(Stage::Name, says, evidence);
        }
        let says =
            format!("`{dialler}` and `{peer}` share no network, and only on one does Docker resolve a name");
        self.stop(Stage::Network, says, evidence);
    }

    /// `from` uses the host's interfaces and asks the host's name server.
    fn by_host_interfaces(&mut self, from: WorkloadId, to: WorkloadId) {
        let dialler = self.project.workload(from);
        let evidence: Vec<_> = shared_interfaces(dialler).into_iter().collect();
        let name = &dialler.name.value;
        if let Some(host) = self.host.clone().filter(|it| self.project.workload(to).answers_to(&it.value)) {
            let says = format!("`{name}` uses the host's network, where Docker resolves no `{}`", host.value);
            let written = at(host.span, "the name");
            self.stop(Stage::Name, says, evidence.into_iter().chain([written]).collect());
            self.fix = Some(format!("publish a port of `{}` and dial it on `localhost`", self.name(to)));
            return;
        }
        self.pass(Stage::Network, format!("`{name}` uses the network interfaces of the host"), evidence);
        self.inward(Endpoint::Host, to, Scope::Local);
    }

    /// `to` uses the host's interfaces, so that its ports are ports of the host.
    fn at_host_interfaces(&mut self, from: WorkloadId, to: WorkloadId) {
        let peer = self.project.workload(to);
        let evidence: Vec<_> = shared_interfaces(peer).into_iter().collect();
        if let Some(host) = self.host.clone().filter(|it| peer.answers_to(&it.value)) {
            let says = format!(
                "Docker resolves no `{}`: `{}` uses the host's network and is on none of Docker's",
                host.value, peer.name.value
            );
            self.stop(Stage::Name, says, evidence.into_iter().chain([at(host.span, "the name")]).collect());
            self.fix = Some(self.project.workload(from).gateway_advice());
            return;
        }
        self.by_gateway(from);
        if !self.is_stopped() {
            self.out_to_host(from, false);
            let says = format!("`{}` uses the network interfaces of the host", peer.name.value);
            self.pass(Stage::Publish, says, evidence);
            self.at_port(to, self.port, Side::Outside);
        }
    }

    /// `db:5432`: how others dial `to`.
    fn peer_address(&self, to: WorkloadId) -> String {
        let name = self.project.dns_name(to);
        let inside = self.port.and_then(|it| self.project.container_port_behind(to, it, self.protocol));
        match inside.map(|it| it.0).or(self.port) {
            Some(port) => format!("{name}:{port}"),
            None => name.to_owned(),
        }
    }
}

impl Project {
    /// On which networks `workload` is, or why on none, each where it is written.
    #[must_use]
    pub fn network_evidence(&self, workload: &Workload) -> Vec<Spanned<String>> {
        let name = &workload.name.value;
        let joined = workload.networks.iter().map(|it| {
            let network = &self.network(it.network).name;
            at(it.span, format!("`{name}` is on `{network}`"))
        });
        let otherwise = workload.networks.is_empty().then(|| {
            let bridge = || at(workload.name.span, format!("`{name}` is on the default bridge"));
            shared_interfaces(workload).unwrap_or_else(bridge)
        });
        joined.chain(otherwise).collect()
    }

    /// How to let `from` reach `to` by a network.
    #[must_use]
    pub fn joining_advice(&self, from: &Workload, to: &Workload) -> String {
        if let Namespace::Host(_) = to.namespace {
            return from.gateway_advice();
        }
        match to.networks.first().map(|it| &self.network(it.network).name) {
            Some(network) => from.joining(network),
            None => "put both on one network".to_owned(),
        }
    }
}

/// Where a workload says whose network interfaces it has; `None` when its own.
pub(super) fn shared_interfaces(workload: &Workload) -> Option<Spanned<String>> {
    let name = &workload.name.value;
    let (span, whose) = match workload.namespace {
        Namespace::Own => return None,
        Namespace::Host(span) => (span, "those of the host"),
        Namespace::None(span) => (span, "none"),
        Namespace::Of(_, span) => (span, "another container's"),
        Namespace::Unknown(span) => (span, "not known"),
    };
    Some(at(span, format!("the network interfaces of `{name}`: {whose}")))
}

/// Where `workload` gets the name `host`.
fn names_of(workload: &Workload, host: &str) -> Option<crate::source::Span> {
    let aliases = workload.networks.iter().flat_map(|it| &it.aliases);
    workload.names.iter().chain(aliases).find(|it| it.value.eq_ignore_ascii_case(host)).map(|it| it.span)
}
