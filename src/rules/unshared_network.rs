//! A container dials one that is on none of its networks.

use super::{Context, Findings, Rule};
use crate::model::{Dial, HostAnswer, Workload};

pub(super) const RULE: Rule = rule!("unshared-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for dial in ctx.project.destinations(workload.id) {
            if let HostAnswer::Unshared(peers) = ctx.project.resolve_host(workload.id, &dial.host)
                && let Some(peer) = peers.first()
                && !ctx.project.is_on_default_bridge(workload.id)
            {
                report(ctx, workload, &dial, ctx.project.workload(*peer), findings);
            }
        }
    }
}

fn report(ctx: &Context<'_>, from: &Workload, dial: &Dial, to: &Workload, findings: &mut Findings) {
    let (dialler, peer) = (&from.name.value, &to.name.value);
    let mut finding = findings
        .report(
            format!("`{dialler}` dials `{}`, but shares no network with `{peer}`", dial.host),
            dial.host_span,
            format!("`{dialler}` cannot even resolve this name"),
        )
        .weighed(ctx, from)
        .accuses(from, dial)
        .dialled_by(from, dial);
    for workload in [from, to] {
        for place in ctx.project.network_evidence(workload) {
            finding = finding.evidence(place.span, place.value);
        }
    }
    finding.help(ctx.project.joining_advice(from, to));
}
