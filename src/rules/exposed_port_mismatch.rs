//! An exposed port that the program does not serve.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Severity};
use crate::model::{Image, ImageId, Listener, Served, Workload, WorkloadKind};
use crate::net::{PortRange, Protocol};
use crate::source::Span;

pub(super) const RULE: Rule = rule!("exposed-port-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (id, image) in ctx.project.images_with_ids() {
        check_image(ctx, id, image, findings);
    }
    for workload in &ctx.project.workloads {
        for exposed in &workload.exposed {
            // Nothing but who dials the service goes by it, and a dial is judged where it is made.
            check_port(ctx, &[workload], exposed.value, exposed.span, Severity::Info, findings);
        }
    }
}

/// A port of `EXPOSE` is right when any container serves it of the image, or of another that the same line is for:
/// build arguments make several programs of one Dockerfile.
fn check_image(ctx: &Context<'_>, id: ImageId, image: &Image, findings: &mut Findings) {
    // What perhaps runs another image says nothing of this one.
    let is_of_image = |it: &&Workload| it.image_confidence > Confidence::Possible;
    let workloads: Vec<_> = ctx.project.workloads_of(id).filter(is_of_image).collect();
    let others = ctx.project.images_with_ids().filter(|(it, other)| *it != id && other.file == image.file);
    let others: Vec<_> = others.collect();
    for exposed in &image.exposed {
        let (number, protocol) = exposed.value;
        let serves = |it: &Workload| matches!(ctx.project.serves(it.id, number, protocol), Served::Yes(..));
        let is_for_another = others.iter().any(|(other, it)| {
            it.exposed.iter().any(|it| it.span == exposed.span)
                && ctx.project.workloads_of(*other).any(serves)
        });
        if !is_for_another {
            let port = PortRange::single(number);
            check_port(ctx, &workloads, port, exposed.span, Severity::Warning, findings);
        }
    }
}

fn check_port(
    ctx: &Context<'_>,
    workloads: &[&Workload],
    port: PortRange,
    span: Span,
    severity: Severity,
    findings: &mut Findings,
) {
    let is_moved = |workload: &Workload, it: &Listener| ctx.project.is_moved_by_container(workload, it);
    let all = [Protocol::Tcp, Protocol::Udp, Protocol::Sctp];
    let dead = |workload: &&Workload| {
        let serves = |it| ctx.project.serves_within(workload.id, port, it);
        let is_pod = matches!(workload.kind, WorkloadKind::Pod(_));
        let by_pod = || is_pod && workload.listeners.outward().any(|it| is_moved(workload, it));
        let moved = || ctx.project.overrides_port(workload, port) || by_pod();
        workload.keeps_running() && !moved() && all.into_iter().all(|it| matches!(serves(it), Served::No))
    };
    if !workloads.iter().all(dead) {
        return;
    }
    // Without a port that is served instead, the listener may be one that is not seen.
    let instead: Vec<_> = workloads.iter().flat_map(|it| unexposed_listeners(ctx, it)).collect();
    let [first, ..] = instead[..] else { return };
    let served = list_of_ports(&instead);
    // The container may say the port, over the default of the image, for which `EXPOSE` stands.
    let sure = match instead.iter().all(|it| workloads.iter().any(|workload| is_moved(workload, it))) {
        true => Confidence::Possible,
        false => first.confidence,
    };
    let mut finding = findings
        .report(
            format!("Port {port} is exposed, but the program listens on {served}"),
            span,
            format!("nothing listens on port {port}"),
        )
        .severity(severity)
        .confidence(sure)
        .help(format!("expose {served} instead"));
    for listener in instead {
        let port = listener.port.unwrap_or_default();
        finding = finding.evidence(listener.port_span, format!("it listens on port {port}"));
    }
}

fn unexposed_listeners<'a>(
    ctx: &'a Context<'_>,
    workload: &'a Workload,
) -> impl Iterator<Item = &'a Listener> {
    let image = workload.image.map(|it| ctx.project.image(it));
    workload.listeners.outward().filter(move |listener| {
        let port = listener.port.unwrap_or_default();
        let in_image = image.is_some_and(|it| it.exposed.iter().any(|it| it.value.0 == port));
        !in_image && !workload.exposed.iter().any(|it| it.value.contains(port))
    })
}
