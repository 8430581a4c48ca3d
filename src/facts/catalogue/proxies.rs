//! Where proxies find their configuration: `rules/catalogue/proxies.csv`.

use std::sync::OnceLock;

use super::split_reference;
use super::table::{Row, fits, rows};

/// How the configuration of a proxy is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProxyFormat {
    /// nginx.
    Nginx,
    /// Caddyfile.
    Caddyfile,
    /// HAProxy.
    Haproxy,
    /// Envoy: YAML or JSON.
    Envoy,
    /// Traefik: YAML or TOML, or flags, or variables.
    Traefik,
}

/// A proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyEntry {
    image: &'static str,
    /// The names of its program.
    pub programs: Vec<&'static str>,
    /// How its configuration is written.
    pub format: ProxyFormat,
    /// Where it looks for its configuration.
    pub file: &'static str,
    /// The flags that name another file.
    pub flags: Vec<&'static str>,
    /// The folder of the templates that the image's entrypoint expands, and the folder they go to.
    pub templates: Option<(&'static str, &'static str)>,
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/proxies.csv"));

fn entries() -> &'static [ProxyEntry] {
    static ENTRIES: OnceLock<Vec<ProxyEntry>> = OnceLock::new();
    ENTRIES.get_or_init(|| rows(TABLE).filter_map(|row| entry(&row)).collect())
}

fn entry(row: &Row) -> Option<ProxyEntry> {
    let list = |name: &str| row.cell(name).split('|').filter(|it| !it.is_empty()).collect();
    Some(ProxyEntry {
        image: row.cell("image"),
        programs: list("programs"),
        format: match row.cell("format") {
            "nginx" => ProxyFormat::Nginx,
            "caddyfile" => ProxyFormat::Caddyfile,
            "haproxy" => ProxyFormat::Haproxy,
            "envoy" => ProxyFormat::Envoy,
            "traefik" => ProxyFormat::Traefik,
            _ => return None,
        },
        file: row.cell("file"),
        flags: list("flags"),
        templates: Some((row.cell("templates"), row.cell("expanded"))).filter(|(from, _)| !from.is_empty()),
    })
}

/// The proxy that the image of this reference runs.
#[must_use]
pub fn proxy_of_image(reference: &str) -> Option<&'static ProxyEntry> {
    let (name, _) = split_reference(reference);
    entries().iter().find(|it| fits(it.image, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_of_proxies_are_known() {
        assert_eq!(entries().len(), rows(TABLE).count());
        let format = |reference| proxy_of_image(reference).map(|it| it.format);
        assert_eq!(format("docker.io/library/nginx:1.27-alpine"), Some(ProxyFormat::Nginx));
        assert_eq!(format("caddy:2"), Some(ProxyFormat::Caddyfile));
        assert_eq!(format("postgres"), None);
    }
}
