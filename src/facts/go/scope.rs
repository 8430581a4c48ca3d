//! The local variables of a function while its statements are read, and what branches do to them.

use std::rc::Rc;

use super::condition::{self, Guard, Test};
use super::{TypeName, Value};
use crate::source::{Span, Spanned};

/// What is known of a variable at one place of the function.
#[derive(Clone, Debug)]
pub(super) struct State {
    pub(super) value: Value,
    pub(super) type_name: Option<TypeName>,
    /// For an `ok` or `err`: what it says about another value.
    pub(super) test: Option<Test>,
    /// Whether it is a number; `+` then adds.
    pub(super) number: bool,
    /// Fields that were assigned to although the value is no literal of this function; shared, since a state is
    /// copied wherever its variable is used.
    pub(super) fields: Rc<Vec<WrittenField>>,
    /// Whether others may have written to its fields.
    pub(super) shared: bool,
    /// Whether it was declared without a value.
    pub(super) untouched: bool,
}

/// `x.Field = value` where `x` is a parameter or the like.
#[derive(Clone, Debug)]
pub(super) struct WrittenField {
    pub(super) path: String,
    /// The field as it reads without the assignment.
    pub(super) before: Value,
    pub(super) value: Value,
}

impl State {
    pub(super) fn new(value: Value, type_name: Option<TypeName>) -> Self {
        let (test, fields) = (None, Rc::default());
        Self { value, type_name, test, number: false, fields, shared: false, untouched: false }
    }
}

/// The variables in sight, innermost last.
#[derive(Default)]
pub(super) struct Locals<'t> {
    variables: Vec<(&'t str, State)>,
    /// What was assigned over, oldest first: how a branch is taken back.
    log: Vec<(usize, State)>,
    /// Number of variables and length of the log at the start of each scope.
    scopes: Vec<(usize, usize)>,
}

/// What one branch assigned to variables that exist outside of it.
#[derive(Default)]
pub(super) struct Changes(Vec<(usize, State)>);

impl Changes {
    /// The variables and their values.
    pub(super) fn values(&self) -> impl Iterator<Item = (usize, &Value)> {
        self.0.iter().map(|(index, state)| (*index, &state.value))
    }
}

impl<'t> Locals<'t> {
    pub(super) fn open(&mut self) {
        self.scopes.push((self.variables.len(), self.log.len()));
    }

