//! A containerised program listens where only its own container can connect.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Severity};
use crate::model::{Listener, Workload, WorkloadKind};
use crate::net::Reach;

pub(super) const RULE: Rule = rule!("loopback-listener", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for listener in &workload.listeners.known {
            if listener.reach == Reach::Loopback {
                check_listener(ctx, workload, listener, findings);
            }
        }
    }
}

/// A loopback listener that nobody is meant to reach (pprof, an admin page) is right as it is.
fn check_listener(ctx: &Context<'_>, workload: &Workload, listener: &Listener, findings: &mut Findings) {
    let Some(entrance) = ctx.project.entrance_to(workload.id, listener) else { return };
    let severity = match workload.kind {
        WorkloadKind::Service(_) => Severity::Error,
        WorkloadKind::Pod(_) | WorkloadKind::Run(_) if entrance.is_used => Severity::Error,
        WorkloadKind::Image | WorkloadKind::Pod(_) | WorkloadKind::Run(_) => Severity::Warning,
    };
    // Who has its network reaches it there, which may be all that is meant.
    let is_shared = matches!(workload.kind, WorkloadKind::Service(_))
        && ctx.project.namespace_members(workload.id).len() > 1;
    // Another process of the container may hand on what comes in: `socat TCP-LISTEN:8080,bind=$(hostname -i) ... &`.
    let is_alone = workload.listeners.only_go;
    findings
        .report(
            format!(
                "`{}` listens on {}, which only its own container can reach",
                workload.name.value, listener.address
            ),
            listener.host_span,
            "only this container can connect to it",
        )
        .severity(severity)
        .weighed(ctx, workload)
        .accuses(workload, listener)
        .confidence(if is_shared || !is_alone { Confidence::Possible } else { Confidence::Proven })
        .used_at(listener.call, "the program listens here")
        .evidence(entrance.span, entrance.clause)
        .help(listener.advice());
}
