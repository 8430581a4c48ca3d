//! What a program listens on and whom it dials, in one workload.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use super::absent::{absent, calls_one_of, default_of};
use super::certainty::Certainty;
use super::handed_on::handed_on;
use super::listen::ListenerFinder;
use super::missing_files::missing_files;
use super::own_dialer::OwnDialers;
use super::stop_timeout::stop_timeouts;
use super::stored_reads::stored_for_nobody;
use super::world::{FunctionId, Packages, Targets, TypeRef};
use super::{
    Alternative, CallRole, Detail, Dial, DialLogin, DialSource, FixedPort, GoNetwork, NetworkCall, ProgramId,
    Reachable, World, values,
};
use crate::facts::catalogue::{DialEntry, EntryAddress, GoEntry, Input, go as catalogue};
use crate::facts::go::{Call, Callee, Unknown, Value};
use crate::model::peers::tells_address;
use crate::model::proxied::is_proxied;
use crate::model::resolve::{Answers, ConfigFiles, Evaluator, Frame, InWorld, Located, Setting, Shared};
use crate::net::{HOLE, Protocol, Reach, default_port, parse_target};
use crate::source::{Confidence, Span, Spanned};

/// Schemes of a variable's value that say by themselves that somebody will connect there.
const SERVICE_SCHEMES: &[&str] = &[
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongodb",
    "redis",
    "rediss",
    "amqp",
    "amqps",
    "nats",
    "kafka",
    "sqlserver",
    "clickhouse",
    "pulsar",
    "mqtt",
    "memcached",
    "cockroachdb",
];

