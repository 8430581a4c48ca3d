//! A health check asks a port of its own container on which nothing listens.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};
use crate::model::{HealthPort, Healthcheck, Listener, Workload};

pub(super) const RULE: Rule = rule!("health-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Healthcheck::Set(check) = &workload.healthcheck else { continue };
        if workload.incomplete.is_some() || !workload.keeps_running() {
            continue;
        }
        for asked in &check.ports {
            let served = ctx.project.served_instead(workload.id, asked);
            if !served.is_empty() {
                report(workload, asked, &served, findings);
            }
        }
    }
}

fn report(workload: &Workload, asked: &HealthPort, served: &[&Listener], findings: &mut Findings) {
    let (name, port, ports) = (&workload.name.value, asked.port, list_of_ports(served));
    let mut finding = findings
        .report(
            format!("the health check of `{name}` asks port {port}, but `{name}` listens on {ports}"),
            asked.span,
            format!("nothing in `{name}` listens on port {port}"),
        )
        .help(match served {
            [only] => format!("ask port {}", only.port.unwrap_or_default()),
            _ => "ask one of the ports that are served".to_owned(),
        });
    for listener in served {
        let at = listener.port.unwrap_or_default();
        finding = finding
            .confidence(listener.confidence)
            .evidence(listener.port_span, format!("`{name}` listens on port {at}"));
    }
}
