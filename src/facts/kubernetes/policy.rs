//! NetworkPolicies: <https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/>.

use super::PortReference;
use super::read::{is_open, items, name, number, port_reference, protocol, text, texts_by_key};
use crate::net::Protocol;
use crate::source::{Span, Spanned};
use crate::syntax::yaml::Node;

/// A NetworkPolicy: `spec`.
#[derive(Clone, Debug)]
pub struct NetworkPolicy {
    /// `podSelector`: the pods of its namespace that it is for.
    pub pods: Selector,
    /// `policyTypes`, when it is written.
    pub types: Option<Vec<String>>,
    /// `ingress`; empty when nothing may come in by it.
    pub ingress: Vec<PolicyRule>,
    /// `egress`; empty when nothing may go out by it.
    pub egress: Vec<PolicyRule>,
}

/// A policy that is judged in front of NetworkPolicies or behind them:
/// <https://network-policy-api.sigs.k8s.io/api-overview/>; or one of a network plugin.
#[derive(Clone, Debug, Default)]
pub struct OtherPolicy {
    /// The namespaces of the pods that it is for; `None` when it may be any.
    pub namespaces: Option<Selector>,
    /// The pods in these; `None` when it may be any.
    pub pods: Option<Selector>,
    /// Whether it counts only for pods that no NetworkPolicy isolates.
    pub is_baseline: bool,
}

/// The way that traffic goes, seen from the pods of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Into them.
    Ingress,
    /// Out of them.
    Egress,
}

/// One entry of `ingress` or `egress`: peers and ports that are allowed.
#[derive(Clone, Debug)]
pub struct PolicyRule {
    /// `from` or `to`; `None` for everybody.
    pub peers: Option<Vec<PolicyPeer>>,
    /// `ports`; `None` for all.
    pub ports: Option<Vec<PolicyPort>>,
    /// The entry.
    pub span: Span,
}

/// One entry of `from` or `to`.
#[derive(Clone, Debug)]
pub enum PolicyPeer {
    /// Pods, those that both selectors take.
    Pods {
        /// `namespaceSelector`; `None` for the policy's own namespace.
        namespaces: Option<Selector>,
        /// `podSelector`; `None` for all.
        pods: Option<Selector>,
    },
    /// `ipBlock`: addresses in `cidr` without those in `except`.
    Addresses {
        /// `cidr`.
        cidr: String,
        /// `except`.
        except: Vec<String>,
    },
    /// It cannot be read.
    Unknown,
}

/// One entry of a rule's `ports`.
#[derive(Clone, Debug)]
pub struct PolicyPort {
    /// `port`; `None` for every port.
    pub port: Option<Spanned<PortReference>>,
    /// `endPort`, the last of a range that begins with `port`.
    pub end: Option<u16>,
    /// `protocol`, by default TCP; `None` when it cannot be read.
    pub protocol: Option<Protocol>,
    /// Whether `port` is written and cannot be read.
    pub is_vague: bool,
}

/// A selector of labels; an empty one takes everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    /// What labels must be like, each of them.
    pub requirements: Vec<Requirement>,
}

/// One entry of `matchLabels` or of `matchExpressions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// How its value is judged.
    pub operator: Operator,
    /// `values`.
    pub values: Vec<String>,
}

/// How a [`Requirement`] judges the value of a label:
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#set-based-requirement>.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    /// It is one of the values.
    In,
    /// It is none of them, or there is no such label.
    NotIn,
    /// There is such a label.
    Exists,
    /// There is no such label.
    DoesNotExist,
    /// Something else.
    Unknown,
}

impl NetworkPolicy {
    /// Whether it is about traffic of that direction. Without `policyTypes` it is about what comes in, and about
    /// what goes out when it has a rule for that.
    #[must_use]
    pub fn is_about(&self, direction: Direction) -> bool {
        match (&self.types, direction) {
            (Some(types), _) if !types.is_empty() => types.iter().any(|it| it == direction.as_str()),
            (_, Direction::Ingress) => true,
            (_, Direction::Egress) => !self.egress.is_empty(),
        }
    }

    /// The rules for that direction.
    #[must_use]
    pub fn rules(&self, direction: Direction) -> &[PolicyRule] {
        match direction {
            Direction::Ingress => &self.ingress,
            Direction::Egress => &self.egress,
        }
    }
}

impl Direction {
    /// Its name in `policyTypes`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ingress => "Ingress",
            Self::Egress => "Egress",
        }
    }
}

