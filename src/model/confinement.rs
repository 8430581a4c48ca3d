//! What keeps a container apart from its host, and what of it is given up.

use super::compose::{Mount, Variables};
use super::{Project, Workload};
use crate::facts::compose::Service;
use crate::facts::docker_command::{RunCommand, UNKNOWN};
use crate::facts::kubernetes::{Container, PodTemplate, VolumeSource};
use crate::source::{Span, Spanned, Text};

/// What a Compose file, a command line or a manifest says of a container's privileges.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confinement {
    /// The user, over that of the image.
    pub user: RunsAs,
    /// Where it is made privileged.
    pub privileged: Option<Span>,
    /// What is switched off that holds for every other container.
    pub lifted: Vec<Spanned<Protection>>,
    /// Sockets of the container engine that it gets, each where its path on the host is written.
    pub engine_sockets: Vec<Spanned<String>>,
}

/// Whom a container runs as.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum RunsAs {
    /// The user of the image.
    #[default]
    Image,
    /// This one: a name or a number, a group perhaps behind it.
    User(Spanned<String>),
    /// Anybody but root.
    NotRoot,
    /// It is not known.
    Unknown,
}

/// Something that holds a container back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// The filter of system calls.
    Seccomp,
    /// The profile of AppArmor.
    AppArmor,
    /// The label of SELinux.
    Selinux,
    /// What root in a container may not do.
    Capabilities,
}

impl Protection {
    /// What it is called in a sentence.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Seccomp => "the filter of system calls (seccomp)",
            Self::AppArmor => "the profile of AppArmor",
            Self::Selinux => "the label of SELinux",
            Self::Capabilities => "the limit on capabilities",
        }
    }

    /// What an entry of `security_opt` switches off:
    /// <https://docs.docker.com/reference/cli/docker/container/run/#security-opt>.
    fn of_option(text: &str) -> Option<Self> {
        let (name, value) = text.split_once(['=', ':'])?;
        match (name, value) {
            ("seccomp", "unconfined") => Some(Self::Seccomp),
            ("apparmor", "unconfined") => Some(Self::AppArmor),
            ("label", "disable") => Some(Self::Selinux),
            _ => None,
        }
    }
}

impl Confinement {
    /// What a Compose service says.
    pub(super) fn of_service(service: &Service, mounts: &[Mount], variables: &Variables) -> Self {
        let user = match &service.user {
            None => RunsAs::Image,
            Some(value) => match variables.text(value) {
                Some(text) => RunsAs::User(Spanned::new(text.as_str().to_owned(), value.span)),
                None => RunsAs::Unknown,
            },
        };
        let options = variables.spanned(&service.security_options).into_iter();
        let options = options.filter_map(|it| Some(Spanned::new(Protection::of_option(&it.value)?, it.span)));
        let capabilities = variables.spanned(&service.capabilities).into_iter().filter(is_every_capability);
        Self {
            user,
            privileged: service.privileged.as_ref().filter(|it| it.on == Some(true)).map(|it| it.span),
            lifted: options.chain(capabilities.map(|it| it.map(|_| Protection::Capabilities))).collect(),
            engine_sockets: engine_sockets(mounts),
        }
    }

    /// What a command line says.
    pub(super) fn of_command(command: &RunCommand, mounts: &[Mount]) -> Self {
        let spanned = |it: &Text| Some(Spanned::new(it.as_str().to_owned(), it.cover()?));
        let is_known = |it: &Spanned<String>| !it.value.contains(UNKNOWN);
        let user = match command.user.as_ref().and_then(spanned) {
            None => RunsAs::Image,
            Some(user) if is_known(&user) => RunsAs::User(user),
            Some(_) => RunsAs::Unknown,
        };
        let options = command.security_options.iter().filter_map(spanned);
        let options = options.filter_map(|it| Some(Spanned::new(Protection::of_option(&it.value)?, it.span)));
        let capabilities = command.capabilities.iter().filter_map(spanned).filter(is_every_capability);
        Self {
            user,
            privileged: command.privileged,
            lifted: options.chain(capabilities.map(|it| it.map(|_| Protection::Capabilities))).collect(),
            engine_sockets: engine_sockets(mounts),
        }
    }

