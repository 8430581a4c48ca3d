//! A variable that is set for a program which reads it by another name.

use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::model::{MisnamedVariable, WithoutVariable, Workload};

pub(super) const RULE: Rule = rule!("misnamed-variable", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for misnamed in ctx.project.misnamed_variables(workload) {
            report(ctx, workload, &misnamed, findings);
        }
    }
}

fn report(ctx: &Context<'_>, workload: &Workload, misnamed: &MisnamedVariable<'_>, findings: &mut Findings) {
    let (service, name, read) = (&workload.name.value, misnamed.name, &misnamed.read.name);
    let (severity, comes) = match misnamed.without {
        WithoutVariable::Ends(_) => (Severity::Error, "ends without"),
        WithoutVariable::Empty => (Severity::Warning, "gets nothing for"),
        WithoutVariable::Other(_) => (Severity::Warning, "takes another value for"),
        WithoutVariable::Same(_) => (Severity::Info, "reads"),
    };
    let message = format!("Nothing in `{service}` reads `{name}`: its program {comes} `{read}`");
    let finding = findings
        .report(message, misnamed.variable.span, format!("nothing reads `{name}`"))
        .severity(severity)
        .weighed(ctx, workload)
        .confidence(misnamed.confidence)
        .evidence(misnamed.read.span, format!("the program reads `{read}`"))
        .help(format!("set `{read}` instead of `{name}`"));
    match misnamed.without {
        WithoutVariable::Ends(exit) => finding.evidence(exit, format!("the program ends without `{read}`")),
        WithoutVariable::Other(Some(span)) | WithoutVariable::Same(Some(span)) => {
            finding.evidence(span, format!("`{read}` is set here"))
        }
        WithoutVariable::Empty | WithoutVariable::Other(None) | WithoutVariable::Same(None) => finding,
    };
}
