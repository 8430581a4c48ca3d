//! What a Go expression is worth in one workload.
//!
//! A [`Value`] is evaluated where it stands: in a function, called from somewhere, or in the
//! initial value of a package variable. What cannot be told leaves a hole in the text, so that
//! `http://localhost:3002/users/<hole>` still says whom it dials.

mod asked;
mod call;
mod command_line;
mod condition;
mod config;
mod element;
mod environment;
mod field;
mod flag;
mod format;
mod input;
mod integer;
mod memory;
mod opened;
mod overwrite;
mod place;

pub use condition::{Demand, InWorld};
pub use config::{ConfigFiles, tag_value};
pub use field::Head;
pub use place::Located;

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;

pub(in crate::model) use self::asked::Answers;
use self::asked::Questions;
use self::element::Elements;
pub use self::memory::Shared;
use self::memory::{How, Memory, Seen};
pub(in crate::model) use self::opened::{looks_by_reflection, may_set};
use crate::facts::catalogue::Input;
use crate::facts::go::{Declaration, Function, Unknown, Value};
use crate::model::go::{FunctionId, PackageId, Packages, Reachable, Targets, TypeRef};
use crate::model::{ContainerFiles, Environment};
use crate::net::HOLE;
use crate::source::{Confidence, Span, Text};

/// What a workload gives to its program.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'s> {
    /// Its environment.
    pub environment: &'s Environment,
    /// The program's arguments, its name excluded; `None` when they are not known.
    pub arguments: Option<&'s [Text]>,
    /// The files that the program finds.
    pub files: &'s ContainerFiles<'s>,
}

/// Where a value stands.
#[derive(Debug)]
pub enum Frame<'w> {
    /// In the initial value of a package's variable.
    Package(PackageId),
    /// In a function.
    Function {
        /// The function.
        function: FunctionId,
        /// The call that runs it, when one is singled out.
        call: Option<Bound<'w>>,
    },
}

/// A call that a function is looked at through.
#[derive(Debug)]
pub struct Bound<'w> {
    /// The arguments.
    pub arguments: &'w [Value],
    /// What the method is called on.
    pub receiver: Option<&'w Value>,
    /// The call.
    pub span: Span,
    /// Where the call stands.
    pub frame: Rc<Frame<'w>>,
    /// Number of calls that lead here, this one included.
    calls: u32,
}

impl Frame<'_> {
    /// Number of calls that a function is looked at through.
    fn calls(&self) -> u32 {
        match self {
            Self::Function { call: Some(bound), .. } => bound.calls,
            Self::Function { call: None, .. } | Self::Package(_) => 0,
        }
    }
}

/// A text that may have holes, and how it was come by.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The text; [`HOLE`] stands for each part that is not known.
    pub text: Text,
    /// As in [`crate::model::Resolved`].
    pub via: Vec<Span>,
    /// As in [`crate::model::Resolved`].
    pub confidence: Confidence,
    /// Why the first hole is one; `None` when there is none.
    pub unknown: Option<Unknown>,
    /// Whether a hole is the parameter or receiver of the function that the evaluation began in.
    pub needs_caller: bool,
}

/// Evaluates values for one program in one workload.
pub struct Evaluator<'w> {
    /// All packages.
    pub packages: &'w Packages<'w>,
    /// The functions that the program may run.
    pub reachable: &'w Reachable<'w>,
    /// The configuration files that the program may find.
    pub files: ConfigFiles<'w>,
    /// What one evaluation may still do; the bound on hostile or very tangled source.
    steps: Cell<u32>,
    /// What all evaluations together have done.
    steps_taken: Cell<u64>,
    /// What was worked out before, and what is being evaluated.
    memory: Memory<'w>,
    /// What the world that is looked at was decided to be; see [`Evaluator::in_worlds`].
    decisions: RefCell<Option<Vec<condition::Decision>>>,
    /// The flags that the program defines, once they were asked for.
    flags: Gathered<Vec<flag::FlagDefinition<'w>>>,
    /// Whether holes say what brings them.
    traces: Cell<bool>,
    /// The structs that calls fill with what comes from outside, once they were asked for.
    filled_structs: Gathered<Vec<(TypeRef<'w>, Input)>>,
    /// What of the program has to do with configuration.
    bindings: Gathered<config::Bindings<'w>>,
    /// What code that is not followed may set.
    opened: Gathered<opened::Opened<'w>>,
}

