//! What one Kubernetes manifest says: <https://kubernetes.io/docs/reference/kubernetes-api/>.
//!
//! Only what decides how a container runs and who comes to it is kept: pods, in whatever stands for
//! them, the ConfigMaps and Secrets that they read, Services, routes to these, and policies.
//! `$(VARIABLES)` stay as they are written; the model expands them, since other files decide them.

mod gateway;
mod policy;
mod read;
mod route;
mod security;
mod sniff;

use super::configuration::Configuration;
use super::proxy::ProxyFile;
use crate::net::Protocol;
use crate::source::{Span, Spanned, Text};

pub use gateway::{AllowedNamespaces, Gateway, GatewayListener, Parent};
pub use policy::{
    Direction, NetworkPolicy, Operator, OtherPolicy, PolicyPeer, PolicyPort, PolicyRule, Requirement,
    Selector,
};
pub use read::{read, read_objects};
pub use route::{AuthorizationPolicy, Destination, DestinationRule, Route, ServiceEntry};
pub use security::SecurityContext;
pub use sniff::{LARGEST_FILE, is_manifest, may_be_manifest};

/// The facts of one manifest file.
#[derive(Clone, Debug, Default)]
pub struct Manifest {
    /// The objects of all documents and lists that are of a kind which is read, in order.
    pub objects: Vec<Object>,
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// One object.
#[derive(Clone, Debug)]
pub struct Object {
    /// `kind:`.
    pub kind: Spanned<String>,
    /// The group in `apiVersion:`, empty for the core: `apps`, `networking.k8s.io`.
    pub group: String,
    /// `metadata.name`.
    pub name: Option<Spanned<String>>,
    /// `metadata.namespace`.
    pub namespace: Option<Spanned<String>>,
    /// What it says.
    pub content: Content,
}

/// What an object says.
#[derive(Clone, Debug)]
pub enum Content {
    /// A Pod, or what makes pods: Deployment, StatefulSet, DaemonSet, ReplicaSet, ReplicationController,
    /// Job, CronJob, Argo's Rollout, Knative's Service.
    Pods(PodTemplate),
    /// A ConfigMap: `data`.
    ConfigMap(Vec<ConfigEntry>),
    /// A Secret: the keys of `data` and `stringData`.
    Secret(Vec<Spanned<String>>),
    /// A Service.
    Service(Service),
    /// A Namespace: its labels.
    Namespace(Vec<(Spanned<String>, Text)>),
    /// An Endpoints object or an EndpointSlice: the Service whose addresses it writes down.
    Endpoints(Option<Spanned<String>>),
    /// A NetworkPolicy.
    NetworkPolicy(NetworkPolicy),
    /// An AdminNetworkPolicy, or a policy of a network plugin.
    OtherPolicy(OtherPolicy),
    /// A Gateway of the Gateway API.
    Gateway(Gateway),
    /// An Ingress, a route of the Gateway API, or a VirtualService.
    Route(Route),
    /// A DestinationRule.
    DestinationRule(DestinationRule),
    /// A ServiceEntry.
    ServiceEntry(ServiceEntry),
    /// An AuthorizationPolicy.
    AuthorizationPolicy(AuthorizationPolicy),
    /// Something that may be anything: an object of a custom kind.
    Custom,
}

/// One entry of a ConfigMap's `data`.
#[derive(Clone, Debug)]
pub struct ConfigEntry {
    /// The key.
    pub key: Spanned<String>,
    /// The value.
    pub value: Text,
    /// What the value says as a file, when the key is the name of one of a format that is read.
    pub file: Option<Configuration>,
    /// The same, when it is the name of a configuration file of a proxy.
    pub proxy: Option<ProxyFile>,
}

/// What the pods of an object are made after.
#[derive(Clone, Debug, Default)]
pub struct PodTemplate {
    /// `containers`.
    pub containers: Vec<Container>,
    /// `initContainers`.
    pub init_containers: Vec<Container>,
    /// `volumes`.
    pub volumes: Vec<Volume>,
    /// `terminationGracePeriodSeconds`, in seconds.
    pub grace_period: Option<Spanned<u64>>,
    /// Whether a template decides that period.
    pub grace_is_open: bool,
    /// Where a template decides which containers there are, or what network they have.
    pub open: Option<Span>,
    /// `securityContext`, which holds for containers that say nothing else.
    pub security: Box<SecurityContext>,
    /// `hostNetwork`, when it is true.
    pub host_network: Option<Span>,
    /// `hostAliases`: address and name.
    pub host_aliases: Vec<(Text, Text)>,
    /// `metadata.labels` of the pods.
    pub labels: Vec<(Spanned<String>, Text)>,
    /// `metadata.annotations` of the pods.
    pub annotations: Vec<(Spanned<String>, Text)>,
    /// `spec.replicas` of the object.
    pub replicas: Option<Spanned<u32>>,
    /// Whether the object is one that ends: a Job or a CronJob.
    pub ends: bool,
    /// The Service by which its pods have names of their own: `subdomain` of a pod, `serviceName` of a
    /// StatefulSet.
    pub subdomain: Option<Spanned<String>>,
    /// `dnsPolicy`, when it is not the cluster's name server that the pods ask first, or `dnsConfig`.
    pub own_dns: Option<Span>,
}

/// A container of a pod.
#[derive(Clone, Debug, Default)]
pub struct Container {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `image`.
    pub image: Option<Text>,
    /// Whether `imagePullPolicy: Never` takes no image but one that somebody has put on the node.
    pub is_never_pulled: bool,
    /// `command`, which replaces the image's ENTRYPOINT and drops its CMD.
    pub command: Option<Words>,
    /// `args`, which replaces the image's CMD.
    pub arguments: Option<Words>,
    /// `workingDir`.
    pub working_directory: Option<Text>,
    /// `env`.
    pub environment: Vec<Variable>,
    /// `envFrom`.
    pub environment_from: Vec<VariableSource>,
    /// `ports`.
    pub ports: Vec<ContainerPort>,
    /// Whether a template may write further ones.
    pub ports_are_open: bool,
    /// `volumeMounts`.
    pub mounts: Vec<Mount>,
    /// `livenessProbe`, `readinessProbe` and `startupProbe`.
    pub probes: Vec<Probe>,
    /// `securityContext`.
    pub security: SecurityContext,
    /// `lifecycle.preStop`.
    pub pre_stop: Option<Probe>,
    /// Whether an init container has `restartPolicy: Always`, so that it runs beside the others.
    pub is_sidecar: bool,
}

/// A list of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The words.
    pub words: Vec<Text>,
    /// The list.
    pub span: Span,
}

