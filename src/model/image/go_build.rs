//! `go build` and `go install` in a RUN, and in the Makefiles and scripts that it runs: which package
//! becomes which file, and which Go it needs.

use std::sync::Arc;

use super::build::{Builder, Stage};
use super::go_release::{GoCall, may_change_module, may_change_workspace};
use super::layers::{self, Binary, Found, Layer, Origin};
use super::linking::{self, Cgo, Given, Linking};
use crate::facts::catalogue::{ImageSystem, image_system};
use crate::facts::dockerfile::Run;
use crate::facts::makefile;
use crate::facts::shell::{self, Command, Script, Word};
use crate::facts::{Facts, Lookup, Template, folder_of, join_path};
use crate::model::Program;
use crate::model::shell_walk::{ShellWalk, Step};
use crate::net::HOLE;
use crate::source::{Span, Spanned, Text};

/// Makefiles and scripts that run each other: deeper than anybody writes.
const MAXIMUM_DEPTH: usize = 8;

/// Follows one RUN: `cd`, assignments, Go builds, `mv` and `cp` of their results.
pub(super) fn run<'a>(
    builder: &Builder<'a, '_>,
    run: &Run,
    span: Span,
    stage: &mut Stage<'a>,
    before: &[Stage<'a>],
) {
    let Some(start) = stage.workdir.clone() else { return };
    let (facts, programs) = (builder.facts, builder.programs);
    Session { facts, programs, before, span, walk: ShellWalk::new(&start), depth: 0 }.run(&run.script, stage);
}

/// One shell, and what its commands do to the files of a stage.
pub(super) struct Session<'s, 'a> {
    pub(super) facts: &'a Facts,
    pub(super) programs: &'a [Program],
    /// The stages before the one it runs in.
    pub(super) before: &'s [Stage<'a>],
    /// What runs it.
    pub(super) span: Span,
    pub(super) walk: ShellWalk,
    /// How many Makefiles and scripts it stands in.
    pub(super) depth: usize,
}

