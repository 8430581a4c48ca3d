//! Loops over a list that the function writes out, read round by round.

use super::condition::{self, Guard};
use super::function::{Flow, Reader};
use super::read::unknown;
use super::scope::State;
use super::{Condition, Value};
use crate::syntax::go::Node;

/// Longer lists are not gone through round by round.
const MOST_ROUNDS: usize = 8;

/// What is noted while the rounds of a loop are read.
pub(super) struct Rounds {
    /// Number of branches around the loop.
    around: usize,
    /// The variables outside of the loop that it assigns, each with its value before.
    assigned: Vec<(usize, Value)>,
    /// The variables that a round changed behind which another one may come.
    carried: Vec<usize>,
    /// Where rounds leave the loop: when, and what the assigned variables are then.
    left: Vec<(Option<Condition>, Vec<State>)>,
}

impl<'t> Reader<'_, 't> {
    /// Reads the rounds of a loop over a written list one after the other, when its body lets that be done: for
    /// what they return, of which there were `returns` before, and for the variables that they assign, which are
    /// `assigned` with their values before the loop.
    pub(super) fn read_rounds(
        &mut self,
        node: Node<'t>,
        body: Node<'t>,
        returns: usize,
        assigned: Vec<(usize, Value)>,
    ) {
        let clause = node.children().into_iter().find(|it| it.kind() == "range_clause");
        let names = clause.and_then(|it| it.field("left")).map(Node::children).unwrap_or_default();
        let Some(index) = names.get(1).and_then(|it| self.locals.find(it.text())) else { return };
        let Value::Element { of, key: None, .. } = self.locals.state(index).value.clone() else { return };
        let Value::List(parts, _) = &*of else { return };
        if self.goes_round || parts.len() > MOST_ROUNDS {
            return;
        }
        self.goes_round = true;
        if !assigned.is_empty() {
            if !has_jump(body) {
                self.unroll(index, parts, assigned, body);
            } else if !has_jumps_of_its_own(body) {
                self.variables_of_rounds(index, parts, assigned, node, body);
            }
        } else if self.returns.len() > returns && !has_jump(body) {
            self.returns_of_rounds(index, parts, body, returns);
        }
        self.goes_round = false;
    }

    /// `for _, name := range []string{"PORT", "HTTP_PORT"} { if v := os.Getenv(name); v != "" { return v } }`: what
    /// the rounds return, one after the other, in the place of what any round may return.
    fn returns_of_rounds(&mut self, index: usize, parts: &[Value], body: Node<'t>, since: usize) {
        self.returns.truncate(since);
        for part in parts {
            let (before, mark) = (self.recorded(), self.locals.mark());
            self.locals.assign(index, State::new(part.clone(), None));
            self.deeper(|it| it.block(body));
            self.locals.take_back(mark);
            self.take_recorded(before);
        }
    }

    /// `for _, name := range []string{"a", "b"} { peers = append(peers, name + ":1") }`: what the variables are behind
    /// all rounds.
    fn unroll(&mut self, index: usize, parts: &[Value], assigned: Vec<(usize, Value)>, body: Node<'t>) {
        for (at, before) in assigned {
            let type_name = self.locals.state(at).type_name.clone();
            self.locals.assign(at, State::new(before, type_name));
        }
        let (recorded, returns) = (self.recorded(), self.returns.len());
        for part in parts {
            self.locals.assign(index, State::new(part.clone(), None));
            self.deeper(|it| it.block(body));
        }
        self.returns.truncate(returns);
        self.take_recorded(recorded);
    }

    /// `for _, path := range []string{"a.yaml", "b.yaml"} { if _, err := os.Stat(path); err == nil { found = path;
    /// break } }`: what the variables are that the rounds assign, by where a round leaves the loop.
    fn variables_of_rounds(
        &mut self,
        index: usize,
        parts: &[Value],
        assigned: Vec<(usize, Value)>,
        node: Node<'t>,
        body: Node<'t>,
    ) {
        let (around, span) = (self.guards.len(), self.context.span(node));
        let (recorded, returns, mark) = (self.recorded(), self.returns.len(), self.locals.mark());
        let outer = self.rounds.replace(Rounds { around, assigned, carried: Vec::new(), left: Vec::new() });
        for part in parts {
            self.begin_round(node);
            self.locals.assign(index, State::new(part.clone(), None));
            if self.deeper(|it| it.block(body)) == Some(Flow::Continues) {
                self.next_round();
            }
            self.guards.truncate(around);
        }
        self.locals.take_back(mark);
        self.returns.truncate(returns);
        self.take_recorded(recorded);
        let Some(rounds) = std::mem::replace(&mut self.rounds, outer) else { return };
        if rounds.left.is_empty() {
            return;
        }
        for (number, (at, before)) in rounds.assigned.iter().enumerate() {
            let mut value = match rounds.carried.contains(at) {
                true => unknown(self.context, node, "it is assigned in a loop"),
                false => before.clone(),
            };
            for (condition, states) in rounds.left.iter().rev() {
                let here = states[number].value.clone();
                value = match condition {
                    Some(it) => {
                        let guard = Guard { condition: it.clone(), test: None };
                        condition::join(&guard, here, value, span)
                    }
                    None => here,
                };
            }
            let type_name = self.locals.state(*at).type_name.clone();
            self.locals.assign(*at, State::new(value, type_name));
        }
    }

    /// The variables as a round finds them.
    fn begin_round(&mut self, node: Node<'t>) {
        let Some(rounds) = &self.rounds else { return };
        let states = rounds.assigned.iter().map(|(at, before)| {
            let value = match rounds.carried.contains(at) {
                true => unknown(self.context, node, "it is assigned in a loop"),
                false => before.clone(),
            };
            (*at, State::new(value, self.locals.state(*at).type_name.clone()))
        });
        let states: Vec<_> = states.collect();
        for (at, state) in states {
            self.locals.assign(at, state);
        }
    }

    /// `break`: the rounds end here.
    pub(super) fn leave_rounds(&mut self) -> Flow {
        let Some(rounds) = &mut self.rounds else { return Flow::Continues };
        let conditions = self.guards[rounds.around..].iter().map(|it| it.condition.clone()).collect();
        let states = rounds.assigned.iter().map(|(at, _)| self.locals.state(*at).clone()).collect();
        rounds.left.push((Condition::all(conditions), states));
        Flow::Ends
    }

    /// `continue`, or the end of a round: what it changed the next one finds.
    pub(super) fn next_round(&mut self) {
        let Some(rounds) = &mut self.rounds else { return };
        for (at, before) in &rounds.assigned {
            if self.locals.state(*at).value != *before && !rounds.carried.contains(at) {
                rounds.carried.push(*at);
            }
        }
    }

    /// Goes on behind a branch of a round that leaves it when the condition holds.
    pub(super) fn goes_on_unless(&mut self, condition: &Condition) {
        if self.rounds.is_some() {
            self.guards.push(Guard { condition: condition.clone().negated(), test: None });
        }
    }
}

/// Whether a body holds what a `break` or `continue` may mean instead of the loop around, or a function that
/// runs some other time.
fn has_jumps_of_its_own(body: Node<'_>) -> bool {
    let mut found = false;
    body.visit(|it| {
        let jumps = matches!(it.kind(), "break_statement" | "continue_statement");
        found |= jumps && !it.children().is_empty();
        found |= matches!(
            it.kind(),
            "for_statement"
                | "expression_switch_statement"
                | "type_switch_statement"
                | "select_statement"
                | "goto_statement"
                | "labeled_statement"
                | "func_literal"
        );
        !found
    });
    found
}

fn has_jump(body: Node<'_>) -> bool {
    let mut found = false;
    body.visit(|it| {
        found |= matches!(it.kind(), "break_statement" | "continue_statement" | "goto_statement");
        !found
    });
    found
}
