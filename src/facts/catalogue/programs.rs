//! Programs and what `$NAME` in an argument means to them: `rules/catalogue/program-arguments.csv`.

use std::sync::OnceLock;

use super::table::rows;

/// What is known of the arguments of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramEntry {
    /// The program's name without folders.
    pub program: &'static str,
    /// What becomes of `$NAME` in an argument.
    pub dollar: Dollar,
    /// Flags whose value decides although the rest is harmless.
    pub deciding: Vec<&'static str>,
}

/// What becomes of `$NAME` in an argument that no shell reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Dollar {
    /// It stays as it is.
    Verbatim,
    /// The program gives it a meaning itself.
    Own,
    /// It stays as it is, and the program ends as if it were right.
    Harmless,
}

/// The entry of a program, by its name without folders.
#[must_use]
pub fn program(name: &str) -> Option<&'static ProgramEntry> {
    static ENTRIES: OnceLock<Vec<ProgramEntry>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| {
        let entry = |row: super::table::Row| ProgramEntry {
            program: row.cell("program"),
            dollar: match row.cell("dollar") {
                "none" => Dollar::Verbatim,
                "harmless" => Dollar::Harmless,
                _ => Dollar::Own,
            },
            deciding: row.cell("deciding").split('|').filter(|it| !it.is_empty()).collect(),
        };
        rows(TABLE).map(entry).collect()
    });
    entries.iter().find(|it| it.program == name)
}

const TABLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/program-arguments.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        for row in rows(TABLE) {
            let name = row.cell("program");
            assert!(matches!(row.cell("dollar"), "none" | "own" | "harmless"), "{name}");
            assert_eq!(row.cell("deciding").is_empty(), row.cell("dollar") != "harmless", "{name}");
            assert!(row.cell("url").starts_with("https://"), "{name}");
            assert_eq!(program(name).map(|it| it.program), Some(name));
        }
    }
}
