//! What the containers of public images listen on, by the catalogue.

use super::{Application, Command, Environment, Listener, Listeners};
use crate::facts::catalogue::{Complete, ImageEntry, is_client};
use crate::facts::shell;
use crate::net::{Reach, parse_port};
use crate::source::{Confidence, Span, Spanned, Text};

/// The sockets of a container of this image, which `image_span` names, with the command line that
/// takes the place of the image's own; `is_stock` when its files are those of the image.
pub(super) fn listeners(
    entry: &ImageEntry,
    image_span: Span,
    environment: &Environment,
    command: Option<&Command>,
    is_stock: bool,
) -> Listeners {
    if command.is_some_and(serves_nobody) {
        return Listeners::default();
    }
    let words = command.map(words).unwrap_or_default();
    let moved = moved_port(entry, environment, &words);
    let mut known: Vec<_> = entry
        .ports
        .iter()
        .map(|it| Listener {
            alternative: None,
            address: format!(":{}", it.port),
            reach: Reach::Wildcard,
            host: String::new(),
            port: Some(it.port),
            protocol: it.protocol,
            protocol_is_known: true,
            application: match it.application {
                "http" => Application::Http,
                "grpc" => Application::Grpc,
                _ => Application::Other,
            },
            host_span: image_span,
            port_span: image_span,
            call: image_span,
            via: Vec::new(),
            confidence: Confidence::Likely,
        })
        .collect();
    let is_complete = match entry.ports_complete {
        Complete::Always => true,
        Complete::Stock => is_stock && command.is_none(),
        Complete::Never => false,
    };
    let why_more = match (&moved, command) {
        (Moved::No | Moved::To(..), _) if !is_complete => {
            Some("its configuration decides what it listens on")
        }
        (Moved::No, Some(_)) if has_ports_in_files(entry) && words.iter().any(names_configuration) => {
            Some("a configuration file decides what it listens on")
        }
        (Moved::No, _) if !entry.port_variables.is_empty() && environment.incomplete.is_some() => {
            Some("a variable that is not known may move its port")
        }
        (Moved::No | Moved::To(..), _) => None,
        (Moved::Somewhere, _) => Some("a setting moves its port"),
    };
    // What stands in the configuration that the image's own command names is not there without it.
    if command.is_some() && entry.ports_complete != Complete::Always {
        for (listener, it) in known.iter_mut().zip(&entry.ports).skip(1) {
            let port = it.port.to_string();
            if words.iter().all(|(word, _)| !word.contains(&port)) {
                listener.confidence = Confidence::Possible;
            }
        }
    }
    match moved {
        Moved::No => {}
        // The first port is the one that the setting is for; others may follow it.
        Moved::To(port, span) => {
            known.truncate(1);
            for listener in &mut known {
                listener.address = format!(":{port}");
                listener.port = Some(port);
                listener.port_span = span;
            }
        }
        Moved::Somewhere => known.clear(),
    }
    Listeners {
        known,
        incomplete: why_more.map(|reason| Spanned::new(reason.to_owned(), image_span)),
        ..Listeners::default()
    }
}

/// Whether a command line runs nothing but clients: `bash -c "kafka-topics --create ..."`.
pub(super) fn serves_nobody(command: &Command) -> bool {
    let of_script = |text: &Text| {
        let script = shell::read_text(text);
        let mut programs = script.commands.iter().filter(|it| !it.words.is_empty()).peekable();
        programs.peek().is_some()
            && script.errors.is_empty()
            && programs.all(|it| it.program_name().is_some_and(is_client))
    };
    match (command, shell_text(command)) {
        (_, Some(text)) => of_script(text),
        (Command::Exec(words), None) => {
            words.first().is_some_and(|it| it.as_str().rsplit('/').next().is_some_and(is_client))
        }
        (Command::Shell(_), None) => false,
    }
}

enum Moved {
    No,
    To(u16, Span),
    Somewhere,
}

/// Where a variable or a flag puts the port.
fn moved_port(entry: &ImageEntry, environment: &Environment, words: &[(String, Span)]) -> Moved {
    for name in &entry.port_variables {
        let Some(variable) = environment.get(name) else { continue };
        let port = variable.value.as_ref().and_then(|it| Some((parse_port(it.as_str())?, it.span()?)));
        return port.map_or(Moved::Somewhere, |(port, span)| Moved::To(port, span));
    }
    for (at, (word, span)) in words.iter().enumerate() {
        for flag in &entry.port_flags {
            let Some(rest) = word.strip_prefix(flag) else { continue };
            let (value, place) = match rest.strip_prefix('=') {
                Some(value) => (value, *span),
                None if rest.is_empty() => match words.get(at + 1) {
                    Some((next, place)) => (next.as_str(), *place),
                    None => return Moved::Somewhere,
                },
                // `-p5433`; but `-p` is also how `-pass` starts, and `--port` how `--portable` does.
                None if rest.starts_with(|it: char| it.is_ascii_digit()) => (rest, *span),
                None => continue,
            };
            return parse_port(value).map_or(Moved::Somewhere, |port| Moved::To(port, place));
        }
        // `-c port=5433`, `--listener.port=...`: a way to move a port that is not in the catalogue.
        if word.contains("port=") {
            return Moved::Somewhere;
        }
    }
    Moved::No
}

