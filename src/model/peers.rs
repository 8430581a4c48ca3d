//! Who is dialled, and who was meant.

use std::borrow::Cow;

use super::proxied::is_proxied;
use super::reach::Interfaces;
use super::{
    Application, Dial, DialLogin, DialSource, Environment, HealthRequest, HostAnswer, Listener, Origin,
    Program, Project, PublishedPort, Served, Variable, Workload, WorkloadId, WorkloadKind,
};
use crate::facts::catalogue::{self, is_library_variable};
use crate::net::{Protocol, Reach, default_port, is_ip_address, parse_port, parse_target};
use crate::source::{Confidence, Span, Spanned, nearest};

/// A port of a workload, by the name and number under which other containers reach it.
#[derive(Clone, Debug)]
pub struct PeerPort<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// The name that Docker's DNS gives it, or that of the Service which leads to it.
    pub name: String,
    /// The port inside the container, or that of the Service.
    pub port: u16,
    /// What shows it: the listener, or the published port.
    pub span: Span,
    /// What that place says, one clause.
    pub clause: String,
    /// Proven when the workload was seen to serve it, and not only to publish it on the host.
    pub confidence: Confidence,
}

/// A host port that was dialled inside the network.
#[derive(Clone, Copy, Debug)]
pub struct HostPortMistake<'a> {
    /// Who was dialled.
    pub peer: &'a Workload,
    /// The port inside the container.
    pub container_port: u16,
    /// The entry that publishes it.
    pub published: &'a PublishedPort,
    /// Proven when the peer was seen to serve it.
    pub confidence: Confidence,
}

