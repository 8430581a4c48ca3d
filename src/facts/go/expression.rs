//! Reads expressions: what they stand for, of which type, and which calls they make.

use std::rc::Rc;
use std::sync::Arc;

use super::command_line::{arguments_of, number_of_arguments};
use super::condition::{self, Test, TestKind, guard_of, is_empty_literal};
use super::duration;
use super::function::{Reader, owner_of, path_of};
use super::read::{is_number, literal_text, unknown};
use super::scope::State;
use super::standing::{Runs, Standing};
use super::{Call, Callee, Condition, Environ, Flag, TypeName, Usage, Value};
use crate::facts::catalogue::{self, FlagPlace, GoEntry, Role, Target, without_version};
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
        if condition::is_too_large(&state.value) {
            state.value = unknown(self.context, node, "it is built from too many parts");
        }
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
            "iota" => self.unknown(node, "its value depends on iota"),
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
    fn number(&self, node: Node<'t>) -> State {
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
    fn package(&self, node: Node<'t>) -> Option<&'t str> {
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

    fn binary(&mut self, node: Node<'t>) -> State {
        let operator = node.field_text("operator").unwrap_or_default();
        if operator == "+" {
            // A long sum nests on its left; it is flattened so that its length costs no stack.
            let mut parts = Vec::new();
            let mut at = node;
            while at.kind() == "binary_expression" && at.field_text("operator") == Some("+") {
                parts.extend(at.field("right"));
                let Some(left) = at.field("left") else { break };
                at = left;
            }
            parts.push(at);
            let states = parts.into_iter().rev().map(|it| self.expression(it)).collect();
            return self.plus(states, node);
        }
        let left = node.field("left").map(|it| self.expression(it));
        let right = node.field("right").map(|it| self.expression(it));
        let (Some(left), Some(right)) = (left, right) else {
            return self.unknown(node, "it could not be read");
        };
        let span = self.context.span(node);
        if let Some(condition) = number_of_arguments(operator, &left, &right, span) {
            let truth = Value::Truth(Box::new(condition), span);
            return State::new(truth, Some(predeclared("bool")));
        }
        match operator {
            "&&" | "||" => {
                let test = Test::and(left.test.clone(), right.test.clone(), operator == "&&");
                let side = |name: &str, it: State| {
                    let span = node.field(name).map_or(span, |it| self.context.span(it));
                    guard_of(it.value, it.test, span).condition
                };
                let parts = vec![side("left", left), side("right", right)];
                let condition = if operator == "&&" { Condition::All(parts) } else { Condition::Any(parts) };
                State {
                    test,
                    ..State::new(Value::Truth(Box::new(condition), span), Some(predeclared("bool")))
                }
            }
            "==" | "!=" | ">" => {
                let equal = Condition::Equal(left.value.clone(), right.value.clone());
                let missing = missing_value(node, &left, &right);
                let test = comparison(node, operator, left, right);
                let holds = missing.unwrap_or(equal);
                let condition = match (&test, operator) {
                    (Some(_), _) => guard_of(unknown(self.context, node, ""), test.clone(), span).condition,
                    (None, "==") => holds,
                    (None, "!=") => holds.negated(),
                    _ => Condition::Unknown(span),
                };
                State {
                    test,
                    ..State::new(Value::Truth(Box::new(condition), span), Some(predeclared("bool")))
                }
            }
            _ => {
                let product = (operator == "*").then(|| duration::product(&left, &right, span)).flatten();
                let number = left.number || right.number;
                product.unwrap_or_else(|| State { number, ..self.unknown(node, "it is calculated") })
            }
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

    fn composite(&mut self, node: Node<'t>) -> State {
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
        let flag = type_name.as_ref().and_then(|it| catalogue::go().find(&it.package, &it.name, ""));
        let flag = flag.and_then(|it| it.flag.as_ref());
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
                    let value = self.element(node, inner);
                    self.callback = None;
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
        let value = Value::Struct { type_name: type_name.clone(), fields, span };
        // So may those in a map: `map[string]func(){"serve": serve}`.
        let holds =
            matches!(&value, Value::Struct { fields, .. } if fields.iter().any(|it| may_be_function(&it.1)));
        if (type_name.is_some() || holds) && !condition::is_too_large(&value) {
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

    fn call(&mut self, node: Node<'t>, usage: Usage, statement: Option<Span>) -> State {
        let (Some(function), Some(list)) = (node.field("function"), node.field("arguments")) else {
            return self.unknown(node, "it could not be read");
        };
        let span = self.context.span(node);
        let mut type_argument =
            node.field("type_arguments").and_then(Node::first_child).and_then(|it| self.type_argument(it));
        let mut function = function;
        while matches!(
            function.kind(),
            "parenthesized_expression" | "type_instantiation_expression" | "index_expression"
        ) {
            // `Load[Config](path)`.
            let argument = function.field("index").or_else(|| function.children().into_iter().nth(1));
            type_argument = type_argument.or_else(|| self.type_argument(argument?));
            let inner = function.field("operand").or_else(|| function.first_child());
            let Some(inner) = inner else { break };
            function = inner;
        }
        let arguments = list.children();
        let callee = match function.kind() {
            "identifier" => {
                if let Some(state) = self.predeclared_call(function.text(), node, &arguments) {
                    return state;
                }
                match self.locals.find(function.text()) {
                    Some(index) => callee_in(&self.locals.state(index).value),
                    None => Some(Callee::Own { name: function.text().to_owned() }),
                }
            }
            "selector_expression" => self.selected(function),
            "func_literal" => None,
            _ => {
                if !function.kind().ends_with("_type") {
                    self.expression(function);
                }
                None
            }
        };
        let values: Vec<State> = arguments.iter().map(|it| self.argument(*it)).collect();
        let Some(callee) = callee else {
            let runs = match usage {
                Usage::Go => Runs::Beside,
                Usage::Defer => Runs::Later,
                _ => Runs::Here,
            };
            let given: Vec<Value> = values.iter().map(|it| it.value.clone()).collect();
            if function.kind() == "func_literal" {
                self.function_literal(function, &given, runs);
            }
            self.callbacks(&arguments, &[], Runs::Later);
            if function.kind() == "identifier"
                && let Some(state) = self.call_of_closure(function, &given, runs)
            {
                return state;
            }
            // `wrap(server.handle)`, where `wrap` is a variable.
            let given = values.iter().map(|it| &it.value).filter(|it| may_be_function(it));
            self.literals.extend(given.filter(|it| !condition::is_too_large(it)).cloned());
            let only = matches!(function.kind(), "slice_type") && values.len() == 1;
            if let (true, Some(state)) = (only, values.into_iter().next()) {
                return state;
            }
            return self.unknown(node, "it is the result of a function in a variable");
        };
        self.record(node, (function, type_argument), callee, arguments, values, (usage, statement, span))
    }

    /// A conversion, or a call `Load[Config](path)`, which the grammar cannot tell from one.
    fn conversion(&mut self, node: Node<'t>, usage: Usage, statement: Option<Span>) -> State {
        let generic = node.field("type").filter(|it| it.kind() == "generic_type");
        let parts = generic.and_then(|it| Some((it.field("type")?, node.field("operand")?)));
        let Some((function, operand)) = parts else { return self.operand(node) };
        let callee = match function.kind() {
            "type_identifier" if self.locals.find(function.text()).is_some() => {
                self.argument(operand);
                return self.unknown(node, "it is the result of a function in a variable");
            }
            "type_identifier" if !self.context.types.contains(function.text()) => {
                Callee::Own { name: function.text().to_owned() }
            }
            "qualified_type" => {
                let package = function.field("package").and_then(|it| self.context.import(it.text()));
                match (package, function.field("name")) {
                    (Some(package), Some(name)) => {
                        Callee::Imported { package: package.to_owned(), name: name.text().to_owned() }
                    }
                    _ => return self.operand(node),
                }
            }
            _ => return self.operand(node),
        };
        let arguments = generic.and_then(|it| it.field("type_arguments"));
        let argument = arguments.and_then(Node::first_child).and_then(|it| self.type_argument(it));
        let values = vec![self.argument(operand)];
        let span = self.context.span(node);
        self.record(node, (function, argument), callee, vec![operand], values, (usage, statement, span))
    }

    /// The named type that an expression in brackets is; `f[0](x)` has none.
    fn type_argument(&self, node: Node<'t>) -> Option<TypeName> {
        match node.kind() {
            "identifier" if self.locals.find(node.text()).is_none() => Some(predeclared(node.text())),
            "selector_expression" => {
                let package = self.package(node.field("operand")?)?.to_owned();
                Some(TypeName { package, name: node.field("field")?.text().to_owned() })
            }
            "type_elem" => self.type_argument(node.first_child()?),
            _ => self.context.type_name(node),
        }
    }

    /// A function of a package, or a method.
    fn selected(&mut self, function: Node<'t>) -> Option<Callee> {
        let (operand, field) = (function.field("operand")?, function.field("field")?);
        let name = field.text().to_owned();
        if let Some(package) = self.package(operand) {
            return Some(Callee::Imported { package: package.to_owned(), name });
        }
        let receiver = self.expression(operand);
        let receiver_type = receiver.type_name;
        Some(Callee::Method { receiver: Arc::new(receiver.value), receiver_type, name })
    }

    /// Function literals are read behind the other arguments, see [`Reader::callbacks`].
    fn argument(&mut self, node: Node<'t>) -> State {
        match node.kind() {
            "func_literal" => self.unknown(node, "it is a function"),
            "variadic_argument" => match node.first_child() {
                Some(inner) => self.expression(inner),
                None => self.unknown(node, "it could not be read"),
            },
            kind if kind.ends_with("_type") => self.unknown(node, "it is a type"),
            _ => self.expression(node),
        }
    }

    /// Reads the function literals among the arguments; `given` is what their first parameters are.
    fn callbacks(&mut self, arguments: &[Node<'t>], given: &[Value], runs: Runs) {
        let input = self.callback.take();
        for node in arguments.iter().filter(|it| it.kind() == "func_literal") {
            self.callback = input;
            self.deeper(|it| it.function_literal(*node, given, runs));
        }
    }

    fn record(
        &mut self,
        node: Node<'t>,
        (function, type_argument): (Node<'t>, Option<TypeName>),
        callee: Callee,
        nodes: Vec<Node<'t>>,
        states: Vec<State>,
        (usage, statement, span): (Usage, Option<Span>, Span),
    ) -> State {
        let entry = catalogue::go().of(&callee);
        let decodes_result =
            entry.and_then(|it| it.decode.as_ref()).is_some_and(|it| it.target == Target::Result);
        let type_name = match &type_argument {
            Some(it) if decodes_result => Some(it.clone()),
            _ => self.result_type(&callee, entry),
        };
        let values: Arc<[Value]> = states.into_iter().map(|it| it.value).collect();
        let value = self.value_of_call(&callee, entry, &values, span);
        if is_of_interest(&callee, entry) {
            self.calls.push(Call {
                callee: callee.clone(),
                arguments: values,
                argument_spans: nodes.iter().map(|it| self.context.span(*it)).collect(),
                usage,
                span,
                callee_span: self.context.span(function),
                statement,
                in_literal: self.literal_depth > 0,
                premise: self.premise.clone(),
                standing: match usage {
                    Usage::Go => Standing { goroutine: Some(statement.unwrap_or(span)), ..self.standing },
                    _ => self.standing,
                },
                type_argument,
                condition: if configures(&callee) { self.condition_here() } else { None },
                failure: None,
            });
        }
        let groups = entry.and_then(|it| it.route.as_ref()).is_some_and(|it| it.role == Role::Group);
        let router = groups.then(|| value.clone());
        // `errgroup.Group` and, since Go 1.25, `sync.WaitGroup` run what they are given at once; a
        // router hands itself to the function on the spot.
        let runs = match (&callee, groups) {
            (Callee::Method { name, .. }, _) if name == "Go" => Runs::Beside,
            (_, true) => Runs::Here,
            _ => Runs::Later,
        };
        self.callback = match &callee {
            Callee::Imported { package, name } => catalogue::callback_of(package, "", name),
            _ => None,
        };
        self.callbacks(&nodes, router.as_slice(), runs);
        match entry.and_then(|it| it.flag.as_ref()) {
            Some(flag) => {
                if let Some(FlagPlace::Argument(target)) = flag.target
                    && let Some(target) = nodes.get(target)
                {
                    self.write(*target, State::new(value.clone(), None));
                }
            }
            None if entry.is_none() => self.share(&callee, &value, function, &nodes),
            None => self.hand_over(&nodes),
        }
        let test = None;
        let number = type_name.as_ref().is_some_and(is_number);
        let _ = node;
        State { test, number, ..State::new(value, type_name) }
    }

    /// A function of the tables may fill the structs of the project that it is given: `env.Parse(&cfg)`.
    fn hand_over(&mut self, nodes: &[Node<'t>]) {
        for node in nodes {
            let inner = if node.kind() == "unary_expression" { node.field("operand") } else { Some(*node) };
            let name = inner.filter(|it| it.kind() == "identifier");
            let Some(index) = name.and_then(|it| self.locals.find(it.text())) else { continue };
            let state = self.locals.state(index);
            let is_own = state.type_name.as_ref().is_some_and(|it| it.package.is_empty());
            if is_own && matches!(state.value, Value::Struct { .. }) {
                self.locals.update(index, |it| it.shared = true);
            }
        }
    }

    /// What a call may have changed: variables whose address it got, and what a method is called on.
    fn share(&mut self, callee: &Callee, call: &Value, function: Node<'t>, nodes: &[Node<'t>]) {
        for (argument, node) in nodes.iter().enumerate() {
            let takes_address = node.kind() == "unary_expression" && node.field_text("operator") == Some("&");
            let operand = if takes_address { node.field("operand") } else { Some(*node) };
            let span = self.context.span(*node);
            let filled = || match (condition::is_too_large(call), without_arguments(call)) {
                (false, _) => Value::Filled { call: Arc::new(call.clone()), argument, span },
                // `rows.Scan(&it.First, &it.Second, ...)`: who fills it still shows.
                (true, Some(call)) if !condition::is_too_large(&call) => {
                    Value::Filled { call: Arc::new(call), argument, span }
                }
                (true, _) => unknown(self.context, *node, "it is built from too many parts"),
            };
            let Some(index) =
                operand.filter(|it| it.kind() == "identifier").and_then(|it| self.locals.find(it.text()))
            else {
                let is_place = |it: &Node<'_>| matches!(it.kind(), "identifier" | "selector_expression");
                if let Some(place) = operand.filter(|it| takes_address && is_place(it)) {
                    self.write(place, State::new(filled(), None));
                }
                continue;
            };
            let state = self.locals.state(index);
            let is_struct = matches!(state.value, Value::Struct { .. });
            let is_foreign = state.type_name.as_ref().is_some_and(|it| !it.package.is_empty());
            if is_struct && is_foreign || !takes_address && !is_struct {
                continue;
            }
            if is_struct && matches!(callee, Callee::Own { .. }) {
                self.locals.update(index, |it| it.shared = true);
                continue;
            }
            let value = filled();
            self.locals.update(index, |it| {
                it.value = value;
                it.untouched = false;
                // What was assigned before may be something else now.
                it.fields = Rc::default();
            });
        }
        let Callee::Method { receiver_type: Some(owner), .. } = callee else { return };
        let operand = function.field("operand").filter(|it| it.kind() == "identifier");
        let index = operand.and_then(|it| self.locals.find(it.text()));
        if let (true, Some(index)) = (owner.package.is_empty(), index) {
            self.locals.update(index, |it| it.shared = true);
        }
    }

    fn result_type(&self, callee: &Callee, entry: Option<&GoEntry>) -> Option<TypeName> {
        if let Some(result) = entry.and_then(|it| it.result.as_ref()) {
            // The path as the file imports it, where the tables leave the major version out.
            let written = match callee {
                Callee::Imported { package, .. } => Some(package),
                _ => owner_of(callee).map(|it| &it.package),
            };
            let written = written.filter(|it| without_version(it) == result.package);
            let package = written.unwrap_or(&result.package).clone();
            return Some(TypeName { package, name: result.name.clone() });
        }
        match callee {
            Callee::Own { name } => self.context.result_of("", name).cloned(),
            Callee::Method { receiver_type: Some(owner), name, .. } if owner.package.is_empty() => {
                self.context.result_of(&owner.name, name).cloned()
            }
            _ => None,
        }
    }

    fn value_of_call(
        &self,
        callee: &Callee,
        entry: Option<&GoEntry>,
        values: &Arc<[Value]>,
        span: Span,
    ) -> Value {
        let call = || {
            let (callee, arguments) = (Arc::new(callee.clone()), Arc::clone(values));
            Value::Call { callee, arguments, span }
        };
        let Some(entry) = entry else { return call() };
        if let Some(read) = &entry.environment {
            let Some(key) = values.get(read.key).cloned() else { return call() };
            let default = read.default.and_then(|it| values.get(it)).cloned();
            return Value::Environment(Box::new(Environ {
                key,
                default,
                empty_is_unset: false,
                required: false,
                span,
            }));
        }
        if let Some(flag) = &entry.flag {
            let parts = flag.of_call(callee, values);
            return parts.map_or_else(call, |it| Value::Flag(Box::new(Flag::new(&it, flag.rules, span))));
        }
        match (entry.pure.as_ref().map(|it| it.meaning), &**values) {
            (Some("format"), [format, rest @ ..]) => {
                Value::Format { format: Box::new(format.clone()), arguments: rest.to_vec(), span }
            }
            (Some("join-host-port"), [host, port]) => {
                Value::JoinHostPort { host: Box::new(host.clone()), port: Box::new(port.clone()), span }
            }
            (Some("first-non-empty"), [first, default]) => {
                let test = Test { subject: first.clone(), kind: TestKind::Empty, present: true };
                let value = condition::with_default(&test, first, default, span);
                value.unwrap_or_else(|| Value::FirstNonEmpty(values.to_vec(), span))
            }
            (Some("first-non-empty"), _) => Value::FirstNonEmpty(values.to_vec(), span),
            (Some("list"), _) => Value::List(values.to_vec(), span),
            (Some("arguments"), []) => Value::Arguments { from: 0, behind_flags: true, span },
            (Some("argument"), [Value::Literal(index)]) => match index.value.parse() {
                Ok(index) => Value::Argument { index, behind_flags: true, span },
                Err(_) => call(),
            },
            _ => call(),
        }
    }

    /// Conversions and built-in functions; `None` when `name` is something else.
    fn predeclared_call(&mut self, name: &str, node: Node<'t>, arguments: &[Node<'t>]) -> Option<State> {
        if self.locals.find(name).is_some() {
            return None;
        }
        let first = *arguments.first()?;
        let is_number = is_number(&predeclared(name));
        if name == "string" || is_number || self.context.types.contains(name) {
            let mut state = self.expression(first);
            // `string(8080)` is a character, no number.
            if name == "string" && state.number {
                return Some(self.unknown(node, "it is a character by its number"));
            }
            state.number = is_number;
            state.type_name = Some(predeclared(name));
            return Some(state);
        }
        match name {
            "new" => {
                let type_name = self.context.type_name(first)?;
                let value = Value::Struct {
                    type_name: Some(type_name.clone()),
                    fields: Vec::new(),
                    span: self.context.span(node),
                };
                Some(State::new(value, Some(type_name)))
            }
            "len" => {
                let of = self.expression(first);
                let mut state = self.unknown(node, "it is a length");
                state.number = true;
                state.test = Some(Test { subject: of.value, kind: TestKind::Empty, present: true });
                Some(state)
            }
            "append" => {
                let list = self.expression(first);
                let more: Vec<Value> = arguments[1..].iter().map(|it| self.argument(*it).value).collect();
                let spreads = arguments.iter().any(|it| it.kind() == "variadic_argument");
                Some(match list.value {
                    Value::List(mut parts, span) if !spreads => {
                        parts.extend(more);
                        State::new(Value::List(parts, span), None)
                    }
                    _ => self.unknown(node, "it is a list that grows"),
                })
            }
            "make" | "cap" | "copy" | "delete" | "close" | "panic" | "print" | "println" | "recover"
            | "min" | "max" | "clear" | "complex" | "real" | "imag" | "bool" | "byte" | "rune" | "error"
            | "any" => {
                for it in arguments {
                    self.argument(*it);
                }
                self.callbacks(arguments, &[], Runs::Later);
                Some(self.unknown(node, "it is calculated"))
            }
            _ => None,
        }
    }
}

/// What `== nil` says of a value: that it could not be made, or of an error that what gave it went well.
fn missing_value(node: Node<'_>, left: &State, right: &State) -> Option<Condition> {
    let side = |field| node.field(field);
    let is_nil = |field| side(field).is_some_and(|it: Node<'_>| it.kind() == "nil");
    let (tested, value) = match (is_nil("left"), is_nil("right")) {
        (false, true) => (side("left")?, &left.value),
        (true, false) => (side("right")?, &right.value),
        _ => return None,
    };
    let failed = Condition::Failed(value.clone());
    let is_error = tested.text().to_ascii_lowercase().contains("err");
    Some(if is_error { failed.negated() } else { failed })
}

/// What `==`, `!=` and `>` with an empty text, zero or nil say.
fn comparison(node: Node<'_>, operator: &str, left: State, right: State) -> Option<Test> {
    let is_nil = |field| node.field(field).is_some_and(|it: Node<'_>| it.kind() == "nil");
    let present = operator != "==";
    if is_nil("right") || is_nil("left") {
        let test = if is_nil("right") { left.test } else { right.test }?;
        // `err != nil` is what the test of an `err` speaks of.
        return Some(if present { test } else { test.not() });
    }
    // `var zero T` is the empty value of any type.
    let is_zero = |it: &State| {
        let nothing = matches!(&it.value, Value::Struct { fields, .. } if fields.is_empty());
        is_empty_literal(&it.value) || (it.untouched && nothing)
    };
    let (subject, constant) = if is_zero(&right) { (left, right) } else { (right, left) };
    if !is_zero(&constant) {
        return None;
    }
    // `len(v) == 0` speaks of v.
    let subject = match subject.test {
        Some(test) if subject.number && test.kind == TestKind::Empty => test.subject,
        _ => subject.value,
    };
    Some(Test { subject, kind: TestKind::Empty, present })
}

/// A call as if it were given nothing.
fn without_arguments(call: &Value) -> Option<Value> {
    let Value::Call { callee, span, .. } = call else { return None };
    Some(Value::Call { callee: Arc::clone(callee), arguments: Arc::new([]), span: *span })
}

/// Whether a value may name a function or a method.
fn may_be_function(value: &Value) -> bool {
    matches!(value, Value::Name { .. } | Value::Field { .. })
}

/// What the call of a variable runs that holds a function: `run := http.ListenAndServe`.
fn callee_in(value: &Value) -> Option<Callee> {
    match value.clone() {
        Value::Name { package, name } if package.is_empty() => Some(Callee::Own { name: name.value }),
        Value::Name { package, name } => Some(Callee::Imported { package, name: name.value }),
        Value::Field { receiver, receiver_type, field } => {
            Some(Callee::Method { receiver, receiver_type, name: field.value })
        }
        _ => None,
    }
}

/// Whether a call has to do with configuration, so that it matters when it is made.
fn configures(callee: &Callee) -> bool {
    let package = match callee {
        Callee::Imported { package, .. } => package,
        _ => match owner_of(callee) {
            Some(owner) => &owner.package,
            None => return false,
        },
    };
    catalogue::go().configures(package)
}

/// Functions of the standard library that no table knows do nothing to the network.
fn is_of_interest(callee: &Callee, entry: Option<&GoEntry>) -> bool {
    let Callee::Imported { package, .. } = callee else { return true };
    entry.is_some() || !is_standard(package)
}

/// Whether a package is of the standard library.
#[must_use]
pub fn is_standard(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or(path);
    !first.contains('.') && STANDARD_LIBRARY.contains(&first)
}

/// First parts of the import paths of the standard library: <https://pkg.go.dev/std>. A module may have
/// a path without a dot too (`shop/config`).
const STANDARD_LIBRARY: &[&str] = &[
    "archive",
    "bufio",
    "bytes",
    "cmp",
    "compress",
    "container",
    "context",
    "crypto",
    "database",
    "debug",
    "embed",
    "encoding",
    "errors",
    "expvar",
    "flag",
    "fmt",
    "go",
    "hash",
    "html",
    "image",
    "index",
    "io",
    "iter",
    "log",
    "maps",
    "math",
    "mime",
    "net",
    "os",
    "path",
    "plugin",
    "reflect",
    "regexp",
    "runtime",
    "slices",
    "sort",
    "strconv",
    "strings",
    "structs",
    "sync",
    "syscall",
    "testing",
    "text",
    "time",
    "unicode",
    "unique",
    "unsafe",
    "weak",
];

pub(super) fn predeclared(name: &str) -> TypeName {
    TypeName { package: String::new(), name: name.to_owned() }
}