impl<'a> World<'a> {
    /// What programs do on the network, each in the workload that gives it a setting.
    #[must_use]
    pub fn networks(&self, runs: &[(ProgramId, Setting<'_>)]) -> Vec<GoNetwork> {
        let mut by_program: BTreeMap<ProgramId, Vec<usize>> = BTreeMap::new();
        for (at, (program, _)) in runs.iter().enumerate() {
            by_program.entry(*program).or_default().push(at);
        }
        let by_program: Vec<_> = by_program.into_iter().collect();
        let found = by_program.into_par_iter().flat_map_iter(|(program, members)| {
            let settings: Vec<_> = members.iter().map(|at| runs[*at].1).collect();
            self.networks_of(program, &settings).into_iter().map(move |(at, it)| (members[at], it))
        });
        let mut found: Vec<(usize, GoNetwork)> = found.collect();
        found.sort_by_key(|it| it.0);
        found.into_iter().map(|it| it.1).collect()
    }

    /// What one program does in several workloads, each with its number. What holds in several of them is worked
    /// out once.
    fn networks_of(&self, program: ProgramId, settings: &[Setting<'_>]) -> Vec<(usize, GoNetwork)> {
        let (all, shared) = (self.reachable(program), Shared::default());
        let whole: Vec<_> = settings.iter().map(|it| self.evaluator(program, all, *it, &shared)).collect();
        let mut parts: Vec<(FxHashSet<Span>, Vec<usize>)> = Vec::new();
        let mut known = InWorkloads(Vec::new());
        for (at, whole) in whole.iter().enumerate() {
            let work = || {
                (
                    all.left_out(self.packages(program), |it, premise| whole.is_left_out(it, premise)),
                    whole.answers(),
                )
            };
            let left_out = known.of(|it| whole.agrees(*it), work);
            match parts.iter_mut().find(|(it, _)| *it == left_out) {
                Some((_, members)) => members.push(at),
                None => parts.push((left_out, vec![at])),
            }
        }
        let mut found: Vec<(usize, GoNetwork)> = Vec::new();
        for (left_out, members) in parts {
            if left_out.is_empty() {
                let reads = members.first().map(|at| VariableReads::new(&whole[*at])).unwrap_or_default();
                let mut known = InWorkloads(Vec::new());
                found.extend(members.iter().map(|at| {
                    let running = &whole[*at];
                    let work = || (self.network(program, running, &reads), running.answers());
                    (*at, known.of(|it| running.agrees(*it), work))
                }));
                continue;
            }
            let (part, shared) = (all.without(left_out), Shared::default());
            let (mut reads, mut known) = (None, InWorkloads(Vec::new()));
            found.extend(members.iter().map(|at| {
                let (running, whole) = (self.evaluator(program, &part, settings[*at], &shared), &whole[*at]);
                let agrees = |it: &[Answers; 2]| running.agrees(it[0]) && whole.agrees(it[1]);
                let work = || {
                    let reads = reads.get_or_insert_with(|| VariableReads::new(&running));
                    let mut network = self.network(program, &running, reads);
                    let left_out = listeners_of(whole).left_out(&network.listeners);
                    network.listeners.left_out.extend(left_out);
                    (network, [running.answers(), whole.answers()])
                };
                (*at, known.of(agrees, work))
            }));
        }
        found
    }

    fn evaluator<'w>(
        &'w self,
        program: ProgramId,
        reachable: &'w Reachable<'w>,
        setting: Setting<'w>,
        shared: &Shared<'w>,
    ) -> Evaluator<'w> {
        let it = &self.programs[program.0 as usize];
        let files = ConfigFiles { facts: self.facts, directories: vec![&it.directory, &it.module_directory] };
        let mut evaluator = Evaluator::new(self.packages(program), reachable, setting, shared);
        evaluator.files = files;
        evaluator
    }

    /// What a program does on the network, which reads these variables.
    fn network<'w>(&self, program: ProgramId, evaluator: &Evaluator<'w>, reads: &VariableReads) -> GoNetwork
    where
        'a: 'w,
    {
        let (reachable, packages) = (evaluator.reachable, evaluator.packages);
        let mut listeners = ListenerFinder::new(evaluator);
        let mut dials = Vec::new();
        let mut calls = Vec::new();
        let mut timeouts = Vec::new();
        let (mut certainty, mut optional) = (Certainty::new(evaluator), Vec::new());
        let mut of_other_commands = Vec::new();
        let own_dialers = OwnDialers::of(packages, reachable);
        for function in &reachable.functions {
            // What a wrapper does is asked of its calls, not of its body.
            let wrapper = packages.wrapped(*function);
            let listens = wrapper.is_some_and(|it| it.listen.is_some());
            let dials_itself = wrapper.is_some_and(|it| it.dial.is_some());
            for call in &packages.function(*function).function.calls {
                if reachable.leaves_out(call) {
                    continue;
                }
                let entry = entry_at(packages, *function, call);
                if !listens {
                    listeners.visit(*function, call, entry);
                    let listens_here = entry.is_some_and(|it| it.listen.is_some());
                    if listens_here && certainty.is_optional(*function, call) {
                        optional.push(call.span);
                    }
                }
                let is_judged = entry.is_some_and(|it| it.signals.is_some() || it.listen.is_some());
                if is_judged && certainty.is_of_other_command(*function) {
                    of_other_commands.push(call.span);
                }
                if let Some(shutdown) = entry.and_then(|it| it.shutdown) {
                    timeouts.extend(stop_timeouts(evaluator, *function, call, shutdown));
                }
                if let Some(dial) = entry.and_then(|it| it.dial.as_ref()).filter(|_| !dials_itself) {
                    if let Some(dialer) = own_dialers.for_call(packages, *function, call, dial) {
                        calls.push(dialled_by_program(call, dialer));
                        continue;
                    }
                    calls.extend(find_dials(
                        evaluator,
                        &mut certainty,
                        *function,
                        call,
                        dial,
                        self.detail,
                        &mut dials,
                    ));
                }
            }
        }
        variable_dials(evaluator, reads, &mut dials);
        let main = self.programs[program.0 as usize].main;
        let (mut listeners, listening) = listeners.finish(main);
        listeners.optional = optional;
        calls.extend(listening);
        listeners.handed_on = handed_on(evaluator);
        let known = self.programs[program.0 as usize].reads.known.iter();
        let variables = known.map(|it| (it.name.clone(), evaluator.process_variable(&it.name))).collect();
        let missing_files = missing_files(evaluator);
        GoNetwork {
            listeners,
            dials,
            calls,
            stop_timeouts: timeouts,
            variables,
            missing_files,
            of_other_commands,
            idle_variables: reads.idle_variables(evaluator),
        }
    }
}