impl<'a> Session<'_, 'a> {
    /// Runs a script in a stage.
    pub(super) fn run(&mut self, script: &Script, stage: &mut Stage<'a>) {
        for command in &script.commands {
            // A file that is read in, and what a condition sets, may be anything.
            let sets = matches!(command.program_name(), None | Some("export"));
            let reads_in = matches!(command.program_name(), Some("." | "source" | "eval"));
            let forgets = reads_in || (sets && command.guarded);
            let step = self.walk.step(command, &|name| stage.lookup(name));
            if forgets {
                self.walk.forget(linking::VARIABLES);
            }
            if let Some(Step { folder: Some(folder), own }) = step {
                self.command(command, &own, &folder, stage);
            }
        }
    }

    /// A shell of its own that starts in this folder, with these variables.
    fn inner(&self, folder: &str, own: &[(String, Option<Text>)]) -> Self {
        Session { walk: self.walk.inner(folder, own), depth: self.depth + 1, ..*self }
    }

    fn command(
        &self,
        command: &Command,
        own: &[(String, Option<Text>)],
        folder: &str,
        stage: &mut Stage<'a>,
    ) {
        let words = command.program_words();
        if may_change_module(command) {
            self.changed_module(command, folder, stage);
        }
        match command.program_name() {
            Some("go") => self.go(command, own, folder, stage),
            Some("mv" | "cp") => self.moved(words, folder, stage),
            Some("mkdir") if !command.guarded => {
                let made = words.iter().skip(1).filter(|it| !it.raw.value.starts_with('-'));
                let made: Vec<_> = made.filter_map(|it| self.word(it, stage)).collect();
                stage.made_folders.extend(made.iter().filter_map(|it| self.walk.path(folder, it)));
            }
            Some("make" | "gmake") => self.make(words, own, folder, stage),
            Some("sh" | "bash" | "ash") => {
                if let Some(script) = words.get(1).filter(|it| !it.raw.value.starts_with('-')) {
                    self.script(script, own, folder, stage);
                }
            }
            Some(_) if words.first().is_some_and(|it| it.raw.value.contains('/')) => {
                self.script(&words[0], own, folder, stage);
            }
            _ => {}
        }
    }

    /// A script of the project that is run.
    fn script(&self, word: &Word, own: &[(String, Option<Text>)], folder: &str, stage: &mut Stage<'a>) {
        let facts = self.facts;
        let Some(path) = self.word(word, stage).and_then(|it| self.walk.path(folder, &it)) else { return };
        let Some(Found::File(path)) = layers::find(self.before, stage, &facts.tree, &path) else { return };
        let found = facts.scripts.iter().find(|(file, _)| facts.path(*file) == path);
        if let Some((_, script)) = found.filter(|_| self.depth < MAXIMUM_DEPTH) {
            self.inner(folder, own).run(script, stage);
        }
    }

    /// `make -C folder target NAME=value`. Each line of a recipe has a shell of its own.
    fn make(&self, words: &[Word], own: &[(String, Option<Text>)], folder: &str, stage: &mut Stage<'a>) {
        let facts = self.facts;
        let Some(call) = self.make_call(words, stage).filter(|_| self.depth < MAXIMUM_DEPTH) else { return };
        let Some(folder) = self.walk.path(folder, call.folder.as_deref().unwrap_or(".")) else { return };
        let names: &[&str] = match &call.file {
            Some(name) => &[name.as_str()],
            None => &["GNUmakefile", "makefile", "Makefile"],
        };
        let found = names.iter().find_map(|name| {
            match layers::find(self.before, stage, &facts.tree, &layers::absolute(&folder, name))? {
                Found::File(path) => facts.makefiles.iter().find(|(file, _)| facts.path(*file) == path),
                _ => None,
            }
        });
        let Some((_, makefile)) = found else { return };
        let targets = match call.targets.as_slice() {
            [] => vec![None],
            some => some.iter().map(|it| Some(it.as_str())).collect(),
        };
        let (lines, exported) = {
            let environment = |name: &str| {
                if let Some((_, value)) = own.iter().find(|(it, _)| it == name) {
                    return value.clone();
                }
                match self.lookup(name, stage) {
                    Lookup::Set(text) => Some(text),
                    _ => None,
                }
            };
            let given = makefile::Given { arguments: &call.variables, environment: &environment };
            let lines: Vec<Text> = targets.into_iter().flat_map(|it| makefile.commands(it, &given)).collect();
            let exported = linking::VARIABLES
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), makefile.exported(name, &given)?)));
            (lines, own.iter().cloned().chain(exported).collect::<Vec<_>>())
        };
        for line in lines {
            self.inner(&folder, &exported).run(&shell::read_text(&line), stage);
        }
    }

    fn make_call(&self, words: &[Word], stage: &Stage<'a>) -> Option<MakeCall> {
        let mut call = MakeCall::default();
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            let written = word.raw.value.as_str();
            match written {
                "-C" | "--directory" => call.folder = Some(self.word(rest.next()?, stage)?),
                "-f" | "--file" | "--makefile" => call.file = Some(self.word(rest.next()?, stage)?),
                _ if written.starts_with("-C") => call.folder = Some(written[2..].to_owned()),
                _ if written.starts_with('-') => {}
                _ => match written.split_once('=') {
                    Some((name, _)) => {
                        let whole = self.expand(&word.value, stage);
                        let value = whole.map(|it| it.slice(name.len() + 1..it.as_str().len()));
                        call.variables.push((name.to_owned(), value));
                    }
                    None => call.targets.push(self.word(word, stage)?),
                },
            }
        }
        Some(call)
    }

    fn go(&self, command: &Command, own: &[(String, Option<Text>)], folder: &str, stage: &mut Stage<'a>) {
        let words = command.program_words();
        let mut rest = words.iter().skip(1).peekable();
        let mut folder = folder.to_owned();
        if rest.peek().is_some_and(|it| it.raw.value == "-C") {
            rest.next();
            let target = rest.next().and_then(|it| self.word(it, stage));
            let Some(target) = target.and_then(|it| self.walk.path(&folder, &it)) else { return };
            folder = target;
        }
        let Some(verb) = rest.next() else { return };
        let (verb, verb_span) = (verb.raw.value.as_str(), verb.raw.span);
        let rest: Vec<&Word> = rest.collect();
        // `go install tool@v1` does not look at the module around it.
        let foreign = rest.iter().any(|it| it.raw.value.contains('@'));
        let verbs = [verb, rest.first().map_or("", |it| it.raw.value.as_str())];
        let reads_module = match verbs {
            // These make or change it, whatever it asks for.
            ["mod", "edit" | "init"] => false,
            _ => matches!(verb, "build" | "install" | "test" | "run" | "vet" | "generate" | "list" | "mod"),
        };
        // `-modfile` names another go.mod.
        let has_own_file = rest.iter().any(|it| it.raw.value.contains("-modfile"));
        // Before anything else: <https://pkg.go.dev/cmd/go#hdr-Compile_packages_and_dependencies>.
        if rest.first().is_some_and(|it| it.raw.value == "-C") {
            let target = rest.get(1).and_then(|it| self.word(it, stage));
            let Some(target) = target.and_then(|it| self.walk.path(&folder, &it)) else { return };
            folder = target;
        }
        if reads_module && !foreign && !has_own_file {
            // Go 1.21 generates, and every release tidies, whatever the workspace asks for.
            let in_workspace = !matches!(verbs, ["generate", _] | ["mod", "tidy"]);
            self.version(&self.in_front(command, own, stage), &folder, in_workspace, stage);
        }
        if verb == "env" && rest.first().is_some_and(|it| it.raw.value == "-w") {
            let set: Vec<_> = rest.iter().filter_map(|it| self.assignment(it, stage)).collect();
            stage.go_settings.extend(set);
        }
        if !matches!(verb, "build" | "install") {
            return;
        }
        let linking =
            self.linking(command, words[0].raw.span.cover(verb_span), &rest, own, stage).map(Arc::new);
        let tags: Option<Arc<[String]>> = self.tags(command, &rest, own, stage).map(Arc::from);
        let Some(arguments) = self.arguments(&rest, stage) else { return };
        // A name that -o gives is taken as it is.
        let goos = |(name, value): &(String, Option<Text>)| {
            name == "GOOS" && value.as_ref().is_some_and(|it| it.as_str() == "windows")
        };
        let is_native = stage.on_windows
            && stage.base.reference.as_deref().is_some_and(|it| image_system(it) != ImageSystem::Linux);
        let suffix = if is_native || own.iter().any(goos) { ".exe" } else { "" };
        let packages = if arguments.packages.is_empty() { vec![".".to_owned()] } else { arguments.packages };
        let single = packages.len() == 1 && !packages[0].contains("...");
        for package in &packages {
            let found = self.packages(package, &folder, stage);
            // `./cmd/api/...` with one main package is written to the file that -o names.
            let single = single || (packages.len() == 1 && found.len() == 1 && arguments.output.is_some());
            for (directory, name) in found {
                let name = name + suffix;
                let out = match (&arguments.output, verb) {
                    (_, "install") => {
                        let path = format!("{}/{name}", self.install_folder(stage));
                        let Some(path) = self.walk.path("/", &path) else { continue };
                        path
                    }
                    (Some(out), _) => {
                        let Some(path) = self.walk.path(&folder, out) else { continue };
                        let is_folder = out.ends_with('/')
                            || !single
                            || stage.has_folder(&path)
                            || matches!(out.as_str(), "." | "..")
                            || layers::find(self.before, stage, &self.facts.tree, &path)
                                .is_some_and(|it| matches!(it, Found::Folder(_)));
                        if is_folder { layers::absolute(&path, &name) } else { path }
                    }
                    (None, _) if single => layers::absolute(&folder, &name),
                    // Several packages without -o are only checked.
                    (None, _) => continue,
                };
                let binary = Binary { package: directory, linking: linking.clone(), tags: tags.clone() };
                let origin = Origin::Binary(binary);
                stage.layers.push(Layer { origin, destination: out, into: false, source: None });
            }
        }
    }

    /// How a `go build` links; `None` when that is not known, or when it may not run.
    fn linking(
        &self,
        command: &Command,
        span: Span,
        flags: &[&Word],
        own: &[(String, Option<Text>)],
        stage: &Stage<'a>,
    ) -> Option<Linking> {
        if command.guarded {
            return None;
        }
        let flags = self.flags(flags, stage);
        let in_front = self.in_front(command, own, stage);
        let variable = |name: &str| self.variable(name, &in_front, stage);
        // `GOARCH=$TARGETARCH` is the builder's own when nobody asks for another.
        let follows_target = command.assignments.iter().any(|(name, value)| {
            name.value == "GOARCH" && value.to_source().trim_matches(['$', '{', '}']) == "TARGETARCH"
        });
        let mut linking = linking::linking(span, stage, &flags, follows_target, &variable)?;
        if let Cgo::On { written: Some(value), .. } = &mut linking.cgo {
            // The label stands on the name, too.
            let is_it = |name: &str, at: &Span| name == "CGO_ENABLED" && at.file == value.file;
            let names = command.assignments.iter().map(|(name, _)| (name.value.as_str(), name.span));
            let set = stage.variables.iter().map(|(name, _, span)| (name.as_str(), *span));
            let name = names.chain(set).find(|(name, at)| is_it(name, at));
            *value = name.map_or(*value, |(_, at)| at.cover(*value));
        }
        Some(linking)
    }

    /// The tags of a `go build`: those of the last `-tags`, of GOFLAGS where the command has none of its own. `None`
    /// when they are not known.
    fn tags(
        &self,
        command: &Command,
        flags: &[&Word],
        own: &[(String, Option<Text>)],
        stage: &Stage<'a>,
    ) -> Option<Vec<String>> {
        let in_front = self.in_front(command, own, stage);
        let inherited = match self.variable("GOFLAGS", &in_front, stage) {
            Given::Unset => Vec::new(),
            Given::Set(text) => linking::quoted_words(text.as_str()),
            Given::Unknown => return None,
        };
        let own = self.flags(flags, stage).into_iter().map(|it| it.as_str().to_owned());
        linking::tags(&inherited.into_iter().chain(own).collect::<Vec<_>>())
    }

    /// The words behind `go build`; [`HOLE`] stands in them for what is not known.
    fn flags(&self, words: &[&Word], stage: &Stage<'a>) -> Vec<Text> {
        let partly = |it: &&Word| it.value.expand_partly(&mut |name| self.lookup(name, stage), HOLE);
        words.iter().map(partly).collect()
    }

    /// The assignments in front of a command, and those of `env`.
    fn in_front(
        &self,
        command: &Command,
        own: &[(String, Option<Text>)],
        stage: &Stage<'a>,
    ) -> Vec<(String, Option<Text>)> {
        let behind_env = command.words.len() - command.program_words().len();
        let in_front = command.words[..behind_env].iter().filter_map(|it| self.assignment(it, stage));
        own.iter().cloned().chain(in_front).collect()
    }

    /// What is known of a variable in the environment of a command with these assignments in front.
    fn variable(&self, name: &str, in_front: &[(String, Option<Text>)], stage: &Stage<'a>) -> Given {
        let written = || stage.go_settings.iter().rev().find(|(it, _)| it == name);
        let set = self.set(name, in_front, stage);
        given(set.or_else(|| written().map(|(_, value)| value.clone())))
    }

    /// What a variable is set to there, `Some(None)` when that is not known; `None` when nothing sets it.
    fn set(
        &self,
        name: &str,
        in_front: &[(String, Option<Text>)],
        stage: &Stage<'a>,
    ) -> Option<Option<Text>> {
        let set = in_front.iter().rev().find(|(it, _)| it == name).map(|(_, value)| value.clone());
        set.or_else(|| self.walk.own(name)).or_else(|| stage.own(name))
    }

    /// `NAME=value` as a word.
    fn assignment(&self, word: &Word, stage: &Stage<'a>) -> Option<(String, Option<Text>)> {
        let (name, _) = word.raw.value.trim_start_matches(['"', '\'']).split_once('=')?;
        let whole = self.expand(&word.value, stage);
        Some((name.to_owned(), whole.map(|it| it.slice(name.len() + 1..it.as_str().len()))))
    }

    /// The folders of the project that a package argument names, each with the name of the program.
    fn packages(&self, package: &str, folder: &str, stage: &Stage<'a>) -> Vec<(Option<String>, String)> {
        let programs = self.programs;
        let find = |path: &str| layers::find_package(self.before, stage, &self.facts.tree, path);
        if let Some(prefix) = package.strip_suffix("...") {
            let root = layers::absolute(folder, prefix);
            let found = find(&root);
            let is_brought = |it: &Program| {
                let mut places = layers::places(stage, &it.directory).into_iter();
                places.any(|at| {
                    layers::is_below(&root, &at) && find(&at).as_deref() == Some(it.directory.as_str())
                })
            };
            let below = |it: &&Program| match &found {
                Some(root) => {
                    root == "." || it.directory == *root || it.directory.starts_with(&format!("{root}/"))
                }
                // `COPY api api` and `COPY worker worker` bring the packages, not the folder above them.
                None => is_brought(it),
            };
            return programs
                .iter()
                .filter(below)
                .map(|it| (Some(it.directory.clone()), program_name(&it.import_path)))
                .collect();
        }
        if package.ends_with(".go") {
            let path = layers::absolute(folder, package);
            let directory = match layers::find(self.before, stage, &self.facts.tree, &path) {
                Some(Found::File(file)) => Some(folder_of(&file).to_owned()),
                _ => find(layers::parent(&path)),
            };
            let name = package.rsplit('/').next().unwrap_or(package).trim_end_matches(".go");
            return vec![(directory, name.to_owned())];
        }
        if !package.starts_with('.') && !package.starts_with('/') {
            let path = package.split('@').next().unwrap_or(package);
            let program = programs.iter().find(|it| it.import_path == path);
            // Without modules the folder below GOPATH says which package it is.
            let directory =
                program.map(|it| it.directory.clone()).or_else(|| find(&format!("/go/src/{path}")));
            return vec![(directory, program_name(path))];
        }
        let directory = find(&layers::absolute(folder, package));
        let program =
            directory.as_ref().and_then(|it| programs.iter().find(|program| program.directory == *it));
        let name = match program {
            Some(program) => program_name(&program.import_path),
            None => layers::absolute(folder, package).rsplit('/').next().unwrap_or_default().to_owned(),
        };
        vec![(directory, name)]
    }

    fn install_folder(&self, stage: &Stage<'a>) -> String {
        let value = |name: &str| match self.lookup(name, stage) {
            Lookup::Set(text) => Some(text.as_str().to_owned()),
            _ => None,
        };
        value("GOBIN")
            .unwrap_or_else(|| format!("{}/bin", value("GOPATH").unwrap_or_else(|| "/go".to_owned())))
    }

    /// Notes that a go.mod is not what the project says any more: the one that a command names, else any of them.
    fn changed_module(&self, command: &Command, folder: &str, stage: &mut Stage<'a>) {
        // What `find` is given is a name, not a path.
        let words = command.program_words().iter().filter(|_| command.program_name() != Some("find"));
        let named = words.chain(&command.output);
        let named = named.filter_map(|it| self.word(it, stage));
        let named = named.filter(|it| it == "go.mod" || it.ends_with("/go.mod"));
        let mut places: Vec<String> = named.map(|it| layers::absolute(folder, &it)).collect();
        if places.is_empty() {
            let facts = self.facts;
            let folders = facts.modules.iter().map(|(file, _)| folder_of(facts.path(*file)));
            let brought = folders.flat_map(|it| layers::places(stage, it));
            places.extend(brought.map(|it| layers::absolute(&it, "go.mod")));
        }
        let changed = |destination| Layer { origin: Origin::Foreign, destination, into: false, source: None };
        stage.layers.extend(places.into_iter().map(changed));
    }

    /// `mv a b` and `cp a b`: the file is found at its new place too.
    fn moved(&self, words: &[Word], folder: &str, stage: &mut Stage<'a>) {
        let plain: Vec<String> = words
            .iter()
            .skip(1)
            .filter(|it| !it.raw.value.starts_with('-'))
            .filter_map(|it| self.word(it, stage))
            .collect();
        let [source, destination] = plain.as_slice() else { return };
        let path = |it: &str| self.walk.path(folder, it);
        let (Some(from), Some(to)) = (path(source), path(destination)) else { return };
        let Some(found) = layers::find(self.before, stage, &self.facts.tree, &from) else { return };
        let origin = match found {
            Found::File(path) | Found::Folder(path) => Origin::Project(path),
            Found::Binary(binary) => Origin::Binary(binary),
            Found::Text(script) => Origin::Text(script),
            Found::Foreign => Origin::Foreign,
        };
        let name = from.rsplit('/').next().unwrap_or_default();
        let inside = layers::absolute(&to, name);
        stage.layers.push(Layer { origin: origin.clone(), destination: inside, into: false, source: None });
        stage.layers.push(Layer { origin, destination: to, into: false, source: None });
    }

    fn arguments(&self, words: &[&Word], stage: &Stage<'a>) -> Option<Arguments> {
        let mut out = Arguments::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            let written = word.raw.value.trim_matches(['"', '\'']);
            let Some(flag) = written.strip_prefix('-') else {
                let package = self.word(word, stage)?;
                // Of a variable without quotes that is empty, `${BUILD_FLAGS}`, the shell leaves no word.
                if !(package.is_empty() && word.raw.value.starts_with('$')) {
                    out.packages.push(package);
                }
                continue;
            };
            let flag = flag.strip_prefix('-').unwrap_or(flag);
            let (name, inline) = match flag.split_once('=') {
                Some((name, _)) => (name, true),
                None => (flag, false),
            };
            if !TAKES_VALUE.contains(&name) {
                continue;
            }
            let whole = if inline { Some(*word) } else { rest.next().copied() };
            if name == "o" {
                let value = self.word(whole?, stage)?;
                out.output = Some(if inline { value.split_once('=')?.1.to_owned() } else { value });
            }
        }
        Some(out)
    }

    fn word(&self, word: &Word, stage: &Stage<'a>) -> Option<String> {
        // A backslash is no escape in the shells of Windows.
        let raw = word.raw.value.trim_matches(['"', '\'']);
        if stage.on_windows && raw.contains('\\') && !raw.contains(['$', '%']) {
            return Some(stage.path(raw).into_owned());
        }
        self.expand(&word.value, stage).map(|it| it.as_str().to_owned())
    }

    fn expand(&self, value: &Template, stage: &Stage<'a>) -> Option<Text> {
        self.walk.expand(value, &|name| stage.lookup(name))
    }

    fn lookup(&self, name: &str, stage: &Stage<'a>) -> Lookup {
        self.walk.lookup(name, &|name| stage.lookup(name))
    }

    /// Notes which Go the stage has and which is asked for, where a go command reads the module around it, and, unless
    /// it is `go mod tidy` or the like, the workspace.
    fn version(
        &self,
        own: &[(String, Option<Text>)],
        folder: &str,
        in_workspace: bool,
        stage: &mut Stage<'a>,
    ) {
        let Some(reference) = stage.base.reference.clone() else { return };
        let facts = self.facts;
        let file = |path: &str| match layers::find(self.before, stage, &facts.tree, path) {
            Some(Found::File(file)) if !stage.leaves_out(&file) => Some(Some(file)),
            Some(Found::Foreign) => None,
            _ => Some(None),
        };
        let call = GoCall {
            facts,
            image: &Spanned::new(reference, stage.base.span),
            folder,
            in_workspace: in_workspace && !may_change_workspace(self.before.iter().chain([&*stage])),
            variable: &|name| given(self.set(name, own, stage)),
            file: &file,
            run: self.span,
        };
        let Some(build) = call.build() else { return };
        if stage.go_builds.iter().all(|it| it.required.span != build.required.span) {
            stage.go_builds.push(build);
        }
    }
}

