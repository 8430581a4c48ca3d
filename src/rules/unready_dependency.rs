//! A program dials a database that may not be ready yet, and nothing starts it again.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("unready-dependency", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for (dial, peer) in ctx.project.unready_dependencies(workload) {
            let (name, awaited) = (&workload.name.value, &peer.name.value);
            let dependency = workload.dependencies.iter().find(|it| it.service.value == *awaited);
            let (place, label) = match dependency {
                Some(it) => (it.service.span, "this waits for the container, not for the database in it"),
                None => (workload.name.span, "it does not wait for it"),
            };
            findings
                .report(
                    format!("`{name}` may start before `{awaited}` accepts connections, and nothing starts it again"),
                    place,
                    label,
                )
                .accuses(workload, dial)
                .dialled_by(workload, dial)
                .evidence(dial.host_span, format!("`{name}` dials it here"))
                .evidence(peer.name.span, format!("`{awaited}` may take a while to start"))
                .help(format!(
                    "wait with `condition: service_healthy` for a health check of `{awaited}`, or set `restart: on-failure`"
                ));
        }
    }
}
