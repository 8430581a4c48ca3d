//! Branches and loops: what holds in them, and what is known behind them.

use std::sync::Arc;

use super::condition::{self, Guard, guard_of};
use super::function::{Flow, Reader};
use super::read::unknown;
use super::scope::{Changes, State};
use super::standing::{Premise, Standing, is_for_error};
use super::{Condition, Value};
use crate::syntax::go::Node;

/// What a branch did.
type Branch = (Changes, Flow);

impl<'t> Reader<'_, 't> {
    /// Reads the branch `node`, which nobody chooses or which is taken when the condition holds, and takes its effects
    /// back.
    fn branch_if(
        &mut self,
        node: Node<'t>,
        guard: Guard,
        is_unchosen: bool,
        read: impl FnOnce(&mut Self) -> Flow,
    ) -> Branch {
        let is_chosen = self.standing.is_chosen;
        self.standing.is_chosen |= !is_unchosen && !guard.condition.tells();
        let branch = self.branch(node, guard, read);
        self.standing.is_chosen = is_chosen;
        branch
    }

    /// Reads the branch `node` and takes its effects back.
    pub(super) fn branch(
        &mut self,
        node: Node<'t>,
        guard: Guard,
        read: impl FnOnce(&mut Self) -> Flow,
    ) -> Branch {
        let (mark, standing, premise) = (self.locals.mark(), self.standing, self.premise.clone());
        let around = self.guards.len();
        let after_failure = standing.after_failure || guard.condition.is_failure();
        self.premise = Premise::and(premise.as_ref(), guard.condition.clone());
        self.guards.push(guard);
        self.standing = Standing { after_failure, ..standing.within(self.context.span(node)) };
        let flow = read(self);
        (self.standing, self.premise) = (standing, premise);
        self.guards.truncate(around);
        (self.locals.take_back(mark), flow)
    }

    pub(super) fn if_statement(&mut self, node: Node<'t>) -> Flow {
        self.locals.open();
        if let Some(initializer) = node.field("initializer") {
            self.statement(initializer);
        }
        let guard = match node.field("condition") {
            Some(condition) => self.guard(condition),
            None => Guard::unknown(self.context.span(node)),
        };
        let by_error = |otherwise| node.field("condition").is_some_and(|it| is_for_error(it, otherwise));
        let of_error = by_error(false) || by_error(true);
        let then = match node.field("consequence") {
            Some(block) => self.branch_if(block, guard.clone(), of_error, |it| it.block(block)),
            None => (Changes::default(), Flow::Continues),
        };
        let otherwise = match node.field("alternative") {
            Some(block) => {
                let inner = |it: &mut Self| it.deeper(|it| it.statement(block)).unwrap_or(Flow::Continues);
                self.branch_if(block, guard.clone().not(), of_error, inner)
            }
            None => (Changes::default(), Flow::Continues),
        };
        let flow = match (then.1, otherwise.1) {
            (Flow::Continues, Flow::Continues) => {
                self.locals.join(&guard, then.0, otherwise.0, self.context.span(node));
                Flow::Continues
            }
            (Flow::Continues, Flow::Ends) => {
                self.locals.apply(then.0);
                self.demand(node.field("alternative"), &guard, false);
                Flow::Continues
            }
            (Flow::Ends, Flow::Continues) => {
                self.locals.apply(otherwise.0);
                self.demand(node.field("consequence"), &guard, true);
                if let Some(test) = guard.test.as_ref().filter(|it| !it.present) {
                    self.locals.require(&test.subject);
                }
                Flow::Continues
            }
            (Flow::Ends, Flow::Ends) => Flow::Ends,
        };
        self.note_failure(node, then.1);
        self.locals.close();
        let leaves =
            (then.1 == Flow::Ends && !by_error(false)) || (otherwise.1 == Flow::Ends && !by_error(true));
        if leaves {
            self.standing = self.standing.within(self.context.span(node));
            let ending = [(then.1, "consequence"), (otherwise.1, "alternative")];
            let ending = ending.into_iter().filter(|it| it.0 == Flow::Ends);
            let mut branches = ending.filter_map(|it| node.field(it.1));
            let fails = branches.all(|it| self.fails(it) || returns_error(it));
            self.standing.is_chosen |= !guard.condition.tells() && !fails;
        }
        match (then.1, otherwise.1, node.field("consequence"), node.field("alternative")) {
            (Flow::Ends, Flow::Continues, Some(branch), _) => self.left_by(guard.condition, branch),
            (Flow::Continues, Flow::Ends, _, Some(branch)) => self.left_by(guard.condition.negated(), branch),
            _ => {}
        }
        flow
    }

    /// When the place that is read is reached; `None` when nothing is around it.
    pub(super) fn condition_here(&self) -> Option<Condition> {
        let around: Vec<_> = self.guards.iter().map(|it| it.condition.clone()).collect();
        Condition::all(around)
    }

    /// Goes on behind a branch that leaves, and that is taken when the condition holds.
    fn left_by(&mut self, condition: Condition, branch: Node<'t>) {
        self.goes_on_unless(&condition);
        // A label may stand where it is left for.
        if branch.text().contains("goto ") {
            return;
        }
        let is_for_failure = self.fails(branch) || !condition.tells();
        let and = if is_for_failure { Premise::demanding } else { Premise::and };
        self.premise = and(self.premise.as_ref(), condition.negated());
    }

    /// Whether the last statement of a branch ends the program as one that failed.
    pub(super) fn fails(&self, branch: Node<'t>) -> bool {
        let Some(last) = last_statement(branch) else { return false };
        let call = last.first_child().filter(|_| last.kind() == "expression_statement");
        call.is_some_and(|it| it.text() != "os.Exit(0)" && self.exits(it))
    }

    /// What a condition says.
    pub(super) fn guard(&mut self, condition: Node<'t>) -> Guard {
        let state = self.expression(condition);
        guard_of(state.value, state.test, self.context.span(condition))
    }

    pub(super) fn switch(&mut self, node: Node<'t>) -> Flow {
        self.locals.open();
        if let Some(initializer) = node.field("initializer") {
            self.statement(initializer);
        }
        let mut subject = None;
        if let Some(value) = node.field("value") {
            let state = self.expression(value);
            subject = Some(state.value.clone());
            let alias = node.field("alias").and_then(Node::first_child);
            if let Some(alias) = alias {
                self.locals.declare(alias.text(), State::new(state.value, None));
            }
        }
        let mut has_default = node.kind() == "select_statement";
        let mut default = None;
        let mut others = Vec::new();
        let mut leaves = false;
        let mut taken = Vec::new();
        let mut left = Vec::new();
        let mut falls = false;
        for case in node.children() {
            let is_default = case.kind() == "default_case";
            if !is_default && !matches!(case.kind(), "expression_case" | "type_case" | "communication_case") {
                continue;
            }
            has_default |= is_default;
            let guard = match is_default {
                true => Guard::unknown(self.context.span(case)),
                false => self.case_guard(node, subject.as_ref(), case),
            };
            let guard = if falls { Guard::unknown(self.context.span(case)) } else { guard };
            falls = case.text().trim_end().ends_with("fallthrough");
            let before = self.premise.clone();
            if is_default && !taken.is_empty() {
                let others = Condition::Any(taken.clone()).negated();
                self.premise = Premise::and(before.as_ref(), others);
            }
            let is_told = is_default && taken.iter().all(Condition::tells);
            let of_select = node.kind() == "select_statement";
            let branch = self.branch_if(case, guard.clone(), of_select || is_told, |it| {
                it.locals.open();
                let flow = it.case(case);
                it.locals.close();
                flow
            });
            self.premise = before;
            leaves |= branch.1 == Flow::Ends;
            taken.push(guard.condition.clone());
            // Of cases that compare one value no two hold.
            if branch.1 == Flow::Ends && (subject.is_some() || taken.len() == 1) {
                left.push((guard.condition.clone(), case));
            }
            if branch.1 == Flow::Continues {
                if is_default { default = Some(branch.0) } else { others.push((guard, branch.0)) }
            }
        }
        let span = self.context.span(node);
        let reached = !has_default || default.is_some() || !others.is_empty();
        if leaves {
            self.standing = self.standing.within(span);
            self.standing.is_chosen |=
                node.kind() != "select_statement" && !taken.iter().all(Condition::tells);
        }
        let mut joined = match default {
            Some(default) => default,
            // Without a default that goes on, one of the cases was taken.
            None if has_default => others.pop().map(|it| it.1).unwrap_or_default(),
            None => Changes::default(),
        };
        for (guard, case) in others.into_iter().rev() {
            joined = self.locals.joined(&guard, case, joined, span);
        }
        self.locals.apply(joined);
        self.locals.close();
        for (condition, case) in left {
            self.left_by(condition, case);
        }
        if reached { Flow::Continues } else { Flow::Ends }
    }

    /// When a case is taken: `switch v { case "a", "b": }`, `switch { case v == "": }`.
    fn case_guard(&mut self, switch: Node<'t>, subject: Option<&Value>, case: Node<'t>) -> Guard {
        let span = self.context.span(case);
        let values = case.field("value").map(Node::children).unwrap_or_default();
        if switch.kind() != "expression_switch_statement" || values.is_empty() {
            return Guard::unknown(span);
        }
        let Some(subject) = subject else {
            if let [only] = values[..] {
                return self.guard(only);
            }
            let guards = values.into_iter().map(|it| self.guard(it).condition);
            return Guard { condition: Condition::Any(guards.collect()), test: None };
        };
        let mut equal: Vec<Condition> = values
            .into_iter()
            .map(|it| Condition::Equal(subject.clone(), self.expression(it).value))
            .collect();
        let condition = if equal.len() == 1 { equal.remove(0) } else { Condition::Any(equal) };
        Guard { condition, test: None }
    }

    pub(super) fn case(&mut self, case: Node<'t>) -> Flow {
        let mut flow = Flow::Continues;
        for child in case.children() {
            match child.kind() {
                "expression_list" => {
                    for it in child.children() {
                        self.expression(it);
                    }
                }
                _ => {
                    let ended = self.deeper(|it| it.statement(child)) == Some(Flow::Ends);
                    if ended {
                        flow = Flow::Ends;
                    }
                }
            }
        }
        flow
    }

    pub(super) fn for_statement(&mut self, node: Node<'t>) {
        self.locals.open();
        let assigned = assigned_in(node);
        let before = self.values_of(&assigned);
        self.forget(&assigned);
        let around = self.standing.in_rounds;
        for child in node.children() {
            match child.kind() {
                "for_clause" => {
                    self.standing.in_rounds = true;
                    if let Some(initializer) = child.field("initializer") {
                        self.statement(initializer);
                        self.forget(&assigned_in(child));
                    }
                    child.field("condition").map(|it| self.expression(it));
                }
                "range_clause" => {
                    self.standing.in_rounds = true;
                    let list = child.field("right").map(|it| self.expression(it).value);
                    let names = child.field("left").map(Node::children).unwrap_or_default();
                    for (index, name) in names.into_iter().enumerate() {
                        let value = match &list {
                            Some(of) if index == 1 && !condition::is_too_large(of) => Value::Element {
                                of: Arc::new(of.clone()),
                                key: None,
                                span: self.context.span(name),
                            },
                            _ => unknown(self.context, name, "it is another one in each round of a loop"),
                        };
                        self.locals.declare(name.text(), State::new(value, None));
                    }
                }
                "block" => {
                    let returns = self.returns.len();
                    let guard = Guard::unknown(self.context.span(node));
                    let (changes, _) = self.branch(child, guard.clone(), |it| it.block(child));
                    let environment = changes.environment_maps();
                    self.locals.join(&guard, changes, Changes::default(), self.context.span(node));
                    self.forget(&assigned);
                    self.hold_environment(environment);
                    self.read_appending(child, &before);
                    self.read_rounds(node, child, returns, before.clone());
                }
                _ => {
                    self.expression(child);
                }
            }
        }
        self.standing.in_rounds = around;
        self.locals.close();
    }

    /// The variables of those names, each with its value.
    fn values_of(&self, names: &[Node<'t>]) -> Vec<(usize, Value)> {
        let mut indices: Vec<usize> = names.iter().filter_map(|it| self.locals.find(it.text())).collect();
        indices.sort_unstable();
        indices.dedup();
        indices.into_iter().map(|it| (it, self.locals.state(it).value.clone())).collect()
    }

    /// Variables that a loop assigns are not known in it nor behind it.
    fn forget(&mut self, names: &[Node<'t>]) {
        for name in names {
            if let Some(index) = self.locals.find(name.text()) {
                let value = unknown(self.context, *name, "it is assigned in a loop");
                let type_name = self.locals.state(index).type_name.clone();
                self.locals.assign(index, State::new(value, type_name));
            }
        }
    }
}

/// The last statement of a branch.
pub(super) fn last_statement(branch: Node<'_>) -> Option<Node<'_>> {
    let mut last = branch;
    while matches!(last.kind(), "block" | "statement_list" | "expression_case" | "default_case") {
        last = last.children().last().copied()?;
    }
    Some(last)
}

/// Whether a branch leaves its function with an error, as far as its name or what makes it tells.
fn returns_error(branch: Node<'_>) -> bool {
    let Some(last) = last_statement(branch).filter(|it| it.kind() == "return_statement") else {
        return false;
    };
    let results = last.first_child().map(Node::children).unwrap_or_default();
    results.last().is_some_and(|it| it.text().to_ascii_lowercase().contains("err"))
}

/// The variables that statements at or below a node assign.
fn assigned_in(node: Node<'_>) -> Vec<Node<'_>> {
    let mut names = Vec::new();
    node.visit(|it| {
        match it.kind() {
            "assignment_statement" => names.extend(it.field("left").map(Node::children).unwrap_or_default()),
            "inc_statement" | "dec_statement" => names.extend(it.first_child()),
            _ => {}
        }
        true
    });
    names.retain(|it| it.kind() == "identifier");
    names
}
