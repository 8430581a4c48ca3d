//! Who can reach whom: names, shared networks, open ports.
//!
//! Docker's rules as seen on a real engine: services of one Compose project resolve each other by
//! service name, container_name, hostname and alias on the networks they share, and by nothing
//! else; containers that share a network namespace share localhost.

use super::neighbours::{self, Neighbours};
use super::{
    ExtraHost, Listener, Namespace, Network, NetworkId, PipelinePart, Project, ServiceId, Workload,
    WorkloadId, WorkloadKind,
};
use crate::net::{PortRange, Protocol, Reach, is_ip_address};
use crate::source::{Confidence, Span};

/// What a host name means to one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HostAnswer<'a> {
    /// The workload's own network namespace (`localhost`, `127.0.0.1`).
    Own,
    /// Every interface, which as a destination is the workload itself (`0.0.0.0`, `[::]`).
    Unspecified,
    /// Workloads with that name on a network that both are on; the dialler itself may be one. Of a cluster, the
    /// pods whose addresses the name stands for.
    Workloads(Vec<WorkloadId>),
    /// Services of a cluster, which lead some of their own ports to pods; several when several manifests may
    /// define the one that is meant.
    Services(Vec<ServiceId>),
    /// Workloads have that name, but none on a network of the dialler.
    Unshared(Vec<WorkloadId>),
    /// `host.docker.internal` without an `extra_hosts` entry.
    UnmappedGateway,
    /// An `extra_hosts` entry.
    Mapped(&'a ExtraHost),
    /// An address, or a name with a dot: the project does not decide what it means.
    External,
    /// A name without a dot that nothing in the project has.
    NoSuchName,
    /// It cannot be told, and why.
    Unknown(&'static str),
}

/// Whether something listens on a port.
#[derive(Clone, Copy, Debug)]
pub enum Served<'a> {
    /// This listener of this workload (itself, or one that shares its network namespace).
    Yes(&'a Workload, &'a Listener),
    /// Every listener is known and none has the port.
    No,
    /// Not every listener is known.
    Unknown,
}

impl Project {
    /// Whether `workload` is on networks that lead nowhere outside of themselves alone: Docker opens no port
    /// of the host for it (<https://docs.docker.com/reference/compose-file/networks/#internal>).
    #[must_use]
    pub fn is_internal_alone(&self, workload: &Workload) -> bool {
        // Swarm publishes by a network of its own: <https://docs.docker.com/engine/swarm/ingress/>.
        let is_of_swarm = |it: &Network| it.driver.as_ref().is_some_and(|it| it.value == "overlay");
        let is_internal = |network| {
            let network = self.network(network);
            network.internal && !is_of_swarm(network)
        };
        !workload.networks.is_empty() && workload.networks.iter().all(|it| is_internal(it.network))
    }

