//! How a program comes to a call, where that is certain: which two calls both run, and which one
//! first.

use super::reachable::Reachable;
use super::world::{FunctionId, Packages, Targets};
use crate::facts::go::{Call, Usage};
use crate::source::Span;

/// The calls that lead to one, each with the function that it stands in: the outermost first, the
/// call itself last.
#[derive(Clone, Debug)]
pub(super) struct Way<'a>(pub(super) Vec<(FunctionId, &'a Call)>);

/// Where two ways part: two calls of one function that both run, or neither does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Parting<'a> {
    /// How many calls the ways share.
    pub(super) depth: usize,
    /// The call that goes on to the first.
    pub(super) first: &'a Call,
    /// The call that goes on to the second.
    pub(super) second: &'a Call,
}

/// Longer ways, and more of them, are not followed.
const LONGEST: usize = 8;
const MOST_WAYS: usize = 64;

/// The ways to a call of `function`, each as far up as the calls certainly run what they name.
pub(super) fn ways_to<'a>(
    packages: &Packages<'a>,
    reachable: &Reachable<'a>,
    function: FunctionId,
    call: &'a Call,
) -> Vec<Way<'a>> {
    let mut done = Vec::new();
    let mut pending = vec![vec![(function, call)]];
    while let Some(way) = pending.pop() {
        let top = way.last().map_or(function, |it| it.0);
        let callers = reachable.callers(top).iter().filter(|(caller, call)| {
            *packages.targets_of(*caller, call) == Targets::Own(vec![top])
                && way.iter().all(|(known, _)| known != caller)
        });
        let longer: Vec<_> = callers.map(|it| [way.as_slice(), &[*it]].concat()).collect();
        if longer.is_empty() || way.len() >= LONGEST || done.len() + pending.len() >= MOST_WAYS {
            done.push(Way(way.into_iter().rev().collect()));
        } else {
            pending.extend(longer.into_iter().rev());
        }
    }
    done
}

impl<'a> Way<'a> {
    /// As the evaluator wants it: the callers, the innermost first.
    pub(super) fn callers(&self) -> Vec<(FunctionId, &'a Call)> {
        self.0.iter().rev().skip(1).copied().collect()
    }

    /// Where the ways part when both calls run or neither does; the first is the one that the source
    /// has first. `None` when one may run without the other, or that is not known.
    pub(super) fn parting(&self, other: &Self) -> Option<Parting<'a>> {
        let same = |(a, b): &(&(FunctionId, &'a Call), &(FunctionId, &'a Call))| {
            a.0 == b.0 && std::ptr::eq(a.1, b.1)
        };
        let depth = self.0.iter().zip(&other.0).take_while(same).count();
        let (here, there) = (self.0.get(depth)?, other.0.get(depth)?);
        let together = here.0 == there.0 && here.1.standing.branch == there.1.standing.branch;
        let certain = |way: &Self| {
            let below = way.0.iter().skip(depth);
            let deferred = below.clone().any(|it| it.1.usage == Usage::Defer);
            !deferred && below.skip(1).all(|it| it.1.standing.branch.is_none())
        };
        if !together || !certain(self) || !certain(other) {
            return None;
        }
        let in_order = here.1.span.start <= there.1.span.start;
        let (first, second) = if in_order { (here.1, there.1) } else { (there.1, here.1) };
        Some(Parting { depth, first, second })
    }

    /// Whether nothing on the way leaves the call out once the program comes to where it begins: a
    /// function, or what a library is given to call (`Run` of a command, a hook).
    pub(super) fn is_certain(&self) -> bool {
        self.0.iter().enumerate().all(|(at, (_, call))| {
            let standing = call.standing;
            call.usage != Usage::Defer && (standing.branch.is_none() || (at == 0 && standing.is_callback))
        })
    }

    /// Whether what stands at `later`, in the function at `depth`, does not wait for the call at the
    /// end: a `go` statement lies between.
    pub(super) fn is_beside(&self, depth: usize, later: Span) -> bool {
        self.0.iter().enumerate().skip(depth).any(|(at, (_, call))| {
            call.standing.goroutine.is_some_and(|it| at > depth || !it.contains(later))
        })
    }
}
