//! Facts in parallel, the join, rules in parallel, what comments silence, one sorted list.
//!
//! Pure: it reads no file, no clock and no environment, so that the same input gives the same
//! findings in the command, in a test and in an editor.

mod go;
mod isolate;
mod suppress;

use std::collections::BTreeSet;
use std::sync::Mutex;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::config::{Level, Profile, Settings};
use crate::diagnostic::{Confidence, Diagnostic, Severity};
use crate::facts::commands::Commands;
use crate::facts::compose_call::ComposeCall;
use crate::facts::creation::{self, Creation};
use crate::facts::documents::Documents;
use crate::facts::go::BuildTags;
use crate::facts::kind::Kind;
use crate::facts::linked::linked_variables;
use crate::facts::uncommitted::Uncommitted;
use crate::facts::{
    Facts, Tree, build_arguments, commands, compose, compose_call, configuration, dockerfile, dockerignore,
    documents, dotenv, folder_of, gitattributes, go_mod, helm, hns, join_path, kubernetes, kustomize,
    makefile, proxy, shell, shell_variables, supervisor, wslconfig,
};
use crate::model::{Detail, Project};
use crate::rules::{
    Category, Context, Document, Findings, RULES, Rule, Subject, Suppression, UnknownSetting,
};
use crate::source::{FileId, SourceFile, SourceMap, Span};

/// What is checked: the files of one project.
#[derive(Debug, Default)]
pub struct Input {
    /// The files that reachlint reads.
    pub sources: SourceMap,
    /// The kind of each of them, by [`FileId`].
    pub kinds: Vec<Kind>,
    /// Every file of the project, read or not.
    pub tree: Tree,
    /// The project's settings.
    pub settings: Settings,
}

impl Input {
    /// Adds a file of a kind reachlint reads.
    pub fn add(&mut self, path: &str, kind: Kind, text: &str) {
        self.sources.add(path, text);
        self.kinds.push(kind);
    }

    /// Adds the settings file.
    pub fn configure(&mut self, path: &str, text: &str) {
        self.settings = Settings::read(self.sources.add(path, text), text);
        self.kinds.push(Kind::Settings);
    }
}

/// Which rules run, whatever the settings say.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these; those of the settings when empty.
    pub select: Vec<String>,
    /// Not these.
    pub ignore: Vec<String>,
    /// Which groups of rules are raised; the settings say it when it is absent.
    pub profile: Option<Profile>,
}

impl Options {
    /// Which groups of rules are raised.
    #[must_use]
    pub fn profile(&self, settings: &Settings) -> Profile {
        self.profile.or(settings.profile).unwrap_or_default()
    }

    fn runs(&self, rule: &Rule, settings: &Settings) -> bool {
        let named = |list: &[String]| list.iter().any(|it| it == rule.id);
        if named(&self.ignore) {
            return false;
        }
        // Who asks for a rule by name gets it.
        if !self.select.is_empty() {
            return named(&self.select);
        }
        let level = settings.level(rule.id);
        let selected = match settings.select.is_empty() {
            // Who gives a severity to a rule that is off by default wants it.
            true => {
                let document = Document::parse(rule.document);
                let raised = self.profile(settings).turns_on(document.category);
                level.is_some() || raised || !document.off_by_default
            }
            false => named(&settings.select),
        };
        selected && !named(&settings.ignore) && level != Some(Level::Off)
    }
}

/// What came out.
#[derive(Debug)]
pub struct Outcome {
    /// What each file says.
    pub facts: Facts,
    /// What they say together.
    pub project: Project,
    /// The findings, by path, place and rule.
    pub diagnostics: Vec<Diagnostic>,
    /// Faults of reachlint itself that cost a file or a rule its findings, one sentence each.
    pub internal_errors: Vec<String>,
}

/// Checks one project on the current rayon pool.
#[must_use]
pub fn check(input: &Input, options: &Options) -> Outcome {
    let mut outcome = join(input, Detail::Reason);
    let internal_errors = Mutex::new(std::mem::take(&mut outcome.internal_errors));
    outcome.diagnostics = judge(input, &outcome.project, options, &internal_errors);
    sort(&mut outcome.diagnostics, &input.sources);
    outcome.internal_errors = internal_errors.into_inner().unwrap_or_default();
    outcome
}

