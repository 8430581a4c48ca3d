//! Clients that connect by a function of the program: where they connect to is what that function says, and not the
//! address that they are given.

use rustc_hash::FxHashMap;

use super::Reachable;
use super::network::form_of_driver;
use super::world::{FunctionId, PackageId, Packages, Targets, TypeRef};
use crate::facts::catalogue::{self, DialEntry, Handover};
use crate::facts::go::{Call, Callee, Function, Value};
use crate::source::{Span, Spanned};

/// What carries no request elsewhere than anybody does: <https://pkg.go.dev/net/http#ProxyFromEnvironment>.
const PROXY_OF_ENVIRONMENT: &str = "ProxyFromEnvironment";

/// Where a program gives clients a function that connects for them, or an object that carries their requests, and that
/// does not keep to the address it gets.
pub(super) struct OwnDialers<'w> {
    /// By the package of the program: the package of each such client, and where that is.
    by_package: FxHashMap<PackageId, Vec<(&'w str, Span)>>,
    /// Where it registers a driver of package `database/sql` that connects so.
    driver: Option<Span>,
}

impl<'w> OwnDialers<'w> {
    /// Those in the functions of a program that may run, and in the variables of its packages.
    pub(super) fn of(packages: &Packages<'w>, reachable: &Reachable<'w>) -> Self {
        let mut found = Self { by_package: FxHashMap::default(), driver: None };
        for id in &reachable.functions {
            let it = packages.function(*id);
            let mut finder =
                Finder { packages, package: it.package, function: Some(it.function), found: &mut found };
            it.function.literals.iter().for_each(|it| finder.literal(it));
            for write in &it.function.field_writes {
                finder.write(&write.receiver, &write.field, &write.value);
            }
            it.function.calls.iter().for_each(|it| finder.call(it));
        }
        for id in &reachable.packages {
            let mut finder = Finder { packages, package: *id, function: None, found: &mut found };
            let files = &packages.package(*id).files;
            let values = files.iter().flat_map(|(_, file)| &file.declarations).map(|it| &it.value);
            values.for_each(|it| finder.literals_below(it, 12));
        }
        found
    }

    /// Where the package that a call stands in gives clients of that kind a function of its own to connect by.
    pub(super) fn for_call(
        &self,
        packages: &Packages<'w>,
        function: FunctionId,
        call: &Call,
        dial: &DialEntry,
    ) -> Option<Span> {
        // The name of a driver is given with the address, and those of public drivers are known.
        let is_public = |it: &Value| matches!(it, Value::Literal(it) if form_of_driver(&it.value).is_some());
        if dial.form == "driver" && !call.arguments.iter().any(is_public) {
            return self.driver;
        }
        let it = packages.function(function);
        let own = self.by_package.get(&it.package)?;
        let client = match packages.targets_of(function, call) {
            Targets::Imported(path, _) | Targets::ExternalMethod(TypeRef::External(path, _), _) => {
                repository(path)
            }
            _ => return None,
        };
        own.iter().find(|(path, _)| repository(path) == client).map(|it| it.1)
    }
}

/// What the packages of one client have in common: `github.com/jackc/pgx`, `go.mongodb.org/mongo-driver`, `net/http`.
fn repository(path: &str) -> &str {
    let parts = if path.starts_with("github.com/") { 3 } else { 2 };
    path.match_indices('/').nth(parts - 1).map_or(path, |(at, _)| &path[..at])
}

struct Finder<'e, 'w> {
    packages: &'e Packages<'w>,
    package: PackageId,
    function: Option<&'w Function>,
    found: &'e mut OwnDialers<'w>,
}

