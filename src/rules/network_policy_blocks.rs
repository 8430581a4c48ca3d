//! A NetworkPolicy drops what a pod dials, or opens only ports that its pods do not serve.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};
use crate::model::{BlockedDial, ClosedPort, Direction};

pub(super) const RULE: Rule = rule!("network-policy-blocks", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for blocked in ctx.project.blocked_dials() {
        report_dial(&blocked, findings);
    }
    for closed in ctx.project.closed_ports() {
        report_port(&closed, findings);
    }
}

fn report_dial(blocked: &BlockedDial<'_>, findings: &mut Findings) {
    let BlockedDial { from, dial, to, port, direction, policy } = blocked;
    let (dialler, peer, name) = (&from.name.value, &to.name.value, &policy.place.name.value);
    let (whose, way, help) = match direction {
        Direction::Egress => (dialler, "out of", format!("add an `egress` rule for port {port} of `{peer}`")),
        Direction::Ingress => (peer, "into", format!("add an `ingress` rule for `{dialler}` on port {port}")),
    };
    findings
        .report(
            format!(
                "NetworkPolicy `{name}` drops what `{dialler}` dials at {}: no rule lets it {way} `{whose}`",
                dial.address()
            ),
            policy.place.span(),
            format!("no policy lets this connection {way} `{whose}`"),
        )
        .confidence(blocked.confidence())
        .evidence(dial.host_span, format!("`{dialler}` dials port {port} of `{peer}` here"))
        .dialled_by(from, dial)
        .help(help);
}

fn report_port(closed: &ClosedPort<'_>, findings: &mut Findings) {
    let ClosedPort { workload, policy, port, listeners } = closed;
    let (name, policy, ports) = (&workload.name.value, &policy.place.name.value, list_of_ports(listeners));
    let mut finding = findings
        .report(
            format!(
                "NetworkPolicy `{policy}` lets others come to port {} of `{name}`, which listens on {ports}",
                port.value
            ),
            port.span,
            format!("nothing in `{name}` listens on port {}", port.value),
        )
        .confidence(workload.image_confidence)
        .help(format!("allow port {ports}: a policy counts the ports of pods, not those of Services"));
    for listener in listeners {
        let at = listener.port.unwrap_or_default();
        finding = finding
            .confidence(listener.confidence)
            .evidence(listener.port_span, format!("`{name}` listens on port {at}"));
    }
}
