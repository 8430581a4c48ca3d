//! A Service or a NetworkPolicy selects no pod of the project.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("dangling-selector", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for dangling in ctx.project.dangling_selectors() {
        let (kind, name, selector) = (dangling.kind, &dangling.place.name.value, &dangling.selector);
        findings
            .report(
                format!(
                    "{kind} `{name}` selects pods with {selector}, and no pod of the project has these labels"
                ),
                dangling.place.span(),
                format!("no pod has {selector}"),
            )
            .help("give the pods these labels, or select those that they have");
    }
}
