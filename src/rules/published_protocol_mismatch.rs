//! A port that is published with another transport than the one that is served.

use super::{Context, Findings, Rule};
use crate::model::{Listener, PublishedPort, Workload};
use crate::net::Protocol;

pub(super) const RULE: Rule = rule!("published-protocol-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in ctx.project.workloads.iter().filter(|it| it.incomplete.is_none()) {
        for published in &workload.published {
            if let Some(listener) = ctx.project.listener_of_other_protocol(workload.id, published) {
                report(ctx, workload, published, listener, findings);
            }
        }
    }
}

fn report(
    ctx: &Context<'_>,
    workload: &Workload,
    published: &PublishedPort,
    listener: &Listener,
    findings: &mut Findings,
) {
    let (name, port) = (&workload.name.value, listener.port.unwrap_or(published.container.first));
    let (served, consequence) = match listener.protocol {
        Protocol::Udp => (
            "UDP",
            "TCP is published: the host takes connections and then resets them, so that checks of the port pass",
        ),
        _ => ("TCP", "UDP is published: nothing listens on the TCP port of the host"),
    };
    let host = published.host.map_or_else(String::new, |it| format!("{it}:"));
    let suffix = if listener.protocol == Protocol::Udp { "/udp" } else { "" };
    findings
        .report(
            format!("`{name}` listens on {served} port {port}, but {consequence}"),
            published.container_span,
            format!("only {served} is served on this port"),
        )
        .weighed(ctx, workload)
        .accuses(workload, listener)
        .evidence(listener.port_span, format!("`{name}` listens on {served} port {port}"))
        .help(format!("publish what is served: `{host}{}{suffix}`", published.container));
}
