//! Middleware in front of routes that refuses whoever sends no credentials.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::entry_of;
use super::route_path::join;
use super::router::{At, Routers};
use super::way::ways_to;
use super::world::FunctionId;
use crate::facts::catalogue::{GoEntry, MiddlewareOrder, Role, RouteEntry, go as catalogue};
use crate::facts::go::{Call, Callee, Value};
use crate::model::resolve::{Evaluator, Frame};
use crate::source::Span;

/// A call and the function that it stands in.
pub(super) type Site<'w> = (FunctionId, &'w Call);

/// The guards of a program.
pub(super) struct Guards<'e, 'w> {
    evaluator: &'e Evaluator<'w>,
    attached: Vec<Attached<'w>>,
    /// The calls that made groups.
    groups: FxHashMap<Span, Site<'w>>,
}

/// A guard that a call puts in front of routes.
struct Attached<'w> {
    scope: At,
    order: MiddlewareOrder,
    site: Site<'w>,
    guard: Span,
}

impl<'e, 'w> Guards<'e, 'w> {
    /// Reads the guards of a program.
    pub(super) fn gather(routers: &Routers<'e, 'w>) -> Self {
        let evaluator = routers.evaluator;
        let mut it = Self { evaluator, attached: Vec::new(), groups: FxHashMap::default() };
        let functions = &evaluator.reachable.functions;
        let sites = || {
            let calls = functions.iter().map(|id| (*id, evaluator.packages.function(*id).function));
            calls.flat_map(|(id, function)| function.calls.iter().map(move |call| (id, call)))
        };
        // Most programs have none.
        if sites().any(|(id, call)| evaluator.packages.mentions_guard(id, call)) {
            sites().for_each(|site| it.visit(routers, site));
        }
        it
    }

    /// The guard that certainly stands in front of a route which `site` registers at `at`.
    pub(super) fn before(&self, at: &At, site: Site<'w>) -> Option<Span> {
        let route = self.evaluator.packages.entry(site.0, site.1)?.route.as_ref()?;
        self.guard_among(site, behind_pattern(route)).or_else(|| {
            let in_front = |it: &&Attached<'w>| self.stands_before(it, at, site);
            self.attached.iter().find(in_front).map(|it| it.guard)
        })
    }

    fn stands_before(&self, attached: &Attached<'w>, at: &At, site: Site<'w>) -> bool {
        let scope = &attached.scope;
        if scope.root != at.root {
            return false;
        }
        match attached.order {
            // fiber compares texts: `/he` is in front of `/health` too.
            MiddlewareOrder::Stack => {
                at.prefix.starts_with(scope.prefix.trim_end_matches('/'))
                    && self.precedes(attached.site, site)
            }
            _ if !at.groups.starts_with(&scope.groups) => false,
            MiddlewareOrder::All => self.partings(attached.site, site).next().is_some(),
            MiddlewareOrder::Later => {
                let group = at.groups.get(scope.groups.len());
                let next = group.map_or(Some(site), |it| self.groups.get(it).copied());
                next.is_some_and(|it| self.precedes(attached.site, it))
            }
        }
    }

    fn visit(&mut self, routers: &Routers<'e, 'w>, site: Site<'w>) {
        let (function, call) = site;
        let Some(entry) = self.evaluator.packages.entry(function, call) else { return };
        let Callee::Method { receiver, .. } = &call.callee else { return };
        let group = entry.route.as_ref().filter(|it| it.role == Role::Group);
        if group.is_some() {
            self.groups.insert(call.span, site);
        }
        if group.is_none() && entry.middleware.is_none() {
            return;
        }
        let first = group.map_or(0, behind_pattern);
        let Some(guard) = self.guard_among(site, first) else { return };
        let scopes = self.evaluator.in_contexts(function, |frame| {
            let (at, needs_caller) = routers.router(receiver, frame, 24);
            (at.and_then(|at| self.scope(at, entry, call, frame)), needs_caller)
        });
        let order = entry.middleware.unwrap_or_else(|| order_of_group(self.evaluator, site));
        if let [Some(scope)] = &scopes[..] {
            self.attached.push(Attached { scope: scope.clone(), order, site, guard });
        }
    }

