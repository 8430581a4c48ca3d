//! Finds a project, walks it and reads its files: the only place that touches the disk.
//!
//! Nothing here fails because of one file: what cannot be read becomes a [`Note`].

mod compose_files;
mod decode;
mod git_index;
mod locate;
mod path;
mod settings;
mod walk;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use ignore::gitignore::Gitignore;
use rayon::prelude::*;
use rustc_hash::FxHashSet;

pub use locate::{Target, locate, repository_of};
pub use path::{canonical, with_slashes};
pub use settings::SettingsFile;

use crate::config::Settings;
use crate::facts::kind::Kind;
use crate::facts::{Tree, commands, configuration, creation, documents, helm, hns, kubernetes, kustomize};
use crate::source::{FileId, SourceMap};

/// A larger file is not read: no person wrote it.
const LARGEST_FILE: u64 = 8 * 1024 * 1024;

/// The files of one project.
#[derive(Debug, Default)]
pub struct Workspace {
    /// The project's root, absolute.
    pub root: PathBuf,
    /// The settings file, when there is one, then the files that were read in order of their paths.
    pub sources: SourceMap,
    /// What each of them is, by `FileId`.
    pub kinds: Vec<Kind>,
    /// Every file of the project, read or not.
    pub tree: Tree,
    /// What was not read.
    pub notes: Vec<Note>,
    /// What the settings file says.
    pub settings: Settings,
}

/// A file that was not read, or not as it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// Its path relative to the project's root, with `/`.
    pub path: String,
    /// Why, one clause.
    pub reason: String,
    /// Whether it was read all the same.
    pub read: bool,
}

impl Note {
    fn unread(path: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), reason: reason.into(), read: false }
    }
}

/// Reads the project at `root`, which is absolute.
#[must_use]
pub fn load(root: &Path, settings_file: Option<&SettingsFile>) -> Workspace {
    let (mut sources, mut kinds) = (SourceMap::default(), Vec::new());
    let mut settings = Settings::default();
    let mut excluded = Gitignore::empty();
    if let Some(file) = settings_file {
        settings = file.load(root, &mut sources);
        kinds.push(Kind::Settings);
        excluded = file.excluded(root, &mut settings);
    }
    let is_excluded = |path: &str| {
        !excluded.is_empty() && excluded.matched_path_or_any_parents(root.join(path), false).is_ignore()
    };
    let walk::Walked { files, mut notes } = walk::walk(root);
    let (later, first): (Vec<_>, Vec<_>) = files
        .iter()
        .filter_map(|path| Some((path, Kind::of_path(path)?)))
        .filter(|(path, kind)| *kind != Kind::Settings && !is_excluded(path))
        .partition(|(_, kind)| matches!(kind, Kind::Configuration | Kind::Document));
    let is_dump = |path: &str| length_of(root, path).is_none_or(|it| it > creation::LARGEST_FILE);
    let first = first.par_iter().filter(|(path, kind)| *kind != Kind::Sql || !is_dump(path));
    let mut read_files: Vec<_> =
        first.map(|(path, kind)| (*path, *kind, read_text(&root.join(path)))).collect();
    let so_far: Vec<_> = read_files.iter().map(|(path, kind, text)| (path.as_str(), *kind, text)).collect();
    let of_compose = compose_files::named(root, &so_far, &files, &settings.compose);
    read_files.extend(of_compose.into_iter().filter(|(path, ..)| !is_excluded(path)));
    let names_none = |kind: Kind| {
        let by_hand = kind == Kind::Sql || (kind.may_call_compose() && kind != Kind::Script);
        by_hand || matches!(kind, Kind::Nginx | Kind::Caddyfile | Kind::Haproxy | Kind::Supervisor)
    };
    let texts = read_files.par_iter().filter(|(_, kind, _)| !names_none(*kind));
    let texts = texts.filter_map(|(_, _, text)| text.as_ref().ok());
    let named = match later.is_empty() {
        true => FxHashSet::default(),
        false => mentioned(texts.map(|(text, _)| text.as_str())),
    };
    let known: FxHashSet<&str> = read_files.iter().map(|(path, ..)| path.as_str()).collect();
    let inputs = Inputs { of_kustomize: of_kustomize(&read_files), charts: chart_folders(&files) };
    let is_unread = |path: &String| !known.contains(path.as_str());
    let later = later.par_iter().filter(|(path, _)| is_unread(path)).filter_map(|(path, _)| {
        let (kind, text) = read_later(root, path, &named, inputs.kind(path))?;
        Some((*path, kind, text))
    });
    let unnamed = files
        .par_iter()
        .filter(|path| Kind::of_path(path).is_none() && inputs.of_kustomize.contains(path.as_str()));
    let unnamed = unnamed.filter(|path| is_unread(path) && !is_excluded(path)).filter_map(|path| {
        let is_small = length_of(root, path)? <= kustomize::LARGEST_FILE;
        is_small.then(|| (path, Kind::KustomizeInput, read_text(&root.join(path))))
    });
    let more: Vec<_> = later.chain(unnamed).collect();
    read_files.extend(more);
    read_files.sort_by_key(|(path, ..)| *path);
    for (path, kind, text) in read_files {
        match text {
            Ok((text, remark)) => {
                sources.add(path.as_str(), text);
                kinds.push(kind);
                notes.extend(remark.map(|it| Note { path: path.clone(), reason: it.to_owned(), read: true }));
            }
            Err(reason) => notes.push(Note::unread(path, reason)),
        }
    }
    notes.sort();
    Workspace { root: root.to_owned(), sources, kinds, tree: Tree::new(files), notes, settings }
}

