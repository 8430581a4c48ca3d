//! A container without a protection that every other one has.

use super::{Context, Findings, Rule};
use crate::model::Protection;

pub(super) const RULE: Rule = rule!("disabled-confinement", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for lifted in &workload.confinement.lifted {
            let (name, noun) = (&workload.name.value, lifted.value.noun());
            let label = match lifted.value {
                Protection::Capabilities => "every capability",
                _ => "switched off here",
            };
            findings.report(format!("`{name}` runs without {noun}"), lifted.span, label).help(
                "allow the one thing that it needs: a profile of its own, or a single capability; a debugger needs \
                 SYS_PTRACE",
            );
        }
    }
}
