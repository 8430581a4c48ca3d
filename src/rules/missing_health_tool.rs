//! A health check runs a program that its image lacks.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{Healthcheck, Image, ToolUse, Workload};

pub(super) const RULE: Rule = rule!("missing-health-tool", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Healthcheck::Set(check) = &workload.healthcheck else { continue };
        let Some(image) = workload.image.map(|it| ctx.project.image(it)) else { continue };
        // Without the shell of a shell form nothing behind it is even looked for.
        if let Some(tool) = check.tools.iter().find(|it| image.tools.lack(&it.name)) {
            report(workload, image, tool, findings);
        }
    }
}

fn report(workload: &Workload, image: &Image, tool: &ToolUse, findings: &mut Findings) {
    let base = image.base.reference.as_deref().unwrap_or("the base image");
    let mut finding = findings
        .report(
            format!(
                "the health check of `{}` runs `{}`, which its image does not have",
                workload.name.value, tool.name
            ),
            tool.span,
            format!("there is no `{}` in the image", tool.name),
        )
        .evidence(image.base.span, format!("`{base}` does not bring it"));
    // What is in scratch is plain to see, what is in another base is the catalogue's word.
    if base != "scratch" {
        finding = finding.confidence(Confidence::Likely);
    }
    finding.help(advice(tool, &image.tools.present));
}

fn advice(tool: &ToolUse, present: &[String]) -> String {
    let has = |name: &str| present.iter().any(|it| it == name);
    match tool.name.as_str() {
        "sh" if tool.implied => "use the exec form, with a program that is copied into the image".to_owned(),
        "curl" if has("wget") => "use `wget -q --spider`, which the image has, or install curl".to_owned(),
        name if has("sh") => format!("install {name} in the final stage"),
        name => format!(
            "copy {name} into the image, or let the program itself make the check (`/app -healthcheck`)"
        ),
    }
}
