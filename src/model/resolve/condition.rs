//! Conditions, and the values that depend on them.
//!
//! A condition is evaluated like any other value. One that cannot be told leaves several worlds to look
//! at: [`Evaluator::in_worlds`] looks at each, and in each of them the same condition always turns out
//! the same way, so that a host and a port that one `if` sets stay together.

use std::rc::Rc;
use std::sync::Arc;

use super::call::receiver_of;
use super::integer::parses;
use super::place::MAXIMUM_STEPS_OF_PROGRAM;
use super::{Evaluator, Frame, MAXIMUM_DEPTH, Outcome};
use crate::facts::go::{Arm, Call, Condition, Premise, Value};
use crate::model::go::{FunctionId, Targets, entry_of};
use crate::net::split_host_port;
use crate::source::{Confidence, Span, Text};

/// There are many conditions, and those that decide which part of a program runs are near to what they ask for.
const MAXIMUM_STEPS_OF_PREMISE: u32 = 400;

/// More callers are not asked what a premise comes to.
const MAXIMUM_CALLERS: usize = 16;

/// More ways to turn out are not looked at.
const MAXIMUM_WORLDS: usize = 24;

/// A choice that nothing in the project decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Decision {
    /// What is chosen: an `if`, a call with several returns, a field with several writers.
    at: Span,
    /// Number of possibilities.
    count: usize,
    /// The one that is looked at.
    pick: usize,
    /// The one that holds when nothing is configured, where that is known.
    default: Option<usize>,
}

/// What was found in one world.
#[derive(Clone, Debug)]
pub struct InWorld<T> {
    /// What was found.
    pub found: T,
    /// Whether it is the world in which nothing is configured.
    pub is_default: bool,
}

impl<T> InWorld<T> {
    /// What `view` sees of it.
    pub fn map<U>(&self, view: impl Fn(&T) -> U) -> InWorld<U> {
        InWorld { found: view(&self.found), is_default: self.is_default }
    }
}

/// What makes a program run one of its functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Demand {
    /// That it is started, with what is set: a condition that cannot be told may never hold.
    Start,
    /// Requests, of which there are all kinds in time: a condition that cannot be told holds for one of them.
    Request,
}

/// What a condition comes to.
struct Verdict {
    /// Whether it holds; `None` when that cannot be told.
    holds: Option<bool>,
    /// Whether it is only most likely so.
    guessed: bool,
    /// How it was come by.
    how: Outcome,
}

/// Whether a condition certainly holds.
#[derive(Clone, Copy)]
struct Certainty {
    /// `None` when that is not certain.
    holds: Option<bool>,
    /// Whether a caller could tell more.
    needs_caller: bool,
}

impl<'w> Evaluator<'w> {
    /// Looks once for each way in which the conditions that cannot be told may turn out. Where there are
    /// too many ways, or `most` steps were taken in all, what `beyond` says stands for those that were not looked
    /// at. It ends with the first that `is_enough`.
    pub(super) fn in_worlds<T>(
        &self,
        most: u64,
        look: impl Fn() -> T,
        beyond: impl Fn() -> T,
        is_enough: impl Fn(&T) -> bool,
    ) -> Vec<InWorld<T>> {
        let mut out = Vec::new();
        let mut decided: Vec<Decision> = Vec::new();
        let mut common = 0;
        loop {
            *self.decisions.borrow_mut() = Some(decided);
            self.memory.enter_world(common);
            let found = look();
            decided = self.decisions.borrow_mut().take().unwrap_or_default();
            let is_default = decided.iter().all(|it| it.default == Some(it.pick));
            let ends = is_enough(&found);
            out.push(InWorld { found, is_default });
            if ends {
                break;
            }
            // The next world differs in the last decision that has a possibility left.
            while decided.last().is_some_and(|it| it.pick + 1 >= it.count) {
                decided.pop();
            }
            let Some(last) = decided.last_mut() else { break };
            last.pick += 1;
            common = decided.len() - 1;
            if out.len() >= MAXIMUM_WORLDS || self.steps_taken.get() > most {
                out.push(InWorld { found: beyond(), is_default: false });
                break;
            }
        }
        self.memory.enter_world(0);
        out
    }

