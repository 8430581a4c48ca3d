//! Reads the statements of one function in order, keeping what each local variable stands for.

use std::rc::Rc;
use std::sync::Arc;

use super::closure::{Closures, PARAMETER};
use super::condition::{self, Guard, Test, guard_of, same};
use super::context::Context;
use super::demand::{Demand, missing_by};
use super::read::{read_parameters, receiver_type, unknown, zero_value};
use super::scope::{Changes, Locals, State, WrittenField};
use super::standing::{Premise, Runs, Standing, is_for_error};
use super::{
    Call, Callee, Condition, Environ, FieldWrite, Function, GoFile, Parameter, TypeName, Unknown, Usage,
    Value,
};
use crate::facts::catalogue::{Input, callback_of};
use crate::source::{Span, Spanned};
use crate::syntax::go::Node;

/// Statements and expressions nested deeper than this are not read: nobody writes them, and each level
/// costs stack.
const DEEPEST: u32 = 100;

/// Whether the statements behind one are reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Continues,
    Ends,
}

/// Reads one function.
pub(super) struct Reader<'c, 't> {
    pub(super) context: &'c Context<'t>,
    pub(super) locals: Locals<'t>,
    pub(super) calls: Vec<Call>,
    pub(super) literals: Vec<Value>,
    pub(super) literal_depth: u32,
    pub(super) standing: Standing,
    pub(super) premise: Option<Arc<Premise>>,
    depth: u32,
    /// Whether it is `main`, whose return ends the program.
    is_main: bool,
    field_writes: Vec<FieldWrite>,
    variable_writes: Vec<(Spanned<String>, Value)>,
    pointer_writes: Vec<(usize, Value)>,
    pub(super) returns: Vec<Return>,
    /// What the branches around are taken by, outermost first.
    guards: Vec<Guard>,
    /// Named results.
    results: Vec<&'t str>,
    /// Number of variables outside of the function literal that is read.
    pub(super) captured: usize,
    pub(super) closures: Closures<'t>,
    /// What gives the parameters of the next function literal, where the tables say it.
    pub(super) callback: Option<Input>,
    /// Whether that literal reads one of them that nothing was assigned to yet.
    pub(super) reads_too_early: bool,
    /// Literals for which that was so, to be read at the end of the block.
    delayed: Vec<Delayed<'t>>,
    /// Whether one of these is read.
    rereads: bool,
    /// The statements that end the program.
    exits: Vec<Span>,
    demands: Vec<Demand>,
}

/// A function literal that is read again, with what it is read with.
struct Delayed<'t> {
    node: Node<'t>,
    given: Vec<Value>,
    runs: Runs,
    standing: Standing,
    premise: Option<Arc<Premise>>,
}

pub(super) struct Return {
    values: Vec<Value>,
    guards: Vec<Guard>,
    hands_on_error: bool,
    span: Span,
}

/// What a branch did.
type Branch = (Changes, Flow);

impl<'c, 't> Reader<'c, 't> {
    fn new(context: &'c Context<'t>) -> Self {
        Self {
            context,
            locals: Locals::default(),
            calls: Vec::new(),
            literals: Vec::new(),
            literal_depth: 0,
            standing: Standing::default(),
            premise: None,
            depth: 0,
            is_main: false,
            field_writes: Vec::new(),
            variable_writes: Vec::new(),
            pointer_writes: Vec::new(),
            returns: Vec::new(),
            guards: Vec::new(),
            results: Vec::new(),
            captured: 0,
            callback: None,
            closures: Closures::default(),
            reads_too_early: false,
            delayed: Vec::new(),
            rereads: false,
            exits: Vec::new(),
            demands: Vec::new(),
        }
    }

