//! Command line flags, and the other words of a command line.

use std::rc::Rc;

use super::call::receiver_of;
use super::command_line::{Word, words};
use super::{Active, Evaluator, Frame, Outcome};
use crate::facts::catalogue::{FlagParts, FlagRules, FlagSyntax, Takes, go as catalogue};
use crate::facts::go::{Callee, Value};
use crate::model::go::{TypeRef, entry_of};
use crate::net::HOLE;
use crate::source::{Span, Text};

/// How deep the name and the value of a flag are followed where nobody asks for them on the way.
const DEPTH_OF_FLAG: u32 = 8;

/// A flag that the program defines.
#[derive(Clone, Debug)]
pub struct FlagDefinition<'w> {
    /// Its names.
    names: Vec<String>,
    /// Its parts.
    pub parts: FlagParts<'w>,
    rules: FlagRules,
    /// Where it is defined.
    pub span: Span,
    frame: Rc<Frame<'w>>,
}

impl FlagDefinition<'_> {
    /// Its names.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

impl<'w> Evaluator<'w> {
    /// The value of a flag that the program defines.
    #[must_use]
    pub fn value_of_flag(&self, it: &FlagDefinition<'w>) -> Outcome {
        self.flag(&it.parts, it.rules, it.span, &it.frame, DEPTH_OF_FLAG)
    }

    /// The value of a flag: what the command line says, else an environment variable, else the default.
    pub(super) fn flag(
        &self,
        parts: &FlagParts<'w>,
        rules: FlagRules,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let names = match self.flag_names(parts, frame, depth) {
            Ok(names) => names,
            Err(outcome) => return outcome,
        };
        self.flag_or(&names, rules, span, || {
            let variable = parts.variable.map(|it| self.text(it, frame, depth));
            let variables = match variable {
                Some(it) if it.unknown.is_some() => return it,
                Some(it) => listed(it.text.as_str()),
                None => Vec::new(),
            };
            let default = || match parts.default {
                Some(default) => self.text(default, frame, depth),
                None if parts.required => Outcome::hole("a flag that is required is not given", Some(span)),
                None => Outcome::known(Text::new("", span)),
            };
            self.first_set(&variables, span, rules.empty_is_unset, default)
        })
    }

    /// The value of a flag of these names: what the command line says, else what `otherwise` does.
    pub(super) fn flag_or(
        &self,
        names: &[String],
        rules: FlagRules,
        span: Span,
        otherwise: impl FnOnce() -> Outcome,
    ) -> Outcome {
        let mut outcome = match self.arguments_with(names) {
            Some(arguments) => match self.given(arguments, names, rules) {
                Some(outcome) => outcome,
                None => self.unless_set_as_flag(otherwise()),
            },
            None => Self::assumed(otherwise()),
        };
        outcome.via.insert(0, span);
        outcome
    }

    /// The first of several variables that is set, else the default.
    pub(super) fn first_set(
        &self,
        variables: &[String],
        span: Span,
        empty_is_unset: bool,
        default: impl FnOnce() -> Outcome,
    ) -> Outcome {
        match variables.split_first() {
            Some((first, rest)) => self.variable_of_environment(first, span, empty_is_unset, || {
                // The closure's type would grow with each call.
                let default: Box<dyn FnOnce() -> Outcome + '_> = Box::new(default);
                Some(self.first_set(rest, span, empty_is_unset, default))
            }),
            None => default(),
        }
    }

    /// What a command line says of a flag.
    fn given(&self, arguments: &[Text], names: &[String], rules: FlagRules) -> Option<Outcome> {
        if arguments.is_empty() {
            return None;
        }
        let mut given = None;
        for word in words(arguments, rules.syntax, |name| self.takes(name, names, rules)) {
            let Word::Flag { name, value } = word else { continue };
            if !names.contains(&name) {
                continue;
            }
            let value = value?;
            given = match given {
                Some(Outcome { mut text, .. }) if rules.takes == Takes::Words => {
                    text.push(",", value.span()?);
                    text.append(&value);
                    Some(given_text(text))
                }
                _ => Some(given_text(value)),
            };
        }
        given
    }

    /// Whether the command line gives a flag of these names; `None` when it is not known.
    pub(super) fn gives(&self, names: &[String], rules: FlagRules) -> Option<bool> {
        Some(self.given(self.arguments_with(names)?, names, rules).is_some())
    }

    /// What a flag of that name takes, which may be one of `names`.
    fn takes(&self, name: &str, names: &[String], rules: FlagRules) -> Option<Takes> {
        if names.iter().any(|it| it == name) {
            return Some(rules.takes);
        }
        let defined = self.flag_definitions();
        let mut of_name = defined.iter().filter(|it| it.names.iter().any(|it| it == name));
        of_name.next().map(|it| it.rules.takes)
    }

    /// A flag that is read by its name: `cmd.Flags().GetString("port")`, `c.String("port")`.
    pub(super) fn flag_read(
        &self,
        name: &'w Value,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let name = self.text(name, frame, depth);
        if name.unknown.is_some() {
            return name;
        }
        let mut outcome = self
            .flag_named(name.text.as_str(), depth)
            .unwrap_or_else(|| Outcome::hole("the flag's definition was not found", Some(span)));
        outcome.via.insert(0, span);
        outcome
    }

