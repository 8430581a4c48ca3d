//! An HTTP server in a container without a route that tells its health.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("missing-health-endpoint", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some(program) = workload.program.map(|it| ctx.project.program(it)) else { continue };
        // gRPC has a health service of its own, and a check that is set knows what to ask.
        if !ctx.project.lacks_healthcheck(workload) || workload.serves_grpc() || !program.routes.lack_health()
        {
            continue;
        }
        let Some(listener) = workload.http_listener() else { continue };
        findings
            .report(
                format!(
                    "the HTTP server of `{}` has no route that tells whether it is well",
                    workload.name.value
                ),
                listener.call,
                "no route of this server is for health checks",
            )
            .confidence(listener.confidence)
            .help("add a route such as `/healthz` that answers 200 while the server can do its work");
    }
}