/// Reads and joins one project on the current rayon pool, without judging it: there are no diagnostics.
#[must_use]
pub fn join(input: &Input, detail: Detail) -> Outcome {
    let internal_errors = Mutex::new(Vec::new());
    let facts = read_facts(input, &internal_errors);
    let build = || Project::build(&facts, detail);
    let project = isolate::run("joining the project", &internal_errors, build).unwrap_or_default();
    let internal_errors = internal_errors.into_inner().unwrap_or_default();
    Outcome { facts, project, diagnostics: Vec::new(), internal_errors }
}

/// The facts of every file. Reading one file never depends on another, but for Go: which Go files
/// are worth a full reading depends on what the others refer to.
fn read_facts(input: &Input, internal_errors: &Mutex<Vec<String>>) -> Facts {
    let of_kind = |kind: Kind| -> Vec<(FileId, &str, &str)> {
        let files = input.sources.iter().zip(&input.kinds).filter(|(_, it)| **it == kind);
        files.map(|((id, file), _)| (id, file.path(), file.text())).collect()
    };
    macro_rules! read {
        ($kind:expr, $read:path) => {
            of_kind($kind)
                .par_iter()
                .filter_map(|(id, path, text)| {
                    isolate::run(path, internal_errors, || $read(*id, text)).map(|facts| (*id, facts))
                })
                .collect()
        };
    }
    let modules: Vec<(FileId, go_mod::GoMod)> = read!(Kind::GoMod, go_mod::read);
    let named = modules.iter().filter_map(|(id, module)| {
        let folder = folder_of(input.sources.file(*id).path());
        Some((folder.to_owned(), module.module.as_ref()?.value.clone()))
    });
    let configurations = of_kind(Kind::Configuration);
    let configurations = configurations.par_iter().filter_map(|(id, path, text)| {
        let read = || configuration::read(*id, path, text);
        isolate::run(path, internal_errors, read).map(|facts| (*id, facts))
    });
    let mut proxies: Vec<(FileId, proxy::ProxyFile)> = read!(Kind::Nginx, proxy::nginx::read);
    let of_caddy: Vec<(FileId, proxy::ProxyFile)> = read!(Kind::Caddyfile, proxy::caddyfile::read);
    let of_haproxy: Vec<(FileId, proxy::ProxyFile)> = read!(Kind::Haproxy, proxy::haproxy::read);
    proxies.extend(of_caddy.into_iter().chain(of_haproxy));
    let kustomizations: Vec<(FileId, Documents)> = read!(Kind::Kustomization, documents::read);
    let mut variables: Vec<(FileId, dotenv::Dotenv)> = read!(Kind::Dotenv, dotenv::read);
    variables.retain(|(id, _)| !dotenv::is_encrypted(input.sources.file(*id).text()));
    let wrappers = &input.settings.wrappers;
    let builders = [Kind::Dockerfile, Kind::Makefile, Kind::Script].into_iter().flat_map(of_kind);
    let asks_for_tags = builders.into_iter().any(|(_, _, text)| text.contains("-tags"));
    let others = input.sources.iter().zip(&input.kinds).filter(|(_, kind)| **kind != Kind::Go);
    let tags = if asks_for_tags { BuildTags::Any } else { BuildTags::These(&[]) };
    let (go, selections) =
        go::read_go(&of_kind(Kind::Go), &named.collect::<Vec<_>>(), tags, wrappers, internal_errors);
    let dockerfiles: Vec<(FileId, dockerfile::Dockerfile)> = read!(Kind::Dockerfile, dockerfile::read);
    Facts {
        given_arguments: read_given_arguments(input, &dockerfiles),
        sets_profiles: sets_profiles(input),
        shell_variables: read_shell_variables(input, &variables),
        paths: input.sources.iter().map(|(_, file)| file.path().to_owned()).collect(),
        tree: input.tree.clone(),
        go,
        selections,
        modules,
        workspaces: read!(Kind::GoWork, go_mod::read),
        dockerfiles,
        dockerignores: read!(Kind::Dockerignore, dockerignore::read),
        compose: read!(Kind::Compose, compose::read),
        compose_calls: read_compose_calls(input),
        reached_services: read_reached_services(input),
        dotenv: variables,
        scripts: read!(Kind::Script, shell::read),
        makefiles: read!(Kind::Makefile, makefile::read),
        commands: read_commands(input, internal_errors),
        manifests: read!(Kind::Manifest, kubernetes::read),
        gitattributes: of_kind(Kind::Gitattributes)
            .iter()
            .map(|(id, _, text)| (*id, gitattributes::read(text)))
            .collect(),
        hns: read!(Kind::HnsNetwork, hns::read),
        supervisors: read!(Kind::Supervisor, supervisor::read),
        wsl: read_wsl(input),
        kustomize_inputs: read_kustomize_inputs(input, &kustomizations),
        kustomizations,
        charts: read_charts(input, internal_errors),
        configurations: configurations.collect(),
        proxies,
        creation: read_creation(input),
        uncommitted: read_uncommitted(input),
        asks_for_tags,
        linked_variables: linked_variables(others.map(|((_, file), _)| file.text())),
        wrappers: wrappers.clone(),
        settings_errors: input.settings.errors.clone(),
    }
}

