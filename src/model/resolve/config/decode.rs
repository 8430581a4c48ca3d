//! Calls that fill structs from configuration: which struct each fills, and where in it a field stands.

use std::rc::Rc;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::filled::Filled;
use super::text::TextSource;
use crate::facts::catalogue::{DecodeEntry, Naming, Place, Source, Target};
use crate::facts::go::{Call, Callee, Field, Value};
use crate::model::go::{FunctionId, TypeRef};
use crate::model::resolve::{Evaluator, Frame};
use crate::source::{FileId, Span, Spanned};

/// A call that fills a struct.
#[derive(Debug)]
pub(super) struct Decode<'w> {
    /// The function that it stands in.
    pub function: FunctionId,
    /// The call.
    pub call: &'w Call,
    /// What the catalogue knows of it.
    pub entry: &'static DecodeEntry,
    /// The calls through which the struct comes to it as a parameter, the innermost first.
    pub chain: Vec<(FunctionId, &'w Call)>,
    /// What is filled.
    pub root: Root<'w>,
    /// The structs below what is filled.
    pub nested: Nested<'w>,
    /// Which of several variables of one type is filled, where that shows.
    pub filled: Option<Filled<'w>>,
}

/// Struct types, each with the ways that lead to it: the fields in order.
pub(in crate::model::resolve) type Nested<'w> = FxHashMap<TypeRef<'w>, Vec<Vec<&'w Field>>>;

/// What a call fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Root<'w> {
    /// A struct of this type.
    Struct(TypeRef<'w>),
    /// A field, of no struct type of the project, of a struct of this type.
    Field(TypeRef<'w>, &'w str),
    /// Something whose type does not show.
    Unknown,
}

/// The name of a step to an element of a list that is not known which.
pub(super) const ANY_ELEMENT: &str = "*";

/// Structs nest no deeper than this, and one has no more below it.
pub(super) const DEEPEST: usize = 6;
const MOST_NESTED: usize = 400;

