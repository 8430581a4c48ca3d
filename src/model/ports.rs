//! What is published, exposed or bound, against what listens.

use std::net::IpAddr;

use rustc_hash::FxHashSet;

use super::compose;
use super::{
    AtOnce, CompositionId, HostAnswer, Image, ImageId, Listener, Namespace, Origin, PipelinePart, ProgramId,
    Project, PublishedPort, Served, Starter, Workload, WorkloadId, WorkloadKind,
};
use crate::facts::catalogue::{shows_something, split_reference};
use crate::facts::path_below;
use crate::net::{PortRange, Protocol, Reach};
use crate::source::{Confidence, Span, Text};

impl Project {
    /// The programs with their ids.
    pub fn programs_with_ids(&self) -> impl Iterator<Item = (ProgramId, &super::Program)> {
        self.programs.iter().enumerate().map(|(at, it)| (ProgramId(at as u32), it))
    }

    /// The images with their ids.
    pub fn images_with_ids(&self) -> impl Iterator<Item = (ImageId, &Image)> {
        self.images.iter().enumerate().map(|(at, it)| (ImageId(at as u32), it))
    }

    /// The workloads that run `image`.
    pub fn workloads_of(&self, image: ImageId) -> impl Iterator<Item = &Workload> {
        self.workloads.iter().filter(move |it| it.image == Some(image))
    }

    /// Whether what starts a container, by its command or variables, says on which port `listener` listens, so that the
    /// port is none of its image.
    #[must_use]
    pub fn is_moved_by_container(&self, workload: &Workload, listener: &Listener) -> bool {
        let place = listener.port_span;
        let mut variables = workload.environment.variables.values().filter(|it| it.origin > Origin::Image);
        workload.kind != WorkloadKind::Image
            && (place.file == workload.name.span.file
                || workload.own_words.iter().any(|it| it.is_written_at(place))
                || variables.any(|it| it.value.as_ref().is_some_and(|it| it.is_written_at(place))))
    }

    /// Whether something says that a workload or its image serves ports, whatever runs in it.
    #[must_use]
    pub fn has_ports(&self, workload: &Workload) -> bool {
        let by_image = workload.image.is_some_and(|it| !self.image(it).exposed.is_empty());
        by_image || !workload.published.is_empty() || !workload.exposed.is_empty()
    }

    /// Whether a variable of the image says `port`, and the workload gives that variable another value.
    #[must_use]
    pub fn overrides_port(&self, workload: &Workload, port: PortRange) -> bool {
        let Some(image) = workload.image.map(|it| self.image(it)) else { return false };
        let text = port.to_string();
        image.environment.variables.iter().any(|(name, it)| {
            let says = it.value.as_ref().is_some_and(|it| it.as_str().trim_start_matches(':') == text);
            let own = workload.environment.get(name).filter(|it| it.origin > Origin::Image);
            says && own.is_some_and(|own| {
                own.value.as_ref().map(Text::as_str) != it.value.as_ref().map(Text::as_str)
            })
        })
    }

    /// Whether something runs `program` in a container.
    #[must_use]
    pub fn is_containerised(&self, program: ProgramId) -> bool {
        self.workloads.iter().any(|it| it.program == Some(program))
    }

    /// Whether no container runs `program` while containers run others of the project, or it shows how something is
    /// done: it is a sample, a tool, or what another program starts. A container may run what its image, or another
    /// stage of it, is there for, though it starts with something that is not known.
    #[must_use]
    pub fn is_beside_containers(&self, program: ProgramId) -> bool {
        let is_sample = || self.program(program).directory.split('/').any(shows_something);
        let of_workloads = self.workloads.iter().filter_map(|it| it.program);
        let of_images =
            self.images.iter().flat_map(|it| it.program.iter().chain(&it.other_programs)).copied();
        let mut run = of_workloads.chain(of_images).peekable();
        let is_run = run.peek().is_some();
        run.all(|it| it != program) && (is_run && !self.may_be_containerised(program) || is_sample())
    }

    /// Whether an image of which it is not known what runs in it has its Dockerfile in a folder around `program`.
    fn may_be_containerised(&self, program: ProgramId) -> bool {
        let directory = &self.program(program).directory;
        let unknown = self.images.iter().filter(|it| it.program.is_none());
        let mut folders = unknown.filter_map(|it| it.path.rsplit_once('/')).map(|(folder, _)| folder);
        folders.any(|it| path_below(it, directory).is_some())
    }

