//! From the values of a Compose file to what its keys say.
//!
//! Whatever has another shape than Compose wants is left out; the rest counts.

use super::{
    Build, ComposeFile, Dependency, Document, EnvFile, Extends, ExtraHost, Healthcheck, Include, Port,
    Service, ServiceConfig, ServiceNetwork, Switch, TopNetwork, Value, Variable, Volume, Words,
};
use crate::facts::placeholders::has_name_between;
use crate::facts::suppression::{Line, next_code};
use crate::facts::tree::{self, Tree, TreeEntry, TreeKind};
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::interpolation::{Dialect, Lookup, Template};
use crate::syntax::yaml;

/// Reads one Compose file.
#[must_use]
pub fn read(file: FileId, text: &str) -> ComposeFile {
    // Something fills a template in before Compose reads it.
    if text.lines().any(|it| it.trim_start_matches(['#', '-', ' ', '\t']).starts_with("{{")) {
        return ComposeFile::default();
    }
    let stream = yaml::parse(file, text);
    let documents = stream.documents.iter().map(|node| {
        let content = tree::read(node);
        let document = Reader { is_expanded: false }.document(&content.tree);
        Document { content, ..document }
    });
    let documents: Vec<Document> = documents.collect();
    if documents.iter().any(|it| has_placeholder(&it.content.tree)) {
        return ComposeFile::default();
    }
    ComposeFile { documents, for_debugging: for_debugging(file, text), errors: stream.errors }
}

/// The lines with a comment such as `# pprof`, and those that follow one.
fn for_debugging(file: FileId, text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices('#').map(|(at, it)| (at + it.len(), it)) {
        let line = Line::at(text, at);
        let Some(code) = line.before_comment("#") else { continue };
        let comment = text[at..line.end].to_ascii_lowercase();
        let mut words = comment.split(|it: char| !it.is_ascii_alphanumeric());
        if words.any(|word| ["pprof", "profil", "debug"].iter().any(|it| word.starts_with(it))) {
            out.push(match code.trim().is_empty() {
                true => next_code(file, text, line.end, "#"),
                false => Span::new(file, line.start, line.end),
            });
        }
    }
    out
}

/// Whether a service has a placeholder where Compose itself reads a value. What it hands on, labels and formats, may
/// hold templates of others: <https://docs.docker.com/engine/logging/log_tags/>.
fn has_placeholder(tree: &Tree) -> bool {
    const OWN: &[&str] =
        &["build", "container_name", "expose", "image", "network_mode", "networks", "ports", "restart"];
    let services = get(tree, "services").map_or(&[][..], entries);
    let own =
        services.iter().flat_map(|it| entries(&it.value)).filter(|it| OWN.contains(&it.key.value.as_str()));
    own.into_iter().any(|it| holds_placeholder(&it.value))
}

fn holds_placeholder(tree: &Tree) -> bool {
    let is_one = |it: &str| {
        ["{{", "[[", "<%", "#{"].iter().any(|mark| it.contains(mark))
            || [("@", "@"), ("__", "__"), ("<", ">"), ("%", "%")]
                .iter()
                .any(|(open, close)| has_name_between(it, open, close))
    };
    match &tree.kind {
        TreeKind::Text(text) => is_one(text.as_str()),
        TreeKind::List(items) => items.iter().any(holds_placeholder),
        TreeKind::Map(entries) => entries.iter().any(|it| holds_placeholder(&it.value)),
        _ => false,
    }
}

/// A file that a Compose file names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Its path as it is written.
    pub path: String,
    /// Whether it is a Compose file; else it holds variables.
    pub is_compose: bool,
}

/// The files that a Compose file includes, extends or takes variables from, when no variable hides
/// their names.
#[must_use]
pub fn named_files(text: &str) -> Vec<NamedFile> {
    let file = read(FileId(0), text);
    let mut out = Vec::new();
    let mut add = |value: &Value, is_compose: bool| {
        let path = value.value.expand(&mut |name| Lookup::NotHere(name.to_owned()));
        out.extend(path.ok().map(|it| NamedFile { path: it.as_str().to_owned(), is_compose }));
    };
    for document in &file.documents {
        for include in &document.includes {
            include.paths.iter().for_each(|it| add(it, true));
            include.env_files.iter().for_each(|it| add(it, false));
        }
        for service in &document.services {
            service.extends.iter().filter_map(|it| it.file.as_ref()).for_each(|it| add(it, true));
            service.env_files.iter().for_each(|it| add(&it.path, false));
        }
    }
    out
}

/// What merged files say, whose variables are expanded.
#[must_use]
pub fn read_merged(tree: &Tree) -> Document {
    Reader { is_expanded: true }.document(tree)
}

