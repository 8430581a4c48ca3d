//! Which Go functions have to do with files by their paths.

use super::table::Row;

/// A row of `go-file.csv`, which describes the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// What the function does.
    pub role: FileRole,
    /// The argument with the path; `None` where calls before it say the path.
    pub at: Option<usize>,
}

/// What a function does with the file at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FileRole {
    /// It gives an error when the file is not there.
    Reads,
    /// It ends the program when the file is not there.
    Demands,
    /// It may put a file there.
    Writes,
    /// It changes the working directory.
    Moves,
}

impl FileEntry {
    pub(super) fn parse(row: &Row) -> Option<Self> {
        let role = match row.cell("role") {
            "reads" => FileRole::Reads,
            "demands" => FileRole::Demands,
            "writes" => FileRole::Writes,
            "moves" => FileRole::Moves,
            _ => return None,
        };
        Some(Self { role, at: row.cell("at").parse().ok() })
    }
}
