//! Where in a Compose file something holds: `services.*.ports.[]` of
//! <https://github.com/compose-spec/compose-go/blob/main/tree/path.go>.

use crate::facts::tree::{Tree, TreeKind};

/// The keys that lead to a value; the items of a list are all called `[]`.
pub(super) type Path<'a> = Vec<&'a str>;

/// Whether `path` is one of those that `pattern` means; `*` stands for any one key.
pub(super) fn matches(path: &[&str], pattern: &str) -> bool {
    let mut keys = path.iter();
    for part in pattern.split('.') {
        match keys.next() {
            Some(key) if part == "*" || part == *key => {}
            _ => return false,
        }
    }
    keys.next().is_none()
}

/// The first of these whose pattern fits.
pub(super) fn find<T: Copy>(path: &[&str], table: &[(&str, T)]) -> Option<T> {
    // Nearly all of them are about one key of a service, which a look at that key tells at once.
    let may_fit = |pattern: &str| match (pattern.strip_prefix("services.*."), path) {
        (Some(rest), ["services", _, key, ..]) => rest.starts_with(key),
        (Some(_), _) => false,
        (None, _) => true,
    };
    let mut fitting = table.iter().filter(|(pattern, _)| may_fit(pattern));
    fitting.find(|(pattern, _)| matches(path, pattern)).map(|(_, it)| *it)
}

/// Visits every value that `pattern` means, to look at it.
pub(super) fn visit(tree: &Tree, pattern: &str, look: &mut dyn FnMut(&Tree)) {
    let (first, rest) = match pattern.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (pattern, None),
    };
    let mut go = |value: &Tree| match rest {
        Some(rest) => visit(value, rest, look),
        None => look(value),
    };
    match &tree.kind {
        TreeKind::Map(entries) => {
            let wanted = entries.iter().filter(|it| first == "*" || it.key.value == first);
            wanted.for_each(|it| go(&it.value));
        }
        TreeKind::List(items) if first == "*" || first == "[]" => items.iter().for_each(go),
        _ => {}
    }
}

/// Visits every value that `pattern` means, to change it.
pub(in crate::model::compose) fn each(tree: &mut Tree, pattern: &str, visit: &mut dyn FnMut(&mut Tree)) {
    let (first, rest) = match pattern.split_once('.') {
        Some((first, rest)) => (first, Some(rest)),
        None => (pattern, None),
    };
    let mut go = |value: &mut Tree| match rest {
        Some(rest) => each(value, rest, visit),
        None => visit(value),
    };
    match &mut tree.kind {
        TreeKind::Map(entries) => {
            let wanted = entries.iter_mut().filter(|it| first == "*" || it.key.value == first);
            wanted.for_each(|it| go(&mut it.value));
        }
        TreeKind::List(items) if first == "*" || first == "[]" => items.iter_mut().for_each(go),
        _ => {}
    }
}