struct Reader {
    /// Whether variables are expanded; then a dollar sign is one.
    is_expanded: bool,
}

impl Reader {
    fn document(&self, tree: &Tree) -> Document {
        let mut out = Document::default();
        for entry in entries(tree) {
            let value = &entry.value;
            match entry.key.value.as_str() {
                "name" => out.name = self.value(value),
                "include" => out.includes = self.includes(value),
                "services" => out.services = entries(value).iter().map(|it| self.service(it)).collect(),
                "networks" => {
                    out.networks_key = Some(entry.key.span);
                    out.networks = entries(value).iter().map(|it| self.top_network(it)).collect();
                }
                "configs" => {
                    let file = |it: &TreeEntry| Some((it.key.value.clone(), self.of(&it.value, "file")?));
                    out.config_files = entries(value).iter().filter_map(file).collect();
                }
                "volumes" => {
                    let volumes = entries(value).iter().map(|it| self.top_network(it));
                    let external =
                        volumes.filter(|it| it.external.as_ref().is_some_and(|it| it.on != Some(false)));
                    out.external_volumes = external.map(|it| it.name.value).collect();
                }
                _ => {}
            }
        }
        out
    }

    fn includes(&self, tree: &Tree) -> Vec<Include> {
        let items = tree.as_list().unwrap_or_default().iter();
        let read = |item: &Tree| Include {
            paths: match item.as_map() {
                Some(_) => self.texts_of(item, "path"),
                None => self.value(item).into_iter().collect(),
            },
            project_directory: self.of(item, "project_directory"),
            env_files: self.texts_of(item, "env_file"),
            span: item.span,
        };
        items.map(read).collect()
    }

    fn top_network(&self, entry: &TreeEntry) -> TopNetwork {
        let tree = &entry.value;
        let external = get(tree, "external");
        let old_name = external.and_then(|it| self.of(it, "name"));
        let ranges = get(tree, "ipam").and_then(|it| get(it, "config")).and_then(Tree::as_list);
        TopNetwork {
            name: entry.key.clone(),
            external: external.map(|it| match it.as_map() {
                Some(_) => Switch { on: Some(true), span: it.span },
                None => switch(it),
            }),
            internal: get(tree, "internal").map(switch),
            attachable: get(tree, "attachable").is_some_and(|it| switch(it).on != Some(false)),
            real_name: old_name.or_else(|| self.of(tree, "name")),
            driver: self.of(tree, "driver"),
            driver_options: get(tree, "driver_opts")
                .map(entries)
                .unwrap_or_default()
                .iter()
                .filter_map(|it| Some((it.key.clone(), self.value(&it.value)?)))
                .collect(),
            subnets: ranges.unwrap_or_default().iter().filter_map(|it| self.of(it, "subnet")).collect(),
        }
    }

    fn service(&self, entry: &TreeEntry) -> Service {
        let mut out = Service { name: Some(entry.key.clone()), ..Service::default() };
        for field in entries(&entry.value) {
            let (tree, key) = (&field.value, field.key.span);
            match field.key.value.as_str() {
                "command" => out.command = self.words(tree, key),
                "entrypoint" => out.entrypoint = self.words(tree, key),
                // Null says the same as nothing everywhere else.
                _ if tree.is_null() => {}
                "image" => out.image = self.value(tree),
                "build" => out.build = self.build(tree, key),
                "environment" => out.environment = self.variables(tree),
                "env_file" => out.env_files = self.env_files(tree),
                "ports" => out.ports = self.ports(tree),
                "expose" => out.expose = self.texts(tree),
                "networks" => out.networks = Some(self.service_networks(tree)),
                "network_mode" => out.network_mode = self.value(tree),
                "container_name" => out.container_name = self.value(tree),
                "hostname" => out.hostname = self.value(tree),
                "extra_hosts" => out.extra_hosts = self.extra_hosts(tree),
                "links" => out.links = self.texts(tree),
                "external_links" => out.external_links = self.texts(tree),
                "depends_on" => out.depends_on = self.dependencies(tree),
                "healthcheck" => out.healthcheck = Some(self.healthcheck(tree, key)),
                "profiles" => out.profiles = self.texts(tree),
                "restart" => out.restart = self.value(tree),
                "scale" => out.scale = self.value(tree),
                "deploy" => {
                    (out.replicas, out.deploy_mode) = (self.of(tree, "replicas"), self.of(tree, "mode"));
                    out.restart_policy = get(tree, "restart_policy").map(|it| it.span);
                    out.labels.extend(get(tree, "labels").map(|it| self.variables(it)).unwrap_or_default());
                }
                "extends" => out.extends = self.extends(tree),
                "volumes" => out.volumes = self.volumes(tree),
                "volumes_from" => out.volumes_from = self.texts(tree),
                "configs" => out.configs = self.configs(tree),
                "labels" => out.labels.extend(self.variables(tree)),
                "dns" | "dns_search" => out.resolver = Some(key),
                "user" => out.user = self.value(tree),
                "privileged" => out.privileged = Some(switch(tree)),
                "security_opt" => out.security_options = self.texts(tree),
                "cap_add" => out.capabilities = self.texts(tree),
                "working_dir" => out.working_dir = self.value(tree),
                "init" => out.init = Some(switch(tree)),
                "stop_signal" => out.stop_signal = self.value(tree),
                "stop_grace_period" => out.stop_grace_period = self.value(tree),
                "platform" => out.platform = self.value(tree),
                "provider" => out.provider = Some(key),
                _ => {}
            }
        }
        out
    }

