//! Programs that start scripts and commands of containers hold, by what they do.

/// Programs that run what a file says.
pub(super) const RUNNERS: &[&str] = &["just", "mage", "make", "task"];

/// Programs that run the command behind their own flags and pass signals on or exec.
pub(super) const WRAPPERS: &[&str] =
    &["tini", "dumb-init", "dockerize", "env", "nice", "catatonit", "s6-setuidgid", "docker-init"];

/// Flags of dockerize, without dashes, whose value may be the next word:
/// <https://github.com/jwilder/dockerize#usage>.
pub(super) const DOCKERIZE_VALUES: &[&str] = &[
    "delims",
    "env",
    "env-header",
    "env-section",
    "stderr",
    "stdout",
    "template",
    "timeout",
    "wait",
    "wait-http-header",
    "wait-retry-interval",
];

/// Flags of dumb-init, without dashes, whose value may be the next word: <https://github.com/Yelp/dumb-init>.
pub(super) const DUMB_INIT_VALUES: &[&str] = &["r", "rewrite"];

/// Flags of tini, without dashes, whose value may be the next word: <https://github.com/krallin/tini>.
pub(super) const TINI_VALUES: &[&str] = &["e", "p"];

/// Wrappers that pass signals on to what they start.
pub(super) const INITS: &[&str] = &["tini", "dumb-init", "catatonit", "docker-init"];

/// Wrappers whose first argument is a user.
pub(super) const USER_WRAPPERS: &[&str] = &["gosu", "su-exec", "setpriv", "chpst"];

/// Commands that are no server: nothing is gained when a shell execs them.
pub(super) const NOT_SERVERS: &[&str] = &[
    ":",
    "CompileDaemon",
    "[",
    "air",
    "awk",
    "bash",
    "cat",
    "echo",
    "exit",
    "false",
    "go",
    "grep",
    "head",
    "jq",
    "make",
    "npm",
    "printf",
    "reflex",
    "sed",
    "sh",
    "sleep",
    "sort",
    "tail",
    "tee",
    "test",
    "true",
    "wait",
    "watch",
    "xargs",
];

/// Commands of development that build a program of the project and run it, or look into it.
pub(super) const WATCHERS: &[&str] = &["CompileDaemon", "air", "dlv", "go", "reflex", "watch"];

/// Those of [`NOT_SERVERS`] that start what a project or its packages name: nobody runs them behind a server.
pub(super) const STARTERS: &[&str] = &["CompileDaemon", "air", "go", "make", "npm", "reflex", "watch"];

/// Commands that start scripts hold beside the server and that leave none of their own behind.
pub(super) const PASSING: &[&str] = &[
    ":",
    "[",
    "[[",
    "cat",
    "cd",
    "chmod",
    "chown",
    "cp",
    "curl",
    "date",
    "echo",
    "env",
    "exec",
    "exit",
    "export",
    "false",
    "go",
    "goose",
    "grep",
    "ls",
    "make",
    "migrate",
    "mkdir",
    "mv",
    "nc",
    "pg_isready",
    "printf",
    "pwd",
    "read",
    "rm",
    "sed",
    "set",
    "shift",
    "sleep",
    "source",
    "test",
    "touch",
    "trap",
    "true",
    "umask",
    "unset",
    "wait",
    "wget",
    "which",
];

/// Commands of scripts that certainly make no file. Redirections do not show, so that `echo` is
/// none of them.
pub(super) const MAKING_NOTHING: &[&str] = &[
    ":", "[", "cd", "exec", "exit", "export", "set", "shift", "sleep", "test", "trap", "true", "unset",
    "wait",
];
