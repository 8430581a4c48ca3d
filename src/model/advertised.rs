//! The addresses to which a broker sends the clients that come through one of its listeners.

use super::{Command, Dial, Environment, HostAnswer, Project, Workload};
use crate::facts::catalogue::{AdvertisedEntry, advertised_listeners};
use crate::net::{Reach, parse_port};
use crate::source::{Spanned, Text};

/// A listener of a broker, and where its clients are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AdvertisedListener {
    /// The port on which it listens.
    pub port: u16,
    /// The host to which it sends its clients.
    pub host: Spanned<String>,
}

impl AdvertisedListener {
    /// Whether a client in a container is sent to its own container.
    #[must_use]
    pub fn leads_to_client(&self) -> bool {
        Reach::of(&self.host.value) == Reach::Loopback
    }
}

/// What a container of the image `reference` tells its clients; empty when it is no known broker, or its
/// variables and its command do not say.
pub(super) fn read(
    reference: &str,
    environment: &Environment,
    command: Option<&Command>,
) -> Vec<AdvertisedListener> {
    let Some(entry) = advertised_listeners(reference) else { return Vec::new() };
    let (Some(advertised), listeners) = written(entry, environment, command) else { return Vec::new() };
    let sockets = listeners.as_ref().map(addresses);
    let all = addresses(&advertised).into_iter().filter_map(|it| {
        // Without sockets of its own each listens on the port that it advertises.
        let port = match &sockets {
            None => it.port?,
            Some(sockets) => sockets.iter().find(|socket| socket.name == it.name)?.port?,
        };
        Some(AdvertisedListener { port, host: it.host? })
    });
    all.collect()
}

/// The texts of advertised addresses and of sockets.
fn written(
    entry: &AdvertisedEntry,
    environment: &Environment,
    command: Option<&Command>,
) -> (Option<Text>, Option<Text>) {
    let find = |name: &str| match name.starts_with('-') {
        true => flag(name, command?),
        false => environment.get(name)?.value.clone(),
    };
    (find(entry.advertised), find(entry.listeners))
}

/// The value of a flag, `--name=value` or `--name value`.
fn flag(name: &str, command: &Command) -> Option<Text> {
    let words = match command {
        Command::Exec(words) => words.clone(),
        Command::Shell(text) => text.words(),
    };
    words.iter().enumerate().find_map(|(at, word)| match word.as_str().strip_prefix(name)? {
        "" => words.get(at + 1).cloned(),
        rest if rest.starts_with('=') => {
            let whole = word.as_str().len();
            Some(word.slice(whole - rest.len() + 1..whole))
        }
        _ => None,
    })
}

struct Address {
    name: String,
    host: Option<Spanned<String>>,
    port: Option<u16>,
}

/// `NAME://host:port`, several between commas; one without a name has the empty one.
fn addresses(text: &Text) -> Vec<Address> {
    let mut out = Vec::new();
    let mut at = 0;
    for part in text.as_str().split(',') {
        let start = at + (part.len() - part.trim_start().len());
        at += part.len() + 1;
        let part = part.trim();
        let (name, rest) = part.split_once("://").unwrap_or(("", part));
        let from = start + (part.len() - rest.len());
        let (host, port) = rest.rsplit_once(':').unwrap_or((rest, ""));
        let span = text.span_of(from..from + host.len());
        out.push(Address {
            name: name.to_owned(),
            host: span.map(|it| Spanned::new(host.to_owned(), it)),
            port: parse_port(port),
        });
    }
    out
}

impl Project {
    /// Those in other containers who come to `broker` through `listener`.
    #[must_use]
    pub fn clients_of(&self, broker: &Workload, listener: &AdvertisedListener) -> Vec<(&Workload, Dial)> {
        let own = self.namespace_members(broker.id);
        let others = self.workloads.iter().filter(|it| it.kind == broker.kind && !own.contains(&it.id));
        let comes = |from: &Workload, dial: &Dial| {
            dial.port == Some(listener.port)
                && matches!(self.resolve_host(from.id, &dial.host),
                    HostAnswer::Workloads(them) if them.contains(&broker.id))
        };
        others
            .filter_map(|from| {
                let dials = self.destinations(from.id);
                Some((from, dials.into_iter().find(|it| comes(from, it))?.into_owned()))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Variable};
    use crate::source::{FileId, Span};

    fn of(variables: &[(&str, &str)]) -> Vec<String> {
        let mut environment = Environment::default();
        for (name, value) in variables {
            let span = Span::new(FileId(0), 0, value.len());
            let variable = Variable { value: Some(Text::new(*value, span)), span, origin: Origin::Workload };
            environment.variables.insert((*name).to_owned(), variable);
        }
        let all = read("apache/kafka:3.9.0", &environment, None);
        all.iter().map(|it| format!("{} {}", it.port, it.host.value)).collect()
    }

    #[test]
    fn each_listener_has_the_host_that_it_advertises() {
        let advertised = ("KAFKA_ADVERTISED_LISTENERS", "IN://kafka:9092, OUT://localhost:29092");
        assert_eq!(of(&[advertised]), ["9092 kafka", "29092 localhost"]);
        let listeners = ("KAFKA_LISTENERS", "CONTROLLER://:9093,OUT://:9094,IN://0.0.0.0:9092");
        assert_eq!(of(&[advertised, listeners]), ["9092 kafka", "9094 localhost"]);
        assert_eq!(of(&[listeners]), Vec::<String>::new());
    }
}
