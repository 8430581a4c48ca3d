//! `$VARIABLE` in an exec form, which no shell reads.

use super::{Context, Findings, Rule};
use crate::model::{Healthcheck, Shell, UnexpandedVariable, Workload};

pub(super) const RULE: Rule = rule!("unexpanded-variable", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let name = &workload.name.value;
        for variable in ctx.project.unexpanded_variables(workload) {
            let who = variable.program.as_ref().map(|it| format!("`{it}` in `{name}` gets"));
            report(ctx, workload, who.unwrap_or_else(|| format!("`{name}` runs")), variable, findings);
        }
        let Healthcheck::Set(check) = &workload.healthcheck else { continue };
        for variable in &check.unexpanded {
            report(ctx, workload, format!("the health check of `{name}` uses"), variable, findings);
        }
    }
}

fn report(
    ctx: &Context<'_>,
    workload: &Workload,
    who: String,
    variable: &UnexpandedVariable,
    findings: &mut Findings,
) {
    let name = &variable.name.value;
    let finding = findings
        .report(
            format!("{who} `${name}` as it is written: no shell expands an exec form"),
            variable.name.span,
            format!("this stays `${name}`"),
        )
        .confidence(variable.confidence);
    let finding = match workload.environment.get(name) {
        Some(it) => finding.evidence(it.span, format!("`{name}` is set here")),
        None => finding,
    };
    let image = workload.image.map(|it| ctx.project.image(it));
    let has_shell = image.is_none_or(|it| it.base.shell != Shell::None);
    finding.help(match &variable.program {
        None => format!("write the value of `{name}` out: the name of a program is taken as it is"),
        Some(program) if has_shell => {
            format!("run it through a shell, `[\"sh\", \"-c\", \"exec {program} ...\"]`, or read `{name}` in the program")
        }
        Some(_) => format!("read `{name}` in the program: the image has no shell that could expand it"),
    });
}
