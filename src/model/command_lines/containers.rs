//! From command lines to workloads and networks.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::Line;
use super::world::{StartedContainer, World, known};
use crate::facts::catalogue::split_reference;
use crate::facts::docker_command::{DockerCommand, JoinedNetwork, UNKNOWN};
use crate::facts::{Facts, folder_of};
use crate::model::compose::{Borrowed, ComposeService, Compositions, Mount, Setting, lend, port, volume};
use crate::model::image::absolute;
use crate::model::shell_walk::in_project;
use crate::model::{
    Command, Composition, CompositionId, Confinement, Environment, ExtraHost, Grace, Healthcheck, Link,
    Namespace, Network, NetworkId, NetworkMembership, Origin, Period, Resolved, SEPARATING_OPTION, Stopping,
    Variable, Workload, WorkloadId, WorkloadKind, is_sigterm,
};
use crate::net::PortRange;
use crate::source::{Confidence, Span, Spanned, Text};

impl World<'_> {
    /// Adds what the command lines say to `out`.
    pub(in crate::model) fn resolve(&self, facts: &Facts, out: &mut Compositions) {
        let composition = CompositionId(id(out.compositions.len()));
        let first = out.services.len();
        let mut ids = FxHashMap::default();
        let mut pods = FxHashMap::default();
        for (at, container) in self.containers.iter().enumerate() {
            let workload = WorkloadId(id(first + at));
            if let Some(name) = container.command.name.as_ref().and_then(known) {
                ids.insert(name, workload);
            }
            if let Some(pod) = container.command.pod.as_ref() {
                pods.entry(pod.as_str()).or_insert(workload);
            }
        }
        let mut resolver =
            Resolver { facts, world: self, composition, ids, pods, networks: FxHashMap::default(), out };
        for network in &self.networks {
            let name = network.name.as_str();
            let created = Network {
                is_shared: false,
                visitors: Some(Vec::new()),
                real_name: None,
                name: name.to_owned(),
                span: network.name.cover(),
                composition,
                external: self.shared_networks.contains(name) || name.contains(UNKNOWN),
                internal: network.internal,
                driver: network.driver.as_ref().and_then(spanned),
                subnets: network.subnets.iter().filter_map(spanned).collect(),
                separates: network.options.iter().find_map(|it| {
                    let (name, value) = known(it)?.split_once('=')?;
                    (name == SEPARATING_OPTION && value == "false").then(|| it.cover())?
                }),
            };
            resolver.add_network(name, created);
        }
        let mut services: Vec<_> = self
            .containers
            .iter()
            .enumerate()
            .map(|(at, it)| resolver.container(it, WorkloadId(id(first + at))))
            .collect();
        lend(&mut services, first);
        out.services.extend(services);
        let path = facts.path(self.file);
        out.compositions.push(Composition {
            files: vec![self.file],
            paths: vec![path.to_owned()],
            directory: folder_of(path).to_owned(),
            name: None,
            starter: self.starter,
            incomplete: self.incomplete.clone(),
            chosen: None,
            is_called: true,
            is_stack: false,
            is_only_stack: false,
            is_stack_of_unknown_name: false,
            has_unknown_layers: false,
            undefined_networks: Vec::new(),
            faults: Vec::new(),
            dependency_cycle: Vec::new(),
        });
    }
}

/// More than four billion containers do not fit into files that are read.
fn id(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// The paths of the project that a command line names, to build, to mount, to read variables from.
pub(super) fn named_paths(line: &Line) -> Vec<String> {
    let path = |it: &Text| in_project(line.folder.as_deref(), it.as_str());
    match &line.command {
        DockerCommand::Build(it) => match &it.dockerfile {
            Some(file) => path(file).into_iter().collect(),
            None => path(&it.context).map(|it| absolute(&it, "Dockerfile")).into_iter().collect(),
        },
        DockerCommand::Run(it) => {
            let mounted = it.volumes.iter().filter_map(|it| volume(it).filter(|it| it.2)?.0);
            let mounted: Vec<Text> = mounted.collect();
            mounted.iter().chain(&it.environment_files).filter_map(path).collect()
        }
        _ => Vec::new(),
    }
}

struct Resolver<'a> {
    facts: &'a Facts,
    world: &'a World<'a>,
    composition: CompositionId,
    /// By `--name`.
    ids: FxHashMap<&'a str, WorkloadId>,
    /// The first container of each pod.
    pods: FxHashMap<&'a str, WorkloadId>,
    networks: FxHashMap<&'a str, NetworkId>,
    out: &'a mut Compositions,
}

