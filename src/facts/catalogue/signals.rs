//! Go packages that wait for SIGTERM themselves: `rules/catalogue/signal-packages.csv`.

use std::sync::OnceLock;

use super::table::rows;
use super::without_version;
use crate::facts::path_below;

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/signal-packages.csv"));

/// Whether a program that imports a package handles SIGTERM by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ByImport {
    /// It does.
    Yes,
    /// A call or a setting decides, or the package's name alone says so.
    Perhaps,
}

/// What importing the package at `path` says about SIGTERM; `None` for a package that has nothing to
/// do with signals as far as anybody knows.
#[must_use]
pub fn sigterm_by_import(path: &str) -> Option<ByImport> {
    static ENTRIES: OnceLock<Vec<(&str, ByImport)>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| {
        let handles = |text: &str| if text == "yes" { ByImport::Yes } else { ByImport::Perhaps };
        rows(TABLE).map(|row| (row.cell("package"), handles(row.cell("handles")))).collect()
    });
    let path = without_version(path);
    let known = entries.iter().filter(|it| path_below(it.0, &path).is_some()).max_by_key(|it| it.0.len());
    known.map(|it| it.1).or_else(|| tells_by_name(&path).then_some(ByImport::Perhaps))
}

/// Packages of other people are often called after what they are for: `signals`, `gracefulshutdown`.
fn tells_by_name(path: &str) -> bool {
    const NAMES: &[&str] = &["signal", "graceful", "shutdown", "closer", "lifecycle"];
    path != "os/signal"
        && path.contains('.')
        && path.split('/').any(|part| NAMES.iter().any(|it| part.contains(it)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_wait_for_sigterm_are_known_by_the_longest_path() {
        for (path, expected) in [
            ("github.com/zeromicro/go-zero/rest", Some(ByImport::Yes)),
            ("github.com/zeromicro/go-zero/core/logx", Some(ByImport::Perhaps)),
            ("github.com/go-kratos/kratos/v2", Some(ByImport::Yes)),
            ("github.com/go-kratos/kratos/v2/transport/http", Some(ByImport::Yes)),
            ("github.com/acme/gracefully", Some(ByImport::Perhaps)),
            ("github.com/gin-gonic/gin", None),
            ("os/signal", None),
            ("go.uber.org/fxtest", None),
        ] {
            assert_eq!(sigterm_by_import(path), expected, "{path}");
        }
    }

    #[test]
    fn every_row_cites_where_its_claim_can_be_read() {
        for row in rows(TABLE) {
            assert!(row.cell("url").starts_with("https://"), "{}", row.cell("package"));
            assert!(["yes", "perhaps"].contains(&row.cell("handles")), "{}", row.cell("package"));
        }
    }
}
