//! A file that could not be read in full.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("syntax-error", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for error in &ctx.project.syntax_errors {
        findings
            .report(
                format!("This file could not be read in full: {}", error.value),
                error.span,
                error.value.clone(),
            )
            .help("mend it: what could not be read is not checked, the rest of the file is");
    }
}
