//! Connections that public images open because a configuration file of the project says so: what
//! Prometheus scrapes, where Kong and Envoy lead.

use super::compose::Mount;
use super::{ContainerFile, ContainerFiles, Dial, DialLogin, DialSource};
use crate::facts::Facts;
use crate::facts::catalogue::{self, TargetEntry, fits};
use crate::facts::configuration::{Configuration, Leaf};
use crate::net::{Protocol, parse_port, parse_target};
use crate::source::{Confidence, Span};

/// The dials of a container that runs the image `reference`, or one that is built on it, with these files.
pub(super) fn read(
    reference: &str,
    mounts: &[Mount],
    files: &ContainerFiles<'_>,
    facts: &Facts,
) -> Vec<Dial> {
    let mut dials = Vec::new();
    for entry in catalogue::targets(reference) {
        let mut brought = mounted(mounts, files, facts);
        for (file, by) in at_home(entry, files) {
            if !brought.iter().any(|(it, _)| std::ptr::eq(*it, file)) {
                brought.push((file, by));
            }
        }
        for (file, by) in brought {
            let is_there = |needed: &str| {
                let names = |it: &&Leaf| it.path.first().is_some_and(|it| it == needed) && it.path.len() > 1;
                file.leaves.iter().filter(names).any(|it| is_brought(it.text.as_str(), mounts, facts))
            };
            if !entry.needs.is_none_or(is_there) {
                continue;
            }
            let leads = file.leaves.iter().filter(|it| entry.leads(&it.path));
            dials.extend(leads.filter_map(|it| dial(entry, dialled(entry, it, file)?, file, by)));
        }
    }
    dials
}

/// Whether a file may be there that fits a pattern, told by its name and that of its folder: the project has one, or a
/// mount brings what is no file of the project.
fn is_brought(pattern: &str, mounts: &[Mount], facts: &Facts) -> bool {
    fn parts(path: &str) -> (&str, &str) {
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        (folders.rsplit('/').next().unwrap_or_default(), name)
    }
    let (folder, name) = parts(pattern);
    // `/etc/prometheus/*.yml` may be of any folder that is mounted there.
    let is_of_folder = |it: &str| folder.is_empty() || folder == it || pattern.matches('/').count() == 3;
    let is_open = |it: &Mount| it.files.is_some() || it.bind && it.source.is_none();
    let fits = |path: &str| {
        let (own_folder, own_name) = parts(path);
        is_of_folder(own_folder) && fits(name, own_name)
    };
    mounts.iter().any(is_open) || name.contains(['?', '[', '{', '$']) || facts.tree.files().any(fits)
}

/// A configuration file in a container, and what brings it.
type Brought<'a> = (&'a Configuration, Option<Span>);

/// The files that are mounted, and those directly in a folder that is: a flag may name any of them.
fn mounted<'a>(mounts: &[Mount], files: &ContainerFiles<'a>, facts: &'a Facts) -> Vec<Brought<'a>> {
    let mut out = Vec::new();
    for mount in mounts {
        for (_, file) in mount.files.iter().flatten() {
            out.extend(files.embedded(*file, mount.span).map(|it| (it, Some(mount.span))));
        }
        let Some(source) = mount.source.as_ref().filter(|_| mount.bind) else { continue };
        let below = format!("{}/", source.trim_end_matches('/'));
        out.extend(facts.configurations.iter().filter_map(|(file, configuration)| {
            let path = facts.path(*file);
            let is_brought = path == source || path.strip_prefix(&below).is_some_and(|it| !it.contains('/'));
            is_brought.then_some((configuration, Some(mount.span)))
        }));
    }
    out
}

/// The files where the image looks for them.
fn at_home<'a>(entry: &TargetEntry, files: &ContainerFiles<'a>) -> Vec<Brought<'a>> {
    let Some((folder, pattern)) = entry.file else { return Vec::new() };
    let names = files.names_in(folder).unwrap_or_default().into_iter().filter(|it| fits(pattern, it));
    let found = names.filter_map(|name| match files.at(&format!("{folder}/{name}")) {
        ContainerFile::Project(path, by) => Some((files.configuration(&path, by)?, by)),
        ContainerFile::Embedded(file, by) => Some((files.embedded(file, by)?, Some(by))),
        _ => None,
    });
    found.collect()
}

/// What is dialled for an address: the address, unless the file puts another in its place; `None` where that does not show.
fn dialled<'a>(entry: &TargetEntry, leaf: &'a Leaf, file: &'a Configuration) -> Option<&'a Leaf> {
    let mut others = file.leaves.iter();
    match others.find_map(|it| entry.instead(&leaf.path, &it.path, it.text.as_str())) {
        Some(place) => file.leaves.iter().find(|it| it.path == place),
        None => Some(leaf),
    }
}

fn dial(entry: &TargetEntry, leaf: &Leaf, file: &Configuration, brought_by: Option<Span>) -> Option<Dial> {
    // A tool fills in what holds a variable or a template.
    let written = leaf.text.as_str();
    if written.contains(['$', '{', '<', '%']) {
        return None;
    }
    let whole = Dial {
        alternative: None,
        is_optional: false,
        host: written.to_owned(),
        host_span: leaf.text.cover()?,
        port: None,
        port_span: None,
        scheme: entry.scheme.to_owned(),
        path: String::new(),
        login: DialLogin::default(),
        protocol: Protocol::Tcp,
        site: leaf.text.cover()?,
        via: brought_by.into_iter().collect(),
        source: DialSource::Configuration,
        confidence: match leaf.text.cover().is_some_and(|it| file.doubts(it)) {
            true => Confidence::Possible,
            false => Confidence::Likely,
        },
    };
    let beside = |key: &str| {
        let (_, folder) = leaf.path.split_last()?;
        let is_it =
            |it: &&Leaf| it.path.split_last().is_some_and(|(last, rest)| last == key && rest == folder);
        file.leaves.iter().find(is_it)
    };
    if entry.unless.is_some_and(|(key, value)| beside(key).is_some_and(|it| it.text.as_str() == value)) {
        return None;
    }
    let mut groups = file.leaves.iter().filter(|it| entry.names_group(&it.path));
    let mut is_group = |host: &str| groups.any(|it| it.text.as_str() == host);
    if let Some(key) = entry.port {
        if is_group(written) {
            return None;
        }
        let port = beside(key)?;
        return Some(Dial {
            port: Some(parse_port(port.text.as_str())?),
            port_span: port.text.cover(),
            ..whole
        });
    }
    let target = parse_target(written, "any").into_iter().next()?;
    if is_group(&target.host) {
        return None;
    }
    Some(Dial {
        host_span: leaf.text.span_of(target.host_range.clone())?,
        host: target.host,
        port: target.port,
        port_span: target.port_range.clone().and_then(|it| leaf.text.span_of(it)),
        scheme: target.scheme.unwrap_or(whole.scheme),
        path: target.path,
        ..whole
    })
}
