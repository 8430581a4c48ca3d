//! From YAML nodes to the facts of a Compose file.
//!
//! Whatever has another shape than Compose wants is noted and left out; the rest counts.

use std::sync::Arc;

use super::{
    Build, ComposeFile, Dependency, Document, EnvFile, Extends, ExtraHost, Healthcheck, Include, Port,
    Service, ServiceNetwork, Switch, TopNetwork, Value, Variable, Volume, Words,
};
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::interpolation::{Dialect, Template};
use crate::syntax::yaml::{self, Entry, Node, NodeKind};

/// Reads one Compose file.
#[must_use]
pub fn read(file: FileId, text: &str) -> ComposeFile {
    let stream = yaml::parse(file, text);
    let mut reader = Reader { out: ComposeFile { errors: stream.errors, ..ComposeFile::default() } };
    for node in &stream.documents {
        let document = reader.document(node);
        reader.out.documents.push(document);
    }
    reader.out
}

/// Tagged keys are looked for no deeper than a service's `networks.x.aliases`.
const REPLACED_DEPTH: usize = 6;

struct Reader {
    out: ComposeFile,
}

impl Reader {
    fn document(&mut self, node: &Node) -> Document {
        let mut out = Document::default();
        collect_replaced(node, &mut Vec::new(), &mut out.replaced);
        for entry in self.entries(node, "a mapping with `services:`") {
            let value = &entry.value;
            match entry.name().unwrap_or_default() {
                "name" => out.name = self.value(value),
                "include" => out.includes = self.includes(value),
                "services" => {
                    for service in self.entries(value, "a mapping of services") {
                        out.services.push(self.service(service));
                    }
                }
                "networks" => {
                    out.networks_key = Some(entry.key.span);
                    for network in self.entries(value, "a mapping of networks") {
                        out.networks.push(self.top_network(network));
                    }
                }
                "volumes" => {
                    for volume in self.entries(value, "a mapping of volumes") {
                        let volume = self.top_network(volume);
                        if volume.external.is_some_and(|it| it.on != Some(false)) {
                            out.external_volumes.push(volume.name.value);
                        }
                    }
                }
                _ => {}
            }
        }
        out
    }

    fn includes(&mut self, node: &Node) -> Vec<Include> {
        let items = match node.as_sequence() {
            Some(items) => items,
            None => {
                self.expect(node, "a list");
                return Vec::new();
            }
        };
        let mut out = Vec::new();
        for item in items {
            let short = item.as_scalar().and_then(|_| self.value(item));
            out.push(match short {
                Some(path) => Include {
                    paths: vec![path],
                    project_directory: None,
                    env_files: Vec::new(),
                    span: item.span,
                },
                None => Include {
                    paths: self.get(item, "path").map(|it| self.texts(it)).unwrap_or_default(),
                    project_directory: self.get(item, "project_directory").and_then(|it| self.value(it)),
                    env_files: self.get(item, "env_file").map(|it| self.texts(it)).unwrap_or_default(),
                    span: item.span,
                },
            });
        }
        out
    }

    fn top_network(&mut self, entry: &Entry) -> TopNetwork {
        let node = &*entry.value;
        if !node.is_null() {
            let _ = self.entries(node, "a mapping");
        }
        let external = self.get(node, "external");
        let old_name = external.filter(|it| it.as_mapping().is_some());
        TopNetwork {
            name: key(entry),
            external: external.map(|it| match it.as_mapping() {
                Some(_) => Switch { on: Some(true), span: it.span },
                None => switch(it),
            }),
            internal: self.get(node, "internal").map(switch),
            real_name: old_name
                .and_then(|it| self.get(it, "name"))
                .or_else(|| self.get(node, "name"))
                .and_then(|it| self.value(it)),
            driver: self.get(node, "driver").and_then(|it| self.value(it)),
            subnets: self.subnets(node),
        }
    }

    fn subnets(&mut self, network: &Node) -> Vec<Value> {
        let Some(ipam) = self.get(network, "ipam") else { return Vec::new() };
        let items = self.get(ipam, "config").and_then(Node::as_sequence).unwrap_or_default();
        items.iter().filter_map(|it| self.get(it, "subnet").and_then(|it| self.value(it))).collect()
    }

