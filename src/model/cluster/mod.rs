//! The objects of Kubernetes manifests that are no pods, and what they make of the network between pods.
//!
//! A project shows a part of a cluster. What a name or a policy means there is told of objects that are applied
//! together, see [`together`]; what may stand outside of the project is unknown.

mod gateways;
mod names;
mod peers;
mod policy;
mod policy_faults;
mod routes;
mod selector;
mod together;
mod unseen;

pub use gateways::Refusal;
pub use names::ServiceMistake;
pub use policy::{Gate, PolicyEnd, PolicyVerdict};
pub use policy_faults::{BlockedDial, ClosedPort, RestrictedDns};
pub use routes::{DanglingSelector, RouteFault, RouteFaultKind};
pub use selector::Truth;

use super::kubernetes::Applied;
use super::{AppliedId, MadeBy, ManifestId, Pod, PodId, Project, Workload, WorkloadKind};
use crate::facts::Facts;
use crate::facts::catalogue::is_for_tests;
use crate::facts::kubernetes::{self, Content, Object, ServiceKind, ServicePort};
use crate::source::{Span, Spanned, Text};
use selector::is_filled_in;
use together::Together;
use unseen::Unseen;

pub use crate::facts::kubernetes::Direction;

/// Names one Service of a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ServiceId(pub u32);

/// What manifests say beside the pods.
#[derive(Debug, Default)]
pub struct Manifests {
    /// The Services.
    pub services: Vec<ClusterService>,
    pub(super) policies: Vec<Policy>,
    pub(super) other_policies: Vec<(Place, kubernetes::OtherPolicy)>,
    pub(super) gateways: Vec<(Place, kubernetes::Gateway)>,
    pub(super) namespaces: Vec<Labelled>,
    pub(super) routes: Vec<ClusterRoute>,
    pub(super) subsets: Vec<(Place, kubernetes::DestinationRule)>,
    /// Names that a ServiceEntry brings into the mesh.
    pub(super) entries: Vec<String>,
    pub(super) authorizations: Vec<(Place, kubernetes::AuthorizationPolicy)>,
    /// Services whose addresses a manifest writes down.
    pub(super) endpoints: Vec<String>,
    /// The labels of all pods, also of those that are no workloads.
    pub(super) templates: Vec<Labelled>,
    /// Whether a kustomization may change what manifests say of each other.
    pub(super) has_kustomizations: bool,
    /// Whether it is not known what some kustomizations make: there may be policies that let more through.
    pub(super) has_unrendered: bool,
    /// What may make others that no manifest shows.
    unseen: Unseen,
    together: Together,
}

/// Where an object is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name, where it is written.
    pub name: Spanned<String>,
    /// Its namespace; `None` for the one that `kubectl` is told.
    pub namespace: Option<String>,
    /// The manifest.
    pub manifest: ManifestId,
}

/// A Service.
#[derive(Clone, Debug)]
pub struct ClusterService {
    /// Its id.
    pub id: ServiceId,
    /// Where it is.
    pub place: Place,
    /// What stands behind its name.
    pub kind: ServiceKind,
    /// Its ports.
    pub ports: Vec<ServicePort>,
    /// Whether it may have others.
    pub is_vague: bool,
    pub(super) selector: Vec<(Spanned<String>, Text)>,
}

/// A NetworkPolicy.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Where it is.
    pub place: Place,
    pub(super) spec: kubernetes::NetworkPolicy,
}

/// An Ingress, a route of the Gateway API, or a VirtualService.
#[derive(Clone, Debug)]
pub struct ClusterRoute {
    /// Where it is.
    pub place: Place,
    /// `kind:`.
    pub kind: String,
    pub(super) route: kubernetes::Route,
}

/// An object with labels by which others select it.
#[derive(Clone, Debug)]
pub(super) struct Labelled {
    place: Place,
    labels: Vec<(String, String)>,
}

impl Project {
    /// Whether the pods of two containers are applied to a cluster together, as opposed to two versions of one of
    /// them, or to what two kustomizations make.
    #[must_use]
    pub fn are_applied_together(&self, a: &Workload, b: &Workload) -> bool {
        let manifest = |it| self.pod_of(it).map(|it| it.manifest);
        match (manifest(a), manifest(b)) {
            (Some(a), Some(b)) => self.manifests.together.are_together(a, b),
            _ => false,
        }
    }
}

impl Project {
    /// Whether a pod is what a test reads, and nobody runs it to be reached: it stands in a folder of tests, and none
    /// of its containers runs an image of the project.
    #[must_use]
    pub fn is_test_data(&self, pod: &Pod) -> bool {
        let is_own = |it: &Workload| {
            self.pod_of(it).is_some_and(|other| other.owner == pod.owner) && it.image.is_some()
        };
        self.is_among_tests(pod.manifest) && !self.workloads.iter().any(is_own)
    }

    /// Whether a manifest stands in a folder of tests.
    fn is_among_tests(&self, manifest: ManifestId) -> bool {
        let path = self.manifests.together.path(manifest.file).unwrap_or_default();
        let folders = path.rsplit_once('/').map_or("", |it| it.0);
        is_for_tests(folders)
    }
}

