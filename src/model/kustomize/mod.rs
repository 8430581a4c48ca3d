//! What kustomize makes of a kustomization, step by step as it does it:
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/target/kusttarget.go>.
//!
//! Every value keeps the place that decides it: a base, a patch, or the kustomization itself. What is
//! fetched from elsewhere, and what other programs generate, is not known.

mod config;
mod fields;
mod generate;
mod hash;
mod images;
mod json_patch;
mod merge;
mod names;
mod patches;
mod plugins;
mod references;
mod replacements;
mod resource;
mod selector;
mod target;
mod variables;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::documents::Documents;
use crate::facts::tree::{Tree, TreeEntry};
use crate::facts::{Facts, folder_of, join_path};
use crate::source::{FileId, Span, Spanned, Text};

/// What is applied when a kustomization is.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The objects, in no particular order.
    pub objects: Vec<Tree>,
    /// Why there may be further objects, which change none of these.
    pub open: Option<String>,
}

/// Why it is not known what a kustomization makes.
#[derive(Clone, Debug)]
pub enum Failure {
    /// Kustomize refuses it.
    Refused(Spanned<String>),
    /// Something decides that is not in the project, or that is not evaluated.
    Unknown(String),
}

/// The outcome of a step.
type Outcome<T> = Result<T, Failure>;

/// What the kustomization in `folder` makes; `.` is the root of the project.
///
/// # Errors
/// When kustomize refuses it, or it is not known.
pub fn build(facts: &Facts, folder: &str) -> Result<Rendered, Failure> {
    target::build(&Files::new(facts), folder)
}

/// The folders of the kustomizations that no other one uses, each with the files that it is made of.
pub(super) fn overlays(facts: &Facts) -> Vec<Overlay> {
    let files = Files::new(facts);
    let mut used: FxHashSet<&str> = FxHashSet::default();
    for (folder, (_, documents)) in &files.kustomizations {
        let others = ["resources", "bases", "components"].iter().flat_map(|key| listed(documents, key));
        for path in others.filter_map(|it| join_path(folder, it.as_str())) {
            used.extend(files.kustomizations.get_key_value(path.as_str()).map(|(folder, _)| *folder));
        }
    }
    let is_component = |it: &Documents| {
        let kind = it.documents.first().and_then(|it| it.tree.get("kind")?.as_text());
        kind.is_some_and(|it| it.as_str() == "Component")
    };
    let roots = files
        .kustomizations
        .iter()
        .filter(|(folder, (_, documents))| !used.contains(**folder) && !is_component(documents));
    let mut out: Vec<Overlay> = roots
        .map(|(folder, (file, _))| Overlay { file: *file, rendered: target::build(&files, folder) })
        .collect();
    out.sort_by(|a, b| facts.path(a.file).cmp(facts.path(b.file)));
    out
}

/// The files that a kustomization makes objects of, whichever it is.
pub(super) fn used_files(facts: &Facts) -> FxHashSet<FileId> {
    facts.kustomize_inputs.iter().map(|(file, _)| *file).collect()
}

/// A kustomization that no other one uses.
pub(super) struct Overlay {
    /// The kustomization file.
    pub(super) file: FileId,
    /// What it makes.
    pub(super) rendered: Result<Rendered, Failure>,
}

/// The files of a project that kustomize reads.
struct Files<'a> {
    facts: &'a Facts,
    /// By their folders.
    kustomizations: FxHashMap<&'a str, (FileId, &'a Documents)>,
    /// Folders with several kustomization files, which kustomize refuses.
    ambiguous: FxHashSet<&'a str>,
    inputs: FxHashMap<&'a str, &'a Documents>,
}

impl<'a> Files<'a> {
    fn new(facts: &'a Facts) -> Self {
        let mut out = Self {
            facts,
            kustomizations: FxHashMap::default(),
            ambiguous: FxHashSet::default(),
            inputs: facts.kustomize_inputs.iter().map(|(file, it)| (facts.path(*file), it)).collect(),
        };
        for (file, documents) in &facts.kustomizations {
            let folder = folder_of(facts.path(*file));
            if out.kustomizations.insert(folder, (*file, documents)).is_some() {
                out.ambiguous.insert(folder);
            }
        }
        out
    }

    /// The file at `path`, which the kustomization in `folder` names.
    fn input(&self, folder: &str, path: &Text) -> Outcome<&'a Documents> {
        let span = place(path);
        if is_remote(path.as_str()) {
            return Err(Failure::Unknown(format!("`{}` is not in the project", path.as_str())));
        }
        let Some(joined) = join_path(folder, path.as_str()) else {
            return Err(Failure::Unknown(format!("`{}` is outside of the project", path.as_str())));
        };
        if folder != "." && !joined.starts_with(&format!("{folder}/")) {
            let message = format!("`{}` is not below the folder of the kustomization", path.as_str());
            return Err(refused(message, span));
        }
        match self.inputs.get(joined.as_str()) {
            Some(documents) => Ok(documents),
            None if self.facts.tree.has_file(&joined) => {
                Err(Failure::Unknown(format!("`{joined}` was not read")))
            }
            None => Err(refused(format!("there is no file `{joined}`"), span)),
        }
    }
}

