//! A JSON patch: <https://www.rfc-editor.org/rfc/rfc6902>, as
//! <https://github.com/evanphx/json-patch/blob/v4/patch.go> understands it: an index may be negative,
//! and a member that is not there may be replaced.

use super::{Outcome, refused};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Span, Spanned};

/// Whether a text is a JSON patch.
pub(super) fn is_patch(tree: &Tree) -> bool {
    tree.as_list().is_some()
}

/// Applies every operation of `patch`.
pub(super) fn apply(tree: &mut Tree, patch: &Tree) -> Outcome<()> {
    patch.as_list().unwrap_or_default().iter().try_for_each(|it| operate(tree, it))
}

fn operate(tree: &mut Tree, operation: &Tree) -> Outcome<()> {
    let span = operation.span;
    let text = |key: &str| operation.get(key).and_then(Tree::as_text).map(|it| it.as_str().to_owned());
    let value = || operation.get("value").cloned().unwrap_or(Tree { kind: TreeKind::Null, span });
    let path = text("path").ok_or_else(|| refused("an operation has a `path`", span))?;
    let from = || text("from").ok_or_else(|| refused("this operation has a `from`", span));
    match text("op").unwrap_or_default().as_str() {
        "add" => add(tree, &path, value(), span),
        "remove" => remove(tree, &path, span).map(|_| ()),
        "replace" if path.is_empty() => {
            *tree = value();
            Ok(())
        }
        "replace" => {
            let (parent, key) = parent(tree, &path, span)?;
            let missing = || refused(format!("there is no `{path}` to replace"), span);
            match &mut parent.kind {
                TreeKind::Map(_) => parent.set(&Spanned::new(key, span), value()),
                TreeKind::List(items) => {
                    let at = index(&key, items.len(), span)?;
                    *items.get_mut(at).ok_or_else(missing)? = value();
                }
                _ => return Err(missing()),
            }
            Ok(())
        }
        "move" => {
            let moved = remove(tree, &from()?, span)?;
            add(tree, &path, moved, span)
        }
        "copy" => {
            let from = from()?;
            let copied = find(tree, &from, span)?.cloned().unwrap_or(Tree { kind: TreeKind::Null, span });
            add(tree, &path, copied, span)
        }
        "test" => {
            let wanted = value();
            let found = if path.is_empty() { Some(&*tree) } else { find(tree, &path, span)? };
            let is_equal = found.map_or_else(|| wanted.is_null(), |it| it.says_same(&wanted));
            if is_equal { Ok(()) } else { Err(refused(format!("`{path}` is something else"), span)) }
        }
        other => Err(refused(format!("`{other}` is no operation"), span)),
    }
}

fn add(tree: &mut Tree, path: &str, value: Tree, span: Span) -> Outcome<()> {
    let (parent, key) = parent(tree, path, span)?;
    match &mut parent.kind {
        TreeKind::Map(_) => {
            parent.set(&Spanned::new(key, span), value);
            Ok(())
        }
        TreeKind::List(items) if key == "-" => {
            items.push(value);
            Ok(())
        }
        TreeKind::List(items) => {
            let at = index(&key, items.len() + 1, span)?;
            items.insert(at, value);
            Ok(())
        }
        _ => Err(refused(format!("there is nothing that `{path}` could be added to"), span)),
    }
}

fn remove(tree: &mut Tree, path: &str, span: Span) -> Outcome<Tree> {
    let (parent, key) = parent(tree, path, span)?;
    let removed = match &mut parent.kind {
        TreeKind::Map(_) => parent.take(&key),
        TreeKind::List(items) => {
            let at = index(&key, items.len(), span)?;
            Some(items.remove(at))
        }
        _ => None,
    };
    removed.ok_or_else(|| refused(format!("there is no `{path}` to remove"), span))
}

/// The value at a path; `None` for a member that a mapping does not have.
fn find<'t>(tree: &'t mut Tree, path: &str, span: Span) -> Outcome<Option<&'t Tree>> {
    let (parent, key) = parent(tree, path, span)?;
    match &parent.kind {
        TreeKind::Map(_) => Ok(parent.get(&key)),
        TreeKind::List(items) => Ok(items.get(index(&key, items.len(), span)?)),
        _ => Err(refused(format!("there is no `{path}`"), span)),
    }
}

/// What holds the value at a path, and the last key of the path.
fn parent<'t>(tree: &'t mut Tree, path: &str, span: Span) -> Outcome<(&'t mut Tree, String)> {
    let missing = || refused(format!("there is no `{path}`"), span);
    let mut parts: Vec<String> =
        path.split('/').skip(1).map(|it| it.replace("~1", "/").replace("~0", "~")).collect();
    let last = parts.pop().ok_or_else(missing)?;
    let mut at = tree;
    for part in parts {
        at = match &mut at.kind {
            TreeKind::List(items) => {
                let index = index(&part, items.len(), span)?;
                items.get_mut(index).ok_or_else(missing)?
            }
            TreeKind::Map(entries) => {
                let entry = entries.iter_mut().find(|it| it.key.value == part);
                &mut entry.ok_or_else(missing)?.value
            }
            _ => return Err(missing()),
        };
    }
    Ok((at, last))
}

/// The place of an item among `length`; a negative number counts from the end.
fn index(key: &str, length: usize, span: Span) -> Outcome<usize> {
    let number: Option<i64> = key.parse().ok();
    let at = number.map(|it| if it < 0 { it + i64::try_from(length).unwrap_or(i64::MAX) } else { it });
    let at = at.and_then(|it| usize::try_from(it).ok()).filter(|it| *it < length);
    at.ok_or_else(|| refused(format!("`{key}` is no item of a list of {length}"), span))
}