/// What holds for every evaluation, once it was asked for, and what the workload was asked for it.
type Gathered<T> = OnceCell<(T, Questions)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Active {
    Callers(FunctionId, usize),
    /// A field, or another value of which only the value matters.
    Field(*const Value),
    /// A value that the program gives to a field.
    Source(*const Value),
    /// The names of `.env` files.
    Dotenv,
    /// The calls that read configuration.
    Bindings,
    /// The definitions of flags.
    Flags,
    /// The structs that calls fill with what comes from outside.
    FilledStructs,
    /// What code that is not followed may set.
    Opened,
}

impl Active {
    /// Whether it is something that holds for every evaluation.
    fn is_gathering(self) -> bool {
        matches!(self, Self::Bindings | Self::Flags | Self::FilledStructs | Self::Opened)
    }
}

/// Deep enough for every chain seen in public repositories, shallow enough for any stack.
const MAXIMUM_DEPTH: u32 = 40;

const MAXIMUM_STEPS: u32 = 4_000;

impl<'w> Evaluator<'w> {
    /// An evaluator, which knows what others have worked out for the same functions in other workloads.
    #[must_use]
    pub fn new(
        packages: &'w Packages<'w>,
        reachable: &'w Reachable<'w>,
        setting: Setting<'w>,
        shared: &Shared<'w>,
    ) -> Self {
        let files = ConfigFiles::default();
        let (steps, steps_taken) = (Cell::new(0), Cell::new(0));
        let (memory, decisions) = (Memory::new(setting, shared), RefCell::default());
        let (flags, bindings) = (OnceCell::new(), OnceCell::new());
        let (traces, filled_structs, opened) = (Cell::new(false), OnceCell::new(), OnceCell::new());
        Self {
            packages,
            reachable,
            files,
            steps,
            steps_taken,
            memory,
            decisions,
            flags,
            traces,
            filled_structs,
            bindings,
            opened,
        }
    }