    fn build(&self, tree: &Tree, key: Span) -> Option<Build> {
        if tree.as_map().is_none() {
            let (dockerfile, inline, target) = (None, None, None);
            let context = Some(self.value(tree)?);
            return Some(Build { context, dockerfile, inline, target, args: Vec::new(), span: tree.span });
        }
        // In the long form that stands for a short one, the text is its own key.
        let context = tree.entry("context");
        let is_short = context.is_some_and(|it| it.key.span == tree.span);
        Some(Build {
            context: self.of(tree, "context"),
            dockerfile: self.of(tree, "dockerfile"),
            inline: self.of(tree, "dockerfile_inline"),
            target: self.of(tree, "target"),
            args: get(tree, "args").map(|it| self.variables(it)).unwrap_or_default(),
            span: if is_short { tree.span } else { key },
        })
    }

    /// `KEY: value` or `- KEY=value`.
    fn variables(&self, tree: &Tree) -> Vec<Variable> {
        let of_entry = |entry: &TreeEntry| Variable {
            name: entry.key.clone(),
            value: self.value(&entry.value),
            span: entry.span,
        };
        let of_item = |item: &Tree| {
            let text = item.to_text()?;
            let whole = text.as_str();
            let split = whole.find('=');
            let name = &whole[..split.unwrap_or(whole.len())];
            let name_span = text.span_of(0..name.len()).unwrap_or(item.span);
            let value = split.map(|at| {
                let value = text.slice(at + 1..whole.len());
                let end = Span::new(item.span.file, item.span.range().end, item.span.range().end);
                let span = value.cover().unwrap_or(end);
                self.template(value, span)
            });
            Some(Variable { name: Spanned::new(name.to_owned(), name_span), value, span: item.span })
        };
        match &tree.kind {
            TreeKind::Map(entries) => entries.iter().map(of_entry).collect(),
            TreeKind::List(items) => items.iter().filter_map(of_item).collect(),
            _ => Vec::new(),
        }
    }

    fn env_files(&self, tree: &Tree) -> Vec<EnvFile> {
        let read = |item: &Tree| {
            let is_map = item.as_map().is_some();
            let format = get(item, "format").and_then(Tree::as_text);
            Some(EnvFile {
                path: if is_map { self.of(item, "path") } else { self.value(item) }?,
                required: get(item, "required").and_then(Tree::as_bool).unwrap_or(true),
                raw: format.is_some_and(|it| it.as_str() == "raw"),
            })
        };
        one_or_many(tree).filter_map(read).collect()
    }

    fn ports(&self, tree: &Tree) -> Vec<Port> {
        let read = |item: &Tree| match item.as_map() {
            None => self.value(item).map(Port::Short),
            Some(_) => Some(Port::Long {
                target: self.of(item, "target"),
                published: self.of(item, "published"),
                host_ip: self.of(item, "host_ip"),
                protocol: self.of(item, "protocol"),
                span: item.span,
            }),
        };
        tree.as_list().unwrap_or_default().iter().filter_map(read).collect()
    }

    fn service_networks(&self, tree: &Tree) -> Vec<ServiceNetwork> {
        let Some(entries) = tree.as_map() else {
            let names = self.texts(tree).into_iter();
            let network = |name| ServiceNetwork { name, aliases: Vec::new(), addresses: Vec::new() };
            return names.map(network).collect();
        };
        let read = |entry: &TreeEntry| ServiceNetwork {
            name: key_value(entry),
            aliases: self.texts_of(&entry.value, "aliases"),
            addresses: ["ipv4_address", "ipv6_address"]
                .iter()
                .filter_map(|key| self.of(&entry.value, key))
                .collect(),
        };
        entries.iter().map(read).collect()
    }

