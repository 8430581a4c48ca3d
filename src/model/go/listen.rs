//! The sockets a program listens on.

use std::rc::Rc;
use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::absent::{absent, by_default, default_of};
use super::closed_again::is_closed_again;
use super::collision::collisions;
use super::network::{alternatives, too_many, word_of};
use super::shutdown::owner;
use super::world::{FunctionId, Targets, TypeRef};
use super::{AddressFault, Alternative, Application, CallRole, Listener, Listeners, NetworkCall};
use crate::facts::catalogue::{
    EntryAddress, GoEntry, ListenEntry, go as catalogue, listens_nowhere, names_server, starts_server,
    without_version,
};
use crate::facts::go::{Call, Callee, Unknown, Value};
use crate::facts::path_below;
use crate::model::resolve::{Evaluator, Frame, InWorld, Located, Outcome};
use crate::net::{ListenAddress, ListenError, Protocol, is_to_fill_in};
use crate::source::{Confidence, Span, Spanned, Text};

/// Gathers listeners call by call.
pub(super) struct ListenerFinder<'e, 'w> {
    evaluator: &'e Evaluator<'w>,
    out: Listeners,
    calls: Vec<NetworkCall>,
    /// What is served on the socket that a call opened.
    served: Vec<(Span, Application)>,
}

/// What one listen call comes to in one context.
pub(super) enum Heard {
    Listener(Listener),
    Fault(AddressFault),
    /// No socket of the network (a Unix socket).
    Nothing,
    Unknown(Unknown),
}

impl<'e, 'w> ListenerFinder<'e, 'w> {
    pub(super) fn new(evaluator: &'e Evaluator<'w>) -> Self {
        Self { evaluator, out: Listeners::default(), calls: Vec::new(), served: Vec::new() }
    }

    pub(super) fn visit(&mut self, function: FunctionId, call: &'w Call, entry: Option<&'w GoEntry>) {
        let Some(listen) = entry.and_then(|it| it.listen.as_ref()) else {
            if entry.is_none() && self.may_listen(function, call) {
                self.incomplete("this call may listen, and is not followed", call.callee_span);
            }
            return;
        };
        match listen.form {
            "listener" => self.serve(function, call, listen),
            "unknown" => {
                let reason = "the address of this server is set in ways that are not followed";
                let unknown = Some(Spanned::new(reason.to_owned(), call.span));
                self.calls.push(NetworkCall { unknown, ..NetworkCall::new(call.span, CallRole::Listen) });
                self.incomplete(reason, call.span);
            }
            _ if is_closed_again(self.evaluator.packages, function, call) => {
                self.look(function, call, listen)
            }
            _ => self.listen(function, call, listen),
        }
        for beside in entry.into_iter().flat_map(|it| &it.listen_beside) {
            self.listen_beside(function, call, beside);
        }
    }

    /// All that was found; `main` stands for a program in which nothing was.
    pub(super) fn finish(mut self, main: Span) -> (Listeners, Vec<NetworkCall>) {
        self.out.collisions =
            collisions(self.evaluator, &self.served.iter().map(|it| it.0).collect::<Vec<_>>());
        for (call, application) in self.served.iter().filter(|it| it.1 != Application::Other) {
            for listener in self.out.known.iter_mut().filter(|it| it.call == *call) {
                listener.application = *application;
            }
        }
        if self.out.known.is_empty() && self.out.faults.is_empty() {
            self.incomplete("no call that listens was found", main);
        }
        (self.out, self.calls)
    }

    /// What was found and `running` has not; see [`Listeners::left_out`].
    pub(super) fn left_out(self, running: &Listeners) -> Vec<(Option<u16>, Protocol)> {
        let runs = |it: &Listener| {
            running.known.iter().any(|other| (other.call, &other.address) == (it.call, &it.address))
        };
        let others = self.out.known.iter().filter(|it| !runs(it));
        // An address that nobody gives where it is not used is another one where it is.
        let port = |it: &Listener| it.port.filter(|_| it.confidence == Confidence::Proven);
        let unknown = self.out.incomplete.is_some() && running.incomplete.is_none();
        let unknown = unknown.then_some((None, Protocol::Tcp));
        others.map(|it| (port(it), it.protocol)).chain(unknown).collect()
    }

    fn incomplete(&mut self, reason: &str, span: Span) {
        self.out.incomplete.get_or_insert_with(|| Spanned::new(reason.to_owned(), span));
    }

