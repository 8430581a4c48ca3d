//! From YAML nodes to the facts of a manifest.
//!
//! Whatever has another shape than Kubernetes wants is left out; the rest counts.

use std::borrow::Cow;

use super::{
    ConfigEntry, Container, ContainerPort, Content, Manifest, Mount, Object, PodTemplate, PortReference,
    Probe, ProbeAction, ProbeKind, Service, ServiceKind, ServicePort, Variable, VariableSource,
    VariableValue, Volume, VolumeSource, Words, gateway, policy, route, sniff,
};
use crate::facts::helm::{has_hole, hole, is_hole};
use crate::facts::tree::{Tree, TreeEntry};
use crate::facts::{configuration, proxy};
use crate::net::Protocol;
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::yaml::{self, Entry, Node};

/// Reads one manifest.
#[must_use]
pub fn read(file: FileId, text: &str) -> Manifest {
    let stream = yaml::parse(file, text);
    // A template is not applied before something fills it in.
    let errors = if !stream.errors.is_empty() && is_template(text) { Vec::new() } else { stream.errors };
    let mut out = Manifest { objects: Vec::new(), errors };
    for document in &stream.documents {
        objects(document, true, &mut out.objects);
    }
    out
}

/// Whether something fills a file in before Kubernetes reads it: a template language, or `sed`, which puts a value in
/// the place of `{NAME}`, `@NAME@` or `__NAME__`. `%{ if }` is Terraform's:
/// <https://developer.hashicorp.com/terraform/language/expressions/strings#directives>.
fn is_template(text: &str) -> bool {
    let is_name = |it: &str| it.len() > 1 && it.bytes().all(|it| it.is_ascii_uppercase() || it == b'_');
    let placeholder = |(open, close): &(&str, &str)| {
        text.split(open).skip(1).any(|it| it.split_once(close).is_some_and(|(name, _)| is_name(name)))
    };
    ["{{", "{%", "<%", "%{ ", "%{~"].iter().any(|it| text.contains(it))
        || [("{", "}"), ("@", "@"), ("__", "__")].iter().any(placeholder)
}

/// Reads objects that were put together from several files.
#[must_use]
pub fn read_objects(trees: &[Tree]) -> Vec<Object> {
    let mut out = Vec::new();
    trees.iter().for_each(|it| objects(&read_part(it).to_node(), true, &mut out));
    out
}

/// What is read of an object: of the definition of somebody's custom resource, which may be long, only what it is called.
fn read_part(tree: &Tree) -> Cow<'_, Tree> {
    let kind = tree.get("kind").and_then(Tree::as_text).map_or("", Text::as_str);
    if sniff::is_read_kind(kind) || kind.ends_with("List") {
        return Cow::Borrowed(tree);
    }
    let is_head = |it: &&TreeEntry| matches!(it.key.value.as_str(), "apiVersion" | "kind" | "metadata");
    let head = tree.as_map().into_iter().flatten().filter(is_head).cloned();
    Cow::Owned(Tree::map(head.collect(), tree.span))
}

