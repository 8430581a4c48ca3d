//! Which of several variables of one type a call fills: `viper.UnmarshalKey("web", &web)` beside
//! `viper.UnmarshalKey("admin", &admin)`.

use std::rc::Rc;

use super::decode::{DEEPEST, Decode, value_at};
use crate::facts::catalogue::{DecodeEntry, Target};
use crate::facts::go::{Call, Value};
use crate::model::go::TypeRef;
use crate::model::resolve::{Evaluator, Frame, Head};
use crate::source::Span;

/// What a call fills.
#[derive(Clone, Copy, Debug)]
pub(super) enum Filled<'w> {
    /// What is made here.
    Made {
        /// The literal, the declaration, or the call that returns it.
        at: Span,
        /// The call that the function around it is looked at through.
        through: Option<Span>,
    },
    /// A field of a struct of this type.
    Field(TypeRef<'w>, &'w str),
}

impl Filled<'_> {
    /// Whether both may be one variable.
    fn may_be(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Made { at, through }, Self::Made { at: other, through: also }) => {
                at == other && (through == also || through.is_none() || also.is_none())
            }
            (Self::Field(of, name), Self::Field(other, also)) => (of, name) == (other, also),
            _ => false,
        }
    }
}

/// Which of the calls that fill structs of one type count for a field.
pub(super) enum Fills<'a, 'w> {
    /// All of them.
    All,
    /// Those that fill one of these variables, and those of which it does not show what they fill.
    Of(Vec<Filled<'w>>),
    /// One of these, nobody knows which.
    OneOf(Vec<&'a Decode<'w>>),
}

impl<'a, 'w> Fills<'a, 'w> {
    /// Whether a call certainly fills another variable.
    pub(super) fn leaves_out(&self, decode: &Decode<'w>) -> bool {
        match (self, &decode.filled) {
            (Self::Of(variables), Some(filled)) => !variables.iter().any(|it| it.may_be(filled)),
            _ => false,
        }
    }

    /// Whether the call is one of several of which nobody knows which counts.
    pub(super) fn is_open(&self, decode: &'a Decode<'w>) -> bool {
        matches!(self, Self::OneOf(several) if several.iter().any(|it| std::ptr::eq(*it, decode)))
    }
}

impl<'w> Evaluator<'w> {
    /// What a call fills that is looked at in `frame`; `None` where that does not show.
    pub(super) fn filled_by(
        &self,
        entry: &DecodeEntry,
        call: &'w Call,
        frame: &Rc<Frame<'w>>,
    ) -> Option<Filled<'w>> {
        let Target::At(place) = &entry.target else {
            return Some(Filled::Made { at: call.span, through: through(frame) });
        };
        let target = value_at(place, call)?;
        let head = self.head(target, frame, 16);
        match head.value {
            Value::Field { .. } => self.filled_field(head.value, &head.frame),
            _ => made(&head),
        }
    }

    /// Which of `decodes`, all of which may fill what `receiver` is or is a part of, count for a field of it.
    pub(super) fn fills_of<'a>(
        &self,
        decodes: &[&'a Decode<'w>],
        receiver: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Fills<'a, 'w> {
        let differs = |it: &Decode<'w>, other: &Decode<'w>| {
            let (Some(one), Some(two)) = (&it.filled, &other.filled) else { return false };
            (it.function, it.root) == (other.function, other.root) && !one.may_be(two)
        };
        let several = decodes.iter().filter(|it| decodes.iter().any(|other| differs(it, other)));
        let several: Vec<&Decode<'w>> = several.copied().collect();
        if several.is_empty() {
            return Fills::All;
        }
        let variables = self.variables_around(receiver, frame, depth);
        let fills = Fills::Of(variables);
        match several.iter().all(|it| fills.leaves_out(it)) {
            true => Fills::OneOf(several),
            false => fills,
        }
    }

    /// The variables that `value` is, or is a part of.
    fn variables_around(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Vec<Filled<'w>> {
        let mut out = Vec::new();
        let (mut value, mut frame) = (value, Rc::clone(frame));
        for _ in 0..2 * DEEPEST {
            out.extend(self.filled_field(value, &frame));
            let head = self.deep_head(value, &frame, depth);
            out.extend(made(&head));
            if !matches!(value, Value::Field { .. }) {
                out.extend(self.filled_field(head.value, &head.frame));
                (value, frame) = (head.value, head.frame);
            }
            let Value::Field { receiver, .. } = value else { break };
            value = receiver;
        }
        out
    }

    fn filled_field(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Option<Filled<'w>> {
        let Value::Field { receiver, receiver_type, field } = value else { return None };
        let shown = receiver_type.as_ref().map(|it| self.packages.type_ref(self.package_of(frame), it));
        let of = shown.or_else(|| self.type_at(receiver, frame)).or_else(|| {
            let head = self.head(receiver, frame, 16);
            self.type_at(head.value, &head.frame)
        });
        Some(Filled::Field(of?, &field.value))
    }
}

fn made<'w>(head: &Head<'w>) -> Option<Filled<'w>> {
    match head.value {
        Value::Struct { span, .. } | Value::Call { span, .. } => {
            Some(Filled::Made { at: *span, through: through(&head.frame) })
        }
        _ => None,
    }
}

fn through(frame: &Frame<'_>) -> Option<Span> {
    match frame {
        Frame::Function { call, .. } => call.as_ref().map(|it| it.span),
        Frame::Package(_) => None,
    }
}
