//! Which C library the final stage of an image has, and which of its programs a stage before it built.

use super::BuiltBinary;
use super::build::Stage;
use super::go_build::program_in;
use super::layers::{self, Found, Origin};
use crate::facts::Tree;
use crate::facts::catalogue::{Libc, image_libc};
use crate::model::{Program, ProgramId};

/// Parts of the names of packages, files and tools that bring a loader or make a program ask for another one.
const OF_LOADERS: &[&str] = &["compat", "elf", "glibc", "ld-linux", "ld-musl", "lib64", "libc", "musl"];

/// The C library of a stage; `None` when it is not known, or when something may bring another one.
pub(super) fn libc(stages: &[Stage<'_>], stage: &Stage<'_>, tree: &Tree) -> Option<Libc> {
    let libc = image_libc(stage.base.reference.as_deref()?)?.libc?;
    let installs = stage.tools.brought().iter().any(|it| is_of_loaders(it));
    let copies = stage.layers.iter().any(|layer| {
        let mut folders = layer.destination.trim_start_matches('/').split('/');
        match folders.next() {
            None | Some("") => !is_one_file(stages, &layer.origin, tree),
            Some("usr") => folders.next().is_none_or(|it| it.starts_with("lib")),
            Some(first) => first.starts_with("lib"),
        }
    });
    let is_known = stage.workdir.is_some() && stage.tools.is_known();
    (is_known && !installs && !copies && !names_loader(stage)).then_some(libc)
}

/// The Go programs that earlier stages built and that an image which runs something got from them.
pub(super) fn built_binaries(
    stages: &[Stage<'_>],
    stage: &Stage<'_>,
    tree: &Tree,
    programs: &[Program],
) -> Vec<BuiltBinary> {
    // A stage that starts nothing hands its files out: `docker build --output`.
    if stage.entrypoint.is_none() && stage.command.is_none() {
        return Vec::new();
    }
    let copied = stage.layers.iter().filter_map(|layer| {
        let Origin::Stage(number, source) = &layer.origin else { return None };
        let from = stages.get(*number).filter(|it| !names_loader(it))?;
        let below = format!("{source}/");
        let built = from.layers.iter().map(|it| &it.destination).filter(|it| it.starts_with(&below));
        let places: Vec<&String> = std::iter::once(source).chain(built).collect();
        Some((layer, from, places))
    });
    let mut out: Vec<BuiltBinary> = Vec::new();
    for (layer, from, places) in copied {
        for place in places {
            let Some(Found::Binary(binary)) = layers::find(stages, from, tree, place) else { continue };
            let Some(linking) = binary.linking else { continue };
            let program = binary.package.and_then(|it| program_in(programs, &it));
            let program = program.and_then(|(at, _)| u32::try_from(at).ok()).map(ProgramId);
            out.push(BuiltBinary { program, linking: (*linking).clone(), copied: layer.source });
        }
    }
    out
}

fn is_of_loaders(text: &str) -> bool {
    OF_LOADERS.iter().any(|it| text.contains(it))
}

/// Whether a RUN of a stage has to do with loaders.
fn names_loader(stage: &Stage<'_>) -> bool {
    const TOOLS: &[&str] = &["ld-linux", "ld-musl", "/lib64", "patchelf", "staticx"];
    stage.runs.iter().any(|run| {
        let mut words = run.script.commands.iter().flat_map(|it| &it.words);
        run.opaque || words.any(|word| TOOLS.iter().any(|it| word.raw.value.contains(it)))
    })
}

/// Whether what is copied is a file and no folder or archive.
fn is_one_file(stages: &[Stage<'_>], origin: &Origin, tree: &Tree) -> bool {
    match origin {
        Origin::Project(path) => tree.has_file(path) && !path.contains(".t") && !path.contains('*'),
        Origin::Stage(number, path) => stages.get(*number).is_some_and(|from| {
            matches!(
                layers::find(stages, from, tree, path),
                Some(Found::Binary(_) | Found::File(_) | Found::Text(_))
            )
        }),
        Origin::Binary(_) | Origin::Text(_) => true,
        Origin::Foreign => false,
    }
}
