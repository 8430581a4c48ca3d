//! From a merged Compose project to compositions, networks and services.

use rustc_hash::FxHashMap;

use super::files::{ProjectFiles, normalised_name};
use super::variables::UNKNOWN;
use super::{
    Borrowed, Build, ComposeService, Compositions, Mount, Setting, commands, environment, lend, ports,
};
use crate::facts::catalogue::{ImageSystem, split_reference};
use crate::facts::compose::{self as facts_of, Service, ServiceConfig, ServiceNetwork, Value, Volume};
use crate::facts::{Facts, join_path};
use crate::model::build_input::{is_fragment, missing_input};
use crate::model::{
    Composition, CompositionId, Confinement, Dependency, Environment, ExtraHost, Grace, Healthcheck, Link,
    Namespace, Network, NetworkId, NetworkMembership, Period, Resolved, SEPARATING_OPTION, Starter, Stopping,
    UndefinedNetwork, Workload, WorkloadId, WorkloadKind, is_sigterm,
};
use crate::source::{Confidence, Span, Spanned, Text};

/// Adds what the project says to `out`.
pub(super) fn resolve(facts: &Facts, project: ProjectFiles, out: &mut Compositions) {
    let composition = CompositionId(id(out.compositions.len()));
    let mut ids = FxHashMap::default();
    let services: Vec<(&Spanned<String>, &Service)> =
        project.document.services.iter().filter_map(|it| Some((it.name.as_ref()?, it))).collect();
    for (at, (name, service)) in services.iter().enumerate() {
        let workload = WorkloadId(id(out.services.len() + at));
        ids.insert(name.value.clone(), workload);
        let container = service.container_name.as_ref().and_then(|it| project.variables.text(it));
        if let Some(container) = container {
            ids.entry(format!("container:{}", container.as_str())).or_insert(workload);
        }
    }
    let mut networks = FxHashMap::default();
    for network in &project.document.networks {
        let network_id = NetworkId(id(out.networks.len()));
        networks.insert(network.name.value.clone(), network_id);
        let takes_others =
            network.attachable || network.driver.as_ref().is_some_and(|it| is_of_lan(&project, it));
        out.networks.push(Network {
            name: network.name.value.clone(),
            span: Some(network.name.span),
            composition,
            // A variable decides: it may be external.
            external: network.external.as_ref().is_some_and(|it| it.on != Some(false)),
            internal: network.internal.as_ref().is_some_and(|it| it.on == Some(true)),
            is_shared: takes_others,
            visitors: (!takes_others).then(Vec::new),
            real_name: network
                .real_name
                .as_ref()
                .and_then(|it| project.variables.text(it))
                .map(|it| it.as_str().to_owned()),
            driver: network.driver.as_ref().and_then(|it| {
                let text = project.variables.text(it)?;
                Some(Spanned::new(text.as_str().to_owned(), it.span))
            }),
            subnets: project.variables.spanned(&network.subnets),
            separates: network.driver_options.iter().find_map(|(name, value)| {
                let text = project.variables.text(value).filter(|_| name.value == SEPARATING_OPTION)?;
                (text.as_str() == "false").then_some(value.span)
            }),
        });
    }
    let mut resolver = Resolver {
        facts,
        project: &project,
        composition,
        ids,
        networks,
        implicit: None,
        undefined: Vec::new(),
        incomplete: None,
        out,
    };
    let mut resolved = Vec::new();
    for (name, service) in services {
        resolved.push(resolver.service(name, service));
    }
    let builds = || resolved.iter().filter_map(|it| it.build.as_ref());
    if !project.is_called && is_fragment(facts, &project.folder, builds()) {
        resolved.iter_mut().for_each(|it| it.workload.missing_input = None);
    }
    let name = resolver.written_name();
    let undefined_networks = resolver.undefined;
    let incomplete = project.incomplete.clone().or(resolver.incomplete);
    mark_one_shots(&mut resolved);
    lend(&mut resolved, out.services.len());
    out.services.extend(resolved);
    out.compositions.push(Composition {
        paths: project.files.iter().map(|it| facts.path(*it).to_owned()).collect(),
        files: project.files,
        directory: project.folder,
        name,
        starter: Starter::Compose,
        incomplete,
        chosen: project.chosen,
        has_unknown_layers: project.has_unknown_layers,
        is_called: project.is_called,
        is_only_stack: project.is_only_stack,
        is_stack: !project.stacks.is_empty(),
        is_stack_of_unknown_name: project.stacks.iter().any(|it| !is_known_stack(it)),
        undefined_networks,
        faults: project.faults,
        dependency_cycle: project.cycle,
    });
}

