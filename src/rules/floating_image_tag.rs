//! An image without a version.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("floating-image-tag", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some(image) = ctx.project.floating_image(workload) else { continue };
        findings
            .report(
                format!(
                    "`{}` runs whatever `{}` is on the day it is pulled",
                    workload.name.value, image.value
                ),
                image.span,
                "no version",
            )
            .help("name the version that is known to work");
    }
}
