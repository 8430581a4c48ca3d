//! One file on top of another: <https://docs.docker.com/reference/compose-file/merge/>.

use super::pattern::{self, Path};
use super::{Fault, Faults};
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::source::{Span, Spanned, Text};

/// How values at some place are merged, where it is not mappings by key and lists one behind the other.
#[derive(Clone, Copy)]
enum How {
    /// The later value alone.
    Replace,
    /// Both as lists of `key=value`.
    Sequence,
    /// As [`How::Sequence`], without what is there already.
    Hosts,
    /// Both as mappings by name.
    Names,
    /// As [`How::Names`], each with a condition.
    Dependencies,
    Build,
    Logging,
    Addresses,
}

const SPECIAL: &[(&str, How)] = &[
    ("networks.*.ipam.config", How::Addresses),
    ("networks.*.labels", How::Sequence),
    ("volumes.*.labels", How::Sequence),
    ("services.*.annotations", How::Sequence),
    ("services.*.build", How::Build),
    ("services.*.build.args", How::Sequence),
    ("services.*.build.additional_contexts", How::Sequence),
    ("services.*.build.extra_hosts", How::Hosts),
    ("services.*.build.labels", How::Sequence),
    ("services.*.command", How::Replace),
    ("services.*.depends_on", How::Dependencies),
    ("services.*.deploy.labels", How::Sequence),
    ("services.*.dns", How::Sequence),
    ("services.*.dns_opt", How::Sequence),
    ("services.*.dns_search", How::Sequence),
    ("services.*.entrypoint", How::Replace),
    ("services.*.env_file", How::Sequence),
    ("services.*.label_file", How::Sequence),
    ("services.*.environment", How::Sequence),
    ("services.*.extra_hosts", How::Hosts),
    ("services.*.healthcheck.test", How::Replace),
    ("services.*.labels", How::Sequence),
    ("services.*.volumes.*.volume.labels", How::Sequence),
    ("services.*.logging", How::Logging),
    ("services.*.models", How::Names),
    ("services.*.networks", How::Names),
    ("services.*.sysctls", How::Sequence),
    ("services.*.tmpfs", How::Sequence),
    ("services.*.ulimits.*", How::Replace),
];

/// `over` on top of `base`, which is the root of a Compose file.
pub(super) fn files(base: &mut Tree, over: Tree, faults: &mut Faults) {
    maps(base, over, &mut Vec::new(), faults);
}

/// `over` on top of `base`, which is a service.
pub(super) fn service(base: &mut Tree, over: Tree, faults: &mut Faults) {
    let name = "x".to_owned();
    maps(base, over, &mut vec!["services", &name], faults);
}

fn maps(base: &mut Tree, over: Tree, path: &mut Path<'_>, faults: &mut Faults) {
    let (TreeKind::Map(entries), TreeKind::Map(more)) = (&mut base.kind, over.kind) else { return };
    let mut known: rustc_hash::FxHashMap<String, usize> = rustc_hash::FxHashMap::default();
    known.extend(entries.iter().enumerate().map(|(at, it)| (it.key.value.clone(), at)));
    for entry in more {
        match known.get(&entry.key.value) {
            None => entries.push(entry),
            Some(at) => {
                let mut path: Path<'_> = path.clone();
                path.push(&entry.key.value);
                let old = &mut entries[*at];
                value(&mut old.value, entry.value, &mut path, faults);
            }
        }
    }
}

fn value(base: &mut Tree, over: Tree, path: &mut Path<'_>, faults: &mut Faults) {
    if let Some(how) = pattern::find(path, SPECIAL) {
        return special(how, base, over, path, faults);
    }
    if over.is_null() {
        return;
    }
    match (&mut base.kind, over.kind) {
        (TreeKind::Map(_), TreeKind::Map(entries)) => {
            maps(base, Tree { kind: TreeKind::Map(entries), span: over.span }, path, faults);
        }
        (TreeKind::List(items), TreeKind::List(more)) => items.extend(more),
        (TreeKind::Map(_) | TreeKind::List(_), _) => {
            let key = path.last().copied().unwrap_or_default();
            let message = format!("this cannot be merged with what an earlier file says of `{key}`");
            faults.push(Fault::written(message, over.span));
        }
        (_, kind) => *base = Tree { kind, span: over.span },
    }
}

