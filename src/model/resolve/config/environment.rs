//! Libraries that fill structs from the environment, by struct tags.

use super::Ask;
use super::decode::data_of;
use super::text::TextSource;
use super::variable::variable_of;
use crate::facts::catalogue::Naming;
use crate::facts::go::Value;
use crate::model::ProcessVariable;
use crate::model::resolve::{Evaluator, Outcome};

impl<'w> Evaluator<'w> {
    /// What the variables of the process say of a field.
    pub(super) fn by_environment(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, frame, depth, .. } = *ask;
        let prefix = decode.entry.at.and_then(|it| decode.call.arguments.get(it));
        let prefix = match prefix {
            // The options of caarlos0/env: <https://github.com/caarlos0/env#options>.
            Some(options) if decode.entry.naming == Naming::Caarlos0 => {
                match self.head(options, frame, depth).value {
                    Value::Struct { fields, .. } => {
                        if fields
                            .iter()
                            .any(|(name, _)| matches!(name.value.as_str(), "Environment" | "TagName"))
                        {
                            return ask.hole("the options of a library decide");
                        }
                        fields.iter().find(|(name, _)| name.value == "Prefix").map(|(_, value)| value)
                    }
                    _ => return ask.hole("the options of a library decide"),
                }
            }
            it => it,
        };
        let prefix = match prefix.map(|it| self.inner(it, frame, depth.min(16))) {
            Some(outcome) if outcome.unknown.is_some() => return Some(outcome),
            Some(outcome) => outcome.text.as_str().to_owned(),
            None => String::new(),
        };
        self.by_variable(ask, &prefix)
    }

    /// The value of the variable that is bound to a field; `None` when neither it nor a default is there.
    fn by_variable(&self, ask: &Ask<'_, 'w>, prefix: &str) -> Option<Outcome> {
        let bound = variable_of(ask.decode.entry, prefix, ask.path)?;
        let unset = |name: &String| matches!(self.process_variable(name), ProcessVariable::Unset);
        if bound.default.is_none() && bound.names.iter().all(unset) {
            let name = bound.names.first().filter(|_| bound.required)?;
            // cleanenv lets what an earlier call has filled stand:
            // <https://github.com/ilyakaznacheev/cleanenv/blob/master/cleanenv.go>, `readEnvVars`.
            if ask.decode.entry.naming == Naming::Cleanenv {
                ask.leaves_open.set(true);
                return None;
            }
            return Some(Outcome::hole(&format!("the program ends without `{name}`"), Some(bound.span)));
        }
        if bound.is_file {
            return Some(Outcome::hole("a file that a variable names decides", Some(bound.span)));
        }
        // Defaults may hold variables too.
        let default = bound.default.as_ref().map(|it| match it.as_str().contains('$') {
            true => Outcome::hole("a variable in a default is not followed", it.span()),
            false => Outcome::known(it.clone()),
        });
        let mut next = default;
        for name in bound.names.iter().rev() {
            let default = next.take();
            next = Some(self.variable_of_environment(name, bound.span, bound.empty_is_unset, || default));
        }
        next
    }

    /// cleanenv reads a file first and the environment over it:
    /// <https://github.com/ilyakaznacheev/cleanenv#read-configuration>.
    pub(super) fn by_cleanenv(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, frame, depth, .. } = *ask;
        let name = data_of(decode.entry, decode.call).and_then(|it| self.path_text(it, frame, depth.min(16)));
        let ending = name.as_deref().and_then(|it| it.rsplit_once('.')).map_or("", |it| it.1);
        let (tag, naming) = match ending {
            "json" => ("json", Naming::Json),
            "toml" => ("toml", Naming::Toml),
            _ => ("yaml", Naming::Yaml),
        };
        let source = TextSource::file(name);
        let in_file = self.by_text(&self.read_source(&source), ask, tag, naming);
        let Some(bound) = variable_of(decode.entry, "", ask.path) else { return in_file };
        let names = || bound.names.iter().map(|it| self.process_variable(it));
        if names().all(|it| matches!(it, ProcessVariable::Unset)) && (in_file.is_some() || !bound.required) {
            // A default counts only where the file has left the field empty.
            return in_file.or_else(|| bound.default.map(Outcome::known));
        }
        let mut outcome = self.by_variable(ask, "");
        // Something outside may set the variable; most likely it is the file that decides.
        if names().all(|it| !matches!(it, ProcessVariable::Set { .. }))
            && let Some(in_file) = in_file
        {
            outcome = Some(Self::assumed(in_file));
        }
        outcome
    }
}
