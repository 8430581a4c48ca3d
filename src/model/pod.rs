//! Pods of Kubernetes, as far as containers of the project run in them.

use std::collections::BTreeMap;

use super::{
    HealthSource, Listener, ManifestId, Namespace, Project, Served, Workload, WorkloadId, WorkloadKind,
};
use crate::facts::kubernetes::PortReference;
use crate::net::Protocol;
use crate::source::{FileId, Span, Spanned};

/// Names one pod of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PodId(pub u32);

/// A pod, or what a Deployment and its like make of one template. Its containers are workloads, those
/// of other people's images included, since they share one network namespace:
/// <https://kubernetes.io/docs/concepts/workloads/pods/#pod-networking>.
#[derive(Clone, Debug)]
pub struct Pod {
    /// The kind of the object: `Deployment`, `Pod`.
    pub kind: String,
    /// The name of the object.
    pub name: Spanned<String>,
    /// The namespace it names.
    pub namespace: Option<String>,
    /// By which ports others come to it.
    pub entrances: Vec<PodEntrance>,
    /// What makes it; `None` when it is applied as it is written.
    pub made_by: Option<MadeBy>,
    /// Why there may be objects beside it that are not in the project.
    pub open: Option<String>,
    /// `containerPort` of its containers, which opens nothing.
    pub declared: Vec<Spanned<(u16, Protocol)>>,
    /// The manifest.
    pub manifest: ManifestId,
    /// The first of its containers, whose network interfaces the others have.
    pub owner: WorkloadId,
    /// Its labels.
    pub labels: Vec<(String, String)>,
    /// The names of ports that its containers declare.
    pub named_ports: Vec<(String, u16, Protocol)>,
    /// Whether a template may declare further ones.
    pub ports_are_open: bool,
    /// Whether it is for a cluster on one's own machine: an image of it is never pulled, but put on the node by hand
    /// (<https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy>), or its folder is called so.
    pub is_for_local_cluster: bool,
    /// Where it says that it has the network interfaces of its node.
    pub host_network: Option<Span>,
    /// Where it says that it does not ask the cluster's name server alone.
    pub own_dns: Option<Span>,
}

/// What makes objects out of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeBy {
    /// This kustomization.
    Kustomization(FileId),
    /// The chart with this `Chart.yaml`.
    Chart(FileId),
}

/// A way by which others come to a port of a pod, through its network interface. An entry of `ports` is
/// none: it opens nothing, and `kubectl port-forward` comes to the loopback interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodEntrance {
    /// The port.
    pub port: u16,
    /// The transport.
    pub protocol: Protocol,
    /// Where it is written, as a number or by its name.
    pub span: Span,
    /// Where its number is written; behind a name that is in the `ports` of a container.
    pub number: Span,
    /// Who comes.
    pub by: Visitor,
}

/// Who comes to a port of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    /// Whoever uses the Service of that name.
    Service(String),
    /// The kubelet, with a probe: <https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/>.
    Probe(HealthSource),
}

/// What a pod serves, all of it known, where it is asked for something else.
#[derive(Clone, Debug)]
pub struct ServedInstead<'a> {
    /// A container of the pod.
    pub workload: &'a Workload,
    /// What listens in the pod.
    pub listeners: Vec<&'a Listener>,
}

impl Project {
    /// The pod that `workload` is a container of.
    #[must_use]
    pub fn pod_of(&self, workload: &Workload) -> Option<&Pod> {
        let WorkloadKind::Pod(id) = workload.kind else { return None };
        self.pods.get(id.0 as usize)
    }

