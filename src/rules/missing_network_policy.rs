//! Servers of a namespace for which no NetworkPolicy is written.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("missing-network-policy", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for service in ctx.project.namespaces_without_policy() {
        let place = &service.place;
        let namespace = match &place.namespace {
            Some(name) => format!("namespace `{name}`"),
            None => "the namespace that it is applied to".to_owned(),
        };
        findings
            .report(
                format!("the project has no NetworkPolicy for {namespace}: every pod of the cluster reaches its servers"),
                place.span(),
                "any pod may connect to it",
            )
            .help("begin with a policy that denies everything, and allow what is needed");
    }
}
