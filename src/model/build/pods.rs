//! The containers of pods.

use rustc_hash::FxHashSet;

use super::start::{Container, Start};
use super::{Join, ServiceBuild};
use crate::facts::catalogue::{DEFAULT_TAG, is_for_tests, shows_something, split_reference};
use crate::model::kubernetes::{Cluster, ImageNames, Meant, NamedImage, PodContainer, PodPlan, TaggedImage};
use crate::model::{AppliedId, Healthcheck, ImageId, Pod, PodId, Workload, WorkloadKind};
use crate::source::{Confidence, FileId, Spanned, Text};

impl<'a> Join<'a> {
    /// The pods. Their containers join `workloads`.
    pub(super) fn pods(&mut self, builds: &[ServiceBuild], workloads: &mut Vec<Workload>) -> Vec<Pod> {
        let ids = (0..).map(AppliedId);
        let clusters: Vec<Cluster<'_>> =
            self.applied.iter().zip(ids).map(|(it, id)| Cluster::new(self.facts, id, it)).collect();
        let plans: Vec<(&Cluster<'_>, PodPlan<'_>)> =
            clusters.iter().flat_map(|it| it.plans().into_iter().map(move |plan| (it, plan))).collect();
        let names = self.image_names(builds, &plans);
        let (mut pods, mut of_pods) = (Vec::new(), Vec::new());
        for (cluster, plan) in &plans {
            let manifest = self.facts.path(plan.file);
            let images = plan.image_places().map(|(it, at)| match self.ko_package(it) {
                Some(_) => Some((self.image_by_ko(it, at)?, Confidence::Proven)),
                None => names.meant(it, manifest).into_iter().find_map(|it| self.image_of_pod(it, builds)),
            });
            let images: Vec<_> = images.collect();
            let first = u32::try_from(workloads.len() + of_pods.len()).unwrap_or(u32::MAX);
            let id = PodId(u32::try_from(pods.len()).unwrap_or(u32::MAX));
            let (pod, containers) = cluster.pod(plan, id, first, &images);
            pods.push(pod);
            of_pods.extend(containers.into_iter().map(|it| self.container(it)));
        }
        workloads.extend(self.start(of_pods).into_iter().map(started));
        pods
    }

    fn image_names(
        &mut self,
        builds: &[ServiceBuild],
        plans: &[(&Cluster<'_>, PodPlan<'_>)],
    ) -> ImageNames<'a> {
        let last = |it: &str| it.rsplit('/').next().unwrap_or(it).to_owned();
        let used: FxHashSet<String> =
            plans.iter().flat_map(|it| it.1.images()).map(|it| last(split_reference(it).0)).collect();
        let by_hand = self.tagged(&|name| used.contains(&last(name)), None);
        let whole = || builds.iter().filter(|it| it.is_whole).filter_map(|it| Some((it, it.image?)));
        let tags = whole().filter_map(|(it, image)| {
            let (repository, tag) = split_reference(it.tag.as_ref()?.as_str());
            let tag = Some(tag.unwrap_or(DEFAULT_TAG).to_owned());
            let is_fixed = it.tag.as_ref().is_some_and(Text::is_verbatim);
            Some(NamedImage {
                repository: repository.to_owned(),
                tag,
                is_fixed,
                starts_another: false,
                image,
            })
        });
        let facts = self.facts;
        let tags = tags.chain(by_hand).map(|named| {
            let dockerfile = facts.path(self.images.image(named.image).file);
            TaggedImage { named, dockerfile }
        });
        let services: Vec<(String, FileId)> =
            whole().map(|(it, image)| (it.service.clone(), self.images.image(image).file)).collect();
        let used = plans.iter().flat_map(|(_, it)| it.images().map(|image| (image, facts.path(it.file))));
        ImageNames::new(self.facts, tags.collect(), &services, used)
    }

    /// The image that a container of a pod runs, when a Go program of the project is in it.
    fn image_of_pod(&mut self, meant: Meant, builds: &[ServiceBuild]) -> Option<(ImageId, Confidence)> {
        let (image, confidence) = match meant {
            Meant::Image(image, confidence) => (image, confidence),
            Meant::Dockerfile(file, confidence) => {
                // A service that builds it knows its context and arguments better.
                let built = builds.iter().filter(|it| it.is_whole).filter_map(|it| it.image);
                let mut built: Vec<_> = built.filter(|it| self.images.image(*it).file == file).collect();
                built.sort_unstable();
                built.dedup();
                let image = match built[..] {
                    [one] => one,
                    _ => self.images.build_alone(file)?,
                };
                (image, confidence)
            }
        };
        self.images.image(image).program.is_some().then_some((image, confidence))
    }

    fn container(&self, container: PodContainer) -> Container<OfPod> {
        let PodContainer {
            mut workload,
            image,
            entrypoint,
            command,
            mounts,
            working_directory,
            has_stop_hook,
            hook_interrupts,
        } = container;
        workload.image = image.map(|it| it.0);
        let entry = self.entry(&workload);
        let start = Start { entry, entrypoint, command, mounts, working_directory };
        let besides = OfPod { has_stop_hook, hook_interrupts, confidence: image.map(|it| it.1) };
        Container { workload, start, besides }
    }

    /// Whether what is said of `workload` holds of its image as well, so that the image need not be
    /// judged by itself. A pod may run another image after all, or another program out of it, may be an example of
    /// something else, and makes nothing of the image's health check.
    pub(super) fn stands_for_image(&self, workload: &Workload) -> bool {
        let Some(image) = workload.image.map(|it| self.images.image(it)) else { return false };
        let path = self.facts.path(workload.name.span.file);
        let mut folders = path.split('/').rev().skip(1).map(|it| it.trim_start_matches('.'));
        let mut is_aside = || folders.any(|it| is_for_tests(it) || shows_something(it));
        if let WorkloadKind::Run(_) = workload.kind {
            return workload.program == image.program && !workload.one_shot;
        }
        !matches!(workload.kind, WorkloadKind::Pod(_))
            || (workload.program == image.program
                && !workload.one_shot
                && workload.image_confidence > Confidence::Possible
                && !matches!(image.healthcheck, Healthcheck::Set(_))
                && !is_aside())
    }
}

/// What is known of a container of a pod besides how it is started.
struct OfPod {
    /// Whether something is done before it is stopped.
    has_stop_hook: bool,
    /// Whether that sends SIGINT.
    hook_interrupts: bool,
    /// How sure its image is, when it is one of the project.
    confidence: Option<Confidence>,
}

fn started(container: Container<OfPod>) -> Workload {
    let Container { mut workload, besides, .. } = container;
    // A tool may fill the manifest in before Kubernetes reads it.
    workload.unexpanded.clear();
    if let Some(process) = workload.process.as_mut().filter(|_| besides.has_stop_hook) {
        process.shell_keeps_pid1 = None;
        process.other_signal |= besides.hook_interrupts;
    }
    if let Some(confidence) = besides.confidence {
        workload.rest_on_image(confidence);
    }
    if let Some(reason) = &workload.incomplete {
        let reason = Spanned::new(reason.clone(), workload.image_span);
        workload.listeners.incomplete.get_or_insert(reason);
    }
    workload
}