    fn extra_hosts(&self, tree: &Tree) -> Vec<ExtraHost> {
        let Some(entries) = tree.as_map() else {
            let entries = self.texts(tree).into_iter();
            return entries.map(|value| ExtraHost { name: None, span: value.span, value }).collect();
        };
        let mut out = Vec::new();
        for entry in entries {
            // A name may have several addresses.
            for value in self.texts(&entry.value) {
                out.push(ExtraHost { name: Some(entry.key.clone()), value, span: entry.span });
            }
        }
        out
    }

    fn dependencies(&self, tree: &Tree) -> Vec<Dependency> {
        let Some(entries) = tree.as_map() else {
            let names = self.texts(tree).into_iter();
            return names.map(|service| Dependency { service, condition: None, required: true }).collect();
        };
        let read = |entry: &TreeEntry| Dependency {
            service: key_value(entry),
            condition: self.of(&entry.value, "condition"),
            required: get(&entry.value, "required").and_then(Tree::as_bool).unwrap_or(true),
        };
        entries.iter().map(read).collect()
    }

    fn healthcheck(&self, tree: &Tree, key: Span) -> Healthcheck {
        let test = tree.entry("test").filter(|it| !it.value.is_null());
        Healthcheck {
            test: test.and_then(|it| self.words(&it.value, it.key.span)),
            disable: get(tree, "disable").map(switch),
            span: key,
        }
    }

    fn extends(&self, tree: &Tree) -> Option<Extends> {
        let service = if tree.as_map().is_some() { self.of(tree, "service") } else { self.value(tree) };
        Some(Extends { service: service?, file: self.of(tree, "file") })
    }

    fn configs(&self, tree: &Tree) -> Vec<ServiceConfig> {
        let read = |item: &Tree| {
            let source = if item.as_map().is_some() { self.of(item, "source") } else { self.value(item) };
            Some(ServiceConfig { source: source?, target: self.of(item, "target"), span: item.span })
        };
        tree.as_list().unwrap_or_default().iter().filter_map(read).collect()
    }

    fn volumes(&self, tree: &Tree) -> Vec<Volume> {
        let read = |item: &Tree| match item.as_map() {
            None => self.value(item).map(Volume::Short),
            Some(_) => Some(Volume::Long {
                kind: self.of(item, "type"),
                source: self.of(item, "source"),
                target: self.of(item, "target"),
                read_only: get(item, "read_only").and_then(Tree::as_bool) == Some(true),
                span: item.span,
            }),
        };
        tree.as_list().unwrap_or_default().iter().filter_map(read).collect()
    }

    fn words(&self, tree: &Tree, key: Span) -> Option<Words> {
        match &tree.kind {
            TreeKind::Null => Some(Words::Null(key)),
            TreeKind::List(_) => Some(Words::List(self.texts(tree), tree.span)),
            _ => self.value(tree).map(Words::Text),
        }
    }

    /// A list of texts, or one text.
    fn texts(&self, tree: &Tree) -> Vec<Value> {
        one_or_many(tree).filter_map(|it| self.value(it)).collect()
    }

    fn texts_of(&self, tree: &Tree, key: &str) -> Vec<Value> {
        get(tree, key).map(|it| self.texts(it)).unwrap_or_default()
    }

    fn of(&self, tree: &Tree, key: &str) -> Option<Value> {
        self.value(get(tree, key)?)
    }

    /// `None` for null, lists and mappings.
    fn value(&self, tree: &Tree) -> Option<Value> {
        Some(self.template(tree.to_text()?, tree.span))
    }

    fn template(&self, text: Text, span: Span) -> Value {
        let template =
            if self.is_expanded { Template::literal(text) } else { Template::parse(&text, Dialect::Compose) };
        Spanned::new(template, span)
    }
}

fn entries(tree: &Tree) -> &[TreeEntry] {
    tree.as_map().unwrap_or_default()
}

fn get<'t>(tree: &'t Tree, key: &str) -> Option<&'t Tree> {
    tree.get(key).filter(|it| !it.is_null())
}

fn one_or_many(tree: &Tree) -> impl Iterator<Item = &Tree> {
    let one = tree.as_list().is_none().then_some(tree);
    tree.as_list().unwrap_or_default().iter().chain(one)
}

fn switch(tree: &Tree) -> Switch {
    let quoted = tree.as_text().and_then(|it| match it.as_str() {
        "true" | "yes" | "on" => Some(true),
        "false" | "no" | "off" => Some(false),
        _ => None,
    });
    Switch { on: tree.as_bool().or(quoted), span: tree.span }
}

/// A key as a value: keys are not interpolated.
fn key_value(entry: &TreeEntry) -> Value {
    let text = Text::new(entry.key.value.as_str(), entry.key.span);
    Spanned::new(Template::literal(text), entry.key.span)
}
