//! Calls: what they name, what they give, and what they may change.

use std::rc::Rc;
use std::sync::Arc;

use super::condition::{self, Test, TestKind};
use super::expression::may_be_function;
use super::function::{Reader, owner_of};
use super::predeclared::{is_standard, predeclared};
use super::read::{is_number, unknown};
use super::scope::State;
use super::setting::sets_for_others;
use super::standing::{Runs, Standing};
use super::{Call, Callee, Environ, Flag, TypeName, Usage, Value};
use crate::facts::catalogue::{self, DataRole, FlagPlace, GoEntry, Role, Target, without_version};
use crate::source::{Span, Spanned};
use crate::syntax::go::Node;

impl<'t> Reader<'_, 't> {
    pub(super) fn call(&mut self, node: Node<'t>, usage: Usage, statement: Option<Span>) -> State {
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
        arguments.iter().for_each(|it| self.server_handed_over(*it));
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
            self.hand_over(&arguments);
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
            let type_name = self.made_by(function);
            return State { type_name, ..self.unknown(node, "it is the result of a function in a variable") };
        };
        self.record(node, (function, type_argument), callee, arguments, values, (usage, statement, span))
    }

    /// The type of what a function makes that stands in a parameter.
    fn made_by(&self, function: Node<'t>) -> Option<TypeName> {
        let index = self.locals.find(function.text()).filter(|_| function.kind() == "identifier")?;
        let is_given = matches!(self.locals.state(index).value, Value::Parameter { .. });
        let found = self.makers.iter().rev().find(|(name, _)| is_given && *name == function.text())?;
        Some(found.1.clone())
    }

    /// A conversion, or a call `Load[Config](path)`, which the grammar cannot tell from one.
    pub(super) fn conversion(&mut self, node: Node<'t>, usage: Usage, statement: Option<Span>) -> State {
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

    /// A method that serves and that another function is to call, `group.Go(server.ListenAndServe)`, is a call as
    /// well. What it will be called with is not known.
    fn server_handed_over(&mut self, node: Node<'t>) {
        let is_selector = node.kind() == "selector_expression";
        let Some(operand) = node.field("operand").filter(|_| is_selector) else { return };
        let name = node.field_text("field").unwrap_or_default();
        let is_place = matches!(operand.kind(), "identifier" | "selector_expression");
        if !name.starts_with("ListenAnd") || !is_place || self.package(operand).is_some() {
            return;
        }
        let Some(callee) = self.selected(node) else { return };
        let argument = self.unknown(node, "who calls it says it").value;
        let span = self.context.span(node);
        self.calls.push(Call {
            callee,
            arguments: Arc::new([argument]),
            argument_spans: Vec::new(),
            usage: Usage::Used,
            span,
            callee_span: span,
            statement: None,
            in_literal: self.literal_depth > 0,
            standing: self.standing,
            type_argument: None,
            condition: None,
            failure: None,
            premise: self.premise.clone(),
        });
    }

    /// Function literals are read behind the other arguments, see [`Reader::callbacks`].
    pub(super) fn argument(&mut self, node: Node<'t>) -> State {
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
    pub(super) fn callbacks(&mut self, arguments: &[Node<'t>], given: &[Value], runs: Runs) {
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
        let mut states = states;
        if let Some(port) = port_alone(entry).and_then(|it| states.get_mut(it)).filter(|it| it.number) {
            // The first fiber takes `8080` for `":8080"`: <https://pkg.go.dev/github.com/gofiber/fiber#App.Listen>.
            let colon = Value::Literal(Spanned::new(":".to_owned(), span));
            let number = std::mem::replace(&mut port.value, Value::Concat(Vec::new()));
            port.value = Value::Concat(vec![colon, number]);
        }
        if entry.and_then(|it| it.data).is_some_and(|it| it.role == DataRole::Environment) {
            for (node, state) in nodes.iter().zip(&mut states).filter(|(it, _)| it.kind() == "func_literal") {
                if let Some(value) = self.called_by_library(*node) {
                    state.value = value;
                }
            }
        }
        // Without a limit it is another function: <https://pkg.go.dev/strings#ReplaceAll>.
        let is_replace = |package: &str, name: &str| package == "strings" && name == "Replace";
        let callee = match callee {
            Callee::Imported { package, name }
                if is_replace(&package, &name) && nodes.get(3).is_some_and(|it| it.text() == "-1") =>
            {
                states.truncate(3);
                Callee::Imported { package, name: "ReplaceAll".to_owned() }
            }
            it => it,
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
                condition: if configures(&callee, entry) { self.condition_here() } else { None },
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

    /// A function of the tables, and one that a variable holds, may fill the structs of the project that it is
    /// given: `env.Parse(&cfg)`, `configure(cfg)`.
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

    pub(super) fn result_type(&self, callee: &Callee, entry: Option<&GoEntry>) -> Option<TypeName> {
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
                for_numbers: false,
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
}

/// A call as if it were given nothing.
fn without_arguments(call: &Value) -> Option<Value> {
    let Value::Call { callee, span, .. } = call else { return None };
    Some(Value::Call { callee: Arc::clone(callee), arguments: Arc::new([]), span: *span })
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
fn configures(callee: &Callee, entry: Option<&GoEntry>) -> bool {
    if entry.is_some_and(|it| it.decode.is_some()) {
        return true;
    }
    let package = match callee {
        Callee::Imported { package, .. } => package,
        _ => match owner_of(callee) {
            Some(owner) => &owner.package,
            None => return false,
        },
    };
    catalogue::go().configures(package)
}

/// The argument that is an address; a number there can only be a port.
fn port_alone(entry: Option<&GoEntry>) -> Option<usize> {
    let listen = entry?.listen.as_ref().filter(|it| it.form == "address")?;
    let at = listen.address.as_ref().filter(|it| it.port.is_none() && it.host.fields.is_empty())?;
    at.host.argument
}

/// Functions of the standard library that no table knows do nothing to the network, but for those that change what
/// other code finds.
fn is_of_interest(callee: &Callee, entry: Option<&GoEntry>) -> bool {
    let Callee::Imported { package, name } = callee else { return true };
    entry.is_some() || !is_standard(package) || sets_for_others(package, name)
}
