//! What an evaluator has worked out before, and what that rests on.
//!
//! One field or function is asked for from many places, in many worlds and workloads. What it comes to is kept with
//! what it rests on besides the value and its frame: that something was being evaluated already, what the workload
//! answered, which choices were made that nothing decides, a bound that was reached. It is of use again where these
//! are the same.

use std::cell::{Cell, RefCell};
use std::hash::{Hash, Hasher};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::asked::{Answers, Asked, Questions, Register};
use super::{Active, Bound, Frame, Outcome, Setting};
use crate::facts::go::Value;
use crate::model::go::TypeRef;

/// A value where it stands.
struct Standing<'w> {
    value: *const Value,
    /// `None` where it is the same however its function is called.
    frame: Option<Rc<Frame<'w>>>,
    seen: Seen,
}

/// How a value is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Seen {
    /// In its frame alone.
    Alone,
    /// Through every caller of its function.
    ByCallers,
}

/// How a value is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct How {
    /// How much deeper one may look.
    pub depth: u32,
    /// Whether holes say what brings them.
    pub traces: bool,
}

/// What an outcome rests on.
#[derive(Clone, Copy, Debug, Default)]
struct Basis {
    /// The evaluations going on that it came upon again, a bit each: the first is the outermost.
    met: u64,
    /// Whether the bound on steps was reached.
    is_cut: bool,
    /// Whether the bound on depth was reached.
    is_deep: bool,
    /// The calls that were asked for an argument or a receiver, a bit each: how many calls lead there.
    asked_calls: u64,
    /// What the workload was asked.
    asked: Questions,
    /// Number of the choices so far of which the last was asked for.
    choices: usize,
}

/// What was worked out.
struct Known {
    outcome: Outcome,
    /// Whether holes in it say what brings them.
    is_traced: bool,
    /// What it came upon again.
    met: Box<[Active]>,
    /// How deep it was looked, when that was not deep enough: no use where one may look deeper.
    bound: Option<u32>,
    asked_calls: u64,
    /// What the workload was asked, and said.
    answers: Answers,
    choices: usize,
}

/// Outcomes by what came to them.
type Outcomes<'w> = FxHashMap<Standing<'w>, Vec<Known>>;

/// Values with where they stand.
pub(super) type Placed<'w> = Rc<[(&'w Value, Rc<Frame<'w>>)]>;

/// What is given to the fields of types.
type ValuesOfFields<'w> = FxHashMap<TypeRef<'w>, FxHashMap<String, Placed<'w>>>;

/// What the workloads that run the same functions of a program tell each other.
#[derive(Clone, Default)]
pub struct Shared<'w> {
    /// Outcomes that rest on no choice.
    outcomes: Rc<RefCell<Outcomes<'w>>>,
    register: Rc<RefCell<Register<'w>>>,
    field_values: Rc<RefCell<ValuesOfFields<'w>>>,
}

/// Outcomes by what came to them, and what is being evaluated.
pub(super) struct Memory<'w> {
    /// Package variables, functions and fields that are being evaluated, the outermost first, against going round.
    active: RefCell<Vec<Active>>,
    /// What the evaluation that is going on rests on so far.
    basis: Cell<Basis>,
    /// The workload, and what it was asked.
    asked: Asked<'w>,
    /// Outcomes that rest on no choice, of other workloads too.
    everywhere: Rc<RefCell<Outcomes<'w>>>,
    /// Outcomes that hold in the world that is looked at.
    here: RefCell<Outcomes<'w>>,
    /// What the program gives to fields, which rests on its functions alone.
    field_values: Rc<RefCell<ValuesOfFields<'w>>>,
}

/// What is put aside; see [`Memory::set_aside`].
pub(super) struct Aside<'w> {
    active: Vec<Active>,
    basis: Basis,
    here: Outcomes<'w>,
}

/// More that is met again is not told apart.
const MOST_ACTIVE: usize = 64;

impl<'w> Memory<'w> {
    /// One of a workload, which knows what `shared` does.
    pub fn new(setting: Setting<'w>, shared: &Shared<'w>) -> Self {
        let asked = Asked::new(setting, Rc::clone(&shared.register));
        let everywhere = Rc::clone(&shared.outcomes);
        let field_values = Rc::clone(&shared.field_values);
        let (active, basis, here) = (RefCell::default(), Cell::default(), RefCell::default());
        Self { active, basis, asked, everywhere, here, field_values }
    }

