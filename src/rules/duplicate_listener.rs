//! A process binds one port twice.

use super::{Context, Findings, Rule};
use crate::model::{Collision, Workload};

pub(super) const RULE: Rule = rule!("duplicate-listener", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for collision in &workload.listeners.collisions {
            report(workload, collision, findings);
        }
    }
}

fn report(workload: &Workload, collision: &Collision, findings: &mut Findings) {
    let (name, port, protocol) = (&workload.name.value, collision.port, collision.protocol.as_str());
    let mut finding = findings
        .report(
            format!(
                "`{name}` binds {protocol} port {port} twice, which fails with \"address already in use\""
            ),
            collision.second,
            format!("port {port} is bound again here"),
        )
        .confidence(collision.confidence)
        .evidence(collision.first, format!("port {port} is bound here"));
    for (call, written) in
        [(collision.first, collision.first_port), (collision.second, collision.second_port)]
    {
        if !call.contains(written) {
            finding = finding.evidence(written, "the port comes from here");
        }
    }
    finding.help("give each listener a port of its own, or let one server answer for both");
}
