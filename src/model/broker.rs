//! Brokers that tell their clients where to come to: on which sockets they listen, and where they send the
//! clients that come through each.

use super::{
    Application, Command, ContainerFile, ContainerFiles, Dial, Environment, HostAnswer, Listener, Listeners,
    Project, Workload,
};
use crate::facts::catalogue::{BrokerEntry, broker};
use crate::facts::configuration::Configuration;
use crate::net::{Protocol, Reach, parse_port};
use crate::source::{Confidence, Span, Spanned, Text};

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

impl Workload {
    /// The port by which clients in other containers come to a broker, where the listener on `port` sends them to
    /// themselves: that of the listener which tells them the name of the container. Else it is `port`.
    #[must_use]
    pub fn port_for_containers(&self, port: u16) -> u16 {
        let leads_astray = self.advertised.iter().any(|it| it.port == port && it.leads_to_client());
        let mut own = self.advertised.iter().filter(|it| self.answers_to(&it.host.value));
        own.next().filter(|_| leads_astray).map_or(port, |it| it.port)
    }

    /// Whether only containers come to a listener of a broker that has another one for clients outside: clients that
    /// come through it are sent to the name of the container, or it is none for clients (`CONTROLLER`).
    #[must_use]
    pub fn is_for_containers_alone(&self, listener: &Listener) -> bool {
        let is_for_others = |it: &&AdvertisedListener| !self.answers_to(&it.host.value);
        let mut for_others = self.advertised.iter().filter(is_for_others).peekable();
        for_others.peek().is_some() && for_others.all(|it| Some(it.port) != listener.port)
    }
}

/// The container of a broker.
pub(super) struct Scene<'s> {
    /// The image, or that on which it is built.
    pub reference: &'s str,
    /// Where the image is written.
    pub image_span: Span,
    pub environment: &'s Environment,
    /// What takes the place of the image's command.
    pub command: Option<&'s Command>,
    pub files: &'s ContainerFiles<'s>,
}

/// What is said of a broker.
pub(super) struct Broker {
    /// Where it sends its clients; empty when nothing says.
    pub advertised: Vec<AdvertisedListener>,
    /// What it listens on; `None` when that is as the image has it, or not known.
    pub listeners: Option<Listeners>,
}

/// What the variables, the command and the properties file of a broker say; `None` when it is none that is
/// known, or its file is not.
pub(super) fn read(scene: &Scene<'_>) -> Option<Broker> {
    let entry = broker(scene.reference)?;
    if scene.command.is_some_and(is_other_work) {
        return None;
    }
    let (advertised, listeners) = written(entry, scene)?;
    let told = advertised.as_ref().map(addresses).unwrap_or_default();
    let sockets = listeners.as_ref().map(addresses);
    let listeners = match &sockets {
        Some(sockets) => opened(entry, scene, sockets),
        // The image puts the address of every interface in the place of each host.
        None if entry.derives_sockets && !told.is_empty() && scene.environment.incomplete.is_none() => {
            let everywhere = told.iter().map(|it| Address { host: None, ..it.clone() });
            opened(entry, scene, &everywhere.collect::<Vec<_>>())
        }
        None => None,
    };
    let advertised = told.into_iter().filter_map(|it| {
        // Without sockets of its own each listens on the port that it advertises.
        let port = match &sockets {
            None => it.port?.value,
            Some(sockets) => sockets.iter().find(|socket| socket.name == it.name)?.port.as_ref()?.value,
        };
        Some(AdvertisedListener { port, host: it.host? })
    });
    Some(Broker { advertised: advertised.collect(), listeners })
}

/// Whether a command does something else with the image than to start the broker: `kafka-storage format`, `kafka-topics`.
fn is_other_work(command: &Command) -> bool {
    const TOOLS: &[&str] = &["kafka-acls", "kafka-configs", "kafka-storage", "kafka-topics", "rpk topic"];
    const STARTS: &[&str] = &["run", "entrypoint", "kafka-server-start", "launch"];
    let words = || command.words().into_iter().map(|it| it.as_str().to_owned());
    let text = words().collect::<Vec<_>>().join(" ");
    TOOLS.iter().any(|it| text.contains(it)) && !STARTS.iter().any(|it| text.contains(it))
}

/// The texts of advertised addresses and of sockets; `None` when it is not known which file counts.
fn written(entry: &BrokerEntry, scene: &Scene<'_>) -> Option<(Option<Text>, Option<Text>)> {
    let find = |name: &str| match name.starts_with('-') {
        true => flag(name, scene.command?),
        false => Some(scene.environment.get(name)?.value.clone().unwrap_or_default()),
    };
    let variables = || (find(entry.advertised), find(entry.listeners));
    let of_file = |file: &Configuration| {
        let value =
            |key: &str| file.leaves.iter().rfind(|it| it.path.join(".") == key).map(|it| it.text.clone());
        (value("advertised.listeners"), value("listeners"))
    };
    // A file that the command names is the only one: `kafka-server-start /etc/kafka/server.properties`.
    let named =
        scene.command.into_iter().flat_map(Command::words).find(|it| it.as_str().ends_with(".properties"));
    if let Some(path) = named {
        return Some(of_file(file_at(path.as_str(), scene.files)??));
    }
    for path in &entry.files {
        match file_at(path, scene.files)? {
            None => {}
            Some(file) if entry.is_over_file => {
                let ((advertised, listeners), (above, sockets_above)) = (of_file(file), variables());
                return Some((above.or(advertised), sockets_above.or(listeners)));
            }
            Some(file) => return Some(of_file(file)),
        }
    }
    Some(variables())
}

