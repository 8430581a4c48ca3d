//! The JSON of a network of Windows containers that the Host Networking Service refuses.

use super::{Context, Findings, Rule};
use crate::model::HnsFaultKind;

pub(super) const RULE: Rule = rule!("hns-network", check);

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for fault in &ctx.project.hns {
        let written = &fault.written.value;
        let (message, label, help) = match fault.kind {
            HnsFaultKind::Type(near) => (
                format!("`{written}` is no type of network: Windows creates none"),
                "there is no such type",
                near.map(|it| format!("did you mean `{it}`?")),
            ),
            HnsFaultKind::Range => (
                format!("`{written}` is no range of addresses: Windows creates no network"),
                "this is no range",
                Some("write an address and a length, such as `172.20.0.0/16`".to_owned()),
            ),
            HnsFaultKind::Gateway(_) => (
                format!("the gateway `{written}` is outside of its subnet: containers have no way out"),
                "this address is in another network",
                Some("take an address of the subnet, usually the first".to_owned()),
            ),
            HnsFaultKind::Overlap(_) => (
                format!("`{written}` has addresses of another subnet: Windows refuses the second"),
                "these addresses are taken",
                Some("give each subnet a range of its own".to_owned()),
            ),
        };
        let mut finding = findings.report(message, fault.written.span, label);
        finding = match fault.kind {
            HnsFaultKind::Gateway(range) => finding.evidence(range, "its subnet is this"),
            HnsFaultKind::Overlap(other) => finding.evidence(other, "this subnet has them too"),
            HnsFaultKind::Type(_) | HnsFaultKind::Range => finding,
        };
        if let Some(help) = help {
            finding.help(help);
        }
    }
}
