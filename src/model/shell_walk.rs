//! A shell that runs commands, as far as folders and variables go.

use rustc_hash::FxHashMap;

use super::image::absolute;
use crate::facts::shell::Command;
use crate::facts::{Lookup, Template};
use crate::source::Text;

/// What holds between two commands of a script.
#[derive(Clone, Default)]
pub(super) struct ShellWalk {
    /// The working directory of each subshell; `None` when it is not known.
    folders: FxHashMap<u32, Option<String>>,
    variables: FxHashMap<String, Option<Text>>,
}

/// A command that does more than change the shell.
pub(super) struct Step {
    /// Where it runs; `None` when that is not known.
    pub(super) folder: Option<String>,
    /// `NAME=value` in front of it.
    pub(super) own: Vec<(String, Option<Text>)>,
}

impl ShellWalk {
    /// A shell that starts in this folder, an absolute path.
    pub(super) fn new(folder: &str) -> Self {
        let mut it = Self::default();
        it.folders.insert(0, Some(folder.to_owned()));
        it
    }

    /// A shell that this one starts in a folder, with further variables.
    pub(super) fn inner(&self, folder: &str, own: &[(String, Option<Text>)]) -> Self {
        let mut it = Self::new(folder);
        it.variables = self.variables.clone();
        it.variables.extend(own.iter().cloned());
        it
    }

    /// Runs `cd`, `export` and assignments; any other command is handed back. `outside` is the
    /// environment that the shell was started with.
    pub(super) fn step(&mut self, command: &Command, outside: &dyn Fn(&str) -> Lookup) -> Option<Step> {
        let outer = self.folders.get(&0).cloned().flatten();
        let folder = self.folders.entry(command.subshell).or_insert(outer).clone();
        let assignments = command.assignments.iter();
        let own: Vec<_> =
            assignments.map(|(name, value)| (name.value.clone(), self.expand(value, outside))).collect();
        match command.program_name() {
            None | Some("export") => self.variables.extend(own),
            Some("cd") => {
                let target = command.program_words().get(1);
                let target = target.and_then(|it| self.expand(&it.value, outside));
                let next = match (target, &folder) {
                    (Some(target), _) if target.as_str().starts_with('/') => {
                        Some(absolute("", target.as_str()))
                    }
                    (Some(target), Some(folder)) => Some(absolute(folder, target.as_str())),
                    _ => None,
                };
                self.folders.insert(command.subshell, next);
            }
            Some(_) => return Some(Step { folder, own }),
        }
        None
    }

    /// A word; `None` when a variable in it is not known.
    pub(super) fn expand(&self, value: &Template, outside: &dyn Fn(&str) -> Lookup) -> Option<Text> {
        value.expand(&mut |name| self.lookup(name, outside)).ok()
    }

    /// The value of a variable.
    pub(super) fn lookup(&self, name: &str, outside: &dyn Fn(&str) -> Lookup) -> Lookup {
        match self.variables.get(name) {
            Some(Some(text)) => Lookup::Set(text.clone()),
            Some(None) => Lookup::NotHere(format!("`{name}` has no value here")),
            None => outside(name),
        }
    }
}
