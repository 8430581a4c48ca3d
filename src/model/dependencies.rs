//! Which services wait for which.

use super::{Dependency, Healthcheck, Project, Workload, WorkloadKind};

impl Project {
    /// The entries of `depends_on:` of `workload`, each with the service that it names.
    pub fn dependencies_of<'a>(
        &'a self,
        workload: &'a Workload,
    ) -> impl Iterator<Item = (&'a Dependency, &'a Workload)> {
        let peer =
            |name: &str| self.workloads.iter().find(|it| it.kind == workload.kind && it.name.value == name);
        workload.dependencies.iter().filter_map(move |it| Some((it, peer(&it.service.value)?)))
    }

    /// The dependencies of `workload` that wait for the health of a service which certainly has no health
    /// check. Compose starts nothing then, unless the dependency is not required.
    pub fn uncheckable_dependencies<'a>(
        &'a self,
        workload: &'a Workload,
    ) -> impl Iterator<Item = (&'a Dependency, &'a Workload)> {
        let is_whole = match workload.kind {
            WorkloadKind::Service(id) => self.composition(id).incomplete.is_none(),
            WorkloadKind::Pod(_) | WorkloadKind::Image => false,
        };
        self.dependencies_of(workload).filter(move |(dependency, peer)| {
            let waits = dependency.condition.as_ref().is_some_and(|it| it.value == "service_healthy");
            let lacks = matches!(peer.healthcheck, Healthcheck::Absent | Healthcheck::Disabled(_));
            is_whole && dependency.required && waits && lacks
        })
    }
}
