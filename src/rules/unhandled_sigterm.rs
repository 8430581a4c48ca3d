//! A server in a container ends at SIGTERM without finishing what it is at.

use super::{Context, Findings, Rule};
use crate::model::{Sigterm, Workload};

pub(super) const RULE: Rule = rule!("unhandled-sigterm", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in ctx.project.workloads.iter().filter(|it| it.keeps_running() && it.stopping.by_sigterm) {
        check_workload(ctx, workload, findings);
    }
}

fn check_workload(ctx: &Context<'_>, workload: &Workload, findings: &mut Findings) {
    let Some(program) = workload.program.map(|it| ctx.project.program(it)) else { return };
    let Some(serve_call) = program.serve_calls.first() else { return };
    // A program that waits for Ctrl-C alone is another rule's.
    let ignores = program.shutdown.sigterm == Sigterm::Ignored && program.shutdown.interrupt_only.is_empty();
    if !ignores || program.is_for_tests() {
        return;
    }
    findings
        .report(
            format!(
                "the server of `{}` never waits for SIGTERM, so stopping it cuts the requests in flight",
                workload.name.value
            ),
            program.main,
            "nothing in this program waits for SIGTERM",
        )
        .confidence(workload.image_confidence)
        .evidence(serve_call.span, "requests are served here")
        .help("wait for it with `signal.NotifyContext`, and then shut the server down");
}
