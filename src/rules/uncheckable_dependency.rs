//! A service waits for the health of another one that has no health check.

use super::{Context, Findings, Rule};
use crate::model::Healthcheck;

pub(super) const RULE: Rule = rule!("uncheckable-dependency", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for (dependency, peer) in ctx.project.uncheckable_dependencies(workload) {
            let Some(condition) = &dependency.condition else { continue };
            let (name, peer_name) = (&workload.name.value, &peer.name.value);
            let place = match peer.healthcheck {
                Healthcheck::Disabled(span) => span,
                _ => peer.name.span,
            };
            findings
                .report(
                    format!("`{name}` never starts: it waits until `{peer_name}` is healthy, which has no health check"),
                    condition.span,
                    format!("`{peer_name}` never becomes healthy"),
                )
                .evidence(place, format!("`{peer_name}` has no health check"))
                .help(format!(
                    "add a `healthcheck` to `{peer_name}`, or wait with `condition: service_started`"
                ));
        }
    }
}