impl Project {
    /// What `id` connects to: its dials, and the addresses in its `environment:` that name a
    /// service of its project or the host machine, whether or not a dial of the program was seen to use
    /// them. Somebody wrote them to be dialled; by a Go program that does not read them that is possible at most.
    #[must_use]
    pub fn destinations(&self, id: WorkloadId) -> Vec<Cow<'_, Dial>> {
        let workload = self.workload(id);
        let mut destinations: Vec<_> = workload.dials.iter().map(Cow::Borrowed).collect();
        let mut variables: Vec<_> = workload.environment.variables.iter().collect();
        variables.sort_by_key(|(_, it)| it.span);
        for (name, variable) in variables {
            let dialled = workload.dials.iter().any(|it| variable.span.contains(it.host_span));
            if variable.origin != Origin::Workload || dialled || is_told_to_others(name) {
                continue;
            }
            let is_read = self.is_read_or_foreign(workload, name);
            let most = if is_read { Confidence::Likely } else { Confidence::Possible };
            let addresses = addresses_in(name, variable).filter(|it| self.is_named_peer(id, &it.host));
            destinations.extend(addresses.map(|it| {
                // A proxy may be on other networks, and know other names.
                let asks_proxy = is_proxied(&it.scheme, &it.host, |it| workload.environment.get(it));
                let confidence = if asks_proxy { Confidence::Possible } else { most };
                Cow::Owned(Dial { confidence, ..it })
            }));
        }
        destinations
    }

    /// How sure it is that `from` dials this very port. A host that is not there is wrong for whoever reads the variable
    /// some day; but a program that was read and shows no dial may put another port behind it or dial nobody, an image
    /// that nobody knows may show it to people, and what may never be made asks nobody.
    #[must_use]
    pub fn port_confidence(&self, from: &Workload, dial: &Dial) -> Confidence {
        let reference = from.image_reference.as_ref();
        let is_known = || {
            from.image.is_none() && reference.is_some_and(|it| catalogue::image(it.text.as_str()).is_some())
        };
        match dial.source {
            _ if dial.is_optional => Confidence::Possible,
            DialSource::Variable if from.program.is_some() || !is_known() => Confidence::Possible,
            _ => dial.confidence,
        }
    }

    /// Whether the program of `workload` reads a variable by its name and does something with it, or is none that was
    /// read.
    fn is_read_or_foreign(&self, workload: &Workload, name: &str) -> bool {
        let program = workload.program.map(|it| self.program(it));
        let is_idle = workload.idle_variables.iter().any(|it| it == name);
        let reads = |it: &Program| it.reads.find(name).is_some() && !is_idle;
        program.is_none_or(|it| reads(it) || is_library_variable(name))
    }

    /// The dials of `localhost` that find nothing on their port, with workload and port. Of a port that the container
    /// itself is said to serve, the program means its own; that nothing listens there is a fault of another kind.
    pub fn lost_localhost_dials(&self) -> impl Iterator<Item = (&Workload, &Dial, u16)> {
        let dials = self.workloads.iter().flat_map(|from| from.dials.iter().map(move |dial| (from, dial)));
        dials.filter_map(|(from, dial)| {
            let own = self.resolve_host(from.id, &dial.host) == HostAnswer::Own;
            let port = dial.port.filter(|_| own)?;
            let is_own = || {
                let mut members = self.namespace_members(from.id).into_iter();
                members.any(|it| self.mentions_container_port(it, port, dial.protocol))
            };
            let is_lost = self.is_absent_on_localhost(from.id, dial);
            (is_lost && (is_database_or_broker(&dial.scheme) || !is_own())).then_some((from, dial, port))
        })
    }

    /// Whether `localhost` of `from` has nothing on the dialled port, for certain enough to say so.
    pub(super) fn is_absent_on_localhost(&self, from: WorkloadId, dial: &Dial) -> bool {
        let Some(port) = dial.port else { return false };
        match self.serves(from, port, dial.protocol) {
            Served::Yes(..) => false,
            Served::No => true,
            // The addresses of a Go program may not all be known, but it is no Postgres.
            Served::Unknown => {
                let members = self.namespace_members(from);
                // What is put into a pod may be the proxy of a database.
                let only_go = members.iter().map(|it| self.workload(*it)).all(|it| {
                    let is_pod = matches!(it.kind, WorkloadKind::Pod(_));
                    it.listeners.only_go && !(is_pod && it.incomplete.is_some())
                });
                only_go
                    && is_database_or_broker(&dial.scheme)
                    && matches!(self.interfaces_of(from), Interfaces::Of(_))
            }
        }
    }

    /// Who was probably meant by `localhost:port` inside `from`: the services that serve the port,
    /// those on a network of `from` first, else those that publish it on the host.
    #[must_use]
    pub fn meant_by_localhost(&self, from: WorkloadId, port: u16, protocol: Protocol) -> Vec<PeerPort<'_>> {
        if let Some(pod) = self.pod_of(self.workload(from)) {
            return self.services_meant_by_localhost(from, pod, port, protocol);
        }
        let servers = self.servers_elsewhere(from, port, protocol).map(|(workload, listener)| PeerPort {
            workload,
            name: self.dns_name(workload.id).to_owned(),
            port: workload.port_for_containers(port),
            span: listener.port_span,
            clause: format!("`{}` serves port {port}", workload.name.value),
            confidence: Confidence::Proven,
        });
        let mut peers: Vec<_> = servers.collect();
        if peers.is_empty() {
            peers.extend(self.publishers_elsewhere(from, port, protocol));
        }
        peers.retain(|it| matches!(self.interfaces_of(it.workload.id), Interfaces::Of(_)));
        let reachable =
            |peer: &PeerPort<'_>| matches!(self.resolve_host(from, &peer.name), HostAnswer::Workloads(_));
        peers.sort_by_key(|it| !reachable(it));
        peers
    }

    /// Whether `from` is told where one of `peers` is, by a variable that it may read or an argument of its own: then a `localhost` that
    /// stands elsewhere is more likely one that the program replaces in a way that was not understood.
    #[must_use]
    pub fn is_told_of(&self, from: WorkloadId, dial: &Dial, peers: &[PeerPort<'_>]) -> bool {
        let workload = self.workload(from);
        let leads_there = |host: &str, port: Option<u16>| {
            let them = match self.resolve_host(from, host) {
                HostAnswer::Workloads(them) => them,
                _ => return false,
            };
            peers.iter().any(|it| them.contains(&it.workload.id) && port.is_none_or(|port| port == it.port))
        };
        let program = workload.program.map(|it| self.program(it));
        let may_read = |name: &str| program.is_none_or(|it| it.reads.may_read(name));
        let variables = workload.environment.variables.iter();
        let own = variables.filter(|(name, it)| it.origin == Origin::Workload && may_read(name));
        let told = own
            .flat_map(|(name, it)| addresses_in(name, it).filter(move |_| !it.span.contains(dial.host_span)));
        let words = workload.own_words.iter().flat_map(|it| parse_target(it.as_str(), "any"));
        told.map(|it| (it.host, it.port))
            .chain(words.map(|it| (it.host, it.port)))
            .any(|(host, port)| leads_there(&host, port))
    }

    /// The peer that `dial` reaches by the number of a port that it publishes on the host, while
    /// inside it is another: `db:5433` for `"5433:5432"`. `None` when the number may be right.
    #[must_use]
    pub fn host_port_mistake(&self, from: WorkloadId, dial: &Dial) -> Option<HostPortMistake<'_>> {
        let port = dial.port?;
        let HostAnswer::Workloads(peers) = self.resolve_host(from, &dial.host) else { return None };
        let may_be_right = |id: &WorkloadId| match self.serves(*id, port, dial.protocol) {
            Served::Yes(..) => true,
            Served::No => false,
            // What an image of somebody else listens on by default it may well listen on.
            Served::Unknown => {
                self.mentions_container_port(*id, port, dial.protocol)
                    || self.image_listens_on(*id, port, dial.protocol)
            }
        };
        if peers.iter().any(may_be_right) {
            return None;
        }
        peers.iter().find_map(|id| {
            let (container_port, published) = self.container_port_behind(*id, port, dial.protocol)?;
            let confidence = match self.serves(*id, container_port, dial.protocol) {
                Served::Yes(..) => Confidence::Proven,
                Served::Unknown => Confidence::Likely,
                Served::No => return None,
            };
            Some(HostPortMistake { peer: self.workload(*id), container_port, published, confidence })
        })
    }

    /// Whether every dial whose host is written where `dial`'s is goes to the same port, so that
    /// another host there mends them all.
    #[must_use]
    pub fn host_is_for_one_port(&self, dial: &Dial) -> bool {
        let dials = self.workloads.iter().flat_map(|it| &it.dials);
        dials.filter(|it| it.host_span == dial.host_span).all(|it| it.port == dial.port)
    }

    /// The service of the project that was probably meant by the unknown host of `dial`: the one
    /// with the nearest name, else the only one whose name goes on where the host ends (`bff-graphql` for
    /// `bff`), else the only one that serves the port. Where its name is written.
    #[must_use]
    pub fn nearest_peer(&self, from: WorkloadId, dial: &Dial) -> Option<&Spanned<String>> {
        let kind = self.workload(from).kind;
        if let Some(pod) = self.pod_of(self.workload(from)) {
            return self.near_service(pod, &dial.host);
        }
        let others = self.workloads.iter().filter(|it| it.kind == kind && it.id != from);
        let names: Vec<(WorkloadId, &Spanned<String>)> = others
            .flat_map(|it| {
                let names = it.names.iter().chain(it.networks.iter().flat_map(|at| &at.aliases));
                names.map(|name| (it.id, name))
            })
            .collect();
        if let Some(near) = nearest(&dial.host, names.iter().map(|(_, it)| it.as_str())) {
            return names.into_iter().find(|(_, it)| it.value == near).map(|(_, it)| it);
        }
        let mut longer = names.into_iter().filter(|(_, it)| has_more_words(it.as_str(), &dial.host));
        if let Some((id, name)) = longer.next()
            && longer.all(|(other, _)| other == id)
        {
            return Some(name);
        }
        let mut servers = self.servers_elsewhere(from, dial.port?, dial.protocol);
        match (servers.next(), servers.next()) {
            (Some((server, _)), None) => Some(&server.name),
            _ => None,
        }
    }

    /// The peer that `dial` reaches by name and on whose sockets, all of them known, its port is not.
    #[must_use]
    pub fn peer_without_port(&self, from: WorkloadId, dial: &Dial) -> Option<&Workload> {
        let port = dial.port?;
        let HostAnswer::Workloads(peers) = self.resolve_host(from, &dial.host) else { return None };
        // What a health check asks of its own container is judged by itself.
        if dial.source == DialSource::HealthCheck && peers == [from] {
            return None;
        }
        let lacks = |id: &WorkloadId| {
            let listens = self.workload(*id).listeners.known.iter().any(|it| it.port.is_some());
            listens && matches!(self.serves(*id, port, dial.protocol), Served::No)
        };
        let none_serves = peers.iter().all(lacks) && self.host_port_mistake(from, dial).is_none();
        peers.first().filter(|_| none_serves).map(|it| self.workload(*it))
    }

    /// The Go program that answers a health request of `id` which goes to `id` itself, and its
    /// socket.
    #[must_use]
    pub fn asked_by(&self, id: WorkloadId, request: &HealthRequest) -> Option<(&Program, &Listener)> {
        let Served::Yes(server, listener) = self.serves(id, request.port, Protocol::Tcp) else { return None };
        let itself = self.is_itself(id, &request.host);
        let program = server.program.filter(|_| itself && listener.application == Application::Http)?;
        Some((self.program(program), listener))
    }

    /// Whether everything that is said about `workload` is in files of the project, so that what is
    /// not said is not there.
    #[must_use]
    pub fn is_known_in_full(&self, workload: &Workload) -> bool {
        let composition = workload.kind.composition();
        let composition = composition.and_then(|it| self.composition(it).incomplete.as_ref());
        workload.incomplete.is_none() && composition.is_none()
    }

    /// The container port behind the host port `host_port` that `id` publishes.
    pub(super) fn container_port_behind(
        &self,
        id: WorkloadId,
        host_port: u16,
        protocol: Protocol,
    ) -> Option<(u16, &PublishedPort)> {
        let published = self.workload(id).published.iter().filter(|it| it.protocol == protocol);
        published.filter_map(|it| Some((it.container_port_behind(host_port)?, it))).next()
    }

    /// Whether anything written may say that the container port `port` of `id` is in use: published,
    /// or exposed by the service or its image.
    fn mentions_container_port(&self, id: WorkloadId, port: u16, protocol: Protocol) -> bool {
        let workload = self.workload(id);
        let image = workload.image.map(|it| self.image(it));
        workload.published_incomplete.is_some()
            || workload.published.iter().any(|it| it.protocol == protocol && it.container.contains(port))
            || workload.exposed.iter().any(|it| it.value.contains(port))
            || image.is_some_and(|it| it.exposed.iter().any(|it| it.value == (port, protocol)))
    }

    /// Whether the public image of `id` listens on a port when nothing tells it another.
    fn image_listens_on(&self, id: WorkloadId, port: u16, protocol: Protocol) -> bool {
        let reference = self.workload(id).image_reference.as_ref();
        let entry = reference.and_then(|it| catalogue::image(it.text.as_str()));
        entry.is_some_and(|it| it.ports.iter().any(|it| (it.port, it.protocol) == (port, protocol)))
    }

    /// The name by which other containers reach `id`: that of the workload whose network
    /// interfaces it has.
    pub(super) fn dns_name(&self, id: WorkloadId) -> &str {
        &self.workload(self.interfaces_owner(id)).name.value
    }

    fn publishers_elsewhere(
        &self,
        from: WorkloadId,
        host_port: u16,
        protocol: Protocol,
    ) -> impl Iterator<Item = PeerPort<'_>> {
        let members = self.namespace_members(from);
        let kind = self.workload(from).kind;
        let others = self.workloads.iter().filter(move |it| it.kind == kind && !members.contains(&it.id));
        others.filter_map(move |workload| {
            let (port, published) = self.container_port_behind(workload.id, host_port, protocol)?;
            Some(PeerPort {
                workload,
                name: self.dns_name(workload.id).to_owned(),
                port,
                span: published.span,
                clause: format!("port {host_port} of the host is port {port} of `{}`", workload.name.value),
                confidence: Confidence::Likely,
            })
        })
    }

    fn is_named_peer(&self, from: WorkloadId, host: &str) -> bool {
        match self.resolve_host(from, host) {
            HostAnswer::Workloads(them) | HostAnswer::Unshared(them) => !them.contains(&from),
            HostAnswer::UnmappedGateway | HostAnswer::Services(_) => true,
            _ => false,
        }
    }
}