    /// The part of a router that a guard stands in front of, which is put there at `at`.
    fn scope(&self, mut at: At, entry: &GoEntry, call: &'w Call, frame: &Rc<Frame<'w>>) -> Option<At> {
        let pattern = entry.route.as_ref().and_then(|it| it.pattern.as_ref()?.argument);
        if let Some(path) = pattern.and_then(|it| call.arguments.get(it)) {
            let outcome = self.evaluator.outline(path, frame);
            let text = outcome.text.as_str();
            if outcome.unknown.is_none() && (text.is_empty() || text.starts_with('/')) {
                at.prefix = join(&at.prefix, text);
            } else if entry.middleware.is_none() {
                return None;
            }
        }
        if entry.middleware.is_none() {
            at.groups.push(call.span);
        }
        Some(at)
    }

    /// The first guard among the arguments from `first` on, whoever calls the function.
    fn guard_among(&self, (function, call): Site<'w>, first: usize) -> Option<Span> {
        call.arguments.iter().skip(first).find_map(|argument| {
            let found = self.evaluator.in_contexts(function, |frame| {
                let head = self.evaluator.origin(argument, frame);
                let guard = self.guard(head.value, &head.frame);
                (guard, guard.is_none() && self.evaluator.waits_for_caller(&head))
            });
            found.iter().all(Option::is_some).then(|| found.first().copied().flatten()).flatten()
        })
    }

    /// Where the guard is made, when the value is one that lets no request through by its settings.
    fn guard(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> Option<Span> {
        match value {
            Value::Name { package, name } => {
                catalogue().find(package, "", &name.value)?.guard.as_ref().map(|_| name.span)
            }
            Value::Call { callee, arguments, span } => {
                let targets = self.evaluator.targets(callee, frame);
                let passes = entry_of(&targets)?.guard.as_ref()?;
                let Some(settings) = arguments.first().filter(|_| !passes.is_empty()) else {
                    return Some(*span);
                };
                let Value::Struct { fields, .. } = self.evaluator.origin(settings, frame).value else {
                    return None;
                };
                let lets_through = fields.iter().any(|(name, _)| passes.contains(&name.value.as_str()));
                (!lets_through).then_some(*span)
            }
            _ => None,
        }
    }

    /// For each way in which both calls run together, whether the first comes first.
    fn partings(&self, first: Site<'w>, second: Site<'w>) -> impl Iterator<Item = bool> {
        let ways = |(function, call): Site<'w>| {
            ways_to(self.evaluator.packages, self.evaluator.reachable, function, call)
        };
        let (here, there) = (ways(first), ways(second));
        let mut found = Vec::new();
        for one in &here {
            let partings = there.iter().filter_map(|other| one.parting(other));
            let step = |depth: usize| one.0.get(depth).map(|it| it.1);
            found.extend(partings.map(|it| step(it.depth).is_some_and(|at| std::ptr::eq(at, it.first))));
        }
        found.into_iter()
    }

    fn precedes(&self, first: Site<'w>, second: Site<'w>) -> bool {
        let mut partings = self.partings(first, second).peekable();
        partings.peek().is_some() && partings.all(|it| it)
    }
}

/// The first argument behind the path, where middleware can stand.
fn behind_pattern(route: &RouteEntry) -> usize {
    route.pattern.as_ref().and_then(|it| it.argument).map_or(0, |it| it + 1)
}

/// How the guards of a group stand in front: as those of its `Use` when that goes by paths, else
/// before whatever is registered on the group.
fn order_of_group(evaluator: &Evaluator<'_>, (function, call): Site<'_>) -> MiddlewareOrder {
    let result = evaluator.packages.entry(function, call).and_then(|it| it.result.as_ref());
    let attach = result.and_then(|it| catalogue().find(&it.package, &it.name, "Use")?.middleware);
    attach.filter(|it| *it == MiddlewareOrder::Stack).unwrap_or(MiddlewareOrder::All)
}

/// Whether a call, of which the tables say this, makes or names a guard.
pub(super) fn is_guard_mentioned(entry: Option<&GoEntry>, call: &Call) -> bool {
    let is_guard =
        |package: &str, name: &str| catalogue().find(package, "", name).is_some_and(|it| it.guard.is_some());
    let named = |it: &Value| matches!(it, Value::Name { package, name } if is_guard(package, &name.value));
    entry.is_some_and(|it| it.guard.is_some()) || call.arguments.iter().any(|it| it.any(&named))
}
