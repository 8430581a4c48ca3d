//! What a Dockerfile copies out of its build context, and what of it is certainly not there.

use super::ImageId;
use super::build::{Images, Stage};
use super::layers::Origin;
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

/// A file that an image is to get from its build context, and that is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingSource {
    /// Its path in the project, where the Dockerfile names it.
    pub path: Spanned<String>,
    /// The pattern of a `.dockerignore` that leaves it out, when it is in the project.
    pub ignored_by: Option<Span>,
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
    /// Says that the build context of an image is known, so that what it copies has to be there.
    pub(in crate::model) fn judge_sources(&mut self, image: ImageId) {
        let missing = self.missing_sources(image);
        self.image_mut(image).missing_sources = missing;
    }

    fn missing_sources(&self, image: ImageId) -> Vec<MissingSource> {
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
            let missing = if self.facts.tree.has_file(path) {
                let pattern = built.ignored.and_then(|it| it.excludes(&source.in_context));
                pattern.map(|it| Some(it.glob.span))
            } else {
                is_missing(self.facts, path).then_some(None)
            };
            let Some(ignored_by) = missing else { continue };
            let missing = MissingSource { path: source.path.clone(), ignored_by };
            if !out.contains(&missing) {
                out.push(missing);
            }
        }
        out
    }
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
    let is_model = |it: &str| it.contains(stem) && MODELS.iter().any(|model| it.contains(model));
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
