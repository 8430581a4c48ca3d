//! Connections that a command line opens before or instead of a program: `wait-for-it db:5432`,
//! `nc -z db 5432`, `migrate -database postgres://...`.

use super::{Command, Dial, DialLogin, DialSource, Environment};
use crate::facts::Lookup;
use crate::facts::shell::{self, Script};
use crate::net::{Protocol, parse_port, parse_target};
use crate::source::{Confidence, Span, Text};

/// The dials of a command line in this environment; `span` is the key or instruction.
pub(super) fn read(command: &Command, span: Span, environment: &Environment) -> Vec<Dial> {
    match command {
        Command::Exec(words) => match words.as_slice() {
            [shell, flag, text, ..] if shell::is_shell(shell.as_str()) && flag.as_str().ends_with('c') => {
                of_line(text, span, environment)
            }
            words => of_words(words, span),
        },
        Command::Shell(text) => of_line(text, span, environment),
    }
}

fn of_line(text: &Text, span: Span, environment: &Environment) -> Vec<Dial> {
    let script = shell::read_line(text.as_str(), &|range| text.slice(range).cover().unwrap_or(span));
    of_script(&script, environment)
}

/// The dials of the commands of a script in this environment.
pub(super) fn of_script(script: &Script, environment: &Environment) -> Vec<Dial> {
    let mut lookup = |name: &str| match environment.get(name).and_then(|it| it.value.clone()) {
        Some(value) => Lookup::Set(value),
        None => Lookup::Unresolved(format!("`{name}` is not known")),
    };
    let mut dials = Vec::new();
    for command in &script.commands {
        let known = |it: &shell::Word, lookup: &mut dyn FnMut(&str) -> Lookup| it.value.expand(lookup).ok();
        // A word that is not known stays in its place as an empty one.
        let words: Vec<Text> =
            command.program_words().iter().map(|it| known(it, &mut lookup).unwrap_or_default()).collect();
        dials.extend(of_words(&words, command.span));
    }
    dials
}

fn of_words(words: &[Text], site: Span) -> Vec<Dial> {
    let Some((program, arguments)) = words.split_first() else { return Vec::new() };
    let program = program.as_str().rsplit('/').next().unwrap_or_default();
    let before_dashes = arguments.iter().position(|it| it.as_str() == "--").unwrap_or(arguments.len());
    let arguments = &arguments[..before_dashes];
    match program {
        "nc" | "ncat" if arguments.iter().any(|it| is_zero_io(it.as_str())) => {
            host_then_port(arguments, site, Confidence::Proven)
        }
        "dockerize" => addresses(arguments, site, |it| it.contains("://")),
        "migrate" | "goose" | "dbmate" | "tern" | "atlas" => addresses(arguments, site, is_database_url),
        "psql" | "pg_isready" => addresses(arguments, site, is_database_url),
        _ if program.starts_with("wait") => {
            let mut dials = addresses(arguments, site, is_host_and_port);
            if dials.is_empty() {
                dials = host_then_port(arguments, site, Confidence::Likely);
            }
            dials
        }
        _ => Vec::new(),
    }
}

fn is_zero_io(word: &str) -> bool {
    word.starts_with('-') && !word.starts_with("--") && word.contains('z')
}

fn is_database_url(word: &str) -> bool {
    let scheme = word.split_once("://").map(|(scheme, _)| scheme);
    matches!(scheme, Some("postgres" | "postgresql" | "mysql" | "mongodb" | "clickhouse" | "cockroachdb"))
}

fn is_host_and_port(word: &str) -> bool {
    let address = word.split_once("://").map_or(word, |(_, rest)| rest);
    let port = address.rsplit_once(':').map(|(_, port)| port.split('/').next().unwrap_or_default());
    !word.starts_with('-') && port.is_some_and(|it| parse_port(it).is_some())
}

fn addresses(words: &[Text], site: Span, is_address: impl Fn(&str) -> bool) -> Vec<Dial> {
    let written = words.iter().filter(|it| is_address(it.as_str()));
    written
        .flat_map(|word| {
            parse_target(word.as_str(), "any").into_iter().filter_map(|target| {
                let host = word.span_of(target.host_range.clone())?;
                let port = target.port_range.clone().and_then(|it| word.span_of(it));
                let dial = dial(target.host, target.port, (host, port), site, Confidence::Proven);
                let login = DialLogin::of(&target.login, word);
                Some(Dial { scheme: target.scheme.unwrap_or_default(), login, ..dial })
            })
        })
        .collect()
}

/// `nc -z db 5432`, `wait-for-postgres.sh db 5432`: the first word that is a name, then a number.
fn host_then_port(words: &[Text], site: Span, confidence: Confidence) -> Vec<Dial> {
    let plain: Vec<&Text> = words.iter().filter(|it| !it.as_str().starts_with('-')).collect();
    let pair = plain.windows(2).find_map(|pair| {
        let host = Some(pair[0].as_str()).filter(|it| it.contains(|it: char| it.is_ascii_alphabetic()))?;
        Some((host, parse_port(pair[1].as_str())?, pair[0].span()?, pair[1].span()?))
    });
    let found = pair.map(|(host, port, at, port_at)| {
        dial(host.to_owned(), Some(port), (at, Some(port_at)), site, confidence)
    });
    found.into_iter().collect()
}

fn dial(
    host: String,
    port: Option<u16>,
    (host_span, port_span): (Span, Option<Span>),
    site: Span,
    confidence: Confidence,
) -> Dial {
    Dial {
        alternative: None,
        is_optional: false,
        host,
        port,
        scheme: String::new(),
        path: String::new(),
        login: DialLogin::default(),
        protocol: Protocol::Tcp,
        host_span,
        port_span,
        site,
        via: Vec::new(),
        source: DialSource::Command,
        confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    fn dials(words: &[&str]) -> Vec<(String, Option<u16>)> {
        let span = Span::new(FileId(0), 0, 400);
        let command = Command::Exec(words.iter().map(|it| Text::new(*it, span)).collect());
        let found = read(&command, span, &Environment::default());
        found.into_iter().map(|it| (it.host, it.port)).collect()
    }

    #[test]
    fn waiting_and_migrating_commands_dial() {
        let db = || vec![("db".to_owned(), Some(5432))];
        assert_eq!(dials(&["/wait-for-postgres.sh", "db", "5432", "--", "go", "run", "main.go"]), db());
        assert_eq!(dials(&["./wait-for-it.sh", "db:5432", "-t", "30", "--", "/app"]), db());
        assert_eq!(dials(&["sh", "-c", "while ! nc -z db 5432; do sleep 1; done; exec /app"]), db());
        assert_eq!(dials(&["dockerize", "-wait", "tcp://db:5432", "/app"]), db());
        assert_eq!(dials(&["migrate", "-path", "/m", "-database", "postgres://u:p@db:5432/x", "up"]), db());
        assert_eq!(dials(&["/app", "db:5432"]), vec![]);
    }
}
