//! A database whose data goes with its container.

use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::model::{LostData, Workload};

pub(super) const RULE: Rule = rule!("unpersisted-datastore", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        if let Some(lost) = ctx.project.lost_data(workload) {
            report(ctx, workload, &lost, findings);
        }
    }
}

fn report(ctx: &Context<'_>, workload: &Workload, lost: &LostData, findings: &mut Findings) {
    let name = &workload.name.value;
    match *lost {
        LostData::Hidden { mount, volume } => findings
            .report(
                format!(
                    "The data of `{name}` is not on this volume, and is gone after `docker compose down`"
                ),
                mount,
                format!("the image has a volume of its own at {volume}, which hides this one there"),
            )
            .weighed(ctx, workload)
            .evidence(workload.image_span, "this image brings it")
            .help(format!("mount it at {volume}")),
        LostData::Refused { mount, data, confidence } => findings
            .report(
                format!("`{name}` ends at once: since version 18 this image takes no volume here"),
                mount,
                "the container refuses to start with a mount here",
            )
            .weighed(ctx, workload)
            .confidence(confidence)
            .evidence(workload.image_span, "version 18 or newer")
            .help(format!("mount it at {data}, or name an older version")),
        LostData::Elsewhere { mount, data } => findings
            .report(
                format!("The data of `{name}` is not on this volume, and is gone with its container"),
                mount,
                format!("another image has its data here, this one at {data}"),
            )
            .weighed(ctx, workload)
            .evidence(workload.image_span, "this image is run")
            .help(format!("mount it at {data}")),
        LostData::Nowhere { data, in_production } => findings
            .report(
                format!("The data of `{name}` is gone with its container"),
                workload.image_span,
                format!("nothing that lasts is mounted at {data}"),
            )
            .severity(if in_production { Severity::Warning } else { Severity::Info })
            .help(format!("mount a volume at {data}")),
    };
}
