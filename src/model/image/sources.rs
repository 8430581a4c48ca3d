//! What a Dockerfile copies, and what of it is certainly not there.

use rustc_hash::FxHashSet;

use super::ImageId;
use super::build::{Images, Stage};
use super::layers::{self, Bringer, Origin};
use super::programs::MAKING_NOTHING;
use super::tools::PACKAGE_MANAGERS;
use crate::facts::kind::is_template_of;
use crate::facts::shell::Command;
use crate::facts::{Facts, join_path};
use crate::source::{Span, Spanned};

/// A file that a COPY or ADD takes out of the build context.
#[derive(Clone, Debug)]
pub(super) struct CopiedSource {
    /// Its path in the project, where it is written.
    path: Spanned<String>,
    /// Its path in the context.
    in_context: String,
}

/// Something that an image is to get, and that is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSource {
    /// Its path in the project, or in the stage that it is copied from, where the Dockerfile names it.
    pub path: Spanned<String>,
    /// Why it is not there.
    pub why: NotThere,
    /// Where a Compose service gives the build context.
    pub context: Span,
}

/// Why a source of a COPY or ADD is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotThere {
    /// The build context does not have it.
    Absent,
    /// This pattern of a `.dockerignore` leaves it out of the build context.
    Ignored(Span),
    /// The stage that it is copied from does not make it.
    Unmade {
        /// What stands where it is looked for in that stage.
        beside: Vec<String>,
        /// The source of the COPY that fills that folder.
        filled_by: Option<Span>,
    },
}

/// Extensions of files that people write and commit. What has another one, or none, a build may have made.
const WRITTEN: &[&str] = &[
    "cfg", "conf", "css", "go", "graphql", "html", "ini", "js", "json", "jsonnet", "md", "mod", "mjs",
    "proto", "py", "rb", "sh", "sql", "sum", "tmpl", "toml", "tpl", "ts", "txt", "work", "xml", "yaml",
    "yml",
];

/// Parts of names of files that everybody has to make for themselves.
const OWN: &[&str] = &["account", "credential", "generated", "key", "local", "override", "secret", "token"];

/// Parts of names of files that others are made from.
const MODELS: &[&str] = &["default", "dist", "example", "sample", "template"];

impl CopiedSource {
    /// The source `written` of a COPY, at `path` of the project; `None` for a pattern, which may fit nothing.
    pub(super) fn new(path: String, written: &str, span: Option<Span>) -> Option<Self> {
        let in_context = join_path(".", written.trim_start_matches('/'))?;
        let is_plain = !written.contains(['*', '?', '[', '\\']) && !written.starts_with("..");
        Some(Self { path: Spanned::new(path, span?), in_context }).filter(|_| is_plain)
    }
}

impl Images<'_> {
    /// Says that the build context of an image is known, given at `context`, so that what it copies has to be there.
    pub(in crate::model) fn judge_sources(&mut self, image: ImageId, context: Span) {
        // Of several services the first says it.
        if self.image(image).missing_sources.is_empty() {
            self.image_mut(image).missing_sources = self.missing_sources(image, context);
        }
    }

    fn missing_sources(&self, image: ImageId, context: Span) -> Vec<MissingSource> {
        let Some(built) = self.built(image) else { return Vec::new() };
        let mut wanted = vec![built.last];
        let mut at = 0;
        // BuildKit runs no stage that the target does not need.
        while let Some(stage) = wanted.get(at).and_then(|it| built.stages.get(*it)) {
            for number in needed_by(&built.stages, stage) {
                if !wanted.contains(&number) {
                    wanted.push(number);
                }
            }
            at += 1;
        }
        let mut out: Vec<MissingSource> = Vec::new();
        for source in wanted.iter().filter_map(|it| built.stages.get(*it)).flat_map(|it| &it.copied) {
            let path = source.path.value.as_str();
            let why = if self.facts.tree.has_file(path) {
                let pattern = built.ignored.and_then(|it| it.excludes(&source.in_context));
                pattern.map(|it| NotThere::Ignored(it.glob.span))
            } else {
                is_missing(self.facts, path).then_some(NotThere::Absent)
            };
            out.extend(why.map(|why| MissingSource { path: source.path.clone(), why, context }));
        }
        for layer in wanted.iter().filter_map(|it| built.stages.get(*it)).flat_map(|it| &it.layers) {
            if let (Origin::Stage(number, path), Some(span)) = (&layer.origin, layer.source) {
                let why = unmade(&built.stages, *number, self.facts, path);
                let path = Spanned::new(path.clone(), span);
                out.extend(why.map(|why| MissingSource { path, why, context }));
            }
        }
        let mut seen = FxHashSet::default();
        out.retain(|it| seen.insert(it.path.span));
        out
    }
}

