//! What Go brings along: predeclared types and functions, and the standard library.

use std::sync::Arc;

use super::condition::{Test, TestKind};
use super::function::Reader;
use super::read::is_number;
use super::scope::State;
use super::standing::Runs;
use super::{Callee, IntegerType, TypeName, Value};
use crate::syntax::go::Node;

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

impl<'t> Reader<'_, 't> {
    /// Conversions and built-in functions; `None` when `name` is something else.
    pub(super) fn predeclared_call(
        &mut self,
        name: &str,
        node: Node<'t>,
        arguments: &[Node<'t>],
    ) -> Option<State> {
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
            if IntegerType::named(name).is_some_and(|it| !keeps(it, &state.value)) {
                let callee = Arc::new(Callee::Own { name: name.to_owned() });
                let (arguments, span) = (Arc::from([state.value]), self.context.span(node));
                state.value = Value::Call { callee, arguments, span };
            }
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
                // Functions in a list are there to be called.
                self.callbacks(&arguments[1..], &[], Runs::Later);
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

/// Whether a value is a number that a type certainly holds.
fn keeps(integer: IntegerType, value: &Value) -> bool {
    matches!(value, Value::Literal(it) if it.value.parse().is_ok_and(|number| integer.converted(number) == number))
}

/// Whether a package is of the standard library.
#[must_use]
pub fn is_standard(path: &str) -> bool {
    let first = path.split('/').next().unwrap_or(path);
    !first.contains('.') && STANDARD_LIBRARY.contains(&first)
}

pub(super) fn predeclared(name: &str) -> TypeName {
    TypeName { package: String::new(), name: name.to_owned() }
}
