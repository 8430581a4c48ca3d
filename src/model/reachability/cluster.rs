//! From pod to pod, into a cluster, and out of it.

use super::listening::Side;
use super::{Endpoint, Stage, Way, at};
use crate::facts::kubernetes::ServiceKind;
use crate::model::{
    ClusterService, Direction, Gate, HostAnswer, PolicyEnd, PolicyVerdict, Truth, WorkloadId,
};
use crate::source::Spanned;

impl Way<'_, '_> {
    /// From a pod to another.
    pub(super) fn between_pods(&mut self, from: WorkloadId, to: WorkloadId) {
        let [dialler, peer] = [from, to].map(|it| self.project.workload(it));
        if !self.project.are_applied_together(dialler, peer) {
            let says = format!(
                "nothing says that `{}` and `{}` are applied together",
                dialler.name.value, peer.name.value
            );
            let evidence = [dialler, peer].map(|it| at(it.name.span, format!("`{}`", it.name.value)));
            self.unknown(Stage::Start, says, evidence.to_vec());
        }
        let port = match self.host.clone() {
            Some(host) => self.by_cluster_name(from, to, &host),
            None => self.by_service(to),
        };
        if !self.is_stopped() {
            self.at_port(to, port, Side::Outside);
        }
        if !self.is_stopped() {
            self.policies(Endpoint::Workload(from), Endpoint::Workload(to), port);
        }
    }

    /// The steps of a name that is dialled; the port in the pod that is wanted.
    fn by_cluster_name(&mut self, from: WorkloadId, to: WorkloadId, host: &Spanned<String>) -> Option<u16> {
        let written = vec![at(host.span, "the name")];
        let (name, pod) = (&host.value, self.name(from).to_owned());
        match self.project.resolve_host(from, name) {
            HostAnswer::Services(services) => {
                let services = services.into_iter().map(|it| self.project.manifests.service(it));
                return self.through(&services.collect::<Vec<_>>(), to, host);
            }
            HostAnswer::Workloads(them) if them.contains(&self.project.interfaces_owner(to)) => {
                self.pass(Stage::Name, format!("`{name}` stands for the addresses of its pods"), written);
                return self.port;
            }
            HostAnswer::Workloads(_) => {
                self.stop(Stage::Name, format!("`{name}` stands for other pods"), written);
            }
            HostAnswer::Own | HostAnswer::Unspecified => {
                self.stop(Stage::Name, format!("`{name}` is the pod of `{pod}` itself"), written);
                self.fix = self.service_of(to).map(|it| format!("dial `{}`", it.place.name.value));
            }
            HostAnswer::NoSuchName => {
                self.stop(Stage::Name, format!("no Service of the project is called `{name}`"), written);
            }
            HostAnswer::UnmappedGateway => {
                self.stop(
                    Stage::Name,
                    format!("only the cluster of Docker Desktop resolves `{name}`"),
                    written,
                );
            }
            HostAnswer::Mapped(entry) => {
                let says = format!("`hostAliases` of `{pod}` say that `{name}` is {}", entry.address);
                self.unknown(Stage::Name, says, vec![at(entry.span, "it is mapped here")]);
            }
            HostAnswer::External | HostAnswer::Unshared(_) => {
                self.unknown(Stage::Name, format!("the project does not decide what `{name}` is"), written);
            }
            HostAnswer::Unknown(why) => {
                let says = format!("what `{name}` means to `{pod}` is not known: {why}");
                self.unknown(Stage::Name, says, written);
            }
        }
        self.port
    }