/// Why `path` is certainly not in a stage: a COPY of the project fills the folder that it is looked for in, the project
/// has no such thing and nobody makes it, and nothing that runs in the stage does.
fn unmade(stages: &[Stage<'_>], number: usize, facts: &Facts, path: &str) -> Option<NotThere> {
    let stage = stages.get(number)?;
    // What an image holds that is not known may be anything.
    let is_known = stage.entry.is_some() && !stage.on_windows && !path.contains(['*', '?', '[']);
    if !is_known || layers::find(stages, stage, &facts.tree, path).is_some() {
        return None;
    }
    let holds = |layer: &&layers::Layer| {
        let is_folder = matches!(&layer.origin, Origin::Project(it) if facts.tree.has_directory(it));
        is_folder && layer.destination != "/" && layers::is_below(&layer.destination, path)
    };
    let filled_by = stage.layers.iter().rfind(holds)?;
    let is_absent = |it: &Bringer| match it {
        Bringer::Project(place) => {
            !facts.tree.has_file(place)
                && !facts.tree.has_directory(place)
                && !facts.tree.files().any(|it| it.eq_ignore_ascii_case(place))
                && !facts.uncommitted.may_hold(place)
        }
        Bringer::Stage(_) | Bringer::Foreign => false,
    };
    let bringers = layers::bringers(stages, stage, &facts.tree, path);
    let rest = path.strip_prefix(filled_by.destination.as_str())?.trim_start_matches('/');
    let parts: Vec<&str> = rest.split('/').collect();
    let makes_it = |it: &Command| !leaves_alone(it, &parts);
    let is_made = stage
        .runs
        .iter()
        .any(|it| it.opaque || !it.script.errors.is_empty() || it.script.commands.iter().any(makes_it));
    if rest.is_empty() || is_made || !bringers.iter().all(is_absent) {
        return None;
    }
    let Origin::Project(folder) = &filled_by.origin else { return None };
    let around = join_path(folder, parts[..parts.len() - 1].join("/").as_str())?;
    let beside = facts.tree.names_in(&around).map(str::to_owned).collect();
    Some(NotThere::Unmade { beside, filled_by: filled_by.source })
}

/// Whether a command certainly makes nothing of a name among `parts`, those of a path below the folder that it runs in.
fn leaves_alone(command: &Command, parts: &[&str]) -> bool {
    // What changes files that are there, looks at them, or adds users and groups.
    const CHANGING: &[&str] = &[
        "adduser",
        "addgroup",
        "chmod",
        "chown",
        "groupadd",
        "ls",
        "pwd",
        "rm",
        "strip",
        "update-ca-certificates",
        "upx",
        "useradd",
    ];
    let words: Vec<&str> =
        command.program_words().iter().map(|it| it.raw.value.trim_matches(['"', '\''])).collect();
    let is_quiet = match &words[..] {
        [] => true,
        ["go", "build", rest @ ..] => {
            let output = rest.iter().enumerate().find_map(|(at, word)| match word.strip_prefix("-o") {
                Some("") => rest.get(at + 1).copied(),
                behind => behind.map(|it| it.trim_start_matches('=')),
            });
            output.is_some_and(|it| !it.split('/').any(|it| it.contains('$') || parts.contains(&it)))
        }
        ["go", "mod", ..] => !parts.contains(&"vendor"),
        ["go", verb, ..] => matches!(*verb, "env" | "get" | "install" | "test" | "version" | "vet"),
        [program, ..] => {
            let name = program.rsplit('/').next().unwrap_or(program);
            [CHANGING, MAKING_NOTHING, PACKAGE_MANAGERS].iter().any(|it| it.contains(&name))
        }
    };
    is_quiet && command.output.is_none()
}

/// The stages that a stage takes something from.
fn needed_by(stages: &[Stage<'_>], stage: &Stage<'_>) -> Vec<usize> {
    let copied = stage.layers.iter().filter_map(|it| match &it.origin {
        Origin::Stage(number, _) => Some(*number),
        _ => None,
    });
    let mounts = stage.runs.iter().flat_map(|it| &it.mounts);
    let mounted = mounts.flat_map(|it| it.value.split(',')).filter_map(|it| it.strip_prefix("from="));
    let mounted = mounted.filter_map(|name| stages.iter().position(|it| it.name.as_deref() == Some(name)));
    copied.chain(mounted).collect()
}

/// Whether a file is certainly not in the project: one that people write, in a folder that is there, and nothing says
/// that somebody makes it.
fn is_missing(facts: &Facts, path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let lower = name.to_ascii_lowercase();
    let is_own = OWN.iter().any(|it| lower.contains(it));
    // `config.example.yaml` beside it is there to be copied.
    let is_model = |it: &str| {
        is_template_of(it, name) || it.contains(stem) && MODELS.iter().any(|model| it.contains(model))
    };
    // A module that needs no other has no go.sum; where no file of a kind is, that kind was left out of the checkout.
    let module = join_path(folder, "go.mod").unwrap_or_default();
    let mut modules = facts.modules.iter().filter(|(id, _)| facts.path(*id) == module);
    let is_alone = name == "go.sum" && modules.any(|(_, it)| it.requires.is_empty());
    let is_of_kind = |it: &str| it.rsplit_once('.').is_some_and(|(_, it)| it == extension);
    facts.tree.has_directory(folder)
        && (is_alone || facts.tree.files().any(is_of_kind))
        && WRITTEN.contains(&extension)
        && !is_own
        && !facts.tree.files().any(|it| it.eq_ignore_ascii_case(path))
        && !facts.tree.names_in(folder).any(is_model)
        && !facts.uncommitted.may_hold(path)
}
