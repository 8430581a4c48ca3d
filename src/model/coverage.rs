//! How much of what programs do on the network was understood.

use rustc_hash::FxHashMap;

use super::{CallRole, ProgramId, Project};
use crate::facts::catalogue::Input;
use crate::source::{Confidence, Span, Spanned};

/// The calls of one role in the programs that images of the project run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Calls whose host and port are known in some workload that runs them, by how sure the least sure
    /// of their addresses is: proven, likely, possible.
    pub resolved: [usize; 3],
    /// How many of these have one of several addresses, by conditions that the project does not decide.
    pub varying: usize,
    /// How many of these are not known in every workload: another one may not set what they read.
    pub partly: usize,
    /// Calls whose address is empty in some workload and known in none, so that they connect to nothing: what is not
    /// used is not configured. They are none of the others.
    pub idle: usize,
    /// Calls of which every part of the address that is not known was traced to something outside of the
    /// project, each with the first.
    pub outside: Vec<UnresolvedCall>,
    /// The others, each with the first reason.
    pub unresolved: Vec<UnresolvedCall>,
}

/// A call whose address is known in no workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnresolvedCall {
    /// The call.
    pub site: Span,
    /// Why, and where that shows.
    pub reason: Spanned<String>,
}

/// What is seen of one call in all workloads that run it.
#[derive(Default)]
struct Seen<'c> {
    /// How sure the least sure of its addresses is; `None` when none is known.
    confidence: Option<Confidence>,
    varies: bool,
    /// Why it is not known in one of them; of several one that does not lie outside of the project.
    unknown: Option<&'c Spanned<String>>,
    /// What brings it, where that is known of each of them.
    input: Option<Input>,
    is_idle: bool,
}

impl Project {
    /// What was understood of the calls of one role. A call counts once for each program it belongs to,
    /// and only where an image of the project runs that program.
    #[must_use]
    pub fn coverage(&self, role: CallRole) -> Coverage {
        let mut calls: FxHashMap<(ProgramId, Span), Seen<'_>> = FxHashMap::default();
        for workload in self.workloads.iter().filter(|it| it.image.is_some()) {
            let Some(program) = workload.program else { continue };
            for call in workload.calls.iter().filter(|it| it.role == role) {
                let seen = calls.entry((program, call.site)).or_default();
                match &call.unknown {
                    _ if call.is_idle => seen.is_idle = true,
                    Some(reason)
                        if seen.unknown.is_none() || (seen.input.is_some() && call.input.is_none()) =>
                    {
                        (seen.unknown, seen.input) = (Some(reason), call.input);
                    }
                    Some(_) => {}
                    None => {
                        seen.confidence =
                            Some(seen.confidence.map_or(call.confidence, |it| it.min(call.confidence)));
                        seen.varies |= call.varies;
                    }
                }
            }
        }
        let mut coverage = Coverage::default();
        for ((_, site), seen) in calls {
            match (seen.confidence, seen.unknown) {
                (Some(confidence), unknown) => {
                    let at = match confidence {
                        Confidence::Proven => 0,
                        Confidence::Likely => 1,
                        Confidence::Possible => 2,
                    };
                    coverage.resolved[at] += 1;
                    coverage.varying += usize::from(seen.varies);
                    coverage.partly += usize::from(unknown.is_some());
                }
                (None, _) if seen.is_idle => coverage.idle += 1,
                (None, Some(reason)) => {
                    let list = match seen.input {
                        Some(_) => &mut coverage.outside,
                        None => &mut coverage.unresolved,
                    };
                    list.push(UnresolvedCall { site, reason: reason.clone() });
                }
                (None, None) => {}
            }
        }
        for list in [&mut coverage.outside, &mut coverage.unresolved] {
            list.sort_by_key(|it| (it.site.file, it.site.start));
        }
        coverage
    }
}