    /// Reads a function or method declaration; `None` for one without a name.
    pub(super) fn function(context: &'c Context<'t>, node: Node<'t>) -> Option<Function> {
        let name = node.field("name")?;
        let mut it = Self::new(context);
        it.is_main = name.text() == "main" && node.field("receiver").is_none();
        it.locals.open();
        let receiver = node.field("receiver").and_then(|list| it.receiver(list));
        let list = node.field("parameters");
        let parameters = list.map(|list| read_parameters(context, list)).unwrap_or_default();
        if let Some(list) = list {
            it.declare_parameters(list, &parameters, Value::parameter);
        }
        it.declare_results(node);
        if let Some(body) = node.field("body") {
            it.block(body);
        }
        let name = Spanned::new(name.text().to_owned(), context.span(name));
        Some(it.finish(name, receiver, parameters, context.result_type(node), context.span(node)))
    }

    /// Reads the initial value of a package variable or constant. The calls it makes become a
    /// further `init` of the file.
    pub(super) fn initial_value(context: &'c Context<'t>, node: Node<'t>, facts: &mut GoFile) -> State {
        let mut it = Self::new(context);
        it.locals.open();
        let state = it.expression(node);
        if !it.calls.is_empty() || !it.literals.is_empty() {
            let span = context.span(node);
            let name = Spanned::new("init".to_owned(), span.slice(0..0));
            facts.functions.push(it.finish(name, None, Vec::new(), None, span));
        }
        state
    }

    fn finish(
        mut self,
        name: Spanned<String>,
        receiver: Option<(String, TypeName)>,
        parameters: Vec<Parameter>,
        result_type: Option<TypeName>,
        span: Span,
    ) -> Function {
        self.calls.sort_by_key(|it| (it.span.start, std::cmp::Reverse(it.span.end)));
        Function {
            name,
            receiver,
            parameters,
            result_type,
            returns: fold_returns(self.returns),
            calls: self.calls,
            field_writes: self.field_writes,
            variable_writes: self.variable_writes,
            pointer_writes: self.pointer_writes,
            literals: self.literals,
            demands: self.demands,
            span,
        }
    }

    fn receiver(&mut self, list: Node<'t>) -> Option<(String, TypeName)> {
        let type_name = receiver_type(self.context, list)?;
        let name = list.first_child()?.fields("name").first().copied();
        if let Some(name) = name {
            let value = Value::Receiver { type_name: type_name.clone(), span: self.context.span(name) };
            self.locals.declare(name.text(), State::new(value, Some(type_name.clone())));
        }
        Some((name.map(|it| it.text().to_owned()).unwrap_or_default(), type_name))
    }

    pub(super) fn declare_parameters(
        &mut self,
        list: Node<'t>,
        parameters: &[Parameter],
        value: impl Fn(usize, Span) -> Value,
    ) {
        let names = list.children().into_iter().flat_map(|it| {
            let names = it.fields("name").into_iter().filter(|it| it.text() != ",").collect::<Vec<_>>();
            if names.is_empty() { vec![it] } else { names }
        });
        for (index, (node, parameter)) in names.zip(parameters).enumerate() {
            if parameter.name.is_empty() {
                continue;
            }
            let mut state = State::new(value(index, self.context.span(node)), parameter.type_name.clone());
            state.number = parameter.type_name.as_ref().is_some_and(super::read::is_number);
            self.locals.declare(node.text(), state);
        }
    }

    fn declare_results(&mut self, function: Node<'t>) {
        let Some(list) = function.field("result").filter(|it| it.kind() == "parameter_list") else { return };
        for declaration in list.children() {
            let declared = declaration.field("type").and_then(|it| self.context.type_name(it));
            for name in declaration.fields("name").into_iter().filter(|it| it.text() != ",") {
                let mut state =
                    State::new(zero_value(self.context, name, declared.clone()), declared.clone());
                state.untouched = true;
                self.results.push(name.text());
                self.locals.declare(name.text(), state);
            }
        }
    }

