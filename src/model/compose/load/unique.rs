//! Of what a list says twice, the later counts, in the place of the earlier:
//! <https://github.com/compose-spec/compose-go/blob/main/override/uncity.go>.

use rustc_hash::FxHashMap;

use super::pattern::{self, Path};
use super::{Fault, Faults};
use crate::facts::tree::{Tree, TreeKind};
use crate::model::compose::short;

/// What makes two items of a list the same.
#[derive(Clone, Copy)]
enum Index {
    /// The part before `=`.
    Key,
    /// The path in the container.
    Volume,
    Device,
    /// The path in the container, by default below this folder.
    Mount(&'static str),
    Port,
    EnvFile,
    Whole,
}

const UNIQUE: &[(&str, Index)] = &[
    ("networks.*.labels", Index::Key),
    ("networks.*.ipam.options", Index::Key),
    ("services.*.annotations", Index::Key),
    ("services.*.build.args", Index::Key),
    ("services.*.build.additional_contexts", Index::Key),
    ("services.*.build.platform", Index::Key),
    ("services.*.build.tags", Index::Key),
    ("services.*.build.labels", Index::Key),
    ("services.*.cap_add", Index::Key),
    ("services.*.cap_drop", Index::Key),
    ("services.*.devices", Index::Device),
    ("services.*.configs", Index::Mount("")),
    ("services.*.deploy.labels", Index::Key),
    ("services.*.dns", Index::Key),
    ("services.*.dns_opt", Index::Key),
    ("services.*.dns_search", Index::Key),
    ("services.*.environment", Index::Key),
    ("services.*.env_file", Index::EnvFile),
    ("services.*.expose", Index::Whole),
    ("services.*.labels", Index::Key),
    ("services.*.links", Index::Key),
    ("services.*.networks.*.aliases", Index::Key),
    ("services.*.networks.*.link_local_ips", Index::Key),
    ("services.*.ports", Index::Port),
    ("services.*.profiles", Index::Key),
    ("services.*.secrets", Index::Mount("/run/secrets")),
    ("services.*.sysctls", Index::Key),
    ("services.*.tmpfs", Index::Key),
    ("services.*.volumes", Index::Volume),
];

/// Leaves out what a list of a Compose file says twice.
pub(super) fn enforce(tree: &mut Tree, faults: &mut Faults) {
    walk(tree, &mut Vec::new(), faults);
}

fn walk<'t>(tree: &'t mut Tree, path: &mut Path<'t>, faults: &mut Faults) {
    match &mut tree.kind {
        TreeKind::Map(entries) => {
            for entry in entries {
                path.push(&entry.key.value);
                walk(&mut entry.value, path, faults);
                path.pop();
            }
        }
        TreeKind::List(items) => match pattern::find(path, UNIQUE) {
            Some(Index::Port) => ports(items),
            Some(index) => list(items, index, faults),
            None => {}
        },
        _ => {}
    }
}

fn list(items: &mut Vec<Tree>, index: Index, faults: &mut Faults) {
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let mut out: Vec<Tree> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        // What is not known may be anything.
        let key = if item.is_unknown() { None } else { key_of(&item, index) };
        let Some(key) = key else {
            if !item.is_unknown() {
                let message = match item.as_map() {
                    Some(_) => "this item of the list must be a text, and is a mapping",
                    None => "Compose cannot tell this item of the list from the others",
                };
                faults.push(Fault::written(message.to_owned(), item.span));
            }
            out.push(item);
            continue;
        };
        match known.get(&key) {
            Some(at) => out[*at] = item,
            None => {
                known.insert(key, out.len());
                out.push(item);
            }
        }
    }
    *items = out;
}

/// `None` when Compose refuses the item.
fn key_of(item: &Tree, index: Index) -> Option<String> {
    let text = item.as_text().map(|it| it.as_str());
    let field = |key: &str| item.get(key).and_then(Tree::to_text).map(|it| it.as_str().to_owned());
    let is_map = item.as_map().is_some();
    match index {
        Index::Key => text.map(|it| it.split('=').next().unwrap_or_default().to_owned()),
        Index::Whole => item.to_text().map(|it| it.as_str().to_owned()),
        Index::Volume if is_map => field("target"),
        Index::Volume => match text {
            Some(it) => short::volume(item.as_text()?)
                .ok()
                .map(|it| it.target.as_str().to_owned())
                .or(Some(it.to_owned())),
            None => Some(String::new()),
        },
        Index::Device if is_map => field("target"),
        Index::Device => {
            let mut parts = text.unwrap_or_default().split(':');
            let first = parts.next().unwrap_or_default();
            Some(parts.next().unwrap_or(first).to_owned())
        }
        Index::Mount(folder) if is_map => {
            field("target").or_else(|| Some(format!("{folder}/{}", field("source").unwrap_or_default())))
        }
        Index::Mount(folder) => text.map(|it| format!("{folder}/{it}")),
        Index::EnvFile if is_map => field("path"),
        Index::EnvFile => Some(text.unwrap_or_default().to_owned()),
        Index::Port => None,
    }
}

/// Compose knows no ranges: it compares the single ports that they stand for. A range is taken apart
/// only when another entry takes some of it.
fn ports(items: &mut Vec<Tree>) {
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let mut out: Vec<Tree> = Vec::with_capacity(items.len());
    for item in items.iter() {
        let keys = port_keys(item);
        match keys.iter().find_map(|it| known.get(it)).copied() {
            None => {
                known.extend(keys.into_iter().map(|it| (it, out.len())));
                out.push(item.clone());
            }
            Some(at) if keys.len() == 1 && port_keys(&out[at]).len() == 1 => out[at] = item.clone(),
            Some(_) => {
                let mut single: Vec<Tree> = items.iter().flat_map(single_ports).collect();
                single_unique(&mut single);
                *items = single;
                return;
            }
        }
    }
    *items = out;
}

fn single_unique(items: &mut Vec<Tree>) {
    let mut known: FxHashMap<String, usize> = FxHashMap::default();
    let mut out: Vec<Tree> = Vec::with_capacity(items.len());
    for item in items.drain(..) {
        let key = port_keys(&item).pop();
        match key.as_ref().and_then(|it| known.get(it)) {
            Some(at) => out[*at] = item,
            None => {
                known.extend(key.map(|it| (it, out.len())));
                out.push(item);
            }
        }
    }
    *items = out;
}

/// The entries of one port each that an entry stands for.
pub(in crate::model::compose) fn single_ports(item: &Tree) -> Vec<Tree> {
    let text = item.to_text().and_then(|it| short::ports(&it).ok());
    match text {
        Some(ports) => ports.into_iter().map(|it| it.into_tree(item.span)).collect(),
        None => vec![item.clone()],
    }
}

fn port_keys(item: &Tree) -> Vec<String> {
    if item.is_unknown() {
        return Vec::new();
    }
    single_ports(item).iter().filter_map(port_key).collect()
}

fn port_key(item: &Tree) -> Option<String> {
    let field = |key: &str| item.get(key).and_then(Tree::to_text).map(|it| it.as_str().to_owned());
    let target = field("target")?;
    let host = field("host_ip").unwrap_or_else(|| "0.0.0.0".to_owned());
    // Compose takes 8080 and "8080" for different ports.
    let number = item.get("published").is_some_and(|it| matches!(it.kind, TreeKind::Integer(_)));
    let published = field("published").unwrap_or_default();
    let protocol = field("protocol").unwrap_or_else(|| "tcp".to_owned());
    Some(format!("{host}:{published}{}:{target}/{protocol}", if number { "#" } else { "" }))
}