/// The configurations of WSL; a project has one or two.
fn read_wsl(input: &Input) -> Vec<(FileId, wslconfig::WslConfiguration)> {
    let files = input.sources.iter().zip(&input.kinds);
    let files = files.filter_map(|((id, file), kind)| Some((id, file.text(), wslconfig::scope_of(*kind)?)));
    files.map(|(id, text, scope)| (id, wslconfig::read(id, text, scope))).collect()
}

/// The services that somebody reaches without a port of the host.
fn read_reached_services(input: &Input) -> BTreeSet<String> {
    let files = input.sources.iter().zip(&input.kinds);
    let read = |((id, file), kind): ((FileId, &SourceFile), &Kind)| match kind {
        Kind::Devcontainer => compose_call::service_of_devcontainer(id, file.text()),
        it if it.may_call_compose() => compose_call::reached(&compose_call::unlisted(*it, file.text())),
        _ => Vec::new(),
    };
    files.flat_map(read).collect()
}

/// The calls of Compose: whoever wrote the files of a project says there which belong together.
fn read_compose_calls(input: &Input) -> Vec<(FileId, Vec<ComposeCall>)> {
    let holds = |it: Kind| matches!(it, Kind::Compose | Kind::Devcontainer) || it.may_call_compose();
    let files = input.sources.iter().zip(&input.kinds).filter(|(_, kind)| holds(**kind));
    let calls = files.map(|((id, file), kind)| {
        if *kind == Kind::Devcontainer {
            return (id, compose_call::of_devcontainer(id, file.text()).into_iter().collect());
        }
        let mut calls = compose_call::read(&compose_call::unlisted(*kind, file.text()));
        let is_document = matches!(kind, Kind::Readme | Kind::Document);
        // A document that shows a Compose file speaks of that, where it names none.
        if is_document && calls.iter().any(|it| it.files.is_empty()) && shows_compose_file(file.text()) {
            calls.retain(|it| !it.files.is_empty());
        }
        (id, calls)
    });
    let calls = calls.filter(|(_, it)| !it.is_empty());
    of_settings(input).chain(calls).collect()
}

fn shows_compose_file(document: &str) -> bool {
    document.lines().any(|it| it.trim() == "services:")
}

/// The lists of Compose files in the settings, as calls of Compose.
fn of_settings(input: &Input) -> impl Iterator<Item = (FileId, Vec<ComposeCall>)> {
    input.settings.compose.iter().filter_map(|list| {
        let files = list.iter().map(|it| it.value.clone()).collect();
        Some((list.first()?.span.file, vec![ComposeCall { files, ..ComposeCall::default() }]))
    })
}

