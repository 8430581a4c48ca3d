//! What `${VARIABLE}` means in a Compose project: the `.env` beside it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::compose::Value;
use crate::facts::dotenv::{Assignment, Dotenv};
use crate::facts::kind::is_sample_of;
use crate::facts::{Facts, Lookup, Template, folder_of, join_path};
use crate::source::{FileId, Span, Spanned, Text};

/// The variables that Compose interpolates in one project.
#[derive(Clone, Debug, Default)]
pub(in crate::model) struct Variables {
    known: FxHashMap<String, Result<Text, String>>,
    /// What a sample of the `.env`, where that is not there, sets: `.env.example`.
    proposed: FxHashMap<String, String>,
    /// Set in the `.env` of a folder above, which counts when Compose is started there.
    above: FxHashSet<String>,
    /// What something that calls Compose may set.
    given: FxHashSet<String>,
    /// Whether nothing else sets variables.
    closed: bool,
}

pub(super) use crate::facts::tree::UNKNOWN;

impl Variables {
    /// Those of a project in `folder`.
    pub(super) fn of_folder(facts: &Facts, folder: &str) -> Self {
        let mut out = Self { given: facts.shell_variables.clone(), ..Self::default() };
        if let Some(file) = join_path(folder, ".env").and_then(|it| dotenv(facts, &it)) {
            out.add(file);
        } else {
            out.proposed = proposed(facts, folder);
        }
        let mut at = folder;
        while at != "." {
            at = folder_of(at);
            let Some(file) = join_path(at, ".env").and_then(|it| dotenv(facts, &it)) else { continue };
            out.above.extend(file.entries.iter().map(|it| it.name.value.clone()));
        }
        out
    }

    /// Those of a project in `folder` that is started with these variables and no others.
    pub(super) fn of_shell(
        facts: &Facts,
        folder: &str,
        shell: impl Iterator<Item = (String, String)>,
    ) -> Self {
        let mut out = Self { closed: true, ..Self::default() };
        shell.for_each(|(name, value)| out.set(&name, &value));
        if let Some(file) = join_path(folder, ".env").and_then(|it| dotenv(facts, &it)) {
            out.add(file);
        }
        out
    }

    /// Sets a variable that is written in no file.
    pub(super) fn set(&mut self, name: &str, value: &str) {
        let nowhere = Span::new(FileId(0), 0, 0);
        self.known.insert(name.to_owned(), Ok(Text::new(value, nowhere)));
    }

    /// Adds the variables of a further `.env`; those that are there already stay.
    pub(super) fn add(&mut self, file: &Dotenv) {
        // Of two lines of one name the later holds.
        let mut own: FxHashMap<String, Result<Text, String>> = FxHashMap::default();
        for (entry, value) in read(file, &mut |name| self.lookup(name), FxHashMap::default()) {
            own.insert(entry.name.value.clone(), value);
        }
        for (name, value) in own {
            self.known.entry(name).or_insert(value);
        }
    }

    pub(super) fn lookup(&self, name: &str) -> Lookup {
        match self.known.get(name) {
            Some(Ok(text)) => Lookup::Set(text.clone()),
            Some(Err(reason)) => Lookup::Unresolved(reason.clone()),
            None if name == "COMPOSE_PROJECT_NAME" => {
                Lookup::Unresolved("the name of the Compose project is not known".to_owned())
            }
            None if self.above.contains(name) => {
                Lookup::Unresolved(format!("`{name}` is set in the `.env` of a folder above"))
            }
            None if self.given.contains(name) => {
                Lookup::Unresolved(format!("what calls Compose may set `{name}`"))
            }
            None if self.closed => Lookup::Unset,
            None if self.proposed.contains_key(name) => Lookup::Proposed(self.proposed[name].clone()),
            None => Lookup::NotHere(format!("`{name}` is not set in the project")),
        }
    }

    /// Whether a variable that is not set here is not set at all.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// The text with [`UNKNOWN`] for each variable that is not known.
    pub(super) fn expand_partly(&self, template: &Template) -> Text {
        template.expand_partly(&mut |name| self.lookup(name), UNKNOWN)
    }

