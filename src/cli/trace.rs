//! `reachlint trace`: whether one side reaches another and, if not, where the way ends.

use std::borrow::Cow;
use std::path::PathBuf;

use clap::Args;

use super::exit::{Done, Failure};
use super::project::SettingsArguments;
use super::{OutlineArguments, OutlineFormat, output, project};
use crate::engine;
use crate::model::{Address, Detail, Endpoint, Project, Stack, Verdict, Workload};
use crate::net::{Protocol, parse_port};
use crate::report::trace::{self, Labels};
use crate::source::nearest;

#[derive(Debug, Args)]
pub(super) struct TraceArguments {
    /// Who connects: a service, a container of a pod, a Service of Kubernetes, a program, `host`, `internet`, or an address out there.
    #[arg(value_name = "FROM", required_unless_present = "all")]
    from: Option<String>,
    /// Whom it wants, and at which port: `db:5432`, `dns:53/udp`. Without a port, every one that FROM dials,
    /// else every one that TO is known to have.
    #[arg(value_name = "TO[:PORT]", required_unless_present = "all")]
    to: Option<String>,
    /// Print the matrix of all ways instead.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    all: bool,
    /// The project, or a place in it [default: the working directory].
    #[arg(long, value_name = "PATH")]
    project: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArguments,
    #[command(flatten)]
    outline: OutlineArguments,
}

pub(super) fn run(arguments: &TraceArguments) -> Result<Done, Failure> {
    let directory = project::working_directory();
    let loaded = project::load_all(arguments.project.as_slice(), &arguments.settings)?;
    let Some(loaded) = loaded.first() else { return Ok(Done::Clean) };
    let outcome = engine::join(&loaded.input, Detail::Reason);
    let (project, sources) = (&outcome.project, &loaded.input.sources);
    let labels = Labels::of(project, sources);
    let format = arguments.outline.format;
    let (Some(from), Some(to)) = (&arguments.from, &arguments.to) else {
        let matrices: Vec<_> = project.stacks().into_iter().map(|it| project.matrix(it)).collect();
        output::print(|out| match format {
            OutlineFormat::Text => trace::write_matrices_text(&matrices, project, &labels, sources, out),
            OutlineFormat::Json => trace::write_matrices_json(&matrices, project, &labels, sources, out),
        })?;
        return Ok(Done::Clean);
    };
    let (to, port) = split_port(to);
    let names = Names { project, labels: &labels };
    let (from, to) = names.pair(from, to)?;
    let addresses = match port {
        Some((port, protocol)) => vec![Address { host: None, port: Some(port), protocol }],
        None => project.addresses(from, to),
    };
    let reachability = project.reachability();
    let traces: Vec<_> = addresses.iter().map(|it| reachability.trace(from, to, it)).collect();
    output::print(|out| match format {
        OutlineFormat::Text => {
            trace::write_text(&traces, &labels, sources, &loaded.display_prefix(&directory), out)
        }
        OutlineFormat::Json => trace::write_json(&traces, &labels, sources, out),
    })?;
    let any = |verdict: Verdict| traces.iter().any(|it| it.verdict() == verdict);
    Ok(match () {
        () if any(Verdict::NotReachable) => Done::Found,
        () if any(Verdict::Unknown) => Done::Unknown,
        () => Done::Clean,
    })
}

/// `dns:53/udp` as a name with a port and a transport.
fn split_port(text: &str) -> (&str, Option<(u16, Protocol)>) {
    let (rest, protocol) = match text.rsplit_once('/') {
        Some((rest, transport)) => (rest, Protocol::parse(transport)),
        None => (text, Some(Protocol::Tcp)),
    };
    let (rest, protocol) = protocol.map_or((text, Protocol::Tcp), |it| (rest, it));
    match rest.rsplit_once(':') {
        Some((name, port)) => match parse_port(port) {
            Some(port) => (name, Some((port, protocol))),
            None => (text, None),
        },
        None => (text, None),
    }
}

/// Finds what the arguments name.
struct Names<'a> {
    project: &'a Project,
    labels: &'a Labels,
}

