//! `volumes_from:` and `--volumes-from`: the mounts of another container at the same places.

use super::{ComposeService, Mount};
use crate::model::WorkloadId;
use crate::source::Span;

/// An entry of `volumes_from:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Borrowed {
    /// Whose mounts; `None` when that is not known.
    pub from: Option<WorkloadId>,
    /// The entry.
    pub span: Span,
}

/// Gives the services, the first of which has the id `first`, the mounts that they borrow from each other. Nobody
/// borrows what the other has borrowed itself.
pub(in crate::model) fn lend(services: &mut [ComposeService], first: usize) {
    let borrowed: Vec<Vec<Mount>> = services.iter().map(|it| borrowed_mounts(it, services, first)).collect();
    for (service, mounts) in services.iter_mut().zip(borrowed) {
        for mount in mounts {
            // What it mounts itself at a place counts there.
            if mount.target.is_none() || !service.mounts.iter().any(|it| it.target == mount.target) {
                service.mounts.push(mount);
            }
        }
    }
}

fn borrowed_mounts(service: &ComposeService, services: &[ComposeService], first: usize) -> Vec<Mount> {
    let mut out = Vec::new();
    for entry in &service.borrows {
        let lender = entry.from.and_then(|it| services.get((it.0 as usize).checked_sub(first)?));
        match lender.filter(|it| !it.mounts.is_empty() && it.borrows.is_empty()) {
            Some(lender) => {
                out.extend(lender.mounts.iter().map(|it| Mount { span: entry.span, ..it.clone() }));
            }
            // The volumes of its image are meant, or somebody else's: they may be anywhere.
            None => out.push(Mount {
                source: None,
                bind: false,
                external: true,
                files: None,
                source_span: None,
                kept: true,
                read_only: false,
                target: None,
                target_span: None,
                span: entry.span,
            }),
        }
    }
    out
}
