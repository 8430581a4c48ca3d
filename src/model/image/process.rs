//! What runs as PID 1, which Go program that is, and whether a shell stays in front of it.

use super::build::{GoCommand, Running, Stage, StartedScript};
use super::go_release::{may_change_module, sets_toolchain};
use super::layers::{self, Bringer, Found};
use super::programs::{
    DOCKERIZE_VALUES, DUMB_INIT_VALUES, INITS, MAKING_NOTHING, NOT_SERVERS, PASSING, RUNNERS, STARTERS,
    TINI_VALUES, USER_WRAPPERS, WATCHERS, WRAPPERS,
};
use super::start_environment::StartEnvironment;
use super::tools::{Changes, PACKAGE_MANAGERS};
use super::{Command, Process, Shell, ShellInFront, go_build, verbatim};
use crate::facts::dockerfile::{CommandLine, Form};
use crate::facts::shell::{self, Script, Shape, Word};
use crate::facts::{Facts, Lookup};
use crate::model::{Environment, Program, ProgramId, sends_interrupt};
use crate::net::HOLE;
use crate::source::{Confidence, Span, Spanned, Text};

/// The image that a command runs in.
pub(super) struct Scene<'s, 'a> {
    pub(super) stages: &'s [Stage<'a>],
    pub(super) stage: &'s Stage<'a>,
    pub(super) facts: &'a Facts,
    pub(super) programs: &'a [Program],
    /// What the workload gives to its processes, with the variables of the image; `None` where only the image
    /// is looked at.
    pub(super) environment: Option<&'s Environment>,
}

impl Scene<'_, '_> {
    /// What is known of a variable when the command runs.
    fn lookup(&self, name: &str) -> Lookup {
        let Some(environment) = self.environment else {
            let variable = self.stage.variables.iter().find(|(it, ..)| it == name);
            return match variable.and_then(|(_, value, _)| value.clone()) {
                Some(text) => Lookup::Set(text),
                None => Lookup::NotHere(format!("nothing in the Dockerfile sets `{name}`")),
            };
        };
        match (environment.get(name), &environment.incomplete) {
            (Some(variable), _) => match &variable.value {
                Some(text) => Lookup::Set(text.clone()),
                None => Lookup::Unresolved(format!("`{name}` is set to something unknown")),
            },
            (None, Some(reason)) => Lookup::NotHere(reason.clone()),
            (None, None) if self.stage.is_unset(name) => Lookup::Unset,
            (None, None) => Lookup::NotHere(format!("the base image may set `{name}`")),
        }
    }
}

/// The command of a Dockerfile as the model has it.
pub(super) fn command(line: &CommandLine) -> Command {
    match &line.form {
        Form::Exec(words) => Command::Exec(words.iter().map(|it| it.clone().into()).collect()),
        Form::Shell(text) => Command::Shell(text.clone()),
    }
}

/// What runs with this entrypoint and command over the image's own.
pub(super) fn running(
    scene: &Scene<'_, '_>,
    entrypoint: Option<(&Command, Span)>,
    command_line: Option<(&Command, Span)>,
) -> Running {
    let of_image = |line: Option<(&CommandLine, Span)>| line.map(|(line, span)| (command(line), span));
    let overridden = entrypoint.is_some();
    let entry = match entrypoint {
        Some((line, span)) => Some((line.clone(), span)),
        None => of_image(scene.stage.entrypoint).or_else(|| scene.stage.own_entrypoint.clone()),
    };
    let entry_is_known = entry.is_some() || scene.stage.entry.is_some();
    let arguments = match command_line {
        Some((line, span)) => Some((line.clone(), span)),
        None if overridden => None,
        None => of_image(scene.stage.command),
    };
    let is_empty = |line: &Command| matches!(line, Command::Exec(words) if words.is_empty());
    let entry = entry.filter(|(line, _)| !is_empty(line));
    let arguments = arguments.filter(|(line, _)| !is_empty(line));
    let written: Vec<Span> = entry.iter().chain(&arguments).map(|(_, span)| *span).collect();
    let (whole, span) = match (entry, arguments) {
        // A shell-form entrypoint gets no arguments.
        (Some((Command::Shell(text), span)), _) => (Command::Shell(text), span),
        (Some((Command::Exec(mut words), span)), rest) => {
            match rest {
                Some((Command::Exec(more), _)) => words.extend(more),
                Some((Command::Shell(text), at)) => {
                    words.extend(["/bin/sh", "-c"].map(|it| Text::new(it, at)));
                    words.push(text);
                }
                None => {}
            }
            (Command::Exec(words), span)
        }
        (None, Some((line, span))) => (line, span),
        (None, None) => return Running { tools: scene.stage.tools.clone(), ..Running::default() },
    };
    let mut tracer = Tracer {
        scene,
        keeps: None,
        is_go_run: false,
        other_signal: false,
        others: false,
        prepared: false,
        moved: false,
        scripts: Vec::new(),
        go_commands: Vec::new(),
        own_go: false,
        may_be_left_out: false,
        tools: scene.stage.tools.clone(),
        environment: StartEnvironment::default(),
        verbatim: None,
        entry_is_known,
        depth: 0,
    };
    let traced = match &whole {
        Command::Exec(words) => tracer.exec(words, span, false),
        Command::Shell(text) => {
            let (kind, known) = shell_form(scene.stage);
            let script = match scene.stage.on_windows {
                true => shell::read_text(&text.with_slashes()),
                false => shell::read_text(text),
            };
            tracer.line(&script, if known { kind } else { Shell::Unknown }, span)
        }
    };
    let unexpanded = match (&whole, tracer.verbatim) {
        (Command::Exec(words), Some(confidence)) if !scene.stage.base.is_windows() => {
            verbatim::variables(words, confidence, &written)
        }
        _ => Vec::new(),
    };
    Running {
        unexpanded,
        process: Some(Process {
            command: whole,
            span,
            shell_keeps_pid1: tracer.keeps,
            is_go_run: tracer.is_go_run,
            other_signal: tracer.other_signal,
            arguments: traced.arguments.filter(|it| !starts_a_shell(it)),
        }),
        program: traced.program,
        others: tracer.others,
        prepared: tracer.prepared,
        moved: tracer.moved,
        scripts: tracer.scripts,
        go_commands: tracer.go_commands,
        environment: tracer.environment,
        tools: tracer.tools,
    }
}

