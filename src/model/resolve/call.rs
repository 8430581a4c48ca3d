//! The result of a call.

use std::rc::Rc;

use super::{Bound, Evaluator, Frame, Outcome};
use crate::facts::catalogue::{FlagPlace, PureEntry, go as catalogue};
use crate::facts::go::{Callee, IntegerType, Value};
use crate::model::go::{FunctionId, Targets, TypeRef, entry_of};
use crate::net::HOLE;
use crate::source::{Confidence, Span, Text};

/// Of more methods that a call may run, nobody can say which it does run.
const MAXIMUM_METHODS: usize = 8;

/// Pointers that are handed on further are not followed.
const DEEPEST_READER: u32 = 4;

impl<'w> Evaluator<'w> {
    pub(super) fn call(
        &self,
        callee: &'w Callee,
        arguments: &'w [Value],
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let receiver = receiver_of(callee);
        let (package, function) = (self.package_of(frame), self.function_of(frame));
        let targets = self.packages.targets(package, function, callee);
        let entry = entry_of(&targets);
        if let Some(flag) = entry.and_then(|it| it.flag.as_ref())
            && let Some(parts) = flag.of_call(callee, arguments)
        {
            return self.flag(&parts, flag.rules, span, frame, depth);
        }
        if let Some(name) = entry.and_then(|it| it.flag_read).and_then(|it| arguments.get(it)) {
            return self.flag_read(name, span, frame, depth);
        }
        if let Some(name) = self.looked_up(callee, frame) {
            return self.flag_read(name, span, frame, depth);
        }
        let pure = match targets {
            Targets::Own(targets) => {
                return match (&targets[..], arguments) {
                    ([target], _) => {
                        let inside = self.enter(*target, arguments, receiver, span, frame);
                        self.result_of(*target, 0, &inside, span, depth)
                    }
                    ([], [value]) if self.packages.converts(package, callee) => {
                        let outcome = self.text(value, frame, depth);
                        match IntegerType::of_conversion(callee) {
                            Some(integer) => outcome.converted_to(integer, span),
                            None => outcome,
                        }
                    }
                    _ => Outcome::hole("the function was not found", Some(span)),
                };
            }
            Targets::Imported(path, name) => {
                if let Some(outcome) = self.configured(path, callee, arguments, span, frame, depth) {
                    return outcome;
                }
                catalogue().find(path, "", name).and_then(|it| it.pure.as_ref())
            }
            Targets::ExternalMethod(TypeRef::External(path, type_name), name) => {
                if let Some(outcome) = self.configured(path, callee, arguments, span, frame, depth) {
                    return outcome;
                }
                catalogue().find(path, type_name, name).and_then(|it| it.pure.as_ref())
            }
            // The type does not show, or is an interface: what the project has of that name is run.
            Targets::Interface(targets, _) | Targets::Method(targets, _) => {
                let run = targets.iter().copied().filter(|it| self.may_run(*it, arguments.len()));
                let run: Vec<_> = run.collect();
                if run.len() > MAXIMUM_METHODS {
                    return Outcome::hole("many methods of this name may be meant", Some(span));
                }
                let outcomes: Vec<_> = run
                    .into_iter()
                    .map(|it| {
                        let inside = self.enter(it, arguments, receiver, span, frame);
                        self.result_of(it, 0, &inside, span, depth)
                    })
                    .collect();
                let reason = "the result of this call is not followed";
                if outcomes.is_empty() {
                    return Outcome::hole(reason, Some(span));
                }
                let outcome = self.one_of(outcomes, reason, span, None);
                return Outcome { confidence: outcome.confidence.min(Confidence::Likely), ..outcome };
            }
            Targets::ExternalMethod(..) => None,
        };
        match pure {
            Some(pure) => self.pure(pure, arguments, receiver, span, frame, depth),
            None => Outcome::hole("the result of this call is not followed", Some(span)),
        }
    }

    /// Whether the program may run a function with so many arguments.
    fn may_run(&self, function: FunctionId, arguments: usize) -> bool {
        let parameters = &self.packages.function(function).function.parameters;
        self.reachable.contains(function) && parameters.len() == arguments
    }

