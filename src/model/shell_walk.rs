//! A shell that runs commands, as far as folders and variables go: in the container that builds an image, or on
//! the machine that holds the project.

use rustc_hash::FxHashMap;

use super::image::absolute;
use crate::facts::docker_command::UNKNOWN;
use crate::facts::folder_words::{REPOSITORY_FOLDER, REPOSITORY_VARIABLES, SCRIPT_FOLDER, WORKING_FOLDER};
use crate::facts::shell::Command;
use crate::facts::{Lookup, Template, join_path};
use crate::source::Text;

/// Stands, in a path of the machine that holds the project, for the folder of the project. Where that is nobody
/// knows, so that it begins as what is not known does, with [`UNKNOWN`].
const PROJECT_FOLDER: &str = "\u{fffd}\u{f8ff}";

/// What holds between two commands of a script.
#[derive(Clone, Default)]
pub(super) struct ShellWalk {
    /// The working directory of each subshell; `None` when it is not known.
    folders: FxHashMap<u32, Option<String>>,
    variables: FxHashMap<String, Option<Text>>,
    /// The subshell of the last command.
    subshell: u32,
    /// Where it runs.
    machine: Machine,
}

/// Whose paths a shell means.
#[derive(Clone, Default)]
enum Machine {
    /// A container, whose root is `/`.
    #[default]
    Container,
    /// The machine that holds the project, whose root is `/`, and the folder of the script there.
    OfProject(Option<String>),
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

    /// A shell of the machine that holds the project, which starts in a folder of it, and runs the script in the
    /// folder `script`, if any.
    pub(super) fn on_host(folder: &str, script: Option<&str>) -> Self {
        Self { machine: Machine::OfProject(script.map(str::to_owned)), ..Self::new(folder) }
    }

    /// A shell that this one starts in a folder, with further variables.
    pub(super) fn inner(&self, folder: &str, own: &[(String, Option<Text>)]) -> Self {
        let mut it = Self { machine: self.machine.clone(), ..Self::new(folder) };
        it.variables = self.variables.clone();
        it.variables.extend(own.iter().cloned());
        it
    }

    /// Runs `cd`, `export` and assignments; any other command is handed back. `outside` is the
    /// environment that the shell was started with.
    pub(super) fn step(&mut self, command: &Command, outside: &dyn Fn(&str) -> Lookup) -> Option<Step> {
        let outer = self.folders.get(&0).cloned().flatten();
        let folder = self.folders.entry(command.subshell).or_insert(outer).clone();
        self.subshell = command.subshell;
        let assignments = command.assignments.iter();
        let own: Vec<_> =
            assignments.map(|(name, value)| (name.value.clone(), self.expand(value, outside))).collect();
        match command.program_name() {
            None | Some("export") => self.variables.extend(own),
            Some("cd") => {
                let target = command.program_words().get(1);
                let target = target.and_then(|it| self.expand(&it.value, outside));
                let next = target.and_then(|target| match (&self.machine, &folder) {
                    (Machine::Container, None) if target.as_str().starts_with('/') => {
                        Some(absolute("", target.as_str()))
                    }
                    (Machine::OfProject(_), None) => in_project(None, target.as_str()),
                    (_, folder) => self.path(folder.as_deref()?, target.as_str()),
                });
                self.folders.insert(command.subshell, next);
            }
            Some(_) => return Some(Step { folder, own }),
        }
        None
    }

    /// A path as seen from `folder`, absolute; `None` for one of the machine that holds the project that is outside of
    /// the project, or not known.
    pub(super) fn path(&self, folder: &str, path: &str) -> Option<String> {
        match &self.machine {
            Machine::Container => Some(absolute(folder, path)),
            Machine::OfProject(_) => in_project(Some(folder), path),
        }
    }

    /// From here on nothing is known of these variables.
    pub(super) fn forget(&mut self, names: &[&str]) {
        self.variables.extend(names.iter().map(|it| ((*it).to_owned(), None)));
    }

    /// What the shell itself sets a variable to, `Some(None)` when that is not known; `None` when it does not set it.
    pub(super) fn own(&self, name: &str) -> Option<Option<Text>> {
        self.variables.get(name).cloned()
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
            None if name == WORKING_FOLDER => {
                self.folder(self.folders.get(&self.subshell).cloned().flatten())
            }
            None if name == SCRIPT_FOLDER => self.folder(match &self.machine {
                Machine::Container => None,
                Machine::OfProject(script) => script.clone(),
            }),
            None if name == REPOSITORY_FOLDER || REPOSITORY_VARIABLES.contains(&name) => {
                match &self.machine {
                    Machine::Container => outside(name),
                    Machine::OfProject(_) => self.folder(Some("/".to_owned())),
                }
            }
            None => outside(name),
        }
    }

    /// The path of a folder as the shell gives it.
    fn folder(&self, folder: Option<String>) -> Lookup {
        match (folder, &self.machine) {
            (None, _) => Lookup::Unresolved("the folder is not known".to_owned()),
            (Some(folder), Machine::Container) => Lookup::Here(folder),
            (Some(folder), Machine::OfProject(_)) => Lookup::Here(format!("{PROJECT_FOLDER}{folder}")),
        }
    }
}

/// A path of the machine that holds the project, as seen from `folder`, as one of the project, whose root is `/`;
/// `None` for one outside of it, or that is not known.
pub(super) fn in_project(folder: Option<&str>, path: &str) -> Option<String> {
    let (base, path) = match path.strip_prefix(PROJECT_FOLDER) {
        Some(inside) => ("", inside.trim_start_matches('/')),
        None => (folder?, path),
    };
    let joined = join_path(base.trim_start_matches('/'), path).filter(|it| !it.contains(UNKNOWN))?;
    Some(absolute("/", &joined))
}
