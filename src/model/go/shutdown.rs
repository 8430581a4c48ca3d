//! What a program does about signals, and with the errors of its servers.

use super::reachable::Reachable;
use super::world::{FunctionId, Package, PackageId, Packages, Targets, TypeRef};
use super::{DroppedBy, InterruptOnly, ServeCall, Shutdown, Sigterm};
use crate::facts::catalogue::{ByImport, GoEntry, helps_tests, package_name, sigterm_by_import};
use crate::facts::go::{Call, Callee, Failure, GoFile, Usage, Value};
use crate::facts::path_below;
use crate::model::PackageName;
use crate::net::Reach;
use crate::source::{Span, Spanned};

/// Packages of the catalogue whose functions of a serving name open a socket only, return nothing,
/// or only name the address.
const NOT_SERVING: &[&str] = &[
    "net",
    "crypto/tls",
    "net/rpc",
    "github.com/urfave/negroni",
    "github.com/codegangsta/negroni",
    "github.com/tylerb/graceful",
    "github.com/flamego/flamego",
    "gopkg.in/macaron",
    "gofr.dev",
    "github.com/beego/beego",
    "github.com/astaxie/beego",
    "github.com/zeromicro/go-zero",
    "github.com/go-kratos/kratos",
];

/// Reads what the program does about SIGTERM.
pub(super) fn shutdown(packages: &Packages<'_>, reachable: &Reachable<'_>) -> Shutdown {
    let mut found = Shutdown::default();
    for (id, call) in calls(packages, reachable) {
        found.is_orderly |= is_orderly(call.callee.name());
        let Some(first) = packages.entry(id, call).and_then(|entry| entry.signals) else {
            if may_wait(packages.targets_of(id, call), call) {
                found.sigterm = Sigterm::Unknown;
            }
            continue;
        };
        let it = packages.function(id);
        let channel = call.argument_spans.first();
        match asked(packages, it.package, call, first) {
            // It is what ends a test that is not over.
            Asked::InterruptOnly(_) if is_of_tests(packages.package(it.package), it.file) => {}
            Asked::InterruptOnly(_) if is_behind_serving(packages, id, call) => {}
            // As SIGTERM, which nobody takes: it shuts nothing down.
            Asked::InterruptOnly(_)
                if channel.is_some_and(|at| it.function.without_shutdown.contains(at)) => {}
            Asked::InterruptOnly(signal) => {
                // One that it does not know it may drop, and then nothing stops it.
                let syscall = PackageName::in_file(it.file, "syscall");
                let syscall = syscall.filter(|_| !it.function.tells_signals_apart);
                found.interrupt_only.push(InterruptOnly { signal, syscall });
            }
            Asked::Terminate => {
                let sigterm = Sigterm::Handled(call.callee_span);
                return Shutdown { interrupt_only: Vec::new(), sigterm, ..found };
            }
            Asked::Unknown => found.sigterm = Sigterm::Unknown,
            Asked::Others => {}
        }
    }
    if found.sigterm == Sigterm::Unknown {
        found.interrupt_only.clear();
        return found;
    }
    found.sigterm = by_import(packages, reachable);
    // What shuts down on SIGTERM besides leaves nothing to do for who waits for SIGINT alone.
    if matches!(found.sigterm, Sigterm::Handled(_)) {
        found.interrupt_only.clear();
    }
    found
}

/// Whether a function that is called so lets a server finish what it is at.
fn is_orderly(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["shutdown", "graceful", "drain"].iter().any(|it| name.contains(it))
}

/// Whether a function of somebody else's may wait for SIGTERM: it is given that signal (`death.NewDeath(syscall.SIGINT,
/// syscall.SIGTERM)`), or called after signals (`ctrl.SetupSignalHandler()`).
fn may_wait(targets: &Targets<'_>, call: &Call) -> bool {
    let Targets::Imported(path, name) = targets else { return false };
    let is_sigterm = |it: &Value| matches!(it, Value::Name { package, name } if package == "syscall" && name.value == "SIGTERM");
    path.contains('.') && (name.contains("Signal") || call.arguments.iter().any(is_sigterm))
}

/// Whether the call stands behind one that serves, which returns only when it fails.
fn is_behind_serving(packages: &Packages<'_>, function: FunctionId, call: &Call) -> bool {
    packages.function(function).function.calls.iter().any(|it| {
        it.span.end <= call.span.start
            && it.standing.branch.is_none()
            && it.standing.goroutine.is_none()
            && call.standing.goroutine.is_none()
            && matches!(it.usage, Usage::Statement | Usage::Blank | Usage::Used)
            && (serves_until_it_fails(packages.targets_of(function, it), packages.entry(function, it), it)
                || never_returns(packages, packages.targets_of(function, it)))
    })
}

/// Whether a call runs a function that serves, and that ends the program when that fails.
fn never_returns(packages: &Packages<'_>, targets: &Targets<'_>) -> bool {
    let Targets::Own(own) = targets else { return false };
    let [target] = own[..] else { return false };
    packages.function(target).function.calls.iter().any(|it| {
        it.standing.branch.is_none()
            && it.standing.goroutine.is_none()
            && it.failure == Some(Failure::Exits)
            && serves_until_it_fails(packages.targets_of(target, it), packages.entry(target, it), it)
    })
}

