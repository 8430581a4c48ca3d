//! A module or a workspace asks for a newer Go than the image that builds it has.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Severity};
use crate::model::{GoBuild, GoRefusal};

pub(super) const RULE: Rule = rule!("go-version-mismatch", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for image in &ctx.project.images {
        // What was left behind fails nobody.
        let is_built = !ctx.project.unbuilt.contains(&image.file);
        for build in &image.go_builds {
            let is_default = !ctx.project.chosen_elsewhere.contains(&build.image.span);
            let confidence = if is_built && is_default { Confidence::Proven } else { Confidence::Possible };
            report(build, confidence, findings);
        }
    }
    for workload in &ctx.project.workloads {
        for build in &workload.go_builds {
            report(build, workload.image_confidence, findings);
        }
    }
}

fn report(build: &GoBuild, confidence: Confidence, findings: &mut Findings) {
    let Some(refusal) = build.refusal() else { return };
    let (has, wants) = (&build.version, &build.required.value);
    let (asker, file) = if build.of_workspace { ("workspace", "go.work") } else { ("module", "go.mod") };
    let what = if build.at_start { "The build at the start of the container" } else { "The build" };
    let (severity, message, label) = match refusal {
        GoRefusal::TooOld => (
            Severity::Error,
            format!("{what} fails: the {asker} asks for Go {wants}, the image has Go {has}"),
            format!("Go {has} does not build a {asker} for Go {wants}"),
        ),
        GoRefusal::CannotRead => (
            Severity::Error,
            format!("{what} fails: Go {has} cannot read `go {wants}` in {file}"),
            format!("Go before 1.21 reads `go 1.x`, not `go {wants}`"),
        ),
        GoRefusal::UnknownToolchain => (
            Severity::Error,
            format!("{what} fails: Go {has} knows no `toolchain` line, which {file} has"),
            "Go before 1.21 reads no `toolchain` line".to_owned(),
        ),
        GoRefusal::MayFail => (
            Severity::Info,
            format!("{what} may fail: the {asker} asks for Go {wants}, the image has Go {has}"),
            format!("Go {has} knows nothing that came with Go {wants}"),
        ),
    };
    let finding = findings
        .report(message, build.image.span, label)
        .severity(severity)
        .confidence(confidence)
        .evidence(build.required.span, format!("the {asker} asks for Go {wants}"))
        .evidence(build.run, "it is built here")
        .help(format!("build with an image of Go {} or newer", build.mending_version()));
    if let (GoRefusal::UnknownToolchain, Some(line)) = (refusal, build.toolchain) {
        finding.evidence(line, "it stands here");
    }
}
