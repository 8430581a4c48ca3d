//! Reads expressions: what they stand for, of which type, and which calls they make.

use std::sync::Arc;

use super::assignment::path_of;
use super::command_line::arguments_of;
use super::condition::{self, guard_of, is_empty_literal};
use super::duration;
use super::function::Reader;
use super::predeclared::predeclared;
use super::read::{is_number, literal_text, unknown};
use super::scope::State;
use super::standing::Runs;
use super::{TypeName, Usage, Value};
use crate::facts::catalogue;
use crate::source::{Span, Spanned};
use crate::syntax::go::Node;

impl<'t> Reader<'_, 't> {
    /// What an expression stands for.
    pub(super) fn expression(&mut self, node: Node<'t>) -> State {
        self.used(node, Usage::Used, None)
    }

    /// As [`Reader::expression`]; when it is a call, what becomes of its results.
    pub(super) fn used(&mut self, node: Node<'t>, usage: Usage, statement: Option<Span>) -> State {
        let state = self.deeper(|it| it.read_expression(node, usage, statement));
        let mut state = state.unwrap_or_else(|| self.unknown(node, "it is nested too deeply"));
        state.value = condition::fitted(state.value, self.context.span(node));
        state
    }

    fn read_expression(&mut self, node: Node<'t>, usage: Usage, statement: Option<Span>) -> State {
        match node.kind() {
            "call_expression" => self.call(node, usage, statement),
            "identifier" => self.identifier(node),
            "interpreted_string_literal" | "raw_string_literal" | "rune_literal" => {
                let literal = Value::Literal(literal_text(self.context, node));
                State::new(literal, Some(predeclared("string")))
            }
            "int_literal" => self.number(node),
            "float_literal" => {
                let text = node.text().replace('_', "");
                let literal = Value::Literal(Spanned::new(text, self.context.span(node)));
                State { number: true, ..State::new(literal, None) }
            }
            "true" | "false" => {
                let literal = Spanned::new(node.text().to_owned(), self.context.span(node));
                State::new(Value::Literal(literal), Some(predeclared("bool")))
            }
            "nil" => self.unknown(node, "it is nil"),
            "iota" => match self.iota {
                Some(index) => {
                    let literal = Spanned::new(index.to_string(), self.context.span(node));
                    State { number: true, ..State::new(Value::Literal(literal), None) }
                }
                None => self.unknown(node, "its value depends on iota"),
            },
            "selector_expression" => self.selector(node),
            "parenthesized_expression" => match node.first_child() {
                Some(inner) => self.used(inner, usage, statement),
                None => self.unknown(node, "it could not be read"),
            },
            "expression_list" if node.children().len() == 1 => {
                self.used(node.children()[0], usage, statement)
            }
            "unary_expression" => self.unary(node),
            "binary_expression" => self.binary(node),
            "composite_literal" => self.composite(node),
            "func_literal" => {
                self.closures.add(self.context.span(node), node);
                self.function_literal(node, &[], Runs::Later);
                self.unknown(node, "it is a function")
            }
            "type_assertion_expression" => {
                let mut state = self.operand(node);
                state.type_name = node.field("type").and_then(|it| self.context.type_name(it));
                state
            }
            "type_conversion_expression" => self.conversion(node, usage, statement),
            "index_expression" => {
                let list = self.operand(node);
                let index = node.field("index").map(|it| self.expression(it));
                let span = self.context.span(node);
                match (list.value, index.map(|it| it.value)) {
                    (Value::List(parts, _), Some(Value::Literal(index))) => {
                        let part = index.value.parse().ok().and_then(|at: usize| parts.get(at).cloned());
                        let value = part.unwrap_or_else(|| unknown(self.context, node, "it is no element"));
                        State::new(value, None)
                    }
                    (of, index) => match (arguments_of(&of), index) {
                        (Some(words), index) => self.argument_of_command_line(words, index.as_ref(), node),
                        (None, Some(key)) => {
                            let (of, key) = (Arc::new(of), Some(Box::new(key)));
                            State::new(Value::Element { of, key, span }, None)
                        }
                        (None, None) => self.unknown(node, "it is an element of a list or map"),
                    },
                }
            }
            "slice_expression" => self.slice(node),
            _ => {
                let children = node.children();
                for child in children {
                    self.expression(child);
                }
                self.unknown(node, "it is calculated")
            }
        }
    }

    pub(super) fn unknown(&self, node: Node<'t>, reason: impl Into<String>) -> State {
        State::new(unknown(self.context, node, reason), None)
    }

    pub(super) fn operand(&mut self, node: Node<'t>) -> State {
        match node.field("operand") {
            Some(it) => self.expression(it),
            None => self.unknown(node, "it could not be read"),
        }
    }

    fn identifier(&mut self, node: Node<'t>) -> State {
        if let Some(index) = self.locals.find(node.text()) {
            let state = self.locals.state(index);
            self.reads_too_early |=
                index < self.captured && state.untouched && is_empty_literal(&state.value);
            let state = state.clone();
            let calls = self.closures.hand_on(&state.value);
            self.calls.extend(calls);
            return state;
        }
        let name = Spanned::new(node.text().to_owned(), self.context.span(node));
        let type_name = self.context.variables.get(node.text()).cloned();
        let number = type_name.as_ref().is_some_and(is_number);
        let value = Value::Name { package: String::new(), name };
        State { number, ..State::new(value, type_name) }
    }

    /// A whole number; those in other bases become decimal.
    pub(super) fn number(&self, node: Node<'t>) -> State {
        let text = node.text().replace('_', "").to_ascii_lowercase();
        let radix = |prefix: &str, radix| {
            let digits = text.strip_prefix(prefix)?;
            u64::from_str_radix(digits, radix).ok().map(|it| it.to_string())
        };
        let octal = || if text.len() > 1 { radix("0", 8) } else { None };
        let other = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)).or_else(octal);
        let literal = Value::Literal(Spanned::new(other.unwrap_or(text), self.context.span(node)));
        State { number: true, ..State::new(literal, None) }
    }

    fn selector(&mut self, node: Node<'t>) -> State {
        let (Some(operand), Some(field)) = (node.field("operand"), node.field("field")) else {
            return self.unknown(node, "it could not be read");
        };
        if let Some(package) = self.package(operand) {
            let unit = duration::unit(field.text(), self.context.span(node)).filter(|_| package == "time");
            if let Some(unit) = unit {
                return unit;
            }
            let name = Spanned::new(field.text().to_owned(), self.context.span(node));
            let type_name = catalogue::go().variable(package, field.text()).cloned();
            return State::new(Value::Name { package: package.to_owned(), name }, type_name);
        }
        let receiver = self.expression(operand);
        if let Some(known) = self.written_field(operand, field.text()) {
            let type_name =
                receiver.type_name.and_then(|it| self.context.field_type(&it, field.text()).cloned());
            let number = type_name.as_ref().is_some_and(is_number);
            return State { number, ..State::new(known, type_name) };
        }
        let type_name = receiver.type_name.as_ref();
        let type_name = type_name.and_then(|it| self.context.field_type(it, field.text())).cloned();
        let number = type_name.as_ref().is_some_and(is_number);
        if let (Value::Struct { fields, .. }, false) = (&receiver.value, receiver.shared)
            && let Some((_, value)) = fields.iter().find(|(name, _)| name.value == field.text())
        {
            return State { number, ..State::new(value.clone(), type_name) };
        }
        // A field that a literal of this function leaves out is zero.
        if let (Value::Struct { type_name: Some(of), .. }, false) = (&receiver.value, receiver.shared)
            && let Some(zero) = self.zero_field(of, field)
        {
            return State { number, ..State::new(zero, type_name) };
        }
        let value = Value::Field {
            receiver: Arc::new(receiver.value),
            receiver_type: receiver.type_name,
            field: Spanned::new(field.text().to_owned(), self.context.span(field)),
        };
        State { number, ..State::new(value, type_name) }
    }

    /// What a text or number field of a struct of this file is when nothing sets it.
    fn zero_field(&self, of: &TypeName, field: Node<'t>) -> Option<Value> {
        let declared = self.context.field_type(of, field.text())?;
        let zero = match declared.name.as_str() {
            _ if !declared.package.is_empty() => return None,
            "string" => "",
            _ if is_number(declared) => "0",
            _ => return None,
        };
        Some(Value::Literal(Spanned::new(zero.to_owned(), self.context.span(field))))
    }

    /// The import path when `node` names an imported package.
    pub(super) fn package(&self, node: Node<'t>) -> Option<&'t str> {
        let is_name = node.kind() == "identifier" && self.locals.find(node.text()).is_none();
        if is_name { self.context.import(node.text()) } else { None }
    }

    fn written_field(&self, operand: Node<'t>, field: &str) -> Option<Value> {
        let (root, path) = path_of(operand)?;
        let state = self.locals.state(self.locals.find(root)?);
        let found = state.fields.iter().find(|it| it.path.strip_prefix(&path) == Some(field));
        found.map(|it| it.value.clone())
    }

    fn unary(&mut self, node: Node<'t>) -> State {
        let mut state = self.operand(node);
        match node.field_text("operator").unwrap_or_default() {
            "&" | "*" => state,
            "!" => {
                let span = self.context.span(node);
                let guard = guard_of(state.value, state.test, span).not();
                state.test = guard.test;
                state.value = Value::Truth(Box::new(guard.condition), span);
                state
            }
            "<-" => self.unknown(node, "it comes out of a channel"),
            _ => self.unknown(node, "it is calculated"),
        }
    }

    /// The sum of numbers, or the concatenation of texts.
    pub(super) fn plus(&mut self, states: Vec<State>, node: Node<'t>) -> State {
        let is_text = |it: &State| {
            !it.number && it.type_name.as_ref().is_some_and(|it| it.package.is_empty() && it.name == "string")
        };
        if states.iter().any(|it| it.number) && !states.iter().any(is_text) {
            let number = |it: &State| match &it.value {
                Value::Literal(it) => it.value.parse::<u64>().ok(),
                _ => None,
            };
            let sum = states.iter().map(number).try_fold(0_u64, |sum, it| sum.checked_add(it?));
            let span = self.context.span(node);
            let value = match sum {
                Some(sum) => Value::Literal(Spanned::new(sum.to_string(), span)),
                None => Value::Sum(states.into_iter().map(|it| it.value).collect(), span),
            };
            return State { number: true, ..State::new(value, None) };
        }
        let parts = states.into_iter().flat_map(|it| match it.value {
            Value::Concat(parts) => parts,
            it => vec![it],
        });
        State::new(Value::Concat(parts.collect()), Some(predeclared("string")))
    }
}

/// Whether a value may name a function or a method.
pub(super) fn may_be_function(value: &Value) -> bool {
    matches!(value, Value::Name { .. } | Value::Field { .. })
}
