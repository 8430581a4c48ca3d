//! Every value that a program may use.

use super::Reachable;
use super::world::{FunctionId, PackageId, Packages};
use crate::facts::go::{Callee, Value};

/// Where a value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// In a function.
    Function(FunctionId),
    /// In the initial value of a package variable.
    Package(PackageId),
}

/// Parts of parts of values: no deeper than the readers of facts keep them.
const MAXIMUM_DEPTH: u32 = 24;

/// The functions that a program may run, and the variables of its packages.
pub(super) fn places(reachable: &Reachable<'_>) -> impl Iterator<Item = Place> {
    let functions = reachable.functions.iter().map(|it| Place::Function(*it));
    functions.chain(reachable.packages.iter().map(|it| Place::Package(*it)))
}

/// Shows `look` every value in a place, each with the values it is made of and depends on; one that is used in
/// several places more than once.
pub(super) fn visit_place<'w>(
    packages: &Packages<'w>,
    place: Place,
    look: &mut impl FnMut(Place, &'w Value),
) {
    let id = match place {
        Place::Function(id) => id,
        Place::Package(id) => {
            let declarations = packages.package(id).files.iter().flat_map(|(_, file)| &file.declarations);
            return declarations.for_each(|it| each_part(place, &it.value, MAXIMUM_DEPTH, look));
        }
    };
    let it = packages.function(id).function;
    let receivers = it.calls.iter().filter_map(|it| match &it.callee {
        Callee::Method { receiver, .. } => Some(&**receiver),
        Callee::Imported { .. } | Callee::Own { .. } => None,
    });
    let arguments = it.calls.iter().flat_map(|it| &*it.arguments);
    let fields = it.field_writes.iter().map(|it| &it.value);
    let variables = it.variable_writes.iter().map(|(_, value)| value);
    let returned = it.returns.iter().flatten();
    let all = arguments.chain(receivers).chain(fields).chain(variables).chain(returned);
    all.chain(&it.literals).for_each(|it| each_part(place, it, MAXIMUM_DEPTH, look));
}

fn each_part<'w>(place: Place, value: &'w Value, depth: u32, look: &mut impl FnMut(Place, &'w Value)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    look(place, value);
    if let Value::Choice(arms, _) = value {
        let conditions = arms.iter().filter_map(|it| it.condition.as_ref());
        conditions.for_each(|it| it.each_value(&mut |it| each_part(place, it, depth, look)));
    }
    value.each_part(&mut |it| each_part(place, it, depth, look));
}
