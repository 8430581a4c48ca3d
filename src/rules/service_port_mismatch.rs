//! A Service of Kubernetes leads to a port of its pods on which nothing listens.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};
use crate::model::Visitor;

pub(super) const RULE: Rule = rule!("service-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (entrance, pods) in ctx.project.dead_service_ports() {
        let (Visitor::Service(service), [first, ..]) = (&entrance.by, &pods[..]) else { continue };
        let (name, port) = (&first.workload.name.value, entrance.port);
        let ports = list_of_ports(&first.listeners);
        let mut finding = findings
            .report(
                format!("Service `{service}` leads to port {port}, but `{name}` listens on {ports}"),
                entrance.number,
                format!("nothing in `{name}` listens on port {port}"),
            )
            .help(match first.listeners[..] {
                [only] => format!("lead it to port {}", only.port.unwrap_or_default()),
                _ => "lead it to one of the ports that are served".to_owned(),
            });
        if entrance.span != entrance.number {
            finding = finding.evidence(entrance.span, format!("Service `{service}` leads here by name"));
        }
        for pod in &pods {
            finding = finding.confidence(pod.workload.image_confidence);
            for listener in &pod.listeners {
                let (name, at) = (&pod.workload.name.value, listener.port.unwrap_or_default());
                finding = finding
                    .confidence(listener.confidence)
                    .evidence(listener.port_span, format!("`{name}` listens on port {at}"));
            }
        }
    }
}
