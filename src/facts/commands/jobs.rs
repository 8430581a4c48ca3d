//! Containers that run beside the jobs of a pipeline: `services:` of GitHub Actions and of GitLab CI.
//!
//! <https://docs.github.com/en/actions/tutorials/use-containerized-services/use-docker-service-containers>,
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idservices>,
//! <https://docs.gitlab.com/ci/services/>.

use super::NOT_KNOWN;
use super::pipeline::{self, Variables};
use crate::facts::Lookup;
use crate::facts::docker_command::{self, DockerCommand, JoinedNetwork, RunCommand, UNKNOWN};
use crate::facts::shell::{self, Script};
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::yaml::{self, Entry, Node};

/// The network of a job, which the runner makes.
pub const JOB_NETWORK: &str = "job";

/// A job of a pipeline with containers beside it.
#[derive(Clone, Debug)]
pub struct Job {
    /// Its key.
    pub name: Spanned<String>,
    /// Where its steps run, as the command line that starts it: a container on the network of the job, or with
    /// the interfaces of the host for the machine of the runner itself.
    pub place: RunCommand,
    /// Its services, as the command lines by which the runner starts them.
    pub services: Vec<RunCommand>,
    /// What it runs.
    pub steps: Vec<JobStep>,
    /// Whether `localhost` of its steps may be where the services are all the same. A runner of GitLab puts both
    /// into one pod in a cluster: <https://docs.gitlab.com/runner/executors/kubernetes/>. Of GitHub an expression
    /// may make the container none, so that the steps run on the machine.
    pub may_share_localhost: bool,
    /// Why it may reach more than is written.
    pub incomplete: Option<String>,
}

/// A script of a job.
#[derive(Clone, Debug)]
pub struct JobStep {
    /// The variables that it alone has.
    pub variables: Vec<(String, Text)>,
    /// Its commands.
    pub script: Script,
}

/// The jobs of the pipeline at `path` that have services.
pub(super) fn jobs(file: FileId, path: &str, text: &str) -> Vec<Job> {
    let stream = yaml::parse(file, text);
    let Some(root) = stream.documents.first() else { return Vec::new() };
    let read = |entries: &[Entry], job: &dyn Fn(Spanned<String>, &Node) -> Option<Job>| {
        let named = entries.iter().filter_map(|it| {
            let name = Spanned::new(it.name()?.to_owned(), it.key.span);
            job(name, &it.value)
        });
        named.collect()
    };
    if path.contains(".github/workflows/") {
        let jobs = root.get("jobs").and_then(Node::as_mapping).unwrap_or_default();
        return read(jobs, &|name, node| of_github(root, name, node));
    }
    if path.contains(".gitlab-ci.") {
        return read(root.as_mapping().unwrap_or_default(), &|name, node| of_gitlab(root, name, node));
    }
    Vec::new()
}

fn of_github(root: &Node, name: Spanned<String>, job: &Node) -> Option<Job> {
    let services: Vec<RunCommand> =
        job.get("services")?.as_mapping()?.iter().filter_map(github_service).collect();
    let mut variables = pipeline::own_variables(root);
    variables.extend(pipeline::own_variables(job));
    let mut may_be_on_machine = false;
    let place = match job.get("container") {
        None => RunCommand { networks: vec![network("host", name.span)], ..RunCommand::default() },
        Some(container) => {
            let image = container.as_text().or_else(|| container.get("image")?.as_text())?;
            may_be_on_machine = image.as_str().contains("${{");
            let mut place = options(container, image);
            place.networks = vec![network(JOB_NETWORK, name.span)];
            variables.extend(pipeline::own_variables(container));
            place
        }
    };
    let mut incomplete = may_be_on_machine.then(|| "its container may be none".to_owned());
    let mut steps = Vec::new();
    for step in job.get("steps").and_then(Node::as_sequence).unwrap_or_default() {
        // An action may be a container on the network of the job, or start some; those of GitHub itself do not.
        let action = step.get("uses").and_then(|it| it.as_text());
        if action.is_some_and(|it| !it.as_str().starts_with("actions/")) {
            incomplete = Some("one of its actions may join its network".to_owned());
        }
        let Some(run) = step.get("run").and_then(|it| it.as_text()) else { continue };
        if joins_or_maps(run.as_str()) {
            incomplete = Some("one of its steps may join its network".to_owned());
        }
        let script = shell::read_text(&pipeline::without_expressions(run, &variables));
        steps.push(JobStep { variables: known(pipeline::own_variables(step)), script });
    }
    place_of(name, place, variables, services, steps, may_be_on_machine, incomplete)
}

