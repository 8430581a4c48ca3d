//! A pod may connect to some others, and may not ask the name server for their addresses.

use super::finding::grouped;
use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("network-policy-blocks-dns", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for pods in grouped(ctx.project.restricted_dns(), |a, b| a.rule == b.rule) {
        let Some(first) = pods.first() else { continue };
        let (name, policy) = (&first.workload.name.value, &first.policy.place);
        findings
            .report(
                format!(
                    "NetworkPolicy `{}` lets `{name}` connect to others, but not to the name server",
                    policy.name.value
                ),
                policy.span(),
                "no rule lets DNS out",
            )
            .confidence(first.workload.image_confidence)
            .evidence(first.workload.name.span, format!("`{name}` cannot resolve any name"))
            .help("allow UDP and TCP port 53 to the pods of the cluster's name server");
    }
}