impl<'w> Evaluator<'w> {
    /// Every call of the program that fills a struct from configuration, in order.
    pub(super) fn gather_decodes(&self) -> Vec<Decode<'w>> {
        let mut out = Vec::new();
        for function in &self.reachable.functions {
            let calls = self.packages.listed_calls(*function);
            for call in calls.filter(|it| !self.reachable.leaves_out(it)) {
                let Some(entry) = self.packages.entry(*function, call).and_then(|it| it.decode.as_ref())
                else {
                    continue;
                };
                self.gather_decode(*function, call, entry, &mut out);
            }
        }
        out
    }

    fn gather_decode(
        &self,
        function: FunctionId,
        call: &'w Call,
        entry: &'static DecodeEntry,
        out: &mut Vec<Decode<'w>>,
    ) {
        // Requests and answers are JSON too; only what comes from a file is a configuration, and what else is decoded into
        // a struct leaves it open.
        if entry.naming == Naming::Json && entry.source == Source::Data {
            let frame = Rc::new(Frame::Function { function, call: None });
            let Some(data) = data_of(entry, call) else { return };
            if matches!(self.text_source(data, &frame, 16), TextSource::Unknown) {
                return;
            }
        }
        let mut add = |chain: Vec<(FunctionId, &'w Call)>, root: Root<'w>| {
            let nested = match root {
                Root::Struct(of) => self.nested(of),
                Root::Field(..) | Root::Unknown => Nested::default(),
            };
            let filled = self.filled_by(entry, call, &Self::frame(function, &chain));
            out.push(Decode { function, call, entry, chain, root, nested, filled });
        };
        let it = self.packages.function(function);
        match &entry.target {
            Target::Result => {
                let of = call.type_argument.as_ref().map(|of| self.packages.type_ref(it.package, of));
                add(Vec::new(), of.map_or(Root::Unknown, Root::Struct));
            }
            Target::At(place) => {
                let Some(target) = value_at(place, call) else { return };
                match self.root_of(target, function) {
                    Root::Unknown => {
                        // `func load(path string, into any)`: what its callers give.
                        let found = self.roots_of_callers(target, function, &[]);
                        let nothing = found.is_empty();
                        found.into_iter().for_each(|(chain, root)| add(chain, root));
                        if nothing {
                            add(Vec::new(), Root::Unknown);
                        }
                    }
                    root => add(Vec::new(), root),
                }
            }
        }
    }

    fn root_of(&self, target: &'w Value, function: FunctionId) -> Root<'w> {
        let it = self.packages.function(function);
        let of = |value| self.packages.type_of(it.package, Some(it.function), value);
        match of(target).filter(|it| self.packages.structure(*it).is_some()) {
            Some(it) => Root::Struct(it),
            None => match target {
                Value::Field { receiver, field, .. } => match of(receiver) {
                    Some(it) => Root::Field(it, &field.value),
                    None => Root::Unknown,
                },
                _ => Root::Unknown,
            },
        }
    }

    /// What the callers of a function hand to it as `target`, a parameter of it or a variable of the type
    /// that they name.
    fn roots_of_callers(
        &self,
        target: &'w Value,
        function: FunctionId,
        chain: &[(FunctionId, &'w Call)],
    ) -> Vec<(Vec<(FunctionId, &'w Call)>, Root<'w>)> {
        let mut out = Vec::new();
        if chain.len() >= 3 {
            return out;
        }
        for (caller, call) in self.reachable.callers(function) {
            let longer = [chain, &[(*caller, *call)]].concat();
            let it = self.packages.function(*caller);
            if let Value::Parameter { index, .. } = target {
                let Some(argument) = call.arguments.get(*index) else { continue };
                match self.root_of(argument, *caller) {
                    Root::Unknown => out.extend(self.roots_of_callers(argument, *caller, &longer)),
                    root => out.push((longer, root)),
                }
            } else if let Some(of) = &call.type_argument {
                out.push((longer, Root::Struct(self.packages.type_ref(it.package, of))));
            }
        }
        out
    }

    /// The structs that are known below a struct, and itself.
    pub(in crate::model::resolve) fn nested(&self, of: TypeRef<'w>) -> Nested<'w> {
        let mut out: Vec<(TypeRef<'w>, Vec<&'w Field>)> = vec![(of, Vec::new())];
        let mut at = 0;
        while at < out.len() && out.len() < MOST_NESTED {
            let (of, path) = out[at].clone();
            at += 1;
            let Some(structure) = self.packages.structure(of) else { continue };
            if path.len() >= DEEPEST {
                continue;
            }
            for field in &structure.fields {
                let Some(inner) = field.type_name.as_ref().map(|it| self.packages.type_in(of, it)) else {
                    continue;
                };
                // A tree or a list of itself has no end.
                let goes_round = inner == out[0].0 || path.iter().any(|it| std::ptr::eq(*it, field));
                if !goes_round && self.packages.structure(inner).is_some() {
                    out.push((inner, [path.as_slice(), &[field]].concat()));
                }
            }
            for field in &structure.fields {
                let Some(inner) = self.packages.element_of_field(of, field) else { continue };
                let goes_round = inner == out[0].0 || path.iter().any(|it| std::ptr::eq(*it, field));
                if !goes_round && self.packages.structure(inner).is_some() {
                    out.push((inner, [path.as_slice(), &[field, element_step(None)]].concat()));
                }
            }
        }
        let mut nested = Nested::default();
        for (of, way) in out {
            nested.entry(of).or_default().push(way);
        }
        nested
    }

    /// The fields that lead to `name` in a struct: embedded ones, then the field itself; names with dots
    /// between them lead further down.
    pub(super) fn own_path(
        &self,
        of: TypeRef<'w>,
        name: &str,
        depth: usize,
    ) -> Option<Vec<(TypeRef<'w>, &'w Field)>> {
        if let Some((first, rest)) = name.split_once('.') {
            let mut path = self.own_path(of, first, depth)?;
            let (of, field) = *path.last()?;
            path.extend(self.own_path(self.packages.type_in(of, field.type_name.as_ref()?), rest, depth)?);
            return Some(path);
        }
        let structure = self.packages.structure(of)?;
        if let Some(field) = structure.fields.iter().find(|it| it.name.value == name) {
            return Some(vec![(of, field)]);
        }
        let depth = depth.checked_sub(1)?;
        structure.fields.iter().filter(|it| it.embedded).find_map(|field| {
            let inner = self.packages.type_in(of, field.type_name.as_ref()?);
            let mut path = self.own_path(inner, name, depth)?;
            path.insert(0, (of, field));
            Some(path)
        })
    }

    /// The fields that lead to `name` as far as the expression shows them, the outermost first, each with
    /// the struct that has it.
    pub(super) fn field_chain(
        &self,
        receiver: &'w Value,
        of: TypeRef<'w>,
        name: &str,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Vec<(TypeRef<'w>, &'w Field)>> {
        let mut chain = self.own_path(of, name, 4)?;
        let (mut value, mut frame) = (receiver, Rc::clone(frame));
        while chain.len() < 2 * DEEPEST {
            if !matches!(value, Value::Field { .. } | Value::Element { .. }) {
                let head = self.head(value, &frame, depth);
                (value, frame) = (head.value, head.frame);
            }
            if let Value::Element { of, key, .. } = value {
                let key = key.as_deref().map(|it| self.text(it, &frame, depth));
                let index = key.filter(|it| it.unknown.is_none()).map(|it| it.text.as_str().to_owned());
                chain.insert(0, (NO_STRUCT, element_step(index.and_then(|it| it.parse().ok()))));
                value = of;
                continue;
            }
            let Value::Field { receiver, receiver_type, field } = value else { break };
            let shown = receiver_type.as_ref().map(|it| self.packages.type_ref(self.package_of(&frame), it));
            let outer = shown.or_else(|| self.type_at(receiver, &frame)).or_else(|| {
                let head = self.head(receiver, &frame, depth);
                self.type_at(head.value, &head.frame)
            });
            let Some(path) = outer.and_then(|it| self.own_path(it, &field.value, 4)) else { break };
            chain.splice(0..0, path);
            value = receiver;
        }
        Some(chain)
    }
}

impl<'w> Decode<'w> {
    /// The ways that lead from what is filled to the field at the end of `chain`, and whether the
    /// expression itself shows the way.
    pub(super) fn paths_to(&self, chain: &[(TypeRef<'w>, &'w Field)]) -> (Vec<Vec<&'w Field>>, bool) {
        let below = |at: usize| chain[at..].iter().map(|(_, field)| *field).collect::<Vec<_>>();
        match self.root {
            Root::Struct(root) => {
                if let Some(at) = chain.iter().position(|(of, _)| *of == root) {
                    return (vec![below(at)], true);
                }
                let ways = |(at, (of, _)): (usize, &(TypeRef<'w>, &'w Field))| {
                    let ways = self.nested.get(of)?.iter();
                    Some(ways.map(|way| [way.as_slice(), &below(at)].concat()).collect())
                };
                (chain.iter().enumerate().find_map(ways).unwrap_or_default(), false)
            }
            Root::Field(of, name) => {
                let found = chain.iter().position(|(it, field)| *it == of && field.name.value == name);
                (found.map(|at| below(at + 1)).into_iter().collect(), true)
            }
            // Variables bear their whole names in tags, most of the time.
            Root::Unknown if self.entry.source == Source::Environment => {
                (chain.last().map(|(_, field)| vec![*field]).into_iter().collect(), false)
            }
            Root::Unknown => (Vec::new(), false),
        }
    }
}

/// Stands for the struct of a step into a list, which is none.
const NO_STRUCT: TypeRef<'static> = TypeRef::External("", "");

/// Further elements of a list are not told apart.
const MOST_ELEMENTS: usize = 16;

/// A step into a list or a map, as if that were a struct whose fields have the indices for names: to the element
/// of that index, or with [`ANY_ELEMENT`] for its name to one that is not known.
fn element_step(index: Option<usize>) -> &'static Field {
    static STEPS: OnceLock<Vec<Field>> = OnceLock::new();
    let steps = STEPS.get_or_init(|| {
        let names =
            std::iter::once(ANY_ELEMENT.to_owned()).chain((0..MOST_ELEMENTS).map(|it| it.to_string()));
        let nowhere = Span::new(FileId(0), 0, 0);
        let step = |name| {
            let name = Spanned::new(name, nowhere);
            Field { name, type_name: None, element: None, tag: None, embedded: false }
        };
        names.map(step).collect()
    });
    &steps[index.filter(|it| *it < MOST_ELEMENTS).map_or(0, |it| it + 1)]
}

/// Whether a step of a path leads into a list or a map.
pub(super) fn is_element_step(field: &Field) -> bool {
    field.name.span.is_empty()
        && (field.name.value == ANY_ELEMENT || field.name.value.parse::<usize>().is_ok())
}

/// The value at a place of a call, as it is written.
pub(super) fn value_at<'w>(place: &Place, call: &'w Call) -> Option<&'w Value> {
    let mut value = call.arguments.get(place.argument?)?;
    for name in &place.fields {
        let Value::Struct { fields, .. } = value else { return None };
        value = fields.iter().find(|(it, _)| it.value == *name).map(|(_, it)| it)?;
    }
    Some(value)
}

/// Where a call has the text that it decodes.
pub(super) fn data_of<'w>(entry: &DecodeEntry, call: &'w Call) -> Option<&'w Value> {
    match (entry.at, &call.callee) {
        (Some(at), _) => call.arguments.get(at),
        (None, Callee::Method { receiver, .. }) => Some(receiver),
        (None, _) => None,
    }
}
