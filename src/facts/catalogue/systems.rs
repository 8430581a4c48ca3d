//! For which system images are built: `rules/catalogue/image-systems.csv`.

use std::sync::OnceLock;

use super::images::{image, split_reference};
use super::table::{fits, rows};

/// The system that an image runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ImageSystem {
    /// Linux.
    Linux,
    /// Windows.
    Windows,
    /// Either, as the engine is.
    Both,
    /// Nobody knows.
    #[default]
    Unknown,
}

/// The system of the image `reference` (`postgres:17`, `mcr.microsoft.com/windows/nanoserver:ltsc2022`).
#[must_use]
pub fn image_system(reference: &str) -> ImageSystem {
    static ENTRIES: OnceLock<Vec<(&str, Vec<&str>, ImageSystem)>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| {
        let entry = |row: super::table::Row| {
            let system = match row.cell("system") {
                "windows" => ImageSystem::Windows,
                "linux" => ImageSystem::Linux,
                _ => ImageSystem::Both,
            };
            (row.cell("image"), row.cell("tag").split('|').filter(|it| !it.is_empty()).collect(), system)
        };
        rows(TABLE).map(entry).collect()
    });
    let (name, tag) = split_reference(reference);
    let (name, tag) = (name.to_ascii_lowercase(), tag.unwrap_or("latest").to_ascii_lowercase());
    let found = entries.iter().find(|(pattern, tags, _)| {
        fits(pattern, &name) && (tags.is_empty() || tags.iter().any(|it| fits(it, &tag)))
    });
    match found {
        Some((.., system)) => *system,
        None if image(reference).is_some() => ImageSystem::Linux,
        None => ImageSystem::Unknown,
    }
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/image-systems.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_tell_their_system() {
        for (reference, expected) in [
            ("mcr.microsoft.com/windows/nanoserver:ltsc2022", ImageSystem::Windows),
            ("mcr.microsoft.com/windows/servercore:1809", ImageSystem::Windows),
            ("golang:1.22-nanoserver-ltsc2022", ImageSystem::Windows),
            ("mcr.microsoft.com/dotnet/aspnet:8.0-windowsservercore-ltsc2022", ImageSystem::Windows),
            ("microsoft/nanoserver", ImageSystem::Windows),
            ("golang:1.22-alpine", ImageSystem::Linux),
            ("postgres:17", ImageSystem::Linux),
            ("scratch", ImageSystem::Linux),
            ("golang:1.22", ImageSystem::Both),
            ("acme/windows-exporter:1", ImageSystem::Unknown),
        ] {
            assert_eq!(image_system(reference), expected, "{reference}");
        }
    }

    #[test]
    fn every_row_is_whole() {
        for row in rows(TABLE) {
            assert!(matches!(row.cell("system"), "windows" | "linux" | "both"), "{}", row.cell("image"));
            assert!(row.cell("url").starts_with("https://"), "{}", row.cell("image"));
        }
    }
}
