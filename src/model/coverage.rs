//! How much of what programs do on the network was understood.

use rustc_hash::FxHashMap;

use super::{CallRole, NetworkCall, ProgramId, Project};
use crate::source::{Confidence, Span, Spanned};

/// The calls of one role in the programs that images of the project run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Calls whose host and port are known in some workload that runs them, by how sure the least sure
    /// of their addresses is: proven, likely, possible.
    pub resolved: [usize; 3],
    /// How many of these have one of several addresses, by conditions that the project does not decide.
    pub varying: usize,
    /// The others, each with the first reason.
    pub unresolved: Vec<UnresolvedCall>,
}

/// A call whose address is not known in some workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedCall {
    /// The call.
    pub site: Span,
    /// Why, and where that shows.
    pub reason: Spanned<String>,
}

impl Project {
    /// What was understood of the calls of one role. A call counts once for each program it belongs to,
    /// and only where an image that a Dockerfile of the project makes runs that program.
    #[must_use]
    pub fn coverage(&self, role: CallRole) -> Coverage {
        let mut calls: FxHashMap<(ProgramId, Span), &NetworkCall> = FxHashMap::default();
        for workload in self.workloads.iter().filter(|it| it.image.is_some()) {
            let Some(program) = workload.program else { continue };
            for call in workload.calls.iter().filter(|it| it.role == role) {
                let known = calls.entry((program, call.site)).or_insert(call);
                if known.unknown.is_none() {
                    *known = call;
                }
            }
        }
        let mut coverage = Coverage::default();
        for call in calls.into_values() {
            match &call.unknown {
                Some(reason) => {
                    coverage.unresolved.push(UnresolvedCall { site: call.site, reason: reason.clone() })
                }
                None => {
                    let at = match call.confidence {
                        Confidence::Proven => 0,
                        Confidence::Likely => 1,
                        Confidence::Possible => 2,
                    };
                    coverage.resolved[at] += 1;
                    coverage.varying += usize::from(call.varies);
                }
            }
        }
        coverage.unresolved.sort_by_key(|it| (it.site.file, it.site.start));
        coverage
    }
}
