//! Networks of Windows containers, judged as the Host Networking Service does:
//! <https://learn.microsoft.com/windows-server/networking/technologies/hcn/hcn-json-document-schemas>.

use std::net::Ipv4Addr;

use crate::facts::Facts;
use crate::facts::catalogue::{windows_network, windows_networks};
use crate::facts::hns::HnsNetwork;
use crate::net::Subnet;
use crate::source::{Span, Spanned, nearest};

/// Something for which the service refuses a network.
#[derive(Clone, Debug)]
pub struct HnsFault {
    /// What is wrong.
    pub kind: HnsFaultKind,
    /// What is written.
    pub written: Spanned<String>,
}

/// What is wrong with a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HnsFaultKind {
    /// A `Type` that does not exist; the one that was meant.
    Type(Option<&'static str>),
    /// A range that is none.
    Range,
    /// A gateway outside of its range, which stands there.
    Gateway(Span),
    /// A range with addresses of another one, which stands there.
    Overlap(Span),
}

/// What is wrong with the networks of a project.
pub(super) fn faults(facts: &Facts) -> Vec<HnsFault> {
    facts.hns.iter().flat_map(|(_, networks)| of_file(networks)).collect()
}

fn of_file(networks: &[HnsNetwork]) -> Vec<HnsFault> {
    let mut out = Vec::new();
    let mut ranges: Vec<(Subnet, Span)> = Vec::new();
    for network in networks {
        if let Some(kind) = &network.kind
            && !is_placeholder(&kind.value)
            && windows_network(&kind.value).is_none_or(|it| !it.is_hns_type)
        {
            let types = windows_networks().iter().filter(|it| it.is_hns_type).map(|it| it.name);
            let kind_of_fault = HnsFaultKind::Type(nearest(&kind.value, types));
            out.push(HnsFault { kind: kind_of_fault, written: kind.clone() });
        }
        for subnet in &network.subnets {
            let prefix = &subnet.prefix;
            // IPv6 is not judged.
            if prefix.value.contains("::") || is_placeholder(&prefix.value) {
                continue;
            }
            let Some(range) = Subnet::parse(&prefix.value) else {
                out.push(HnsFault { kind: HnsFaultKind::Range, written: prefix.clone() });
                continue;
            };
            if let Some((_, other)) = ranges.iter().find(|(it, _)| it.overlaps(range)) {
                out.push(HnsFault { kind: HnsFaultKind::Overlap(*other), written: prefix.clone() });
            }
            ranges.push((range, prefix.span));
            let gateway = subnet.gateway.as_ref().filter(|it| !is_placeholder(&it.value));
            if let Some(gateway) = gateway
                && gateway.value.parse::<Ipv4Addr>().is_ok_and(|it| !range.contains(it))
            {
                out.push(HnsFault { kind: HnsFaultKind::Gateway(prefix.span), written: gateway.clone() });
            }
        }
    }
    out
}

/// Whether somebody is to fill in a text.
fn is_placeholder(text: &str) -> bool {
    text.contains(['<', '$', '{', '%'])
}