pub(super) fn network_policy(spec: &Node) -> NetworkPolicy {
    let types = spec.get("policyTypes").and_then(Node::as_sequence);
    let types = types.map(|it| it.iter().filter_map(|it| Some(it.to_plain_text()?.as_str().to_owned())));
    // What a template may add may let anything through.
    let types_are_open = is_open(Some(spec)) || is_open(spec.get("policyTypes"));
    let more = |key: &str| {
        let list = spec.get(key);
        let is_open = types_are_open || list.is_some_and(|it| it.as_scalar().is_some() && is_open(Some(it)));
        is_open.then_some(PolicyRule {
            peers: Some(vec![PolicyPeer::Unknown]),
            ports: None,
            span: list.unwrap_or(spec).span,
        })
    };
    NetworkPolicy {
        pods: spec.get("podSelector").map(selector).unwrap_or_default(),
        types: types.filter(|_| !types_are_open).map(Iterator::collect),
        ingress: items(spec.get("ingress")).map(|it| rule(it, "from")).chain(more("ingress")).collect(),
        egress: items(spec.get("egress")).map(|it| rule(it, "to")).chain(more("egress")).collect(),
    }
}

pub(super) fn other_policy(kind: &str, spec: Option<&Node>) -> OtherPolicy {
    let subject = spec.and_then(|it| it.get("subject"));
    let pods = subject.and_then(|it| it.get("pods"));
    let namespaces = subject
        .and_then(|it| it.get("namespaces"))
        .or_else(|| pods.and_then(|it| it.get("namespaceSelector")));
    OtherPolicy {
        namespaces: namespaces.map(selector),
        pods: pods.and_then(|it| it.get("podSelector")).map(selector),
        is_baseline: kind == "BaselineAdminNetworkPolicy",
    }
}

/// An empty list of peers or ports says the same as none.
fn rule(node: &Node, peers: &str) -> PolicyRule {
    let is_open = |key: &str| is_open(Some(node)) || is_open(node.get(key));
    let more_peers = is_open(peers).then_some(PolicyPeer::Unknown);
    let more_ports =
        is_open("ports").then_some(PolicyPort { port: None, end: None, protocol: None, is_vague: true });
    let peers: Vec<_> = items(node.get(peers)).map(peer).chain(more_peers).collect();
    let ports: Vec<_> = items(node.get("ports")).map(policy_port).chain(more_ports).collect();
    PolicyRule {
        peers: (!peers.is_empty()).then_some(peers),
        ports: (!ports.is_empty()).then_some(ports),
        span: node.span,
    }
}

fn peer(node: &Node) -> PolicyPeer {
    let written = |key: &str| node.get(key).filter(|it| !it.is_null());
    if let Some(block) = written("ipBlock") {
        let except = items(block.get("except")).filter_map(Node::to_plain_text);
        return match text(block, "cidr") {
            Some(cidr) => PolicyPeer::Addresses {
                cidr: cidr.as_str().to_owned(),
                except: except.map(|it| it.as_str().to_owned()).collect(),
            },
            None => PolicyPeer::Unknown,
        };
    }
    let (namespaces, pods) =
        (written("namespaceSelector").map(selector), written("podSelector").map(selector));
    match (&namespaces, &pods) {
        (None, None) => PolicyPeer::Unknown,
        _ => PolicyPeer::Pods { namespaces, pods },
    }
}

fn policy_port(node: &Node) -> PolicyPort {
    let port = node.get("port").filter(|it| !it.is_null());
    let read = port.and_then(|it| port_reference(Some(it)));
    PolicyPort {
        is_vague: (port.is_some() && read.is_none()) || is_open(node.get("endPort")) || is_open(Some(node)),
        port: read,
        end: number(node, "endPort").map(|it| it.value),
        protocol: protocol(node),
    }
}

/// A `LabelSelector`: <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/label-selector/>.
pub(super) fn selector(node: &Node) -> Selector {
    let labels = texts_by_key(node.get("matchLabels")).into_iter().map(|(key, value)| Requirement {
        key: key.value,
        operator: Operator::In,
        values: vec![value.as_str().to_owned()],
    });
    let unknown = Requirement { key: String::new(), operator: Operator::Unknown, values: Vec::new() };
    let more = (is_open(Some(node)) || is_open(node.get("matchExpressions"))).then_some(unknown);
    let expressions = items(node.get("matchExpressions")).map(|it| {
        let operator = match name(it, "operator").as_ref().map(|it| it.value.as_str()) {
            Some("In") => Operator::In,
            Some("NotIn") => Operator::NotIn,
            Some("Exists") => Operator::Exists,
            Some("DoesNotExist") => Operator::DoesNotExist,
            _ => Operator::Unknown,
        };
        let values = items(it.get("values")).filter_map(Node::to_plain_text);
        Requirement {
            key: name(it, "key").map(|it| it.value).unwrap_or_default(),
            operator,
            values: values.map(|it| it.as_str().to_owned()).collect(),
        }
    });
    Selector { requirements: labels.chain(expressions).chain(more).collect() }
}