/// Whether somebody who wrote these arguments of a program took them for its command, `/bin/sh -c "/app 3000"`: what
/// the program makes of such words says nothing of what it was meant to do.
fn starts_a_shell(arguments: &[Text]) -> bool {
    let [first, second, ..] = arguments else { return false };
    second.as_str() == "-c" && shell::is_shell(first.as_str())
}

/// The shell of the shell form and whether it is known.
fn shell_form(stage: &Stage<'_>) -> (Shell, bool) {
    let Some(words) = &stage.shell else { return (stage.base.shell, true) };
    match words.first().map(|it| it.rsplit('/').next().unwrap_or(it)) {
        Some("bash") => (Shell::Bash, true),
        Some("ash") => (Shell::Ash, true),
        Some("sh") => (stage.base.shell, true),
        _ => (Shell::Unknown, false),
    }
}

/// What was found at the end of a chain of commands.
#[derive(Default)]
struct Traced {
    program: Option<ProgramId>,
    arguments: Option<Vec<Text>>,
}

struct Tracer<'t, 's, 'a> {
    scene: &'t Scene<'s, 'a>,
    keeps: Option<ShellInFront>,
    /// See [`Process::is_go_run`].
    is_go_run: bool,
    /// See [`Process::other_signal`].
    other_signal: bool,
    /// See [`Running::others`].
    others: bool,
    /// See [`Running::prepared`].
    prepared: bool,
    /// See [`Running::moved`].
    moved: bool,
    /// See [`Running::scripts`].
    scripts: Vec<StartedScript>,
    /// See [`Running::go_commands`].
    go_commands: Vec<GoCommand>,
    /// Whether a toolchain is set on the way, or the module changed.
    own_go: bool,
    /// Whether what it follows stands in a branch.
    may_be_left_out: bool,
    /// See [`Running::tools`].
    tools: Changes,
    /// See [`Running::environment`].
    environment: StartEnvironment,
    /// How sure it is that the words of an exec form reach the program as they are written; `None`
    /// when something on the way may expand variables in them.
    verbatim: Option<Confidence>,
    /// Whether no entrypoint of an unknown base image stands in front.
    entry_is_known: bool,
    depth: usize,
}

/// Scripts that start scripts: deeper than anybody writes.
const MAX_DEPTH: usize = 8;

