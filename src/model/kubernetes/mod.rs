//! From the facts of Kubernetes manifests to pods and their containers.
//!
//! Of a cluster only what is certain is told: what a container starts with, which of its variables are
//! set to what, and who comes to the ports of its pod. What a name means in a cluster, and what its
//! policies let through, [`cluster`](super::cluster) tells.

mod applied;
mod entrances;
mod environment;
mod expansion;
mod images;
mod probes;
mod volumes;

use super::compose::{Mount, Setting};
use super::{
    AppliedId, Command, Confinement, Environment, ExtraHost, Grace, ImageId, MadeBy, ManifestId, Namespace,
    Period, Pod, PodId, Resolved, Stopping, Workload, WorkloadId, WorkloadKind, sends_interrupt,
};
use crate::facts::Facts;
use crate::facts::helm::has_hole;
use crate::facts::kubernetes::{Container, Content, Object, PodTemplate, ProbeAction, Service, Words};
use crate::facts::shell;
use crate::source::{Confidence, FileId, Span, Spanned, Text};

pub(crate) use applied::{Applied, applied};
pub(super) use images::{ImageNames, KO_PREFIX, Meant, NamedImage, TaggedImage};

/// Objects that are applied together.
pub(super) struct Cluster<'a> {
    facts: &'a Facts,
    id: AppliedId,
    applied: &'a Applied<'a>,
    templates: Vec<(&'a Object, &'a PodTemplate, FileId)>,
    services: Vec<(&'a Object, &'a Service)>,
}

/// A pod whose containers are still to be joined with the images that they run.
pub(super) struct PodPlan<'a> {
    object: &'a Object,
    template: &'a PodTemplate,
    /// The manifest.
    pub(super) file: FileId,
}

/// Folders that are called as a cluster on one's own machine is.
const LOCAL_CLUSTERS: [&str; 10] = [
    "docker-desktop",
    "docker-for-desktop",
    "k3d",
    "kind",
    "local",
    "minikube",
    "microk8s",
    "orbstack",
    "rancher-desktop",
    "tilt",
];

/// One container of a pod.
pub(super) struct PodContainer {
    /// What the manifest alone says. The rest (image, program, process, listeners, dials, the image's
    /// part of the environment) is the default.
    pub(super) workload: Workload,
    /// The image of the project that it runs, and how sure that is.
    pub(super) image: Option<(ImageId, Confidence)>,
    /// `command`.
    pub(super) entrypoint: Setting,
    /// `args`.
    pub(super) command: Setting,
    /// Where volumes hide what the image holds.
    pub(super) mounts: Vec<Mount>,
    /// `workingDir`, which takes the place of the image's WORKDIR.
    pub(super) working_directory: Option<String>,
    /// Whether something is done before the container gets SIGTERM.
    pub(super) has_stop_hook: bool,
    /// Whether that sends SIGINT.
    pub(super) hook_interrupts: bool,
}

impl<'a> Cluster<'a> {
    pub(super) fn new(facts: &'a Facts, id: AppliedId, applied: &'a Applied<'a>) -> Self {
        let (mut templates, mut services) = (Vec::new(), Vec::new());
        for (file, manifest) in &applied.manifests {
            for object in &manifest.objects {
                match &object.content {
                    Content::Pods(template) => templates.push((object, template, *file)),
                    Content::Service(service) => services.push((object, service)),
                    _ => {}
                }
            }
        }
        Self { facts, id, applied, templates, services }
    }

    fn is_for_local_cluster(&self, plan: &PodPlan<'_>) -> bool {
        let by = self.applied.made_by.map(|(MadeBy::Kustomization(file) | MadeBy::Chart(file))| file);
        let mut paths = [Some(plan.file), by].into_iter().flatten().map(|it| self.facts.path(it));
        plan.containers().any(|(it, _)| it.is_never_pulled)
            || paths.any(|path| path.split('/').any(|it| LOCAL_CLUSTERS.contains(&it)))
    }