/// One entry of `env`.
#[derive(Clone, Debug)]
pub struct Variable {
    /// `name`.
    pub name: Spanned<String>,
    /// What it is set to.
    pub value: VariableValue,
    /// The entry.
    pub span: Span,
}

/// What a variable is set to.
#[derive(Clone, Debug)]
pub enum VariableValue {
    /// `value`; an empty text when nothing is written.
    Text(Text),
    /// `valueFrom.configMapKeyRef`: the ConfigMap and the key.
    ConfigMap(Text, Text),
    /// A secret, a field of the pod, or something else that is not written in a manifest.
    Elsewhere,
}

/// One entry of `envFrom`.
#[derive(Clone, Debug)]
pub struct VariableSource {
    /// Whether it is a Secret, else a ConfigMap.
    pub secret: bool,
    /// The name of the object; absent when it cannot be read.
    pub name: Option<Text>,
    /// `prefix`.
    pub prefix: String,
    /// The entry.
    pub span: Span,
}

/// One entry of `ports`. It opens nothing: <https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports>.
#[derive(Clone, Debug)]
pub struct ContainerPort {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `containerPort`.
    pub port: Spanned<u16>,
    /// `protocol`, by default TCP.
    pub protocol: Protocol,
}

/// One entry of `volumeMounts`.
#[derive(Clone, Debug)]
pub struct Mount {
    /// The volume.
    pub volume: Spanned<String>,
    /// `mountPath`.
    pub path: Text,
    /// `subPath`, or `subPathExpr`, whose variables are not expanded.
    pub sub_path: Option<Text>,
    /// The entry.
    pub span: Span,
}

