//! A folder of a Windows drive that is mounted into a container of Linux.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;

pub(super) const RULE: Rule = rule!("drive-bind-mount", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for mount in workload.drive_mounts() {
            findings
                .report(
                    format!(
                        "`{}` sees drive {}: at `{}` through a network file system: slow, and no file change is told",
                        workload.name.value, mount.drive, mount.target
                    ),
                    mount.span,
                    "this crosses from Windows to Linux with every access",
                )
                .confidence(Confidence::Likely)
                .help("keep the files inside WSL, such as `~/src`, and mount them from there");
        }
    }
}
