//! A file that could not be read in full.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("syntax-error", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for error in &ctx.project.syntax_errors {
        let reason = &error.reason;
        findings
            .report(
                format!("This file could not be read in full: {}", reason.value),
                reason.span,
                reason.value.clone(),
            )
            .confidence(error.confidence)
            .help("mend it: what could not be read is not checked, the rest of the file is");
    }
}
