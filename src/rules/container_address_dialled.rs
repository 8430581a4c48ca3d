//! The address of a container is written down and dialled.

use super::{Context, Finding, Findings, Rule};
use crate::diagnostic::Confidence;
use crate::model::{AddressOwner, Workload};
use crate::source::Span;

pub(super) const RULE: Rule = rule!("container-address-dialled", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for workload in &ctx.project.workloads {
        for dial in &workload.dials {
            if let Some(owner) = ctx.project.address_owner(workload.id, &dial.host, dial.port) {
                report(workload, "dials", &dial.host, dial.host_span, owner, findings)
                    .accuses(workload, dial)
                    .used_at(dial.site, format!("`{}` dials it here", workload.name.value));
            }
        }
        // An address that a container is given is written down to be dialled, even where the way from
        // there to the call is not known.
        let Some(program) = workload.program.map(|it| ctx.project.program(it)) else { continue };
        for address in &program.written_addresses {
            let dialled = workload.dials.iter().any(|it| it.host_span == address.span);
            let owner = ctx.project.address_owner(workload.id, &address.value, None);
            if let Some(owner @ AddressOwner::Container(..)) = owner.filter(|_| !dialled) {
                report(workload, "has written down", &address.value, address.span, owner, findings)
                    .confidence(Confidence::Likely);
            }
        }
    }
}

fn report<'f>(
    workload: &Workload,
    does: &str,
    host: &str,
    span: Span,
    owner: AddressOwner<'_>,
    findings: &'f mut Findings,
) -> Finding<'f> {
    let name = &workload.name.value;
    let whose = match owner {
        AddressOwner::Container(it, _) => format!("the address of the container `{}`", it.name.value),
        AddressOwner::Network(it, _) => format!("an address of some container on `{}`", it.name),
        AddressOwner::DefaultBridge => "an address of some container on the default bridge".to_owned(),
        AddressOwner::Pool(it) => {
            format!("an address as Docker gives to containers such as `{}`", it.name.value)
        }
    };
    let finding =
        findings.report(format!("`{name}` {does} {host}, {whose}"), span, format!("this is {whose}"));
    match owner {
        AddressOwner::Container(it, at) => finding
            .evidence(at, format!("`{}` has it on this network, which `{name}` is not on", it.name.value))
            .help(format!("join one network and dial `{}` by its name", it.name.value)),
        AddressOwner::Network(_, at) => finding
            .evidence(at, "who starts first gets the first of these addresses")
            .help("dial the service by its name, which stays when the address changes"),
        AddressOwner::DefaultBridge => finding
            .confidence(Confidence::Likely)
            .help("dial the container by its name on a network of both: from another network this address times out"),
        AddressOwner::Pool(it) => finding
            .confidence(Confidence::Likely)
            .evidence(it.name.span, "this container serves the port that is dialled")
            .help(format!("dial `{}` by its name, which stays when the address changes", it.name.value)),
    }
}
