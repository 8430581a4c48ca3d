//! The facts of a Kubernetes manifest as an outline.

use super::errors;
use crate::facts::kubernetes::{
    self, ConfigEntry, Container, Content, Direction, GatewayListener, NetworkPolicy, Object, Operator,
    PodTemplate, PolicyPeer, PolicyPort, PolicyRule, PortReference, Probe, ProbeAction, ProbeKind,
    Requirement, Route, Selector, Service, ServiceKind, VariableValue, VolumeSource, Words,
};
use crate::net::Protocol;
use crate::report::outline::Entry;
use crate::source::{FileId, Spanned, Text};

pub(super) fn entries(file: FileId, text: &str) -> Vec<Entry> {
    let it = kubernetes::read(file, text);
    it.objects.iter().map(object).chain(errors(&it.errors)).collect()
}

fn object(it: &Object) -> Entry {
    let name = it.name.as_ref();
    let entry = Entry::new(it.kind.value.to_lowercase(), name.map_or("", |it| it.as_str()))
        .at(name.map_or(it.kind.span, |it| it.span))
        .with_all(it.namespace.as_ref().map(|it| Entry::new("namespace", &it.value).at(it.span)));
    match &it.content {
        Content::Pods(pods) => entry.with_all(template(pods)),
        Content::ConfigMap(data) => entry.with_all(data.iter().map(config_entry)),
        Content::Secret(keys) => {
            entry.with_all(keys.iter().map(|it| Entry::new("key", &it.value).at(it.span)))
        }
        Content::Service(service) => entry.with_all(of_service(service)),
        Content::Namespace(labels) => entry.with_all(pairs("label", labels)),
        Content::Endpoints(of) => {
            entry.with_all(of.iter().map(|it| Entry::new("addresses of", &it.value).at(it.span)))
        }
        Content::NetworkPolicy(policy) => entry.with_all(of_policy(policy)),
        Content::OtherPolicy(policy) => {
            let selected = |kind, it: &Option<Selector>| it.as_ref().map(|it| Entry::new(kind, labels(it)));
            entry
                .with_all(selected("namespaces", &policy.namespaces))
                .with_all(selected("pods", &policy.pods))
        }
        Content::Gateway(gateway) => entry.with_all(gateway.listeners.iter().map(of_listener)),
        Content::Route(route) => entry.with_all(of_route(route)),
        Content::DestinationRule(it) => entry
            .with(Entry::new("host", &it.host.value).at(it.host.span))
            .with_all(it.subsets.iter().map(|it| Entry::new("subset", &it.value).at(it.span))),
        Content::ServiceEntry(it) => {
            entry.with_all(it.hosts.iter().map(|it| Entry::new("host", &it.value).at(it.span)))
        }
        Content::AuthorizationPolicy(it) => {
            let ports = it.ports.iter();
            let ports = ports.map(|at| Entry::new("port", format!("{} {}", it.action, at.value)).at(at.span));
            entry.with_all(pairs("selects", &it.selector)).with_all(ports)
        }
        Content::Custom => entry,
    }
}

fn of_listener(it: &GatewayListener) -> Entry {
    let port = it.port.map(|it| format!(" on port {it}")).unwrap_or_default();
    let host = it.hostname.as_ref().map(|it| format!(" for {}", it.as_str())).unwrap_or_default();
    Entry::new("listener", format!("{} {}{port}{host}", it.name.value, it.protocol)).at(it.name.span)
}

fn of_policy(it: &NetworkPolicy) -> Vec<Entry> {
    let rule = |kind: &str, it: &PolicyRule| {
        let peers = match &it.peers {
            None => "everybody".to_owned(),
            Some(peers) => peers.iter().map(peer).collect::<Vec<_>>().join(" or "),
        };
        let ports = match &it.ports {
            None => "every port".to_owned(),
            Some(ports) => ports.iter().map(policy_port).collect::<Vec<_>>().join(", "),
        };
        Entry::new(kind, format!("{peers} on {ports}")).at(it.span)
    };
    let about = [Direction::Ingress, Direction::Egress].into_iter().filter(|at| it.is_about(*at));
    let about = about.map(Direction::as_str).collect::<Vec<_>>().join(", ");
    let rules = it.ingress.iter().map(|it| rule("from", it)).chain(it.egress.iter().map(|it| rule("to", it)));
    [Entry::new("pods", labels(&it.pods)), Entry::new("about", about)].into_iter().chain(rules).collect()
}

