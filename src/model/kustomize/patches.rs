//! `patches:`, `patchesStrategicMerge:` and `patchesJson6902:`.

use super::resource::Resource;
use super::selector::Selector;
use super::{
    Failure, Files, Outcome, items, json_patch, merge, place, refused, resources_of, section, switch, text,
    texts,
};
use crate::facts::documents::{self, Documents};
use crate::facts::tree::Tree;
use crate::source::{Span, Text};

/// Applies `patchesStrategicMerge:`, each a path or the patch itself.
pub(super) fn strategic(
    files: &Files<'_>,
    folder: &str,
    kustomization: &Tree,
    resources: &mut Vec<Resource>,
) -> Outcome<()> {
    let mut patches = Vec::new();
    for entry in texts(kustomization, "patchesStrategicMerge")? {
        let inline = documents::embedded(entry);
        let is_inline =
            !inline.documents.is_empty() && inline.documents.iter().all(|it| it.tree.as_map().is_some());
        patches.extend(match is_inline {
            true => resources_of(&inline)?,
            false => resources_of(files.input(folder, entry)?)?,
        });
    }
    patches.into_iter().try_for_each(|it| merge_by_name(resources, it, Changes::default()))
}

/// Applies `patches:`.
pub(super) fn all(
    files: &Files<'_>,
    folder: &str,
    kustomization: &Tree,
    resources: &mut Vec<Resource>,
) -> Outcome<()> {
    items(kustomization, "patches")?.iter().try_for_each(|it| one(files, folder, it, resources))
}

/// Applies one entry of `patches:`.
pub(super) fn one(
    files: &Files<'_>,
    folder: &str,
    entry: &Tree,
    resources: &mut Vec<Resource>,
) -> Outcome<()> {
    let content = content_of(files, folder, entry, "patch")?;
    let selector = section(entry, "target").map(Selector::read).transpose()?;
    if let Some(patch) = json_patch_of(&content)? {
        let Some(selector) = selector else {
            return Err(refused("a JSON patch needs a `target`", entry.span));
        };
        return apply_json(resources, &selector, &patch, true);
    }
    let changes = match section(entry, "options") {
        Some(options) => {
            Changes { name: switch(options, "allowNameChange")?, kind: switch(options, "allowKindChange")? }
        }
        None => Changes::default(),
    };
    let patches = resources_of(&content)?;
    match (selector, &patches[..]) {
        (_, []) => {}
        (Some(selector), [patch]) => {
            for resource in resources.iter_mut().filter(|it| !it.is_gone() && selector.selects(it)) {
                merge_into(resource, for_object(patch.clone(), resource), changes)?;
            }
        }
        (Some(_), _) => return Err(refused("several patches cannot have one `target`", entry.span)),
        (None, _) => {
            patches.into_iter().try_for_each(|it| merge_by_name(resources, it, changes))?;
        }
    }
    resources.retain(|it| !it.is_gone());
    Ok(())
}

/// Applies `patchesJson6902:`.
pub(super) fn json(
    files: &Files<'_>,
    folder: &str,
    kustomization: &Tree,
    resources: &mut [Resource],
) -> Outcome<()> {
    for entry in items(kustomization, "patchesJson6902")? {
        let target =
            section(entry, "target").ok_or_else(|| refused("a JSON patch needs a `target`", entry.span))?;
        if text(target, "name")?.is_none() {
            return Err(refused("the `target` of this patch needs a `name`", target.span));
        }
        let content = content_of(files, folder, entry, "patch")?;
        let Some(patch) = json_patch_of(&content)? else {
            return Err(refused("this is no JSON patch", entry.span));
        };
        if patch.as_list().is_none_or(<[_]>::is_empty) {
            return Err(refused("this patch is empty", entry.span));
        }
        apply_json(resources, &Selector::read(target)?, &patch, false)?;
    }
    Ok(())
}

/// What a patch may change beside the content of an object.
#[derive(Clone, Copy, Default)]
struct Changes {
    name: bool,
    kind: bool,
}

/// The patch that an entry holds, or the file that it names.
fn content_of(files: &Files<'_>, folder: &str, entry: &Tree, key: &str) -> Outcome<Documents> {
    match (text(entry, key)?.filter(|it| !it.as_str().trim().is_empty()), text(entry, "path")?) {
        (Some(patch), None) => Ok(documents::embedded(patch)),
        (None, Some(path)) => files.input(folder, path).cloned(),
        _ => Err(refused("an entry has either `patch` or `path`", entry.span)),
    }
}

/// The operations, when it is a JSON patch; only the first document counts.
fn json_patch_of(content: &Documents) -> Outcome<Option<Tree>> {
    let Some(first) = content.documents.first().filter(|it| json_patch::is_patch(&it.tree)) else {
        return Ok(None);
    };
    match content.errors.first() {
        Some(error) => Err(Failure::Refused(error.clone())),
        None => Ok(Some(first.tree.clone())),
    }
}

fn apply_json(resources: &mut [Resource], selector: &Selector, patch: &Tree, remembers: bool) -> Outcome<()> {
    for resource in resources.iter_mut().filter(|it| !it.is_gone() && selector.selects(it)) {
        if remembers {
            resource.remember_name();
        }
        resource.write_notes();
        json_patch::apply(&mut resource.tree, patch)?;
    }
    Ok(())
}

/// Merges a patch into the one object of its name.
fn merge_by_name(resources: &mut Vec<Resource>, patch: Tree, changes: Changes) -> Outcome<()> {
    let (span, id) = (patch.span, Resource::new(patch.clone()).id());
    let mut found = resources.iter_mut().filter(|it| it.is_any(&|it| it.is_same(&id)));
    let Some(target) = found.next() else {
        return Err(refused(
            format!("there is no {} `{}` to patch", id.kind.kind, id.name),
            name_place(&patch),
        ));
    };
    if found.next().is_some() {
        return Err(refused(format!("there are several {} `{}`", id.kind.kind, id.name), span));
    }
    merge_into(target, patch, changes)?;
    resources.retain(|it| !it.is_gone());
    Ok(())
}

/// The patch of somebody else as one of this object: what it says of the version is not meant.
fn for_object(mut patch: Tree, resource: &Resource) -> Tree {
    if let (Some(own), Some(place)) = (resource.tree.get("apiVersion"), patch.get_mut("apiVersion")) {
        *place = own.clone();
    }
    patch
}

fn merge_into(resource: &mut Resource, patch: Tree, changes: Changes) -> Outcome<()> {
    if changes.name || changes.kind {
        resource.remember_name();
    }
    let old = resource.tree.clone();
    let name = |tree: &Tree, key: &str| tree.get("metadata").and_then(|it| it.get(key)).cloned();
    let span = old.span;
    match merge::apply(old.clone(), patch)? {
        None => resource.tree = Tree { kind: crate::facts::tree::TreeKind::Null, span },
        Some(merged) => {
            resource.tree = merged;
            if resource.is_gone() {
                return Ok(());
            }
            if !changes.kind
                && let (Some(kind), Some(place)) = (old.get("kind"), resource.tree.get_mut("kind"))
            {
                *place = kind.clone();
            }
            if !changes.name {
                resource.set_metadata("name", name(&old, "name"));
            }
            resource.set_metadata("namespace", name(&old, "namespace"));
        }
    }
    Ok(())
}

/// Where a patch says whom it is for.
fn name_place(patch: &Tree) -> Span {
    let name: Option<&Text> = patch.get("metadata").and_then(|it| it.get("name")?.as_text());
    name.map_or(patch.span, place)
}
