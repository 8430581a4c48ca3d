//! `docker run` and `docker create`: <https://docs.docker.com/reference/cli/docker/container/run/>, and
//! what Podman adds: <https://docs.podman.io/en/latest/markdown/podman-run.1.html>.

use super::flags::{Arguments, Flags};
use super::{UNKNOWN, place};
use crate::source::{Span, Text};

/// A container that is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunCommand {
    /// `--name`.
    pub name: Option<Text>,
    /// `--hostname`.
    pub hostname: Option<Text>,
    /// `--network`; none for the default bridge.
    pub networks: Vec<JoinedNetwork>,
    /// `--network-alias`.
    pub aliases: Vec<Text>,
    /// `--ip`, `--ip6`.
    pub addresses: Vec<Text>,
    /// `-p`.
    pub published: Vec<Text>,
    /// `-P`.
    pub publishes_all: Option<Span>,
    /// `--expose`.
    pub exposed: Vec<Text>,
    /// `-e`: `NAME=value` or `NAME`.
    pub environment: Vec<Text>,
    /// `--env-file`.
    pub environment_files: Vec<Text>,
    /// `--add-host`.
    pub extra_hosts: Vec<Text>,
    /// `--link`.
    pub links: Vec<Text>,
    /// `--health-cmd`.
    pub health_command: Option<Text>,
    /// `--no-healthcheck`.
    pub no_healthcheck: Option<Span>,
    /// `-v`.
    pub volumes: Vec<Text>,
    /// `--mount`.
    pub mounts: Vec<Text>,
    /// `--volumes-from`.
    pub volumes_from: Vec<Text>,
    /// `--privileged`.
    pub privileged: Option<Span>,
    /// `--security-opt`.
    pub security_options: Vec<Text>,
    /// `--cap-add`.
    pub capabilities: Vec<Text>,
    /// `--user`.
    pub user: Option<Text>,
    /// `--workdir`.
    pub working_directory: Option<Text>,
    /// `--entrypoint`.
    pub entrypoint: Option<Text>,
    /// `--restart`.
    pub restart: Option<Text>,
    /// `--stop-timeout`, in seconds.
    pub stop_timeout: Option<Text>,
    /// `--stop-signal`.
    pub stop_signal: Option<Text>,
    /// `--init`.
    pub init: bool,
    /// `--pod` of Podman.
    pub pod: Option<Text>,
    /// `-d`: the shell goes on while it runs.
    pub detached: bool,
    /// The image; `None` when it is not known which word it is.
    pub image: Option<Text>,
    /// What stands behind the image.
    pub command: Vec<Text>,
}

/// A network that a container joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinedNetwork {
    /// Its name, or `host`, `none`, `bridge`, `container:NAME`.
    pub name: Text,
    /// Further names of the container on it.
    pub aliases: Vec<Text>,
    /// Fixed addresses on it.
    pub addresses: Vec<Text>,
}

/// A pod of Podman, whose containers share their network interfaces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodCommand {
    /// `--name`.
    pub name: Option<Text>,
    /// `-p`.
    pub published: Vec<Text>,
    /// `--network`.
    pub networks: Vec<JoinedNetwork>,
}

