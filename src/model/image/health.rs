//! What a health check's command does.

use super::tools::PATH_FOLDERS;
use super::{Command, HealthCheck, HealthPort, HealthRequest, HealthSource, ToolUse, process, verbatim};
use crate::facts::Lookup;
use crate::facts::shell::{self, Command as ShellCommand, Script, Shape, Word};
use crate::model::Environment;
use crate::net::{parse_port, parse_target};
use crate::source::{Span, Text};

/// Reads the command of a health check, variables resolved in `environment`. `span` is the
/// instruction or key.
#[must_use]
pub fn read(command: &Command, span: Span, source: HealthSource, environment: &Environment) -> HealthCheck {
    let mut out = HealthCheck {
        span,
        source,
        requests: Vec::new(),
        ports: Vec::new(),
        tools: Vec::new(),
        unexpanded: Vec::new(),
    };
    let implied = |name: &str, span: Span, implied: bool| ToolUse { name: name.to_owned(), span, implied };
    match command {
        Command::Shell(text) => {
            let place = text.cover().unwrap_or(span);
            out.tools.push(implied("sh", place, true));
            commands(&line(text, span), environment, &mut out);
        }
        Command::Exec(words) => {
            let Some(first) = words.first() else { return out };
            let name = first.as_str().rsplit('/').next().unwrap_or_default();
            let text = words.iter().skip(1).skip_while(|it| it.as_str() != "-c").nth(1);
            match (name, text) {
                ("sh" | "bash" | "ash", Some(text)) => {
                    out.tools.push(implied(name, first.cover().unwrap_or(span), false));
                    commands(&line(text, span), environment, &mut out);
                }
                _ => {
                    out.unexpanded = verbatim::of_program(words, span);
                    commands(&shell::of_words(&process::spanned(words, span)), environment, &mut out);
                }
            }
        }
    }
    out
}

fn line(text: &Text, fallback: Span) -> Script {
    shell::read_line(text.as_str(), &|range| text.slice(range).cover().unwrap_or(fallback))
}

/// What a shell does by itself.
const BUILTINS: &[&str] = &[
    ":", "[", "cd", "command", "echo", "exit", "export", "false", "kill", "printf", "set", "test", "trap",
    "true", "wait",
];

fn commands(script: &Script, environment: &Environment, out: &mut HealthCheck) {
    let programs: Vec<_> = script
        .commands
        .iter()
        .filter(|it| it.program_name().is_some_and(|name| !BUILTINS.contains(&name)))
        .collect();
    // Where one program stands in for another, neither alone decides.
    if programs.iter().any(|it| it.guarded) || !script.errors.is_empty() {
        return;
    }
    for command in programs {
        let words = command.program_words();
        let (Some(name), Some(first)) = (command.program_name(), words.first()) else { continue };
        if name.contains('$') {
            continue;
        }
        // `/app/probe` is a file of the project's own, and no tool that a base image has or lacks.
        let folder = first.raw.value.rsplit_once('/').map(|(folder, _)| folder);
        if folder.is_none_or(|it| PATH_FOLDERS.contains(&it)) {
            out.tools.push(ToolUse { name: name.to_owned(), span: first.raw.span, implied: false });
        }
        // `! nc -z localhost 9000` asks for the reverse, and a pipe for what its last command makes of it.
        let is_kept =
            script.last_commands().any(|(it, shape)| shape == Shape::Kept && it.span == command.span);
        let minds = !is_kept && !command.piped && !script.commands.iter().any(forgives);
        // Of several commands the last one decides, whatever stands between them.
        let last = script.commands.iter().rfind(|it| !it.guarded);
        let decides = minds && last.is_some_and(|it| it.span == command.span);
        if decides {
            out.ports.extend(other_port(name, &words[1..], environment));
        }
        // Over a socket of Unix, or through a proxy, nobody connects to the host and the port:
        // <https://curl.se/docs/manpage.html#--unix-socket>, <https://curl.se/docs/manpage.html#-x>.
        let is_way = |it: &str| it == "-x" || it.starts_with("--proxy") || it.contains("unix-socket");
        let is_elsewhere = words.iter().any(|it| is_way(&it.raw.value));
        if !matches!(name, "curl" | "wget") || is_elsewhere {
            continue;
        }
        let fails = minds
            && (name == "wget"
                || words.iter().any(|it| {
                    let flag = it.raw.value.as_str();
                    let short = flag.starts_with('-') && !flag.starts_with("--") && flag.contains('f');
                    short || matches!(flag, "--fail" | "--fail-with-body" | "--fail-early")
                }));
        for (at, word) in words.iter().enumerate().skip(1) {
            let is_option = TAKES_VALUE.contains(&words[at - 1].raw.value.as_str());
            let Some(text) = expanded(word, environment).filter(|_| !is_option) else { continue };
            let Some(mut request) = request(&text, word.raw.span, fails) else { continue };
            request.may_authenticate |= words.iter().any(|it| names_asker(name, &it.raw.value));
            if decides {
                let (host, port) = (request.host.clone(), request.port);
                out.ports.push(HealthPort { host, port, span: request.port_span });
            }
            out.requests.push(request);
        }
    }
}

/// Options of curl and wget with a value that may look like a URL and is not asked:
/// <https://curl.se/docs/manpage.html>.
const TAKES_VALUE: &[&str] = &[
    "-A",
    "-d",
    "-e",
    "-H",
    "-o",
    "-O",
    "-u",
    "-U",
    "-x",
    "--connect-to",
    "--data",
    "--header",
    "--noproxy",
    "--proxy",
    "--referer",
    "--resolve",
    "--user",
    "--user-agent",
];