    /// Which of `count` possibilities is looked at; `None` when only what all agree on counts.
    pub(super) fn decide(&self, at: Span, count: usize, default: Option<usize>) -> Option<usize> {
        let mut decisions = self.decisions.borrow_mut();
        let Some(decisions) = decisions.as_mut() else {
            self.memory.choose(0);
            return None;
        };
        let known = decisions.iter().position(|it| it.at == at);
        let number = known.unwrap_or(decisions.len());
        if known.is_none() {
            decisions.push(Decision { at, count, pick: 0, default });
        }
        self.memory.choose(number);
        Some(decisions[number].pick.min(count - 1))
    }

    /// The value of a choice.
    pub(super) fn chosen(&self, arms: &'w [Arm], span: Span, frame: &Rc<Frame<'w>>, depth: u32) -> Outcome {
        let (possible, default, how) = self.possible(arms, frame, depth);
        let outcomes = possible.iter().map(|it| self.text(&it.value, frame, depth));
        let mut outcome = self.one_of(outcomes.collect(), "a condition decides", span, default);
        outcome.confidence = outcome.confidence.min(how.confidence);
        outcome.needs_caller |= how.needs_caller;
        outcome
    }

    /// The arms that may be taken, which of them is when nothing is configured, and what that rests on.
    pub(super) fn possible(
        &self,
        arms: &'w [Arm],
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> (Vec<&'w Arm>, Option<usize>, Outcome) {
        let mut possible = Vec::new();
        let mut default = None;
        let mut how = Outcome::known(Text::default());
        let mut told = true;
        for arm in arms {
            let Some(condition) = &arm.condition else {
                possible.push(arm);
                if told {
                    default.get_or_insert(possible.len() - 1);
                }
                break;
            };
            let verdict = self.verdict(condition, frame, depth);
            how.confidence = how.confidence.min(verdict.how.confidence);
            how.needs_caller |= verdict.how.needs_caller;
            match verdict.holds {
                Some(false) if !verdict.guessed => {}
                Some(holds) => {
                    possible.push(arm);
                    if holds && told {
                        default.get_or_insert(possible.len() - 1);
                    }
                    if holds && !verdict.guessed {
                        break;
                    }
                }
                None => {
                    told = false;
                    possible.push(arm);
                }
            }
        }
        (possible, default, how)
    }

    /// One of several outcomes: what they agree on, else the one of the world that is looked at.
    pub(super) fn one_of(
        &self,
        mut outcomes: Vec<Outcome>,
        reason: &str,
        span: Span,
        default: Option<usize>,
    ) -> Outcome {
        let Some(first) = outcomes.first() else {
            return Outcome::hole("nothing says what it is", Some(span));
        };
        // Texts with holes are alike where the same of them is known: a host that one of them names, another may not.
        let is_alike = |it: &Outcome| {
            it.unknown.is_some() == first.unknown.is_some() && it.text.as_str() == first.text.as_str()
        };
        let needs_caller = outcomes.iter().any(|it| it.needs_caller);
        if outcomes.iter().all(is_alike) {
            let at = default.unwrap_or_default();
            return Outcome { needs_caller, ..outcomes.swap_remove(at) };
        }
        match self.decide(span, outcomes.len(), default) {
            Some(pick) => Outcome { needs_caller, ..outcomes.swap_remove(pick) },
            None => Outcome { needs_caller, ..Outcome::hole(reason, Some(span)) },
        }
    }

    /// Whether a condition holds, where that is not only most likely so.
    pub(super) fn surely_holds(
        &self,
        condition: &'w Condition,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<bool> {
        let Verdict { holds, guessed, .. } = self.verdict(condition, frame, depth);
        holds.filter(|_| !guessed)
    }

    /// A truth value as text.
    pub(super) fn truth(
        &self,
        condition: &'w Condition,
        span: Span,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Outcome {
        let Verdict { holds, guessed, how } = self.verdict(condition, frame, depth);
        match holds {
            Some(holds) if !guessed => {
                Outcome { text: Text::new(holds.to_string(), span), unknown: None, ..how }
            }
            _ => {
                Outcome { needs_caller: how.needs_caller, ..Outcome::hole("a condition decides", Some(span)) }
            }
        }
    }

    /// Whether a condition holds, as far as that can be told.
    pub(super) fn holds(&self, condition: &'w Condition, frame: &Rc<Frame<'w>>, depth: u32) -> Option<bool> {
        self.verdict(condition, frame, depth).holds
    }

    /// Whether what a call rests on certainly does not hold, whatever may be set from outside of the project,
    /// so that the call is not run.
    pub fn is_left_out(&self, function: FunctionId, premise: &'w Premise) -> bool {
        if self.steps_taken.get() > MAXIMUM_STEPS_OF_PROGRAM {
            return false;
        }
        let look = |callers: &[(FunctionId, &'w Call)]| {
            self.steps.set(MAXIMUM_STEPS_OF_PREMISE);
            self.memory.begin();
            self.certainty(&premise.condition, &Self::frame(function, callers), MAXIMUM_DEPTH)
        };
        let alone = look(&[]);
        let callers = self.reachable.callers(function);
        let tells_more = alone.needs_caller && !callers.is_empty() && callers.len() <= MAXIMUM_CALLERS;
        if !tells_more || self.reachable.is_value(function) {
            return alone.holds == Some(false);
        }
        callers.iter().all(|it| look(std::slice::from_ref(it)).holds == Some(false))
    }

    /// Whether what a call rests on, or what one of the calls does that lead to it, does not hold as far as is known
    /// of what is set; of a function that is not looked at through a call, what each call of it does.
    pub fn is_refused(&self, call: &'w Call, frame: &Rc<Frame<'w>>) -> bool {
        let (mut call, mut frame) = (call, Rc::clone(frame));
        loop {
            if self.refuses(call, &frame) {
                return true;
            }
            (call, frame) = match &*frame {
                Frame::Function { call: Some(bound), .. } => {
                    let caller = self.function_of(&bound.frame);
                    let calls = caller.map(|it| it.calls.as_slice()).unwrap_or_default();
                    match calls.iter().find(|it| it.span == bound.span) {
                        Some(call) => (call, Rc::clone(&bound.frame)),
                        None => return false,
                    }
                }
                Frame::Function { function, call: None } => {
                    let callers = self.reachable.callers(*function);
                    let of_caller = |(caller, call): &(FunctionId, &'w Call)| {
                        self.refuses(call, &Self::frame(*caller, &[]))
                    };
                    return !callers.is_empty()
                        && callers.len() <= MAXIMUM_CALLERS
                        && callers.iter().all(of_caller);
                }
                Frame::Package(_) => return false,
            }
        }
    }

    /// Whether a call is made wherever its function runs, as far as `frame` tells. A branch of an error counts as the
    /// end of a program that works, a round of a loop as taken.
    pub fn is_made(&self, demand: Demand, call: &'w Call, frame: &Rc<Frame<'w>>) -> bool {
        let holds = call.premises().all(|premise| {
            self.begin();
            self.holds(&premise.condition, frame, MAXIMUM_DEPTH).unwrap_or(demand == Demand::Request)
        });
        holds && (demand == Demand::Request || !call.standing.is_chosen) && !self.is_ended_before(call, frame)
    }

    /// Whether the program certainly ends as one that failed before it comes to the call:
    /// `if os.Getenv("DSN") == "" { log.Fatal("DSN is not set") }`.
    fn is_ended_before(&self, call: &'w Call, frame: &Rc<Frame<'w>>) -> bool {
        let mut demanded = call.passed().filter(|it| it.is_demanded);
        demanded.any(|it| {
            self.steps.set(MAXIMUM_STEPS_OF_PREMISE);
            self.memory.begin();
            self.certainty(&it.condition, frame, MAXIMUM_DEPTH).holds == Some(false)
        })
    }

    /// Whether a call of a function of the program certainly gives an error: each of its returns that may be of none
    /// rests on what certainly does not hold.
    fn certainly_fails(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> bool {
        let Value::Call { callee, arguments, span } = value else { return false };
        let Targets::Own(targets) = self.targets(callee, frame) else { return false };
        let ([target], Some(depth)) = (&targets[..], self.less(depth, 4)) else { return false };
        let completions = &self.packages.function(*target).function.completions;
        let inside = self.enter(*target, arguments, receiver_of(callee), *span, frame);
        let is_refused = |it: &'w Option<Arc<Premise>>| {
            Premise::all(it.as_ref())
                .any(|it| self.certainty(&it.condition, &inside, depth).holds == Some(false))
        };
        !completions.is_empty() && completions.iter().all(is_refused)
    }

    /// Whether one of the conditions that a call rests on does not hold.
    fn refuses(&self, call: &'w Call, frame: &Rc<Frame<'w>>) -> bool {
        call.premises().any(|premise| {
            self.begin();
            self.holds(&premise.condition, frame, MAXIMUM_DEPTH) == Some(false)
        })
    }

    /// Whether what a call rests on holds, as far as that can be told.
    pub fn is_met(&self, function: FunctionId, call: &'w Call) -> bool {
        let frame = Self::frame(function, &[]);
        let holds = call.premises().all(|premise| {
            self.begin();
            self.holds(&premise.condition, &frame, MAXIMUM_DEPTH) == Some(true)
        });
        holds
            && (call.premises().next().is_some()
                || call.standing.branch.is_none()
                || call.standing.is_callback)
    }

    /// Whether a condition certainly holds or certainly does not. What nothing outside of the function decides
    /// may be what somebody left as it was, and says nothing.
    fn certainty(&self, condition: &'w Condition, frame: &Rc<Frame<'w>>, depth: u32) -> Certainty {
        let parts = |parts: &'w [Condition], decisive: bool| {
            let mut all = Certainty { holds: Some(!decisive), needs_caller: false };
            for part in parts {
                let it = self.certainty(part, frame, depth);
                match it.holds {
                    Some(holds) if holds == decisive => return it,
                    Some(_) => {}
                    None => {
                        all = Certainty { holds: None, needs_caller: all.needs_caller || it.needs_caller }
                    }
                }
            }
            all
        };
        match condition {
            Condition::All(all) => parts(all, false),
            Condition::Any(any) => parts(any, true),
            Condition::Not(inner) => {
                let it = self.certainty(inner, frame, depth);
                Certainty { holds: it.holds.map(|it| !it), ..it }
            }
            Condition::Failed(value) if self.certainly_fails(value, frame, depth) => {
                Certainty { holds: Some(true), needs_caller: false }
            }
            _ => {
                let Verdict { holds, guessed, how } = self.verdict(condition, frame, depth);
                let certain = !guessed && how.confidence == Confidence::Proven && !how.needs_caller;
                let holds = holds.filter(|_| certain && how.unknown.is_none() && !how.via.is_empty());
                Certainty { holds, needs_caller: how.needs_caller }
            }
        }
    }

    fn verdict(&self, condition: &'w Condition, frame: &Rc<Frame<'w>>, depth: u32) -> Verdict {
        let known = |how: Outcome, holds: Option<bool>| {
            let holds = holds.filter(|_| how.unknown.is_none());
            Verdict { holds, guessed: false, how }
        };
        match condition {
            Condition::Empty(value) => {
                if let Some(nothing) = self.is_given_nothing(value, frame) {
                    let needs_caller = nothing.is_none();
                    return known(Outcome { needs_caller, ..Outcome::known(Text::default()) }, nothing);
                }
                let it = self.text(value, frame, depth);
                let empty = matches!(it.text.as_str(), "" | "0");
                // `":" + port` is not empty, whatever the port is.
                let sure = it.unknown.is_some() && it.text.as_str().chars().any(|it| it != crate::net::HOLE);
                if sure {
                    return Verdict { holds: Some(false), guessed: false, how: it };
                }
                known(it, Some(empty))
            }
            Condition::Unset(value) => {
                let mut needs_caller = false;
                let set = match value {
                    Value::Environment(read) => self.is_set(read, frame, depth),
                    Value::Element { of, key: Some(key), .. } => {
                        let has = self.has_element(of, key, frame, depth);
                        needs_caller = has.is_err();
                        has.ok().flatten()
                    }
                    Value::Argument { index, behind_flags, .. } => self.has_argument(*index, *behind_flags),
                    _ => None,
                };
                let via = value.span().into_iter().collect();
                let how = Outcome { via, needs_caller, ..Outcome::known(Text::default()) };
                known(how, set.map(|it| !it))
            }
            // What is read from outside was made to be there, and a default is for the rest.
            Condition::Failed(value) => {
                if let Some(fails) = self.misses_file(value, frame, depth) {
                    let via = value.span().into_iter().collect();
                    return known(Outcome { via, ..Outcome::known(Text::default()) }, Some(fails));
                }
                if let Some((fails, how)) = self.fails_to_parse(value, frame, depth) {
                    return known(how, Some(fails));
                }
                let it = self.text(value, frame, depth);
                let how = Outcome {
                    unknown: None,
                    needs_caller: it.needs_caller,
                    ..Outcome::known(Text::default())
                };
                Verdict { holds: Some(false), guessed: it.unknown.is_some(), how }
            }
            Condition::Equal(left, right) => {
                let mut it = self.text(left, frame, depth);
                let right = self.text(right, frame, depth);
                let equal = it.text.as_str() == right.text.as_str();
                it.join(&right);
                known(it, Some(equal))
            }
            Condition::Holds(value) => {
                let it = self.text(value, frame, depth);
                // The spellings of strconv.ParseBool: <https://pkg.go.dev/strconv#ParseBool>.
                let holds = match it.text.as_str() {
                    "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(true),
                    "0" | "f" | "F" | "FALSE" | "false" | "False" | "" => Some(false),
                    _ => None,
                };
                known(it, holds)
            }
            Condition::Not(inner) => {
                let it = self.verdict(inner, frame, depth);
                Verdict { holds: it.holds.map(|it| !it), ..it }
            }
            Condition::All(parts) => self.together(parts, false, frame, depth),
            Condition::Any(parts) => self.together(parts, true, frame, depth),
            Condition::Unknown(span) => known(Outcome::hole("a condition decides", Some(*span)), None),
        }
    }

    /// Whether a text that is known is no whole number, for a value that is one which is read from a text; no host and port,
    /// for one that is split into these.
    fn fails_to_parse(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Option<(bool, Outcome)> {
        let Value::Call { callee, arguments, .. } = value else { return None };
        let targets = self.targets(callee, frame);
        let splits = matches!(targets, Targets::Imported("net", "SplitHostPort"));
        let argument =
            if splits { 0 } else { entry_of(&targets)?.pure.as_ref().filter(|it| it.parses())?.argument };
        let how = self.text(arguments.get(argument)?, frame, depth);
        let text = how.text.as_str();
        let parses = if splits { Some(split_host_port(text).is_ok()) } else { parses(text) };
        let parses = parses.filter(|_| how.unknown.is_none())?;
        Some((!parses, how))
    }

    /// `&&` and `||`: one part that comes to `decisive` decides.
    fn together(&self, parts: &'w [Condition], decisive: bool, frame: &Rc<Frame<'w>>, depth: u32) -> Verdict {
        let mut how = Outcome::known(Text::default());
        let (mut holds, mut guessed) = (Some(!decisive), false);
        for part in parts {
            let it = self.verdict(part, frame, depth);
            how.needs_caller |= it.how.needs_caller;
            how.confidence = how.confidence.min(it.how.confidence);
            match it.holds {
                Some(value) if value == decisive && !it.guessed => {
                    return Verdict { holds: Some(decisive), guessed: false, how };
                }
                Some(value) if value == decisive => (holds, guessed) = (Some(decisive), true),
                Some(_) => guessed |= it.guessed,
                None if holds == Some(!decisive) => holds = None,
                None => {}
            }
        }
        Verdict { holds, guessed, how }
    }

    /// The least confidence at which the default of a variable counts that something outside of the
    /// project may set.
    pub(super) fn assumed(outcome: Outcome) -> Outcome {
        Outcome { confidence: outcome.confidence.min(Confidence::Possible), ..outcome }
    }
}
