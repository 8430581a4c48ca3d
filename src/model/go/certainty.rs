//! Which functions run whenever a program does.

use std::cell::OnceCell;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::commands::Commands;
use super::world::{FunctionId, Targets};
use crate::facts::catalogue;
use crate::facts::go::Call;
use crate::model::resolve::{Demand, Evaluator, Frame};

/// Longer chains of calls are not followed.
const LONGEST_CHAIN: usize = 6;

/// Behind longer ways to a function nobody is asked whether they are taken.
const LONGEST_WAY: usize = 24;

/// More callers are not asked what a condition comes to.
const MOST_CALLERS: usize = 8;

/// What certainly runs of one program.
pub(super) struct Certainty<'e, 'w> {
    evaluator: &'e Evaluator<'w>,
    known: FxHashMap<FunctionId, bool>,
    led_to: FxHashMap<(Demand, FunctionId), bool>,
    commands: OnceCell<Commands>,
}

impl<'e, 'w> Certainty<'e, 'w> {
    pub(super) fn new(evaluator: &'e Evaluator<'w>) -> Self {
        Self {
            evaluator,
            known: FxHashMap::default(),
            led_to: FxHashMap::default(),
            commands: OnceCell::new(),
        }
    }

    /// Whether `call` runs `target` whenever `caller` runs.
    pub(super) fn calls(&self, caller: FunctionId, call: &Call, target: FunctionId) -> bool {
        let it = self.evaluator.packages.function(caller);
        let targets = self.evaluator.packages.targets(it.package, Some(it.function), &call.callee);
        targets == Targets::Own(vec![target])
            && call.standing.branch.is_none()
            && call.standing.goroutine.is_none()
    }

    /// Whether, on every way to it, the call rests on a condition of which it is not known that it holds.
    pub(super) fn is_optional(&self, function: FunctionId, call: &'w Call) -> bool {
        !self.is_reached(function, call, &mut Vec::new())
    }

    fn is_reached(&self, function: FunctionId, call: &'w Call, inner: &mut Vec<FunctionId>) -> bool {
        if inner.len() > LONGEST_CHAIN || inner.contains(&function) || !self.evaluator.is_met(function, call)
        {
            return false;
        }
        let callers = self.evaluator.reachable.callers(function);
        inner.push(function);
        let reached = self.starts(function)
            || callers.is_empty()
            || callers.iter().any(|(caller, call)| self.is_reached(*caller, call, inner));
        inner.pop();
        reached
    }

    /// Whether a call that is looked at in `frame` is certainly made some time: by the start of the program as it is
    /// set, or for some request. What a condition decides that cannot be told, what a subcommand does and what is one of
    /// several methods behind an interface may never be.
    pub(super) fn is_insisted_on(&mut self, call: &'w Call, frame: &Rc<Frame<'w>>) -> bool {
        [Demand::Start, Demand::Request].into_iter().any(|demand| self.is_insisted_on_by(demand, call, frame))
    }

    fn is_insisted_on_by(&mut self, demand: Demand, call: &'w Call, frame: &Rc<Frame<'w>>) -> bool {
        let packages = self.evaluator.packages;
        let (mut call, mut frame) = (call, Rc::clone(frame));
        while self.evaluator.is_made(demand, call, &frame) {
            let Frame::Function { function, call: through } = &*frame else { return false };
            let (function, Some(bound)) = (*function, through) else {
                return self.is_led_to(demand, *function, 0);
            };
            let Frame::Function { function: caller, .. } = &*bound.frame else { return false };
            let mut calls = packages.function(*caller).function.calls.iter();
            match calls.find(|it| it.span == bound.span) {
                Some(it) if self.is_only_target(*caller, it, function) => {
                    (call, frame) = (it, Rc::clone(&bound.frame));
                }
                _ => return false,
            }
        }
        false
    }

    fn is_led_to(&mut self, demand: Demand, function: FunctionId, depth: usize) -> bool {
        if let Some(known) = self.led_to.get(&(demand, function)) {
            return *known;
        }
        // For whoever goes round.
        self.led_to.insert((demand, function), false);
        if demand == Demand::Start && self.commands().is_left(function) {
            return false;
        }
        let callers = self.evaluator.reachable.likely_callers(function);
        let is_led_to = self.is_begun(demand, function)
            || depth >= LONGEST_WAY
            || callers.iter().any(|(caller, call)| {
                self.is_only_target(*caller, call, function)
                    && self.is_made_for(demand, *caller, call)
                    && self.is_led_to(demand, *caller, depth + 1)
            });
        self.led_to.insert((demand, function), is_led_to);
        is_led_to
    }