/// The Compose files in the settings that are not there.
fn missing_compose_files(input: &Input) -> impl Iterator<Item = UnknownSetting> {
    let folder = |file: FileId| folder_of(input.sources.file(file).path()).to_owned();
    input.settings.compose.iter().flatten().filter_map(move |it| {
        let path = join_path(&folder(it.span.file), &it.value).or_else(|| join_path(".", &it.value));
        let is_there = path.is_some_and(|it| input.tree.has_file(&it)) || input.tree.has_file(&it.value);
        (!is_there).then(|| UnknownSetting {
            span: it.span,
            message: format!("There is no Compose file `{}`", it.value),
            label: "no such file in the project".to_owned(),
            help: None,
        })
    })
}

/// The command lines of documents.
fn read_commands(input: &Input, internal_errors: &Mutex<Vec<String>>) -> Vec<(FileId, Commands)> {
    let files: Vec<_> = input.sources.iter().zip(&input.kinds).collect();
    let read = files.par_iter().filter_map(|((id, file), kind)| {
        let read = || commands::read(*id, **kind, file.path(), file.text());
        let commands = isolate::run(file.path(), internal_errors, read)?;
        (!commands.is_empty()).then_some((*id, commands))
    });
    read.collect()
}

/// What files set for the calls of Compose in them, and `.envrc` for whoever works in its folder.
fn read_shell_variables(input: &Input, files: &[(FileId, dotenv::Dotenv)]) -> FxHashSet<String> {
    let name = |id: FileId| {
        let path = input.sources.file(id).path();
        path.rsplit('/').next().unwrap_or(path)
    };
    let given =
        files.iter().map(|(id, it)| (name(*id), it)).filter(|(name, _)| shell_variables::is_given(name));
    let given: Vec<_> = given.collect();
    let mut out = FxHashSet::default();
    for ((id, file), kind) in input.sources.iter().zip(&input.kinds) {
        let may_call = kind.may_call_compose() && file.text().contains("compose");
        if may_call || (*kind == Kind::Searched && name(id) == ".envrc") {
            shell_variables::add(*kind, file.text(), &given, &mut out);
        }
    }
    out
}

/// Whether a file sets `COMPOSE_PROFILES` elsewhere than in front of a call, which [`compose_call`] reads. A `.env` sets
/// it for the folder that it stands in.
fn sets_profiles(input: &Input) -> bool {
    let is_apart =
        |it: &str| it.contains("COMPOSE_PROFILES") && !it.contains("docker") && !it.contains("podman");
    let files = input.sources.iter().zip(&input.kinds).filter(|((_, file), kind)| {
        let is_default = file.path() == ".env" || file.path().ends_with("/.env");
        !is_default && !matches!(kind, Kind::Compose | Kind::Go)
    });
    files
        .into_iter()
        .any(|((_, file), _)| file.text().contains("COMPOSE_PROFILES") && file.text().lines().any(is_apart))
}

/// The arguments behind a FROM that any file may give a value.
fn read_given_arguments(
    input: &Input,
    dockerfiles: &[(FileId, dockerfile::Dockerfile)],
) -> FxHashSet<String> {
    let names: FxHashSet<&str> = dockerfiles
        .iter()
        .flat_map(|(_, file)| file.stages.iter().flat_map(move |it| build_arguments::of_base(file, it)))
        .collect();
    if names.is_empty() {
        return FxHashSet::default();
    }
    let files: Vec<_> = input.sources.iter().zip(&input.kinds).collect();
    let given = files
        .par_iter()
        .flat_map_iter(|((_, file), kind)| build_arguments::given(&names, **kind, file.text()));
    given.map(str::to_owned).collect()
}

/// What may be there without being committed; only a Compose file names what has to be there.
fn read_uncommitted(input: &Input) -> Uncommitted {
    let mut out = Uncommitted::default();
    if input.kinds.contains(&Kind::Compose) {
        for ((_, file), kind) in input.sources.iter().zip(&input.kinds) {
            out.add(file.path(), *kind, file.text());
        }
    }
    out
}

