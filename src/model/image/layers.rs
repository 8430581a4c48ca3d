//! Where a file of an image comes from: the build context, another stage, a Go build.

use std::sync::Arc;

use super::build::Stage;
use super::linking::Linking;
use crate::facts::catalogue::fits;
use crate::facts::shell::Script;
use crate::facts::{Tree, join_path, path_below};
use crate::source::Span;

/// Something that an instruction put into a stage.
#[derive(Clone, Debug)]
pub(super) struct Layer {
    pub(super) origin: Origin,
    /// Absolute path in the image.
    pub(super) destination: String,
    /// Whether `destination` is for certain a folder that the source goes into.
    pub(super) into: bool,
    /// Where a COPY names the source.
    pub(super) source: Option<Span>,
}

/// Where it comes from.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A path of the project, `.` for its root; the last part may hold `*`.
    Project(String),
    /// A path of an earlier stage, by the stage's number.
    Stage(usize, String),
    /// The result of a Go build.
    Binary(Binary),
    /// A heredoc.
    Text(Script),
    /// An image or a URL.
    Foreign,
}

/// The result of a Go build.
#[derive(Clone, Debug)]
pub(super) struct Binary {
    /// The folder of the project with the package that it was built from; `None` when it is not known which.
    pub(super) package: Option<String>,
    /// How it was linked; `None` when that is not known.
    pub(super) linking: Option<Arc<Linking>>,
    /// The tags that it was built with; `None` when they are not known.
    pub(super) tags: Option<Arc<[String]>>,
}

/// What stands at a path of a stage.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A file of the project.
    File(String),
    /// A folder of the project, `.` for the root.
    Folder(String),
    /// The result of a Go build.
    Binary(Binary),
    /// A script written in the Dockerfile.
    Text(Script),
    /// Something from outside the project.
    Foreign,
}

/// Folders of every Linux distribution: <https://refspecs.linuxfoundation.org/FHS_3.0/fhs/index.html>.
pub(super) const STANDARD_FOLDERS: &[&str] = &[
    "/",
    "/bin",
    "/etc",
    "/home",
    "/lib",
    "/mnt",
    "/opt",
    "/root",
    "/sbin",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/lib",
    "/usr/local",
    "/usr/local/bin",
    "/usr/sbin",
    "/var",
    "/var/lib",
    "/var/log",
    "/var/tmp",
];

/// Stages copy from stages that copy from stages: deeper than anybody writes.
const MAX_DEPTH: usize = 16;

