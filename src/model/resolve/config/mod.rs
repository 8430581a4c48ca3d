//! What configuration libraries give to fields and calls: environment variables by struct tags, files,
//! viper.
//!
//! A field is looked up by the calls that fill structs ([`decode`]): each gives it a value, nothing, or
//! something that is not known. Code that assigns to the field later wins over them; what code gave it
//! before holds where they give nothing.

mod arguments;
mod decode;
mod dotenv;
mod file;
mod go_zero;
mod koanf;
mod kratos;
mod tag;
mod text;
mod variable;
mod viper;

pub use self::tag::tag_value;

use std::rc::Rc;

use self::decode::{Decode, data_of};
use self::koanf::KoanfLoad;
use self::tag::is_exact;
use self::text::{ReadFile, TextSource, keys_of};
use self::variable::variable_of;
use self::viper::ViperCall;
use super::{Active, Evaluator, Frame, Outcome};
use crate::facts::Facts;
use crate::facts::catalogue::{Naming, Source, without_version};
use crate::facts::go::{Callee, Field, Value};
use crate::model::ProcessVariable;
use crate::model::go::{FunctionId, TypeRef};
use crate::source::{Confidence, Span, Spanned};

/// Where the configuration files of a program may be.
#[derive(Clone, Debug, Default)]
pub struct ConfigFiles<'w> {
    /// The facts of the project.
    pub facts: Option<&'w Facts>,
    /// Folders that become the working directory: of the program and of its module.
    pub directories: Vec<&'w str>,
}

/// What of a program has to do with configuration.
#[derive(Debug)]
pub(super) struct Bindings<'w> {
    decodes: Vec<Decode<'w>>,
    viper: Vec<ViperCall<'w>>,
    koanf: Vec<KoanfLoad<'w>>,
}

/// What configuration gives to a field.
pub(super) enum Bound {
    /// No call fills the struct that has it.
    No,
    /// Calls fill the struct, and leave the field as it is.
    Untouched,
    /// This, or a hole for what is not known.
    Value(Outcome),
}

/// Tags by which a decoder of configuration files finds fields, and a word in the import path of
/// such a decoder.
const FILE_TAGS: &[(&str, &str)] = &[
    ("koanf", "koanf"),
    ("toml", "toml"),
    ("yaml", "yaml"),
    ("mapstructure", "viper"),
    ("mapstructure", "mapstructure"),
    ("hcl", "hcl"),
    ("ini", "ini"),
];

