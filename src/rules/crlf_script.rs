//! A script with line ends of Windows that a container of Linux runs.

use super::{Context, Findings, Rule};
use crate::diagnostic::Safety;
use crate::model::CrlfScript;
use crate::source::Edit;

pub(super) const RULE: Rule = rule!("crlf-script", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for image in &ctx.project.images {
        for script in &image.crlf_scripts {
            report(&format!("the build of `{}` fails", image.path), script, findings);
        }
    }
    for workload in &ctx.project.workloads {
        for script in &workload.crlf_scripts {
            report(&format!("`{}` does not start", workload.name.value), script, findings);
        }
    }
}

fn report(effect: &str, script: &CrlfScript, findings: &mut Findings) {
    let edits = script.carriage_returns.iter().map(|at| Edit { span: *at, replacement: String::new() });
    findings
        .report(
            format!("{effect}: `{}` has line ends of Windows, which no shell of Linux takes", script.path),
            script.line,
            "a carriage return ends this line",
        )
        .evidence(script.started_by, "the script is run here")
        .help("write it with line feeds, and keep them with `*.sh text eol=lf` in `.gitattributes`")
        .fix("take the carriage returns out", Safety::Safe, edits.collect());
}