/// The ports that the program of `evaluator`, which knows of no workload, listens on all the same.
pub(super) fn fixed_ports(evaluator: &Evaluator<'_>, main: Span) -> Vec<FixedPort> {
    let known = listeners_of(evaluator).finish(main).0.known.into_iter();
    let fixed = known.filter(|it| it.confidence == Confidence::Proven && it.alternative.is_none());
    fixed.filter_map(|it| Some(FixedPort { port: it.port?, span: it.port_span, call: it.call })).collect()
}

/// The sockets that any function of the program listens on.
fn listeners_of<'e, 'w>(evaluator: &'e Evaluator<'w>) -> ListenerFinder<'e, 'w> {
    let packages = evaluator.packages;
    let mut finder = ListenerFinder::new(evaluator);
    let listens = |it: &FunctionId| packages.wrapped(*it).is_some_and(|it| it.listen.is_some());
    for function in evaluator.reachable.functions.iter().filter(|it| !listens(it)) {
        for call in &packages.function(*function).function.calls {
            finder.visit(*function, call, entry_at(packages, *function, call));
        }
    }
    finder
}

/// What is known of what a call in `function` does on the network.
fn entry_at<'w>(packages: &Packages<'w>, function: FunctionId, call: &Call) -> Option<&'w GoEntry> {
    let known = packages.network_entry_of(function, call);
    // Its body need not have been read.
    let (None, Callee::Imported { package, name }) = (known, &call.callee) else { return known };
    let own = packages.import(packages.function(function).package, package)?;
    let imports = packages.package(own).files.iter().flat_map(|(_, file)| &file.imports);
    catalogue().generated(imports.map(|it| it.path.value.as_str()), name)
}

/// What was found in the workloads that were looked at, each with what these answered on the way.
struct InWorkloads<A, T>(Vec<(A, T)>);

impl<A, T: Clone> InWorkloads<A, T> {
    /// What is found in one more: the same as in another that answers alike.
    fn of(&mut self, agrees: impl Fn(&A) -> bool, work: impl FnOnce() -> (T, A)) -> T {
        if let Some((_, found)) = self.0.iter().find(|(answers, _)| agrees(answers)) {
            return found.clone();
        }
        let (found, answers) = work();
        self.0.push((answers, found.clone()));
        found
    }
}

