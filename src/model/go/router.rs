//! Which router a value is, and who answers the requests of a server.

use std::rc::Rc;

use super::entry_of;
use super::route_path::join;
use super::world::Targets;
use crate::facts::catalogue::{GoEntry, Role, go as catalogue, without_version};
use crate::facts::go::{Call, Callee, Value};
use crate::model::resolve::{Evaluator, Frame};
use crate::source::Span;

/// Who registers a route: `net/http`'s default router, or the router that a call made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Root {
    Default,
    Made(Span),
}

/// A place in a router.
#[derive(Clone, Debug)]
pub(super) struct At {
    pub(super) root: Root,
    pub(super) prefix: String,
    /// Whether everything below the prefix is meant (`PathPrefix`).
    pub(super) subtree: bool,
    /// The calls that made the groups around, outermost first.
    pub(super) groups: Vec<Span>,
}

impl At {
    /// The top of a router.
    pub(super) fn top(root: Root) -> Self {
        Self { root, prefix: String::new(), subtree: false, groups: Vec::new() }
    }
}

/// What a route or a server leads to.
pub(super) enum Handler {
    /// A router, and whether the path is taken off before it.
    Router(Root, bool),
    /// A function, or a handler that takes every path it is given.
    Function,
    Unknown,
}

/// Follows routers from where they are used to where they were made.
pub(super) struct Routers<'e, 'w> {
    pub(super) evaluator: &'e Evaluator<'w>,
}