/// What kustomizations and the files that they name say; nothing else.
#[must_use]
pub fn kustomize_facts(input: &Input) -> Facts {
    let files = input.sources.iter().zip(&input.kinds).filter(|(_, kind)| **kind == Kind::Kustomization);
    let kustomizations: Vec<_> =
        files.map(|((id, file), _)| (id, documents::read(id, file.text()))).collect();
    Facts {
        paths: input.sources.iter().map(|(_, file)| file.path().to_owned()).collect(),
        tree: input.tree.clone(),
        kustomize_inputs: read_kustomize_inputs(input, &kustomizations),
        kustomizations,
        ..Facts::default()
    }
}

/// The files that kustomizations name.
fn read_kustomize_inputs(input: &Input, kustomizations: &[(FileId, Documents)]) -> Vec<(FileId, Documents)> {
    let path = |file: FileId| input.sources.file(file).path();
    let named: FxHashSet<String> =
        kustomizations.iter().flat_map(|(file, it)| kustomize::named_paths(path(*file), it)).collect();
    let files: Vec<_> = input.sources.iter().filter(|(_, file)| named.contains(file.path())).collect();
    files.par_iter().map(|(id, file)| (*id, documents::read(*id, file.text()))).collect()
}

/// Charts with the files in their folders, whatever else these may be.
fn read_charts(input: &Input, internal_errors: &Mutex<Vec<String>>) -> Vec<(FileId, helm::Chart)> {
    let folder = |path: &str| folder_of(path).to_owned();
    let files = input.sources.iter().zip(&input.kinds).filter(|(_, kind)| **kind == Kind::Chart);
    let mut charts: FxHashMap<String, (FileId, helm::Chart)> = files
        .map(|((id, file), _)| {
            let about = documents::read(id, file.text());
            (folder(file.path()), (id, helm::Chart { about, ..helm::Chart::default() }))
        })
        .collect();
    let files = input.sources.iter().filter_map(|(id, file)| {
        let (chart, path) = helm::owner(file.path(), |it| charts.contains_key(it))?;
        Some((id, file, chart.to_owned(), helm::role(path)?))
    });
    for (id, file, chart, role) in files.collect::<Vec<_>>() {
        let Some((_, chart)) = charts.get_mut(&chart) else { continue };
        match role {
            helm::Role::Values => chart.values = Some((id, documents::read(id, file.text()))),
            helm::Role::OtherValues => chart.other_values.push(documents::read(id, file.text())),
            helm::Role::Template | helm::Role::Helpers => {
                let definitions = || helm::read_definitions(id, file.text());
                let definitions = isolate::run(file.path(), internal_errors, definitions);
                chart.definitions.extend(definitions.unwrap_or_default());
                let read = || helm::read(id, file.text());
                let template = isolate::run(file.path(), internal_errors, read);
                let is_rendered = role == helm::Role::Template;
                chart.templates.extend(template.filter(|_| is_rendered).map(|it| (id, it)));
            }
        }
    }
    let mut out: Vec<_> = charts.into_values().collect();
    out.sort_unstable_by_key(|(id, _)| *id);
    out
}

/// What any file of the project may create in a database; only Compose files have database containers.
fn read_creation(input: &Input) -> Creation {
    if !input.kinds.contains(&Kind::Compose) {
        return Creation::default();
    }
    let files: Vec<_> = input.sources.iter().zip(&input.kinds).collect();
    let own = files.par_iter().filter(|((_, file), _)| !file.path().split('/').any(|it| it == "vendor"));
    own.map(|((_, file), kind)| creation::read(**kind, file.text())).reduce(Creation::default, Creation::or)
}