    pub(super) fn close(&mut self) {
        let Some((variables, log)) = self.scopes.pop() else { return };
        self.variables.truncate(variables);
        let kept: Vec<_> = self.log.drain(log..).filter(|(index, _)| *index < variables).collect();
        self.log.extend(kept);
    }

    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.variables.iter().rposition(|(known, _)| *known == name)
    }

    /// The variable of that name in the innermost scope: what `:=` assigns to instead of declaring.
    pub(super) fn find_here(&self, name: &str) -> Option<usize> {
        let start = self.scopes.last().map_or(0, |it| it.0);
        self.find(name).filter(|index| *index >= start)
    }

    /// Number of variables in sight.
    pub(super) fn count(&self) -> usize {
        self.variables.len()
    }

    pub(super) fn state(&self, index: usize) -> &State {
        &self.variables[index].1
    }

    pub(super) fn declare(&mut self, name: &'t str, state: State) {
        if name != "_" {
            self.variables.push((name, state));
        }
    }

    /// Goes on where `subject` is certainly there: the function has ended otherwise.
    pub(super) fn require(&mut self, subject: &Value) {
        for index in 0..self.variables.len() {
            let is_it = match &self.variables[index].1.value {
                Value::Environment(read) => {
                    !read.required
                        && condition::same(condition::core(subject), &self.variables[index].1.value)
                }
                _ => false,
            };
            if is_it {
                self.update(index, |it| {
                    if let Value::Environment(read) = &mut it.value {
                        read.required = true;
                    }
                });
            }
        }
    }

    pub(super) fn assign(&mut self, index: usize, state: State) {
        let old = std::mem::replace(&mut self.variables[index].1, state);
        self.log.push((index, old));
    }

    pub(super) fn update(&mut self, index: usize, change: impl FnOnce(&mut State)) {
        let mut state = self.variables[index].1.clone();
        change(&mut state);
        self.assign(index, state);
    }

    /// The place to hand to [`Locals::take_back`] behind a branch.
    pub(super) fn mark(&self) -> usize {
        self.log.len()
    }

    /// Undoes everything since `mark` and says what it was.
    pub(super) fn take_back(&mut self, mark: usize) -> Changes {
        let mut changes: Vec<(usize, State)> = Vec::new();
        for (index, old) in self.log.drain(mark..).rev() {
            let new = std::mem::replace(&mut self.variables[index].1, old);
            if changes.iter().all(|(known, _)| *known != index) {
                changes.push((index, new));
            }
        }
        changes.reverse();
        Changes(changes)
    }

    /// Goes on behind a branch that was certainly taken.
    pub(super) fn apply(&mut self, changes: Changes) {
        for (index, state) in changes.0 {
            self.assign(index, state);
        }
    }

    /// Goes on behind an `if`.
    pub(super) fn join(&mut self, guard: &Guard, then: Changes, otherwise: Changes, span: Span) {
        let joined = self.joined(guard, then, otherwise, span);
        self.apply(joined);
    }

    /// What two branches come to, of which `guard` decides for the first.
    pub(super) fn joined(&self, guard: &Guard, then: Changes, otherwise: Changes, span: Span) -> Changes {
        let mut indices: Vec<usize> = then.0.iter().chain(&otherwise.0).map(|it| it.0).collect();
        indices.sort_unstable();
        indices.dedup();
        let joined = indices.into_iter().map(|index| {
            let of = |changes: &Changes| {
                let changed = changes.0.iter().find(|it| it.0 == index);
                changed.map_or_else(|| self.variables[index].1.clone(), |it| it.1.clone())
            };
            (index, join_states(guard, of(&then), of(&otherwise), span))
        });
        Changes(joined.collect())
    }

    /// Goes on behind a function literal, which may or may not have run.
    pub(super) fn join_literal(&mut self, changes: Changes, span: Span) {
        for (index, new) in changes.0 {
            let old = self.variables[index].1.clone();
            // `var db *sql.DB; retry(func() { db = ... })`: nobody declares a variable to leave it empty.
            let joined = if old.untouched { new } else { join_states(&Guard::unknown(span), new, old, span) };
            self.assign(index, joined);
        }
    }
}

fn join_states(guard: &Guard, then: State, otherwise: State, span: Span) -> State {
    let mut fields = Vec::new();
    for field in then.fields.iter().chain(otherwise.fields.iter()) {
        if fields.iter().any(|it: &WrittenField| it.path == field.path) {
            continue;
        }
        let of = |state: &State| {
            let known = state.fields.iter().find(|it| it.path == field.path);
            known.map_or_else(|| field.before.clone(), |it| it.value.clone())
        };
        let value = condition::join(guard, of(&then), of(&otherwise), span);
        fields.push(WrittenField { value, ..field.clone() });
    }
    State {
        type_name: then.type_name.or(otherwise.type_name),
        test: if then.test == otherwise.test { then.test } else { None },
        number: then.number && otherwise.number,
        fields: Rc::new(fields),
        shared: then.shared || otherwise.shared,
        untouched: then.untouched && otherwise.untouched,
        value: join_values(guard, then.value, otherwise.value, span),
    }
}

/// Two states of one literal differ in fields; anything else is a choice.
fn join_values(guard: &Guard, then: Value, otherwise: Value, span: Span) -> Value {
    match (then, otherwise) {
        (
            Value::Struct { type_name, fields: mut left, span: made },
            Value::Struct { fields: mut right, span: also, .. },
        ) if made == also => {
            let absent = |name: &Spanned<String>| Value::Literal(Spanned::new(String::new(), name.span));
            let mut joined = Vec::with_capacity(left.len().max(right.len()));
            for (name, value) in left.drain(..) {
                let at = right.iter().position(|(known, _)| known.value == name.value);
                let other = at.map_or_else(|| absent(&name), |at| right.remove(at).1);
                let value = condition::join(guard, value, other, span);
                joined.push((name, value));
            }
            for (name, value) in right {
                let value = condition::join(guard, absent(&name), value, span);
                joined.push((name, value));
            }
            Value::Struct { type_name, fields: joined, span: made }
        }
        (then, otherwise) => condition::join(guard, then, otherwise, span),
    }
}
