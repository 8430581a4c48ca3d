//! Go modules: the folders of import paths.

use rustc_hash::FxHashMap;

use super::world::{Package, PackageId, Packages};
use crate::facts::{Facts, folder_of, join_path, path_below};
use crate::source::FileId;

/// A Go module: a folder with a go.mod.
#[derive(Debug)]
pub(super) struct Module {
    pub(super) directory: String,
    pub(super) path: String,
    /// Module path and folder of each `replace old => ./folder`.
    pub(super) replacements: Vec<(String, String)>,
}

impl Module {
    pub(super) fn import_path(&self, directory: &str) -> String {
        if self.path.is_empty() {
            return String::new();
        }
        match path_below(&self.directory, directory).unwrap_or_default() {
            "" => self.path.clone(),
            rest => format!("{}/{rest}", self.path),
        }
    }

    /// The folder of a package of this module, by import path.
    pub(super) fn directory_of(&self, path: &str) -> Option<String> {
        if self.path.is_empty() {
            return None;
        }
        join_path(&self.directory, strip_path(path, &self.path)?)
    }
}

impl<'a> Packages<'a> {
    /// Whether an import path lies in a module of the project, whether or not the package is there.
    #[must_use]
    pub fn is_of_own_module(&self, path: &str) -> bool {
        self.modules.iter().any(|it| !it.path.is_empty() && strip_path(path, &it.path).is_some())
    }

    /// The module that `directory` belongs to: the nearest go.mod upwards.
    pub(super) fn module_of(&self, directory: &str) -> Option<&Module> {
        let inside = self.modules.iter().filter(|it| path_below(&it.directory, directory).is_some());
        inside.max_by_key(|it| if it.directory == "." { 0 } else { it.directory.len() })
    }

    pub(super) fn link_imports(&mut self) {
        // A folder has one package that others can import; `main` only when there is nothing else.
        let mut by_directory: FxHashMap<&str, PackageId> = FxHashMap::default();
        for (index, package) in self.packages.iter().enumerate() {
            let id = PackageId(index as u32);
            let slot = by_directory.entry(&package.directory).or_insert(id);
            if self.packages[slot.0 as usize].name == "main" {
                *slot = id;
            }
        }
        let linked: Vec<_> = self
            .packages
            .iter()
            .map(|package| {
                let paths = package.files.iter().flat_map(|(_, file)| &file.imports);
                let paths = paths.map(|it| it.path.value.as_str());
                let found = paths.filter_map(|path| {
                    let directory = self.directory_of_import(package, path, &by_directory)?;
                    Some((path, *by_directory.get(directory.as_str())?))
                });
                found.collect::<FxHashMap<_, _>>()
            })
            .collect();
        for (package, imports) in self.packages.iter_mut().zip(linked) {
            package.imports = imports;
        }
    }

    pub(super) fn directory_of_import(
        &self,
        from: &Package<'a>,
        path: &str,
        known: &FxHashMap<&str, PackageId>,
    ) -> Option<String> {
        // `import "./x"` works without modules.
        if path.starts_with("./") || path.starts_with("../") {
            return join_path(&from.directory, path);
        }
        let own = self.modules.iter().find(|it| Some(&it.directory) == from.module_directory.as_ref());
        let Some(own) = own else { return directory_in_gopath(path, known) };
        let inside = own.directory_of(path).filter(|it| known.contains_key(it.as_str()));
        if inside.is_some() {
            return inside;
        }
        let replaced = own.replacements.iter().find_map(|(old, folder)| {
            let rest = strip_path(path, old)?;
            join_path(&join_path(&own.directory, folder)?, rest)
        });
        if replaced.is_some() {
            return replaced;
        }
        // A module of the same project, by go.work or from the proxy at some version. Two modules
        // of one path are examples that never meet.
        let longest = self
            .modules
            .iter()
            .filter(|it| it.directory_of(path).is_some())
            .max_by_key(|it| it.path.len())?;
        let twins = self.modules.iter().filter(|it| it.path == longest.path).count();
        if twins > 1 { None } else { longest.directory_of(path) }
    }
}

pub(super) fn modules(facts: &Facts) -> Vec<Module> {
    let read = |(id, module): &(FileId, crate::facts::go_mod::GoMod)| {
        let path = facts.path(*id);
        let replacements = module.local_replacements.iter();
        Module {
            directory: folder_of(path).to_owned(),
            path: module.module.as_ref().map(|it| it.value.clone()).unwrap_or_default(),
            replacements: replacements.map(|(old, new)| (old.value.clone(), new.value.clone())).collect(),
        }
    };
    let is_module = |(id, _): &&(FileId, _)| facts.path(*id).rsplit('/').next() == Some("go.mod");
    facts.modules.iter().filter(is_module).map(read).collect()
}

/// Without modules, `github.com/owner/repository/folder` is usually `folder` of this project.
fn directory_in_gopath(path: &str, known: &FxHashMap<&str, PackageId>) -> Option<String> {
    let mut parts = path.splitn(4, '/');
    let host = parts.next()?;
    if !host.contains('.') {
        return None;
    }
    let (_owner, _repository) = (parts.next()?, parts.next()?);
    let directory = parts.next().unwrap_or(".");
    known.contains_key(directory).then(|| directory.to_owned())
}

/// `path` without the leading `prefix`, on a border of path parts.
fn strip_path<'p>(path: &'p str, prefix: &str) -> Option<&'p str> {
    match path.strip_prefix(prefix)? {
        "" => Some(""),
        rest => rest.strip_prefix('/'),
    }
}
