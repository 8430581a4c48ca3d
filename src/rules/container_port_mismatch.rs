//! A container of a pod says that it serves a port, and serves others.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("container-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (declared, pod) in ctx.project.undeclared_listeners() {
        let (name, port, ports) = (&pod.workload.name.value, declared.value, list_of_ports(&pod.listeners));
        let mut finding = findings
            .report(
                format!("`containerPort` of `{name}` says {port}, but it listens on {ports}"),
                declared.span,
                format!("nothing in `{name}` listens on port {port}"),
            )
            .confidence(pod.workload.image_confidence)
            .help(format!("write {ports}, which tells people and tools what to connect to"));
        for listener in pod.listeners {
            let at = listener.port.unwrap_or_default();
            finding = finding
                .confidence(listener.confidence)
                .evidence(listener.port_span, format!("`{name}` listens on port {at}"));
        }
    }
}
