//! Programs that serve nobody: `rules/catalogue/client-programs.csv`.

use std::sync::OnceLock;

use rustc_hash::FxHashSet;

use super::table::rows;

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/client-programs.csv"));

/// Whether a program, by its name without folders, does something and ends, and serves nobody.
#[must_use]
pub fn is_client(program: &str) -> bool {
    static PROGRAMS: OnceLock<FxHashSet<&str>> = OnceLock::new();
    PROGRAMS.get_or_init(|| rows(TABLE).map(|row| row.cell("program")).collect()).contains(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_cites_where_its_claim_can_be_read() {
        for row in rows(TABLE) {
            assert!(row.cell("url").starts_with("https://"), "{}", row.cell("program"));
        }
    }

    #[test]
    fn what_sets_a_server_up_is_told_from_the_server() {
        assert!(is_client("kafka-topics") && is_client("redis-cli"));
        assert!(!is_client("redis-server") && !is_client("docker-entrypoint.sh"));
    }
}
