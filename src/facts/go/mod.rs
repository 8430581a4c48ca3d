//! What one Go file says about the network.
//!
//! Nothing is resolved here: an address that is not a literal stays a [`Value`], which
//! `model::resolve` evaluates once per workload.

mod assignment;
mod branch;
mod call;
mod channel;
mod closure;
mod collecting;
mod command_line;
mod comparison;
mod composite;
mod condition;
mod context;
mod demand;
mod duration;
mod expression;
mod failure;
mod function;
mod head;
mod integer;
mod literal;
mod nolint;
mod outline;
mod parts;
mod paths;
mod predeclared;
mod read;
mod returns;
mod rounds;
mod scope;
mod setting;
mod standing;
#[cfg(test)]
mod tests;
mod unused;
mod value;
mod waiting;

pub use context::import_names;
pub use demand::Demand;
pub use failure::Failure;
pub use head::{BuildTags, Head, is_built, scan};
pub use integer::IntegerType;
pub use outline::{Before, Mention, Outline, OutlinedFunction, outline};
pub use paths::path_literals;
pub use predeclared::is_standard;
pub use read::{is_number, of_head, read, read_without};
pub use setting::{fills_by_name, sets_for_others};
pub use standing::{Premise, Standing};
pub use value::{Arm, CALLED_WITH, CALLED_WITH_MORE, Condition, Environ, Flag, Unknown, Value};

use std::sync::Arc;

use crate::source::{Span, Spanned};

/// The facts of one `.go` file.
#[derive(Clone, Debug, Default)]
pub struct GoFile {
    /// The package clause; `None` when the file has none that can be read.
    pub package: Option<Spanned<String>>,
    /// Import specifications.
    pub imports: Vec<Import>,
    /// The expression of a `//go:build` line, as written.
    pub constraint: Option<Spanned<String>>,
    /// The name in `func main()` of a `package main`.
    pub main: Option<Span>,
    /// Whether declarations and functions were read; a file that nothing needs has its head alone
    /// (package, imports, constraint, `main`). The bodies of functions that can have nothing to do
    /// with the network may be left out all the same.
    pub in_full: bool,
    /// Package-level constants and variables.
    pub declarations: Vec<Declaration>,
    /// Struct types, with field types and tags.
    pub structs: Vec<Struct>,
    /// Functions and methods. What the initial values of package variables call
    /// (`var command = &cobra.Command{Run: func(...) {...}}`) stands in further functions called
    /// `init`, since it runs when `init` runs.
    pub functions: Vec<Function>,
    /// Lines that drop an error on purpose and say so: `//nolint:errcheck`.
    pub waived_errors: Vec<Span>,
    /// Literals that may be the path of a request, each with its place between the quotes; those of a file that has its
    /// head alone, too.
    pub paths: Vec<Spanned<String>>,
    /// Places that could not be read; the rest of the file still counts.
    pub errors: Vec<Spanned<String>>,
}

/// One import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The local name that the file gives it (`_` and `.` included).
    pub alias: Option<String>,
    /// The import path; the span holds the quotes too.
    pub path: Spanned<String>,
    /// Whether it stands in an `import (...)` block, where another may follow on a line of its own.
    pub grouped: bool,
}

/// A package-level constant or variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Declaration {
    /// Its name.
    pub name: Spanned<String>,
    /// Its initial value.
    pub value: Value,
    /// Whether it is a constant; a variable may be assigned elsewhere.
    pub constant: bool,
    /// Its declared type, or the type its value shows.
    pub type_name: Option<TypeName>,
    /// The first pattern of a `//go:embed` above it.
    pub embedded: Option<Spanned<String>>,
}

/// A named type, pointer stars removed: `*http.Server` is `net/http`, `Server`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TypeName {
    /// Import path; empty for the file's own package and for predeclared types.
    pub package: String,
    /// Name in that package.
    pub name: String,
}

/// A struct type.
#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    /// Its name; a struct within a struct is one of its own, named `Config.Server`.
    pub name: Spanned<String>,
    /// Its fields; an embedded field has its type's name.
    pub fields: Vec<Field>,
}

/// A field of a struct type.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Spanned<String>,
    /// Its type when that is a named one.
    pub type_name: Option<TypeName>,
    /// The type of its elements when it is a list or a map, and that is a named one.
    pub element: Option<TypeName>,
    /// The tag without its quotes.
    pub tag: Option<Spanned<String>>,
    /// Whether the field is embedded.
    pub embedded: bool,
}

