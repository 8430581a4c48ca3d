//! The error of a call that serves is dropped.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Safety};
use crate::model::{DroppedBy, ServeCall};
use crate::source::{Edit, Span};

pub(super) const RULE: Rule = rule!("ignored-listen-error", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (id, program) in ctx.project.programs_with_ids().filter(|(_, it)| !it.is_for_tests()) {
        let is_beside = ctx.project.is_beside_containers(id);
        // Of a listener that is given, who bound the port was told.
        for call in program.serve_calls.iter().filter(|it| it.binds) {
            let Some(dropped) = call.dropped else { continue };
            let callee = &call.callee.value;
            // What may never serve, or serves the machine itself alone, is most often a profiler that is switched on by hand.
            // What no container runs beside others that one does is a sample, or helps at a terminal.
            let is_aside = call.is_local
                || call.is_conditional
                || is_beside
                || ctx.project.is_of_other_command(id, call.span);
            let consequence = match dropped {
                DroppedBy::Go => "nothing listens and the program runs on",
                DroppedBy::Statement | DroppedBy::Blank => "the program does not notice",
            };
            let finding = findings
                .report(
                    format!(
                        "The error of `{callee}` is dropped: when the port cannot be bound, {consequence}"
                    ),
                    call.callee.span,
                    "the error of this call is dropped",
                )
                .help(format!("log what `{callee}` returns"))
                .confidence(if is_aside { Confidence::Possible } else { Confidence::Proven });
            if let Some((title, edits)) = log_it(call, dropped) {
                finding.fix(title, Safety::Safe, edits);
            }
        }
    }
}

/// Wraps the call in `log.Fatal`, or in `log.Println` where the program must go on: a goroutine
/// beside others, or a call that also returns at an orderly shutdown.
fn log_it(call: &ServeCall, dropped: DroppedBy) -> Option<(String, Vec<Edit>)> {
    if !call.imports_log {
        return None;
    }
    let goes_on = dropped == DroppedBy::Go || call.in_literal || call.returns_at_shutdown;
    let function = if goes_on { "log.Println" } else { "log.Fatal" };
    let (from, open, close) = match dropped {
        DroppedBy::Go => (call.span.start, format!("func() {{ {function}("), ") }()"),
        DroppedBy::Blank => (call.statement?.start, format!("{function}("), ")"),
        DroppedBy::Statement => (call.span.start, format!("{function}("), ")"),
    };
    let before = Span { start: from, end: call.span.start, ..call.span };
    let after = Span { start: call.span.end, ..call.span };
    let edits =
        vec![Edit { span: before, replacement: open }, Edit { span: after, replacement: close.to_owned() }];
    Some((format!("log the error with `{function}`"), edits))
}