/// The objects of a document, those of a list one by one. A list in a list is none.
fn objects(node: &Node, may_be_list: bool, out: &mut Vec<Object>) {
    let Some(kind) = name(node, "kind") else { return };
    if kind.value.ends_with("List") {
        for item in items(node.get("items")).filter(|_| may_be_list) {
            objects(item, false, out);
        }
        return;
    }
    let (spec, metadata) = (node.get("spec"), node.get("metadata"));
    let group = group(node, &kind.value);
    let content = match kind.value.as_str() {
        "Pod" => Content::Pods(pods(node)),
        // <https://knative.dev/docs/serving/reference/serving-api/>.
        "Service" if group == "serving.knative.dev" => {
            Content::Pods(spec.and_then(|it| it.get("template")).map(pods).unwrap_or_default())
        }
        "Service" if !group.is_empty() => Content::Custom,
        // Argo's Rollout has the template of a Deployment: <https://argo-rollouts.readthedocs.io/en/stable/features/specification/>.
        "Deployment"
        | "StatefulSet"
        | "DaemonSet"
        | "ReplicaSet"
        | "ReplicationController"
        | "Job"
        | "Rollout" => {
            let template = spec.and_then(|it| it.get("template"));
            Content::Pods(PodTemplate {
                replicas: spec.and_then(|it| number(it, "replicas")),
                ends: kind.value == "Job",
                ..with_subdomain(template.map(pods).unwrap_or_default(), spec)
            })
        }
        "CronJob" => {
            let job = spec.and_then(|it| it.get("jobTemplate")?.get("spec"));
            let template = job.and_then(|it| it.get("template"));
            Content::Pods(PodTemplate { ends: true, ..template.map(pods).unwrap_or_default() })
        }
        "ConfigMap" => {
            let data = texts_by_key(node.get("data")).into_iter();
            let entry = |(key, value): (Spanned<String>, Text)| ConfigEntry {
                file: configuration::read_embedded(&key.value, &value),
                proxy: proxy::read_embedded(&key.value, &value),
                key,
                value,
            };
            Content::ConfigMap(data.map(entry).collect())
        }
        "Secret" => {
            let entries = ["data", "stringData"].into_iter().flat_map(|it| texts_by_key(node.get(it)));
            Content::Secret(entries.map(|it| it.0).collect())
        }
        "Service" => Content::Service(spec.map(service).unwrap_or_default()),
        "Namespace" => Content::Namespace(texts_by_key(metadata.and_then(|it| it.get("labels")))),
        "Endpoints" => Content::Endpoints(metadata.and_then(|it| name(it, "name"))),
        "EndpointSlice" => {
            let labels = metadata.and_then(|it| it.get("labels"));
            Content::Endpoints(labels.and_then(|it| name(it, "kubernetes.io/service-name")))
        }
        "NetworkPolicy" if group == "networking.k8s.io" => match spec {
            Some(spec) => Content::NetworkPolicy(policy::network_policy(spec)),
            None => return,
        },
        // The policies of Calico and Cilium add up to those of Kubernetes in their own ways.
        "AdminNetworkPolicy"
        | "BaselineAdminNetworkPolicy"
        | "ClusterNetworkPolicy"
        | "CiliumNetworkPolicy"
        | "CiliumClusterwideNetworkPolicy"
        | "GlobalNetworkPolicy"
        | "NetworkPolicy" => Content::OtherPolicy(policy::other_policy(&kind.value, spec)),
        "Gateway" if group == "gateway.networking.k8s.io" => match spec {
            Some(spec) => Content::Gateway(gateway::gateway(spec)),
            None => return,
        },
        // It makes nothing but ports of the mesh.
        "Gateway" if group == "networking.istio.io" => return,
        "Ingress" if matches!(group.as_str(), "networking.k8s.io" | "extensions") => {
            Content::Route(spec.map(route::ingress).unwrap_or_default())
        }
        "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute"
            if group == "gateway.networking.k8s.io" =>
        {
            Content::Route(spec.map(route::gateway_route).unwrap_or_default())
        }
        "VirtualService" if group == "networking.istio.io" => {
            Content::Route(spec.map(route::virtual_service).unwrap_or_default())
        }
        "DestinationRule" if group == "networking.istio.io" => match spec.and_then(route::destination_rule) {
            Some(rule) => Content::DestinationRule(rule),
            None => return,
        },
        "ServiceEntry" if group == "networking.istio.io" => match spec.map(route::service_entry) {
            Some(entry) => Content::ServiceEntry(entry),
            None => return,
        },
        "AuthorizationPolicy" if group == "security.istio.io" => {
            match spec.map(route::authorization_policy) {
                Some(policy) => Content::AuthorizationPolicy(policy),
                None => return,
            }
        }
        // What Kubernetes itself knows makes no pods and has no name but those above.
        _ if group.is_empty() || !group.contains('.') || group.ends_with(".k8s.io") => return,
        _ => Content::Custom,
    };
    out.push(Object {
        kind,
        group,
        name: metadata.and_then(|it| name(it, "name")),
        namespace: metadata.and_then(|it| name(it, "namespace")),
        content,
    });
}

/// The group in `apiVersion:`, empty for the core. Where a template decides it, it decides between versions.
fn group(node: &Node, kind: &str) -> String {
    let version = text(node, "apiVersion").unwrap_or_default();
    let usual = match kind {
        _ if !has_hole(version.as_str()) => version.as_str().rsplit_once('/').map_or("", |it| it.0),
        "Ingress" | "NetworkPolicy" => "networking.k8s.io",
        "Gateway" | "HTTPRoute" | "GRPCRoute" | "TCPRoute" | "TLSRoute" | "UDPRoute" => {
            "gateway.networking.k8s.io"
        }
        _ => "",
    };
    usual.to_owned()
}

