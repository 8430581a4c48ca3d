//! Between containers and the world outside of Docker's networks: the host, other machines.

use super::listening::Side;
use super::peers::shared_interfaces;
use super::{Endpoint, Scope, Stage, Way, at};
use crate::model::reach::Interfaces;
use crate::model::{HostAnswer, Namespace, PublishedPort, Workload, WorkloadId, WorkloadKind};
use crate::net::{Protocol, Reach};
use crate::source::{Span, Spanned};

/// The name by which containers are told to dial the host:
/// <https://docs.docker.com/reference/cli/docker/container/run/#add-host>.
const HOST_NAME: &str = "host.docker.internal";

impl Way<'_, '_> {
    /// From the host, or from beyond, into the container `to`.
    pub(super) fn inward(&mut self, from: Endpoint, to: WorkloadId, scope: Scope) {
        let peer = self.project.workload(to);
        if !self.starts(to) {
            return;
        }
        match peer.kind {
            WorkloadKind::Image => return self.not_run(peer),
            WorkloadKind::Pod(_) => return self.inward_to_pod(from, to),
            WorkloadKind::Service(_) | WorkloadKind::Run(_) => {}
        }
        let name = peer.name.value.clone();
        if let Namespace::None(span) = peer.namespace {
            return self.no_interfaces(peer, span);
        }
        match self.project.interfaces_of(to) {
            Interfaces::Host => {
                let evidence = shared_interfaces(peer).into_iter().collect();
                let says =
                    format!("`{name}` uses the network interfaces of the host: its ports are the host's");
                self.pass(Stage::Publish, says, evidence);
                let side = if scope == Scope::Local { Side::Inside } else { Side::Outside };
                self.at_port(to, self.port, side);
            }
            Interfaces::Unknown => {
                let evidence = shared_interfaces(peer).into_iter().collect();
                self.unknown(
                    Stage::Publish,
                    format!("whose network interfaces `{name}` has is not known"),
                    evidence,
                );
                self.at_port(to, self.port, Side::Outside);
            }
            Interfaces::Of(owner) => {
                let inside = self.published(to, owner, scope);
                if !self.is_stopped() {
                    self.at_port(to, inside, Side::Outside);
                }
            }
        }
        if !self.is_stopped() && scope == Scope::Outside {
            let says = "nothing in the project forbids it; firewalls before the host are not part of it";
            self.pass(Stage::Policy, says, Vec::new());
        }
    }

    /// The step of the `ports` entries that lead to the port of the container; the port in the container. A
    /// number that is none of these may be the one on the host.
    fn published(&mut self, to: WorkloadId, owner: WorkloadId, scope: Scope) -> Option<u16> {
        let mut port = self.port?;
        let name = self.name(to).to_owned();
        let members = self.project.namespace_members(to);
        let entries: Vec<&PublishedPort> =
            members.iter().flat_map(|it| &self.project.workload(*it).published).collect();
        let right = || entries.iter().copied().filter(|it| it.protocol == self.protocol);
        let mut right_port: Vec<_> = right().filter(|it| it.container.contains(port)).collect();
        if right_port.is_empty()
            && let Some((inside, entry)) = right().find_map(|it| Some((it.container_port_behind(port)?, it)))
        {
            right_port.push(entry);
            port = inside;
        }
        let open = right_port.iter().copied().find(|it| scope == Scope::Local || !is_for_host_alone(it));
        let Some(entry) = open.or(right_port.first().copied()) else {
            let other = entries.iter().copied().find(|it| it.container.contains(port));
            self.not_published(to, port, &members, other);
            return Some(port);
        };
        let place = vec![at(entry.span, format!("the {}", self.project.workload(to).publisher()))];
        if let Some(evidence) = self.all_internal(owner) {
            let says =
                format!("`{name}` is on internal networks alone, where Docker opens no published port");
            self.stop(Stage::Publish, says, place.into_iter().chain(evidence).collect());
            self.fix = Some(format!("put `{name}` on a network that is not internal as well"));
        } else if open.is_none() {
            let ip = entry.host_ip.as_deref().unwrap_or_default();
            self.stop(Stage::Publish, format!("port {port} is published on {ip} of the host alone"), place);
            self.fix = Some(format!("publish it on every address: leave out `{ip}:`"));
        } else {
            let host = match (entry.host, entry.container.first) {
                (Some(host), first) => format!("port {} of the host", host.first + (port - first)),
                (None, _) => "a port of the host that Docker chooses".to_owned(),
            };
            self.pass(Stage::Publish, format!("{host} leads to port {port} of `{name}`"), place);
        }
        Some(port)
    }