    /// The workload.
    pub fn asked(&self) -> &Asked<'w> {
        &self.asked
    }

    /// What `value` in `frame` came to before, or what `work` says it does.
    pub fn recall(
        &self,
        value: &'w Value,
        frame: &Rc<Frame<'w>>,
        seen: Seen,
        how: How,
        work: impl FnOnce() -> Outcome,
    ) -> Outcome {
        let key = |frame| Standing { value: std::ptr::from_ref(value), frame, seen };
        let calls = frame.calls();
        let (any, this) = ((calls > 0).then(|| key(None)), key(Some(Rc::clone(frame))));
        for key in any.iter().chain([&this]) {
            for memory in [&*self.everywhere, &self.here] {
                if let Some((outcome, basis)) = memory.borrow().get(key).and_then(|it| self.holding(it, how))
                {
                    self.rest_on(basis);
                    return outcome;
                }
            }
        }
        let before = self.basis.take();
        let outcome = work();
        let mut basis = self.basis.replace(before);
        let active = self.active.borrow();
        // What began and ended within is of no concern outside.
        if active.len() < MOST_ACTIVE {
            basis.met &= (1 << active.len()) - 1;
        } else {
            basis.is_cut = true;
        }
        // So are the calls within.
        basis.asked_calls &= u64::MAX >> (u64::BITS - 1 - bit(calls));
        self.rest_on(basis);
        if !basis.is_cut {
            let memory = if basis.choices > 0 { &self.here } else { &*self.everywhere };
            let met = active.iter().enumerate().filter(|(at, _)| basis.met >> at & 1 == 1);
            let met = met.map(|(_, it)| *it).collect();
            let key = any.filter(|_| basis.asked_calls >> bit(calls) & 1 == 0).unwrap_or(this);
            let Basis { asked_calls, asked, choices, .. } = basis;
            let bound = basis.is_deep.then_some(how.depth);
            let known = Known {
                outcome: outcome.clone(),
                is_traced: how.traces,
                met,
                bound,
                asked_calls,
                answers: self.asked.answers(asked),
                choices,
            };
            memory.borrow_mut().entry(key).or_default().push(known);
        }
        outcome
    }

    /// The outcome that holds now, and what it rests on.
    fn holding(&self, known: &[Known], how: How) -> Option<(Outcome, Basis)> {
        let active = self.active.borrow();
        let place = |key: &Active| active.iter().take(MOST_ACTIVE).position(|it| it == key);
        known.iter().find_map(|it| {
            let says_less = how.traces && !it.is_traced && it.outcome.unknown.is_some();
            if says_less || it.bound.is_some_and(|it| it < how.depth) {
                return None;
            }
            let met = it.met.iter().try_fold(0, |met, key| Some(met | 1 << place(key)?))?;
            let asked = self.asked.agrees(it.answers)?;
            let Known { asked_calls, choices, .. } = *it;
            let is_deep = it.bound.is_some();
            Some((it.outcome.clone(), Basis { met, is_cut: false, is_deep, asked_calls, asked, choices }))
        })
    }

    /// What the program gives to a field of a type, as it was found before, or as `find` finds it.
    pub fn field_values(
        &self,
        of: TypeRef<'w>,
        field: &str,
        find: impl FnOnce() -> Placed<'w>,
    ) -> Placed<'w> {
        let mut known = self.field_values.borrow_mut();
        let of_type = known.entry(of).or_default();
        if let Some(known) = of_type.get(field) {
            return Rc::clone(known);
        }
        Rc::clone(of_type.entry(field.to_owned()).or_insert_with(find))
    }

    /// Whether `key` is being evaluated.
    pub fn is_active(&self, key: Active) -> bool {
        let at = self.active.borrow().iter().position(|it| *it == key);
        match at {
            Some(at) if at < MOST_ACTIVE => self.rest_on(Basis { met: 1 << at, ..Basis::default() }),
            Some(_) => self.cut(),
            None => {}
        }
        at.is_some()
    }

    /// Does `work` as what evaluates `key`; `None` when that is going on already.
    pub fn once<T>(&self, key: Active, work: impl FnOnce() -> T) -> Option<T> {
        (!self.is_active(key)).then(|| self.during(key, work))
    }

    /// Does `work` as what evaluates `key`.
    pub fn during<T>(&self, key: Active, work: impl FnOnce() -> T) -> T {
        self.active.borrow_mut().push(key);
        let out = work();
        self.active.borrow_mut().pop();
        out
    }

    /// Notes that it must not look deeper.
    pub fn end_here(&self) {
        self.rest_on(Basis { is_deep: true, ..Basis::default() });
    }

    /// Notes that the bound on steps was reached.
    pub fn cut(&self) {
        self.rest_on(Basis { is_cut: true, ..Basis::default() });
    }

    /// Notes that the call was asked for something through which `frame` is seen.
    pub fn ask_call(&self, frame: &Frame<'w>) {
        self.rest_on(Basis { asked_calls: 1 << bit(frame.calls()), ..Basis::default() });
    }

    /// Does `work` on something that is not seen through the calls that lead here.
    pub fn apart<T>(&self, work: impl FnOnce() -> T) -> T {
        let asked_calls = self.basis.get().asked_calls;
        let out = work();
        self.basis.set(Basis { asked_calls, ..self.basis.get() });
        out
    }

    /// Notes that the workload was asked this.
    pub fn ask(&self, asked: Questions) {
        self.rest_on(Basis { asked, ..Basis::default() });
    }

    /// Notes that choice number `at` was asked for, the first being 0.
    pub fn choose(&self, at: usize) {
        self.rest_on(Basis { choices: at + 1, ..Basis::default() });
    }

    fn rest_on(&self, it: Basis) {
        let so_far = self.basis.get();
        self.asked.note(it.asked);
        self.basis.set(Basis {
            met: so_far.met | it.met,
            is_cut: so_far.is_cut || it.is_cut,
            is_deep: so_far.is_deep || it.is_deep,
            asked_calls: so_far.asked_calls | it.asked_calls,
            asked: self.asked.union(so_far.asked, it.asked),
            choices: so_far.choices.max(it.choices),
        });
    }

    /// Begins an evaluation from the outside.
    pub fn begin(&self) {
        self.active.borrow_mut().clear();
        self.basis.take();
    }

    /// Begins to look at a world that has only so many choices in common with the one before.
    pub fn enter_world(&self, common: usize) {
        self.here.borrow_mut().retain(|_, known| {
            known.retain(|it| it.choices <= common);
            !known.is_empty()
        });
    }

    /// Puts what is going on aside, for something that does not rest on it.
    pub fn set_aside(&self) -> Aside<'w> {
        let active = self.active.take();
        // What is gathered goes on being gathered.
        *self.active.borrow_mut() = active.iter().filter(|it| it.is_gathering()).copied().collect();
        Aside { active, basis: self.basis.take(), here: self.here.take() }
    }

    /// Goes on where it was put aside; says what the workload was asked since.
    pub fn resume(&self, aside: Aside<'w>) -> Questions {
        let Aside { active, basis, here } = aside;
        *self.active.borrow_mut() = active;
        *self.here.borrow_mut() = here;
        self.basis.replace(basis).asked
    }
}

