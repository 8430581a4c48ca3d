//! What people type to build images, to start containers and to join them: `docker`, and `podman`,
//! `nerdctl` and `buildah`, which take the same; and `ko`, which builds images too.

mod build;
mod flags;
mod ko;
mod run;

pub use build::BuildCommand;
pub use ko::{KoCommand, KoNaming};
pub use run::{JoinedNetwork, PodCommand, RunCommand};

use crate::source::{Span, Text};
use flags::{Arguments, Flags};

/// Stands for a part of a word that is not known.
pub const UNKNOWN: char = '\u{fffd}';

/// A command line. Any text may hold [`UNKNOWN`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DockerCommand {
    /// `docker build`: <https://docs.docker.com/reference/cli/docker/buildx/build/>.
    Build(BuildCommand),
    /// `ko build`.
    Ko(KoCommand),
    /// `docker run`, `docker create`: <https://docs.docker.com/reference/cli/docker/container/run/>.
    Run(Box<RunCommand>),
    /// `docker network create`: <https://docs.docker.com/reference/cli/docker/network/create/>.
    CreateNetwork(CreatedNetwork),
    /// `docker network connect`: <https://docs.docker.com/reference/cli/docker/network/connect/>.
    Connect {
        /// The container.
        container: Text,
        /// The network that it joins.
        network: JoinedNetwork,
    },
    /// `podman pod create`: <https://docs.podman.io/en/latest/markdown/podman-pod-create.1.html>.
    CreatePod(PodCommand),
    /// `docker stop`, `docker rm` and the like: containers end here.
    End,
}

/// A network.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreatedNetwork {
    /// Its name.
    pub name: Text,
    /// `--driver`.
    pub driver: Option<Text>,
    /// `--internal`.
    pub internal: bool,
    /// `--subnet`.
    pub subnets: Vec<Text>,
    /// `--opt`: `NAME=value`.
    pub options: Vec<Text>,
}

/// Whether a text may hold such a command: most lines do something else, and are not worth a reading.
#[must_use]
pub fn may_hold(text: &str) -> bool {
    let mut signs = PROGRAMS.iter().chain(KO).chain(VARIABLES);
    signs.any(|it| memchr::memmem::find(text.as_bytes(), it.as_bytes()).is_some())
}

/// The name of ko alone is a part of many words.
const KO: &[&str] = &["ko build", "ko publish"];

const PROGRAMS: &[&str] = &["docker", "podman", "nerdctl", "buildah"];

/// What the names of variables begin with that stand for one of them, see [`is_program_variable`].
const VARIABLES: &[&str] = &["DOCKER", "CONTAINER_"];

/// Whether people choose by the variable of that name which of the programs they use, where nothing sets it:
/// `make image CONTAINER_TOOL=podman`.
#[must_use]
pub fn is_program_variable(name: &str) -> bool {
    const KINDS: &[&str] = &["BIN", "CLI", "CMD", "COMMAND", "ENGINE", "RUNTIME", "TOOL"];
    let rest = VARIABLES.iter().find_map(|it| name.strip_prefix(it.trim_end_matches('_')));
    rest.is_some_and(|it| match it.strip_prefix('_') {
        Some(kind) => KINDS.contains(&kind),
        None => name == "DOCKER",
    })
}

/// The program that a variable of these stands for, where it is not known: all take the same words.
pub const USUAL_PROGRAM: &str = PROGRAMS[0];

/// Reads the words of a command line; `None` for one that does something else, or that cannot be read.
#[must_use]
pub fn read(words: &[Text]) -> Option<DockerCommand> {
    let (first, rest) = words.split_first()?;
    let program = first.as_str().rsplit('/').next()?;
    if program == "ko" {
        return ko::read(rest).map(DockerCommand::Ko);
    }
    if !PROGRAMS.contains(&program) {
        return None;
    }
    let mut rest = rest;
    let mut group = "";
    loop {
        let (word, behind) = rest.split_first()?;
        rest = behind;
        match (group, word.as_str()) {
            ("" | "buildx" | "image" | "builder", "build" | "bud") => {
                return build::read(rest).map(DockerCommand::Build);
            }
            ("" | "container", "run" | "create") => {
                return run::read(rest).map(|it| DockerCommand::Run(Box::new(it)));
            }
            ("network", "create") => return created_network(rest).map(DockerCommand::CreateNetwork),
            ("network", "connect") => return connection(rest),
            ("pod", "create") => return run::read_pod(rest).map(DockerCommand::CreatePod),
            ("" | "container" | "pod", "stop" | "rm" | "kill") | ("compose", "down" | "stop" | "rm") => {
                return Some(DockerCommand::End);
            }
            ("", it @ ("buildx" | "image" | "builder" | "container" | "network" | "pod" | "compose")) => {
                group = it;
            }
            // Global flags that take a value: `docker --context remote build`.
            (
                _,
                "--context" | "-c" | "--host" | "-H" | "--config" | "--log-level" | "-l" | "-f" | "--file"
                | "-p" | "--namespace" | "-n" | "--builder",
            ) => rest = rest.split_first()?.1,
            (_, flag) if flag.starts_with('-') => {}
            _ => return None,
        }
    }
}

