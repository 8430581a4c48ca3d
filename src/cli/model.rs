//! `reachlint model`: what was understood of a project.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Done, Failure};
use super::project::SettingsArguments;
use super::{OutlineArguments, OutlineFormat, output, project};
use crate::engine;
use crate::model::{
    Alternative, CallRole, Command, Detail, Dial, Environment, HealthCheck, Healthcheck, Image, MadeBy,
    Namespace, NetworkCall, Origin, Pod, Process, Program, Project, PublishedPort, Stopping, Text, Workload,
    WorkloadKind,
};
use crate::report::outline::{self, Entry};
use crate::source::{Confidence, Span};

#[derive(Debug, Args)]
pub(super) struct ModelArguments {
    /// The project, or a place in it [default: the working directory].
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    outline: OutlineArguments,
}

pub(super) fn run(arguments: &ModelArguments) -> Result<Done, Failure> {
    let directory = super::project::working_directory();
    for project in project::load_all(arguments.path.as_slice(), &arguments.settings)? {
        let outcome = engine::join(&project.input, Detail::Origin);
        let entries = entries(&outcome.project);
        let sources = &project.input.sources;
        output::print(|out| match arguments.outline.format {
            OutlineFormat::Text => {
                outline::write_text(&entries, sources, &project.display_prefix(&directory), out)
            }
            OutlineFormat::Json => outline::write_json(&entries, sources, out),
        })?;
    }
    Ok(Done::Clean)
}

fn entries(project: &Project) -> Vec<Entry> {
    let compositions = project.compositions.iter().map(|it| {
        let entry = Entry::new("compose project", &it.directory);
        unresolved_if(entry, it.incomplete.as_ref())
    });
    let networks = project.networks.iter().map(|it| {
        let words = [(it.external, " (external)"), (it.internal, " (internal)")];
        let remarks: String = words.iter().filter(|(on, _)| *on).map(|(_, word)| *word).collect();
        Entry::new("network", format!("{}{remarks}", it.name)).at(it.span)
    });
    let programs = project.programs.iter().map(program);
    let images = project.images.iter().map(|it| image(project, it));
    let pods = project.pods.iter().map(pod);
    let workloads = project.workloads.iter().map(|it| workload(project, it));
    let unrendered = project
        .unrendered
        .iter()
        .map(|it| Entry::new("kustomization", "not rendered").at(it.span).unresolved(&it.value, None));
    let errors = project.syntax_errors.iter().map(|it| &it.reason);
    let errors = errors.map(|it| Entry::new("not read", &it.value).at(it.span));
    compositions
        .chain(networks)
        .chain(programs)
        .chain(images)
        .chain(pods)
        .chain(workloads)
        .chain(unrendered)
        .chain(errors)
        .collect()
}

fn program(it: &Program) -> Entry {
    let routes = it.routes.known.iter().map(|route| {
        let method = route.method.as_deref().unwrap_or("ANY");
        Entry::new("route", format!("{method} {}", route.path)).at(route.span)
    });
    let serves = it.serve_calls.iter().map(|call| {
        let remark = if call.dropped.is_some() { " (its error is dropped)" } else { "" };
        Entry::new("serve call", format!("{}{remark}", call.callee.value)).at(call.span)
    });
    let signals = it.shutdown.interrupt_only.iter();
    let signals = signals.map(|it| Entry::new("signal", "interrupt, not SIGTERM").at(it.signal));
    let reads = it.reads.known.iter().map(|read| {
        let remark = match (read.exit, read.default.is_some()) {
            (Some(_), _) => " (ends without it)",
            (None, true) => " (has a default)",
            (None, false) => "",
        };
        Entry::new("reads", format!("{}{remark}", read.name)).at(read.span)
    });
    let entry = Entry::new("program", &it.import_path)
        .at(it.main)
        .with_all(reads)
        .with_all(serves)
        .with_all(routes)
        .with_all(signals);
    let unknown = [("variables", &it.reads.incomplete), ("routes", &it.routes.incomplete)];
    let unknown = unknown.into_iter().filter_map(|(what, reason)| Some((what, reason.as_ref()?)));
    unknown.fold(entry, |entry, (what, reason)| {
        entry.unresolved(format!("{what}: {}", reason.value), reason.span)
    })
}

