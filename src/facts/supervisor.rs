//! How supervisors start and stop programs: programs of supervisord
//! (<https://supervisord.org/configuration.html#program-x-section-values>) and units of systemd
//! (<https://www.freedesktop.org/software/systemd/man/latest/systemd.kill.html>).

use crate::source::{FileId, Text};
use crate::syntax::ini::{self, Dialect};

/// What a supervisor starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisedProgram {
    /// The command line.
    pub command: Text,
    /// The signal that stops it, where the file says which; SIGTERM otherwise.
    pub stop_signal: Option<Text>,
}

/// Reads one file.
#[must_use]
pub fn read(file: FileId, text: &str) -> Vec<SupervisedProgram> {
    let document = ini::parse(file, text, Dialect::Common);
    let value = |section: &str, key: &str| {
        let mut leaves = document.leaves.iter().rev();
        leaves.find(|it| it.path == [section, key]).map(|it| it.text.clone())
    };
    let programs = document.sections.iter().filter_map(|section| {
        let section = section.value.as_str();
        let (command, signal) = match section {
            "Service" => ("ExecStart", "KillSignal"),
            _ if section.starts_with("program:") => ("command", "stopsignal"),
            _ => return None,
        };
        Some(SupervisedProgram { command: value(section, command)?, stop_signal: value(section, signal) })
    });
    programs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_read_with_the_signals_that_stop_them() {
        let read = |text: &str| -> Vec<String> {
            let show = |it: SupervisedProgram| {
                format!("{} {}", it.command.as_str(), it.stop_signal.as_ref().map_or("-", Text::as_str))
            };
            read(FileId(0), text).into_iter().map(show).collect()
        };
        let supervisord = "[supervisord]\nnodaemon=true\n\n[program:web]\ncommand=/usr/bin/web serve\n\
                           stopsignal=INT\n\n[program:db]\ncommand=db\n";
        assert_eq!(read(supervisord), ["/usr/bin/web serve INT", "db -"]);
        let unit = "[Unit]\nDescription=x\n[Service]\nExecStart=/usr/bin/web\nKillSignal=SIGINT\n";
        assert_eq!(read(unit), ["/usr/bin/web SIGINT"]);
        assert_eq!(read("server { listen 80; }\n").len(), 0);
    }
}
