//! `reachlint facts`: what was read from one file.

mod compose;
mod dockerfile;
mod go;
mod kubernetes;
mod value;

use std::path::PathBuf;

use clap::Args;

use super::exit::{Done, Failure};
use super::{OutlineArguments, OutlineFormat, output};
use crate::facts::creation::{self, Creation};
use crate::facts::kind::Kind;
use crate::facts::{
    self, compose_call, configuration, dockerignore, dotenv, go_mod, hns, makefile, proxy, shell, supervisor,
    wslconfig,
};
use crate::report::outline::{self, Entry};
use crate::source::{FileId, SourceMap, Span, Spanned, Text};
use crate::workspace;

#[derive(Debug, Args)]
pub(super) struct FactsArguments {
    /// The file: Go source, go.mod, a Dockerfile, a Compose file, a Kubernetes manifest, a `.env` file, a
    /// shell script, a Makefile, a justfile, a Taskfile, a script for Windows, a pipeline, a Markdown file,
    /// `.wslconfig`, `wsl.conf`, the configuration of a program (YAML, TOML, JSON, INI) or of a proxy (nginx,
    /// Caddy, HAProxy).
    file: PathBuf,
    #[command(flatten)]
    outline: OutlineArguments,
}

pub(super) fn run(arguments: &FactsArguments) -> Result<Done, Failure> {
    let path = &arguments.file;
    let (text, remark) =
        workspace::read_text(path).map_err(|reason| Failure(format!("{}: {reason}", path.display())))?;
    let parts: Vec<_> = path.iter().map(|it| it.to_string_lossy()).collect();
    let kind = Kind::of_text(&parts.join("/"), &text)
        .ok_or_else(|| Failure(format!("{}: reachlint reads no file of such a name", path.display())))?;
    if let Some(remark) = remark {
        output::complain(&format!("note: {}: {remark}", path.display()));
    }
    let mut sources = SourceMap::default();
    let file = sources.add(path.to_string_lossy(), text);
    let entries = read(kind, file, &sources);
    output::print(|out| match arguments.outline.format {
        OutlineFormat::Text => outline::write_text(&entries, &sources, "", out),
        OutlineFormat::Json => outline::write_json(&entries, &sources, out),
    })?;
    Ok(Done::Clean)
}

fn read(kind: Kind, file: FileId, sources: &SourceMap) -> Vec<Entry> {
    let (path, text) = (sources.file(file).path(), sources.file(file).text());
    match kind {
        Kind::Go => go::entries(file, text),
        Kind::GoMod | Kind::GoWork => of_go_mod(&go_mod::read(file, text)),
        Kind::Dockerfile => dockerfile::entries(file, sources),
        Kind::Dockerignore => of_dockerignore(&dockerignore::read(file, text)),
        Kind::Compose => compose::entries(file, sources),
        Kind::Dotenv => of_dotenv(&dotenv::read(file, text), sources),
        Kind::Script => of_script(&shell::read(file, text)),
        Kind::Configuration
        | Kind::Settings
        | Kind::Kustomization
        | Kind::KustomizeInput
        | Kind::Chart
        | Kind::ChartInput => of_configuration(file, sources),
        Kind::Nginx => of_proxy(&proxy::nginx::read(file, text)),
        Kind::Caddyfile => of_proxy(&proxy::caddyfile::read(file, text)),
        Kind::Haproxy => of_proxy(&proxy::haproxy::read(file, text)),
        Kind::Makefile => {
            let mut entries = of_makefile(&makefile::read(file, text));
            entries.extend(of_creation(creation::read(kind, text)));
            entries.extend(of_compose_calls(text));
            entries
        }
        Kind::Justfile | Kind::Taskfile | Kind::WindowsScript => {
            let mut entries = commands_in(&facts::commands::read(file, kind, path, text));
            entries.extend(of_creation(creation::read(kind, text)));
            entries.extend(of_compose_calls(text));
            entries
        }
        Kind::Package => of_compose_calls(&facts::compose_call::unlisted(kind, text)),
        Kind::Devcontainer => of_configuration(file, sources),
        Kind::Readme | Kind::Document | Kind::Pipeline => {
            let commands = commands_in(&facts::commands::read(file, kind, path, text));
            of_compose_calls(text).into_iter().chain(commands).collect()
        }
        Kind::Bake | Kind::Skaffold | Kind::Tiltfile => {
            of_builds(&facts::commands::read(file, kind, path, text).builds)
        }
        Kind::Sql => of_creation(creation::read(kind, text)),
        Kind::Manifest => kubernetes::entries(file, text),
        Kind::Gitattributes | Kind::Gitignore | Kind::Gitmodules | Kind::Searched => Vec::new(),
        Kind::Supervisor => of_supervisor(&supervisor::read(file, text)),
        Kind::HnsNetwork => of_hns(&hns::read(file, text)),
        Kind::Wslconfig | Kind::WslConf => of_wsl(kind, file, text),
    }
}

