//! Databases, brokers and what shows them: who can reach them from outside, and whether their data is kept.

use super::{Project, PublishedPort, Workload, WorkloadKind};
use crate::facts::catalogue::{DatastoreEntry, DatastoreKind, datastore, holds_data, image};
use crate::facts::folder_of;
use crate::net::PortRange;
use crate::source::{Confidence, Span};

/// A port of a datastore that every interface of the host offers.
#[derive(Clone, Copy, Debug)]
pub struct ExposedDatastore<'a> {
    /// What it is.
    pub kind: DatastoreKind,
    /// The entry of `ports:`.
    pub port: &'a PublishedPort,
    /// Whether a file or a profile of that name says that this is how it runs in production.
    pub in_production: bool,
}

/// Why the data of a database does not outlive its container.
#[derive(Clone, Debug)]
pub enum LostData {
    /// What is mounted here leaves the data out: the image has a volume of its own at `volume`, which hides that part
    /// of it.
    Hidden {
        /// The mount.
        mount: Span,
        /// The folder of the image's own volume, where the data is.
        volume: &'static str,
    },
    /// The container ends at once when something is mounted here.
    Refused {
        /// The mount.
        mount: Span,
        /// Where something may be mounted.
        data: &'static str,
        /// How sure: a tag such as `latest` may be an older image that is still there.
        confidence: Confidence,
    },
    /// A volume is mounted where another image has its data, and nothing at `data`.
    Elsewhere {
        /// The mount.
        mount: Span,
        /// Where the data is.
        data: &'static str,
    },
    /// Nothing is mounted at `data`.
    Nowhere {
        /// Where the data is.
        data: &'static str,
        /// Whether a file or a profile of that name says that this is how it runs in production.
        in_production: bool,
    },
}

