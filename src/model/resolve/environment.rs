//! Reads of the process environment.

use std::rc::Rc;

use super::{Evaluator, Frame, Outcome};
use crate::facts::Lookup;
use crate::facts::go::Environ;
use crate::model::go::Reachable;
use crate::source::{Confidence, Span, Text};

impl<'w> Evaluator<'w> {
    pub(super) fn environment(&self, read: &'w Environ, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let key = self.text(&read.key, frame, depth);
        if key.unknown.is_some() {
            return key;
        }
        self.variable_of_environment(key.text.as_str(), read.span, read.empty_is_unset, || {
            read.default.as_ref().map(|it| self.text(it, frame, depth))
        })
    }

    /// A variable of the process environment, read at `span`.
    pub(super) fn variable_of_environment(
        &self,
        name: &str,
        span: Span,
        empty_is_unset: bool,
        default: impl FnOnce() -> Option<Outcome>,
    ) -> Outcome {
        let environment = self.setting.environment;
        let mut found = environment.get(name);
        let mut confidence = Confidence::Proven;
        if self.reachable.overloads_dotenv {
            let Some(file) = self.setting.dotenv else {
                return Outcome::hole(&format!("a .env file may set `{name}`"), Some(span));
            };
            if let Some(variable) = file.get(name) {
                (found, confidence) = (Some(variable), Confidence::Likely);
            }
        }
        if found.is_none() {
            if let Some(reason) = &environment.incomplete {
                let reason = format!("`{name}` may be set: {reason}");
                return self.set_elsewhere(name, &reason, span, default());
            }
            let Reachable { loads_dotenv, loads_other_dotenv, .. } = self.reachable;
            if *loads_dotenv || *loads_other_dotenv {
                let Some(file) = self.setting.dotenv else {
                    return self.set_elsewhere(
                        name,
                        &format!("a .env file may set `{name}`"),
                        span,
                        default(),
                    );
                };
                found = file.get(name).filter(|_| *loads_dotenv);
                if found.is_none() && *loads_other_dotenv {
                    let reason = format!("a file that the program loads may set `{name}`");
                    return self.set_elsewhere(name, &reason, span, default());
                }
                confidence = Confidence::Likely;
            }
        }
        let mut outcome = match found {
            Some(variable) => match &variable.value {
                Some(text) if !(text.as_str().is_empty() && empty_is_unset) => {
                    Outcome { confidence, ..Outcome::known(text.clone()) }
                }
                Some(_) => default().unwrap_or_else(|| Outcome::known(Text::new("", span))),
                None => {
                    let reason = format!("`{name}` is set to something unknown");
                    self.set_elsewhere(name, &reason, variable.span, None)
                }
            },
            None => default().unwrap_or_else(|| Outcome::known(Text::new("", span))),
        };
        outcome.via.insert(0, span);
        outcome
    }

    /// Whether the variable that is read is set; `None` when that cannot be told.
    pub(super) fn is_set(&self, read: &'w Environ, frame: &Rc<Frame<'w>>, depth: u32) -> Option<bool> {
        let key = self.text(&read.key, frame, depth);
        if key.unknown.is_some() {
            return None;
        }
        let environment = self.setting.environment;
        let loads_files = self.reachable.loads_dotenv || self.reachable.loads_other_dotenv;
        match environment.get(key.text.as_str()) {
            Some(_) => Some(true),
            None if environment.incomplete.is_none() && !loads_files => Some(false),
            None => None,
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
            None => Outcome::hole(reason, Some(span)),
        }
    }

    /// What the `.env` files (`.env.example`, `app.env`) in the folder of the program, of its module or of
    /// the project say of a variable; the nearest folder counts, and its files must agree.
    fn example(&self, name: &str) -> Option<Outcome> {
        let facts = self.files.facts?;
        self.files.directories.iter().chain([&"."]).find_map(|directory| {
            let here = |path: &str| path.rsplit_once('/').map_or(".", |it| it.0) == *directory;
            let files = facts.dotenv.iter().filter(|(id, _)| here(facts.path(*id)));
            let mut texts = files.filter_map(|(_, file)| {
                let value = file.get(name)?.value.as_ref()?;
                value.expand(&mut |_| Lookup::Unresolved(String::new())).ok()
            });
            let first = texts.next().filter(|it| !it.as_str().is_empty())?;
            texts.all(|it| it.as_str() == first.as_str()).then(|| Outcome::known(first))
        })
    }
}
