//! A published container port on which nothing listens.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Severity};
use crate::model::{PublishedPort, Served, Workload};
use crate::net::Protocol;

pub(super) const RULE: Rule = rule!("published-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        // A program without any listener that is known has one that is not known.
        let known = workload.incomplete.is_none() && workload.published_incomplete.is_none();
        let speaks = known && workload.keeps_running();
        if speaks && workload.listeners.outward().next().is_some() {
            for port in &workload.published {
                if is_dead(ctx, workload, port) {
                    report(ctx, workload, port, findings);
                }
            }
        }
    }
}

/// The same port with another transport is another fault.
fn is_dead(ctx: &Context<'_>, workload: &Workload, port: &PublishedPort) -> bool {
    let all = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];
    all.into_iter().all(|it| matches!(ctx.project.serves_within(workload.id, port.container, it), Served::No))
}

fn report(ctx: &Context<'_>, workload: &Workload, port: &PublishedPort, findings: &mut Findings) {
    let (name, container) = (&workload.name.value, port.container);
    let meant = ctx.project.unpublished_listeners(workload.id);
    let meant: Vec<_> = meant.filter(|it| !workload.is_for_containers_alone(it)).collect();
    let [first, ..] = meant[..] else {
        // Everything that is known to listen has its own entry, so this one is left over, or is
        // for something that cannot be seen from here.
        findings
            .report(
                format!("`{name}` publishes container port {container}, where nothing listens"),
                port.container_span,
                format!("nothing in `{name}` listens here"),
            )
            .severity(Severity::Warning)
            .weighed(ctx, workload)
            .confidence(Confidence::Likely)
            .help("remove the entry, or listen on that port");
        return;
    };
    let (served, instead) = (list_of_ports(&meant), first.port.unwrap_or_default());
    let host = port.host.map_or_else(String::new, |it| format!("{it}:"));
    let mut finding = findings
        .report(
            format!("`{name}` publishes container port {container}, but listens on {served}"),
            port.container_span,
            format!("nothing in `{name}` listens here"),
        )
        .weighed(ctx, workload)
        .confidence(first.confidence)
        .help(format!("publish the port that is served: `{host}{instead}`"));
    for listener in meant {
        let at = listener.port.unwrap_or_default();
        finding = finding.evidence(listener.port_span, format!("`{name}` listens on port {at}"));
    }
}
