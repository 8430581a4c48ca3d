//! Where Traefik passes requests to, as the labels of services say:
//! <https://doc.traefik.io/traefik/reference/routing-configuration/other-providers/docker/>.

use crate::facts::catalogue::split_reference;
use crate::model::compose::ComposeService;
use crate::model::{Dial, DialLogin, DialSource, WorkloadKind};
use crate::net::{Protocol, parse_port};
use crate::source::{Confidence, Text};

/// A service that tells Traefik on which port it is to be reached.
pub(in crate::model) struct Labelled {
    kind: WorkloadKind,
    name: String,
    protocol: Protocol,
    port: Text,
}

/// The ports that the labels of a service name.
pub(in crate::model) fn labelled(service: &ComposeService) -> Vec<Labelled> {
    let workload = &service.workload;
    let is_off = service.labels.iter().any(|(name, value)| {
        name.eq_ignore_ascii_case("traefik.enable") && value.as_str().eq_ignore_ascii_case("false")
    });
    let ports = service.labels.iter().filter_map(|(name, value)| Some((protocol(name)?, value)));
    let of_port = |(protocol, port): (Protocol, &Text)| Labelled {
        kind: workload.kind,
        name: workload.name.value.clone(),
        protocol,
        port: port.clone(),
    };
    ports.filter(|_| !is_off).map(of_port).collect()
}

/// The transport in `traefik.http.services.NAME.loadbalancer.server.port`; `None` for another label.
fn protocol(label: &str) -> Option<Protocol> {
    let label = label.to_ascii_lowercase();
    let rest = label.strip_prefix("traefik.")?.strip_suffix(".loadbalancer.server.port")?;
    match rest.split_once(".services.")? {
        ("http" | "tcp", _) => Some(Protocol::Tcp),
        ("udp", _) => Some(Protocol::Udp),
        _ => None,
    }
}

/// Whether a service is a Traefik that asks the engine for the labels of the others.
pub(in crate::model) fn is_led_by_labels(service: &ComposeService) -> bool {
    let reference = service.workload.image_reference.as_ref();
    let is_traefik = reference.is_some_and(|it| split_reference(it.text.as_str()).0 == "traefik");
    let asks = |it: &Option<String>| it.as_ref().is_some_and(|it| it.ends_with("docker.sock"));
    is_traefik
        && service.build.is_none()
        && service.mounts.iter().any(|it| asks(&it.target) || asks(&it.source))
}

impl Labelled {
    /// The connection of a Traefik of this Compose project.
    pub(in crate::model) fn dial(&self, kind: WorkloadKind) -> Option<Dial> {
        let span = self.port.cover().filter(|_| self.kind == kind)?;
        Some(Dial {
            alternative: None,
            is_optional: false,
            host: self.name.clone(),
            port: Some(parse_port(self.port.as_str())?),
            scheme: String::new(),
            path: String::new(),
            login: DialLogin::default(),
            protocol: self.protocol,
            host_span: span,
            port_span: Some(span),
            site: span,
            via: Vec::new(),
            source: DialSource::Configuration,
            confidence: Confidence::Likely,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_names_a_port() {
        assert_eq!(protocol("traefik.http.services.web.loadBalancer.server.port"), Some(Protocol::Tcp));
        assert_eq!(protocol("traefik.udp.services.dns.loadbalancer.server.port"), Some(Protocol::Udp));
        assert_eq!(protocol("traefik.http.routers.web.rule"), None);
        assert_eq!(protocol("traefik.http.services.web.loadbalancer.server.scheme"), None);
    }
}
