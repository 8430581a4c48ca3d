//! What people and pipelines type to build images and to start containers: the command lines of scripts,
//! Makefiles and documents, variables put in as far as files tell.

mod containers;
mod jobs;
mod joins;
mod world;

pub(super) use jobs::jobs;
pub(super) use joins::mark_joined;
pub(super) use world::worlds;

use super::image::absolute;
use super::shell_walk::ShellWalk;
use crate::facts::docker_command::{self, BuildCommand, DockerCommand, UNKNOWN};
use crate::facts::makefile::Given;
use crate::facts::shell::{self, Command, Script};
use crate::facts::{Facts, Lookup};
use crate::source::{FileId, Span, Text};

/// The command lines of one file.
pub(super) struct CommandFile {
    pub(super) file: FileId,
    /// Whether it shows them to readers, who may type them.
    pub(super) is_document: bool,
    /// What they come to, by the folder in which somebody may start them.
    pub(super) readings: Vec<Vec<Line>>,
}

/// A command line.
#[derive(Clone)]
pub(super) struct Line {
    pub(super) command: DockerCommand,
    /// Where it runs, an absolute path in which the project's root is `/`; `None` when that is not known.
    pub(super) folder: Option<String>,
    /// The recipe, fence or job that it is part of.
    pub(super) block: u32,
    /// Whether it may be left out, or be repeated.
    pub(super) guarded: bool,
    /// Whether the shell goes on while it runs: `&`.
    pub(super) background: bool,
    /// The whole command.
    pub(super) span: Span,
}

/// The command lines of all files that have some.
pub(super) fn read(facts: &Facts) -> Vec<CommandFile> {
    let folder = |file: FileId| {
        let path = facts.path(file);
        absolute("/", path.rsplit_once('/').map_or("", |it| it.0))
    };
    let mut out = Vec::new();
    for (file, makefile) in &facts.makefiles {
        let given = Given { arguments: &[], environment: &|_| None };
        let mut lines =
            Lines { ko_repository: makefile.exported(KO_REPOSITORY, &given).flatten(), ..Lines::default() };
        for recipe in makefile.recipes(&given) {
            for line in recipe.iter().filter(|it| docker_command::may_hold(it.as_str())) {
                let own = folder(*file);
                lines.run(&shell::read_text(line), &mut ShellWalk::on_host(&own, Some(&own)));
            }
            lines.block += 1;
        }
        out.push(CommandFile { file: *file, is_document: false, readings: vec![lines.out] });
    }
    // People start a script in the root of the project or beside it, and read a document so.
    let starts = |file: FileId| {
        let mut starts = vec!["/".to_owned(), folder(file)];
        starts.dedup();
        starts
    };
    for (file, script) in &facts.scripts {
        let reading = |start: String| {
            let mut lines = Lines::default();
            lines.run(script, &mut ShellWalk::on_host(&start, Some(&folder(*file))));
            lines.out
        };
        let readings = starts(*file).into_iter().map(reading).collect();
        out.push(CommandFile { file: *file, is_document: false, readings });
    }
    for (file, commands) in &facts.commands {
        let reading = |start: String| {
            let (mut lines, mut walk) = (Lines::default(), ShellWalk::on_host(&start, None));
            for block in &commands.blocks {
                for script in &block.scripts {
                    if commands.is_document {
                        lines.run(script, &mut walk);
                    } else {
                        lines.run(script, &mut ShellWalk::on_host(&start, None));
                    }
                }
                lines.block += 1;
            }
            let declared = commands.builds.iter().filter_map(|it| declared(it, &start));
            lines.out.extend(declared);
            lines.out
        };
        let readings = starts(*file).into_iter().map(reading).collect();
        out.push(CommandFile { file: *file, is_document: commands.is_document, readings });
    }
    out.retain(|it| it.readings.iter().any(|it| !it.is_empty()));
    out.sort_by_key(|it| it.file);
    out
}

/// A build that is declared, as the command line that does the same.
fn declared(it: &BuildCommand, start: &str) -> Option<Line> {
    Some(Line {
        command: DockerCommand::Build(it.clone()),
        folder: Some(start.to_owned()),
        block: 0,
        guarded: false,
        background: false,
        span: it.context.span()?,
    })
}

/// The variable that names where ko puts images: <https://ko.build/configuration/#environment-variables-advanced>.
const KO_REPOSITORY: &str = "KO_DOCKER_REPO";

#[derive(Default)]
struct Lines {
    block: u32,
    /// [`KO_REPOSITORY`] of the environment in which they run.
    ko_repository: Option<Text>,
    out: Vec<Line>,
}

impl Lines {
    fn run(&mut self, script: &Script, walk: &mut ShellWalk) {
        let outside = |name: &str| Lookup::NotHere(format!("`{name}` may be set"));
        for command in &script.commands {
            let Some(step) = walk.step(command, &outside) else { continue };
            let words = words(command, walk, &outside);
            let Some(mut read) = docker_command::read(&words) else { continue };
            if let DockerCommand::Ko(ko) = &mut read {
                let own = step.own.iter().rfind(|(name, _)| name == KO_REPOSITORY).map(|it| it.1.clone());
                ko.repository = own.unwrap_or_else(|| match walk.lookup(KO_REPOSITORY, &outside) {
                    Lookup::Set(text) => Some(text),
                    _ => self.ko_repository.clone(),
                });
            }
            self.out.push(Line {
                command: read,
                folder: step.folder,
                block: self.block,
                guarded: command.guarded || command.looped,
                background: command.background,
                span: command.span,
            });
        }
    }
}

/// The words of a command; a variable without quotes may stand for several.
fn words(command: &Command, walk: &ShellWalk, outside: &dyn Fn(&str) -> Lookup) -> Vec<Text> {
    let mut out = Vec::new();
    for word in command.program_words() {
        let mut lookup = |name: &str| match walk.lookup(name, outside) {
            Lookup::NotHere(_) if out.is_empty() && docker_command::is_program_variable(name) => {
                Lookup::Here(docker_command::USUAL_PROGRAM.to_owned())
            }
            found => found,
        };
        let text = word.value.expand_partly(&mut lookup, UNKNOWN);
        let is_split = word.raw.value.starts_with('$') && text.as_str().contains(char::is_whitespace);
        match (is_split, text.cover()) {
            (true, _) => out.extend(text.words()),
            (false, Some(_)) => out.push(text),
            (false, None) => out.push(Text::new("", word.raw.span)),
        }
    }
    out
}
