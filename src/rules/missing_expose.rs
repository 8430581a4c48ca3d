//! A server whose image does not say which port it serves.

use super::finding::list_of_ports;
use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Safety};
use crate::model::{Image, ImageId, Listener, WorkloadKind};
use crate::net::Protocol;
use crate::source::Edit;

pub(super) const RULE: Rule = rule!("missing-expose", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (id, image) in ctx.project.images_with_ids() {
        let missing = unexposed(ctx, id, image);
        let ([first, ..], Some(expose_at)) = (&missing[..], image.expose_at) else { continue };
        let ports: Vec<_> = missing.iter().map(|it| port_text(it)).collect();
        let ports = ports.join(" ");
        // Beside the ports that it does expose.
        let place = image.exposed.last().map_or(image.from, |it| it.span);
        let edit = Edit { span: expose_at, replacement: format!("EXPOSE {ports}\n") };
        let mut finding = findings
            .report(
                format!(
                    "{} does not expose {}, on which its program listens",
                    image.path,
                    list_of_ports(&missing)
                ),
                place,
                format!("no `EXPOSE {ports}` in this image"),
            )
            .confidence(Confidence::Likely)
            .confidence(first.confidence)
            .help(format!("add `EXPOSE {ports}`, which tells people and tools what to publish"))
            .fix(format!("add `EXPOSE {ports}`"), Safety::Safe, vec![edit]);
        for listener in missing {
            finding = finding.evidence(listener.port_span, format!("it listens on {}", port_text(listener)));
        }
    }
}

/// What every container of the image listens on without `EXPOSE`: a port that one service alone
/// sets in its environment is no matter of the image.
fn unexposed<'a>(ctx: &'a Context<'_>, id: ImageId, image: &Image) -> Vec<&'a Listener> {
    // Kubernetes makes nothing of `EXPOSE`.
    let mut workloads = ctx.project.workloads_of(id).filter(|it| !matches!(it.kind, WorkloadKind::Pod(_)));
    let Some(one) = workloads.next() else { return Vec::new() };
    let others: Vec<_> = workloads.collect();
    let key = |it: &Listener| it.port.map(|port| (port, it.protocol));
    let mut found: Vec<&Listener> = Vec::new();
    for listener in one.listeners.outward() {
        let everywhere = others.iter().all(|it| it.listeners.outward().any(|it| key(it) == key(listener)));
        let exposed = image.exposed.iter().any(|it| Some(it.value) == key(listener));
        let known = found.iter().any(|it| key(it) == key(listener));
        if image.program.is_some() && everywhere && !exposed && !known {
            found.push(listener);
        }
    }
    found
}

/// The port as `EXPOSE` wants it.
fn port_text(listener: &Listener) -> String {
    let port = listener.port.unwrap_or_default();
    match listener.protocol {
        Protocol::Tcp => port.to_string(),
        other => format!("{port}/{}", other.as_str()),
    }
}