    /// The name in `flags.Lookup("port").Value.String()`.
    pub(super) fn looked_up(&self, callee: &'w Callee, frame: &Frame<'w>) -> Option<&'w Value> {
        let Some(Value::Field { receiver, field, .. }) = receiver_of(callee) else { return None };
        let Value::Call { callee: lookup, arguments, .. } = &**receiver else { return None };
        if (callee.name(), field.value.as_str(), lookup.name()) != ("String", "Value", "Lookup") {
            return None;
        }
        let targets = self.packages.targets(self.package_of(frame), self.function_of(frame), lookup);
        arguments.get(entry_of(&targets)?.flag_read?)
    }

    /// The value of the flag that the program defines under that name; several that differ are several
    /// possibilities. `None` when it defines none.
    pub(super) fn flag_named(&self, name: &str, depth: u32) -> Option<Outcome> {
        let definitions = self.flag_definitions();
        let of_name = definitions.iter().filter(|it| it.names.iter().any(|it| it == name));
        let mut span = None;
        let outcomes = of_name.map(|it| {
            span.get_or_insert(it.span);
            self.flag(&it.parts, it.rules, it.span, &it.frame, depth)
        });
        let outcomes: Vec<_> = outcomes.collect();
        Some(self.one_of(outcomes, "several flags have that name", span?, None))
    }

    /// Whether the command line gives a value to a flag of that name.
    pub(super) fn is_flag_given(&self, name: &str) -> bool {
        let definitions = self.flag_definitions();
        let mut of_name = definitions.iter().filter(|it| it.names.iter().any(|it| it == name));
        of_name.any(|it| self.gives(&it.names, it.rules) == Some(true))
    }

    /// A word of the command line.
    pub(super) fn argument_text(&self, index: usize, behind_flags: bool, span: Span) -> Outcome {
        if self.arguments().is_none() {
            return Outcome::hole("the command line is not known", Some(span));
        }
        let mut outcome = match self.argument_word(index, behind_flags) {
            Some(text) => given_text(text),
            None if behind_flags => Outcome::known(Text::new("", span)),
            None => return Outcome::hole("it is an argument that is not given", Some(span)),
        };
        outcome.via.insert(0, span);
        outcome
    }

    /// Whether the command line has that word; `None` when that is not known.
    pub(super) fn has_argument(&self, index: usize, behind_flags: bool) -> Option<bool> {
        self.arguments()?;
        let is_program = index == 0 && !behind_flags;
        Some(is_program || self.argument_word(index, behind_flags).is_some())
    }

    fn argument_word(&self, index: usize, behind_flags: bool) -> Option<Text> {
        let arguments = self.arguments()?;
        if !behind_flags {
            return arguments.get(index.checked_sub(1)?).cloned();
        }
        let defined = self.flag_definitions();
        let takes = |name: &str| {
            let mut of_name = defined.iter().filter(|it| it.names.iter().any(|it| it == name));
            of_name.next().map(|it| it.rules.takes)
        };
        let mut plain = words(arguments, FlagSyntax::Go, takes).into_iter().filter_map(|it| match it {
            Word::Plain(text) => Some(text),
            Word::Flag { .. } => None,
        });
        plain.nth(index)
    }

    /// Every flag that the program defines and whose name is known.
    pub fn flag_definitions(&self) -> &[FlagDefinition<'w>] {
        // A name that depends on a flag finds none.
        self.gathered(&self.flags, Active::Flags, || self.gather_flags()).map_or(&[], Vec::as_slice)
    }

    fn gather_flags(&self) -> Vec<FlagDefinition<'w>> {
        let mut found = Vec::new();
        for id in &self.reachable.functions {
            let frame = Rc::new(Frame::Function { function: *id, call: None });
            let function = self.packages.function(*id);
            for call in self.packages.listed_calls(*id) {
                if let Some(flag) = self.packages.entry(*id, call).and_then(|it| it.flag.as_ref())
                    && let Some(parts) = flag.of_call(&call.callee, &call.arguments)
                {
                    self.define(parts, flag.rules, call.span, &frame, &mut found);
                }
            }
            for literal in &function.function.literals {
                let Value::Struct { type_name: Some(type_name), fields, span } = literal else { continue };
                let TypeRef::External(package, name) = self.packages.type_ref(function.package, type_name)
                else {
                    continue;
                };
                let entry = catalogue().find(package, name, "").and_then(|it| it.flag.as_ref());
                if let Some(entry) = entry
                    && let Some(parts) = entry.of_fields(fields)
                {
                    self.define(parts, entry.rules, *span, &frame, &mut found);
                }
            }
        }
        found
    }

    fn define(
        &self,
        parts: FlagParts<'w>,
        rules: FlagRules,
        span: Span,
        frame: &Rc<Frame<'w>>,
        found: &mut Vec<FlagDefinition<'w>>,
    ) {
        if let Ok(names) = self.flag_names(&parts, frame, DEPTH_OF_FLAG) {
            found.push(FlagDefinition { names, parts, rules, span, frame: Rc::clone(frame) });
        }
    }

    /// The names of a flag; an outcome that is not known when its first name is not.
    fn flag_names(
        &self,
        parts: &FlagParts<'w>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Result<Vec<String>, Outcome> {
        let mut names = Vec::new();
        for (index, name) in parts.names.iter().enumerate() {
            let it = self.text(name, frame, depth);
            match it.unknown {
                None => names.extend(listed(it.text.as_str())),
                Some(_) if index == 0 => return Err(it),
                Some(_) => {}
            }
        }
        Ok(names)
    }
}

/// A text of the command line.
fn given_text(text: Text) -> Outcome {
    match text.cover().filter(|_| text.as_str().contains(HOLE)) {
        Some(span) => {
            let reason = "a variable in the command line is not known";
            Outcome { text, ..Outcome::hole(reason, Some(span)) }
        }
        None => Outcome::known(text),
    }
}

/// The parts of a list with commas.
fn listed(text: &str) -> Vec<String> {
    text.split(',').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty()).collect()
}