fn peer(it: &PolicyPeer) -> String {
    match it {
        PolicyPeer::Pods { namespaces, pods } => {
            let namespaces = namespaces.as_ref().map(|it| format!(" of namespaces {}", labels(it)));
            let pods = pods.as_ref().map_or_else(|| "*".to_owned(), labels);
            format!("pods {pods}{}", namespaces.unwrap_or_default())
        }
        PolicyPeer::Addresses { cidr, except } if except.is_empty() => cidr.clone(),
        PolicyPeer::Addresses { cidr, except } => format!("{cidr} without {}", except.join(" and ")),
        PolicyPeer::Unknown => "?".to_owned(),
    }
}

fn policy_port(it: &PolicyPort) -> String {
    let number = it.port.as_ref().map_or_else(|| "every".to_owned(), port);
    let end = it.end.map(|it| format!("-{it}")).unwrap_or_default();
    format!("{number}{end}/{}", it.protocol.map_or("?", Protocol::as_str))
}

/// `*` for a selector that takes everything.
fn labels(it: &Selector) -> String {
    let requirement = |it: &Requirement| {
        let (key, values) = (&it.key, it.values.join("|"));
        match it.operator {
            Operator::In => format!("{key}={values}"),
            Operator::NotIn => format!("{key}!={values}"),
            Operator::Exists => key.clone(),
            Operator::DoesNotExist => format!("!{key}"),
            Operator::Unknown => format!("{key}?"),
        }
    };
    match it.requirements.is_empty() {
        true => "*".to_owned(),
        false => it.requirements.iter().map(requirement).collect::<Vec<_>>().join(","),
    }
}

fn of_route(it: &Route) -> Vec<Entry> {
    let hosts = it.hosts.iter().map(|it| Entry::new("for", it.as_str()).at(it.span()));
    let destinations = it.splits.iter().flatten().map(|it| {
        let of = it.namespace.as_ref().map(|it| format!(".{it}")).unwrap_or_default();
        let port = it.port.as_ref().map(|it| format!(":{}", port(it))).unwrap_or_default();
        let subset = it.subset.as_ref().map(|it| format!(" subset {}", it.value)).unwrap_or_default();
        let weight = it.weight.as_ref().map(|it| format!(" weight {}", it.value)).unwrap_or_default();
        Entry::new("leads to", format!("{}{of}{port}{subset}{weight}", it.host.value)).at(it.host.span)
    });
    hosts.chain(destinations).collect()
}

fn config_entry(it: &ConfigEntry) -> Entry {
    let values = it.file.iter().flat_map(|it| &it.leaves).map(|it| {
        let span = it.text.cover().unwrap_or(it.key);
        Entry::new("value", format!("{} = {}", it.path.join("."), it.text.as_str())).at(span)
    });
    pair("key", &it.key, &it.value).with_all(values)
}

fn template(it: &PodTemplate) -> Vec<Entry> {
    let grace = it.grace_period.iter();
    let grace = grace.map(|it| Entry::new("grace period", format!("{} s", it.value)).at(it.span));
    let host = it.host_network.map(|span| Entry::new("interfaces", "of the host").at(span));
    let replicas = it.replicas.iter().map(|it| Entry::new("replicas", it.value.to_string()).at(it.span));
    let aliases = it.host_aliases.iter();
    let aliases = aliases.map(|(address, name)| {
        Entry::new("host", format!("{} = {}", name.as_str(), address.as_str())).at(name.span())
    });
    let volumes = it.volumes.iter().map(|it| {
        let source = match &it.source {
            VolumeSource::ConfigMap(name, _) => format!("configmap {}", name.as_str()),
            VolumeSource::Secret => "secret".to_owned(),
            VolumeSource::EmptyDir => "empty".to_owned(),
            VolumeSource::HostPath(path) => {
                format!("path {} of the node", path.as_ref().map_or("", |it| it.as_str()))
            }
            VolumeSource::Other => "something else".to_owned(),
        };
        Entry::new("volume", format!("{}: {source}", it.name.value)).at(it.name.span)
    });
    pairs("label", &it.labels)
        .chain(replicas)
        .chain(grace)
        .chain(host)
        .chain(aliases)
        .chain(volumes)
        .chain(it.init_containers.iter().map(|it| container("init container", it)))
        .chain(it.containers.iter().map(|it| container("container", it)))
        .collect()
}

