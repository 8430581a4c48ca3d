//! A route leads to a subset that no DestinationRule defines.

use super::{Context, Findings, Rule};
use crate::model::RouteFaultKind;

pub(super) const RULE: Rule = rule!("undefined-route-subset", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for fault in ctx.project.route_faults() {
        let RouteFaultKind::UndefinedSubset(subset, host, rules) = fault.kind else { continue };
        let name = &fault.route.place.name.value;
        let mut finding = findings
            .report(
                format!("VirtualService `{name}` leads to subset `{subset}` of `{host}`, which no DestinationRule defines"),
                fault.span,
                "no such subset",
            )
            .confidence(fault.confidence)
            .help(format!("define `{subset}` in the DestinationRule of `{host}`, or lead to a subset that it has"));
        for rule in rules {
            finding = finding.evidence(rule.span, format!("this DestinationRule has no subset `{subset}`"));
        }
    }
}
