//! Which programs are in an image: the catalogue's base, what RUN installs, what COPY brings. And in a container: what
//! its start installs as well.

use super::build::{Images, Running};
use super::{ImageId, Tools};
use crate::facts::catalogue::{ImageEntry, is_on_alpine};
use crate::facts::dockerfile::Run;
use crate::facts::shell::Command;

/// What a stage, or the start of a container, does to the programs of its base.
#[derive(Clone, Debug, Default)]
pub(super) struct Changes {
    added: Vec<String>,
    unknown: Option<String>,
    /// What COPY brings to folders in which nobody looks by default: the file, and where to.
    beside: Vec<(String, String)>,
    /// Folders that `ENV PATH` names.
    folders: Vec<String>,
}

/// Programs that install packages.
pub(super) const PACKAGE_MANAGERS: &[&str] = &["apk", "apt", "apt-get", "dnf", "microdnf", "yum", "zypper"];

/// Commands that bring no tool for a health check.
const HARMLESS: &[&str] = &[
    ":",
    "[",
    "[[",
    "addgroup",
    "adduser",
    "break",
    "cat",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "cp",
    "continue",
    "date",
    "echo",
    "exec",
    "exit",
    "export",
    "false",
    "find",
    "git",
    "goose",
    "grep",
    "groupadd",
    "hostname",
    "id",
    "install",
    "ln",
    "local",
    "ls",
    "migrate",
    "mkdir",
    "mv",
    "nc",
    "npm",
    "pg_isready",
    "printf",
    "pwd",
    "read",
    "return",
    "rm",
    "sed",
    "set",
    "shift",
    "sleep",
    "strip",
    "tail",
    "test",
    "touch",
    "trap",
    "true",
    "tzdata",
    "umask",
    "unset",
    "update-ca-certificates",
    "upx",
    "useradd",
    "usermod",
    "wait",
    "wc",
    "which",
    "yarn",
];

/// Folders whose files are found by name.
pub(super) const PATH_FOLDERS: &[&str] = &[
    "/usr/local/sbin",
    "/usr/local/bin",
    "/usr/sbin",
    "/usr/bin",
    "/sbin",
    "/bin",
    "/",
    "/usr",
    "/usr/local",
];

impl Changes {
    /// Other tools may be there too.
    pub(super) fn unknown(&mut self, reason: &str) {
        self.unknown.get_or_insert_with(|| reason.to_owned());
    }

    pub(super) fn run(&mut self, run: &Run) {
        if run.opaque {
            self.unknown("a RUN holds a script that was not understood");
        }
        for command in &run.script.commands {
            if !command.words.is_empty() {
                self.command(command);
            }
        }
    }

    pub(super) fn command(&mut self, command: &Command) {
        let Some(name) = command.program_name() else { return };
        let mut words = command.program_words().iter().skip(1);
        match name {
            name if PACKAGE_MANAGERS.contains(&name) => {
                if !words.any(|it| matches!(it.raw.value.as_str(), "add" | "install")) {
                    return;
                }
                for word in words {
                    let written = word.raw.value.trim_matches(['"', '\'']);
                    if written.contains(['$', '`']) {
                        self.unknown("packages are installed that a variable names");
                    } else if !written.starts_with('-') {
                        self.package(written);
                    }
                }
            }
            // `go install example.com/cmd/tool@latest` brings `tool`.
            "go" => {
                let installed = words.filter_map(|it| it.raw.value.split_once('@'));
                let names = installed.filter_map(|(path, _)| path.rsplit('/').next());
                self.added.extend(names.map(str::to_owned));
            }
            name if HARMLESS.contains(&name) => {}
            name => self.unknown(&format!("`{name}` is called, which may install programs")),
        }
    }

    fn package(&mut self, written: &str) {
        let name = written.split(['=', '<', '>', '~', '@', ':']).next().unwrap_or(written);
        let tools: &[&str] = match name {
            "netcat" | "netcat-openbsd" | "netcat-traditional" | "nmap-ncat" | "nc" => &["nc"],
            "postgresql-client" | "postgresql" | "libpq" => &["psql", "pg_isready"],
            "mysql-client" | "mariadb-client" | "default-mysql-client" => &["mysql", "mysqladmin"],
            "redis" | "redis-tools" => &["redis-cli"],
            "busybox-extras" => &["telnet"],
            _ => &[],
        };
        self.added.push(name.to_owned());
        self.added.extend(tools.iter().map(|it| (*it).to_owned()));
    }

    /// A COPY of `source` (`None` when it is not known) to the absolute path `destination`.
    pub(super) fn copied(&mut self, source: Option<&str>, destination: &str, into: bool) {
        let in_path = PATH_FOLDERS.contains(&destination);
        let name = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        match source {
            Some(source) if in_path => {
                let file = name(source);
                if file.contains('*') || matches!(file.as_str(), "" | "." | "bin" | "sbin" | "rootfs" | "usr")
                {
                    self.unknown("a COPY fills a folder of programs");
                } else {
                    self.added.push(file);
                    // A folder would bring all that is in it.
                    if matches!(destination, "/" | "/usr" | "/usr/local") && source.ends_with('/') {
                        self.unknown("a COPY fills a folder of programs");
                    }
                }
            }
            None if in_path => self.unknown("a COPY fills a folder of programs"),
            _ if !into && PATH_FOLDERS.contains(&super::layers::parent(destination)) => {
                self.added.push(name(destination));
            }
            Some(source) if into => self.beside.push((name(source), destination.to_owned())),
            Some(_) => {
                self.beside.push((name(destination), super::layers::parent(destination).to_owned()));
                self.beside.push((String::new(), destination.to_owned()));
            }
            None => self.beside.push((String::new(), destination.to_owned())),
        }
    }

