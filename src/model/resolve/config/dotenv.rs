//! Variables that a program reads into its environment from `.env` files:
//! <https://github.com/joho/godotenv#readme>. What the environment has wins over a file that is
//! loaded, and loses to one that is overloaded.

use std::rc::Rc;

use super::file::Answer;
use crate::facts::Lookup;
use crate::facts::dotenv::Dotenv;
use crate::facts::go::Value;
use crate::model::go::DotenvLoad;
use crate::model::resolve::{Active, Evaluator, Frame};
use crate::model::{Origin, ProcessVariable};
use crate::source::{Confidence, Text};

/// A `.env` file that is loaded.
struct Loaded<'w> {
    /// Its facts, and how sure it is that the program finds this very file.
    file: Option<(&'w Dotenv, Confidence)>,
    /// As the program names it.
    path: String,
    /// Whether it wins over the environment.
    over: bool,
}

impl Loaded<'_> {
    /// What it says of a variable; `assumed` when something outside of the project may set it before.
    fn get(&self, name: &str, assumed: bool) -> ProcessVariable {
        let Some((file, confidence)) = self.file else {
            return ProcessVariable::Open(format!("{} may set `{name}`", self.path));
        };
        let Some(entry) = file.get(name) else { return ProcessVariable::Unset };
        let confidence = if assumed { Confidence::Possible } else { confidence };
        ProcessVariable::Set { text: value_of(file, name), span: entry.span, confidence }
    }
}

impl<'w> Evaluator<'w> {
    /// What a variable is when the program reads it, once it has loaded its `.env` files.
    #[must_use]
    pub fn process_variable(&self, name: &str) -> ProcessVariable {
        let incomplete = self.environment_incomplete();
        let (over, under): (Vec<_>, Vec<_>) = self.dotenv_files().into_iter().partition(|it| it.over);
        // Of several that overload the last one wins.
        for file in over.into_iter().rev() {
            match file.get(name, false) {
                ProcessVariable::Unset => {}
                found => return found,
            }
        }
        if let Some(found) = self.set_by_workload(name) {
            return found;
        }
        let mut open = incomplete.map(|reason| format!("`{name}` may be set: {reason}"));
        for file in under {
            match file.get(name, incomplete.is_some()) {
                ProcessVariable::Unset => {}
                ProcessVariable::Open(reason) => {
                    open.get_or_insert(reason);
                    break;
                }
                found => return found,
            }
        }
        open.map_or(ProcessVariable::Unset, ProcessVariable::Open)
    }

    fn set_by_workload(&self, name: &str) -> Option<ProcessVariable> {
        let it = self.set_variable(name)?;
        let (text, span) = (it.value.clone(), it.span);
        let confidence = match it.origin {
            Origin::ImageUnlessSet => Confidence::Possible,
            _ => Confidence::Proven,
        };
        Some(ProcessVariable::Set { text, span, confidence })
    }

    /// The files that the program loads, in order.
    fn dotenv_files(&self) -> Vec<Loaded<'w>> {
        let mut out = Vec::new();
        // The name of a file may hang on a variable, which no file sets before it is loaded.
        if self.reachable.dotenv_loads.is_empty() {
            return out;
        }
        self.memory.once(Active::Dotenv, || {
            self.reachable.dotenv_loads.iter().for_each(|it| self.load_files(it, &mut out));
        });
        out
    }

    fn load_files(&self, load: &DotenvLoad<'w>, out: &mut Vec<Loaded<'w>>) {
        let mut paths: Vec<Option<String>> = Vec::new();
        if let Some((function, call)) = load.call {
            let frame = Rc::new(Frame::Function { function, call: None });
            for argument in call.arguments.iter().skip(load.files) {
                let parts = match argument {
                    Value::List(parts, _) => parts.as_slice(),
                    it => std::slice::from_ref(it),
                };
                let outcomes = parts.iter().map(|it| self.inner(it, &frame, 12));
                paths.extend(outcomes.map(|it| it.unknown.is_none().then(|| it.text.as_str().to_owned())));
            }
        }
        if paths.is_empty() {
            paths.push(Some(".env".to_owned()));
        }
        let over = load.over;
        for path in paths {
            let Some(path) = path else {
                let path = "a file that the program loads".to_owned();
                out.push(Loaded { file: None, path, over });
                return;
            };
            let file = match self.find_file(&path) {
                Answer::File { path, brought_by, confidence } => {
                    let file = self.dotenv(&path, brought_by);
                    // Such a file is often changed by hand where the image is built.
                    file.map(|it| (it, confidence.min(Confidence::Likely)))
                }
                // The first file that is missing ends the call. A program that minds only runs where there is one.
                Answer::Absent => {
                    if load.call.is_some_and(|(_, it)| it.failure.is_some()) {
                        out.push(Loaded { file: None, path: format!("`{path}`"), over });
                    }
                    return;
                }
                Answer::Embedded(..) | Answer::Unseen | Answer::Unknown => None,
            };
            out.push(Loaded { file, path: format!("`{path}`"), over });
        }
    }
}

/// The value of a variable in a file, in which other variables of the file may be put in.
pub(super) fn value_of(file: &Dotenv, name: &str) -> Option<Text> {
    value_within(file, name, 8)
}

fn value_within(file: &Dotenv, name: &str, depth: u32) -> Option<Text> {
    let depth = depth.checked_sub(1)?;
    let value = file.get(name)?.value.as_ref()?;
    let expanded = value.expand(&mut |other| match value_within(file, other, depth) {
        Some(text) => Lookup::Set(text),
        None => Lookup::Unresolved(format!("`{other}` is not set in the file")),
    });
    expanded.ok()
}