impl Tracer<'_, '_, '_> {
    /// Notes what a script does beside starting `server`: whether it holds a command that may leave another server
    /// behind (`redis-server --daemonize yes`, `service postgresql start`, anything with `&`), makes files, installs
    /// programs.
    fn note_others(&mut self, script: &Script, server: &shell::Command) {
        self.environment.script(script, server, &|name| self.scene.lookup(name));
        self.other_signal |= hands_on_interrupt(script);
        let beside = script.commands.iter().filter(|it| it.span != server.span);
        for command in script.commands.iter().filter(|it| is_installer(it) || it.span != server.span) {
            if !self.is_program(command) {
                self.tools.command(command);
            }
        }
        if !script.errors.is_empty() {
            self.tools.unknown("what it starts with was not understood");
        }
        // `env > .env` runs no other program; an assignment runs nothing.
        let mut commands = beside.clone().filter(|it| !it.words.is_empty());
        self.prepared |=
            commands.any(|it| it.program_name().is_none_or(|name| !MAKING_NOTHING.contains(&name)));
        self.moved |= beside.clone().any(|it| it.program_name() == Some("cd"));
        self.own_go |= script.commands.iter().any(|it| sets_toolchain(it) || may_change_module(it));
        for command in beside.clone().filter(|it| it.program_name() == Some("go") && !it.guarded) {
            self.note_go(&words_of(command), command.span);
        }
        self.may_be_left_out |= server.guarded;
        self.others |= script.commands.iter().any(|it| it.background);
        self.others |= beside
            .filter_map(|it| it.program_name())
            .any(|name| !is_passing(name) && !name.contains("wait") && !name.contains("migrat"));
    }

    /// Notes a go command, by its words, that has to build something before anything of it can run. `go run tool@v1`
    /// looks at no module here.
    fn note_go(&mut self, words: &[&str], span: Span) {
        let (folder, words) = match words {
            ["go", "-C", folder, rest @ ..] => (*folder, rest),
            ["go", rest @ ..] => (".", rest),
            _ => return,
        };
        let [verb, rest @ ..] = words else { return };
        let is_known = !rest.iter().any(|it| it.contains(['@', HOLE, '$', '`']) || it.contains("modfile"));
        let builds = matches!(*verb, "build" | "install" | "run") && is_known && !self.scene.stage.on_windows;
        if builds && !self.may_be_left_out && !self.moved && !self.own_go {
            self.go_commands.push(GoCommand { folder: folder.to_owned(), span });
        }
    }

    /// Whether a command runs a program that was built from Go, by its path.
    fn is_program(&self, command: &shell::Command) -> bool {
        let first = command.program_words().first().and_then(|it| self.scene.stage.expand(&it.value));
        let path = first.filter(|it| it.as_str().contains('/'));
        path.is_some_and(|it| matches!(self.find(it.as_str()), Some((Found::Binary(_), _))))
    }

    /// Follows words that are executed directly; `init` when something in front passes signals on.
    fn exec(&mut self, words: &[Text], started_by: Span, init: bool) -> Traced {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            self.tools.unknown("scripts start scripts");
            return Traced::default();
        }
        self.verbatim = None;
        let Some((first, rest)) = words.split_first() else { return Traced::default() };
        let path = self.scene.stage.path(first.as_str());
        let name = path.rsplit('/').next().unwrap_or_default();
        if self.scene.stage.on_windows && matches!(name, "cmd" | "cmd.exe") {
            let behind = rest.iter().skip_while(|it| it.as_str().starts_with('/')).cloned();
            return self.exec(&behind.collect::<Vec<_>>(), started_by, init);
        }
        if WRAPPERS.contains(&name) || USER_WRAPPERS.contains(&name) {
            if name == "env" {
                self.environment.words(rest, started_by);
            }
            self.own_go |= rest.iter().any(|it| it.as_str().starts_with("GOTOOLCHAIN="));
            let words = rest;
            let mut rest = behind_flags(name, rest);
            self.other_signal |=
                name == "dumb-init" && words[..words.len() - rest.len()].iter().any(rewrites_sigterm);
            if USER_WRAPPERS.contains(&name) && !rest.is_empty() {
                rest.remove(0);
            }
            let is_init = init || !matches!(name, "env" | "nice") && !USER_WRAPPERS.contains(&name);
            return self.exec(&rest, started_by, is_init);
        }
        if shell::is_shell(name) {
            return self.shell(name, rest, started_by, init);
        }
        if name == "go" {
            let words: Vec<&str> = std::iter::once("go").chain(rest.iter().map(Text::as_str)).collect();
            let places = rest.iter().filter_map(Text::cover).filter(|it| it.file == started_by.file);
            let written = first.cover().filter(|it| it.file == started_by.file);
            self.note_go(&words, written.map_or(started_by, |it| places.fold(it, Span::cover)));
            return self.go(rest);
        }
        if name == "dlv" {
            self.others = true;
            return self.delve(rest, started_by, init);
        }
        if matches!(name, "air" | "CompileDaemon") {
            // What it starts, its configuration says; a debugger was installed to be started.
            let debugged = rest.iter().any(|it| it.as_str().contains("dlv"));
            self.others |= debugged || self.scene.stage.tools.bring("dlv");
            return Traced { program: self.rebuilt(name, rest, started_by), arguments: None };
        }
        let (found, at) = self.find(first.as_str()).map_or((None, String::new()), |(it, at)| (Some(it), at));
        if RUNNERS.contains(&name) || found.is_none() && name.ends_with(".sh") {
            self.tools.unknown("it starts with a script that is not known");
        }
        // `wait-for.sh db:5432 -- /app`: the command behind the dashes, whatever the script is.
        if let Some(dashes) = rest.iter().position(|it| it.as_str() == "--")
            && !matches!(found, Some(Found::Binary(_)))
        {
            if !name.contains("wait") {
                self.tools.unknown("another program starts it");
                self.environment.opened("another program starts it");
            }
            let keeps = self.keeps.take();
            let traced = self.exec(&rest[dashes + 1..], started_by, true);
            self.keeps = keeps;
            self.verbatim = self.verbatim.filter(|_| name.contains("wait"));
            return traced;
        }
        let Some(found) = found else {
            self.verbatim = verbatim::certainty(words).filter(|_| self.entry_is_known);
            return Traced::default();
        };
        match found {
            Found::Binary(binary) => {
                let program = binary.package.and_then(|it| self.program(&it));
                self.verbatim = Some(if program.is_some() { Confidence::Proven } else { Confidence::Likely });
                Traced { program, arguments: Some(rest.to_vec()) }
            }
            Found::File(path) => self.script_file(&path, at, rest, None, started_by, init),
            Found::Text(script) => self.script(&script, rest, None, started_by, init),
            Found::Foreign => {
                self.verbatim = verbatim::certainty(words);
                Traced::default()
            }
            Found::Folder(_) => Traced::default(),
        }
    }

    /// `sh -c TEXT` and `sh script.sh`.
    fn shell(&mut self, name: &str, words: &[Text], started_by: Span, init: bool) -> Traced {
        let mut rest = words.iter().enumerate();
        while let Some((at, word)) = rest.next() {
            let written = word.as_str();
            if written.starts_with('-') {
                let runs_text = !written.starts_with("--") && written.contains('c');
                if runs_text {
                    let Some((_, text)) = rest.next() else { return Traced::default() };
                    let kind = match name {
                        "bash" => Shell::Bash,
                        "ash" => Shell::Ash,
                        "dash" => Shell::Dash,
                        _ => self.scene.stage.base.shell,
                    };
                    let script = shell::read_text(text);
                    let before = self.keeps.take();
                    let traced = self.line(&script, kind, started_by);
                    self.verbatim = None;
                    if init {
                        self.keeps = before;
                    }
                    return traced;
                }
                continue;
            }
            // A script is looked for in the working directory, not in PATH.
            let path = format!("./{written}");
            let place = if written.starts_with('/') { written } else { &path };
            let arguments = &words[at + 1..];
            return match self.find(place) {
                Some((Found::File(path), at)) => {
                    self.script_file(&path, at, arguments, Some(name), started_by, init)
                }
                Some((Found::Text(script), _)) => {
                    self.script(&script, arguments, Some(name), started_by, init)
                }
                _ => {
                    self.tools.unknown("it starts with a script that is not known");
                    Traced::default()
                }
            };
        }
        Traced::default()
    }

    /// The script `path` of the project, which stands `at` a path of the image; `interpreter` as in
    /// [`Self::script`].
    fn script_file(
        &mut self,
        path: &str,
        at: String,
        arguments: &[Text],
        interpreter: Option<&str>,
        started_by: Span,
        init: bool,
    ) -> Traced {
        self.scripts.push(StartedScript { file: path.to_owned(), at, started_by });
        let facts = self.scene.facts;
        let Some((_, script)) = facts.scripts.iter().find(|(file, _)| facts.path(*file) == path) else {
            self.tools.unknown("it starts with a script that is not known");
            return Traced::default();
        };
        self.script(script, arguments, interpreter, started_by, init)
    }

    /// A script that was started with arguments, by `interpreter` when the command names one, else by that of
    /// its first line.
    fn script(
        &mut self,
        script: &Script,
        arguments: &[Text],
        interpreter: Option<&str>,
        started_by: Span,
        init: bool,
    ) -> Traced {
        let endings: Vec<_> = script.last_commands().collect();
        let Some((last, _)) = endings.last().copied() else { return Traced::default() };
        let awaited = awaited_server(script, last);
        let command = awaited.unwrap_or(last);
        self.note_others(script, command);
        let words = command.program_words();
        // `if [ "${1#-}" != "$1" ]; then set -- app "$@"; fi` is for those who give flags alone.
        let replaced = |it: &shell::Command| replaces_arguments(it) && !it.guarded;
        let traced = if command.runs_own_arguments() && script.commands.iter().any(replaced) {
            self.tools.unknown("what it starts with is put together by a script");
            Traced::default()
        } else if command.runs_own_arguments() {
            self.exec(arguments, started_by, init)
        } else {
            match self.texts(words, script, arguments) {
                Some(texts) => self.exec(&texts, started_by, init),
                None => self.first_word(words),
            }
        };
        // What is evaluated is read by a shell once more.
        let evaluates = |it: &shell::Command| matches!(it.program_name(), Some("eval" | "envsubst"));
        let hands_on = words.iter().any(Word::is_all_arguments) && !script.commands.iter().any(evaluates);
        self.verbatim = self.verbatim.filter(|_| hands_on && script.errors.is_empty());
        let traps = script.commands.iter().any(|it| it.program_name() == Some("trap"));
        // `if [ $$ = 1 ]; then exec tini -- "$0"; fi` stands in front of it, or `exec` of the same program.
        let first_word = words.first().map(|it| &it.raw.value);
        let gives_way = |it: &shell::Command| {
            let is_init = it.program_name().is_some_and(|it| INITS.contains(&it));
            it.is_exec() && (is_init || it.program_words().first().map(|it| &it.raw.value) == first_word)
        };
        let all_stay = endings.iter().all(|(it, _)| !it.is_exec()) && !script.commands.iter().any(gives_way);
        // Only what is known to be the project's own server is worth a word.
        // What watches the source and starts the program anew, or debugs it, gains nothing by `exec`.
        let watches = command.program_name().is_some_and(|it| WATCHERS.contains(&it));
        let is_server = !watches && (traced.program.is_some() || self.is_built_server(words));
        if !init && !traps && all_stay && is_server && self.keeps.is_none() && script.errors.is_empty() {
            let shebang = || script.shebang.as_ref().map_or("", |it| it.value.as_str());
            let name = interpreter.unwrap_or_else(shebang);
            let plain = command.assignments.is_empty()
                && !command.piped
                && !command.background
                && words.len() == command.words.len();
            self.keeps = Some(ShellInFront {
                span: command.span,
                shell: self.script_shell(name),
                reason: match awaited {
                    Some(_) => "the script waits for it and has no `trap`".to_owned(),
                    None => "the script ends without `exec`".to_owned(),
                },
                waits: awaited.is_some(),
                replacement: plain.then(|| with_exec(words)),
                started_by: Some(started_by),
                is_server: true,
            });
        }
        traced
    }

    /// Whether a command runs a program that another stage makes: one that builds Go, or in an image that
    /// exposes a port whichever it is.
    fn is_built_server(&self, words: &[Word]) -> bool {
        let name = |word: &Word| word.raw.value.rsplit('/').next().unwrap_or_default().to_owned();
        let mut rest = words.iter();
        let first = rest.next().filter(|it| USER_WRAPPERS.contains(&name(it).as_str()));
        let program = if first.is_some() { rest.nth(1) } else { words.first() };
        let Some(path) = program.map(|it| it.raw.value.as_str()).filter(|it| it.contains('/')) else {
            return false;
        };
        let scene = self.scene;
        let folder = scene.stage.workdir.as_deref().filter(|_| !path.starts_with('/')).unwrap_or("/");
        let path = layers::absolute(folder, path);
        let bringers = layers::bringers(scene.stages, scene.stage, &scene.facts.tree, &path);
        bringers.iter().any(|it| match it {
            Bringer::Stage(number) => scene.stages.get(*number).is_some_and(|stage| {
                let image = stage.base.reference.as_deref().unwrap_or_default();
                image.starts_with("golang") || !scene.stage.exposed.is_empty()
            }),
            Bringer::Project(_) | Bringer::Foreign => false,
        })
    }

    fn script_shell(&self, interpreter: &str) -> &'static str {
        let mut names = interpreter.split(['/', ' ']);
        if let Some(named) = names.find_map(|it| ["ash", "bash", "dash"].into_iter().find(|name| *name == it))
        {
            return named;
        }
        match self.scene.stage.base.shell {
            Shell::Ash => "ash",
            Shell::Dash => "dash",
            Shell::Bash => "bash",
            Shell::None | Shell::Unknown => "sh",
        }
    }

    /// The text behind `sh -c`, run by a shell of this kind.
    fn line(&mut self, script: &Script, kind: Shell, started_by: Span) -> Traced {
        let endings: Vec<_> = script.last_commands().collect();
        let Some((last, shape)) = endings.last().copied() else { return Traced::default() };
        // `/app || exit 1`: the server is the command before the one that may be last.
        let is_server = |it: &shell::Command| may_be_server(script, it);
        // `./wait-for.sh db && go run .`: what stands in front has ended by then.
        let starts_another = last.program_name().is_some_and(|it| STARTERS.contains(&it));
        let (command, shape) = if (is_server(last) && shape != Shape::Kept) || starts_another {
            (last, shape)
        } else {
            let first = script.commands.iter().rfind(|it| is_server(it));
            match first {
                Some(first) => (first, Shape::Kept),
                None => (last, shape),
            }
        };
        self.note_others(script, command);
        let words = command.program_words();
        let texts = self.texts(words, script, &[]);
        let stays = match (kind, shape) {
            (Shell::Unknown | Shell::None, _) => None,
            (_, Shape::Kept) => Some("the shell waits to run what follows"),
            (Shell::Dash, _) => Some("dash does not exec the last command"),
            (Shell::Bash, Shape::Wrapped) => {
                Some("bash does not exec a command in a redirection, a group or a branch")
            }
            (Shell::Bash | Shell::Ash, _) => None,
        };
        let traps = script.commands.iter().any(|it| it.program_name() == Some("trap"));
        if let Some(reason) = stays
            && !traps
            && is_server(command)
            && !goes_to_background(command)
            && endings.iter().all(|(it, _)| !it.is_exec())
            && !command.is_exec()
            && script.errors.is_empty()
        {
            let alone = command.subshell == 0 && !command.guarded && shape != Shape::Kept;
            let plain = alone && command.assignments.is_empty() && words.len() == command.words.len();
            self.keeps = Some(ShellInFront {
                span: command.span,
                shell: match kind {
                    Shell::Ash => "ash",
                    Shell::Bash => "bash",
                    _ => "dash",
                },
                reason: reason.to_owned(),
                waits: false,
                replacement: plain.then(|| with_exec(words)),
                started_by: None,
                is_server: false,
            });
        }
        // What stands behind the shell decides about the program; the shell itself was judged.
        let keeps = self.keeps.take();
        let traced = match texts {
            Some(texts) => self.exec(&texts, started_by, false),
            None => self.first_word(words),
        };
        if let Some(keeps) = keeps {
            let is_server = traced.program.is_some() || self.is_built_server(words);
            // In front of what keeps a container alive, what is no server has ended.
            let has_ended = keeps_alive(last) && last.span != command.span && !command.background;
            self.keeps = Some(ShellInFront { is_server, ..keeps }).filter(|_| is_server || !has_ended);
        }
        traced
    }

    /// The program of a command whose arguments are not known.
    fn first_word(&mut self, words: &[Word]) -> Traced {
        let first = words.first().and_then(|it| self.scene.stage.expand(&it.value));
        if first.is_none() {
            self.tools.unknown("it starts with a command that is not known");
        }
        let found = first.and_then(|it| self.find(it.as_str()));
        match found {
            Some((Found::Binary(binary), _)) => {
                Traced { program: binary.package.and_then(|it| self.program(&it)), arguments: None }
            }
            _ => Traced::default(),
        }
    }

    /// The words expanded; `"$@"` becomes the script's own arguments, and [`HOLE`] stands for what is not known.
    fn texts(&self, words: &[Word], script: &Script, arguments: &[Text]) -> Option<Vec<Text>> {
        let assigned = |name: &str| {
            script.commands.iter().any(|it| it.assignments.iter().any(|(it, _)| it.value == name))
        };
        let mut out = Vec::new();
        for word in words {
            if word.is_all_arguments() {
                if script.commands.iter().any(replaces_arguments) {
                    return None;
                }
                out.extend(arguments.iter().cloned());
                continue;
            }
            let mut lookup = |name: &str| {
                if assigned(name) {
                    return Lookup::Unresolved(format!("the script sets `{name}`"));
                }
                self.scene.lookup(name)
            };
            let value = match word.value.expand(&mut lookup) {
                Ok(value) => value,
                // A flag has a value, whatever it is; what stands alone may be any number of words.
                Err(_) => {
                    let flagged = |it: &Text| it.as_str().starts_with('-') && !it.as_str().contains('=');
                    let value = word.value.expand_partly(&mut lookup, HOLE);
                    let alone = value.as_str().chars().eq([HOLE]);
                    if out.is_empty() || (alone && !out.last().is_some_and(flagged)) {
                        return None;
                    }
                    value
                }
            };
            // A shell splits what a variable outside of quotes holds.
            let splits = word.raw.value.contains('$') && !word.raw.value.contains(['"', '\'']);
            if splits {
                out.extend(value.words());
            } else {
                out.push(value);
            }
        }
        Some(out)
    }

    /// `go run ./cmd/x -flag`.
    fn go(&mut self, words: &[Text]) -> Traced {
        let mut words = words.iter();
        if words.next().is_none_or(|it| it.as_str() != "run") {
            return Traced::default();
        }
        let rest: Vec<&Text> = words.skip_while(|it| it.as_str().starts_with('-')).collect();
        let Some((package, rest)) = rest.split_first() else { return Traced::default() };
        let arguments =
            rest.iter().filter(|it| !it.as_str().ends_with(".go")).map(|it| (*it).clone()).collect();
        let program = self.package(package.as_str());
        self.is_go_run = true;
        self.verbatim = program.map(|_| Confidence::Proven);
        Traced { program, arguments: Some(arguments) }
    }

    /// `dlv exec /app -- -flag` and `dlv debug ./cmd/x`.
    fn delve(&mut self, words: &[Text], started_by: Span, init: bool) -> Traced {
        let plain: Vec<&Text> = words
            .iter()
            .take_while(|it| it.as_str() != "--")
            .filter(|it| !it.as_str().starts_with('-'))
            .collect();
        let behind = words.iter().skip_while(|it| it.as_str() != "--").skip(1).cloned();
        match plain.as_slice() {
            [verb, program, ..] if verb.as_str() == "exec" => {
                let mut command = vec![(*program).clone()];
                command.extend(behind);
                self.exec(&command, started_by, init)
            }
            [verb, rest @ ..] if verb.as_str() == "debug" => {
                let package = rest.first().map_or(".", |it| it.as_str());
                Traced { program: self.package(package), arguments: Some(behind.collect()) }
            }
            _ => Traced::default(),
        }
    }

    /// The package that a tool rebuilds whenever a file changes: that of its build command, by
    /// default the one in the working directory (<https://github.com/air-verse/air>,
    /// <https://github.com/githubnemo/CompileDaemon>).
    fn rebuilt(&mut self, tool: &str, words: &[Text], started_by: Span) -> Option<ProgramId> {
        let build = words.iter().enumerate().find_map(|(at, word)| {
            let flag = word.as_str().trim_start_matches('-');
            let flag = flag.strip_prefix("build.cmd").or_else(|| flag.strip_prefix("build"))?;
            match flag.strip_prefix('=') {
                Some(command) => Some(command.to_owned()),
                None if flag.is_empty() => words.get(at + 1).map(|it| it.as_str().to_owned()),
                None => None,
            }
        });
        let build = match build {
            None if tool == "air" => self.build_of_air(words)?,
            build => build,
        };
        let build = build.unwrap_or_else(|| "go build".to_owned());
        let script = shell::read_line(&build, &|_| Span { file: crate::source::FileId(0), start: 0, end: 0 });
        let go = script.commands.iter().find(|it| it.program_name() == Some("go"))?;
        self.own_go |= sets_toolchain(go);
        let is_elsewhere = |it: &Text| it.as_str().trim_start_matches('-').starts_with("directory");
        if script.commands.first().is_some_and(|it| it.span == go.span) && !words.iter().any(is_elsewhere) {
            self.note_go(&words_of(go), started_by);
        }
        let words = go.program_words();
        // The package comes last; without one it is the working directory, behind -o the output.
        let last = words.last()?.raw.value.as_str();
        let before = words.len().checked_sub(2).map(|at| words[at].raw.value.as_str());
        let is_package = last != "build" && !last.starts_with('-') && before != Some("-o");
        self.package(if is_package { last } else { "." })
    }

    /// The build command in the configuration of air: in the file behind `-c`, else in `.air.toml` of the working
    /// directory. `None` when that cannot be told, `Some(None)` when there is none.
    fn build_of_air(&self, words: &[Text]) -> Option<Option<String>> {
        let given = words.iter().position(|it| it.as_str() == "-c").and_then(|at| words.get(at + 1));
        let name = given.map_or(".air.toml", Text::as_str);
        let place = if name.starts_with('/') { name.to_owned() } else { format!("./{name}") };
        let Some((Found::File(path), _)) = self.find(&place) else {
            return if given.is_none() { Some(None) } else { None };
        };
        let facts = self.scene.facts;
        let (_, file) = facts.configurations.iter().find(|(id, _)| facts.path(*id) == path)?;
        Some(file.value(2, |it| it[..2] == ["build", "cmd"]).map(|it| it.as_str().to_owned()))
    }

    /// The program of a package argument in the working directory.
    fn package(&self, package: &str) -> Option<ProgramId> {
        let scene = self.scene;
        let path = layers::absolute(scene.stage.workdir.as_deref()?, package);
        let folder = if package.ends_with(".go") { layers::parent(&path).to_owned() } else { path };
        let directory = layers::find_package(scene.stages, scene.stage, &scene.facts.tree, &folder)?;
        self.program(&directory)
    }

    fn program(&self, directory: &str) -> Option<ProgramId> {
        let (at, _) = go_build::program_in(self.scene.programs, directory)?;
        u32::try_from(at).ok().map(ProgramId)
    }

    /// What a program word names, a path or a name that PATH finds, and where that stands.
    fn find(&self, word: &str) -> Option<(Found, String)> {
        let scene = self.scene;
        let word = &*scene.stage.path(word);
        if scene.stage.on_windows {
            return self.find_on_windows(word);
        }
        let at =
            |path: String| Some((layers::find(scene.stages, scene.stage, &scene.facts.tree, &path)?, path));
        if word.contains('/') {
            let folder = scene.stage.workdir.as_deref();
            return at(layers::absolute(folder.filter(|_| !word.starts_with('/')).unwrap_or("/"), word));
        }
        let path = scene.stage.variables.iter().find(|(name, ..)| name == "PATH");
        let written = path.and_then(|(_, value, _)| value.as_ref()).map_or("", |it| it.as_str());
        let usual = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/go/bin";
        let folders = written.split(':').chain(usual.split(':')).filter(|it| it.starts_with('/'));
        // Without PATH the kernel looks in the working directory; distroless images are run so too.
        folders
            .filter_map(|folder| at(layers::absolute(folder, word)))
            .find(|(it, _)| !matches!(it, Found::Folder(_)))
    }

    /// Windows looks in the working directory first, and for `app.exe` where `app` is not.
    /// <https://learn.microsoft.com/en-us/windows/win32/api/processthreadsapi/nf-processthreadsapi-createprocessw>
    fn find_on_windows(&self, word: &str) -> Option<(Found, String)> {
        let scene = self.scene;
        let path = scene.stage.variables.iter().find(|(name, ..)| name.eq_ignore_ascii_case("PATH"));
        let written = path.and_then(|(_, value, _)| value.as_ref()).map_or("", |it| it.as_str());
        let here = scene.stage.workdir.as_deref().unwrap_or("/");
        let folders = std::iter::once(here.to_owned())
            .chain(written.split(';').map(|it| scene.stage.path(it).into_owned()));
        let folders: Vec<String> = folders.filter(|it| it.starts_with('/')).collect();
        let paths =
            folders.iter().flat_map(|it| [word.to_owned(), format!("{word}.exe")].map(|name| (it, name)));
        paths.map(|(folder, name)| layers::absolute(folder, &name)).find_map(|path| {
            let found = layers::find(scene.stages, scene.stage, &scene.facts.tree, &path)?;
            (!matches!(found, Found::Folder(_))).then_some((found, path))
        })
    }
}

