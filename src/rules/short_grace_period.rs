//! A program waits longer for requests in flight than Docker or Kubernetes waits before it kills it.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Confidence, Severity};
use crate::model::{Grace, Sigterm, StopTimeout, Workload, WorkloadKind};

pub(super) const RULE: Rule = rule!("short-grace-period", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let (stopping, program) = (&workload.stopping, workload.program.map(|it| ctx.project.program(it)));
        let handles = program.is_some_and(|it| matches!(it.shutdown.sigterm, Sigterm::Handled(_)));
        let Some(grace) = stopping.grace.filter(|_| handles && stopping.by_sigterm) else { continue };
        for timeout in stopping.timeouts.iter().filter(|it| it.period > grace.period) {
            report(workload, grace, timeout, findings);
        }
    }
}

fn report(workload: &Workload, grace: Grace, timeout: &StopTimeout, findings: &mut Findings) {
    let (name, shuts_down, killed) = (&workload.name.value, timeout.period, grace.period);
    let is_pod = matches!(workload.kind, WorkloadKind::Pod(_));
    let (who, key) = match is_pod {
        true => ("the kubelet", "terminationGracePeriodSeconds"),
        false => ("Docker", "stop_grace_period"),
    };
    let message =
        format!("`{name}` takes up to {shuts_down} to shut down, but {who} kills it {killed} after SIGTERM");
    let waits = format!("the program waits up to {shuts_down} for requests in flight");
    let finding = match grace.span {
        Some(written) => findings
            .report(message, written, format!("{who} kills the container after {killed}"))
            .evidence(timeout.span, waits),
        None => {
            let evidence = format!("without `{key}` {who} kills it after {killed}");
            let finding = findings
                .report(message, timeout.span, waits)
                .confidence(Confidence::Likely)
                .evidence(workload.name.span, evidence);
            // Nobody chose Docker's default, and a file for development may well keep it.
            if is_pod { finding } else { finding.severity(Severity::Info) }
        }
    };
    finding
        .confidence(timeout.confidence)
        .confidence(workload.image_confidence)
        .evidence(timeout.call, "the server is stopped here")
        .help(format!("set `{key}` above {shuts_down}, or shut down within {killed}"));
}
