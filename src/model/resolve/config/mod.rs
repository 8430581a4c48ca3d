//! What configuration libraries give to fields and calls: environment variables by struct tags, files,
//! viper.
//!
//! A field is looked up by the calls that fill structs ([`decode`]): each gives it a value, nothing, or
//! something that is not known. Code that assigns to the field later wins over them; what code gave it
//! before holds where they give nothing.

mod arguments;
mod configor;
mod decode;
mod dotenv;
mod environment;
mod file;
mod filled;
mod go_zero;
mod ini;
mod koanf;
mod kratos;
mod rename;
mod status;
mod tag;
mod text;
mod variable;
mod viper;

pub use self::tag::tag_value;

use std::cell::{Cell, OnceCell};
use std::rc::Rc;

use self::decode::{ANY_ELEMENT, Decode, data_of, is_element_step};
use self::koanf::KoanfLoad;
use self::tag::is_exact;
use self::text::{ReadFile, Reading, TextSource, keys_of};
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
    /// What `kong.DefaultEnvars` is told, `None` where that is not known.
    kong_prefixes: Vec<Option<String>>,
}

/// What configuration gives to a field.
pub(super) enum Bound {
    /// No call fills the struct that has it.
    No,
    /// Calls fill the struct, and leave the field as it is; not certainly where a file is not there that they would
    /// read, since many programs end then.
    Untouched(Certain),
    /// This, or a hole for what is not known.
    Value(Outcome),
}

/// Whether something is certain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Certain {
    Yes,
    No,
}

/// A field that a call may fill, as somebody asks for it.
pub(super) struct Ask<'a, 'w> {
    /// The call.
    decode: &'a Decode<'w>,
    /// The fields that lead to it from what the call fills.
    path: &'a [&'w Field],
    /// Where the call stands.
    frame: &'a Rc<Frame<'w>>,
    /// Where the field is read.
    span: Span,
    /// How far its source may be.
    depth: u32,
    /// What the call reads, and whether that was followed: the same for every field.
    text: &'a OnceCell<(ReadFile<'w>, bool)>,
    /// Becomes true when it is not certain what a field is that nothing gives a value: a file is not there, or the
    /// program may end.
    leaves_open: &'a Cell<bool>,
}

impl Ask<'_, '_> {
    /// That the field is not known.
    fn hole(&self, reason: &str) -> Option<Outcome> {
        Some(Outcome::hole(reason, Some(self.span)))
    }
}

/// Why a field of a struct in a list is not known when nothing says which element is meant.
const ANOTHER: &str = "it is another one in each element of a list";

