//! Reads the statements of one function in order, keeping what each local variable stands for.

use std::sync::Arc;

use super::closure::Closures;
use super::condition::Guard;
use super::context::Context;
use super::demand::{Demand, missing_by};
use super::literal::Delayed;
use super::read::{read_parameters, receiver_type, type_parameters, unknown, zero_value};
use super::returns::{Return, fold_returns};
use super::rounds::Rounds;
use super::scope::{Locals, State};
use super::standing::{Premise, Standing};
use super::waiting;
use super::{Call, Callee, Environ, FieldWrite, Function, GoFile, Parameter, TypeName, Usage, Value};
use super::{channel, unused};
use crate::facts::catalogue::Input;
use crate::source::{Span, Spanned};
use crate::syntax::go::Node;

/// Statements and expressions nested deeper than this are not read: nobody writes them, and each level
/// costs stack.
const DEEPEST: u32 = 100;

/// Some of a function is read several times: literals for each call of theirs, the rounds of loops. In one another
/// these would multiply, so that no more steps than this are done for each byte of the function.
const MOST_STEPS: usize = 128;

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
    pub(super) depth: u32,
    /// Number of statements and expressions that may still be read.
    steps_left: usize,
    /// Whether it is `main`, whose return ends the program.
    pub(super) is_main: bool,
    pub(super) field_writes: Vec<FieldWrite>,
    pub(super) variable_writes: Vec<(Spanned<String>, Value)>,
    pub(super) foreign_writes: Vec<(String, Spanned<String>)>,
    pub(super) pointer_writes: Vec<(usize, Value)>,
    pub(super) returns: Vec<Return>,
    /// What the branches around are taken by, outermost first.
    pub(super) guards: Vec<Guard>,
    /// Named results.
    pub(super) results: Vec<&'t str>,
    /// Number of variables outside of the function literal that is read.
    pub(super) captured: usize,
    pub(super) closures: Closures<'t>,
    /// What the functions make that stand in parameters (`open func() *Config`), where that is of a named type.
    pub(super) makers: Vec<(&'t str, TypeName)>,
    /// What gives the parameters of the next function literal, where the tables say it.
    pub(super) callback: Option<Input>,
    /// Whether that literal reads one of them that nothing was assigned to yet.
    pub(super) reads_too_early: bool,
    /// Literals for which that was so, to be read at the end of the block.
    pub(super) delayed: Vec<Delayed<'t>>,
    /// Whether one of these is read.
    pub(super) rereads: bool,
    /// The statements that end the program.
    pub(super) exits: Vec<Span>,
    pub(super) demands: Vec<Demand>,
    pub(super) completions: Vec<Option<Arc<Premise>>>,
    /// What `iota` is: the index of the constants that are read in their group.
    pub(super) iota: Option<usize>,
    /// Whether the rounds of a loop are read one by one.
    pub(super) goes_round: bool,
    /// What is noted of these, where it is for the variables that they assign.
    pub(super) rounds: Option<Rounds>,
}

impl<'c, 't> Reader<'c, 't> {
    /// A reader of the declaration or value `node`.
    pub(super) fn new(context: &'c Context<'t>, node: Node<'t>) -> Self {
        Self {
            context,
            locals: Locals::default(),
            calls: Vec::new(),
            literals: Vec::new(),
            literal_depth: 0,
            standing: Standing::default(),
            premise: None,
            depth: 0,
            steps_left: node.text().len().saturating_mul(MOST_STEPS),
            is_main: false,
            field_writes: Vec::new(),
            variable_writes: Vec::new(),
            foreign_writes: Vec::new(),
            pointer_writes: Vec::new(),
            returns: Vec::new(),
            guards: Vec::new(),
            results: Vec::new(),
            captured: 0,
            callback: None,
            closures: Closures::default(),
            makers: Vec::new(),
            reads_too_early: false,
            delayed: Vec::new(),
            rereads: false,
            exits: Vec::new(),
            demands: Vec::new(),
            completions: Vec::new(),
            iota: None,
            goes_round: false,
            rounds: None,
        }
    }

    /// Reads a function or method declaration; `None` for one without a name.
    pub(super) fn function(context: &'c Context<'t>, node: Node<'t>) -> Option<Function> {
        let name = node.field("name")?;
        let mut it = Self::new(context, node);
        it.is_main = name.text() == "main" && node.field("receiver").is_none();
        it.locals.open();
        let receiver = node.field("receiver").and_then(|list| it.receiver(list));
        let list = node.field("parameters");
        let parameters = list.map(|list| read_parameters(context, list)).unwrap_or_default();
        if let Some(list) = list {
            it.declare_parameters(list, &parameters, Value::parameter);
        }
        it.declare_results(node);
        let (mut without_shutdown, mut never_used) = (Vec::new(), Vec::new());
        let mut tells_signals_apart = false;
        let last_wait = node.field("body").and_then(|it| waiting::last_wait(context, it));
        if let Some(body) = node.field("body") {
            it.block(body);
            if it.calls.iter().any(|it| asks_for_signals(&it.callee)) {
                without_shutdown = channel::without_shutdown(context, body, it.is_main, &it.exits);
                tells_signals_apart = channel::tells_signals_apart(context, body);
            }
            if it.calls.iter().any(|it| connects_later(&it.callee)) {
                never_used = unused::never_used(context, body);
            }
        }
        let name = Spanned::new(name.text().to_owned(), context.span(name));
        let whole = it.finish(name, receiver, parameters, context.result_type(node), context.span(node));
        Some(Function {
            type_parameters: type_parameters(node),
            without_shutdown,
            tells_signals_apart,
            never_used,
            last_wait,
            ..whole
        })
    }

