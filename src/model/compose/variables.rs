//! What `${VARIABLE}` means in a Compose project: the `.env` beside it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::facts::compose::Value;
use crate::facts::dotenv::Dotenv;
use crate::facts::{Facts, Lookup, Template, join_path};
use crate::source::{Spanned, Text};

/// The variables that Compose interpolates in one project.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables {
    known: FxHashMap<String, Result<Text, String>>,
    /// Set in the `.env` of a folder above, which counts when Compose is started there.
    above: FxHashSet<String>,
}

/// Stands for what is not known in a text that is known in part.
pub(super) const UNKNOWN: char = '\u{FFFD}';

impl Variables {
    /// Those of a project in `folder`.
    pub(super) fn of_folder(facts: &Facts, folder: &str) -> Self {
        let mut out = Self::default();
        if let Some(file) = join_path(folder, ".env").and_then(|it| dotenv(facts, &it)) {
            out.add(file);
        }
        let mut at = folder;
        while at != "." {
            at = at.rsplit_once('/').map_or(".", |(above, _)| above);
            let Some(file) = join_path(at, ".env").and_then(|it| dotenv(facts, &it)) else { continue };
            out.above.extend(file.entries.iter().map(|it| it.name.value.clone()));
        }
        out
    }

    /// Adds the variables of a further `.env`; those that are there already stay.
    pub(super) fn add(&mut self, file: &Dotenv) {
        for (name, value) in read(file, &mut |name| self.lookup(name)) {
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
            None => Lookup::NotHere(format!("`{name}` is not set in the project")),
        }
    }

    /// The text, or why it is not known.
    pub(super) fn expand(&self, template: &Template) -> Result<Text, Spanned<String>> {
        template.expand(&mut |name| self.lookup(name))
    }

    /// The text when it is known; it has a place even when it is empty.
    pub(super) fn text(&self, value: &Value) -> Option<Text> {
        let text = self.expand(&value.value).ok()?;
        Some(if text.cover().is_none() { Text::new("", value.span) } else { text })
    }

    /// The texts that are known.
    pub(super) fn spanned(&self, values: &[Value]) -> Vec<Spanned<String>> {
        let text = |value: &Value| {
            let text = self.text(value)?;
            Some(Spanned::new(text.as_str().to_owned(), text.span().unwrap_or(value.span)))
        };
        values.iter().filter_map(text).collect()
    }

    /// The text with [`UNKNOWN`] for each variable that is not known.
    pub(super) fn partly(&self, value: &Value) -> Text {
        let text = value.value.expand_partly(&mut |name| self.lookup(name), UNKNOWN);
        if text.cover().is_none() { Text::new("", value.span) } else { text }
    }
}

/// The dotenv file at `path`.
pub(super) fn dotenv<'a>(facts: &'a Facts, path: &str) -> Option<&'a Dotenv> {
    facts.dotenv.iter().find(|(file, _)| facts.path(*file) == path).map(|(_, it)| it)
}

/// The values of a dotenv file in order. `outer` has precedence over the file's own variables.
pub(super) fn read(
    file: &Dotenv,
    outer: &mut dyn FnMut(&str) -> Lookup,
) -> Vec<(String, Result<Text, String>)> {
    let mut own: FxHashMap<String, Result<Text, String>> = FxHashMap::default();
    let mut out = Vec::new();
    for entry in &file.entries {
        let name = &entry.name.value;
        let mut lookup = |name: &str| match (outer(name), own.get(name)) {
            (Lookup::NotHere(_) | Lookup::Unset, Some(Ok(text))) => Lookup::Set(text.clone()),
            (Lookup::NotHere(_) | Lookup::Unset, Some(Err(reason))) => Lookup::Unresolved(reason.clone()),
            (found, _) => found,
        };
        let value = match &entry.value {
            Some(template) => template.expand(&mut lookup).map_err(|it| it.value),
            None => match lookup(name) {
                Lookup::Set(text) => Ok(text),
                _ => Err(format!("`{name}` is taken from the shell")),
            },
        };
        own.insert(name.clone(), value.clone());
        out.push((name.clone(), value));
    }
    out
}
