//! Servers that hand out profiles of their process.

use super::router::{Root, Routers};
use super::way::{Way, ways_to};
use super::world::FunctionId;
use super::{ProfileKind, Profiler};
use crate::facts::catalogue::{ListenEntry, ProfilerEntry, Role, go as catalogue};
use crate::facts::go::{Call, Callee, Value};
use crate::model::resolve::Evaluator;
use crate::source::Span;

/// Packages of the standard library that register their handlers on `http.DefaultServeMux` when they
/// are imported: <https://pkg.go.dev/net/http/pprof>, <https://pkg.go.dev/expvar>.
const REGISTERED_BY_IMPORT: &[&str] = &["net/http/pprof", "expvar"];

/// Parts of names by which middleware says that it asks who calls. A profiler behind one of them is
/// not open to everybody.
const ASKS_WHO: &[&str] = &[
    "admin",
    "allow",
    "auth",
    "guard",
    "internal",
    "jwt",
    "local",
    "login",
    "permission",
    "private",
    "protect",
    "restrict",
    "role",
    "secure",
    "session",
    "token",
    "verify",
];

/// Profiles on a router.
struct Source<'w> {
    root: Root,
    kind: ProfileKind,
    registered: Span,
    /// The call that registers them; an import does so before anything runs.
    call: Option<(FunctionId, &'w Call)>,
}

/// The servers of a program that certainly hand out profiles to whoever asks.
pub(super) fn profilers(evaluator: &Evaluator<'_>) -> Vec<Profiler> {
    let routers = Routers { evaluator };
    let calls = || {
        evaluator.reachable.functions.iter().flat_map(|function| {
            let it = evaluator.packages.function(*function);
            it.function.calls.iter().map(|call| (*function, call))
        })
    };
    let mut sources: Vec<Source<'_>> = imported(evaluator)
        .map(|(kind, registered)| Source { root: Root::Default, kind, registered, call: None })
        .collect();
    // What packages register on the default router stays on the one that it was before.
    if replaces_default_router(evaluator) {
        sources.clear();
    }
    let by_import = !sources.is_empty();
    sources.extend(calls().flat_map(|(function, call)| registered(&routers, function, call, by_import)));
    if sources.is_empty() {
        return Vec::new();
    }
    let guarded: Vec<Option<Root>> = calls().filter_map(|(id, call)| guarded(&routers, id, call)).collect();
    sources.retain(|it| {
        it.call.is_none_or(|(_, call)| {
            let in_front = guarded.iter().any(|root| root.is_none_or(|root| root == it.root));
            !in_front && !call.arguments.iter().any(|it| it.any(&asks_who))
        })
    });
    let mut found: Vec<Profiler> = Vec::new();
    for (function, call) in calls() {
        let Some(listen) = http_server(evaluator, function, call) else { continue };
        let roots = evaluator.in_contexts(function, |frame| routers.behind_server(call, frame));
        let [Some(root)] = roots[..] else { continue };
        let ways = ways_to(evaluator.packages, evaluator.reachable, function, call);
        let is_served = |it: &&Source<'_>| it.root == root && is_there(evaluator, it, &ways);
        let Some(source) = sources.iter().find(is_served) else { continue };
        for opened in sockets(evaluator, function, call, listen) {
            found.push(Profiler {
                kind: source.kind,
                registered: source.registered,
                is_by_import: source.call.is_none(),
                server: call.span,
                opened,
            });
        }
    }
    found
}

/// The imports that register profiles.
fn imported<'e>(evaluator: &'e Evaluator<'_>) -> impl Iterator<Item = (ProfileKind, Span)> + 'e {
    let mut packages: Vec<_> = evaluator.reachable.packages.iter().copied().collect();
    packages.sort_unstable();
    let find = move |path: &&str| {
        let files = packages.iter().flat_map(|it| &evaluator.packages.package(*it).files);
        let mut imports = files.flat_map(|(_, file)| &file.imports);
        imports.find(|it| it.path.value == **path).map(|it| (kind_of(path), it.path.span))
    };
    REGISTERED_BY_IMPORT.iter().filter_map(find)
}

