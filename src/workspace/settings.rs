//! Finds the settings of a project, and what they leave out.

use std::path::{Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::path::{canonical, from_root};
use super::read_text;
use crate::config::Settings;
use crate::source::SourceMap;

/// The names of a settings file; in one folder the first counts.
const NAMES: &[&str] = &[".reachlint.toml", "reachlint.toml"];

/// A settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsFile {
    path: PathBuf,
    text: String,
}

impl SettingsFile {
    /// Reads the file at `path`.
    ///
    /// # Errors
    /// Why it cannot be read, one clause.
    pub fn read(path: &Path) -> Result<Self, String> {
        let (text, _) = read_text(path)?;
        let path = canonical(path).map_err(|error| error.to_string())?;
        Ok(Self { path, text })
    }

    /// The nearest settings file in `root`, which is absolute, or in a folder above it.
    #[must_use]
    pub fn find(root: &Path) -> Option<PathBuf> {
        let here = |folder: &Path| NAMES.iter().map(|name| folder.join(name)).find(|it| it.is_file());
        root.ancestors().find_map(here)
    }

    /// Adds the file to the sources of the project at `root`, and reads what it says.
    pub(super) fn load(&self, root: &Path, sources: &mut SourceMap) -> Settings {
        let file = sources.add(from_root(root, &self.path), self.text.as_str());
        Settings::read(file, &self.text)
    }

    /// What the settings exclude. Patterns are seen from the folder of the file, as those of a `.gitignore`
    /// are; a file that lies elsewhere speaks of the project's root.
    pub(super) fn excluded(&self, root: &Path, settings: &mut Settings) -> Gitignore {
        let folder = self.path.parent().filter(|it| root.starts_with(it)).unwrap_or(root);
        let mut builder = GitignoreBuilder::new(folder);
        for glob in settings.exclude.clone() {
            match builder.add_line(None, &glob.value) {
                Ok(_) => {}
                Err(ignore::Error::Glob { err, .. }) => settings.refuse_glob(glob.span, &err),
                Err(error) => settings.refuse_glob(glob.span, &error.to_string()),
            }
        }
        builder.build().unwrap_or_else(|_| Gitignore::empty())
    }
}
