//! A container of a pod says that it serves a port, and serves others.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::Listener;

pub(super) const RULE: Rule = rule!("container-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (declared, pod) in ctx.project.undeclared_listeners() {
        // Who reads the other ports finds what is served.
        let names_served = ctx.project.pod_of(pod.workload).is_some_and(|it| {
            let said = |listener: &&Listener| it.declared.iter().any(|it| Some(it.value.0) == listener.port);
            pod.listeners.iter().any(said)
        });
        let (name, port, ports) = (&pod.workload.name.value, declared.value, list_of_ports(&pod.listeners));
        let mut finding = findings
            .report(
                format!("`containerPort` of `{name}` says {port}, but it listens on {ports}"),
                declared.span,
                format!("nothing in `{name}` listens on port {port}"),
            )
            .confidence(if names_served { Confidence::Possible } else { pod.workload.image_confidence })
            .help(format!("write {ports}, which tells people and tools what to connect to"));
        for listener in pod.listeners {
            let at = listener.port.unwrap_or_default();
            finding = finding
                .confidence(listener.confidence)
                .evidence(listener.port_span, format!("`{name}` listens on port {at}"));
        }
    }
}
