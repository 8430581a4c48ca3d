//! Scripts with line ends of Windows, which Linux does not run: of `#!/bin/sh` and a carriage return the
//! kernel makes the name of an interpreter that is not there, and the shell takes one for a part of the
//! last word.

use rustc_hash::FxHashMap;

use super::ImageId;
use super::build::{Images, Stage, StartedScript};
use super::layers::{self, Found};
use crate::facts::catalogue::ImageSystem;
use crate::facts::dockerfile::Run;
use crate::facts::shell::{Command, Script};
use crate::facts::{Facts, Tree, folder_of, join_path};
use crate::model::compose::Mount;
use crate::source::Span;

/// A script with line ends of Windows that a container of Linux runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrlfScript {
    /// Its path in the project.
    pub path: String,
    /// Its first line that ends so, the line end left out.
    pub line: Span,
    /// The carriage returns.
    pub carriage_returns: Vec<Span>,
    /// What runs it.
    pub started_by: Span,
}

/// The scripts with line ends of Windows, by path. Those to which git gives line feeds are left out: a
/// clone has them right.
pub(super) fn scripts(facts: &Facts) -> FxHashMap<&str, &Script> {
    let windows = facts.scripts.iter().filter(|(_, it)| !it.carriage_returns.is_empty());
    let paths = windows.map(|(file, it)| (facts.path(*file), it));
    paths.filter(|(path, _)| !gets_line_feeds(facts, path)).collect()
}

/// Whether the nearest `.gitattributes` that speaks of a file gives it line feeds.
fn gets_line_feeds(facts: &Facts, path: &str) -> bool {
    let inside = |folder: &str| match folder {
        "." => Some(path.to_owned()),
        folder => path.strip_prefix(folder)?.strip_prefix('/').map(str::to_owned),
    };
    let mut said: Vec<_> = facts
        .gitattributes
        .iter()
        .filter_map(|(file, it)| {
            let folder = folder_of(facts.path(*file));
            Some((folder.len(), it.gives_line_feeds(&inside(folder)?)?))
        })
        .collect();
    said.sort_unstable();
    said.last().is_some_and(|(_, line_feeds)| *line_feeds)
}

/// The scripts that a `RUN` of a stage starts.
pub(super) fn run_in<'a>(
    scripts: &FxHashMap<&'a str, &'a Script>,
    run: &Run,
    stage: &Stage<'a>,
    before: &[Stage<'a>],
    tree: &Tree,
) -> Vec<CrlfScript> {
    if scripts.is_empty() || stage.runs.iter().any(|it| mends(it)) {
        return Vec::new();
    }
    let started = run.script.commands.iter().filter_map(|command| {
        let word = script_word(command)?;
        let name = word.raw.value.trim_matches(['"', '\'']);
        let folder = if name.starts_with('/') { "/" } else { stage.workdir.as_deref()? };
        match layers::find(before, stage, tree, &layers::absolute(folder, name))? {
            Found::File(path) => found(scripts, &path, word.raw.span),
            _ => None,
        }
    });
    started.collect()
}

/// The word of a command that names a script which is run or read.
fn script_word(command: &Command) -> Option<&crate::facts::shell::Word> {
    let words = command.program_words();
    match command.program_name()? {
        "sh" | "bash" | "ash" | "dash" | "." | "source" => {
            words[1..].iter().find(|it| !it.raw.value.starts_with('-'))
        }
        _ => words.first(),
    }
}

fn found<'a>(scripts: &FxHashMap<&'a str, &'a Script>, path: &str, started_by: Span) -> Option<CrlfScript> {
    let script = scripts.get(path)?;
    let first = script.carriage_returns.first()?;
    // A script begins with its interpreter; the line of another begins somewhere before its end.
    let line = match &script.shebang {
        Some(shebang) => Span { start: 0, ..shebang.span },
        None => *first,
    };
    let carriage_returns = script.carriage_returns.clone();
    Some(CrlfScript { path: path.to_owned(), line, carriage_returns, started_by })
}

/// Whether a `RUN` may take carriage returns out of files.
fn mends(run: &Run) -> bool {
    const TOOLS: &[&str] = &["dos2unix", "fromdos", "flip"];
    const SIGNS: &[&str] = &["\\r", "\\015", "\\x0d", "\\x0D", "^M", "dos2unix"];
    run.opaque
        || run.script.commands.iter().any(|it| {
            it.program_name().is_some_and(|name| TOOLS.contains(&name))
                || it.words.iter().any(|word| SIGNS.iter().any(|sign| word.raw.value.contains(sign)))
        })
}

impl Images<'_> {
    /// The scripts with line ends of Windows among those that a container runs. What a mount brings is as it
    /// is in the project, whatever the image did to its own copy.
    #[must_use]
    pub fn crlf_scripts(
        &self,
        image: ImageId,
        started: &[StartedScript],
        mounts: &[Mount],
    ) -> Vec<CrlfScript> {
        let Some(built) = self.built(image).filter(|_| !self.crlf.is_empty()) else { return Vec::new() };
        if self.image(image).system == ImageSystem::Windows {
            return Vec::new();
        }
        let mended = built.stages.iter().flat_map(|it| &it.runs).any(|it| mends(it));
        let crlf = started.iter().filter_map(|it| match mounted(mounts, &it.at) {
            Some(path) => found(&self.crlf, &path?, it.started_by),
            None if mended => None,
            None => found(&self.crlf, &it.file, it.started_by),
        });
        crlf.collect()
    }
}

/// The file of the project that a mount brings to a path of a container; `Some(None)` for a mount of
/// something else.
fn mounted(mounts: &[Mount], at: &str) -> Option<Option<String>> {
    let below = |mount: &Mount| {
        let target = mount.target.as_deref()?.trim_end_matches('/');
        let rest = at.strip_prefix(target)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.trim_start_matches('/').to_owned())
    };
    let (mount, rest) =
        mounts.iter().filter_map(|it| Some((it, below(it)?))).min_by_key(|(_, rest)| rest.len())?;
    Some(mount.source.as_deref().filter(|_| mount.bind).and_then(|it| join_path(it, &rest)))
}
