//! A variable that should move a port, and that the program does not read.

use super::{Context, Findings, Rule};
use crate::model::{UnreadPort, Workload};

pub(super) const RULE: Rule = rule!("unread-port-variable", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in ctx.project.workloads.iter().filter(|it| it.keeps_running()) {
        for unread in ctx.project.unread_ports(workload) {
            report(ctx, workload, &unread, findings);
        }
    }
}

fn report(ctx: &Context<'_>, workload: &Workload, unread: &UnreadPort<'_>, findings: &mut Findings) {
    let (service, name) = (&workload.name.value, unread.name);
    let served = unread.listener.port.unwrap_or_default();
    let finding = findings
        .report(
            format!(
                "`{service}` listens on port {served}, and nothing reads `{name}`, which says {}",
                unread.port
            ),
            unread.variable.span,
            format!("nothing reads `{name}`"),
        )
        .weighed(ctx, workload)
        .accuses(workload, unread.listener)
        .confidence(unread.confidence)
        .evidence(unread.listener.port_span, format!("`{service}` listens on port {served}"));
    match unread.read_instead {
        Some(read) => finding
            .evidence(read.span, format!("the program reads `{}` for its port", read.name))
            .help(format!("set `{}`, or take the entry away", read.name)),
        None => finding.help(format!("let the program read `{name}`, or take the entry away")),
    };
}
