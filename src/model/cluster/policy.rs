//! What NetworkPolicies let through:
//! <https://kubernetes.io/docs/concepts/services-networking/network-policies/>.
//!
//! Policies add up. A pod that one selects for a direction is isolated in it: what no rule of any such policy
//! allows is dropped. A connection needs both its ends to allow it.

use std::net::IpAddr;

use super::selector::{is_filled_in, takes};
use super::{Direction, Policy, Truth, same_namespace};
use crate::facts::kubernetes::{PolicyPeer, PolicyPort, PolicyRule, PortReference, Selector};
use crate::model::{ManifestId, Pod, PodId, Project};
use crate::net::{Cidr, Protocol};

/// One end of a connection, for policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyEnd {
    /// A pod.
    Pod(PodId),
    /// An address outside of the cluster.
    Address(IpAddr),
    /// Any address outside of the cluster.
    Outside,
}

/// What policies make of a connection.
#[derive(Clone, Debug)]
pub struct PolicyVerdict<'a> {
    /// At the pod that connects.
    pub egress: Gate<'a>,
    /// At the pod that is wanted.
    pub ingress: Gate<'a>,
}

/// What the policies of one pod make of a connection in one direction.
#[derive(Clone, Debug)]
pub struct Gate<'a> {
    /// Whether it is let through.
    pub lets: Truth,
    /// The policies that isolate the pod in this direction, perhaps or for certain.
    pub isolating: Vec<&'a Policy>,
    /// The policy with a rule that allows it, perhaps or for certain.
    pub allowing: Option<&'a Policy>,
}

/// A port of the pod that is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) port: u16,
    pub(super) protocol: Protocol,
}

impl PolicyVerdict<'_> {
    /// Whether both ends let it through.
    #[must_use]
    pub fn lets(&self) -> Truth {
        self.egress.lets.and(self.ingress.lets)
    }
}

impl Gate<'_> {
    /// Nothing isolates.
    const OPEN: Self = Self { lets: Truth::Yes, isolating: Vec::new(), allowing: None };
}