fn of_supervisor(programs: &[supervisor::SupervisedProgram]) -> Vec<Entry> {
    let entry = |it: &supervisor::SupervisedProgram| {
        let signal = it.stop_signal.as_ref();
        let signal = signal.and_then(|it| Some(Entry::new("stopped by", it.as_str()).at(it.cover()?)));
        Some(Entry::new("starts", it.command.as_str()).at(it.command.cover()?).with_all(signal))
    };
    programs.iter().filter_map(entry).collect()
}

fn of_proxy(it: &proxy::ProxyFile) -> Vec<Entry> {
    let listens = it.listens.iter().map(|it| Entry::new("listens", it.address.as_str()).at(it.site));
    let servers = it.groups.iter().flat_map(|group| {
        let name = group.name.as_str();
        let server =
            move |it: &Text| Some(Entry::new("server", format!("{} of {name}", it.as_str())).at(it.cover()?));
        group.servers.iter().filter_map(server)
    });
    let passes = it.passes.iter().map(|it| Entry::new("passes to", it.to.as_str()).at(it.site));
    let includes =
        it.includes.iter().filter_map(|it| Some(Entry::new("includes", it.as_str()).at(it.cover()?)));
    let others = it.incomplete.iter().map(|it| Entry::new("not understood", it.as_str()).at(it.span));
    listens.chain(servers).chain(passes).chain(includes).chain(others).collect()
}

fn of_compose_calls(text: &str) -> Vec<Entry> {
    let calls = compose_call::read(text).into_iter();
    let entry = |it: compose_call::ComposeCall| {
        let directory = it.project_directory.map(|it| Entry::new("project directory", it));
        Entry::new("calls Compose with", it.files.join(" ")).with_all(directory)
    };
    calls.map(entry).collect()
}

fn of_go_mod(it: &go_mod::GoMod) -> Vec<Entry> {
    let named = |kind: &'static str, value: &Option<Spanned<String>>| {
        value.as_ref().map(|it| Entry::new(kind, &it.value).at(it.span))
    };
    let pair = |kind: &'static str| {
        move |(left, right): &(Spanned<String>, Spanned<String>)| {
            Entry::new(kind, format!("{} {}", left.value, right.value)).at(left.span)
        }
    };
    named("module", &it.module)
        .into_iter()
        .chain(named("go", &it.go))
        .chain(named("toolchain", &it.toolchain))
        .chain(it.uses.iter().map(|it| Entry::new("use", &it.value).at(it.span)))
        .chain(it.requires.iter().map(pair("require")))
        .chain(it.local_replacements.iter().map(pair("replace")))
        .chain(errors(&it.errors))
        .collect()
}

fn of_dockerignore(it: &dockerignore::Dockerignore) -> Vec<Entry> {
    let of_pattern = |it: &dockerignore::Pattern| {
        let kind = if it.negated { "keeps" } else { "leaves out" };
        Entry::new(kind, &it.glob.value).at(it.glob.span)
    };
    it.patterns.iter().map(of_pattern).collect()
}

fn of_makefile(it: &makefile::Makefile) -> Vec<Entry> {
    let given = makefile::Given { arguments: &[], environment: &|_| None };
    it.recipes(&given).iter().flatten().flat_map(|line| commands(&shell::read_text(line))).collect()
}

