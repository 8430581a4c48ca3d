//! Who is meant by a dial of `localhost` inside a pod.

use super::Truth;
use crate::model::{PeerPort, Pod, Project, WorkloadId};
use crate::net::Protocol;
use crate::source::Confidence;

impl Project {
    /// The Services beside a pod behind whose port, or whose pods' port, that number is: who was probably meant by
    /// `localhost:port`.
    pub(in crate::model) fn services_meant_by_localhost(
        &self,
        from: WorkloadId,
        pod: &Pod,
        port: u16,
        protocol: Protocol,
    ) -> Vec<PeerPort<'_>> {
        let mut found: Vec<PeerPort<'_>> = Vec::new();
        for service in &self.manifests.services {
            if self.leads_to(service, pod) > Truth::No {
                continue;
            }
            let pods = self.pods_behind(service).into_iter().map(|it| &self.pods[it.0 as usize]);
            let pods = pods.filter(|it| self.manifests.together.are_together(it.manifest, pod.manifest));
            for to in pods {
                let leads_there = service.ports.iter().find(|it| {
                    let inside = to.number_of(&it.target.value, it.protocol);
                    it.protocol == protocol && (it.port.value == port || inside == Some(port))
                });
                let Some(entry) = leads_there.filter(|_| to.owner != from) else { continue };
                let (name, number) = (service.place.name_for(pod.namespace.as_deref()), entry.port.value);
                let workload = self.workload(to.owner);
                if found.iter().all(|it| it.workload.id != workload.id) {
                    let clause = format!(
                        "Service `{}` leads to port {port} of `{}`",
                        service.place.name.value, to.name.value
                    );
                    let (span, confidence) = (entry.port.span, Confidence::Proven);
                    found.push(PeerPort { workload, name, port: number, span, clause, confidence });
                }
            }
        }
        found
    }
}
