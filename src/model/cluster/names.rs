//! What names mean inside a cluster: <https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/>.

use super::selector::{Truth, is_filled_in, takes};
use super::{ClusterService, Place, same_namespace};
use crate::facts::kubernetes::{Operator, PortReference, Requirement, Selector, ServiceKind, ServicePort};
use crate::model::{Dial, HostAnswer, Pod, PodId, Project, WorkloadId};
use crate::net::Protocol;
use crate::source::{self, Confidence, Spanned};

/// A port that is dialled at a Service which does not have it.
#[derive(Clone, Copy, Debug)]
pub struct ServiceMistake<'a> {
    /// The Service.
    pub service: &'a ClusterService,
    /// The port of the Service behind which the pods have the dialled number.
    pub instead: Option<&'a ServicePort>,
    /// How sure it is that this Service is meant.
    pub confidence: Confidence,
}

/// A name of a cluster, taken apart.
struct ClusterName<'n> {
    /// The name of a pod, in front of its Service's.
    pod: Option<&'n str>,
    service: &'n str,
    namespace: Option<&'n str>,
}

impl Project {
    /// What `name`, without a dot at its end, means inside of the pod of `from`.
    pub(in crate::model) fn resolve_in_cluster(&self, from: WorkloadId, name: &str) -> HostAnswer<'_> {
        let Some(pod) = self.pod_of(self.workload(from)) else {
            return HostAnswer::Unknown("its pod is not known");
        };
        if pod.own_dns.is_some() || pod.host_network.is_some() {
            return HostAnswer::Unknown("it does not ask the cluster's name server alone");
        }
        for reading in readings(name) {
            let services = self.services_called(pod, &reading);
            if let Some(answer) = self.answer_of(&services, reading.pod) {
                let is_full = name.ends_with(".svc") || name.ends_with(".svc.cluster.local");
                if !is_full && !self.is_in_namespace(&services, reading.namespace) {
                    return HostAnswer::Unknown("it may be the name of a host outside of the cluster");
                }
                return answer;
            }
        }
        if matches!(name, "host.docker.internal" | "gateway.docker.internal") {
            return match self.is_for_local_cluster(pod) {
                true => HostAnswer::Unknown("a cluster on one's own machine may resolve it"),
                false => HostAnswer::UnmappedGateway,
            };
        }
        let short =
            ["svc", "svc.cluster.local"].iter().find_map(|it| name.strip_suffix(it)?.strip_suffix('.'));
        if short.is_none() && name.contains('.') {
            return HostAnswer::External;
        }
        if self.certainly_no_service(pod, name) {
            return HostAnswer::NoSuchName;
        }
        HostAnswer::Unknown("no Service of the project has that name; one outside of it may")
    }

    /// The Services that a name may mean, those in the same file first, else those in the same folder.
    fn services_called(&self, pod: &Pod, name: &ClusterName<'_>) -> Vec<&ClusterService> {
        let namespace = name.namespace.or(pod.namespace.as_deref());
        let is_meant = |it: &&ClusterService| {
            it.place.name.value == name.service
                && same_namespace(it.place.namespace.as_deref(), namespace) > Truth::No
                && self.manifests.together.are_together(it.place.manifest, pod.manifest)
        };
        let mut found: Vec<_> = self.manifests.services.iter().filter(is_meant).collect();
        let near = |it: &&ClusterService| self.manifests.together.nearness(it.place.manifest, pod.manifest);
        let nearest = found.iter().map(near).max();
        found.retain(|it| Some(near(it)) == nearest);
        found
    }

    /// Whether `shop` of `db.shop` is a namespace: that of a Service meant, or one that the project has. It may
    /// as well be the domain of a host, `shop.info`, that has the name of a Service.
    fn is_in_namespace(&self, services: &[&ClusterService], namespace: Option<&str>) -> bool {
        let Some(namespace) = namespace else { return true };
        let manifests = &self.manifests;
        let places = manifests.services.iter().map(|it| &it.place);
        let mut places = places.chain(manifests.templates.iter().map(|it| &it.place));
        services.iter().any(|it| same_namespace(it.place.namespace.as_deref(), Some(namespace)) == Truth::Yes)
            || namespace == "default"
            || manifests.namespaces.iter().any(|it| it.place.name.value == namespace)
            || places.any(|it| it.namespace.as_deref() == Some(namespace))
    }

    /// Whether a pod is meant for a cluster on somebody's own machine, by what it or another one beside it says.
    fn is_for_local_cluster(&self, pod: &Pod) -> bool {
        let together = &self.manifests.together;
        self.pods.iter().any(|it| it.is_for_local_cluster && together.are_together(it.manifest, pod.manifest))
    }

    fn answer_of(&self, services: &[&ClusterService], pod_name: Option<&str>) -> Option<HostAnswer<'_>> {
        let first = services.first()?;
        let all = |kind: fn(&ServiceKind) -> bool| services.iter().all(|it| kind(&it.kind));
        if all(|it| matches!(it, ServiceKind::Headless)) || pod_name.is_some() {
            let mut pods: Vec<WorkloadId> = services
                .iter()
                .flat_map(|it| self.pods_behind(it))
                .map(|it| self.pods[it.0 as usize].owner)
                .collect();
            pods.dedup();
            let is_known = !pods.is_empty() && all(|it| matches!(it, ServiceKind::Headless));
            let why = "which pods stand behind it is not known";
            return Some(if is_known { HostAnswer::Workloads(pods) } else { HostAnswer::Unknown(why) });
        }
        if matches!(first.kind, ServiceKind::Name(_)) {
            return Some(HostAnswer::External);
        }
        if all(|it| matches!(it, ServiceKind::Cluster | ServiceKind::External(_))) {
            return Some(HostAnswer::Services(services.iter().map(|it| it.id).collect()));
        }
        Some(HostAnswer::Unknown("what stands behind the Service of that name is not known"))
    }

    /// Whether a lone name is a slip for certain enough: nothing in the project has it or may make it, and a
    /// Service has nearly the same, or the same in another namespace.
    fn certainly_no_service(&self, pod: &Pod, name: &str) -> bool {
        let manifests = &self.manifests;
        let elsewhere = manifests.services.iter().filter(|it| it.place.name.value == name);
        let is_other = |it: &ClusterService| {
            same_namespace(it.place.namespace.as_deref(), pod.namespace.as_deref()) == Truth::No
                && manifests.together.are_together(it.place.manifest, pod.manifest)
        };
        let mut elsewhere = elsewhere.peekable();
        if manifests.may_have_service(name, pod.manifest)
            || is_filled_in(name)
            || manifests.endpoints.iter().any(|it| it == name)
            || manifests.entries.iter().any(|it| it.split('.').next() == Some(name))
        {
            return false;
        }
        if elsewhere.peek().is_some() {
            let may_be_here = manifests.unseen.may_make_any(manifests.services.iter().map(|it| &it.place));
            return !may_be_here && elsewhere.all(is_other);
        }
        self.near_service(pod, name).is_some()
    }

    /// The Service beside a pod whose name is nearly `name`, or is it in another namespace.
    pub(in crate::model) fn near_service(&self, pod: &Pod, name: &str) -> Option<&Spanned<String>> {
        let beside = self.manifests.services.iter().filter(|it| {
            self.manifests.together.are_together(it.place.manifest, pod.manifest)
                && (it.place.name.value == name
                    || same_namespace(it.place.namespace.as_deref(), pod.namespace.as_deref()) > Truth::No)
        });
        let names: Vec<_> = beside.map(|it| &it.place.name).collect();
        if let Some(same) = names.iter().find(|it| it.value == name) {
            return Some(same);
        }
        names.into_iter().find(|it| is_slip(&it.value, name))
    }

    /// `db.shop` for a Service whose name is `name` and which names its namespace.
    #[must_use]
    pub fn full_name(&self, service: &Spanned<String>, name: &str) -> Option<String> {
        let found = self.manifests.services.iter().find(|it| it.place.name == *service)?;
        let namespace = found.place.namespace.as_ref().filter(|_| service.value == name)?;
        Some(format!("{name}.{namespace}"))
    }

    /// The pods that a Service leads to; none when others than its selector say where it leads.
    pub(in crate::model) fn pods_behind(&self, service: &ClusterService) -> Vec<PodId> {
        let pods = self.pods_with_ids().filter(|(_, it)| self.leads_to(service, it) == Truth::Yes);
        pods.map(|(id, _)| id).collect()
    }

    /// The Services that lead to a pod.
    pub(in crate::model) fn services_of<'p>(
        &'p self,
        pod: &'p Pod,
    ) -> impl Iterator<Item = &'p ClusterService> {
        self.manifests.services.iter().filter(move |it| self.leads_to(it, pod) == Truth::Yes)
    }

    /// Whether a Service of that name leads to the pod of `id`, whose interfaces its containers have.
    #[must_use]
    pub fn is_behind(&self, id: WorkloadId, service: &str) -> bool {
        let pod = self.pod_of(self.workload(id)).filter(|it| it.owner == id);
        pod.is_some_and(|pod| self.services_of(pod).any(|it| it.place.name.value == service))
    }

    /// Whether a Service leads to a pod.
    pub(in crate::model) fn leads_to(&self, service: &ClusterService, pod: &Pod) -> Truth {
        if service.selector.is_empty()
            || !self.manifests.together.are_together(service.place.manifest, pod.manifest)
            || same_namespace(service.place.namespace.as_deref(), pod.namespace.as_deref()) == Truth::No
        {
            return Truth::No;
        }
        takes(&service.labels_wanted(), &pod.labels, true)
    }

    /// The containers behind the port `port` of a Service, each pod by the container whose interfaces the others
    /// have, and the port there; `None` when the Service has no such port.
    pub(in crate::model) fn behind_port(
        &self,
        service: &ClusterService,
        port: u16,
        protocol: Protocol,
    ) -> Option<Vec<(WorkloadId, u16)>> {
        let entry = service.port(port, protocol)?;
        let pods = self.pods_behind(service).into_iter().map(|it| &self.pods[it.0 as usize]);
        Some(pods.filter_map(|it| Some((it.owner, it.number_of(&entry.target.value, protocol)?))).collect())
    }

    /// Where a dial arrives: the containers, and the port there when it is known.
    pub(in crate::model) fn arrives_at(
        &self,
        from: WorkloadId,
        dial: &Dial,
    ) -> Vec<(WorkloadId, Option<u16>)> {
        match self.resolve_host(from, &dial.host) {
            HostAnswer::Workloads(them) => them.into_iter().map(|it| (it, dial.port)).collect(),
            HostAnswer::Services(services) => {
                let services = services.into_iter().map(|it| self.manifests.service(it));
                let behind = services.flat_map(|service| match dial.port {
                    Some(port) => self.behind_port(service, port, dial.protocol).unwrap_or_default(),
                    None => Vec::new(),
                });
                behind.map(|(it, port)| (it, Some(port))).collect()
            }
            _ => Vec::new(),
        }
    }

    /// The Service that `dial` names and that has no such port. `None` when one of that name may have it.
    #[must_use]
    pub fn service_mistake(&self, from: WorkloadId, dial: &Dial) -> Option<ServiceMistake<'_>> {
        let port = dial.port?;
        let HostAnswer::Services(meant) = self.resolve_host(from, &dial.host) else { return None };
        let meant = self.manifests.service(*meant.first()?);
        let name = &meant.place.name.value;
        let mut called = self.manifests.services.iter().filter(|it| it.place.name.value == *name);
        let is_elsewhere = self.manifests.endpoints.contains(name)
            || self.manifests.entries.iter().any(|it| it.split('.').next() == Some(name));
        if is_elsewhere || called.any(|it| it.may_have(port)) {
            return None;
        }
        let pod = self.pod_of(self.workload(from))?;
        if !self.manifests.is_certain_beside(meant.place.manifest, pod.manifest) {
            return None;
        }
        let is_near = self.manifests.together.nearness(meant.place.manifest, pod.manifest) > 0;
        let behind = self.pods_behind(meant);
        let instead = meant.ports.iter().find(|entry| {
            let target = |it: &PodId| self.pods[it.0 as usize].number_of(&entry.target.value, entry.protocol);
            behind.iter().any(|it| target(it) == Some(port))
        });
        let confidence = if is_near { Confidence::Proven } else { Confidence::Likely };
        Some(ServiceMistake { service: meant, instead, confidence })
    }
}

