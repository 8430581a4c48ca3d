//! A route leads to a name that no Service has, or its Gateway has no listener for it.

use super::{Context, Findings, Rule};
use crate::model::{Place, Refusal, RouteFault, RouteFaultKind};

pub(super) const RULE: Rule = rule!("unknown-route-host", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for fault in ctx.project.route_faults() {
        if let RouteFaultKind::Refused(refusal, gateway) = fault.kind {
            report_refusal(&fault, refusal, gateway, findings);
        }
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

fn report_refusal(fault: &RouteFault<'_>, refusal: Refusal<'_>, gateway: &Place, findings: &mut Findings) {
    let (kind, name, gateway_name) = (&fault.route.kind, &fault.route.place.name.value, &gateway.name.value);
    let (why, help) = match refusal {
        Refusal::NoGateway(meant) => {
            ("there is no Gateway of this name".to_owned(), format!("did you mean `{}`?", meant.value))
        }
        Refusal::NoSection(section) => (
            format!("Gateway `{gateway_name}` has no listener `{}`", section.value),
            "name one of its listeners".to_owned(),
        ),
        Refusal::NoPort(port) => (
            format!("Gateway `{gateway_name}` has no listener on port {}", port.value),
            "name the port of one of its listeners".to_owned(),
        ),
        Refusal::Kind => (
            format!("no listener of Gateway `{gateway_name}` takes a {kind}"),
            "name a listener whose `protocol` and `allowedRoutes` are for it".to_owned(),
        ),
        Refusal::Namespace => (
            format!("Gateway `{gateway_name}` takes no routes of this namespace"),
            "let them in with `allowedRoutes.namespaces` of the listener".to_owned(),
        ),
        Refusal::Hostname(host) => (
            format!("Gateway `{gateway_name}` listens for `{}` alone", host.value),
            "name a host that the listener is for".to_owned(),
        ),
    };
    let place = match refusal {
        Refusal::Hostname(host) => host.span,
        _ => gateway.span(),
    };
    findings
        .report(format!("{kind} `{name}` gets no requests: {why}"), fault.span, why)
        .confidence(fault.confidence)
        .evidence(
            place,
            match refusal {
                Refusal::NoGateway(_) => "this Gateway was probably meant",
                Refusal::Hostname(_) => "the listener is for this host",
                _ => "the Gateway",
            },
        )
        .help(help);
}
