//! Two services publish one port of the host.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("host-port-conflict", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for conflict in ctx.project.host_port_conflicts() {
        let (first, [rival, others @ ..]) = (conflict.first, &conflict.rivals[..]) else { continue };
        let port = conflict.port;
        let message = match others.len() {
            0 if first.workload.id == rival.workload.id => {
                format!("`{}` publishes host port {port} twice", first.workload.name.value)
            }
            0 => format!(
                "`{}` and `{}` both publish host port {port}: only one of them can start",
                first.workload.name.value, rival.workload.name.value
            ),
            _ => format!(
                "{} containers publish host port {port}: only one of them can start",
                conflict.rivals.len() + 1
            ),
        };
        let span = |it: &crate::model::PublishedPort| it.host_span.unwrap_or(it.span);
        let mut finding = findings
            .report(message, span(rival.port), format!("host port {port} is already taken"))
            .confidence(conflict.confidence)
            .evidence(span(first.port), format!("`{}` takes it here", first.workload.name.value))
            .help(format!("give `{}` another host port", rival.workload.name.value));
        for other in others {
            finding =
                finding.evidence(span(other.port), format!("`{}` wants it too", other.workload.name.value));
        }
    }
}