    /// What a pod says of one of its containers, whose own words come first.
    pub(super) fn of_container(template: &PodTemplate, container: &Container) -> Self {
        let (pod, own) = (&template.security, &container.security);
        let user = match own.user.as_ref().or(pod.user.as_ref()) {
            Some(user) => RunsAs::User(user.clone()),
            None if own.not_root.or(pod.not_root).is_some() => RunsAs::NotRoot,
            None if own.is_open || pod.is_open => RunsAs::Unknown,
            None => RunsAs::Image,
        };
        let unconfined = |own: &Option<Spanned<String>>, pod: &Option<Spanned<String>>, what: Protection| {
            let written = own.as_ref().or(pod.as_ref()).filter(|it| it.value == "Unconfined")?;
            Some(Spanned::new(what, written.span))
        };
        let profiles = [
            unconfined(&own.seccomp, &pod.seccomp, Protection::Seccomp),
            unconfined(&own.apparmor, &pod.apparmor, Protection::AppArmor),
        ];
        let capabilities = own.capabilities.iter().filter(|it| is_every_capability(it));
        let capabilities = capabilities.map(|it| Spanned::new(Protection::Capabilities, it.span));
        let mounted = |name: &str| container.mounts.iter().any(|it| it.volume.value == name);
        let sockets = template.volumes.iter().filter(|it| mounted(&it.name.value)).filter_map(|it| {
            let VolumeSource::HostPath(Some(path)) = &it.source else { return None };
            Some(Spanned::new(path.as_str().to_owned(), path.cover()?))
        });
        Self {
            user,
            privileged: own.privileged,
            lifted: profiles.into_iter().flatten().chain(capabilities).collect(),
            engine_sockets: sockets.filter(|it| is_engine_socket(&it.value)).collect(),
        }
    }
}

fn engine_sockets(mounts: &[Mount]) -> Vec<Spanned<String>> {
    let socket = |it: &Mount| {
        let source = it.source.clone().filter(|source| it.bind && is_engine_socket(source))?;
        Some(Spanned::new(source, it.span))
    };
    mounts.iter().filter_map(socket).collect()
}

fn is_every_capability(it: &Spanned<String>) -> bool {
    matches!(it.value.to_ascii_uppercase().as_str(), "ALL" | "CAP_ALL")
}

/// Whether a path of the host is the socket, or on Windows the pipe, of a container engine: who may write to
/// it may start any container.
fn is_engine_socket(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    matches!(name, "docker.sock" | "podman.sock" | "containerd.sock" | "crio.sock" | "docker_engine")
}

/// Programs that start another one as another user.
const USER_SWITCHES: &[&str] = &["gosu", "setpriv", "su-exec"];

impl Project {
    /// What makes `workload` run as root, which runs an image of the project or says so itself, and whether that is
    /// written there; `None` when it does not, or when that is not known.
    #[must_use]
    pub fn root_user(&self, workload: &Workload) -> Option<(Span, bool)> {
        match &workload.confinement.user {
            RunsAs::User(user) => return is_root(&user.value).then_some((user.span, true)),
            RunsAs::NotRoot | RunsAs::Unknown => return None,
            RunsAs::Image => {}
        }
        let image = self.image(workload.image?);
        let may_switch = USER_SWITCHES.iter().any(|it| image.tools.present.iter().any(|tool| tool == it));
        // What the base image starts may give root up by itself, as databases do.
        if may_switch || image.process.is_none() || image.base.is_windows() {
            return None;
        }
        match &image.user {
            Some(user) => is_root(&user.value).then_some((user.span, true)),
            None => image.base.is_catalogued().then_some((image.from, false)),
        }
    }
}

/// Whether `name:group` or `0:0` is root.
fn is_root(user: &str) -> bool {
    matches!(user.split(':').next(), Some("root" | "0"))
}