    fn service(&mut self, entry: &Entry) -> Service {
        let mut out = Service { name: Some(key(entry)), ..Service::default() };
        for field in self.entries(&entry.value, "a mapping") {
            let node = &*field.value;
            let name = field.name().unwrap_or_default();
            match name {
                "command" => out.command = self.words(node, field.key.span),
                "entrypoint" => out.entrypoint = self.words(node, field.key.span),
                // Null says the same as nothing everywhere else.
                _ if node.is_null() => {}
                "image" => out.image = self.value(node),
                "build" => out.build = self.build(node, field.key.span),
                "environment" => out.environment = self.variables(node),
                "env_file" => out.env_files = self.env_files(node),
                "ports" => out.ports = self.ports(node),
                "expose" => out.expose = self.texts(node),
                "networks" => out.networks = Some(self.service_networks(node)),
                "network_mode" => out.network_mode = self.value(node),
                "container_name" => out.container_name = self.value(node),
                "hostname" => out.hostname = self.value(node),
                "extra_hosts" => out.extra_hosts = self.extra_hosts(node),
                "links" => out.links = self.texts(node),
                "external_links" => out.external_links = self.texts(node),
                "depends_on" => out.depends_on = self.dependencies(node),
                "healthcheck" => out.healthcheck = Some(self.healthcheck(node, field.key.span)),
                "profiles" => out.profiles = self.texts(node),
                "restart" => out.restart = self.value(node),
                "scale" => out.scale = self.value(node),
                "deploy" => {
                    out.replicas = self.get(node, "replicas").and_then(|it| self.value(it));
                    out.deploy_mode = self.get(node, "mode").and_then(|it| self.value(it));
                }
                "extends" => out.extends = self.extends(node),
                "volumes" => out.volumes = self.volumes(node),
                "configs" => out.configs = Some(field.key.span),
                "user" => out.user = self.value(node),
                "working_dir" => out.working_dir = self.value(node),
                "init" => out.init = Some(switch(node)),
                "stop_signal" => out.stop_signal = self.value(node),
                "stop_grace_period" => out.stop_grace_period = self.value(node),
                "provider" => out.provider = Some(field.key.span),
                _ => {}
            }
        }
        out
    }

    fn build(&mut self, node: &Node, key: Span) -> Option<Build> {
        if node.as_scalar().is_some() {
            let context = self.value(node);
            let nothing = (None, None, None);
            let (dockerfile, inline, target) = nothing;
            return Some(Build { context, dockerfile, inline, target, args: Vec::new(), span: node.span });
        }
        let _ = self.entries(node, "a folder or a mapping");
        node.as_mapping()?;
        Some(Build {
            context: self.get(node, "context").and_then(|it| self.value(it)),
            dockerfile: self.get(node, "dockerfile").and_then(|it| self.value(it)),
            inline: self.get(node, "dockerfile_inline").and_then(|it| self.value(it)),
            target: self.get(node, "target").and_then(|it| self.value(it)),
            args: self.get(node, "args").map(|it| self.variables(it)).unwrap_or_default(),
            span: key,
        })
    }

    /// `KEY: value` or `- KEY=value`.
    fn variables(&mut self, node: &Node) -> Vec<Variable> {
        let mut out = Vec::new();
        match &node.kind {
            NodeKind::Mapping(entries) => {
                for entry in entries.iter().filter(|it| !is_reset(&it.value)) {
                    let value = if entry.value.is_null() { None } else { self.value(&entry.value) };
                    out.push(Variable { name: key(entry), value, span: entry.span() });
                }
            }
            NodeKind::Sequence(items) => {
                for item in items {
                    let Some(text) = self.text(item) else { continue };
                    let whole = text.as_str();
                    let split = whole.find('=');
                    let name = &whole[..split.unwrap_or(whole.len())];
                    let name_span = text.span_of(0..name.len()).unwrap_or(item.span);
                    let value = split.map(|at| {
                        let value = text.slice(at + 1..whole.len());
                        let end = Span::new(item.span.file, item.span.range().end, item.span.range().end);
                        let span = value.cover().unwrap_or(end);
                        Spanned::new(Template::parse(&value, Dialect::Compose), span)
                    });
                    let name = Spanned::new(name.to_owned(), name_span);
                    out.push(Variable { name, value, span: item.span });
                }
            }
            NodeKind::Scalar(_) => self.expect(node, "a mapping or a list"),
        }
        out
    }

