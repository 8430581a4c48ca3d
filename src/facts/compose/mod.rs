//! What one Compose file says: <https://docs.docker.com/reference/compose-file/>.
//!
//! Values keep their `${VARIABLES}`; the model expands them, since other files decide them.

mod read;
pub mod schema;

use super::tree;
use crate::source::{Span, Spanned};
use crate::syntax::interpolation::Template;

pub use read::{NamedFile, named_files, read, read_merged};

/// A text as the file gives it, variables not expanded.
pub type Value = Spanned<Template>;

/// The facts of one Compose file.
#[derive(Clone, Debug, Default)]
pub struct ComposeFile {
    /// Its YAML documents; Compose merges them in order, as it does with `-f`.
    pub documents: Vec<Document>,
    /// The lines of which a comment says that they are there for profiles or debugging.
    pub for_debugging: Vec<Span>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// One YAML document of a Compose file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// All that it holds; the other fields are what of it reachlint understands.
    pub content: tree::Content,
    /// `name:` of the project.
    pub name: Option<Value>,
    /// `include:`.
    pub includes: Vec<Include>,
    /// `services:`, in order.
    pub services: Vec<Service>,
    /// `networks:` at the top, in order.
    pub networks: Vec<TopNetwork>,
    /// Names of `volumes:` at the top that are `external`, or may be.
    pub external_volumes: Vec<String>,
    /// `configs:` at the top that are files of the project, by name.
    pub config_files: Vec<(String, Value)>,
    /// The key `networks:` at the top.
    pub networks_key: Option<Span>,
}

/// One entry of `include:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Include {
    /// The files, which are merged in order.
    pub paths: Vec<Value>,
    /// `project_directory:`.
    pub project_directory: Option<Value>,
    /// `env_file:`.
    pub env_files: Vec<Value>,
    /// The entry.
    pub span: Span,
}

/// A network of `networks:` at the top.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopNetwork {
    /// Its key.
    pub name: Spanned<String>,
    /// `external:`; in the old form `external: {name: x}` it is true.
    pub external: Option<Switch>,
    /// `internal:`.
    pub internal: Option<Switch>,
    /// `attachable:`: containers of others may join it.
    pub attachable: bool,
    /// `name:`.
    pub real_name: Option<Value>,
    /// `driver:`.
    pub driver: Option<Value>,
    /// `driver_opts:`, by their names.
    pub driver_options: Vec<(Spanned<String>, Value)>,
    /// `ipam.config[].subnet:`.
    pub subnets: Vec<Value>,
}

/// A truth value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switch {
    /// The value; `None` when a variable decides.
    pub on: Option<bool>,
    /// Where it is written.
    pub span: Span,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Service {
    /// Its key; absent only in a default value.
    pub name: Option<Spanned<String>>,
    /// `image:`.
    pub image: Option<Value>,
    /// `build:`.
    pub build: Option<Build>,
    /// `command:`.
    pub command: Option<Words>,
    /// `entrypoint:`.
    pub entrypoint: Option<Words>,
    /// `environment:`.
    pub environment: Vec<Variable>,
    /// `env_file:`.
    pub env_files: Vec<EnvFile>,
    /// `ports:`.
    pub ports: Vec<Port>,
    /// `expose:`.
    pub expose: Vec<Value>,
    /// `networks:`; `None` when the key is not there.
    pub networks: Option<Vec<ServiceNetwork>>,
    /// `network_mode:`.
    pub network_mode: Option<Value>,
    /// `container_name:`.
    pub container_name: Option<Value>,
    /// `hostname:`.
    pub hostname: Option<Value>,
    /// `extra_hosts:`, each `name=address` or `name:address`.
    pub extra_hosts: Vec<ExtraHost>,
    /// `links:`.
    pub links: Vec<Value>,
    /// `external_links:`.
    pub external_links: Vec<Value>,
    /// `depends_on:`.
    pub depends_on: Vec<Dependency>,
    /// `healthcheck:`.
    pub healthcheck: Option<Healthcheck>,
    /// `profiles:`.
    pub profiles: Vec<Value>,
    /// `restart:`.
    pub restart: Option<Value>,
    /// `scale:`.
    pub scale: Option<Value>,
    /// `deploy.replicas:`.
    pub replicas: Option<Value>,
    /// The key `deploy.restart_policy`.
    pub restart_policy: Option<Span>,
    /// `deploy.mode:`.
    pub deploy_mode: Option<Value>,
    /// `extends:`.
    pub extends: Option<Extends>,
    /// `configs:`, files of the project that it gets beside the mounts.
    pub configs: Vec<ServiceConfig>,
    /// `labels:`, and those of `deploy:`, which are there for the proxies of a Swarm.
    pub labels: Vec<Variable>,
    /// `dns:` or `dns_search:`.
    pub resolver: Option<Span>,
    /// `volumes:`.
    pub volumes: Vec<Volume>,
    /// `volumes_from:`.
    pub volumes_from: Vec<Value>,
    /// `user:`.
    pub user: Option<Value>,
    /// `working_dir:`.
    pub working_dir: Option<Value>,
    /// `init:`.
    pub init: Option<Switch>,
    /// `stop_signal:`.
    pub stop_signal: Option<Value>,
    /// `stop_grace_period:`.
    pub stop_grace_period: Option<Value>,
    /// `platform:`.
    pub platform: Option<Value>,
    /// `privileged:`.
    pub privileged: Option<Switch>,
    /// `security_opt:`.
    pub security_options: Vec<Value>,
    /// `cap_add:`.
    pub capabilities: Vec<Value>,
    /// `provider:`: something else than a container.
    pub provider: Option<Span>,
}

