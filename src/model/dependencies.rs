//! Which services wait for which.

use super::{Dependency, Project, Workload};

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
}