    fn not_published(
        &mut self,
        to: WorkloadId,
        port: u16,
        members: &[WorkloadId],
        other_transport: Option<&PublishedPort>,
    ) {
        let (name, protocol) = (self.name(to).to_owned(), self.protocol.as_str());
        let peer = self.project.workload(to);
        let hidden = members.iter().find_map(|it| self.hidden_publishing(*it, port));
        if let Some(Hidden::Exposed(flag, exposed)) = hidden {
            let says = format!("a port of the host that Docker chooses leads to port {port} of `{name}`");
            let evidence =
                vec![at(flag, "the exposed ports are published"), at(exposed, "it is exposed here")];
            return match self.all_internal(self.project.interfaces_owner(to)) {
                None => self.pass(Stage::Publish, says, evidence),
                Some(internal) => {
                    let says = format!(
                        "`{name}` is on internal networks alone, where Docker opens no published port"
                    );
                    self.stop(Stage::Publish, says, evidence.into_iter().chain(internal).collect());
                }
            };
        }
        if let Some(Hidden::Unknown(span)) = hidden {
            let says = format!("which ports of `{name}` are published is not known");
            return self.unknown(Stage::Publish, says, vec![at(span, "the port here is not known")]);
        }
        let (says, place) = match other_transport {
            Some(it) => {
                let other = it.protocol.as_str();
                let says = format!("port {port} of `{name}` is published as {other}, not as {protocol}");
                (says, at(it.span, format!("the {}", peer.publisher())))
            }
            None => {
                let says = format!("no {} of `{name}` leads to its port {port}/{protocol}", peer.publisher());
                (says, at(peer.name.span, peer.noun()))
            }
        };
        self.stop(Stage::Publish, says, vec![place]);
        self.fix = Some(peer.publishing_advice(port, self.protocol));
    }

    /// What may publish a port without naming it.
    fn hidden_publishing(&self, id: WorkloadId, port: u16) -> Option<Hidden> {
        let workload = self.project.workload(id);
        let hidden = workload.published_incomplete?;
        let Some(flag) = workload.publishes_all.filter(|it| *it == hidden) else {
            return Some(Hidden::Unknown(hidden));
        };
        let image = workload.image.map(|it| self.project.image(it));
        let by_image = image.into_iter().flat_map(|it| &it.exposed);
        let by_image = by_image.filter(|it| it.value == (port, self.protocol)).map(|it| it.span);
        let added =
            workload.exposed.iter().filter(|it| self.protocol == Protocol::Tcp && it.value.contains(port));
        match by_image.chain(added.map(|it| it.span)).next() {
            Some(exposed) => Some(Hidden::Exposed(flag, exposed)),
            // Whatever the image below exposes is published too.
            None if image.is_some_and(|it| it.base.exposes_nothing()) => None,
            None => Some(Hidden::Unknown(flag)),
        }
    }

    /// From the container `from` to the host.
    pub(super) fn host_of(&mut self, from: WorkloadId) {
        if !self.starts(from) {
            return;
        }
        let dialler = self.project.workload(from);
        match dialler.kind {
            WorkloadKind::Image => return self.not_run(dialler),
            WorkloadKind::Pod(_) => {
                return self.unknown(
                    Stage::Name,
                    "what leads from a pod to its node is not read",
                    Vec::new(),
                );
            }
            WorkloadKind::Service(_) | WorkloadKind::Run(_) => {}
        }
        if matches!(self.project.interfaces_of(from), Interfaces::Host) {
            let says = format!("`{}` uses the network interfaces of the host", dialler.name.value);
            self.pass(Stage::Network, says, shared_interfaces(dialler).into_iter().collect());
            return self.at_host_port(dialler, Scope::Local);
        }
        self.by_gateway(from);
        if !self.is_stopped() {
            let same_project = self.project.workloads.iter().filter(|it| it.kind == dialler.kind);
            let entries = same_project.flat_map(|it| &it.published);
            let mut entries = entries.filter(|it| it.protocol == self.protocol);
            let leads =
                |it: &PublishedPort| self.port.and_then(|port| it.container_port_behind(port)).is_some();
            let published = entries.any(leads);
            self.out_to_host(from, published);
        }
        if !self.is_stopped() {
            self.at_host_port(dialler, Scope::Gateway);
        }
    }

