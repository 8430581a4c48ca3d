//! One file to plain owned facts with spans; no tree survives.
//!
//! Facts depend only on a file's bytes, never on another file: that makes them cacheable and lets
//! every file be read on a thread of its own.

pub mod build_arguments;
pub mod catalogue;
pub mod commands;
pub mod compose;
pub mod compose_call;
pub mod configuration;
pub mod creation;
pub mod docker_command;
pub mod dockerfile;
pub mod dockerignore;
pub mod documents;
pub mod dotenv;
pub mod folder_words;
pub mod gitattributes;
pub mod go;
pub mod go_mod;
pub mod helm;
pub mod hns;
pub mod kind;
pub mod kubernetes;
pub mod kustomize;
pub mod linked;
pub mod makefile;
pub mod placeholders;
pub mod proxy;
pub mod shell;
pub mod shell_variables;
pub mod supervisor;
pub mod suppression;
pub mod tree;
pub mod uncommitted;
pub mod wslconfig;

pub use crate::syntax::interpolation::{Dialect, Fallback, Lookup, Operator, Part, Reference, Template};

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::source::{FileId, Spanned};

/// The facts of a whole project, each with its file, in the order of paths.
#[derive(Debug, Default)]
pub struct Facts {
    /// Path of every file that was read, by [`FileId`], relative to the project root with `/`.
    pub paths: Vec<String>,
    /// Every file of the project, read or not: what a `COPY` or a `build:` can name.
    pub tree: Tree,
    /// Go source.
    pub go: Vec<(FileId, go::GoFile)>,
    /// Who reads the fields of structs.
    pub selections: Selections,
    /// `go.mod` files.
    pub modules: Vec<(FileId, go_mod::GoMod)>,
    /// `go.work` files.
    pub workspaces: Vec<(FileId, go_mod::GoMod)>,
    /// Dockerfiles.
    pub dockerfiles: Vec<(FileId, dockerfile::Dockerfile)>,
    /// `.dockerignore` files.
    pub dockerignores: Vec<(FileId, dockerignore::Dockerignore)>,
    /// Compose files.
    pub compose: Vec<(FileId, compose::ComposeFile)>,
    /// Calls of Compose, in any file that may hold some.
    pub compose_calls: Vec<(FileId, Vec<compose_call::ComposeCall>)>,
    /// The services of Compose that such files reach without a port of the host in their Compose files.
    pub reached_services: BTreeSet<String>,
    /// `.env` files.
    pub dotenv: Vec<(FileId, dotenv::Dotenv)>,
    /// What any file may create in a database.
    pub creation: creation::Creation,
    /// Shell scripts.
    pub scripts: Vec<(FileId, shell::Script)>,
    /// Makefiles.
    pub makefiles: Vec<(FileId, makefile::Makefile)>,
    /// Command lines in documents and pipelines, in files that hold some about containers.
    pub commands: Vec<(FileId, commands::Commands)>,
    /// Kubernetes manifests.
    pub manifests: Vec<(FileId, kubernetes::Manifest)>,
    /// Kustomization files.
    pub kustomizations: Vec<(FileId, documents::Documents)>,
    /// The files that kustomizations name.
    pub kustomize_inputs: Vec<(FileId, documents::Documents)>,
    /// Helm charts, each by its `Chart.yaml`.
    pub charts: Vec<(FileId, helm::Chart)>,
    /// Configuration files of programs.
    pub configurations: Vec<(FileId, configuration::Configuration)>,
    /// What may be there without being committed.
    pub uncommitted: uncommitted::Uncommitted,
    /// `.gitattributes` files.
    pub gitattributes: Vec<(FileId, gitattributes::GitAttributes)>,
    /// Networks of Windows containers.
    pub hns: Vec<(FileId, Vec<hns::HnsNetwork>)>,
    /// `.wslconfig` and `wsl.conf` files.
    pub wsl: Vec<(FileId, wslconfig::WslConfiguration)>,
    /// What supervisors start, by their files.
    pub supervisors: Vec<(FileId, Vec<supervisor::SupervisedProgram>)>,
    /// Configuration files of proxies.
    pub proxies: Vec<(FileId, proxy::ProxyFile)>,
    /// Whether a file other than the `.env` may set `COMPOSE_PROFILES` in the shell that calls Compose.
    pub sets_profiles: bool,
    /// Names of variables that the shell which calls Compose may have, see [`shell_variables`].
    pub shell_variables: FxHashSet<String>,
    /// Names of arguments behind a FROM that files may give a value, see [`build_arguments`].
    pub given_arguments: FxHashSet<String>,
    /// Whether a Dockerfile, a Makefile or a script may ask a Go build for tags.
    pub asks_for_tags: bool,
    /// The variables of Go programs, by their names alone, that the linker sets where they are built.
    pub linked_variables: FxHashSet<String>,
    /// What the project's settings say of Go functions.
    pub wrappers: catalogue::Wrappers,
    /// Places of the project's settings that could not be read.
    pub settings_errors: Vec<Spanned<String>>,
}

