//! A suppression that does not say why.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("unexplained-suppression", check, of suppressions);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for it in ctx.suppressions.iter().filter(|it| !it.is_explained) {
        findings
            .report("This suppression does not say why", it.span, "no reason behind the bracket")
            .help("write the reason behind the bracket");
    }
}