    fn env_files(&mut self, node: &Node) -> Vec<EnvFile> {
        let mut out = Vec::new();
        for item in one_or_many(node) {
            if item.as_mapping().is_none() {
                let path = self.value(item);
                out.extend(path.map(|path| EnvFile { path, required: true, raw: false }));
                continue;
            }
            let Some(path) = self.get(item, "path").and_then(|it| self.value(it)) else { continue };
            let required = self.get(item, "required").and_then(Node::as_bool).unwrap_or(true);
            let format = self.get(item, "format").and_then(Node::as_text);
            out.push(EnvFile { path, required, raw: format.is_some_and(|it| it.as_str() == "raw") });
        }
        out
    }

    /// The items of a list; anything else is a fault and has none.
    fn items<'n>(&mut self, node: &'n Node) -> &'n [Arc<Node>] {
        let Some(items) = node.as_sequence() else {
            self.expect(node, "a list");
            return &[];
        };
        items
    }

    fn ports(&mut self, node: &Node) -> Vec<Port> {
        let mut out = Vec::new();
        for item in self.items(node) {
            if item.as_mapping().is_none() {
                out.extend(self.value(item).map(Port::Short));
                continue;
            }
            out.push(Port::Long {
                target: self.get(item, "target").and_then(|it| self.value(it)),
                published: self.get(item, "published").and_then(|it| self.value(it)),
                host_ip: self.get(item, "host_ip").and_then(|it| self.value(it)),
                protocol: self.get(item, "protocol").and_then(|it| self.value(it)),
                span: item.span,
            });
        }
        out
    }

    fn service_networks(&mut self, node: &Node) -> Vec<ServiceNetwork> {
        let Some(entries) = node.as_mapping() else {
            let names = self.texts(node).into_iter();
            let network = |name| ServiceNetwork { name, aliases: Vec::new(), addresses: Vec::new() };
            return names.map(network).collect();
        };
        let mut out = Vec::new();
        for entry in entries.iter().filter(|it| !is_reset(&it.value)) {
            let aliases = self.get(&entry.value, "aliases").map(|it| self.texts(it)).unwrap_or_default();
            let addresses = ["ipv4_address", "ipv6_address"];
            let addresses = addresses.iter().filter_map(|key| self.get(&entry.value, key));
            let addresses: Vec<_> = addresses.collect();
            let addresses = addresses.into_iter().filter_map(|it| self.value(it)).collect();
            out.push(ServiceNetwork { name: key_value(entry), aliases, addresses });
        }
        out
    }

    fn extra_hosts(&mut self, node: &Node) -> Vec<ExtraHost> {
        let mut out = Vec::new();
        let Some(entries) = node.as_mapping() else {
            let entries = self.texts(node).into_iter();
            return entries.map(|value| ExtraHost { name: None, span: value.span, value }).collect();
        };
        for entry in entries {
            // A name may have several addresses.
            for value in self.texts(&entry.value) {
                out.push(ExtraHost { name: Some(key(entry)), value, span: entry.span() });
            }
        }
        out
    }

    fn dependencies(&mut self, node: &Node) -> Vec<Dependency> {
        let Some(entries) = node.as_mapping() else {
            let names = self.texts(node).into_iter();
            return names.map(|service| Dependency { service, condition: None, required: true }).collect();
        };
        let mut out = Vec::new();
        for entry in entries.iter().filter(|it| !is_reset(&it.value)) {
            out.push(Dependency {
                service: key_value(entry),
                condition: self.get(&entry.value, "condition").and_then(|it| self.value(it)),
                required: self.get(&entry.value, "required").and_then(Node::as_bool).unwrap_or(true),
            });
        }
        out
    }

    fn healthcheck(&mut self, node: &Node, key: Span) -> Healthcheck {
        let _ = self.entries(node, "a mapping");
        let test = node.entry("test").filter(|it| !is_reset(&it.value));
        Healthcheck {
            test: test.filter(|it| !it.value.is_null()).and_then(|it| self.words(&it.value, it.key.span)),
            disable: self.get(node, "disable").map(switch),
            span: key,
        }
    }

    fn extends(&mut self, node: &Node) -> Option<Extends> {
        if node.as_scalar().is_some() {
            return Some(Extends { service: self.value(node)?, file: None });
        }
        Some(Extends {
            service: self.get(node, "service").and_then(|it| self.value(it))?,
            file: self.get(node, "file").and_then(|it| self.value(it)),
        })
    }

    fn volumes(&mut self, node: &Node) -> Vec<Volume> {
        let mut out = Vec::new();
        for item in self.items(node) {
            if item.as_mapping().is_none() {
                out.extend(self.value(item).map(Volume::Short));
                continue;
            }
            out.push(Volume::Long {
                kind: self.get(item, "type").and_then(|it| self.value(it)),
                source: self.get(item, "source").and_then(|it| self.value(it)),
                target: self.get(item, "target").and_then(|it| self.value(it)),
                span: item.span,
            });
        }
        out
    }

    fn words(&mut self, node: &Node, key: Span) -> Option<Words> {
        if node.is_null() {
            return Some(Words::Null(key));
        }
        match &node.kind {
            NodeKind::Sequence(_) => Some(Words::List(self.texts(node), node.span)),
            NodeKind::Scalar(_) => self.value(node).map(Words::Text),
            NodeKind::Mapping(_) => {
                self.expect(node, "a text or a list");
                None
            }
        }
    }

    /// A list of texts, or one text.
    fn texts(&mut self, node: &Node) -> Vec<Value> {
        if node.as_mapping().is_some() {
            self.expect(node, "a list");
            return Vec::new();
        }
        one_or_many(node).filter(|it| !it.is_null()).filter_map(|it| self.value(it)).collect()
    }

    fn value(&mut self, node: &Node) -> Option<Value> {
        let text = self.text(node)?;
        Some(Spanned::new(Template::parse(&text, Dialect::Compose), node.span))
    }

    fn text(&mut self, node: &Node) -> Option<Text> {
        if node.as_scalar().is_none() {
            self.expect(node, "a text");
        }
        node.to_plain_text()
    }

    /// The entries of a mapping whose values are not reset; of duplicates only the last.
    fn entries<'a>(&mut self, node: &'a Node, expected: &str) -> Vec<&'a Entry> {
        let Some(entries) = node.as_mapping() else {
            if !node.is_null() {
                self.expect(node, expected);
            }
            return Vec::new();
        };
        let mut known = rustc_hash::FxHashSet::default();
        let mut out: Vec<_> = entries.iter().rev().filter(|it| known.insert(it.name())).collect();
        out.retain(|it| !is_reset(&it.value));
        out.reverse();
        out
    }

    fn get<'a>(&self, node: &'a Node, key: &str) -> Option<&'a Node> {
        node.get(key).filter(|it| !it.is_null() && !is_reset(it))
    }

    fn expect(&mut self, node: &Node, expected: &str) {
        self.out.shapes.push(Spanned::new(expected.to_owned(), node.span));
    }
}

