//! A service publishes ports and has the host's network.

use super::finding::entry_name;
use super::{Context, Findings, Rule};
use crate::model::Namespace;

pub(super) const RULE: Rule = rule!("ports-on-host-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let (Namespace::Host(mode), [first, others @ ..]) = (&workload.namespace, &workload.published[..])
        else {
            continue;
        };
        let mut finding = findings
            .report(
                format!(
                    "Docker discards the ports of `{}`, which has the network of the host",
                    workload.name.value
                ),
                first.span,
                "nothing is published here".to_owned(),
            )
            .weighed(ctx, workload)
            .evidence(*mode, format!("`{}` has the network of the host", workload.name.value))
            .help(format!(
                "leave out {}: what the program listens on is a port of the host already",
                entry_name(workload)
            ));
        for port in others {
            finding = finding.evidence(port.span, "nor here");
        }
    }
}