impl<'a> Resolver<'a> {
    fn add_network(&mut self, name: &'a str, network: Network) -> NetworkId {
        let id = NetworkId(id(self.out.networks.len()));
        self.out.networks.push(network);
        *self.networks.entry(name).or_insert(id)
    }

    fn container(&mut self, it: &StartedContainer<'a>, id: WorkloadId) -> ComposeService {
        let command = it.command;
        let line = it.line.span;
        let image = command.image.as_ref();
        let image_span = image.and_then(Text::cover).unwrap_or(line);
        let mut incomplete = None;
        if image.and_then(known).is_none() {
            incomplete = Some("its image is not known".to_owned());
        }
        let (namespace, networks) = self.namespace(it, id, &mut incomplete);
        let name = command.name.as_ref().filter(|it| known(it).is_some());
        let names = [name, command.hostname.as_ref()].into_iter().flatten().filter_map(spanned).collect();
        let shown = match name.and_then(spanned) {
            Some(name) => name,
            None => Spanned::new(image.map(image_name).unwrap_or_default(), image_span),
        };
        let of_pod = self.world.pods.iter().filter(|pod| {
            let name = pod.name.as_ref().map(Text::as_str);
            name.is_some_and(|name| self.pods.get(name) == Some(&id))
        });
        let ports: Vec<&Text> = command.published.iter().chain(of_pod.flat_map(|it| &it.published)).collect();
        let read: Vec<_> =
            ports.iter().map(|it| (port(it, it.cover().unwrap_or(line)), it.cover())).collect();
        let unread = read.iter().find(|(port, _)| port.is_none()).map(|(_, span)| span.unwrap_or(line));
        let exposed = command.exposed.iter().filter_map(|it| {
            let ports = it.as_str().split('/').next().unwrap_or_default();
            Some(Spanned::new(PortRange::parse(ports)?, it.cover()?))
        });
        let healthcheck = match command.no_healthcheck {
            Some(span) => Healthcheck::Disabled(span),
            None => Healthcheck::Absent,
        };
        let seconds = match &command.stop_timeout {
            None => Some(Grace::DEFAULT),
            Some(it) => it
                .as_str()
                .parse()
                .ok()
                .map(|seconds| Grace { period: Period::seconds(seconds), span: it.cover() }),
        };
        let mounts = self.mounts(it);
        let workload = Workload {
            confinement: Confinement::of_command(command, &mounts),
            image_reference: image.filter(|it| known(it).is_some()).map(|text| Resolved {
                text: text.clone(),
                confidence: Confidence::Proven,
                via: Vec::new(),
            }),
            namespace,
            networks,
            names,
            published: read.into_iter().filter_map(|(port, _)| port).collect(),
            published_incomplete: unread.or(command.publishes_all),
            publishes_all: command.publishes_all,
            exposed: exposed.collect(),
            environment: self.environment(it),
            extra_hosts: command.extra_hosts.iter().filter_map(extra_host).collect(),
            links: command.links.iter().filter_map(link).collect(),
            healthcheck,
            stopping: Stopping { grace: seconds, ..Stopping::default() },
            one_shot: !it.stays() && !command.command.is_empty(),
            batch: it.batch,
            replicas: Some(1),
            incomplete,
            ..Workload::bare(id, shown, WorkloadKind::Run(self.composition), image_span)
        };
        let health = command.health_command.as_ref().map(|it| match known(it) {
            Some(_) => Setting::Set(Command::Shell(it.clone()), it.cover().unwrap_or(line)),
            None => Setting::Unknown(it.cover().unwrap_or(line)),
        });
        ComposeService {
            workload,
            build: None,
            is_only_built: false,
            entrypoint: entrypoint(command.entrypoint.as_ref(), line),
            command: words(&command.command, line),
            healthcheck: health.unwrap_or_default(),
            restart: command.restart.clone(),
            working_dir: command.working_directory.clone().filter(|it| known(it).is_some()),
            stops_by_sigterm: command.stop_signal.as_ref().map(|it| is_sigterm(it.as_str())),
            init: command.init,
            labels: Vec::new(),
            mounts,
            borrows: command.volumes_from.iter().map(|it| self.borrowed(it, line)).collect(),
        }
    }

