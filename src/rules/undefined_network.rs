//! A service names a network that the project does not declare.

use super::{Context, Findings, Rule};
use crate::model::UndefinedNetwork;
use crate::source::nearest;

pub(super) const RULE: Rule = rule!("undefined-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    // What the files do not hold may declare it.
    for composition in ctx.project.compositions.iter().filter(|it| it.incomplete.is_none()) {
        for undefined in &composition.undefined_networks {
            report(undefined, findings);
        }
    }
}

fn report(undefined: &UndefinedNetwork, findings: &mut Findings) {
    let (name, service) = (&undefined.name.value, &undefined.service.value);
    let finding = findings.report(
        format!(
            "service `{service}` joins the network `{name}`, which is not declared: Compose refuses the file"
        ),
        undefined.name.span,
        "no network of this name is declared",
    );
    let near = nearest(name, undefined.declared.iter().map(|it| it.as_str()));
    if let Some(meant) = undefined.declared.iter().find(|it| Some(it.as_str()) == near) {
        let finding = finding.evidence(meant.span, "this network was probably meant");
        finding.help(format!("did you mean `{}`?", meant.value));
        return;
    }
    let finding = match undefined.networks_key {
        Some(span) => finding.evidence(span, "the networks that are declared"),
        None => finding,
    };
    finding.help(format!("declare it at the top level, `networks:` with an entry `{name}:`"));
}
