//! Whether Compose starts a container at all.

use std::net::Ipv6Addr;

use super::{Outcome, Stage, Step, Way, at};
use crate::model::{
    Composition, FaultBasis, HealthFault, Healthcheck, HostPort, Project, Workload, WorkloadId,
};
use crate::source::{Confidence, Span, Spanned};

/// What keeps a workload from being started.
#[derive(Clone, Debug, Default)]
pub(super) enum Start {
    /// Nothing that the project shows.
    #[default]
    Free,
    /// This, perhaps or for certain.
    Hindered(Step, Option<String>),
}

/// The answer for every workload, by its id.
pub(super) fn all(project: &Project) -> Vec<Start> {
    let mut starts: Vec<Start> = project.workloads.iter().map(|it| own_hindrance(project, it)).collect();
    for conflict in project.host_port_conflicts() {
        let entries: Vec<HostPort<'_>> = std::iter::once(conflict.first).chain(conflict.rivals).collect();
        for one in &entries {
            let hindrance = conflicting(project, conflict.port, *one, &entries);
            let start = &mut starts[one.workload.id.0 as usize];
            if matches!(start, Start::Free) {
                *start = hindrance;
            }
        }
    }
    // What waits for a container that is not started is not started either; a chain of such is no longer
    // than the number of services.
    for _ in 0..project.workloads.len() {
        let mut changed = false;
        for workload in &project.workloads {
            if !matches!(starts[workload.id.0 as usize], Start::Free) {
                continue;
            }
            if let Some(hindrance) = waiting(project, workload, &starts) {
                starts[workload.id.0 as usize] = hindrance;
                changed = true;
            }
        }
        if !changed {
            break;
        }
    }
    starts
}

impl Way<'_, '_> {
    /// Whether `id` may be started; what hinders it is a step.
    pub(super) fn starts(&mut self, id: WorkloadId) -> bool {
        let workload = self.project.workload(id);
        if !workload.profiles.is_empty() {
            let (name, profiles) = (&workload.name.value, workload.profiles.join("` or `"));
            let says = format!("`{name}` is started with the profile `{profiles}` alone");
            self.pass(Stage::Start, says, vec![at(workload.name.span, workload.noun())]);
        }
        match &self.reachability.starts[id.0 as usize] {
            Start::Free => true,
            Start::Hindered(step, fix) => {
                self.steps.push(step.clone());
                self.fix.clone_from(fix);
                step.outcome != Outcome::Stops
            }
        }
    }
}

fn hindered(outcome: Outcome, says: String, evidence: Vec<Spanned<String>>, fix: Option<String>) -> Start {
    Start::Hindered(Step { stage: Stage::Start, outcome, says, evidence }, fix)
}

/// What hinders a workload whatever becomes of the others.
fn own_hindrance(project: &Project, workload: &Workload) -> Start {
    let Some(composition) = workload.kind.composition() else { return Start::Free };
    let name = &workload.name.value;
    if let Some(undefined) = project.composition(composition).undefined_networks.first() {
        let network = &undefined.name;
        let says = format!("Compose refuses the project: the network `{}` is not declared", network.value);
        let evidence = vec![at(network.span, "no such network")];
        let fix = format!("declare `{}` below `networks:`", network.value);
        return hindered(Outcome::Stops, says, evidence, Some(fix));
    }
    if let Some(start) = refused(project.composition(composition)) {
        return start;
    }
    if workload.replicas == Some(0) {
        let says = format!("`{name}` is scaled to zero");
        return hindered(Outcome::Stops, says, vec![at(workload.name.span, workload.noun())], None);
    }
    if let Some((address, why, span)) = deaf(project, workload) {
        let says = format!("`{name}` cannot listen on {address}: {why}; most programs end then");
        return hindered(Outcome::Unknown, says, vec![at(span, "it wants to listen here")], None);
    }
    Start::Free
}

/// Whether Compose refuses the whole project.
fn refused(composition: &Composition) -> Option<Start> {
    let outcome = |basis: FaultBasis| match basis {
        FaultBasis::File | FaultBasis::Project => Some(Outcome::Stops),
        FaultBasis::Surroundings => Some(Outcome::Unknown),
        FaultBasis::Network => None,
    };
    let faults = composition.faults.iter().filter_map(|it| Some((it, outcome(it.basis)?)));
    let (fault, outcome) = faults.min_by_key(|(_, outcome)| *outcome != Outcome::Stops)?;
    let says = match outcome {
        Outcome::Stops => format!("Compose refuses the project: {}", fault.message),
        _ => format!("Compose may refuse the project: {}", fault.message),
    };
    Some(hindered(outcome, says, vec![at(fault.span, "what it refuses")], None))
}