/// The words of what a command really runs, without quotes.
pub(super) fn words_of(command: &shell::Command) -> Vec<&str> {
    command.program_words().iter().map(|it| it.raw.value.trim_matches(['"', '\''])).collect()
}

/// Whether a command leaves no server of its own behind.
fn is_passing(name: &str) -> bool {
    PASSING.contains(&name) || PACKAGE_MANAGERS.contains(&name)
}

fn is_installer(command: &shell::Command) -> bool {
    command.program_name().is_some_and(|it| PACKAGE_MANAGERS.contains(&it))
}

/// The words behind the flags of a wrapper, and behind the variables that `env` sets.
fn behind_flags(wrapper: &str, words: &[Text]) -> Vec<Text> {
    let mut rest = words;
    while let [word, behind @ ..] = rest {
        let word = word.as_str();
        let flags = match wrapper {
            "dockerize" => DOCKERIZE_VALUES,
            "dumb-init" => DUMB_INIT_VALUES,
            "tini" => TINI_VALUES,
            _ => &[],
        };
        let takes_next = flags.contains(&word.trim_start_matches('-'));
        rest = match behind {
            [_, behind @ ..] if takes_next && word.starts_with('-') => behind,
            _ if word.starts_with('-') || word.contains('=') => behind,
            _ => break,
        };
    }
    rest.to_vec()
}