/// What the catalogue knows of what a call runs.
pub(in crate::model) fn entry_of(targets: &Targets<'_>) -> Option<&'static GoEntry> {
    match targets {
        Targets::Imported(path, name) => catalogue().find(path, "", name),
        Targets::ExternalMethod(TypeRef::External(path, type_name), name) => {
            catalogue().find(path, type_name, name)
        }
        _ => None,
    }
}

/// A call of a client that a function of the program connects, which `dialer` gives it.
fn dialled_by_program(call: &Call, dialer: Span) -> NetworkCall {
    let reason = "a function of the program says where its client connects to";
    let unknown = Some(Spanned::new(reason.to_owned(), dialer));
    NetworkCall { unknown, ..NetworkCall::new(call.span, CallRole::Dial) }
}

/// Gathers the dials of one call; `None` when it connects to nothing on the network (a Unix socket, a
/// database in a file).
fn find_dials<'w>(
    evaluator: &Evaluator<'w>,
    certainty: &mut Certainty<'_, 'w>,
    function: FunctionId,
    call: &'w Call,
    entry: &'w DialEntry,
    detail: Detail,
    dials: &mut Vec<Dial>,
) -> Option<NetworkCall> {
    if is_never_used(evaluator.packages, function, call) {
        return None;
    }
    let mut network_call = NetworkCall::new(call.span, CallRole::Dial);
    if entry.address.is_none() && entry.default.is_empty() {
        let reason = "the address of this call is set in ways that are not followed";
        network_call.unknown = Some(Spanned::new(reason.to_owned(), call.span));
        return Some(network_call);
    }
    let look = |frame: &Rc<Frame<'w>>| {
        let mut out = Found::default();
        let needs_caller = dials_of(evaluator, call, entry, frame, &mut out);
        out.frame = Some(Rc::clone(frame));
        (out, needs_caller)
    };
    let beyond = || Found { unknown: Some(too_many(call.span)), ..Found::default() };
    let contexts = evaluator.in_contexts_and_worlds(function, look, beyond);
    let is_registered = evaluator.reachable.is_of_registered(evaluator.packages, function);
    let (mut on_network, mut is_empty, mut connects) = (false, false, false);
    let mut without_host = None;
    for (context, worlds) in contexts.into_iter().enumerate() {
        let alternatives = alternatives(worlds, Found::is_alike);
        network_call.varies |= alternatives.len() > 1;
        let logins = alternatives.len() as u32;
        let places: Vec<_> = alternatives.iter().map(|it| it.map(Found::places)).collect();
        let places = self::alternatives(places, PartialEq::eq);
        for InWorld { found, is_default } in alternatives {
            let alternative = |of: u32, is_default: bool| {
                (of > 1).then_some(Alternative { context: context as u32, of, is_default })
            };
            let at = found.places();
            let is_default_place = places.iter().any(|it| it.is_default && it.found == at);
            let place = alternative(places.len() as u32, is_default_place);
            let is_insisted_on = found.frame.as_ref().is_some_and(|it| certainty.is_insisted_on(call, it));
            on_network |= found.unknown.is_some() || !found.dials.is_empty();
            is_empty |= found.is_empty;
            connects |= !found.dials.is_empty() || (found.unknown.is_some() && !found.is_empty);
            if let Some(unknown) = found.unknown {
                // Where nobody makes a setting, nothing is dialled: that hides nothing of the other cases.
                let hides = if found.is_empty { &mut without_host } else { &mut network_call.unknown };
                hides.get_or_insert(Spanned::new(unknown.reason, unknown.span));
            }
            let first = dials.len();
            for mut dial in found.dials {
                network_call.confidence = network_call.confidence.min(dial.confidence);
                let same = |it: &Dial| {
                    let database = |it: &Dial| it.login.database.as_ref().map(|it| it.value.clone());
                    (it.site, &it.host, it.port) == (dial.site, &dial.host, dial.port)
                        && database(it) == database(&dial)
                };
                // `127.0.0.1:9092,[::1]:9092` is one place, said for both versions of IP.
                let is_loopback = |it: &Dial| Reach::of(&it.host) == Reach::Loopback;
                let same_place = |it: &Dial| {
                    is_loopback(it) && is_loopback(&dial) && (it.site, it.port) == (dial.site, dial.port)
                };
                // What is tried where something else failed is a fallback, which may fail as well.
                if call.standing.after_failure || dials[first..].iter().any(same_place) {
                    continue;
                }
                if let Some(known) = dials.iter_mut().find(|it| same(it)) {
                    known.is_optional &= !is_insisted_on;
                    continue;
                }
                dial.alternative = place;
                dial.login.alternative = alternative(logins, is_default);
                dial.is_optional = !is_insisted_on;
                if is_registered {
                    dial.confidence = Confidence::Possible;
                }
                if place.is_some() {
                    dial.confidence = dial.confidence.min(Confidence::Likely);
                }
                dials.push(dial);
            }
        }
    }
    if !connects {
        network_call.unknown = network_call.unknown.or(without_host);
    }
    if let Some(unknown) = network_call.unknown.as_mut().filter(|_| detail == Detail::Origin) {
        let contexts = evaluator.tracing(|| evaluator.in_contexts_and_worlds(function, look, beyond));
        let holes: Vec<_> = contexts.into_iter().flatten().filter_map(|it| it.found.unknown).collect();
        let inputs: Option<Vec<Input>> = holes.iter().map(|it| it.input).collect();
        network_call.input = inputs.and_then(|it| it.first().copied());
        if let (Some(input), Some(hole)) = (network_call.input, holes.first()) {
            *unknown = Spanned::new(input.reason().to_owned(), hole.span);
        }
    }
    network_call.is_idle = is_empty && !connects;
    (on_network || is_empty).then_some(network_call)
}

