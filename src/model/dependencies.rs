//! Which services wait for which.

use super::peers::is_database_or_broker;
use super::{
    Command, Dependency, Dial, DialSource, Healthcheck, HostAnswer, Process, Project, Workload, WorkloadKind,
};

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

    /// The databases and brokers that the Go program of `workload` dials while nothing waits until they accept
    /// connections, and nothing starts it again when it ends, each with the first such dial.
    #[must_use]
    pub fn unready_dependencies<'a>(&'a self, workload: &'a Workload) -> Vec<(&'a Dial, &'a Workload)> {
        let is_plain = workload.process.as_ref().is_some_and(Process::starts_at_once);
        let asks_first = workload.dials.iter().any(|it| it.source == DialSource::Command);
        if workload.program.is_none() || !is_plain || asks_first || workload.restarts != Some(false) {
            return Vec::new();
        }
        let waits_for = |peer: &Workload| {
            let mut dependencies =
                workload.dependencies.iter().filter(|it| it.service.value == peer.name.value);
            dependencies.any(|it| it.condition.as_ref().is_some_and(|it| it.value != "service_started"))
        };
        let mut out: Vec<(&Dial, &Workload)> = Vec::new();
        for dial in workload.dials.iter().filter(|it| it.alternative.is_none()) {
            let HostAnswer::Workloads(them) = self.resolve_host(workload.id, &dial.host) else { continue };
            let Some(peer) = them.first().map(|it| self.workload(*it)) else { continue };
            let is_datastore = peer.database.is_some() || is_database_or_broker(&dial.scheme);
            let is_known = out.iter().any(|(_, it)| it.id == peer.id);
            if is_datastore && peer.id != workload.id && !is_known && !waits_for(peer) {
                out.push((dial, peer));
            }
        }
        out
    }

    /// The dependencies of `workload` that wait for the health of a service which certainly has no health
    /// check. Compose starts nothing then, unless the dependency is not required.
    pub fn uncheckable_dependencies<'a>(
        &'a self,
        workload: &'a Workload,
    ) -> impl Iterator<Item = (&'a Dependency, &'a Workload)> {
        let is_whole = match workload.kind {
            WorkloadKind::Service(id) => self.composition(id).incomplete.is_none(),
            WorkloadKind::Run(_) | WorkloadKind::Pod(_) | WorkloadKind::Image => false,
        };
        self.dependencies_of(workload).filter(move |(dependency, peer)| {
            let waits = dependency.condition.as_ref().is_some_and(|it| it.value == "service_healthy");
            let lacks = matches!(peer.healthcheck, Healthcheck::Absent | Healthcheck::Disabled(_));
            is_whole && dependency.required && waits && lacks
        })
    }
}

impl Process {
    /// Whether the program is started at once: neither a shell nor a script, which may wait for something,
    /// stands in front of it.
    fn starts_at_once(&self) -> bool {
        let Command::Exec(words) = &self.command else { return false };
        let is_script = |word: &str| {
            let name = word.rsplit('/').next().unwrap_or(word);
            matches!(name, "ash" | "bash" | "dash" | "sh" | "dockerize" | "dumb-init" | "tini")
                || name.ends_with(".sh")
                || name.starts_with("wait")
                || name.contains("entrypoint")
        };
        words.first().is_some_and(|it| !is_script(it.as_str()))
    }
}