    /// The text of `value` as far as it is known.
    pub fn outline(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Outcome {
        self.begin();
        self.text(value, frame, MAXIMUM_DEPTH)
    }

    /// What `value` is, without making it a text; see [`Head`].
    pub fn origin(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Head<'w> {
        self.begin();
        self.deep_head(value, frame, MAXIMUM_DEPTH)
    }

    /// What holds for every evaluation, and is gathered when it is first asked for; `None` while that is going on.
    fn gathered<'e, T>(
        &self,
        known: &'e Gathered<T>,
        key: Active,
        gather: impl FnOnce() -> T,
    ) -> Option<&'e T> {
        let (gathered, asked) = match known.get() {
            Some(known) => known,
            None => {
                let gathered = self.memory.once(key, || self.aside(gather))?;
                known.get_or_init(|| gathered)
            }
        };
        self.memory.ask(*asked);
        Some(gathered)
    }

    /// Works something out that holds for every evaluation, in the middle of one; and what the workload
    /// was asked for it.
    fn aside<T>(&self, work: impl FnOnce() -> T) -> (T, Questions) {
        let steps = self.steps.replace(20 * MAXIMUM_STEPS);
        let aside = self.memory.set_aside();
        let decisions = self.decisions.take();
        let out = work();
        self.steps.set(steps);
        *self.decisions.borrow_mut() = decisions;
        (out, self.memory.resume(aside))
    }

    /// Runs `work` on a value unless that is going on already.
    fn once<T>(&self, value: &'w Value, work: impl FnOnce() -> T) -> Option<T> {
        self.memory.once(Active::Field(std::ptr::from_ref(value)), work)
    }

    /// What a call runs that is written in `frame`.
    pub fn targets(&self, callee: &'w crate::facts::go::Callee, frame: &Frame<'w>) -> Targets<'w> {
        self.packages.targets(self.package_of(frame), self.function_of(frame), callee)
    }

    /// The frame of `function` seen through a chain of calls, the innermost first: each call and
    /// the function it stands in.
    #[must_use]
    pub fn frame(function: FunctionId, chain: &[(FunctionId, &'w crate::facts::go::Call)]) -> Rc<Frame<'w>> {
        let call = chain.split_first().map(|((caller, call), rest)| Bound {
            arguments: &call.arguments,
            receiver: match &call.callee {
                crate::facts::go::Callee::Method { receiver, .. } => Some(receiver),
                _ => None,
            },
            span: call.span,
            frame: Self::frame(*caller, rest),
            calls: chain.len() as u32,
        });
        Rc::new(Frame::Function { function, call })
    }

    fn text(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let Some(depth) = self.deeper(depth) else {
            return Outcome::hole("it is too far from its source", value.span());
        };
        match value {
            Value::Name { .. }
            | Value::Field { .. }
            | Value::Call { .. }
            | Value::Result { .. }
            | Value::Element { .. }
            | Value::Filled { .. }
            | Value::Choice(..) => {
                let read = || self.read(value, frame, depth);
                self.memory.recall(value, frame, Seen::Alone, self.how(depth), read)
            }
            _ => self.read(value, frame, depth),
        }
    }

    /// As [`Self::text`], which knows how deep it may go.
    fn read(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        match value {
            Value::Literal(it) => Outcome::known(Text::new(it.value.clone(), it.span)),
            Value::Concat(parts) => {
                let mut out = Outcome::known(Text::default());
                parts.iter().for_each(|it| out.append(self.text(it, frame, depth)));
                out
            }
            Value::Format { format, arguments, span } => {
                self.formatted(format, arguments, *span, frame, depth)
            }
            Value::JoinHostPort { host, port, span } => self.host_port(host, port, *span, frame, depth),
            Value::Name { package, name } => {
                let owner = self.packages.import(self.package_of(frame), package);
                let Some(owner) = owner else {
                    return Outcome::hole("it is a name of another module", Some(name.span));
                };
                self.variable(owner, &name.value, name.span, depth)
            }
            Value::Parameter { index, span } => self.parameter(value, *index, *span, frame, depth),
            Value::Field { receiver, field, .. } => self.field(value, receiver, field, frame, depth),
            Value::List(parts, _) => {
                let mut out = Outcome::known(Text::default());
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        out.text.push(",", part.span().unwrap_or_else(|| span_of(value)));
                    }
                    out.append(self.text(part, frame, depth));
                }
                out
            }
            Value::Environment(read) => self.environment(read, frame, depth),
            Value::Flag(it) => self.flag(&it.parts(), it.rules, it.span, frame, depth),
            Value::Argument { index, behind_flags, span } => self.argument_text(*index, *behind_flags, *span),
            Value::Arguments { span, .. } => Outcome::hole("it is a list of arguments", Some(*span)),
            Value::Call { callee, arguments, span } => {
                let outcome = self.call(callee, arguments, *span, frame, depth);
                self.traced(outcome, value, frame, depth)
            }
            Value::Result { call, index, span } => {
                let outcome = self.further_result(call, *index, *span, frame, depth);
                self.traced(outcome, value, frame, depth)
            }
            Value::Element { of, key, span } => {
                let outcome = self.element(of, key.as_deref(), *span, frame, depth);
                self.traced(outcome, value, frame, depth)
            }
            Value::Filled { call, argument, span } => {
                let outcome = self.filled(call, *argument, *span, frame, depth);
                self.traced(outcome, value, frame, depth)
            }
            Value::Sum(parts, span) => self.sum(parts, *span, frame, depth),
            Value::FirstNonEmpty(parts, span) => self.first_non_empty(parts, *span, frame, depth),
            Value::Choice(arms, span) => self.chosen(arms, *span, frame, depth),
            Value::Truth(condition, span) => self.truth(condition, *span, frame, depth),
            Value::Function(_, span) => Outcome::hole("it is a function", Some(*span)),
            Value::Struct { .. } => self.structure_text(value, frame, depth),
            Value::Receiver { span, .. } => {
                self.traced(Outcome::hole("it is no text", Some(*span)), value, frame, depth)
            }
            Value::Unknown(it) => Outcome::hole(&it.reason, Some(it.span)).from(it.input),
        }
    }

    /// The sum of whole numbers; it stands where the first of them does.
    fn sum(&self, parts: &'w [Value], span: Span, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let mut out = Outcome::known(Text::default());
        let mut sum = Some(0_u64);
        let mut written = None;
        for part in parts {
            let part = self.text(part, frame, depth);
            sum = sum.and_then(|sum| sum.checked_add(part.text.as_str().parse().ok()?));
            written = written.or_else(|| part.text.span());
            out.join(&part);
        }
        match (sum, &out.unknown) {
            (Some(sum), None) => Outcome { text: Text::new(sum.to_string(), written.unwrap_or(span)), ..out },
            (_, Some(_)) => Outcome { text: Outcome::hole("", Some(span)).text, ..out },
            (None, None) => Outcome::hole("it is calculated", Some(span)),
        }
    }

    /// The first text that is neither empty nor zero, else the last; what was empty is on the way to it.
    fn first_non_empty(&self, parts: &'w [Value], span: Span, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let mut last = Outcome::known(Text::new("", span));
        for part in parts {
            // `for _, it := range list { if it != "" { return it } }`: the elements come one after the other.
            let elements = match part {
                Value::Element { of, key: None, span } => self.elements_of(of, None, *span, frame, depth),
                _ => Elements::Of(vec![(part, Rc::clone(frame))]),
            };
            let elements = match elements {
                Elements::Of(elements) => elements,
                Elements::Text(_) | Elements::Unknown(_) => vec![(part, Rc::clone(frame))],
            };
            for (part, frame) in elements {
                let passed = last;
                last = self.text(part, &frame, depth);
                last.join(&passed);
                if last.unknown.is_some() || !matches!(last.text.as_str(), "" | "0") {
                    return last;
                }
            }
        }
        last
    }

    /// A package constant or variable.
    fn variable(&self, package: PackageId, name: &'w str, span: Span, depth: u32) -> Outcome {
        let Some(declaration) = self.packages.declaration(package, name) else {
            return Outcome::hole("its declaration was not found", Some(span));
        };
        let initial = Rc::new(Frame::Package(package));
        if declaration.constant {
            return self.text(&declaration.value, &initial, depth);
        }
        let outcome = self.variable_by_code(package, name, declaration, span, depth);
        match self.files.facts.is_some_and(|it| it.linked_variables.contains(name)) {
            true => Self::assumed(outcome),
            false => outcome,
        }
    }

    /// What code gives to a package variable.
    fn variable_by_code(
        &self,
        package: PackageId,
        name: &'w str,
        declaration: &'w Declaration,
        span: Span,
        depth: u32,
    ) -> Outcome {
        let initial = Rc::new(Frame::Package(package));
        // `if v := os.Getenv("PORT"); v != "" { port = v }` mentions the variable's old value.
        let counts = |(function, value): &&(FunctionId, &'w Value)| {
            self.reachable.contains(*function)
                && self.fills(value, *function)
                && !self.is_source_active(value)
        };
        let mut writes: Vec<_> =
            self.packages.variable_writes(package, name).iter().filter(counts).copied().collect();
        // What is assigned under a condition says itself what holds otherwise.
        let before = |it: &Value| matches!(it, Value::Name { package, name: it } if package.is_empty() && it.value == name);
        if let Some(at) = writes.iter().rposition(|(_, value)| field::is_override(value, before)) {
            writes = vec![writes.swap_remove(at)];
        }
        if writes.is_empty() {
            return self.text(&declaration.value, &initial, depth);
        }
        let writes = writes
            .into_iter()
            .map(|(function, value)| (value, Rc::new(Frame::Function { function, call: None })));
        let outcomes = self.outcomes_of(writes.collect(), depth);
        let outcome = self.one_of(outcomes, "it is assigned in several places", span, None);
        // `var port = "80"; func init() { if p := os.Getenv("PORT"); p != "" { port = p } }`: who
        // gives a variable a value at first does not mean an empty one later.
        if outcome.unknown.is_none() && outcome.text.as_str().is_empty() {
            let first = self.text(&declaration.value, &initial, depth);
            let mut first = Outcome { confidence: first.confidence.min(Confidence::Likely), ..first };
            first.via.extend(outcome.via);
            return first;
        }
        outcome
    }

    /// Evaluates outside the function that the evaluation began in.
    fn inner(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        self.memory.apart(|| self.outside(value, frame, depth))
    }

    fn outside(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let mut outcome = self.text(value, frame, depth);
        if outcome.needs_caller {
            outcome.needs_caller = false;
            if let Frame::Function { function, call: None } = **frame {
                let work = || self.over_callers(function, value, depth);
                return self.memory.recall(value, frame, Seen::ByCallers, self.how(depth), work);
            }
        }
        outcome
    }

    /// Evaluates in a function of which every caller counts, and as long as these hand on what they are
    /// given themselves, every caller of theirs.
    fn over_callers(&self, function: FunctionId, value: &'w Value, depth: u32) -> Outcome {
        let key = Active::Callers(function, std::ptr::from_ref(value) as usize);
        let outcome = self.memory.once(key, || self.over_chain(function, value, &[], depth));
        outcome.unwrap_or_else(|| Outcome::hole("a function calls itself", Some(span_of(value))))
    }

    fn over_chain(
        &self,
        function: FunctionId,
        value: &'w Value,
        chain: &[(FunctionId, &'w crate::facts::go::Call)],
        depth: u32,
    ) -> Outcome {
        let outer = chain.last().map_or(function, |(caller, _)| *caller);
        let known = |it: FunctionId| it == function || chain.iter().any(|(caller, _)| *caller == it);
        let callers = self.reachable.likely_callers(outer).iter().filter(|(caller, _)| !known(*caller));
        let outcomes = callers.map(|it| {
            let longer = [chain, &[*it]].concat();
            let outcome = self.text(value, &Self::frame(function, &longer), depth);
            match self.less(depth, 4) {
                Some(depth) if outcome.needs_caller && self.step() => {
                    self.over_chain(function, value, &longer, depth)
                }
                _ => Outcome { needs_caller: false, ..outcome },
            }
        });
        let span = chain.last().map_or_else(|| span_of(value), |(_, call)| call.span);
        let outcomes: Vec<_> = outcomes.collect();
        if outcomes.is_empty() {
            return Outcome::hole("its caller decides", Some(span));
        }
        self.one_of(outcomes, "its callers differ", span, None)
    }

    fn parameter(
        &self,
        value: &'w Value,
        index: usize,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        match self.argument(index, frame) {
            Ok(Some((value, bound))) => {
                let mut outcome = self.text(value, &bound.frame, depth);
                outcome.via.insert(0, bound.span);
                outcome
            }
            Ok(None) => Outcome::hole("the argument was not found", Some(span)),
            Err(()) => {
                let outcome =
                    Outcome { needs_caller: true, ..Outcome::hole("its caller decides", Some(span)) };
                self.traced(outcome, value, frame, depth)
            }
        }
    }

    /// The call that a function is looked at through, when one is singled out.
    fn call_of<'f>(&self, frame: &'f Frame<'w>) -> Option<&'f Bound<'w>> {
        self.memory.ask_call(frame);
        match frame {
            Frame::Function { call, .. } => call.as_ref(),
            Frame::Package(_) => None,
        }
    }

    /// The argument for a parameter, and the call; `Err` when no call is singled out.
    fn argument<'f>(
        &self,
        index: usize,
        frame: &'f Frame<'w>,
    ) -> Result<Option<(&'w Value, &'f Bound<'w>)>, ()> {
        let Frame::Function { function, .. } = frame else { return Ok(None) };
        let bound = self.call_of(frame).ok_or(())?;
        let parameter = self.packages.function(*function).function.parameters.get(index);
        // Of several variadic arguments no single one is the parameter.
        if parameter.is_some_and(|it| it.variadic) && bound.arguments.len() > index + 1 {
            return Ok(None);
        }
        Ok(bound.arguments.get(index).map(|it| (it, bound)))
    }

    fn package_of(&self, frame: &Frame<'w>) -> PackageId {
        match frame {
            Frame::Package(package) => *package,
            Frame::Function { function, .. } => self.packages.function(*function).package,
        }
    }

    fn function_of(&self, frame: &Frame<'w>) -> Option<&'w Function> {
        match frame {
            Frame::Package(_) => None,
            Frame::Function { function, .. } => Some(self.packages.function(*function).function),
        }
    }

    /// Forgets what the evaluation before this one was busy with.
    fn begin(&self) {
        self.steps.set(MAXIMUM_STEPS);
        self.memory.begin();
    }

    /// How deep one may look a step further; `None` when that is too deep.
    fn deeper(&self, depth: u32) -> Option<u32> {
        self.less(depth, 1).filter(|_| self.step())
    }

    /// A depth less some steps; `None` when there are not so many left.
    fn less(&self, depth: u32, steps: u32) -> Option<u32> {
        let left = depth.checked_sub(steps);
        if left.is_none() {
            self.memory.end_here();
        }
        left
    }

    fn how(&self, depth: u32) -> How {
        How { depth, traces: self.traces.get() }
    }

    fn step(&self) -> bool {
        let left = self.steps.get();
        self.steps.set(left.saturating_sub(1));
        self.steps_taken.set(self.steps_taken.get() + 1);
        if left == 0 {
            self.memory.cut();
        }
        left > 0
    }
}

impl Outcome {
    /// A text that is known.
    #[must_use]
    pub fn known(text: Text) -> Self {
        Self { text, via: Vec::new(), confidence: Confidence::Proven, unknown: None, needs_caller: false }
    }

    /// A text that is not known at all.
    #[must_use]
    pub fn hole(reason: &str, span: Option<Span>) -> Self {
        let span = span.unwrap_or(NOWHERE);
        Self {
            text: Text::new(HOLE.to_string(), span),
            via: Vec::new(),
            confidence: Confidence::Proven,
            unknown: Some(Unknown::new(reason, span)),
            needs_caller: false,
        }
    }

    /// The same hole, which something from outside fills.
    #[must_use]
    fn from(mut self, input: Option<Input>) -> Self {
        if let Some(unknown) = &mut self.unknown {
            unknown.input = input;
        }
        self
    }

    /// Appends the text of another.
    pub fn append(&mut self, other: Self) {
        self.text.append(&other.text);
        self.join(&other);
    }

    /// Takes over how another was come by, not its text.
    fn join(&mut self, other: &Self) {
        for span in &other.via {
            if !self.via.contains(span) {
                self.via.push(*span);
            }
        }
        self.confidence = self.confidence.min(other.confidence);
        self.needs_caller |= other.needs_caller;
        if self.unknown.is_none() {
            self.unknown.clone_from(&other.unknown);
        }
    }
}

fn span_of(value: &Value) -> Span {
    value.span().unwrap_or(NOWHERE)
}

/// For the concatenation of nothing, which no source holds.
const NOWHERE: Span = Span { file: crate::source::FileId(0), start: 0, end: 0 };
