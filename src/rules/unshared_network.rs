//! A container dials one that is on none of its networks.

use super::{Context, Finding, Findings, Rule};
use crate::model::{Dial, HostAnswer, Workload};

pub(super) const RULE: Rule = rule!("unshared-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
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
    let (dialler, peer) = (&from.name.value, &to.name.value);
    let mut finding = findings
        .report(
            format!("`{dialler}` dials `{}`, but shares no network with `{peer}`", dial.host),
            dial.host_span,
            format!("`{dialler}` cannot even resolve this name"),
        )
        .accuses(from, dial)
        .dialled_by(from, dial);
    for workload in [from, to] {
        finding = show_networks(ctx, workload, finding);
    }
    let common = to.networks.first().map(|it| ctx.project.network(it.network).name.as_str());
    finding.help(match common {
        Some(network) => format!("put both on one network: add `{network}` to the `networks` of `{dialler}`"),
        None => "put both on one network".to_owned(),
    });
}

fn show_networks<'a>(ctx: &Context<'_>, workload: &Workload, mut finding: Finding<'a>) -> Finding<'a> {
    for membership in &workload.networks {
        let network = &ctx.project.network(membership.network).name;
        finding = finding.evidence(membership.span, format!("`{}` is on `{network}`", workload.name.value));
    }
    finding
}
