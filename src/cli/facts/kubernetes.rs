//! The facts of a Kubernetes manifest as an outline.

use super::errors;
use crate::facts::kubernetes::{
    self, ConfigEntry, Container, Content, Object, PodTemplate, PortReference, Probe, ProbeAction, ProbeKind,
    Service, VariableValue, VolumeSource, Words,
};
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
    }
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
    pairs("selects", &it.selector).chain(ports).collect()
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