    fn namespace(
        &mut self,
        it: &StartedContainer<'a>,
        id: WorkloadId,
        incomplete: &mut Option<String>,
    ) -> (Namespace, Vec<NetworkMembership>) {
        let line = it.line.span;
        let mut joined: Vec<&'a JoinedNetwork> = it.command.networks.iter().collect();
        if let Some(pod) = &it.command.pod {
            match self.pods.get(pod.as_str()) {
                Some(owner) if *owner != id => {
                    return (Namespace::Of(*owner, pod.cover().unwrap_or(line)), Vec::new());
                }
                _ => {}
            }
            let named = self
                .world
                .pods
                .iter()
                .filter(|it| it.name.as_ref().is_some_and(|it| it.as_str() == pod.as_str()));
            joined.extend(named.flat_map(|it| &it.networks));
        }
        joined.extend(&it.connected);
        let mut memberships = Vec::new();
        for network in joined {
            let span = network.span(line);
            let Some(name) = known(&network.name) else {
                incomplete.get_or_insert_with(|| "one of its networks is not known".to_owned());
                continue;
            };
            match name {
                "host" => return (Namespace::Host(span), Vec::new()),
                "none" => return (Namespace::None(span), Vec::new()),
                // What is no network of its own has no names: Docker's default bridge, and what Podman puts in
                // its place.
                "bridge" | "default" | "pasta" | "podman" | "private" | "slirp4netns" => continue,
                _ => {}
            }
            if let Some(other) = name.strip_prefix("container:") {
                let owner = self.ids.get(other);
                return (owner.map_or(Namespace::Unknown(span), |it| Namespace::Of(*it, span)), Vec::new());
            }
            let aliases = network.aliases.iter().chain(&it.command.aliases);
            let addresses = network.addresses.iter().chain(&it.command.addresses);
            let membership = NetworkMembership {
                network: self.network(name),
                aliases: aliases.filter_map(spanned).collect(),
                addresses: addresses.filter_map(spanned).collect(),
                span,
            };
            memberships.push(membership);
        }
        (Namespace::Own, memberships)
    }

    /// A network that another file creates has members that nobody sees.
    fn network(&mut self, name: &'a str) -> NetworkId {
        if let Some(id) = self.networks.get(name) {
            return *id;
        }
        let composition = self.composition;
        self.add_network(
            name,
            Network {
                is_shared: false,
                visitors: Some(Vec::new()),
                real_name: None,
                name: name.to_owned(),
                span: None,
                composition,
                external: true,
                internal: false,
                driver: None,
                subnets: Vec::new(),
                separates: None,
            },
        )
    }

    /// `-e` over `--env-file`, of which Docker takes each line as it is:
    /// <https://docs.docker.com/reference/cli/docker/container/run/#env>.
    fn environment(&self, it: &StartedContainer<'_>) -> Environment {
        let mut out = Environment::default();
        for text in &it.command.environment {
            let whole = text.as_str();
            let span = text.cover().unwrap_or(it.line.span);
            let (name, value) = match whole.split_once('=') {
                Some((name, value)) => {
                    (name, Some(text_at(text, whole.len() - value.len()..whole.len(), span)))
                }
                None => (whole, None),
            };
            if name.contains(UNKNOWN) {
                out.incomplete.get_or_insert_with(|| "a variable's name is not known".to_owned());
                continue;
            }
            let value = value.filter(|it| !it.as_str().contains(UNKNOWN));
            out.variables.insert(name.to_owned(), Variable { value, span, origin: Origin::Workload });
        }
        for path in &it.command.environment_files {
            let found = self.find(it, path.as_str());
            let file = found
                .and_then(|path| self.facts.dotenv.iter().find(|(file, _)| self.facts.path(*file) == path));
            let Some((_, file)) = file else {
                out.incomplete
                    .get_or_insert_with(|| format!("the file `{}` is not in the project", path.as_str()));
                continue;
            };
            for entry in &file.entries {
                let held =
                    out.variables.get(&entry.name.value).is_some_and(|it| it.origin == Origin::Workload);
                if !held {
                    let variable =
                        Variable { value: entry.raw.clone(), span: entry.span, origin: Origin::EnvFile };
                    out.variables.insert(entry.name.value.clone(), variable);
                }
            }
        }
        out
    }

    /// A path of the host as one of the project, from where the command is started.
    fn find(&self, it: &StartedContainer<'_>, path: &str) -> Option<String> {
        let found = in_project(it.line.folder.as_deref(), path)?;
        Some(found.strip_prefix('/').filter(|it| !it.is_empty()).unwrap_or(".").to_owned())
    }

    fn borrowed(&self, text: &Text, line: Span) -> Borrowed {
        let whole = text.as_str();
        let name = whole.strip_suffix(":ro").or(whole.strip_suffix(":rw")).unwrap_or(whole);
        Borrowed { from: self.ids.get(name).copied(), span: text.cover().unwrap_or(line) }
    }