impl Project {
    /// The ports of `workload` that are open on every interface of the host, when it is a datastore.
    #[must_use]
    pub fn exposed_datastore<'a>(&self, workload: &'a Workload) -> Vec<ExposedDatastore<'a>> {
        // The machine of a job's runner is gone with the job.
        let stays = workload.pipeline.is_none();
        let Some(entry) = self.datastore(workload).filter(|_| stays) else { return Vec::new() };
        let is_open = |it: &&PublishedPort| {
            it.is_address_known
                && matches!(it.host_ip.as_deref(), None | Some("" | "0.0.0.0" | "::"))
                && !is_switched_off(workload, it.container)
        };
        let exposed = |port| ExposedDatastore {
            kind: entry.kind,
            port,
            in_production: self.is_in_production(workload),
        };
        workload.published.iter().filter(is_open).map(exposed).collect()
    }

    /// Why the data of `workload` does not outlive its container; `None` when it does, when it is no database, or when
    /// that is not known.
    #[must_use]
    pub fn lost_data(&self, workload: &Workload) -> Option<LostData> {
        // What ends with a job of a pipeline is there to be lost.
        let outlives = workload.pipeline.is_none();
        let entry = self.datastore(workload).filter(|it| outlives && it.kind == DatastoreKind::Database)?;
        let data = entry.data.filter(|_| workload.incomplete.is_none() && !is_moved(workload, entry))?;
        // What is mounted at a place that is not known may be it.
        let targets: Option<Vec<(&str, &super::compose::Mount)>> = workload
            .mounts
            .iter()
            .map(|it| Some((it.target.as_deref()?.trim_end_matches('/'), it)))
            .collect();
        let targets = targets?;
        let at = |path: &str| targets.iter().find(|(target, _)| *target == path).map(|(_, mount)| *mount);
        if let Some(mount) = entry.refused.and_then(at) {
            let is_named =
                workload.image_reference.as_ref().is_some_and(|it| it.text.as_str().contains(":18"));
            let is_certain = is_named && workload.environment.incomplete.is_none();
            let confidence = if is_certain { Confidence::Proven } else { Confidence::Likely };
            return Some(LostData::Refused { mount: mount.span, data, confidence });
        }
        if targets.iter().any(|(target, _)| target.is_empty() || is_below(target, data)) {
            // A part of the data, or of the root: somebody thought about it.
            return None;
        }
        let above = targets.iter().filter(|(target, _)| is_below(data, target));
        match above.max_by_key(|(target, _)| target.len()) {
            Some((target, mount)) => {
                // What engines of Kubernetes make of an image's own volumes differs.
                let is_service = matches!(workload.kind, WorkloadKind::Service(_));
                let hides = |it: &&&str| is_below(data, it) && is_below(it, target) && **it != *target;
                let volume = entry.volumes.iter().find(hides).filter(|_| mount.kept && is_service)?;
                Some(LostData::Hidden { mount: mount.span, volume })
            }
            None => {
                Some(match targets.iter().find(|(target, it)| it.kept && !it.bind && holds_data(target)) {
                    Some((_, mount)) => LostData::Elsewhere { mount: mount.span, data },
                    None if self.is_kept_by_base(workload, data) => return None,
                    None => LostData::Nowhere { data, in_production: self.is_in_production(workload) },
                })
            }
        }
    }

    /// Whether the Compose file that this one may be laid over, the base file beside it, has the data of the service on a
    /// mount.
    fn is_kept_by_base(&self, workload: &Workload, data: &str) -> bool {
        let WorkloadKind::Service(id) = workload.kind else { return false };
        let own = self.composition(id);
        if own.is_called {
            return false;
        }
        let is_base = |it: &Workload| match it.kind {
            WorkloadKind::Service(base) => {
                let of_base = self.composition(base);
                base != id && of_base.has_base_name() && of_base.directory == own.directory
            }
            _ => false,
        };
        let keeps = |it: &Workload| {
            it.mounts
                .iter()
                .filter_map(|it| it.target.as_deref())
                .any(|it| is_below(it.trim_end_matches('/'), data))
        };
        self.workloads.iter().any(|it| it.name.value == workload.name.value && is_base(it) && keeps(it))
    }

    fn datastore(&self, workload: &Workload) -> Option<&'static DatastoreEntry> {
        // Its command does something else with the image: it saves another one's data.
        if workload.listeners.known.is_empty() && workload.listeners.is_complete() {
            return None;
        }
        let reference = match workload.image.map(|it| self.image(it)) {
            None => workload.image_reference.as_ref()?.text.as_str(),
            // One that adds files to a public image and runs what that runs.
            Some(image) if image.process.is_none() => image.base.reference.as_deref()?,
            Some(_) => return None,
        };
        datastore(reference)
    }

    /// Whether a file or a profile of that name says that this is how `workload` runs in production. What is built in a
    /// folder for development (`dev/database/Dockerfile`) is not, whatever the file that starts it is called.
    fn is_in_production(&self, workload: &Workload) -> bool {
        // `non-prod/`, `pre-prod` and `local-prod` are something else.
        let names_it = |text: &str| {
            let text = text.to_ascii_lowercase();
            let mut words = text.split(|it: char| !it.is_ascii_alphanumeric());
            let is_other = |it: &str| matches!(it, "non" | "not" | "pre" | "local" | "like" | "dev" | "test");
            words.clone().any(|it| matches!(it, "prod" | "production")) && !words.any(is_other)
        };
        let folder = workload.image.map_or("", |it| folder_of(&self.image(it).path));
        if folder.split('/').any(|it| matches!(it, "dev" | "development")) {
            return false;
        }
        let profile = workload.profiles.iter().any(|it| names_it(it));
        let WorkloadKind::Service(id) = workload.kind else { return profile };
        profile || self.composition(id).paths.iter().any(|it| names_it(it))
    }
}

/// Whether the image of `workload` listens on one of `ports` by default, but not as it is started: `--port 0`.
fn is_switched_off(workload: &Workload, ports: PortRange) -> bool {
    let entry = workload.image_reference.as_ref().and_then(|it| image(it.text.as_str()));
    let by_default = entry.is_some_and(|it| it.ports.iter().any(|it| ports.contains(it.port)));
    let mut known = workload.listeners.known.iter();
    by_default
        && !known
            .any(|it| it.confidence > Confidence::Possible && it.port.is_some_and(|it| ports.contains(it)))
}

/// Whether a setting may put the data elsewhere.
fn is_moved(workload: &Workload, entry: &DatastoreEntry) -> bool {
    let environment = &workload.environment;
    let by_variable = entry
        .variables
        .iter()
        .any(|it| environment.variables.contains_key(*it) || environment.proposed.contains(*it));
    let words = &workload.own_words;
    by_variable
        || !workload.own_words_complete
        || entry.flag.is_some_and(|flag| words.iter().any(|it| it.as_str().contains(flag)))
}

/// Whether `path` is `folder`, or in it.
fn is_below(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