impl PublishedPort {
    /// The container port behind `host_port`.
    #[must_use]
    pub fn container_port_behind(&self, host_port: u16) -> Option<u16> {
        let host = self.host.filter(|it| it.contains(host_port))?;
        let offset = host_port - host.first;
        self.container.first.checked_add(offset).filter(|it| self.container.contains(*it))
    }
}

impl Workload {
    /// What brings the file in which the host of `dial` is written into the container.
    #[must_use]
    pub fn brings(&self, dial: &Dial) -> Option<Span> {
        let file = dial.host_span.file;
        self.brought.iter().find(|(it, _)| *it == file).map(|(_, span)| *span)
    }
}

/// The addresses of databases and brokers in the variables of an environment, as dials nobody was seen to make:
/// by the scheme of a URL, or by the default port of one where the host stands beside it, `DB_HOST` and `DB_PORT`.
pub(super) fn databases_in(environment: &Environment) -> Vec<Dial> {
    let mut variables: Vec<_> = environment.variables.iter().filter(|it| !is_told_to_others(it.0)).collect();
    variables.sort_by_key(|(_, it)| it.span);
    let beside = |name: &str| {
        let text = environment.get(&name.replace("HOST", "PORT"))?.value.clone()?;
        Some((parse_port(text.as_str())?, text.span()?))
    };
    let all = variables.into_iter().flat_map(|(name, variable)| {
        addresses_in(name, variable).filter_map(move |dial| match dial.port {
            None if name.contains("HOST") => {
                let (port, span) = beside(name)?;
                let scheme = database_scheme(port)?.to_owned();
                Some(Dial { port: Some(port), port_span: Some(span), scheme, ..dial })
            }
            Some(_) if is_database_or_broker(&dial.scheme) => Some(dial),
            _ => None,
        })
    });
    all.collect()
}

