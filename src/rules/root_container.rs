//! A container that runs as root.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("root-container", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some(span) = ctx.project.root_user(workload) else { continue };
        let name = &workload.name.value;
        findings
            .report(format!("`{name}` runs as root"), span, "nothing says another user")
            .help("add `USER 65532` in front of the command; ports below 1024 work with it, too, since Docker 20.10");
    }
}