/// Whether a word of dumb-init's flags says that SIGTERM becomes another signal: `--rewrite 15:2`
/// (<https://github.com/Yelp/dumb-init#signal-rewriting>).
fn rewrites_sigterm(word: &Text) -> bool {
    word.as_str().trim_start_matches(|it: char| !it.is_ascii_digit()).starts_with("15:")
}

/// Whether a shell that gets SIGTERM sends SIGINT to what it started: `trap 'kill -INT $pid' TERM`, or a function
/// that does so.
fn hands_on_interrupt(script: &Script) -> bool {
    let is_trap = |it: &shell::Command| it.program_name() == Some("trap");
    let mut does = script.commands.iter().filter(|it| it.words.len() > 1).map(|it| match is_trap(it) {
        true => it.words[1].raw.value.clone(),
        false => words_of(it).join(" "),
    });
    script.commands.iter().any(is_trap) && does.any(|it| sends_interrupt(&it))
}

/// Whether a daemon leaves its caller by itself, who then ends: `sshd` without `-D`.
fn goes_to_background(command: &shell::Command) -> bool {
    const DAEMONS: &[(&str, &str)] = &[("cron", "f"), ("crond", "fn"), ("rsyslogd", "n"), ("sshd", "Dd")];
    let name = command.program_name().unwrap_or_default();
    let stays = |flags: &str| {
        let words = command.program_words().iter().map(|it| it.raw.value.as_str());
        words.filter(|it| it.starts_with('-')).any(|it| it.contains(|flag| flags.contains(flag)))
    };
    name == "service" || DAEMONS.iter().any(|(daemon, flags)| *daemon == name && !stays(flags))
}