/// Whether a call makes a client that connects when it is first used, and never is.
fn is_never_used(packages: &Packages<'_>, function: FunctionId, call: &Call) -> bool {
    let connects_later = || entry_of(packages.targets_of(function, call)).is_some_and(|it| it.connects_later);
    packages.function(function).function.never_used.contains(&call.span) && connects_later()
}

/// What is found in several worlds, each once; it is the default when it is in one that is.
pub(super) fn alternatives<T>(worlds: Vec<InWorld<T>>, alike: impl Fn(&T, &T) -> bool) -> Vec<InWorld<T>> {
    let mut out: Vec<InWorld<T>> = Vec::new();
    for world in worlds {
        match out.iter_mut().find(|it| alike(&it.found, &world.found)) {
            Some(known) => known.is_default |= world.is_default,
            None => out.push(world),
        }
    }
    out
}

/// The reason where there are more alternatives than are looked at.
pub(super) fn too_many(call: Span) -> Unknown {
    Unknown::new("too many conditions decide", call)
}

/// What one call dials in one context.
#[derive(Default)]
struct Found<'w> {
    dials: Vec<Dial>,
    /// Where it was looked for.
    frame: Option<Rc<Frame<'w>>>,
    /// Why one of the texts that it may dial names no host and port.
    unknown: Option<Unknown>,
    /// Whether one of them is certainly empty.
    is_empty: bool,
}

impl Found<'_> {
    /// Where it connects, whoever logs in there and to what; and whether it may be elsewhere.
    fn places(&self) -> (Vec<(String, String, Option<u16>)>, bool) {
        let place = |it: &Dial| (it.scheme.clone(), it.host.clone(), it.port);
        (self.dials.iter().map(place).collect(), self.unknown.is_some())
    }

    fn is_alike(&self, other: &Self) -> bool {
        let address = |it: &Dial| (it.host.clone(), it.port, it.path.clone(), it.login.clone());
        self.unknown.is_some() == other.unknown.is_some()
            && self.dials.len() == other.dials.len()
            && self.dials.iter().zip(&other.dials).all(|(left, right)| address(left) == address(right))
    }
}