/// For each field that Go functions may fill with variables of the environment, by its name, the folders of the code
/// that selects it (`cfg.Name`), other than to assign to it.
pub type Selections = FxHashMap<String, Vec<String>>;

impl Facts {
    /// The path of `file`.
    #[must_use]
    pub fn path(&self, file: FileId) -> &str {
        &self.paths[file.0 as usize]
    }
}

/// The paths of all files of a project, relative to its root with `/`.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    files: FxHashSet<String>,
    /// The folders, the root being empty, each with the names of the files directly in it.
    directories: FxHashMap<String, Vec<String>>,
}

impl Tree {
    /// A tree of these files.
    pub fn new(files: impl IntoIterator<Item = String>) -> Self {
        let files: FxHashSet<String> = files.into_iter().collect();
        let mut directories: FxHashMap<String, Vec<String>> = FxHashMap::default();
        for file in &files {
            let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
            if let Some(names) = directories.get_mut(folder) {
                names.push(name.to_owned());
                continue;
            }
            directories.insert(folder.to_owned(), vec![name.to_owned()]);
            let mut at = folder;
            while let Some((parent, _)) = at.rsplit_once('/') {
                if directories.contains_key(parent) {
                    break;
                }
                directories.insert(parent.to_owned(), Vec::new());
                at = parent;
            }
        }
        Self { files, directories }
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// Whether there is such a folder; the root is `.` or empty.
    #[must_use]
    pub fn has_directory(&self, path: &str) -> bool {
        path.is_empty() || path == "." || self.directories.contains_key(path)
    }

    /// The names of the files directly in a folder, the root being `.` or empty, in no particular order.
    pub fn names_in(&self, folder: &str) -> impl Iterator<Item = &str> {
        let folder = if folder == "." { "" } else { folder };
        self.directories.get(folder).into_iter().flatten().map(String::as_str)
    }

    /// Every file, in no particular order.
    pub fn files(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(String::as_str)
    }
}

/// The folder that a path of the project lies in, `.` for the root.
#[must_use]
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// What is left of `path` below `folder`, both relative to the project root: empty for the folder itself, `None`
/// when it is not there.
#[must_use]
pub fn path_below<'p>(folder: &str, path: &'p str) -> Option<&'p str> {
    if folder == "." {
        return Some(if path == "." { "" } else { path });
    }
    let rest = path.strip_prefix(folder)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
}

/// `base` joined with the relative path `path`, `.` and `..` taken out: the path relative to the
/// project root, `.` for the root itself. `None` when it leaves the root or is absolute.
#[must_use]
pub fn join_path(base: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.starts_with('~') {
        return None;
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(if parts.is_empty() { ".".to_owned() } else { parts.join("/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_below_its_folders() {
        assert_eq!((folder_of("main.go"), folder_of("api/web/main.go")), (".", "api/web"));
        let below = |folder| path_below(folder, "api/web");
        assert_eq!((below("."), below("api"), below("api/web")), (Some("api/web"), Some("web"), Some("")));
        assert_eq!((below("ap"), below("web"), path_below(".", ".")), (None, None, Some("")));
    }

    #[test]
    fn paths_are_joined_inside_the_project() {
        assert_eq!(join_path(".", "./web/../api/main.go").as_deref(), Some("api/main.go"));
        assert_eq!(join_path("deploy", "..").as_deref(), Some("."));
        assert_eq!(join_path(".", "../outside"), None);
        assert_eq!(join_path("a", "/etc/passwd"), None);
    }

    #[test]
    fn a_tree_knows_the_folders_of_its_files() {
        let tree = Tree::new(["a/b/c.go".to_owned()]);
        assert!(tree.has_file("a/b/c.go") && tree.has_directory("a/b") && tree.has_directory("a"));
        assert!(!tree.has_directory("b") && !tree.has_file("a/b"));
    }
}