/// Whether the value of an environment variable is an address that somebody may dial.
pub(in crate::model) fn tells_address(name: &str, variable: &Variable) -> bool {
    addresses_in(name, variable).next().is_some()
}

/// The addresses in the value of an environment variable, as dials nobody was seen to make.
fn addresses_in<'a>(name: &str, variable: &'a Variable) -> impl Iterator<Item = Dial> + use<'a> {
    let text = variable.value.as_ref().filter(|it| !is_lone_name(it.as_str()) || names_a_host(name));
    let form = if text.is_some_and(|it| is_lone_name(it.as_str())) { "host" } else { "any" };
    text.into_iter().flat_map(move |text| {
        let targets = parse_target(text.as_str(), form).into_iter();
        let is_meant = |host: &str| Reach::of(host) == Reach::Loopback || !is_ip_address(host);
        targets.filter(move |it| !it.host.is_empty() && is_meant(&it.host)).filter_map(move |target| {
            Some(Dial {
                alternative: None,
                is_optional: false,
                host_span: text.span_of(target.host_range)?,
                port_span: target.port_range.and_then(|it| text.span_of(it)),
                host: target.host,
                port: target.port,
                scheme: target.scheme.unwrap_or_default(),
                path: target.path,
                login: DialLogin::of(&target.login, text),
                protocol: Protocol::Tcp,
                site: variable.span,
                via: Vec::new(),
                source: DialSource::Variable,
                confidence: Confidence::Likely,
            })
        })
    })
}

