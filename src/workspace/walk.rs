//! Which files belong to a project.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use ignore::{DirEntry, WalkBuilder, WalkState};

use super::path::{self, relative};
use super::{Note, git_index, locate};
use crate::facts::kind::Kind;

/// Code of others, and data of tests: nothing in it runs as part of this project.
const SKIPPED_FOLDERS: &[&str] = &["vendor", "node_modules", "bower_components", "third_party", "testdata"];

/// Hidden folders that hold what people wrote; every other one belongs to a tool.
const HIDDEN_FOLDERS: &[&str] = &[
    ".build",
    ".ci",
    ".circleci",
    ".compose",
    ".deploy",
    ".devcontainer",
    ".docker",
    ".github",
    ".woodpecker",
];

/// The files of a project.
#[derive(Debug, Default)]
pub(super) struct Walked {
    /// Paths relative to the root with `/`, sorted.
    pub files: Vec<String>,
    /// Places that could not be walked.
    pub notes: Vec<Note>,
}

/// Walks the project at `root`. What git ignores is left out: it is on this machine only, so a
/// finding in it, or one that rests on it, would be true on this machine only.
pub(super) fn walk(root: &Path) -> Walked {
    let real_root = path::canonical(root).unwrap_or_else(|_| root.to_owned());
    let in_repository = locate::repository_of(root).is_some();
    let walker = WalkBuilder::new(root)
        .hidden(false)
        // `.ignore` is a habit of search tools.
        .ignore(false)
        // Without a repository nothing says that a `.gitignore` further up is about this project.
        .parents(in_repository)
        .require_git(false)
        .follow_links(false)
        .threads(rayon::current_num_threads())
        .filter_entry(|entry| entry.depth() == 0 || !is_folder(entry) || is_walked(entry))
        .build_parallel();
    let found = Mutex::new(Walked::default());
    walker.run(|| {
        let mut local = Collector { shared: &found, own: Walked::default() };
        let real_root = &real_root;
        Box::new(move |entry| {
            local.add(root, real_root, entry);
            WalkState::Continue
        })
    });
    let mut walked = found.into_inner().unwrap_or_default();
    walked.files.sort_unstable();
    let forced = tracked_but_ignored(root, &walked.files);
    walked.files.extend(forced);
    walked.files.sort_unstable();
    walked
}

/// The files of the project that git tracks although a pattern ignores them. `walked` is sorted.
fn tracked_but_ignored(root: &Path, walked: &[String]) -> Vec<String> {
    let Some(repository) = locate::repository_of(root) else { return Vec::new() };
    let inside = relative(&repository, root).map(|it| format!("{it}/")).unwrap_or_default();
    git_index::tracked(&repository)
        .into_iter()
        .filter_map(|it| it.strip_prefix(&inside).map(str::to_owned))
        .filter(|it| walked.binary_search(it).is_err())
        .filter(|it| it.rsplit_once('/').is_none_or(|(folder, _)| folder.split('/').all(is_walked_name)))
        .filter(|it| fs::symlink_metadata(root.join(it)).is_ok_and(|it| it.is_file()))
        .collect()
}

/// The files that one thread found; they join the others when the thread ends.
struct Collector<'a> {
    shared: &'a Mutex<Walked>,
    own: Walked,
}

impl Drop for Collector<'_> {
    fn drop(&mut self) {
        if let Ok(mut shared) = self.shared.lock() {
            shared.files.append(&mut self.own.files);
            shared.notes.append(&mut self.own.notes);
        }
    }
}

impl Collector<'_> {
    fn add(&mut self, root: &Path, real_root: &Path, entry: Result<DirEntry, ignore::Error>) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                self.own.notes.push(Note::unread(".", error.to_string()));
                return;
            }
        };
        let Some(path) = relative(root, entry.path()) else { return };
        let known = || Kind::of(entry.file_name().to_str().unwrap_or_default()).is_some();
        let file_type = entry.file_type();
        if file_type.is_some_and(|it| it.is_file()) {
            self.own.files.push(path);
        } else if file_type.is_some_and(|it| it.is_symlink()) {
            match link_target(real_root, entry.path()) {
                Ok(true) => self.own.files.push(path),
                Ok(false) => {}
                Err(reason) if known() => self.own.notes.push(Note::unread(path, reason)),
                Err(_) => {}
            }
        } else if !is_folder(&entry) && known() {
            self.own.notes.push(Note::unread(path, "not a regular file"));
        }
    }
}

/// Whether a link leads to a file of the project. A folder behind a link is not walked: it is in
/// the project already, or it is not of the project.
fn link_target(real_root: &Path, link: &Path) -> Result<bool, &'static str> {
    let target = path::canonical(link).map_err(|_| "a link that leads nowhere")?;
    let about = fs::metadata(&target).map_err(|_| "a link that leads nowhere")?;
    match about.is_file() {
        true if target.starts_with(real_root) => Ok(true),
        true => Err("a link out of the project"),
        false => Ok(false),
    }
}

fn is_folder(entry: &DirEntry) -> bool {
    entry.file_type().is_some_and(|it| it.is_dir())
}

fn is_walked(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_none_or(is_walked_name)
}

fn is_walked_name(name: &str) -> bool {
    if name.starts_with('.') {
        return HIDDEN_FOLDERS.contains(&name);
    }
    !SKIPPED_FOLDERS.contains(&name)
}
