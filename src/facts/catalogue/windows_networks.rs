//! Kinds of networks of Windows containers: `rules/catalogue/windows-networks.csv`.

use std::sync::OnceLock;

use super::table::rows;

/// A kind of network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowsNetwork {
    /// Its name in lower case.
    pub name: &'static str,
    /// Whether only Docker on Windows has a driver of that name.
    pub only_windows: bool,
    /// Whether it is a `Type` of the Host Networking Service.
    pub is_hns_type: bool,
}

/// The kind of that name; upper and lower case are the same.
#[must_use]
pub fn windows_network(name: &str) -> Option<WindowsNetwork> {
    windows_networks().iter().find(|it| it.name.eq_ignore_ascii_case(name)).copied()
}

/// Every kind.
#[must_use]
pub fn windows_networks() -> &'static [WindowsNetwork] {
    static ENTRIES: OnceLock<Vec<WindowsNetwork>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let entry = |row: super::table::Row| WindowsNetwork {
            name: row.cell("name"),
            only_windows: row.cell("docker") == "windows",
            is_hns_type: row.cell("hns") == "yes",
        };
        rows(TABLE).map(entry).collect()
    })
}

const TABLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/windows-networks.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        for row in rows(TABLE) {
            let name = row.cell("name");
            assert!(matches!(row.cell("docker"), "" | "windows" | "both"), "{name}");
            assert!(matches!(row.cell("hns"), "" | "yes"), "{name}");
            assert!(row.cell("url").starts_with("https://"), "{name}");
        }
        assert!(windows_network("L2Bridge").is_some_and(|it| it.only_windows && it.is_hns_type));
        assert!(windows_network("bridge").is_none());
    }
}
