//! Loads the projects that a command is about.

use std::path::{Component, Path, PathBuf};

use clap::Args;

use super::exit::Failure;
use crate::engine::Input;
use crate::facts::kind::Kind;
use crate::source::FileId;
use crate::workspace::{self, Note, SettingsFile};

/// Which settings count.
#[derive(Clone, Debug, Default, Args)]
pub(super) struct SettingsArguments {
    /// Take the settings from FILE [default: the nearest reachlint.toml in the project's folder or above].
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,
    /// Take no settings file.
    #[arg(long)]
    isolated: bool,
}

impl SettingsArguments {
    /// The settings file of the project at `root`.
    fn file(&self, root: &Path) -> Result<Option<SettingsFile>, Failure> {
        let found = match &self.config {
            Some(path) => Some(path.clone()),
            None if self.isolated => None,
            None => SettingsFile::find(root),
        };
        let read = |path: PathBuf| {
            SettingsFile::read(&path).map_err(|reason| Failure(format!("{}: {reason}", path.display())))
        };
        found.map(read).transpose()
    }
}

/// A project, ready to be checked.
pub(super) struct Loaded {
    /// Its root, absolute.
    pub root: PathBuf,
    /// Its files.
    pub input: Input,
    /// What was not read.
    pub notes: Vec<Note>,
    /// The parts to report on, relative to the root; all of it when empty.
    pub filters: Vec<String>,
}

impl Loaded {
    /// Whether a file is to be reported on; the settings speak of every part of the project.
    pub(super) fn shows(&self, file: FileId) -> bool {
        let path = self.input.sources.file(file).path();
        let settings = self.input.kinds.get(file.0 as usize) == Some(&Kind::Settings);
        let inside =
            |folder: &String| path.strip_prefix(folder.as_str()).is_some_and(|it| it.starts_with('/'));
        settings || self.filters.is_empty() || self.filters.iter().any(|it| it == path || inside(it))
    }

    /// What stands before the project's paths for a person in `directory`: empty, or ending in `/`.
    pub(super) fn display_prefix(&self, directory: &Path) -> String {
        prefix(directory, &self.root)
    }

    /// What stands before the project's paths for a code host: empty, or ending in `/`.
    pub(super) fn repository_prefix(&self) -> String {
        workspace::repository_of(&self.root).map(|it| prefix(&it, &self.root)).unwrap_or_default()
    }
}

/// The working directory, links resolved; the empty path where there is none any more.
pub(super) fn working_directory() -> PathBuf {
    std::env::current_dir().and_then(|it| workspace::canonical(&it)).unwrap_or_default()
}

/// The projects of `paths`; of several paths in one project it is loaded once.
pub(super) fn load_all(paths: &[PathBuf], settings: &SettingsArguments) -> Result<Vec<Loaded>, Failure> {
    let here = [PathBuf::from(".")];
    let paths = if paths.is_empty() { &here } else { paths };
    let mut wanted: Vec<(PathBuf, Option<Vec<String>>)> = Vec::new();
    for path in paths {
        let target = workspace::locate(path).map_err(|error| Failure::new(path.display(), &error))?;
        match wanted.iter_mut().find(|(root, _)| *root == target.root) {
            None => wanted.push((target.root, target.filter.map(|it| vec![it]))),
            Some((_, filters)) => match (filters.as_mut(), target.filter) {
                (Some(list), Some(filter)) => list.push(filter),
                _ => *filters = None,
            },
        }
    }
    wanted
        .into_iter()
        .map(|(root, filters)| {
            let file = settings.file(&root)?;
            Ok(load(root, filters.unwrap_or_default(), file.as_ref()))
        })
        .collect()
}

fn load(root: PathBuf, filters: Vec<String>, settings: Option<&SettingsFile>) -> Loaded {
    let workspace = workspace::load(&root, settings);
    let input = Input {
        sources: workspace.sources,
        kinds: workspace.kinds,
        tree: workspace.tree,
        settings: workspace.settings,
    };
    Loaded { root, input, notes: workspace.notes, filters }
}

/// From `from` to `to`, both absolute, with `/` and one at the end; empty when they are the same.
/// Where the way would first lead up to a common ancestor and down again it is `to` itself.
fn prefix(from: &Path, to: &Path) -> String {
    let path = if let Ok(down) = to.strip_prefix(from) {
        down.to_owned()
    } else if let Ok(up) = from.strip_prefix(to) {
        up.components().map(|_| Component::ParentDir).collect()
    } else {
        to.to_owned()
    };
    if path.as_os_str().is_empty() {
        return String::new();
    }
    format!("{}/", workspace::with_slashes(&path).trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_lead_from_one_folder_to_another() {
        let between = |from: &str, to: &str| prefix(Path::new(from), Path::new(to));
        assert_eq!(between("/a/b", "/a/b"), "");
        assert_eq!(between("/a", "/a/b/c"), "b/c/");
        assert_eq!(between("/a/b/c", "/a"), "../../");
        assert_eq!(between("/a/b", "/x"), "/x/");
    }
}
