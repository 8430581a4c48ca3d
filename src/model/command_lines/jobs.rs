//! The jobs of pipelines that have services: each is a world of its own.

use super::world::{World, containers, created};
use super::{CommandFile, Line};
use crate::facts::Facts;
use crate::facts::commands::{JOB_NETWORK, Job};
use crate::facts::docker_command::{CreatedNetwork, DockerCommand, RunCommand};
use crate::model::compose::Compositions;
use crate::model::{Dial, Environment, Origin, PipelinePart, Starter, Variable, command_dials, peers};
use crate::net::Reach;
use crate::source::{FileId, Span, Text};

/// A job and what the runner does for it.
pub(in crate::model) struct JobWorld<'f> {
    job: &'f Job,
    lines: CommandFile,
}

/// The jobs of all pipelines.
pub(in crate::model) fn jobs(facts: &Facts) -> Vec<JobWorld<'_>> {
    let all = facts.commands.iter().flat_map(|(file, it)| it.jobs.iter().map(move |job| (*file, job)));
    all.map(|(file, job)| JobWorld { job, lines: lines(file, job) }).collect()
}

/// What the runner types: the network, the services, and where the steps run.
fn lines(file: FileId, job: &Job) -> CommandFile {
    let line = |command: DockerCommand, span: Span| Line {
        command,
        folder: Some("/".to_owned()),
        block: 0,
        guarded: false,
        background: true,
        span,
    };
    let network = CreatedNetwork {
        name: Text::new(JOB_NETWORK, job.name.span),
        driver: None,
        internal: false,
        subnets: Vec::new(),
        options: Vec::new(),
    };
    let run = |it: &RunCommand| {
        let span = it.name.as_ref().and_then(Text::cover).unwrap_or(job.name.span);
        line(DockerCommand::Run(Box::new(it.clone())), span)
    };
    let mut lines = vec![line(DockerCommand::CreateNetwork(network), job.name.span)];
    lines.extend(job.services.iter().chain([&job.place]).map(run));
    CommandFile { file, is_document: false, readings: vec![lines] }
}

impl JobWorld<'_> {
    /// Adds the job and its services to `out`.
    pub(in crate::model) fn resolve(&self, facts: &Facts, out: &mut Compositions) {
        let lines = self.lines.readings.first().map(Vec::as_slice).unwrap_or_default();
        let world = World {
            file: self.lines.file,
            starter: Starter::Pipeline,
            containers: containers(lines, false),
            networks: lines.iter().filter_map(created).collect(),
            pods: Vec::new(),
            shared_networks: Default::default(),
            incomplete: self.job.incomplete.clone(),
        };
        let first = out.services.len();
        world.resolve(facts, out);
        let Some((place, services)) = out.services[first..].split_last_mut() else { return };
        services.iter_mut().for_each(|it| it.workload.pipeline = Some(PipelinePart::Service));
        let workload = &mut place.workload;
        workload.pipeline = Some(PipelinePart::Job);
        // The machine of the runner has no image.
        workload.incomplete = None;
        workload.dials = self.dials(&workload.environment);
    }

    /// What its steps connect to: what their commands name, and the databases and brokers whose addresses are in
    /// its variables. Nobody sets these for anything else.
    fn dials(&self, environment: &Environment) -> Vec<Dial> {
        let mut out = peers::databases_in(environment);
        for step in &self.job.steps {
            let mut own = environment.clone();
            let place = |it: &Text| it.cover().unwrap_or(self.job.name.span);
            let variables = step.variables.iter().map(|(name, value)| {
                let variable =
                    Variable { value: Some(value.clone()), span: place(value), origin: Origin::Workload };
                (name.clone(), variable)
            });
            let variables: Vec<_> = variables.collect();
            if !variables.is_empty() {
                let alone =
                    Environment { variables: variables.iter().cloned().collect(), ..Environment::default() };
                out.extend(peers::databases_in(&alone));
            }
            own.variables.extend(variables);
            out.extend(command_dials::of_script(&step.script, &own));
        }
        if self.job.may_share_localhost {
            out.retain(|it| Reach::of(&it.host) != Reach::Loopback);
        }
        out
    }
}
