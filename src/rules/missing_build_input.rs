//! A service is built from something that is not there.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{MissingInput, MissingSource, NotThere, Resolved, Workload};
use crate::source::nearest;

pub(super) const RULE: Rule = rule!("missing-build-input", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for source in ctx.project.missing_sources() {
        report_source(source, findings);
    }
    for workload in &ctx.project.workloads {
        if let Some(missing) = &workload.missing_input {
            report(workload, missing, findings);
        }
    }
}

fn report_source(source: &MissingSource, findings: &mut Findings) {
    let path = &source.path;
    match &source.why {
        NotThere::Ignored(pattern) => findings
            .report(
                format!("The build copies {}, which .dockerignore keeps out of its context", path.value),
                path.span,
                "this is left out of the build context",
            )
            .evidence(*pattern, "this leaves it out")
            .help("take the pattern out of .dockerignore, or let a line with `!` behind it take the file in again"),
        NotThere::Absent => findings
            .report(
                format!("The build copies {}, which is not there", path.value),
                path.span,
                format!("there is no file {} in the project", path.value),
            )
            .evidence(source.context, "built in this context")
            .help("name the file as it is seen from the build context, or leave it out"),
        NotThere::Unmade { beside, filled_by } => {
            let name = path.value.rsplit('/').next().unwrap_or_default();
            let mut finding = findings
                .report(
                    format!("The build copies {} from a stage that does not have it", path.value),
                    path.span,
                    "nothing in that stage makes this",
                )
                .confidence(Confidence::Likely)
                .help(match nearest(name, beside.iter().map(String::as_str)) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "name what that stage has, or leave it out".to_owned(),
                });
            if let Some(span) = filled_by {
                finding = finding.evidence(*span, "the folder is filled from here");
            }
            finding
        }
    };
}

fn report(workload: &Workload, missing: &MissingInput, findings: &mut Findings) {
    let service = &workload.name.value;
    let finding = match missing {
        MissingInput::Context(folder) => findings
            .report(
                format!("`{service}` is built from the folder {}, which is not there", folder.value),
                folder.span,
                format!("there is no folder {} in the project", folder.value),
            )
            .help("name the folder as it is seen from the Compose file"),
        MissingInput::Dockerfile(file) => findings
            .report(
                format!("`{service}` is built with {}, which is not there", file.value),
                file.span,
                format!("there is no file {} in the project", file.value),
            )
            .help("name the Dockerfile as it is seen from the build context"),
        MissingInput::Stage { name, stages } => {
            let finding = findings.report(
                format!(
                    "`{service}` is built up to the stage `{}`, which its Dockerfile does not have",
                    name.value
                ),
                name.span,
                "no stage has this name",
            );
            let stages_here = stages.iter().map(|it| it.value.as_str());
            match nearest(&name.value, stages_here) {
                Some(meant) => finding.help(format!("did you mean `{meant}`?")),
                None => finding.help("name one of the stages of the Dockerfile"),
            }
        }
    };
    // `docker compose up` pulls an image that is not there before it thinks of building it:
    // https://github.com/docker/compose/blob/v2.40.3/pkg/compose/pull.go
    let may_be_pulled = |it: &Resolved| it.text.as_str().contains('/');
    if workload.image_reference.as_ref().is_some_and(may_be_pulled) {
        finding.confidence(Confidence::Possible);
    }
}