    /// Whether every container of `program` runs another subcommand than the one that the call at `at` is for.
    #[must_use]
    pub fn is_of_other_command(&self, program: ProgramId, at: Span) -> bool {
        let mut them = self.workloads.iter().filter(|it| it.program == Some(program)).peekable();
        let is_other = |it: &Workload| it.of_other_commands.iter().any(|call| call.contains(at));
        them.peek().is_some() && them.all(is_other)
    }

    /// Whether something that runs `program` in a container is stopped by SIGTERM, and that reaches the program.
    #[must_use]
    pub fn is_stopped_by_sigterm(&self, program: ProgramId) -> bool {
        self.workloads.iter().any(|it| {
            let is_reached = it.process.as_ref().is_none_or(|it| !it.is_go_run && !it.other_signal);
            it.program == Some(program) && it.stopping.by_sigterm && is_reached
        })
    }

    /// The listeners in `id`'s network namespace that others could reach while no `ports` entry
    /// leads to them: what a wrong entry was meant for.
    pub fn unpublished_listeners(&self, id: WorkloadId) -> impl Iterator<Item = &Listener> {
        let members = self.namespace_members(id);
        let published: Vec<&PublishedPort> =
            members.iter().flat_map(|it| &self.workload(*it).published).collect();
        members.into_iter().flat_map(|it| self.workload(it).listeners.outward()).filter(move |listener| {
            let leads_there = |it: &&PublishedPort| {
                it.protocol == listener.protocol
                    && listener.port.is_some_and(|port| it.container.contains(port))
            };
            !published.iter().any(leads_there)
        })
    }

