//! Tools that build Dockerfiles and that are not read: `rules/catalogue/builders.csv`.

use std::sync::OnceLock;

use super::table::{fits, rows};

/// Whether a file of that path tells a tool that is not read what it is to build.
#[must_use]
pub fn is_of_builder(path: &str) -> bool {
    static NAMES: OnceLock<Vec<&'static str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| rows(TABLE).map(|row| row.cell("name")).collect());
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    names.iter().any(|pattern| fits(pattern, &name))
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/builders.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_cites_its_source() {
        assert!(rows(TABLE).all(|row| row.cell("url").starts_with("https://")));
        assert!(is_of_builder("deploy/Jenkinsfile.release") && is_of_builder(".goreleaser.yml"));
        assert!(!is_of_builder("Makefile"));
    }
}
