//! A host name without a dot that no container of the project has.

use super::{Context, Findings, Rule};
use crate::model::{Dial, HostAnswer, Namespace, Workload, WorkloadKind};
use crate::net::{is_never_a_container, is_single_label};

pub(super) const RULE: Rule = rule!("unknown-service-host", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for dial in &workload.dials {
            let is_name = is_single_label(&dial.host) && !is_never_a_container(&dial.host);
            if is_name && ctx.project.resolve_host(workload.id, &dial.host) == HostAnswer::NoSuchName {
                report(ctx, workload, dial, findings);
            }
        }
    }
}

fn report(ctx: &Context<'_>, workload: &Workload, dial: &Dial, findings: &mut Findings) {
    let (name, host) = (&workload.name.value, &dial.host);
    if workload.pipeline.is_some() {
        return report_job(ctx, workload, dial, findings);
    }
    let finding = findings
        .report(
            match workload.kind {
                WorkloadKind::Pod(_) => {
                    format!("`{name}` dials `{host}`, which is the name of no Service of its namespace")
                }
                _ => format!("`{name}` dials `{host}`, which is the name of no service, alias or container"),
            },
            dial.host_span,
            match workload.kind {
                WorkloadKind::Pod(_) => "no Service has this name",
                _ => "no container has this name",
            },
        )
        .accuses(workload, dial)
        .dialled_by(workload, dial);
    let Some(meant) = ctx.project.nearest_peer(workload.id, dial) else {
        finding.help(format!(
            "dial the name of a service; if `{host}` is a machine outside, add it to `extra_hosts` or write its full name"
        ));
        return;
    };
    let finding = finding.evidence(meant.span, "this name was probably meant");
    match ctx.project.pod_of(workload).and_then(|_| ctx.project.full_name(meant, host)) {
        Some(full) => finding.help(format!("it is in another namespace: dial `{full}`")),
        None => finding.help(format!("did you mean `{}`?", meant.value)),
    };
}

/// A job of a pipeline knows its services by their names, when it runs in a container itself.
fn report_job(ctx: &Context<'_>, job: &Workload, dial: &Dial, findings: &mut Findings) {
    let Some(meant) = ctx.project.nearest_peer(job.id, dial) else { return };
    let (name, host) = (&job.name.value, &dial.host);
    let finding = findings.report(
        match job.namespace {
            Namespace::Host(_) => {
                format!("`{name}` dials `{host}`, but runs on the runner, where no service has a name")
            }
            _ => format!("`{name}` dials `{host}`, which is the name of none of its services"),
        },
        dial.host_span,
        "no service has this name here",
    );
    let finding = finding.accuses(job, dial).dialled_by(job, dial);
    match job.namespace {
        Namespace::Host(_) => finding.evidence(meant.span, "the service").help(
            "dial `localhost` and publish its port by `ports`, or give the job a `container`, in which the name is known",
        ),
        _ => finding
            .evidence(meant.span, "this service was probably meant")
            .help(format!("did you mean `{}`?", meant.value)),
    };
}