impl<'w> Evaluator<'w> {
    /// What the calls that fill structs give to a field of a struct of type `of`; names with dots between them
    /// lead to a field of a field.
    pub(super) fn bound_field(
        &self,
        receiver: &'w Value,
        of: TypeRef<'w>,
        field: Spanned<&str>,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Bound {
        let Spanned { value: field, span } = field;
        let decodes = self.bindings().map(|it| it.decodes.as_slice()).unwrap_or_default();
        if decodes.is_empty() {
            return Bound::No;
        }
        let Some(chain) = self.field_chain(receiver, of, field, frame, depth) else {
            return Bound::No;
        };
        // Calls of one function come one after the other, and the last that has a value wins; of several
        // functions nobody knows which one runs.
        let mut groups: Vec<(FunctionId, Option<Outcome>)> = Vec::new();
        let mut needs_caller = false;
        for decode in decodes {
            let (paths, shown) = decode.paths_to(&chain);
            if paths.is_empty() {
                continue;
            }
            // The caller may tell which of several places below what is filled it is.
            needs_caller |= paths.len() > 1 && self.waits_for_caller(&self.head(receiver, frame, depth));
            let found = self.decoded_at(decode, &paths, shown, span, depth);
            match groups.iter_mut().find(|(function, _)| *function == decode.function) {
                Some((_, last)) => *last = found.or(last.take()),
                None => groups.push((decode.function, found)),
            }
        }
        if groups.is_empty() {
            return Bound::No;
        }
        let several = groups.len() > 1;
        let found: Vec<Outcome> = groups.into_iter().filter_map(|(_, it)| it).collect();
        if found.is_empty() {
            return Bound::Untouched;
        }
        let mut outcome = self.one_of(found, "several configurations decide", span, None);
        if several {
            outcome.confidence = outcome.confidence.min(Confidence::Likely);
        }
        outcome.needs_caller |= needs_caller;
        Bound::Value(outcome)
    }

    /// The values that one call gives to the ends of paths, which must agree.
    fn decoded_at(
        &self,
        decode: &Decode<'w>,
        paths: &[Vec<&'w Field>],
        shown: bool,
        span: Span,
        depth: u32,
    ) -> Option<Outcome> {
        let frame = Self::frame(decode.function, &decode.chain);
        let runs = decode.call.condition.as_ref().map(|it| self.holds(it, &frame, depth.min(12)));
        if runs == Some(Some(false)) {
            return None;
        }
        let mut found = Vec::new();
        let mut untouched = false;
        for path in paths {
            match self.decoded(decode, path, &frame, span, depth) {
                Some(outcome) => found.push(outcome),
                None => untouched = true,
            }
        }
        if found.is_empty() {
            return None;
        }
        let mut outcome = if untouched {
            Outcome::hole("it is not known which part of the configuration decides", Some(span))
        } else {
            self.one_of(found, "it is not known which part of the configuration decides", span, None)
        };
        // A type that has one place below what is filled most likely stands there.
        if !shown || runs == Some(None) {
            outcome.confidence = outcome.confidence.min(Confidence::Likely);
        }
        outcome.via.push(decode.call.span);
        Some(outcome)
    }

    /// What one call gives to the field at the end of `path`; `None` when it leaves it as it is.
    fn decoded(
        &self,
        decode: &Decode<'w>,
        path: &[&'w Field],
        frame: &Rc<Frame<'w>>,
        span: Span,
        depth: u32,
    ) -> Option<Outcome> {
        let entry = decode.entry;
        match entry.source {
            Source::Environment => self.by_environment(decode, path, frame, span, depth),
            Source::File if entry.naming == Naming::Cleanenv => {
                self.by_cleanenv(decode, path, frame, span, depth)
            }
            Source::File if entry.naming == Naming::GoZero => {
                self.by_go_zero(decode, path, frame, span, depth)
            }
            Source::File | Source::Data => {
                let argument = data_of(entry, decode.call);
                let source = match (entry.source, argument) {
                    (Source::Data, Some(data)) => self.text_source(data, frame, depth.min(16)),
                    (_, Some(path)) => {
                        TextSource::File { path: self.path_text(path, frame, depth.min(16)), expands: false }
                    }
                    (_, None) => TextSource::Unknown,
                };
                self.by_text(&self.read_source(&source), path, entry.tag, entry.naming, span)
            }
            Source::Viper => self.by_viper(decode, path, frame, span, depth),
            Source::Arguments => self.by_arguments(decode, path, span),
            Source::Kratos => self.by_kratos(decode, path, frame, span, depth),
            Source::Koanf => self.by_koanf(decode, path, frame, span, depth),
            Source::Ini | Source::Unknown => {
                Some(Outcome::hole("a configuration decides that is not followed", Some(span)))
            }
        }
    }

    /// What a text says of the field at the end of `path`.
    fn by_text(
        &self,
        read: &ReadFile<'w>,
        path: &[&'w Field],
        tag: &str,
        naming: Naming,
        span: Span,
    ) -> Option<Outcome> {
        match read {
            ReadFile::Read(reading) => {
                let text = reading.text.get(&keys_of(path, tag, naming)?, is_exact(naming))?;
                Some(self.value_in(reading, text))
            }
            ReadFile::Absent => None,
            ReadFile::Unknown(reason) => Some(Outcome::hole(reason, Some(span))),
        }
    }

    fn by_environment(
        &self,
        decode: &Decode<'w>,
        path: &[&'w Field],
        frame: &Rc<Frame<'w>>,
        span: Span,
        depth: u32,
    ) -> Option<Outcome> {
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
                            return Some(Outcome::hole("the options of a library decide", Some(span)));
                        }
                        fields.iter().find(|(name, _)| name.value == "Prefix").map(|(_, value)| value)
                    }
                    _ => return Some(Outcome::hole("the options of a library decide", Some(span))),
                }
            }
            it => it,
        };
        let prefix = match prefix.map(|it| self.inner(it, frame, depth.min(16))) {
            Some(outcome) if outcome.unknown.is_some() => return Some(outcome),
            Some(outcome) => outcome.text.as_str().to_owned(),
            None => String::new(),
        };
        self.by_variable(decode, path, &prefix)
    }