/// Whether `name` is `start` and further words: `bff-graphql` is `bff` and one more.
fn has_more_words(name: &str, start: &str) -> bool {
    name.strip_prefix(start).is_some_and(|it| it.starts_with(['-', '_', '.']))
}

/// `db`, `host.docker.internal`: a name and nothing else, which is a host only when the variable
/// says so.
fn is_lone_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'))
}

/// `DB_HOST`, `REDIS_ADDR`, `MONGO_URI`: variables whose value is an address even when it is a
/// lone name.
fn names_a_host(variable: &str) -> bool {
    const ENDINGS: &[&str] = &["HOST", "HOSTNAME", "ADDR", "ADDRESS", "URL", "URI", "SERVER", "ENDPOINT"];
    let name = variable.to_ascii_uppercase();
    name.rsplit('_').next().is_some_and(|last| ENDINGS.contains(&last))
}

/// Variables that say where the container itself is to be found, or what a browser is to use,
/// rather than what the container connects to: `KAFKA_ADVERTISED_LISTENERS`, `KAFKA_JMX_HOSTNAME`,
/// `CORS_ORIGINS`, `NEXT_PUBLIC_API_URL`.
fn is_told_to_others(variable: &str) -> bool {
    const SIGNS: &[&str] = &[
        "ADVERTISE",
        "LISTEN",
        "JMX",
        "BIND",
        "CORS",
        "ORIGIN",
        "ALLOWED",
        "PUBLIC",
        "EXTERNAL",
        "REDIRECT",
        "CALLBACK",
        "FRONTEND",
        "BROWSER",
        "NO_PROXY",
        "KC_HOSTNAME",
        "VITE_",
        "REACT_APP_",
        "VIRTUAL_HOST",
        "QUORUM",
    ];
    let name = variable.to_ascii_uppercase();
    SIGNS.iter().any(|it| name.contains(it)) || matches!(name.as_str(), "HOST" | "HOSTNAME")
}

