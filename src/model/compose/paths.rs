//! Paths of a Compose file, relative to the project's root or absolute.

use crate::facts::tree::{Tree, TreeKind};
use crate::source::Text;

use super::load::each;

/// `path` without `.`, `..` and double slashes, as Go's `path.Clean` writes it.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|it| *it != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            part => parts.push(part),
        }
    }
    match (rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// `path` seen from `folder`; an absolute one, or one of a home folder, stays as it is.
pub(super) fn join(folder: &str, path: &str) -> String {
    if path.starts_with(['/', '~']) { path.to_owned() } else { clean(&format!("{folder}/{path}")) }
}

/// Resolves the paths of a Compose file, which count from `folder`:
/// <https://github.com/compose-spec/compose-go/blob/main/paths/resolve.go>.
pub(super) fn resolve(tree: &mut Tree, folder: &str) {
    for contexts in ["services.*.build.context", "services.*.build.additional_contexts.*"] {
        each(tree, contexts, &mut |it| {
            if !it.as_text().is_some_and(|it| is_remote(it.as_str())) {
                resolve_one(it, folder);
            }
        });
    }
    let paths = [
        "services.*.env_file.*.path",
        "services.*.label_file.*",
        "services.*.extends.file",
        "services.*.develop.watch.*.path",
        "configs.*.file",
        "secrets.*.file",
    ];
    for path in paths {
        each(tree, path, &mut |it| resolve_one(it, folder));
    }
    each(tree, "services.*.volumes.*", &mut |it| {
        let is_bind = it.get("type").and_then(Tree::as_text).is_some_and(|it| it.as_str() == "bind");
        if let Some(source) = it.get_mut("source").filter(|_| is_bind) {
            resolve_one(source, folder);
        }
    });
}

fn is_remote(context: &str) -> bool {
    let prefixes = ["service:", "https://", "http://", "git://", "ssh://", "github.com/", "git@"];
    context.contains("://") || prefixes.iter().any(|it| context.starts_with(it))
}

fn resolve_one(tree: &mut Tree, folder: &str) {
    if tree.is_unknown() {
        return;
    }
    let TreeKind::Text(text) = &tree.kind else { return };
    let bytes = text.as_str().as_bytes();
    let is_drive = bytes.get(1) == Some(&b':') && matches!(bytes.get(2), Some(b'/' | b'\\'));
    if bytes.is_empty() || is_drive {
        return;
    }
    let place = text.cover().unwrap_or(tree.span);
    tree.kind = TreeKind::Path(Text::new(join(folder, text.as_str()), place));
}