impl Manifests {
    pub(super) fn read(facts: &Facts, applied: &[Applied<'_>], is_partial: bool) -> Self {
        let mut out = Self { together: Together::new(facts, applied), ..Self::default() };
        out.has_kustomizations = !facts.kustomizations.is_empty();
        let is_kustomization = |it: &Applied<'_>| matches!(it.made_by, Some(MadeBy::Kustomization(_)));
        let is_open = applied.iter().any(|it| it.open.is_some() && is_kustomization(it));
        out.has_unrendered = is_partial || is_open;
        out.unseen = Unseen::new(applied, out.has_unrendered);
        for (it, at) in applied.iter().zip(0..) {
            for (file, manifest) in &it.manifests {
                let id = ManifestId { applied: AppliedId(at), file: *file };
                for object in &manifest.objects {
                    let Some(place) = Place::of(object, id) else { continue };
                    out.add(object, place);
                }
            }
        }
        out
    }

    /// Whether a Service of that name may stand beside a manifest though none shows it.
    fn may_have_service(&self, name: &str, beside: ManifestId) -> bool {
        self.unseen.may_make(name, beside, self.services.iter().map(|it| &it.place))
    }

    /// Whether two manifests stand in one folder, or in what one tool renders, in a file each.
    pub(super) fn are_beside(&self, a: ManifestId, b: ManifestId) -> bool {
        self.together.nearness(a, b) == 1
    }

    /// Whether two manifests are applied to a cluster together.
    pub(super) fn are_together(&self, a: ManifestId, b: ManifestId) -> bool {
        self.together.are_together(a, b)
    }

    fn add(&mut self, object: &Object, place: Place) {
        let kind = object.kind.value.clone();
        match &object.content {
            Content::Service(it) => self.services.push(ClusterService {
                id: ServiceId(u32::try_from(self.services.len()).unwrap_or(u32::MAX)),
                place,
                kind: it.kind.clone(),
                ports: it.ports.clone(),
                is_vague: it.is_vague,
                selector: it.selector.clone(),
            }),
            Content::Pods(it) => self.templates.push(Labelled { place, labels: plain(&it.labels) }),
            Content::Namespace(labels) => self.namespaces.push(Labelled { place, labels: plain(labels) }),
            Content::NetworkPolicy(spec) => self.policies.push(Policy { place, spec: spec.clone() }),
            Content::OtherPolicy(it) => self.other_policies.push((place, it.clone())),
            Content::Gateway(it) => self.gateways.push((place, it.clone())),
            Content::Route(route) => self.routes.push(ClusterRoute { place, kind, route: route.clone() }),
            Content::DestinationRule(it) => self.subsets.push((place, it.clone())),
            Content::ServiceEntry(it) => self.entries.extend(it.hosts.iter().map(|it| it.value.clone())),
            Content::AuthorizationPolicy(it) => self.authorizations.push((place, it.clone())),
            Content::Endpoints(of) => self.endpoints.extend(of.iter().map(|it| it.value.clone())),
            Content::Custom => self.unseen.add_custom(&place),
            Content::ConfigMap(_) | Content::Secret(_) => {}
        }
    }

    /// The first AuthorizationPolicy that is for a pod and may forbid a connection to that port of it.
    pub(super) fn authorization(
        &self,
        pod: &Pod,
        port: Option<u16>,
    ) -> Option<&(Place, kubernetes::AuthorizationPolicy)> {
        self.authorizations.iter().find(|(place, it)| {
            let has = |key: &str, value: &str| pod.labels.iter().any(|it| it.0 == key && it.1 == value);
            let denies_others = it.action == "DENY"
                && !it.ports.is_empty()
                && it.ports.iter().all(|it| Some(it.value) != port);
            self.together.are_together(place.manifest, pod.manifest)
                && same_namespace(place.namespace.as_deref(), pod.namespace.as_deref()) > Truth::No
                && it.selector.iter().all(|(key, value)| has(&key.value, value.as_str()))
                && !denies_others
        })
    }

    /// Whether what one manifest says of an object is what another means, for certain: nothing stands between
    /// manifests of one folder.
    fn is_certain_beside(&self, a: ManifestId, b: ManifestId) -> bool {
        self.together.nearness(a, b) > 0 || !self.has_kustomizations
    }

    /// The Service `id`.
    #[must_use]
    pub fn service(&self, id: ServiceId) -> &ClusterService {
        &self.services[id.0 as usize]
    }
}

impl Place {
    fn of(object: &Object, manifest: ManifestId) -> Option<Self> {
        let namespace = object.namespace.as_ref().map(|it| it.value.clone());
        Some(Self { name: object.name.clone()?, namespace, manifest })
    }

    /// Where the name is written.
    #[must_use]
    pub fn span(&self) -> Span {
        self.name.span
    }
}

/// Whether two namespaces are one: `None` is the one that `kubectl` is told.
fn same_namespace(a: Option<&str>, b: Option<&str>) -> Truth {
    match (a, b) {
        (Some(a), Some(b)) if a != b && (is_filled_in(a) || is_filled_in(b)) => Truth::Maybe,
        (Some(a), Some(b)) => Truth::from(a == b),
        (None, None) => Truth::Yes,
        _ => Truth::Maybe,
    }
}

fn plain(labels: &[(Spanned<String>, Text)]) -> Vec<(String, String)> {
    labels.iter().map(|(key, value)| (key.value.clone(), value.as_str().to_owned())).collect()
}

impl Project {
    /// The pods with their ids.
    pub(super) fn pods_with_ids(&self) -> impl Iterator<Item = (PodId, &Pod)> {
        self.pods.iter().enumerate().map(|(at, it)| (PodId(u32::try_from(at).unwrap_or(u32::MAX)), it))
    }

    /// The pod of a container.
    pub(super) fn pod_id(&self, id: super::WorkloadId) -> Option<PodId> {
        match self.workload(id).kind {
            WorkloadKind::Pod(pod) => Some(pod),
            _ => None,
        }
    }
}
