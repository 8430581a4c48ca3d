//! Which files kustomize reads: <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/>.

use super::documents::Documents;
use super::tree::Tree;
use super::{folder_of, join_path};
use crate::source::Text;

/// The names that a kustomization file may have.
pub const NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// A larger file is read as little as one that is not there: a person did not write it.
pub const LARGEST_FILE: u64 = 2 * 1024 * 1024;

/// The files that the kustomization at `path` names: paths that count from the root of the project.
pub fn named_paths(path: &str, kustomization: &Documents) -> impl Iterator<Item = String> {
    let folder = folder_of(path).to_owned();
    named_files(kustomization).into_iter().filter_map(move |it| join_path(&folder, it.as_str()))
}

/// The paths of files that a kustomization names, as they are written. Of `resources:` and `bases:` some are folders.
fn named_files(kustomization: &Documents) -> Vec<Text> {
    let mut out = Vec::new();
    for document in &kustomization.documents {
        let root = &document.tree;
        for key in ["resources", "bases", "patchesStrategicMerge", "configurations", "transformers"] {
            out.extend(texts(root.get(key)));
        }
        for key in ["patches", "patchesJson6902", "replacements"] {
            let items = root.get(key).and_then(Tree::as_list).unwrap_or_default();
            out.extend(items.iter().filter_map(|it| it.get("path")?.as_text().cloned()));
        }
        for key in ["configMapGenerator", "secretGenerator"] {
            for generator in root.get(key).and_then(Tree::as_list).unwrap_or_default() {
                out.extend(texts(generator.get("envs")));
                out.extend(generator.get("env").and_then(Tree::as_text).cloned());
                let files = texts(generator.get("files"));
                out.extend(files.map(|it| path_of_source(&it)));
            }
        }
    }
    // A patch may be written in place of a path.
    out.retain(|it| !it.as_str().contains('\n'));
    out
}

/// The path in an entry of `files:`: `path` or `key=path`.
#[must_use]
pub fn path_of_source(source: &Text) -> Text {
    let text = source.as_str();
    source.slice(text.find('=').map_or(0, |it| it + 1)..text.len())
}

fn texts(list: Option<&Tree>) -> impl Iterator<Item = Text> {
    let items = list.and_then(Tree::as_list).unwrap_or_default().iter();
    items.filter_map(Tree::as_text).cloned()
}
