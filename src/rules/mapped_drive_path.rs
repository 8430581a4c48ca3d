//! A share, or a drive that one user mapped to one, in what a container uses.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;

pub(super) const RULE: Rule = rule!("mapped-drive-path", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for path in workload.mapped_paths() {
            let (written, name) = (&path.written.value, &workload.name.value);
            let (what, label) = match path.drive {
                Some(drive) => (
                    format!("drive {drive}: is mapped for one user's session"),
                    "only the user who mapped the drive sees this",
                ),
                None => ("a share is no folder of the host".to_owned(), "this is on another computer"),
            };
            findings
                .report(
                    format!("`{name}` does not reach `{written}`: {what}"),
                    path.written.span,
                    label,
                )
                .confidence(Confidence::Likely)
                .help("mount the share as a volume: `driver_opts` with `type: cifs` and `device: //server/share`");
        }
    }
}
