//! A health check asks a port of its own container on which nothing listens.

use super::finding::{grouped, list_of_ports, only_port};
use super::{Context, Findings, Rule};
use crate::model::{HealthCheck, HealthPort, Workload};

pub(super) const RULE: Rule = rule!("health-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        if workload.incomplete.is_some() || !workload.keeps_running() {
            continue;
        }
        let asked = workload.health_checks().flat_map(|it| it.ports.iter().map(move |port| (it, port)));
        for asked in grouped(asked, |a, b| a.1.port == b.1.port && a.1.host == b.1.host) {
            check_port(ctx, workload, &asked, findings);
        }
    }
}

fn check_port(
    ctx: &Context<'_>,
    workload: &Workload,
    asked: &[(&HealthCheck, &HealthPort)],
    findings: &mut Findings,
) {
    let [(check, first), others @ ..] = asked else { return };
    let served = ctx.project.served_instead(workload.id, first);
    if served.is_empty() {
        return;
    }
    let (name, port, ports) = (&workload.name.value, first.port, list_of_ports(&served));
    let noun = check.source.noun();
    let mut finding = findings
        .report(
            format!("the {noun} of `{name}` asks port {port}, but `{name}` listens on {ports}"),
            first.span,
            format!("nothing in `{name}` listens on port {port}"),
        )
        .confidence(workload.image_confidence)
        .help(match only_port(&served) {
            Some(only) => format!("ask port {only}"),
            None => "ask one of the ports that are served".to_owned(),
        });
    for (other, asked) in others {
        finding = finding.evidence(asked.span, format!("the {} asks it too", other.source.noun()));
    }
    for listener in served {
        let at = listener.port.unwrap_or_default();
        finding = finding
            .confidence(listener.confidence)
            .evidence(listener.port_span, format!("`{name}` listens on port {at}"));
    }
}