/// Reads one dial in one context; says whether a caller could tell more.
fn dials_of<'w>(
    evaluator: &Evaluator<'w>,
    call: &'w Call,
    entry: &'w DialEntry,
    frame: &Rc<Frame<'w>>,
    out: &mut Found,
) -> bool {
    let mut needs_caller = false;
    let network = word_of(evaluator, call, entry.network.as_ref(), frame);
    let protocol = match network.as_deref() {
        Some(it) if it.starts_with("unix") || it.starts_with("ip") => return false,
        Some(it) if it.starts_with("udp") => Protocol::Udp,
        _ => Protocol::Tcp,
    };
    let named = word_of(evaluator, call, entry.scheme.as_ref(), frame);
    let (form, scheme) = match entry.form {
        "driver" => match named.as_deref() {
            Some(it) if it.contains("sqlite") || it == "duckdb" => return false,
            it => it.and_then(form_of_driver).unwrap_or(("any", "")),
        },
        "target" => ("address", named.as_deref().unwrap_or("grpc")),
        form => (form, named.as_deref().unwrap_or_default()),
    };
    let located = entry.address.as_ref().map(|it| evaluator.addresses(it, call, frame));
    for located in located.unwrap_or_else(|| vec![Located::Absent]) {
        let mut source = DialSource::Code;
        let (outcome, literal) = match located {
            Located::Elsewhere => continue,
            Located::Absent => match absent(evaluator, call, frame, &entry.default, &entry.unless) {
                Some(it) => (it, false),
                None => continue,
            },
            Located::Text { outcome, .. }
                if outcome.unknown.is_none()
                    && outcome.text.as_str().is_empty()
                    && !entry.default.is_empty() =>
            {
                let mut it = default_of(evaluator, call, frame, &entry.default);
                it.via = [outcome.via, it.via].concat();
                source = DialSource::EmptySetting;
                (it, false)
            }
            Located::Text { outcome, literal } => (outcome, literal),
        };
        needs_caller |= outcome.needs_caller;
        // An address that nobody configured is not dialled, or not with success.
        if outcome.unknown.is_none() && is_nowhere(outcome.text.as_str()) {
            out.is_empty |= outcome.confidence >= Confidence::Likely;
            continue;
        }
        let targets = parse_target(outcome.text.as_str(), form);
        if targets.is_empty() {
            let nowhere = || {
                let reason = format!("`{}` names no host", outcome.text.as_str());
                Unknown::new(reason, call.span)
            };
            // What it begins with, or the host in it, is a setting that nobody made.
            let lacks_host = lacks_host(outcome.text.as_str(), form);
            out.is_empty |=
                lacks_host && outcome.unknown.is_none() && outcome.confidence >= Confidence::Likely;
            out.unknown.get_or_insert_with(|| outcome.unknown.clone().unwrap_or_else(nowhere));
        }
        for target in targets {
            // `:50051` as it is written is the own machine; a host that came out empty is a
            // variable that somebody forgot, which is another fault.
            let own_machine = target.host.is_empty();
            if own_machine && !(literal && target.port.is_some() && outcome.text.as_str().starts_with(':')) {
                let is_unset = outcome.unknown.is_none() && target.port.is_none_or(|it| it == 0);
                out.is_empty |= is_unset && outcome.confidence >= Confidence::Likely;
                continue;
            }
            // `http://docker/info` over a Unix socket: the host is made up.
            let made_up = form == "url" && target.port_range.is_none() && !target.host.contains('.');
            if made_up && dials_unix_socket(evaluator, frame) {
                continue;
            }
            let scheme = target.scheme.clone().unwrap_or_else(|| scheme.to_owned());
            if is_proxied(&scheme, &target.host, |it| evaluator.set_variable(it)) {
                let reason = "a proxy that the environment names is asked for it";
                out.unknown.get_or_insert_with(|| Unknown::new(reason, call.span));
                continue;
            }
            let bare =
                target.port.is_none() && !outcome.text.as_str()[target.host_range.end..].starts_with(':');
            let name_alone = form == "host" || entry.address.as_ref().is_some_and(|it| it.port.is_some());
            let by_option = || calls_one_of(evaluator, call, &entry.unless);
            let port = if bare && name_alone && !by_option() { default_port(&scheme) } else { target.port };
            let host_span = outcome.text.span_of(target.host_range.clone()).unwrap_or(call.span);
            out.dials.push(Dial {
                host: if own_machine { "localhost".to_owned() } else { target.host.clone() },
                port,
                scheme,
                path: target.path.chars().take_while(|it| *it != HOLE).collect(),
                login: DialLogin::of(&target.login, &outcome.text),
                protocol,
                host_span,
                port_span: target.port_range.clone().and_then(|it| outcome.text.span_of(it)),
                site: call.span,
                via: outcome.via.clone(),
                source,
                confidence: outcome.confidence,
                alternative: None,
                is_optional: false,
            });
        }
    }
    needs_caller
}

