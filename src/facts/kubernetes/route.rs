//! What leads requests to Services: Ingress, the routes of the Gateway API, and Istio's VirtualService with what
//! belongs to it.

use super::PortReference;
use super::gateway::{self, Parent};
use super::read::{entries, is_open, items, name, number, port, port_reference, text};
use crate::facts::helm::hole;
use crate::source::{Spanned, Text};
use crate::syntax::yaml::Node;

/// Where requests are led to.
#[derive(Clone, Debug, Default)]
pub struct Route {
    /// The lists of destinations between which requests are divided. An Ingress divides nothing: each of its
    /// backends stands by itself.
    pub splits: Vec<Vec<Destination>>,
    /// `hosts` or `hostnames` that it is for.
    pub hosts: Vec<Text>,
    /// The Gateways in `parentRefs`.
    pub parents: Vec<Parent>,
}

/// One destination of a route.
#[derive(Clone, Debug)]
pub struct Destination {
    /// The name of a Service, as it is written; of a VirtualService any host name.
    pub host: Spanned<String>,
    /// The namespace, where it is written apart from the name.
    pub namespace: Option<String>,
    /// The port of the Service.
    pub port: Option<Spanned<PortReference>>,
    /// `subset`.
    pub subset: Option<Spanned<String>>,
    /// `weight`, when it is written.
    pub weight: Option<Spanned<i64>>,
}

/// A DestinationRule: <https://istio.io/latest/docs/reference/config/networking/destination-rule/>.
#[derive(Clone, Debug)]
pub struct DestinationRule {
    /// `host`.
    pub host: Spanned<String>,
    /// The names of its `subsets`.
    pub subsets: Vec<Spanned<String>>,
}

/// A ServiceEntry: <https://istio.io/latest/docs/reference/config/networking/service-entry/>.
#[derive(Clone, Debug)]
pub struct ServiceEntry {
    /// `hosts`.
    pub hosts: Vec<Spanned<String>>,
}

/// An AuthorizationPolicy, as far as it names ports:
/// <https://istio.io/latest/docs/reference/config/security/authorization-policy/>.
#[derive(Clone, Debug)]
pub struct AuthorizationPolicy {
    /// `action`, by default `ALLOW`.
    pub action: String,
    /// The labels of the pods that it is for; empty for all of the namespace.
    pub selector: Vec<(Spanned<String>, Text)>,
    /// The ports of the pods that its rules name.
    pub ports: Vec<Spanned<u16>>,
}

/// <https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/>; `serviceName` and
/// `servicePort` are of the versions before 1.19.
pub(super) fn ingress(spec: &Node) -> Route {
    let rules = || items(spec.get("rules"));
    let paths = rules().flat_map(|it| items(it.get("http").and_then(|it| it.get("paths"))));
    let backends = paths.filter_map(|it| it.get("backend"));
    let default = spec.get("defaultBackend").or_else(|| spec.get("backend"));
    let destinations = default.into_iter().chain(backends).filter_map(|it| {
        let (host, port) = match it.get("service") {
            Some(service) => {
                let port = service.get("port");
                let number = port.and_then(|it| port_reference(it.get("number")));
                let named = port.and_then(|it| port_reference(it.get("name")));
                // What stands in an annotation then is the load balancer's, and the name is none of a Service:
                // <https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions>.
                if named
                    .as_ref()
                    .is_some_and(|it| it.value == PortReference::Name("use-annotation".to_owned()))
                {
                    return None;
                }
                (name(service, "name")?, number.or(named))
            }
            None => (name(it, "serviceName")?, port_reference(it.get("servicePort"))),
        };
        Some(vec![Destination { host, namespace: None, port, subset: None, weight: None }])
    });
    Route {
        splits: destinations.collect(),
        hosts: rules().filter_map(|it| text(it, "host")).collect(),
        parents: Vec::new(),
    }
}

