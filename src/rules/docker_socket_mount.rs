//! The socket of the container engine in a container.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("docker-socket-mount", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for socket in &workload.confinement.engine_sockets {
            let name = &workload.name.value;
            findings
                .report(
                    format!("`{name}` gets the socket of the container engine, and with it the host"),
                    socket.span,
                    "who can write to it can start any container, with any mount",
                )
                .help("put a proxy in front of the socket that lets through what is needed, or do without");
        }
    }
}