fn github_service(entry: &Entry) -> Option<RunCommand> {
    let name = entry.key.as_text()?;
    let image = entry.value.as_text().or_else(|| entry.value.get("image")?.as_text())?;
    let mut out = options(&entry.value, image);
    out.networks = vec![network(JOB_NETWORK, entry.key.span)];
    out.name = Some(name.clone());
    out.environment.extend(environment(&pipeline::own_variables(&entry.value)));
    for port in entry.value.get("ports").and_then(Node::as_sequence).unwrap_or_default() {
        out.published.extend(port.to_plain_text().map(|it| unknown_parts(&it)));
    }
    out.detached = true;
    Some(out)
}

/// What `options:` says, which are those of `docker create`, of this image.
fn options(node: &Node, image: &Text) -> RunCommand {
    let image = unknown_parts(image);
    let Some(written) = node.get("options").and_then(|it| it.as_text()) else {
        return RunCommand { image: Some(image), ..RunCommand::default() };
    };
    let span = written.cover().unwrap_or(node.span);
    let mut words = vec![Text::new("docker", span), Text::new("create", span)];
    let unknown = |_: &str| Lookup::Unresolved("an expression".to_owned());
    for command in shell::read_text(&pipeline::without_expressions(written, &[])).commands {
        words.extend(command.words.iter().map(|it| it.value.expand_partly(&mut { unknown }, UNKNOWN)));
    }
    words.push(image);
    match docker_command::read(&words) {
        Some(DockerCommand::Run(it)) => *it,
        // Its options are not known, and so not its image either.
        _ => RunCommand::default(),
    }
}

fn of_gitlab(root: &Node, name: Spanned<String>, job: &Node) -> Option<Job> {
    /// Keys at the top that are no jobs: <https://docs.gitlab.com/ci/yaml/#global-keywords>.
    const GLOBAL: &[&str] = &[
        "after_script",
        "before_script",
        "cache",
        "default",
        "image",
        "include",
        "services",
        "spec",
        "stages",
        "variables",
        "workflow",
    ];
    if GLOBAL.contains(&name.value.as_str()) || name.value.starts_with('.') || job.get("script").is_none() {
        return None;
    }
    let inherited = |key: &str| {
        job.get(key).or_else(|| root.get("default").and_then(|it| it.get(key))).or_else(|| root.get(key))
    };
    let mut variables = pipeline::own_variables(root);
    variables.extend(pipeline::own_variables(job));
    let services = inherited("services")?.as_sequence()?;
    let services: Vec<RunCommand> = services.iter().filter_map(|it| gitlab_service(it, &variables)).collect();
    let image = inherited("image");
    let image = image.and_then(|it| it.as_text().or_else(|| it.get("name")?.as_text())).map(unknown_parts);
    let place =
        RunCommand { image, networks: vec![network(JOB_NETWORK, name.span)], ..RunCommand::default() };
    let inherits = |node: &Node| ["extends", "<<"].iter().any(|it| node.get(it).is_some());
    let mut incomplete = (inherits(job) || root.get("include").is_some())
        .then(|| "the job may take services from elsewhere".to_owned());
    let mut steps = Vec::new();
    for key in ["before_script", "script"] {
        let mut lines = Text::default();
        inherited(key).into_iter().for_each(|it| pipeline::add_lines(it, &mut lines));
        if joins_or_maps(lines.as_str()) {
            incomplete = Some("one of its steps may join its network".to_owned());
        }
        steps.push(JobStep { variables: Variables::new(), script: shell::read_text(&lines) });
    }
    place_of(name, place, variables, services, steps, true, incomplete)
}

/// A service of GitLab, whose names are those of its image and its aliases:
/// <https://docs.gitlab.com/ci/services/#accessing-the-services>. It gets the variables of the job.
fn gitlab_service(node: &Node, variables: &Variables) -> Option<RunCommand> {
    let image = node.as_text().or_else(|| node.get("name")?.as_text())?;
    let mut all = variables.clone();
    all.extend(pipeline::own_variables(node));
    let span = image.cover()?;
    let (whole, known) = (image.as_str(), unknown_parts(image));
    let path = whole.split(['@', ':']).next().unwrap_or(whole);
    let mut names = vec![path.replace('/', "__"), path.replace('/', "-")];
    names.dedup();
    let alias = node.get("alias").and_then(|it| it.as_text());
    let aliases = alias.into_iter().flat_map(|it| split(it, &[',', ' ']));
    let aliases: Vec<Text> = aliases.chain(names.into_iter().map(|it| Text::new(it, span))).collect();
    let command = node.get("command").and_then(Node::as_sequence).unwrap_or_default();
    Some(RunCommand {
        name: aliases.first().cloned(),
        aliases,
        networks: vec![network(JOB_NETWORK, span)],
        environment: environment(&all),
        detached: true,
        entrypoint: node.get("entrypoint").map(|it| Text::new(UNKNOWN.to_string(), it.span)),
        command: command.iter().filter_map(|it| Some(unknown_parts(it.as_text()?))).collect(),
        image: Some(known),
        ..RunCommand::default()
    })
}

