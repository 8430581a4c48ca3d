//! Composite literals: structs, lists and maps.

use super::condition;
use super::expression::may_be_function;
use super::function::Reader;
use super::read::{literal_text, unknown};
use super::scope::State;
use super::{Flag, Value};
use crate::facts::catalogue::{self, DataRole, FlagPlace};
use crate::source::{Span, Spanned};
use crate::syntax::go::Node;

impl<'t> Reader<'_, 't> {
    pub(super) fn composite(&mut self, node: Node<'t>) -> State {
        let (Some(type_node), Some(body)) = (node.field("type"), node.field("body")) else {
            return self.unknown(node, "it could not be read");
        };
        self.literal_body(Some(type_node), body, self.context.span(node))
    }

    fn literal_body(&mut self, type_node: Option<Node<'t>>, body: Node<'t>, span: Span) -> State {
        let element = type_node.and_then(|it| it.field("element"));
        let is_list = type_node.is_some_and(|it| {
            matches!(it.kind(), "slice_type" | "array_type" | "implicit_length_array_type")
        });
        let inner = element.or_else(|| type_node.filter(|it| it.kind() == "map_type")?.field("value"));
        let type_name = type_node.and_then(|it| self.context.type_name(it));
        let entry = type_name.as_ref().and_then(|it| catalogue::go().find(&it.package, &it.name, ""));
        let callbacks = entry.and_then(|it| it.data).is_some_and(|it| it.role == DataRole::Environment);
        let flag = entry.and_then(|it| it.flag.as_ref());
        let target = match flag.and_then(|it| it.target.as_ref()) {
            Some(FlagPlace::Field(name)) => Some(*name),
            _ => None,
        };
        let mut filled = None;
        let mut fields = Vec::new();
        let mut list = Vec::new();
        for (index, child) in body.children().into_iter().enumerate() {
            match child.kind() {
                "keyed_element" => {
                    let Some(key) = child.field("key").and_then(Node::first_child) else { continue };
                    let Some(node) = child.field("value").and_then(Node::first_child) else { continue };
                    let name = match key.kind() {
                        "interpreted_string_literal" | "raw_string_literal" => {
                            literal_text(self.context, key)
                        }
                        _ => Spanned::new(key.text().to_owned(), self.context.span(key)),
                    };
                    self.callback = type_name
                        .as_ref()
                        .and_then(|it| catalogue::callback_of(&it.package, &it.name, &name.value));
                    let mut value = self.element(node, inner);
                    self.callback = None;
                    if callbacks && node.kind() == "func_literal" {
                        value = self.called_by_library(node).unwrap_or(value);
                    }
                    if target == Some(name.value.as_str()) {
                        filled = Some(node);
                    }
                    if is_list { list.push(value) } else { fields.push((name, value)) }
                }
                _ => {
                    let Some(node) = child.first_child() else { continue };
                    let value = self.element(node, inner);
                    let known = type_name.as_ref().and_then(|it| self.context.field_at(it, index));
                    let name = known.map_or_else(|| index.to_string(), str::to_owned);
                    match is_list {
                        true => list.push(value),
                        false => fields.push((Spanned::new(name, self.context.span(node)), value)),
                    }
                }
            }
        }
        if is_list {
            let list = Value::List(list, span);
            // Functions in a list may be run: `[]func() error{server.Run}`.
            if matches!(&list, Value::List(parts, _) if parts.iter().any(may_be_function))
                && !condition::is_too_large(&list)
            {
                self.literals.push(list.clone());
            }
            return State::new(list, None);
        }
        if let (Some(flag), Some(target)) = (flag, filled)
            && let Some(parts) = flag.of_fields(&fields)
        {
            let value = Value::Flag(Box::new(Flag::new(&parts, flag.rules, span)));
            self.write(target, State::new(value, None));
        }
        let value = condition::fitted(Value::Struct { type_name: type_name.clone(), fields, span }, span);
        // So may those in a map: `map[string]func(){"serve": serve}`.
        let holds =
            matches!(&value, Value::Struct { fields, .. } if fields.iter().any(|it| may_be_function(&it.1)));
        if (type_name.is_some() || holds) && matches!(value, Value::Struct { .. }) {
            self.literals.push(value.clone());
        }
        State::new(value, type_name)
    }

    fn element(&mut self, node: Node<'t>, type_node: Option<Node<'t>>) -> Value {
        if node.kind() != "literal_value" {
            return self.expression(node).value;
        }
        let span = self.context.span(node);
        let state = self.deeper(|it| it.literal_body(type_node, node, span));
        state.map_or_else(|| unknown(self.context, node, "it is nested too deeply"), |it| it.value)
    }
}