/// The form of the address that a driver of package `database/sql` takes, and its protocol.
pub(super) fn form_of_driver(name: &str) -> Option<(&'static str, &'static str)> {
    match name {
        "mysql" | "nrmysql" => Some(("mysql", "mysql")),
        "postgres" | "pgx" | "pq" | "pg" | "postgresql" | "nrpostgres" | "cloudsqlpostgres" => {
            Some(("any", "postgres"))
        }
        "sqlserver" | "mssql" => Some(("any", "sqlserver")),
        "clickhouse" => Some(("any", "clickhouse")),
        _ => None,
    }
}

/// Whether an address is empty, or a URL of which the host is: `"https://" + host + "/send"` for a host that nobody
/// sets. Go refuses both.
fn is_nowhere(text: &str) -> bool {
    let behind = ["http://", "https://"].into_iter().find_map(|it| text.strip_prefix(it));
    text.is_empty() || behind.is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

/// Whether an address has a place for the host, and nothing there.
fn lacks_host(text: &str, form: &str) -> bool {
    let keyword = text.split_whitespace().any(|it| it == "host=");
    keyword || text.contains("@tcp(:") || text.contains("@tcp()") || form == "url" && text.starts_with('/')
}

/// Whether the package that a call stands in connects to a Unix socket somewhere.
fn dials_unix_socket(evaluator: &Evaluator<'_>, frame: &Frame<'_>) -> bool {
    let Frame::Function { function, .. } = frame else { return false };
    let package = evaluator.packages.function(*function).package;
    let functions = evaluator.reachable.functions.iter().map(|it| evaluator.packages.function(*it));
    let calls = functions.filter(|it| it.package == package).flat_map(|it| &it.function.calls);
    let mut arguments = calls.filter(|it| it.callee.name().starts_with("Dial")).flat_map(|it| &*it.arguments);
    arguments.any(|it| matches!(it, Value::Literal(text) if text.value == "unix"))
}

/// A fixed word, or one that an argument gives.
pub(super) fn word_of<'w>(
    evaluator: &Evaluator<'w>,
    call: &'w Call,
    word: Option<&'w EntryAddress>,
    frame: &Rc<Frame<'w>>,
) -> Option<String> {
    match word? {
        EntryAddress::Fixed(word) => Some(word.to_string()),
        EntryAddress::At(place) => match evaluator.place(place, call, frame).pop()? {
            Located::Text { outcome, .. } if outcome.unknown.is_none() => {
                Some(outcome.text.as_str().to_owned())
            }
            _ => None,
        },
    }
}

/// Variables that the program reads and whose value is the address of a database or a broker.
fn variable_dials(evaluator: &Evaluator<'_>, reads: &VariableReads, dials: &mut Vec<Dial>) {
    let mut seen = FxHashSet::default();
    for (name, site) in &reads.places {
        let Some(variable) = evaluator.set_variable(name) else { continue };
        let Some(text) = &variable.value else { continue };
        let mut targets = parse_target(text.as_str(), "any");
        targets.retain(|it| it.scheme.as_deref().is_some_and(|it| SERVICE_SCHEMES.contains(&it)));
        if targets.is_empty() || reads.is_idle(evaluator, *site) || !seen.insert(name) {
            continue;
        }
        for target in targets {
            let covered = |it: &Dial| it.host == target.host && it.port == target.port;
            if target.host.is_empty() || dials.iter().any(covered) {
                continue;
            }
            dials.push(Dial {
                host: target.host,
                port: target.port,
                scheme: target.scheme.unwrap_or_default(),
                path: target.path,
                login: DialLogin::of(&target.login, text),
                protocol: Protocol::Tcp,
                host_span: text.span_of(target.host_range).unwrap_or(variable.span),
                port_span: target.port_range.and_then(|it| text.span_of(it)),
                site: *site,
                via: Vec::new(),
                source: DialSource::Variable,
                confidence: Confidence::Likely,
                alternative: None,
                is_optional: false,
            });
        }
    }
}

/// The variables that a program reads by names that are written out.
#[derive(Default)]
struct VariableReads {
    /// Each with where it is read, in order.
    places: Vec<(String, Span)>,
    /// The places whose values go nowhere, once they were asked for: most workloads have no address in a variable.
    idle: OnceCell<FxHashSet<Span>>,
}