    /// What `host` means inside `from`.
    #[must_use]
    pub fn resolve_host(&self, from: WorkloadId, host: &str) -> HostAnswer<'_> {
        let workload = self.workload(from);
        let name = host.trim_end_matches('.').to_ascii_lowercase();
        // Before the meaning that the name has by itself: /etc/hosts can move even `localhost`.
        // It is a file of the container whose interfaces are used.
        let owner = self.workload(self.interfaces_owner(from));
        let mut entries = workload.extra_hosts.iter().chain(&owner.extra_hosts);
        if let Some(entry) = entries.find(|it| it.name.eq_ignore_ascii_case(&name)) {
            return HostAnswer::Mapped(entry);
        }
        match Reach::of(host) {
            Reach::Loopback => return HostAnswer::Own,
            Reach::Wildcard => return HostAnswer::Unspecified,
            Reach::Named => {}
        }
        if is_ip_address(host) {
            return HostAnswer::External;
        }
        if let WorkloadKind::Pod(_) = workload.kind {
            return self.resolve_in_cluster(from, &name);
        }
        let Some(composition) = workload.kind.composition() else {
            // Nobody knows on which networks an image will be run.
            return if is_host_gateway(&name) {
                HostAnswer::UnmappedGateway
            } else {
                HostAnswer::Unknown("nothing in the project runs this image")
            };
        };
        let interfaces = match self.interfaces_of(from) {
            Interfaces::Of(owner) => owner,
            // The resolver of the machine knows no container.
            Interfaces::Host if self.misses_services(workload, &name) => return HostAnswer::NoSuchName,
            Interfaces::Host => return HostAnswer::Unknown("it uses the host's network"),
            Interfaces::Unknown => return HostAnswer::Unknown("its network mode is not known"),
        };
        if let Some(them) = self.linked(interfaces, composition, &name) {
            return HostAnswer::Workloads(them);
        }
        let bearers: Vec<_> = self.bearers_of(composition, &name).collect();
        if bearers.is_empty() {
            return self.answer_without_bearer(from, &name);
        }
        let reachable: Vec<_> = bearers
            .iter()
            .copied()
            .filter(|it| self.shares_network_by_name(interfaces, *it, &name))
            .collect();
        if !reachable.is_empty() {
            HostAnswer::Workloads(reachable)
        } else if self.composition(composition).incomplete.is_some() {
            HostAnswer::Unknown(match workload.kind {
                WorkloadKind::Run(_) => "the file shows several ways to start containers",
                _ => "the Compose project is not known in full",
            })
        } else if self.may_share_unseen_network(interfaces, &bearers) {
            HostAnswer::Unknown("both join networks whose members are not all known")
        } else {
            HostAnswer::Unshared(bearers)
        }
    }

    /// Whether `id` is on Docker's default bridge, where no container has a name:
    /// <https://docs.docker.com/engine/network/drivers/bridge/>. `false` as well when that is not certain.
    #[must_use]
    pub fn is_on_default_bridge(&self, id: WorkloadId) -> bool {
        let owner = self.workload(self.interfaces_owner(id));
        owner.kind.composition().is_some()
            && owner.namespace == Namespace::Own
            && owner.networks.is_empty()
            && owner.incomplete.is_none()
    }

    /// The workloads that share `id`'s network interfaces, `id` first.
    #[must_use]
    pub fn namespace_members(&self, id: WorkloadId) -> Vec<WorkloadId> {
        let Interfaces::Of(owner) = self.interfaces_of(id) else { return vec![id] };
        let others = self.neighbours().members(owner).iter().copied().filter(|it| *it != id);
        std::iter::once(id).chain(others).collect()
    }

    /// Whether something in `id`'s network namespace listens on `port`, on whatever address.
    #[must_use]
    pub fn serves(&self, id: WorkloadId, port: u16, protocol: Protocol) -> Served<'_> {
        self.serves_within(id, PortRange::single(port), protocol)
    }

    /// Whether something in `id`'s network namespace listens on a port of `ports`.
    #[must_use]
    pub fn serves_within(&self, id: WorkloadId, ports: PortRange, protocol: Protocol) -> Served<'_> {
        let members = self.namespace_members(id);
        for member in &members {
            let workload = self.workload(*member);
            let within = |it: &&Listener| it.port.is_some_and(|port| ports.contains(port));
            let listener = workload.listeners.known.iter().filter(within).find(|it| it.protocol == protocol);
            if let Some(listener) = listener {
                return Served::Yes(workload, listener);
            }
        }
        // What somebody may switch on, its port may be kept for.
        let may_serve = |(port, at): &(Option<u16>, Protocol)| {
            *at == protocol && port.is_none_or(|port| ports.contains(port))
        };
        let is_known = |member: &WorkloadId| {
            let listeners = &self.workload(*member).listeners;
            let may_be_handed_on = listeners.handed_on.iter().any(|it| ports.contains(*it));
            listeners.is_complete() && !listeners.left_out.iter().any(may_serve) && !may_be_handed_on
        };
        let all_known = members.iter().all(is_known);
        if all_known && self.has_container_interfaces(id) { Served::No } else { Served::Unknown }
    }

    /// Whether `id` has the network interfaces of a container, its own or another's, as opposed to
    /// the host's.
    #[must_use]
    pub fn has_container_interfaces(&self, id: WorkloadId) -> bool {
        matches!(self.interfaces_of(id), Interfaces::Of(_))
    }

    /// Other workloads of `from`'s Compose project that serve `port`, outside its own network
    /// namespace: who was probably meant by a wrong host. Pods are found by their Services instead.
    pub fn servers_elsewhere(
        &self,
        from: WorkloadId,
        port: u16,
        protocol: Protocol,
    ) -> impl Iterator<Item = (&Workload, &Listener)> {
        let members = self.namespace_members(from);
        let kind = self.workload(from).kind;
        self.workloads
            .iter()
            .filter(move |it| kind.composition().is_some() && it.kind == kind && !members.contains(&it.id))
            .filter_map(move |it| {
                let listener =
                    it.listeners.known.iter().find(|at| at.port == Some(port) && at.protocol == protocol)?;
                Some((it, listener))
            })
    }

    /// The dials of other network namespaces that arrive at `to` on `port`.
    pub fn dials_to(&self, to: WorkloadId, port: u16) -> impl Iterator<Item = (&Workload, &super::Dial)> {
        let members = self.namespace_members(to);
        let arrivals = self.arrivals.get_or_init(|| neighbours::arrivals(self));
        let mut dials: Vec<(WorkloadId, usize, Option<u16>)> =
            members.iter().filter_map(|it| arrivals.get(it)).flatten().copied().collect();
        dials.retain(|(from, ..)| !members.contains(from));
        dials.sort_unstable();
        dials.dedup();
        dials
            .into_iter()
            .filter(move |(_, _, inside)| *inside == Some(port))
            .map(|(from, at, _)| (self.workload(from), &self.workload(from).dials[at]))
    }

    pub(super) fn interfaces_of(&self, id: WorkloadId) -> Interfaces {
        self.neighbours().interfaces(id)
    }

    fn neighbours(&self) -> &Neighbours {
        self.neighbours.get_or_init(|| Neighbours::of(self))
    }

    /// Follows a chain of `network_mode: service:x` to its end.
    pub(super) fn follow_interfaces(&self, id: WorkloadId) -> Interfaces {
        let mut at = id;
        // A chain of `network_mode: service:x` is no longer than the number of workloads; a cycle
        // (which Compose refuses) ends as unknown.
        for _ in 0..=self.workloads.len() {
            match &self.workload(at).namespace {
                Namespace::Own | Namespace::None(_) => return Interfaces::Of(at),
                Namespace::Host(_) => return Interfaces::Host,
                Namespace::Of(other, _) => at = *other,
                Namespace::Unknown(_) => return Interfaces::Unknown,
            }
        }
        Interfaces::Unknown
    }

    /// The workload whose network interfaces `id` has; itself when they are the host's or not known.
    pub(super) fn interfaces_owner(&self, id: WorkloadId) -> WorkloadId {
        match self.interfaces_of(id) {
            Interfaces::Of(owner) => owner,
            Interfaces::Host | Interfaces::Unknown => id,
        }
    }

    fn bearers_of<'a>(
        &'a self,
        composition: super::CompositionId,
        name: &'a str,
    ) -> impl Iterator<Item = WorkloadId> + 'a {
        self.neighbours().bearers(composition, name).iter().copied()
    }

    /// The containers to which a link gives the name, where they can be reached:
    /// <https://docs.docker.com/engine/network/links/>.
    fn linked(
        &self,
        dialler: WorkloadId,
        composition: super::CompositionId,
        name: &str,
    ) -> Option<Vec<WorkloadId>> {
        let from = self.workload(dialler);
        let is_named = |it: &&super::Link| {
            it.alias.value.eq_ignore_ascii_case(name) || it.target.eq_ignore_ascii_case(name)
        };
        let link = from.links.iter().find(is_named)?;
        let is_reached = |id: &WorkloadId| {
            let both_on_bridge = self.is_on_default_bridge(dialler) && self.is_on_default_bridge(*id);
            both_on_bridge || self.shares_network_by_name(dialler, *id, &link.target)
        };
        let them: Vec<_> = self.bearers_of(composition, &link.target).filter(is_reached).collect();
        (!them.is_empty()).then_some(them)
    }

    /// Whether `workload` is a job of a pipeline that runs on the machine of the runner and dials a service by
    /// its name.
    fn misses_services(&self, workload: &Workload, name: &str) -> bool {
        workload.pipeline == Some(PipelinePart::Job)
            && workload.kind.composition().is_some_and(|it| {
                let mut services = self.bearers_of(it, name).filter(|it| *it != workload.id);
                services.next().is_some() && self.composition(it).incomplete.is_none()
            })
    }

    fn shares_network_by_name(&self, dialler: WorkloadId, bearer: WorkloadId, name: &str) -> bool {
        if dialler == bearer {
            return true;
        }
        let (from, to) = (self.workload(dialler), self.workload(bearer));
        let everywhere = to.names.iter().any(|it| it.value.eq_ignore_ascii_case(name));
        to.networks.iter().any(|there| {
            let known_here = everywhere || there.aliases.iter().any(|it| it.value.eq_ignore_ascii_case(name));
            known_here && from.networks.iter().any(|here| self.are_one(here.network, there.network))
        })
    }

    /// Whether two networks of Compose files are one on the host, where the name is what tells them apart.
    fn are_one(&self, one: NetworkId, other: NetworkId) -> bool {
        let name = |it: NetworkId| self.network(it).real_name.as_ref();
        one == other || name(one).is_some() && name(one) == name(other)
    }

    /// Two external networks of different names in the file may be one on the host.
    fn may_share_unseen_network(&self, dialler: WorkloadId, bearers: &[WorkloadId]) -> bool {
        let on_external =
            |id: WorkloadId| self.workload(id).networks.iter().any(|it| self.network(it.network).external);
        let vague = |id: WorkloadId| {
            let it = self.workload(id);
            let is_certain = matches!(it.namespace, Namespace::Own | Namespace::None(_) | Namespace::Host(_));
            it.incomplete.is_some() || !is_certain
        };
        vague(dialler)
            || bearers.iter().any(|it| vague(*it))
            || (on_external(dialler) && bearers.iter().any(|it| on_external(*it)))
    }

    fn answer_without_bearer(&self, from: WorkloadId, name: &str) -> HostAnswer<'_> {
        let workload = self.workload(from);
        if workload.incomplete.is_some() && matches!(workload.kind, WorkloadKind::Run(_)) {
            return HostAnswer::Unknown("not all of its flags are known");
        }
        if is_host_gateway(name) {
            return HostAnswer::UnmappedGateway;
        }
        if name.contains('.') {
            return HostAnswer::External;
        }
        if workload.has_resolver || self.workload(self.interfaces_owner(from)).has_resolver {
            return HostAnswer::Unknown("it asks a DNS server that may know the name");
        }
        if workload.links.iter().any(|it| it.alias.value.eq_ignore_ascii_case(name)) {
            return HostAnswer::Unknown("a link to a container outside the project has that name");
        }
        if workload.networks.iter().any(|it| self.network(it.network).external) {
            return HostAnswer::Unknown("it joins an external network");
        }
        let is_visitor = |network: &Network| match &network.visitors {
            Some(names) => names.iter().any(|it| it.eq_ignore_ascii_case(name)),
            None => true,
        };
        if workload.networks.iter().any(|it| is_visitor(self.network(it.network))) {
            return HostAnswer::Unknown(
                "a container of others may be on one of its networks under that name",
            );
        }
        if let WorkloadKind::Run(composition) = workload.kind {
            let is_job = workload.pipeline == Some(PipelinePart::Job);
            if is_job && self.composition(composition).incomplete.is_none() {
                return HostAnswer::NoSuchName;
            }
            return HostAnswer::Unknown("a container that nobody wrote down may have that name");
        }
        let WorkloadKind::Service(composition) = workload.kind else { return HostAnswer::External };
        if self.composition(composition).incomplete.is_some() || workload.incomplete.is_some() {
            return HostAnswer::Unknown("the Compose project is not known in full");
        }
        let mut ends = name.match_indices('_').map(|(at, _)| &name[at + 1..]);
        if self.composition(composition).is_stack_of_unknown_name
            && ends.any(|it| self.bearers_of(composition, it).next().is_some())
        {
            return HostAnswer::Unknown("it may be a service with the name of the stack before it");
        }
        // `docker compose up --scale app=3` starts `shop-app-1` to `shop-app-3`.
        let stem = name.trim_end_matches(|it: char| it.is_ascii_digit());
        let first = format!("{stem}1");
        if stem.ends_with(['-', '_']) && self.bearers_of(composition, &first).next().is_some() {
            return HostAnswer::Unknown("a service may be scaled when it is started");
        }
        // `-f a.yaml -f b.yaml` merges them, and files of one folder share a default network.
        if self.neighbours().is_borne_elsewhere(workload.kind, name) {
            return HostAnswer::Unknown("another Compose file has a service of that name");
        }
        HostAnswer::NoSuchName
    }
}

