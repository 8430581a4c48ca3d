//! The facts of a Dockerfile as an outline.

use super::{commands, errors, source};
use crate::facts::dockerfile::{self, Action, Step};
use crate::report::outline::Entry;
use crate::source::{FileId, SourceMap};

pub(super) fn entries(file: FileId, sources: &SourceMap) -> Vec<Entry> {
    let it = dockerfile::read(file, sources.file(file).text());
    let arguments = it.arguments.iter();
    let arguments = arguments.map(|it| Entry::new("argument", &it.name.value).at(it.name.span));
    let stages = it.stages.iter().enumerate().map(|(number, stage)| {
        let name = stage.name.as_ref().map(|it| format!(" as {}", it.value)).unwrap_or_default();
        Entry::new(format!("stage {number}"), format!("{}{name}", source(sources, stage.image_span)))
            .at(stage.span)
            .with_all(stage.steps.iter().map(|it| step(it, sources)))
    });
    arguments.chain(stages).chain(errors(&it.errors)).collect()
}

fn step(it: &Step, sources: &SourceMap) -> Entry {
    let (kind, below) = match &it.action {
        Action::Argument(_) => ("argument", Vec::new()),
        Action::Environment { .. } => ("environment", Vec::new()),
        Action::Expose(_) => ("expose", Vec::new()),
        Action::Run(run) => ("run", commands(&run.script)),
        Action::Command(line) => ("command", commands(&line.script)),
        Action::Entrypoint(line) => ("entrypoint", commands(&line.script)),
        Action::Shell(_) => ("shell", Vec::new()),
        Action::Healthcheck(Some(line)) => ("health check", commands(&line.script)),
        Action::Healthcheck(None) => ("health check", Vec::new()),
        Action::User(_) => ("user", Vec::new()),
        Action::Workdir(_) => ("working directory", Vec::new()),
        Action::Copy(_) => ("copy", Vec::new()),
        Action::Volume(_) => ("volume", Vec::new()),
        Action::StopSignal(_) => ("stop signal", Vec::new()),
    };
    let kind = if it.on_build { format!("{kind} on build") } else { kind.to_owned() };
    // A step that runs something shows its commands; its text would repeat them.
    let text = if below.is_empty() { source(sources, it.span) } else { String::new() };
    Entry::new(kind, text).at(it.span).with_all(below)
}
