//! A network is declared that no service joins.

use super::{Context, Findings, Rule};

pub(super) const RULE: Rule = rule!("unused-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for (network, declared) in ctx.project.unused_networks() {
        let name = &network.name;
        findings
            .report(
                format!("The network `{name}` is declared, and no service joins it"),
                declared,
                "no service joins it",
            )
            .help("remove it, or list it under `networks` of the services that belong on it");
    }
}
