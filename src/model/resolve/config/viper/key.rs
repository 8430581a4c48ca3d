//! The value of a key: <https://github.com/spf13/viper#why-viper>. It is what `Set` says, else a flag that
//! is given, else a variable, else a configuration file, else a default, else the default of a flag.

use super::ViperCall;
use crate::facts::go::{Callee, Value};
use crate::model::ProcessVariable;
use crate::model::resolve::{Evaluator, Outcome};
use crate::source::Span;

/// One instance of viper.
pub(super) struct Viper<'e, 'w> {
    pub(super) evaluator: &'e Evaluator<'w>,
    /// The calls that speak to it.
    pub(super) calls: Vec<&'e ViperCall<'w>>,
}

impl<'e, 'w> Viper<'e, 'w> {
    /// The value of a key in lower case; `None` when nothing sets it. When a struct is filled
    /// (`unmarshals`), the environment counts for keys that are known otherwise.
    pub(super) fn get(&self, key: &str, unmarshals: bool, span: Span, depth: u32) -> Option<Outcome> {
        let Some(given) = self.values("Set", key, span, depth) else {
            return self.not_set(key, unmarshals, span, depth);
        };
        let mut sets = self.named("Set").filter(|it| self.is_key(it, key, depth));
        if sets.any(|it| self.is_made(it, depth) == Some(true)) {
            return Some(given);
        }
        Some(match self.not_set(key, unmarshals, span, depth) {
            Some(otherwise) => self.evaluator.one_of(vec![given, otherwise], "it may be set", span, None),
            None => Evaluator::assumed(given),
        })
    }

    /// The value of a key for which nothing calls `Set`.
    fn not_set(&self, key: &str, unmarshals: bool, span: Span, depth: u32) -> Option<Outcome> {
        let flag = self.flag(key, depth);
        if let Some((outcome, true)) = flag {
            return Some(outcome);
        }
        let file = self.in_files(key, span, depth);
        let default = self.values("SetDefault", key, span, depth);
        let names_all = self.named("ExperimentalBindStruct").next().is_some();
        let bound = self.bindings_of(key, depth);
        let known = names_all || bound.is_some() || flag.is_some() || file.is_some() || default.is_some();
        let below = file.or(default).or(flag.map(|(outcome, _)| outcome));
        if unmarshals && !known {
            return below;
        }
        let names = match bound {
            Some(names) if !names.is_empty() => names,
            Some(_) => vec![key.to_owned()],
            None if self.named("AutomaticEnv").next().is_some() => vec![key.to_owned()],
            None => return below,
        };
        self.variable(&names, below, span, depth)
    }

