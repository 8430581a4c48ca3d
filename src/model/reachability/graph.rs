//! What of one stack is drawn: who runs in it, and each connection that somebody makes or is meant to make.

use super::{
    Address, DialledWay, Endpoint, Outcome, Reachability, Stack, Stage, Step, Trace, Verdict, at, verdict_of,
};
use crate::facts::kubernetes::ServiceKind;
use crate::model::reach::Interfaces;
use crate::model::{Dial, HostAnswer, NetworkId, Project, Workload, WorkloadId};
use crate::net::{Protocol, is_never_a_container};
use crate::source::{Confidence, Span, Spanned};

/// One stack as a picture.
#[derive(Clone, Debug)]
pub struct Graph {
    /// What is started together; `None` for the images that nothing in the project runs.
    pub stack: Option<Stack>,
    /// What runs.
    pub workloads: Vec<WorkloadId>,
    /// The networks that one of them joins.
    pub networks: Vec<NetworkId>,
    /// The connections.
    pub connections: Vec<Connection>,
}

/// Somebody connects to somebody, or is meant to.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Who connects.
    pub from: Endpoint,
    /// Whom it wants.
    pub to: Target,
    /// Why it is drawn.
    pub kind: ConnectionKind,
    /// The host as it is dialled; `None` where a name plays no part.
    pub host: Option<String>,
    /// The port of the destination as it is dialled, or as it is in the container when it is published.
    pub port: Option<u16>,
    /// The transport.
    pub protocol: Protocol,
    /// Where it is written that they connect.
    pub origins: Vec<Spanned<String>>,
    /// The way, as [`Trace::steps`].
    pub steps: Vec<Step>,
    /// What mends it; `None` where nothing is to be mended or nobody can tell.
    pub fix: Option<String>,
}

/// Whom a connection wants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One that is there.
    Endpoint(Endpoint),
    /// A name that nothing in the project has.
    Name(String),
}

/// Why a connection is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionKind {
    /// A workload dials.
    Dial,
    /// A `ports` entry leads from the host into the container: the ports on the host as they are written, with
    /// their address; `None` when Docker chooses the port.
    Published(Option<String>),
    /// The container has the interfaces of the host, so that its ports are the host's.
    HostInterfaces,
    /// Into a cluster, through a Service or a route to it: `LoadBalancer web`, `Ingress shop`.
    Entrance(String),
}

impl Connection {
    /// Whether the destination is reached.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        verdict_of(&self.steps)
    }

    fn of(trace: Trace, kind: ConnectionKind, origins: Vec<Spanned<String>>) -> Self {
        Self {
            from: trace.from,
            to: Target::Endpoint(trace.to),
            kind,
            host: trace.host,
            port: trace.port,
            protocol: trace.protocol,
            origins,
            steps: trace.steps,
            fix: trace.fix,
        }
    }

    fn is_the_same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && (self.from, &self.to) == (other.from, &other.to)
            && (&self.host, self.port, self.protocol) == (&other.host, other.port, other.protocol)
    }
}

impl Project {
    /// The pictures of the project: one of each stack, and one of the images that nothing runs.
    #[must_use]
    pub fn graphs(&self) -> Vec<Graph> {
        let reachability = self.reachability();
        let stacks = self.stacks().into_iter().map(Some);
        let alone = self.workloads.iter().any(|it| Stack::of(it).is_none());
        stacks.chain(alone.then_some(None)).map(|it| self.graph(it, &reachability)).collect()
    }

    fn graph(&self, stack: Option<Stack>, reachability: &Reachability<'_>) -> Graph {
        let members: Vec<&Workload> = self.workloads.iter().filter(|it| Stack::of(it) == stack).collect();
        let mut networks: Vec<NetworkId> = Vec::new();
        for membership in members.iter().flat_map(|it| &it.networks) {
            if !networks.contains(&membership.network) {
                networks.push(membership.network);
            }
        }
        let mut graph = Graph {
            stack,
            workloads: members.iter().map(|it| it.id).collect(),
            networks,
            connections: Vec::new(),
        };
        if let Some(Stack::Composition(_)) = stack {
            for workload in &members {
                self.add_ports_on_host(workload, reachability, &mut graph);
            }
        }
        if let Some(Stack::Cluster) = stack {
            self.add_entrances(reachability, &mut graph);
        }
        if let Some(stack) = stack {
            for way in self.ways_dialled(stack) {
                let DialledWay { from, to, address, site } = way;
                let trace = reachability.trace(Endpoint::Workload(from), to, &address);
                let place = address.host.as_ref().map_or(site, |it| it.span);
                graph.add(Connection::of(trace, ConnectionKind::Dial, self.dialled_at(from, site, place)));
            }
        }
        for workload in &members {
            self.add_dials_outward(workload, reachability, &mut graph);
        }
        graph
    }

