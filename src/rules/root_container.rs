//! A container that runs as root.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("root-container", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some((span, is_written)) = ctx.project.root_user(workload) else { continue };
        let label = if is_written { "this user is root" } else { "nothing says another user" };
        let name = &workload.name.value;
        findings
            .report(format!("`{name}` runs as root"), span, label)
            .help("add `USER 65532` in front of the command; ports below 1024 work with it, too, since Docker 20.10");
    }
}
