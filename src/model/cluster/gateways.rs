//! Routes that no listener of their Gateway takes:
//! <https://gateway-api.sigs.k8s.io/reference/spec/#routeparentstatus>.

use super::names::is_slip;
use super::selector::{Truth, is_filled_in};
use super::{ClusterRoute, Place, RouteFault, RouteFaultKind, same_namespace};
use crate::facts::kubernetes::{AllowedNamespaces, Gateway, GatewayListener, Parent};
use crate::model::Project;
use crate::source::{Confidence, Span, Spanned};

/// Why no listener of a Gateway takes a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal<'a> {
    /// There is no such Gateway; what was probably meant.
    NoGateway(&'a Spanned<String>),
    /// The Gateway has no listener of that name.
    NoSection(&'a Spanned<String>),
    /// It has no listener on that port.
    NoPort(Spanned<u16>),
    /// Its listeners are for other kinds of routes.
    Kind,
    /// They take no routes of this namespace.
    Namespace,
    /// They are for other hosts: one of them.
    Hostname(Spanned<&'a str>),
}

impl Project {
    /// The parents of a route none of whose listeners takes it.
    pub(super) fn refusals<'a>(&'a self, route: &'a ClusterRoute) -> impl Iterator<Item = RouteFault<'a>> {
        route.route.parents.iter().filter_map(move |parent| {
            let (refusal, gateway, span) = self.refusal(route, parent)?;
            let confidence = match refusal {
                Refusal::NoGateway(_) => Confidence::Likely,
                _ => Confidence::Proven,
            };
            Some(RouteFault { route, span, kind: RouteFaultKind::Refused(refusal, gateway), confidence })
        })
    }

    /// Whether a route may have a listener.
    pub(super) fn is_taken(&self, route: &ClusterRoute) -> bool {
        let refused = self.refusals(route).filter(|it| it.confidence == Confidence::Proven).count();
        refused == 0 || refused < route.route.parents.len()
    }

    /// The Gateways beside a route that it names.
    pub(in crate::model) fn gateways_of<'a>(
        &'a self,
        route: &'a ClusterRoute,
    ) -> impl Iterator<Item = &'a Place> {
        let gateways = self.manifests.gateways.iter().map(|it| &it.0);
        gateways.filter(|it| {
            let together = self.manifests.together.are_together(it.manifest, route.place.manifest);
            together && route.route.parents.iter().any(|parent| parent.name.value == it.name.value)
        })
    }

    /// Why a Gateway does not take a route, the Gateway, and where that is wrong.
    fn refusal<'a>(
        &'a self,
        route: &'a ClusterRoute,
        parent: &'a Parent,
    ) -> Option<(Refusal<'a>, &'a Place, Span)> {
        let together = &self.manifests.together;
        let namespace = parent.namespace.as_deref().or(route.place.namespace.as_deref());
        let is_beside = |place: &Place| {
            together.are_together(place.manifest, route.place.manifest)
                && same_namespace(place.namespace.as_deref(), namespace) > Truth::No
        };
        let gateways = &self.manifests.gateways;
        let called = || gateways.iter().filter(|(place, _)| place.name.value == parent.name.value);
        let Some((place, first)) = called().find(|(place, _)| is_beside(place)) else {
            let near = |it: &&(Place, Gateway)| is_slip(&it.0.name.value, &parent.name.value);
            let places = gateways.iter().map(|it| &it.0);
            let is_unknown = called().next().is_some()
                || self.manifests.unseen.may_make(&parent.name.value, route.place.manifest, places)
                || is_filled_in(&parent.name.value);
            let (place, _) =
                gateways.iter().filter(|_| !is_unknown).filter(|it| is_beside(&it.0)).find(near)?;
            return Some((Refusal::NoGateway(&place.name), place, parent.name.span));
        };
        // Another one of that name may be the one that is there.
        let mut all = called();
        if all.any(|(place, gateway)| self.refused_by(route, parent, place, gateway).is_none()) {
            return None;
        }
        let refusal = self.refused_by(route, parent, place, first)?;
        let span = match refusal {
            Refusal::NoSection(section) => section.span,
            Refusal::NoPort(port) => port.span,
            Refusal::Hostname(_) => route.route.hosts.first()?.cover()?,
            _ => parent.name.span,
        };
        Some((refusal, place, span))
    }

    /// At which condition the last of the listeners drops out.
    fn refused_by<'a>(
        &self,
        route: &ClusterRoute,
        parent: &'a Parent,
        place: &Place,
        gateway: &'a Gateway,
    ) -> Option<Refusal<'a>> {
        if gateway.is_open || gateway.listeners.is_empty() {
            return None;
        }
        let is_called = |it: &&GatewayListener| {
            let is_meant = |section: &Spanned<String>| {
                it.name.value == section.value || is_filled_in(&section.value) || is_filled_in(&it.name.value)
            };
            parent.section.as_ref().is_none_or(is_meant)
        };
        let mut left: Vec<&GatewayListener> = gateway.listeners.iter().filter(is_called).collect();
        if let Some(section) = parent.section.as_ref().filter(|_| left.is_empty()) {
            return Some(Refusal::NoSection(section));
        }
        if let Some(port) = parent.port {
            left.retain(|it| it.port.is_none_or(|it| it == port.value));
            if left.is_empty() {
                return Some(Refusal::NoPort(port));
            }
        }
        left.retain(|it| takes_kind(it, &route.kind));
        if left.is_empty() {
            return Some(Refusal::Kind);
        }
        let namespace = route.place.namespace.as_deref();
        left.retain(|it| match &it.namespaces {
            AllowedNamespaces::All | AllowedNamespaces::Unknown => true,
            AllowedNamespaces::Same => same_namespace(place.namespace.as_deref(), namespace) > Truth::No,
            AllowedNamespaces::Selected(selector) => {
                self.namespace_is(selector, namespace, route.place.manifest) > Truth::No
            }
        });
        if left.is_empty() {
            return Some(Refusal::Namespace);
        }
        let first = left.iter().find_map(|it| it.hostname.as_ref());
        left.retain(|it| takes_host(it, route));
        let host = first.filter(|_| left.is_empty())?;
        Some(Refusal::Hostname(Spanned::new(host.as_str(), host.cover()?)))
    }
}