    fn listen(&mut self, function: FunctionId, call: &'w Call, listen: &'w ListenEntry) {
        let contexts = self.heard(function, call, listen);
        let mut network_call = NetworkCall::new(call.span, CallRole::Listen);
        let mut on_network = false;
        for (context, worlds) in contexts.into_iter().enumerate() {
            let alternatives = alternatives(worlds, Heard::is_alike);
            network_call.varies |= alternatives.len() > 1;
            let of = alternatives.len() as u32;
            for InWorld { found, is_default } in alternatives {
                on_network |= !matches!(found, Heard::Nothing);
                let alternative = (of > 1).then_some(Alternative { context: context as u32, of, is_default });
                match found {
                    Heard::Listener(it) => {
                        network_call.confidence = network_call.confidence.min(it.confidence);
                        self.add(Listener { alternative, ..it }.capped());
                    }
                    // An address that is refused in one of several ways is one nobody may have.
                    Heard::Fault(_) if alternative.is_some_and(|it| !it.is_default) => {}
                    // A text that only calls by the same name give may be for another method.
                    Heard::Fault(fault) if self.evaluator.reachable.is_called_by_name_alone(function) => {
                        self.add_fault(AddressFault { confidence: Confidence::Possible, ..fault });
                    }
                    Heard::Fault(fault) => self.add_fault(fault),
                    Heard::Nothing => {}
                    Heard::Unknown(it) => {
                        self.incomplete(&it.reason, call.span);
                        if network_call.unknown.is_none() || it.input.is_none() {
                            network_call.input = it.input;
                        }
                        network_call.unknown.get_or_insert(Spanned::new(it.reason, it.span));
                    }
                }
            }
        }
        if on_network {
            self.calls.push(network_call);
        }
    }

    /// A look whether a port is free: the socket is closed again, unless something keeps it in a way that does not show.
    fn look(&mut self, function: FunctionId, call: &'w Call, listen: &'w ListenEntry) {
        for InWorld { found, .. } in self.heard(function, call, listen).into_iter().flatten() {
            if let Heard::Listener(Listener { port, protocol, .. }) = found {
                self.out.left_out.push((port, protocol));
            }
        }
    }

    /// What a call comes to, in each context and each world of that.
    fn heard(
        &self,
        function: FunctionId,
        call: &'w Call,
        listen: &'w ListenEntry,
    ) -> Vec<Vec<InWorld<Heard>>> {
        let beyond = || Heard::Unknown(too_many(call.span));
        let look = |frame: &Rc<Frame<'w>>| hear(self.evaluator, call, listen, frame);
        self.evaluator.in_contexts_and_worlds(function, look, beyond)
    }

    /// A socket that a call opens besides its own, where its configuration has a port for it.
    fn listen_beside(&mut self, function: FunctionId, call: &'w Call, listen: &'w ListenEntry) {
        for InWorld { found, .. } in self.heard(function, call, listen).into_iter().flatten() {
            if let Heard::Listener(listener) = found
                && listener.port.is_some_and(|it| it != 0)
            {
                self.add(listener);
            }
        }
    }

    fn add(&mut self, listener: Listener) {
        let same = |it: &Listener| it.call == listener.call && it.address == listener.address;
        if !self.out.known.iter().any(same) {
            self.out.known.push(listener);
        }
    }

    fn add_fault(&mut self, fault: AddressFault) {
        // A template says so of itself.
        if is_to_fill_in(fault.address.trim_start_matches(':')) {
            return;
        }
        let same = |it: &AddressFault| it.call == fault.call && it.address == fault.address;
        if !self.out.faults.iter().any(same) {
            self.out.faults.push(fault);
        }
    }

    /// A server takes over a socket: what it speaks is what the socket's clients must speak.
    fn serve(&mut self, function: FunctionId, call: &'w Call, listen: &'w ListenEntry) {
        let application = application(listen.application);
        let Some(argument) =
            listen.address.as_ref().and_then(|it| it.host.argument).and_then(|it| call.arguments.get(it))
        else {
            return;
        };
        let opened = self.evaluator.in_contexts(function, |frame| {
            let head = self.evaluator.head_of(argument, frame);
            (head.opened, head.needs_caller)
        });
        for it in opened {
            match it {
                Some((span, true)) => self.served.push((span, application)),
                // Another module opened the socket.
                Some((span, false)) => {
                    self.incomplete("the socket that is served here was not followed", span)
                }
                None => {}
            }
        }
    }

