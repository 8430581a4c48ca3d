//! What policies keep from working, for certain.

use std::borrow::Cow;

use super::policy::Wanted;
use super::{Direction, Policy, PolicyEnd, Truth};
use crate::facts::kubernetes::{PolicyPeer, PolicyPort, PolicyRule, PortReference};
use crate::model::{Dial, Listener, MadeBy, Pod, PodId, Project, Workload, WorkloadId};
use crate::net::{PortRange, Protocol};
use crate::source::{Confidence, Span, Spanned};

/// A dial that policies drop.
#[derive(Clone, Debug)]
pub struct BlockedDial<'a> {
    /// Who dials.
    pub from: &'a Workload,
    /// The dial.
    pub dial: Cow<'a, Dial>,
    /// Who is wanted.
    pub to: &'a Workload,
    /// The port in its pod.
    pub port: u16,
    /// At whose end it is dropped: `Egress` is that of who dials.
    pub direction: Direction,
    /// The policy that isolates that end.
    pub policy: &'a Policy,
}

/// The ports that policies open of a pod, of which it serves none.
#[derive(Clone, Debug)]
pub struct ClosedPort<'a> {
    /// A container of the pod.
    pub workload: &'a Workload,
    /// The policy.
    pub policy: &'a Policy,
    /// The port that it opens, by number or name.
    pub port: Spanned<String>,
    /// What listens in the pod.
    pub listeners: Vec<&'a Listener>,
}

/// A pod that may connect to some, and not to the name server.
#[derive(Clone, Copy, Debug)]
pub struct RestrictedDns<'a> {
    /// A container of the pod.
    pub workload: &'a Workload,
    /// The policy.
    pub policy: &'a Policy,
    /// The rule that lets it out.
    pub rule: Span,
}

