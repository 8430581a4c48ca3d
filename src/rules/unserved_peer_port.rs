//! A container dials a port that its peer does not serve.

use super::finding::{list_of_ports, only_port};
use super::{Context, Findings, Rule};
use crate::model::{Dial, Listener, ServiceMistake, Workload};

pub(super) const RULE: Rule = rule!("unserved-peer-port", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for dial in ctx.project.destinations(workload.id) {
            if let Some(peer) = ctx.project.peer_without_port(workload.id, &dial) {
                report(ctx, workload, &dial, peer, findings);
            }
            if let Some(mistake) = ctx.project.service_mistake(workload.id, &dial)
                && mistake.instead.is_none()
            {
                report_service(workload, &dial, &mistake, findings);
            }
        }
    }
}

fn report(ctx: &Context<'_>, workload: &Workload, dial: &Dial, peer: &Workload, findings: &mut Findings) {
    let Some(port) = dial.port else { return };
    let served: Vec<&Listener> = peer.listeners.known.iter().filter(|it| it.port.is_some()).collect();
    let mut finding = findings
        .report(
            format!(
                "`{}` dials {}, but `{}` listens on {}",
                workload.name.value,
                dial.address(),
                peer.name.value,
                list_of_ports(&served)
            ),
            dial.port_span.unwrap_or(dial.host_span),
            format!("nothing in `{}` listens on port {port}", peer.name.value),
        )
        .weighed(ctx, workload)
        .accuses(workload, dial)
        .confidence(ctx.project.port_confidence(workload, dial))
        .dialled_by(workload, dial);
    for listener in &served {
        let at = listener.port.unwrap_or_default();
        finding = finding
            .confidence(listener.confidence)
            .evidence(listener.port_span, format!("`{}` listens on port {at}", peer.name.value));
    }
    finding.help(match only_port(&served) {
        Some(only) => {
            format!("dial `{}:{only}`, or let `{}` listen on the port dialled", dial.host, peer.name.value)
        }
        None => format!("dial one of the ports that `{}` listens on", peer.name.value),
    });
}

/// A Service of Kubernetes leads those ports alone that it declares.
fn report_service(workload: &Workload, dial: &Dial, mistake: &ServiceMistake<'_>, findings: &mut Findings) {
    let Some(port) = dial.port else { return };
    let (name, service) = (&workload.name.value, &mistake.service.place);
    let mut finding = findings
        .report(
            format!(
                "`{name}` dials {}, but Service `{}` has no port {port}",
                dial.address(),
                service.name.value
            ),
            dial.port_span.unwrap_or(dial.host_span),
            format!("Service `{}` has no port {port}", service.name.value),
        )
        .accuses(workload, dial)
        .confidence(mistake.confidence)
        .dialled_by(workload, dial);
    for entry in &mistake.service.ports {
        finding = finding.evidence(entry.port.span, format!("it has port {}", entry.port.value));
    }
    finding.help(match &mistake.service.ports[..] {
        [only] => format!("dial `{}:{}`, or add port {port} to the Service", dial.host, only.port.value),
        _ => format!("dial a port that the Service has, or add port {port} to it"),
    });
}