/// Nobody writes the names of more replicas down.
const MOST_REPLICAS: u32 = 32;

/// Whether the name of a stack holds no variable and is no placeholder. Its services are called `STACK_SERVICE`:
/// <https://github.com/docker/cli/blob/v28.5.1/cli/compose/convert/compose.go>.
fn is_known_stack(name: &str) -> bool {
    !name.contains(['$', '<', '{', '(', '['])
}

/// A service that another waits for until it has ended runs once.
fn mark_one_shots(services: &mut [ComposeService]) {
    let done = |it: &&Dependency| {
        it.condition.as_ref().is_some_and(|it| it.value == "service_completed_successfully")
    };
    let awaited: Vec<String> = services
        .iter()
        .flat_map(|it| it.workload.dependencies.iter().filter(done).map(|it| it.service.value.clone()))
        .collect();
    for service in services.iter_mut() {
        service.workload.one_shot = awaited.contains(&service.workload.name.value);
    }
}

/// What Compose calls a project that does not say so itself, as its folder is called; `None` where nobody knows: the project's
/// root may be called anything.
pub(in crate::model) fn project_name(composition: &Composition) -> Option<String> {
    let folder = composition.directory.rsplit('/').next().filter(|it| *it != ".");
    composition.name.clone().or_else(|| folder.map(normalised_name))
}

/// Whether a driver gives containers addresses of the network that the host is on:
/// <https://docs.docker.com/engine/network/drivers/macvlan/>.
fn is_of_lan(project: &ProjectFiles, driver: &Value) -> bool {
    project.variables.text(driver).is_some_and(|it| matches!(it.as_str(), "macvlan" | "ipvlan"))
}

/// Whether a label or a variable of a service is for a proxy that finds containers by them: Traefik, caddy-docker-proxy,
/// nginx-proxy (<https://github.com/nginx-proxy/nginx-proxy>), Coolify.
fn is_announced(service: &Service) -> bool {
    let is_off = |it: &Option<Value>| it.as_ref().is_some_and(|it| it.value.to_source() == "false");
    let mut labels = service.labels.iter();
    let by_label = labels.any(|it| {
        let name = it.name.value.to_ascii_lowercase();
        let is_caddy =
            name.strip_prefix("caddy").is_some_and(|it| it.is_empty() || it.starts_with(['.', '_']));
        is_caddy || name.starts_with("traefik.") && !(name == "traefik.enable" && is_off(&it.value))
    });
    by_label
        || service.environment.iter().any(|it| {
            let name = it.name.value.as_str();
            name == "VIRTUAL_HOST" || name.starts_with("SERVICE_FQDN_") || name.starts_with("SERVICE_URL_")
        })
}

/// Whether the resolver of a service knows more names than Docker's: that of a network of Tailscale knows its machines
/// (<https://tailscale.com/kb/1081/magicdns>).
fn has_resolver(service: &Service, image: Option<&Resolved>) -> bool {
    let is_tailscale = |it: &Resolved| split_reference(it.text.as_str()).0 == "tailscale/tailscale";
    service.resolver.is_some() || image.is_some_and(is_tailscale)
}

/// More than four billion services do not fit into a file that is read.
fn id(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

struct Resolver<'a> {
    facts: &'a Facts,
    project: &'a ProjectFiles,
    composition: CompositionId,
    /// Services by name, and by `container:` and container_name.
    ids: FxHashMap<String, WorkloadId>,
    networks: FxHashMap<String, NetworkId>,
    implicit: Option<NetworkId>,
    undefined: Vec<UndefinedNetwork>,
    incomplete: Option<String>,
    out: &'a mut Compositions,
}