    /// A result of a call that is not the first.
    pub(super) fn further_result(
        &self,
        call: &'w Value,
        index: usize,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let Value::Call { callee, arguments, span: call_span } = call else {
            return Outcome::hole("it is a further result", Some(span));
        };
        match self.packages.targets(self.package_of(frame), self.function_of(frame), callee) {
            Targets::Own(targets) => {
                let [target] = targets[..] else {
                    return Outcome::hole("the function was not found", Some(span));
                };
                let inside = self.enter(target, arguments, receiver_of(callee), *call_span, frame);
                self.result_of(target, index, &inside, *call_span, depth)
            }
            Targets::Imported("net", "SplitHostPort") => {
                let Some(address) = arguments.first() else {
                    return Outcome::hole("it has no argument", Some(span));
                };
                let outcome = self.text(address, frame, depth);
                match outcome.text.as_str().rfind(':') {
                    Some(at) if index == 1 => {
                        let text = outcome.text.slice(at + 1..outcome.text.as_str().len());
                        Outcome { text, ..outcome }
                    }
                    _ => Outcome::hole("the result of this call is not followed", Some(span)),
                }
            }
            _ => Outcome::hole("the result of this call is not followed", Some(span)),
        }
    }

    /// What a function of the project assigns through a pointer that it is given.
    pub(super) fn filled(
        &self,
        call: &'w Value,
        argument: usize,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let (package, function) = (self.package_of(frame), self.function_of(frame));
        let unknown = || Outcome::hole("it is filled by a call that is not followed", Some(span));
        let Value::Call { callee, arguments, span: call_span } = call else { return unknown() };
        let targets = self.packages.targets(package, function, callee);
        let flag = entry_of(&targets).and_then(|it| it.flag.as_ref());
        if let Some(flag) = flag.filter(|it| it.target == Some(FlagPlace::Argument(argument)))
            && let Some(parts) = flag.of_call(callee, arguments)
        {
            return self.flag(&parts, flag.rules, *call_span, frame, depth);
        }
        let Targets::Own(targets) = targets else { return unknown() };
        let [target] = targets[..] else { return unknown() };
        let inside = self.enter(target, arguments, receiver_of(callee), *call_span, frame);
        let writes = self.packages.function(target).function.pointer_writes.iter();
        let values = writes.filter(|(index, _)| *index == argument).map(|(_, it)| it);
        let outcomes: Vec<_> = values.map(|it| self.text(it, &inside, depth)).collect();
        if outcomes.is_empty() {
            return unknown();
        }
        let mut outcome = self.one_of(outcomes, "it is assigned in several places", span, None);
        outcome.via.insert(0, *call_span);
        outcome
    }

