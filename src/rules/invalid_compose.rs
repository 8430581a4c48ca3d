//! Compose refuses the files of a project.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{Composition, FaultBasis};

pub(super) const RULE: Rule = rule!("invalid-compose", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for composition in &ctx.project.compositions {
        report(composition, findings);
    }
}

fn report(composition: &Composition, findings: &mut Findings) {
    for fault in &composition.faults {
        // An undefined network has a rule of its own; the shell and files made later are not known.
        if matches!(fault.basis, FaultBasis::File | FaultBasis::Project) {
            let mut finding = findings
                .report(
                    format!("Compose refuses this file: {}", fault.message),
                    fault.span,
                    fault.message.clone(),
                )
                .help(
                    "`docker compose config` tells whether Compose takes a file, without starting anything",
                );
            if fault.is_of_placeholder() {
                finding = finding.confidence(Confidence::Possible);
            }
            if let Some(call) = fault.call {
                finding = finding.evidence(call, "this call activates none of these profiles");
            }
        }
    }
}
