//! The settings of a project: `reachlint.toml`.
//!
//! A setting that is not understood is a finding of its own and costs no other setting anything.

mod profile;
mod read;

pub use profile::Profile;

use crate::diagnostic::Severity;
use crate::facts::catalogue::{APPLICATIONS, DIAL_FORMS, Wrappers};
use crate::rules::UnknownSetting;
use crate::source::Spanned;

/// What a settings file says.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The only rules to run, by id; all when empty.
    pub select: Vec<String>,
    /// Rules not to run.
    pub ignore: Vec<String>,
    /// Whether hints are shown.
    pub hints: Option<bool>,
    /// The lowest severity that fails a run.
    pub fail_on: Option<FailOn>,
    /// Which groups of rules are raised.
    pub profile: Option<Profile>,
    /// Globs of what is not read, as in a `.gitignore` beside the settings file.
    pub exclude: Vec<Spanned<String>>,
    /// Rules whose findings have another severity; of two entries the later counts.
    pub severity: Vec<(String, Level)>,
    /// Functions that listen or dial.
    pub wrappers: Wrappers,
    /// Compose files that are merged into one project, each list as `-f` takes them; paths count from the
    /// folder of the settings file.
    pub compose: Vec<Vec<Spanned<String>>>,
    /// What was not understood.
    pub unknown: Vec<UnknownSetting>,
    /// What is no TOML.
    pub errors: Vec<Spanned<String>>,
}

impl Settings {
    /// What is said of a rule's severity.
    #[must_use]
    pub fn level(&self, rule: &str) -> Option<Level> {
        self.severity.iter().rev().find(|(it, _)| it == rule).map(|(_, level)| *level)
    }
}

/// What `[severity]` says of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// It does not run.
    Off,
    /// Its findings have this severity.
    At(Severity),
}

/// The lowest severity that makes a run fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FailOn {
    /// Errors.
    Error,
    /// Errors and warnings.
    Warning,
    /// Hints too, which are then shown.
    Info,
    /// Nothing.
    Never,
}

impl FailOn {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Error, Self::Warning, Self::Info, Self::Never];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Never => "never",
        }
    }
}

/// One setting, for who lists them.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Its key.
    pub name: &'static str,
    /// What it may be.
    pub shape: Shape,
    /// What it does, one sentence.
    pub about: &'static str,
}

/// What a setting may be.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// A list of rules.
    Rules,
    /// A list of globs.
    Globs,
    /// A list of paths.
    Paths,
    /// `true` or `false`.
    Boolean,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Any text.
    Text,
    /// The place of a value in a call: a number, or a text.
    Place,
    /// A table from rules to one of these words.
    ByRule(&'static [&'static str]),
    /// A list of tables with settings of their own; those that are marked must be there.
    Tables(&'static [(Setting, bool)]),
}

/// Every setting.
pub const SETTINGS: &[Setting] = &[
    Setting { name: "select", shape: Shape::Rules, about: "Only these rules run." },
    Setting { name: "ignore", shape: Shape::Rules, about: "These rules do not run." },
    Setting {
        name: "hints",
        shape: Shape::Boolean,
        about: "Whether findings of severity info, and those that are only possible, are shown.",
    },
    Setting {
        name: "fail-on",
        shape: Shape::Word(FAIL_LEVELS),
        about: "The lowest severity that makes the exit code 1.",
    },
    Setting {
        name: "profile",
        shape: Shape::Word(PROFILES),
        about: "Which groups of rules are raised: strict shows everything, security what is open to too many, windows \
                what goes wrong with Docker Desktop.",
    },
    Setting {
        name: "exclude",
        shape: Shape::Globs,
        about: "Files and folders that are not read, as in a .gitignore beside the settings file.",
    },
    Setting {
        name: "severity",
        shape: Shape::ByRule(SEVERITIES),
        about: "The severity of a rule's findings in this project.",
    },
    Setting {
        name: "compose",
        shape: Shape::Tables(COMPOSE),
        about: "Compose files that are one project together, as `docker compose -f` merges them.",
    },
    Setting {
        name: "wrapper",
        shape: Shape::Tables(WRAPPER),
        about: "A function, of the project or of another module, that listens or dials.",
    },
];

