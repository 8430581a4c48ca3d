//! A service that serves and that nothing can reach.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{Application, Listener, Mount, WorkloadKind};

pub(super) const RULE: Rule = rule!("unpublished-port", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        if !ctx.project.is_unreachable(workload.id) {
            continue;
        }
        // A database is for those who dial it; of a job on a runner nobody can.
        let is_beside_job = workload.pipeline.is_some();
        let optional = &workload.listeners.optional;
        let speaks = |it: &&Listener| {
            (is_beside_job || it.application != Application::Other) && !optional.contains(&it.call)
        };
        let Some(listener) = workload.listeners.outward().find(speaks) else { continue };
        // What is given a configuration may work for others without being asked: Prometheus scrapes and alerts.
        if workload.program.is_none() && workload.mounts.iter().any(Mount::may_configure) {
            continue;
        }
        let (name, port) = (&workload.name.value, listener.port.unwrap_or_default());
        findings
            .report(
                format!("Nothing can reach `{name}`: port {port} is neither published nor dialled"),
                workload.name.span,
                format!("nothing outside this container reaches port {port}"),
            )
            .confidence(Confidence::Likely)
            .confidence(listener.confidence)
            .evidence(listener.port_span, format!("`{name}` listens on port {port}"))
            .help(match workload.kind {
                WorkloadKind::Run(_) if !is_beside_job => format!("publish it with `-p {port}:{port}`"),
                _ => format!("publish it with `ports: [\"{port}:{port}\"]`"),
            });
    }
}
