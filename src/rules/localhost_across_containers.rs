//! A container dials localhost for something that another container serves.

use super::{Context, Finding, Findings, Rule};
use crate::diagnostic::Safety;
use crate::model::{Dial, HostAnswer, PeerPort, Workload, WorkloadKind};
use crate::source::Edit;

pub(super) const RULE: Rule = rule!("localhost-across-containers", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (workload, dial, port) in ctx.project.lost_localhost_dials() {
        check_dial(ctx, workload, dial, port, findings);
    }
}

fn check_dial(ctx: &Context<'_>, workload: &Workload, dial: &Dial, port: u16, findings: &mut Findings) {
    let peers = ctx.project.meant_by_localhost(workload.id, port, dial.protocol);
    let Some(peer) = peers.first().filter(|_| !ctx.project.is_told_of(workload.id, dial, &peers)) else {
        return;
    };
    let (name, address) = (&workload.name.value, dial.address());
    let mut finding = findings
        .report(
            format!(
                "`{name}` dials {address}, but `{}` serves that and is another container",
                peer.workload.name.value
            ),
            dial.host_span,
            format!("here this is the container of `{name}` itself"),
        )
        .confidence(peer.confidence)
        .weighed(ctx, workload)
        .accuses(workload, dial)
        .dialled_by(workload, dial);
    let others = peers.iter().map(|it| format!("`{}:{}`", it.name, it.port)).collect::<Vec<_>>();
    // Docker resolves the name on a shared network only.
    let answer = ctx.project.resolve_host(workload.id, &peer.name);
    let joined = matches!(answer, HostAnswer::Workloads(_) | HostAnswer::Services(_));
    let how = match workload.kind {
        _ if joined => ": services reach each other by name",
        WorkloadKind::Run(_) => {
            ", with both on one `--network`: there a container is reached by its `--name`"
        }
        _ => ", and join a network of it first",
    };
    finding = finding
        .evidence(workload.name.span, format!("`{name}` runs in a container of its own"))
        .evidence(peer.span, peer.clause.clone())
        .help(format!("dial {}{how}", others.join(" or ")));
    if let [peer] = peers.as_slice()
        && joined
        && dial.host_is_verbatim()
        && ctx.project.host_is_for_one_port(dial)
    {
        offer_fix(finding, dial, peer);
    }
}

fn offer_fix(finding: Finding<'_>, dial: &Dial, peer: &PeerPort<'_>) {
    let mut edits = vec![Edit { span: dial.host_span, replacement: peer.name.clone() }];
    if dial.port != Some(peer.port) {
        let Some(span) = dial.port_span else { return };
        edits.push(Edit { span, replacement: peer.port.to_string() });
    }
    finding.fix(format!("dial `{}:{}`", peer.name, peer.port), Safety::Unsafe, edits);
}
