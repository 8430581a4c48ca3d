//! A listen address that Go refuses.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("malformed-listen-address", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for fault in &workload.listeners.faults {
            let finding = findings
                .report(
                    format!(
                        "`{}` cannot listen on \"{}\": {}",
                        workload.name.value, fault.address, fault.error
                    ),
                    fault.span,
                    format!("Go refuses \"{}\": {}", fault.address, fault.error),
                )
                .confidence(fault.confidence)
                .used_at(fault.call, "the program listens here, and fails");
            if let Some(meant) = &fault.meant {
                finding.help(format!("make it `{meant}`"));
            }
        }
    }
}