impl<'w> Routers<'_, 'w> {
    /// Which router, and where in it, a value is; also whether a caller could tell.
    pub(super) fn router(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> (Option<At>, bool) {
        let Some(depth) = depth.checked_sub(1) else { return (None, false) };
        let head = self.evaluator.origin(value, frame);
        if is_default_router(head.value) {
            return (Some(At::top(Root::Default)), false);
        }
        let Value::Call { callee, arguments, span } = head.value else {
            return (None, self.evaluator.waits_for_caller(&head));
        };
        let targets = self.evaluator.targets(callee, &head.frame);
        let entry = entry_of(&targets);
        let own_root = At::top(Root::Made(*span));
        let (Some(route), Callee::Method { receiver, .. }) =
            (entry.and_then(|it| it.route.as_ref()), &**callee)
        else {
            // `Use` and the like give back what they were called on.
            if let (Callee::Method { receiver, .. }, Some(_)) =
                (&**callee, entry.and_then(|it| it.result.as_ref()))
            {
                return self.router(receiver, &head.frame, depth);
            }
            let known = matches!(targets, Targets::Imported(..)) && is_router(entry, &targets);
            return (known.then_some(own_root), false);
        };
        let (Some(above), _) = self.router(receiver, &head.frame, depth) else {
            let above = self.router(receiver, &head.frame, depth);
            return (None, above.1);
        };
        let index = route.pattern.as_ref().and_then(|it| it.argument);
        let pattern = match index.and_then(|it| arguments.get(it)) {
            Some(it) if route.role != Role::Methods => {
                let outcome = self.evaluator.outline(it, &head.frame);
                if outcome.unknown.is_some() {
                    return (None, outcome.needs_caller);
                }
                outcome.text.as_str().to_owned()
            }
            _ => String::new(),
        };
        let subtree = route.role == Role::Prefix || (above.subtree && pattern.is_empty());
        let prefix = join(&above.prefix, &pattern);
        let mut groups = above.groups;
        groups.extend(Some(*span).filter(|_| route.role == Role::Group));
        (Some(At { root: above.root, prefix, subtree, groups }), false)
    }

    /// What a handler is.
    pub(super) fn handler(&self, value: &'w Value, frame: &Rc<Frame<'w>>, depth: u32) -> Handler {
        let Some(depth) = depth.checked_sub(1) else { return Handler::Unknown };
        if let Value::Call { callee, arguments, .. } = value
            && let Targets::Imported("net/http", "StripPrefix") = self.evaluator.targets(callee, frame)
        {
            return match arguments.get(1).map(|it| self.handler(it, frame, depth)) {
                Some(Handler::Router(root, _)) => Handler::Router(root, true),
                Some(other) => other,
                None => Handler::Unknown,
            };
        }
        let head = self.evaluator.origin(value, frame);
        match head.value {
            Value::Unknown(it) if it.reason == "it is a function" => Handler::Function,
            Value::Unknown(it) if it.reason == "it is nil" => Handler::Router(Root::Default, false),
            it if is_default_router(it) => Handler::Router(Root::Default, false),
            Value::Name { .. } | Value::Field { .. } => match self.evaluator.type_at(head.value, &head.frame)
            {
                Some(_) => Handler::Unknown,
                None if matches!(head.value, Value::Name { .. }) => Handler::Function,
                None => Handler::Unknown,
            },
            Value::Call { callee, arguments, .. } => {
                if let (Some(at), _) = self.router(head.value, &head.frame, 24) {
                    return Handler::Router(at.root, false);
                }
                match self.evaluator.targets(callee, &head.frame) {
                    targets if entry_of(&targets).is_some_and(|it| it.handler) => Handler::Function,
                    // A middleware around a router.
                    _ => arguments
                        .iter()
                        .map(|it| self.handler(it, &head.frame, depth))
                        .find(|it| matches!(it, Handler::Router(Root::Made(_), _)))
                        .unwrap_or(Handler::Unknown),
                }
            }
            // `&relay.Handler{Schema: schema}`.
            Value::Struct { type_name: Some(it), .. } => {
                let entry = catalogue().find(&it.package, &it.name, "");
                if entry.is_some_and(|it| it.handler) { Handler::Function } else { Handler::Unknown }
            }
            _ => Handler::Unknown,
        }
    }

    /// The router that answers the requests of a call that serves HTTP, `None` when it was not
    /// followed; also whether a caller could tell.
    pub(super) fn behind_server(&self, call: &'w Call, frame: &Rc<Frame<'w>>) -> (Option<Root>, bool) {
        let name = call.callee.name();
        let is_standard = matches!(name, "ListenAndServe" | "ListenAndServeTLS" | "Serve" | "ServeTLS");
        match &call.callee {
            Callee::Imported { package, .. } if package == "net/http" && is_standard => {
                let index = if name == "ListenAndServeTLS" { 3 } else { 1 };
                let Some(value) = call.arguments.get(index) else { return (None, false) };
                match self.handler(value, frame, 8) {
                    Handler::Router(root, _) => (Some(root), false),
                    _ => {
                        let head = self.evaluator.origin(value, frame);
                        (None, self.evaluator.waits_for_caller(&head))
                    }
                }
            }
            Callee::Method { receiver, .. } if is_standard => {
                let head = self.evaluator.origin(receiver, frame);
                let Value::Struct { fields, .. } = head.value else {
                    // A framework's application is its own handler.
                    let (at, needs_caller) = self.router(receiver, frame, 24);
                    return (at.map(|it| it.root), needs_caller || self.evaluator.waits_for_caller(&head));
                };
                let set = fields.iter().rev().find(|(it, _)| it.value == "Handler").map(|(_, it)| it);
                let handler = match set {
                    Some(value) => self.handler(value, &head.frame, 8),
                    None => self.written_handler(),
                };
                match handler {
                    Handler::Router(root, _) => (Some(root), false),
                    _ => (None, false),
                }
            }
            Callee::Method { receiver, .. } => {
                let (at, needs_caller) = self.router(receiver, frame, 24);
                (at.map(|it| it.root), needs_caller)
            }
            _ => (None, false),
        }
    }

    /// The handler of a server that is made without one: what the program assigns to a field
    /// `Handler`, else the default router.
    fn written_handler(&self) -> Handler {
        let writes = self.evaluator.packages.field_writes("Handler").iter();
        let mut writes = writes.filter(|it| self.evaluator.reachable.contains(it.0));
        match (writes.next(), writes.next()) {
            (None, _) => Handler::Router(Root::Default, false),
            (Some((function, write)), None) => {
                let frame = Rc::new(Frame::Function { function: *function, call: None });
                self.handler(&write.value, &frame, 8)
            }
            (Some(_), Some(_)) => Handler::Unknown,
        }
    }

    /// A middleware of a library that is known to answer paths.
    pub(super) fn may_answer(&self, value: &'w Value, frame: &Rc<Frame<'w>>) -> bool {
        let head = self.evaluator.origin(value, frame);
        let Value::Call { callee, .. } = head.value else { return false };
        match self.evaluator.targets(callee, &head.frame) {
            Targets::Imported(path, name) => answers_paths(path, name),
            _ => false,
        }
    }
}

/// `http.DefaultServeMux`, which `http.Handle` and servers without a handler mean.
fn is_default_router(value: &Value) -> bool {
    matches!(value, Value::Name { package, name } if package == "net/http" && name.value == "DefaultServeMux")
}

/// Middleware that serves paths, from the frameworks' own lists.
fn answers_paths(path: &str, name: &str) -> bool {
    let path = without_version(path);
    let last = path.rsplit('/').next().unwrap_or_default();
    matches!(name, "Heartbeat" | "Proxy" | "ProxyWithConfig" | "Static" | "StaticWithConfig")
        || matches!(
            last,
            "healthcheck"
                | "filesystem"
                | "static"
                | "proxy"
                | "monitor"
                | "pprof"
                | "expvar"
                | "favicon"
                | "swagger"
        )
}

fn is_router(entry: Option<&GoEntry>, targets: &Targets<'_>) -> bool {
    let gateway = matches!(targets, Targets::Imported(path, _) if path.contains("grpc-gateway"));
    let result = entry.and_then(|it| it.result.as_ref());
    !gateway && result.is_some_and(|it| is_router_type(&it.name))
}

/// Whether a type of that name is a router, in the frameworks that the catalogue knows.
pub(super) fn is_router_type(name: &str) -> bool {
    matches!(name, "ServeMux" | "Mux" | "Router" | "Engine" | "Echo" | "App" | "Application" | "Negroni")
}
