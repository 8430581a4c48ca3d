//! What a Compose service builds from and what is not there.

use rustc_hash::FxHashSet;

use super::compose::Build;
use super::{MissingSource, NotThere, Project};
use crate::facts::kind::is_template_of;
use crate::facts::{Facts, folder_of, join_path, path_below};
use crate::source::{FileId, Span, Spanned};

/// Something that a `build:` names and that is not in the project.
#[derive(Clone, Debug)]
pub enum MissingInput {
    /// The folder of the build context.
    Context(Spanned<String>),
    /// The Dockerfile.
    Dockerfile(Spanned<String>),
    /// The stage of the Dockerfile.
    Stage {
        /// Its name.
        name: Spanned<String>,
        /// The stages that have names, each where it stands.
        stages: Vec<Spanned<String>>,
    },
}

/// A project in which so many Dockerfiles copy what is not there is not all here.
const MOST_WITH_MISSING_SOURCES: usize = 2;

impl Project {
    /// The files that images are to get from their build contexts, and that are not in them.
    pub fn missing_sources(&self) -> impl Iterator<Item = &MissingSource> {
        let all = || self.images.iter().flat_map(|it| &it.missing_sources);
        let absent = all().filter(|it| !matches!(it.why, NotThere::Ignored(_)));
        let files: FxHashSet<FileId> = absent.map(|it| it.path.span.file).collect();
        let is_whole = files.len() <= MOST_WITH_MISSING_SOURCES;
        all().filter(move |it| is_whole || matches!(it.why, NotThere::Ignored(_)))
    }
}

/// What is certainly missing of what `build` names.
pub(super) fn missing_input(facts: &Facts, build: &Build) -> Option<MissingInput> {
    if let Some(path) = &build.absolute_context {
        // It was meant to start at the folder of the Compose file.
        let meant = join_path(folder_of(facts.path(build.span.file)), path.trim_start_matches('/'));
        let is_meant = path.len() > 1 && meant.is_some_and(|it| facts.tree.has_directory(&it));
        return is_meant.then(|| MissingInput::Context(Spanned::new(path.clone(), build.context_span)));
    }
    let context = build.context.as_deref()?;
    if !facts.tree.has_directory(context) {
        let is_there = stands_above(facts, build, context, |it| facts.tree.has_directory(it));
        return (!is_there && is_certain(facts, context))
            .then(|| MissingInput::Context(Spanned::new(context.to_owned(), build.context_span)));
    }
    let path = build.dockerfile.as_deref()?;
    let span = build.dockerfile_span.unwrap_or(build.context_span);
    if !facts.tree.has_file(path) {
        let is_there = facts.tree.files().any(|it| it.eq_ignore_ascii_case(path))
            || stands_above(facts, build, path, |it| facts.tree.has_file(it));
        return (!is_there && is_certain(facts, path))
            .then(|| MissingInput::Dockerfile(Spanned::new(path.to_owned(), span)));
    }
    missing_stage(facts, path, build)
}

/// Whether a path that a layer names is there as seen from the file that it is a layer of: the paths of all files count
/// from the folder of the first, <https://docs.docker.com/reference/compose-file/merge/>. What Compose reads by itself
/// is no layer.
fn stands_above(facts: &Facts, build: &Build, path: &str, is_there: impl Fn(&str) -> bool) -> bool {
    let file = facts.path(build.span.file);
    let (folder, name) = (folder_of(file), file.rsplit('/').next().unwrap_or(file));
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    if matches!(stem, "compose" | "docker-compose") {
        return false;
    }
    let rest = &relative_path(folder, path);
    with_folders_above(folder).skip(1).any(|it| {
        let has_compose = facts.compose.iter().any(|(id, _)| folder_of(facts.path(*id)) == it);
        has_compose && join_path(it, rest).is_some_and(|it| is_there(&it))
    })
}

/// The way from a folder to a path: `../web/Dockerfile`.
fn relative_path(folder: &str, path: &str) -> String {
    let folders: Vec<&str> = folder.split('/').filter(|it| *it != ".").collect();
    let parts: Vec<&str> = path.split('/').collect();
    let common = folders.iter().zip(&parts).take_while(|(one, other)| one == other).count();
    let up = std::iter::repeat_n("..", folders.len() - common);
    up.chain(parts[common..].iter().copied()).collect::<Vec<_>>().join("/")
}

/// A folder and those it lies in, from the inside out to the root of the project.
fn with_folders_above(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |it| (*it != ".").then(|| folder_of(it)))
}

/// Whether a Compose file in `folder` is a part of another project, whose rest is not here: it builds folders below its
/// own, several, none of which is there, or anywhere that a mistaken path may mean, and nothing of a program stands
/// beside it.
pub(super) fn is_fragment<'b>(facts: &Facts, folder: &str, builds: impl Iterator<Item = &'b Build>) -> bool {
    let is_program = |it: &str| it.ends_with(".go") || it.to_ascii_lowercase().contains("dockerfile");
    let mut below = facts.tree.files().filter(|it| path_below(folder, it).is_some());
    if folder == "." || below.any(is_program) {
        return false;
    }
    let is_elsewhere = |rest: &str| {
        with_folders_above(folder)
            .any(|it| join_path(it, rest).is_some_and(|it| facts.tree.has_directory(&it)))
    };
    let rests: Option<Vec<&str>> = builds.map(|it| path_below(folder, it.context.as_deref()?)).collect();
    rests.is_some_and(|rests| {
        let named: Vec<&str> = rests.into_iter().filter(|it| !it.is_empty()).collect();
        named.len() > 1 && !named.into_iter().any(is_elsewhere)
    })
}

fn missing_stage(facts: &Facts, path: &str, build: &Build) -> Option<MissingInput> {
    let target = build.target.as_ref()?.as_ref()?;
    let name = target.as_str();
    let (_, file) = facts.dockerfiles.iter().find(|(id, _)| facts.path(*id) == path)?;
    let stages: Vec<Spanned<String>> = file.stages.iter().filter_map(|it| it.name.clone()).collect();
    let is_number = name.parse::<usize>().is_ok_and(|it| it < file.stages.len());
    let is_named = stages.iter().any(|it| it.value.eq_ignore_ascii_case(name) || it.value.contains('$'));
    let is_read = file.errors.is_empty() && !file.stages.is_empty();
    if name.is_empty() || is_number || is_named || !is_read {
        return None;
    }
    let span: Span = target.cover()?;
    Some(MissingInput::Stage { name: Spanned::new(name.to_owned(), span), stages })
}

/// Whether nothing says that something may stand at a path of the project without being committed, and the path is
/// one: a template still has to be filled in.
fn is_certain(facts: &Facts, path: &str) -> bool {
    let is_path = !path.contains(['{', '}', '<', '>', '$', '%', '\\']) && join_path(".", path).is_some();
    let name = path.rsplit('/').next().unwrap_or(path);
    let mut beside = facts.tree.names_in(folder_of(path));
    is_path && !beside.any(|it| is_template_of(it, name)) && !facts.uncommitted.may_hold(path)
}