fn image(project: &Project, it: &Image) -> Entry {
    let base = match &it.base.reference {
        Some(reference) => Entry::new("base", reference).at(it.base.span),
        None => Entry::new("base", "")
            .at(it.base.span)
            .unresolved("an ARG without a value decides, or a setting of ko that is not known", None),
    };
    let exposed = it.exposed.iter().map(|port| {
        let (number, protocol) = port.value;
        Entry::new("exposes", format!("{number}/{}", protocol.as_str())).at(port.span)
    });
    let builds = it.go_builds.iter().map(|build| {
        let what = if build.of_workspace { "workspace" } else { "module" };
        let text = format!("{} builds a {what} that needs {}", build.image.value, build.required.value);
        Entry::new("go", text).at(build.image.span)
    });
    Entry::new("image", &it.path)
        .at(it.from)
        .with(base)
        .with_all(it.program.map(|id| runs(project, id)))
        .with_all(it.process.as_ref().map(process))
        .with_all(exposed)
        .with_all(environment(&it.environment))
        .with_all(healthcheck(&it.healthcheck))
        .with_all(builds)
}

fn workload(project: &Project, it: &Workload) -> Entry {
    let kind = match it.kind {
        WorkloadKind::Service(_) => "service",
        WorkloadKind::Run(_) => "container of command line",
        WorkloadKind::Image => "container of image",
        WorkloadKind::Pod(_) => "container",
    };
    let names = it.names.iter().filter(|name| name.value != it.name.value);
    let networks = it.networks.iter().map(|membership| {
        let aliases = membership.aliases.iter().map(|it| Entry::new("alias", &it.value).at(it.span));
        Entry::new("on network", &project.network(membership.network).name)
            .at(membership.span)
            .with_all(aliases)
    });
    let made_of = match (it.image, &it.image_reference) {
        (Some(id), _) => Some(Entry::new("image", &project.image(id).path).at(it.image_span)),
        (None, Some(reference)) => Some(Entry::new("image", reference.text.as_str()).at(it.image_span)),
        (None, None) => Some(Entry::new("image", "").at(it.image_span).unresolved("its name", None)),
    };
    let hosts = it.extra_hosts.iter();
    let hosts = hosts.map(|it| Entry::new("host", format!("{} = {}", it.name, it.address)).at(it.span));
    let depends =
        it.dependencies.iter().map(|it| Entry::new("depends on", &it.service.value).at(it.service.span));
    let profiles = it.profiles.iter().map(|it| Entry::new("profile", it));
    let pod = project.pod_of(it);
    let pod = pod.map(|it| Entry::new("of pod", format!("{} {}", it.kind, it.name.value)).at(it.name.span));
    let probes = it.probes.iter().map(|it| health_check(it.source.noun(), it));
    let entry = Entry::new(kind, &it.name.value)
        .at(it.name.span)
        .with_all(pod)
        .with_all(made_of)
        .with_all(it.program.map(|id| runs(project, id)))
        .with_all(it.process.as_ref().map(process))
        .with_all(namespace(project, &it.namespace))
        .with_all(networks)
        .with_all(names.map(|it| Entry::new("name", &it.value).at(it.span)))
        .with_all(hosts)
        .with_all(it.published.iter().map(published))
        .with_all(it.exposed.iter().map(|it| Entry::new("exposes", it.value.to_string()).at(it.span)))
        .with_all(environment(&it.environment))
        .with_all(listeners(it))
        .with_all(it.dials.iter().map(dial))
        .with_all(it.calls.iter().filter_map(unresolved_call))
        .with_all(stopping(&it.stopping))
        .with_all(healthcheck(&it.healthcheck))
        .with_all(probes)
        .with_all(depends)
        .with_all(profiles);
    let entry = match it.published_incomplete {
        Some(span) => entry.unresolved("the container port that is published here", span),
        None => entry,
    };
    let said = it.calls.iter().any(|it| it.role == CallRole::Dial && it.unknown.is_some());
    let more = it.dials_incomplete.as_ref().filter(|_| !said).map(|why| format!("dials: {why}"));
    let entry = unresolved_if(entry, more.as_ref());
    unresolved_if(entry, it.incomplete.as_ref())
}

