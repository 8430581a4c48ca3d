//! The addresses of calls that are given none.

use std::rc::Rc;

use crate::facts::catalogue::{DefaultAddress, DefaultPart, Either};
use crate::facts::go::{Call, Callee};
use crate::model::resolve::{Evaluator, Frame, Located, Outcome};
use crate::source::{Confidence, Span, Text};

/// The address of a call that was given none: the documented default, unless another call of the program
/// sets it; `None` when there is none.
pub(super) fn absent<'w>(
    evaluator: &Evaluator<'w>,
    call: &'w Call,
    frame: &Rc<Frame<'w>>,
    default: &'w DefaultAddress,
    unless: &[&'static str],
) -> Option<Outcome> {
    if default.is_empty() || calls_one_of(evaluator, call, unless) {
        return None;
    }
    Some(default_of(evaluator, call, frame, default))
}

/// The documented default of a call.
pub(super) fn default_of<'w>(
    evaluator: &Evaluator<'w>,
    call: &'w Call,
    frame: &Rc<Frame<'w>>,
    default: &'w DefaultAddress,
) -> Outcome {
    let mut out = Outcome::known(Text::default());
    let is_alone = default.parts.len() == 1;
    for part in &default.parts {
        out.append(match part {
            // What stands between variables is no assumption.
            DefaultPart::Text(text) if is_alone => by_default(text, call.span),
            DefaultPart::Text(text) => Outcome::known(Text::new(text.as_str(), call.span)),
            DefaultPart::Variable(name, otherwise) => {
                let said = evaluator.variable_read(name, call.span);
                match said.unknown.is_none() && said.text.as_str().is_empty() {
                    true => default_of(evaluator, call, frame, otherwise),
                    false => said,
                }
            }
            DefaultPart::Either(either) => either_of(evaluator, call, frame, either),
            DefaultPart::Unknown => {
                Outcome::hole("its default is decided in ways that are not followed", Some(call.span))
            }
        });
    }
    out
}

fn either_of<'w>(
    evaluator: &Evaluator<'w>,
    call: &'w Call,
    frame: &Rc<Frame<'w>>,
    either: &'w Either,
) -> Outcome {
    let is_empty = |it: &Outcome| it.unknown.is_none() && it.text.as_str().is_empty();
    let set = match evaluator.place(&either.place, call, frame).pop() {
        Some(Located::Text { outcome, .. }) if !is_empty(&outcome) => Some(outcome),
        _ => None,
    };
    let said = set.unwrap_or_else(|| evaluator.variable_read(&either.variable, call.span));
    if said.unknown.is_some() {
        return said;
    }
    let text = match said.text.as_str() {
        it if it.is_empty() || it == either.word => &either.then,
        _ => &either.otherwise,
    };
    let it = by_default(text, call.span);
    Outcome { via: said.via, confidence: it.confidence.min(said.confidence), ..it }
}

/// Whether the program calls one of these functions of the package that `call` is of.
pub(super) fn calls_one_of(evaluator: &Evaluator<'_>, call: &Call, names: &[&'static str]) -> bool {
    let Callee::Imported { package, .. } = &call.callee else { return false };
    let functions = evaluator.reachable.functions.iter();
    let mut calls = functions.flat_map(|it| &evaluator.packages.function(*it).function.calls);
    !names.is_empty()
        && calls.any(|it| match &it.callee {
            Callee::Imported { package: other, name } => other == package && names.contains(&name.as_str()),
            _ => false,
        })
}

/// A documented default, which stands nowhere but in the call.
pub(super) fn by_default(address: &str, call: Span) -> Outcome {
    Outcome { confidence: Confidence::Likely, ..Outcome::known(Text::new(address, call)) }
}
