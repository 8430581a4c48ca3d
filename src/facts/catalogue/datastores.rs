//! Public images that hold data, move it or show it: `rules/catalogue/datastores.csv`.

use std::sync::OnceLock;

use super::images::split_reference;
use super::table::{Row, fits, rows};

/// What is known of an image that has to do with data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatastoreEntry {
    image: &'static str,
    tags: Vec<&'static str>,
    /// What it is for.
    pub kind: DatastoreKind,
    /// Where its data is; `None` when a setting decides.
    pub data: Option<&'static str>,
    /// Folders for which the engine makes a volume without a name when nothing else is mounted there.
    pub volumes: Vec<&'static str>,
    /// Variables that move the data.
    pub variables: Vec<&'static str>,
    /// A flag that does.
    pub flag: Option<&'static str>,
    /// Where nothing may be mounted, or the container ends at once.
    pub refused: Option<&'static str>,
}

/// What such an image is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatastoreKind {
    /// It keeps data.
    Database,
    /// It keeps what can be made again.
    Cache,
    /// It passes messages on.
    Broker,
    /// It shows data to administrators.
    Admin,
}

impl DatastoreKind {
    /// What it is called in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Broker => "broker",
            Self::Admin => "administration page",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "database" => Some(Self::Database),
            "cache" => Some(Self::Cache),
            "broker" => Some(Self::Broker),
            "admin" => Some(Self::Admin),
            _ => None,
        }
    }
}

/// The entry of the image `reference` (`postgres:17`).
#[must_use]
pub fn datastore(reference: &str) -> Option<&'static DatastoreEntry> {
    let (name, tag) = split_reference(reference);
    // A digest without a tag is of no known version.
    let tag = tag.unwrap_or(if reference.contains('@') { "" } else { "latest" }).to_ascii_lowercase();
    entries().iter().find(|it| {
        fits(it.image, name) && (it.tags.is_empty() || it.tags.iter().any(|pattern| fits(pattern, &tag)))
    })
}

/// Whether some such image has its data at a path, which is no general one such as `/data`.
#[must_use]
pub fn holds_data(path: &str) -> bool {
    let is_general = path.trim_matches('/').split('/').count() < 2;
    !is_general && entries().iter().any(|it| it.data == Some(path))
}

fn entries() -> &'static [DatastoreEntry] {
    static ENTRIES: OnceLock<Vec<DatastoreEntry>> = OnceLock::new();
    ENTRIES.get_or_init(|| rows(TABLE).filter_map(|it| entry(&it)).collect())
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/datastores.csv"));

fn entry(row: &Row) -> Option<DatastoreEntry> {
    let list = |name: &str| row.cell(name).split('|').filter(|it| !it.is_empty()).collect::<Vec<_>>();
    let cell = |name: &str| Some(row.cell(name)).filter(|it| !it.is_empty());
    Some(DatastoreEntry {
        image: row.cell("image"),
        tags: list("tag"),
        kind: DatastoreKind::parse(row.cell("kind"))?,
        data: cell("data"),
        volumes: list("volumes"),
        variables: list("variables"),
        flag: cell("flag"),
        refused: cell("refused"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_whole() {
        let headings = TABLE.lines().find(|it| it.starts_with("image,")).unwrap().split(',').count();
        for line in TABLE.lines().filter(|it| !it.starts_with('#')) {
            assert_eq!(line.split(',').count(), headings, "{line}");
        }
        assert!(rows(TABLE).all(|it| entry(&it).is_some()));
    }

    #[test]
    fn a_version_decides_where_the_data_is() {
        let data = |reference| datastore(reference).and_then(|it| it.data);
        assert_eq!(data("postgres:17-alpine"), Some("/var/lib/postgresql/data"));
        assert_eq!(data("docker.io/library/postgres"), Some("/var/lib/postgresql"));
        assert_eq!(data("postgres:18.1"), Some("/var/lib/postgresql"));
        assert_eq!(data("postgres:bullseye"), None);
        assert_eq!(data("postgres@sha256:abc"), None);
        assert_eq!(datastore("example.com/postgres:17"), None);
    }
}
