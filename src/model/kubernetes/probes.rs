//! Probes as health checks.

use super::{expansion, place};
use crate::facts::helm::has_hole;
use crate::facts::kubernetes::{Container, PortReference, Probe, ProbeAction, ProbeKind};
use crate::model::{
    Command, Environment, HealthCheck, HealthPort, HealthRequest, HealthSource, read_health_check,
};
use crate::source::{Spanned, Text};

/// What the probes of a container ask. The kubelet asks the address of the pod, for which the host
/// is empty; a probe that names another host says nothing about the pod.
pub(super) fn checks(container: &Container, environment: &Environment) -> Vec<HealthCheck> {
    container.probes.iter().map(|it| check(it, container, environment)).collect()
}

fn check(probe: &Probe, container: &Container, environment: &Environment) -> HealthCheck {
    let mut out = HealthCheck {
        span: probe.span,
        source: source(probe.kind),
        requests: Vec::new(),
        ports: Vec::new(),
        tools: Vec::new(),
        unexpanded: Vec::new(),
    };
    if let ProbeAction::Exec(words) = &probe.action {
        let words = words.words.iter().map(|it| expansion::expand(it, environment)).collect::<Option<_>>();
        let is_known = |it: &Text| !has_hole(it.as_str());
        let Some(words) = words.filter(|it: &Vec<Text>| it.iter().all(is_known)) else { return out };
        out = read_health_check(&Command::Exec(words), probe.span, out.source, environment);
        // A tool may fill the manifest in.
        out.unexpanded.clear();
        return out;
    }
    let Some((port, Spanned { value: number, .. })) = asked_port(probe, container) else { return out };
    out.ports.push(HealthPort { host: String::new(), port: number, span: port.span });
    if let ProbeAction::HttpGet { path, headers, .. } = &probe.action
        && path.as_ref().is_none_or(|it| !has_hole(it.as_str()))
    {
        let has_query = path.as_ref().is_some_and(|it| it.as_str().contains('?'));
        let (path, path_span) = path_of(path.as_ref(), port);
        out.requests.push(HealthRequest {
            url: format!("http://:{number}{path}"),
            host: String::new(),
            host_span: port.span,
            port: number,
            port_span: port.span,
            path,
            path_span,
            // Any code below 200 or from 400 on is a failure.
            fails_on_error_status: true,
            may_authenticate: *headers || has_query,
        });
    }
    out
}

/// The port that a probe of the kubelet asks of the pod, and its number.
pub(super) fn asked_port<'p>(
    probe: &'p Probe,
    container: &Container,
) -> Option<(&'p Spanned<PortReference>, Spanned<u16>)> {
    let port = match &probe.action {
        ProbeAction::HttpGet { host: None, port, .. }
        | ProbeAction::TcpSocket { host: None, port }
        | ProbeAction::Grpc { port } => port,
        _ => return None,
    };
    Some((port, number_of(port, std::slice::from_ref(container))?))
}

/// The number of a port and where it is written; a name is one of these containers' `ports`.
pub(super) fn number_of(port: &Spanned<PortReference>, containers: &[Container]) -> Option<Spanned<u16>> {
    match &port.value {
        PortReference::Number(number) => Some(Spanned::new(*number, port.span)),
        PortReference::Name(name) => {
            let mut ports = containers.iter().flat_map(|it| &it.ports);
            let port = ports.find(|it| it.name.as_ref().is_some_and(|it| it.value == *name))?;
            Some(port.port)
        }
    }
}

pub(super) fn source(kind: ProbeKind) -> HealthSource {
    match kind {
        ProbeKind::Readiness => HealthSource::ReadinessProbe,
        ProbeKind::Startup => HealthSource::StartupProbe,
        ProbeKind::Liveness | ProbeKind::PreStop => HealthSource::LivenessProbe,
    }
}

/// The path without its query, and where it is written.
fn path_of(path: Option<&Text>, port: &Spanned<PortReference>) -> (String, crate::source::Span) {
    let Some(path) = path.filter(|it| !it.as_str().is_empty()) else { return ("/".to_owned(), port.span) };
    let written = path.as_str();
    let end = written.find(['?', '#']).unwrap_or(written.len());
    let slash = if written.starts_with('/') { "" } else { "/" };
    (format!("{slash}{}", &written[..end]), place(&path.slice(0..end), port.span))
}
