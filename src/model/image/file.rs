//! Files in an image: which of the project's files stands at a path, or that none does.

use super::ImageId;
use super::build::{Built, Images, Stage};
use super::layers::{self, Bringer, Found};
use crate::facts::dockerfile::Run;
use crate::source::Span;

/// What stands at a path of an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageFile {
    /// This file of the project, and where a COPY names it or a folder that holds it.
    Project(String, Option<Span>),
    /// Nothing: no instruction brings a file there.
    Absent {
        /// The pattern of a `.dockerignore` that keeps it out.
        ignored_by: Option<Span>,
    },
    /// Nothing of the project that is committed, but something else may make or bring one.
    Unseen,
    /// It cannot be told.
    Unknown,
}

/// Commands that make no configuration file, as long as they do not name it. Redirections do not show,
/// so that `echo` is none of them.
const NEUTRAL: &[&str] = &[
    ":",
    "[",
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "cd",
    "chgrp",
    "chmod",
    "chown",
    "dnf",
    "export",
    "false",
    "go",
    "groupadd",
    "id",
    "ls",
    "microdnf",
    "mkdir",
    "pwd",
    "rm",
    "set",
    "strip",
    "test",
    "touch",
    "true",
    "unset",
    "update-ca-certificates",
    "upx",
    "useradd",
    "usermod",
    "yum",
];

/// Folders in which the files of a base image are not known.
const SYSTEM_FOLDERS: &[&str] = &[
    "/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/run", "/sbin", "/sys", "/tmp", "/usr",
    "/var",
];

impl Images<'_> {
    /// What stands at the absolute path `path`.
    #[must_use]
    pub fn file_at(&self, image: ImageId, path: &str) -> ImageFile {
        let Some(built) = self.built(image) else { return ImageFile::Unknown };
        let Some(stage) = built.stages.get(built.last) else { return ImageFile::Unknown };
        let tree = &self.facts.tree;
        let path = layers::absolute("", path);
        match layers::find_with_source(&built.stages, stage, tree, &path) {
            Some((Found::File(file), copy)) => match built.ignores(&file) {
                None => ImageFile::Project(file, copy),
                Some(pattern) => self.absent(built, stage, &path, Some(pattern)),
            },
            Some(_) => ImageFile::Unknown,
            None => self.absent(built, stage, &path, None),
        }
    }

    /// Whether a path at which nothing was found is certainly empty.
    fn absent(
        &self,
        built: &Built<'_>,
        stage: &Stage<'_>,
        path: &str,
        mut ignored_by: Option<Span>,
    ) -> ImageFile {
        if made_by_base(stage, path) || stage.runs.iter().any(|it| may_make(it, path)) {
            return ImageFile::Unseen;
        }
        for bringer in layers::bringers(&built.stages, stage, &self.facts.tree, path) {
            match bringer {
                // Somebody may put a file there that is not committed, unless Docker leaves it out.
                Bringer::Project(place) => match built.ignores(&place) {
                    Some(pattern) => ignored_by = Some(pattern),
                    None => return ImageFile::Unseen,
                },
                Bringer::Stage(number) => {
                    let runs = built.stages.get(number).map(|it| &it.runs);
                    if runs.is_none_or(|it| it.iter().any(|it| may_make(it, path))) {
                        return ImageFile::Unseen;
                    }
                }
                Bringer::Foreign => return ImageFile::Unknown,
            }
        }
        ImageFile::Absent { ignored_by }
    }
}

impl Built<'_> {
    /// The pattern that keeps a file of the project out of the build context.
    fn ignores(&self, file: &str) -> Option<Span> {
        let inside = match self.context.as_str() {
            "." => file,
            context => file.strip_prefix(context)?.strip_prefix('/')?,
        };
        self.ignored?.excludes(inside).map(|it| it.glob.span)
    }
}

/// Whether the image that a stage starts from may hold a file there.
fn made_by_base(stage: &Stage<'_>, path: &str) -> bool {
    if stage.base.reference.as_deref() == Some("scratch") {
        return false;
    }
    let in_system = SYSTEM_FOLDERS
        .iter()
        .any(|it| path.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    stage.entry.is_none() || in_system
}

/// Whether a RUN may leave a file at `path`.
fn may_make(run: &Run, path: &str) -> bool {
    let mut parts = path.rsplit('/');
    let name = parts.next().unwrap_or(path);
    let folder = parts.next().filter(|it| it.len() > 2);
    let names = |text: &str| text.contains(name) || folder.is_some_and(|it| text.contains(it));
    run.opaque
        || run.script.commands.iter().any(|command| {
            let neutral = match command.program_name() {
                // An assignment alone.
                None => command.words.is_empty(),
                Some(program) => NEUTRAL.contains(&program),
            };
            // `mkdir config` names the folder, and makes no file in it.
            let only_folder =
                matches!(command.program_name(), Some("mkdir" | "rm" | "cd" | "chown" | "chmod"));
            !neutral || (!only_folder && command.words.iter().any(|it| names(&it.raw.value)))
        })
}