    /// Whether the host part of `listener` is an address that workload `id` cannot have, so that
    /// binding it fails.
    #[must_use]
    pub fn foreign_address(&self, id: WorkloadId, listener: &Listener) -> Option<ForeignAddress<'_>> {
        if listener.reach != Reach::Named || !self.has_container_interfaces(id) {
            return None;
        }
        if let HostAnswer::Workloads(them) = self.resolve_host(id, &listener.host) {
            let own = self.namespace_members(id);
            let peer = them.iter().all(|it| !own.contains(it)).then(|| them.first()).flatten()?;
            return Some(ForeignAddress::Peer(self.workload(*peer)));
        }
        let members = self.namespace_members(id);
        let mut assigned =
            members.iter().flat_map(|it| &self.workload(*it).networks).flat_map(|it| &it.addresses);
        let fixed = is_fixed_address(&listener.host) && !assigned.any(|it| it.value == listener.host);
        fixed.then_some(ForeignAddress::Fixed)
    }

    /// The listener that `published` of workload `id` would lead to if its transport were the other one,
    /// while nothing listens there on its own. `None` when another entry has the right transport: then this one
    /// is left over.
    #[must_use]
    pub fn listener_of_other_protocol(&self, id: WorkloadId, published: &PublishedPort) -> Option<&Listener> {
        let other = match published.protocol {
            Protocol::Tcp => Protocol::Udp,
            Protocol::Udp => Protocol::Tcp,
            Protocol::Sctp => return None,
        };
        let ports = published.container;
        let Served::No = self.serves_within(id, ports, published.protocol) else { return None };
        let Served::Yes(_, listener) = self.serves_within(id, ports, other) else { return None };
        let mut entries = self.namespace_members(id).into_iter().flat_map(|it| &self.workload(it).published);
        let is_right = entries.any(|it| it.protocol == other && it.container.overlaps(ports));
        let reached = listener.protocol_is_known && listener.reach != Reach::Loopback;
        (reached && !is_right).then_some(listener)
    }

    /// Whether nothing can reach what `id` serves: a service of a Compose project known in full,
    /// without published ports, that no other service dials, waits for, or could come to know of. Or a container
    /// of a command line that is on the default bridge, where it has no name.
    #[must_use]
    pub fn is_unreachable(&self, id: WorkloadId) -> bool {
        let workload = self.workload(id);
        let composition = match workload.kind {
            WorkloadKind::Service(id) => id,
            // A job on the machine of the runner reaches what is published.
            WorkloadKind::Run(id)
                if workload.pipeline == Some(PipelinePart::Service) && self.runs_on_host(id) =>
            {
                id
            }
            // Somebody may join another network and the container, and a document may show less than it takes.
            WorkloadKind::Run(id)
                if self.is_on_default_bridge(workload.id)
                    && self.composition(id).starter == Starter::Script =>
            {
                id
            }
            WorkloadKind::Run(_) | WorkloadKind::Pod(_) | WorkloadKind::Image => return false,
        };
        let members = self.namespace_members(id);
        // What has the interfaces of the host knows no container by its name.
        let is_apart = |it: &Workload| it.pipeline == Some(PipelinePart::Job);
        let others = || {
            let together = self.workloads.iter().filter(|it| it.kind == workload.kind);
            together.filter(|it| !members.contains(&it.id) && !is_apart(it))
        };
        let known = workload.namespace == Namespace::Own
            && workload.incomplete.is_none()
            && workload.listeners.is_complete()
            && !self.is_linked(workload)
            && self.composition(composition).incomplete.is_none()
            && !self.has_further_services(composition, &workload.name.value)
            && !workload.is_announced
            && !workload
                .networks
                .iter()
                .map(|it| self.network(it.network))
                .any(|it| it.external || it.is_shared)
            && others().all(|it| it.incomplete.is_none() && it.dials_incomplete.is_none());
        let for_operators = workload.program.is_some_and(|it| self.program(it).routes.are_for_operators());
        let awaited =
            || others().any(|it| it.dependencies.iter().any(|it| it.service.value == workload.name.value));
        let named = || {
            others().any(|from| {
                let is_meant = |host: &str| match self.resolve_host(from.id, host) {
                    HostAnswer::Workloads(them) | HostAnswer::Unshared(them) => {
                        them.iter().any(|it| members.contains(it))
                    }
                    _ => false,
                };
                self.destinations(from.id).iter().any(|it| is_meant(&it.host))
            })
        };
        let written = || {
            let is_meant = |host: &String| members.iter().any(|it| self.workload(*it).answers_to(host));
            let programs = others().filter_map(|it| it.program).map(|it| self.program(it));
            self.configured_hosts.iter().chain(programs.flat_map(|it| &it.named_hosts)).any(is_meant)
        };
        known
            && workload.keeps_running()
            && !for_operators
            && members.iter().all(|it| self.workload(*it).publishes_nothing())
            && !awaited()
            && !named()
            && !written()
    }

    /// Whether other files make further services of the same Compose project, on the same networks: files that have
    /// the service themselves are another way to start it.
    fn has_further_services(&self, composition: CompositionId, service: &str) -> bool {
        let own = self.composition(composition);
        let is_same = |it: &super::Composition| {
            it.starter == own.starter
                && it.name == own.name
                && (own.name.is_some() || it.directory == own.directory)
        };
        let all = self.compositions.iter().enumerate();
        let others = all.filter(|(at, it)| *at != composition.0 as usize && is_same(it));
        let kinds = others.map(|(at, _)| WorkloadKind::Service(CompositionId(at as u32)));
        let lacks_it = |kind: WorkloadKind| {
            let mut services = self.workloads.iter().filter(|it| it.kind == kind).peekable();
            services.peek().is_some() && services.all(|it| it.name.value != service)
        };
        kinds.into_iter().any(lacks_it)
    }

    /// Whether the job of this world runs on the machine of the runner.
    fn runs_on_host(&self, composition: CompositionId) -> bool {
        let mut jobs = self.workloads.iter().filter(|it| it.kind == WorkloadKind::Run(composition));
        jobs.any(|it| it.pipeline == Some(PipelinePart::Job) && matches!(it.namespace, Namespace::Host(_)))
    }

    /// Whether another container has a link to `workload`.
    fn is_linked(&self, workload: &Workload) -> bool {
        let peers = self.workloads.iter().filter(|it| it.kind == workload.kind);
        let mut links = peers.flat_map(|it| &it.links);
        links.any(|it| workload.answers_to(&it.target))
    }

    /// The `ports` entry through which other machines reach TCP port `port` of `id`: one that is
    /// published beyond the host's own loopback.
    #[must_use]
    pub fn open_entry(&self, id: WorkloadId, port: u16) -> Option<&PublishedPort> {
        if !self.has_container_interfaces(id) {
            return None;
        }
        let members = self.namespace_members(id);
        let mut published = members.into_iter().flat_map(|it| &self.workload(it).published);
        published.find(|it| {
            let is_open = it.host_ip.as_deref().is_none_or(|it| Reach::of(it) != Reach::Loopback);
            is_open && it.protocol == Protocol::Tcp && it.container.contains(port)
        })
    }

    /// Whether whoever starts `workload` means it to hand out profiles on the port of `entry`: a comment at the entry says so
    /// (`# pprof`), or a flag or a variable that is set for it (`--enable_pprof`).
    #[must_use]
    pub fn profiles_on_purpose(&self, workload: &Workload, entry: &PublishedPort) -> bool {
        let names_it = |text: &str| {
            let text = text.to_ascii_lowercase();
            text.contains("pprof") || text.contains("profil")
        };
        let is_off = |it: &str| matches!(it, "" | "0" | "false" | "off" | "no");
        let mut flags = workload.own_words.iter().map(Text::as_str).filter(|it| it.starts_with('-'));
        let mut variables = workload.environment.variables.iter().filter(|(_, it)| it.origin > Origin::Image);
        let is_at_entry =
            |it: &Span| it.file == entry.span.file && it.range().contains(&entry.span.range().start);
        self.for_debugging.iter().any(is_at_entry)
            || flags.any(|it| names_it(it) && !it.split_once('=').is_some_and(|(_, value)| is_off(value)))
            || variables
                .any(|(name, it)| names_it(name) && !it.value.as_ref().is_some_and(|it| is_off(it.as_str())))
    }

    /// Whether services of one Compose project are started at the same time: by their names, or because those that
    /// are started depend on them.
    fn run_at_once(&self, services: [&Workload; 2]) -> AtOnce {
        let WorkloadKind::Service(composition) = services[0].kind else { return AtOnce::Certainly };
        let chosen = self.composition(composition).chosen.as_ref();
        compose::run_at_once(chosen, services.map(|it| it.name.value.as_str()))
    }

    /// Services of one Compose project that publish the same port of the host, each group once.
    #[must_use]
    pub fn host_port_conflicts(&self) -> Vec<HostPortConflict<'_>> {
        let mut entries: Vec<HostPort<'_>> = self
            .workloads
            .iter()
            .filter(|it| self.has_container_interfaces(it.id) && it.replicas != Some(0))
            // Docker opens no port of the host for what is on internal networks alone.
            .filter(|it| !self.is_internal_alone(it))
            .flat_map(|workload| workload.published.iter().map(move |port| HostPort { workload, port }))
            .collect();
        let mut conflicts = Vec::new();
        while !entries.is_empty() {
            let first = entries.remove(0);
            // Those of one Compose project stand together, and no others collide with them.
            let end = entries.iter().position(|it| it.workload.kind != first.workload.kind);
            let (mut rivals, mut others) = (Vec::new(), Vec::new());
            for it in entries.drain(..end.unwrap_or(entries.len())) {
                let may_meet = self.run_at_once([first.workload, it.workload]) != AtOnce::Never;
                if first.collides_with(&it) && may_meet {
                    rivals.push(it);
                } else {
                    others.push(it);
                }
            }
            others.append(&mut entries);
            entries = others;
            if let Some(port) = rivals.first().and_then(|it| first.shared_port(it))
                && !are_versions(&first, &rivals)
                && !are_stand_ins(&first, &rivals)
            {
                // Of a Swarm each node has ports of its own.
                let composition = first.workload.kind.composition();
                let is_spread = composition.is_some_and(|it| self.composition(it).is_stack);
                let is_sure = self.meet(&first, &rivals) && !are_variants(&first, &rivals) && !is_spread;
                let confidence = if is_sure { Confidence::Proven } else { Confidence::Possible };
                conflicts.push(HostPortConflict { port, first, rivals, confidence });
            }
        }
        conflicts
    }

    /// Whether two of these certainly run at the same time and want one port.
    fn meet(&self, first: &HostPort<'_>, rivals: &[HostPort<'_>]) -> bool {
        let all: Vec<_> = std::iter::once(first).chain(rivals).collect();
        let meet = |a: &HostPort<'_>, b: &HostPort<'_>| {
            a.collides_with(b) && self.run_at_once([a.workload, b.workload]) == AtOnce::Certainly
        };
        all.iter().enumerate().any(|(at, a)| all[at + 1..].iter().any(|b| meet(a, b)))
    }
}