/// Whether a command may be the server that a line or a script is there for.
fn may_be_server(script: &Script, command: &shell::Command) -> bool {
    let name = command.program_name();
    let named = name.is_some_and(|name| !NOT_SERVERS.contains(&name) && !is_passing(name));
    named && !is_behind_pipe(script, command)
}

/// What a script starts with `&` and then waits for until the container is stopped: `/app & wait $!`. One that ends it
/// itself is at something else, unless a `trap` has it do so.
fn awaited_server<'s>(script: &'s Script, last: &shell::Command) -> Option<&'s shell::Command> {
    let is =
        |it: &shell::Command, names: &[&str]| it.program_name().is_some_and(|name| names.contains(&name));
    let waits = is(last, &["wait"]) || keeps_alive(last);
    let runs = |names: &[&str]| script.commands.iter().any(|it| is(it, names));
    let ends_it = || runs(&["kill", "killall", "pkill"]) && !runs(&["trap"]);
    let started = |it: &&shell::Command| it.background && !it.guarded && may_be_server(script, it);
    if waits && !ends_it() { script.commands.iter().rfind(started) } else { None }
}

/// Whether a command takes what others write: of `/app | format-log` the server is the one that the pipe begins with.
fn is_behind_pipe(script: &Script, command: &shell::Command) -> bool {
    let at = script.commands.iter().position(|it| it.span == command.span);
    let before = at.and_then(|it| script.commands.get(it.checked_sub(1)?));
    command.piped && before.is_some_and(|it| it.piped)
}

