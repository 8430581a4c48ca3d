//! Brokers that tell their clients where to come to: `rules/catalogue/advertised-listeners.csv`.

use std::sync::OnceLock;

use super::split_reference;
use super::table::{fits, rows};

/// What decides the addresses that the clients of a broker are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvertisedEntry {
    image: &'static str,
    /// The variable, or the flag when it starts with a dash, that holds those addresses.
    pub advertised: &'static str,
    /// The one that holds the sockets.
    pub listeners: &'static str,
}

const TABLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/advertised-listeners.csv"));

/// What is known of the image of this reference.
#[must_use]
pub fn advertised_listeners(reference: &str) -> Option<&'static AdvertisedEntry> {
    static ENTRIES: OnceLock<Vec<AdvertisedEntry>> = OnceLock::new();
    let entry = |row: super::table::Row| AdvertisedEntry {
        image: row.cell("image"),
        advertised: row.cell("advertised"),
        listeners: row.cell("listeners"),
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
        let variable = |reference| advertised_listeners(reference).map(|it| it.advertised);
        assert_eq!(variable("confluentinc/cp-kafka:7.6.0"), Some("KAFKA_ADVERTISED_LISTENERS"));
        assert_eq!(variable("docker.io/bitnami/kafka"), Some("KAFKA_CFG_ADVERTISED_LISTENERS"));
        assert_eq!(variable("redpandadata/redpanda:v24"), Some("--advertise-kafka-addr"));
        assert_eq!(variable("rabbitmq"), None);
    }
}