    /// Through one of the Services that a name may mean.
    fn through(
        &mut self,
        services: &[&ClusterService],
        to: WorkloadId,
        host: &Spanned<String>,
    ) -> Option<u16> {
        let owner = self.project.interfaces_owner(to);
        let leads = |it: &&&ClusterService| {
            self.project
                .pod_of(self.project.workload(to))
                .is_some_and(|pod| self.project.leads_to(it, pod) == Truth::Yes)
        };
        let Some(service) = services.iter().find(leads).copied() else {
            let evidence = services.iter().map(|it| at(it.place.span(), "the Service"));
            let evidence = evidence.chain([at(host.span, "the name")]).collect();
            let says = format!("the Service `{}` does not select `{}`", host.value, self.name(to));
            self.stop(Stage::Name, says, evidence);
            return None;
        };
        let name = &service.place.name.value;
        let place = at(service.place.span(), format!("the Service `{name}`"));
        self.pass(Stage::Name, format!("`{}` is the Service `{name}`", host.value), vec![place.clone()]);
        let port = self.port?;
        let Some(behind) = self.project.behind_port(service, port, self.protocol) else {
            let own =
                service.ports.iter().map(|it| at(it.port.span, format!("it has port {}", it.port.value)));
            let own: Vec<_> = own.collect();
            let has_none = own.is_empty() || service.is_vague;
            let says = format!("the Service `{name}` has no port {port}");
            let evidence = [place].into_iter().chain(own).collect();
            if has_none {
                self.unknown(
                    Stage::Publish,
                    format!("which ports the Service `{name}` has is not known"),
                    evidence,
                );
                return None;
            }
            self.stop(Stage::Publish, says, evidence);
            self.fix = match &service.ports[..] {
                [only] => Some(format!("dial `{}:{}`", host.value, only.port.value)),
                _ => None,
            };
            return None;
        };
        let inside = behind.into_iter().find(|(it, _)| *it == owner).map(|it| it.1);
        let entry = service.port(port, self.protocol).map(|it| at(it.target.span, "it leads here"));
        match inside {
            Some(inside) => {
                let says = format!("port {port} of the Service is port {inside} of the pod");
                self.pass(Stage::Publish, says, entry.into_iter().collect());
            }
            None if self.project.pod_of(self.project.workload(to)).is_some_and(|it| it.ports_are_open) => {
                let says = format!("the port of the pod that `{name}` leads to is not known");
                self.unknown(Stage::Publish, says, entry.into_iter().collect());
            }
            None => {
                let says = format!("no container of the pod gives a port the name that `{name}` leads to");
                self.stop(Stage::Publish, says, entry.into_iter().collect());
            }
        }
        inside
    }

    /// By whatever Service leads there; the port in the pod.
    fn by_service(&mut self, to: WorkloadId) -> Option<u16> {
        let name = self.name(to).to_owned();
        let Some((service, outer, inner)) = self.service_to_port(to) else {
            let says = format!("no Service of the project leads to this port of `{name}`");
            self.unknown(Stage::Name, says, vec![at(self.project.workload(to).name.span, "the container")]);
            return self.port;
        };
        let own = &service.place.name.value;
        let says = format!("the Service `{own}` leads its port {outer} to port {inner} of the pod");
        let evidence = vec![at(service.place.span(), format!("the Service `{own}`"))];
        self.pass(Stage::Name, says, evidence);
        Some(inner)
    }

    /// The Service that leads to the wanted port, its own port, and that of the pod. The wanted port is the
    /// pod's, else the Service's.
    fn service_to_port(&self, to: WorkloadId) -> Option<(&ClusterService, u16, u16)> {
        let port = self.port?;
        let pod = self.project.pod_of(self.project.workload(to))?;
        let services = || self.project.services_of(pod);
        let entries = || {
            let all = services().flat_map(|it| it.ports.iter().map(move |entry| (it, entry)));
            all.filter(|(_, it)| it.protocol == self.protocol).filter_map(|(service, it)| {
                Some((service, it.port.value, pod.number_of(&it.target.value, it.protocol)?))
            })
        };
        entries()
            .find(|(_, _, inner)| *inner == port)
            .or_else(|| entries().find(|(_, outer, _)| *outer == port))
    }

    fn service_of(&self, to: WorkloadId) -> Option<&ClusterService> {
        let pod = self.project.pod_of(self.project.workload(to))?;
        self.project.services_of(pod).next()
    }

    /// From the outside of the cluster into a pod.
    pub(super) fn inward_to_pod(&mut self, from: Endpoint, to: WorkloadId) {
        let port = match self.service_to_port(to).map(|(service, outer, inner)| (service.id, outer, inner)) {
            Some((service, outer, inner)) => {
                self.entrance(service, outer, inner);
                Some(inner)
            }
            None => {
                let says = format!("no Service of the project leads to this port of `{}`", self.name(to));
                self.unknown(Stage::Publish, says, Vec::new());
                self.port
            }
        };
        self.at_port(to, port, Side::Outside);
        if !self.is_stopped() {
            self.policies(from, Endpoint::Workload(to), port);
        }
    }

    fn entrance(&mut self, service: crate::model::ServiceId, outer: u16, inner: u16) {
        let service = self.project.manifests.service(service);
        let name = &service.place.name.value;
        let leads = format!("its port {outer} to port {inner} of the pod");
        if let ServiceKind::External(kind) = &service.kind {
            let says =
                format!("the Service `{name}` is open to the outside as {} and leads {leads}", kind.value);
            return self.pass(Stage::Publish, says, vec![at(kind.span, "it is opened here")]);
        }
        let route = self.project.routes_to(service).next();
        match route {
            Some((route, destination)) => {
                let says =
                    format!("{} `{}` leads to the Service `{name}`", route.kind, route.place.name.value);
                self.is_routed = true;
                let gateways = self.project.gateways_of(route);
                let gateways = gateways.map(|it| at(it.span(), format!("by Gateway `{}`", it.name.value)));
                let evidence = [at(destination.host.span, "it leads there")].into_iter().chain(gateways);
                self.pass(Stage::Publish, says, evidence.collect());
            }
            None => {
                let says = format!("nothing in the project leads from outside to the Service `{name}`");
                self.unknown(Stage::Publish, says, vec![at(service.place.span(), "the Service")]);
            }
        }
    }