    fn named(&self, name: &'static str) -> impl Iterator<Item = &'e ViperCall<'w>> + '_ {
        self.calls.iter().copied().filter(move |it| it.name() == name)
    }

    /// The text of an argument of a call.
    pub(super) fn text(&self, it: &ViperCall<'w>, argument: usize, depth: u32) -> Option<Outcome> {
        Some(self.evaluator.inner(it.argument(argument)?, &it.frame(), depth))
    }

    /// Whether a call is made, as far as that can be told.
    pub(super) fn is_made(&self, it: &ViperCall<'w>, depth: u32) -> Option<bool> {
        let condition = it.call.condition.as_ref();
        condition.map_or(Some(true), |condition| self.evaluator.holds(condition, &it.frame(), depth))
    }

    /// Whether the first argument of a call is the key.
    fn is_key(&self, it: &ViperCall<'w>, key: &str, depth: u32) -> bool {
        match it.argument(0) {
            Some(Value::Literal(literal)) => literal.value.to_lowercase() == key,
            _ => self.text(it, 0, depth).is_some_and(|outcome| {
                outcome.unknown.is_none() && outcome.text.as_str().to_lowercase() == key
            }),
        }
    }

    /// What calls of this name give to the key.
    fn values(&self, name: &'static str, key: &str, span: Span, depth: u32) -> Option<Outcome> {
        let calls = self.named(name).filter(|it| self.is_key(it, key, depth));
        let made = calls.filter(|it| self.is_made(it, depth) != Some(false));
        let found: Vec<_> = made.filter_map(|it| self.text(it, 1, depth)).collect();
        (!found.is_empty()).then(|| self.evaluator.one_of(found, "it is set in several places", span, None))
    }

    /// The flag that is bound to the key, and whether it is given on the command line.
    fn flag(&self, key: &str, depth: u32) -> Option<(Outcome, bool)> {
        let by_key = self.named("BindPFlag").filter(|it| self.is_key(it, key, depth));
        let mut names = by_key.filter_map(|it| match it.argument(1) {
            // `flags.Lookup("port")`.
            Some(Value::Call { arguments, .. }) => {
                let name = self.evaluator.inner(arguments.first()?, &it.frame(), depth);
                name.unknown.is_none().then(|| name.text.as_str().to_owned())
            }
            _ => None,
        });
        let name = names.next().or_else(|| {
            // All flags of a set, or those that a loop names, are keys of their own.
            let in_loop = |it: &ViperCall<'w>| self.text(it, 0, depth).is_some_and(|it| it.unknown.is_some());
            let all = self.named("BindPFlags").next().is_some() || self.named("BindPFlag").any(in_loop);
            all.then(|| key.to_owned())
        })?;
        let outcome = self.evaluator.flag_named(&name, depth)?;
        Some((outcome, self.evaluator.is_flag_given(&name)))
    }

    /// The names that `BindEnv` gives to the key, none for the usual one; `None` when it is not bound.
    fn bindings_of(&self, key: &str, depth: u32) -> Option<Vec<String>> {
        let mut calls = self.named("BindEnv").chain(self.named("MustBindEnv"));
        let it = calls.find(|it| {
            // A loop that binds what a list names may bind every key.
            self.is_key(it, key, depth) || self.text(it, 0, depth).is_some_and(|it| it.unknown.is_some())
        })?;
        let own =
            it.call.arguments.iter().skip(1).map(|value| self.evaluator.inner(value, &it.frame(), depth));
        Some(own.filter(|it| it.unknown.is_none()).map(|it| it.text.as_str().to_owned()).collect())
    }

    /// The variable of the first of these names that is set, else what stands below the environment.
    fn variable(&self, names: &[String], below: Option<Outcome>, span: Span, depth: u32) -> Option<Outcome> {
        let bound = names.len() > 1 || self.named("BindEnv").any(|it| it.call.arguments.len() > 1);
        let mut next = below;
        for name in names.iter().rev() {
            let Some(name) = self.variable_name(name, bound, depth) else {
                return Some(Outcome::hole("the name of viper's variable is not known", Some(span)));
            };
            if matches!(self.evaluator.process_variable(&name), ProcessVariable::Unset) && next.is_none() {
                continue;
            }
            let default = next.take();
            let empty_is_unset = self.named("AllowEmptyEnv").next().is_none();
            next = Some(self.evaluator.variable_of_environment(&name, span, empty_is_unset, || default));
        }
        next
    }

    /// `PREFIX_KEY`, with what the replacer replaces; a name of `BindEnv` gets no prefix.
    fn variable_name(&self, key: &str, is_own: bool, depth: u32) -> Option<String> {
        let mut name = key.to_owned();
        if !is_own || key.chars().all(|it| !it.is_uppercase()) {
            let prefix = match self.named("SetEnvPrefix").next() {
                Some(it) => self.prefix(it, depth)?,
                None => String::new(),
            };
            let separator = if prefix.is_empty() { "" } else { "_" };
            name = format!("{prefix}{separator}{key}").to_uppercase();
        }
        for it in self.named("SetEnvKeyReplacer").chain(self.named("EnvKeyReplacer")) {
            name = self.replaced(it, &name, depth)?;
        }
        Some(name)
    }

    /// The prefix may be a key itself, for which no prefix was set when it was read.
    fn prefix(&self, it: &ViperCall<'w>, depth: u32) -> Option<String> {
        let argument = it.argument(0)?;
        let outcome = self.evaluator.once(argument, || self.evaluator.inner(argument, &it.frame(), depth));
        let Some(outcome) = outcome else { return Some(String::new()) };
        outcome.unknown.is_none().then(|| outcome.text.as_str().to_owned())
    }

    /// What `strings.NewReplacer("old", "new", ...)` makes of a text.
    fn replaced(&self, it: &ViperCall<'w>, name: &str, depth: u32) -> Option<String> {
        let Value::Call { callee, arguments, .. } = it.argument(0)? else { return None };
        let Callee::Imported { package, name: function } = &**callee else { return None };
        if (package.as_str(), function.as_str()) != ("strings", "NewReplacer") {
            return None;
        }
        let texts: Option<Vec<String>> = arguments
            .iter()
            .map(|value| {
                let outcome = self.evaluator.inner(value, &it.frame(), depth);
                outcome.unknown.is_none().then(|| outcome.text.as_str().to_owned())
            })
            .collect();
        let mut name = name.to_owned();
        for pair in texts?.chunks(2) {
            if let [old, new] = pair
                && !old.is_empty()
            {
                name = name.replace(old.as_str(), new);
            }
        }
        Some(name)
    }
}
