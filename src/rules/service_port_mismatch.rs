//! A Service of Kubernetes leads to a port of its pods on which nothing listens, or a route to one that the Service
//! does not have.

use super::finding::{list_of_ports, only_port};
use super::{Context, Findings, Rule};
use crate::model::{RouteFaultKind, Visitor};

pub(super) const RULE: Rule = rule!("service-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    check_targets(ctx, findings);
    for fault in ctx.project.route_faults() {
        let RouteFaultKind::UnknownPort(port, service) = fault.kind else { continue };
        let (route, service_name) = (&fault.route.place.name.value, &service.place.name.value);
        let mut finding = findings
            .report(
                format!(
                    "{} `{route}` leads to port {port} of Service `{service_name}`, which has no such port",
                    fault.route.kind
                ),
                fault.span,
                format!("Service `{service_name}` has no port {port}"),
            )
            .confidence(fault.confidence)
            .help("lead it to a port of the Service, which need not be that of the pods");
        for entry in &service.ports {
            finding = finding.evidence(entry.port.span, format!("it has port {}", entry.port.value));
        }
    }
}

fn check_targets(ctx: &Context<'_>, findings: &mut Findings) {
    for (entrance, pods) in ctx.project.dead_service_ports() {
        let (Visitor::Service(service), [first, ..]) = (&entrance.by, &pods[..]) else { continue };
        let (name, port) = (&first.workload.name.value, entrance.port);
        let ports = list_of_ports(&first.listeners);
        let meant = ctx.project.pod_meant_by(service, entrance);
        let mut finding = findings
            .report(
                format!("Service `{service}` leads to port {port}, but `{name}` listens on {ports}"),
                entrance.number,
                format!("nothing in `{name}` listens on port {port}"),
            )
            .help(match (meant, only_port(&first.listeners)) {
                (Some(pod), _) => {
                    format!("select the pods of {} `{service}`, which serve the port", pod.kind)
                }
                (None, Some(only)) => format!("lead it to port {only}"),
                (None, None) => "lead it to one of the ports that are served".to_owned(),
            });
        if let Some(pod) = meant {
            finding = finding.evidence(pod.name.span, "these pods are not selected");
        }
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