    /// Where Services lead, each place with the pods behind it and what these serve. Only places are listed
    /// whose port certainly none of the pods serves, and which are known whole.
    #[must_use]
    pub fn dead_service_ports(&self) -> Vec<(&PodEntrance, Vec<ServedInstead<'_>>)> {
        let mut places: BTreeMap<Span, (&PodEntrance, Option<Vec<ServedInstead<'_>>>)> = BTreeMap::new();
        for workload in self.workloads.iter().filter(|it| it.namespace == Namespace::Own) {
            let Some(pod) = self.pod_of(workload) else { continue };
            // The Service of another version of the project leads to the pods of that version.
            let by_service = |it: &&PodEntrance| {
                let service = ManifestId { file: it.span.file, ..pod.manifest };
                matches!(it.by, Visitor::Service(_)) && self.manifests.are_together(service, pod.manifest)
            };
            for entrance in pod.entrances.iter().filter(by_service) {
                let listeners = self.listeners_instead(workload.id, entrance.port, entrance.protocol);
                let is_known = workload.incomplete.is_none() && !listeners.is_empty();
                let is_judged =
                    is_known && !self.is_test_data(pod) && !self.is_served_by_namesake(pod, entrance);
                let (_, pods) = places.entry(entrance.number).or_insert((entrance, Some(Vec::new())));
                let is_new = |pods: &[ServedInstead<'_>]| pods.iter().all(|it| it.workload.id != workload.id);
                match pods {
                    Some(pods) if is_judged && is_new(pods) => {
                        pods.push(ServedInstead { workload, listeners })
                    }
                    Some(_) if is_judged => {}
                    pods => *pods = None,
                }
            }
        }
        places.into_values().filter_map(|(entrance, pods)| Some((entrance, pods?))).collect()
    }
}

impl Project {
    /// Whether another manifest of the folder has the same object once more, and there the port is served: of what is
    /// applied of one folder the last one holds.
    fn is_served_by_namesake(&self, pod: &Pod, entrance: &PodEntrance) -> bool {
        let called = |it: &Pod| (it.kind.clone(), it.name.value.clone(), it.namespace.clone());
        let is_namesake =
            |it: &&Pod| self.manifests.are_beside(it.manifest, pod.manifest) && called(it) == called(pod);
        let serves =
            |it: &Pod| !matches!(self.serves(it.owner, entrance.port, entrance.protocol), Served::No);
        self.pods.iter().filter(is_namesake).any(serves)
    }

    /// The pod that a Service is named after and that serves its port, where that is none of those that it selects:
    /// its selector was copied.
    #[must_use]
    pub fn pod_meant_by(&self, service: &str, entrance: &PodEntrance) -> Option<&Pod> {
        let leads_to = |pod: &Pod| pod.entrances.iter().any(|it| it.number == entrance.number);
        let serves =
            |pod: &Pod| matches!(self.serves(pod.owner, entrance.port, entrance.protocol), Served::Yes(..));
        self.pods.iter().find(|it| it.name.value == service && !leads_to(it) && serves(it))
    }

    /// What pods say that they serve and certainly do not, each with a container and what the pod serves.
    /// Ports that a Service or a probe names are left out: what is wrong with these, shows there.
    #[must_use]
    pub fn undeclared_listeners(&self) -> Vec<(Spanned<u16>, ServedInstead<'_>)> {
        let mut out = Vec::new();
        for workload in self.workloads.iter().filter(|it| it.namespace == Namespace::Own) {
            let Some(pod) = self.pod_of(workload).filter(|_| workload.incomplete.is_none()) else { continue };
            for port in &pod.declared {
                let is_judged = pod.entrances.iter().any(|it| it.number == port.span);
                let (number, protocol) = port.value;
                let listeners = self.listeners_instead(workload.id, number, protocol);
                if !is_judged && !listeners.is_empty() && !self.is_test_data(pod) {
                    out.push((Spanned::new(number, port.span), ServedInstead { workload, listeners }));
                }
            }
        }
        out
    }
}

impl Pod {
    /// The numbers of the ports that its containers call `name`.
    pub fn ports_called<'p>(&'p self, name: &'p str, protocol: Protocol) -> impl Iterator<Item = u16> + 'p {
        let called = self.named_ports.iter().filter(move |(it, _, at)| it == name && *at == protocol);
        called.map(|(_, port, _)| *port)
    }

    /// Whether it calls that port so.
    #[must_use]
    pub fn has_port(&self, name: &str, port: u16, protocol: Protocol) -> bool {
        self.ports_called(name, protocol).any(|it| it == port)
    }

    /// The number of a port of a Service in this pod; `None` for a name that no container declares.
    #[must_use]
    pub fn number_of(&self, port: &PortReference, protocol: Protocol) -> Option<u16> {
        match port {
            PortReference::Number(number) => Some(*number),
            PortReference::Name(name) => self.ports_called(name, protocol).next(),
        }
    }
}

impl PodEntrance {
    /// What its place says, one clause.
    #[must_use]
    pub fn clause(&self) -> String {
        let port = self.port;
        match &self.by {
            Visitor::Service(name) => format!("Service `{name}` leads to port {port}"),
            Visitor::Probe(source) => format!("the {} asks port {port}", source.noun()),
        }
    }
}
