//! How a proxy is started: whether a command line starts it, and with which configuration.

use crate::facts::catalogue::ProxyEntry;
use crate::facts::shell;
use crate::model::image::absolute;
use crate::model::{Command, ContainerFiles};
use crate::source::Text;

/// The path of the configuration that `command` starts the proxy with, by default the one of its image;
/// `None` when it starts something else, or makes the configuration itself.
pub(super) fn configuration(
    entry: &ProxyEntry,
    command: Option<&Command>,
    files: &ContainerFiles<'_>,
) -> Option<String> {
    match command {
        None => Some(entry.file.to_owned()),
        Some(Command::Exec(words)) => match words.as_slice() {
            [shell, flag, text, ..] if shell::is_shell(shell.as_str()) && flag.as_str().ends_with('c') => {
                in_script(entry, text)
            }
            // A project may have an entrypoint of that name of its own.
            [script, rest @ ..] if script.as_str().ends_with("docker-entrypoint.sh") => {
                let is_of_image = files.keeps_base_file(&absolute("/", script.as_str()));
                if is_of_image { of_words(entry, rest) } else { None }
            }
            words => of_words(entry, words),
        },
        Some(Command::Shell(text)) => in_script(entry, text),
    }
}

fn is_program(entry: &ProxyEntry, word: &str) -> bool {
    word.rsplit('/').next().is_some_and(|it| entry.programs.contains(&it))
}

fn of_words(entry: &ProxyEntry, words: &[Text]) -> Option<String> {
    let first = words.first()?.as_str();
    // The entrypoint of the image puts its program in front of flags.
    if !is_program(entry, first) && !first.starts_with('-') {
        return None;
    }
    for (at, word) in words.iter().enumerate() {
        for flag in &entry.flags {
            match word.as_str().strip_prefix(flag) {
                Some("") => return words.get(at + 1).map(|it| it.as_str().to_owned()),
                Some(rest) if rest.starts_with('=') => return Some(rest[1..].to_owned()),
                _ => {}
            }
        }
    }
    Some(entry.file.to_owned())
}

/// Beside the proxy a script may wait and tell it to read its files again; what writes a file may write
/// the configuration.
fn in_script(entry: &ProxyEntry, text: &Text) -> Option<String> {
    const HARMLESS: &[&str] = &[":", "exec", "kill", "sleep", "trap", "true", "wait"];
    let script = shell::read_text(text);
    let mut found = None;
    for command in &script.commands {
        let name = command.program_name()?;
        if entry.programs.contains(&name) {
            let words: Vec<Text> =
                command.program_words().iter().map(|it| Text::from(it.raw.clone())).collect();
            found = of_words(entry, &words);
        } else if !HARMLESS.contains(&name) {
            return None;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::catalogue::proxy_of_image;
    use crate::source::{FileId, Span};

    #[test]
    fn a_command_names_the_configuration() {
        let span = Span::new(FileId(0), 0, 200);
        let exec = |image: &str, words: &[&str]| {
            let command = Command::Exec(words.iter().map(|it| Text::new(*it, span)).collect());
            configuration(proxy_of_image(image).unwrap(), Some(&command), &ContainerFiles::default())
        };
        let file = |path: &str| Some(path.to_owned());
        assert_eq!(exec("nginx", &["nginx", "-g", "daemon off;"]), file("/etc/nginx/nginx.conf"));
        assert_eq!(exec("haproxy", &["-f", "/x.cfg"]), file("/x.cfg"));
        assert_eq!(exec("caddy", &["caddy", "run", "--config=/c"]), file("/c"));
        assert_eq!(exec("nginx", &["sh", "-c", "envsubst < a > b && nginx"]), None);
        let waits = "while :; do sleep 6h & wait $!; nginx -s reload; done & nginx -g 'daemon off;'";
        assert_eq!(exec("nginx", &["/bin/sh", "-c", waits]), file("/etc/nginx/nginx.conf"));
        assert_eq!(exec("nginx", &["/start.sh"]), None);
    }
}
