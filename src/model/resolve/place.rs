//! The values of a call that the catalogue points at, in every context the call stands in.

use std::rc::Rc;

use super::config::Bound;
use super::field::Head;
use super::format::join_host_port;
use super::overwrite::FieldValues;
use super::{Evaluator, Frame, InWorld, MAXIMUM_DEPTH, Outcome};
use crate::facts::catalogue::{Address, Place};
use crate::facts::go::{Call, Callee, Value};
use crate::model::go::{FunctionId, TypeRef, entry_of, opens_socket};
use crate::source::{Span, Spanned, Text};

/// What stands at a place of a call.
pub enum Located {
    /// Nothing: the argument is not given, the field is not set.
    Absent,
    /// What another call made that itself says where it connects (`redis.ParseURL`).
    Elsewhere,
    /// A text, perhaps with holes.
    Text {
        /// The text.
        outcome: Outcome,
        /// Whether the text is one literal of the source.
        literal: bool,
    },
}

/// Where a socket comes from.
pub struct Socket {
    /// The call that opened it, and whether the catalogue knows that call; `None` when no call
    /// was found.
    pub opened: Option<(Span, bool)>,
    /// Whether a caller could tell more.
    pub needs_caller: bool,
}

/// More ways to one call are not followed. A chain of wrappers may have any length: it ends where no
/// caller is left that is not part of it already.
const MAXIMUM_CONTEXTS: usize = 64;

/// Steps that the looks at one call may take in all contexts and worlds together; what nearly every call takes
/// is below a tenth of it.
const MAXIMUM_STEPS_OF_CALL: u64 = 20_000;

/// Steps that all looks at one program in one workload may take together. Of the largest programs the calls
/// that come later get little.
pub(super) const MAXIMUM_STEPS_OF_PROGRAM: u64 = 100_000;
const STEPS_BEYOND: u64 = 100;

