//! A service has `links`, which on a network of the project add nothing.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("legacy-links", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let [first, others @ ..] = &workload.link_entries[..] else { continue };
        // On the default bridge only links give names.
        if workload.networks.is_empty() {
            continue;
        }
        let mut finding = findings
            .report(
                format!("`{}` has `links`, which add nothing on a network of the project", workload.name.value),
                *first,
                "services reach each other by name without it",
            )
            .help("leave them out: `depends_on` orders the start, and `aliases` of a network give further names");
        for other in others {
            finding = finding.evidence(*other, "and here");
        }
    }
}