    /// The text, or why it is not known.
    pub(super) fn expand(&self, template: &Template) -> Result<Text, Spanned<String>> {
        template.expand(&mut |name| self.lookup(name))
    }

    /// The text when it is known; it has a place even when it is empty.
    pub(in crate::model) fn text(&self, value: &Value) -> Option<Text> {
        let text = self.expand(&value.value).ok().filter(|it| !it.as_str().contains(UNKNOWN))?;
        Some(if text.cover().is_none() { Text::new("", value.span) } else { text })
    }

    /// The texts that are known.
    pub(in crate::model) fn spanned(&self, values: &[Value]) -> Vec<Spanned<String>> {
        let text = |value: &Value| {
            let text = self.text(value)?;
            Some(Spanned::new(text.as_str().to_owned(), text.span().unwrap_or(value.span)))
        };
        values.iter().filter_map(text).collect()
    }

    /// The text with [`UNKNOWN`] for each variable that is not known.
    pub(super) fn partly(&self, value: &Value) -> Text {
        let text = self.expand_partly(&value.value);
        if text.cover().is_none() { Text::new("", value.span) } else { text }
    }
}

/// What the samples of the `.env` of `folder` set; where two differ, something that no default says.
fn proposed(facts: &Facts, folder: &str) -> FxHashMap<String, String> {
    let mut out: FxHashMap<String, String> = FxHashMap::default();
    let path = join_path(folder, ".env");
    for file in path.iter().flat_map(|it| samples(facts, it)) {
        for (entry, value) in read(file, &mut |it| Lookup::NotHere(it.to_owned()), FxHashMap::default()) {
            let text = value.map_or_else(|_| UNKNOWN.to_string(), |it| it.as_str().to_owned());
            let said = out.entry(entry.name.value.clone()).or_insert_with(|| text.clone());
            if *said != text {
                *said = UNKNOWN.to_string();
            }
        }
    }
    out
}

/// The samples of the dotenv file at `path`.
pub(super) fn samples<'a>(facts: &'a Facts, path: &'a str) -> impl Iterator<Item = &'a Dotenv> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_one = move |it: &str| {
        folder_of(it) == folder_of(path) && is_sample_of(it.rsplit('/').next().unwrap_or(it), name)
    };
    facts.dotenv.iter().filter(move |(id, _)| is_one(facts.path(*id))).map(|(_, it)| it)
}

/// The dotenv file at `path`.
pub(super) fn dotenv<'a>(facts: &'a Facts, path: &str) -> Option<&'a Dotenv> {
    facts.dotenv.iter().find(|(file, _)| facts.path(*file) == path).map(|(_, it)| it)
}

/// The values of a dotenv file in order. `outer` has precedence over the file's own variables, and they
/// over `known`, those of files before it.
pub(super) fn read<'f>(
    file: &'f Dotenv,
    outer: &mut dyn FnMut(&str) -> Lookup,
    mut known: FxHashMap<String, Result<Text, String>>,
) -> Vec<(&'f Assignment, Result<Text, String>)> {
    let mut out = Vec::new();
    for entry in &file.entries {
        let name = &entry.name.value;
        let mut lookup = |name: &str| match (outer(name), known.get(name)) {
            (Lookup::NotHere(_) | Lookup::Proposed(_) | Lookup::Unset, Some(known)) => match known {
                Ok(text) => Lookup::Set(text.clone()),
                Err(reason) => Lookup::Unresolved(reason.clone()),
            },
            (found, _) => found,
        };
        let value = match &entry.value {
            Some(template) => template.expand(&mut lookup).map_err(|it| it.value),
            None => match lookup(name) {
                Lookup::Set(text) => Ok(text),
                Lookup::Unset => continue,
                _ => Err(format!("`{name}` is taken from the shell")),
            },
        };
        known.insert(name.clone(), value.clone());
        out.push((entry, value));
    }
    out
}
