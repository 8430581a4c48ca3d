//! Which project a path belongs to.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::path::{canonical, relative};
use crate::facts::kind::Kind;

/// What a path on the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The root of the project, absolute.
    pub root: PathBuf,
    /// The part of the project to report on, relative to the root with `/`; `None` for all of it.
    pub filter: Option<String>,
}

/// Finds the project of `path`.
///
/// A folder with a repository, a `go.work` or a Compose file is a project. A folder with only a
/// `go.mod` or a Dockerfile is one too, unless a folder above it (of the same repository) has a
/// Compose file or a `go.work` that ties several such folders together. Any other folder, and any
/// file, belongs to the repository or else the project around it, and is a filter on its report.
///
/// # Errors
/// When `path` does not exist or cannot be looked at.
pub fn locate(path: &Path) -> io::Result<Target> {
    let path = canonical(path)?;
    if fs::metadata(&path)?.is_dir() {
        let marks = Marks::of(&path);
        if marks.repository || marks.workspace {
            return Ok(Target { root: path, filter: None });
        }
        if marks.part {
            let whole = enclosing(&path).find(|it| Marks::of(it).workspace);
            return Ok(target(whole.unwrap_or(&path), &path));
        }
        return Ok(target(project_around(&path).unwrap_or(&path), &path));
    }
    let folder = path.parent().unwrap_or(&path);
    Ok(target(project_around(folder).unwrap_or(folder), &path))
}

/// The root of the repository that `path` is in.
#[must_use]
pub fn repository_of(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|it| it.join(".git").exists()).map(Path::to_owned)
}

/// The folder to read for a place in it: the repository, else the nearest folder with a `go.work`
/// or Compose file, else the nearest with a `go.mod` or Dockerfile.
fn project_around(folder: &Path) -> Option<&Path> {
    let nearest = |has: fn(&Marks) -> bool| {
        std::iter::once(folder).chain(enclosing(folder)).find(|it| has(&Marks::of(it)))
    };
    nearest(|it| it.repository).or_else(|| nearest(|it| it.workspace)).or_else(|| nearest(|it| it.part))
}

/// The folders above `folder`, up to its repository's root. Without a repository, up to the home
/// folder, which is nobody's project even when a stray `compose.yaml` lies in it.
fn enclosing(folder: &Path) -> impl Iterator<Item = &Path> {
    let repository = repository_of(folder);
    let home = std::env::home_dir();
    let own_repository = repository.as_deref() == Some(folder);
    folder.ancestors().skip(1).take_while(move |it| match &repository {
        Some(root) => !own_repository && it.starts_with(root),
        None => it.parent().is_some() && home.as_deref().is_none_or(|home| !home.starts_with(it)),
    })
}

/// What the files of one folder say about it.
#[derive(Clone, Copy, Debug, Default)]
struct Marks {
    /// `.git`.
    repository: bool,
    /// A Compose file or `go.work`.
    workspace: bool,
    /// `go.mod` or a Dockerfile.
    part: bool,
}

impl Marks {
    fn of(folder: &Path) -> Self {
        let mut marks = Self::default();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            match Kind::of(name) {
                Some(Kind::Compose | Kind::GoWork) => marks.workspace = true,
                Some(Kind::GoMod | Kind::Dockerfile) => marks.part = true,
                _ if name == ".git" => marks.repository = true,
                _ => {}
            }
        }
        marks
    }
}

fn target(root: &Path, path: &Path) -> Target {
    Target { root: root.to_owned(), filter: relative(root, path) }
}
