//! `vars:`: <https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/refvar/expand.go>.

use super::config::Config;
use super::replacements::{lookup, split_path};
use super::resource::{Id, Kind, Resource};
use super::{Outcome, fields, items, refused, section, text};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Span, Text};

/// A variable: the field of an object.
#[derive(Clone, Debug)]
pub(super) struct Variable {
    name: String,
    path: String,
    span: Span,
}

/// Reads the variables of a kustomization and notes the objects that they read.
pub(super) fn declare(
    kustomization: &Tree,
    resources: &mut [Resource],
    all: &mut Vec<Variable>,
) -> Outcome<()> {
    for entry in items(kustomization, "vars")? {
        let name = text(entry, "name")?.map(|it| it.as_str().to_owned()).unwrap_or_default();
        let object = section(entry, "objref").cloned().unwrap_or_default();
        let part =
            |key: &str| text(&object, key).map(|it| it.map(|it| it.as_str().to_owned()).unwrap_or_default());
        let mut kind = Kind { group: part("group")?, version: part("version")?, kind: part("kind")? };
        let api_version = part("apiVersion")?;
        match api_version.split_once('/') {
            Some((group, version)) => (kind.group, kind.version) = (group.to_owned(), version.to_owned()),
            None if !api_version.is_empty() => kind.version = api_version,
            None => {}
        }
        let id = Id::new(kind, part("name")?, part("namespace")?);
        let is_meant = |it: &Id| match id.namespace.is_empty() && !id.is_cluster_scoped() {
            true => it.kind == id.kind && it.name == id.name,
            false => it.is_same(&id),
        };
        let mut found = resources.iter_mut().filter(|it| it.is_any(&is_meant));
        if let Some(resource) = found.next() {
            resource.variables.push(name.clone());
            if found.next().is_some() {
                return Err(refused(format!("`{name}` may read of several objects"), entry.span));
            }
        }
        let field = section(entry, "fieldref").map(|it| text(it, "fieldPath")).transpose()?.flatten();
        let path = field.map_or_else(|| "metadata.name".to_owned(), |it| it.as_str().to_owned());
        add(all, Variable { name, path, span: entry.span })?;
    }
    Ok(())
}

/// Adds the variables of a base.
pub(super) fn merge(all: &mut Vec<Variable>, more: Vec<Variable>) -> Outcome<()> {
    more.into_iter().try_for_each(|it| add(all, it))
}

fn add(all: &mut Vec<Variable>, new: Variable) -> Outcome<()> {
    if all.iter().any(|it| it.name == new.name) {
        return Err(refused(format!("the variable `{}` is there twice", new.name), new.span));
    }
    all.push(new);
    Ok(())
}

/// Replaces `$(NAME)` where variables are looked for.
pub(super) fn resolve(variables: &[Variable], config: &Config, resources: &mut [Resource]) -> Outcome<()> {
    let mut values: Vec<(&str, Tree)> = Vec::new();
    for variable in variables {
        let owner = resources.iter().find(|it| it.variables.contains(&variable.name));
        let missing = || refused(format!("`{}` reads of no field", variable.name), variable.span);
        let value = lookup(&owner.ok_or_else(missing)?.tree, &path_of(&variable.path)).ok_or_else(missing)?;
        values.push((&variable.name, value.clone()));
    }
    if values.is_empty() {
        return Ok(());
    }
    for resource in resources.iter_mut() {
        for field in config.fields("varReference") {
            let span = resource.tree.span;
            fields::visit(resource, field, None, span, &mut |it| {
                match &mut it.kind {
                    TreeKind::List(items) => items.iter_mut().for_each(|it| replace(it, &values)),
                    TreeKind::Map(entries) => {
                        entries.iter_mut().for_each(|it| replace(&mut it.value, &values))
                    }
                    _ => replace(it, &values),
                }
                Ok(())
            })?;
        }
    }
    Ok(())
}

/// The parts of a path, `ports[0]` as two of them.
fn path_of(path: &str) -> Vec<String> {
    let parts = split_path(path).into_iter();
    let split = parts.flat_map(|part| match part.strip_suffix(']').and_then(|it| it.split_once('[')) {
        Some((name, index)) if !name.is_empty() => vec![name.to_owned(), index.to_owned()],
        _ => vec![part],
    });
    split.collect()
}

fn replace(tree: &mut Tree, values: &[(&str, Tree)]) {
    let Some(text) = tree.as_text().cloned() else { return };
    let whole = text.as_str();
    let value_of = |name: &str| values.iter().find(|(it, _)| *it == name).map(|(_, it)| it);
    let mut out = Text::default();
    let mut done = 0;
    while let Some(at) = whole[done..].find('$').map(|it| done + it) {
        out.append(&text.slice(done..at));
        let rest = &whole[at + 1..];
        if rest.starts_with('$') {
            out.append(&text.slice(at..at + 1));
            done = at + 2;
        } else if let Some(end) = rest.strip_prefix('(').and_then(|it| it.find(')')).map(|it| at + 2 + it) {
            done = end + 1;
            let value = value_of(&whole[at + 2..end]);
            match value.and_then(|it| Some((it, it.to_text()?))) {
                // Alone it keeps its type.
                Some((value, _)) if at == 0 && done == whole.len() => {
                    *tree = Tree { span: tree.span, kind: value.kind.clone() };
                    return;
                }
                Some((_, value)) => out.append(&value),
                None => out.append(&text.slice(at..done)),
            }
        } else {
            out.append(&text.slice(at..at + 1));
            done = at + 1;
        }
    }
    out.append(&text.slice(done..whole.len()));
    *tree = Tree::text(out, tree.span);
}