    /// The ways from the host by `ports` entries, or by interfaces that are the host's.
    fn add_ports_on_host(&self, workload: &Workload, reachability: &Reachability<'_>, graph: &mut Graph) {
        let name = &workload.name.value;
        let (host, to) = (Endpoint::Host, Endpoint::Workload(workload.id));
        let mut add = |port: Option<u16>, protocol, kind, origin| {
            let trace = reachability.trace(host, to, &Address { host: None, port, protocol });
            graph.add(Connection::of(trace, kind, vec![origin]));
        };
        if matches!(self.interfaces_of(workload.id), Interfaces::Host) {
            for it in workload.listeners.known.iter().filter(|it| it.port.is_some()) {
                let origin =
                    at(it.port_span, format!("`{name}` listens here, on the interfaces of the host"));
                add(it.port, it.protocol, ConnectionKind::HostInterfaces, origin);
            }
            return;
        }
        for it in &workload.published {
            let port = it.host.map(|ports| match &it.host_ip {
                Some(address) => format!("{address}:{ports}"),
                None => ports.to_string(),
            });
            let origin = at(it.span, format!("`{name}` publishes it here"));
            add(Some(it.container.first), it.protocol, ConnectionKind::Published(port), origin);
        }
    }

    /// The ways from outside into a cluster.
    fn add_entrances(&self, reachability: &Reachability<'_>, graph: &mut Graph) {
        for service in &self.manifests.services {
            let name = &service.place.name.value;
            let opened = match &service.kind {
                ServiceKind::External(kind) => Some((format!("{} {name}", kind.value), kind.span)),
                _ => None,
            };
            let routed = self.routes_to(service).map(|(route, destination)| {
                (format!("{} {}", route.kind, route.place.name.value), destination.host.span)
            });
            let entrances: Vec<(String, Span)> = opened.into_iter().chain(routed).collect();
            let pods = self.pods_behind(service).into_iter().map(|it| &self.pods[it.0 as usize]);
            for (pod, entry) in pods.flat_map(|pod| service.ports.iter().map(move |it| (pod, it))) {
                let address = Address {
                    host: None,
                    port: pod.number_of(&entry.target.value, entry.protocol),
                    protocol: entry.protocol,
                };
                for (by, span) in &entrances {
                    let trace =
                        reachability.trace(Endpoint::Internet, Endpoint::Workload(pod.owner), &address);
                    let origin = at(*span, format!("`{name}` is reached by it"));
                    graph.add(Connection::of(trace, ConnectionKind::Entrance(by.clone()), vec![origin]));
                }
            }
        }
    }

    /// The ways out of the stack, and those to names that nothing has.
    fn add_dials_outward(&self, workload: &Workload, reachability: &Reachability<'_>, graph: &mut Graph) {
        let from = Endpoint::Workload(workload.id);
        for dial in &workload.dials {
            let origins = self.dialled_at(workload.id, dial.site, dial.host_span);
            let host = Spanned::new(dial.host.clone(), dial.host_span);
            match self.resolve_host(workload.id, &dial.host) {
                HostAnswer::External => {
                    let address = Address { host: Some(host), port: dial.port, protocol: dial.protocol };
                    let trace = reachability.trace(from, Endpoint::Internet, &address);
                    graph.add(Connection::of(trace, ConnectionKind::Dial, origins));
                }
                HostAnswer::NoSuchName => graph.add(self.to_no_name(workload, dial, origins)),
                _ => {}
            }
        }
    }

    fn to_no_name(&self, workload: &Workload, dial: &Dial, origins: Vec<Spanned<String>>) -> Connection {
        let host = &dial.host;
        let is_certain = dial.confidence > Confidence::Possible && !is_never_a_container(host);
        let step = Step {
            stage: Stage::Name,
            outcome: if is_certain { Outcome::Stops } else { Outcome::Unknown },
            says: format!("`{host}` is the name of no service, alias or container"),
            evidence: vec![at(dial.host_span, "no container has this name")],
        };
        let meant = self.nearest_peer(workload.id, dial);
        Connection {
            from: Endpoint::Workload(workload.id),
            to: Target::Name(host.clone()),
            kind: ConnectionKind::Dial,
            host: Some(host.clone()),
            port: dial.port,
            protocol: dial.protocol,
            origins,
            steps: vec![step],
            fix: meant.map(|it| format!("dial `{}`", it.value)),
        }
    }

    fn dialled_at(&self, from: WorkloadId, site: Span, address: Span) -> Vec<Spanned<String>> {
        let name = &self.workload(from).name.value;
        let call = at(site, format!("`{name}` dials here"));
        if site.contains(address) || address.contains(site) {
            return vec![call];
        }
        vec![call, at(address, "the address is written here")]
    }
}

impl Graph {
    /// Adds a connection; of two that are the same one is drawn, with the places of both.
    fn add(&mut self, connection: Connection) {
        let Some(same) = self.connections.iter_mut().find(|it| it.is_the_same(&connection)) else {
            self.connections.push(connection);
            return;
        };
        for origin in connection.origins {
            if !same.origins.contains(&origin) {
                same.origins.push(origin);
            }
        }
    }
}
