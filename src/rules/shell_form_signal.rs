//! PID 1 is a shell that keeps SIGTERM from the program.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Safety};
use crate::model::WorkloadKind;
use crate::source::Edit;

pub(super) const RULE: Rule = rule!("shell-form-signal", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in ctx.project.workloads.iter().filter(|it| !it.one_shot) {
        let Some(shell) = workload.process.as_ref().and_then(|it| it.shell_keeps_pid1.as_ref()) else {
            continue;
        };
        // What a container runs instead of its image's command, and what somebody runs by hand, may be a job, which
        // ends by itself.
        let is_of_image = workload.image.is_some_and(|it| ctx.project.image(it).file == shell.span.file);
        let may_end = !is_of_image || matches!(workload.kind, WorkloadKind::Run(_));
        if may_end && !shell.is_server && !ctx.project.has_ports(workload) {
            continue;
        }
        // A public server may be stopped by another one: nginx by SIGQUIT.
        let signal = match workload.program {
            Some(_) if workload.stopping.by_sigterm => "SIGTERM",
            _ => "its stop signal",
        };
        // Without a port it may be a job all the same, and so may what runs another command than its image, with the
        // ports of that, and is not started again.
        let is_job = !ctx.project.has_ports(workload)
            || (!is_of_image && workload.published.is_empty() && workload.restarts == Some(false));
        let sure = if is_job { Confidence::Possible } else { Confidence::Proven };
        let mut finding = findings
            .report(
                format!(
                    "`{}` never gets {signal}: PID 1 is {}, and {}",
                    workload.name.value, shell.shell, shell.reason
                ),
                shell.span,
                format!("{} stays PID 1: {}", shell.shell, shell.reason),
            )
            .confidence(sure)
            .help(match shell.waits {
                true => "pass it on: `trap 'kill -TERM \"$pid\"; wait \"$pid\"' TERM` in front of `wait`",
                false => "start the program with `exec`, or in exec form: `CMD [\"/app\"]`",
            });
        if let Some(started_by) = shell.started_by {
            finding = finding.evidence(started_by, "the script is started here");
        }
        if let Some(replacement) = &shell.replacement {
            let edit = Edit { span: shell.span, replacement: replacement.clone() };
            finding.fix("let the program be PID 1", Safety::Safe, vec![edit]);
        }
    }
}
