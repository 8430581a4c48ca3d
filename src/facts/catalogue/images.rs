//! Public images: `rules/catalogue/images.csv`.

use std::sync::OnceLock;

use super::table::{fits, rows};
use crate::net::Protocol;

/// What is known of a public image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageEntry {
    /// The name without registry of Docker Hub and `library/`; `*` at the end fits any rest.
    pub image: &'static str,
    /// Patterns of tags, empty for any.
    pub tags: Vec<&'static str>,
    /// What it listens on by default.
    pub ports: Vec<ImagePort>,
    /// When `ports` are all, as long as none of the variables and flags below is set.
    pub ports_complete: Complete,
    /// Environment variables that move a port.
    pub port_variables: Vec<&'static str>,
    /// Flags of the command that move a port.
    pub port_flags: Vec<&'static str>,
    /// What `/bin/sh` is: `ash`, `dash`, `bash`, `none`, `unknown`.
    pub shell: &'static str,
    /// Tools that are there.
    pub present: Vec<&'static str>,
    /// Tools that are not.
    pub absent: Vec<&'static str>,
    /// Whether no other program is in it (scratch, distroless).
    pub bare: bool,
    /// The user, when it is not root.
    pub user: Option<&'static str>,
    /// Whether it ships a health check.
    pub healthcheck: bool,
    /// Whether it resolves names by itself.
    pub own_dns: bool,
}

/// When the ports of a public image are all that it listens on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Complete {
    /// Whatever files it is given.
    Always,
    /// As it is shipped: no file mounted, no other command.
    Stock,
    /// Never: its configuration decides.
    Never,
}

/// A port of a public image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImagePort {
    /// Its number.
    pub port: u16,
    /// Transport.
    pub protocol: Protocol,
    /// `http`, `grpc`, or empty.
    pub application: &'static str,
}

/// The entry of the image `reference` (`postgres:17`, `docker.io/library/redis@sha256:...`).
#[must_use]
pub fn image(reference: &str) -> Option<&'static ImageEntry> {
    static ENTRIES: OnceLock<Vec<ImageEntry>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| rows(TABLE).map(|it| entry(&it)).collect());
    let (name, tag) = split_reference(reference);
    let tag = tag.unwrap_or("latest").to_ascii_lowercase();
    entries.iter().find(|it| {
        fits(it.image, name) && (it.tags.is_empty() || it.tags.iter().any(|pattern| fits(pattern, &tag)))
    })
}

/// The tag of an image that is named without one:
/// <https://docs.docker.com/reference/cli/docker/image/tag/#description>.
pub const DEFAULT_TAG: &str = "latest";

/// Name and tag of an image reference; registry prefixes of Docker Hub and its mirrors are taken
/// off, a digest is dropped.
#[must_use]
pub fn split_reference(reference: &str) -> (&str, Option<&str>) {
    let named = reference.split('@').next().unwrap_or(reference);
    let (name, tag) = match named.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (named, None),
    };
    let mut name = name;
    for prefix in [
        "docker.io/",
        "index.docker.io/",
        "registry-1.docker.io/",
        "mirror.gcr.io/",
        "public.ecr.aws/docker/",
        "library/",
    ] {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    (name, tag)
}

/// Whether the tag of an image says that it is made on Alpine, whose `/bin/sh` is busybox ash.
#[must_use]
pub fn is_on_alpine(reference: &str) -> bool {
    split_reference(reference).1.is_some_and(|tag| tag.to_ascii_lowercase().contains("alpine"))
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/images.csv"));

fn entry(row: &super::table::Row) -> ImageEntry {
    let list =
        |name: &str, by: char| row.cell(name).split(by).filter(|it| !it.is_empty()).collect::<Vec<_>>();
    let yes = |name: &str| row.cell(name) == "yes";
    ImageEntry {
        image: row.cell("image"),
        tags: list("tag", '|'),
        ports: list("ports", ' ').into_iter().filter_map(port).collect(),
        ports_complete: match row.cell("complete") {
            "yes" => Complete::Always,
            "stock" => Complete::Stock,
            _ => Complete::Never,
        },
        port_variables: list("port_variable", '|'),
        port_flags: list("port_flag", '|'),
        shell: row.cell("shell"),
        present: list("present", ' '),
        absent: list("absent", ' '),
        bare: yes("bare"),
        user: Some(row.cell("user")).filter(|it| !it.is_empty()),
        healthcheck: yes("healthcheck"),
        own_dns: row.cell("dns") == "own",
    }
}

/// `9200/tcp/http`.
fn port(text: &'static str) -> Option<ImagePort> {
    let mut parts = text.split('/');
    let port = crate::net::parse_port(parts.next()?)?;
    let protocol = Protocol::parse(parts.next()?)?;
    Some(ImagePort { port, protocol, application: parts.next().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_find_their_entry() {
        let shell = |reference| image(reference).map(|it| it.shell);
        assert_eq!(shell("golang:1.22-alpine3.19"), Some("ash"));
        assert_eq!(shell("docker.io/library/golang:1.22"), Some("dash"));
        assert_eq!(shell("gcr.io/distroless/static-debian12:nonroot"), Some("none"));
        assert_eq!(shell("gcr.io/distroless/base:debug-nonroot"), Some("ash"));
        assert_eq!(shell("localhost:5000/postgres:17"), None);
        assert_eq!(shell("alpine@sha256:abc"), Some("ash"));
        assert!(
            image("postgres")
                .is_some_and(|it| it.ports[0].port == 5432 && it.ports_complete == Complete::Always)
        );
    }

    #[test]
    fn every_row_is_whole() {
        let headings = TABLE.lines().find(|it| it.starts_with("image,")).unwrap().split(',').count();
        for line in TABLE.lines().filter(|it| !it.starts_with('#')) {
            assert_eq!(line.split(',').count(), headings, "{line}");
        }
        for row in rows(TABLE) {
            let it = entry(&row);
            assert_eq!(it.ports.len(), row.cell("ports").split_whitespace().count(), "{}", it.image);
            assert!(matches!(it.shell, "ash" | "dash" | "bash" | "none" | "unknown"), "{}", it.image);
        }
    }
}
