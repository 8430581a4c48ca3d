//! Short forms as long ones: <https://github.com/compose-spec/compose-go/tree/main/transform>.
//!
//! Ports keep their short form, since an entry may stand for many of them.

use super::merge::{started, to_build, to_mapping};
use super::pattern::each;
use super::{Fault, Faults};
use crate::facts::tree::{Tree, TreeEntry, TreeKind, UNKNOWN};
use crate::model::compose::{paths, short};
use crate::net::is_to_fill_in;
use crate::source::{Spanned, Text};

/// Turns the short forms of a Compose file into long ones.
pub(super) fn transform(tree: &mut Tree, faults: &mut Faults) {
    each(tree, "services.*.build", &mut |it| *it = to_build(it));
    each(tree, "services.*.build.additional_contexts", &mut key_values);
    for mounts in ["services.*.build.secrets.*", "services.*.secrets.*", "services.*.configs.*"] {
        each(tree, mounts, &mut |it| named(it, "source"));
    }
    each(tree, "services.*.extends", &mut |it| named(it, "service"));
    each(tree, "services.*.depends_on", &mut depends_on);
    each(tree, "services.*.env_file", &mut env_file);
    for lists in ["services.*.label_file", "services.*.dns"] {
        each(tree, lists, &mut |it| {
            if it.as_text().is_some() {
                it.kind = TreeKind::List(vec![it.clone()]);
            }
        });
    }
    for names in ["services.*.networks", "services.*.models"] {
        each(tree, names, &mut |it| {
            if it.as_list().is_some() {
                *it = to_mapping(it, None);
            }
        });
    }
    each(tree, "services.*.ports.*", &mut |it| port(it, faults));
    each(tree, "services.*.volumes.*", &mut |it| volume(it, faults));
    for resources in ["volumes.*", "networks.*", "secrets.*", "configs.*"] {
        each(tree, resources, &mut |it| external(it, faults));
    }
}

/// A text as a mapping of that one key.
fn named(tree: &mut Tree, key: &str) {
    if tree.as_text().is_some() {
        let mut out = Tree::map(Vec::new(), tree.span);
        out.set(&Spanned::new(key.to_owned(), tree.span), tree.clone());
        *tree = out;
    }
}

fn key_values(tree: &mut Tree) {
    let Some(items) = tree.as_list() else { return };
    let mut out = Tree::map(Vec::new(), tree.span);
    for item in items {
        let Some(text) = item.as_text() else { continue };
        let at = text.as_str().find('=').unwrap_or(text.as_str().len());
        let key = Spanned::new(text.as_str()[..at].to_owned(), text.span_of(0..at).unwrap_or(item.span));
        let value = text.slice((at + 1).min(text.as_str().len())..text.as_str().len());
        out.set(&key, Tree::text(value, item.span));
    }
    *tree = out;
}

fn depends_on(tree: &mut Tree) {
    if tree.as_list().is_some() {
        *tree = to_mapping(tree, Some(&started));
    }
    for entry in tree.as_map_mut().into_iter().flatten() {
        let said = entry.key.span;
        for default in started(said).as_map().unwrap_or_default() {
            if entry.value.as_map().is_some() && entry.value.get(&default.key.value).is_none() {
                entry.value.set(&default.key, default.value.clone());
            }
        }
    }
}

fn env_file(tree: &mut Tree) {
    if tree.as_text().is_some() {
        tree.kind = TreeKind::List(vec![tree.clone()]);
    }
    let TreeKind::List(items) = &mut tree.kind else { return };
    for item in items {
        named(item, "path");
        if item.as_map().is_some() && item.get("required").is_none() {
            let required = Tree { kind: TreeKind::Bool(true), span: item.span };
            item.set(&Spanned::new("required".to_owned(), item.span), required);
        }
    }
}

fn port(tree: &mut Tree, faults: &mut Faults) {
    let Some(text) = tree.to_text().filter(|it| !it.as_str().contains(UNKNOWN)) else { return };
    // In a template somebody else is to write it: `your-port:your-port`.
    if let Err(reason) = short::ports(&text)
        && !is_to_fill_in(text.as_str())
    {
        faults.push(Fault::of_value(format!("`{}` is no port: {reason}", text.as_str()), tree.span, &text));
    }
}

fn volume(tree: &mut Tree, faults: &mut Faults) {
    let Some(text) = tree.as_text() else { return };
    let volume = match short::volume(text) {
        Ok(it) => it,
        Err(reason) => {
            let message = format!("`{}` is no volume: {reason}", text.as_str());
            return faults.push(Fault::of_value(message, tree.span, text));
        }
    };
    let span = tree.span;
    let at = |key: &str| Spanned::new(key.to_owned(), span);
    let kind = match volume.bind {
        Some(true) => Tree::implied("bind", span),
        Some(false) => Tree::implied("volume", span),
        None => Tree::implied(UNKNOWN.encode_utf8(&mut [0; 4]), span),
    };
    let mut out = Tree::map(Vec::new(), span);
    out.set(&at("type"), kind);
    if let Some(source) = volume.source {
        let place = source.cover().unwrap_or(span);
        out.set(&at("source"), Tree::text(source, place));
    }
    let cleaned = paths::clean(volume.target.as_str());
    let place = volume.target.cover().unwrap_or(span);
    let same = cleaned == volume.target.as_str();
    let target = if same { volume.target } else { Text::new(cleaned, place) };
    out.set(&at("target"), Tree::text(target, place));
    let mut bind: Vec<TreeEntry> = Vec::new();
    let mut entry = |key: &str, value: Tree| bind.push(TreeEntry { key: at(key), value, span });
    if volume.bind == Some(true) {
        entry("create_host_path", Tree { kind: TreeKind::Bool(true), span });
    }
    for option in &volume.options {
        match option.as_str() {
            "ro" => out.set(&at("read_only"), Tree { kind: TreeKind::Bool(true), span }),
            "rw" => {
                let _ = out.take("read_only");
            }
            "rprivate" | "private" | "rshared" | "shared" | "rslave" | "slave" => {
                entry("propagation", Tree::implied(option, span));
            }
            "z" | "Z" => entry("selinux", Tree::implied(option, span)),
            "nocopy" => {
                let nocopy = Tree { kind: TreeKind::Bool(true), span };
                let nocopy = TreeEntry { key: at("nocopy"), value: nocopy, span };
                out.set(&at("volume"), Tree::map(vec![nocopy], span));
            }
            _ => {}
        }
    }
    if !bind.is_empty() {
        out.set(&at("bind"), Tree::map(bind, span));
    } else if volume.bind == Some(false) && out.get("volume").is_none() {
        out.set(&at("volume"), Tree::map(Vec::new(), span));
    }
    *tree = out;
}

/// `external: {name: x}` as `name: x` and `external: true`.
fn external(tree: &mut Tree, faults: &mut Faults) {
    let Some(external) = tree.get("external").filter(|it| it.as_map().is_some()).cloned() else { return };
    let name = external.get("name").cloned();
    if let (Some(name), Some(own)) = (&name, tree.get("name"))
        && !name.says_same(own)
    {
        let message = "`name` and `external.name` say different names; `name` alone is enough";
        faults.push(Fault::written(message.to_owned(), external.span));
    }
    if let Some(place) = tree.get_mut("external") {
        place.kind = TreeKind::Bool(true);
    }
    if let Some(name) = name.filter(|_| tree.get("name").is_none()) {
        let key = Spanned::new("name".to_owned(), name.span);
        tree.set(&key, name);
    }
}