/// HTTPRoute, GRPCRoute, TCPRoute and so on: <https://gateway-api.sigs.k8s.io/reference/spec/>.
pub(super) fn gateway_route(spec: &Node) -> Route {
    let backend = |it: &Node| {
        let is_other = |key: &str, own: &str| text(it, key).is_some_and(|it| it.as_str() != own);
        if is_other("kind", "Service") || is_other("group", "") {
            return None;
        }
        Some(Destination {
            host: name(it, "name")?,
            namespace: name(it, "namespace").map(|it| it.value),
            port: port_reference(it.get("port")),
            subset: None,
            weight: weight(it)?,
        })
    };
    let splits = items(spec.get("rules")).map(|rule| {
        let all: Vec<_> = items(rule.get("backendRefs")).map(backend).collect();
        // What goes to something else than a Service is a destination as well.
        all.into_iter().collect::<Option<Vec<_>>>().unwrap_or_default()
    });
    Route { splits: splits.collect(), hosts: texts(spec, "hostnames"), parents: gateway::parents(spec) }
}

/// <https://istio.io/latest/docs/reference/config/networking/virtual-service/>.
pub(super) fn virtual_service(spec: &Node) -> Route {
    let routes = ["http", "tls", "tcp"].into_iter().flat_map(|it| items(spec.get(it)));
    let splits = routes.map(|it| {
        let destinations = items(it.get("route")).map(|it| {
            let destination = it.get("destination")?;
            let port = destination.get("port").and_then(|it| port_reference(it.get("number")));
            Some(Destination {
                host: name(destination, "host")?,
                namespace: None,
                port,
                subset: name(destination, "subset"),
                weight: weight(it)?,
            })
        });
        destinations.collect::<Option<Vec<_>>>().unwrap_or_default()
    });
    Route { splits: splits.collect(), hosts: texts(spec, "hosts"), parents: Vec::new() }
}

pub(super) fn destination_rule(spec: &Node) -> Option<DestinationRule> {
    let written = spec.get("subsets");
    let subsets = items(written).filter_map(|it| name(it, "name"));
    // A template may add any.
    let open = [Some(spec), written].into_iter().flatten().filter(|it| is_open(Some(it)));
    let more = open.map(|it| Spanned::new(hole(None, it.span), it.span));
    Some(DestinationRule { host: name(spec, "host")?, subsets: subsets.chain(more).collect() })
}

pub(super) fn service_entry(spec: &Node) -> ServiceEntry {
    let hosts = items(spec.get("hosts"));
    let hosts = hosts.filter_map(|it| Some(Spanned::new(it.to_plain_text()?.as_str().to_owned(), it.span)));
    ServiceEntry { hosts: hosts.collect() }
}

pub(super) fn authorization_policy(spec: &Node) -> AuthorizationPolicy {
    let labels = spec.get("selector").and_then(|it| it.get("matchLabels"));
    let operations = items(spec.get("rules")).flat_map(|it| items(it.get("to")));
    let ports = operations.filter_map(|it| it.get("operation")).flat_map(|it| items(it.get("ports")));
    let selector = entries(labels).iter().filter_map(|it| {
        let key = Spanned::new(it.name()?.to_owned(), it.key.span);
        Some((key, it.value.to_plain_text()?))
    });
    AuthorizationPolicy {
        action: text(spec, "action").map_or_else(|| "ALLOW".to_owned(), |it| it.as_str().to_owned()),
        selector: selector.collect(),
        ports: ports.filter_map(port).collect(),
    }
}

/// The weight of a destination when it is written; nothing at all when it is and cannot be read.
#[allow(clippy::option_option)]
fn weight(node: &Node) -> Option<Option<Spanned<i64>>> {
    match node.get("weight").filter(|it| !it.is_null()) {
        Some(_) => number(node, "weight").map(Some),
        None => Some(None),
    }
}

fn texts(node: &Node, key: &str) -> Vec<Text> {
    items(node.get(key)).filter_map(Node::to_plain_text).collect()
}
