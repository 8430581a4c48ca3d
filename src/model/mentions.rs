//! Variables that something else than a Go program may read: scripts, commands, health checks.

use rustc_hash::FxHashSet;

use super::kubernetes::Applied;
use crate::facts::compose::{Value, Words};
use crate::facts::dockerfile::{Action, CommandLine, Form};
use crate::facts::kubernetes::{Container, Content, ProbeAction, VariableValue};
use crate::facts::shell::Script;
use crate::facts::{Facts, Lookup};

/// The names of all variables that a shell of some container may read, whichever container that is.
pub(super) fn mentioned_variables(facts: &Facts, applied: &[Applied<'_>]) -> FxHashSet<String> {
    let mut found = FxHashSet::default();
    facts.scripts.iter().for_each(|(_, it)| of_script(it, &mut found));
    for step in facts.dockerfiles.iter().flat_map(|(_, it)| &it.stages).flat_map(|it| &it.steps) {
        match &step.action {
            Action::Command(it) | Action::Entrypoint(it) | Action::Healthcheck(Some(it)) => {
                of_command(it, &mut found)
            }
            Action::Copy(copy) => copy.heredocs.iter().for_each(|(_, it)| of_script(it, &mut found)),
            _ => {}
        }
    }
    let services = facts.compose.iter().flat_map(|(_, it)| &it.documents).flat_map(|it| &it.services);
    for service in services {
        let test = service.healthcheck.as_ref().and_then(|it| it.test.as_ref());
        for words in [service.command.as_ref(), service.entrypoint.as_ref(), test].into_iter().flatten() {
            match words {
                Words::Text(it) => of_compose(it, &mut found),
                Words::List(all, _) => all.iter().for_each(|it| of_compose(it, &mut found)),
                Words::Null(_) => {}
            }
        }
    }
    let written = facts.manifests.iter().flat_map(|(_, it)| &it.objects);
    let made = applied.iter().filter(|it| it.made_by.is_some()).flat_map(|it| &it.manifests);
    for object in written.chain(made.flat_map(|(_, it)| &it.objects)) {
        let Content::Pods(template) = &object.content else { continue };
        template
            .containers
            .iter()
            .chain(&template.init_containers)
            .for_each(|it| of_container(it, &mut found));
    }
    found
}

fn of_container(container: &Container, found: &mut FxHashSet<String>) {
    let hooks = container.probes.iter().chain(&container.pre_stop).filter_map(|it| match &it.action {
        ProbeAction::Exec(words) => Some(words),
        _ => None,
    });
    let lists = container.command.iter().chain(&container.arguments).chain(hooks);
    lists.flat_map(|it| &it.words).for_each(|it| of_text(it.as_str(), found));
    // A variable may be made of others: `$(HOST):$(PORT)`.
    for variable in &container.environment {
        if let VariableValue::Text(text) = &variable.value
            && text.as_str().contains("$(")
        {
            of_text(text.as_str(), found);
        }
    }
}

fn of_script(script: &Script, found: &mut FxHashSet<String>) {
    for command in &script.commands {
        command.words.iter().for_each(|it| of_text(&it.raw.value, found));
        command.assignments.iter().for_each(|(_, it)| of_text(&it.to_source(), found));
    }
}

fn of_command(line: &CommandLine, found: &mut FxHashSet<String>) {
    match &line.form {
        Form::Exec(words) => words.iter().for_each(|it| of_text(&it.value, found)),
        Form::Shell(text) => of_text(text.as_str(), found),
    }
}

/// What Compose leaves to the container, `$$NAME`.
fn of_compose(value: &Value, found: &mut FxHashSet<String>) {
    let text = value.value.expand_partly(&mut |_| Lookup::Unset, ' ');
    of_text(text.as_str(), found);
}

/// Every word behind a dollar sign, braces or not; one that is named alone, as in `printenv PORT`.
fn of_text(text: &str, found: &mut FxHashSet<String>) {
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    let is_name = |it: &&str| {
        it.starts_with(|it: char| it.is_ascii_uppercase()) && !it.contains(|it: char| it.is_ascii_lowercase())
    };
    found.extend(words.filter(is_name).map(str::to_owned));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_in_capitals_may_be_a_variable() {
        let mut found = FxHashSet::default();
        of_text("exec /app --port=${PORT:-80} \"$HOST\" && printenv MODE # listen $lower", &mut found);
        let mut names: Vec<_> = found.into_iter().collect();
        names.sort();
        assert_eq!(names, ["HOST", "MODE", "PORT"]);
    }
}