impl ClusterService {
    /// The entry of that port.
    #[must_use]
    pub fn port(&self, port: u16, protocol: Protocol) -> Option<&ServicePort> {
        self.ports.iter().find(|it| it.port.value == port && it.protocol == protocol)
    }

    /// Whether something may be reached by that port of its name.
    fn may_have(&self, port: u16) -> bool {
        let is_known = matches!(self.kind, ServiceKind::Cluster | ServiceKind::External(_));
        !is_known
            || self.is_vague
            || self.ports.is_empty()
            || self.ports.iter().any(|it| it.port.value == port)
    }

    /// Its selector as one of pods.
    pub(super) fn labels_wanted(&self) -> Selector {
        let requirement = |(key, value): &(Spanned<String>, crate::source::Text)| Requirement {
            key: key.value.clone(),
            operator: Operator::In,
            values: vec![value.as_str().to_owned()],
        };
        Selector { requirements: self.selector.iter().map(requirement).collect() }
    }
}

impl Place {
    /// `db`, or `db.shop` for who is in another namespace.
    #[must_use]
    pub fn name_for(&self, namespace: Option<&str>) -> String {
        let name = &self.name.value;
        match &self.namespace {
            Some(own) if namespace.is_some_and(|it| it != own) => format!("{name}.{own}"),
            _ => name.clone(),
        }
    }
}

