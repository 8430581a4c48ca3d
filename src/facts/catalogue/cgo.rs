//! Go packages that need cgo or call the C library by it: `rules/catalogue/go-cgo.csv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::table::{rows, table};
use super::without_version;

/// What a package brings into a program for Linux as long as cgo is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CgoNeeds {
    /// C code.
    pub c: bool,
    /// The resolver of the C library, which the tag `netgo` leaves out.
    pub resolver: bool,
    /// The user database of the C library, which the tag `osusergo` leaves out.
    pub users: bool,
}

/// What importing the package at `path` brings; `None` for a package of which nothing is known.
#[must_use]
pub fn cgo_needs(path: &str) -> Option<CgoNeeds> {
    static ENTRIES: OnceLock<FxHashMap<String, CgoNeeds>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| {
        let needs = |row: super::table::Row| {
            let has = |need: &str| row.cell("needs").split(' ').any(|it| it == need);
            let needs = CgoNeeds { c: has("c"), resolver: has("resolver"), users: has("users") };
            (without_version(row.cell("package")).into_owned(), needs)
        };
        rows(TABLE).map(needs).collect()
    });
    entries.get(without_version(path).as_ref()).copied()
}

const TABLE: &str = table!("go-cgo.csv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_tell_what_they_bring() {
        let needs = |path| cgo_needs(path).map(|it| (it.c, it.resolver, it.users));
        assert_eq!(needs("C"), Some((true, false, false)));
        assert_eq!(needs("net/http"), Some((false, true, false)));
        assert_eq!(needs("github.com/labstack/echo/v5"), Some((false, true, false)));
        assert_eq!(needs("github.com/lib/pq"), Some((false, true, true)));
        assert_eq!(needs("net/url"), None);
        assert_eq!(needs("github.com/acme/net"), None);
    }

    #[test]
    fn every_row_is_whole() {
        for row in rows(TABLE) {
            let package = row.cell("package");
            assert!(row.cell("url").starts_with("https://"), "{package}");
            assert!(
                row.cell("needs").split(' ').all(|it| matches!(it, "c" | "resolver" | "users")),
                "{package}"
            );
        }
    }
}
