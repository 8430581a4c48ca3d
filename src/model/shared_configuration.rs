//! Configuration files that another container may rewrite.

use rustc_hash::FxHashSet;

use super::{CompositionId, DialSource, ImageId, Workload};
use crate::facts::{Facts, folder_of, path_below};
use crate::source::{Confidence, FileId};

/// A file or folder of the project that a container may write to.
struct Shared {
    composition: CompositionId,
    runs: Runs,
    path: String,
}

/// What a container runs: who runs the same does the same with a file.
#[derive(PartialEq, Eq)]
struct Runs(Option<ImageId>, Option<String>);

impl Runs {
    fn of(workload: &Workload) -> Self {
        Self(workload.image, workload.image_reference.as_ref().map(|it| it.text.as_str().to_owned()))
    }
}

/// Takes for possible what configuration files say that a container of another image mounts too and may write to: a
/// program that keeps the file of a proxy up to date leaves in it what was so when it was committed.
pub(super) fn doubt_shared_files(facts: &Facts, workloads: &mut [Workload]) {
    let shared: Vec<Shared> = workloads.iter().flat_map(shared).collect();
    for workload in workloads {
        let (Some(composition), runs) = (workload.kind.composition(), Runs::of(workload)) else { continue };
        let of_others = shared.iter().filter(|it| it.composition == composition && it.runs != runs);
        let of_others: FxHashSet<&str> = of_others.map(|it| it.path.as_str()).collect();
        let own = workload.mounts.iter().filter(|it| it.bind).filter_map(|it| it.source.as_deref());
        let in_both: Vec<&str> = own.filter(|it| of_others.contains(it)).collect();
        let is_shared = |file: FileId| {
            let path = facts.path(file);
            let folder = Some(folder_of(path)).filter(|it| *it != ".");
            of_others.contains(path)
                || folder.is_some_and(|it| of_others.contains(it))
                || in_both.iter().any(|it| path_below(it, path).is_some())
        };
        let configured = workload.dials.iter_mut().filter(|it| it.source == DialSource::Configuration);
        for dial in configured.filter(|it| is_shared(it.host_span.file)) {
            dial.confidence = dial.confidence.min(Confidence::Possible);
        }
    }
}

fn shared(workload: &Workload) -> impl Iterator<Item = Shared> {
    let composition = workload.kind.composition();
    let written = workload.mounts.iter().filter(|it| it.bind && !it.read_only);
    written.filter_map(move |it| {
        Some(Shared { composition: composition?, runs: Runs::of(workload), path: it.source.clone()? })
    })
}