/// A node with the `metadata` and `spec` of pods.
fn pods(node: &Node) -> PodTemplate {
    let metadata = node.get("metadata");
    let Some(spec) = node.get("spec") else { return PodTemplate::default() };
    let aliases = items(spec.get("hostAliases")).flat_map(|it| {
        let names = items(it.get("hostnames")).filter_map(Node::to_plain_text);
        names.filter_map(|name| Some((text(it, "ip")?, name)))
    });
    let more_labels = metadata.filter(|it| is_open(Some(it))).map(|it| {
        let hole = Text::new(hole(None, it.span), it.span);
        (Spanned::new(hole.as_str().to_owned(), it.span), hole)
    });
    // A template may write further ones behind those that stand there, or none.
    let containers =
        |key: &str| items(spec.get(key)).filter(|it| !is_scalar_hole(it)).map(container).collect();
    PodTemplate {
        containers: containers("containers"),
        init_containers: containers("initContainers"),
        volumes: items(spec.get("volumes")).filter_map(volume).collect(),
        grace_period: number(spec, "terminationGracePeriodSeconds"),
        grace_is_open: is_open(spec.get("terminationGracePeriodSeconds")),
        security: Box::new(super::security::read(spec)),
        host_network: spec.get("hostNetwork").filter(|it| it.as_bool() == Some(true)).map(|it| it.span),
        open: open_part(spec),
        host_aliases: aliases.collect(),
        labels: texts_by_key(metadata.and_then(|it| it.get("labels")))
            .into_iter()
            .chain(more_labels)
            .collect(),
        annotations: texts_by_key(metadata.and_then(|it| it.get("annotations"))),
        replicas: None,
        ends: false,
        subdomain: name(spec, "subdomain"),
        own_dns: own_dns(spec),
    }
}

/// Where a template decides which containers there are, or what network they have.
fn open_part(spec: &Node) -> Option<Span> {
    let containers = spec.get("containers");
    let holes = [containers, spec.get("hostNetwork")].into_iter().flatten().filter(|it| is_open(Some(it)));
    let whole = [spec].into_iter().chain(items(containers)).filter(|it| is_open(Some(it)));
    holes.chain(whole).map(|it| it.span).next()
}

/// The pods of a StatefulSet have names behind that of its Service:
/// <https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#stable-network-id>.
fn with_subdomain(template: PodTemplate, spec: Option<&Node>) -> PodTemplate {
    let service = spec.and_then(|it| name(it, "serviceName"));
    PodTemplate { subdomain: service.or_else(|| template.subdomain.clone()), ..template }
}

/// <https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-s-dns-policy>.
fn own_dns(spec: &Node) -> Option<Span> {
    let policy = spec.get("dnsPolicy").filter(|it| {
        let text = it.to_plain_text();
        text.is_none_or(|it| !matches!(it.as_str(), "ClusterFirst" | "ClusterFirstWithHostNet"))
    });
    policy.or_else(|| spec.get("dnsConfig").filter(|it| !it.is_null())).map(|it| it.span)
}

fn container(node: &Node) -> Container {
    let kinds = [
        ("livenessProbe", ProbeKind::Liveness),
        ("readinessProbe", ProbeKind::Readiness),
        ("startupProbe", ProbeKind::Startup),
    ];
    let probes = kinds.into_iter().filter_map(|(key, kind)| probe(node.entry(key)?, kind));
    let hooks = node.get("lifecycle");
    let open = |key: &str| node.get(key).filter(|it| is_open(Some(it)));
    let has_open_name = |it: &Node| text(it, "name").is_some_and(|it| has_hole(it.as_str()));
    let more_variables = ["env", "envFrom"].into_iter().find_map(open);
    let more_variables = more_variables.or_else(|| items(node.get("env")).find(|it| has_open_name(it)));
    let more_variables = more_variables.map(variable_source);
    let is_open_port = |it: &Node| has_open_name(it) || container_port(it).is_none();
    // It may be in the way of anything.
    let more_mounts = open("volumeMounts").map(|it| Mount {
        volume: Spanned::new(String::new(), it.span),
        path: Text::new(hole(None, it.span), it.span),
        sub_path: None,
        span: it.span,
    });
    Container {
        name: name(node, "name"),
        image: text(node, "image"),
        is_never_pulled: text(node, "imagePullPolicy").is_some_and(|it| it.as_str() == "Never"),
        command: words(node.get("command")),
        arguments: words(node.get("args")),
        working_directory: text(node, "workingDir"),
        environment: items(node.get("env")).filter_map(variable).collect(),
        environment_from: items(node.get("envFrom")).map(variable_source).chain(more_variables).collect(),
        ports: items(node.get("ports")).filter_map(container_port).collect(),
        ports_are_open: open("ports").is_some() || items(node.get("ports")).any(is_open_port),
        mounts: items(node.get("volumeMounts")).filter_map(mount).chain(more_mounts).collect(),
        probes: probes.collect(),
        security: super::security::read(node),
        pre_stop: hooks.and_then(|it| probe(it.entry("preStop")?, ProbeKind::PreStop)),
        is_sidecar: name(node, "restartPolicy").is_some_and(|it| it.value == "Always"),
    }
}

