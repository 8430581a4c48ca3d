//! Declarations and assignments: what they give to variables and fields.

use std::rc::Rc;
use std::sync::Arc;

use super::collecting::environment_of_pair;
use super::condition::{self, Test, same};
use super::function::Reader;
use super::read::{unknown, zero_value};
use super::scope::{State, WrittenField};
use super::{Condition, FieldWrite, Usage, Value};
use crate::facts::catalogue::{Input, callback_of};
use crate::source::{Span, Spanned};
use crate::syntax::go::Node;

impl<'t> Reader<'_, 't> {
    pub(super) fn variables(&mut self, node: Node<'t>) {
        let lists = node.children().into_iter();
        let specs: Vec<_> = lists
            .flat_map(|it| if it.kind() == "var_spec_list" { it.children() } else { vec![it] })
            .collect();
        for spec in specs.into_iter().filter(|it| it.kind() == "var_spec") {
            let names: Vec<_> = spec.fields("name").into_iter().filter(|it| it.text() != ",").collect();
            let declared = spec.field("type").and_then(|it| self.context.type_name(it));
            let values = spec.field("value").map(Node::children).unwrap_or_default();
            if values.is_empty() {
                for name in names {
                    let value = zero_value(self.context, name, declared.clone());
                    let mut state = State::new(value, declared.clone());
                    state.untouched = true;
                    state.number = declared.as_ref().is_some_and(super::read::is_number);
                    self.locals.declare(name.text(), state);
                }
                continue;
            }
            let states = self.right_side(&values, names.len(), Usage::Used, None);
            for (name, mut state) in names.into_iter().zip(states) {
                state.type_name = declared.clone().or(state.type_name);
                self.locals.declare(name.text(), state);
            }
        }
    }

    pub(super) fn constants(&mut self, node: Node<'t>) {
        let mut values = Vec::new();
        let specs = node.children().into_iter().filter(|it| it.kind() == "const_spec");
        for (iota, spec) in specs.enumerate() {
            if let Some(own) = spec.field("value") {
                values = own.children();
            }
            self.iota = Some(iota);
            for (index, name) in spec.fields("name").into_iter().filter(|it| it.text() != ",").enumerate() {
                let state = match values.get(index) {
                    Some(it) => self.expression(*it),
                    None => State::new(unknown(self.context, name, "it is declared without a value"), None),
                };
                self.locals.declare(name.text(), state);
            }
        }
        self.iota = None;
    }

    pub(super) fn assignment(&mut self, node: Node<'t>, declares: bool) {
        let (Some(left), Some(right)) = (node.field("left"), node.field("right")) else { return };
        let (left, right) = (left.children(), right.children());
        let blank = left.iter().all(|it| it.text() == "_");
        let statement = Some(self.context.span(node));
        let usage = if blank { Usage::Blank } else { Usage::Used };
        self.callback = self.callback_into(&left);
        let mut states = self.right_side(&right, left.len(), usage, statement.filter(|_| blank));
        self.callback = None;
        let operator = node.field_text("operator");
        if let (Some(operator), [target], [state]) = (operator, left.as_slice(), states.as_mut_slice())
            && operator != "="
            && !declares
        {
            let before = self.expression(*target);
            *state = match operator {
                "+=" => self.plus(vec![before, state.clone()], node),
                _ => State::new(unknown(self.context, node, "it is calculated"), None),
            };
        }
        for (target, state) in left.into_iter().zip(states) {
            if !declares || target.kind() != "identifier" {
                self.write(target, state);
            } else if let Some(index) = self.locals.find_here(target.text()) {
                self.locals.assign(index, state);
            } else {
                self.locals.declare(target.text(), state);
            }
        }
    }

    /// What gives the parameters of a function that is assigned: `transport.DialContext = func(...) {...}`.
    fn callback_into(&self, targets: &[Node<'t>]) -> Option<Input> {
        let [target] = targets else { return None };
        let of = target.field("operand").and_then(|it| self.locals.find(it.text()))?;
        let of = self.locals.state(of).type_name.as_ref()?;
        callback_of(&of.package, &of.name, target.field("field")?.text())
    }

    /// The states of `count` variables that get the values `right`.
    fn right_side(
        &mut self,
        right: &[Node<'t>],
        count: usize,
        usage: Usage,
        statement: Option<Span>,
    ) -> Vec<State> {
        if let ([only], true) = (right, count > 1) {
            let (state, second) = self.two_results(*only, usage, statement);
            let span = self.context.span(*only);
            let further = |index: usize| match &state.value {
                Value::Call { .. } => Value::Result { call: Arc::new(state.value.clone()), index, span },
                _ => {
                    let name = callee_text(*only);
                    unknown(self.context, *only, format!("it is a further result of `{name}`"))
                }
            };
            let more: Vec<_> = (1..count - 1).map(|index| State::new(further(index), None)).collect();
            let mut last = State::new(further(count - 1), None);
            let mut states = vec![state];
            states.extend(more);
            last.test = second;
            states.push(last);
            return states;
        }
        right.iter().map(|it| self.used(*it, usage, statement)).collect()
    }

    /// The first result of an expression with several, and what the last says about it.
    fn two_results(
        &mut self,
        node: Node<'t>,
        usage: Usage,
        statement: Option<Span>,
    ) -> (State, Option<Test>) {
        let state = self.used(node, usage, statement);
        if node.kind() != "call_expression" {
            // `if value, ok := values[key]; ok`.
            let is_element = matches!(state.value, Value::Element { .. });
            let subject = state.value.clone();
            let test = Test { subject, kind: condition::TestKind::Unset, present: true };
            return (state, is_element.then_some(test));
        }
        let span = self.context.span(node);
        let call = self.calls.iter().rev().find(|it| it.span == span);
        let entry = call.and_then(|it| crate::facts::catalogue::go().of(&it.callee));
        let found = entry.and_then(|it| it.environment.as_ref()).is_some_and(|it| it.found);
        let kind = if found { condition::TestKind::Unset } else { condition::TestKind::Failed };
        let test = Test { subject: state.value.clone(), kind, present: found };
        (state, Some(test))
    }

    /// Assigns to whatever `target` names.
    pub(super) fn write(&mut self, target: Node<'t>, mut state: State) {
        state.untouched = false;
        state.value = condition::fitted(state.value, self.context.span(target));
        match target.kind() {
            "identifier" if target.text() == "_" => {}
            "identifier" => match self.locals.find(target.text()) {
                Some(index) => {
                    let known = self.locals.state(index);
                    state.type_name = state.type_name.or_else(|| known.type_name.clone());
                    self.locals.assign(index, state);
                }
                None => self.write_package_variable(target, state.value),
            },
            "selector_expression" => self.write_field(target, state.value),
            "unary_expression" | "parenthesized_expression" => {
                if let Some(inner) = target.field("operand").or_else(|| target.first_child()) {
                    self.write_through(inner, &state.value);
                    self.deeper(|it| it.write(inner, state));
                }
            }
            "index_expression" => {
                let key = target.field("index").map(|it| self.expression(it).value);
                if let Some(index) = target.field("operand").and_then(|it| self.locals.find(it.text())) {
                    let environment = key.as_ref().and_then(|it| environment_of_pair(it, &state.value));
                    let value = environment.cloned().unwrap_or_else(|| {
                        unknown(self.context, target, "its elements are assigned one by one")
                    });
                    self.locals.update(index, |it| it.value = value);
                }
            }
            _ => {
                self.expression(target);
            }
        }
    }

    /// `*target = value` where `target` is a parameter.
    fn write_through(&mut self, pointer: Node<'t>, value: &Value) {
        let local = self.locals.find(pointer.text()).map(|index| self.locals.state(index));
        let Some(before @ Value::Parameter { index, .. }) = local.map(|it| it.value.clone()) else { return };
        let value = self.under_conditions(&before, value.clone(), self.context.span(pointer));
        self.pointer_writes.push((index, value));
    }

    fn write_package_variable(&mut self, target: Node<'t>, value: Value) {
        let name = Spanned::new(target.text().to_owned(), self.context.span(target));
        let before = Value::Name { package: String::new(), name: name.clone() };
        let value = self.under_conditions(&before, value, name.span);
        self.variable_writes.push((name, value));
    }

    fn write_field(&mut self, target: Node<'t>, value: Value) {
        let (Some(operand), Some(field)) = (target.field("operand"), target.field("field")) else { return };
        let is_local = |name: &str| self.locals.find(name).is_some();
        if operand.kind() == "identifier"
            && !is_local(operand.text())
            && let Some(package) = self.context.import(operand.text())
        {
            let name = Spanned::new(field.text().to_owned(), self.context.span(field));
            self.foreign_writes.push((package.to_owned(), name));
            return;
        }
        let receiver = self.expression(operand);
        let field = Spanned::new(field.text().to_owned(), self.context.span(field));
        let before = Value::Field {
            receiver: Arc::new(receiver.value.clone()),
            receiver_type: receiver.type_name.clone(),
            field: field.clone(),
        };
        self.remember_field(operand, &field, before.clone(), value.clone());
        let value = self.under_conditions(&before, value, field.span);
        let (receiver, receiver_type) = (receiver.value, receiver.type_name);
        self.field_writes.push(FieldWrite { receiver, receiver_type, field, value });
    }

    /// Later reads of the field in this function see what was assigned.
    fn remember_field(&mut self, operand: Node<'t>, field: &Spanned<String>, before: Value, value: Value) {
        let Some((root, path)) = path_of(operand) else { return };
        let Some(index) = self.locals.find(root) else { return };
        self.locals.update(index, |state| {
            state.untouched = false;
            if let (Value::Struct { fields, .. }, true) = (&mut state.value, path.is_empty()) {
                match fields.iter_mut().find(|(name, _)| name.value == field.value) {
                    Some(known) => *known = (field.clone(), value),
                    None => fields.push((field.clone(), value)),
                }
                return;
            }
            let path = format!("{path}{}", field.value);
            let fields = Rc::make_mut(&mut state.fields);
            match fields.iter_mut().find(|it| it.path == path) {
                Some(known) => known.value = value,
                None => fields.push(WrittenField { path, before, value }),
            }
        });
    }

    /// `if cfg.Port == "" { cfg.Port = "8080" }`: the field's value is the first of both.
    fn under_conditions(&self, before: &Value, value: Value, span: Span) -> Value {
        let mut tests = self.guards.iter().filter_map(|it| it.test.as_ref());
        if tests.any(|it| !it.present && same(&it.subject, before)) {
            return Value::FirstNonEmpty(vec![before.clone(), value], span);
        }
        let around = self.guards.iter().map(|it| it.condition.clone()).collect();
        match Condition::all(around) {
            Some(condition) => condition::choice(condition, value, before.clone(), span),
            None => value,
        }
    }
}

/// Variable and fields in between of `a.b.c`: `a` and `b.c.`.
pub(super) fn path_of(node: Node<'_>) -> Option<(&str, String)> {
    let mut fields = Vec::new();
    let mut node = node;
    loop {
        match node.kind() {
            "identifier" => break,
            "selector_expression" => {
                fields.push(node.field("field")?.text());
                node = node.field("operand")?;
            }
            "parenthesized_expression" => node = node.first_child()?,
            "unary_expression" => node = node.field("operand")?,
            _ => return None,
        }
    }
    let path = fields.iter().rev().fold(String::new(), |path, field| path + field + ".");
    Some((node.text(), path))
}

fn callee_text(node: Node<'_>) -> &str {
    node.field("function").map_or_else(|| node.text(), Node::text)
}