/// What no Go program serves unless it embeds a whole database.
pub(super) fn is_database_or_broker(scheme: &str) -> bool {
    DATABASE_SCHEMES.contains(&scheme)
}

/// The scheme of the database or broker whose default port that is.
fn database_scheme(port: u16) -> Option<&'static str> {
    DATABASE_SCHEMES.iter().copied().find(|it| default_port(it) == Some(port))
}

const DATABASE_SCHEMES: &[&str] = &[
    "postgres",
    "postgresql",
    "pgx",
    "cockroachdb",
    "mysql",
    "mariadb",
    "sqlserver",
    "clickhouse",
    "redis",
    "rediss",
    "memcached",
    "mongodb",
    "amqp",
    "amqps",
    "kafka",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::net::PortRange;
    use crate::source::{FileId, Text};

    /// `NAME=value` as `host:port` of each address in it.
    fn addresses(name: &str, value: &str) -> Vec<String> {
        let span = Span::new(FileId(0), 0, value.len());
        let variable = Variable { value: Some(Text::new(value, span)), span, origin: Origin::Workload };
        let show = |it: Dial| format!("{}:{}", it.host, it.port.unwrap_or_default());
        addresses_in(name, &variable).map(show).collect()
    }

    #[test]
    fn an_address_is_known_by_its_form_or_its_name() {
        assert_eq!(addresses("DATABASE_URL", "postgres://u:p@db:5433/app"), ["db:5433"]);
        assert_eq!(addresses("BROKERS", "kafka-1:9092,kafka-2:9093"), ["kafka-1:9092", "kafka-2:9093"]);
        assert_eq!(addresses("POSTGRES_HOST", "host.docker.internal"), ["host.docker.internal:0"]);
        assert_eq!(addresses("MODE", "redis"), Vec::<String>::new());
        assert_eq!(addresses("DB_HOST", "10.0.0.1"), Vec::<String>::new());
    }

    #[test]
    fn what_others_are_told_is_no_dial() {
        assert!(is_told_to_others("KAFKA_ADVERTISED_LISTENERS") && is_told_to_others("KAFKA_JMX_HOSTNAME"));
        assert!(!is_told_to_others("KAFKA_BROKERS") && !is_told_to_others("REDIS_ADDR"));
    }

    #[test]
    fn a_host_port_leads_to_its_container_port() {
        let span = Span::new(FileId(0), 0, 0);
        let published = |host, container| PublishedPort {
            host_ip: None,
            is_address_known: true,
            host: PortRange::parse(host),
            container: PortRange::parse(container).unwrap(),
            protocol: Protocol::Tcp,
            span,
            host_span: None,
            container_span: span,
        };
        assert_eq!(published("5433", "5432").container_port_behind(5433), Some(5432));
        assert_eq!(published("9000-9002", "80-82").container_port_behind(9001), Some(81));
        assert_eq!(published("9000-9002", "80").container_port_behind(9001), None);
        assert_eq!(published("5433", "5432").container_port_behind(5432), None);
    }
}