    /// The steps from a container to the gateway of the host.
    pub(super) fn by_gateway(&mut self, from: WorkloadId) {
        let dialler = self.project.workload(from);
        if let Namespace::None(span) = dialler.namespace {
            return self.no_interfaces(dialler, span);
        }
        let name = dialler.name.value.clone();
        let mapped = dialler.extra_hosts.iter().find(|it| it.address == "host-gateway");
        let usual = mapped.map_or(HOST_NAME, |it| &it.name);
        let place = mapped.map_or(dialler.name.span, |it| it.span);
        let host = self.host.get_or_insert_with(|| Spanned::new(usual.to_owned(), place)).clone();
        match self.project.resolve_host(from, &host.value) {
            HostAnswer::Mapped(entry) if entry.address == "host-gateway" => {
                let says = format!("`{}` is the gateway of the host", host.value);
                self.pass(Stage::Name, says, vec![at(entry.span, "it is mapped here")]);
            }
            HostAnswer::UnmappedGateway => self.unmapped(from, &host.value),
            HostAnswer::Own | HostAnswer::Unspecified => {
                let says = format!("`{}` is the container of `{name}` itself", host.value);
                self.stop(Stage::Name, says, vec![at(host.span, "the name")]);
                self.fix = Some(dialler.gateway_advice());
            }
            _ => {
                let says = format!("whether `{}` is the host is not known", host.value);
                self.unknown(Stage::Name, says, vec![at(host.span, "the name")]);
            }
        }
    }

    /// The step from the networks of a container to a port of the host, which is published or is one of the host
    /// itself.
    pub(super) fn out_to_host(&mut self, from: WorkloadId, is_published: bool) {
        let Some(evidence) = self.all_internal(self.project.interfaces_owner(from)) else { return };
        let name = self.name(from).to_owned();
        if is_published {
            let says =
                format!("`{name}` is on internal networks alone, from which no published port is reached");
            self.stop(Stage::Network, says, evidence);
            self.fix = Some(format!("put `{name}` on a network that is not internal as well"));
        } else {
            // Engine 28 gives it a route to its gateway, and older ones do not.
            let says = "whether an internal network leads to the host itself depends on the engine";
            self.unknown(Stage::Network, says, evidence);
        }
    }

    /// The name of the host that only Docker Desktop knows.
    pub(super) fn unmapped(&mut self, from: WorkloadId, host: &str) {
        let dialler = self.project.workload(from);
        let says = format!("Docker Engine on Linux does not resolve `{host}` (Docker Desktop does)");
        let mapper = dialler.host_mapper();
        let place = vec![at(dialler.name.span, format!("it has no {mapper} for it"))];
        self.stop(Stage::Name, says, place);
        self.fix = Some(dialler.mapping_advice(host));
    }

    /// The steps behind a port of the host: the container that has it.
    fn at_host_port(&mut self, dialler: &Workload, scope: Scope) {
        let Some(port) = self.port else {
            return self.unknown(Stage::Port, "no port of the host is named", Vec::new());
        };
        let same_project = self.project.workloads.iter().filter(|it| it.kind == dialler.kind);
        let mut owners = same_project.filter_map(|it| Some((it, self.way_behind(it, port)?)));
        let (Some((peer, behind)), more) = (owners.next(), owners.next()) else {
            let says = format!("nothing of the project has port {port} of the host; something else may");
            return self.unknown(Stage::Port, says, Vec::new());
        };
        if more.is_some() {
            let says = format!("several containers want port {port} of the host");
            return self.unknown(Stage::Publish, says, Vec::new());
        }
        let name = &peer.name.value;
        let Some((inside, entry)) = behind else {
            let says = format!("`{name}` uses the network interfaces of the host");
            self.pass(Stage::Publish, says, shared_interfaces(peer).into_iter().collect());
            let side = if scope == Scope::Local { Side::Inside } else { Side::Outside };
            return self.at_port(peer.id, Some(port), side);
        };
        if !self.starts(peer.id) {
            return;
        }
        let place = vec![at(entry.span, format!("the {}", peer.publisher()))];
        if scope == Scope::Gateway && is_for_host_alone(entry) {
            let ip = entry.host_ip.as_deref().unwrap_or_default();
            let says =
                format!("port {port} is published on {ip} of the host alone, where no container comes");
            self.stop(Stage::Publish, says, place);
            self.fix = Some(format!(
                "dial `{}:{inside}`: containers need no published port",
                self.project.dns_name(peer.id)
            ));
            return;
        }
        self.pass(
            Stage::Publish,
            format!("port {port} of the host leads to port {inside} of `{name}`"),
            place,
        );
        self.at_port(peer.id, Some(inside), Side::Outside);
    }