fn place_of(
    name: Spanned<String>,
    place: RunCommand,
    variables: Variables,
    services: Vec<RunCommand>,
    steps: Vec<JobStep>,
    may_share_localhost: bool,
    incomplete: Option<String>,
) -> Option<Job> {
    let place = RunCommand {
        name: Some(Text::new(name.value.clone(), name.span)),
        environment: environment(&variables),
        detached: true,
        ..place
    };
    (!services.is_empty()).then_some(Job { name, place, services, steps, may_share_localhost, incomplete })
}

/// Whether a script may start containers on the network of its job, or give names to its services itself.
fn joins_or_maps(script: &str) -> bool {
    docker_command::may_hold(script) || script.contains("/etc/hosts")
}

fn network(name: &str, span: Span) -> JoinedNetwork {
    JoinedNetwork { name: Text::new(name, span), aliases: Vec::new(), addresses: Vec::new() }
}

/// `NAME=value`, as `docker run -e` takes it.
fn environment(variables: &Variables) -> Vec<Text> {
    let entry = |(name, value): &(String, Text)| {
        let span = value.cover()?;
        let mut out = Text::new(format!("{name}="), Span { end: span.start, ..span });
        out.append(&unknown_parts(value));
        Some(out)
    };
    variables.iter().filter_map(entry).collect()
}

/// The variables whose values are known.
fn known(variables: Variables) -> Variables {
    let is_known = |it: &Text| !unknown_parts(it).as_str().contains(UNKNOWN);
    variables.into_iter().filter(|(_, value)| is_known(value)).collect()
}

/// A text with [`UNKNOWN`] for what only the run of a pipeline fills in: expressions, variables.
fn unknown_parts(text: &Text) -> Text {
    let told = pipeline::without_expressions(text, &[]);
    match text.cover() {
        Some(span) if told.as_str().contains(NOT_KNOWN) || told.as_str().contains('$') => {
            Text::new(UNKNOWN.to_string(), span)
        }
        _ => told,
    }
}

/// The parts of a text between any of these characters.
fn split(text: &Text, by: &[char]) -> Vec<Text> {
    let mut at = 0;
    let parts = text.as_str().split(by).map(|part| {
        let start = at;
        at += part.len() + 1;
        text.slice(start..start + part.len())
    });
    parts.filter(|it| !it.as_str().is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(path: &str, text: &str) -> Vec<String> {
        let run = |it: &RunCommand| {
            let list = |all: &[Text]| all.iter().map(Text::as_str).collect::<Vec<_>>().join(" ");
            let name = it.name.as_ref().map_or("", Text::as_str);
            let image = it.image.as_ref().map_or("?", Text::as_str);
            let network = it.networks[0].name.as_str();
            format!(
                "{name} = {image} on {network}, ports {}, aliases {}, {}",
                list(&it.published),
                list(&it.aliases),
                list(&it.environment)
            )
        };
        let jobs = jobs(FileId(0), path, text);
        jobs.iter()
            .flat_map(|it| std::iter::once(&it.place).chain(&it.services).map(run).collect::<Vec<_>>())
            .collect()
    }

    #[test]
    fn jobs_of_github_run_on_the_machine_or_in_a_container() {
        let text = "env: {A: 1}\njobs:\n  test:\n    services:\n      db:\n        image: postgres:17\n        env: {POSTGRES_DB: shop}\n        ports: [5432, '5433:5432']\n        options: >-\n          --health-cmd \"pg_isready -U x\"\n          -p 5434:5432\n    steps: []\n  inside:\n    container: golang:1.24\n    services: {cache: {image: 'redis:${{ matrix.redis }}'}}\n  lonely: {steps: []}\n";
        assert_eq!(
            show(".github/workflows/ci.yml", text),
            [
                "test = ? on host, ports , aliases , A=1",
                "db = postgres:17 on job, ports 5434:5432 5432 5433:5432, aliases , POSTGRES_DB=shop",
                "inside = golang:1.24 on job, ports , aliases , A=1",
                "cache = \u{fffd} on job, ports , aliases , ",
            ]
        );
    }

    #[test]
    fn services_of_gitlab_have_the_names_of_their_images() {
        let text = "default: {image: 'golang:1.24'}\nvariables: {POSTGRES_DB: shop}\ntest:\n  services:\n    - tutum/wordpress:latest\n    - {name: 'postgres:17', alias: db}\n  script: [go test ./...]\nbuild: {script: [make]}\n.hidden: {services: [redis], script: [make]}\n";
        assert_eq!(
            show(".gitlab-ci.yml", text),
            [
                "test = golang:1.24 on job, ports , aliases , POSTGRES_DB=shop",
                "tutum__wordpress = tutum/wordpress:latest on job, ports , aliases tutum__wordpress tutum-wordpress, POSTGRES_DB=shop",
                "db = postgres:17 on job, ports , aliases db postgres, POSTGRES_DB=shop",
            ]
        );
    }
}
