//! A route leads to a name that no Service has.

use super::{Context, Findings, Rule};
use crate::model::RouteFaultKind;

pub(super) const RULE: Rule = rule!("unknown-route-host", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for fault in ctx.project.route_faults() {
        let RouteFaultKind::UnknownHost(host, meant) = fault.kind else { continue };
        let (kind, name) = (&fault.route.kind, &fault.route.place.name.value);
        findings
            .report(
                format!("{kind} `{name}` leads to `{host}`, which is the name of no Service"),
                fault.span,
                "no Service has this name",
            )
            .confidence(fault.confidence)
            .evidence(meant.span, "this Service was probably meant")
            .help(format!("did you mean `{}`?", meant.value));
    }
}