    fn mounts(&self, it: &StartedContainer<'_>) -> Vec<Mount> {
        let line = it.line.span;
        let short = it.command.volumes.iter().filter_map(|text| {
            let (source, target, is_bind) = volume(text)?;
            let mount = self.mount(it, source, target, is_bind, text.cover().unwrap_or(line));
            Some(Mount { read_only: is_read_only(text), ..mount })
        });
        let long = it.command.mounts.iter().map(|text| {
            let option = |names: &[&str]| {
                let mut at = 0;
                text.as_str().split(',').find_map(|option| {
                    let start = at;
                    at += option.len() + 1;
                    let (name, value) = option.split_once('=')?;
                    let end = start + option.len();
                    names.contains(&name).then(|| text.slice(end - value.len()..end))
                })
            };
            let is_bind = option(&["type"]).is_some_and(|it| it.as_str() == "bind");
            let (source, target) = (option(&["source", "src"]), option(&["target", "destination", "dst"]));
            let target = target.unwrap_or_default();
            let mount = self.mount(it, source, target, is_bind, text.cover().unwrap_or(line));
            Mount { read_only: is_read_only(text), ..mount }
        });
        short.chain(long).collect()
    }

    fn mount(
        &self,
        it: &StartedContainer<'_>,
        source: Option<Text>,
        target: Text,
        bind: bool,
        span: Span,
    ) -> Mount {
        let found = source.as_ref().filter(|_| bind).and_then(|path| self.find(it, path.as_str()));
        let source = source.filter(|it| found.is_some() || known(it).is_some());
        let source_span = source.as_ref().and_then(Text::cover);
        let source = found.or_else(|| Some(source?.as_str().to_owned()));
        let target_span = target.cover();
        let target = known(&target).map(str::to_owned);
        let kept = bind || source.is_some();
        Mount {
            source,
            bind,
            external: false,
            files: None,
            source_span,
            kept,
            read_only: false,
            target,
            target_span,
            span,
        }
    }
}

/// Whether the options of a `-v` or `--mount` keep the container from writing:
/// <https://docs.docker.com/engine/storage/bind-mounts/#options-for---volume>.
fn is_read_only(options: &Text) -> bool {
    options.as_str().split([':', ',']).any(|it| matches!(it, "ro" | "readonly" | "readonly=true"))
}

/// `shop/api:1` as people call it: `api`.
fn image_name(text: &Text) -> String {
    let (name, _) = split_reference(text.as_str());
    name.rsplit('/').next().unwrap_or(name).replace(UNKNOWN, "?")
}

fn spanned(text: &Text) -> Option<Spanned<String>> {
    Some(Spanned::new(known(text)?.to_owned(), text.span()?))
}

/// A part of a text, which has a place even when it is empty.
fn text_at(text: &Text, range: Range<usize>, span: Span) -> Text {
    if range.is_empty() { Text::new("", span) } else { text.slice(range) }
}

/// `name:address` or `name=address`.
fn extra_host(text: &Text) -> Option<ExtraHost> {
    let whole = text.as_str();
    let (name, address) = whole.split_once('=').or_else(|| whole.split_once(':'))?;
    let address = address.trim_start_matches('[').trim_end_matches(']');
    Some(ExtraHost { name: name.to_owned(), address: address.to_owned(), span: text.cover()? })
}

/// `name` or `name:alias`.
fn link(text: &Text) -> Option<Link> {
    let whole = known(text)?;
    let (target, alias) = whole.split_once(':').unwrap_or((whole, whole));
    let alias = Spanned::new(alias.to_owned(), text.cover()?);
    Some(Link { alias, target: target.to_owned() })
}

/// `--entrypoint`: a program, or nothing for the one of the image to be left out.
fn entrypoint(text: Option<&Text>, line: Span) -> Setting {
    match text {
        None => Setting::Absent,
        Some(text) if known(text).is_some() => words(std::slice::from_ref(text), line),
        Some(text) => Setting::Unknown(text.cover().unwrap_or(line)),
    }
}

fn words(words: &[Text], line: Span) -> Setting {
    let (Some(first), Some(last)) = (words.first(), words.last()) else { return Setting::Absent };
    let span = first.cover().unwrap_or(line).cover(last.cover().unwrap_or(line));
    if words.iter().any(|it| it.as_str().contains(UNKNOWN)) {
        return Setting::Unknown(span);
    }
    Setting::Set(Command::Exec(words.to_vec()), span)
}
