//! A container dials 0.0.0.0 or [::], which as a destination is itself.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Severity};
use crate::model::{Dial, HostAnswer, Served, Workload};

pub(super) const RULE: Rule = rule!("unspecified-address-dialled", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in ctx.project.workloads.iter().filter(|it| ctx.project.has_container_interfaces(it.id)) {
        for dial in &workload.dials {
            let is_unspecified = ctx.project.resolve_host(workload.id, &dial.host) == HostAnswer::Unspecified;
            if is_unspecified && !ctx.project.is_of_own_listener(dial) {
                check_dial(ctx, workload, dial, findings);
            }
        }
    }
}

fn check_dial(ctx: &Context<'_>, workload: &Workload, dial: &Dial, findings: &mut Findings) {
    let Some(port) = dial.port else { return };
    let own = ctx.project.serves(workload.id, port, dial.protocol);
    let peers = ctx.project.meant_by_localhost(workload.id, port, dial.protocol);
    let confidence = match (own, peers.is_empty()) {
        (Served::Yes(..), _) | (Served::Unknown, true) => return,
        (Served::Unknown, false) => Confidence::Likely,
        (Served::No, _) => Confidence::Proven,
    };
    let name = &workload.name.value;
    let finding = findings
        .report(
            format!("`{name}` dials `{}` on port {port}, which is its own container", dial.host),
            dial.host_span,
            format!("this is container `{name}` itself"),
        )
        .confidence(confidence)
        .weighed(ctx, workload)
        .accuses(workload, dial)
        .used_at(dial.site, "it is dialled here");
    match peers.first() {
        Some(peer) => finding
            .evidence(peer.span, peer.clause.clone())
            .help(format!("dial `{}:{}`", peer.name, peer.port)),
        None => finding
            .severity(Severity::Warning)
            .weighed(ctx, workload)
            .help(format!("dial the name of the container that serves port {port}")),
    };
}
