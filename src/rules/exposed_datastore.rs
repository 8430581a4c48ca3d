//! A database, a broker or an administration page that every interface of the host offers.

use super::{Context, Findings, Rule};
use crate::diagnostic::{Safety, Severity};
use crate::source::{Edit, Span};

pub(super) const RULE: Rule = rule!("exposed-datastore", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for exposed in ctx.project.exposed_datastore(workload) {
            let (name, noun, port) = (&workload.name.value, exposed.kind.noun(), exposed.port);
            let severity = if exposed.in_production { Severity::Warning } else { Severity::Info };
            let finding = findings
                .report(
                    format!("The {noun} `{name}` is open to whoever reaches this machine"),
                    port.span,
                    "on every interface of the host, past its firewall",
                )
                .severity(severity)
                .help("publish it on 127.0.0.1, or not at all: other containers need no published port");
            if let Some(at) = port.host_span.filter(|it| opens(port.span, *it)) {
                let edit = Edit { span: Span { end: at.start, ..at }, replacement: "127.0.0.1:".to_owned() };
                finding.fix("publish it on 127.0.0.1", Safety::Unsafe, vec![edit]);
            }
        }
    }
}

/// Whether an entry of `ports:` starts with its host port, a quote at most before it.
fn opens(entry: Span, host: Span) -> bool {
    host.file == entry.file && host.start >= entry.start && host.start - entry.start <= 1
}
