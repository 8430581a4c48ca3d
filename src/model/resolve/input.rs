//! Where a value comes from that no project writes down: a request, a row of a database.
//!
//! It changes nothing of what is known. A value that is not known is asked where it comes from when somebody
//! wants to tell what could be known from what could not: see [`Evaluator::tracing`].

use std::rc::Rc;

use super::{Active, Evaluator, Frame, Outcome};
use crate::facts::catalogue::{DataRole, Input, InputEntry, Source, Target, input, input_by_import};
use crate::facts::go::{Callee, Value};
use crate::model::go::{Targets, TypeRef, entry_of, input_of};
use crate::net::HOLE;

/// Structs nest no deeper than this.
const DEEPEST: usize = 8;

impl<'w> Evaluator<'w> {
    /// Does `work` so that holes say what brings them, where that is traced.
    pub fn tracing<T>(&self, work: impl FnOnce() -> T) -> T {
        let before = self.traces.replace(true);
        let out = work();
        self.traces.set(before);
        out
    }

    /// What `value` came to; a hole of which nothing else is known says what brings it.
    pub(super) fn traced(
        &self,
        outcome: Outcome,
        value: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        match outcome.unknown.as_ref().is_some_and(|it| value.span() == Some(it.span)) {
            true => self.traced_from(outcome, value, frame, depth),
            false => outcome,
        }
    }

    /// As [`Self::traced`], where the hole may stand in a part of `value` to which the project gives nothing.
    pub(super) fn traced_from(
        &self,
        mut outcome: Outcome,
        value: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        if self.traces.get()
            && let Some(unknown) = &mut outcome.unknown
            && unknown.input.is_none()
        {
            unknown.input = self.input_of(value, frame, depth);
        }
        outcome
    }

    /// A hole in the place of what is made of `data`.
    pub(super) fn brought_by(
        &self,
        outcome: Outcome,
        data: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        if !self.traces.get() || outcome.unknown.as_ref().is_none_or(|it| it.input.is_some()) {
            return outcome;
        }
        let input = self.brings(data, frame, depth);
        outcome.from(input)
    }