impl<'w> Finder<'_, 'w> {
    /// `&http.Transport{DialContext: dial}`.
    fn literal(&mut self, value: &'w Value) {
        let Value::Struct { type_name: Some(of), fields, .. } = value else { return };
        for (field, value) in fields {
            if let Some(how) = catalogue::handover(&of.package, &of.name, &field.value) {
                self.add(&of.package, how, value, field.span);
            }
        }
    }

    fn literals_below(&mut self, value: &'w Value, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        self.literal(value);
        value.each_part(&mut |it| self.literals_below(it, depth));
    }

    /// `config.ConnConfig.DialFunc = dial`; where nothing shows of which type that is, of one whose package is imported.
    fn write(&mut self, receiver: &'w Value, field: &'w Spanned<String>, value: &'w Value) {
        let named = catalogue::handovers(&field.value);
        if named.is_empty() {
            return;
        }
        let of = self.packages.type_of(self.package, self.function, receiver);
        let files = &self.packages.package(self.package).files;
        let mut imports = files.iter().flat_map(|(_, file)| &file.imports).map(|it| it.path.value.as_str());
        let found = match of {
            Some(TypeRef::Own(..)) => None,
            Some(TypeRef::External(path, name)) => {
                catalogue::handover(path, name, &field.value).map(|how| (path, how))
            }
            None => imports.find_map(|path| {
                let of_it = |it: &&(&str, Handover)| repository(it.0) == repository(path);
                named.iter().find(of_it).map(|it| (path, it.1))
            }),
        };
        if let Some((path, how)) = found {
            self.add(path, how, value, field.span);
        }
    }

    /// `grpc.WithContextDialer(dial)`, `options.SetDialer(dialer)`.
    fn call(&mut self, call: &'w Call) {
        let (path, type_name, name) = match &call.callee {
            Callee::Imported { package, name } => (package.as_str(), "", name),
            Callee::Method { receiver_type: Some(of), name, .. } => {
                (of.package.as_str(), of.name.as_str(), name)
            }
            _ => return,
        };
        match (catalogue::handover(path, type_name, name), call.arguments.last()) {
            (Some(Handover::Driver), _) => self.found.driver = Some(call.span),
            (Some(how), Some(value)) => self.add(path, how, value, call.span),
            _ => {}
        }
    }

    fn add(&mut self, client: &'w str, how: Handover, value: &'w Value, at: Span) {
        if !self.keeps_address(how, value) {
            self.found.by_package.entry(self.package).or_default().push((client, at));
        }
    }

    /// Whether what `value` names connects to the address that it gets.
    fn keeps_address(&self, how: Handover, value: &'w Value) -> bool {
        if let Value::Unknown(it) = value
            && it.reason == "it is nil"
        {
            return true;
        }
        match how {
            Handover::Driver => false,
            Handover::Carrier => {
                !self.methods(value).iter().any(|it| redirects(self.packages.function(*it).function))
            }
            Handover::Callback => match value {
                // What a literal in the value of a variable of the package calls stands in an `init`.
                Value::Unknown(literal) => {
                    let initial = self.packages.functions_named(self.package, "init").iter();
                    let initial = initial.map(|it| self.packages.function(*it).function);
                    let calls = self.function.into_iter().chain(initial).flat_map(|it| &it.calls);
                    let mut inside = calls.filter(|it| within(it.span, literal.span));
                    inside.any(|it| hands_on(self.packages, self.package, self.function, it, 3))
                }
                Value::Name { package, name } => match self.packages.import(self.package, package) {
                    Some(owner) => self.any_hands_on(self.packages.functions_named(owner, &name.value)),
                    None => of_net(package) || name.value == PROXY_OF_ENVIRONMENT,
                },
                // The method of an object: `dialer.DialContext`.
                Value::Field { receiver, field, .. } => {
                    match self.packages.type_of(self.package, self.function, receiver) {
                        Some(TypeRef::External(path, _)) => of_net(path),
                        Some(TypeRef::Own(owner, name)) => {
                            let method = self.packages.method(owner, name, &field.value);
                            self.any_hands_on(method.as_slice())
                        }
                        None => false,
                    }
                }
                // An object that connects: `&net.Dialer{}`.
                _ => match self.packages.type_of(self.package, self.function, value) {
                    Some(TypeRef::External(path, _)) => of_net(path),
                    _ => self.any_hands_on(&self.methods(value)),
                },
            },
        }
    }

    /// The methods of the type of the project that a value is of.
    fn methods(&self, value: &'w Value) -> Vec<FunctionId> {
        match self.packages.type_of(self.package, self.function, value) {
            Some(TypeRef::Own(owner, name)) => self.packages.methods_of(owner, name),
            _ => Vec::new(),
        }
    }

    fn any_hands_on(&self, functions: &[FunctionId]) -> bool {
        any_hands_on(self.packages, functions, 3)
    }
}

fn any_hands_on(packages: &Packages<'_>, functions: &[FunctionId], depth: u32) -> bool {
    let mut functions = functions.iter().map(|it| packages.function(*it));
    functions.any(|it| {
        let mut calls = it.function.calls.iter();
        calls.any(|call| hands_on(packages, it.package, Some(it.function), call, depth))
    })
}

/// Whether a call connects, by package net, to an address that the function around it is given.
fn hands_on<'w>(
    packages: &Packages<'w>,
    package: PackageId,
    function: Option<&'w Function>,
    call: &'w Call,
    depth: u32,
) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let (path, type_name, name) = match packages.targets(package, function, &call.callee) {
        Targets::Own(own) => return any_hands_on(packages, &own, depth),
        Targets::Imported(path, name) => (path, "", name),
        Targets::ExternalMethod(TypeRef::External(path, type_name), name) => (path, type_name, name),
        _ => return false,
    };
    if !of_net(path) {
        return false;
    }
    let dial = catalogue::go().find(path, type_name, name).and_then(|it| it.dial.as_ref());
    let at = match dial.and_then(|it| it.address.as_ref()) {
        Some(address) => address.host.argument,
        None => call.arguments.len().checked_sub(1).filter(|_| name.starts_with("Lookup")),
    };
    at.and_then(|it| call.arguments.get(it)).is_some_and(|it| is_given(it, 8))
}

/// Whether a value is made of a parameter.
fn is_given(value: &Value, depth: u32) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return false };
    let mut found = matches!(value, Value::Parameter { .. } | Value::Unknown(_));
    value.each_part(&mut |it| found |= is_given(it, depth));
    found
}

/// Whether a function sends a request elsewhere: `request.URL.Host = "users:8080"`.
fn redirects(function: &Function) -> bool {
    function.field_writes.iter().any(|it| matches!(it.field.value.as_str(), "URL" | "Host"))
}

fn of_net(package: &str) -> bool {
    matches!(package, "net" | "crypto/tls")
}

fn within(inner: Span, outer: Span) -> bool {
    inner.file == outer.file && inner.start >= outer.start && inner.end <= outer.end
}