/// What stands at the absolute path `path` of `stage`; the layer that came last counts.
pub(super) fn find(stages: &[Stage<'_>], stage: &Stage<'_>, tree: &Tree, path: &str) -> Option<Found> {
    find_below(stages, stage, tree, path, 0).map(|(found, _)| found)
}

/// As [`find`], with the source of the COPY that brings it.
pub(super) fn find_with_source(
    stages: &[Stage<'_>],
    stage: &Stage<'_>,
    tree: &Tree,
    path: &str,
) -> Option<(Found, Option<Span>)> {
    find_below(stages, stage, tree, path, 0)
}

fn find_below(
    stages: &[Stage<'_>],
    stage: &Stage<'_>,
    tree: &Tree,
    path: &str,
    depth: usize,
) -> Option<(Found, Option<Span>)> {
    if depth > MAX_DEPTH {
        return None;
    }
    stage.layers.iter().rev().find_map(|layer| {
        let places = candidates(layer, path);
        let found = match &layer.origin {
            Origin::Project(source) => in_project(tree, layer, source, path),
            Origin::Stage(number, source) => {
                let from = stages.get(*number)?;
                return places.iter().find_map(|rest| {
                    let inner = below(source, rest)?;
                    let found = find_below(stages, from, tree, &inner, depth + 1);
                    // `COPY --from=b /out/app/ ./` brings what is in the folder, `/out/app/app` too.
                    let in_folder = !rest.is_empty() && inner == *source;
                    match found {
                        None | Some((Found::Folder(_), _)) if in_folder => {
                            find_below(stages, from, tree, &format!("{source}/{rest}"), depth + 1)
                        }
                        found => found,
                    }
                });
            }
            Origin::Binary(binary) => exact(layer, path).then(|| Found::Binary(binary.clone())),
            Origin::Text(script) => exact(layer, path).then(|| Found::Text(script.clone())),
            Origin::Foreign => exact(layer, path).then_some(Found::Foreign),
        };
        found.map(|it| (it, layer.source))
    })
}

/// Where a file that is not in the project could come from all the same.
#[derive(Clone, Debug)]
pub(super) enum Bringer {
    /// A path of the project, where somebody may put a file that is not committed.
    Project(String),
    /// A stage in which something was run that may make files.
    Stage(usize),
    /// An image or a URL.
    Foreign,
}

/// What brings something to a path of `stage`, found or not.
pub(super) fn bringers(stages: &[Stage<'_>], stage: &Stage<'_>, tree: &Tree, path: &str) -> Vec<Bringer> {
    let mut out = Vec::new();
    gather_bringers(stages, stage, tree, path, 0, &mut out);
    out
}

fn gather_bringers(
    stages: &[Stage<'_>],
    stage: &Stage<'_>,
    tree: &Tree,
    path: &str,
    depth: usize,
    out: &mut Vec<Bringer>,
) {
    if depth > MAX_DEPTH {
        out.push(Bringer::Foreign);
        return;
    }
    for layer in &stage.layers {
        for rest in candidates(layer, path) {
            match &layer.origin {
                Origin::Project(source) => {
                    let (folder, name) = source.rsplit_once('/').unwrap_or((".", source));
                    let place = match name.contains('*') {
                        true => fits(name, rest.split('/').next().unwrap_or_default())
                            .then(|| join_path(folder, &rest))
                            .flatten(),
                        false if tree.has_file(source) && !rest.is_empty() && rest != name => None,
                        false => join_path(source, &rest),
                    };
                    out.extend(place.map(Bringer::Project));
                }
                Origin::Stage(number, source) => {
                    let Some(from) = stages.get(*number) else { continue };
                    let name = source.rsplit('/').next().unwrap_or_default();
                    let is_file = match find_below(stages, from, tree, source, depth + 1) {
                        Some((Found::Folder(_) | Found::Foreign, _)) | None => false,
                        Some(_) => true,
                    };
                    if is_file && !rest.is_empty() && rest != name {
                        continue;
                    }
                    if let Some(inner) = below(source, &rest) {
                        out.push(Bringer::Stage(*number));
                        gather_bringers(stages, from, tree, &inner, depth + 1, out);
                    }
                }
                Origin::Foreign => out.push(Bringer::Foreign),
                // A binary or a script is what it is.
                Origin::Binary(_) | Origin::Text(_) => {}
            }
        }
    }
}

/// The folder of the project whose Go files stand in the folder `path` of `stage`.
pub(super) fn find_package(
    stages: &[Stage<'_>],
    stage: &Stage<'_>,
    tree: &Tree,
    path: &str,
) -> Option<String> {
    if let Some(Found::Folder(folder)) = find(stages, stage, tree, path) {
        return Some(folder);
    }
    // `COPY main.go ./` and `COPY *.go ./` bring the files, not their folder.
    stage.layers.iter().rev().find_map(|layer| {
        let Origin::Project(source) = &layer.origin else { return None };
        let here = layer.destination == path || parent(&layer.destination) == path;
        let (folder, name) = source.rsplit_once('/').unwrap_or((".", source));
        (here && name.ends_with(".go")).then(|| folder.to_owned())
    })
}

/// The paths of `stage` to which an instruction copies the folder `folder` of the project.
pub(super) fn places(stage: &Stage<'_>, folder: &str) -> Vec<String> {
    let copied = stage.layers.iter().filter_map(|layer| {
        let Origin::Project(source) = &layer.origin else { return None };
        Some(absolute(&layer.destination, path_below(source, folder)?))
    });
    copied.collect()
}

/// Whether the absolute path `path` is the folder `folder` or below it.
pub(super) fn is_below(folder: &str, path: &str) -> bool {
    path.strip_prefix(folder.trim_end_matches('/')).is_some_and(|it| it.is_empty() || it.starts_with('/'))
}

fn exact(layer: &Layer, path: &str) -> bool {
    layer.destination == path
}

/// What is left of `path` below the layer's destination: `""` for the destination itself.
fn candidates(layer: &Layer, path: &str) -> Vec<String> {
    let mut out = Vec::new();
    if layer.destination == path && !layer.into {
        out.push(String::new());
    }
    let folder = if layer.destination == "/" { "/" } else { &format!("{}/", layer.destination) };
    out.extend(path.strip_prefix(folder).map(str::to_owned));
    if layer.destination == path && layer.into {
        out.push(String::new());
    }
    out
}

/// The path in the source stage of `rest` below the copied `source`, which is a folder, or a file
/// that is copied into a folder under its own name, or one with `*` in its last part.
fn below(source: &str, rest: &str) -> Option<String> {
    let (folder, name) = source.rsplit_once('/')?;
    if name.contains('*') {
        return fits(name, rest).then(|| format!("{folder}/{rest}"));
    }
    if rest.is_empty() || rest == name {
        return Some(source.to_owned());
    }
    Some(if source == "/" { format!("/{rest}") } else { format!("{source}/{rest}") })
}

fn in_project(tree: &Tree, layer: &Layer, source: &str, path: &str) -> Option<Found> {
    let at = |place: String| {
        if tree.has_directory(&place) {
            Some(Found::Folder(place))
        } else if tree.has_file(&place) {
            Some(Found::File(place))
        } else {
            None
        }
    };
    let (folder, name) = source.rsplit_once('/').unwrap_or((".", source));
    candidates(layer, path).into_iter().find_map(|rest| {
        if name.contains('*') {
            let first = rest.split('/').next().unwrap_or_default();
            let found = fits(name, first).then(|| join_path(folder, &rest)).flatten()?;
            return if rest.is_empty() { None } else { at(found) };
        }
        if tree.has_directory(source) {
            return at(join_path(source, &rest)?);
        }
        // A file that goes into a folder is not that folder.
        let is_file = (rest.is_empty() && !layer.into) || rest == name;
        is_file.then(|| at(source.to_owned())).flatten()
    })
}

/// `path` made absolute in `folder` and cleaned: `/app`, without a slash at the end. Above the root is the root:
/// <https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap04.html#tag_04_16>.
pub(in crate::model) fn absolute(folder: &str, path: &str) -> String {
    let base = if path.starts_with('/') { "" } else { folder };
    let mut parts: Vec<&str> = Vec::new();
    for part in base.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// The folder that holds `path`.
pub(super) fn parent(path: &str) -> &str {
    match path.rsplit_once('/') {
        Some(("", _)) | None => "/",
        Some((folder, _)) => folder,
    }
}