impl super::Listeners {
    /// The listeners on a known port that something outside the container could reach.
    pub fn outward(&self) -> impl Iterator<Item = &Listener> {
        self.known.iter().filter(|it| it.port.is_some() && it.reach != Reach::Loopback)
    }
}

impl super::Routes {
    /// Whether the program serves nothing but what operators ask for: health, metrics, profiles.
    /// `false` when not every route is known, or when there is none.
    #[must_use]
    pub fn are_for_operators(&self) -> bool {
        const OPERATORS: &[&str] = &[
            "health", "healthz", "livez", "readyz", "live", "ready", "metrics", "debug", "ping", "status",
            "version",
        ];
        let for_operators = |path: &str| {
            path.split('/').find(|it| !it.is_empty()).is_some_and(|first| OPERATORS.contains(&first))
        };
        self.incomplete.is_none()
            && !self.known.is_empty()
            && self.known.iter().all(|it| for_operators(&it.path))
    }
}

/// An address that a container does not have.
#[derive(Clone, Copy, Debug)]
pub enum ForeignAddress<'a> {
    /// The name of another container.
    Peer(&'a Workload),
    /// An address that nothing assigns to the container.
    Fixed,
}

/// Whether `host` is an address of one machine that Docker does not hand out by itself. Sockets may
/// be bound to multicast and broadcast addresses, and Docker's default pools are 172.17.0.0/16 and
/// what follows: <https://docs.docker.com/engine/daemon/ipv6/#default-address-pools>.
fn is_fixed_address(host: &str) -> bool {
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(it)) => {
            let [first, second, ..] = it.octets();
            let of_docker = first == 172 && (16..32).contains(&second);
            !(it.is_multicast() || it.is_broadcast() || it.is_link_local() || of_docker)
        }
        Ok(IpAddr::V6(it)) => !(it.is_multicast() || it.is_unicast_link_local()),
        Err(_) => false,
    }
}