impl Project {
    /// What policies make of a connection to `port` of `to`, as numbered in its pod.
    #[must_use]
    pub fn policy_verdict(
        &self,
        from: PolicyEnd,
        to: PolicyEnd,
        port: u16,
        protocol: Protocol,
    ) -> PolicyVerdict<'_> {
        // Nothing keeps a pod from itself.
        if from == to {
            return PolicyVerdict { egress: Gate::OPEN, ingress: Gate::OPEN };
        }
        let wanted = Wanted { port, protocol };
        PolicyVerdict {
            egress: self.gate(from, to, to, wanted, Direction::Egress),
            ingress: self.gate(to, from, to, wanted, Direction::Ingress),
        }
    }

    /// The policies that select a pod, and how sure that is.
    pub(super) fn policies_of<'p>(
        &'p self,
        pod: &'p Pod,
        direction: Direction,
    ) -> impl Iterator<Item = (&'p Policy, Truth)> {
        let about = self.manifests.policies.iter().filter(move |it| it.spec.is_about(direction));
        let together =
            about.filter(|it| self.manifests.together.are_together(it.place.manifest, pod.manifest));
        together.filter_map(move |it| Some((it, it.selects(pod))).filter(|(_, it)| *it > Truth::No))
    }

    /// Whether a policy of another kind may decide what comes to a pod or goes out of it. `isolated` tells whether
    /// NetworkPolicies isolate it, for which a baseline makes way.
    pub(super) fn another_may_decide(&self, pod: &Pod, isolated: Truth) -> bool {
        self.manifests.other_policies.iter().any(|(place, it)| {
            let of_namespace = match &it.namespaces {
                Some(selector) => self.namespace_is(selector, pod.namespace.as_deref(), pod.manifest),
                None => same_namespace(place.namespace.as_deref(), pod.namespace.as_deref()),
            };
            let of_pod = it.pods.as_ref().map_or(Truth::Yes, |it| takes(it, &pod.labels, true));
            self.manifests.together.are_together(place.manifest, pod.manifest)
                && of_namespace.and(of_pod) > Truth::No
                && !(it.is_baseline && isolated == Truth::Yes)
        })
    }

    /// What the policies of `subject` make of it.
    fn gate(
        &self,
        subject: PolicyEnd,
        other: PolicyEnd,
        to: PolicyEnd,
        wanted: Wanted,
        direction: Direction,
    ) -> Gate<'_> {
        let PolicyEnd::Pod(id) = subject else { return Gate::OPEN };
        let pod = &self.pods[id.0 as usize];
        let selecting: Vec<_> = self.policies_of(pod, direction).collect();
        let isolated = Truth::any(selecting.iter().map(|it| it.1));
        let allows = |(policy, selects): &(&'_ Policy, Truth)| {
            let rules = policy.spec.rules(direction).iter();
            selects.and(Truth::any(rules.map(|it| self.rule_lets(policy, it, other, to, wanted))))
        };
        let allowing = selecting.iter().map(|it| (allows(it), it.0)).max_by_key(|it| it.0);
        let allowed = allowing.map_or(Truth::No, |it| it.0);
        // What policies make of pods with the interfaces of their node is for the network plugin; and a policy that
        // is not known may let in what those that are known do not.
        let is_open = pod.host_network.is_some() || pod.open.is_some() || self.manifests.has_unrendered;
        let lets = match (isolated, allowed) {
            _ if self.another_may_decide(pod, isolated) => Truth::Maybe,
            (Truth::No, _) | (_, Truth::Yes) => Truth::Yes,
            _ if is_open => Truth::Maybe,
            (Truth::Yes, Truth::No) => Truth::No,
            _ => Truth::Maybe,
        };
        Gate {
            lets,
            isolating: selecting.into_iter().map(|it| it.0).collect(),
            allowing: allowing.filter(|it| it.0 > Truth::No).map(|it| it.1),
        }
    }

    pub(super) fn rule_lets(
        &self,
        policy: &Policy,
        rule: &PolicyRule,
        other: PolicyEnd,
        to: PolicyEnd,
        wanted: Wanted,
    ) -> Truth {
        let of_peer = || match &rule.peers {
            Some(peers) => Truth::any(peers.iter().map(|it| self.peer_is(policy, it, other))),
            None => Truth::Yes,
        };
        let of_port = || match &rule.ports {
            Some(ports) => Truth::any(ports.iter().map(|it| self.port_is(it, to, wanted))),
            None => Truth::Yes,
        };
        of_port().and(of_peer())
    }

    fn peer_is(&self, policy: &Policy, peer: &PolicyPeer, other: PolicyEnd) -> Truth {
        match (peer, other) {
            (PolicyPeer::Unknown, _) => Truth::Maybe,
            (PolicyPeer::Pods { namespaces, pods }, PolicyEnd::Pod(id)) => {
                let pod = &self.pods[id.0 as usize];
                let own = policy.place.namespace.as_deref();
                let of_namespace = match namespaces {
                    Some(selector) => self.namespace_is(selector, pod.namespace.as_deref(), pod.manifest),
                    None => same_namespace(own, pod.namespace.as_deref()),
                };
                let of_pod = pods.as_ref().map_or(Truth::Yes, |it| takes(it, &pod.labels, true));
                // Its packets come from the address of its node.
                let all = of_namespace.and(of_pod);
                if pod.host_network.is_some() { all.min(Truth::Maybe) } else { all }
            }
            (PolicyPeer::Pods { .. }, PolicyEnd::Address(_) | PolicyEnd::Outside) => Truth::No,
            (PolicyPeer::Addresses { cidr, except }, _) => block_is(cidr, except, other),
        }
    }

    /// Whether a selector takes a namespace. Each has its name as a label:
    /// <https://kubernetes.io/docs/reference/labels-annotations-taints/#kubernetes-io-metadata-name>.
    pub(super) fn namespace_is(&self, selector: &Selector, name: Option<&str>, near: ManifestId) -> Truth {
        const NAME: &str = "kubernetes.io/metadata.name";
        let called = self.manifests.namespaces.iter().filter(|it| Some(it.place.name.value.as_str()) == name);
        let declared = called.max_by_key(|it| {
            let together = &self.manifests.together;
            (together.are_together(it.place.manifest, near), together.nearness(it.place.manifest, near))
        });
        let mut labels = declared.map(|it| it.labels.clone()).unwrap_or_default();
        labels.extend(name.map(|it| (NAME.to_owned(), it.to_owned())));
        let known = takes(selector, &labels, declared.is_some());
        let asks_for_name_alone = selector.requirements.iter().all(|it| it.key == NAME);
        // The names of namespaces that are not declared are known all the same.
        if name.is_some() && asks_for_name_alone { takes(selector, &labels, true) } else { known }
    }

    /// A name of a port is the wanted pod's.
    fn port_is(&self, it: &PolicyPort, to: PolicyEnd, wanted: Wanted) -> Truth {
        let protocol = it.protocol.map_or(Truth::Maybe, |it| Truth::from(it == wanted.protocol));
        let port = match it.port.as_ref().map(|it| &it.value) {
            None if it.is_vague => Truth::Maybe,
            None => Truth::Yes,
            Some(PortReference::Number(first)) => {
                (*first..=it.end.unwrap_or(*first).max(*first)).contains(&wanted.port).into()
            }
            Some(PortReference::Name(name)) => match to {
                PolicyEnd::Pod(id) => {
                    self.pods[id.0 as usize].has_port(name, wanted.port, wanted.protocol).into()
                }
                PolicyEnd::Address(_) | PolicyEnd::Outside => Truth::No,
            },
        };
        protocol.and(port)
    }
}

impl Policy {
    /// Whether it is for a pod.
    pub(super) fn selects(&self, pod: &Pod) -> Truth {
        let namespace = same_namespace(self.place.namespace.as_deref(), pod.namespace.as_deref());
        namespace.and(takes(&self.spec.pods, &pod.labels, true))
    }
}

/// Blocks are meant for addresses outside of the cluster. Whether one takes pods is for the network plugin, as
/// long as it holds addresses that pods may have.
fn block_is(cidr: &str, except: &[String], other: PolicyEnd) -> Truth {
    let (Some(block), false) = (Cidr::parse(cidr), is_filled_in(cidr)) else { return Truth::Maybe };
    let except: Option<Vec<Cidr>> = except.iter().map(|it| Cidr::parse(it)).collect();
    match other {
        PolicyEnd::Address(address) => match except {
            Some(except) => (block.contains(address) && !except.iter().any(|it| it.contains(address))).into(),
            None => Truth::from(block.contains(address)).min(Truth::Maybe),
        },
        PolicyEnd::Outside if block == Cidr::ALL_V4 && except.is_some_and(|it| it.is_empty()) => Truth::Yes,
        PolicyEnd::Outside => Truth::Maybe,
        PolicyEnd::Pod(_) => {
            let may_be_pods = PRIVATE.iter().filter_map(|it| Cidr::parse(it)).any(|it| it.overlaps(block));
            if may_be_pods { Truth::Maybe } else { Truth::No }
        }
    }
}

/// Addresses that clusters give to pods: private ones, and those shared by carriers.
const PRIVATE: &[&str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"];
