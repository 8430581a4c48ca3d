//! A health check asks for a route that stands behind authentication.

use super::finding::grouped;
use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{HealthCheck, HealthRequest, Workload};

pub(super) const RULE: Rule = rule!("guarded-health-endpoint", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let requests = workload.strict_requests().filter(|(_, it)| !it.may_authenticate);
        for requests in grouped(requests, |(_, a), (_, b)| a.asks_as(b)) {
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
    let Some((program, listener)) = ctx.project.asked_by(workload.id, request) else { return };
    let Some((route, guard)) = program.routes.guarded(&request.path) else { return };
    let mut finding = findings
        .report(
            format!(
                "the {} of `{}` asks for {}, which refuses it for want of credentials",
                check.source.noun(),
                workload.name.value,
                request.path
            ),
            request.path_span,
            "the check sends no credentials for this path",
        )
        .accuses(workload, listener)
        // That the middleware refuses is the catalogue's word.
        .confidence(Confidence::Likely)
        .evidence(route.span, "this route answers it")
        .evidence(guard, "this stands in front of the route")
        .help(format!("register {} where no authentication stands in front of it", request.path));
    for (other, request) in others {
        finding = finding.evidence(request.path_span, format!("the {} asks for it too", other.source.noun()));
    }
}
