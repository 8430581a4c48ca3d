//! Brokers that tell their clients where to come to: `rules/catalogue/brokers.csv`.

use std::sync::OnceLock;

use super::split_reference;
use super::table::{fits, rows, table};

/// What decides the sockets of a broker, and the addresses that its clients are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokerEntry {
    image: &'static str,
    /// The variable, or the flag when it starts with a dash, that holds those addresses.
    pub advertised: &'static str,
    /// The one that holds the sockets.
    pub listeners: &'static str,
    /// Whether without sockets of its own it listens on the port of each address that it advertises.
    pub derives_sockets: bool,
    /// Variables with which it may open other ports; `*` alone when it has others anyway.
    pub more: Vec<&'static str>,
    /// Where it looks for a properties file.
    pub files: Vec<&'static str>,
    /// Whether the variables stand above that file, as opposed to being ignored.
    pub is_over_file: bool,
}

const TABLE: &str = table!("brokers.csv");

/// What is known of the image of this reference.
#[must_use]
pub fn broker(reference: &str) -> Option<&'static BrokerEntry> {
    static ENTRIES: OnceLock<Vec<BrokerEntry>> = OnceLock::new();
    let entry = |row: super::table::Row| {
        let list = |name: &str| row.cell(name).split('|').filter(|it| !it.is_empty()).collect();
        BrokerEntry {
            image: row.cell("image"),
            advertised: row.cell("advertised"),
            listeners: row.cell("listeners"),
            derives_sockets: row.cell("derived") == "yes",
            more: list("more"),
            files: list("file"),
            is_over_file: row.cell("over_file") == "yes",
        }
    };
    let entries = ENTRIES.get_or_init(|| rows(TABLE).map(entry).collect());
    let (name, _) = split_reference(reference);
    entries.iter().find(|it| fits(it.image, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brokers_are_known() {
        let variable = |reference| broker(reference).map(|it| it.advertised);
        assert_eq!(variable("confluentinc/cp-kafka:7.6.0"), Some("KAFKA_ADVERTISED_LISTENERS"));
        assert_eq!(variable("docker.io/bitnami/kafka"), Some("KAFKA_CFG_ADVERTISED_LISTENERS"));
        assert_eq!(variable("redpandadata/redpanda:v24"), Some("--advertise-kafka-addr"));
        assert_eq!(variable("rabbitmq"), None);
    }

    #[test]
    fn every_row_is_whole() {
        let headings = TABLE.lines().find(|it| it.starts_with("image,")).unwrap().split(',').count();
        for line in TABLE.lines().filter(|it| !it.starts_with('#')) {
            assert_eq!(line.split(',').count(), headings, "{line}");
        }
    }
}