    /// Reads the initial value of a package variable or constant. The calls it makes become a
    /// further `init` of the file.
    pub(super) fn initial_value(
        context: &'c Context<'t>,
        node: Node<'t>,
        iota: Option<usize>,
        facts: &mut GoFile,
    ) -> State {
        let mut it = Self::new(context, node);
        it.iota = iota;
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
            type_parameters: Vec::new(),
            parameters,
            result_type,
            returns: fold_returns(self.returns),
            calls: self.calls,
            field_writes: self.field_writes,
            variable_writes: self.variable_writes,
            foreign_writes: self.foreign_writes,
            pointer_writes: self.pointer_writes,
            literals: self.literals,
            demands: self.demands,
            completions: self.completions,
            without_shutdown: Vec::new(),
            tells_signals_apart: false,
            never_used: Vec::new(),
            last_wait: None,
            span,
        }
    }

    pub(super) fn receiver(&mut self, list: Node<'t>) -> Option<(String, TypeName)> {
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
        for it in list.children() {
            let function = it.field("type").filter(|it| it.kind() == "function_type");
            let made = function.and_then(|it| self.context.result_type(it));
            self.makers.extend(made.and_then(|made| Some((it.field("name")?.text(), made))));
        }
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

    /// Runs `read` one level deeper; `None` beyond the deepest level, and when too much was read again.
    pub(super) fn deeper<R>(&mut self, read: impl FnOnce(&mut Self) -> R) -> Option<R> {
        if self.depth >= DEEPEST {
            return None;
        }
        self.steps_left = self.steps_left.checked_sub(1)?;
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

    pub(super) fn statements(&mut self, nodes: Vec<Node<'t>>) -> Flow {
        let mut flow = Flow::Continues;
        for (at, node) in nodes.iter().enumerate() {
            let ended = self.deeper(|it| it.statement(*node)) == Some(Flow::Ends);
            // What stands behind a return is read all the same: a label may lead there.
            if ended {
                flow = Flow::Ends;
            }
            // `router.Run(":8080")` and then `panic("the server has ended")`.
            if ended && node.kind() == "expression_statement" && !node.text().ends_with("Exit(0)") {
                self.note_exit_behind(&nodes[..at]);
            }
        }
        flow
    }

    /// Notes that the program ends with an error behind these statements.
    fn note_exit_behind(&mut self, statements: &[Node<'t>]) {
        let Some(first) = statements.first().map(|it| self.context.span(*it)) else { return };
        let spans: Vec<Span> = statements.iter().map(|it| self.context.span(*it)).collect();
        for call in self.calls.iter_mut().rev().take_while(|it| it.span.start >= first.start) {
            call.standing.before_exit |= call.statement.is_some_and(|it| spans.contains(&it));
        }
    }

    pub(super) fn statement(&mut self, node: Node<'t>) -> Flow {
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
            "break_statement" => return self.leave_rounds(),
            "continue_statement" => {
                self.next_round();
                return Flow::Ends;
            }
            "goto_statement" => return Flow::Ends,
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

    pub(super) fn expression_statement(&mut self, node: Node<'t>) -> Flow {
        let Some(expression) = node.first_child() else { return Flow::Continues };
        self.used(expression, Usage::Statement, Some(self.context.span(node)));
        if !self.exits(expression) {
            return Flow::Continues;
        }
        self.exits.push(self.context.span(node));
        Flow::Ends
    }

    /// Notes what a branch that ends the program says of the variables that its condition tests.
    pub(super) fn demand(&mut self, branch: Option<Node<'t>>, guard: &Guard, holds: bool) {
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
    pub(super) fn exits(&self, node: Node<'t>) -> bool {
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

    pub(super) fn is_main(&self) -> bool {
        self.is_main && self.literal_depth == 0
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
    pub(super) fn parameter(index: usize, span: Span) -> Self {
        Self::Parameter { index, span }
    }
}

fn asks_for_signals(callee: &Callee) -> bool {
    crate::facts::catalogue::go().of(callee).is_some_and(|it| it.signals.is_some())
}

fn connects_later(callee: &Callee) -> bool {
    crate::facts::catalogue::go().of(callee).is_some_and(|it| it.connects_later)
}

/// What a call is made on, for the types of its result.
pub(super) fn owner_of(callee: &Callee) -> Option<&TypeName> {
    match callee {
        Callee::Method { receiver_type, .. } => receiver_type.as_ref(),
        _ => None,
    }
}
