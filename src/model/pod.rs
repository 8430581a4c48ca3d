//! Pods of Kubernetes, as far as containers of the project run in them.

use std::collections::BTreeMap;

use super::{HealthSource, Listener, Namespace, Project, Workload, WorkloadKind};
use crate::net::Protocol;
use crate::source::{Span, Spanned};

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
    /// `containerPort` of its containers, which opens nothing.
    pub declared: Vec<Spanned<(u16, Protocol)>>,
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
            let by_service = |it: &&PodEntrance| matches!(it.by, Visitor::Service(_));
            for entrance in pod.entrances.iter().filter(by_service) {
                let listeners = self.listeners_instead(workload.id, entrance.port, entrance.protocol);
                let is_judged = workload.incomplete.is_none() && !listeners.is_empty();
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
                if !is_judged && !listeners.is_empty() {
                    out.push((Spanned::new(number, port.span), ServedInstead { workload, listeners }));
                }
            }
        }
        out
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
