//! Gateways of the Gateway API, and what routes say of them: <https://gateway-api.sigs.k8s.io/reference/spec/>.

use super::Selector;
use super::policy::selector;
use super::read::{is_open, items, name, port, text};
use crate::source::{Spanned, Text};
use crate::syntax::yaml::Node;

/// A Gateway.
#[derive(Clone, Debug, Default)]
pub struct Gateway {
    /// `listeners`.
    pub listeners: Vec<GatewayListener>,
    /// Whether there may be others than those that are written.
    pub is_open: bool,
}

/// One entry of `listeners`.
#[derive(Clone, Debug)]
pub struct GatewayListener {
    /// `name`.
    pub name: Spanned<String>,
    /// `port`, when it can be read.
    pub port: Option<u16>,
    /// `protocol`: `HTTP`, `HTTPS`, `TLS`, `TCP`, `UDP`, or one of somebody's own.
    pub protocol: String,
    /// `hostname`; `None` for any.
    pub hostname: Option<Text>,
    /// `allowedRoutes.namespaces`.
    pub namespaces: AllowedNamespaces,
    /// The kinds in `allowedRoutes.kinds`; `None` for those that go with the protocol.
    pub kinds: Option<Vec<String>>,
}

/// Of which namespaces a listener takes routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowedNamespaces {
    /// That of the Gateway, which is so by default.
    Same,
    /// All.
    All,
    /// Those with such labels.
    Selected(Selector),
    /// It cannot be read.
    Unknown,
}

/// One entry of a route's `parentRefs` that is a Gateway.
#[derive(Clone, Debug)]
pub struct Parent {
    /// The name of the Gateway.
    pub name: Spanned<String>,
    /// Its namespace, where it is another than the route's.
    pub namespace: Option<String>,
    /// `sectionName`: a single listener.
    pub section: Option<Spanned<String>>,
    /// `port`: the listeners of that port.
    pub port: Option<Spanned<u16>>,
}

pub(super) fn gateway(spec: &Node) -> Gateway {
    let listeners = items(spec.get("listeners"));
    let read: Vec<_> = listeners.filter_map(listener).collect();
    Gateway {
        is_open: is_open(Some(spec))
            || is_open(spec.get("listeners"))
            || read.len() < items(spec.get("listeners")).count()
            // Others may add listeners of their own.
            || spec.get("allowedListeners").is_some(),
        listeners: read,
    }
}

fn listener(node: &Node) -> Option<GatewayListener> {
    let allowed = node.get("allowedRoutes");
    let kinds = allowed.and_then(|it| it.get("kinds")).filter(|it| !it.is_null());
    let kinds =
        kinds.map(|kinds| items(Some(kinds)).filter_map(|it| Some(name(it, "kind")?.value)).collect());
    let is_unknown =
        is_open(Some(node)) || is_open(allowed) || is_open(allowed.and_then(|it| it.get("kinds")));
    Some(GatewayListener {
        name: name(node, "name").filter(|_| !is_unknown)?,
        port: node.get("port").and_then(port).map(|it| it.value),
        protocol: name(node, "protocol")?.value,
        hostname: text(node, "hostname").filter(|it| !it.as_str().is_empty()),
        namespaces: allowed.and_then(|it| it.get("namespaces")).map_or(AllowedNamespaces::Same, namespaces),
        kinds,
    })
}

fn namespaces(node: &Node) -> AllowedNamespaces {
    let from = text(node, "from");
    match from.as_ref().map_or("Same", Text::as_str) {
        _ if is_open(Some(node)) => AllowedNamespaces::Unknown,
        "Same" => AllowedNamespaces::Same,
        "All" => AllowedNamespaces::All,
        "Selector" => node
            .get("selector")
            .map_or(AllowedNamespaces::Unknown, |it| AllowedNamespaces::Selected(selector(it))),
        _ => AllowedNamespaces::Unknown,
    }
}

/// The Gateways in `parentRefs`. A route of the mesh has a Service for its parent.
pub(super) fn parents(spec: &Node) -> Vec<Parent> {
    let parent = |it: &Node| {
        let is_other = |key: &str, own: &str| text(it, key).is_some_and(|it| it.as_str() != own);
        if is_other("kind", "Gateway") || is_other("group", "gateway.networking.k8s.io") || is_open(Some(it))
        {
            return None;
        }
        Some(Parent {
            name: name(it, "name")?,
            namespace: name(it, "namespace").map(|it| it.value),
            section: name(it, "sectionName"),
            port: it.get("port").and_then(port),
        })
    };
    items(spec.get("parentRefs")).filter_map(parent).collect()
}