impl VariableReads {
    fn new(evaluator: &Evaluator<'_>) -> Self {
        Self { places: variables_read(evaluator), idle: OnceCell::new() }
    }

    /// Whether what is read there is only stored where nothing reads it, or given to a client that nothing uses.
    fn is_idle(&self, evaluator: &Evaluator<'_>, place: Span) -> bool {
        let idle = || {
            let mut idle = stored_for_nobody(evaluator);
            idle.extend(self.given_to_unused(evaluator));
            idle
        };
        self.idle.get_or_init(idle).contains(&place)
    }

    /// The places in the arguments of calls that make a client which nothing uses.
    fn given_to_unused(&self, evaluator: &Evaluator<'_>) -> Vec<Span> {
        let packages = evaluator.packages;
        let functions = evaluator.reachable.functions.iter();
        let calls = functions.flat_map(|of| packages.function(*of).function.calls.iter().map(|it| (*of, it)));
        let unused: Vec<Span> =
            calls.filter(|(of, it)| is_never_used(packages, *of, it)).map(|it| it.1.span).collect();
        let places = self.places.iter().map(|it| it.1);
        places.filter(|place| unused.iter().any(|it| it.contains(*place))).collect()
    }

    /// The variables with addresses, as the workload sets them, that every place which reads them only stores so.
    fn idle_variables(&self, evaluator: &Evaluator<'_>) -> Vec<String> {
        let of_one = self.places.chunk_by(|one, other| one.0 == other.0);
        let idle = of_one.filter(|places| {
            let name = &places[0].0;
            evaluator.set_variable(name).is_some_and(|it| tells_address(name, it))
                && places.iter().all(|(_, place)| self.is_idle(evaluator, *place))
        });
        idle.map(|places| places[0].0.clone()).collect()
    }
}

/// The variables that the program reads by a name that is written out, and where, in order.
fn variables_read(evaluator: &Evaluator<'_>) -> Vec<(String, Span)> {
    let mut names = FxHashSet::default();
    for value in values::places(evaluator.reachable).flat_map(|it| evaluator.packages.values_of_reads(it)) {
        if let Value::Environment(read) = value
            && let Value::Literal(key) = &read.key
        {
            names.insert((key.value.clone(), read.span));
        }
    }
    // A helper `getEnv("KEY", "default")` reads what its first argument names.
    for function in &evaluator.reachable.functions {
        for call in &evaluator.packages.function(*function).function.calls {
            let (Some(Value::Literal(key)), true) = (call.arguments.first(), is_reader(call)) else {
                continue;
            };
            names.insert((key.value.clone(), call.span));
        }
    }
    for flag in evaluator.flag_definitions().iter() {
        flag.parts.variable.iter().for_each(|it| gather_names(it, flag.span, &mut names));
    }
    for package in &evaluator.reachable.packages {
        for (_, file) in &evaluator.packages.package(*package).files {
            let tags = file.structs.iter().flat_map(|it| &it.fields).filter_map(|it| it.tag.as_ref());
            for tag in tags {
                for key in ["env", "envconfig", "mapstructure"] {
                    if let Some(name) = crate::model::resolve::tag_value(tag, key) {
                        let name = name.value.split(',').next().unwrap_or_default().trim().to_owned();
                        names.insert((name, tag.span));
                    }
                }
            }
        }
    }
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort();
    names
}

fn is_reader(call: &Call) -> bool {
    let name = call.callee.name().to_ascii_lowercase();
    name.contains("env") || name == "getstring"
}

/// The variables whose names stand in one text or in a list.
fn gather_names(value: &Value, read: Span, names: &mut FxHashSet<(String, Span)>) {
    match value {
        Value::Literal(it) => {
            names.extend(it.value.split(',').map(|name| (name.trim().to_owned(), read)));
        }
        Value::List(parts, _) => parts.iter().for_each(|it| gather_names(it, read, names)),
        _ => {}
    }
}