    /// What brings a value of which nothing else is known.
    fn input_of(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Option<Input> {
        let depth = self.less(depth, 1).filter(|_| self.step())?;
        if let Some(input) =
            self.type_at(value, frame).and_then(|of| self.input_by_type(of, value, frame, depth))
        {
            return Some(input);
        }
        match value {
            Value::Field { receiver, field, .. } => self
                .input_of_holder(receiver, frame, depth)
                .or_else(|| self.input_of_writes(receiver, &field.value, frame, depth))
                .or_else(|| self.brings(receiver, frame, depth)),
            Value::Element { of, .. } | Value::Result { call: of, .. } => self.brings(of, frame, depth),
            Value::Filled { call, argument, .. } => self.input_of_filled(call, *argument, frame, depth),
            Value::Call { callee, arguments, .. } => self.input_of_call(callee, arguments, frame, depth),
            Value::Unknown(it) => it.input,
            _ => None,
        }
    }

    /// What brings a value that is not known as it is evaluated. A URL whose host is known comes from nowhere else,
    /// whatever its path is.
    fn brings(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Option<Input> {
        let Outcome { text, unknown, .. } = self.text(value, frame, depth);
        let known = text.as_str().split(HOLE).next().unwrap_or_default();
        let has_host = known.split_once("://").is_some_and(|(_, it)| !it.is_empty());
        unknown?.input.filter(|_| !has_host)
    }

    /// What a value of a type of another module brings that the program did not make itself.
    fn input_by_type(
        &self,
        of: TypeRef<'w>,
        value: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Input> {
        let TypeRef::External(package, name) = of else { return None };
        let Some(InputEntry::Itself(from)) = input(package, name, "") else { return None };
        let made = matches!(self.head(value, frame, depth).value, Value::Call { .. } | Value::Struct { .. });
        (!made).then_some(from)
    }

    /// What a struct of the project is that `value` is, or that it stands in: an object, a message, what a
    /// request is read into.
    fn input_of_holder(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Option<Input> {
        let mut at = value;
        for _ in 0..DEEPEST {
            let head = self.head(at, frame, depth);
            let of = self.type_at(at, frame).or_else(|| self.type_at(head.value, &head.frame));
            if let Some(of) = of
                && let Some(input) =
                    self.input_by_type(of, at, frame, depth).or_else(|| self.input_of_struct(of))
            {
                return Some(input);
            }
            at = match at {
                Value::Field { receiver: inner, .. } | Value::Element { of: inner, .. } => inner,
                _ => return None,
            };
        }
        None
    }

    /// What calls write into a field by its address: `row.Scan(&user.Endpoint)`.
    fn input_of_writes(
        &self,
        receiver: &'w Value,
        field: &str,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Input> {
        let head = self.head(receiver, frame, depth);
        let of = self.type_at(receiver, frame).or_else(|| self.type_at(head.value, &head.frame))?;
        self.packages.field_writes_to(of, field).iter().find_map(|(function, write)| {
            if !self.reachable.contains(*function) {
                return None;
            }
            let inside = Rc::new(Frame::Function { function: *function, call: None });
            let filled = std::iter::once(&write.value).chain(write.value.parts());
            let mut filled = filled.filter(|it| matches!(it, Value::Filled { .. }));
            filled.find_map(|it| self.input_of(it, &inside, depth))
        })
    }

    fn input_of_struct(&self, of: TypeRef<'w>) -> Option<Input> {
        let fields = self.packages.structure(of).map(|it| it.fields.as_slice()).unwrap_or_default();
        let held = fields.iter().filter_map(|it| it.type_name.as_ref()).find_map(|it| {
            match (self.packages.type_in(of, it), matches!(of, TypeRef::Own(..))) {
                (TypeRef::External(package, name), true) => match input(package, name, "")? {
                    InputEntry::Holder(from) => Some(from),
                    _ => None,
                },
                _ => None,
            }
        });
        let held = held.or_else(|| self.input_of_unread(of));
        held.or_else(|| self.filled_structs().iter().find(|(it, _)| *it == of).map(|(_, from)| *from))
    }

    /// What a struct is that a generator wrote into a file that was not read.
    fn input_of_unread(&self, of: TypeRef<'w>) -> Option<Input> {
        let TypeRef::Own(package, _) = of else { return None };
        if self.packages.structure(of).is_some() {
            return None;
        }
        let unread = self.packages.package(package).files.iter().filter(|(_, file)| !file.in_full);
        let mut imports = unread.flat_map(|(_, file)| &file.imports);
        imports.find_map(|it| input_by_import(&it.path.value))
    }

    /// Whether calls fill values of that type with what comes from outside.
    pub(super) fn is_filled_from_outside(&self, of: TypeRef<'w>) -> bool {
        self.filled_structs().iter().any(|(it, _)| *it == of)
    }

    /// The types of the project whose values calls fill with what comes from outside.
    fn filled_structs(&self) -> &[(TypeRef<'w>, Input)] {
        // They are kept, so that what they hold is told whoever asks first.
        let gather = || self.tracing(|| self.gather_filled_structs());
        self.gathered(&self.filled_structs, Active::FilledStructs, gather).map_or(&[], Vec::as_slice)
    }

    fn gather_filled_structs(&self) -> Vec<(TypeRef<'w>, Input)> {
        let mut found = Vec::new();
        for id in &self.reachable.functions {
            let it = self.packages.function(*id);
            let frame = Rc::new(Frame::Function { function: *id, call: None });
            for call in self.packages.listed_calls(*id) {
                let targets = self.packages.targets_of(*id, call);
                let Some((first, from)) = self.fills_from(targets, &call.callee, &call.arguments, &frame, 12)
                else {
                    continue;
                };
                for argument in call.arguments.iter().skip(first) {
                    let of = self.packages.type_of(it.package, Some(it.function), argument);
                    found.extend(of.filter(|it| matches!(it, TypeRef::Own(..))).map(|it| (it, from)));
                }
            }
        }
        found
    }

    /// The first argument that a call fills with what comes from outside.
    fn fills_from(
        &self,
        targets: &Targets<'w>,
        callee: &'w Callee,
        arguments: &'w [Value],
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<(usize, Input)> {
        if let Some(InputEntry::Arguments(first, from)) = input_of(targets) {
            return Some((first, from));
        }
        // What a request or an answer holds is decoded as configuration is.
        let decode = entry_of(targets)?.decode.as_ref().filter(|it| it.source == Source::Data)?;
        let Target::At(place) = &decode.target else { return None };
        let data = match (decode.at, callee) {
            (Some(at), _) => arguments.get(at)?,
            (None, Callee::Method { receiver, .. }) => receiver,
            (None, _) => return None,
        };
        Some((place.argument?, self.brings(data, frame, depth)?))
    }

    fn input_of_filled(
        &self,
        call: &'w Value,
        argument: usize,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Input> {
        let Value::Call { callee, arguments, .. } = call else { return None };
        let targets = self.targets(callee, frame);
        let (first, from) = self.fills_from(&targets, callee, arguments, frame, depth)?;
        (argument >= first).then_some(from)
    }

    fn input_of_call(
        &self,
        callee: &'w Callee,
        arguments: &'w [Value],
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<Input> {
        let receiver = match callee {
            Callee::Method { receiver, .. } => Some(&**receiver),
            Callee::Imported { .. } | Callee::Own { .. } => None,
        };
        let targets = self.targets(callee, frame);
        let holds_data = entry_of(&targets).and_then(|it| it.data).filter(|it| it.role == DataRole::Same);
        match input_of(&targets) {
            Some(InputEntry::Result(from)) => return Some(from),
            Some(InputEntry::Passes) => {
                let parts = receiver.into_iter().chain(arguments);
                return parts.into_iter().find_map(|it| self.brings(it, frame, depth));
            }
            _ => {}
        }
        if let Some(data) = holds_data {
            return self.brings(arguments.get(data.argument)?, frame, depth);
        }
        // What is asked of a request says what is in it.
        match targets {
            Targets::ExternalMethod(..) | Targets::Interface(..) | Targets::Method(..) => {
                self.brings(receiver?, frame, depth)
            }
            Targets::Own(_) | Targets::Imported(..) => None,
        }
    }
}