/// Whether a command of a script changes the script's own arguments: `set -- --port 80 "$@"`, `shift`.
fn replaces_arguments(command: &shell::Command) -> bool {
    let is_set = || command.words.iter().skip(1).any(|it| it.raw.value == "--");
    command.program_name().is_some_and(|it| it == "shift" || it == "set" && is_set())
}

/// Whether a command does nothing, for ever: `tail -f /dev/null`, `sleep infinity`.
fn keeps_alive(command: &shell::Command) -> bool {
    let mut arguments =
        command.program_words().iter().skip(1).map(|it| it.raw.value.trim_matches(['"', '\'']));
    match command.program_name() {
        Some("tail") => arguments.any(|it| it.starts_with("-f") || it.starts_with("-F")),
        Some("sleep") => arguments.any(|it| it.starts_with("inf")),
        _ => false,
    }
}

fn with_exec(words: &[Word]) -> String {
    let written: Vec<&str> = words.iter().map(|it| it.raw.value.as_str()).collect();
    format!("exec {}", written.join(" "))
}

/// Words with their places, for a command that is no Dockerfile's.
pub(super) fn spanned(words: &[Text], fallback: Span) -> Vec<Spanned<String>> {
    words.iter().map(|it| Spanned::new(it.as_str().to_owned(), it.cover().unwrap_or(fallback))).collect()
}
