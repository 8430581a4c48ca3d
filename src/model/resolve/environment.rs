//! Reads of the process environment.

use std::rc::Rc;

use super::integer::parses;
use super::{Evaluator, Frame, Outcome};
use crate::facts::catalogue::Input;
use crate::facts::go::Environ;
use crate::facts::kind::is_sample_of;
use crate::facts::{Lookup, folder_of};
use crate::model::ProcessVariable;
use crate::source::{FileId, Span, Text};

impl<'w> Evaluator<'w> {
    pub(super) fn environment(&self, read: &'w Environ, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let key = self.text(&read.key, frame, depth);
        if key.unknown.is_some() {
            return key;
        }
        let name = key.text.as_str();
        let default = || read.default.as_ref().map(|it| self.text(it, frame, depth));
        let mut outcome = self.variable_of_environment(name, read.span, read.empty_is_unset, default);
        // An error was handled that the text gives.
        if read.for_numbers
            && outcome.unknown.is_none()
            && let Some(default) = default()
            && default.text != outcome.text
        {
            outcome = match parses(outcome.text.as_str()) {
                Some(true) => outcome,
                Some(false) => default,
                None => outcome.parsed_integer(read.span),
            };
        }
        if read.required && outcome.unknown.is_none() && outcome.text.as_str().is_empty() {
            return Outcome::hole(&format!("the program ends without `{name}`"), Some(read.span));
        }
        outcome
    }

    /// A variable of the process environment, read at `span`.
    pub(super) fn variable_of_environment(
        &self,
        name: &str,
        span: Span,
        empty_is_unset: bool,
        default: impl FnOnce() -> Option<Outcome>,
    ) -> Outcome {
        let variable = self.process_variable(name);
        let is_set = matches!(variable, ProcessVariable::Set { .. });
        let mut outcome = match variable {
            ProcessVariable::Set { text: Some(text), confidence, .. }
                if !(text.as_str().is_empty() && empty_is_unset) =>
            {
                Outcome { confidence, ..Outcome::known(text) }
            }
            ProcessVariable::Set { text: None, span, .. } => {
                let reason = format!("`{name}` is set to something unknown");
                self.set_elsewhere(name, &reason, span, None)
            }
            ProcessVariable::Set { .. } | ProcessVariable::Unset => {
                default().unwrap_or_else(|| Outcome::known(Text::new("", span)))
            }
            ProcessVariable::Open(reason) => return self.set_elsewhere(name, &reason, span, default()),
        };
        outcome = self.unless_set_by_program(name, is_set, outcome);
        outcome.via.insert(0, span);
        outcome
    }

    /// Whether the variable that is read is set; `None` when that cannot be told.
    pub(super) fn is_set(&self, read: &'w Environ, frame: &Rc<Frame<'w>>, depth: u32) -> Option<bool> {
        let key = self.text(&read.key, frame, depth);
        if key.unknown.is_some() {
            return None;
        }
        match self.process_variable(key.text.as_str()) {
            ProcessVariable::Set { .. } => Some(true),
            ProcessVariable::Unset => Some(false),
            ProcessVariable::Open(_) => None,
        }
    }

    /// A variable of the environment, read at `span`; empty when it is not set.
    #[must_use]
    pub fn variable_read(&self, name: &str, span: Span) -> Outcome {
        self.variable_of_environment(name, span, true, || None)
    }

    /// A variable that something outside of the project may set: its default, else what an example beside
    /// the program says. Neither is more than possible.
    fn set_elsewhere(&self, name: &str, reason: &str, span: Span, default: Option<Outcome>) -> Outcome {
        match default.or_else(|| self.example(name)) {
            Some(mut outcome) => {
                outcome.via.insert(0, span);
                Self::assumed(outcome)
            }
            None => Outcome::hole(reason, Some(span)).from(Some(Input::Configuration)),
        }
    }

    /// What the `.env` files (`.env.example`, `app.env`) in the folder of the program, of its module or of
    /// the project say of a variable; the nearest folder counts, and its files must agree.
    fn example(&self, name: &str) -> Option<Outcome> {
        let facts = self.files.facts?;
        self.files.directories.iter().chain([&"."]).find_map(|directory| {
            let here = |path: &str| folder_of(path) == *directory;
            let name_of = |id: FileId| facts.path(id).rsplit('/').next().unwrap_or_default();
            let files = facts.dotenv.iter().filter(|(id, _)| here(facts.path(*id)));
            let said = files.filter_map(|(id, file)| {
                let value = file.get(name)?.value.as_ref()?;
                let text = value.expand(&mut |_| Lookup::Unresolved(String::new())).ok()?;
                Some((*id, text))
            });
            let said: Vec<(FileId, Text)> = said.collect();
            // What people copy to `.env` says more than what tests or others use.
            let is_usual = |id: FileId| name_of(id) == ".env" || is_sample_of(name_of(id), ".env");
            let has_usual = said.iter().any(|(id, _)| is_usual(*id));
            let said = said.into_iter().filter(|(id, _)| !has_usual || is_usual(*id));
            let mut texts = said.map(|(_, text)| text);
            let first = texts.next().filter(|it| !it.as_str().is_empty())?;
            texts.all(|it| it.as_str() == first.as_str()).then(|| Outcome::known(first))
        })
    }

    /// `os.ExpandEnv`: every `$NAME` and `${NAME}` becomes what the variable says.
    /// <https://pkg.go.dev/os#Expand>
    pub(super) fn expanded(&self, outcome: Outcome, span: Span) -> Outcome {
        let whole = outcome.text.clone();
        let text = whole.as_str();
        let mut out = Outcome { text: Text::default(), ..outcome };
        let mut at = 0;
        while let Some(dollar) = text[at..].find('$').map(|it| at + it) {
            out.text.append(&whole.slice(at..dollar));
            let rest = &text[dollar + 1..];
            let braced = rest.strip_prefix('{').and_then(|it| it.split_once('}')).map(|(name, _)| name);
            let word = |it: char| it.is_ascii_alphanumeric() || it == '_';
            let name = braced.unwrap_or_else(|| &rest[..rest.find(|it| !word(it)).unwrap_or(rest.len())]);
            at = dollar + 1 + name.len() + if braced.is_some() { 2 } else { 0 };
            out.append(self.variable_read(name, span));
        }
        out.text.append(&whole.slice(at..text.len()));
        out
    }
}