    /// Whether a call that no table knows looks as if it listened.
    fn may_listen(&self, function: FunctionId, call: &'w Call) -> bool {
        let name = call.callee.name();
        let telling = name.starts_with("ListenAnd")
            || matches!(
                name,
                "Listen"
                    | "Serve"
                    | "ServeTLS"
                    | "StartServer"
                    | "RunServer"
                    | "StartHTTPServer"
                    | "StartGRPCServer"
            );
        let targets = self.evaluator.packages.targets_of(function, call);
        if starts_server(name) && self.is_server(function, call, targets) {
            return true;
        }
        match targets {
            Targets::Own(_) => false,
            // The tables have all of Go itself.
            Targets::Imported(path, _) if !path.contains('.') => telling,
            Targets::Imported(path, _) => {
                telling || listens_by_name(name) || starts(name) && self.is_of_owner(function, path)
            }
            // A child process may listen beside the program.
            Targets::ExternalMethod(TypeRef::External("os/exec", "Cmd"), "Start") => true,
            Targets::ExternalMethod(TypeRef::External(path, _), _) => {
                telling || path.contains('.') && listens_by_name(name)
            }
            Targets::ExternalMethod(..) => telling,
            // The type does not show; a framework of this file may have such a method.
            Targets::Interface(own, _) | Targets::Method(own, _) if own.is_empty() => {
                let packages = packages_that_listen_by(name);
                let imported = |path: &str| packages.contains(&without_version(path).as_ref());
                let file = self.evaluator.packages.function(function).file;
                telling || (!packages.is_empty() && file.imports.iter().any(|it| imported(&it.path.value)))
            }
            Targets::Interface(..) | Targets::Method(..) => false,
        }
    }

    /// Whether what a method is called on is a server of another module, of which no table knows where it listens: by
    /// its type, else by the function that makes it.
    fn is_server(&self, function: FunctionId, call: &'w Call, targets: &Targets<'_>) -> bool {
        match (targets, &call.callee) {
            (Targets::ExternalMethod(TypeRef::External(path, type_name), _), _) => {
                names_server(type_name) && !is_known_to_listen_or_not(path)
            }
            (Targets::Method(..), Callee::Method { receiver, .. }) => {
                let frame = Evaluator::frame(function, &[]);
                let made = self.evaluator.origin(receiver, &frame);
                let Value::Call { callee, .. } = made.value else { return false };
                let Targets::Imported(path, name) = self.evaluator.targets(callee, &made.frame) else {
                    return false;
                };
                // `server.New()` says it by its package.
                let is_told = names_server(name) || matches!(name, "New" | "Default") && names_server(path);
                is_told && !is_known_to_listen_or_not(path)
            }
            _ => false,
        }
    }

    /// Whether a package that is not in the project belongs to whom the program does: a company keeps how it starts
    /// servers in a module of its own.
    fn is_of_owner(&self, function: FunctionId, path: &str) -> bool {
        let packages = self.evaluator.packages;
        let here = packages.package(packages.function(function).package);
        !packages.is_of_own_module(path) && owner(path).is_some_and(|it| Some(it) == owner(&here.import_path))
    }
}

/// Whether the tables have calls that listen of a package, one above it or below it, or know that it opens no socket.
fn is_known_to_listen_or_not(path: &str) -> bool {
    let path = without_version(path);
    let is_inside = |inner: &str, outer: &str| path_below(outer, inner).is_some();
    !path.contains('.')
        || listens_nowhere(&path)
        || packages_that_listen().iter().any(|it| is_inside(&path, it) || is_inside(it, &path))
}

/// Whether a function of another module, of which no table knows, opens a socket or serves on one by its name:
/// `ListenPacket`, `ListenUDP`, `ServeQUIC`; not `ListenForShutdown`, nor `ServeHTTP`, which answers one request.
fn listens_by_name(name: &str) -> bool {
    const ANSWERING: &[&str] = &["Conn", "Content", "DNS", "File", "HTTP", "JSON", "Mux", "Request", "Stdio"];
    const WAITING: &[&str] = &["And", "For", "On", "To"];
    let is_word = |rest: &str| rest.starts_with(|it: char| it.is_ascii_uppercase());
    let without = |rest: &str, words: &[&str]| is_word(rest) && !words.iter().any(|it| rest.starts_with(it));
    name.strip_prefix("Listen").is_some_and(|it| without(it, WAITING))
        || name.strip_prefix("Serve").is_some_and(|it| without(it, ANSWERING))
}

