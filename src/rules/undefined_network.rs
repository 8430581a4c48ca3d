//! A service names a network that the project does not declare.

use super::{Context, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{Network, UndefinedNetwork};
use crate::source::nearest;

pub(super) const RULE: Rule = rule!("undefined-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    // What the files do not hold may declare it.
    for composition in ctx.project.compositions.iter().filter(|it| it.incomplete.is_none()) {
        for undefined in &composition.undefined_networks {
            // A layer is started over the file that declares it, which need not be written down anywhere.
            let is_elsewhere = |it: &Network| it.name == undefined.name.value && it.span.is_some();
            let is_layer = !composition.has_base_name() && ctx.project.networks.iter().any(is_elsewhere);
            report(undefined, is_layer, findings);
        }
    }
}

fn report(undefined: &UndefinedNetwork, is_layer: bool, findings: &mut Findings) {
    let (name, service) = (&undefined.name.value, &undefined.service.value);
    let finding = findings.report(
        format!(
            "service `{service}` joins the network `{name}`, which is not declared: Compose refuses the file"
        ),
        undefined.name.span,
        "no network of this name is declared",
    );
    let finding = finding.confidence(if is_layer { Confidence::Possible } else { Confidence::Proven });
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