fn given(value: Option<Option<Text>>) -> Given {
    match value {
        None => Given::Unset,
        Some(Some(text)) if text.as_str().is_empty() => Given::Unset,
        Some(Some(text)) => Given::Set(text),
        Some(None) => Given::Unknown,
    }
}

/// The arguments of make: <https://www.gnu.org/software/make/manual/make.html#Options-Summary>.
#[derive(Default)]
struct MakeCall {
    folder: Option<String>,
    file: Option<String>,
    targets: Vec<String>,
    variables: Vec<(String, Option<Text>)>,
}

#[derive(Default)]
struct Arguments {
    output: Option<String>,
    packages: Vec<String>,
}

/// Flags of `go build` whose value may be the next word: `go help build`.
pub(super) const TAKES_VALUE: &[&str] = &[
    "C",
    "asmflags",
    "buildmode",
    "compiler",
    "covermode",
    "coverpkg",
    "exec",
    "gccgoflags",
    "gcflags",
    "installsuffix",
    "ldflags",
    "mod",
    "modfile",
    "o",
    "overlay",
    "p",
    "pgo",
    "pkgdir",
    "tags",
    "toolexec",
];

/// What `go build` calls the program of a package: the last part of its import path that is no major
/// version.
pub(in crate::model) fn program_name(import_path: &str) -> String {
    let mut parts = import_path.rsplit('/');
    let last = parts.next().unwrap_or(import_path);
    let is_version =
        last.strip_prefix('v').is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
    let name = if is_version { parts.next().unwrap_or(last) } else { last };
    name.to_owned()
}

/// The program of the package in `path`, a path of a stage; used by `go run`.
pub(super) fn program_in<'p>(programs: &'p [Program], directory: &str) -> Option<(usize, &'p Program)> {
    let directory = join_path(".", directory)?;
    let mut found = programs.iter().enumerate().filter(|(_, it)| it.directory == directory);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