const FLAGS: Flags = Flags {
    switches: &[
        "detach",
        "disable-content-trust",
        "env-host",
        "help",
        "http-proxy",
        "init",
        "interactive",
        "no-healthcheck",
        "no-hostname",
        "no-hosts",
        "oom-kill-disable",
        "passwd",
        "privileged",
        "publish-all",
        "quiet",
        "read-only",
        "read-only-tmpfs",
        "replace",
        "rm",
        "rmi",
        "rootfs",
        "sig-proxy",
        "tls-verify",
        "tty",
        "unsetenv-all",
        "use-api-socket",
    ],
    valued: &[
        "add-host",
        "annotation",
        "arch",
        "attach",
        "authfile",
        "blkio-weight",
        "blkio-weight-device",
        "cap-add",
        "cap-drop",
        "cgroup-parent",
        "cgroupns",
        "cgroups",
        "cidfile",
        "conmon-pidfile",
        "cpu-count",
        "cpu-percent",
        "cpu-period",
        "cpu-quota",
        "cpu-rt-period",
        "cpu-rt-runtime",
        "cpu-shares",
        "cpus",
        "cpuset-cpus",
        "cpuset-mems",
        "detach-keys",
        "device",
        "device-cgroup-rule",
        "device-read-bps",
        "device-read-iops",
        "device-write-bps",
        "device-write-iops",
        "dns",
        "dns-opt",
        "dns-option",
        "dns-search",
        "domainname",
        "entrypoint",
        "env",
        "env-file",
        "expose",
        "gidmap",
        "gpus",
        "group-add",
        "health-cmd",
        "health-interval",
        "health-on-failure",
        "health-retries",
        "health-start-interval",
        "health-start-period",
        "health-timeout",
        "hostname",
        "hostuser",
        "image-volume",
        "io-maxbandwidth",
        "io-maxiops",
        "ip",
        "ip6",
        "ipc",
        "isolation",
        "kernel-memory",
        "label",
        "label-file",
        "link",
        "link-local-ip",
        "log-driver",
        "log-opt",
        "mac-address",
        "memory",
        "memory-reservation",
        "memory-swap",
        "memory-swappiness",
        "mount",
        "name",
        "net",
        "net-alias",
        "network",
        "network-alias",
        "oom-score-adj",
        "os",
        "pid",
        "pidfile",
        "pids-limit",
        "platform",
        "pod",
        "pod-id-file",
        "preserve-fds",
        "publish",
        "pull",
        "requires",
        "restart",
        "runtime",
        "sdnotify",
        "secret",
        "security-opt",
        "shm-size",
        "stop-signal",
        "stop-timeout",
        "storage-opt",
        "subgidname",
        "subuidname",
        "sysctl",
        "systemd",
        "timeout",
        "tmpfs",
        "tz",
        "uidmap",
        "ulimit",
        "umask",
        "unsetenv",
        "user",
        "userns",
        "uts",
        "variant",
        "volume",
        "volume-driver",
        "volumes-from",
        "workdir",
    ],
    short_switches: "ditPq",
    short_valued: &[
        ('a', "attach"),
        ('c', "cpu-shares"),
        ('e', "env"),
        ('h', "hostname"),
        ('l', "label"),
        ('m', "memory"),
        ('p', "publish"),
        ('u', "user"),
        ('v', "volume"),
        ('w', "workdir"),
    ],
};

/// Reads the words behind `run`; `None` when a flag is not known or nothing follows.
pub(super) fn read(words: &[Text]) -> Option<RunCommand> {
    let mut out = RunCommand::default();
    let mut arguments = Arguments::new(words, &FLAGS);
    while let Some(flag) = arguments.flag()? {
        match (flag.name, &flag.value) {
            ("d" | "detach", _) => out.detached = flag.is_on(),
            ("P" | "publish-all", _) => out.publishes_all = flag.span.filter(|_| flag.is_on()),
            ("privileged", _) => out.privileged = flag.span.filter(|_| flag.is_on()),
            ("init", _) => out.init = flag.is_on(),
            ("no-healthcheck", _) => out.no_healthcheck = flag.span.filter(|_| flag.is_on()),
            _ => {}
        }
        let Some(value) = flag.value else { continue };
        let one = match flag.name {
            "name" => &mut out.name,
            "hostname" => &mut out.hostname,
            "health-cmd" => &mut out.health_command,
            "user" => &mut out.user,
            "workdir" => &mut out.working_directory,
            "entrypoint" => &mut out.entrypoint,
            "restart" => &mut out.restart,
            "stop-timeout" => &mut out.stop_timeout,
            "stop-signal" => &mut out.stop_signal,
            "pod" => &mut out.pod,
            "network" | "net" => {
                out.networks.push(JoinedNetwork::read(&value));
                continue;
            }
            name => {
                if let Some(many) = out.list(name) {
                    many.push(value);
                }
                continue;
            }
        };
        *one = Some(value);
    }
    let (image, command) = arguments.rest().split_first()?;
    // `$OPTIONS` may be any number of words.
    let is_one_word = !image.as_str().starts_with(UNKNOWN) || image.as_str().chars().count() > 1;
    if is_one_word {
        out.image = Some(image.clone());
        out.command = command.to_vec();
    }
    Some(out)
}

impl RunCommand {
    fn list(&mut self, flag: &str) -> Option<&mut Vec<Text>> {
        Some(match flag {
            "network-alias" | "net-alias" => &mut self.aliases,
            "ip" | "ip6" => &mut self.addresses,
            "publish" => &mut self.published,
            "expose" => &mut self.exposed,
            "env" => &mut self.environment,
            "env-file" => &mut self.environment_files,
            "add-host" => &mut self.extra_hosts,
            "link" => &mut self.links,
            "security-opt" => &mut self.security_options,
            "cap-add" => &mut self.capabilities,
            "volume" => &mut self.volumes,
            "mount" => &mut self.mounts,
            "volumes-from" => &mut self.volumes_from,
            _ => return None,
        })
    }
}

