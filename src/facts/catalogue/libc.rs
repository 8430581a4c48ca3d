//! The C library of public images: `rules/catalogue/image-libc.csv`.

use std::sync::OnceLock;

use super::images::split_reference;
use super::table::{fits, rows, table};

/// A C library, told by the dynamic loader that it comes with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Libc {
    /// No loader at all: only a static program starts.
    None,
    /// The GNU C library: Debian, Ubuntu, Fedora, distroless/base.
    Glibc,
    /// musl: Alpine.
    Musl,
}

/// What is known of the C library of a public image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibcEntry {
    image: &'static str,
    tags: Vec<&'static str>,
    /// Its C library; `None` when that depends on the day or the machine.
    pub libc: Option<Libc>,
    /// Whether gcc is in it; `None` when nobody knows.
    pub compiler: Option<bool>,
    /// The newest `1.minor` release of Go that the tag ever stood for, its minor number.
    pub newest_go: Option<u32>,
}

/// What is known of the C library of the image `reference` (`golang:1.22-alpine`).
#[must_use]
pub fn image_libc(reference: &str) -> Option<&'static LibcEntry> {
    static ENTRIES: OnceLock<Vec<LibcEntry>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| rows(TABLE).map(|it| entry(&it)).collect());
    let (name, tag) = split_reference(reference);
    let tag = tag.unwrap_or("latest").to_ascii_lowercase();
    entries.iter().find(|it| {
        fits(it.image, name) && (it.tags.is_empty() || it.tags.iter().any(|pattern| fits(pattern, &tag)))
    })
}

fn entry(row: &super::table::Row) -> LibcEntry {
    LibcEntry {
        image: row.cell("image"),
        tags: row.cell("tag").split('|').filter(|it| !it.is_empty()).collect(),
        libc: match row.cell("libc") {
            "none" => Some(Libc::None),
            "glibc" => Some(Libc::Glibc),
            "musl" => Some(Libc::Musl),
            _ => None,
        },
        compiler: Some(row.cell("compiler")).filter(|it| !it.is_empty()).map(|it| it == "yes"),
        newest_go: row.cell("newest_go").strip_prefix("1.").and_then(|it| it.parse().ok()),
    }
}

const TABLE: &str = table!("image-libc.csv");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_tell_their_c_library() {
        let libc = |reference| image_libc(reference).and_then(|it| it.libc);
        for (reference, expected) in [
            ("scratch", Some(Libc::None)),
            ("gcr.io/distroless/static-debian12:nonroot", Some(Libc::None)),
            ("gcr.io/distroless/base", Some(Libc::Glibc)),
            ("docker.io/library/alpine:3.20", Some(Libc::Musl)),
            ("golang:1.22-alpine3.19", Some(Libc::Musl)),
            ("golang:1.22", Some(Libc::Glibc)),
            ("busybox:1.36", None),
            ("busybox:1.36-musl", Some(Libc::None)),
            ("acme/base", None),
        ] {
            assert_eq!(libc(reference), expected, "{reference}");
        }
        assert_eq!(image_libc("golang:1-alpine3.13").and_then(|it| it.newest_go), Some(19));
        assert_eq!(image_libc("golang:1-alpine3.19").and_then(|it| it.newest_go), None);
    }

    #[test]
    fn every_row_is_whole() {
        for row in rows(TABLE) {
            let image = row.cell("image");
            assert!(matches!(row.cell("libc"), "none" | "glibc" | "musl" | "unknown"), "{image}");
            assert!(matches!(row.cell("compiler"), "yes" | "no" | ""), "{image}");
            assert!(row.cell("url").starts_with("https://"), "{image}");
        }
    }
}