fn runs(project: &Project, id: crate::model::ProgramId) -> Entry {
    let program = project.program(id);
    Entry::new("runs", &program.import_path).at(program.main)
}

fn process(it: &Process) -> Entry {
    let command = match &it.command {
        Command::Exec(words) => words.iter().map(Text::as_str).collect::<Vec<_>>().join(" "),
        Command::Shell(text) => format!("sh -c {}", text.as_str()),
    };
    let shell = it.shell_keeps_pid1.as_ref();
    let shell = shell.map(|it| Entry::new("shell in front", &it.reason).at(it.span));
    Entry::new("process", command).at(it.span).with_all(shell)
}

fn namespace(project: &Project, it: &Namespace) -> Option<Entry> {
    let (text, span) = match it {
        Namespace::Own => return None,
        Namespace::Host(span) => ("of the host".to_owned(), span),
        Namespace::None(span) => ("none".to_owned(), span),
        Namespace::Of(other, span) => (format!("of {}", project.workload(*other).name.value), span),
        Namespace::Unknown(span) => {
            return Some(Entry::new("interfaces", "").at(*span).unresolved("whose they are", None));
        }
    };
    Some(Entry::new("interfaces", text).at(*span))
}

fn published(it: &PublishedPort) -> Entry {
    let address = it.host_ip.as_deref().map(|it| format!("{it}:")).unwrap_or_default();
    let host = it.host.map_or_else(|| "any".to_owned(), |it| it.to_string());
    Entry::new("publishes", format!("{address}{host} -> {}/{}", it.container, it.protocol.as_str()))
        .at(it.span)
}

fn environment(it: &Environment) -> Vec<Entry> {
    // One per Service and port of its namespace would hide the others.
    let mut variables: Vec<_> =
        it.variables.iter().filter(|(_, it)| it.origin != Origin::ServiceLink).collect();
    variables.sort_by_key(|(name, _)| name.as_str());
    let entries = variables.into_iter().map(|(name, variable)| match &variable.value {
        Some(value) => Entry::new("variable", format!("{name}={}", value.as_str())).at(variable.span),
        None => Entry::new("variable", name).at(variable.span).unresolved("its value", None),
    });
    let more = it.incomplete.as_ref();
    let more = more.map(|reason| Entry::new("not resolved", format!("other variables: {reason}")));
    entries.chain(more).collect()
}

/// A call that was not understood, and the place that hides its address.
fn unresolved_call(it: &NetworkCall) -> Option<Entry> {
    let unknown = it.unknown.as_ref()?;
    let what = match it.role {
        CallRole::Listen => "listener",
        CallRole::Dial => "dial",
    };
    let entry = Entry::new("not resolved", format!("{what}: {}", unknown.value)).at(it.site);
    let elsewhere = unknown.span != it.site;
    Some(entry.with_all(elsewhere.then(|| Entry::new("hidden at", "").at(unknown.span))))
}