/// Whether a listener may take a kind of routes:
/// <https://gateway-api.sigs.k8s.io/reference/spec/#allowedroutes>.
fn takes_kind(listener: &GatewayListener, kind: &str) -> bool {
    let usual: &[&str] = match listener.protocol.as_str() {
        _ if listener.kinds.is_some() => &[],
        "HTTP" | "HTTPS" => &["HTTPRoute", "GRPCRoute"],
        "TLS" => &["TLSRoute", "TCPRoute"],
        "TCP" => &["TCPRoute"],
        "UDP" => &["UDPRoute"],
        _ => return true,
    };
    usual.contains(&kind) || listener.kinds.iter().flatten().any(|it| it == kind || is_filled_in(it))
}

fn takes_host(listener: &GatewayListener, route: &ClusterRoute) -> bool {
    let Some(own) = &listener.hostname else { return true };
    let hosts = &route.route.hosts;
    hosts.is_empty() || hosts.iter().any(|it| may_be_one(own.as_str(), it.as_str()))
}

/// Whether two names, each perhaps with `*.` in front, may be one.
fn may_be_one(a: &str, b: &str) -> bool {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let is_below = |name: &str, pattern: &str| {
        let name = name.strip_prefix('*').unwrap_or(name);
        pattern.strip_prefix('*').is_some_and(|suffix| name.ends_with(suffix))
    };
    a == b || is_filled_in(&a) || is_filled_in(&b) || is_below(&a, &b) || is_below(&b, &a)
}

#[cfg(test)]
mod tests {
    use super::may_be_one;

    #[test]
    fn a_pattern_stands_for_all_names_below() {
        assert!(may_be_one("*.example.com", "shop.example.com") && may_be_one("a.b.com", "*.B.com"));
        assert!(
            may_be_one("*.example.com", "*.shop.example.com")
                && may_be_one("*.example.com", "a.b.example.com")
        );
        assert!(may_be_one("${HOST}", "shop.example.com"));
        assert!(!may_be_one("*.example.com", "example.com") && !may_be_one("a.example.com", "b.example.com"));
    }
}