    /// What a call of a function of the project gets by its address and leaves as it is.
    pub(super) fn only_shown(
        &self,
        call: &'w Value,
        argument: usize,
        frame: &Rc<Frame<'w>>,
    ) -> Option<&'w Value> {
        let Value::Call { callee, arguments, .. } = call else { return None };
        let Targets::Own(targets) = self.targets(callee, frame) else { return None };
        let [target] = targets[..] else { return None };
        self.only_reads(target, argument, DEEPEST_READER).then(|| arguments.get(argument)).flatten()
    }

    /// Whether a function neither assigns what a parameter points to nor hands the pointer to one that may.
    fn only_reads(&self, function: FunctionId, parameter: usize, depth: u32) -> bool {
        let Some(depth) = depth.checked_sub(1) else { return false };
        let is_it = |it: &Value| matches!(it, Value::Parameter { index, .. } if *index == parameter);
        let it = self.packages.function(function).function;
        !it.pointer_writes.iter().any(|(index, _)| *index == parameter)
            && it.calls.iter().all(|call| {
                let mut given = call.arguments.iter().enumerate().filter(|(_, it)| is_it(it)).peekable();
                let on_it = receiver_of(&call.callee).is_some_and(is_it);
                if given.peek().is_none() && !on_it {
                    return true;
                }
                let Targets::Own(targets) = self.packages.targets_of(function, call) else { return false };
                let reads =
                    |target: &FunctionId| given.clone().all(|(at, _)| self.only_reads(*target, at, depth));
                !targets.is_empty() && targets.iter().all(reads)
            })
    }

    /// Whether a value that is assigned says something: what a function does with the address of a
    /// variable is known for functions of the project, and for those that define a flag.
    pub(super) fn fills(&self, value: &'w Value, function: FunctionId) -> bool {
        let Value::Filled { call, argument, .. } = value else { return true };
        let Value::Call { callee, .. } = &**call else { return false };
        let it = self.packages.function(function);
        let targets = self.packages.targets(it.package, Some(it.function), callee);
        let defines = entry_of(&targets).and_then(|it| it.flag.as_ref());
        if defines.is_some_and(|it| it.target == Some(FlagPlace::Argument(*argument))) {
            return true;
        }
        let Targets::Own(targets) = targets else { return false };
        let writes = |target: &FunctionId| &self.packages.function(*target).function.pointer_writes;
        targets.iter().any(|target| writes(target).iter().any(|(index, _)| index == argument))
    }

    /// Result number `index` of a function of the project that the call at `span` runs in the frame
    /// `inside`: every `return` counts.
    fn result_of(
        &self,
        target: FunctionId,
        index: usize,
        inside: &Rc<Frame<'w>>,
        span: Span,
        depth: u32,
    ) -> Outcome {
        let returns = &self.packages.function(target).function.returns;
        let outcomes = returns.iter().filter_map(|it| it.get(index)).map(|it| self.text(it, inside, depth));
        let mut outcome = self.one_of(outcomes.collect(), "its results differ", span, None);
        outcome.via.insert(0, span);
        outcome
    }

    /// The frame of a function that is called from `frame`.
    pub(super) fn enter(
        &self,
        target: FunctionId,
        arguments: &'w [Value],
        receiver: Option<&'w Value>,
        span: Span,
        frame: &Rc<Frame<'w>>,
    ) -> Rc<Frame<'w>> {
        let calls = frame.calls() + 1;
        let call = Some(Bound { arguments, receiver, span, frame: Rc::clone(frame), calls });
        Rc::new(Frame::Function { function: target, call })
    }

    fn pure(
        &self,
        pure: &PureEntry,
        arguments: &'w [Value],
        receiver: Option<&'w Value>,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let unknown = || Outcome::hole("the result of this call is not followed", Some(span));
        if pure.meaning == "same-receiver" {
            return receiver.map_or_else(unknown, |it| self.text(it, frame, depth));
        }
        if let Some(part) = pure.meaning.strip_prefix("url-") {
            return receiver.map_or_else(unknown, |it| self.part_of_url(it, part, span, frame, depth));
        }
        if pure.meaning == "is-folder" {
            let is_folder = receiver.and_then(|it| self.is_folder(it, frame, depth));
            return is_folder.map_or_else(unknown, |it| Outcome::known(Text::new(it.to_string(), span)));
        }
        if pure.meaning == "working-directory" {
            return Outcome::known(Text::new(".", span));
        }
        if matches!(pure.meaning, "concat" | "join" | "join-path") {
            return self.joined(pure.meaning, arguments, span, frame, depth);
        }
        if pure.meaning == "join-url" {
            let parts = receiver.into_iter().chain(arguments);
            return self.url_of_parts(parts, span, frame, depth);
        }
        if pure.meaning == "first-non-empty" {
            return self.first_non_empty(arguments, span, frame, depth);
        }
        let Some(argument) = arguments.get(pure.argument) else { return unknown() };
        let mut outcome = self.text(argument, frame, depth);
        match pure.meaning {
            "same" => return outcome,
            "parse-integer" => return outcome.parsed_integer(span),
            "cast-integer" => return outcome.cast_integer(span),
            _ => {}
        }
        let other = || {
            let it = self.text(arguments.get(pure.argument + 1)?, frame, depth);
            it.unknown.is_none().then(|| it.text.as_str().to_owned())
        };
        if pure.meaning == "expand-environment" {
            return self.expanded(outcome, span);
        }
        let text = outcome.text.as_str().to_owned();
        let holds = match pure.meaning {
            "has-prefix" => other().map(|it| text.starts_with(it.as_str())),
            "has-suffix" => other().map(|it| text.ends_with(it.as_str())),
            "contains" => other().map(|it| text.contains(it.as_str())),
            _ => None,
        };
        if let Some(holds) = holds {
            // A part that is not known may say otherwise, unless what is known says it alone.
            let is_certain = match pure.meaning {
                "has-prefix" => other().is_some_and(|it| starts_certainly(&text, &it, holds)),
                // `http://` is there, whatever stands behind it.
                _ => holds && other().is_some_and(|it| !it.contains(HOLE)),
            };
            let unknown = outcome.unknown.clone().filter(|_| !is_certain);
            return Outcome { text: Text::new(holds.to_string(), span), unknown, ..outcome };
        }
        let kept = match pure.meaning {
            "replace" if outcome.unknown.is_none() => {
                other().filter(|it| !it.is_empty() && !text.contains(it.as_str())).map(|_| text.clone())
            }
            "trim-space" => Some(text.trim().to_owned()),
            "trim-prefix" => other().map(|it| text.strip_prefix(it.as_str()).unwrap_or(&text).to_owned()),
            "trim-suffix" => other().map(|it| text.strip_suffix(it.as_str()).unwrap_or(&text).to_owned()),
            "trim-left" => other().map(|set| text.trim_start_matches(|it| set.contains(it)).to_owned()),
            "trim-right" => other().map(|set| text.trim_end_matches(|it| set.contains(it)).to_owned()),
            "trim" => other().map(|set| text.trim_matches(|it| set.contains(it)).to_owned()),
            // A list is its elements with commas.
            "split" => other().filter(|it| it == "," || !text.contains(it.as_str())).map(|_| text.clone()),
            "lower" if text.to_lowercase() == text => Some(text.clone()),
            "upper" if text.to_uppercase() == text => Some(text.clone()),
            _ => None,
        };
        let Some(kept) = kept else { return unknown() };
        // What was trimmed stands in the text as it was, so that its places are kept.
        let Some(start) = text.find(kept.as_str()) else { return unknown() };
        outcome.text = outcome.text.slice(start..start + kept.len());
        outcome
    }

    /// A URL with path elements behind it, one slash between any two: <https://pkg.go.dev/net/url#JoinPath>.
    fn url_of_parts(
        &self,
        parts: impl Iterator<Item = &'w Value>,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let mut out = Outcome::known(Text::default());
        for (index, part) in parts.enumerate() {
            let mut part = self.text(part, frame, depth);
            if index > 0 {
                let end = out.text.as_str().trim_end_matches('/').len();
                out.text = out.text.slice(0..end);
                out.text.push("/", span);
                let text = part.text.as_str();
                part.text = part.text.slice(text.len() - text.trim_start_matches('/').len()..text.len());
            }
            out.append(part);
        }
        out
    }

    /// The `host`, `hostname` or `port` of a parsed URL: <https://pkg.go.dev/net/url#URL>.
    pub(super) fn part_of_url(
        &self,
        url: &'w Value,
        part: &str,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let outcome = self.text(url, frame, depth);
        let text = outcome.text.as_str();
        let Some(start) = text.find("://").map(|at| at + 3) else {
            let needs_caller = outcome.needs_caller;
            return match outcome.unknown {
                Some(it) => {
                    let hole = Outcome::hole("its URL is not known", Some(span)).from(it.input);
                    Outcome { needs_caller, ..hole }
                }
                None => Outcome { text: Text::new("", span), ..outcome },
            };
        };
        let end = text[start..].find(['/', '?', '#']).map_or(text.len(), |at| start + at);
        let start = text[start..end].rfind('@').map_or(start, |at| start + at + 1);
        let colon = text[start..end].rfind(':').map(|at| start + at);
        let range = match (part, colon) {
            ("host", _) | ("hostname", None) => start..end,
            ("hostname", Some(colon)) => start..colon,
            ("port", Some(colon)) => colon + 1..end,
            _ => end..end,
        };
        let unknown = outcome.unknown.clone().filter(|_| text[range.clone()].contains(HOLE));
        let text = if range.is_empty() { Text::new("", span) } else { outcome.text.slice(range) };
        Outcome { text, unknown, ..outcome }
    }

    fn joined(
        &self,
        meaning: &str,
        arguments: &'w [Value],
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let (parts, separator) = match (meaning, arguments) {
            ("join", [Value::List(parts, _), separator]) => {
                let separator = self.text(separator, frame, depth);
                if separator.unknown.is_some() {
                    return separator;
                }
                (parts.as_slice(), separator.text.as_str().to_owned())
            }
            ("concat", parts) => (parts, String::new()),
            ("join-path", parts) => (parts, "/".to_owned()),
            _ => return Outcome::hole("the result of this call is not followed", Some(span)),
        };
        let mut out = Outcome::known(Text::default());
        for (index, part) in parts.iter().enumerate() {
            if index > 0 && !separator.is_empty() {
                out.text.push(&separator, span);
            }
            out.append(self.text(part, frame, depth));
        }
        out
    }
}

/// Whether what stands before the first hole of `text` says alone whether it starts with `prefix`.
fn starts_certainly(text: &str, prefix: &str, starts: bool) -> bool {
    let known = text.split(HOLE).next().unwrap_or_default();
    if starts { known.starts_with(prefix) } else { !prefix.starts_with(known) }
}

pub(super) fn receiver_of(callee: &Callee) -> Option<&Value> {
    match callee {
        Callee::Method { receiver, .. } => Some(receiver),
        Callee::Imported { .. } | Callee::Own { .. } => None,
    }
}
