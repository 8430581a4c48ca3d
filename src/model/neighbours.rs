//! Who has which name and who shares interfaces with whom, gathered once: without it every dial would go
//! through every workload of the project.

use rustc_hash::FxHashMap;

use super::reach::Interfaces;
use super::{CompositionId, Project, Workload, WorkloadId, WorkloadKind};

/// The names and network namespaces of a project.
#[derive(Debug, Default)]
pub(super) struct Neighbours {
    /// Of each Compose project the services that answer to a name in lower case, in order.
    names: FxHashMap<CompositionId, FxHashMap<String, Vec<WorkloadId>>>,
    /// In how many kinds of workloads (a Compose project is one) somebody answers to a name.
    kinds: FxHashMap<String, Vec<WorkloadKind>>,
    /// Of each workload whose interfaces it has.
    interfaces: Vec<Interfaces>,
    /// The workloads that have the interfaces of this one, in order.
    members: FxHashMap<WorkloadId, Vec<WorkloadId>>,
}

impl Neighbours {
    pub(super) fn of(project: &Project) -> Self {
        let mut it = Self::default();
        for workload in &project.workloads {
            for name in names(workload) {
                let name = name.to_ascii_lowercase();
                // Two kinds tell that there is another one, whichever is asked for.
                let kinds = it.kinds.entry(name.clone()).or_default();
                // What a command line starts is on no network of a Compose project.
                let is_typed = matches!(workload.kind, WorkloadKind::Run(_));
                if kinds.len() < 2 && !is_typed && !kinds.contains(&workload.kind) {
                    kinds.push(workload.kind);
                }
                if let Some(composition) = workload.kind.composition() {
                    let bearers = it.names.entry(composition).or_default().entry(name).or_default();
                    if bearers.last() != Some(&workload.id) {
                        bearers.push(workload.id);
                    }
                }
            }
            let interfaces = project.follow_interfaces(workload.id);
            if let Interfaces::Of(owner) = interfaces {
                it.members.entry(owner).or_default().push(workload.id);
            }
            it.interfaces.push(interfaces);
        }
        it
    }

    /// The containers of a composition that answer to `name`, which is in lower case.
    pub(super) fn bearers(&self, composition: CompositionId, name: &str) -> &[WorkloadId] {
        self.names.get(&composition).and_then(|it| it.get(name)).map_or(&[], Vec::as_slice)
    }

    /// Whether a workload of another kind answers to `name`, which is in lower case.
    pub(super) fn is_borne_elsewhere(&self, kind: WorkloadKind, name: &str) -> bool {
        self.kinds.get(name).is_some_and(|them| them.iter().any(|it| *it != kind))
    }

    /// Whose interfaces `id` has.
    pub(super) fn interfaces(&self, id: WorkloadId) -> Interfaces {
        self.interfaces.get(id.0 as usize).copied().unwrap_or(Interfaces::Unknown)
    }

    /// The workloads with the interfaces of `owner`.
    pub(super) fn members(&self, owner: WorkloadId) -> &[WorkloadId] {
        self.members.get(&owner).map_or(&[], Vec::as_slice)
    }
}

fn names(workload: &Workload) -> impl Iterator<Item = &str> {
    let aliases = workload.networks.iter().flat_map(|it| &it.aliases);
    workload.names.iter().chain(aliases).map(|it| it.value.as_str())
}

/// The dials that arrive at each workload: who makes it, which of that workload's dials it is, and the port at which
/// it arrives.
pub(super) type Arrivals = FxHashMap<WorkloadId, Vec<(WorkloadId, usize, Option<u16>)>>;

/// The dials that arrive somewhere by name.
pub(super) fn arrivals(project: &Project) -> Arrivals {
    let mut out = Arrivals::default();
    for from in &project.workloads {
        for (at, dial) in from.dials.iter().enumerate() {
            for (to, port) in project.arrives_at(from.id, dial) {
                out.entry(to).or_default().push((from.id, at, port));
            }
        }
    }
    out
}