    /// Out of a pod.
    pub(super) fn out_of_pod(&mut self, from: WorkloadId, to: Endpoint) {
        self.pass(Stage::Network, "a pod reaches other machines as its node does", Vec::new());
        self.policies(Endpoint::Workload(from), to, self.port);
    }

    /// The step of the policies at both ends.
    fn policies(&mut self, from: Endpoint, to: Endpoint, port: Option<u16>) {
        let (Some(source), Some(target)) = (self.policy_end(from), self.policy_end(to)) else { return };
        let verdict = self.project.policy_verdict(source, target, port.unwrap_or(0), self.protocol);
        let PolicyVerdict { egress, ingress } = &verdict;
        let isolating = || egress.isolating.iter().chain(&ingress.isolating);
        if port.is_none() && isolating().next().is_some() {
            let evidence = isolating().map(|it| at(it.place.span(), "this policy")).collect();
            return self.unknown(Stage::Policy, "policies decide by the port, which is not known", evidence);
        }
        // A route is answered for by a pod of somebody else, which policies may know.
        let is_by_route = from == Endpoint::Internet && self.is_routed;
        for (direction, gate) in [(Direction::Egress, egress), (Direction::Ingress, ingress)] {
            let says = self.gate_says(direction, gate, from, to);
            let evidence = gate
                .isolating
                .iter()
                .map(|it| at(it.place.span(), format!("NetworkPolicy `{}`", it.place.name.value)));
            let evidence = evidence.collect();
            match gate.lets {
                Truth::No if is_by_route => {
                    let says = "whether policies let those through who stand before the Service is not known";
                    return self.unknown(Stage::Policy, says, evidence);
                }
                Truth::No => {
                    self.stop(Stage::Policy, says, evidence);
                    self.fix = Some(format!("allow it in a rule of `{}`", direction.as_str().to_lowercase()));
                    return;
                }
                Truth::Maybe => return self.unknown(Stage::Policy, says, evidence),
                Truth::Yes => {}
            }
        }
        if let Some(step) = to_workload(to).and_then(|it| self.authorization(it, port)) {
            return self.unknown(Stage::Policy, step.value.clone(), vec![step]);
        }
        let allowing = [egress, ingress].into_iter().filter_map(|it| it.allowing);
        let evidence: Vec<_> = allowing
            .map(|it| at(it.place.span(), format!("NetworkPolicy `{}` allows it", it.place.name.value)))
            .collect();
        let says = match evidence.is_empty() {
            true => "no NetworkPolicy of the project is for it",
            false => "NetworkPolicies allow it",
        };
        self.pass(Stage::Policy, says, evidence);
    }

    fn gate_says(&self, direction: Direction, gate: &Gate<'_>, from: Endpoint, to: Endpoint) -> String {
        let (subject, what) = match direction {
            Direction::Egress => (from, "out"),
            Direction::Ingress => (to, "in"),
        };
        let name = to_workload(subject).map_or("it", |it| self.name(it));
        match gate.lets {
            Truth::No => format!("policies isolate `{name}`, and no rule of theirs lets this {what}"),
            _ => {
                format!("whether policies let this {what} of `{name}` is not known").replace("in of", "into")
            }
        }
    }

    /// An AuthorizationPolicy of the mesh that may forbid it.
    fn authorization(&self, to: WorkloadId, port: Option<u16>) -> Option<Spanned<String>> {
        let pod = self.project.pod_of(self.project.workload(to))?;
        let (place, _) = self.project.manifests.authorization(pod, port)?;
        Some(at(
            place.span(),
            format!("AuthorizationPolicy `{}` of the mesh may forbid it", place.name.value),
        ))
    }

    fn policy_end(&self, endpoint: Endpoint) -> Option<PolicyEnd> {
        Some(match endpoint {
            Endpoint::Workload(id) => PolicyEnd::Pod(self.project.pod_id(id)?),
            Endpoint::Address(address) => PolicyEnd::Address(address),
            Endpoint::Internet => PolicyEnd::Outside,
            Endpoint::Host => return None,
        })
    }
}

fn to_workload(endpoint: Endpoint) -> Option<WorkloadId> {
    match endpoint {
        Endpoint::Workload(id) => Some(id),
        _ => None,
    }
}
