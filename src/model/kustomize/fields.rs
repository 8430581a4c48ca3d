//! Finds a field of an object, and makes it where it is missing:
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/fieldspec/fieldspec.go>.

use super::config::Field;
use super::resource::Resource;
use super::{Outcome, refused};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Span, Spanned};

/// What is done with a field.
type Visit<'v> = dyn FnMut(&mut Tree) -> Outcome<()> + 'v;

/// Visits a field of an object. Where it is missing and may be made it is first made as `new`, which
/// follows from what is written at `span`.
pub(super) fn visit(
    resource: &mut Resource,
    field: &Field,
    new: Option<&TreeKind>,
    span: Span,
    visit: &mut Visit<'_>,
) -> Outcome<()> {
    if !resource.kind().is_selected(field.object()) {
        return Ok(());
    }
    let path = split(&field.path, '/');
    let new = new.filter(|_| field.create);
    walk(&mut resource.tree, &path, new, span, visit)
}

/// Visits what is at a path, whatever object it is.
pub(super) fn walk(
    tree: &mut Tree,
    path: &[String],
    new: Option<&TreeKind>,
    span: Span,
    visit: &mut Visit<'_>,
) -> Outcome<()> {
    let Some((first, rest)) = path.split_first() else { return visit(tree) };
    if let TreeKind::List(items) = &mut tree.kind {
        return items.iter_mut().try_for_each(|it| walk(it, path, new, span, visit));
    }
    if tree.is_null() {
        return Ok(());
    }
    if tree.as_map().is_none() {
        return Err(refused("this should be a mapping or a list", tree.span));
    }
    let (name, new_here) = match first.strip_suffix("[]") {
        Some(name) => (name, None),
        None => (first.as_str(), new),
    };
    if tree.get(name).is_none_or(Tree::is_null) {
        let Some(new) = new_here else { return Ok(()) };
        let kind = if rest.is_empty() { new.clone() } else { TreeKind::Map(Vec::new()) };
        tree.set(&Spanned::new(name.to_owned(), span), Tree { kind, span });
    }
    match tree.get_mut(name) {
        Some(value) => walk(value, rest, new, span, visit),
        None => Ok(()),
    }
}

/// The parts of a path; a backslash in front of the separator makes it a part of a key.
pub(super) fn split(path: &str, separator: char) -> Vec<String> {
    let mut parts: Vec<&str> = path.split(separator).collect();
    if parts.len() > 1 && parts[0].is_empty() {
        parts.remove(0);
    }
    let mut out: Vec<String> = Vec::new();
    for part in parts {
        match out.last_mut() {
            Some(last) if last.ends_with('\\') => {
                last.pop();
                last.push(separator);
                last.push_str(part);
            }
            _ => out.push(part.to_owned()),
        }
    }
    out
}