/// Why a field is not known that calls fill of which it does not show which one counts.
const WHICH_PART: &str = "it is not known which part of the configuration decides";

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
        let leaves_open = Cell::new(false);
        let reaching = decodes.iter().map(|it| (it, it.paths_to(&chain))).filter(|(_, it)| !it.0.is_empty());
        let reaching: Vec<_> = reaching.collect();
        let all: Vec<&Decode<'w>> = reaching.iter().map(|it| it.0).collect();
        let fills = self.fills_of(&all, receiver, frame, depth);
        for (decode, (paths, shown)) in reaching {
            if fills.leaves_out(decode) {
                continue;
            }
            if !shown && self.is_led_by_code(&chain) {
                leaves_open.set(true);
            }
            let is_open = fills.is_open(decode);
            // The caller may tell which of several places below what is filled it is.
            needs_caller |=
                (is_open || paths.len() > 1) && self.waits_for_caller(&self.head(receiver, frame, depth));
            let found = match is_open {
                true => Some(Outcome::hole(WHICH_PART, Some(span))),
                false => {
                    self.memory.apart(|| self.decoded_at(decode, &paths, shown, span, depth, &leaves_open))
                }
            };
            match groups.iter_mut().find(|(function, _)| *function == decode.function) {
                Some((_, Some(last))) if self.leaves_filled(decode, &paths) && !is_empty(last) => {}
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
            let certain = if leaves_open.get() { Certain::No } else { Certain::Yes };
            return Bound::Untouched(certain);
        }
        let mut outcome = self.one_of(found, "several configurations decide", span, None);
        if several {
            outcome.confidence = outcome.confidence.min(Confidence::Likely);
        }
        outcome.needs_caller |= needs_caller;
        Bound::Value(outcome)
    }

    /// Whether code gives a struct to a field on the way, which then is that of another place of the configuration:
    /// `options.Listeners = config.Listeners`.
    fn is_led_by_code(&self, chain: &[(TypeRef<'w>, &'w Field)]) -> bool {
        let mut outer = chain.iter().rev().skip(1);
        outer.any(|(of, field)| {
            let mut writes = self.packages.field_writes_to(*of, &field.name.value).iter();
            writes.any(|(function, _)| self.reachable.contains(*function))
        })
    }

    /// Whether a call has defaults alone for the ends of paths, and gives these to fields that are empty. Of the
    /// libraries for the environment cleanenv and go-envconfig do:
    /// <https://github.com/ilyakaznacheev/cleanenv/blob/v1.5.0/cleanenv.go>, `readEnvVars`,
    /// <https://github.com/sethvargo/go-envconfig/blob/v1.1.0/envconfig.go>, `processWith`.
    fn leaves_filled(&self, decode: &Decode<'w>, paths: &[Vec<&'w Field>]) -> bool {
        let entry = decode.entry;
        let is_unset = |path: &Vec<&'w Field>| {
            variable_of(entry, "", path).is_some_and(|it| {
                it.names.iter().all(|it| matches!(self.process_variable(it), ProcessVariable::Unset))
            })
        };
        entry.source == Source::Environment
            && matches!(entry.naming, Naming::Cleanenv | Naming::GoEnvconfig)
            && paths.iter().all(is_unset)
    }

    /// The values that one call gives to the ends of paths, which must agree.
    fn decoded_at(
        &self,
        decode: &Decode<'w>,
        paths: &[Vec<&'w Field>],
        shown: bool,
        span: Span,
        depth: u32,
        leaves_open: &Cell<bool>,
    ) -> Option<Outcome> {
        let frame = Self::frame(decode.function, &decode.chain);
        let runs = decode.call.condition.as_ref().map(|it| self.surely_holds(it, &frame, depth.min(24)));
        if runs == Some(Some(false)) {
            return None;
        }
        let (mut found, mut untouched) = (Vec::new(), false);
        let text = OnceCell::new();
        for path in paths {
            match self.decoded(&Ask { decode, path, frame: &frame, span, depth, text: &text, leaves_open }) {
                Some(outcome) => found.push(outcome),
                None => untouched = true,
            }
        }
        if found.is_empty() {
            return None;
        }
        let mut outcome = if untouched {
            Outcome::hole(WHICH_PART, Some(span))
        } else {
            self.one_of(found, WHICH_PART, span, None)
        };
        // A type that has one place below what is filled most likely stands there.
        if !shown || runs == Some(None) {
            outcome.confidence = outcome.confidence.min(Confidence::Likely);
        }
        outcome.via.push(decode.call.span);
        Some(outcome)
    }

    /// What one call gives to a field; `None` when it leaves it as it is.
    fn decoded(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let entry = ask.decode.entry;
        let in_list = ask.path.iter().any(|it| is_element_step(it));
        match entry.source {
            // They have no lists of structs, or name what is in them in ways of their own.
            Source::Environment | Source::Arguments if in_list => None,
            Source::Environment => self.by_environment(ask),
            Source::Arguments => self.by_arguments(ask),
            Source::File | Source::Data if entry.naming == Naming::Cleanenv => self.by_cleanenv(ask),
            Source::File | Source::Data if entry.naming == Naming::GoZero => self.by_go_zero(ask),
            Source::File | Source::Data if entry.naming == Naming::Configor => self.by_configor(ask),
            Source::File | Source::Data => self.by_file(ask),
            _ if ask.path.iter().any(|it| it.name.value == ANY_ELEMENT) => ask.hole(ANOTHER),
            Source::Viper => self.by_viper(ask),
            Source::Kratos | Source::Koanf | Source::Ini => {
                // Whether their files are there is not told.
                ask.leaves_open.set(true);
                match entry.source {
                    Source::Kratos => self.by_kratos(ask),
                    Source::Koanf => self.by_koanf(ask),
                    _ => self.by_ini(ask),
                }
            }
            Source::Unknown => ask.hole("a configuration decides that is not followed"),
        }
    }

    /// What a file, or a text that comes from one, says of a field.
    fn by_file(&self, ask: &Ask<'_, 'w>) -> Option<Outcome> {
        let entry = ask.decode.entry;
        let argument = data_of(entry, ask.decode.call);
        let depth = ask.depth.min(16);
        let (text, is_followed) = ask.text.get_or_init(|| {
            let source = match (entry.source, argument) {
                (Source::Data, Some(data)) => self.text_source(data, ask.frame, depth),
                (_, Some(path)) => TextSource::file(self.path_text(path, ask.frame, depth)),
                (_, None) => TextSource::Unknown,
            };
            (self.read_source(&source), source != TextSource::Unknown)
        });
        let found = self.by_text(text, ask, entry.tag, entry.naming);
        match argument.filter(|_| !is_followed) {
            Some(data) => found.map(|it| self.brought_by(it, data, ask.frame, ask.depth)),
            None => found,
        }
    }

    /// What a text says of a field, by the rules of a decoder.
    fn by_text(&self, text: &ReadFile<'w>, ask: &Ask<'_, 'w>, tag: &str, naming: Naming) -> Option<Outcome> {
        match text {
            ReadFile::Read(reading) => {
                let keys = keys_of(ask.path, tag, naming)?;
                self.in_element(reading, keys, ask, is_exact(naming))
            }
            ReadFile::Sample(reading, hidden) => {
                let keys = keys_of(ask.path, tag, naming)?;
                let found = self.in_element(reading, keys, ask, is_exact(naming));
                Some(found.filter(|it| it.unknown.is_none()).unwrap_or_else(|| hidden.hole(ask.span)))
            }
            ReadFile::Absent => {
                ask.leaves_open.set(true);
                None
            }
            ReadFile::Unknown(hidden) => Some(hidden.hole(ask.span)),
        }
    }

    /// What a file has at a path of keys. Of a list whose elements differ each is one of several that are possible,
    /// the same for all fields of the element.
    fn in_element(
        &self,
        reading: &Reading<'w>,
        mut keys: Vec<String>,
        ask: &Ask<'_, 'w>,
        exact: bool,
    ) -> Option<Outcome> {
        let Some(at) = keys.iter().position(|it| it == ANY_ELEMENT) else {
            let text = reading.text.get(&keys, exact)?;
            return Some(self.value_in(reading, text));
        };
        let names = reading.text.elements(&keys[..at], exact);
        let name = match &names[..] {
            [] => return None,
            [only] => only.clone(),
            several => {
                let mut all = several.iter().map(|name| {
                    let mut keys = keys.clone();
                    keys[at].clone_from(name);
                    reading.text.has_element(&keys, exact)
                });
                if !all.any(|it| it) {
                    return None;
                }
                // The list itself stands for the choice of one of its elements.
                let list = ask.path.iter().take_while(|it| !is_element_step(it)).last();
                let list = list.map_or(ask.span, |it| it.name.span);
                match self.decide(list, several.len(), None) {
                    Some(pick) => several[pick].clone(),
                    None => return ask.hole(ANOTHER),
                }
            }
        };
        keys[at] = name;
        self.in_element(reading, keys, ask, exact)
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
        self.gathered(&self.bindings, Active::Bindings, || {
            let (koanf, kong_prefixes) = (self.gather_koanf(), self.gather_kong_prefixes());
            Bindings { decodes: self.gather_decodes(), viper: self.gather_viper(), koanf, kong_prefixes }
        })
    }

    /// Whether what code assigns to a field, in `function` at `span`, comes before every call that fills
    /// the field from configuration.
    pub(super) fn is_before_configuration(&self, of: TypeRef<'w>, function: FunctionId, span: Span) -> bool {
        let fills = |it: &&Decode<'w>| match it.root {
            decode::Root::Struct(_) => it.nested.contains_key(&of),
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

fn is_empty(outcome: &Outcome) -> bool {
    outcome.unknown.is_none() && outcome.text.as_str().is_empty()
}
