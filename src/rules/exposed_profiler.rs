//! A server whose port is published hands out profiles of its process.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{Listener, ProfileKind, Profiler, PublishedPort, Workload};

pub(super) const RULE: Rule = rule!("exposed-profiler", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        let Some(program) = workload.program.map(|it| ctx.project.program(it)) else { continue };
        for profiler in &program.profilers {
            let served = workload.listeners.outward().find(|it| it.call == profiler.opened);
            let entry = served.and_then(|it| Some((it, ctx.project.open_entry(workload.id, it.port?)?)));
            if let Some((listener, entry)) = entry {
                report(ctx, workload, profiler, listener, entry, findings);
            }
        }
    }
}

fn report(
    ctx: &Context<'_>,
    workload: &Workload,
    profiler: &Profiler,
    listener: &Listener,
    entry: &PublishedPort,
    findings: &mut Findings,
) {
    let (name, port) = (&workload.name.value, listener.port.unwrap_or_default());
    let what = match profiler.kind {
        ProfileKind::Profiles => "profiles",
        ProfileKind::Counters => "counters",
    };
    // Who gives counters a route by hand publishes them as metrics, which they are.
    let are_metrics = profiler.kind == ProfileKind::Counters && !profiler.is_by_import;
    let finding = findings
        .report(
            format!("`{name}` hands out {what} of its process on container port {port}, which is published"),
            profiler.registered,
            format!("this makes {what} of the process readable on port {port}"),
        )
        .accuses(workload, listener)
        .evidence(profiler.server, "this server answers with that router")
        .evidence(entry.span, format!("port {port} is published here"))
        .help("serve them on a port of their own, published on 127.0.0.1 at most");
    if are_metrics || ctx.project.profiles_on_purpose(workload, entry) {
        finding.confidence(Confidence::Possible);
    }
}