    /// What stands behind a port of the host in `it`: the port in the container and the entry that publishes
    /// it, or nothing in between.
    fn way_behind<'w>(&self, it: &'w Workload, port: u16) -> Option<Option<(u16, &'w PublishedPort)>> {
        if matches!(self.project.interfaces_of(it.id), Interfaces::Host) {
            let listens =
                it.listeners.known.iter().any(|it| it.port == Some(port) && it.protocol == self.protocol);
            return listens.then_some(None);
        }
        let entries = it.published.iter().filter(|it| it.protocol == self.protocol);
        let behind = entries.filter_map(|it| Some((it.container_port_behind(port)?, it))).next();
        behind.filter(|_| self.all_internal(self.project.interfaces_owner(it.id)).is_none()).map(Some)
    }

    /// Out of the container `from`, to other machines.
    pub(super) fn out_of(&mut self, from: WorkloadId, to: Endpoint) {
        if !self.starts(from) {
            return;
        }
        let dialler = self.project.workload(from);
        let name = dialler.name.value.clone();
        match dialler.kind {
            WorkloadKind::Image => return self.not_run(dialler),
            WorkloadKind::Pod(_) => return self.out_of_pod(from, to),
            WorkloadKind::Service(_) | WorkloadKind::Run(_) => {}
        }
        if let Namespace::None(span) = dialler.namespace {
            return self.no_interfaces(dialler, span);
        }
        match self.project.interfaces_of(from) {
            Interfaces::Host => {
                let says = format!("`{name}` uses the network interfaces of the host");
                self.pass(Stage::Network, says, shared_interfaces(dialler).into_iter().collect());
            }
            Interfaces::Unknown => {
                let says = format!("whose network interfaces `{name}` has is not known");
                self.unknown(Stage::Network, says, shared_interfaces(dialler).into_iter().collect());
            }
            Interfaces::Of(owner) => self.way_out(owner, &name),
        }
    }

    fn way_out(&mut self, owner: WorkloadId, name: &str) {
        if let Some(evidence) = self.all_internal(owner) {
            let says = format!("`{name}` is on internal networks alone, from which no way leads out");
            self.stop(Stage::Network, says, evidence);
            self.fix = Some(format!("put `{name}` on a network that is not internal as well"));
            return;
        }
        let owner = self.project.workload(owner);
        let evidence = self.project.network_evidence(owner);
        let is_open = |external: bool, internal: bool| !external && !internal;
        let mut networks = owner.networks.iter().map(|it| self.project.network(it.network));
        if owner.networks.is_empty() || networks.any(|it| is_open(it.external, it.internal)) {
            self.pass(Stage::Network, "a network that is not internal leads out", evidence);
        } else {
            let says = "whether a network that is made elsewhere leads out is not known";
            self.unknown(Stage::Network, says, evidence);
        }
    }

    /// The networks of a workload when it has some and each is known to be internal, where they are joined.
    fn all_internal(&self, owner: WorkloadId) -> Option<Vec<Spanned<String>>> {
        let owner = self.project.workload(owner);
        let all = self.project.is_internal_alone(owner);
        let declared = owner.networks.iter().filter_map(|it| self.project.network(it.network).span);
        let declared = declared.map(|it| at(it, "this network is internal"));
        all.then(|| self.project.network_evidence(owner).into_iter().chain(declared).collect())
    }

    /// `network_mode: none`.
    pub(super) fn no_interfaces(&mut self, workload: &Workload, span: Span) {
        let says = format!("`{}` has no network interface but its own loopback", workload.name.value);
        self.stop(Stage::Network, says, vec![at(span, "it is cut off here")]);
        self.fix = Some(format!("put `{}` on a network", workload.name.value));
    }

    /// An image that nothing of the project runs.
    pub(super) fn not_run(&mut self, workload: &Workload) {
        let says = format!("nothing in the project runs the image of {}", workload.name.value);
        self.unknown(Stage::Start, says, vec![at(workload.name.span, "the image")]);
    }
}

/// How a port may be published that no entry names.
enum Hidden {
    /// By the flag that publishes every exposed port, and where it is exposed.
    Exposed(Span, Span),
    /// Nobody knows.
    Unknown(Span),
}

/// Whether only processes of the host itself come to a published port.
fn is_for_host_alone(entry: &PublishedPort) -> bool {
    entry.host_ip.as_deref().is_some_and(|it| Reach::of(it) == Reach::Loopback)
}
