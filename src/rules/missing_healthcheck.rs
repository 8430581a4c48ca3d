//! A long-running service without a health check.

use super::{Context, Findings, Rule};
use crate::model::{Project, Workload, WorkloadKind};

pub(super) const RULE: Rule = rule!("missing-healthcheck", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        // Only what listens is sure to run on; an image alone may be probed by what runs it.
        let serves = workload.program.is_some() && !workload.listeners.known.is_empty();
        let service = matches!(workload.kind, WorkloadKind::Service(_)) && !workload.one_shot;
        if serves
            && service
            && ctx.project.lacks_healthcheck(workload)
            && ctx.project.is_known_in_full(workload)
        {
            findings
                .report(
                    format!("service `{}` has no health check", workload.name.value),
                    workload.name.span,
                    "nothing tells Docker whether this service is well",
                )
                .help(advice(ctx.project, workload));
        }
    }
}

fn advice(project: &Project, workload: &Workload) -> String {
    let route = workload.program.and_then(|it| project.program(it).routes.health_route());
    let port = workload.http_listener().and_then(|it| it.port);
    match (route, port) {
        (Some(route), Some(port)) => {
            format!("add a `healthcheck` that asks http://localhost:{port}{}", route.path)
        }
        _ => "add a `healthcheck` to the service, or a HEALTHCHECK to its Dockerfile".to_owned(),
    }
}