fn container(kind: &str, it: &Container) -> Entry {
    let name = it.name.as_ref();
    let variables = it.environment.iter().map(|it| {
        let value = match &it.value {
            VariableValue::Text(text) => format!("{}={}", it.name.value, text.as_str()),
            VariableValue::ConfigMap(map, key) => {
                format!("{} of configmap {}, {}", it.name.value, map.as_str(), key.as_str())
            }
            VariableValue::Elsewhere => format!("{} from elsewhere", it.name.value),
        };
        Entry::new("variable", value).at(it.span)
    });
    let sources = it.environment_from.iter().map(|it| {
        let kind = if it.secret { "secret" } else { "configmap" };
        let name = it.name.as_ref().map_or("", |it| it.as_str());
        Entry::new("variables of", format!("{kind} {name}")).at(it.span)
    });
    let ports = it.ports.iter().map(|it| {
        let name = it.name.as_ref().map(|it| format!(" ({})", it.value)).unwrap_or_default();
        Entry::new("port", format!("{}/{}{name}", it.port.value, it.protocol.as_str())).at(it.port.span)
    });
    let mounts = it.mounts.iter();
    let mounts = mounts
        .map(|it| Entry::new("mount", format!("{} at {}", it.volume.value, it.path.as_str())).at(it.span));
    Entry::new(kind, name.map_or("", |it| it.as_str()))
        .at(name.map(|it| it.span))
        .with_all(it.image.as_ref().map(|it| Entry::new("image", it.as_str()).at(it.span())))
        .with_all(words("command", &it.command))
        .with_all(words("arguments", &it.arguments))
        .with_all(sources)
        .with_all(variables)
        .with_all(ports)
        .with_all(mounts)
        .with_all(it.probes.iter().chain(&it.pre_stop).map(probe))
}

fn probe(it: &Probe) -> Entry {
    let kind = match it.kind {
        ProbeKind::Liveness => "liveness probe",
        ProbeKind::Readiness => "readiness probe",
        ProbeKind::Startup => "startup probe",
        ProbeKind::PreStop => "before it stops",
    };
    let text = match &it.action {
        ProbeAction::Exec(it) => joined(it),
        ProbeAction::HttpGet { port: at, path, .. } => {
            format!("GET {} on {}", path.as_ref().map_or("/", |it| it.as_str()), port(at))
        }
        ProbeAction::TcpSocket { port: at, .. } => format!("connect to {}", port(at)),
        ProbeAction::Grpc { port: at } => format!("gRPC on {}", port(at)),
        ProbeAction::Other => String::new(),
    };
    Entry::new(kind, text).at(it.span)
}

fn of_service(it: &Service) -> Vec<Entry> {
    let ports = it.ports.iter().map(|it| {
        let text = format!("{} -> {}/{}", it.port.value, port(&it.target), it.protocol.as_str());
        Entry::new("port", text).at(it.port.span)
    });
    let kind = match &it.kind {
        ServiceKind::Cluster => None,
        ServiceKind::External(kind) => Some(Entry::new("open as", &kind.value).at(kind.span)),
        ServiceKind::Headless => Some(Entry::new("stands for", "the addresses of its pods")),
        ServiceKind::Name(name) => Some(Entry::new("stands for", &name.value).at(name.span)),
        ServiceKind::Unknown => Some(Entry::new("stands for", "?")),
    };
    kind.into_iter().chain(pairs("selects", &it.selector)).chain(ports).collect()
}

fn port(it: &Spanned<PortReference>) -> String {
    match &it.value {
        PortReference::Number(number) => number.to_string(),
        PortReference::Name(name) => name.clone(),
    }
}

fn words(kind: &'static str, it: &Option<Words>) -> Option<Entry> {
    it.as_ref().map(|it| Entry::new(kind, joined(it)).at(it.span))
}

fn joined(it: &Words) -> String {
    it.words.iter().map(Text::as_str).collect::<Vec<_>>().join(" ")
}

fn pairs<'a>(kind: &'static str, of: &'a [(Spanned<String>, Text)]) -> impl Iterator<Item = Entry> + 'a {
    of.iter().map(move |(key, value)| pair(kind, key, value))
}

fn pair(kind: &str, key: &Spanned<String>, value: &Text) -> Entry {
    let first = value.as_str().lines().next().unwrap_or_default();
    Entry::new(kind, format!("{}={first}", key.value)).at(key.span)
}