/// What the packages that a program imports do about SIGTERM. Nobody knows what those of its owner do
/// that are not in the project.
fn by_import(packages: &Packages<'_>, reachable: &Reachable<'_>) -> Sigterm {
    let mut built_in: Vec<PackageId> = reachable.packages.iter().copied().collect();
    built_in.sort_unstable();
    let mut found = Sigterm::Ignored;
    for id in built_in {
        let package = packages.package(id);
        let imports = package.files.iter().flat_map(|(_, file)| &file.imports);
        for path in imports.map(|it| &it.path).filter(|it| packages.import(id, &it.value).is_none()) {
            match sigterm_by_import(&path.value) {
                Some(ByImport::Yes) => return Sigterm::Handled(path.span),
                Some(ByImport::Perhaps) => found = Sigterm::Unknown,
                None if packages.is_of_own_module(&path.value) => {}
                None if owner(&path.value).is_some_and(|it| Some(it) == owner(&package.import_path)) => {
                    found = Sigterm::Unknown;
                }
                None => {}
            }
        }
    }
    found
}

/// Host and owner of an import path: `github.com/acme` of `github.com/acme/shop/web`.
pub(super) fn owner(path: &str) -> Option<&str> {
    let (host, rest) = path.split_once('/').filter(|(host, _)| host.contains('.'))?;
    let end = host.len() + 1 + rest.find('/').unwrap_or(rest.len());
    Some(&path[..end])
}

/// The calls that serve until they fail.
pub(super) fn serve_calls(packages: &Packages<'_>, reachable: &Reachable<'_>) -> Vec<ServeCall> {
    let mut found: Vec<ServeCall> = Vec::new();
    for (id, call) in calls(packages, reachable) {
        let targets = packages.targets_of(id, call);
        let entry = packages.entry(id, call);
        if !serves_until_it_fails(targets, entry, call) {
            continue;
        }
        let listen = entry.and_then(|it| it.listen.as_ref());
        let Some((callee, on_method, path)) = named(targets) else { continue };
        let it = packages.function(id);
        let package = packages.package(it.package);
        if is_of_tests(package, it.file) {
            continue;
        }
        let is_waived = it.file.waived_errors.iter().any(|line| {
            let at = call.callee_span.start;
            line.start <= at && at < line.end
        });
        let by_failure_alone = !on_method || path.starts_with("github.com/gin-gonic/gin");
        found.push(ServeCall {
            span: call.span,
            callee: Spanned::new(callee, call.callee_span),
            dropped: match call.usage {
                _ if is_waived || logs_its_error(path) => None,
                // `for port := 6060; port < 6100; port++`: that it returns is why the next round tries another port.
                Usage::Statement | Usage::Blank if call.standing.in_rounds => None,
                Usage::Statement | Usage::Blank if call.standing.before_exit => None,
                Usage::Statement => Some(DroppedBy::Statement),
                Usage::Blank => Some(DroppedBy::Blank),
                Usage::Go => Some(DroppedBy::Go),
                // A deferred serve call is too odd to judge.
                Usage::Defer | Usage::Used => None,
            },
            binds: listen.is_some_and(|it| it.form != "listener"),
            statement: call.statement,
            imports_log: it.file.imports.iter().any(|it| it.path.value == "log"),
            in_literal: call.in_literal,
            returns_at_shutdown: !by_failure_alone,
            is_conditional: (call.premises().next().is_some() || call.standing.is_chosen)
                && (call.usage == Usage::Go || call.standing.goroutine.is_some()),
            is_local: is_local(packages, id, call),
        });
    }
    found
}

/// Whether the servers of a package log what they return:
/// <https://github.com/kataras/iris/blob/v12.2.0/iris.go#L1052>.
fn logs_its_error(path: &str) -> bool {
    path_below("github.com/kataras/iris", path).is_some()
}

/// Whether a call that serves is told to do so on the machine's own address, as far as the first words of it tell.
fn is_local(packages: &Packages<'_>, function: FunctionId, call: &Call) -> bool {
    let of_server = match &call.callee {
        Callee::Method { receiver, .. } => match &**receiver {
            Value::Struct { fields, .. } => fields.iter().rev().find(|(it, _)| it.value == "Addr"),
            _ => None,
        },
        _ => None,
    };
    let mut addresses = call.arguments.iter().chain(of_server.map(|(_, value)| value));
    addresses.any(|it| {
        let text = first_text(packages, function, it, 4);
        // Perhaps not whole: `127.0.0.1:%d`.
        let host = text.and_then(|it| it.rsplit_once(':').map(|(host, _)| host.trim_matches(['[', ']'])));
        host.is_some_and(|it| Reach::of(it) == Reach::Loopback)
    })
}