impl Workload {
    /// Whether Docker's DNS gives the workload this name on some network.
    #[must_use]
    pub fn answers_to(&self, name: &str) -> bool {
        let aliases = self.networks.iter().flat_map(|it| &it.aliases);
        self.names.iter().chain(aliases).any(|it| it.value.eq_ignore_ascii_case(name))
    }
}

impl super::Listeners {
    /// Whether every socket of the workload is in `known`, and no setting outside of the project is
    /// left that may move one.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.incomplete.is_none() && self.known.iter().all(|it| it.confidence > Confidence::Possible)
    }
}

/// Whose network interfaces a workload has, chains of `service:x` followed to their end.
#[derive(Clone, Copy, Debug)]
pub(super) enum Interfaces {
    Of(WorkloadId),
    Host,
    Unknown,
}

/// Names that Docker Desktop resolves to the host by itself:
/// <https://docs.docker.com/desktop/features/networking/#i-want-to-connect-from-a-container-to-a-service-on-the-host>.
fn is_host_gateway(name: &str) -> bool {
    matches!(name, "host.docker.internal" | "gateway.docker.internal")
}

/// A way by which others are meant to come to a port of a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrance {
    /// Where it is written.
    pub span: Span,
    /// What it says, one clause: "port 8080 is published here".
    pub clause: String,
    /// Whether it leads there by itself, as opposed to a declaration that opens nothing.
    pub is_used: bool,
}

