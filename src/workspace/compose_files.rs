//! Files that no name tells: those that Compose files and calls of Compose name.

use std::path::Path;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Reading, read_text};
use crate::facts::compose::{self, NamedFile};
use crate::facts::kind::Kind;
use crate::facts::{compose_call, folder_of, join_path};
use crate::source::Spanned;

/// The files of `tree` that the files read so far, or the settings, name, read as what they are named for.
pub(super) fn named<'p>(
    root: &Path,
    read: &[(&str, Kind, &Reading)],
    tree: &'p [String],
    settings: &[Vec<Spanned<String>>],
) -> Vec<(&'p String, Kind, Reading)> {
    let paths: FxHashMap<&str, &String> = tree.iter().map(|it| (it.as_str(), it)).collect();
    let mut known: FxHashSet<String> = read.iter().map(|(path, ..)| (*path).to_owned()).collect();
    let texts =
        read.iter().filter_map(|(path, kind, text)| Some((*path, *kind, text.as_ref().ok()?.0.as_str())));
    let mut wanted: Vec<(String, bool)> =
        texts.flat_map(|(path, kind, text)| of_text(path, kind, text)).collect();
    let of_settings: Vec<String> =
        settings.iter().flatten().filter_map(|it| join_path(".", &it.value)).collect();
    wanted.extend(of_settings.iter().map(|it| (it.clone(), true)));
    let mut out = Vec::new();
    while let Some(next) = wanted.pop() {
        let Some(path) = paths.get(next.0.as_str()).filter(|_| known.insert(next.0.clone())) else {
            continue;
        };
        let text = read_text(&root.join(path));
        let kind = if next.1 { Kind::Compose } else { Kind::Dotenv };
        if let Ok((text, _)) = &text {
            // A document may name what was there once.
            if kind == Kind::Compose && !has_section(text) && !of_settings.contains(&next.0) {
                continue;
            }
            wanted.extend(of_text(path, kind, text));
        }
        out.push((*path, kind, text));
    }
    out
}

/// The paths that a text names, and whether each is a Compose file.
fn of_text(path: &str, kind: Kind, text: &str) -> Vec<(String, bool)> {
    let folder = folder_of(path);
    let mut out = Vec::new();
    if kind == Kind::Compose {
        let named = compose::named_files(text).into_iter();
        out.extend(
            named.filter_map(|NamedFile { path, is_compose }| Some((join_path(folder, &path)?, is_compose))),
        );
    }
    if kind == Kind::Compose || kind.may_call_compose() {
        for call in compose_call::read(text) {
            for start in call.starts(folder) {
                let files = call.files.iter().filter_map(|it| join_path(&start, it));
                out.extend(files.filter(|it| is_yaml(it)).map(|it| (it, true)));
            }
        }
    }
    if path.rsplit('/').next() == Some(".env") {
        let list = text.lines().find_map(|it| it.trim().strip_prefix("COMPOSE_FILE=")).unwrap_or_default();
        let files = list.split([':', ';']).filter_map(|it| join_path(folder, it.trim()));
        out.extend(files.filter(|it| is_yaml(it)).map(|it| (it, true)));
    }
    out
}

/// Whether a text has one of the sections of a Compose file: <https://docs.docker.com/reference/compose-file/>.
fn has_section(text: &str) -> bool {
    const SECTIONS: [&str; 7] =
        ["services:", "include:", "networks:", "volumes:", "configs:", "secrets:", "version:"];
    text.trim_start_matches('\u{feff}').lines().any(|line| SECTIONS.iter().any(|it| line.starts_with(it)))
}

fn is_yaml(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}