/// Whether one name is the other but for a slip of the finger. Those of a row, `echo-1` and `echo-2`, are not.
pub(super) fn is_slip(a: &str, b: &str) -> bool {
    let letters = |it: &str| it.chars().filter(char::is_ascii_alphabetic).collect::<String>();
    let digits = |it: &str| it.chars().filter(char::is_ascii_digit).collect::<String>();
    a != b && digits(a) == digits(b) && source::is_slip(&letters(a), &letters(b))
}

/// What a name may stand for, in the order in which the search list of a pod finds it. The domain of the cluster
/// is taken to be the usual one.
fn readings(name: &str) -> Vec<ClusterName<'_>> {
    let short = [".svc.cluster.local", ".svc"].iter().find_map(|it| name.strip_suffix(it));
    let labels: Vec<&str> = short.unwrap_or(name).split('.').collect();
    let service = |pod, service, namespace| ClusterName { pod, service, namespace };
    match (&labels[..], short.is_some()) {
        ([one], false) => vec![service(None, *one, None)],
        ([one, two], false) => vec![service(Some(*one), *two, None), service(None, *one, Some(*two))],
        ([one, two], true) => vec![service(None, *one, Some(*two))],
        ([one, two, three], _) => vec![service(Some(*one), *two, Some(*three))],
        _ => Vec::new(),
    }
}

/// Whether a Service has the port that a route names; one that names none takes any.
pub(super) fn fits(port: Option<&PortReference>, service: &ClusterService) -> bool {
    port.is_none_or(|port| {
        service.ports.iter().any(|it| match port {
            PortReference::Number(number) => it.port.value == *number,
            PortReference::Name(name) => it.name.as_ref().is_some_and(|it| it.value == *name),
        })
    })
}