/// One entry of `volumes`.
#[derive(Clone, Debug)]
pub struct Volume {
    /// `name`.
    pub name: Spanned<String>,
    /// What it holds.
    pub source: VolumeSource,
}

/// What a volume holds.
#[derive(Clone, Debug)]
pub enum VolumeSource {
    /// A ConfigMap, with key and path of each of `items`; every key by its own name when there are
    /// none.
    ConfigMap(Text, Vec<(Text, Text)>),
    /// A Secret.
    Secret,
    /// Nothing, when the pod starts.
    EmptyDir,
    /// A path of the node.
    HostPath(Option<Text>),
    /// Something else: a claim, a projected volume.
    Other,
}

/// What a probe or a hook is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ProbeKind {
    /// `livenessProbe`.
    Liveness,
    /// `readinessProbe`.
    Readiness,
    /// `startupProbe`.
    Startup,
    /// `lifecycle.preStop`.
    PreStop,
}

/// A probe or a hook of a container.
#[derive(Clone, Debug)]
pub struct Probe {
    /// What it is for.
    pub kind: ProbeKind,
    /// What it does.
    pub action: ProbeAction,
    /// Its key.
    pub span: Span,
}

/// What a probe or a hook does.
#[derive(Clone, Debug)]
pub enum ProbeAction {
    /// `exec`: a command in the container, without a shell.
    Exec(Words),
    /// `httpGet`, from the node.
    HttpGet {
        /// `host`; by default the address of the pod.
        host: Option<Text>,
        /// `port`.
        port: Spanned<PortReference>,
        /// `path`, by default `/`.
        path: Option<Text>,
        /// Whether it sends headers of its own.
        headers: bool,
    },
    /// `tcpSocket`, from the node.
    TcpSocket {
        /// `host`; by default the address of the pod.
        host: Option<Text>,
        /// `port`.
        port: Spanned<PortReference>,
    },
    /// `grpc`, from the node.
    Grpc {
        /// `port`.
        port: Spanned<PortReference>,
    },
    /// Something else, or it cannot be read.
    Other,
}

/// A port by number, or by the name that a container gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortReference {
    /// The number.
    Number(u16),
    /// The `name` of an entry of a container's `ports`.
    Name(String),
}

/// A Service.
#[derive(Clone, Debug, Default)]
pub struct Service {
    /// What stands behind it.
    pub kind: ServiceKind,
    /// `selector`; empty when somebody else says where it leads.
    pub selector: Vec<(Spanned<String>, Text)>,
    /// `ports`.
    pub ports: Vec<ServicePort>,
    /// Whether `ports` has entries that cannot be read.
    pub is_vague: bool,
}

/// What stands behind the name of a Service:
/// <https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types>.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ServiceKind {
    /// An address of its own, which leads to the pods.
    #[default]
    Cluster,
    /// As [`ServiceKind::Cluster`], and open to the outside by `NodePort` or `LoadBalancer`.
    External(Spanned<String>),
    /// `clusterIP: None`: the addresses of the pods themselves.
    Headless,
    /// `ExternalName`: another name.
    Name(Spanned<String>),
    /// Something else.
    Unknown,
}

/// One entry of a Service's `ports`.
#[derive(Clone, Debug)]
pub struct ServicePort {
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `port`, the Service's own.
    pub port: Spanned<u16>,
    /// `targetPort`, by default the same number.
    pub target: Spanned<PortReference>,
    /// `protocol`, by default TCP.
    pub protocol: Protocol,
}

impl PodTemplate {
    /// Whether it can run as it is. One whose containers have no image is a patch of another, as
    /// kustomize knows them.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let mut all = self.containers.iter().chain(&self.init_containers);
        !self.containers.is_empty() && all.all(|it| it.image.is_some())
    }
}

#[cfg(test)]
mod tests;
