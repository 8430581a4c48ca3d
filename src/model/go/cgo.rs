//! What a program brings in that calls the C library.

use super::reachable::Reachable;
use super::world::Packages;
use crate::facts::catalogue::{CgoNeeds, cgo_needs};
use crate::facts::go::is_standard;
use crate::source::Spanned;

/// The first import of each kind that makes a program call the C library as long as cgo is on; the path of the
/// package at its place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CgoUse {
    /// C code: `import "C"`, or a package with C code.
    pub c: Option<Spanned<String>>,
    /// The resolver: package net, or one that uses it.
    pub resolver: Option<Spanned<String>>,
    /// The user database: package os/user, or one that uses it.
    pub users: Option<Spanned<String>>,
    /// Whether it imports packages that are not here, which may bring C code of which nothing shows.
    pub is_open: bool,
}

/// What the imports of a program say. Files with a build constraint of their own are left out: the tags of a build
/// decide about them.
pub(super) fn cgo_use(packages: &Packages<'_>, reachable: &Reachable<'_>) -> CgoUse {
    let mut ids: Vec<_> = reachable.packages.iter().copied().collect();
    ids.sort_unstable();
    let files = ids.iter().flat_map(|it| &packages.package(*it).files).map(|(_, file)| file);
    let always = files
        .filter(|it| it.constraint.as_ref().is_none_or(|it| matches!(it.value.as_str(), "cgo" | "linux")));
    let mut out = CgoUse::default();
    for import in always.flat_map(|it| &it.imports) {
        let is_own = ids.iter().any(|it| packages.package(*it).import_path == import.path.value);
        out.is_open |= !is_own && import.path.value != "C" && !is_standard(&import.path.value);
        let Some(CgoNeeds { c, resolver, users }) = cgo_needs(&import.path.value) else { continue };
        let kinds = [(c, &mut out.c), (resolver, &mut out.resolver), (users, &mut out.users)];
        for (_, slot) in kinds.into_iter().filter(|(needs, _)| *needs) {
            slot.get_or_insert_with(|| import.path.clone());
        }
    }
    out
}