fn of_creation(it: Creation) -> Vec<Entry> {
    let words = [(it.databases, "databases"), (it.users, "users of a database")];
    words.into_iter().filter(|(on, _)| *on).map(|(_, word)| Entry::new("creates", word)).collect()
}

fn of_dotenv(it: &dotenv::Dotenv, sources: &SourceMap) -> Vec<Entry> {
    let entries = it.entries.iter().map(|it| Entry::new("variable", source(sources, it.span)).at(it.span));
    entries.chain(errors(&it.errors)).collect()
}

fn of_configuration(file: FileId, sources: &SourceMap) -> Vec<Entry> {
    let source = sources.file(file);
    let it = configuration::read(file, source.path(), source.text());
    let values = it.leaves.iter().map(|it| {
        let span = it.text.cover().unwrap_or(it.key);
        Entry::new("value", format!("{} = {}", it.path.join("."), it.text.as_str())).at(span)
    });
    values.chain(errors(&it.errors)).collect()
}

fn of_hns(networks: &[hns::HnsNetwork]) -> Vec<Entry> {
    let of_network = |it: &hns::HnsNetwork| {
        let kind = it.kind.iter().map(|it| Entry::new("type of network", &it.value).at(it.span));
        let ranges = it.subnets.iter().map(|it| Entry::new("subnet", &it.prefix.value).at(it.prefix.span));
        kind.chain(ranges).collect::<Vec<_>>()
    };
    networks.iter().flat_map(of_network).collect()
}

fn of_wsl(kind: Kind, file: FileId, text: &str) -> Vec<Entry> {
    let Some(scope) = wslconfig::scope_of(kind) else { return Vec::new() };
    let it = wslconfig::read(file, text, scope);
    let settings = it.settings.iter().map(|it| {
        let section = it.section.as_deref().map_or_else(String::new, |it| format!("{it}."));
        Entry::new("setting", format!("{section}{} = {}", it.key.value, it.value.as_str())).at(it.key.span)
    });
    let format =
        it.foreign.iter().map(|it| Entry::new("not read", format!("this is {}", it.value)).at(it.span));
    let faults = it.faults.iter().map(|it| Entry::new("not read", it.fault.clause()).at(it.span));
    settings.chain(format).chain(faults).collect()
}

fn of_script(it: &shell::Script) -> Vec<Entry> {
    let shebang = it.shebang.iter().map(|it| Entry::new("interpreter", &it.value).at(it.span));
    shebang.chain(commands(it)).chain(errors(&it.errors)).collect()
}

fn of_builds(builds: &[facts::docker_command::BuildCommand]) -> Vec<Entry> {
    let tags = builds.iter().flat_map(|it| &it.tags);
    let entry = |it: &crate::source::Text| Some(Entry::new("builds", it.as_str()).at(it.cover()?));
    tags.filter_map(entry).collect()
}

/// The command lines about containers in a file that is no script itself.
fn commands_in(it: &facts::commands::Commands) -> Vec<Entry> {
    let typed = it.blocks.iter().flat_map(|it| &it.scripts).flat_map(commands);
    typed.chain(of_builds(&it.builds)).collect()
}

/// The commands of a script; the ones that can be last are what PID 1 may become.
fn commands(script: &shell::Script) -> Vec<Entry> {
    let last: Vec<usize> = script.endings.iter().map(|it| it.command).collect();
    let entries = script.commands.iter().enumerate().map(|(at, command)| {
        let words: Vec<_> = command.words.iter().map(|it| it.raw.value.as_str()).collect();
        let kind = if last.contains(&at) { "last command" } else { "command" };
        Entry::new(kind, words.join(" ")).at(command.span)
    });
    entries.collect()
}

fn errors(errors: &[Spanned<String>]) -> impl Iterator<Item = Entry> {
    errors.iter().map(|it| Entry::new("not read", &it.value).at(it.span))
}

/// What is written at `span`, on one line.
fn source(sources: &SourceMap, span: Span) -> String {
    sources.slice(span).split_whitespace().collect::<Vec<_>>().join(" ")
}