impl<'w> Evaluator<'w> {
    /// Looks at a function by itself, and as long as the look says that a caller could tell more,
    /// through each of its callers.
    pub fn in_contexts<T>(&self, function: FunctionId, look: impl Fn(&Rc<Frame<'w>>) -> (T, bool)) -> Vec<T> {
        self.in_contexts_knowing(function, |frame, _| look(frame))
    }

    /// As [`Evaluator::in_contexts`]; `look` is told whether the callers are looked at instead when they could
    /// tell more.
    fn in_contexts_knowing<T>(
        &self,
        function: FunctionId,
        look: impl Fn(&Rc<Frame<'w>>, bool) -> (T, bool),
    ) -> Vec<T> {
        let mut out = Vec::new();
        let mut pending: Vec<Vec<(FunctionId, &'w Call)>> = vec![Vec::new()];
        let mut looks = 0;
        while let Some(chain) = pending.pop() {
            looks += 1;
            let outer = chain.last().map_or(function, |(caller, _)| *caller);
            let callers = self.reachable.likely_callers(outer).iter();
            let fresh = callers
                .filter(|(caller, _)| *caller != function && !chain.iter().any(|(known, _)| known == caller));
            let longer: Vec<_> = fresh.map(|it| [chain.as_slice(), &[*it]].concat()).collect();
            let follows = !longer.is_empty() && looks < MAXIMUM_CONTEXTS;
            let (found, needs_caller) = look(&Self::frame(function, &chain), follows);
            if follows && needs_caller {
                pending.extend(longer.into_iter().rev());
            } else {
                out.push(found);
            }
        }
        out
    }

    /// As [`Evaluator::in_contexts`], and in each context in every world (see [`Evaluator::in_worlds`]). Where
    /// that takes too long, what `beyond` says stands for the contexts that were not looked at.
    pub fn in_contexts_and_worlds<T>(
        &self,
        function: FunctionId,
        look: impl Fn(&Rc<Frame<'w>>) -> (T, bool),
        beyond: impl Fn() -> T,
    ) -> Vec<Vec<InWorld<T>>> {
        let start = self.steps_taken.get();
        let most =
            start + if start < MAXIMUM_STEPS_OF_PROGRAM { MAXIMUM_STEPS_OF_CALL } else { STEPS_BEYOND };
        self.in_contexts_knowing(function, |frame, follows| {
            if self.steps_taken.get() > most {
                return (vec![InWorld { found: beyond(), is_default: false }], false);
            }
            // One world that needs the callers is enough to look at these instead.
            let is_enough = |(_, needs_caller): &(T, bool)| follows && *needs_caller;
            let worlds = self.in_worlds(most, || look(frame), || (beyond(), false), is_enough);
            let needs_caller = worlds.iter().any(|it| it.found.1);
            let found = worlds.into_iter();
            let found = found.map(|it| InWorld { found: it.found.0, is_default: it.is_default });
            (found.collect(), needs_caller)
        })
    }

    /// The addresses at a place of a call; several for a list. A port that has a place of its own is put
    /// behind the host.
    pub fn addresses(&self, at: &'w Address, call: &'w Call, frame: &Rc<Frame<'w>>) -> Vec<Located> {
        let found = self.addresses_at(at, call, frame);
        match &at.otherwise {
            Some(otherwise) if found.iter().all(is_nothing) => self.addresses(otherwise, call, frame),
            _ => found,
        }
    }

    fn addresses_at(&self, at: &'w Address, call: &'w Call, frame: &Rc<Frame<'w>>) -> Vec<Located> {
        let hosts = self.place(&at.host, call, frame);
        let Some(port) = at.port.as_ref().and_then(|it| self.place(it, call, frame).pop()) else {
            return hosts;
        };
        let whole = |host: Located| match (host, &port) {
            (host, Located::Absent | Located::Elsewhere) => host,
            (host, Located::Text { outcome: port, .. }) if is_unset(port) => host,
            (Located::Elsewhere, _) => Located::Elsewhere,
            (Located::Absent, Located::Text { outcome: port, .. }) => {
                let host = Outcome::known(Text::new("", call.span));
                Located::Text { outcome: join_host_port(host, port.clone(), call.span), literal: false }
            }
            (Located::Text { outcome, literal }, Located::Text { outcome: port, .. }) => {
                Located::Text { outcome: join_host_port(outcome, port.clone(), call.span), literal }
            }
        };
        hosts.into_iter().map(whole).collect()
    }

    /// The values at a place of a call; several for a list.
    pub fn place(&self, place: &'w Place, call: &'w Call, frame: &Rc<Frame<'w>>) -> Vec<Located> {
        let roots: Vec<&'w Value> = match (place.argument, &call.callee) {
            (None, Callee::Method { receiver, .. }) => vec![receiver],
            (None, _) => Vec::new(),
            (Some(index), _) if place.variadic => call.arguments.iter().skip(index).collect(),
            (Some(index), _) => call.arguments.get(index).into_iter().collect(),
        };
        if roots.is_empty() {
            return vec![Located::Absent];
        }
        let mut out = Vec::new();
        for root in roots {
            self.begin();
            match self.below(root, &place.fields, frame) {
                Below::Absent => out.push(Located::Absent),
                Below::Elsewhere => out.push(Located::Elsewhere),
                Below::Outcome(outcome) => out.push(Located::Text { outcome, literal: false }),
                Below::Value(head) if place.list => self.elements(&head, &mut out),
                Below::Value(head) => out.push(self.located(head.value, &head.frame)),
            }
        }
        out
    }

    /// Where the socket of a value was opened.
    pub fn head_of(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Socket {
        self.begin();
        let head = self.head(value, frame, MAXIMUM_DEPTH);
        let needs_caller = self.waits_for_caller(&head);
        let opened = match head.value {
            Value::Call { callee, span, .. } => {
                let (package, function) = (self.package_of(&head.frame), self.function_of(&head.frame));
                let entry = self.packages.network_entry(&self.packages.targets(package, function, callee));
                Some((*span, opens_socket(entry, head.value)))
            }
            _ => None,
        };
        Socket { opened, needs_caller }
    }

    /// Whether a value is the result of a call that says where it connects.
    fn dials_itself(&self, head: &Head<'w>) -> bool {
        let Value::Call { callee, .. } = head.value else { return false };
        let entry = self.packages.network_entry(&self.targets(callee, &head.frame));
        entry.is_some_and(|it| it.dial.is_some())
    }

    /// What a value has its fields of: `buffalo.New(options)` makes an application with those of the options.
    fn embedded_in(&self, head: Head<'w>) -> Head<'w> {
        let Value::Call { callee, arguments, .. } = head.value else { return head };
        let pure = entry_of(&self.targets(callee, &head.frame)).and_then(|it| it.pure.as_ref());
        match pure.filter(|it| it.meaning == "embeds").and_then(|it| arguments.get(it.argument)) {
            Some(value) => self.head(value, &head.frame, MAXIMUM_DEPTH),
            None => head,
        }
    }

    /// Whether calls that read a configuration fill the struct that has the field: `var c rest.RestConf`.
    fn is_configured(&self, value: &'w Value, of: TypeRef<'w>, field: &str, frame: &Rc<Frame<'w>>) -> bool {
        value.span().is_some_and(|span| {
            let field = Spanned::new(field, span);
            !matches!(self.bound_field(value, of, field, frame, MAXIMUM_DEPTH), Bound::No)
        })
    }

    fn located(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Located {
        let outcome = self.outline(value, frame);
        let literal = match self.head(value, frame, MAXIMUM_DEPTH).value {
            Value::Literal(_) => true,
            Value::Concat(parts) => matches!(parts.first(), Some(Value::Literal(it)) if !it.value.is_empty()),
            Value::Format { format, .. } => {
                matches!(&**format, Value::Literal(it) if !it.value.starts_with('%'))
            }
            _ => false,
        };
        Located::Text { outcome, literal }
    }

    fn elements(&self, list: &Head<'w>, out: &mut Vec<Located>) {
        let head = self.head(list.value, &list.frame, MAXIMUM_DEPTH);
        match head.value {
            Value::List(parts, _) => out.extend(parts.iter().map(|it| self.located(it, &head.frame))),
            // A map.
            Value::Struct { fields, .. } => {
                out.extend(fields.iter().map(|(_, it)| self.located(it, &head.frame)));
            }
            _ => out.push(self.located(list.value, &list.frame)),
        }
    }

    /// What is below one of several values.
    fn below_each(&self, of: FieldValues<'w>, fields: &'w [String]) -> Outcome {
        let outcomes = of.values.iter().map(|(value, frame)| match self.below(value, fields, frame) {
            Below::Absent => Outcome::known(Text::new("", of.at)),
            Below::Elsewhere => Outcome::hole("another call says it", Some(of.at)),
            Below::Outcome(outcome) => outcome,
            Below::Value(head) => self.outcomes_of(vec![(head.value, head.frame)], MAXIMUM_DEPTH).remove(0),
        });
        self.one_of(outcomes.collect(), "it is set in several places", of.at, None)
    }

    fn below(&self, root: &'w Value, fields: &'w [String], frame: &Rc<Frame<'w>>) -> Below<'w> {
        if let Some(values) = self.reassigned(root, frame).filter(|_| !fields.is_empty()) {
            return Below::Outcome(self.below_each(values, fields));
        }
        let mut at = Head { value: root, frame: Rc::clone(frame) };
        for (index, field) in fields.iter().enumerate() {
            let head = self.head(at.value, &at.frame, MAXIMUM_DEPTH);
            if self.dials_itself(&head) {
                return Below::Elsewhere;
            }
            let head = self.embedded_in(head);
            let of = self.type_at(at.value, &at.frame).or_else(|| self.type_at(head.value, &head.frame));
            let (head, of) = match self.promoting_head(of, &head, field, MAXIMUM_DEPTH) {
                Some(inner) => {
                    let of = self.type_at(inner.value, &inner.frame);
                    (inner, of)
                }
                None => (head, of),
            };
            let promoted = of.is_some_and(|of| self.packages.promoting(of, field).is_some());
            if let Value::Struct { fields: set, .. } = head.value {
                let found = set.iter().rev().find(|(it, _)| it.value == *field).map(|(_, it)| it);
                if let Some(values) = of.and_then(|of| self.overwritten(&at, &head, of, field)) {
                    return Below::Outcome(self.below_each(values, &fields[index + 1..]));
                }
                if let Some(value) = found {
                    at = Head { value, frame: head.frame };
                    continue;
                }
                let here = self.function_id(&head.frame);
                let is_given = |of| {
                    self.is_written_outside(of, field, here)
                        || self.is_configured(at.value, of, field, &at.frame)
                };
                if !promoted && !of.is_some_and(is_given) {
                    return Below::Absent;
                }
            }
            let last = index + 1 == fields.len();
            let span = at.value.span();
            if let (Some(of), Some(span), false) = (of, span, last) {
                let path = fields[index..].join(".");
                let path = Spanned::new(path.as_str(), span);
                match self.bound_field(at.value, of, path, &at.frame, MAXIMUM_DEPTH) {
                    Bound::Value(outcome) => return Below::Outcome(outcome),
                    Bound::Untouched(_) => return Below::Absent,
                    Bound::No => {}
                }
            }
            return match (of, span, last) {
                (Some(_), Some(span), true) => {
                    let field = Spanned::new(field.as_str(), span);
                    Below::Outcome(self.field_of(of, at.value, &head, field, &at.frame, MAXIMUM_DEPTH))
                }
                _ => {
                    let needs_caller = self.waits_for_caller(&head);
                    Below::Outcome(Outcome {
                        needs_caller,
                        ..Outcome::hole("the struct was not found", span)
                    })
                }
            };
        }
        Below::Value(at)
    }
}

/// Whether nothing is there that could be an address.
fn is_nothing(located: &Located) -> bool {
    match located {
        Located::Absent => true,
        Located::Elsewhere => false,
        Located::Text { outcome, .. } => outcome.unknown.is_none() && outcome.text.as_str().is_empty(),
    }
}

/// Whether a port is the zero of its type, for which every library takes its default.
fn is_unset(port: &Outcome) -> bool {
    port.unknown.is_none() && matches!(port.text.as_str(), "" | "0")
}

enum Below<'w> {
    Absent,
    Elsewhere,
    Value(Head<'w>),
    Outcome(Outcome),
}