fn special(how: How, base: &mut Tree, over: Tree, path: &mut Path<'_>, faults: &mut Faults) {
    match how {
        How::Replace => *base = over,
        How::Sequence => {
            let mut items = to_sequence(base);
            items.extend(to_sequence(&over));
            base.kind = TreeKind::List(items);
        }
        How::Hosts => {
            let mut items = to_sequence(base);
            let more =
                to_sequence(&over).into_iter().filter(|it| !items.iter().any(|that| it.says_same(that)));
            let more: Vec<_> = more.collect();
            items.extend(more);
            base.kind = TreeKind::List(items);
        }
        How::Names => {
            *base = to_mapping(base, None);
            maps(base, to_mapping(&over, None), path, faults);
        }
        How::Dependencies => {
            *base = to_mapping(base, Some(&started));
            maps(base, to_mapping(&over, Some(&started)), path, faults);
        }
        How::Build => {
            *base = to_build(base);
            maps(base, to_build(&over), path, faults);
        }
        How::Logging => {
            let driver = |it: &Tree| it.get("driver").and_then(Tree::to_text);
            let same = match (driver(base), driver(&over)) {
                (Some(own), Some(theirs)) => own.as_str() == theirs.as_str(),
                _ => true,
            };
            if same && base.as_map().is_some() {
                maps(base, over, path, faults);
            } else {
                *base = over;
            }
        }
        How::Addresses => addresses(base, over, path, faults),
    }
}

/// The ranges of a network, by their subnets.
fn addresses(base: &mut Tree, over: Tree, path: &mut Path<'_>, faults: &mut Faults) {
    let (Some(own), Some(theirs)) = (base.as_list(), over.as_list()) else {
        *base = over;
        return;
    };
    let subnet = |it: &Tree| it.get("subnet").and_then(Tree::to_text).map(|it| it.as_str().to_owned());
    let mut out: Vec<Tree> = Vec::new();
    for original in own {
        for change in theirs {
            let at = |out: &[Tree], wanted: &Tree| out.iter().position(|it| subnet(it) == subnet(wanted));
            if subnet(original) != subnet(change) && at(&out, change).is_none() {
                out.push(change.clone());
                continue;
            }
            let mut merged = original.clone();
            maps(&mut merged, change.clone(), path, faults);
            match at(&out, &merged) {
                Some(at) => out[at] = merged,
                None => out.push(merged),
            }
        }
    }
    base.kind = TreeKind::List(out);
}

/// `{key: value}` as `[key=value]`, in the order of the texts; one text as a list.
pub(in crate::model::compose) fn to_sequence(tree: &Tree) -> Vec<Tree> {
    match &tree.kind {
        TreeKind::Map(entries) => {
            let mut out = Vec::new();
            for entry in entries {
                match &entry.value.kind {
                    TreeKind::Null => {
                        let name = Text::new(entry.key.value.as_str(), entry.key.span);
                        out.push(Tree::text(name, entry.span));
                    }
                    TreeKind::List(items) => out.extend(items.iter().filter_map(|it| pair(entry, it))),
                    _ => out.extend(pair(entry, &entry.value)),
                }
            }
            let key = |it: &Tree| it.as_text().map(|it| it.as_str().to_owned());
            out.sort_by_cached_key(key);
            out
        }
        TreeKind::List(items) => items.clone(),
        TreeKind::Text(_) | TreeKind::Path(_) => vec![tree.clone()],
        _ => Vec::new(),
    }
}

fn pair(entry: &TreeEntry, value: &Tree) -> Option<Tree> {
    let mut text = Text::new(entry.key.value.as_str(), entry.key.span);
    text.push("=", entry.key.span);
    text.append(&value.to_text()?);
    Some(Tree::text(text, entry.span))
}

/// `[name]` as `{name: value}`.
pub(super) fn to_mapping(tree: &Tree, value: Option<&dyn Fn(Span) -> Tree>) -> Tree {
    let Some(items) = tree.as_list() else {
        return if tree.is_null() { Tree::map(Vec::new(), tree.span) } else { tree.clone() };
    };
    let mut out = Tree::map(Vec::new(), tree.span);
    for item in items {
        let Some(name) = item.to_text() else { continue };
        let value = value.map_or(Tree { kind: TreeKind::Null, span: item.span }, |it| it(item.span));
        out.set(&Spanned::new(name.as_str().to_owned(), item.span), value);
    }
    out
}

/// What `depends_on: [name]` says of a service.
pub(super) fn started(span: Span) -> Tree {
    let mut out = Tree::map(Vec::new(), span);
    out.set(&Spanned::new("condition".to_owned(), span), Tree::implied("service_started", span));
    out.set(&Spanned::new("required".to_owned(), span), Tree { kind: TreeKind::Bool(true), span });
    out
}

/// `build: folder` as `build: {context: folder}`.
pub(super) fn to_build(tree: &Tree) -> Tree {
    match &tree.kind {
        TreeKind::Text(_) | TreeKind::Path(_) => {
            let mut out = Tree::map(Vec::new(), tree.span);
            out.set(&Spanned::new("context".to_owned(), tree.span), tree.clone());
            out
        }
        TreeKind::Map(_) => tree.clone(),
        _ => Tree::map(Vec::new(), tree.span),
    }
}
