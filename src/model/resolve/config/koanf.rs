//! koanf: <https://github.com/knadh/koanf#readme>. What is loaded later wins over what was loaded before.

use std::rc::Rc;

use super::Ask;
use super::file::Answer;
use super::tag::{Key, key_of};
use super::text::{ReadFile, TextSource, keys_of};
use crate::facts::catalogue::{DataEntry, DataRole, Naming, without_version};
use crate::facts::go::{Call, Callee, Field, Value};
use crate::model::ProcessVariable;
use crate::model::go::{FunctionId, Targets, TypeRef, entry_of};
use crate::model::resolve::{Evaluator, Frame, Head, Outcome};
use crate::source::{Confidence, Span, Text};

pub(super) const PACKAGE: &str = "github.com/knadh/koanf";

/// Why a key is not known that variables may set.
const NOT_FOLLOWED: &str = "a function names the variables that is not followed";

/// A call of `Load`.
#[derive(Debug)]
pub(super) struct KoanfLoad<'w> {
    function: FunctionId,
    call: &'w Call,
    /// The call that made the instance; `None` when it does not show.
    instance: Option<Span>,
}

impl<'w> Evaluator<'w> {
    /// Every call of the program that loads something, in order.
    pub(super) fn gather_koanf(&self) -> Vec<KoanfLoad<'w>> {
        let mut out = Vec::new();
        for function in &self.reachable.functions {
            let loads = |it: &&Call| it.callee.name() == "Load" && !self.reachable.leaves_out(it);
            for call in self.packages.listed_calls(*function).filter(loads) {
                let targets = self.packages.targets_of(*function, call);
                let Targets::ExternalMethod(TypeRef::External(path, "Koanf"), _) = targets else { continue };
                if without_version(path) == PACKAGE {
                    let frame = Rc::new(Frame::Function { function: *function, call: None });
                    let instance = self.koanf_instance(&call.callee, &frame, 16);
                    out.push(KoanfLoad { function: *function, call, instance });
                }
            }
        }
        out.sort_by_cached_key(|it| self.moment_of(it.function, it.call.span));
        out
    }

    /// When a call is made, to be compared with other calls: the places of the calls that lead to it, from `init`
    /// or `main` down.
    fn moment_of(&self, function: FunctionId, span: Span) -> Vec<(bool, usize, u32)> {
        let functions = &self.reachable.functions;
        let step = |function: FunctionId, span: Span| {
            let index = functions.iter().position(|it| *it == function).unwrap_or(functions.len());
            // What `init` does is done before `main` begins.
            let is_init = self.packages.function(function).function.name.value == "init";
            (!is_init, index, span.start)
        };
        let mut way = vec![function];
        let mut steps = vec![step(function, span)];
        let up = |way: &[FunctionId]| {
            let callers = self.reachable.callers(*way.last()?);
            callers.iter().find(|(caller, _)| !way.contains(caller)).copied()
        };
        while let Some((caller, call)) = up(&way) {
            way.push(caller);
            steps.push(step(caller, call.span));
        }
        steps.reverse();
        steps
    }

    fn koanf_instance(&self, callee: &'w Callee, frame: &Rc<Frame<'w>>, depth: u32) -> Option<Span> {
        let Callee::Method { receiver, .. } = callee else { return None };
        match self.head(receiver, frame, depth).value {
            Value::Call { callee, span, .. } if callee.name().starts_with("New") => Some(*span),
            _ => None,
        }
    }

    /// The result of a call that reads a key: `k.String("server.address")`.
    pub(super) fn koanf_result(
        &self,
        callee: &'w Callee,
        arguments: &'w [Value],
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        let name = callee.name();
        let reads = |it: &&str| matches!(*it, "String" | "Strings" | "Int" | "Int64" | "Get" | "Bool");
        reads(&name.strip_prefix("Must").unwrap_or(name)).then_some(())?;
        let key = self.text(arguments.first()?, frame, depth);
        if key.unknown.is_some() {
            return Some(key);
        }
        let keys: Vec<String> = key.text.as_str().split('.').map(str::to_owned).collect();
        let found = self.koanf_value(&keys, true, callee, span, frame, depth);
        let mut outcome = found.unwrap_or_else(|| Outcome::hole("nothing sets this key", Some(span)));
        outcome.via.insert(0, span);
        let is_integer = matches!(name, "Int" | "Int64" | "MustInt" | "MustInt64");
        Some(if is_integer { outcome.cast_integer(span) } else { outcome })
    }

    /// What koanf gives to the field at the end of `path`; `None` when it leaves it as it is.
    pub(super) fn by_koanf(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let Ask { decode, path, frame, span, depth, .. } = *ask;
        let call = decode.call;
        let below = self.inner(call.arguments.get(decode.entry.at?)?, frame, depth.min(16));
        if below.unknown.is_some() {
            return Some(below);
        }
        // `koanf.UnmarshalConf{Tag: "yaml"}` names another tag.
        let options = call.arguments.get(2).map(|it| self.head(it, frame, depth.min(16)).value);
        let tag = match options {
            Some(Value::Struct { fields, .. }) => match fields.iter().find(|(it, _)| it.value == "Tag") {
                Some((_, Value::Literal(tag))) => tag.value.as_str(),
                Some(_) => return Some(Outcome::hole("the options of a library decide", Some(span))),
                None => decode.entry.tag,
            },
            _ => decode.entry.tag,
        };
        let above = below.text.as_str().split('.').filter(|it| !it.is_empty()).map(str::to_owned);
        let keys: Vec<String> = above.chain(keys_of(path, tag, decode.entry.naming)?).collect();
        self.koanf_value(&keys, false, &call.callee, span, frame, depth)
    }

    /// The value of a key; `None` when nothing sets it. Whether the case counts hangs on who asks.
    fn koanf_value(
        &self,
        keys: &[String],
        exact: bool,
        callee: &'w Callee,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        let depth = self.less(depth, 4)?;
        let asked = self.koanf_instance(callee, frame, depth.min(16));
        let loads = self.bindings().map(|it| it.koanf.as_slice()).unwrap_or_default();
        let counts = |it: &&KoanfLoad<'w>| asked.is_none() || it.instance.is_none() || it.instance == asked;
        let mut assumed = false;
        let mut hidden = None;
        for load in loads.iter().filter(counts).rev() {
            let inside = Rc::new(Frame::Function { function: load.function, call: None });
            let made = load.call.condition.as_ref().map(|it| self.holds(it, &inside, depth.min(12)));
            if made == Some(Some(false)) {
                continue;
            }
            match self.koanf_loaded(load, keys, exact, &inside, depth) {
                Some(outcome) if outcome.unknown.is_some() => {
                    hidden.get_or_insert(outcome);
                }
                Some(mut outcome) => {
                    outcome.via.push(load.call.span);
                    if made == Some(None) {
                        outcome.confidence = outcome.confidence.min(Confidence::Likely);
                    }
                    assumed |= hidden.is_some();
                    return Some(if assumed { Self::assumed(outcome) } else { outcome });
                }
                None => {}
            }
        }
        hidden.map(|it| Outcome { text: Outcome::hole("", Some(span)).text, ..it })
    }

    /// What one call of `Load` brings for a key.
    fn koanf_loaded(
        &self,
        load: &KoanfLoad<'w>,
        keys: &[String],
        exact: bool,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        let unknown =
            || Some(Outcome::hole("a configuration decides that is not followed", Some(load.call.span)));
        let Some(provider) = load.call.arguments.first() else { return unknown() };
        let head = self.head(provider, frame, depth.min(16));
        let Value::Call { callee, arguments, .. } = head.value else { return unknown() };
        let Some(entry) = entry_of(&self.targets(callee, &head.frame)).and_then(|it| it.data) else {
            return unknown();
        };
        match entry.role {
            DataRole::Environment => self.koanf_variable(entry, arguments, keys, exact, &head.frame, depth),
            DataRole::Value => self.in_value(arguments.get(entry.argument)?, keys, &head.frame, depth),
            DataRole::Status => unknown(),
            DataRole::File
            | DataRole::Embedded
            | DataRole::Same
            | DataRole::Expand
            | DataRole::Replace
            | DataRole::Change => {
                let source = self.text_source(head.value, &head.frame, depth.min(16));
                // A file that is not there is an error, which programs often only write down.
                if let TextSource::File { path: Some(path), .. } = &source
                    && matches!(self.find_file(path), Answer::Absent)
                {
                    return None;
                }
                match self.read_source(&source) {
                    ReadFile::Read(reading) => {
                        reading.text.get(keys, exact).map(|text| self.value_in(&reading, text))
                    }
                    ReadFile::Sample(reading, hidden) => {
                        let text = reading.text.get(keys, exact);
                        let found = text.map(|text| self.value_in(&reading, text));
                        Some(found.unwrap_or_else(|| hidden.hole(load.call.span)))
                    }
                    ReadFile::Absent => None,
                    ReadFile::Unknown(hidden) => Some(hidden.hole(load.call.span)),
                }
            }
        }
    }

    /// The variable of a key: one that the callback makes the key out of.
    fn koanf_variable(
        &self,
        entry: DataEntry,
        arguments: &'w [Value],
        keys: &[String],
        exact: bool,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        let depth = depth.min(16);
        let span = prefix_span(arguments);
        // `Provider(prefix, delimiter, callback)`; since its second version `Provider(delimiter, options)`.
        let options = arguments.get(1).map(|it| self.head(it, frame, depth));
        let (prefix, delimiter, callback, frame) = match &options {
            Some(Head { value: Value::Struct { fields, .. }, frame }) => {
                let of = |name: &str| fields.iter().find(|(it, _)| it.value == name).map(|(_, it)| it);
                (of("Prefix"), arguments.first(), of("TransformFunc"), frame)
            }
            _ => (arguments.get(entry.argument), arguments.get(1), arguments.get(2), frame),
        };
        let text = |it: Option<&'w Value>| {
            it.map_or_else(|| Outcome::known(Text::default()), |it| self.inner(it, frame, depth))
        };
        let (prefix, delimiter) = (text(prefix), text(delimiter));
        if let Some(unknown) = [&prefix, &delimiter].into_iter().find(|it| it.unknown.is_some()) {
            return Some(unknown.clone());
        }
        let (prefix, delimiter) = (prefix.text.as_str(), delimiter.text.as_str());
        let Ok(renaming) = self.renaming(callback, frame, depth) else {
            return Some(Outcome::hole(NOT_FOLLOWED, span));
        };
        let makes_key = |name: &String| {
            let key = self.renamed(&renaming, name, depth)?;
            let parts: Vec<&str> =
                if delimiter.is_empty() { vec![key.as_str()] } else { key.split(delimiter).collect() };
            let same = |(a, b): (&&str, &String)| if exact { *a == b } else { a.eq_ignore_ascii_case(b) };
            Some(name.starts_with(prefix) && parts.len() == keys.len() && parts.iter().zip(keys).all(same))
        };
        // What a callback takes off in front is the prefix, or a text of its own.
        let mut names: Vec<String> = Vec::new();
        let fronts =
            self.texts_of_renaming(&renaming, depth).into_iter().chain([prefix.to_owned(), String::new()]);
        for front in fronts {
            for separator in ["_", "__", delimiter] {
                let name = format!("{front}{}", keys.join(separator));
                for name in [format!("{front}{}", keys.join(separator).to_uppercase()), name] {
                    if !names.contains(&name) {
                        names.push(name);
                    }
                }
            }
        }
        let makers: Option<Vec<bool>> = names.iter().map(makes_key).collect();
        let Some(makers) = makers else { return Some(Outcome::hole(NOT_FOLLOWED, span)) };
        let names = names.iter().zip(makers).filter(|(_, makes)| *makes).map(|(name, _)| name);
        let name =
            names.into_iter().find(|it| !matches!(self.process_variable(it), ProcessVariable::Unset))?;
        match self.process_variable(name) {
            ProcessVariable::Set { text: Some(text), .. } => {
                // `if strings.Contains(value, " ") { return key, strings.Split(value, " ") }`.
                let confidence = if renaming.changes_value { Confidence::Likely } else { Confidence::Proven };
                Some(Outcome { confidence, ..Outcome::known(text) })
            }
            ProcessVariable::Set { text: None, span, .. } => {
                Some(Outcome::hole(&format!("`{name}` is set to something unknown"), Some(span)))
            }
            ProcessVariable::Open(reason) => Some(Outcome::hole(&reason, span)),
            ProcessVariable::Unset => None,
        }
    }

    /// The value at a path of keys in a map or a struct of the program.
    fn in_value(
        &self,
        value: &'w Value,
        keys: &[String],
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        let depth = self.less(depth, 1)?;
        let Some((first, rest)) = keys.split_first() else { return Some(self.inner(value, frame, depth)) };
        let head = self.head(value, frame, depth);
        match head.value {
            Value::Parameter { .. } if self.waits_for_caller(&head) => {
                let function = self.function_id(&head.frame)?;
                let outcomes = self.reachable.callers(function).iter().map(|caller| {
                    let given = Self::frame(function, &[*caller]);
                    self.in_value(head.value, keys, &given, depth)
                });
                let outcomes: Vec<_> = outcomes.collect::<Option<_>>()?;
                Some(self.one_of(outcomes, "its callers differ", head.value.span()?, None))
            }
            Value::Struct { type_name: Some(_), fields, .. } => {
                let of = self.type_at(head.value, &head.frame)?;
                let structure = self.packages.structure(of)?;
                let named = |it: &&Field| match key_of(it, "koanf", Naming::Mapstructure) {
                    Key::Named(name) => name.eq_ignore_ascii_case(first),
                    Key::Inline | Key::Skipped => false,
                };
                let field = structure.fields.iter().find(named)?;
                let (_, value) = fields.iter().rev().find(|(it, _)| it.value == field.name.value)?;
                self.in_value(value, rest, &head.frame, depth)
            }
            // A key of a map may have dots of its own.
            Value::Struct { type_name: None, fields, .. } => fields.iter().rev().find_map(|(name, value)| {
                let ends = (1..=keys.len()).find(|end| keys[..*end].join(".") == name.value)?;
                self.in_value(value, &keys[ends..], &head.frame, depth)
            }),
            it => Some(Outcome::hole("a configuration decides that is not followed", it.span())),
        }
    }
}

fn prefix_span(arguments: &[Value]) -> Option<Span> {
    arguments.first().and_then(Value::span)
}
