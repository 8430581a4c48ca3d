//! What public images connect to by their configuration files: `rules/catalogue/image-targets.csv`.

use std::sync::OnceLock;

use super::split_reference;
use super::table::{fits, rows};

/// Keys of a configuration file that lead to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetEntry {
    image: &'static str,
    keys: Vec<&'static str>,
    /// The key of the port, where it stands beside that of the host.
    pub port: Option<&'static str>,
    /// What is spoken where no scheme is written.
    pub scheme: &'static str,
    /// The folder in which the image looks for the file, and the pattern of its name.
    pub file: Option<(&'static str, &'static str)>,
    /// A key beside it, and its value, with which somebody else connects there.
    pub unless: Option<(&'static str, &'static str)>,
    /// The key of a list of patterns of other files; where none of these is there, nobody connects.
    pub needs: Option<&'static str>,
    groups: Vec<&'static str>,
    /// The keys of what names an address, and their value, with which another is dialled, and the key of that beside it.
    instead: Option<Instead>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Instead {
    keys: Vec<&'static str>,
    value: &'static str,
    beside: &'static str,
}

impl TargetEntry {
    /// Whether the path of a value leads to such an address.
    #[must_use]
    pub fn leads(&self, path: &[String]) -> bool {
        fits_path(&self.keys, path)
    }

    /// Whether the path of a value leads to the name of a group of addresses, which stands for no host.
    #[must_use]
    pub fn names_group(&self, path: &[String]) -> bool {
        fits_path(&self.groups, path)
    }
}

impl TargetEntry {
    /// Where the address stands that is dialled instead of the one at `path`, when the value at `other` says that it is
    /// another.
    #[must_use]
    pub fn instead(&self, path: &[String], other: &[String], value: &str) -> Option<Vec<String>> {
        let it = self.instead.as_ref().filter(|it| it.value == value && fits_path(&it.keys, other))?;
        let common = self.keys.iter().zip(&it.keys).take_while(|(left, right)| left == right).count();
        let (_, folder) = other.split_last().filter(|_| path.get(..common) == other.get(..common))?;
        Some(folder.iter().cloned().chain([it.beside.to_owned()]).collect())
    }
}

fn fits_path(keys: &[&str], path: &[String]) -> bool {
    keys.len() == path.len() && keys.iter().zip(path).all(|(key, it)| fits(key, it))
}

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/image-targets.csv"));

/// What is known of the image that a reference names.
pub fn targets(reference: &str) -> impl Iterator<Item = &'static TargetEntry> {
    static ENTRIES: OnceLock<Vec<TargetEntry>> = OnceLock::new();
    let entry = |row: super::table::Row| {
        let keys = row.cell("keys");
        let (keys, port) = keys.split_once(' ').map_or((keys, None), |(keys, port)| (keys, Some(port)));
        let keys = keys.split('.').collect();
        let file = row.cell("file").rsplit_once('/');
        let unless = row.cell("unless").split_once('=');
        let needs = Some(row.cell("needs")).filter(|it| !it.is_empty());
        let groups = row.cell("groups").split('.').collect();
        let instead = row.cell("instead").split_once(' ').and_then(|(condition, beside)| {
            let (keys, value) = condition.split_once('=')?;
            Some(Instead { keys: keys.split('.').collect(), value, beside })
        });
        TargetEntry {
            instead,
            image: row.cell("image"),
            keys,
            port,
            scheme: row.cell("scheme"),
            file,
            unless,
            needs,
            groups,
        }
    };
    let entries = ENTRIES.get_or_init(|| rows(TABLE).map(entry).collect());
    let (name, _) = split_reference(reference);
    entries.iter().filter(move |it| fits(it.image, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_has_its_keys() {
        let path = |text: &str| text.split('.').map(str::to_owned).collect::<Vec<_>>();
        let leads = |image: &str, text: &str| targets(image).any(|it| it.leads(&path(text)));
        assert!(leads("prom/prometheus:v3", "scrape_configs.0.static_configs.1.targets.0"));
        assert!(!leads("prom/prometheus", "scrape_configs.0.job_name"));
        assert!(leads("docker.io/library/kong:3.4", "services.0.host"));
        assert!(!leads("nginx", "services.0.host"));
        let folder = |image: &str| targets(image).next().and_then(|it| it.file).map(|it| it.0);
        assert_eq!(folder("prom/prometheus"), Some("/etc/prometheus"));
        assert_eq!(folder("kong"), None);
    }
}
