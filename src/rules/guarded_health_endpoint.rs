//! A health check asks for a route that stands behind authentication.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{HealthRequest, Healthcheck, Workload};

pub(super) const RULE: Rule = rule!("guarded-health-endpoint", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Healthcheck::Set(check) = &workload.healthcheck else { continue };
        let requests = check.requests.iter();
        for request in requests.filter(|it| it.fails_on_error_status && !it.may_authenticate) {
            check_request(ctx, workload, request, findings);
        }
    }
}

fn check_request(ctx: &Context<'_>, workload: &Workload, request: &HealthRequest, findings: &mut Findings) {
    let Some((program, listener)) = ctx.project.asked_by(workload.id, request) else { return };
    let Some((route, guard)) = program.routes.guarded(&request.path) else { return };
    findings
        .report(
            format!(
                "the health check of `{}` asks for {}, which refuses it for want of credentials",
                workload.name.value, request.path
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
}