impl Resolver<'_> {
    fn service(&mut self, name: &Spanned<String>, service: &Service) -> ComposeService {
        let variables = &self.project.variables;
        let mut incomplete = self.project.incomplete_services.get(&name.value).cloned();
        if service.provider.is_some() {
            incomplete.get_or_insert_with(|| "a provider, not a container, stands behind it".to_owned());
        }
        let (published, published_incomplete) = ports::published(&service.ports, variables);
        let (namespace, networks) = self.namespace(name, service, &mut incomplete);
        let build = service.build.as_ref().map(|it| self.build(it));
        let image_span = build.as_ref().map(|it| it.span);
        let image_span = image_span.or(service.image.as_ref().map(|it| it.span)).unwrap_or(name.span);
        let image_reference = service.image.as_ref().and_then(|it| self.text(it)).map(|text| Resolved {
            text,
            confidence: Confidence::Proven,
            via: Vec::new(),
        });
        let (healthcheck, health_setting) = self.healthcheck(service);
        let id = self.ids.get(&name.value).copied().unwrap_or(WorkloadId(u32::MAX));
        let kind = WorkloadKind::Service(self.composition);
        let mounts = self.mounts(service);
        let has_resolver = has_resolver(service, image_reference.as_ref());
        let workload = Workload {
            image_reference,
            has_resolver,
            is_built: build.is_some(),
            missing_input: build
                .as_ref()
                .filter(|_| incomplete.is_none() && self.project.incomplete.is_none())
                .and_then(|it| missing_input(self.facts, it)),
            namespace,
            networks,
            names: self.names(name, service),
            published,
            published_incomplete,
            exposed: ports::exposed(&service.expose, &self.project.variables),
            environment: self.environment(service),
            extra_hosts: self.extra_hosts(service),
            is_announced: is_announced(service),
            links: self.links(service),
            link_entries: service.links.iter().map(|it| it.span).collect(),
            restarts: self.restarts(service),
            healthcheck,
            dependencies: self.dependencies(service),
            confinement: Confinement::of_service(service, &mounts, &self.project.variables),
            profiles: service.profiles.iter().map(|it| self.partly(it)).collect(),
            stopping: Stopping { grace: self.grace(service), ..Stopping::default() },
            replicas: self.replicas(service),
            system: self.system(service),
            incomplete,
            ..Workload::bare(id, name.clone(), kind, image_span)
        };
        let variables = &self.project.variables;
        ComposeService {
            workload,
            build,
            is_only_built: self.project.only_built.contains(&name.value),
            entrypoint: commands::command(service.entrypoint.as_ref(), variables),
            command: commands::command(service.command.as_ref(), variables),
            healthcheck: health_setting,
            restart: service.restart.as_ref().and_then(|it| self.text(it)),
            working_dir: service.working_dir.as_ref().and_then(|it| self.text(it)),
            stops_by_sigterm: service
                .stop_signal
                .as_ref()
                .map(|it| self.text(it).is_some_and(|it| is_sigterm(it.as_str()))),
            init: service.init.as_ref().is_some_and(|it| it.on != Some(false)),
            labels: self.labels(service),
            mounts,
            borrows: service.volumes_from.iter().map(|it| self.borrowed(it)).collect(),
        }
    }

    /// `web`, `web:ro`, `container:shop-web`: <https://docs.docker.com/reference/compose-file/services/#volumes_from>.
    fn borrowed(&self, value: &Value) -> Borrowed {
        let written = self.partly(value);
        let name = written.strip_suffix(":ro").or(written.strip_suffix(":rw")).unwrap_or(&written);
        Borrowed { from: self.ids.get(name).copied(), span: value.span }
    }

    fn text(&self, value: &Value) -> Option<Text> {
        self.project.variables.text(value)
    }

    fn partly(&self, value: &Value) -> String {
        self.project.variables.partly(value).as_str().to_owned()
    }

    /// The system that `platform:` asks for.
    fn system(&self, service: &Service) -> ImageSystem {
        let platform = service.platform.as_ref().and_then(|it| self.text(it));
        match platform.as_ref().and_then(|it| it.as_str().split('/').next()) {
            Some("linux") => ImageSystem::Linux,
            Some("windows") => ImageSystem::Windows,
            _ => ImageSystem::Unknown,
        }
    }

    fn environment(&self, service: &Service) -> Environment {
        environment::environment(self.facts, self.project, service)
    }

    fn namespace(
        &mut self,
        name: &Spanned<String>,
        service: &Service,
        incomplete: &mut Option<String>,
    ) -> (Namespace, Vec<NetworkMembership>) {
        let Some(value) = &service.network_mode else {
            return (Namespace::Own, self.memberships(name, service, incomplete));
        };
        let span = value.span;
        let Some(mode) = self.text(value) else { return (Namespace::Unknown(span), Vec::new()) };
        let namespace = match mode.as_str() {
            "host" => Namespace::Host(span),
            "none" => Namespace::None(span),
            "bridge" | "default" => Namespace::Own,
            mode => {
                let owner = self.ids.get(mode.strip_prefix("service:").unwrap_or(mode));
                owner.map_or(Namespace::Unknown(span), |it| Namespace::Of(*it, span))
            }
        };
        (namespace, Vec::new())
    }

    fn memberships(
        &mut self,
        name: &Spanned<String>,
        service: &Service,
        incomplete: &mut Option<String>,
    ) -> Vec<NetworkMembership> {
        let written = service.networks.as_deref().unwrap_or_default();
        if written.is_empty() {
            let network = self.default_network();
            let nothing = Vec::new();
            return vec![NetworkMembership {
                network,
                aliases: nothing,
                addresses: Vec::new(),
                span: name.span,
            }];
        }
        let mut out = Vec::new();
        for network in written {
            let Some(text) = self.text(&network.name) else {
                incomplete.get_or_insert_with(|| "one of its networks is not known".to_owned());
                continue;
            };
            let span = text.span().unwrap_or(network.name.span);
            let known = self.networks.get(text.as_str()).copied();
            let known = known.or_else(|| (text.as_str() == "default").then(|| self.default_network()));
            match known {
                Some(id) => out.push(self.membership(id, network, span)),
                None => {
                    incomplete.get_or_insert_with(|| {
                        format!("it joins the network `{}`, which is not declared", text.as_str())
                    });
                    self.undefined(Spanned::new(text.as_str().to_owned(), span), name);
                }
            }
        }
        out
    }

    fn membership(&self, network: NetworkId, written: &ServiceNetwork, span: Span) -> NetworkMembership {
        NetworkMembership {
            network,
            aliases: self.spanned(&written.aliases),
            addresses: self.spanned(&written.addresses),
            span,
        }
    }

    /// The network `default`, which is there without being declared.
    fn default_network(&mut self) -> NetworkId {
        if let Some(id) = self.networks.get("default").copied().or(self.implicit) {
            return id;
        }
        let id = NetworkId(id(self.out.networks.len()));
        self.out.networks.push(Network {
            name: "default".to_owned(),
            span: None,
            composition: self.composition,
            external: false,
            internal: false,
            is_shared: false,
            visitors: Some(Vec::new()),
            real_name: None,
            driver: None,
            subnets: Vec::new(),
            separates: None,
        });
        self.implicit = Some(id);
        id
    }

    fn undefined(&mut self, name: Spanned<String>, service: &Spanned<String>) {
        let document = &self.project.document;
        self.undefined.push(UndefinedNetwork {
            name,
            service: service.clone(),
            declared: document.networks.iter().map(|it| it.name.clone()).collect(),
            networks_key: document.networks_key,
        });
    }

    /// Service name, container_name (or the name that Compose makes up), hostname, and what Swarm calls it in a stack.
    fn names(&mut self, name: &Spanned<String>, service: &Service) -> Vec<Spanned<String>> {
        let mut out = vec![name.clone()];
        match &service.container_name {
            Some(value) => match self.text(value) {
                Some(text) => out.push(Spanned::new(text.as_str().to_owned(), value.span)),
                None => {
                    let reason = format!("the container name of `{}` is not known", name.value);
                    self.incomplete.get_or_insert(reason);
                }
            },
            None => {
                if let Some(project) = self.project_name() {
                    let replicas = self.replicas(service).unwrap_or(1).clamp(1, MOST_REPLICAS);
                    for (number, separator) in (1..=replicas).flat_map(|it| [(it, '-'), (it, '_')]) {
                        let made = format!("{project}{separator}{}{separator}{number}", name.value);
                        out.push(Spanned::new(made, name.span));
                    }
                }
            }
        }
        let stacks = self.project.stacks.iter().filter(|it| is_known_stack(it));
        out.extend(stacks.map(|it| Spanned::new(format!("{it}_{}", name.value), name.span)));
        if let Some(value) = &service.hostname {
            let text = self.text(value);
            out.extend(text.map(|it| Spanned::new(it.as_str().to_owned(), value.span)));
        }
        out
    }

    /// `name:` at the top, else the folder's name as Compose writes it.
    fn project_name(&self) -> Option<String> {
        if self.project.document.name.is_some() {
            return self.written_name();
        }
        let name = self.project.folder.rsplit('/').next().filter(|it| *it != ".")?;
        Some(normalised_name(name)).filter(|it| !it.is_empty())
    }

    /// `name:` at the top.
    fn written_name(&self) -> Option<String> {
        let name = self.text(self.project.document.name.as_ref()?)?;
        Some(normalised_name(name.as_str())).filter(|it| !it.is_empty())
    }

    fn spanned(&self, values: &[Value]) -> Vec<Spanned<String>> {
        self.project.variables.spanned(values)
    }

    /// `name=address` or `name:address`.
    fn extra_hosts(&self, service: &Service) -> Vec<ExtraHost> {
        let mut out = Vec::new();
        for host in &service.extra_hosts {
            let text = self.partly(&host.value);
            let pair = match &host.name {
                Some(name) => Some((name.value.as_str(), text.as_str())),
                None => text.split_once('=').or_else(|| text.split_once(':')),
            };
            let Some((name, address)) = pair else { continue };
            let address = address.trim_start_matches('[').trim_end_matches(']');
            out.push(ExtraHost { name: name.to_owned(), address: address.to_owned(), span: host.span });
        }
        out
    }

    /// The names that `links:` and `external_links:` give.
    fn links(&self, service: &Service) -> Vec<Link> {
        let all = self.spanned(&service.links).into_iter().chain(self.spanned(&service.external_links));
        let link = |it: Spanned<String>| Link {
            target: it.value.split(':').next().unwrap_or_default().to_owned(),
            alias: it.map(|text| text.rsplit(':').next().unwrap_or_default().to_owned()),
        };
        all.map(link).collect()
    }

    fn dependencies(&self, service: &Service) -> Vec<Dependency> {
        let mut out = Vec::new();
        for dependency in &service.depends_on {
            let Some(name) = self.text(&dependency.service) else { continue };
            let condition = dependency.condition.as_ref();
            out.push(Dependency {
                service: Spanned::new(name.as_str().to_owned(), dependency.service.span),
                condition: condition
                    .and_then(|it| Some(Spanned::new(self.text(it)?.as_str().to_owned(), it.span))),
                required: dependency.required,
            });
        }
        out
    }

    fn healthcheck(&self, service: &Service) -> (Healthcheck, Setting) {
        let Some(healthcheck) = &service.healthcheck else { return (Healthcheck::Absent, Setting::Absent) };
        match healthcheck.disable.as_ref().map(|it| (it.on, it.span)) {
            Some((Some(true), span)) => return (Healthcheck::Disabled(span), Setting::Absent),
            Some((None, span)) => return (Healthcheck::Unknown, Setting::Unknown(span)),
            _ => {}
        }
        let span = healthcheck.test.as_ref().map_or(healthcheck.span, facts_of::Words::span);
        match commands::test(healthcheck.test.as_ref(), &self.project.variables) {
            commands::Test::Absent => (Healthcheck::Absent, Setting::Absent),
            commands::Test::Disabled => (Healthcheck::Disabled(span), Setting::Absent),
            commands::Test::Unknown => (Healthcheck::Unknown, Setting::Unknown(span)),
            commands::Test::Command(command) => (Healthcheck::Unknown, Setting::Set(command, span)),
        }
    }

    /// How long Docker waits before it kills the container; `None` when a variable hides it.
    fn grace(&self, service: &Service) -> Option<Grace> {
        let Some(value) = &service.stop_grace_period else { return Some(Grace::DEFAULT) };
        let period = Period::parse(self.text(value)?.as_str())?;
        Some(Grace { period, span: Some(value.span) })
    }

    /// Whether Docker starts it again: by default it does not
    /// (<https://docs.docker.com/reference/compose-file/services/#restart>).
    fn restarts(&self, service: &Service) -> Option<bool> {
        match (&service.restart, service.restart_policy) {
            (Some(value), _) => Some(self.text(value)?.as_str() != "no"),
            (None, Some(_)) => None,
            (None, None) => Some(false),
        }
    }

    fn replicas(&self, service: &Service) -> Option<u32> {
        let mode = service.deploy_mode.as_ref().map(|it| self.partly(it));
        if mode.is_some_and(|it| it == "global") {
            return None;
        }
        match service.scale.as_ref().or(service.replicas.as_ref()) {
            Some(value) => self.text(value)?.as_str().parse().ok(),
            None => Some(1),
        }
    }

    fn build(&self, build: &facts_of::Build) -> Build {
        let context = build.context.as_ref().and_then(|it| self.text(it));
        let absolute_context = context.as_ref().map(Text::as_str).filter(|it| it.starts_with('/'));
        let absolute_context = absolute_context.and_then(known);
        let context = context.and_then(|it| local_path(it.as_str()));
        let dockerfile = match &build.dockerfile {
            None => context.as_ref().and_then(|it| self.default_dockerfile(it)),
            Some(value) => {
                let text = self.text(value);
                text.and_then(|it| join_path(context.as_ref()?, it.as_str()))
            }
        };
        let inline = build.inline.is_some();
        Build {
            context,
            absolute_context,
            context_span: build.context.as_ref().map_or(build.span, |it| it.span),
            dockerfile: dockerfile.filter(|_| !inline),
            dockerfile_span: build.dockerfile.as_ref().map(|it| it.span),
            inline,
            target: build.target.as_ref().map(|it| self.text(it)),
            args: build.args.iter().map(|it| self.build_arg(it)).collect(),
            span: build.span,
        }
    }

    /// BuildKit takes `dockerfile` when there is no `Dockerfile`.
    fn default_dockerfile(&self, context: &str) -> Option<String> {
        let usual = join_path(context, "Dockerfile")?;
        let lower = join_path(context, "dockerfile")?;
        let tree = &self.facts.tree;
        Some(if !tree.has_file(&usual) && tree.has_file(&lower) { lower } else { usual })
    }

    fn build_arg(&self, arg: &facts_of::Variable) -> (String, Option<Text>) {
        let value = match &arg.value {
            Some(value) => self.text(value),
            None => match self.project.variables.lookup(&arg.name.value) {
                crate::facts::Lookup::Set(text) => Some(text),
                _ => None,
            },
        };
        (arg.name.value.clone(), value)
    }

    /// What `volumes:` mount and what `configs:` bring, which is a file mounted at its target.
    fn mounts(&self, service: &Service) -> Vec<Mount> {
        let volumes = service.volumes.iter().filter_map(|it| self.mount(it));
        volumes.chain(service.configs.iter().map(|it| self.config(it))).collect()
    }

    fn config(&self, config: &ServiceConfig) -> Mount {
        let name = self.partly(&config.source);
        let files = &self.project.document.config_files;
        let file = files.iter().find(|(it, _)| *it == name).map(|(_, file)| self.partly(file));
        let target = match &config.target {
            Some(target) => known(&self.partly(target)),
            None => known(&name).map(|it| format!("/{it}")),
        };
        Mount {
            source: file.and_then(|it| local_path(&it)),
            bind: true,
            external: false,
            files: None,
            source_span: None,
            kept: true,
            read_only: true,
            target,
            target_span: config.target.as_ref().and_then(|it| self.text(it)?.cover()),
            span: config.span,
        }
    }

    fn labels(&self, service: &Service) -> Vec<(String, Text)> {
        let labels = service.labels.iter();
        labels.filter_map(|it| Some((it.name.value.clone(), self.text(it.value.as_ref()?)?))).collect()
    }

    fn mount(&self, volume: &Volume) -> Option<Mount> {
        // Merged files have the long form, but for what Compose refuses.
        let Volume::Long { kind, source, target, read_only, span } = volume else { return None };
        let kind = kind.as_ref().map(|it| self.partly(it));
        let kept = source.is_some() && kind.as_deref() != Some("tmpfs");
        let bind = kind.is_some_and(|it| it == "bind" || it.contains(UNKNOWN));
        let place = |it: &Value| self.text(it).and_then(|it| it.cover());
        let source_span = source.as_ref().and_then(place);
        let target_span = target.as_ref().and_then(place);
        let source = source.as_ref().map(|it| self.partly(it)).filter(|it| !it.contains(UNKNOWN));
        let source = source.map(|it| if bind { local_path(&it).unwrap_or(it) } else { it });
        let external = source.as_ref().is_some_and(|it| self.project.document.external_volumes.contains(it));
        let target = target.as_ref().map(|it| self.partly(it)).unwrap_or_default();
        Some(Mount {
            source,
            bind,
            external: external && !bind,
            files: None,
            source_span,
            kept,
            read_only: *read_only,
            target: known(&target),
            target_span,
            span: *span,
        })
    }
}

/// A path below the root of the project; `None` for a URL or a path outside.
fn local_path(text: &str) -> Option<String> {
    let remote = text.contains("://") || text.starts_with("git@") || text.starts_with("github.com/");
    if remote || text.contains(UNKNOWN) {
        return None;
    }
    join_path(".", text)
}

fn known(text: &str) -> Option<String> {
    (!text.is_empty() && !text.contains(UNKNOWN)).then(|| text.to_owned())
}
