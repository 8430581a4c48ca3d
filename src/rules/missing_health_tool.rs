//! A health check runs a program that its image lacks.

use super::finding::grouped;
use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{HealthCheck, Image, ToolUse, Workload};

pub(super) const RULE: Rule = rule!("missing-health-tool", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let image = workload.image.map(|it| ctx.project.image(it));
        let missing = workload.health_checks().filter_map(|it| Some((it, workload.missing_tool(it)?)));
        for uses in grouped(missing, |a, b| a.1.name == b.1.name) {
            report(workload, image, &uses, findings);
        }
    }
}

fn report(
    workload: &Workload,
    image: Option<&Image>,
    uses: &[(&HealthCheck, &ToolUse)],
    findings: &mut Findings,
) {
    let [(check, tool), others @ ..] = uses else { return };
    let public = workload.image_reference.as_ref().map(|it| it.text.as_str());
    let base = image.map_or(public, |it| it.base.reference.as_deref()).unwrap_or("the base image");
    let mut finding = findings
        .report(
            format!(
                "the {} of `{}` runs `{}`, which its image does not have",
                check.source.noun(),
                workload.name.value,
                tool.name
            ),
            tool.span,
            format!("there is no `{}` in the image", tool.name),
        )
        .confidence(workload.image_confidence)
        .evidence(
            image.map_or(workload.image_span, |it| it.base.span),
            format!("`{base}` does not bring it"),
        );
    for (other, tool) in others {
        finding = finding.evidence(tool.span, format!("the {} runs it too", other.source.noun()));
    }
    // What is in scratch is plain to see, what is in another base is the catalogue's word.
    if base != "scratch" {
        finding = finding.confidence(Confidence::Likely);
    }
    match image {
        Some(_) => finding.help(advice(tool, &workload.tools.present)),
        None => finding
            .help(format!("use a program that `{base}` has, or build an image on it that has {}", tool.name)),
    };
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