/// The text that a value begins with.
fn first_text<'a>(
    packages: &Packages<'a>,
    function: FunctionId,
    value: &'a Value,
    depth: u32,
) -> Option<&'a str> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Literal(text) => Some(&text.value),
        Value::Concat(parts) => first_text(packages, function, parts.first()?, depth),
        Value::Format { format, .. } => first_text(packages, function, format, depth),
        Value::Call { callee, .. } => {
            let it = packages.function(function);
            let Targets::Own(own) = packages.targets(it.package, Some(it.function), callee) else {
                return None;
            };
            let [target] = own[..] else { return None };
            let [returned] = &packages.function(target).function.returns[..] else { return None };
            first_text(packages, target, returned.first()?, depth)
        }
        _ => None,
    }
}

/// Whether a file of a package helps tests, though it is compiled without them: it is in `ca/testutils`, or imports
/// `testing`.
fn is_of_tests(package: &Package<'_>, file: &GoFile) -> bool {
    let takes_tests = || file.imports.iter().any(|it| it.path.value == "testing");
    let folder = package.directory.rsplit('/').next().unwrap_or_default();
    package.name != "main" && (helps_tests(folder) || takes_tests())
}

/// Whether the call listens and then serves until it fails, as opposed to opening a socket or naming
/// an address.
pub(super) fn serves_until_it_fails(targets: &Targets<'_>, entry: Option<&GoEntry>, call: &Call) -> bool {
    if entry.is_none_or(|it| it.listen.is_none()) {
        return false;
    }
    let Some((_, on_method, path)) = named(targets) else { return false };
    let inside = |known: &str| known.contains('.') && path.starts_with(known);
    is_serving(call.callee.name(), on_method)
        && !NOT_SERVING.iter().any(|known| path == *known || inside(known))
}

fn calls<'r, 'a>(
    packages: &'r Packages<'a>,
    reachable: &'r Reachable<'a>,
) -> impl Iterator<Item = (FunctionId, &'a Call)> + 'r {
    reachable.functions.iter().flat_map(|id| packages.function(*id).function.calls.iter().map(|it| (*id, it)))
}

/// The function as a reader knows it, whether it is a method, and its package.
fn named<'a>(targets: &Targets<'a>) -> Option<(String, bool, &'a str)> {
    match targets {
        Targets::Imported(path, name) => Some((format!("{}.{name}", package_name(path)), false, path)),
        Targets::ExternalMethod(TypeRef::External(path, type_name), name) => {
            Some((format!("{}.{type_name}.{name}", package_name(path)), true, path))
        }
        _ => None,
    }
}

fn is_serving(name: &str, on_method: bool) -> bool {
    name.starts_with("ListenAndServe")
        || matches!(name, "Serve" | "ServeTLS")
        || (on_method && (name.starts_with("Run") || name.starts_with("Start") || name.starts_with("Listen")))
}

enum Asked {
    /// For os.Interrupt and not for SIGTERM; the last signal of the call.
    InterruptOnly(Span),
    /// For SIGTERM, or for every signal.
    Terminate,
    /// For what cannot be read.
    Unknown,
    /// For signals that do not end a program (SIGHUP, SIGUSR1).
    Others,
}

fn asked(packages: &Packages<'_>, package: PackageId, call: &Call, first: usize) -> Asked {
    let signals = call.arguments.get(first..).unwrap_or_default();
    let spans = call.argument_spans.get(first..).unwrap_or_default();
    let mut interrupts = false;
    let mut last = spans.last().copied();
    let mut pending: Vec<(&Value, PackageId, u32)> = signals.iter().map(|it| (it, package, 4)).collect();
    if pending.is_empty() {
        return Asked::Terminate;
    }
    while let Some((value, package, depth)) = pending.pop() {
        let Some(depth) = depth.checked_sub(1) else { return Asked::Unknown };
        match value {
            Value::List(parts, _) if !parts.is_empty() => {
                last = parts.last().and_then(Value::span);
                pending.extend(parts.iter().map(|it| (it, package, depth)));
            }
            Value::Name { package: path, name } => match (path.as_str(), name.value.as_str()) {
                ("os", "Interrupt") => interrupts = true,
                ("syscall" | "golang.org/x/sys/unix", "SIGINT") => interrupts = true,
                ("syscall" | "golang.org/x/sys/unix", "SIGTERM") => return Asked::Terminate,
                ("os" | "syscall" | "golang.org/x/sys/unix", _) => {}
                (path, name) => {
                    let owner = packages.import(package, path);
                    let found = owner.and_then(|it| Some((packages.declaration(it, name)?, it)));
                    let Some((declaration, owner)) = found else { return Asked::Unknown };
                    // `init` may add one: `signals = append(signals, syscall.SIGTERM)`.
                    if !packages.variable_writes(owner, name).is_empty() {
                        return Asked::Unknown;
                    }
                    pending.push((&declaration.value, owner, depth));
                }
            },
            _ => return Asked::Unknown,
        }
    }
    match last {
        Some(last) if interrupts => Asked::InterruptOnly(last),
        _ => Asked::Others,
    }
}