    /// A mount at the absolute path `target`, of which nobody knows what is in it.
    pub(super) fn mounted(&mut self, target: &str) {
        self.copied(None, target.trim_end_matches('/'), false);
        // It is called by its path, then.
        self.added.extend(target.rsplit('/').next().map(str::to_owned));
    }

    /// `ENV PATH`, whose value is `None` when it is not known.
    pub(super) fn path(&mut self, value: Option<&str>) {
        let Some(value) = value else { return self.unknown("PATH is not known") };
        let folders = value.split(':').map(|it| it.trim_end_matches('/'));
        self.folders = folders.filter(|it| it.starts_with('/')).map(str::to_owned).collect();
    }

    /// The programs that stand in a folder of `ENV PATH`; `None` when not all of them are known.
    fn on_path(&self) -> Option<Vec<String>> {
        let mut out = Vec::new();
        for folder in self.folders.iter().filter(|it| !PATH_FOLDERS.contains(&it.as_str())) {
            for (file, to) in &self.beside {
                let to = to.trim_end_matches('/');
                let is_folder = matches!(file.as_str(), "" | ".") || file.contains('*');
                let is_above = folder.strip_prefix(to).is_some_and(|it| it.starts_with('/'));
                match to == folder {
                    true if is_folder => return None,
                    true => out.push(file.clone()),
                    false if is_above => return None,
                    false => {}
                }
            }
        }
        Some(out)
    }

    /// Whether the stage installs the program `name`.
    pub(super) fn bring(&self, name: &str) -> bool {
        self.added.iter().any(|it| it == name)
    }

    /// Whether every instruction was understood that may bring programs.
    pub(super) fn is_known(&self) -> bool {
        self.unknown.is_none()
    }

    /// The programs and packages that instructions bring, by name.
    pub(super) fn brought(&self) -> &[String] {
        &self.added
    }

    /// The programs over those of the base that a Dockerfile starts from.
    pub(super) fn tools(&self, entry: Option<&ImageEntry>, reference: Option<&str>) -> Tools {
        // A row for any tag speaks of the usual one, which is another where the tag names Alpine.
        let is_of_it = |it: &&ImageEntry| {
            it.shell == "ash" || !it.tags.is_empty() || !reference.is_some_and(is_on_alpine)
        };
        let Some(entry) = entry.filter(is_of_it) else {
            return Tools { present: self.added.clone(), ..Tools::unknown("the base image is not known") };
        };
        self.over(entry, &entry.absent, entry.bare)
    }

    /// The programs over those of a public image that is run as it is. What such a one has but for its base has the
    /// name of its own program.
    fn tools_of_public(&self, entry: &ImageEntry) -> Tools {
        const COMMON: &[&str] = &["bash", "curl", "nc", "sh", "wget"];
        let absent = [entry.absent.as_slice(), if entry.bare { COMMON } else { &[] }].concat();
        self.over(entry, &absent, false)
    }

    /// The programs over those of a base that lacks these, and all others when it is `bare`.
    fn over(&self, entry: &ImageEntry, absent: &[&str], bare: bool) -> Tools {
        let mut present: Vec<String> = entry.present.iter().map(|it| (*it).to_owned()).collect();
        present.extend(self.added.iter().cloned());
        let on_path = self.on_path();
        present.extend(on_path.iter().flatten().cloned());
        present.sort();
        present.dedup();
        let absent = absent.iter().filter(|it| !present.iter().any(|there| there == *it));
        let absent = absent.map(|it| (*it).to_owned());
        let unknown = on_path.is_none().then_some("a COPY fills a folder of PATH");
        match self.unknown.as_deref().or(unknown) {
            Some(reason) => Tools { present, ..Tools::unknown(reason) },
            None => Tools {
                absent: absent.collect(),
                present,
                incomplete: (!bare).then(|| "the base image holds other programs".to_owned()),
            },
        }
    }
}

impl Tools {
    /// Any program may be there.
    #[must_use]
    pub fn unknown(reason: &str) -> Self {
        Self { present: Vec::new(), absent: Vec::new(), incomplete: Some(reason.to_owned()) }
    }
}

impl Images<'_> {
    /// The programs in a container of an image in which this runs.
    #[must_use]
    pub fn tools_in(&self, image: ImageId, running: &Running) -> Tools {
        let Some(stage) = self.last_stage(image) else {
            return Tools::unknown("the image is not known");
        };
        running.tools.tools(stage.entry, stage.base.reference.as_deref())
    }
}

impl Running {
    /// What a start does to the container itself, without what then runs in it.
    #[must_use]
    pub fn without_process(self) -> Self {
        Self { tools: self.tools, go_commands: self.go_commands, ..Self::default() }
    }

    /// The programs in a container of a public image in which this runs.
    #[must_use]
    pub fn tools_of_public(&self, entry: &ImageEntry) -> Tools {
        self.tools.tools_of_public(entry)
    }
}
