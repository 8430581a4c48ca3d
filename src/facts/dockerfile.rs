//! What one Dockerfile says.

use crate::source::{FileId, Spanned};

/// The facts of one Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile {
    /// Places that could not be read.
    pub errors: Vec<Spanned<String>>,
}

/// Reads one Dockerfile.
#[must_use]
pub fn read(file: FileId, text: &str) -> Dockerfile {
    let _ = (file, text);
    Dockerfile::default()
}
