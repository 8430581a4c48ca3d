//! What Makefiles, scripts and pipelines build on the machine that holds the project, into its folders, for Dockerfiles to
//! copy: `go build -o app ./cmd/api` in front of `COPY app /`. That machine is a stage like any other, whose files are
//! those of the project.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::build::fresh;
use super::go_build::Session;
use super::layers::{Binary, Layer, Origin, absolute};
use crate::facts::commands::GO_BUILD;
use crate::facts::makefile::Given;
use crate::facts::shell::{self, Script};
use crate::facts::{Facts, folder_of, path_below};
use crate::model::Program;
use crate::model::shell_walk::ShellWalk;
use crate::source::{FileId, Span};

/// The programs that are built so, by their paths in the project.
#[derive(Default)]
pub(super) struct HostBuilds(FxHashMap<String, Option<Binary>>);

impl HostBuilds {
    pub(super) fn read(facts: &Facts, programs: &[Program]) -> Self {
        let mut out = Self::default();
        // Nobody else asks, and to put the variables into every recipe takes its time.
        if facts.dockerfiles.is_empty() {
            return out;
        }
        let own_folder = |file: FileId| absolute("/", folder_of(facts.path(file)));
        for (file, makefile) in &facts.makefiles {
            let given = Given { arguments: &[], environment: &|_| None };
            let recipes = makefile.recipes(&given).into_iter();
            for recipe in recipes.filter(|it| it.iter().any(|it| it.as_str().contains(GO_BUILD))) {
                let scripts: Vec<Script> = recipe.iter().map(shell::read_text).collect();
                let own = own_folder(*file);
                let machine = Machine { facts, programs, file: *file, script: Some(&own) };
                out.add(machine.run(scripts.iter(), &own));
            }
        }
        // As `command_lines::read` has it: people start a script in the root of the project or beside it.
        for (file, script) in facts.scripts.iter().filter(|(_, it)| builds(it)) {
            let own = own_folder(*file);
            let machine = Machine { facts, programs, file: *file, script: Some(&own) };
            for start in ["/", own.as_str()] {
                out.add(machine.run([script], start));
            }
        }
        for (file, commands) in &facts.commands {
            let machine = Machine { facts, programs, file: *file, script: None };
            for block in commands.blocks.iter().filter(|it| it.scripts.iter().any(builds)) {
                for start in ["/", own_folder(*file).as_str()] {
                    out.add(machine.run(&block.scripts, start));
                }
            }
        }
        out
    }

    /// What is built into the project's file or folder `source`: each program with its path below that, empty for the
    /// file itself.
    pub(super) fn below<'h>(&'h self, source: &str) -> impl Iterator<Item = (&'h str, &'h str, &'h Binary)> {
        self.0.iter().filter_map(move |(path, binary)| {
            Some((path.as_str(), path_below(source, path)?, binary.as_ref()?))
        })
    }

    /// A path at which several programs are built holds whichever was built last.
    fn add(&mut self, built: impl IntoIterator<Item = (String, Binary)>) {
        for (path, binary) in built {
            match self.0.entry(path) {
                Entry::Vacant(it) => {
                    it.insert(Some(binary));
                }
                Entry::Occupied(mut it) => {
                    let same = it.get().as_ref().is_some_and(|it| it.package == binary.package);
                    if !same {
                        it.insert(None);
                    }
                }
            }
        }
    }
}

fn builds(script: &Script) -> bool {
    let is_build = |words: &[shell::Word]| words.get(1).is_some_and(|it| it.raw.value == "build");
    script.commands.iter().any(|it| it.program_name() == Some("go") && is_build(it.program_words()))
}

/// The machine that holds the project, as a stage.
struct Machine<'m> {
    facts: &'m Facts,
    programs: &'m [Program],
    file: FileId,
    /// The folder of the script that runs on it.
    script: Option<&'m str>,
}

impl Machine<'_> {
    /// The programs that these scripts build, each in a shell of its own that starts in this folder.
    fn run<'s>(&self, scripts: impl IntoIterator<Item = &'s Script>, start: &str) -> Vec<(String, Binary)> {
        let at = Span { file: self.file, start: 0, end: 0 };
        // Of its own folders nothing is known.
        let mut stage = fresh(Some("scratch".to_owned()), at);
        let (origin, destination) = (Origin::Project(".".to_owned()), "/".to_owned());
        stage.layers.push(Layer { origin, destination, into: false, source: None });
        for script in scripts {
            let walk = ShellWalk::on_host(start, self.script);
            let (facts, programs) = (self.facts, self.programs);
            let mut session = Session { facts, programs, before: &[], span: at, walk, depth: 0 };
            session.run(script, &mut stage);
        }
        let built = stage.layers.into_iter().filter_map(|it| match it.origin {
            // Which C library a machine has that nobody describes is not known.
            Origin::Binary(binary) if binary.package.is_some() => {
                Some((it.destination.trim_start_matches('/').to_owned(), Binary { linking: None, ..binary }))
            }
            _ => None,
        });
        built.collect()
    }
}
