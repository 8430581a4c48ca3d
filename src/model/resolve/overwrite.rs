//! Fields that a struct literal sets and that other places of the program assign to: a constructor makes the server with
//! an address of its own, and an option, or who called the constructor, gives it another.

use std::rc::Rc;

use super::field::Head;
use super::{Evaluator, Frame, MAXIMUM_DEPTH};
use crate::facts::go::{FieldWrite, Value};
use crate::model::go::{FunctionId, TypeRef};
use crate::source::Span;

/// What may be in a field of a struct, each value with where it stands.
pub(super) struct FieldValues<'w> {
    /// The values: what the literal says comes first, where it counts.
    pub(super) values: Vec<(&'w Value, Rc<Frame<'w>>)>,
    /// A place that stands for the choice between them.
    pub(super) at: Span,
}

/// What an assignment has to do with a struct literal.
enum Meets {
    /// It is for another struct, or the literal as it is known holds it already.
    Not,
    /// It may be for this struct.
    Perhaps,
    /// It is for this struct, behind the literal.
    Certainly,
}

impl<'w> Evaluator<'w> {
    /// What may be in `field` of the struct literal `made`, which `at` was followed to; `None` where nothing but
    /// the literal says it.
    pub(super) fn overwritten(
        &self,
        at: &Head<'w>,
        made: &Head<'w>,
        of: TypeRef<'w>,
        field: &str,
    ) -> Option<FieldValues<'w>> {
        let Value::Struct { fields, .. } = made.value else { return None };
        let set = fields.iter().rev().find(|(it, _)| it.value == field);
        let mut values: Vec<_> = set.map(|(_, value)| (value, Rc::clone(&made.frame))).into_iter().collect();
        let mut choice = None;
        for (function, write) in self.packages.field_writes_to(of, field) {
            let counts = self.reachable.contains(*function)
                && self.fills(&write.value, *function)
                && !self.is_source_active(&write.value);
            let known = values.iter().any(|(it, _)| **it == write.value);
            let meets = match counts && !known {
                true => self.meets(at, made, set.map(|(name, _)| name.span), *function, write),
                false => Meets::Not,
            };
            match meets {
                Meets::Not => continue,
                Meets::Perhaps => {}
                Meets::Certainly => values.clear(),
            }
            values.push((&write.value, Rc::new(Frame::Function { function: *function, call: None })));
            // The span of the field itself stands for the condition around the assignment.
            choice = Some(write.field.span.slice(0..0));
        }
        Some(FieldValues { values, at: choice? })
    }

    /// The values that a field of a struct literal may hold instead of the one that the literal names; `None` where
    /// `value` is no such field, or nothing else assigns to it.
    pub(super) fn reassigned(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Option<FieldValues<'w>> {
        let Value::Field { receiver, field, .. } = value else { return None };
        if self.packages.field_writes(&field.value).is_empty() {
            return None;
        }
        let made = self.head(receiver, frame, MAXIMUM_DEPTH);
        let of = self.type_at(receiver, frame).or_else(|| self.type_at(made.value, &made.frame))?;
        let at = Head { value: receiver, frame: Rc::clone(frame) };
        self.overwritten(&at, &made, of, &field.value)
    }

    fn meets(
        &self,
        at: &Head<'w>,
        made: &Head<'w>,
        set: Option<Span>,
        function: FunctionId,
        write: &'w FieldWrite,
    ) -> Meets {
        let writer = Rc::new(Frame::Function { function, call: None });
        let target = self.head(&write.receiver, &writer, MAXIMUM_DEPTH);
        if let Value::Struct { .. } = write.receiver {
            let same = made.value.span() == write.receiver.span();
            // The literal is known as it is behind what its own function assigns to it.
            let is_in =
                set.is_some_and(|it| it.file == write.field.span.file && it.start >= write.field.span.start);
            return if same && !is_in { Meets::Certainly } else { Meets::Not };
        }
        if write.receiver == *at.value && self.function_id(&at.frame) == Some(function) {
            return Meets::Certainly;
        }
        if let (Value::Call { span, .. }, Value::Call { span: own, .. }) = (&write.receiver, at.value)
            && span != own
            && self.function_id(&at.frame) == Some(function)
        {
            return Meets::Not;
        }
        match (target.value, made.value) {
            (Value::Struct { span, .. }, Value::Struct { span: own, .. }) if span != own => Meets::Not,
            // Another module made it.
            (Value::Call { .. }, _) => Meets::Not,
            (Value::Field { field, .. }, _) => match at.value {
                Value::Field { field: own, .. } if own.value != field.value => Meets::Not,
                _ => Meets::Perhaps,
            },
            _ => Meets::Perhaps,
        }
    }
}
