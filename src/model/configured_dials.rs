//! Connections that public images open because a configuration file of the project says so: what
//! Prometheus scrapes, where Kong leads.

use super::compose::Mount;
use super::{Dial, DialLogin, DialSource};
use crate::facts::Facts;
use crate::facts::catalogue::{self, TargetEntry};
use crate::facts::configuration::{Configuration, Leaf};
use crate::net::{Protocol, parse_port, parse_target};
use crate::source::{Confidence, Span};

/// The dials of a container of the image `reference` with these mounts.
pub(super) fn read(reference: &str, mounts: &[Mount], facts: &Facts) -> Vec<Dial> {
    let mut dials = Vec::new();
    for entry in catalogue::targets(reference) {
        for mount in mounts.iter().filter(|it| it.bind) {
            let Some(source) = &mount.source else { continue };
            let below = format!("{}/", source.trim_end_matches('/'));
            let brought = facts.configurations.iter().filter(|(file, _)| {
                let path = facts.path(*file);
                path == source || path.strip_prefix(&below).is_some_and(|it| !it.contains('/'))
            });
            for (_, file) in brought {
                let leads = file.leaves.iter().filter(|it| entry.leads(&it.path));
                dials.extend(leads.filter_map(|it| dial(entry, it, file, mount.span)));
            }
        }
    }
    dials
}

fn dial(entry: &TargetEntry, leaf: &Leaf, file: &Configuration, mounted: Span) -> Option<Dial> {
    // A tool fills in what holds a variable or a template.
    let written = leaf.text.as_str();
    if written.contains(['$', '{', '<', '%']) {
        return None;
    }
    let whole = Dial {
        alternative: None,
        host: written.to_owned(),
        host_span: leaf.text.cover()?,
        port: None,
        port_span: None,
        scheme: entry.scheme.to_owned(),
        path: String::new(),
        login: DialLogin::default(),
        protocol: Protocol::Tcp,
        site: leaf.text.cover()?,
        via: vec![mounted],
        source: DialSource::Configuration,
        confidence: Confidence::Likely,
    };
    if let Some(key) = entry.port {
        let (_, folder) = leaf.path.split_last()?;
        let is_port =
            |it: &&Leaf| it.path.split_last().is_some_and(|(last, rest)| last == key && rest == folder);
        let port = file.leaves.iter().find(is_port)?;
        return Some(Dial {
            port: Some(parse_port(port.text.as_str())?),
            port_span: port.text.cover(),
            ..whole
        });
    }
    let target = parse_target(written, "any").into_iter().next()?;
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
