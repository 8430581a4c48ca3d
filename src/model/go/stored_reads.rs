//! Reads of variables that only fill fields of structs which nothing reads.

use rustc_hash::{FxHashMap, FxHashSet};

use super::values::{Place, places, visit_place};
use super::world::{PackageId, Packages, Targets, TypeRef};
use crate::facts::go::{TypeName, Value};
use crate::model::resolve::Evaluator;
use crate::source::Span;

/// The reads whose values end in fields that nothing selects, of structs that no code gets whole which is not followed.
pub(super) fn stored_for_nobody<'w>(evaluator: &Evaluator<'w>) -> FxHashSet<Span> {
    let packages = evaluator.packages;
    let known = Fields::new(evaluator);
    // How often a value of a read stands anywhere, and how often right in such a field.
    let mut all: FxHashMap<Span, usize> = FxHashMap::default();
    let mut stored: FxHashMap<Span, (usize, FxHashSet<TypeRef<'w>>)> = FxHashMap::default();
    let mut store = |of: TypeRef<'w>, value| {
        each_read_below(value, &mut |it| {
            let (count, types) = stored.entry(it).or_default();
            *count += 1;
            types.insert(of);
        });
    };
    for place in places(evaluator.reachable) {
        visit_place(packages, place, &mut |_, value| {
            if let Some(span) = span_of_read(value) {
                *all.entry(span).or_default() += 1;
            }
            let Value::Struct { type_name: Some(type_name), fields, .. } = value else { return };
            for (field, value) in fields {
                if let Some(of) = known.unread(package_of(packages, place), type_name, &field.value) {
                    store(of, value);
                }
            }
        });
        let Place::Function(id) = place else { continue };
        for write in &packages.function(id).function.field_writes {
            let shown = write.receiver_type.as_ref();
            let from = package_of(packages, place);
            if let Some(of) = shown.and_then(|it| known.unread(from, it, &write.field.value)) {
                store(of, &write.value);
            }
        }
    }
    stored.retain(|it, (count, _)| all.get(it).is_none_or(|all| *count >= *all));
    if stored.is_empty() {
        return FxHashSet::default();
    }
    let whole = used_whole(evaluator);
    stored.retain(|_, (_, types)| types.iter().all(|it| !whole.contains(it)));
    stored.into_keys().collect()
}

fn package_of(packages: &Packages<'_>, place: Place) -> PackageId {
    match place {
        Place::Function(id) => packages.function(id).package,
        Place::Package(id) => id,
    }
}

/// The fields that the code of a program selects.
struct Fields<'e, 'w> {
    packages: &'e Packages<'w>,
    /// The folders of that code.
    folders: FxHashSet<&'e str>,
}

impl<'e, 'w> Fields<'e, 'w> {
    fn new(evaluator: &Evaluator<'w>) -> Self
    where
        'w: 'e,
    {
        let packages = evaluator.packages;
        let folders = evaluator.reachable.packages.iter();
        Self { packages, folders: folders.map(|it| packages.package(*it).directory.as_str()).collect() }
    }

    /// The type of the project of which nothing selects a field.
    fn unread(&self, from: PackageId, type_name: &'w TypeName, field: &str) -> Option<TypeRef<'w>> {
        let selecting = self.packages.selections?.get(field)?;
        let of = self.packages.type_ref(from, type_name);
        let is_read = selecting.iter().any(|it| self.folders.contains(it.as_str()));
        (!is_read && matches!(of, TypeRef::Own(..))).then_some(of)
    }
}

/// Where a variable is read by a name that is written out: `os.Getenv("KEY")`, `getEnv("KEY", "default")`.
fn span_of_read(value: &Value) -> Option<Span> {
    match value {
        Value::Environment(it) => Some(it.span),
        Value::Call { arguments, span, .. } => {
            matches!(arguments.first(), Some(Value::Literal(_))).then_some(*span)
        }
        _ => None,
    }
}

/// The reads that a value is made of, those in structs within it too: nobody gets at these but through it.
fn each_read_below(value: &Value, look: &mut impl FnMut(Span)) {
    span_of_read(value).into_iter().for_each(&mut *look);
    value.each_part(&mut |it| each_read_below(it, look));
}

/// The types of which a whole struct goes to what is not followed: a library prints it or looks into its fields.
fn used_whole<'w>(evaluator: &Evaluator<'w>) -> FxHashSet<TypeRef<'w>> {
    let packages = evaluator.packages;
    let mut pending: Vec<TypeRef<'w>> = Vec::new();
    for id in &evaluator.reachable.functions {
        let it = packages.function(*id);
        for call in &it.function.calls {
            for (at, argument) in call.arguments.iter().enumerate() {
                let Some(of) = packages.type_of(it.package, Some(it.function), argument) else { continue };
                let takes_it = |target: &super::FunctionId| {
                    let target = packages.function(*target);
                    let parameter = target.function.parameters.get(at).and_then(|it| it.type_name.as_ref());
                    parameter.is_some_and(|it| packages.type_ref(target.package, it) == of)
                };
                match packages.targets_of(*id, call) {
                    Targets::Own(them) if !them.is_empty() && them.iter().all(takes_it) => {}
                    _ => pending.push(of),
                }
            }
        }
    }
    // What it holds goes with it.
    let mut whole = FxHashSet::default();
    while let Some(of) = pending.pop() {
        if whole.insert(of) {
            let fields = packages.structure(of).map(|it| it.fields.as_slice()).unwrap_or_default();
            let types = fields.iter().flat_map(|it| it.type_name.iter().chain(&it.element));
            pending.extend(types.map(|it| packages.type_in(of, it)));
        }
    }
    whole
}