/// The configuration files that any of these texts names.
fn mentioned<'t>(texts: impl ParallelIterator<Item = &'t str>) -> FxHashSet<String> {
    let names = texts.fold(FxHashSet::default, |mut names, text| {
        configuration::mentioned(text, &mut names);
        names
    });
    names.reduce(FxHashSet::default, |mut all, some| {
        all.extend(some);
        all
    })
}

/// A text, or why it was not read; see [`read_text`].
type Reading = Result<(String, Option<&'static str>), String>;

/// The files that kustomizations name.
fn of_kustomize(read: &[(&String, Kind, Reading)]) -> FxHashSet<String> {
    let files = read.iter().filter(|(_, kind, _)| *kind == Kind::Kustomization);
    let files = files.filter_map(|(path, _, text)| Some((path, text.as_ref().ok()?)));
    let paths = files.flat_map(|(path, (text, _))| {
        kustomize::named_paths(path, &documents::read(FileId(0), text)).collect::<Vec<_>>()
    });
    paths.collect()
}

/// The folders of charts.
fn chart_folders(files: &[String]) -> FxHashSet<String> {
    let folder = |it: &String| {
        let (folder, name) = it.rsplit_once('/').unwrap_or((".", it));
        (name == helm::NAME).then(|| folder.to_owned())
    };
    files.iter().filter_map(folder).collect()
}

/// Files that are read because another one says so.
struct Inputs {
    of_kustomize: FxHashSet<String>,
    /// The folders of charts.
    charts: FxHashSet<String>,
}

impl Inputs {
    fn kind(&self, path: &str) -> Option<Kind> {
        if self.of_kustomize.contains(path) {
            return Some(Kind::KustomizeInput);
        }
        let (_, inside) = helm::owner(path, |it| self.charts.contains(it))?;
        helm::role(inside).map(|_| Kind::ChartInput)
    }
}

/// Reads a file that may be the configuration of a program, a manifest, or one that a kustomization
/// names or a chart has; `None` when it is none of these.
fn read_later(
    root: &Path,
    path: &str,
    named: &FxHashSet<String>,
    input: Option<Kind>,
) -> Option<(Kind, Reading)> {
    let length = length_of(root, path)?;
    if Kind::of_path(path) == Some(Kind::Document) {
        let text = (length <= commands::LARGEST_DOCUMENT).then(|| read_text(&root.join(path)))?;
        let is_wanted = text.as_ref().is_ok_and(|(text, _)| commands::is_about_containers(text));
        return match is_wanted {
            true => Some((Kind::Document, text)),
            false => input.map(|kind| (kind, text)),
        };
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let wanted =
        (configuration::is_likely(path) || named.contains(name)) && length <= configuration::LARGEST_FILE;
    let may_be_manifest = kubernetes::may_be_manifest(path) && length <= kubernetes::LARGEST_FILE;
    let may_be_network = hns::may_be_network(path) && length <= hns::LARGEST_FILE;
    let input = input.filter(|kind| match kind {
        Kind::ChartInput => length <= helm::LARGEST_FILE,
        _ => length <= kustomize::LARGEST_FILE,
    });
    if !wanted && !may_be_manifest && !may_be_network && input.is_none() {
        return None;
    }
    let text = read_text(&root.join(path));
    let kind = match &text {
        Ok((text, _)) if may_be_manifest || may_be_network => Kind::of_text(path, text)?,
        _ => Kind::Configuration,
    };
    match kind {
        Kind::Configuration if !wanted => input.map(|kind| (kind, text)),
        kind => Some((kind, text)),
    }
}

/// The length of a file in bytes.
fn length_of(root: &Path, path: &str) -> Option<u64> {
    std::fs::metadata(root.join(path)).ok().map(|it| it.len())
}

/// Sets how many threads read and judge; without a call there is one a processor.
pub fn use_threads(number: usize) {
    // It fails when the pool runs already, which then has the number of an earlier call.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(number).build_global();
}

/// The text of a file, with a remark when it is not quite what the file holds.
///
/// # Errors
/// Why it was not read, one clause.
pub fn read_text(path: &Path) -> Reading {
    let describe = |error: io::Error| match error.kind() {
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        _ => error.to_string(),
    };
    // A pipe or a device would block or never end.
    let about = std::fs::metadata(path).map_err(describe)?;
    if !about.is_file() {
        return Err("not a regular file".to_owned());
    }
    let too_large = || format!("larger than {} MB", LARGEST_FILE / 1024 / 1024);
    if about.len() > LARGEST_FILE {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(about.len() as usize + 1);
    // One byte more than allowed shows a file that grew since it was measured.
    File::open(path).and_then(|it| it.take(LARGEST_FILE + 1).read_to_end(&mut bytes)).map_err(describe)?;
    if bytes.len() as u64 > LARGEST_FILE {
        return Err(too_large());
    }
    decode::decode(bytes).map_err(str::to_owned)
}
