//! Pods of Kubernetes, as far as containers of the project run in them.

use super::{HealthSource, Project, Workload, WorkloadKind};
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
}

/// A way by which others come to a port of a pod, through its network interface. An entry of `ports` is
/// none: it opens nothing, and `kubectl port-forward` comes to the loopback interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PodEntrance {
    /// The port.
    pub port: u16,
    /// The transport.
    pub protocol: Protocol,
    /// Where it is written.
    pub span: Span,
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

impl Project {
    /// The pod that `workload` is a container of.
    #[must_use]
    pub fn pod_of(&self, workload: &Workload) -> Option<&Pod> {
        let WorkloadKind::Pod(id) = workload.kind else { return None };
        self.pods.get(id.0 as usize)
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
