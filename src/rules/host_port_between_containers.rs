//! A container dials another by the port that is published on the host.

use super::{Context, Findings, Rule};
use crate::diagnostic::Safety;
use crate::model::{Dial, HostPortMistake, ServiceMistake, Workload};
use crate::source::{Edit, Spanned};

pub(super) const RULE: Rule = rule!("host-port-between-containers", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for dial in ctx.project.destinations(workload.id) {
            if let Some(mistake) = ctx.project.host_port_mistake(workload.id, &dial) {
                report(ctx, workload, &dial, &mistake, findings);
            }
            if let Some(mistake) = ctx.project.service_mistake(workload.id, &dial)
                && let Some(entry) = mistake.instead
            {
                report_service(workload, &dial, &mistake, entry.port, findings);
            }
        }
    }
}

fn report(
    ctx: &Context<'_>,
    workload: &Workload,
    dial: &Dial,
    mistake: &HostPortMistake<'_>,
    findings: &mut Findings,
) {
    let Some(port) = dial.port else { return };
    let (inside, peer) = (mistake.container_port, &mistake.peer.name.value);
    let finding = findings
        .report(
            format!(
                "`{}` dials {}, the port of `{peer}` on the host; between containers it is {inside}",
                workload.name.value,
                dial.address()
            ),
            dial.port_span.unwrap_or(dial.host_span),
            format!("port {port} exists on the host only"),
        )
        .weighed(ctx, workload)
        .accuses(workload, dial)
        .confidence(ctx.project.port_confidence(workload, dial))
        .confidence(mistake.confidence)
        .dialled_by(workload, dial)
        .evidence(mistake.published.span, format!("port {port} of the host is port {inside} of `{peer}`"))
        .help(format!("dial `{}:{inside}`: `ports` are for clients outside the Docker network", dial.host));
    if let Some(span) = dial.port_span.filter(|it| it.len() == port.to_string().len()) {
        let edit = Edit { span, replacement: inside.to_string() };
        finding.fix(format!("dial port {inside}"), Safety::Unsafe, vec![edit]);
    }
}

/// The port of the pods is dialled at their Service.
fn report_service(
    workload: &Workload,
    dial: &Dial,
    mistake: &ServiceMistake<'_>,
    outside: Spanned<u16>,
    findings: &mut Findings,
) {
    let Some(port) = dial.port else { return };
    let (name, service, right) = (&workload.name.value, &mistake.service.place.name.value, outside.value);
    let finding = findings
        .report(
            format!(
                "`{name}` dials {}, the port of the pods; the port of Service `{service}` is {right}",
                dial.address()
            ),
            dial.port_span.unwrap_or(dial.host_span),
            format!("Service `{service}` has no port {port}"),
        )
        .accuses(workload, dial)
        .confidence(mistake.confidence)
        .dialled_by(workload, dial)
        .evidence(outside.span, format!("its port {right} leads to port {port} of the pods"))
        .help(format!("dial `{}:{right}`", dial.host));
    if let Some(span) = dial.port_span.filter(|it| it.len() == port.to_string().len()) {
        let edit = Edit { span, replacement: right.to_string() };
        finding.fix(format!("dial port {right}"), Safety::Unsafe, vec![edit]);
    }
}
