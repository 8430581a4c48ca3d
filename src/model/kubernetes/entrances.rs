//! By which ports others come to a pod.

use super::{Cluster, probes, share_namespace};
use crate::facts::kubernetes::{Object, PodTemplate, Service};
use crate::model::{PodEntrance, Visitor};
use crate::net::Protocol;
use crate::source::Spanned;

/// The entrances of a pod, the surest first.
pub(super) fn entrances(cluster: &Cluster<'_>, object: &Object, template: &PodTemplate) -> Vec<PodEntrance> {
    let services = cluster
        .services
        .iter()
        .filter(|(it, service)| share_namespace(it, object) && selects(service, template));
    let services = services.flat_map(|(it, service)| {
        let name = it.name.as_ref().map(|it| it.value.clone()).unwrap_or_default();
        service.ports.iter().filter_map(move |entry| {
            let port = probes::number_of(&entry.target, &template.containers)?;
            let by = Visitor::Service(name.clone());
            let (span, number) = (entry.target.span, port.span);
            Some(PodEntrance { port: port.value, protocol: entry.protocol, span, number, by })
        })
    });
    let probed = template.containers.iter().flat_map(|container| {
        container.probes.iter().filter_map(|probe| {
            let (written, port) = probes::asked_port(probe, container)?;
            let by = Visitor::Probe(probes::source(probe.kind));
            let (span, number) = (written.span, port.span);
            Some(PodEntrance { port: port.value, protocol: Protocol::Tcp, span, number, by })
        })
    });
    services.chain(probed).collect()
}

/// What the containers of a pod say that they serve.
pub(super) fn declared(template: &PodTemplate) -> Vec<Spanned<(u16, Protocol)>> {
    let ports = template.containers.iter().flat_map(|it| &it.ports);
    ports.map(|it| Spanned::new((it.port.value, it.protocol), it.port.span)).collect()
}

/// The names that the containers of a pod give to ports.
pub(super) fn named(template: &PodTemplate) -> Vec<(String, u16, Protocol)> {
    let ports = template.containers.iter().chain(&template.init_containers).flat_map(|it| &it.ports);
    ports.filter_map(|it| Some((it.name.as_ref()?.value.clone(), it.port.value, it.protocol))).collect()
}

/// Whether a Service leads to the pods: one without a selector leads where others say.
fn selects(service: &Service, template: &PodTemplate) -> bool {
    let has = |key: &str, value: &str| {
        template.labels.iter().any(|(it, text)| it.value == key && text.as_str() == value)
    };
    !service.selector.is_empty()
        && service.selector.iter().all(|(key, value)| has(&key.value, value.as_str()))
}