/// The words of [`Profile`].
const PROFILES: &[&str] = &["default", "strict", "security", "windows"];
/// The words of [`FailOn`].
const FAIL_LEVELS: &[&str] = &["error", "warning", "info", "never"];
const SEVERITIES: &[&str] = &["error", "warning", "info", "off"];
const ROLES: &[&str] = &["listen", "dial"];
const PROTOCOLS: &[&str] = &["tcp", "udp"];

/// What is said of a Compose project, and whether it must be.
const COMPOSE: &[(Setting, bool)] = &[(
    Setting {
        name: "files",
        shape: Shape::Paths,
        about: "Its files in the order of `-f`, as paths from the folder of the settings file.",
    },
    true,
)];

/// What is said of a wrapper, and whether it must be.
const WRAPPER: &[(Setting, bool)] = &[
    (
        Setting {
            name: "function",
            shape: Shape::Text,
            about: "Its name as Go prints it: example.com/web.Serve, (*example.com/web.Server).Run.",
        },
        true,
    ),
    (
        Setting { name: "role", shape: Shape::Word(ROLES), about: "Whether it opens a socket or connects." },
        true,
    ),
    (
        Setting {
            name: "argument",
            shape: Shape::Place,
            about: "Where its calls have the address: 0 for the first argument, 0.Addr for a field of it, \
                    receiver.Addr for a field of what it is called on, 0... for every argument from there on, \
                    0[] for each element.",
        },
        false,
    ),
    (
        Setting {
            name: "form",
            shape: Shape::Word(FORMS),
            about: "What the address is: address (host:port), port, url, host, mysql (a DSN), target (gRPC) or \
                    any, which tells by itself.",
        },
        false,
    ),
    (
        Setting {
            name: "default",
            shape: Shape::Text,
            about: "The address when a call gives none; `:${PORT:-8080}` reads a variable first.",
        },
        false,
    ),
    (
        Setting {
            name: "scheme",
            shape: Shape::Text,
            about: "What it speaks to whom it dials: http, postgres, redis.",
        },
        false,
    ),
    (
        Setting {
            name: "application",
            shape: Shape::Word(APPLICATIONS),
            about: "What it serves where it listens.",
        },
        false,
    ),
    (
        Setting {
            name: "protocol",
            shape: Shape::Word(PROTOCOLS),
            about: "The transport on which it listens.",
        },
        false,
    ),
];

/// The forms of an address that a wrapper that listens can have.
const LISTENING_FORMS: &[&str] = &["address", "port"];

/// All forms of addresses.
const FORMS: &[&str] = &["address", "port", "url", "host", "mysql", "target", "any"];

/// Whether a wrapper that dials can have this form; the word of a driver is of `sql.Open` alone.
fn is_dialling_form(form: &str) -> bool {
    form != "driver" && DIAL_FORMS.contains(&form)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::catalogue::LISTEN_FORMS;

    /// The words that the reader takes are those that it makes something of.
    #[test]
    fn every_word_means_something() {
        let levels: Vec<_> = FailOn::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(levels, FAIL_LEVELS);
        let profiles: Vec<_> = Profile::ALL.iter().map(|it| it.as_str()).collect();
        assert_eq!(profiles, PROFILES);
        assert!(LISTENING_FORMS.iter().all(|it| LISTEN_FORMS.contains(it)));
        let dialling = DIAL_FORMS.iter().filter(|it| is_dialling_form(it));
        assert!(LISTENING_FORMS.iter().chain(dialling).all(|it| FORMS.contains(it)));
        assert!(FORMS.iter().all(|it| LISTENING_FORMS.contains(it) || is_dialling_form(it)));
    }
}
