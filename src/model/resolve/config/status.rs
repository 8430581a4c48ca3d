//! Whether a file is there, which programs ask before they read it: `if _, err := os.Stat(path); err == nil`.

use std::rc::Rc;

use super::file::Answer;
use crate::facts::catalogue::DataRole;
use crate::facts::go::Value;
use crate::model::go::entry_of;
use crate::model::resolve::{Evaluator, Frame};
use crate::source::Confidence;

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    File,
    Folder,
    Nothing,
}

/// Folders in which the base of an image has files of its own, below the root.
const OF_SYSTEM: &[&str] = &[
    "bin", "boot", "etc", "home", "lib", "lib64", "media", "mnt", "opt", "root", "sbin", "srv", "tmp", "usr",
    "var",
];

impl<'w> Evaluator<'w> {
    /// Whether a call that looks at a file or opens it fails; `None` for other values, and where that cannot be told.
    pub(in crate::model::resolve) fn misses_file(
        &self,
        value: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<bool> {
        let Value::Call { callee, arguments, .. } = value else { return None };
        let entry = entry_of(&self.targets(callee, frame))?.data?;
        let folders = match entry.role {
            DataRole::Status => true,
            // Other ways to open a file make one.
            DataRole::File if arguments.len() == 1 => false,
            _ => return None,
        };
        let path = self.path_text(arguments.get(entry.argument)?, frame, depth)?;
        match self.status(&path)? {
            Status::File => Some(false),
            Status::Folder => folders.then_some(false),
            Status::Nothing => Some(true),
        }
    }

    /// Whether what `os.Stat` returned is a folder.
    pub(in crate::model::resolve) fn is_folder(
        &self,
        info: &'w Value,
        frame: &Rc<Frame<'w>>,
        depth: u32,
    ) -> Option<bool> {
        let head = self.head(info, frame, depth);
        let Value::Call { callee, arguments, .. } = head.value else { return None };
        let entry = entry_of(&self.targets(callee, &head.frame))?.data?;
        let path = arguments.get(entry.argument).filter(|_| entry.role == DataRole::Status)?;
        match self.status(&self.path_text(path, &head.frame, depth)?)? {
            Status::File => Some(false),
            Status::Folder => Some(true),
            Status::Nothing => None,
        }
    }

    /// What is at a path; `None` when that is not certain.
    fn status(&self, path: &str) -> Option<Status> {
        let answer = self.find_file(path);
        match answer {
            Answer::File { confidence: Confidence::Proven, .. } | Answer::Embedded(..) => {
                return Some(Status::File);
            }
            Answer::File { .. } | Answer::Unknown => return None,
            Answer::Absent | Answer::Unseen => {}
        }
        if self.has_folder(path) {
            return Some(Status::Folder);
        }
        // What has no ending may be a folder that nothing of the project is in.
        let name = path.rsplit('/').next().unwrap_or(path);
        let top = path.strip_prefix('/').map(|it| it.split('/').next().unwrap_or(it));
        let of_base = top.is_some_and(|it| OF_SYSTEM.contains(&it));
        let certain = matches!(answer, Answer::Absent) && name.contains('.') && !of_base;
        certain.then_some(Status::Nothing)
    }
}
