//! A health check asks for a path that the server does not have.

use super::finding::grouped;
use super::{Context, Findings, Rule};
use crate::model::{HealthCheck, HealthRequest, Workload};
use crate::source::nearest;

pub(super) const RULE: Rule = rule!("unserved-health-path", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for requests in grouped(workload.strict_requests(), |(_, a), (_, b)| a.asks_as(b)) {
            check_request(ctx, workload, &requests, findings);
        }
    }
}

fn check_request(
    ctx: &Context<'_>,
    workload: &Workload,
    requests: &[(&HealthCheck, &HealthRequest)],
    findings: &mut Findings,
) {
    let [(check, request), others @ ..] = requests else { return };
    let Some((program, listener)) = ctx.project.denied_by(workload.id, request) else { return };
    let (noun, name, path) = (check.source.noun(), &workload.name.value, &request.path);
    let for_other_method = program.routes.for_other_method(path);
    let (message, label) = match for_other_method {
        Some((_, method)) => (
            format!("the {noun} of `{name}` asks for {path}, which its server answers to {method} alone"),
            "the check asks by GET or HEAD, so the answer is 405 or 404",
        ),
        None => (
            format!("the {noun} of `{name}` asks for {path}, a path its server does not have"),
            "no route takes this path, so the answer is 404",
        ),
    };
    let mut finding = findings
        .report(message, request.path_span, label)
        .confidence(workload.image_confidence)
        .confidence(listener.confidence);
    for (other, request) in others {
        finding = finding.evidence(request.path_span, format!("the {} asks for it too", other.source.noun()));
    }
    if let Some((route, method)) = for_other_method {
        let finding = finding.evidence(route.span, format!("this route takes {method} alone"));
        finding.help("add a route for health checks that takes GET, and ask for that");
        return;
    }
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
