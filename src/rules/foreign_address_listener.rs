//! A containerised program listens on an address that its container does not have.

use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::model::{ForeignAddress, Workload, WorkloadKind};

pub(super) const RULE: Rule = rule!("foreign-address-listener", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for listener in &workload.listeners.known {
            let Some(foreign) = ctx.project.foreign_address(workload.id, listener) else { continue };
            let (severity, label) = match (foreign, workload.kind) {
                (ForeignAddress::Peer(peer), _) => {
                    (Severity::Error, format!("this is the container of `{}`", peer.name.value))
                }
                (ForeignAddress::Fixed, WorkloadKind::Service(_) | WorkloadKind::Run(_)) => {
                    (Severity::Error, "no interface of the container has this address".to_owned())
                }
                // Whoever runs the image may give it the address, or the host's network.
                (ForeignAddress::Fixed, WorkloadKind::Image | WorkloadKind::Pod(_)) => {
                    (Severity::Warning, "a container has this address only if somebody assigns it".to_owned())
                }
            };
            let port = listener.port.map_or(":0".to_owned(), |it| format!(":{it}"));
            findings
                .report(
                    format!(
                        "`{}` listens on {}, an address that its container does not have",
                        workload.name.value, listener.address
                    ),
                    listener.host_span,
                    label,
                )
                .severity(severity)
                .accuses(workload, listener)
                .used_at(listener.call, "the program listens here, and fails")
                .evidence(workload.name.span, gets_address(workload))
                .help(format!("listen on `{port}`, which is every interface of the container"));
        }
    }
}

fn gets_address(workload: &Workload) -> &'static str {
    match workload.kind {
        WorkloadKind::Pod(_) => "this container gets its address from the cluster",
        WorkloadKind::Service(_) | WorkloadKind::Run(_) | WorkloadKind::Image => {
            "this container gets its address from Docker"
        }
    }
}
