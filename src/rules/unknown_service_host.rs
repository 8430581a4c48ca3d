//! A host name without a dot that no container of the project has.

use super::{Context, Findings, Rule};
use crate::model::{Dial, HostAnswer, Workload};
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
    let finding = findings
        .report(
            format!("`{name}` dials `{host}`, which is the name of no service, alias or container"),
            dial.host_span,
            "no container has this name",
        )
        .accuses(workload, dial)
        .dialled_by(workload, dial);
    let Some(meant) = ctx.project.nearest_peer(workload.id, dial) else {
        finding.help(format!(
            "dial the name of a service; if `{host}` is a machine outside, add it to `extra_hosts` or write its full name"
        ));
        return;
    };
    finding
        .evidence(meant.span, "this name was probably meant")
        .help(format!("did you mean `{}`?", meant.value));
}
