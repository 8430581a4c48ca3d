//! Which variables of the environment a program reads.

use super::Reachable;
use super::network::entry_of;
use super::world::Packages;
use crate::facts::catalogue::AnyVariable;
use crate::source::Span;

/// The first call of the program that replaces `$NAME` in a text.
pub(super) fn expansion(packages: &Packages<'_>, reachable: &Reachable<'_>) -> Option<Span> {
    let mut functions = reachable.functions.iter().map(|it| packages.function(*it));
    functions.find_map(|it| {
        let expands = |call: &&crate::facts::go::Call| {
            let entry = entry_of(&packages.targets(it.package, Some(it.function), &call.callee));
            entry.is_some_and(|it| it.any_variable == Some(AnyVariable::Text))
        };
        it.function.calls.iter().find(expands).map(|it| it.span)
    })
}