fn one_or_many(node: &Node) -> impl Iterator<Item = &Node> {
    let items = node.as_sequence().unwrap_or_default();
    let one = node.as_sequence().is_none().then_some(node);
    items.iter().map(|it| &**it).chain(one)
}

fn switch(node: &Node) -> Switch {
    let quoted = node.as_text().and_then(|it| match it.as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    });
    Switch { on: node.as_bool().or(quoted), span: node.span }
}

fn key(entry: &Entry) -> Spanned<String> {
    Spanned::new(entry.name().unwrap_or_default().to_owned(), entry.key.span)
}

/// A key as a value: keys are not interpolated.
fn key_value(entry: &Entry) -> Value {
    let text = Text::new(entry.name().unwrap_or_default(), entry.key.span);
    Spanned::new(Template::literal(text), entry.key.span)
}

/// `!reset` takes away what earlier files say and whatever stands behind it.
fn is_reset(node: &Node) -> bool {
    node.tag.as_ref().is_some_and(|it| it.value == "!reset")
}

fn collect_replaced(node: &Node, path: &mut Vec<String>, out: &mut Vec<Vec<String>>) {
    for entry in node.as_mapping().unwrap_or_default() {
        let Some(name) = entry.name() else { continue };
        path.push(name.to_owned());
        if entry.value.tag.as_ref().is_some_and(|it| matches!(it.value.as_str(), "!reset" | "!override")) {
            out.push(path.clone());
        } else if path.len() < REPLACED_DEPTH {
            collect_replaced(&entry.value, path, out);
        }
        path.pop();
    }
}
