//! A strategic merge patch:
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/yaml/walk/walk.go> and
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/yaml/merge2/merge2.go>.
//!
//! Mappings are merged by key and null takes away. A list of a kind that Kubernetes knows is merged by the
//! keys that its schema names, its changed and new items first; any other list is replaced.

use std::collections::BTreeSet;

use super::{Outcome, refused};
use crate::facts::catalogue::{MergeField, MergeType, kubernetes_kind};
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::source::Spanned;

/// The directive in a patch.
const DIRECTIVE: &str = "$patch";

/// `patch` on top of `tree`; `None` when nothing is left.
pub(super) fn apply(tree: Tree, patch: Tree) -> Outcome<Option<Tree>> {
    Ok(merge(Some(tree), Some(patch), None, None)?.map(|it| it.tree))
}

/// What came of merging two values.
struct Merged {
    tree: Tree,
    /// Whether it is the old value with changes, and not the patch in its place.
    is_old: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Directive {
    Merge,
    Replace,
    Delete,
}

fn merge(
    old: Option<Tree>,
    patch: Option<Tree>,
    known: Option<MergeType>,
    list: Option<&MergeField>,
) -> Outcome<Option<Merged>> {
    let values = [&old, &patch];
    let mut present = values.iter().filter_map(|it| it.as_ref()).filter(|it| !it.is_null());
    match present.next().map(|it| &it.kind) {
        Some(TreeKind::List(_)) => {
            if let Some(other) = present.find(|it| it.as_list().is_none()) {
                return Err(refused("this cannot be merged with a list", other.span));
            }
            match list.filter(|it| !it.keys.is_empty()) {
                Some(field) => keyed_lists(old, patch, field),
                None => Ok(whole(old, patch)),
            }
        }
        Some(TreeKind::Map(_)) | None => {
            if let Some(other) = present.find(|it| it.as_map().is_none()) {
                return Err(refused("this cannot be merged with a mapping", other.span));
            }
            let known = known.or_else(|| values.iter().filter_map(|it| it.as_ref()).find_map(type_of));
            maps(old, patch, known)
        }
        Some(_) => {
            if let Some(other) = present.find(|it| it.as_list().is_some() || it.as_map().is_some()) {
                return Err(refused("this cannot be merged with a single value", other.span));
            }
            Ok(whole(old, patch))
        }
    }
}

/// The patch in place of the old value.
fn whole(old: Option<Tree>, patch: Option<Tree>) -> Option<Merged> {
    match patch {
        Some(patch) => Some(Merged { tree: patch, is_old: false }),
        None => old.map(|tree| Merged { tree, is_old: true }),
    }
}

fn type_of(tree: &Tree) -> Option<MergeType> {
    let text = |key: &str| tree.get(key).and_then(Tree::to_text);
    kubernetes_kind(text("apiVersion")?.as_str(), text("kind")?.as_str())?.merge
}

fn maps(old: Option<Tree>, patch: Option<Tree>, known: Option<MergeType>) -> Outcome<Option<Merged>> {
    let (mut base, patch, is_old) = match old.filter(|it| !it.is_null() || patch.is_none()) {
        // What is written as null stays, what is merely empty goes.
        Some(nothing) if nothing.is_null() => {
            return Ok(Some(Merged { tree: nothing, is_old: true }).filter(|it| !it.tree.span.is_empty()));
        }
        None => {
            let Some(mut patch) = patch.filter(|it| !it.is_null()) else { return Ok(None) };
            if directive_of_map(&mut patch).unwrap_or(Directive::Merge) == Directive::Delete {
                return Ok(None);
            }
            (patch.clone(), Some(patch), false)
        }
        Some(mut old) => match patch {
            None => (old, None, true),
            Some(patch) if patch.is_null() => return Ok(None),
            Some(mut patch) => match directive_of_map(&mut patch)? {
                Directive::Delete => return Ok(None),
                Directive::Replace => (patch.clone(), Some(patch), false),
                Directive::Merge => {
                    // What a patch adds is merged with itself, so that directives in it count.
                    let _ = directive_of_map(&mut old);
                    (old, Some(patch), true)
                }
            },
        },
    };
    let of_patch = patch.as_ref().and_then(Tree::as_map).unwrap_or_default();
    let names: BTreeSet<String> =
        base.as_map().unwrap_or_default().iter().chain(of_patch).map(|it| it.key.value.clone()).collect();
    for name in names {
        let field = known.and_then(|it| it.field(&name));
        let from_patch = of_patch.iter().find(|it| it.key.value == name);
        let own = base.get(&name).cloned();
        let merged = merge(own, from_patch.map(|it| it.value.clone()), field.and_then(|it| it.of), field)?;
        set(&mut base, &name, from_patch, merged);
    }
    Ok(Some(Merged { tree: base, is_old }))
}

fn set(base: &mut Tree, name: &str, from_patch: Option<&TreeEntry>, merged: Option<Merged>) {
    match merged.filter(|it| !it.tree.is_null() || it.is_old) {
        None => {
            let _ = base.take(name);
        }
        Some(Merged { tree, .. }) => {
            let key =
                from_patch.map_or_else(|| Spanned::new(name.to_owned(), tree.span), |it| it.key.clone());
            base.set(&key, tree);
        }
    }
}

/// Takes the directive out of a mapping.
fn directive_of_map(patch: &mut Tree) -> Outcome<Directive> {
    let Some(directive) = patch.get(DIRECTIVE) else { return Ok(Directive::Merge) };
    let read = directive_of(directive);
    if read.is_ok() {
        let _ = patch.take(DIRECTIVE);
    }
    read
}

fn directive_of(value: &Tree) -> Outcome<Directive> {
    match value.to_text().unwrap_or_default().as_str() {
        "merge" => Ok(Directive::Merge),
        "replace" => Ok(Directive::Replace),
        "delete" => Ok(Directive::Delete),
        other => Err(refused(format!("`{other}` is no directive of a patch"), value.span)),
    }
}

/// Takes the directive, which is an item of its own, out of a list.
fn directive_of_list(items: &mut Vec<Tree>) -> Outcome<Directive> {
    let found = items.iter().position(|it| it.get(DIRECTIVE).is_some());
    let Some(at) = found.filter(|at| items[*at].as_map().is_some_and(|it| it.len() == 1)) else {
        return Ok(Directive::Merge);
    };
    let read = items[at].get(DIRECTIVE).map_or(Ok(Directive::Merge), directive_of)?;
    let _ = items.remove(at);
    Ok(read)
}

/// A list whose items are told apart by keys.
fn keyed_lists(old: Option<Tree>, patch: Option<Tree>, field: &MergeField) -> Outcome<Option<Merged>> {
    let into_items = |tree: Tree| match tree.kind {
        TreeKind::List(items) => Some((items, tree.span)),
        _ => None,
    };
    let is_cleared = patch.as_ref().is_some_and(Tree::is_null);
    let (old, patch) = (old.and_then(into_items), patch.and_then(into_items));
    let (mut base, span, patch, is_old) = match (old, patch) {
        (None, None) => return Ok(None),
        (None, Some((items, span))) => (items.clone(), span, Some(items), false),
        (Some(_), None) if is_cleared => return Ok(None),
        (Some((items, span)), None) => (items, span, None, true),
        (Some((mut items, span)), Some((mut more, span_of_patch))) => match directive_of_list(&mut more)? {
            Directive::Delete => return Ok(None),
            Directive::Replace => (more.clone(), span_of_patch, Some(more), false),
            Directive::Merge => {
                let _ = directive_of_list(&mut items);
                (items, span, Some(more), true)
            }
        },
    };
    let keys: &[&str] = &field.keys;
    let mut values: Vec<Vec<String>> = Vec::new();
    for item in patch.iter().flatten().chain(&base) {
        let own: Vec<String> = keys.iter().map(|key| key_value(item, key).unwrap_or_default()).collect();
        if !values.contains(&own) {
            values.push(own);
        }
    }
    if keys.len() > 1 {
        complete(&mut values);
    }
    let mut first: Vec<Tree> = Vec::new();
    let mut used: Vec<&str> = keys.to_vec();
    for own in values.clone() {
        let (keys, own) = written(&values, &own, keys);
        used.clone_from(&keys);
        let (searched, wanted) = written(std::slice::from_ref(&own), &own, &keys);
        let find = |items: &[Tree]| items.iter().position(|it| is_item(it, &searched, &wanted));
        let at = find(&base);
        let from_patch = patch.as_deref().and_then(|it| Some(it[find(it)?].clone()));
        let merged = merge(at.map(|it| base[it].clone()), from_patch, field.of, None)?;
        let merged =
            merged.filter(|it| !it.tree.is_null() && it.tree.as_map().is_none_or(|it| !it.is_empty()));
        let Some(Merged { mut tree, is_old }) = merged else {
            set_item(&mut base, None, &keys, &own);
            continue;
        };
        if is_old && let Some(at) = at {
            base[at] = tree.clone();
        }
        for (key, value) in keys.iter().zip(&own).filter(|(_, value)| !value.is_empty()) {
            if tree.as_map().is_some() && tree.get(key).is_none() {
                let span = tree.span;
                tree.set(&Spanned::new((*key).to_owned(), span), Tree::implied(value, span));
            }
        }
        set_item(&mut first, Some(tree), &keys, &own);
    }
    append(&mut first, &base, &used)?;
    Ok(Some(Merged { tree: Tree { kind: TreeKind::List(first), span }, is_old }))
}

/// What an item says for a key; the item itself for the empty one.
fn key_value(item: &Tree, key: &str) -> Option<String> {
    let value = if key.is_empty() { Some(item) } else { item.get(key) };
    value.and_then(Tree::to_text).map(|it| it.as_str().to_owned())
}

/// Gives items that leave a key out the value of an item that is the same but for that.
fn complete(values: &mut [Vec<String>]) {
    for a in 0..values.len() {
        for b in 0..values.len() {
            let pairs = || values[a].iter().zip(&values[b]);
            let agree = pairs().all(|(a, b)| a == b || a.is_empty() || b.is_empty());
            if agree && pairs().any(|(a, b)| a == b) {
                let both: Vec<String> =
                    pairs().map(|(a, b)| if a.is_empty() { b.clone() } else { a.clone() }).collect();
                values[a].clone_from(&both);
                values[b] = both;
            }
        }
    }
}

/// The keys that any of the items writes, and what this one has for them; all when none writes any.
fn written<'k>(values: &[Vec<String>], own: &[String], keys: &[&'k str]) -> (Vec<&'k str>, Vec<String>) {
    let is_written = |at: usize| values.iter().any(|it| it.get(at).is_some_and(|it| !it.is_empty()));
    if !(0..keys.len()).any(is_written) {
        return (keys.to_vec(), own.to_vec());
    }
    let kept: Vec<usize> = (0..keys.len()).filter(|at| is_written(*at)).collect();
    let of_own = |at: &usize| own.get(*at).cloned().unwrap_or_default();
    (kept.iter().map(|at| keys[*at]).collect(), kept.iter().map(of_own).collect())
}