    /// Runs `read` one level deeper; `None` beyond the deepest level.
    pub(super) fn deeper<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.depth += 1;
        let it = read(self);
        self.depth -= 1;
        Some(it)
    }

    pub(super) fn block(&mut self, node: Node<'t>) -> Flow {
        let (standing, premise) = (self.standing, self.premise.clone());
        self.locals.open();
        let before = self.delayed.len();
        let flow = self.statements(node.children());
        for it in self.delayed.split_off(before) {
            self.rereads = true;
            (self.standing, self.premise) = (it.standing, it.premise);
            self.function_literal(it.node, &it.given, it.runs);
            self.rereads = false;
        }
        self.locals.close();
        (self.standing, self.premise) = (standing, premise);
        flow
    }

    fn statements(&mut self, nodes: Vec<Node<'t>>) -> Flow {
        let mut flow = Flow::Continues;
        for node in nodes {
            let ended = self.deeper(|it| it.statement(node)) == Some(Flow::Ends);
            // What stands behind a return is read all the same: a label may lead there.
            if ended {
                flow = Flow::Ends;
            }
        }
        flow
    }

    fn statement(&mut self, node: Node<'t>) -> Flow {
        match node.kind() {
            "statement_list" => return self.statements(node.children()),
            "block" => return self.block(node),
            "expression_statement" => return self.expression_statement(node),
            "short_var_declaration" => self.assignment(node, true),
            "assignment_statement" => self.assignment(node, false),
            "var_declaration" => self.variables(node),
            "const_declaration" => self.constants(node),
            "return_statement" => {
                self.return_statement(node);
                return Flow::Ends;
            }
            "continue_statement" | "goto_statement" => return Flow::Ends,
            "if_statement" => return self.if_statement(node),
            "for_statement" => self.for_statement(node),
            "expression_switch_statement" | "type_switch_statement" | "select_statement" => {
                return self.switch(node);
            }
            "go_statement" | "defer_statement" => {
                let usage = if node.kind() == "go_statement" { Usage::Go } else { Usage::Defer };
                if let Some(call) = node.first_child() {
                    self.used(call, usage, Some(self.context.span(node)));
                }
            }
            "inc_statement" | "dec_statement" => {
                if let Some(operand) = node.first_child() {
                    let value = unknown(self.context, node, "it is counted");
                    self.write(operand, State::new(value, None));
                }
            }
            "labeled_statement" => {
                if let Some(inner) = node.children().into_iter().nth(1) {
                    return self.deeper(|it| it.statement(inner)).unwrap_or(Flow::Continues);
                }
            }
            "send_statement" => {
                for field in ["channel", "value"] {
                    node.field(field).map(|it| self.expression(it));
                }
            }
            "receive_statement" => {
                node.field("right").map(|it| self.expression(it));
                for name in node.field("left").map(Node::children).unwrap_or_default() {
                    let value = unknown(self.context, name, "it comes out of a channel");
                    self.locals.declare(name.text(), State::new(value, None));
                }
            }
            _ => {}
        }
        Flow::Continues
    }

    fn expression_statement(&mut self, node: Node<'t>) -> Flow {
        let Some(expression) = node.first_child() else { return Flow::Continues };
        self.used(expression, Usage::Statement, Some(self.context.span(node)));
        if !self.exits(expression) {
            return Flow::Continues;
        }
        self.exits.push(self.context.span(node));
        Flow::Ends
    }

    /// Notes what a branch that ends the program says of the variables that its condition tests.
    fn demand(&mut self, branch: Option<Node<'t>>, guard: &Guard, holds: bool) {
        let mut last = branch;
        while let Some(node) = last.filter(|it| matches!(it.kind(), "block" | "statement_list")) {
            last = node.children().into_iter().rfind(|it| it.kind() != "comment");
        }
        let span = last.map(|it| self.context.span(it));
        let Some(exit) = span.filter(|it| self.literal_depth == 0 && self.exits.contains(it)) else { return };
        let standing = self.standing;
        let demand = |read: &Environ| Demand { read: read.clone(), exit, standing };
        self.demands.extend(missing_by(&guard.condition, holds).into_iter().map(demand));
    }

    /// Whether the call never returns: `panic`, `os.Exit`, `log.Fatal`.
    fn exits(&self, node: Node<'t>) -> bool {
        if node.kind() != "call_expression" {
            return false;
        }
        let Some(function) = node.field("function") else { return false };
        if function.kind() == "identifier" {
            return function.text() == "panic" && self.locals.find("panic").is_none();
        }
        let span = self.context.span(node);
        let call = self.calls.iter().rev().find(|it| it.span == span);
        let entry = call.and_then(|it| crate::facts::catalogue::go().of(&it.callee));
        entry.is_some_and(|it| it.exits)
    }

    fn return_statement(&mut self, node: Node<'t>) {
        let mut nodes = node.first_child().map(|it| vec![it]).unwrap_or_default();
        if nodes.first().is_some_and(|it| it.kind() == "expression_list") {
            nodes = nodes[0].children();
        }
        let mut values: Vec<Value> = Vec::with_capacity(nodes.len());
        for it in &nodes {
            values.push(self.expression(*it).value);
        }
        if let Some(last) = nodes.last() {
            self.note_returned(*last);
        }
        if self.literal_depth > 0 && self.closures.collects != Some(self.literal_depth) {
            return;
        }
        if nodes.is_empty() && self.literal_depth == 0 {
            let states = self.results.iter().filter_map(|name| self.locals.find(name));
            values = states.map(|index| self.locals.state(index).value.clone()).collect();
        }
        if values.is_empty() {
            return;
        }
        let is_nil = |node: &Node<'_>| node.kind() == "nil";
        let hands_on_error = nodes.len() > 1
            && nodes.last().is_some_and(|it| !is_nil(it))
            && (nodes.first().is_some_and(is_nil) || is_zero(&values[0]));
        let (guards, span) = (self.guards.clone(), self.context.span(node));
        self.returns.push(Return { values, guards, hands_on_error, span });
    }

    fn variables(&mut self, node: Node<'t>) {
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

    fn constants(&mut self, node: Node<'t>) {
        for spec in node.children().into_iter().filter(|it| it.kind() == "const_spec") {
            let values = spec.field("value").map(Node::children).unwrap_or_default();
            for (index, name) in spec.fields("name").into_iter().filter(|it| it.text() != ",").enumerate() {
                let state = match values.get(index) {
                    Some(it) => self.expression(*it),
                    None => State::new(unknown(self.context, name, "its value depends on iota"), None),
                };
                self.locals.declare(name.text(), state);
            }
        }
    }

    fn assignment(&mut self, node: Node<'t>, declares: bool) {
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
        if condition::is_too_large(&state.value) {
            state.value = unknown(self.context, target, "it is built from too many parts");
        }
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
                if let Some(index) = target.field("operand").and_then(|it| self.locals.find(it.text())) {
                    let value = unknown(self.context, target, "its elements are assigned one by one");
                    self.locals.update(index, |it| it.value = value);
                }
                target.field("index").map(|it| self.expression(it));
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
            && self.context.import(operand.text()).is_some()
        {
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

    /// Reads the branch `node` and takes its effects back.
    fn branch(&mut self, node: Node<'t>, guard: Guard, read: impl FnOnce(&mut Self) -> Flow) -> Branch {
        let (mark, standing, premise) = (self.locals.mark(), self.standing, self.premise.clone());
        let after_failure = standing.after_failure || guard.condition.is_failure();
        self.premise = Premise::and(premise.as_ref(), guard.condition.clone());
        self.guards.push(guard);
        self.standing = Standing { after_failure, ..standing.within(self.context.span(node)) };
        let flow = read(self);
        (self.standing, self.premise) = (standing, premise);
        self.guards.pop();
        (self.locals.take_back(mark), flow)
    }

    fn if_statement(&mut self, node: Node<'t>) -> Flow {
        self.locals.open();
        if let Some(initializer) = node.field("initializer") {
            self.statement(initializer);
        }
        let guard = match node.field("condition") {
            Some(condition) => self.guard(condition),
            None => Guard::unknown(self.context.span(node)),
        };
        let then = match node.field("consequence") {
            Some(block) => self.branch(block, guard.clone(), |it| it.block(block)),
            None => (Changes::default(), Flow::Continues),
        };
        let otherwise = match node.field("alternative") {
            Some(block) => {
                let inner = |it: &mut Self| it.deeper(|it| it.statement(block)).unwrap_or(Flow::Continues);
                self.branch(block, guard.clone().not(), inner)
            }
            None => (Changes::default(), Flow::Continues),
        };
        let flow = match (then.1, otherwise.1) {
            (Flow::Continues, Flow::Continues) => {
                self.locals.join(&guard, then.0, otherwise.0, self.context.span(node));
                Flow::Continues
            }
            (Flow::Continues, Flow::Ends) => {
                self.locals.apply(then.0);
                self.demand(node.field("alternative"), &guard, false);
                Flow::Continues
            }
            (Flow::Ends, Flow::Continues) => {
                self.locals.apply(otherwise.0);
                self.demand(node.field("consequence"), &guard, true);
                if let Some(test) = guard.test.as_ref().filter(|it| !it.present) {
                    self.locals.require(&test.subject);
                }
                Flow::Continues
            }
            (Flow::Ends, Flow::Ends) => Flow::Ends,
        };
        self.note_failure(node, then.1);
        self.locals.close();
        let by_error = |otherwise| node.field("condition").is_some_and(|it| is_for_error(it, otherwise));
        let leaves =
            (then.1 == Flow::Ends && !by_error(false)) || (otherwise.1 == Flow::Ends && !by_error(true));
        if leaves {
            self.standing = self.standing.within(self.context.span(node));
        }
        match (then.1, otherwise.1, node.field("consequence"), node.field("alternative")) {
            (Flow::Ends, Flow::Continues, Some(branch), _) => self.left_by(guard.condition, branch),
            (Flow::Continues, Flow::Ends, _, Some(branch)) => self.left_by(guard.condition.negated(), branch),
            _ => {}
        }
        flow
    }

    /// When the place that is read is reached; `None` when nothing is around it.
    pub(super) fn condition_here(&self) -> Option<Condition> {
        let around: Vec<_> = self.guards.iter().map(|it| it.condition.clone()).collect();
        Condition::all(around)
    }

    pub(super) fn is_main(&self) -> bool {
        self.is_main && self.literal_depth == 0
    }

    /// Goes on behind a branch that leaves, and that is taken when the condition holds.
    fn left_by(&mut self, condition: Condition, branch: Node<'t>) {
        // A label may stand where it is left for; and a program that fails insists on the opposite.
        if !branch.text().contains("goto ") && !self.fails(branch) {
            self.premise = Premise::and(self.premise.as_ref(), condition.negated());
        }
    }

    /// Whether the last statement of a branch ends the program as one that failed.
    fn fails(&self, branch: Node<'t>) -> bool {
        let mut last = branch;
        while matches!(last.kind(), "block" | "statement_list" | "expression_case" | "default_case") {
            let Some(inner) = last.children().last().copied() else { return false };
            last = inner;
        }
        let call = last.first_child().filter(|_| last.kind() == "expression_statement");
        call.is_some_and(|it| it.text() != "os.Exit(0)" && self.exits(it))
    }

    /// What a condition says.
    fn guard(&mut self, condition: Node<'t>) -> Guard {
        let state = self.expression(condition);
        guard_of(state.value, state.test, self.context.span(condition))
    }

    fn switch(&mut self, node: Node<'t>) -> Flow {
        self.locals.open();
        if let Some(initializer) = node.field("initializer") {
            self.statement(initializer);
        }
        let mut subject = None;
        if let Some(value) = node.field("value") {
            let state = self.expression(value);
            subject = Some(state.value.clone());
            let alias = node.field("alias").and_then(Node::first_child);
            if let Some(alias) = alias {
                self.locals.declare(alias.text(), State::new(state.value, None));
            }
        }
        let mut has_default = node.kind() == "select_statement";
        let mut default = None;
        let mut others = Vec::new();
        let mut leaves = false;
        let mut taken = Vec::new();
        let mut left = Vec::new();
        let mut falls = false;
        for case in node.children() {
            let is_default = case.kind() == "default_case";
            if !is_default && !matches!(case.kind(), "expression_case" | "type_case" | "communication_case") {
                continue;
            }
            has_default |= is_default;
            let guard = match is_default {
                true => Guard::unknown(self.context.span(case)),
                false => self.case_guard(node, subject.as_ref(), case),
            };
            let guard = if falls { Guard::unknown(self.context.span(case)) } else { guard };
            falls = case.text().trim_end().ends_with("fallthrough");
            let before = self.premise.clone();
            if is_default && !taken.is_empty() {
                let others = Condition::Any(taken.clone()).negated();
                self.premise = Premise::and(before.as_ref(), others);
            }
            let branch = self.branch(case, guard.clone(), |it| {
                it.locals.open();
                let flow = it.case(case);
                it.locals.close();
                flow
            });
            self.premise = before;
            leaves |= branch.1 == Flow::Ends;
            taken.push(guard.condition.clone());
            // Of cases that compare one value no two hold.
            if branch.1 == Flow::Ends && (subject.is_some() || taken.len() == 1) {
                left.push((guard.condition.clone(), case));
            }
            if branch.1 == Flow::Continues {
                if is_default { default = Some(branch.0) } else { others.push((guard, branch.0)) }
            }
        }
        let span = self.context.span(node);
        let reached = !has_default || default.is_some() || !others.is_empty();
        if leaves {
            self.standing = self.standing.within(span);
        }
        let mut joined = match default {
            Some(default) => default,
            // Without a default that goes on, one of the cases was taken.
            None if has_default => others.pop().map(|it| it.1).unwrap_or_default(),
            None => Changes::default(),
        };
        for (guard, case) in others.into_iter().rev() {
            joined = self.locals.joined(&guard, case, joined, span);
        }
        self.locals.apply(joined);
        self.locals.close();
        for (condition, case) in left {
            self.left_by(condition, case);
        }
        if reached { Flow::Continues } else { Flow::Ends }
    }

    /// When a case is taken: `switch v { case "a", "b": }`, `switch { case v == "": }`.
    fn case_guard(&mut self, switch: Node<'t>, subject: Option<&Value>, case: Node<'t>) -> Guard {
        let span = self.context.span(case);
        let values = case.field("value").map(Node::children).unwrap_or_default();
        if switch.kind() != "expression_switch_statement" || values.is_empty() {
            return Guard::unknown(span);
        }
        let Some(subject) = subject else {
            if let [only] = values[..] {
                return self.guard(only);
            }
            let guards = values.into_iter().map(|it| self.guard(it).condition);
            return Guard { condition: Condition::Any(guards.collect()), test: None };
        };
        let mut equal: Vec<Condition> = values
            .into_iter()
            .map(|it| Condition::Equal(subject.clone(), self.expression(it).value))
            .collect();
        let condition = if equal.len() == 1 { equal.remove(0) } else { Condition::Any(equal) };
        Guard { condition, test: None }
    }

    fn case(&mut self, case: Node<'t>) -> Flow {
        let mut flow = Flow::Continues;
        for child in case.children() {
            match child.kind() {
                "expression_list" => {
                    for it in child.children() {
                        self.expression(it);
                    }
                }
                _ => {
                    let ended = self.deeper(|it| it.statement(child)) == Some(Flow::Ends);
                    if ended {
                        flow = Flow::Ends;
                    }
                }
            }
        }
        flow
    }

    fn for_statement(&mut self, node: Node<'t>) {
        self.locals.open();
        let assigned = assigned_in(node);
        self.forget(&assigned);
        for child in node.children() {
            match child.kind() {
                "for_clause" => {
                    if let Some(initializer) = child.field("initializer") {
                        self.statement(initializer);
                        self.forget(&assigned_in(child));
                    }
                    child.field("condition").map(|it| self.expression(it));
                }
                "range_clause" => {
                    let list = child.field("right").map(|it| self.expression(it).value);
                    let names = child.field("left").map(Node::children).unwrap_or_default();
                    for (index, name) in names.into_iter().enumerate() {
                        let value = match &list {
                            Some(of) if index == 1 && !condition::is_too_large(of) => Value::Element {
                                of: Arc::new(of.clone()),
                                key: None,
                                span: self.context.span(name),
                            },
                            _ => unknown(self.context, name, "it is another one in each round of a loop"),
                        };
                        self.locals.declare(name.text(), State::new(value, None));
                    }
                }
                "block" => {
                    let guard = Guard::unknown(self.context.span(node));
                    let (changes, _) = self.branch(child, guard.clone(), |it| it.block(child));
                    self.locals.join(&guard, changes, Changes::default(), self.context.span(node));
                    self.forget(&assigned);
                }
                _ => {
                    self.expression(child);
                }
            }
        }
        self.locals.close();
    }

    /// Variables that a loop assigns are not known in it nor behind it.
    fn forget(&mut self, names: &[Node<'t>]) {
        for name in names {
            if let Some(index) = self.locals.find(name.text()) {
                let value = unknown(self.context, *name, "it is assigned in a loop");
                let type_name = self.locals.state(index).type_name.clone();
                self.locals.assign(index, State::new(value, type_name));
            }
        }
    }

    /// Reads a function literal where it stands; it sees the variables around it. `given` are the arguments for
    /// its first parameters.
    pub(super) fn function_literal(&mut self, node: Node<'t>, given: &[Value], runs: Runs) {
        if self.literal_depth > 0 {
            return self.function_literal_here(node, given, runs);
        }
        self.captured = self.locals.count();
        self.reads_too_early = false;
        let before =
            (self.calls.len(), self.literals.len(), self.field_writes.len(), self.variable_writes.len());
        self.function_literal_here(node, given, runs);
        self.captured = 0;
        // `var port int; run := func() { serve(port) }; flags.IntVar(&port, ...)`: it runs later.
        if self.reads_too_early && !self.rereads {
            self.calls.truncate(before.0);
            self.literals.truncate(before.1);
            self.field_writes.truncate(before.2);
            self.variable_writes.truncate(before.3);
            let (standing, premise) = (self.standing, self.premise.clone());
            self.delayed.push(Delayed { node, given: given.to_vec(), runs, standing, premise });
        }
    }

    pub(super) fn function_literal_here(&mut self, node: Node<'t>, given: &[Value], runs: Runs) {
        let (mark, standing) = (self.locals.mark(), self.standing);
        self.standing = standing.within_literal(self.context.span(node), runs);
        self.locals.open();
        self.literal_depth += 1;
        let outside = std::mem::take(&mut self.guards);
        let input = self.callback.take();
        if let Some(list) = node.field("parameters") {
            let parameters = read_parameters(self.context, list);
            self.declare_parameters(list, &parameters, |index, span| match given.get(index) {
                Some(value) => value.clone(),
                None => Value::Unknown(Unknown { input, ..Unknown::new(PARAMETER, span) }),
            });
        }
        if let Some(body) = node.field("body") {
            self.block(body);
        }
        self.guards = outside;
        self.standing = standing;
        self.literal_depth -= 1;
        self.locals.close();
        let changes = self.locals.take_back(mark);
        self.locals.join_literal(changes, self.context.span(node));
    }
}

/// How much a function has recorded at some place of it.
pub(super) struct Recorded {
    calls: usize,
    literals: usize,
    field_writes: usize,
    variable_writes: usize,
    pointer_writes: usize,
    exits: usize,
    demands: usize,
    delayed: usize,
}

impl Reader<'_, '_> {
    pub(super) fn recorded(&self) -> Recorded {
        Recorded {
            calls: self.calls.len(),
            literals: self.literals.len(),
            field_writes: self.field_writes.len(),
            variable_writes: self.variable_writes.len(),
            pointer_writes: self.pointer_writes.len(),
            exits: self.exits.len(),
            demands: self.demands.len(),
            delayed: self.delayed.len(),
        }
    }

    /// Takes back what was recorded since then; the calls are handed out.
    pub(super) fn take_recorded(&mut self, since: Recorded) -> Vec<Call> {
        self.literals.truncate(since.literals);
        self.field_writes.truncate(since.field_writes);
        self.variable_writes.truncate(since.variable_writes);
        self.pointer_writes.truncate(since.pointer_writes);
        self.exits.truncate(since.exits);
        self.demands.truncate(since.demands);
        self.delayed.truncate(since.delayed);
        self.calls.split_off(since.calls)
    }
}

impl Value {
    fn parameter(index: usize, span: Span) -> Self {
        Self::Parameter { index, span }
    }
}

/// The variables that statements at or below a node assign.
fn assigned_in(node: Node<'_>) -> Vec<Node<'_>> {
    let mut names = Vec::new();
    node.visit(|it| {
        match it.kind() {
            "assignment_statement" => names.extend(it.field("left").map(Node::children).unwrap_or_default()),
            "inc_statement" | "dec_statement" => names.extend(it.first_child()),
            _ => {}
        }
        true
    });
    names.retain(|it| it.kind() == "identifier");
    names
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

fn is_zero(value: &Value) -> bool {
    match value {
        Value::Literal(it) => matches!(it.value.as_str(), "" | "0" | "false"),
        Value::Struct { fields, .. } => fields.is_empty(),
        _ => false,
    }
}

/// The returns as one: each value is the one of the first return whose conditions hold. Returns of
/// different numbers of values (`return f()`) stay apart.
pub(super) fn fold_returns(mut returns: Vec<Return>) -> Vec<Vec<Value>> {
    let ends_with_error = returns.last().is_some_and(|it| it.hands_on_error);
    if returns.iter().any(|it| !it.hands_on_error) {
        returns.retain(|it| !it.hands_on_error);
    }
    let Some(mut last) = returns.pop() else { return Vec::new() };
    if ends_with_error && returns.is_empty() {
        require_tested(&mut last);
    }
    let mut result = last.values;
    let mut apart = Vec::new();
    while let Some(it) = returns.pop() {
        if it.values.len() == result.len() {
            result = fold_return(it, result);
        } else {
            apart.push(it.values);
        }
    }
    apart.reverse();
    apart.push(result);
    apart
}

/// `if v := os.Getenv(key); v != "" { return v, nil }; return "", err`: who uses the result has one.
fn require_tested(only: &mut Return) {
    let tests = only.guards.iter().filter_map(|it| it.test.as_ref()).filter(|it| it.present);
    let tested: Vec<Value> = tests.map(|it| condition::core(&it.subject).clone()).collect();
    if let Some(Value::Environment(read)) = only.values.first_mut() {
        let value = Value::Environment(read.clone());
        read.required |= tested.iter().any(|it| same(it, &value));
    }
}

fn fold_return(it: Return, later: Vec<Value>) -> Vec<Value> {
    let test = match it.guards.last() {
        Some(Guard { test: Some(test), .. }) if it.guards.iter().all(|it| it.test.is_some()) => Some(test),
        _ => None,
    };
    let around = it.guards.iter().map(|it| it.condition.clone()).collect();
    let condition = Condition::all(around).unwrap_or(Condition::Unknown(it.span));
    let folded = it.values.into_iter().zip(later).enumerate().map(|(index, (value, later))| {
        if let Some(test) = test.filter(|_| index == 0) {
            let (there, missing) = if test.present { (&value, &later) } else { (&later, &value) };
            if let Some(value) = condition::with_default(test, there, missing, it.span) {
                return value;
            }
        }
        let joined = condition::choice(condition.clone(), value, later, it.span);
        if condition::is_too_large(&joined) {
            let reason = "too many conditions decide".to_owned();
            return Value::Unknown(Unknown::new(reason, it.span));
        }
        joined
    });
    folded.collect()
}

/// What a call is made on, for the types of its result.
pub(super) fn owner_of(callee: &Callee) -> Option<&TypeName> {
    match callee {
        Callee::Method { receiver_type, .. } => receiver_type.as_ref(),
        _ => None,
    }
}
