//! Public images without certificates of authorities: `rules/catalogue/image-certificates.csv`.

use std::sync::OnceLock;

use super::images::split_reference;
use super::table::{fits, rows, table};

/// Whether the image `reference` (`debian:12-slim`) certainly holds no certificates of authorities.
#[must_use]
pub fn lacks_certificates(reference: &str) -> bool {
    static ENTRIES: OnceLock<Vec<(&str, &str)>> = OnceLock::new();
    let entry = |row: super::table::Row| (row.cell("image"), row.cell("tag"));
    let entries = ENTRIES.get_or_init(|| rows(TABLE).map(entry).collect());
    let (name, tag) = split_reference(reference);
    let tag = tag.unwrap_or("latest");
    entries.iter().any(|(image, tags)| {
        fits(image, name) && (tags.is_empty() || tags.split('|').any(|pattern| fits(pattern, tag)))
    })
}

const TABLE: &str = table!("image-certificates.csv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_tell_whether_they_lack_certificates() {
        for reference in ["scratch", "debian:12-slim", "docker.io/library/ubuntu", "busybox:1.36-glibc"] {
            assert!(lacks_certificates(reference), "{reference}");
        }
        for reference in ["alpine:3.20", "gcr.io/distroless/static", "acme/debian", "golang:1.22", "fedora"] {
            assert!(!lacks_certificates(reference), "{reference}");
        }
    }

    #[test]
    fn every_row_cites_where_its_claim_can_be_read() {
        for row in rows(TABLE) {
            assert!(row.cell("url").starts_with("https://"), "{}", row.cell("image"));
        }
    }
}