/// Whether a function of that name may start something that serves; `RegisterShopServer` of generated code only tells
/// a server what it is to serve.
fn starts(name: &str) -> bool {
    let makes_server = name.contains("Serve") && !name.starts_with("Register");
    makes_server
        || matches!(name, "Main" | "Boot" | "Bootstrap" | "Execute" | "Launch")
        || ["Start", "Run", "Listen"].iter().any(|it| name.starts_with(it))
}

impl Heard {
    fn is_alike(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Listener(left), Self::Listener(right)) => {
                (&left.address, left.protocol) == (&right.address, right.protocol)
            }
            (Self::Fault(left), Self::Fault(right)) => left.address == right.address,
            (Self::Nothing, Self::Nothing) | (Self::Unknown(_), Self::Unknown(_)) => true,
            _ => false,
        }
    }
}

impl Listener {
    /// What holds by default only is likely at best.
    fn capped(mut self) -> Self {
        if self.alternative.is_some() {
            self.confidence = self.confidence.min(Confidence::Likely);
        }
        self
    }
}

/// Why it is not known what a call listens on that nothing configures.
const IF_CONFIGURED: &str = "it only listens where that is configured";

/// What a listen call comes to; also whether a caller could tell more.
pub(super) fn hear<'w>(
    evaluator: &Evaluator<'w>,
    call: &'w Call,
    listen: &'w ListenEntry,
    frame: &Rc<Frame<'w>>,
) -> (Heard, bool) {
    let network = word_of(evaluator, call, listen.network.as_ref(), frame);
    // A network that is given, and not as one plain word, may be any.
    let protocol_is_known = network.is_some()
        || match &listen.network {
            Some(EntryAddress::At(place)) => {
                evaluator.place(place, call, frame).iter().all(|it| matches!(it, Located::Absent))
            }
            Some(EntryAddress::Fixed(_)) | None => true,
        };
    let protocol = match network.as_deref() {
        Some(it) if it.starts_with("unix") || it.starts_with("ip") => return (Heard::Nothing, false),
        Some(it) if it.starts_with("udp") => Protocol::Udp,
        Some(it) if it.starts_with("tcp") => Protocol::Tcp,
        _ if listen.protocol == "udp" => Protocol::Udp,
        _ => Protocol::Tcp,
    };
    let located =
        listen.address.as_ref().and_then(|it| evaluator.addresses(it, call, frame).into_iter().next());
    let outcome = match located {
        None | Some(Located::Absent | Located::Elsewhere) => {
            match absent(evaluator, call, frame, &listen.default, &listen.unless) {
                Some(it) => it,
                None => return (Heard::Nothing, false),
            }
        }
        Some(Located::Text { outcome, .. }) => {
            if outcome.unknown.is_none() && outcome.text.as_str().is_empty() {
                // `if config.ListenHTTPS != "" {...}`: where it is empty, nothing listens.
                if evaluator.is_refused(call, frame) {
                    let unknown = Unknown::new(IF_CONFIGURED, call.span);
                    return (Heard::Unknown(unknown), outcome.needs_caller);
                }
                // An empty text is not the absence of one where that may be: gin's Run("") is :80.
                let may_be_absent = listen.address.as_ref().is_some_and(|it| it.host.variadic);
                let mut it = match may_be_absent {
                    true => by_default(":http", call.span),
                    false => default_of(evaluator, call, frame, &listen.default),
                };
                it.via = [outcome.via, it.via].concat();
                it
            } else {
                outcome
            }
        }
    };
    let needs_caller = outcome.needs_caller;
    if let Some(unknown) = &outcome.unknown {
        return (Heard::Unknown(unknown.clone()), needs_caller);
    }
    // `["/app", "-port=${PORT}"]`: that the variable stays as it is, is the fault, no matter what becomes of it.
    let dollar = outcome.text.as_str().find('$').and_then(|at| outcome.text.span_of(at..at + 1));
    if let Some(span) = dollar.filter(|it| !evaluator.packages.is_source(it.file)) {
        let unknown = Unknown::new("it holds a variable that nothing expands", span);
        return (Heard::Unknown(unknown), needs_caller);
    }
    let heard = read_address(outcome, listen, call.span, (protocol, protocol_is_known));
    // `if address == "disabled" { return }`: nothing listens on what is no address.
    let is_off = match &heard {
        Heard::Fault(it) => is_switch(&it.address) || !needs_caller && evaluator.is_refused(call, frame),
        _ => false,
    };
    match is_off {
        true => (Heard::Unknown(Unknown::new(IF_CONFIGURED, call.span)), needs_caller),
        false => (heard, needs_caller),
    }
}

