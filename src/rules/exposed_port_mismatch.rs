//! An exposed port that the program does not serve.

use super::{Context, Findings, Rule};
use crate::model::{Image, ImageId, Listener, Served, Workload};
use crate::net::{PortRange, Protocol};
use crate::source::Span;

pub(super) const RULE: Rule = rule!("exposed-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (id, image) in ctx.project.images_with_ids() {
        check_image(ctx, id, image, findings);
    }
    for workload in &ctx.project.workloads {
        for exposed in &workload.exposed {
            check_port(ctx, &[workload], exposed.value, exposed.span, findings);
        }
    }
}

/// A port of `EXPOSE` is right when any container of the image serves it.
fn check_image(ctx: &Context<'_>, id: ImageId, image: &Image, findings: &mut Findings) {
    let workloads: Vec<_> = ctx.project.workloads_of(id).collect();
    for exposed in &image.exposed {
        check_port(ctx, &workloads, PortRange::single(exposed.value.0), exposed.span, findings);
    }
}

fn check_port(
    ctx: &Context<'_>,
    workloads: &[&Workload],
    port: PortRange,
    span: Span,
    findings: &mut Findings,
) {
    let all = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];
    let dead = |workload: &&Workload| {
        let serves = |it| ctx.project.serves_within(workload.id, port, it);
        workload.keeps_running() && all.into_iter().all(|it| matches!(serves(it), Served::No))
    };
    if !workloads.iter().all(dead) {
        return;
    }
    // Without a port that is served instead, the listener may be one that is not seen.
    let Some(instead) = workloads.iter().find_map(|it| unexposed_listener(ctx, it)) else { return };
    let served = instead.port.unwrap_or_default();
    findings
        .report(
            format!("Port {port} is exposed, but the program listens on {served}"),
            span,
            format!("nothing listens on port {port}"),
        )
        .confidence(instead.confidence)
        .evidence(instead.port_span, format!("it listens on port {served}"))
        .help(format!("expose {served}"));
}

fn unexposed_listener<'a>(ctx: &'a Context<'_>, workload: &'a Workload) -> Option<&'a Listener> {
    let image = workload.image.map(|it| ctx.project.image(it));
    workload.listeners.outward().find(|listener| {
        let port = listener.port.unwrap_or_default();
        let in_image = image.is_some_and(|it| it.exposed.iter().any(|it| it.value.0 == port));
        !in_image && !workload.exposed.iter().any(|it| it.value.contains(port))
    })
}