/// A `ports` entry of a service.
#[derive(Clone, Copy, Debug)]
pub struct HostPort<'a> {
    /// The service.
    pub workload: &'a Workload,
    /// The entry.
    pub port: &'a PublishedPort,
}

/// Entries that want the same port of the host.
#[derive(Clone, Debug)]
pub struct HostPortConflict<'a> {
    /// The first port that they share.
    pub port: u16,
    /// The entry that gets it.
    pub first: HostPort<'a>,
    /// Those that do not, at least one.
    pub rivals: Vec<HostPort<'a>>,
    /// How sure it is that they are started together.
    pub confidence: Confidence,
}

/// Whether the name of one goes on where that of another of the same image ends (`client` and `client_ltp`, `search` and
/// `search8`): often another way to run the same, which is started in its stead.
fn are_variants(first: &HostPort<'_>, rivals: &[HostPort<'_>]) -> bool {
    let all = || std::iter::once(first).chain(rivals).map(|it| it.workload);
    let image = |it: &Workload| {
        let reference = it.image_reference.as_ref()?.text.as_str().to_owned();
        Some(split_reference(&reference).0.rsplit('/').next()?.to_owned())
    };
    let goes_on = |longer: &Workload, shorter: &Workload| {
        let rest = longer.name.value.strip_prefix(&shorter.name.value);
        let begins = rest.and_then(|it| it.chars().next());
        begins.is_some_and(|it| !it.is_alphabetic()) && image(longer) == image(shorter)
    };
    all().any(|longer| all().any(|shorter| goes_on(longer, shorter)))
}

/// Ports that two services publish alike before one stands in for the other: nobody writes so many by mistake.
const PORTS_OF_STAND_IN: usize = 3;

/// Whether each publishes just what the first does, and that is a lot: they are started one instead of the other.
fn are_stand_ins(first: &HostPort<'_>, rivals: &[HostPort<'_>]) -> bool {
    let published = |it: &HostPort<'_>| -> Vec<_> {
        let mut all: Vec<_> =
            it.workload.published.iter().map(|it| (it.host, it.container, it.protocol)).collect();
        all.sort_unstable();
        all
    };
    let own = published(first);
    own.len() >= PORTS_OF_STAND_IN
        && rivals.iter().all(|it| it.workload.id != first.workload.id && published(it) == own)
}

