//! The weights of a route's destinations add up to zero.

use super::{Context, Findings, Rule};
use crate::model::RouteFaultKind;

pub(super) const RULE: Rule = rule!("zero-route-weight", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for fault in ctx.project.route_faults() {
        let RouteFaultKind::ZeroWeight(others) = fault.kind else { continue };
        let (kind, name) = (&fault.route.kind, &fault.route.place.name.value);
        let mut finding = findings
            .report(
                format!(
                    "the weights of a route of {kind} `{name}` add up to 0, so that no request goes anywhere"
                ),
                fault.span,
                "no destination has a weight",
            )
            .help("give at least one destination a weight");
        for span in others {
            finding = finding.evidence(span, "nor has this one");
        }
    }
}