impl Names<'_> {
    /// Both sides; of several that are meant by a name those that run together.
    fn pair(&self, from: &str, to: &str) -> Result<(Endpoint, Endpoint), Failure> {
        let (sources, destinations) = (self.called(from)?, self.called(to)?);
        let together = |a: Endpoint, b: Endpoint| match (self.stack(a), self.stack(b)) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        };
        let all: Vec<_> = sources.iter().flat_map(|a| destinations.iter().map(move |b| (*a, *b))).collect();
        let near: Vec<_> = all.iter().copied().filter(|(a, b)| together(*a, *b)).collect();
        match (&near[..], &all[..]) {
            ([pair], _) | ([], [pair]) => Ok(*pair),
            _ if destinations.len() > 1 => Err(self.ambiguous(to, &destinations)),
            _ => Err(self.ambiguous(from, &sources)),
        }
    }

    fn stack(&self, endpoint: Endpoint) -> Option<Stack> {
        match endpoint {
            Endpoint::Workload(id) => Stack::of(self.project.workload(id)),
            Endpoint::Host | Endpoint::Internet | Endpoint::Address(_) => None,
        }
    }

    /// Everything that `name` may mean, at least one.
    fn called(&self, name: &str) -> Result<Vec<Endpoint>, Failure> {
        match name {
            "host" => return Ok(vec![Endpoint::Host]),
            "internet" => return Ok(vec![Endpoint::Internet]),
            _ => {}
        }
        if let Ok(address) = name.trim_matches(['[', ']']).parse() {
            return Ok(vec![Endpoint::Address(address)]);
        }
        let workloads = &self.project.workloads;
        // The label means one alone, a name may mean several.
        let by: [&dyn Fn(&Workload) -> bool; 5] = [
            &|it| self.labels.means(name, it.id),
            &|it| it.answers_to(name),
            &|it| self.project.pod_of(it).is_some_and(|it| it.name.value == name),
            &|it| self.project.is_behind(it.id, name),
            &|it| self.program_names(it).contains(&name),
        ];
        for is_meant in by {
            let found: Vec<_> =
                workloads.iter().filter(|it| is_meant(it)).map(|it| Endpoint::Workload(it.id)).collect();
            if !found.is_empty() {
                return Ok(found);
            }
        }
        let programs = &self.project.programs;
        if programs.iter().any(|it| program_names(it).contains(&name)) {
            return Err(Failure(format!(
                "nothing in the project runs the program `{name}` in a container; `host` stands for it if you start it there"
            )));
        }
        Err(self.no_such(name))
    }

    fn no_such(&self, name: &str) -> Failure {
        let workloads = &self.project.workloads;
        let known = workloads.iter().flat_map(|it| {
            let label = self.labels.label(Endpoint::Workload(it.id));
            let others = self.program_names(it).into_iter().map(Cow::Borrowed);
            std::iter::once(label).chain([it.name.value.as_str().into()]).chain(others)
        });
        let known: Vec<Cow<'_, str>> = known.chain(["host".into(), "internet".into()]).collect();
        let what = format!("`{name}`: no service, pod or program has that name");
        Failure(match nearest(name, known.iter().map(Cow::as_ref)) {
            Some(meant) => format!("{what}; did you mean `{meant}`?"),
            None => format!("{what}; `reachlint trace --all` shows them"),
        })
    }

    fn ambiguous(&self, name: &str, meant: &[Endpoint]) -> Failure {
        let labels: Vec<_> = meant.iter().map(|it| format!("`{}`", self.labels.label(*it))).collect();
        Failure(format!("`{name}` means several: {}", labels.join(", ")))
    }

    fn program_names(&self, workload: &Workload) -> Vec<&str> {
        workload.program.map(|it| program_names(self.project.program(it))).unwrap_or_default()
    }
}

/// The import path of a program, its last part, and its folder.
fn program_names(program: &crate::model::Program) -> Vec<&str> {
    let path = program.import_path.as_str();
    let last = path.rsplit('/').next().unwrap_or(path);
    [path, last, program.directory.as_str()].into_iter().filter(|it| *it != ".").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_may_have_a_port_and_a_transport() {
        assert_eq!(split_port("db"), ("db", None));
        assert_eq!(split_port("db:5432"), ("db", Some((5432, Protocol::Tcp))));
        assert_eq!(split_port("dns:53/udp"), ("dns", Some((53, Protocol::Udp))));
        assert_eq!(split_port("deploy/compose.yaml:db"), ("deploy/compose.yaml:db", None));
        assert_eq!(
            split_port("deploy/compose.yaml:db:80"),
            ("deploy/compose.yaml:db", Some((80, Protocol::Tcp)))
        );
        assert_eq!(split_port("cmd/web"), ("cmd/web", None));
        assert_eq!(split_port("db:0"), ("db:0", None));
    }
}