/// An address on which the program of a workload cannot listen, or not everywhere, why, and where it is written.
fn deaf(project: &Project, workload: &Workload) -> Option<(String, &'static str, Span)> {
    let listeners = &workload.listeners;
    let certain = || listeners.known.iter().filter(|it| it.confidence > Confidence::Possible);
    let refused = listeners.faults.first().map(|it| (it.address.clone(), it.error, it.span));
    let twice = listeners.collisions.first();
    let twice = twice.map(|it| (format!("port {} again", it.port), "the address is in use", it.second));
    let foreign = || {
        let it = certain().find(|it| project.foreign_address(workload.id, it).is_some())?;
        Some((it.address.clone(), "the container does not have that address", it.host_span))
    };
    // <https://docs.docker.com/engine/daemon/ipv6/>: older engines leave IPv6 out of containers.
    let six = || {
        let is_six = |host: &str| host.parse::<Ipv6Addr>().is_ok_and(|it| it.is_loopback());
        let it = certain().find(|it| is_six(&it.host))?;
        Some((it.address.clone(), "not every engine has IPv6 in containers", it.host_span))
    };
    refused.or(twice).or_else(foreign).or_else(six)
}

/// What becomes of one of several services that want a port of the host.
fn conflicting(project: &Project, port: u16, one: HostPort<'_>, entries: &[HostPort<'_>]) -> Start {
    let name = &one.workload.name.value;
    let others: Vec<&HostPort<'_>> = entries.iter().filter(|it| it.workload.id != one.workload.id).collect();
    let evidence = entries.iter().map(|it| {
        let place = it.port.host_span.unwrap_or(it.port.span);
        at(place, format!("`{}` publishes it here", it.workload.name.value))
    });
    let evidence = evidence.collect();
    let fix = Some(format!("give `{name}` another port of the host"));
    if others.is_empty() {
        let says =
            format!("`{name}` publishes port {port} of the host twice, so that Docker cannot start it");
        return hindered(Outcome::Stops, says, evidence, fix);
    }
    // Compose starts first what others depend on.
    if others.iter().any(|it| depends_on(project, one.workload, it.workload.id)) {
        let says = format!("port {port} of the host is taken before `{name}` is started");
        return hindered(Outcome::Stops, says, evidence, fix);
    }
    if others.iter().all(|it| depends_on(project, it.workload, one.workload.id)) {
        return Start::Free;
    }
    let says = format!("several containers publish port {port} of the host, and only one of them starts");
    hindered(Outcome::Unknown, says, evidence, fix)
}

/// Whether `workload` depends on `other`, directly or not.
fn depends_on(project: &Project, workload: &Workload, other: WorkloadId) -> bool {
    let mut open = vec![workload];
    let mut seen = vec![workload.id];
    while let Some(it) = open.pop() {
        for (_, peer) in project.dependencies_of(it) {
            if peer.id == other {
                return true;
            }
            if !seen.contains(&peer.id) {
                seen.push(peer.id);
                open.push(peer);
            }
        }
    }
    false
}

/// What keeps `workload` waiting for ever.
fn waiting(project: &Project, workload: &Workload, starts: &[Start]) -> Option<Start> {
    let name = &workload.name.value;
    project.dependencies_of(workload).find_map(|(dependency, peer)| {
        let awaited = &peer.name.value;
        let condition = dependency.condition.as_ref();
        let place =
            at(condition.map_or(dependency.service.span, |it| it.span), format!("`{name}` waits here"));
        if let Start::Hindered(step, fix) = &starts[peer.id.0 as usize] {
            let says = format!("`{name}` waits for `{awaited}`: {}", step.says);
            let evidence = std::iter::once(place).chain(step.evidence.clone()).collect();
            return Some(hindered(step.outcome, says, evidence, fix.clone()));
        }
        condition.filter(|it| it.value == "service_healthy")?;
        let stops = |says: String, more: Spanned<String>, fix: String| {
            hindered(Outcome::Stops, says, vec![place.clone(), more], Some(fix))
        };
        match &peer.healthcheck {
            Healthcheck::Absent | Healthcheck::Disabled(_) => Some(stops(
                format!("`{name}` waits until `{awaited}` is healthy, and `{awaited}` has no health check"),
                at(peer.name.span, format!("`{awaited}`")),
                format!("give `{awaited}` a health check, or wait for `service_started`"),
            )),
            Healthcheck::Unknown => None,
            Healthcheck::Set(check) => {
                let fault = project.health_fault(peer, check)?;
                let says =
                    format!("`{name}` waits until `{awaited}` is healthy, and its health check always fails");
                Some(stops(
                    says,
                    at(fault.span(), fault.clause()),
                    format!("mend the health check of `{awaited}`"),
                ))
            }
        }
    })
}

impl HealthFault<'_> {
    fn clause(&self) -> String {
        match self {
            Self::MissingTool(it) => format!("the image has no `{}`", it.name),
            Self::UnservedPath(it) => format!("no route takes {}", it.path),
            Self::UnservedPort(it) => format!("nothing listens on port {}", it.port),
        }
    }
}