/// The file at that path in a container: the inner `None` when nothing of the project brings one, the outer
/// when something may.
fn file_at<'s>(path: &str, files: &'s ContainerFiles<'s>) -> Option<Option<&'s Configuration>> {
    match files.at(path) {
        ContainerFile::Project(path, by) => files.configuration(&path, by).map(Some),
        ContainerFile::Embedded(file, by) => files.embedded(file, by).map(Some),
        ContainerFile::Absent { .. } | ContainerFile::Unknown => Some(None),
        ContainerFile::Unseen => None,
    }
}

/// What a broker with these sockets listens on; `None` when one of them is not known.
fn opened(entry: &BrokerEntry, scene: &Scene<'_>, sockets: &[Address]) -> Option<Listeners> {
    let known: Option<Vec<Listener>> = sockets.iter().map(|it| it.listener(scene.image_span)).collect();
    let sets = |name: &&&str| **name == "*" || scene.environment.get(name).is_some();
    let why_more = match entry.more.iter().find(sets) {
        Some(&"*") => Some("its configuration decides what else it listens on".to_owned()),
        Some(name) => Some(format!("`{name}` may let it listen on more")),
        None if scene.command.is_some() => Some("its command may let it listen on more".to_owned()),
        None => scene.environment.incomplete.clone(),
    };
    let incomplete = why_more.map(|it| Spanned::new(it, scene.image_span));
    Some(Listeners { known: known?, incomplete, ..Listeners::default() })
}

/// The value of a flag, `--name=value` or `--name value`.
fn flag(name: &str, command: &Command) -> Option<Text> {
    let words = command.words();
    words.iter().enumerate().find_map(|(at, word)| match word.as_str().strip_prefix(name)? {
        "" => words.get(at + 1).cloned(),
        rest if rest.starts_with('=') => {
            let whole = word.as_str().len();
            Some(word.slice(whole - rest.len() + 1..whole))
        }
        _ => None,
    })
}

/// `NAME://host:port`.
#[derive(Clone)]
struct Address {
    name: String,
    /// `None` for every interface.
    host: Option<Spanned<String>>,
    /// `None` when it is not known.
    port: Option<Spanned<u16>>,
}

impl Address {
    fn listener(&self, image_span: Span) -> Option<Listener> {
        let port = self.port.as_ref()?;
        let host = self.host.as_ref().map_or("", |it| it.value.as_str());
        Some(Listener {
            address: format!("{host}:{}", port.value),
            reach: Reach::of(host),
            host: host.to_owned(),
            port: Some(port.value),
            protocol: Protocol::Tcp,
            protocol_is_known: true,
            application: Application::Other,
            host_span: self.host.as_ref().map_or(port.span, |it| it.span),
            port_span: port.span,
            call: image_span,
            via: Vec::new(),
            confidence: Confidence::Likely,
            alternative: None,
        })
    }
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
        let span = text.span_of(from..from + host.len()).filter(|_| !host.is_empty());
        let end = from + rest.len();
        let port_span = text.span_of(end - port.len()..end);
        out.push(Address {
            name: name.to_owned(),
            host: span.map(|it| Spanned::new(host.to_owned(), it)),
            port: port_span.and_then(|it| Some(Spanned::new(parse_port(port)?, it))),
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
            // What asks by HTTP, as Prometheus does, is no client of a broker.
            dial.scheme != "http"
                && dial.port == Some(listener.port)
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
    use crate::source::FileId;

    /// What a broker with these variables tells, and what it listens on.
    fn of(variables: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
        let mut environment = Environment::default();
        let place = |value: &str| Span::new(FileId(0), 0, value.len());
        for (name, value) in variables {
            let span = place(value);
            let variable = Variable { value: Some(Text::new(*value, span)), span, origin: Origin::Workload };
            environment.variables.insert((*name).to_owned(), variable);
        }
        let scene = Scene {
            reference: "apache/kafka:3.9.0",
            image_span: place(""),
            environment: &environment,
            command: None,
            files: &ContainerFiles::default(),
        };
        let broker = read(&scene).unwrap();
        let listeners = broker.listeners.unwrap_or_default().known;
        (
            broker.advertised.iter().map(|it| format!("{} {}", it.port, it.host.value)).collect(),
            listeners.into_iter().map(|it| it.address).collect(),
        )
    }

    #[test]
    fn each_listener_has_the_host_that_it_advertises() {
        let advertised = ("KAFKA_ADVERTISED_LISTENERS", "IN://kafka:9092, OUT://localhost:29092");
        assert_eq!(of(&[advertised]).0, ["9092 kafka", "29092 localhost"]);
        assert_eq!(of(&[advertised]).1, [":9092", ":29092"]);
        let listeners = ("KAFKA_LISTENERS", "CONTROLLER://:9093,OUT://:9094,IN://0.0.0.0:9092");
        assert_eq!(of(&[advertised, listeners]).0, ["9092 kafka", "9094 localhost"]);
        assert_eq!(of(&[advertised, listeners]).1, [":9093", ":9094", "0.0.0.0:9092"]);
        assert_eq!(of(&[listeners]).0, Vec::<String>::new());
    }
}