/// Whether a configuration file may say on which ports the program listens. Those of Prometheus and of what comes with it do
/// not, a flag does: <https://prometheus.io/docs/prometheus/latest/configuration/configuration/>.
pub(super) fn has_ports_in_files(entry: &ImageEntry) -> bool {
    !entry.port_flags.contains(&"--web.listen-address")
}

fn names_configuration((word, _): &(String, Span)) -> bool {
    [".conf", ".cnf", ".yml", ".yaml", ".toml", ".json", ".ini"].iter().any(|it| word.ends_with(it))
}

/// The words of a command line, those of the text behind `sh -c` one by one.
fn words(command: &Command) -> Vec<(String, Span)> {
    match (command, shell_text(command)) {
        (_, Some(text)) => {
            let Some(span) = text.cover() else { return Vec::new() };
            let words = text.as_str().split_whitespace().map(|it| it.trim_matches(['"', '\'']));
            words.map(|it| (it.to_owned(), span)).collect()
        }
        (Command::Exec(words), None) => {
            words.iter().filter_map(|it| Some((it.as_str().to_owned(), it.span()?))).collect()
        }
        (Command::Shell(_), None) => Vec::new(),
    }
}

/// The text that a shell runs: the shell form, and what stands behind `sh -c`.
fn shell_text(command: &Command) -> Option<&Text> {
    match command {
        Command::Shell(text) => Some(text),
        Command::Exec(words) => match &words[..] {
            [shell, flag, text, ..] if shell::is_shell(shell.as_str()) && flag.as_str().ends_with('c') => {
                Some(text)
            }
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::catalogue::image;
    use crate::source::FileId;

    fn ports(reference: &str, command: Option<&[&str]>) -> (Vec<u16>, bool) {
        let span = Span::new(FileId(0), 0, 4);
        let exec = |words: &[&str]| Command::Exec(words.iter().map(|it| Text::new(*it, span)).collect());
        let command = command.map(exec);
        let entry = image(reference).unwrap();
        let out = listeners(entry, span, &Environment::default(), command.as_ref(), false);
        (out.known.iter().filter_map(|it| it.port).collect(), out.is_complete())
    }

    #[test]
    fn what_sets_a_broker_up_listens_on_nothing() {
        let topics =
            "echo wait; until kafka-topics --list; do sleep 1; done; kafka-topics --create --topic a";
        assert_eq!(ports("confluentinc/cp-kafka:7.4.0", Some(&["bash", "-c", topics])), (vec![], true));
        assert_eq!(ports("redis:7", Some(&["redis-cli", "--cluster", "create"])), (vec![], true));
        assert_eq!(ports("redis:7", Some(&["sh", "-c", "sleep 1; redis-server"])).0, [6379]);
        assert_eq!(ports("redis:7", Some(&["sh", "-c", "$RUN"])).0, [6379]);
    }

    #[test]
    fn flags_move_the_port_of_a_public_image() {
        assert_eq!(ports("postgres:17", None), (vec![5432], true));
        assert_eq!(ports("postgres:17", Some(&["-p", "5433"])), (vec![5433], true));
        assert_eq!(ports("postgres:17", Some(&["postgres", "-c", "port=5433"])), (vec![], false));
        assert_eq!(ports("redis:7", Some(&["redis-server", "/etc/redis.conf"])), (vec![6379], false));
        assert_eq!(ports("redis:7", Some(&["redis-server", "--port", "6380"])), (vec![6380], true));
        let sentinel = "echo 'sentinel monitor a b 1' > /s.conf && redis-server /s.conf --sentinel";
        assert_eq!(ports("redis:7", Some(&["sh", "-c", sentinel])), (vec![6379], false));
        assert!(!ports("nginx:1.27", None).1);
        assert_eq!(ports("nats:2", Some(&["-m", "8222", "-pass", "x"])), (vec![4222, 8222, 6222], false));
        assert_eq!(ports("nats:2", Some(&["-p", "4333"])), (vec![4333], false));
    }
}
