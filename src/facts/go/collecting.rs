//! Loops that put what a list has into another list, or the environment into a map.

use super::condition::is_empty_literal;
use super::function::Reader;
use super::scope::{Changes, State};
use super::{Callee, Value};
use crate::syntax::go::Node;

impl<'t> Reader<'_, 't> {
    /// `for _, it := range list { more = append(more, it) }`: what was empty before holds what the list holds. The
    /// elements may be trimmed or split at commas, which a list is written with, and left out where they are empty.
    pub(super) fn read_appending(&mut self, body: Node<'t>, assigned: &[(usize, Value)]) {
        let [(index, before)] = assigned else { return };
        let is_empty = match before {
            Value::List(parts, _) => parts.is_empty(),
            Value::Unknown(it) => it.reason == super::read::WITHOUT_VALUE,
            _ => false,
        };
        let Some(appended) = only_statement(body).and_then(appended_to).filter(|_| is_empty) else { return };
        let (target, argument) = appended;
        if self.locals.find(target) != Some(*index) {
            return;
        }
        let spreads = argument.kind() == "variadic_argument";
        let argument = if spreads { argument.first_child() } else { Some(argument) };
        let recorded = self.recorded();
        let value = argument.map(|it| self.expression(it).value);
        self.take_recorded(recorded);
        let Some(list) = value.as_ref().and_then(|it| element_of(it, spreads)) else { return };
        let type_name = self.locals.state(*index).type_name.clone();
        self.locals.assign(*index, State::new(list.clone(), type_name));
    }

    /// The maps into which a loop has put the environment hold it, also where it has no variable.
    pub(super) fn hold_environment(&mut self, maps: Vec<(usize, Value)>) {
        for (index, environment) in maps {
            self.locals.update(index, |it| it.value = environment);
        }
    }
}

impl Changes {
    /// `for _, pair := range os.Environ() { name, value, _ := strings.Cut(pair, "="); all[name] = value }`: the maps
    /// that hold the environment behind it.
    pub(super) fn environment_maps(&self) -> Vec<(usize, Value)> {
        self.values().filter_map(|(index, value)| Some((index, environment_in(value)?.clone()))).collect()
    }
}

/// The statement of a body that has one; what is done to an element that is not empty counts as done to any.
fn only_statement(body: Node<'_>) -> Option<Node<'_>> {
    let mut node = body;
    loop {
        match (node.kind(), &node.children()[..]) {
            ("block" | "statement_list", [only]) => node = *only,
            ("if_statement", _) if node.field("alternative").is_none() => {
                let condition = node.field("condition")?.text();
                if !condition.ends_with("!= \"\"") && !condition.starts_with("len(") {
                    return None;
                }
                node = node.field("consequence")?;
            }
            (_, _) => return Some(node),
        }
    }
}

/// `x` and `it` of `x = append(x, it)`.
fn appended_to(statement: Node<'_>) -> Option<(&str, Node<'_>)> {
    if statement.kind() != "assignment_statement" || statement.field_text("operator") != Some("=") {
        return None;
    }
    let ([target], [call]) =
        (&statement.field("left")?.children()[..], &statement.field("right")?.children()[..])
    else {
        return None;
    };
    let is_append = call.kind() == "call_expression" && call.field("function")?.text() == "append";
    match &call.field("arguments")?.children()[..] {
        [first, argument] if is_append && first.text() == target.text() => Some((target.text(), *argument)),
        _ => None,
    }
}

/// The list of which a value is each element in turn, or the parts of each when it `spreads`.
fn element_of(value: &Value, spreads: bool) -> Option<&Value> {
    match value {
        Value::Element { of, key: None, .. } if !spreads => Some(of),
        Value::Call { callee, arguments, .. } => match (&**callee, &arguments[..]) {
            (Callee::Imported { package, name }, [it]) if package == "strings" && name == "TrimSpace" => {
                element_of(it, spreads)
            }
            (Callee::Imported { package, name }, [it, Value::Literal(comma)])
                if package == "strings" && name == "Split" && comma.value == "," && spreads =>
            {
                element_of(it, false)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The environment, where `all[name] = value` puts it whole into a map.
pub(super) fn environment_of_pair<'v>(name: &'v Value, value: &Value) -> Option<&'v Value> {
    let split = match (name, value) {
        (Value::Call { .. }, Value::Result { call, index: 1, .. }) if **call == *name => name,
        (
            Value::Element { of, key: Some(first), .. },
            Value::Element { of: other, key: Some(second), .. },
        ) => {
            let is = |key: &Value, text: &str| matches!(key, Value::Literal(it) if it.value == text);
            (of == other && is(first, "0") && is(second, "1")).then_some(&**of)?
        }
        _ => return None,
    };
    let Value::Call { callee, arguments, .. } = split else { return None };
    let splits = matches!(&**callee, Callee::Imported { package, name }
        if package == "strings" && matches!(name.as_str(), "Cut" | "Split" | "SplitN"));
    match &arguments[..] {
        [Value::Element { of, key: None, .. }, Value::Literal(equals), ..]
            if splits && equals.value == "=" =>
        {
            environment_in(of)
        }
        _ => None,
    }
}

/// `os.Environ()`, also as what a map holds under a condition that was empty before.
fn environment_in(value: &Value) -> Option<&Value> {
    match value {
        Value::Call { callee, .. } => {
            let is_it = matches!(&**callee, Callee::Imported { package, name } if package == "os" && name == "Environ");
            is_it.then_some(value)
        }
        Value::Choice(arms, _) => {
            let others = |it: &Value| match it {
                Value::Struct { fields, .. } => fields.is_empty(),
                it => matches!(it, Value::Unknown(_)) || is_empty_literal(it),
            };
            let mut found = None;
            for arm in arms {
                match environment_in(&arm.value) {
                    Some(it) => found = found.or(Some(it)),
                    None if others(&arm.value) => {}
                    None => return None,
                }
            }
            found
        }
        _ => None,
    }
}