    /// The pods that can run as they are written.
    pub(super) fn plans(&self) -> Vec<PodPlan<'a>> {
        let whole = self.templates.iter().filter(|(_, template, _)| template.is_whole());
        whole.map(|&(object, template, file)| PodPlan { object, template, file }).collect()
    }

    /// The pod `id`, and its containers, whose workloads are numbered from `first`; `images` are those
    /// of the project that they run, in the order of [`PodPlan::images`].
    pub(super) fn pod(
        &self,
        plan: &PodPlan<'a>,
        id: PodId,
        first: u32,
        images: &[Option<(ImageId, Confidence)>],
    ) -> (Pod, Vec<PodContainer>) {
        let PodPlan { object, template, .. } = plan;
        let name = object.name.clone().unwrap_or_else(|| Spanned::new(String::new(), object.kind.span));
        let pod = Pod {
            kind: object.kind.value.clone(),
            name,
            namespace: object.namespace.as_ref().map(|it| it.value.clone()),
            entrances: entrances::entrances(self, object, template),
            declared: entrances::declared(template),
            manifest: ManifestId { applied: self.id, file: plan.file },
            owner: WorkloadId(first),
            labels: template
                .labels
                .iter()
                .map(|(key, value)| (key.value.clone(), value.as_str().to_owned()))
                .collect(),
            named_ports: entrances::named(template),
            host_network: template.host_network,
            own_dns: template.own_dns,
            made_by: self.applied.made_by,
            ports_are_open: plan.containers().any(|(it, _)| it.ports_are_open),
            is_for_local_cluster: self.is_for_local_cluster(plan),
            open: self.applied.open.clone(),
        };
        let incomplete = self.doubt(plan);
        let mut containers: Vec<PodContainer> = Vec::new();
        for ((container, runs_before), image) in plan.containers().zip(images) {
            // What ends before the others start shares no port with them, and is of interest only by
            // itself.
            if runs_before && image.is_none() {
                continue;
            }
            let at = u32::try_from(containers.len()).unwrap_or(u32::MAX);
            let mut it = self.container(plan, container, WorkloadId(first + at), id);
            let span = it.workload.name.span;
            it.image = *image;
            it.workload.one_shot |= runs_before;
            it.workload.incomplete = incomplete.clone();
            it.workload.namespace = match template.host_network {
                _ if runs_before => Namespace::Unknown(span),
                Some(span) => Namespace::Host(span),
                None if at > 0 => Namespace::Of(WorkloadId(first), span),
                None => Namespace::Own,
            };
            containers.push(it);
        }
        (pod, containers)
    }

    /// What may make the pod another than its manifest says.
    fn doubt(&self, plan: &PodPlan<'_>) -> Option<String> {
        let manifest = self.applied.manifests.iter().find(|(file, _)| *file == plan.file);
        if manifest.is_some_and(|(_, it)| !it.errors.is_empty()) {
            return Some("its manifest could not be read in full".to_owned());
        }
        let same = |it: &Object| {
            let name = |it: &Object| it.name.as_ref().map(|it| it.value.clone());
            it.kind.value == plan.object.kind.value && name(it) == name(plan.object)
        };
        let mut others = self.templates.iter().filter(|(it, ..)| same(it));
        if others.any(|(_, template, _)| !template.is_whole()) {
            return Some("a patch changes it".to_owned());
        }
        if plan.template.open.is_some() {
            return Some("a template decides what is in the pod".to_owned());
        }
        // Istio, Linkerd, Dapr, Vault and others put containers of their own beside it.
        let injected = plan.template.annotations.iter().any(|(key, value)| {
            let asks = key.value.contains("inject") || key.value == "dapr.io/enabled";
            asks && !matches!(value.as_str(), "false" | "disabled")
        });
        injected.then(|| "other containers are put into the pod".to_owned())
    }

    /// How long the kubelet waits before it kills the containers; `None` when something may change it.
    fn grace(&self, plan: &PodPlan<'_>) -> Option<Grace> {
        let written = plan
            .template
            .grace_period
            .map(|it| Grace { period: Period::seconds(it.value), span: Some(it.span) });
        let is_known = self.doubt(plan).is_none() && !plan.template.grace_is_open;
        Some(written.unwrap_or(Grace::OF_POD)).filter(|_| is_known)
    }

    fn container(
        &self,
        plan: &PodPlan<'_>,
        container: &Container,
        id: WorkloadId,
        pod: PodId,
    ) -> PodContainer {
        let template = plan.template;
        let name = container.name.clone().or_else(|| plan.object.name.clone());
        let name = name.unwrap_or_else(|| Spanned::new(String::new(), plan.object.kind.span));
        let environment = environment::environment(self, plan, container);
        let reference = container.image.clone();
        let image_span = reference.as_ref().and_then(Text::cover).unwrap_or(name.span);
        let hosts = template.host_aliases.iter().filter_map(|(address, name)| {
            let (address, span) = (address.as_str().to_owned(), name.cover()?);
            Some(ExtraHost { name: name.as_str().to_owned(), address, span })
        });
        PodContainer {
            image: None,
            entrypoint: setting(container.command.as_ref(), &environment),
            command: setting(container.arguments.as_ref(), &environment),
            mounts: volumes::mounts(self, plan, container),
            working_directory: container.working_directory.as_ref().map(|it| it.as_str().to_owned()),
            has_stop_hook: container.pre_stop.is_some(),
            hook_interrupts: container.pre_stop.as_ref().is_some_and(|it| interrupts(&it.action)),
            workload: Workload {
                image_reference: reference.map(|text| Resolved {
                    text,
                    confidence: Confidence::Proven,
                    via: Vec::new(),
                }),
                extra_hosts: hosts.collect(),
                probes: probes::checks(container, &environment),
                environment,
                confinement: Confinement::of_container(template, container),
                one_shot: template.ends,
                stopping: Stopping { grace: self.grace(plan), ..Stopping::default() },
                replicas: template.replicas.map(|it| it.value),
                ..Workload::bare(id, name, WorkloadKind::Pod(pod), image_span)
            },
        }
    }
}

