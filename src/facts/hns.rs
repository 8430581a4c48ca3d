//! What the JSON of a network of Windows containers says: the Host Networking Service, in its first form
//! (`Subnets` with `AddressPrefix`) and its second (`Ipams`):
//! <https://learn.microsoft.com/windows-server/networking/technologies/hcn/hcn-json-document-schemas>.

use crate::source::{FileId, Spanned};
use crate::syntax::yaml::{self, Node, NodeKind};

/// A larger file is not read.
pub const LARGEST_FILE: u64 = 64 * 1024;

/// A network.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct HnsNetwork {
    /// `Name`.
    pub name: Option<Spanned<String>>,
    /// `Type`: what drives it.
    pub kind: Option<Spanned<String>>,
    /// Its ranges of addresses.
    pub subnets: Vec<HnsSubnet>,
}

/// A range of addresses with the way out of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HnsSubnet {
    /// `AddressPrefix`, `IpAddressPrefix` or `Subnet`.
    pub prefix: Spanned<String>,
    /// `GatewayAddress`, `Gateway`, or the `NextHop` of the default route.
    pub gateway: Option<Spanned<String>>,
}

/// Whether a file of that path may describe a network at all, so that its text is worth a look.
#[must_use]
pub fn may_be_network(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let words = ["hns", "hcn", "network", "subnet", "nat"];
    name.strip_suffix(".json").is_some_and(|stem| words.iter().any(|it| stem.contains(it)))
}

/// Whether a text is that of a network.
#[must_use]
pub fn is_network(text: &str) -> bool {
    let has = |word: &str| text.contains(word);
    let has_range = has("\"AddressPrefix\"") || has("\"IpAddressPrefix\"") || has("\"GatewayAddress\"");
    has("\"Type\"") && has_range && !has("::") && !has("Microsoft.Network/")
}

/// Reads a file. JSON is YAML, but for rare escapes.
#[must_use]
pub fn read(file: FileId, text: &str) -> Vec<HnsNetwork> {
    let tree = yaml::parse(file, text);
    let Some(root) = tree.documents.first() else { return Vec::new() };
    let mut out = Vec::new();
    match &root.kind {
        NodeKind::Sequence(items) => out.extend(items.iter().map(|it| network(it))),
        NodeKind::Mapping(entries) => match entries.iter().find(|it| it.name() == Some("Networks")) {
            Some(list) => out.extend(items_of(&list.value).map(network)),
            None => out.push(network(root)),
        },
        NodeKind::Scalar(_) => {}
    }
    out.retain(|it| it.kind.is_some());
    out
}

fn network(node: &Node) -> HnsNetwork {
    let mut out = HnsNetwork { name: text(node, "Name"), kind: text(node, "Type"), subnets: Vec::new() };
    out.subnets.extend(child(node, "Subnets").into_iter().flat_map(items_of).filter_map(subnet));
    for ipam in child(node, "Ipams").into_iter().flat_map(items_of) {
        out.subnets.extend(child(ipam, "Subnets").into_iter().flat_map(items_of).filter_map(subnet));
    }
    // What `New-HnsNetwork` takes on its command line.
    out.subnets.extend(subnet(node));
    out
}

fn subnet(node: &Node) -> Option<HnsSubnet> {
    let prefix = ["AddressPrefix", "IpAddressPrefix", "Subnet"].iter().find_map(|it| text(node, it))?;
    let gateway = ["GatewayAddress", "Gateway"].iter().find_map(|it| text(node, it)).or_else(|| {
        let mut routes = child(node, "Routes").into_iter().flat_map(items_of);
        let default = routes.find(|it| {
            text(it, "DestinationPrefix").is_none_or(|it| matches!(it.value.as_str(), "0.0.0.0/0" | "::/0"))
        });
        text(default?, "NextHop")
    });
    Some(HnsSubnet { prefix, gateway: gateway.filter(|it| !it.value.is_empty()) })
}

fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let NodeKind::Mapping(entries) = &node.kind else { return None };
    entries.iter().find(|it| it.name() == Some(key)).map(|it| &*it.value)
}

fn items_of(node: &Node) -> impl Iterator<Item = &Node> {
    let items = match &node.kind {
        NodeKind::Sequence(items) => items.as_slice(),
        _ => &[],
    };
    items.iter().map(|it| &**it)
}

fn text(node: &Node, key: &str) -> Option<Spanned<String>> {
    let text = child(node, key)?.to_plain_text()?;
    Some(Spanned::new(text.as_str().to_owned(), text.cover()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        let networks = read(FileId(0), text).into_iter();
        let line = |it: HnsNetwork| {
            let ranges = it.subnets.iter().map(|it| {
                let gateway = it.gateway.as_ref().map_or("-", |it| it.value.as_str());
                assert_eq!(&text[it.prefix.span.range()], it.prefix.value);
                format!("{} {gateway}", it.prefix.value)
            });
            format!("{} {:?}", it.kind.map_or_else(String::new, |it| it.value), ranges.collect::<Vec<_>>())
        };
        networks.map(line).collect()
    }

    #[test]
    fn both_forms_are_read() {
        let first = "{\r\n \"Name\": \"n\", \"Type\": \"NAT\",\r\n \"Subnets\": [{\"AddressPrefix\": \"10.0.0.0/24\", \"GatewayAddress\": \"10.0.0.1\"}]}";
        assert_eq!(show(first), ["NAT [\"10.0.0.0/24 10.0.0.1\"]"]);
        let second = "[{\"Type\": \"L2Bridge\", \"Ipams\": [{\"Type\": \"Static\", \"Subnets\": [{\"IpAddressPrefix\": \"10.1.0.0/16\", \"Routes\": [{\"NextHop\": \"10.1.0.1\", \"DestinationPrefix\": \"0.0.0.0/0\"}]}]}]}]";
        assert_eq!(show(second), ["L2Bridge [\"10.1.0.0/16 10.1.0.1\"]"]);
        assert!(is_network(first) && is_network(second));
        assert!(!is_network("{\"Type\": \"AWS::EC2::Subnet\", \"AddressPrefix\": \"\"}"));
        assert_eq!(show("{\"Type\": "), Vec::<String>::new());
        assert_eq!(show("3"), Vec::<String>::new());
    }

    #[test]
    fn a_name_tells_which_files_are_looked_at() {
        assert!(may_be_network("deploy/hns-network.json") && may_be_network("NatNetwork.JSON"));
        assert!(!may_be_network("package.json") && !may_be_network("network.yaml"));
    }
}