    /// The value of the variable that is bound to a field; `None` when neither it nor a default is there.
    fn by_variable(&self, decode: &Decode<'w>, path: &[&'w Field], prefix: &str) -> Option<Outcome> {
        let bound = variable_of(decode.entry, prefix, path)?;
        let unset = |name: &String| matches!(self.process_variable(name), ProcessVariable::Unset);
        if bound.default.is_none() && bound.names.iter().all(unset) {
            return None;
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
    fn by_cleanenv(
        &self,
        decode: &Decode<'w>,
        path: &[&'w Field],
        frame: &Rc<Frame<'w>>,
        span: Span,
        depth: u32,
    ) -> Option<Outcome> {
        let name = data_of(decode.entry, decode.call).and_then(|it| self.path_text(it, frame, depth.min(16)));
        let ending = name.as_deref().and_then(|it| it.rsplit_once('.')).map_or("", |it| it.1);
        let (tag, naming) = match ending {
            "json" => ("json", Naming::Json),
            "toml" => ("toml", Naming::Toml),
            _ => ("yaml", Naming::Yaml),
        };
        let source = TextSource::File { path: name, expands: false };
        let in_file = self.by_text(&self.read_source(&source), path, tag, naming, span);
        let Some(bound) = variable_of(decode.entry, "", path) else { return in_file };
        let names = || bound.names.iter().map(|it| self.process_variable(it));
        if names().all(|it| matches!(it, ProcessVariable::Unset)) {
            // A default counts only where the file has left the field empty.
            return in_file.or_else(|| bound.default.map(Outcome::known));
        }
        let mut outcome = self.by_variable(decode, path, "");
        // Something outside may set the variable; most likely it is the file that decides.
        if names().all(|it| !matches!(it, ProcessVariable::Set { .. }))
            && let Some(in_file) = in_file
        {
            outcome = Some(Self::assumed(in_file));
        }
        outcome
    }

    /// The result of a configuration library's call, when it is one.
    pub(super) fn configured(
        &self,
        path: &str,
        callee: &'w Callee,
        arguments: &'w [Value],
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Outcome> {
        match without_version(path).as_ref() {
            koanf::PACKAGE => self.koanf_result(callee, arguments, span, frame, depth),
            "github.com/spf13/viper" => self.viper_result(callee, arguments, span, frame, depth),
            _ => None,
        }
    }

    /// Whether a decoder of a configuration file may fill a field, whatever the code sets first.
    pub(super) fn is_filled_by_file(&self, of: TypeRef<'w>, field: &str) -> bool {
        let Some(structure) = self.packages.structure(of) else { return false };
        let field = structure.fields.iter().find(|it| it.name.value == field);
        let Some(tag) = field.and_then(|it| it.tag.as_ref()) else { return false };
        FILE_TAGS.iter().any(|(key, word)| {
            tag_value(tag, key).is_some() && self.import_paths().any(|it| it.contains(word))
        })
    }

    fn import_paths(&self) -> impl Iterator<Item = &'w str> {
        let packages = self.reachable.packages.iter().map(|it| self.packages.package(*it));
        packages.flat_map(|it| &it.files).flat_map(|(_, file)| &file.imports).map(|it| it.path.value.as_str())
    }

    /// What of the program has to do with configuration. It is gathered when it is first asked for, and
    /// nothing of it counts for values that are looked at to gather it.
    fn bindings(&self) -> Option<&Bindings<'w>> {
        if let Some(known) = self.bindings.get() {
            return Some(known);
        }
        if self.active.borrow().contains(&Active::Bindings) {
            return None;
        }
        let gathered = self.aside(|| {
            self.active.borrow_mut().push(Active::Bindings);
            let koanf = self.gather_koanf();
            Bindings { decodes: self.gather_decodes(), viper: self.gather_viper(), koanf }
        });
        Some(self.bindings.get_or_init(|| gathered))
    }

    /// Whether what code assigns to a field, in `function` at `span`, comes before every call that fills
    /// the field from configuration.
    pub(super) fn is_before_configuration(&self, of: TypeRef<'w>, function: FunctionId, span: Span) -> bool {
        let fills = |it: &&Decode<'w>| match it.root {
            decode::Root::Struct(_) => it.nested.iter().any(|(nested, _)| *nested == of),
            decode::Root::Field(it, _) => it == of,
            decode::Root::Unknown => false,
        };
        let decodes = self.bindings().map(|it| it.decodes.as_slice()).unwrap_or_default();
        let mut decodes = decodes.iter().filter(fills).peekable();
        decodes.peek().is_some()
            && decodes.all(|it| self.is_before(function, span, it.function, it.call.span))
    }

    /// Whether a place in one function is reached before one in another, as far as calls of the one in the
    /// other, or of both in a third, tell.
    fn is_before(&self, function: FunctionId, span: Span, other: FunctionId, other_span: Span) -> bool {
        if function == other {
            return span.start < other_span.start;
        }
        let (callers, others) = (self.reachable.callers(function), self.reachable.callers(other));
        if let Some((_, call)) = callers.iter().find(|(caller, _)| *caller == other) {
            return call.span.start < other_span.start;
        }
        if let Some((_, call)) = others.iter().find(|(caller, _)| *caller == function) {
            return span.start < call.span.start;
        }
        let shared = callers.iter().find_map(|(caller, call)| {
            let (_, other) = others.iter().find(|(it, _)| it == caller)?;
            Some(call.span.start < other.span.start)
        });
        shared.unwrap_or(false)
    }
}
