//! What a container sets in the environment on the way to the program that it runs: `export` in a script, `NAME=value`
//! in front of a command or behind `env`, a file that a shell reads in.

use crate::facts::shell::{self, Script};
use crate::facts::{Lookup, Template};
use crate::model::{Environment, Origin, Variable};
use crate::source::{Span, Spanned, Text};

/// Commands that give variables values which the script does not show.
const READING: &[&str] = &[".", "eval", "source"];

/// What is set on the way.
#[derive(Clone, Debug, Default)]
pub struct StartEnvironment {
    /// In order; a value that is not known is `None`.
    variables: Vec<(Spanned<String>, Option<Text>)>,
    /// Why there may be others.
    open: Option<&'static str>,
}

impl StartEnvironment {
    /// What a script sets before it runs `server`, and in front of that.
    pub(super) fn script(
        &mut self,
        script: &Script,
        server: &shell::Command,
        lookup: &dyn Fn(&str) -> Lookup,
    ) {
        let before = script.commands.iter().filter(|it| it.span.start <= server.span.start);
        let is_exported = |name: &str| {
            script
                .commands
                .iter()
                .any(|it| it.program_name() == Some("export") && names(it).any(|it| it == name))
        };
        for command in before.filter(|it| it.subshell == 0 && !it.background || it.span == server.span) {
            let exports = matches!(command.program_name(), Some("export" | "declare" | "typeset"));
            // What stands in front of another program is for that alone.
            let holds = exports || command.span == server.span || command.words.is_empty();
            for (name, value) in command.assignments.iter().filter(|_| holds) {
                // A variable of the script becomes one of the program where it is exported, or was there before.
                let reaches = !command.words.is_empty() || is_exported(&name.value);
                let is_certain = reaches && !command.guarded && !command.looped;
                let value = is_certain.then(|| self.expand(value, lookup)).flatten();
                self.variables.push((name.clone(), value));
            }
            if READING.contains(&command.program_name().unwrap_or_default()) {
                self.opened("what it starts with reads variables in");
            }
            if exports && command.words.iter().skip(1).any(|it| !is_plain(&it.raw.value)) {
                self.opened("what it starts with exports variables of names that are not known");
            }
            if matches!(command.program_name(), Some("read" | "unset")) {
                let named = command.words.iter().skip(1).filter(|it| is_plain(&it.raw.value));
                self.variables.extend(named.map(|it| (it.raw.clone(), None)));
            }
        }
    }

    /// The words behind `env`: `env PORT=80 /app`.
    pub(super) fn words(&mut self, words: &[Text], fallback: Span) {
        for word in words.iter().take_while(|it| it.as_str().starts_with('-') || it.as_str().contains('=')) {
            match word.as_str().split_once('=') {
                Some((name, value)) if is_plain(name) => {
                    let span = word.cover().unwrap_or(fallback);
                    let at = word.as_str().len() - value.len();
                    let value = word.slice(at..word.as_str().len());
                    self.variables.push((Spanned::new(name.to_owned(), span), Some(value)));
                }
                _ => self.opened("`env` changes its environment"),
            }
        }
    }

    /// That variables may be set which do not show.
    pub(super) fn opened(&mut self, reason: &'static str) {
        self.open.get_or_insert(reason);
    }

    /// Sets all that over what the container was given.
    pub fn apply(&self, environment: &mut Environment) {
        for (name, value) in &self.variables {
            let variable = Variable { value: value.clone(), span: name.span, origin: Origin::Start };
            environment.variables.insert(name.value.clone(), variable);
        }
        if let Some(reason) = self.open {
            environment.incomplete.get_or_insert_with(|| reason.to_owned());
        }
    }

    fn expand(&self, value: &Template, lookup: &dyn Fn(&str) -> Lookup) -> Option<Text> {
        let mut known = |name: &str| match self.variables.iter().rev().find(|(it, _)| it.value == name) {
            Some((_, Some(text))) => Lookup::Set(text.clone()),
            Some((_, None)) => Lookup::Unresolved(format!("what it starts with sets `{name}`")),
            None => lookup(name),
        };
        value.expand(&mut known).ok()
    }
}

/// The names that `export` is given without values.
fn names(command: &shell::Command) -> impl Iterator<Item = &str> {
    command.words.iter().skip(1).map(|it| it.raw.value.as_str())
}

/// Whether a word is the name of a variable, or a flag.
fn is_plain(word: &str) -> bool {
    word.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_' || it == b'-')
}