/// Whether a path is an address from where kustomize fetches:
/// <https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/git/repospec.go>.
fn is_remote(path: &str) -> bool {
    let hosts = ["github.com", "gitlab.com", "bitbucket.org", "dev.azure.com", "git@", "git::"];
    path.contains("://") || path.contains("?ref=") || hosts.iter().any(|it| path.starts_with(it))
}

/// The texts of a list of a kustomization, whatever its shape.
fn listed<'d>(documents: &'d Documents, key: &str) -> impl Iterator<Item = &'d Text> {
    let list = documents.documents.first().and_then(|it| it.tree.get(key)?.as_list());
    list.unwrap_or_default().iter().filter_map(Tree::as_text)
}

fn refused(message: impl Into<String>, span: Span) -> Failure {
    Failure::Refused(Spanned::new(message.into(), span))
}

fn place(text: &Text) -> Span {
    text.cover().unwrap_or_else(|| Span::new(FileId(0), 0, 0))
}

/// The value of a key that is not null. Go's JSON decoder takes a key in any case.
fn section<'t>(tree: &'t Tree, key: &str) -> Option<&'t Tree> {
    let similar =
        || tree.as_map()?.iter().find(|it| it.key.value.eq_ignore_ascii_case(key)).map(|it| &it.value);
    tree.get(key).or_else(similar).filter(|it| !it.is_null())
}

/// The text of a key.
///
/// # Errors
/// When it is something else: what has a type is not converted.
fn text<'t>(tree: &'t Tree, key: &str) -> Outcome<Option<&'t Text>> {
    let Some(value) = section(tree, key) else { return Ok(None) };
    let text = value.as_text().ok_or_else(|| refused(format!("`{key}` must be a text"), value.span))?;
    Ok(Some(text).filter(|it| !it.as_str().is_empty()))
}

/// The truth value of a key, by default false.
fn switch(tree: &Tree, key: &str) -> Outcome<bool> {
    let Some(value) = section(tree, key) else { return Ok(false) };
    value.as_bool().ok_or_else(|| refused(format!("`{key}` must be true or false"), value.span))
}

/// The items of a key.
fn items<'t>(tree: &'t Tree, key: &str) -> Outcome<&'t [Tree]> {
    let Some(value) = section(tree, key) else { return Ok(&[]) };
    value.as_list().ok_or_else(|| refused(format!("`{key}` must be a list"), value.span))
}

/// The items of a key, which are texts.
fn texts<'t>(tree: &'t Tree, key: &str) -> Outcome<Vec<&'t Text>> {
    let text = |it: &'t Tree| {
        it.as_text().ok_or_else(|| refused(format!("`{key}` must be a list of texts"), it.span))
    };
    items(tree, key)?.iter().map(text).collect()
}

/// The entries of a key whose values are texts.
fn pairs<'t>(tree: &'t Tree, key: &str) -> Outcome<&'t [TreeEntry]> {
    let Some(value) = section(tree, key) else { return Ok(&[]) };
    let entries = value.as_map().ok_or_else(|| refused(format!("`{key}` must be a mapping"), value.span))?;
    match entries.iter().find(|it| it.value.as_text().is_none() && !it.value.is_null()) {
        Some(entry) => Err(refused(format!("`{}` must be a text", entry.key.value), entry.value.span)),
        None => Ok(entries),
    }
}

/// The single documents of a text, each a mapping with `kind` and a name.
fn resources_of(documents: &Documents) -> Outcome<Vec<Tree>> {
    if let Some(error) = documents.errors.first() {
        return Err(Failure::Refused(error.clone()));
    }
    let mut out = Vec::new();
    for content in &documents.documents {
        if let Some(fault) = content.faults.first() {
            return Err(Failure::Refused(fault.clone()));
        }
        expand_list(&content.tree, &mut out)?;
    }
    Ok(out)
}

/// The objects of a list are taken out of it.
fn expand_list(tree: &Tree, out: &mut Vec<Tree>) -> Outcome<()> {
    if tree.is_null() || tree.as_map().is_some_and(<[_]>::is_empty) {
        return Ok(());
    }
    if tree.as_map().is_none() {
        return Err(refused("an object is a mapping", tree.span));
    }
    let kind = tree.get("kind").and_then(Tree::to_text).unwrap_or_default();
    if kind.as_str().is_empty() {
        return Err(refused("an object has a `kind`", tree.span));
    }
    if kind.as_str().ends_with("List") {
        return match tree.get("items") {
            None => {
                out.push(tree.clone());
                Ok(())
            }
            Some(items) if items.is_null() => Ok(()),
            Some(items) => match items.as_list() {
                Some(list) => list.iter().try_for_each(|it| expand_list(it, out)),
                None => Err(refused("`items` is a list", items.span)),
            },
        };
    }
    let name = tree.get("metadata").and_then(|it| it.get("name")?.to_text());
    if name.is_none_or(|it| it.as_str().is_empty()) {
        return Err(refused("an object has a `metadata.name`", tree.span));
    }
    out.push(tree.clone());
    Ok(())
}