impl Project {
    /// The dials between pods that policies drop for certain.
    #[must_use]
    pub fn blocked_dials(&self) -> Vec<BlockedDial<'_>> {
        let mut out = Vec::new();
        if self.manifests.policies.is_empty() {
            return out;
        }
        for from in &self.workloads {
            let Some(pod) = self.pod_id(from.id) else { continue };
            if self.is_test_data(&self.pods[pod.0 as usize]) {
                continue;
            }
            for dial in self.destinations(from.id) {
                let arrivals = self.arrives_at(from.id, &dial);
                let blocked =
                    arrivals.iter().map(|(to, port)| self.blocked_at(pod, *to, (*port)?, dial.protocol));
                let blocked: Option<Vec<_>> = blocked.collect();
                if let (Some(blocked), Some((to, Some(port)))) = (blocked, arrivals.first())
                    && let Some((direction, policy)) = blocked.first().copied()
                {
                    let to = self.workload(*to);
                    out.push(BlockedDial { from, dial, to, port: *port, direction, policy });
                }
            }
        }
        out
    }

    fn blocked_at(
        &self,
        from: PodId,
        to: WorkloadId,
        port: u16,
        protocol: Protocol,
    ) -> Option<(Direction, &Policy)> {
        let to = self.pod_id(to)?;
        let ends = (PolicyEnd::Pod(from), PolicyEnd::Pod(to));
        let verdict = self.policy_verdict(ends.0, ends.1, port, protocol);
        [
            (Direction::Egress, from, ends.1, &verdict.egress),
            (Direction::Ingress, to, ends.0, &verdict.ingress),
        ]
        .into_iter()
        .find_map(|(direction, subject, other, gate)| {
            let pod = &self.pods[subject.0 as usize];
            let policy = self.certain(pod, &gate.isolating).filter(|_| gate.lets == Truth::No)?;
            let wanted = Wanted { port, protocol };
            let lets =
                |it: &Policy, rule: &PolicyRule| self.rule_lets(it, rule, other, ends.1, wanted) > Truth::No;
            (!self.any_rule(pod, direction, lets)).then_some((direction, policy))
        })
    }

    /// A policy that is for a pod beyond doubt: it stands beside it, or both name their namespace.
    fn certain<'p>(&'p self, pod: &Pod, policies: &[&'p Policy]) -> Option<&'p Policy> {
        let is_certain = |it: &&&Policy| {
            let near = self.manifests.together.nearness(it.place.manifest, pod.manifest) > 0;
            it.selects(pod) == Truth::Yes && (near || pod.namespace.is_some())
        };
        policies.iter().find(is_certain).copied()
    }

    /// Whether a rule of some policy of the project that may be for a pod is like that, wherever it stands.
    fn any_rule(
        &self,
        pod: &Pod,
        direction: Direction,
        is_meant: impl Fn(&Policy, &PolicyRule) -> bool,
    ) -> bool {
        let policies = self.manifests.policies.iter().filter(|it| it.selects(pod) > Truth::No);
        policies
            .filter(|it| !self.is_of_another_release(it, pod))
            .flat_map(|it| it.spec.rules(direction).iter().map(move |rule| (it, rule)))
            .any(|(policy, rule)| is_meant(policy, rule))
    }

    /// Whether a chart makes the policy and a pod of that name for it: its release is another deployment of the pod,
    /// which no namespace takes twice.
    fn is_of_another_release(&self, policy: &Policy, pod: &Pod) -> bool {
        let release = policy.place.manifest.applied;
        let is_same = |it: &Pod| {
            it.manifest.applied == release
                && matches!(it.made_by, Some(MadeBy::Chart(_)))
                && it.name.value == pod.name.value
        };
        release != pod.manifest.applied && self.pods.iter().any(is_same)
    }

    /// The pods that policies isolate, each with a container whose interfaces all have.
    fn isolated(&self, direction: Direction) -> impl Iterator<Item = (&Pod, &Workload, &Policy)> {
        self.pods.iter().filter_map(move |pod| {
            let policies: Vec<_> = self.policies_of(pod, direction).map(|it| it.0).collect();
            let policy =
                self.certain(pod, &policies).filter(|_| !self.another_may_decide(pod, Truth::Yes))?;
            if self.is_test_data(pod) {
                return None;
            }
            Some((pod, self.workload(pod.owner), policy))
        })
    }

    /// Where policies let others come to ports of a pod, and it serves none of these.
    #[must_use]
    pub fn closed_ports(&self) -> Vec<ClosedPort<'_>> {
        let found = self.isolated(Direction::Ingress).filter_map(|(pod, workload, _)| {
            if workload.incomplete.is_some() || workload.one_shot || pod.host_network.is_some() {
                return None;
            }
            let is_open = |_: &Policy, rule: &PolicyRule| match &rule.ports {
                Some(ports) => ports.iter().any(|it| self.may_serve(pod, it)),
                None => true,
            };
            if self.any_rule(pod, Direction::Ingress, is_open) {
                return None;
            }
            let policies = self.policies_of(pod, Direction::Ingress).map(|it| it.0);
            let mut ports = policies.flat_map(|policy| {
                let rules = policy.spec.ingress.iter().flat_map(|it| it.ports.iter().flatten());
                rules.filter_map(move |it| Some((policy, it.port.as_ref()?)))
            });
            let (policy, port) = ports.next()?;
            let (name, number) = match &port.value {
                PortReference::Number(number) => (number.to_string(), *number),
                PortReference::Name(name) => (name.clone(), 0),
            };
            let listeners = self.listeners_instead(pod.owner, number, Protocol::Tcp);
            let port = Spanned::new(name, port.span);
            (!listeners.is_empty()).then_some(ClosedPort { workload, policy, port, listeners })
        });
        found.collect()
    }

    /// Whether a pod may serve what an entry of `ports` opens.
    fn may_serve(&self, pod: &Pod, it: &PolicyPort) -> bool {
        let Some(protocol) = it.protocol.filter(|_| !it.is_vague) else { return true };
        let numbers: Vec<PortRange> = match it.port.as_ref().map(|it| &it.value) {
            None => return true,
            Some(PortReference::Number(first)) => {
                vec![PortRange { first: *first, last: it.end.unwrap_or(*first).max(*first) }]
            }
            Some(PortReference::Name(_)) if pod.ports_are_open => return true,
            Some(PortReference::Name(name)) => {
                pod.ports_called(name, protocol).map(PortRange::single).collect()
            }
        };
        let serves = |it: PortRange| self.serves_within(pod.owner, it, protocol);
        numbers.into_iter().any(|it| !matches!(serves(it), crate::model::Served::No))
    }

    /// The pods that may connect to others by name, and cannot ask what a name means.
    #[must_use]
    pub fn restricted_dns(&self) -> Vec<RestrictedDns<'_>> {
        let found = self.isolated(Direction::Egress).filter_map(|(pod, workload, _)| {
            if pod.host_network.is_some() || pod.own_dns.is_some() {
                return None;
            }
            if self.any_rule(pod, Direction::Egress, |policy, rule| self.may_let_dns(policy, rule, pod)) {
                return None;
            }
            let policies: Vec<_> = self.policies_of(pod, Direction::Egress).map(|it| it.0).collect();
            let rules = policies.iter().flat_map(|it| it.spec.egress.iter().map(move |rule| (*it, rule)));
            let mut named = rules.filter(|(_, it)| needs_names(it));
            named.next().map(|(policy, rule)| RestrictedDns { workload, policy, rule: rule.span })
        });
        found.collect()
    }

    /// Whether a rule may let a request through to the name server of the cluster.
    fn may_let_dns(&self, policy: &Policy, rule: &PolicyRule, pod: &Pod) -> bool {
        // CoreDNS listens on 53, on OpenShift on 5353: <https://docs.openshift.com/container-platform/latest/networking/dns-operator.html>.
        let is_dns = |it: &PolicyPort| match it.port.as_ref().map(|it| &it.value) {
            None | Some(PortReference::Name(_)) => true,
            Some(PortReference::Number(first)) => {
                let ports = *first..=it.end.unwrap_or(*first).max(*first);
                ports.contains(&53) || ports.contains(&5353)
            }
        };
        let namespaces = ["kube-system", "openshift-dns"];
        let is_server = |it: &PolicyPeer| match it {
            PolicyPeer::Unknown | PolicyPeer::Addresses { .. } => true,
            PolicyPeer::Pods { namespaces: Some(selector), .. } => {
                namespaces.iter().any(|it| self.namespace_is(selector, Some(it), pod.manifest) > Truth::No)
            }
            PolicyPeer::Pods { namespaces: None, .. } => {
                policy.place.namespace.as_deref().is_some_and(|it| namespaces.contains(&it))
            }
        };
        rule.ports.as_ref().is_none_or(|it| it.iter().any(is_dns))
            && rule.peers.as_ref().is_none_or(|it| it.iter().any(is_server))
    }
}

impl BlockedDial<'_> {
    /// How sure it is: what is dialled, and which image runs.
    #[must_use]
    pub fn confidence(&self) -> Confidence {
        self.dial.confidence.min(self.to.image_confidence)
    }
}

/// Whether a rule leads to what has a name and no address that is known before.
fn needs_names(rule: &PolicyRule) -> bool {
    rule.peers.as_ref().is_none_or(|it| it.iter().any(|it| matches!(it, PolicyPeer::Pods { .. })))
}
