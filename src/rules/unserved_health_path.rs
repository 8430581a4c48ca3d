//! A health check asks for a path that the server does not have.

use super::{Context, Findings, Rule};
use crate::model::{HealthRequest, Healthcheck, RouteMatch, Workload};
use crate::source::nearest;

pub(super) const RULE: Rule = rule!("unserved-health-path", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Healthcheck::Set(check) = &workload.healthcheck else { continue };
        // `curl` without `-f` is content with a 404.
        for request in check.requests.iter().filter(|it| it.fails_on_error_status) {
            check_request(ctx, workload, request, findings);
        }
    }
}

fn check_request(ctx: &Context<'_>, workload: &Workload, request: &HealthRequest, findings: &mut Findings) {
    let Some((program, listener)) = ctx.project.asked_by(workload.id, request) else { return };
    if program.routes.known.is_empty() || program.routes.answer(&request.path) != RouteMatch::NotServed {
        return;
    }
    let finding = findings
        .report(
            format!(
                "the health check of `{}` asks for {}, a path its server does not have",
                workload.name.value, request.path
            ),
            request.path_span,
            "no route takes this path, so the answer is 404",
        )
        .confidence(listener.confidence);
    let routes = &program.routes.known;
    let near = nearest(&request.path, routes.iter().map(|it| it.path.as_str()));
    let near = routes.iter().find(|it| Some(it.path.as_str()) == near).or(program.routes.health_route());
    let Some(route) = near else {
        let finding = finding.evidence(listener.call, "this server has no such route");
        finding.help(format!("add a route for {}, or ask for a path that the server has", request.path));
        return;
    };
    finding.evidence(route.span, "this route was probably meant").help(format!("ask for {}", route.path));
}
