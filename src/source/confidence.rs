//! How sure reachlint is of what it read.

/// How well something that was read is founded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Confidence {
    /// A heuristic; not shown by default.
    Possible,
    /// One link rests on a documented default or a naming convention.
    Likely,
    /// Every link of the chain was read from a file.
    Proven,
}

impl Confidence {
    /// The word used in every format.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Proven => "proven",
        }
    }
}
