//! A Go expression, kept as what the source says.

use std::sync::Arc;

use super::{Callee, TypeName};
use crate::facts::catalogue::{FlagParts, FlagRules, Input};
use crate::source::{Span, Spanned};

/// A small symbolic expression.
///
/// Local variables are replaced by what was assigned to them where the function shows it; what
/// the function cannot show (package names, parameters, fields, calls) stays a reference for the
/// model to follow. A value is copied to wherever its variable is used, so that its parts are shared.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A string, rune or number literal; numbers as their decimal text. The span is the text
    /// between the quotes where that text stands verbatim in the file, else the whole literal.
    Literal(Spanned<String>),
    /// `a + b` of strings, in order.
    Concat(Vec<Value>),
    /// `a + b` of whole numbers of which one at least is not known here.
    Sum(Vec<Value>, Span),
    /// `fmt.Sprintf(format, arguments...)` and `fmt.Sprint`-like calls with a literal format.
    Format {
        /// The format.
        format: Box<Value>,
        /// What is formatted.
        arguments: Vec<Value>,
        /// The call.
        span: Span,
    },
    /// `net.JoinHostPort(host, port)`.
    JoinHostPort {
        /// Host.
        host: Box<Value>,
        /// Port.
        port: Box<Value>,
        /// The call.
        span: Span,
    },
    /// A constant, variable or function of a package, by name.
    Name {
        /// Import path; empty for the file's own package.
        package: String,
        /// The name.
        name: Spanned<String>,
    },
    /// Parameter number `index` of the enclosing function.
    Parameter {
        /// From 0; receivers do not count.
        index: usize,
        /// Where it is used.
        span: Span,
    },
    /// The receiver of the enclosing method.
    Receiver {
        /// Its type.
        type_name: TypeName,
        /// Where it is used.
        span: Span,
    },
    /// `receiver.field`.
    Field {
        /// Left of the dot.
        receiver: Arc<Value>,
        /// The receiver's type when it shows.
        receiver_type: Option<TypeName>,
        /// Right of the dot.
        field: Spanned<String>,
    },
    /// A composite literal `T{Field: value}` or `&T{...}`, with later `x.Field = value` of the same
    /// function folded in.
    Struct {
        /// The type; `None` for an anonymous one.
        type_name: Option<TypeName>,
        /// Fields by name.
        fields: Vec<(Spanned<String>, Value)>,
        /// The literal.
        span: Span,
    },
    /// `[]string{a, b}` and other lists.
    List(Vec<Value>, Span),
    /// A read of the process environment, in whatever shape: `os.Getenv`, `LookupEnv`, a struct tag.
    Environment(Box<Environ>),
    /// A command line flag.
    Flag(Box<Flag>),
    /// One word of the command line: `os.Args[1]`, `flag.Arg(0)`.
    Argument {
        /// Which, from 0; the program's name is number 0 of all words.
        index: usize,
        /// Whether only the words behind the flags count, as package flag leaves them.
        behind_flags: bool,
        /// Where it is taken.
        span: Span,
    },
    /// The words of the command line from some on: `os.Args[1:]`, `flag.Args()`.
    Arguments {
        /// The first, from 0.
        from: usize,
        /// As in [`Value::Argument`].
        behind_flags: bool,
        /// Where they are taken.
        span: Span,
    },
    /// A call whose (first) result is the value; the model follows it when the callee is of the
    /// module, and reads the catalogue otherwise (`strconv.Itoa`, `strings.TrimSpace`, `gin.New`).
    Call {
        /// What is called.
        callee: Arc<Callee>,
        /// The arguments.
        arguments: Arc<[Value]>,
        /// The call.
        span: Span,
    },
    /// A further result of a call with several.
    Result {
        /// The call, a [`Value::Call`].
        call: Arc<Value>,
        /// Which result, from 0; never 0, which the call itself stands for.
        index: usize,
        /// Where it is taken.
        span: Span,
    },
    /// An element of a list or map: `ports["web"]`, `args[0]`.
    Element {
        /// The list or map.
        of: Arc<Value>,
        /// Index or key; `None` for each element in turn, as in a loop.
        key: Option<Box<Value>>,
        /// The expression, or the loop's variable.
        span: Span,
    },
    /// What a call makes of a variable whose address it gets: `mustMap(&addr, "ADDR")`.
    Filled {
        /// The call, a [`Value::Call`].
        call: Arc<Value>,
        /// The argument that holds the address, from 0.
        argument: usize,
        /// Where the address is taken.
        span: Span,
    },
    /// The first that is neither empty nor the zero number: `cmp.Or(a, b)`, and `if v == "" { v = d }`
    /// for a `v` that is no plain read of the environment.
    FirstNonEmpty(Vec<Value>, Span),
    /// One of several: the first whose condition holds, as in `if`, `else if`, `else`.
    Choice(Vec<Arm>, Span),
    /// A truth value: `os.Getenv("ENV") == "production"`.
    Truth(Box<Condition>, Span),
    /// A function literal that a library calls with a text: what it returns. [`CALLED_WITH`] stands in it for the
    /// text, and [`CALLED_WITH_MORE`] for the other arguments.
    Function(Arc<[Value]>, Span),
    /// What cannot be said.
    Unknown(Unknown),
}

/// Why the first parameter of a function literal is not known that a library calls.
pub const CALLED_WITH: &str = "a library says it";

/// Why the other parameters of such a literal are not known.
pub const CALLED_WITH_MORE: &str = "a library says it, too";