/// Whether each runs another version of one image: one after the other, as tests do.
fn are_versions(first: &HostPort<'_>, rivals: &[HostPort<'_>]) -> bool {
    let image = |it: &HostPort<'_>| {
        let reference = it.workload.image_reference.as_ref()?.text.as_str();
        let (name, tag) = split_reference(reference);
        Some((name.to_owned(), tag?.to_owned()))
    };
    let Some(images) = std::iter::once(first).chain(rivals).map(image).collect::<Option<Vec<_>>>() else {
        return false;
    };
    let same_name = images.iter().all(|it| it.0 == images[0].0);
    let tags: FxHashSet<&str> = images.iter().map(|it| it.1.as_str()).collect();
    same_name && tags.len() == images.len()
}

impl HostPort<'_> {
    fn collides_with(&self, other: &Self) -> bool {
        let same_service = self.workload.id == other.workload.id;
        // Compose drops an entry that is there twice.
        let repeated = same_service && self.port.container == other.port.container;
        !repeated
            && (same_service || run_together(self.workload, other.workload))
            && self.port.protocol == other.port.protocol
            && addresses_collide(self.port.host_ip.as_deref(), other.port.host_ip.as_deref())
            && self.shared_port(other).is_some()
    }

    /// The first host port that both take for certain: of a range that is longer than the
    /// container's, Docker takes a free one.
    fn shared_port(&self, other: &Self) -> Option<u16> {
        let certain = |it: &PublishedPort| it.host.filter(|host| host.len() == it.container.len());
        let (here, there) = (certain(self.port)?, certain(other.port)?);
        here.overlaps(there).then(|| here.first.max(there.first))
    }
}

/// Whether one `docker compose up` starts both: the same Compose project, and either both run
/// always or a profile starts both. A service behind a profile is often the stand-in of one that
/// always runs, so these two are not taken to run together. Or a script starts both and lets neither end before
/// the other.
fn run_together(a: &Workload, b: &Workload) -> bool {
    if let (WorkloadKind::Run(_), WorkloadKind::Run(_)) = (a.kind, b.kind) {
        return a.kind == b.kind && a.batch.is_some() && a.batch == b.batch;
    }
    matches!(a.kind, WorkloadKind::Service(_))
        && a.kind == b.kind
        && (a.profiles.is_empty() && b.profiles.is_empty()
            || a.profiles.iter().any(|it| b.profiles.contains(it)))
}

/// Whether two host addresses cannot both be bound: equal, or one is every address of a family
/// that the other is of. `None` is every address of both families.
fn addresses_collide(a: Option<&str>, b: Option<&str>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return true };
    let plain = |it: &str| it.trim_start_matches('[').trim_end_matches(']').to_owned();
    let (a, b) = (plain(a), plain(b));
    let covers = |wide: &str, other: &str| match wide {
        "0.0.0.0" => !other.contains(':'),
        "::" => other.contains(':'),
        _ => false,
    };
    a == b || covers(&a, &b) || covers(&b, &a)
}

impl Workload {
    /// Whether it runs for good: no job that ends, nothing scaled to zero.
    #[must_use]
    pub fn keeps_running(&self) -> bool {
        !self.one_shot && self.replicas != Some(0)
    }

    /// Whether it has no `ports` at all, not even ones that are not known.
    #[must_use]
    pub fn publishes_nothing(&self) -> bool {
        self.published.is_empty() && self.published_incomplete.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_addresses_collide_within_their_family() {
        let cases = [
            (None, None, true),
            (None, Some("127.0.0.1"), true),
            (Some("0.0.0.0"), Some("127.0.0.1"), true),
            (Some("127.0.0.1"), Some("127.0.0.1"), true),
            (Some("127.0.0.1"), Some("127.0.0.2"), false),
            (Some("0.0.0.0"), Some("::"), false),
            (Some("[::]"), Some("::1"), true),
            (Some("::"), None, true),
        ];
        for (a, b, expected) in cases {
            assert_eq!(addresses_collide(a, b), expected, "{a:?} {b:?}");
            assert_eq!(addresses_collide(b, a), expected, "{b:?} {a:?}");
        }
    }
}
