//! Routes and selectors that lead nowhere.

use super::names::{fits, is_slip};
use super::selector::{Truth, is_filled_in, takes};
use super::{ClusterRoute, ClusterService, Place, Refusal, same_namespace};
use crate::facts::kubernetes::{Destination, PortReference, ServiceKind};
use crate::model::Project;
use crate::source::{Confidence, Span, Spanned};

/// Something wrong with a route.
#[derive(Clone, Debug)]
pub struct RouteFault<'a> {
    /// The route.
    pub route: &'a ClusterRoute,
    /// Where it is wrong.
    pub span: Span,
    /// What.
    pub kind: RouteFaultKind<'a>,
    /// How sure it is.
    pub confidence: Confidence,
}

/// What is wrong with a route.
#[derive(Clone, Debug)]
pub enum RouteFaultKind<'a> {
    /// The weights of its destinations add up to zero; where the others are written.
    ZeroWeight(Vec<Span>),
    /// No DestinationRule defines the subset: its name, the host, and where rules for the host are.
    UndefinedSubset(&'a str, &'a str, Vec<&'a Spanned<String>>),
    /// No Service has the name; what was probably meant.
    UnknownHost(&'a str, &'a Spanned<String>),
    /// No listener of this Gateway takes the route.
    Refused(Refusal<'a>, &'a Place),
    /// The Service has no such port.
    UnknownPort(String, &'a ClusterService),
}

/// A selector that takes no pod of the project.
#[derive(Clone, Debug)]
pub struct DanglingSelector<'a> {
    /// Whose.
    pub place: &'a Place,
    /// `Service` or `NetworkPolicy`.
    pub kind: &'static str,
    /// What it asks for.
    pub selector: String,
}