/// What a call registers of profiles, and on which router.
fn registered<'w>(
    routers: &Routers<'_, 'w>,
    function: FunctionId,
    call: &'w Call,
    by_import: bool,
) -> Vec<Source<'w>> {
    let evaluator = routers.evaluator;
    let Some(entry) = evaluator.packages.entry(function, call) else { return Vec::new() };
    let registers =
        entry.route.as_ref().is_some_and(|it| matches!(it.role, Role::Handle | Role::Any | Role::Mount));
    let router = match entry.profiler {
        Some(ProfilerEntry::Register(index)) => call.arguments.get(index),
        _ if call.arguments.iter().any(|it| it.any(&|part| answers(part, by_import))) => match &call.callee {
            // `http.Handle("/debug/pprof/", ...)`.
            Callee::Imported { package, .. } if package == "net/http" && registers => None,
            Callee::Method { receiver, .. } if registers || entry.middleware.is_some() => Some(&**receiver),
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let counts = call.arguments.iter().any(|it| it.any(&counts));
    let source = |root| Source {
        root,
        kind: if counts { ProfileKind::Counters } else { ProfileKind::Profiles },
        registered: call.span,
        call: Some((function, call)),
    };
    let Some(router) = router else { return vec![source(Root::Default)] };
    let roots = evaluator.in_contexts(function, |frame| {
        let (at, needs_caller) = routers.router(router, frame, 24);
        (at.map(|it| it.root), needs_caller)
    });
    roots.into_iter().flatten().map(source).collect()
}

fn replaces_default_router(evaluator: &Evaluator<'_>) -> bool {
    let functions = evaluator.reachable.functions.iter().map(|it| evaluator.packages.function(*it).function);
    let mut writes = functions.flat_map(|it| &it.foreign_writes);
    writes.any(|(package, name)| package == "net/http" && name.value == "DefaultServeMux")
}

fn kind_of(package: &str) -> ProfileKind {
    if package.ends_with("expvar") { ProfileKind::Counters } else { ProfileKind::Profiles }
}

/// Whether a value is the handler of a package for counters.
fn counts(value: &Value) -> bool {
    let package = match value {
        Value::Name { package, .. } => package,
        Value::Call { callee, .. } => match &**callee {
            Callee::Imported { package, .. } => package,
            _ => return false,
        },
        _ => return false,
    };
    kind_of(package) == ProfileKind::Counters
}

/// Whether a value answers requests for profiles; the default router does when an import has
/// registered them there.
fn answers(value: &Value, by_import: bool) -> bool {
    let is_handler = |package: &str, name: &str| {
        let entry = catalogue().find(package, "", name);
        entry.is_some_and(|it| it.profiler == Some(ProfilerEntry::Handler))
    };
    match value {
        Value::Name { package, name } => {
            is_handler(package, &name.value)
                || (by_import && package == "net/http" && name.value == "DefaultServeMux")
        }
        Value::Call { callee, .. } => match &**callee {
            Callee::Imported { package, name } => is_handler(package, name),
            _ => false,
        },
        _ => false,
    }
}

/// The router that a call puts something in front of which may ask who calls; `Some(None)` for one
/// that was not followed.
fn guarded<'w>(routers: &Routers<'_, 'w>, function: FunctionId, call: &'w Call) -> Option<Option<Root>> {
    let evaluator = routers.evaluator;
    let entry = evaluator.packages.entry(function, call)?;
    let is_group = entry.route.as_ref().is_some_and(|it| it.role == Role::Group);
    let Callee::Method { receiver, .. } = &call.callee else { return None };
    if !(is_group || entry.middleware.is_some()) || !call.arguments.iter().any(|it| it.any(&asks_who)) {
        return None;
    }
    let roots = evaluator.in_contexts(function, |frame| {
        let (at, needs_caller) = routers.router(receiver, frame, 24);
        (at.map(|it| it.root), needs_caller)
    });
    match roots[..] {
        [root] => Some(root),
        _ => Some(None),
    }
}

fn asks_who(value: &Value) -> bool {
    let tells = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name).to_ascii_lowercase();
        ASKS_WHO.iter().any(|it| name.contains(it))
    };
    match value {
        Value::Name { package, name } => tells(&name.value) || tells(package),
        Value::Field { field, .. } => tells(&field.value),
        Value::Call { callee, .. } => {
            let package = match &**callee {
                Callee::Imported { package, .. } => package.as_str(),
                _ => "",
            };
            tells(callee.name()) || tells(package)
        }
        _ => false,
    }
}

fn http_server(evaluator: &Evaluator<'_>, function: FunctionId, call: &Call) -> Option<&'static ListenEntry> {
    let entry = evaluator.packages.entry(function, call)?;
    entry.listen.as_ref().filter(|it| it.application == "http")
}

/// Whether the profiles are there whenever the server runs; one that a condition starts may never run.
fn is_there(evaluator: &Evaluator<'_>, source: &Source<'_>, server: &[Way<'_>]) -> bool {
    let Some((function, call)) = source.call else { return server.iter().any(Way::is_certain) };
    let ways = ways_to(evaluator.packages, evaluator.reachable, function, call);
    ways.iter().any(|it| server.iter().any(|other| it.parting(other).is_some()))
}

/// The calls that opened what a server listens on.
fn sockets<'w>(
    evaluator: &Evaluator<'w>,
    function: FunctionId,
    call: &'w Call,
    listen: &'w ListenEntry,
) -> Vec<Span> {
    if listen.form != "listener" {
        return vec![call.span];
    }
    let index = listen.address.as_ref().and_then(|it| it.host.argument);
    let Some(argument) = index.and_then(|it| call.arguments.get(it)) else { return Vec::new() };
    let opened = evaluator.in_contexts(function, |frame| {
        let socket = evaluator.head_of(argument, frame);
        (socket.opened, socket.needs_caller)
    });
    opened.into_iter().flatten().map(|(span, _)| span).collect()
}