impl Project {
    /// How others are meant to reach `listener` of `id`: published, dialled by another container, asked by
    /// whoever comes to its pod, or exposed, in this order. `None` when nothing says that anybody
    /// should, when only containers of the same network namespace do, or when it has the host's
    /// interfaces.
    #[must_use]
    pub fn entrance_to(&self, id: WorkloadId, listener: &Listener) -> Option<Entrance> {
        let (Some(port), protocol) = (listener.port, listener.protocol) else { return None };
        if !self.has_container_interfaces(id) {
            return None;
        }
        let members = self.namespace_members(id);
        let published = members.iter().flat_map(|it| &self.workload(*it).published);
        let published = published.filter(|it| it.protocol == protocol && it.container.contains(port));
        let published = published.map(|it| Entrance {
            span: it.container_span,
            clause: format!("port {port} is published here"),
            is_used: true,
        });
        let dialled = self.dials_to(id, port).map(|(from, dial)| Entrance {
            span: dial.port_span.unwrap_or(dial.host_span),
            clause: format!("`{}` dials it here", from.name.value),
            is_used: true,
        });
        // What a sidecar of the same namespace takes over may be exposed for the sidecar alone.
        let alone = members.len() == 1;
        let workload = self.workload(id);
        let to_pod = self.pod_of(workload).into_iter().flat_map(|it| &it.entrances);
        let to_pod = to_pod.filter(|it| it.port == port && it.protocol == protocol);
        let to_pod = to_pod.map(|it| Entrance { span: it.span, clause: it.clause(), is_used: true });
        let exposed = workload.image.map(|it| self.image(it)).into_iter().flat_map(|it| &it.exposed);
        let exposed = exposed.filter(|it| it.value == (port, protocol)).map(|it| it.span);
        let in_compose = workload.exposed.iter().filter(|it| it.value.contains(port)).map(|it| it.span);
        let documented = alone && !self.is_opened_on_demand(workload, listener);
        let exposed = exposed.chain(in_compose).filter(|_| documented).map(|span| Entrance {
            span,
            clause: format!("port {port} is exposed here"),
            is_used: false,
        });
        published.chain(dialled).chain(to_pod).chain(exposed).next()
    }

    /// Whether a listener is a side door that only whoever runs the container opens (`--metrics-host=0.0.0.0`),
    /// beside an exposed port that is open: what exposes both names a choice.
    fn is_opened_on_demand(&self, workload: &Workload, listener: &Listener) -> bool {
        let (Some(program), Some(image)) = (workload.program, workload.image) else { return false };
        let is_fixed = self.program(program).fixed_ports.iter().any(|it| it.call == listener.call);
        let exposed = &self.image(image).exposed;
        let is_exposed = |it: &Listener| exposed.iter().any(|port| Some(port.value.0) == it.port);
        !is_fixed && workload.listeners.outward().any(|it| it.call != listener.call && is_exposed(it))
    }
}