impl Project {
    /// What is wrong with the routes, in the order of places; but for those of tests, which are often wrong so that
    /// something refuses them.
    #[must_use]
    pub fn route_faults(&self) -> Vec<RouteFault<'_>> {
        let mut out = Vec::new();
        for route in self.manifests.routes.iter().filter(|it| !self.is_among_tests(it.place.manifest)) {
            out.extend(self.refusals(route));
            for split in &route.route.splits {
                out.extend(zero_weight(route, split));
                for destination in split {
                    out.extend(self.undefined_subset(route, destination));
                    out.extend(self.unknown_host(route, destination));
                    out.extend(self.unknown_port(route, destination));
                }
            }
        }
        out.sort_by_key(|it| it.span);
        out
    }

    fn undefined_subset<'a>(
        &'a self,
        route: &'a ClusterRoute,
        to: &'a Destination,
    ) -> Option<RouteFault<'a>> {
        let subset = to.subset.as_ref().filter(|it| !is_filled_in(&it.value))?;
        let rules =
            || self.manifests.subsets.iter().filter(|(_, it)| may_be_host(&it.host.value, &to.host.value));
        let is_it = |it: &Spanned<String>| it.value == subset.value || is_filled_in(&it.value);
        let is_defined = rules().any(|(_, it)| it.subsets.iter().any(is_it));
        let beside: Vec<_> = rules()
            .filter(|(place, _)| self.manifests.together.are_together(place.manifest, route.place.manifest))
            .map(|(_, it)| &it.host)
            .collect();
        let kind = RouteFaultKind::UndefinedSubset(&subset.value, &to.host.value, beside.clone());
        let places = self.manifests.subsets.iter().map(|it| &it.0);
        let host = to.host.value.split('.').next().unwrap_or_default();
        let may_be_defined = is_defined || self.manifests.unseen.may_make(host, route.place.manifest, places);
        let is_fault = !may_be_defined && !beside.is_empty();
        is_fault.then_some(RouteFault { route, span: subset.span, kind, confidence: Confidence::Proven })
    }

    fn unknown_host<'a>(&'a self, route: &'a ClusterRoute, to: &'a Destination) -> Option<RouteFault<'a>> {
        let name = to.service(route)?;
        let manifests = &self.manifests;
        let is_there = manifests.services.iter().any(|it| it.place.name.value == name)
            || manifests.endpoints.iter().any(|it| it == name)
            || manifests.entries.iter().any(|it| it.split('.').next() == Some(name));
        if is_there || manifests.may_have_service(name, route.place.manifest) || is_filled_in(name) {
            return None;
        }
        let meant = self.meant_service(route, name)?;
        let kind = RouteFaultKind::UnknownHost(name, meant);
        Some(RouteFault { route, span: to.host.span, kind, confidence: Confidence::Likely })
    }

    /// What a route to no Service was probably for: a Service with nearly that name, or one that leads to pods
    /// with that name.
    fn meant_service(&self, route: &ClusterRoute, name: &str) -> Option<&Spanned<String>> {
        let beside = |it: &&ClusterService| {
            self.manifests.together.are_together(it.place.manifest, route.place.manifest)
                && same_namespace(it.place.namespace.as_deref(), route.place.namespace.as_deref()) > Truth::No
        };
        let services: Vec<_> = self.manifests.services.iter().filter(beside).collect();
        if let Some(near) = services.iter().find(|it| is_slip(&it.place.name.value, name)) {
            return Some(&near.place.name);
        }
        let leads = |it: &&ClusterService| {
            let pods = self.pods_behind(it);
            !pods.is_empty() && pods.iter().all(|it| self.pods[it.0 as usize].name.value == name)
        };
        services.into_iter().find(leads).map(|it| &it.place.name)
    }

    fn unknown_port<'a>(&'a self, route: &'a ClusterRoute, to: &'a Destination) -> Option<RouteFault<'a>> {
        let (name, port) = (to.service(route)?, to.port.as_ref()?);
        let called = || self.manifests.services.iter().filter(|it| it.place.name.value == name);
        let together = &self.manifests.together;
        let beside = |it: &&ClusterService| {
            let (own, of_route) = (it.place.manifest, route.place.manifest);
            // Whoever applies what names no namespace tells one; what lies side by side goes to the same.
            let is_meant = match same_namespace(it.place.namespace.as_deref(), to.namespace(route)) {
                Truth::Yes => true,
                Truth::Maybe => together.nearness(own, of_route) > 0,
                Truth::No => false,
            };
            is_meant && together.are_together(own, of_route)
        };
        let service = called().find(beside)?;
        if !self.manifests.is_certain_beside(service.place.manifest, route.place.manifest) {
            return None;
        }
        let has = |it: &ClusterService| {
            !matches!(it.kind, ServiceKind::Cluster | ServiceKind::External(_) | ServiceKind::Headless)
                || it.is_vague
                || it.ports.is_empty()
                || it.ports.iter().any(|it| match &port.value {
                    PortReference::Number(number) => it.port.value == *number,
                    PortReference::Name(name) => it.name.as_ref().is_some_and(|it| it.value == *name),
                })
        };
        let written = match &port.value {
            PortReference::Number(number) => number.to_string(),
            PortReference::Name(name) => name.clone(),
        };
        let is_elsewhere = self.manifests.endpoints.iter().any(|it| it == name);
        if is_elsewhere || called().any(has) || is_filled_in(&written) {
            return None;
        }
        let kind = RouteFaultKind::UnknownPort(written, service);
        Some(RouteFault { route, span: port.span, kind, confidence: Confidence::Proven })
    }

    /// The selectors of Services and policies that take no pod of the project. Silent when something may make
    /// pods that no manifest shows: what has a label of an instance, a chart has made; and about what a chart makes.
    #[must_use]
    pub fn dangling_selectors(&self) -> Vec<DanglingSelector<'_>> {
        let manifests = &self.manifests;
        if manifests.templates.is_empty() {
            return Vec::new();
        }
        let services = manifests.services.iter().filter(|it| !it.selector.is_empty());
        let services = services.map(|it| (&it.place, "Service", it.labels_wanted()));
        let policies = manifests.policies.iter().filter(|it| !it.spec.pods.requirements.is_empty());
        let policies = policies.map(|it| (&it.place, "NetworkPolicy", it.spec.pods.clone()));
        let is_taken = |place: &Place, selector: &crate::facts::kubernetes::Selector| {
            manifests.templates.iter().any(|it| {
                let same = same_namespace(place.namespace.as_deref(), it.place.namespace.as_deref());
                same.and(takes(selector, &it.labels, true)) > Truth::No
            })
        };
        let is_elsewhere = |place: &Place, selector: &crate::facts::kubernetes::Selector| {
            let of_instance =
                |it: &&crate::facts::kubernetes::Requirement| it.key == "app.kubernetes.io/instance";
            let mut values = selector.requirements.iter().flat_map(|it| &it.values).map(String::as_str);
            is_filled_in(&place.name.value)
                || manifests.unseen.is_of_chart(place.manifest)
                || manifests.unseen.may_make_pods(&mut values)
                || selector.requirements.iter().any(|it| of_instance(&it))
        };
        let dangling = services
            .chain(policies)
            .filter(|(place, _, selector)| !is_taken(place, selector) && !is_elsewhere(place, selector));
        let dangling = dangling.map(|(place, kind, selector)| {
            let asked = selector.requirements.iter().map(|it| match it.values.first() {
                Some(value) => format!("{}={value}", it.key),
                None => it.key.clone(),
            });
            DanglingSelector { place, kind, selector: asked.collect::<Vec<_>>().join(",") }
        });
        dangling.collect()
    }

    /// The Services that pods stand behind in namespaces for which no policy is written, the first of each.
    #[must_use]
    pub fn namespaces_without_policy(&self) -> Vec<&ClusterService> {
        let mut found: Vec<&ClusterService> = Vec::new();
        let namespace = |it: &Place| it.namespace.clone();
        for service in self.manifests.services.iter().filter(|it| !self.pods_behind(it).is_empty()) {
            let mut policies = self.manifests.policies.iter();
            let has_policy = policies.any(|it| {
                same_namespace(it.place.namespace.as_deref(), service.place.namespace.as_deref()) > Truth::No
            });
            let is_new = found.iter().all(|it| namespace(&it.place) != namespace(&service.place));
            if !has_policy && is_new {
                found.push(service);
            }
        }
        found
    }

    /// The routes that lead to a port of a Service.
    pub(in crate::model) fn routes_to<'a>(
        &'a self,
        service: &'a ClusterService,
    ) -> impl Iterator<Item = (&'a ClusterRoute, &'a Destination)> {
        let together = |it: &&ClusterRoute| {
            self.manifests.together.are_together(it.place.manifest, service.place.manifest)
        };
        let routes = self.manifests.routes.iter().filter(together).filter(|it| self.is_taken(it));
        routes.flat_map(move |route| {
            let all = route.route.splits.iter().flatten().map(move |it| (route, it));
            all.filter(move |(route, it)| {
                let namespace = it.namespace.as_deref().or(route.place.namespace.as_deref());
                it.service(route) == Some(&service.place.name.value)
                    && fits(it.port.as_ref().map(|it| &it.value), service)
                    && same_namespace(namespace, service.place.namespace.as_deref()) > Truth::No
            })
        })
    }
}

