//! A container that may do on its host whatever root may.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("privileged-container", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some(span) = workload.confinement.privileged else { continue };
        let name = &workload.name.value;
        findings
            .report(
                format!("`{name}` is privileged: it may do on its host whatever root may"),
                span,
                "every device and every capability of the host",
            )
            .help("give it the devices and capabilities that it needs, one by one");
    }
}