fn variable(node: &Node) -> Option<Variable> {
    let from = node.get("valueFrom").filter(|it| !it.is_null());
    let value = match from {
        Some(from) => match from.get("configMapKeyRef").map(|it| (text(it, "name"), text(it, "key"))) {
            Some((Some(name), Some(key))) => VariableValue::ConfigMap(name, key),
            _ => VariableValue::Elsewhere,
        },
        None => VariableValue::Text(text(node, "value").unwrap_or_else(|| Text::new("", node.span))),
    };
    Some(Variable { name: name(node, "name")?, value, span: node.span })
}

fn variable_source(node: &Node) -> VariableSource {
    let secret = node.get("secretRef");
    let from = secret.or_else(|| node.get("configMapRef"));
    VariableSource {
        secret: secret.is_some(),
        name: from.and_then(|it| text(it, "name")),
        prefix: text(node, "prefix").map(|it| it.as_str().to_owned()).unwrap_or_default(),
        span: node.span,
    }
}

fn container_port(node: &Node) -> Option<ContainerPort> {
    Some(ContainerPort {
        name: name(node, "name"),
        port: port(node.get("containerPort")?)?,
        protocol: protocol(node)?,
    })
}

fn mount(node: &Node) -> Option<Mount> {
    Some(Mount {
        volume: name(node, "name")?,
        path: text(node, "mountPath")?,
        sub_path: text(node, "subPath").or_else(|| text(node, "subPathExpr")),
        span: node.span,
    })
}

fn volume(node: &Node) -> Option<Volume> {
    let source = if let Some(map) = node.get("configMap") {
        let paths = items(map.get("items")).filter_map(|it| Some((text(it, "key")?, text(it, "path")?)));
        text(map, "name").map_or(VolumeSource::Other, |it| VolumeSource::ConfigMap(it, paths.collect()))
    } else if node.get("secret").is_some() {
        VolumeSource::Secret
    } else if node.get("emptyDir").is_some() {
        VolumeSource::EmptyDir
    } else if let Some(host) = node.get("hostPath") {
        VolumeSource::HostPath(text(host, "path"))
    } else {
        VolumeSource::Other
    };
    Some(Volume { name: name(node, "name")?, source })
}

fn probe(entry: &Entry, kind: ProbeKind) -> Option<Probe> {
    let node = &*entry.value;
    if node.as_mapping().is_none() {
        let other = Probe { kind, action: ProbeAction::Other, span: entry.key.span };
        return is_open(Some(node)).then_some(other);
    }
    let action = if let Some(exec) = node.get("exec") {
        words(exec.get("command")).map(ProbeAction::Exec)
    } else if let Some(get) = node.get("httpGet") {
        port_reference(get.get("port")).map(|port| ProbeAction::HttpGet {
            host: text(get, "host"),
            port,
            path: text(get, "path"),
            headers: get.get("httpHeaders").is_some(),
        })
    } else if let Some(socket) = node.get("tcpSocket") {
        port_reference(socket.get("port"))
            .map(|port| ProbeAction::TcpSocket { host: text(socket, "host"), port })
    } else {
        node.get("grpc").and_then(|it| port_reference(it.get("port"))).map(|port| ProbeAction::Grpc { port })
    };
    Some(Probe { kind, action: action.unwrap_or(ProbeAction::Other), span: entry.key.span })
}

fn service(spec: &Node) -> Service {
    let ports = items(spec.get("ports")).filter_map(|it| {
        let port = port(it.get("port")?)?;
        let target = match it.get("targetPort").filter(|it| !it.is_null()) {
            Some(target) => port_reference(Some(target))?,
            None => Spanned::new(PortReference::Number(port.value), port.span),
        };
        Some(ServicePort { name: name(it, "name"), port, target, protocol: protocol(it)? })
    });
    let ports: Vec<_> = ports.collect();
    Service {
        kind: service_kind(spec),
        selector: texts_by_key(spec.get("selector")),
        is_vague: ports.len() < items(spec.get("ports")).count()
            || is_open(spec.get("ports"))
            || is_open(Some(spec)),
        ports,
    }
}

