//! A program shuts down on Ctrl-C and not on SIGTERM, which is what containers get.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Safety};
use crate::model::InterruptOnly;
use crate::source::{Edit, Span};

pub(super) const RULE: Rule = rule!("interrupt-only-shutdown", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (id, program) in ctx.project.programs_with_ids() {
        // Beside programs that run in containers it may be one that is started at a terminal, or by another.
        let is_aside = ctx.project.is_beside_containers(id) || ctx.project.may_be_supervised(id);
        // A command line tool is stopped by a person, with Ctrl-C; what stands in for something in a test loses nothing.
        let is_tool = program.serve_calls.is_empty() && !ctx.project.is_containerised(id);
        // `STOPSIGNAL SIGUSR1`, `go run`, `stopsignal=INT` of supervisord: what gets no SIGTERM has nothing to wait for.
        let may_get_none =
            ctx.project.is_containerised(id) || ctx.project.images.iter().any(|it| !it.stops_by_sigterm);
        let gets_none = may_get_none && !ctx.project.is_stopped_by_sigterm(id)
            || ctx.project.is_stopped_by_other_signal(id);
        if is_tool || gets_none || program.is_for_tests() {
            continue;
        }
        for call in &program.shutdown.interrupt_only {
            // Without a shutdown in order there may be nothing that SIGTERM cuts short.
            let is_aside =
                is_aside || !program.shutdown.is_orderly || ctx.project.is_of_other_command(id, call.signal);
            let finding = findings
                .report(
                    "The program shuts down on SIGINT alone: SIGTERM, which `docker stop` sends, kills it",
                    call.signal,
                    "SIGTERM is not among the signals",
                )
                .help("wait for `syscall.SIGTERM` too")
                .confidence(if is_aside { Confidence::Possible } else { Confidence::Proven });
            if let Some(edits) = add_sigterm(call) {
                finding.fix("wait for SIGTERM too", Safety::Safe, edits);
            }
        }
    }
}

fn add_sigterm(call: &InterruptOnly) -> Option<Vec<Edit>> {
    let package = call.syscall.as_ref()?;
    let behind = Span { start: call.signal.end, ..call.signal };
    let signal = Edit { span: behind, replacement: format!(", {}.SIGTERM", package.name) };
    Some(package.import.iter().cloned().chain([signal]).collect())
}