/// One value of a [`Value::Choice`].
#[derive(Clone, Debug, PartialEq)]
pub struct Arm {
    /// When it is this one; `None` for what remains when no arm before it holds.
    pub condition: Option<Condition>,
    /// The value.
    pub value: Value,
}

/// What decides between values, as far as the source shows.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// The value is empty, or zero.
    Empty(Value),
    /// The environment variable of this read is not set (`LookupEnv`).
    Unset(Value),
    /// The value could not be made (`err != nil`).
    Failed(Value),
    /// Both have the same text.
    Equal(Value, Value),
    /// The text is `true`.
    Holds(Value),
    /// The other does not hold.
    Not(Box<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// One of them holds.
    Any(Vec<Condition>),
    /// Nothing that can be told.
    Unknown(Span),
}

impl Condition {
    /// The opposite.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Not(inner) => *inner,
            Self::Unknown(span) => Self::Unknown(span),
            it => Self::Not(Box::new(it)),
        }
    }

    /// Whether anything of it can be told; whether something fails, nobody can.
    pub(super) fn tells(&self) -> bool {
        match self {
            Self::Unknown(_) | Self::Failed(_) => false,
            Self::Not(inner) => inner.tells(),
            Self::All(parts) | Self::Any(parts) => parts.iter().any(Self::tells),
            _ => true,
        }
    }

    /// That all of several hold; `None` when there are none.
    #[must_use]
    pub fn all(mut parts: Vec<Self>) -> Option<Self> {
        match parts.len() {
            0 => None,
            1 => parts.pop(),
            _ => Some(Self::All(parts)),
        }
    }

    /// Whether it holds only where something could not be made.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Failed(_) => true,
            Self::All(parts) => parts.iter().any(Self::is_failure),
            _ => false,
        }
    }
}

/// A read of an environment variable.
#[derive(Clone, Debug, PartialEq)]
pub struct Environ {
    /// The variable's name.
    pub key: Value,
    /// What the program uses when the variable is not set.
    pub default: Option<Value>,
    /// Whether the default also holds when the variable is set but empty
    /// (`if v == ""`, `cmp.Or`), as opposed to `LookupEnv`.
    pub empty_is_unset: bool,
    /// Whether the default also holds for a text that is no whole number: `n, err := strconv.Atoi(v)`, and an `n` of its
    /// own for an error.
    pub for_numbers: bool,
    /// Whether the function ends when the variable is missing or empty (`if v == "" { log.Fatal() }`), so
    /// that the value is never empty where it is used.
    pub required: bool,
    /// The reading expression.
    pub span: Span,
}

/// The definition of a command line flag.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Its name, then its other names; several may stand in one text with commas.
    pub names: Vec<Value>,
    /// Its default.
    pub default: Option<Value>,
    /// The environment variable that counts when the flag is not given; of several (a list, or commas)
    /// the first that is set.
    pub variable: Option<Value>,
    /// Whether the program refuses to run without it.
    pub required: bool,
    /// How it is read off the command line.
    pub rules: FlagRules,
    /// The definition.
    pub span: Span,
}

impl Flag {
    /// A flag of these parts, defined at `span`.
    #[must_use]
    pub fn new(parts: &FlagParts<'_>, rules: FlagRules, span: Span) -> Self {
        Self {
            names: parts.names.iter().copied().cloned().collect(),
            default: parts.default.cloned(),
            variable: parts.variable.cloned(),
            required: parts.required,
            rules,
            span,
        }
    }

    /// Its parts.
    #[must_use]
    pub fn parts(&self) -> FlagParts<'_> {
        FlagParts {
            names: self.names.iter().collect(),
            default: self.default.as_ref(),
            variable: self.variable.as_ref(),
            required: self.required,
        }
    }

    /// The values that it is made of.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.names.iter().chain(&self.default).chain(&self.variable)
    }
}

/// Why a value is not known; the text completes "not resolved: ...".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// The reason, in words a user understands.
    pub reason: String,
    /// The expression.
    pub span: Span,
    /// What brings it from outside of the project, where that is known.
    pub input: Option<Input>,
}

impl Unknown {
    /// What cannot be said, of which nothing shows where it comes from.
    #[must_use]
    pub fn new(reason: impl Into<String>, span: Span) -> Self {
        Self { reason: reason.into(), span, input: None }
    }
}

impl Value {
    /// Where the expression stands; of several places the first.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Literal(it) => Some(it.span),
            Self::Concat(parts) => parts.first().and_then(Self::span),
            Self::Name { name, .. } => Some(name.span),
            Self::Field { field, .. } => Some(field.span),
            Self::Environment(it) => Some(it.span),
            Self::Flag(it) => Some(it.span),
            Self::Unknown(it) => Some(it.span),
            Self::Format { span, .. }
            | Self::JoinHostPort { span, .. }
            | Self::Parameter { span, .. }
            | Self::Receiver { span, .. }
            | Self::Struct { span, .. }
            | Self::List(_, span)
            | Self::Argument { span, .. }
            | Self::Arguments { span, .. }
            | Self::Call { span, .. }
            | Self::Result { span, .. }
            | Self::Filled { span, .. }
            | Self::Element { span, .. }
            | Self::FirstNonEmpty(_, span)
            | Self::Sum(_, span)
            | Self::Choice(_, span)
            | Self::Function(_, span)
            | Self::Truth(_, span) => Some(*span),
        }
    }
}
