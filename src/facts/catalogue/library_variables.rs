//! Variables that libraries read by names of their own: `rules/catalogue/library-variables.csv`.

use std::sync::OnceLock;

use super::table::{fits, rows};

/// A row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    package: &'static str,
    variables: Vec<&'static str>,
}

/// Whether a library of the catalogue, or something that looks at containers from outside, reads a
/// variable of this name, whatever else the program is built of.
#[must_use]
pub fn is_library_variable(name: &str) -> bool {
    let mut patterns = entries().iter().flat_map(|it| &it.variables).filter(|it| **it != "*");
    patterns.any(|it| fits(it, name))
}

/// Whether the package of this import path, of a library of the catalogue or below it, may read any
/// variable.
#[must_use]
pub fn reads_any_variable(import_path: &str) -> bool {
    let any = entries().iter().filter(|it| it.variables == ["*"]);
    any.into_iter().any(|it| {
        import_path
            .strip_prefix(it.package)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    })
}

fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let entry = |row: super::table::Row| Entry {
            package: row.cell("package"),
            variables: row.cell("variables").split('|').collect(),
        };
        rows(TABLE).map(entry).collect()
    })
}

const TABLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/library-variables.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fit_patterns() {
        for name in ["OTEL_EXPORTER_OTLP_ENDPOINT", "PGHOST", "VIRTUAL_PORT", "PUBSUB_EMULATOR_HOST", "TZ"] {
            assert!(is_library_variable(name), "{name}");
        }
        for name in ["PORT", "DATABASE_URL", "SERVICE_PORT", "HTTP_ADDR"] {
            assert!(!is_library_variable(name), "{name}");
        }
        assert!(reads_any_variable("github.com/namsral/flag") && reads_any_variable("gofr.dev/pkg/gofr"));
        assert!(!reads_any_variable("github.com/namsral/flags") && !reads_any_variable("net/http"));
    }

    #[test]
    fn every_row_is_whole() {
        for row in rows(TABLE) {
            assert!(row.cell("url").starts_with("https://"), "{}", row.cell("package"));
            let any = row.cell("variables") == "*";
            assert!(!any || !row.cell("package").is_empty(), "{}", row.cell("variables"));
            assert!(row.cell("variables").split('|').all(|it| !it.is_empty()), "{}", row.cell("package"));
        }
    }
}
