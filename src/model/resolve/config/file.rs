//! Which file of the project a path of the program leads to.

use crate::facts::join_path;
use crate::model::resolve::Evaluator;
use crate::model::{ContainerFile, EmbeddedFile};
use crate::source::{Confidence, Span};

/// What a program finds at a path.
pub(super) enum Answer {
    /// This file of the project.
    File {
        /// Its path relative to the project root.
        path: String,
        /// The COPY or mount that brings it into the container.
        brought_by: Option<Span>,
        /// How sure.
        confidence: Confidence,
    },
    /// This file, which a manifest holds, and the mount that brings it.
    Embedded(EmbeddedFile, Span),
    /// Nothing.
    Absent,
    /// Nothing of the project; whoever runs the program may put a file there.
    Unseen,
    /// It cannot be told.
    Unknown,
}

impl Evaluator<'_> {
    /// What the program finds at `path`. Where the container does not tell, the only file of the
    /// project that fits beside the program or its module most likely is it.
    pub(super) fn find_file(&self, path: &str) -> Answer {
        match self.file_at(path) {
            ContainerFile::Project(path, brought_by) => {
                Answer::File { path, brought_by, confidence: Confidence::Proven }
            }
            ContainerFile::Embedded(file, brought_by) => Answer::Embedded(file, brought_by),
            ContainerFile::Absent { .. } => Answer::Absent,
            ContainerFile::Unseen => Answer::Unseen,
            ContainerFile::Unknown => {
                let folders = self.files.directories.iter().chain([&"."]);
                let mut found: Vec<String> =
                    folders.filter_map(|it| join_path(it, path)).filter(|it| self.in_project(it)).collect();
                found.dedup();
                match (found.pop(), found.is_empty()) {
                    (Some(path), true) => {
                        Answer::File { path, brought_by: None, confidence: Confidence::Likely }
                    }
                    (Some(_), false) => Answer::Unknown,
                    (None, _) => Answer::Unseen,
                }
            }
        }
    }
}
