//! A service publishes ports and has the host's network.

use super::finding::entry_name;
use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{Namespace, PublishedPort, WorkloadKind};

pub(super) const RULE: Rule = rule!("ports-on-host-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let (Namespace::Host(mode), [first, others @ ..]) = (&workload.namespace, &workload.published[..])
        else {
            continue;
        };
        // A Swarm ignores `network_mode`.
        if let WorkloadKind::Service(id) = workload.kind
            && ctx.project.composition(id).is_only_stack
        {
            continue;
        }
        // `9090:9090`: who dials the port of the host finds the program there all the same.
        let is_moved = |it: &PublishedPort| it.host.is_some_and(|host| host != it.container);
        let is_harmless = !workload.published.iter().any(is_moved);
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
            .confidence(if is_harmless { Confidence::Possible } else { Confidence::Proven })
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
