//! A service publishes ports and is on internal networks alone.

use super::finding::entry_name;
use super::{Context, Findings, Rule};
use crate::model::Namespace;

pub(super) const RULE: Rule = rule!("internal-network-publish", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let is_own = workload.namespace == Namespace::Own;
        let [first, others @ ..] = &workload.published[..] else { continue };
        if !is_own || !ctx.project.is_internal_alone(workload) {
            continue;
        }
        let name = &workload.name.value;
        let mut finding = findings
            .report(
                format!("Docker opens no port of the host for `{name}`, which is on internal networks alone"),
                first.span,
                "nothing is published here".to_owned(),
            )
            .help(format!(
                "put `{name}` on a network that is not internal as well, or leave out {}",
                entry_name(workload)
            ))
            .weighed(ctx, workload);
        for port in others {
            finding = finding.evidence(port.span, "nor here");
        }
        for membership in &workload.networks {
            if let Some(declared) = ctx.project.network(membership.network).span {
                finding = finding.evidence(declared, "this network is internal");
            }
        }
    }
}