/// Whether an option of curl or wget may hold credentials: <https://curl.se/docs/manpage.html>,
/// <https://www.gnu.org/software/wget/manual/wget.html#HTTP-Options>.
fn names_asker(tool: &str, option: &str) -> bool {
    const LONG: &[&str] = &[
        "--auth",
        "--cert",
        "--cookie",
        "--header",
        "--http-",
        "--load-cookies",
        "--netrc",
        "--oauth2",
        "--password",
        "--user",
    ];
    let long = LONG.iter().any(|it| option.starts_with(it)) && !option.starts_with("--user-agent");
    let is_short = tool == "curl" && option.starts_with('-') && !option.starts_with("--");
    long || (is_short && option.contains(['b', 'E', 'H', 'K', 'n', 'u']))
}

/// The TCP port that a tool other than curl and wget asks: `nc -z localhost 5432`,
/// `grpc_health_probe -addr=:50051`.
fn other_port(name: &str, words: &[Word], environment: &Environment) -> Option<HealthPort> {
    let texts: Vec<Text> = words.iter().map(|it| expanded(it, environment)).collect::<Option<_>>()?;
    let is_probe = name.replace('-', "_").starts_with("grpc_health_probe");
    if is_probe {
        let at = texts.iter().position(|it| it.as_str().trim_start_matches('-').starts_with("addr"))?;
        let flag = &texts[at];
        let address = match flag.as_str().find('=') {
            Some(equals) => flag.slice(equals + 1..flag.as_str().len()),
            None => texts.get(at + 1)?.clone(),
        };
        let [target] = &parse_target(address.as_str(), "address")[..] else { return None };
        let span = address.slice(target.port_range.clone()?).cover()?;
        let host = if target.host.is_empty() { "localhost" } else { target.host.as_str() };
        return Some(HealthPort { host: host.to_owned(), port: target.port?, span });
    }
    let over_udp = |it: &Text| it.as_str().starts_with('-') && it.as_str().contains('u');
    if !matches!(name, "nc" | "ncat" | "netcat") || texts.iter().any(over_udp) {
        return None;
    }
    // Of `-w 2 localhost 5432` the number behind the host is the port.
    let is_host = |it: &str| !it.starts_with('-') && it.parse::<f64>().is_err();
    let pairs = texts.windows(2);
    let mut pairs = pairs.filter(|it| is_host(it[0].as_str()) && parse_port(it[1].as_str()).is_some());
    let [host, port] = pairs.next()? else { return None };
    let span = port.cover()?;
    Some(HealthPort { host: host.as_str().to_owned(), port: parse_port(port.as_str())?, span })
}

fn expanded(word: &Word, environment: &Environment) -> Option<Text> {
    word.value.expand(&mut |name| lookup(environment, name)).ok()
}

/// `|| true`: what stands behind `||` and does not fail itself makes a failure good.
fn forgives(command: &ShellCommand) -> bool {
    let argument = command.program_words().get(1).map(|it| it.raw.value.as_str());
    let fails = match command.program_name() {
        Some("exit") => argument != Some("0"),
        Some("false" | "kill") => true,
        _ => false,
    };
    command.guarded && !fails
}

fn lookup(environment: &Environment, name: &str) -> Lookup {
    match environment.get(name) {
        Some(variable) => match &variable.value {
            Some(text) => Lookup::Set(text.clone()),
            None => Lookup::Unresolved(format!("`{name}` is not known")),
        },
        None if environment.incomplete.is_none() => Lookup::Unset,
        None => Lookup::NotHere(format!("`{name}` is not set in the project")),
    }
}

/// The request of a URL; `None` for a word that is none.
fn request(text: &Text, word: Span, fails_on_error_status: bool) -> Option<HealthRequest> {
    let url = text.as_str();
    if url.starts_with('-') || url.contains(char::is_whitespace) {
        return None;
    }
    let (scheme, start) = match url.find("://") {
        Some(at) => (&url[..at], at + 3),
        None => ("http", 0),
    };
    let default = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let end = url[start..].find(['/', '?', '#']).map_or(url.len(), |it| start + it);
    let host_start = url[start..end].rfind('@').map_or(start, |it| start + it + 1);
    let authority = &url[host_start..end];
    let (host_range, port_range) = match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => {
            (host_start..host_start + colon, Some(host_start + colon + 1..end))
        }
        _ => (host_start..end, None),
    };
    let host = url[host_range.clone()].trim_matches(['[', ']']).to_owned();
    // A word without a scheme is a URL only when it looks like one.
    let looks_like_url = start > 0 || port_range.is_some() || host == "localhost" || host.starts_with("127.");
    if host.is_empty() || !looks_like_url {
        return None;
    }
    let port = match &port_range {
        Some(range) => crate::net::parse_port(&url[range.clone()])?,
        None => default,
    };
    let place = |range: std::ops::Range<usize>| text.slice(range).cover().unwrap_or(word);
    let path_end = url[end..].find(['?', '#']).map_or(url.len(), |it| end + it);
    let path = &url[end..path_end];
    let whole = place(0..url.len());
    Some(HealthRequest {
        url: url.to_owned(),
        host,
        host_span: place(host_range),
        port,
        port_span: port_range.map_or(whole, &place),
        path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
        path_span: if path.is_empty() { whole } else { place(end..path_end) },
        fails_on_error_status,
        may_authenticate: host_start > start || path_end < url.len(),
    })
}
