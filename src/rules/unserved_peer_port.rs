//! A container dials a port that its peer does not serve.

use super::{Context, Findings, Rule};
use crate::model::{Dial, Listener, Workload};

pub(super) const RULE: Rule = rule!("unserved-peer-port", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for dial in ctx.project.destinations(workload.id) {
            if let Some(peer) = ctx.project.peer_without_port(workload.id, &dial) {
                report(workload, &dial, peer, findings);
            }
        }
    }
}

fn report(workload: &Workload, dial: &Dial, peer: &Workload, findings: &mut Findings) {
    let Some(port) = dial.port else { return };
    let served: Vec<(u16, &Listener)> =
        peer.listeners.known.iter().filter_map(|it| Some((it.port?, it))).collect();
    let ports = served.iter().map(|(port, _)| port.to_string()).collect::<Vec<_>>().join(", ");
    let mut finding = findings
        .report(
            format!(
                "`{}` dials {}, but `{}` listens on {ports}",
                workload.name.value,
                dial.address(),
                peer.name.value
            ),
            dial.port_span.unwrap_or(dial.host_span),
            format!("nothing in `{}` listens on port {port}", peer.name.value),
        )
        .accuses(workload, dial)
        .dialled_by(workload, dial);
    for (port, listener) in &served {
        finding = finding
            .confidence(listener.confidence)
            .evidence(listener.port_span, format!("`{}` listens on port {port}", peer.name.value));
    }
    if let [(port, _)] = served.as_slice() {
        finding.help(format!(
            "dial `{}:{port}`, or let `{}` listen on the port dialled",
            dial.host, peer.name.value
        ));
    } else {
        finding.help(format!("dial one of the ports that `{}` listens on", peer.name.value));
    }
}
