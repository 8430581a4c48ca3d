//! Servers of Go packages of which no table has an address: how they are named, and which of them listen on no socket
//! (`rules/catalogue/not-listening-packages.csv`).

use std::sync::OnceLock;

use super::table::{rows, table};
use crate::facts::path_below;

/// Whether nothing that the package at `path`, without a major version, starts opens a socket, whatever it is called.
#[must_use]
pub fn listens_nowhere(path: &str) -> bool {
    static PACKAGES: OnceLock<Vec<&str>> = OnceLock::new();
    let packages = PACKAGES
        .get_or_init(|| rows(table!("not-listening-packages.csv")).map(|it| it.cell("package")).collect());
    packages.iter().any(|known| path_below(known, path).is_some())
}

/// Whether a method of that name starts what it is called on.
#[must_use]
pub fn starts_server(name: &str) -> bool {
    matches!(name, "Launch" | "Listen" | "Run" | "Serve" | "Spin" | "Start")
}

/// Whether the last word of a name says that something serves: `HTTPServer`, `NewApp`, `github.com/acme/gateway`.
#[must_use]
pub fn names_server(name: &str) -> bool {
    const SERVERS: &[&str] = &["app", "application", "engine", "gateway", "proxy", "server", "service"];
    let ends_with = |word: &&str| {
        let at = name.len().checked_sub(word.len());
        let (before, last) = at.and_then(|at| name.split_at_checked(at)).unwrap_or_default();
        last.eq_ignore_ascii_case(word)
            && (last.starts_with(|it: char| it.is_ascii_uppercase())
                || before.is_empty()
                || before.ends_with('/'))
    };
    SERVERS.iter().any(ends_with)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_below_a_known_one_are_known() {
        assert!(listens_nowhere("github.com/RichardKnop/machinery") && listens_nowhere("go.uber.org/fx"));
        assert!(listens_nowhere("go.uber.org/fx/fxevent") && !listens_nowhere("go.uber.org/fxtest"));
    }

    #[test]
    fn a_server_is_known_by_its_last_word() {
        for name in ["HTTPServer", "NewApp", "server", "github.com/acme/gateway", "App"] {
            assert!(names_server(name), "{name}");
        }
        for name in ["ServerConfig", "NewObserver", "wrapp", "Webserver", ""] {
            assert!(!names_server(name), "{name}");
        }
    }

    #[test]
    fn every_row_cites_where_its_claim_can_be_read() {
        for row in rows(table!("not-listening-packages.csv")) {
            assert!(row.cell("url").starts_with("https://pkg.go.dev/"), "{}", row.cell("package"));
        }
    }
}