impl JoinedNetwork {
    /// `back`, `name=back,alias=db`, or Podman's `back:alias=db`.
    fn read(text: &Text) -> Self {
        let written = text.as_str();
        let mut out = Self { name: text.clone(), aliases: Vec::new(), addresses: Vec::new() };
        let options = match written.split_once(':') {
            _ if written.contains("name=") => 0,
            Some((name, _)) if written.contains('=') => {
                out.name = text.slice(0..name.len());
                name.len() + 1
            }
            _ => return out,
        };
        let mut at = options;
        for option in written[options..].split(',') {
            if let Some((key, value)) = option.split_once('=') {
                let value = text.slice(at + option.len() - value.len()..at + option.len());
                match key {
                    "name" => out.name = value,
                    "alias" => out.aliases.push(value),
                    "ip" | "ip6" => out.addresses.push(value),
                    _ => {}
                }
            }
            at += option.len() + 1;
        }
        out
    }

    /// Where it is named.
    #[must_use]
    pub fn span(&self, other: Span) -> Span {
        place(&self.name, other)
    }
}

/// Reads the words behind `pod create`.
pub(super) fn read_pod(words: &[Text]) -> Option<PodCommand> {
    const FLAGS: Flags = Flags {
        switches: &["help", "infra", "no-hosts", "replace"],
        valued: &[
            "add-host",
            "cpus",
            "cpuset-cpus",
            "device",
            "dns",
            "dns-option",
            "dns-search",
            "gidmap",
            "hostname",
            "infra-command",
            "infra-image",
            "infra-name",
            "ip",
            "label",
            "label-file",
            "mac-address",
            "memory",
            "name",
            "net",
            "network",
            "network-alias",
            "pid",
            "pod-id-file",
            "publish",
            "restart",
            "security-opt",
            "share",
            "shm-size",
            "sysctl",
            "uidmap",
            "userns",
            "volume",
            "exit-policy",
        ],
        short_switches: "",
        short_valued: &[('l', "label"), ('m', "memory"), ('n', "name"), ('p', "publish"), ('v', "volume")],
    };
    let mut out = PodCommand::default();
    let mut arguments = Arguments::new(words, &FLAGS);
    while let Some(flag) = arguments.flag()? {
        let Some(value) = flag.value else { continue };
        match flag.name {
            "name" => out.name = Some(value),
            "publish" => out.published.push(value),
            "network" | "net" => out.networks.push(JoinedNetwork::read(&value)),
            _ => {}
        }
    }
    out.name = out.name.or_else(|| arguments.rest().first().cloned());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::{DockerCommand, read, tests::words};
    use crate::source::Text;

    fn show(line: &str) -> Option<String> {
        let Some(DockerCommand::Run(it)) = read(&words(line)) else { return None };
        let list = |it: &[Text]| it.iter().map(Text::as_str).collect::<Vec<_>>().join(",");
        let networks: Vec<_> = it
            .networks
            .iter()
            .map(|it| match it.aliases.is_empty() {
                true => it.name.as_str().to_owned(),
                false => format!("{}({})", it.name.as_str(), list(&it.aliases)),
            })
            .collect();
        let image = it.image.as_ref().map_or("?", Text::as_str);
        let name = it.name.as_ref().map_or("-", Text::as_str);
        let daemon = if it.detached { " -d" } else { "" };
        Some(format!(
            "{name}{daemon} net:{} -p:{} -e:{} {image} [{}]",
            networks.join(","),
            list(&it.published),
            list(&it.environment),
            list(&it.command)
        ))
    }

    #[test]
    fn a_run_says_what_it_starts() {
        let cases = [
            ("docker run app", Some("- net: -p: -e: app []")),
            (
                "docker run -d --name web -p 8080:80 -e A=1 --env=B --network back app:1 serve -p 3",
                Some("web -d net:back -p:8080:80 -e:A=1,B app:1 [serve,-p,3]"),
            ),
            ("docker run -itp80:80 --rm=true app", Some("- net: -p:80:80 -e: app []")),
            ("docker run -dp 80:80 app", Some("- -d net: -p:80:80 -e: app []")),
            ("sudo docker run --net=host app", None),
            ("docker container create --net host app", Some("- net:host -p: -e: app []")),
            ("podman run --network back:alias=db,ip=10.0.0.2 app", Some("- net:back(db) -p: -e: app []")),
            ("docker run --network name=back,alias=db app", Some("- net:back(db) -p: -e: app []")),
            ("docker run --network container:db app", Some("- net:container:db -p: -e: app []")),
            ("docker run ? app", Some("- net: -p: -e: ? []")),
            ("docker run -p ?:80 repo/?:v1", Some("- net: -p:\u{fffd}:80 -e: repo/\u{fffd}:v1 []")),
            ("docker run --no-such-flag x app", None),
            ("docker run -d", None),
            ("docker compose run app", None),
        ];
        for (line, expected) in cases {
            assert_eq!(show(line).as_deref(), expected, "{line}");
        }
    }
}