/// Whether an item has these values for these keys.
fn is_item(item: &Tree, keys: &[&str], values: &[String]) -> bool {
    let mut pairs = keys.iter().zip(values);
    pairs.all(|(key, value)| key_value(item, key).is_some_and(|it| it == *value))
}

/// Replaces, or takes out, the items with these values, and adds an item that is not there. A value that is
/// not told fits any item that has the key, and further keys than values fit when the last one did.
fn set_item(items: &mut Vec<Tree>, new: Option<Tree>, keys: &[&str], values: &[String]) {
    let of_maps = keys.first().is_some_and(|it| !it.is_empty());
    let mut kept = Vec::with_capacity(items.len() + 1);
    let mut is_there = false;
    for item in items.drain(..) {
        if item.is_null() || item.as_map().is_some_and(<[_]>::is_empty) {
            continue;
        }
        if of_maps && item.as_map().is_none() {
            kept.push(item);
            continue;
        }
        let mut fits = false;
        for (at, key) in keys.iter().enumerate() {
            if let Some(value) = values.get(at) {
                let own = key_value(&item, key);
                fits = own.is_some_and(|it| value.is_empty() || it == *value);
            }
            if !fits {
                break;
            }
        }
        if !fits {
            if !values.is_empty() {
                kept.push(item);
            }
            continue;
        }
        is_there = true;
        kept.extend(new.clone());
    }
    *items = kept;
    items.extend(new.filter(|_| !is_there));
}

/// Adds the items of `more`, each in place of the one with the same keys.
fn append(items: &mut Vec<Tree>, more: &[Tree], keys: &[&str]) -> Outcome<()> {
    for item in more {
        if keys.first().is_some_and(|it| it.is_empty()) {
            let value = key_value(item, "").unwrap_or_default();
            set_item(items, Some(item.clone()), keys, &[value]);
            continue;
        }
        if item.as_map().is_none() {
            return Err(refused("an item of this list must be a mapping", item.span));
        }
        let mut values = Vec::new();
        for key in keys {
            match key_value(item, key) {
                Some(value) => values.push(value),
                None => items.push(item.clone()),
            }
        }
        if keys.len() > 1 {
            set_item(items, None, keys, &values);
        }
        set_item(items, Some(item.clone()), keys, &values);
    }
    Ok(())
}
