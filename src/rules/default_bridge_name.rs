//! A container on the default bridge dials another by its name.

use super::{Context, Findings, Rule};
use crate::model::{Dial, HostAnswer, Workload, WorkloadKind};

pub(super) const RULE: Rule = rule!("default-bridge-name", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in ctx.project.workloads.iter().filter(|it| ctx.project.is_on_default_bridge(it.id)) {
        for dial in ctx.project.destinations(workload.id) {
            if let HostAnswer::Unshared(peers) = ctx.project.resolve_host(workload.id, &dial.host)
                && let Some(peer) = peers.first()
            {
                report(ctx, workload, &dial, ctx.project.workload(*peer), findings);
            }
        }
    }
}

fn report(ctx: &Context<'_>, from: &Workload, dial: &Dial, to: &Workload, findings: &mut Findings) {
    let (dialler, host) = (&from.name.value, &dial.host);
    let mut finding = findings
        .report(
            format!("`{dialler}` dials `{host}`, but no name resolves on the default bridge"),
            dial.host_span,
            format!("`{dialler}` cannot resolve this name"),
        )
        .weighed(ctx, from)
        .accuses(from, dial)
        .dialled_by(from, dial);
    for place in [from, to].into_iter().flat_map(|it| ctx.project.network_evidence(it)) {
        finding = finding.evidence(place.span, place.value);
    }
    finding.help(match from.kind {
        WorkloadKind::Run(_) => format!(
            "create a network with `docker network create`, and start both with `--network`: there `{host}` is a name"
        ),
        _ => format!("leave out `network_mode`: on a network of the project `{host}` is a name"),
    });
}
