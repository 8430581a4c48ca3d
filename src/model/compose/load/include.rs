//! `include:`: <https://github.com/compose-spec/compose-go/blob/main/loader/include.go>.

use rustc_hash::FxHashMap;

use super::{Fault, Loader, World};
use crate::facts::tree::{Tree, TreeKind};
use crate::model::compose::variables::dotenv;
use crate::model::compose::{folder_of, paths};
use crate::source::{FileId, Spanned};

/// Files that include each other: deeper than anybody writes.
const MAX_DEPTH: usize = 50;

impl Loader<'_> {
    /// Adds what the files of `include:` hold to `tree`.
    pub(super) fn include(&mut self, tree: &mut Tree, world: &mut World<'_>) {
        let Some(includes) = tree.take("include") else { return };
        if includes.is_null() {
            return;
        }
        let Some(items) = includes.as_list() else {
            let message = "`include` is a list of files".to_owned();
            return self.out.faults.push(Fault::written(message, includes.span));
        };
        for item in items {
            if let Some(included) = self.included(item, world) {
                self.import(included, tree, item);
            } else {
                self.incomplete("it includes a file that is not in the project".to_owned());
            }
        }
    }

    /// `None` when a file is not in the project.
    fn included(&mut self, item: &Tree, world: &World<'_>) -> Option<Tree> {
        let is_map = item.as_map().is_some();
        let paths_of = if is_map { item.get("path")? } else { item };
        let mut files = Vec::new();
        for path in one_or_many(paths_of) {
            let text = path.as_text().filter(|_| !path.is_unknown())?;
            let wanted = paths::join(world.folder, text.as_str());
            let Some(file) = self.index.find(&wanted) else {
                self.missing_file(&wanted, path.span);
                return None;
            };
            files.push(file);
        }
        let first: FileId = *files.first()?;
        if world.included.contains(&first) {
            let message = format!("`{}` includes itself, be it through others", self.index.facts.path(first));
            self.out.faults.push(Fault::written(message, paths_of.span));
            return None;
        }
        if world.included.len() > MAX_DEPTH {
            return None;
        }
        let folder = match item.get("project_directory").and_then(Tree::as_text) {
            Some(it) if !it.as_str().is_empty() => paths::join(world.folder, it.as_str()),
            _ => folder_of(self.index.facts, first).to_owned(),
        };
        let mut variables = world.variables.clone();
        match item.get("env_file") {
            None => {
                if let Some(file) = dotenv(self.index.facts, &paths::join(&folder, ".env")) {
                    variables.add(file);
                }
            }
            Some(written) => {
                for path in one_or_many(written).filter(|it| !it.is_unknown()) {
                    let Some(text) = path.as_text() else { continue };
                    let wanted = paths::join(world.folder, text.as_str());
                    match dotenv(self.index.facts, &wanted) {
                        Some(file) => variables.add(file),
                        None => self.missing_file(&wanted, path.span),
                    }
                }
            }
        }
        let mut inner = World {
            folder: &folder,
            variables: &variables,
            included: world.included.clone(),
            extended: FxHashMap::default(),
        };
        Some(self.model(&files, &mut inner))
    }

    /// Adds the resources of `included` to `tree`; Compose refuses two different ones of one name.
    fn import(&mut self, mut included: Tree, tree: &mut Tree, item: &Tree) {
        for section in ["services", "volumes", "networks", "secrets", "configs", "models"] {
            let Some(from) = included.take(section).filter(|it| it.as_map().is_some()) else { continue };
            let place = from.span;
            if tree.get(section).is_none_or(Tree::is_null) {
                tree.set(&Spanned::new(section.to_owned(), place), Tree::map(Vec::new(), place));
            }
            let Some(into) = tree.get_mut(section) else { continue };
            let TreeKind::Map(entries) = from.kind else { continue };
            for entry in entries {
                match into.entry(&entry.key.value) {
                    None => into.set(&entry.key, entry.value),
                    Some(own) if own.value.says_same(&entry.value) => {}
                    Some(own) => {
                        let inside = own.key.span.file == item.span.file;
                        let span = if inside { own.key.span } else { item.span };
                        let message = format!(
                            "`{}` is also in an included file, and is another there",
                            entry.key.value
                        );
                        self.out.faults.push(Fault::written(message, span));
                    }
                }
            }
        }
    }
}

fn one_or_many(tree: &Tree) -> impl Iterator<Item = &Tree> {
    let items = tree.as_list().unwrap_or_default().iter();
    items.chain(tree.as_list().is_none().then_some(tree))
}
