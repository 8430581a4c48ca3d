//! A file without which a program ends, and that nothing brings into its container.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{MissingFile, Workload, WorkloadKind};

pub(super) const RULE: Rule = rule!("missing-config-file", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in ctx.project.workloads.iter().filter(|it| it.incomplete.is_none()) {
        for missing in &workload.missing_files {
            report(ctx, workload, missing, findings);
        }
    }
}

fn report(ctx: &Context<'_>, workload: &Workload, missing: &MissingFile, findings: &mut Findings) {
    let (service, path) = (&workload.name.value, &missing.path);
    // What a pod or a command line runs under a name may be built, mounted or tried out in ways that nobody wrote down.
    let most = match workload.kind {
        WorkloadKind::Service(_) => Confidence::Likely,
        _ => Confidence::Possible,
    };
    let finding = findings
        .report(
            format!("`{service}` ends when it starts: nothing brings `{path}` into its container"),
            missing.span,
            format!("the program ends without `{path}`"),
        )
        .weighed(ctx, workload)
        .confidence(workload.image_confidence.min(most))
        .used_at(missing.call, "it is read here")
        .evidence(workload.image_span, "this container does not have it")
        .help(format!("copy `{path}` into the image, mount it, or let the program go on without it"));
    if let Some(pattern) = missing.ignored_by {
        finding.evidence(pattern, "this keeps it out of the image");
    }
}