fn created_network(words: &[Text]) -> Option<CreatedNetwork> {
    const FLAGS: Flags = Flags {
        switches: &["attachable", "ingress", "internal", "ipv4", "ipv6", "disable-dns", "ignore"],
        valued: &[
            "aux-address",
            "config-from",
            "driver",
            "gateway",
            "interface-name",
            "ip-range",
            "ipam-driver",
            "ipam-opt",
            "label",
            "opt",
            "route",
            "scope",
            "subnet",
        ],
        short_switches: "",
        short_valued: &[('d', "driver"), ('o', "opt")],
    };
    let mut out = CreatedNetwork {
        name: Text::default(),
        driver: None,
        internal: false,
        subnets: Vec::new(),
        options: Vec::new(),
    };
    let mut arguments = Arguments::new(words, &FLAGS);
    while let Some(flag) = arguments.flag()? {
        match flag.name {
            "internal" => out.internal = flag.is_on(),
            "driver" => out.driver = flag.value,
            "subnet" => out.subnets.extend(flag.value),
            "opt" => out.options.extend(flag.value),
            _ => {}
        }
    }
    out.name = arguments.rest().first()?.clone();
    Some(out)
}

fn connection(words: &[Text]) -> Option<DockerCommand> {
    const FLAGS: Flags = Flags {
        switches: &[],
        valued: &["alias", "driver-opt", "gw-priority", "ip", "ip6", "link", "link-local-ip", "mac-address"],
        short_switches: "",
        short_valued: &[],
    };
    let (mut aliases, mut addresses) = (Vec::new(), Vec::new());
    let mut arguments = Arguments::new(words, &FLAGS);
    while let Some(flag) = arguments.flag()? {
        match flag.name {
            "alias" => aliases.extend(flag.value),
            "ip" | "ip6" => addresses.extend(flag.value),
            _ => {}
        }
    }
    let [network, container] = arguments.rest() else { return None };
    let network = JoinedNetwork { name: network.clone(), aliases, addresses };
    Some(DockerCommand::Connect { container: container.clone(), network })
}

/// The place of a word, or that of another where it has none.
fn place(text: &Text, other: Span) -> Span {
    text.cover().unwrap_or(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    /// The words of a line, as if a shell had split it at blanks.
    pub(super) fn words(line: &str) -> Vec<Text> {
        let mut at = 0;
        let word = |it: &str| {
            let text = Text::new(it.replace('?', "\u{fffd}"), Span::new(FileId(0), at, at + it.len()));
            at += it.len() + 1;
            text
        };
        line.split(' ').map(word).collect()
    }

    #[test]
    fn networks_are_created_and_joined() {
        let Some(DockerCommand::CreateNetwork(it)) =
            read(&words("docker network create -d bridge --internal --subnet=10.1.0.0/16 back"))
        else {
            panic!("no network");
        };
        assert_eq!((it.name.as_str(), it.internal, it.subnets.len()), ("back", true, 1));
        let Some(DockerCommand::Connect { container, network }) =
            read(&words("docker network connect --alias database back db"))
        else {
            panic!("no connection");
        };
        let alias = network.aliases[0].as_str();
        assert_eq!((container.as_str(), network.name.as_str(), alias), ("db", "back", "database"));
    }

    #[test]
    fn some_names_of_variables_stand_for_a_program() {
        let names = ["DOCKER", "DOCKER_CMD", "CONTAINER_ENGINE", "CONTAINER_TOOL"];
        assert!(names.iter().all(|it| is_program_variable(it) && may_hold(it)));
        let others = ["DOCKER_HOST", "DOCKER_IMAGE", "CONTAINER", "CONTAINER_NAME", "DOCKERFILE", "ENGINE"];
        assert!(!others.iter().any(|it| is_program_variable(it)));
    }

    #[test]
    fn other_commands_are_none_of_these() {
        for line in [
            "docker",
            "docker ps",
            "docker compose up",
            "make run",
            "docker compose run api",
            "docker exec db sh",
        ] {
            assert_eq!(read(&words(line)), None, "{line}");
        }
        assert_eq!(read(&words("docker rm -f api")), Some(DockerCommand::End));
    }
}