/// `build:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Build {
    /// The folder or URL; `None` means `.`.
    pub context: Option<Value>,
    /// `dockerfile:`.
    pub dockerfile: Option<Value>,
    /// `dockerfile_inline:`.
    pub inline: Option<Value>,
    /// `target:`.
    pub target: Option<Value>,
    /// `args:`.
    pub args: Vec<Variable>,
    /// The text of the short form, else the key.
    pub span: Span,
}

/// `KEY=value` of `environment:` or `args:`, in either form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name; it holds a `$` when a variable is part of it.
    pub name: Spanned<String>,
    /// The value; `None` is "as in the shell that starts Compose".
    pub value: Option<Value>,
    /// Name and value.
    pub span: Span,
}

/// One entry of `env_file:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvFile {
    /// The path.
    pub path: Value,
    /// `required:`, by default true.
    pub required: bool,
    /// Whether `format: raw` switches interpolation off.
    pub raw: bool,
}

/// One entry of `ports:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// `[[address:]host:]container[/protocol]`.
    Short(Value),
    /// The mapping.
    Long {
        /// `target:`, the container port.
        target: Option<Value>,
        /// `published:`, the host port or ports.
        published: Option<Value>,
        /// `host_ip:`.
        host_ip: Option<Value>,
        /// `protocol:`.
        protocol: Option<Value>,
        /// The entry.
        span: Span,
    },
}

/// A network that a service joins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceNetwork {
    /// The network's key.
    pub name: Value,
    /// `aliases:`.
    pub aliases: Vec<Value>,
    /// `ipv4_address:` and `ipv6_address:`.
    pub addresses: Vec<Value>,
}

/// One entry of `extra_hosts:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExtraHost {
    /// The name in the mapping form; in the list form the entry holds both.
    pub name: Option<Spanned<String>>,
    /// The address, or `name:address`.
    pub value: Value,
    /// The entry.
    pub span: Span,
}

/// One entry of `depends_on:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// The service.
    pub service: Value,
    /// `condition:`.
    pub condition: Option<Value>,
    /// `required:`, by default true.
    pub required: bool,
}

/// `command:`, `entrypoint:` or a health check's `test:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Words {
    /// One text: `command:` and `entrypoint:` split it into words (no shell sees it), `test:` gives
    /// it to the shell.
    Text(Value),
    /// A list.
    List(Vec<Value>, Span),
    /// Null: the image decides, whatever an earlier file says.
    Null(Span),
}

/// `healthcheck:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Healthcheck {
    /// `test:`.
    pub test: Option<Words>,
    /// `disable:`.
    pub disable: Option<Switch>,
    /// The key `healthcheck:`.
    pub span: Span,
}

/// `extends:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extends {
    /// The service.
    pub service: Value,
    /// The file; `None` is this one.
    pub file: Option<Value>,
}

/// One entry of a service's `configs:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceConfig {
    /// Its name in `configs:` at the top.
    pub source: Value,
    /// The path in the container; by default the name in the root.
    pub target: Option<Value>,
    /// The entry.
    pub span: Span,
}

/// One entry of a service's `volumes:`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Volume {
    /// `[source:]target[:options]`.
    Short(Value),
    /// The mapping.
    Long {
        /// `type:`.
        kind: Option<Value>,
        /// `source:`.
        source: Option<Value>,
        /// `target:`.
        target: Option<Value>,
        /// `read_only:`.
        read_only: bool,
        /// The entry.
        span: Span,
    },
}

impl Words {
    /// Where it is written.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Text(value) => value.span,
            Self::List(_, span) | Self::Null(span) => *span,
        }
    }
}

impl Port {
    /// The entry.
    #[must_use]
    pub fn span(&self) -> Span {
        match self {
            Self::Short(value) => value.span,
            Self::Long { span, .. } => *span,
        }
    }
}

#[cfg(test)]
mod tests;