impl Hash for Standing<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.value, self.seen).hash(state);
        let Some(frame) = &self.frame else { return };
        let mut frame = &**frame;
        loop {
            match frame {
                Frame::Package(package) => return package.hash(state),
                Frame::Function { function, call } => {
                    function.hash(state);
                    let Some(bound) = call else { return };
                    bound.span.start.hash(state);
                    frame = &bound.frame;
                }
            }
        }
    }
}

impl PartialEq for Standing<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same_frame = match (&self.frame, &other.frame) {
            (Some(one), Some(other)) => is_same(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        self.value == other.value && self.seen == other.seen && same_frame
    }
}

impl Eq for Standing<'_> {}

/// The bit for a frame that so many calls lead to.
fn bit(calls: u32) -> u32 {
    calls.min(u64::BITS - 1)
}

/// Whether two frames are of one function seen through the same calls.
fn is_same<'w>(left: &Rc<Frame<'w>>, right: &Rc<Frame<'w>>) -> bool {
    let (mut left, mut right) = (left, right);
    while !Rc::ptr_eq(left, right) {
        let (inner, outer) = match (&**left, &**right) {
            (Frame::Package(one), Frame::Package(other)) => return one == other,
            (
                Frame::Function { function: one, call: inner },
                Frame::Function { function: other, call: outer },
            ) if one == other => (inner, outer),
            _ => return false,
        };
        let (inner, outer) = match (inner, outer) {
            (None, None) => return true,
            (Some(inner), Some(outer)) if is_same_call(inner, outer) => (inner, outer),
            _ => return false,
        };
        (left, right) = (&inner.frame, &outer.frame);
    }
    true
}

fn is_same_call(one: &Bound<'_>, other: &Bound<'_>) -> bool {
    let receiver = |it: &Bound<'_>| it.receiver.map(std::ptr::from_ref);
    one.span == other.span && std::ptr::eq(one.arguments, other.arguments) && receiver(one) == receiver(other)
}