impl<'a> PodPlan<'a> {
    /// The containers, and whether each ends before the others start:
    /// <https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/>.
    fn containers(&self) -> impl Iterator<Item = (&'a Container, bool)> {
        let first = self.template.init_containers.iter().map(|it| (it, !it.is_sidecar));
        self.template.containers.iter().map(|it| (it, false)).chain(first)
    }

    /// The images that its containers run, in the order of the containers.
    pub(super) fn images(&self) -> impl Iterator<Item = &'a str> {
        self.image_places().map(|it| it.0)
    }

    /// The same with where they are written.
    pub(super) fn image_places(&self) -> impl Iterator<Item = (&'a str, Span)> {
        let otherwise = self.object.kind.span;
        self.containers().map(move |(it, _)| match &it.image {
            Some(image) => (image.as_str(), place(image, otherwise)),
            None => ("", otherwise),
        })
    }
}

/// A command line with its variables expanded. A shell's own `$VARIABLES` stay; in front of any other
/// program `${NAME}` is for a tool that fills the manifest in (`envsubst`).
fn setting(words: Option<&Words>, environment: &Environment) -> Setting {
    let Some(Words { words, span }) = words else { return Setting::Absent };
    let in_shell = words.first().is_some_and(|it| shell::is_shell(it.as_str()));
    let expanded = words.iter().map(|it| {
        let text = expansion::expand(it, environment)?;
        let is_kept = in_shell && !has_hole(it.as_str());
        (is_kept || !expansion::is_filled_in(it.as_str())).then_some(text)
    });
    match expanded.collect::<Option<Vec<_>>>() {
        Some(words) => Setting::Set(Command::Exec(words), *span),
        None => Setting::Unknown(*span),
    }
}

/// Whether a hook sends SIGINT: `command: [kill, -INT, "1"]`.
fn interrupts(hook: &ProbeAction) -> bool {
    let ProbeAction::Exec(Words { words, .. }) = hook else { return false };
    words.iter().any(|it| sends_interrupt(it.as_str()))
        || sends_interrupt(&words.iter().map(Text::as_str).collect::<Vec<_>>().join(" "))
}

/// Whether two objects are of one namespace, as far as they say.
fn share_namespace(a: &Object, b: &Object) -> bool {
    match (&a.namespace, &b.namespace) {
        (Some(a), Some(b)) => a.value == b.value,
        _ => true,
    }
}

/// The place of a text that a manifest holds.
fn place(text: &Text, otherwise: Span) -> Span {
    text.cover().unwrap_or(otherwise)
}