fn listeners(workload: &Workload) -> Vec<Entry> {
    let it = &workload.listeners;
    let known = it.known.iter().map(|it| {
        let certainty = certainty(it.confidence, it.alternative);
        Entry::new("listens", format!("{}/{}{certainty}", it.address, it.protocol.as_str())).at(it.host_span)
    });
    let faults = it.faults.iter();
    let faults =
        faults.map(|it| Entry::new("cannot listen", format!("{}: {}", it.address, it.error)).at(it.span));
    let collisions = it.collisions.iter();
    let collisions = collisions
        .map(|it| Entry::new("binds twice", format!("{}/{}", it.port, it.protocol.as_str())).at(it.second));
    // What hides the address of a call is said of that call.
    let said = |at: Span| workload.calls.iter().any(|it| it.site == at && it.unknown.is_some());
    let more = it.incomplete.iter().filter(|it| !said(it.span));
    let more =
        more.map(|it| Entry::new("not resolved", format!("other listeners: {}", it.value)).at(it.span));
    known.chain(faults).chain(collisions).chain(more).collect()
}

fn dial(it: &Dial) -> Entry {
    let scheme = if it.scheme.is_empty() { String::new() } else { format!("{}://", it.scheme) };
    let port = it.port.map(|it| format!(":{it}")).unwrap_or_default();
    let certainty = certainty(it.confidence, it.alternative);
    let text = format!("{scheme}{}{port}{}{certainty}", it.host, it.path);
    Entry::new("dials", text).at(it.host_span).with(Entry::new("from", "").at(it.site))
}

fn stopping(it: &Stopping) -> Vec<Entry> {
    let grace = it.grace.map(|it| Entry::new("is killed after", it.period.to_string()).at(it.span));
    let timeouts = it.timeouts.iter();
    let timeouts = timeouts.map(|it| Entry::new("shuts down within", it.period.to_string()).at(it.span));
    grace.into_iter().chain(timeouts).collect()
}

/// ` (proven)`, ` (likely, by default, else another)`.
fn certainty(confidence: Confidence, alternative: Option<Alternative>) -> String {
    let case = match alternative {
        None => "",
        Some(it) if it.is_default => ", by default, else another",
        Some(_) => ", or another",
    };
    format!(" ({}{case})", confidence.as_str())
}

fn healthcheck(it: &Healthcheck) -> Option<Entry> {
    match it {
        Healthcheck::Absent => None,
        Healthcheck::Disabled(span) => Some(Entry::new("health check", "disabled").at(*span)),
        Healthcheck::Unknown => Some(Entry::new("health check", "").unresolved("what it does", None)),
        Healthcheck::Set(check) => Some(health_check("health check", check)),
    }
}

fn health_check(kind: &str, it: &HealthCheck) -> Entry {
    let tools = it.tools.iter().map(|it| Entry::new("needs", &it.name).at(it.span));
    let requests = it.requests.iter().map(|it| Entry::new("asks", &it.url).at(it.host_span));
    let ports = it.ports.iter();
    let ports = ports.map(|it| Entry::new("fails without", format!("{}:{}", it.host, it.port)).at(it.span));
    Entry::new(kind, "").at(it.span).with_all(tools).with_all(requests).with_all(ports)
}

fn pod(it: &Pod) -> Entry {
    let namespace = it.namespace.iter().map(|it| Entry::new("namespace", it));
    let entrances = it.entrances.iter().map(|it| Entry::new("entrance", it.clause()).at(it.span));
    let made = it.made_by.map(|it| match it {
        MadeBy::Kustomization(file) => Entry::new("made by", "a kustomization").at(Span::new(file, 0, 0)),
        MadeBy::Chart(file) => Entry::new("made by", "a chart").at(Span::new(file, 0, 0)),
    });
    let pod = Entry::new("pod", format!("{} {}", it.kind, it.name.value))
        .at(it.name.span)
        .with_all(namespace)
        .with_all(made)
        .with_all(entrances);
    unresolved_if(pod, it.open.as_ref())
}

fn unresolved_if(entry: Entry, reason: Option<&String>) -> Entry {
    match reason {
        Some(reason) => entry.unresolved(reason, None),
        None => entry,
    }
}
