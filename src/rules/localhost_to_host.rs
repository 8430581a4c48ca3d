//! A container dials localhost for something that nothing in the project serves.

use rustc_hash::FxHashSet;

use super::{Context, Findings, Rule};
use crate::diagnostic::Severity;
use crate::model::{Dial, DialSource, Workload, WorkloadKind};
use crate::source::Span;

pub(super) const RULE: Rule = rule!("localhost-to-host", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    let lost: Vec<_> = ctx.project.lost_localhost_dials().collect();
    // Where another container of the program has a peer that serves the port, that is the fault of the place.
    let has_peer = |(workload, dial, port): &&(&Workload, &Dial, u16)| {
        !ctx.project.meant_by_localhost(workload.id, *port, dial.protocol).is_empty()
    };
    let across: FxHashSet<Span> = lost.iter().filter(has_peer).map(|(_, dial, _)| dial.host_span).collect();
    for (workload, dial, port) in lost.into_iter().filter(|(_, dial, _)| !across.contains(&dial.host_span)) {
        check_dial(ctx, workload, dial, port, findings);
    }
}

fn check_dial(ctx: &Context<'_>, workload: &Workload, dial: &Dial, port: u16, findings: &mut Findings) {
    if !ctx.project.is_known_in_full(workload)
        // Where a setting is empty, nobody means what its library dials then.
        || dial.source == DialSource::EmptySetting
        // The steps of a job may start what they dial.
        || workload.pipeline.is_some()
    {
        return;
    }
    // Nobody knows how an image without a service is run, and telemetry is often sent in vain.
    let (name, address) = (&workload.name.value, dial.address());
    let (severity, place) = match workload.kind {
        WorkloadKind::Service(_) | WorkloadKind::Run(_) if dial.is_telemetry() => {
            (Severity::Info, format!("`{name}` runs in a container"))
        }
        WorkloadKind::Service(_) | WorkloadKind::Run(_) => {
            (Severity::Warning, format!("`{name}` runs in a container"))
        }
        WorkloadKind::Image => (Severity::Info, "the program runs in this image".to_owned()),
        // What a cluster puts into a pod no manifest says.
        WorkloadKind::Pod(_) => (Severity::Info, "the program runs in this pod".to_owned()),
    };
    // Another pod may serve it, behind a Service that leads to another port; what a command line starts has a part of the
    // project around it.
    let around = match workload.kind {
        WorkloadKind::Pod(_) => "pod",
        WorkloadKind::Run(_) => "container or beside it",
        _ => "container or its project",
    };
    let finding = findings
        .report(
            format!("`{name}` dials {address}, but nothing in its {around} serves port {port}"),
            dial.host_span,
            "in a container this is the container, not the host",
        )
        .severity(severity)
        .weighed(ctx, workload)
        .accuses(workload, dial)
        .dialled_by(workload, dial);
    finding.evidence(workload.name.span, place).help(match workload.kind {
        WorkloadKind::Pod(_) => "dial the name of the Service that leads to it".to_owned(),
        WorkloadKind::Run(_) => format!(
            "if it runs on the host, dial `host.docker.internal:{port}` and add `--add-host \
             host.docker.internal:host-gateway`; if it is a container, put both on one `--network` and dial its name"
        ),
        WorkloadKind::Service(_) | WorkloadKind::Image => format!(
            "if it runs on the host, dial `host.docker.internal:{port}` and add `extra_hosts: \
             [\"host.docker.internal:host-gateway\"]`; else add a service for it and dial its name"
        ),
    });
}