/// The findings that no comment silences, and those on the comments.
fn judge(
    input: &Input,
    project: &Project,
    options: &Options,
    internal_errors: &Mutex<Vec<String>>,
) -> Vec<Diagnostic> {
    let settings = &input.settings;
    let (mut suppressions, mut unknown) = suppress::read(input);
    unknown.extend(settings.unknown.iter().cloned());
    unknown.extend(missing_compose_files(input));
    let ran: Vec<&'static Rule> = RULES.iter().filter(|rule| options.runs(rule, settings)).collect();
    let ids: Vec<&str> = ran.iter().map(|it| it.id).collect();
    let profile = options.profile(settings);
    let find = |subject: Subject, suppressions: &[Suppression]| {
        let on_docker_desktop = profile == Profile::Windows;
        let context = Context { project, unknown_settings: &unknown, suppressions, on_docker_desktop };
        let rules: Vec<&'static Rule> = ran.iter().copied().filter(|it| it.subject == subject).collect();
        run_rules(
            &rules,
            &context,
            &|rule, severity| match settings.level(rule.id) {
                Some(Level::At(severity)) => severity,
                _ => profile.severity(Document::parse(rule.document).category, severity),
            },
            internal_errors,
        )
    };
    let mut diagnostics = find(Subject::Project, &[]);
    suppress::apply(&mut suppressions, &ids, &mut diagnostics);
    let mut of_suppressions = find(Subject::Suppressions, &suppressions);
    suppress::apply(&mut suppressions, &ids, &mut of_suppressions);
    diagnostics.extend(of_suppressions);
    diagnostics
}

/// The findings of these rules, with the severities that `level` makes of theirs.
fn run_rules(
    rules: &[&'static Rule],
    context: &Context<'_>,
    level: &(dyn Fn(&Rule, Severity) -> Severity + Sync),
    internal_errors: &Mutex<Vec<String>>,
) -> Vec<Diagnostic> {
    let found = rules.par_iter().flat_map_iter(|rule| {
        let run = || {
            let mut findings = Findings::new(rule);
            (rule.check)(context, &mut findings);
            let mut diagnostics = findings.into_diagnostics();
            for it in &mut diagnostics {
                it.severity = level(rule, it.severity);
                weigh_chart(&context.project.of_charts, it);
                weigh_doubtful(&context.project.doubtful, rule, it);
            }
            diagnostics
        };
        isolate::run(rule.id, internal_errors, run).unwrap_or_default()
    });
    found.collect()
}

/// Whoever installs a chart may set other values, so what rests on one is not proven; and a number in place of an
/// action would be no mending of a template.
fn weigh_chart(of_charts: &FxHashSet<FileId>, it: &mut Diagnostic) {
    if it.labels.iter().any(|it| of_charts.contains(&it.span.file)) {
        it.confidence = it.confidence.min(Confidence::Likely);
        it.fixes.retain(|it| it.edits.iter().all(|it| !of_charts.contains(&it.span.file)));
    }
}

/// What rests on such a file is possible at most, but what cannot be built cannot be tested either.
fn weigh_doubtful(doubtful: &FxHashSet<FileId>, rule: &Rule, it: &mut Diagnostic) {
    let is_doubtful = it.labels.iter().any(|it| doubtful.contains(&it.span.file));
    if is_doubtful && Document::parse(rule.document).category != Category::Build {
        it.confidence = Confidence::Possible;
    }
}

/// By path, then place, then rule; a finding that is there twice (one file in two projects, one base in two
/// overlays) once.
fn sort(diagnostics: &mut Vec<Diagnostic>, sources: &SourceMap) {
    diagnostics.sort_by(|a, b| {
        let key = |it: &Diagnostic| (it.primary().span.start, it.primary().span.end, it.rule);
        let path = |it: &Diagnostic| sources.file(it.primary().span.file).path().to_owned();
        path(a).cmp(&path(b)).then_with(|| key(a).cmp(&key(b))).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup_by(|later, earlier| {
        later.rule == earlier.rule
            && later.primary().span == earlier.primary().span
            && later.message == earlier.message
    });
    // Where the same lines decide it is the same, whatever an overlay calls what they are about.
    let mut seen: FxHashSet<(&str, Vec<Span>)> = FxHashSet::default();
    diagnostics.retain(|it| {
        let places: Vec<Span> = it.labels.iter().map(|it| it.span).collect();
        places.len() < 2 || seen.insert((it.rule, places))
    });
}