fn service_kind(spec: &Node) -> ServiceKind {
    let kind = name(spec, "type");
    if is_open(Some(spec)) || is_open(spec.get("clusterIP")) {
        return ServiceKind::Unknown;
    }
    match kind.as_ref().map_or("ClusterIP", |it| it.value.as_str()) {
        "ExternalName" => name(spec, "externalName").map_or(ServiceKind::Unknown, ServiceKind::Name),
        "ClusterIP" if text(spec, "clusterIP").is_some_and(|it| it.as_str() == "None") => {
            ServiceKind::Headless
        }
        "ClusterIP" => ServiceKind::Cluster,
        "NodePort" | "LoadBalancer" => kind.map_or(ServiceKind::Unknown, ServiceKind::External),
        _ => ServiceKind::Unknown,
    }
}

/// A number is a number, quoted or not, as Kubernetes reads an `IntOrString` of a port: a text that
/// is no name of a port it takes for a number, too.
pub(super) fn port_reference(node: Option<&Node>) -> Option<Spanned<PortReference>> {
    let node = node?;
    if let Some(port) = port(node) {
        return Some(Spanned::new(PortReference::Number(port.value), port.span));
    }
    let text = node.as_text()?;
    let is_name = text.as_str().bytes().any(|it| it.is_ascii_alphabetic())
        && !text.as_str().contains('$')
        && !has_hole(text.as_str());
    is_name.then(|| Spanned::new(PortReference::Name(text.as_str().to_owned()), node.span))
}

pub(super) fn port(node: &Node) -> Option<Spanned<u16>> {
    let text = node.to_plain_text()?;
    text.as_str().parse().ok().filter(|it| *it > 0).map(|port| Spanned::new(port, node.span))
}

/// `None` for one that Kubernetes does not know.
pub(super) fn protocol(node: &Node) -> Option<Protocol> {
    match text(node, "protocol") {
        Some(text) => Protocol::parse(&text.as_str().to_ascii_lowercase()),
        None => Some(Protocol::Tcp),
    }
}

/// An empty list says the same as none.
fn words(node: Option<&Node>) -> Option<Words> {
    let node = node?;
    if let Some(hole) = node.to_plain_text().filter(|it| is_hole(it.as_str())) {
        return Some(Words { words: vec![hole], span: node.span });
    }
    let words = node.as_sequence()?.iter().map(|it| it.to_plain_text().unwrap_or_default());
    let words: Vec<_> = words.collect();
    (!words.is_empty()).then_some(Words { words, span: node.span })
}

/// What a template adds has its hole for key and value.
pub(super) fn texts_by_key(node: Option<&Node>) -> Vec<(Spanned<String>, Text)> {
    if let Some((node, hole)) =
        node.and_then(|it| Some((it, it.to_plain_text().filter(|it| is_hole(it.as_str()))?)))
    {
        return vec![(Spanned::new(hole.as_str().to_owned(), node.span), hole)];
    }
    let pairs = entries(node).iter().filter_map(|it| {
        let value = it.value.to_plain_text().unwrap_or_else(|| Text::new("", it.key.span));
        Some((key(it)?, value))
    });
    pairs.collect()
}

pub(super) fn number<T: std::str::FromStr>(node: &Node, key: &str) -> Option<Spanned<T>> {
    let node = node.get(key)?;
    let value = node.to_plain_text()?.as_str().parse().ok()?;
    Some(Spanned::new(value, node.span))
}

pub(super) fn name(node: &Node, key: &str) -> Option<Spanned<String>> {
    let node = node.get(key)?;
    Some(Spanned::new(node.to_plain_text()?.as_str().to_owned(), node.span))
}

pub(super) fn text(node: &Node, key: &str) -> Option<Text> {
    node.get(key)?.to_plain_text()
}

fn key(entry: &Entry) -> Option<Spanned<String>> {
    Some(Spanned::new(entry.name()?.to_owned(), entry.key.span))
}

/// Whether a template decides what a value is, or what else is in it.
pub(super) fn is_open(node: Option<&Node>) -> bool {
    node.is_some_and(|node| {
        is_scalar_hole(node)
            || items(Some(node)).any(is_scalar_hole)
            || entries(Some(node)).iter().any(|it| is_scalar_hole(&it.key))
    })
}

fn is_scalar_hole(node: &Node) -> bool {
    node.as_scalar().is_some_and(|it| is_hole(it.text.as_str()))
}

pub(super) fn entries(node: Option<&Node>) -> &[Entry] {
    node.and_then(Node::as_mapping).unwrap_or_default()
}

pub(super) fn items(node: Option<&Node>) -> impl Iterator<Item = &Node> {
    node.and_then(Node::as_sequence).unwrap_or_default().iter().map(|it| &**it)
}
