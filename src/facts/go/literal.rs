//! Function literals, read where they stand.

use std::sync::Arc;

use super::closure::PARAMETER;
use super::function::Reader;
use super::read::read_parameters;
use super::standing::{Premise, Runs, Standing};
use super::{Unknown, Value};
use crate::syntax::go::Node;

/// A function literal that is read again, with what it is read with.
pub(super) struct Delayed<'t> {
    pub(super) node: Node<'t>,
    pub(super) given: Vec<Value>,
    pub(super) runs: Runs,
    pub(super) standing: Standing,
    pub(super) premise: Option<Arc<Premise>>,
}

impl<'t> Reader<'_, 't> {
    /// Reads a function literal where it stands; it sees the variables around it. `given` are the arguments for
    /// its first parameters.
    pub(super) fn function_literal(&mut self, node: Node<'t>, given: &[Value], runs: Runs) {
        if self.literal_depth > 0 {
            return self.function_literal_here(node, given, runs);
        }
        self.captured = self.locals.count();
        self.reads_too_early = false;
        let before =
            (self.calls.len(), self.literals.len(), self.field_writes.len(), self.variable_writes.len());
        self.function_literal_here(node, given, runs);
        self.captured = 0;
        // `var port int; run := func() { serve(port) }; flags.IntVar(&port, ...)`: it runs later.
        if self.reads_too_early && !self.rereads {
            self.calls.truncate(before.0);
            self.literals.truncate(before.1);
            self.field_writes.truncate(before.2);
            self.variable_writes.truncate(before.3);
            let (standing, premise) = (self.standing, self.premise.clone());
            self.delayed.push(Delayed { node, given: given.to_vec(), runs, standing, premise });
        }
    }

    pub(super) fn function_literal_here(&mut self, node: Node<'t>, given: &[Value], runs: Runs) {
        let (mark, standing) = (self.locals.mark(), self.standing);
        self.standing = standing.within_literal(self.context.span(node), runs);
        self.locals.open();
        self.literal_depth += 1;
        let outside = std::mem::take(&mut self.guards);
        let input = self.callback.take();
        if let Some(list) = node.field("parameters") {
            let parameters = read_parameters(self.context, list);
            self.declare_parameters(list, &parameters, |index, span| match given.get(index) {
                Some(value) => value.clone(),
                None => Value::Unknown(Unknown { input, ..Unknown::new(PARAMETER, span) }),
            });
        }
        if let Some(body) = node.field("body") {
            self.block(body);
        }
        self.guards = outside;
        self.standing = standing;
        self.literal_depth -= 1;
        self.locals.close();
        let changes = self.locals.take_back(mark);
        self.locals.join_literal(changes, self.context.span(node));
    }
}
