//! Function literals in variables: `getEnv := func(key, fallback string) string {...}`. Such a call is read as the body
//! of the literal with the arguments for its parameters.

use std::sync::Arc;

use super::function::Reader;
use super::returns::fold_returns;
use super::scope::State;
use super::standing::Runs;
use super::value::{CALLED_WITH, CALLED_WITH_MORE};
use super::{Call, Unknown, Value};
use crate::source::Span;
use crate::syntax::go::Node;

/// Callbacks of libraries have no more parameters.
const MOST_PARAMETERS: usize = 4;

/// More calls of one function are not read so: each costs what the body does.
const MOST_CALLS: usize = 64;

/// The literals of a function that calls of variables may run.
#[derive(Default)]
pub(super) struct Closures<'t> {
    /// Each by its place, which the value of a variable that holds it has.
    literals: Vec<(Span, Node<'t>)>,
    /// Those that are read for a call, the innermost last.
    active: Vec<Span>,
    /// Those that are used as values, so that others may call them.
    handed_on: Vec<Span>,
    /// The calls in them that were read as they are made.
    known: Vec<Span>,
    /// What stood for these before, each with its literal.
    replaced: Vec<(Span, Call)>,
    /// Number of calls that were read.
    calls: usize,
    /// How deep in literals the one is whose returns count.
    pub(super) collects: Option<u32>,
}

impl<'t> Closures<'t> {
    pub(super) fn add(&mut self, span: Span, node: Node<'t>) {
        if self.active.is_empty() {
            self.literals.push((span, node));
        }
    }

    /// Notes that a variable with this value is used other than to call it; gives the calls in the literal as
    /// others may make them.
    pub(super) fn hand_on(&mut self, value: &Value) -> Vec<Call> {
        let Value::Unknown(it) = value else { return Vec::new() };
        if !self.literals.iter().any(|(span, _)| *span == it.span) {
            return Vec::new();
        }
        self.handed_on.push(it.span);
        let of_it = |(span, _): &(Span, Call)| *span == it.span;
        let (back, kept) = std::mem::take(&mut self.replaced).into_iter().partition(of_it);
        self.replaced = kept;
        let back: Vec<(Span, Call)> = back;
        back.into_iter().map(|(_, call)| call).collect()
    }
}

impl<'t> Reader<'_, 't> {
    /// The result of a call of the variable `function`, when it holds a literal of this function.
    pub(super) fn call_of_closure(
        &mut self,
        function: Node<'t>,
        given: &[Value],
        runs: Runs,
    ) -> Option<State> {
        let index = self.locals.find(function.text())?;
        let Value::Unknown(unknown) = &self.locals.state(index).value else { return None };
        let span = unknown.span;
        let (_, node) = *self.closures.literals.iter().find(|(it, _)| *it == span)?;
        if self.closures.active.contains(&span) || self.closures.calls >= MOST_CALLS {
            return None;
        }
        self.closures.calls += 1;
        self.closures.active.push(span);
        let collects = self.closures.collects.replace(self.literal_depth + 1);
        let (before, mark, outer) = (self.recorded(), self.locals.mark(), std::mem::take(&mut self.returns));
        self.deeper(|it| it.function_literal_here(node, given, runs));
        let returns = std::mem::replace(&mut self.returns, outer);
        self.locals.take_back(mark);
        let calls = self.take_recorded(before);
        self.closures.collects = collects;
        self.closures.active.pop();
        let others_call = self.closures.handed_on.contains(&span);
        calls.into_iter().for_each(|it| self.know_better(it, span, others_call));
        let value = fold_returns(returns).into_iter().next()?.into_iter().next()?;
        Some(State::new(value, None))
    }

    /// A function literal that a library calls with a text, as the value that says what it returns.
    pub(super) fn called_by_library(&mut self, node: Node<'t>) -> Option<Value> {
        let span = self.context.span(node);
        let called_with = |reason| Value::Unknown(Unknown::new(reason, span));
        let mut given = vec![called_with(CALLED_WITH)];
        given.resize(MOST_PARAMETERS, called_with(CALLED_WITH_MORE));
        let collects = self.closures.collects.replace(self.literal_depth + 1);
        let (before, mark, outer) = (self.recorded(), self.locals.mark(), std::mem::take(&mut self.returns));
        self.deeper(|it| it.function_literal_here(node, &given, Runs::Later));
        let returns = std::mem::replace(&mut self.returns, outer);
        self.locals.take_back(mark);
        // What it calls is recorded where the literal is read as one that may run.
        self.take_recorded(before);
        self.closures.collects = collects;
        let values = fold_returns(returns);
        let [values] = &values[..] else { return None };
        Some(Value::Function(Arc::from(values.as_slice()), span))
    }

    /// Puts a call as it is made in the place of the one that was read where the literal stands; of a literal
    /// that others may call as well beside it.
    fn know_better(&mut self, call: Call, literal: Span, others_call: bool) {
        let known = self.calls.iter().position(|it| it.span == call.span);
        match known {
            Some(at) if !others_call && !self.closures.known.contains(&call.span) => {
                self.closures.known.push(call.span);
                let before = std::mem::replace(&mut self.calls[at], call);
                self.closures.replaced.push((literal, before));
            }
            Some(at) if self.calls[at].arguments == call.arguments => {}
            _ => self.calls.push(call),
        }
    }
}

/// The reason of a parameter of a literal for which nothing is given.
pub(super) const PARAMETER: &str = "it is a parameter of a function literal";
