//! The HTTP routes of a program.
//!
//! Routers are told apart by the call that made them; a route's path is its pattern below the
//! groups it was registered on, and below the places where its router is mounted.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::guard::{Guards, Site};
use super::route_path::{join, normal_paths};
use super::router::{At, Handler, Root, Routers, is_router_type};
use super::world::{FunctionId, Targets, TypeRef};
use super::{Route, Routes};
use crate::facts::catalogue::{Method, Role, RouteEntry};
use crate::facts::go::{Call, Callee, Usage, Value};
use crate::model::resolve::{Evaluator, Frame};
use crate::source::{Span, Spanned};

/// A route before mounts and methods are known.
struct Found<'w> {
    at: At,
    package: String,
    method: Option<String>,
    call: &'w Call,
    span: Span,
}

/// A router below a path of another one.
struct Mount {
    under: At,
    child: Root,
    /// Whether the child sees the path without the parent's part of it.
    stripped: bool,
}

/// What one call does, in one context.
enum Registered<'w> {
    Route(Found<'w>),
    Mount(Mount),
    /// It restricts the routes that the calls made.
    Methods(Vec<Span>, Vec<String>),
    Nothing,
    Unknown(&'static str),
}

const CATCH_ALL: &str = "what no route takes has a handler";
const ANSWERING_MIDDLEWARE: &str = "a middleware may serve paths of its own";

/// Gathers the routes; `main` is where to say that there are none.
pub(super) fn routes(evaluator: &Evaluator<'_>, main: Span) -> Routes {
    let mut gathered = Gathered {
        evaluator,
        routers: Routers { evaluator },
        found: Vec::new(),
        mounts: Vec::new(),
        methods: FxHashMap::default(),
        incomplete: None,
    };
    for function in &evaluator.reachable.functions {
        for call in &evaluator.packages.function(*function).function.calls {
            gathered.visit(*function, call);
        }
    }
    gathered.finish(main)
}

struct Gathered<'e, 'w> {
    evaluator: &'e Evaluator<'w>,
    routers: Routers<'e, 'w>,
    found: Vec<(FunctionId, Found<'w>)>,
    mounts: Vec<(Site<'w>, Mount)>,
    methods: FxHashMap<Span, Vec<String>>,
    incomplete: Option<Spanned<String>>,
}

impl<'w> Gathered<'_, 'w> {
    fn visit(&mut self, function: FunctionId, call: &'w Call) {
        let targets = self.evaluator.packages.targets_of(function, call);
        let Some(entry) = self.evaluator.packages.entry(function, call) else {
            if serves_by_itself(targets, call) || self.hands_out_router(function, targets, call) {
                self.unknown("a library may serve paths of its own here", call.span);
            }
            return;
        };
        if entry.middleware.is_some() {
            let answers = |frame: &Rc<Frame<'w>>| {
                (call.arguments.iter().any(|it| self.routers.may_answer(it, frame)), false)
            };
            if self.evaluator.in_contexts(function, answers).contains(&true) {
                self.unknown(ANSWERING_MIDDLEWARE, call.span);
            }
        }
        if entry.listen.as_ref().is_some_and(|it| it.application == "http") {
            self.handler_of_server(function, call);
        }
        let Some(route) = &entry.route else { return };
        if route.role == Role::Mount && self.sends_files(function, call) {
            self.unknown(ANSWERING_MIDDLEWARE, call.span);
        }
        let Some(package) = package_of(targets) else { return };
        let registered =
            self.evaluator.in_contexts(function, |frame| self.register(call, route, package, frame));
        for it in registered {
            match it {
                Registered::Route(found) => self.found.push((function, found)),
                Registered::Mount(mount) => self.mounts.push(((function, call), mount)),
                Registered::Methods(calls, names) => {
                    for it in calls {
                        self.methods.entry(it).or_default().extend(names.iter().cloned());
                    }
                }
                Registered::Nothing => {}
                Registered::Unknown(reason) => self.unknown(reason, call.span),
            }
        }
    }

    /// Whether a function of a library that nobody knows gets a router for something else than what it gives back:
    /// `health.Register(router)`.
    fn hands_out_router(&self, function: FunctionId, targets: &Targets<'_>, call: &'w Call) -> bool {
        let is_foreign = matches!(targets, Targets::Imported(..) | Targets::ExternalMethod(..));
        if !is_foreign || call.usage != Usage::Statement {
            return false;
        }
        let it = self.evaluator.packages.function(function);
        call.arguments.iter().any(|argument| {
            match self.evaluator.packages.type_of(it.package, Some(it.function), argument) {
                Some(TypeRef::External(_, name)) => is_router_type(name),
                _ => false,
            }
        })
    }

    /// Whether a middleware that is written in a call itself sends files, as one does that answers what no route takes:
    /// `app.Use(func(c *fiber.Ctx) error { return c.SendFile("./dist/index.html") })`.
    fn sends_files(&self, function: FunctionId, call: &Call) -> bool {
        let within = &self.evaluator.packages.function(function).function.calls;
        within.iter().filter(|it| call.argument_spans.iter().any(|at| at.contains(it.span))).any(|it| {
            matches!(it.callee.name(), "SendFile" | "File" | "ServeFile" | "ServeFileFS" | "ServeContent")
        })
    }

    fn unknown(&mut self, reason: &str, span: Span) {
        self.incomplete.get_or_insert_with(|| Spanned::new(reason.to_owned(), span));
    }

    fn register(
        &self,
        call: &'w Call,
        route: &RouteEntry,
        package: &str,
        frame: &Rc<Frame<'w>>,
    ) -> (Registered<'w>, bool) {
        let (at, needs_caller) = match &call.callee {
            Callee::Method { receiver, .. } => self.routers.router(receiver, frame, 24),
            _ => (Some(At::top(Root::Default)), false),
        };
        match route.role {
            Role::Group | Role::Path | Role::Prefix | Role::Strip => return (Registered::Nothing, false),
            Role::NotFound => return (Registered::Unknown(CATCH_ALL), false),
            Role::Methods => return (self.restrict(call, frame), false),
            Role::Handle | Role::Any | Role::Mount | Role::Static => {}
        }
        let middleware = route.role == Role::Mount && !self.has_path(call, route, frame);
        if middleware {
            return match call.arguments.iter().any(|it| self.routers.may_answer(it, frame)) {
                true => (Registered::Unknown(ANSWERING_MIDDLEWARE), false),
                false => (Registered::Nothing, false),
            };
        }
        let Some(at) = at else { return (Registered::Unknown("the router was not followed"), needs_caller) };
        let Some((pattern, method, needs)) = self.pattern(call, route, frame) else {
            return (Registered::Unknown("the path was not resolved"), needs_caller);
        };
        let Some(pattern) = pattern else { return (Registered::Unknown("the path was not resolved"), needs) };
        let handler = self.handler_argument(call, route);
        let subtree = at.subtree && pattern.is_empty() || matches!(route.role, Role::Mount | Role::Static);
        let below = At { prefix: join(&at.prefix, &pattern), subtree, ..at };
        let takes_subtree = subtree || pattern.ends_with('/') || pattern.ends_with('*');
        if takes_subtree && route.role != Role::Static {
            match handler.map_or(Handler::Function, |it| self.routers.handler(it, frame, 8)) {
                Handler::Router(child, stripped) => {
                    // chi and fiber take the path off for what they mount.
                    let stripped = stripped || (route.role == Role::Mount && package != "net/http");
                    return (Registered::Mount(Mount { under: below, child, stripped }), false);
                }
                Handler::Function => {}
                Handler::Unknown => return (Registered::Unknown("the handler was not followed"), false),
            }
        }
        // fiber's Use with a path puts a middleware there, which is no route.
        if route.role == Role::Mount && call.callee.name() == "Use" {
            return (Registered::Nothing, false);
        }
        let place =
            route.pattern.as_ref().and_then(|it| it.argument).and_then(|it| call.argument_spans.get(it));
        let found = Found {
            at: below,
            package: package.to_owned(),
            method,
            call,
            span: place.copied().unwrap_or(call.span),
        };
        (Registered::Route(found), false)
    }

    fn has_path(&self, call: &'w Call, route: &RouteEntry, frame: &Rc<Frame<'w>>) -> bool {
        let argument =
            route.pattern.as_ref().and_then(|it| it.argument).and_then(|it| call.arguments.get(it));
        argument.is_some_and(|it| {
            let outcome = self.evaluator.outline(it, frame);
            outcome.unknown.is_none()
                && (outcome.text.as_str().starts_with('/') || outcome.text.as_str().is_empty())
        })
    }

    /// Path and method; the path is `None` when it is not known. The last says whether a caller
    /// could tell.
    #[allow(clippy::type_complexity)]
    fn pattern(
        &self,
        call: &'w Call,
        route: &RouteEntry,
        frame: &Rc<Frame<'w>>,
    ) -> Option<(Option<String>, Option<String>, bool)> {
        let text = |index: usize| call.arguments.get(index).map(|it| self.evaluator.outline(it, frame));
        let mut pattern = String::new();
        if let Some(index) = route.pattern.as_ref().and_then(|it| it.argument) {
            let outcome = text(index)?;
            if outcome.unknown.is_some() {
                return Some((None, None, outcome.needs_caller));
            }
            outcome.text.as_str().clone_into(&mut pattern);
        }
        let mut method = match &route.method {
            Method::Named(name) => Some((*name).to_owned()),
            // One of several (`Match([]string{"GET", "HEAD"}, ...)`).
            Method::Argument(index) if matches!(call.arguments.get(*index), Some(Value::List(..))) => None,
            Method::Argument(index) => {
                let outcome = text(*index)?;
                (outcome.unknown.is_none()).then(|| outcome.text.as_str().to_uppercase())
            }
            Method::Any | Method::InPattern | Method::Later => None,
        };
        if let (Method::InPattern, Some((name, path))) = (&route.method, pattern.split_once([' ', '\t'])) {
            method = Some(name.to_owned());
            pattern = path.trim_start().to_owned();
        }
        // A host in front of the path; who asks by address never sends it.
        if !pattern.is_empty() && !pattern.starts_with(['/', '*', ':', '{']) {
            pattern = match pattern.split_once('/') {
                Some((host, path)) if host.contains('.') => format!("/{path}"),
                _ => format!("/{pattern}"),
            };
        }
        Some((Some(pattern), method, false))
    }

    /// `.Methods("GET")`: which calls of the chain made routes.
    fn restrict(&self, call: &'w Call, frame: &Rc<Frame<'w>>) -> Registered<'w> {
        let mut names = Vec::new();
        for argument in &*call.arguments {
            let outcome = self.evaluator.outline(argument, frame);
            if outcome.unknown.is_some() {
                return Registered::Unknown("the methods were not resolved");
            }
            names.push(outcome.text.as_str().to_uppercase());
        }
        let mut calls = vec![call.span];
        let mut at = &call.callee;
        while let Callee::Method { receiver, .. } = at {
            let Value::Call { callee, span, .. } = &**receiver else { break };
            calls.push(*span);
            at = callee;
        }
        Registered::Methods(calls, names)
    }

    fn handler_argument(&self, call: &'w Call, route: &RouteEntry) -> Option<&'w Value> {
        if call.callee.name().ends_with("Func") {
            return None;
        }
        let after = route.pattern.as_ref().and_then(|it| it.argument).map_or(0, |it| it + 1);
        call.arguments.get(after)
    }

    /// What a server hands its requests to must be a router whose routes are known.
    fn handler_of_server(&mut self, function: FunctionId, call: &'w Call) {
        // A framework serves its own routes.
        let is_framework =
            !matches!(call.callee.name(), "ListenAndServe" | "ListenAndServeTLS" | "Serve" | "ServeTLS")
                || matches!(&call.callee, Callee::Imported { package, .. } if package != "net/http");
        let roots = self.evaluator.in_contexts(function, |frame| self.routers.behind_server(call, frame));
        if !is_framework && roots.iter().any(Option::is_none) {
            self.unknown("the server's handler was not followed", call.span);
        }
    }

    fn finish(mut self, main: Span) -> Routes {
        let mut known: Vec<Route> = Vec::new();
        let guards = Guards::gather(&self.routers);
        for (function, found) in &self.found {
            let guard = self.guard(&guards, &found.at, (*function, found.call), 4);
            for prefix in self.prefixes(found.at.root, 4) {
                let pattern = join(&prefix, &found.at.prefix);
                let pattern = if pattern.is_empty() { "/".to_owned() } else { pattern };
                let methods = match (&found.method, self.methods.get(&found.call.span)) {
                    (Some(method), _) => vec![Some(method.clone())],
                    (None, Some(methods)) => methods.iter().cloned().map(Some).collect(),
                    (None, None) => vec![None],
                };
                for path in normal_paths(&found.package, &pattern, found.at.subtree) {
                    for method in &methods {
                        match known.iter_mut().find(|it| it.path == path && it.method == *method) {
                            // Of two servers one may let everybody in.
                            Some(known) => known.guard = known.guard.filter(|_| guard.is_some()),
                            None => known.push(Route {
                                method: method.clone(),
                                path: path.clone(),
                                span: found.span,
                                guard,
                            }),
                        }
                    }
                }
            }
        }
        for (path, route) in [("net/http/pprof", "/debug/pprof/{...}"), ("expvar", "/debug/vars")] {
            if let Some(span) = self.import_of(path) {
                known.push(Route { method: None, path: route.to_owned(), span, guard: None });
            }
        }
        if let Some(span) = self.written("NotFoundHandler") {
            self.unknown(CATCH_ALL, span);
        }
        if known.is_empty() {
            self.unknown("no route was found", main);
        }
        Routes { known, named_elsewhere: self.named_elsewhere(), incomplete: self.incomplete }
    }

    /// The paths that stand in the program's packages elsewhere than in the routes that were found.
    fn named_elsewhere(&self) -> Vec<String> {
        let packages = self.evaluator.reachable.packages.iter();
        let files = packages.flat_map(|it| &self.evaluator.packages.package(*it).files);
        let is_route = |span: Span| self.found.iter().any(|(_, it)| it.span.contains(span));
        let named = files.flat_map(|(_, file)| &file.paths).filter(|it| !is_route(it.span));
        let mut named: Vec<String> = named.map(|it| it.value.clone()).collect();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// Where the program writes a field of that name.
    fn written(&self, field: &str) -> Option<Span> {
        let writes = self.evaluator.packages.field_writes(field).iter();
        let mut writes = writes.filter(|it| self.evaluator.reachable.contains(it.0));
        writes.next().map(|(_, it)| it.field.span)
    }

    /// What refuses requests without credentials in front of a route, or of every mount of its router.
    fn guard(&self, guards: &Guards<'_, 'w>, at: &At, site: Site<'w>, depth: u32) -> Option<Span> {
        let depth = depth.checked_sub(1)?;
        guards.before(at, site).or_else(|| {
            let mounts = self.mounts.iter().filter(|(_, it)| it.child == at.root);
            let above = mounts.map(|(site, it)| self.guard(guards, &it.under, *site, depth));
            let above: Option<Vec<Span>> = above.collect();
            above?.first().copied()
        })
    }

    /// The paths below which a router stands: none in front of one that is not mounted.
    fn prefixes(&self, root: Root, depth: u32) -> Vec<String> {
        let mounts: Vec<_> = self.mounts.iter().map(|it| &it.1).filter(|it| it.child == root).collect();
        let Some(depth) = depth.checked_sub(1).filter(|_| !mounts.is_empty()) else {
            return vec![String::new()];
        };
        let below = mounts.into_iter().flat_map(|mount| {
            let above = self.prefixes(mount.under.root, depth);
            above.into_iter().map(move |it| if mount.stripped { join(&it, &mount.under.prefix) } else { it })
        });
        below.collect()
    }

    fn import_of(&self, path: &str) -> Option<Span> {
        let packages = self.evaluator.reachable.packages.iter();
        let files = packages.flat_map(|it| &self.evaluator.packages.package(*it).files);
        let mut imports = files.flat_map(|(_, file)| &file.imports);
        imports.find(|it| it.path.value == path).map(|it| it.path.span)
    }
}

/// Calls by which generated code or a library registers routes that are not followed.
fn serves_by_itself(targets: &Targets<'_>, call: &Call) -> bool {
    let name = call.callee.name();
    let generated = name.starts_with("Register")
        && (name.ends_with("HandlerFromEndpoint") || name.ends_with("HandlerServer"));
    matches!(targets, Targets::Imported(..))
        && (generated || name == "HandlerWithOptions" || name == "HandlerFromMux")
}

fn package_of<'a>(targets: &Targets<'a>) -> Option<&'a str> {
    match targets {
        Targets::Imported(path, _) | Targets::ExternalMethod(TypeRef::External(path, _), _) => Some(path),
        _ => None,
    }
}