/// A function or method; a function literal belongs to the function around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: Spanned<String>,
    /// The receiver's variable name and type.
    pub receiver: Option<(String, TypeName)>,
    /// The names of its type parameters, in order.
    pub type_parameters: Vec<String>,
    /// Parameters in order; one of an unnamed type has `None`.
    pub parameters: Vec<Parameter>,
    /// First result's type when that is a named one.
    pub result_type: Option<TypeName>,
    /// The values of each `return` statement (of this function, not of literals in it). Returns that
    /// only hand on an error (`return nil, err`) are left out, and returns by one condition on one
    /// value are one: `if v := os.Getenv(key); v != "" { return v }; return def` is a single
    /// [`Value::Environment`] with its default.
    pub returns: Vec<Vec<Value>>,
    /// Every call in the body that names a package function, a function of the own package, or a
    /// method, in source order.
    pub calls: Vec<Call>,
    /// Assignments to struct fields (`cfg.Port = x`, `s.addr = addr`): receiver, field, value.
    pub field_writes: Vec<FieldWrite>,
    /// Assignments to package variables of the own package (`port = os.Getenv("PORT")` in `init`,
    /// `flag.StringVar(&addr, ...)`), with the value that the variable then has.
    pub variable_writes: Vec<(Spanned<String>, Value)>,
    /// Variables of other packages that are assigned to, each with the path of its package:
    /// `http.DefaultServeMux = http.NewServeMux()`.
    pub foreign_writes: Vec<(String, Spanned<String>)>,
    /// Assignments through a parameter that is a pointer (`*target = os.Getenv(key)`): the parameter,
    /// from 0, and the value.
    pub pointer_writes: Vec<(usize, Value)>,
    /// Variables of the environment without which it ends the program.
    pub demands: Vec<Demand>,
    /// What held when it came to each of those of its `return` statements that may be of no error.
    pub completions: Vec<Option<Arc<Premise>>>,
    /// Composite literals of named struct types, in source order: who makes a `Server`. Besides what names
    /// functions that may so be run: lists, maps, arguments of a function in a variable.
    pub literals: Vec<Value>,
    /// The arguments of calls of os/signal that name a channel from which nobody receives, or whose signal ends the
    /// program and does nothing more.
    pub without_shutdown: Vec<Span>,
    /// Whether it asks for signals and does one thing or another by the one that came.
    pub tells_signals_apart: bool,
    /// The calls whose result it throws away, or keeps in a variable and does no more with than close it.
    pub never_used: Vec<Span>,
    /// The last place at which it waits for what runs beside it, its end where what it defers does.
    pub last_wait: Option<Span>,
    /// The whole declaration.
    pub span: Span,
}

impl Function {
    /// Whether it is none that is written as one, but the initial value of a variable of the package.
    #[must_use]
    pub fn is_initial_value(&self) -> bool {
        self.name.span.is_empty()
    }
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parameter {
    /// Its name, empty when it has none.
    pub name: String,
    /// Its type when that is a named one.
    pub type_name: Option<TypeName>,
    /// Whether it is variadic.
    pub variadic: bool,
}

/// `receiver.field = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldWrite {
    /// What is assigned to.
    pub receiver: Value,
    /// The type of the receiver, when it shows.
    pub receiver_type: Option<TypeName>,
    /// The field.
    pub field: Spanned<String>,
    /// The value.
    pub value: Value,
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub callee: Callee,
    /// The arguments in order.
    pub arguments: Arc<[Value]>,
    /// Byte ranges of the arguments as written.
    pub argument_spans: Vec<Span>,
    /// What happens to the results.
    pub usage: Usage,
    /// The call expression.
    pub span: Span,
    /// The callee as written (`http.ListenAndServe`).
    pub callee_span: Span,
    /// The statement that holds the call, when the call is a statement of its own (`go`/`defer`
    /// included); what a fix replaces.
    pub statement: Option<Span>,
    /// Whether the call stands in a function literal (a handler, a goroutine's body).
    pub in_literal: bool,
    /// What may leave the call out, and what does not wait for it.
    pub standing: Standing,
    /// What its type argument names: `env.ParseAs[Config]()`.
    pub type_argument: Option<TypeName>,
    /// When it is called, for calls that have to do with configuration; `None` when no `if` is around it.
    pub condition: Option<Condition>,
    /// What becomes of the program when it fails; `None` when the program goes on, or that is not known.
    pub failure: Option<Failure>,
    /// What held when the program came to the call, as far as the source tells.
    pub premise: Option<Arc<Premise>>,
}

impl Call {
    /// What decides whether the call is run, the innermost condition first; not what the program demands before it.
    pub fn premises(&self) -> impl Iterator<Item = &Premise> {
        self.passed().filter(|it| !it.is_demanded)
    }

    /// All that held when the program came to the call, the innermost condition first.
    pub fn passed(&self) -> impl Iterator<Item = &Premise> {
        Premise::all(self.premise.as_ref())
    }
}

/// What a call names.
#[derive(Clone, Debug, PartialEq)]
pub enum Callee {
    /// A function of an imported package: `http.ListenAndServe`.
    Imported {
        /// Import path.
        package: String,
        /// Function name.
        name: String,
    },
    /// A function of the file's own package.
    Own {
        /// Function name.
        name: String,
    },
    /// A method, or a function in a field.
    Method {
        /// What it is called on.
        receiver: Arc<Value>,
        /// The receiver's type, when it shows (constructor, declaration, parameter, field).
        receiver_type: Option<TypeName>,
        /// Method name.
        name: String,
    },
}

impl Callee {
    /// The name behind the last dot.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Imported { name, .. } | Self::Own { name } | Self::Method { name, .. } => name,
        }
    }
}

/// What the surrounding code does with a call's results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Usage {
    /// A statement of its own: every result is dropped.
    Statement,
    /// All results go to `_`.
    Blank,
    /// `go f()`.
    Go,
    /// `defer f()`.
    Defer,
    /// Something looks at a result.
    Used,
}