impl Destination {
    /// The Service of the cluster that it names; `None` for another host.
    fn service(&self, route: &ClusterRoute) -> Option<&str> {
        let host = self.host.value.as_str();
        if route.kind != "VirtualService" {
            return Some(host);
        }
        let name = host.strip_suffix(".svc.cluster.local").unwrap_or(host);
        let is_short = !host.contains('.') || name.len() < host.len();
        is_short.then(|| name.split('.').next().unwrap_or(name))
    }

    /// The namespace of that Service: its own, the one in its full name, else that of the route.
    fn namespace<'a>(&'a self, route: &'a ClusterRoute) -> Option<&'a str> {
        let full = self.host.value.strip_suffix(".svc.cluster.local");
        let written = self.namespace.as_deref().or_else(|| full?.split('.').nth(1));
        written.or(route.place.namespace.as_deref())
    }
}

/// Istio refuses a VirtualService that divides requests by weights that add up to nothing; of one destination the
/// weight does not count (`validateWeights` in
/// <https://github.com/istio/istio/blob/master/pkg/config/validation/validation.go>). A route of the Gateway API
/// answers with an error then: <https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref>.
fn zero_weight<'a>(route: &'a ClusterRoute, split: &'a [Destination]) -> Option<RouteFault<'a>> {
    let is_mesh = route.kind == "VirtualService";
    let weights: Vec<_> = split.iter().filter_map(|it| it.weight.as_ref()).collect();
    let is_zero = match is_mesh {
        true => split.len() > 1,
        false => weights.len() == split.len(),
    };
    if !is_zero || weights.iter().any(|it| it.value != 0) {
        return None;
    }
    let first = split.first()?;
    let span = first.weight.as_ref().map_or(first.host.span, |it| it.span);
    let others = split.iter().skip(1).map(|it| it.host.span).collect();
    let kind = RouteFaultKind::ZeroWeight(others);
    Some(RouteFault { route, span, kind, confidence: Confidence::Proven })
}

/// Whether the host of a DestinationRule may be that of a route: both short or long, or a pattern.
fn may_be_host(rule: &str, route: &str) -> bool {
    let first = |it: &str| it.split('.').next().unwrap_or(it).to_owned();
    rule.contains('*') || is_filled_in(rule) || rule == route || first(rule) == first(route)
}