    /// Whether the function runs for other subcommands alone than the one that the container runs.
    pub(super) fn is_of_other_command(&self, function: FunctionId) -> bool {
        let mut seen = FxHashSet::default();
        let mut pending = vec![function];
        while let Some(id) = pending.pop() {
            match self.commands().is_chosen(id) {
                Some(true) => return false,
                Some(false) => continue,
                None => {}
            }
            let callers = self.evaluator.reachable.likely_callers(id);
            if callers.is_empty() || self.starts(id) || self.evaluator.reachable.is_value(id) {
                return false;
            }
            pending.extend(callers.iter().map(|it| it.0).filter(|it| seen.insert(*it)));
        }
        true
    }

    /// Whether others than calls lead to the function.
    fn is_begun(&self, demand: Demand, function: FunctionId) -> bool {
        let reachable = self.evaluator.reachable;
        if let (Some(is_chosen), Demand::Start) = (self.commands().is_chosen(function), demand) {
            return is_chosen;
        }
        if !reachable.callers(function).is_empty() && !reachable.is_value(function) {
            return demand == Demand::Start && self.starts(function);
        }
        let parameters = &self.evaluator.packages.function(function).function.parameters;
        // Whoever takes what it makes from a variable of a package may be an injector of dependencies that nobody starts.
        let is_of_variable = reachable.is_of_variable(function);
        let mut types = parameters.iter().filter_map(|it| it.type_name.as_ref());
        let is_asked = types.any(|it| !is_of_variable || catalogue::go().knows_type(&it.package, &it.name));
        match demand {
            Demand::Start => !is_of_variable || is_asked,
            Demand::Request => is_asked && !self.is_command(function),
        }
    }

    fn commands(&self) -> &Commands {
        self.commands.get_or_init(|| Commands::new(self.evaluator))
    }

    /// Whether a library for command lines runs the function.
    fn is_command(&self, function: FunctionId) -> bool {
        let types = self.evaluator.packages.function(function).function.parameters.iter();
        types.filter_map(|it| it.type_name.as_ref()).any(|it| catalogue::go().configures(&it.package))
    }

    /// Whether a call runs no other function of the program in place of `target`.
    fn is_only_target(&self, caller: FunctionId, call: &Call, target: FunctionId) -> bool {
        let Evaluator { packages, reachable, .. } = self.evaluator;
        match packages.targets_of(caller, call) {
            Targets::Interface(targets, _) | Targets::Method(targets, _) => {
                targets.iter().all(|it| *it == target || !reachable.contains(*it))
            }
            _ => true,
        }
    }

    /// Whether a call is made, as far as its function tells or one of those who call that.
    fn is_made_for(&self, demand: Demand, function: FunctionId, call: &'w Call) -> bool {
        let is_made = |callers: &[(FunctionId, &'w Call)]| {
            self.evaluator.is_made(demand, call, &Evaluator::frame(function, callers))
        };
        let callers = self.evaluator.reachable.likely_callers(function).iter().take(MOST_CALLERS);
        is_made(&[])
            || call.premises().next().is_some()
                && callers.into_iter().any(|it| is_made(std::slice::from_ref(it)))
    }

    /// Whether the function runs whenever the program does.
    pub(super) fn runs(&mut self, function: FunctionId) -> bool {
        self.runs_within(function, 0)
    }

    /// Whether the program begins with the function.
    pub(super) fn starts(&self, function: FunctionId) -> bool {
        let it = self.evaluator.packages.function(function).function;
        it.receiver.is_none() && matches!(it.name.value.as_str(), "main" | "init")
    }

    fn runs_within(&mut self, function: FunctionId, depth: usize) -> bool {
        if let Some(known) = self.known.get(&function) {
            return *known;
        }
        // For whoever goes round.
        self.known.insert(function, false);
        let runs = self.starts(function)
            || (depth < LONGEST_CHAIN
                && self.evaluator.reachable.callers(function).iter().any(|(caller, call)| {
                    self.calls(*caller, call, function) && self.runs_within(*caller, depth + 1)
                }));
        self.known.insert(function, runs);
        runs
    }
}