fn read_address(
    outcome: Outcome,
    listen: &ListenEntry,
    call: Span,
    (protocol, protocol_is_known): (Protocol, bool),
) -> Heard {
    let mut text = outcome.text;
    if listen.form == "port" {
        let mut whole = Text::new(":", call);
        whole.append(&text);
        text = whole;
    }
    let address = text.as_str().to_owned();
    match ListenAddress::parse(&address) {
        Ok(it) => {
            let whole = text.span().unwrap_or(call);
            let host_span = if it.host_range.is_empty() { None } else { text.span_of(it.host_range.clone()) };
            let port_span = if it.port_range.is_empty() { None } else { text.span_of(it.port_range.clone()) };
            Heard::Listener(Listener {
                reach: it.reach,
                host: it.host,
                port: it.port,
                protocol,
                protocol_is_known,
                application: application(listen.application),
                host_span: host_span.unwrap_or(whole),
                port_span: port_span.unwrap_or(whole),
                call,
                via: outcome.via,
                confidence: outcome.confidence,
                alternative: None,
                address,
            })
        }
        Err(error) => Heard::Fault(AddressFault {
            span: text.span_of(0..address.len()).unwrap_or(call),
            call,
            error: explain(error),
            meant: meant(&address, error),
            confidence: outcome.confidence,
            address,
        }),
    }
}

fn explain(error: ListenError) -> &'static str {
    match error {
        ListenError::MissingPort => "missing port in address",
        ListenError::TooManyColons => "too many colons in address",
        ListenError::PortTooLarge => "invalid port",
        ListenError::UnknownPort => "unknown port",
        ListenError::Bracket => "missing ']' in address",
    }
}

/// Whether a text is a word that nobody writes for an address: the value of a setting that says that nothing listens.
fn is_switch(text: &str) -> bool {
    let words = ["-", "0", "disable", "disabled", "false", "nil", "no", "none", "null", "off", "unset"];
    words.iter().any(|it| text.trim().eq_ignore_ascii_case(it))
}

/// The address that was meant, when exactly one reading is plain.
fn meant(address: &str, error: ListenError) -> Option<String> {
    let trimmed = address.trim();
    let meant = match error {
        ListenError::MissingPort => format!(":{trimmed}"),
        ListenError::TooManyColons => trimmed.split_once("://")?.1.trim_end_matches('/').to_owned(),
        ListenError::UnknownPort => address.split_whitespace().collect(),
        ListenError::PortTooLarge | ListenError::Bracket => return None,
    };
    ListenAddress::parse(&meant).ok().and_then(|it| it.port).map(|_| meant)
}

fn application(name: &str) -> Application {
    match name {
        "http" => Application::Http,
        "grpc" => Application::Grpc,
        _ => Application::Other,
    }
}

/// The packages of the catalogue that have calls that listen.
fn packages_that_listen() -> &'static FxHashSet<&'static str> {
    static PACKAGES: OnceLock<FxHashSet<&'static str>> = OnceLock::new();
    PACKAGES.get_or_init(|| {
        let listening = catalogue().iter().filter(|it| it.3.listen.is_some());
        listening.map(|it| it.0).collect()
    })
}

/// The packages of the catalogue that have a listening method of that name.
fn packages_that_listen_by(name: &str) -> &'static [&'static str] {
    static PACKAGES: OnceLock<FxHashMap<&'static str, Vec<&'static str>>> = OnceLock::new();
    let packages = PACKAGES.get_or_init(|| {
        let mut found: FxHashMap<&'static str, Vec<&'static str>> = FxHashMap::default();
        for (package, type_name, method, entry) in catalogue().iter() {
            if entry.listen.is_some() && !type_name.is_empty() {
                found.entry(method).or_default().push(package);
            }
        }
        found
    });
    packages.get(name).map_or(&[], Vec::as_slice)
}

/// Whether a value is a call that opens a socket.
pub(in crate::model) fn opens_socket(entry: Option<&GoEntry>, value: &Value) -> bool {
    let opens = |it: &ListenEntry| it.form == "address" || it.form == "port";
    matches!(value, Value::Call { .. }) && entry.and_then(|it| it.listen.as_ref()).is_some_and(opens)
}
