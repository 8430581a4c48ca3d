//! What a rule says: plain data, no rendering.

pub use crate::source::Confidence;
use crate::source::{Edit, Span};

/// How bad it is (../shared catalogue: E it breaks as committed, W it breaks in a common setting or
/// loses requests, I a maintainer may well disagree).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// A maintainer may disagree; hidden by default.
    Info,
    /// Breaks in a common setting, or loses data or requests.
    Warning,
    /// Breaks as committed.
    Error,
}

impl Severity {
    /// The word used in every format and in the rule documents.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One underlined place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What it says, one clause.
    pub message: String,
    /// Whether the fault is here; the others are evidence.
    pub primary: bool,
}

/// Whether a fix can change what a correct program does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Safety {
    /// It cannot.
    Safe,
    /// It may: a person decides.
    Unsafe,
}

/// A change that removes the fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, imperative.
    pub title: String,
    /// Whether it is safe.
    pub safety: Safety,
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Id of the rule.
    pub rule: &'static str,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One sentence that stands alone.
    pub message: String,
    /// The primary label first; never empty.
    pub labels: Vec<Label>,
    /// What to do.
    pub help: Option<String>,
    /// Changes that remove the fault.
    pub fixes: Vec<Fix>,
}

impl Diagnostic {
    /// The place of the fault.
    #[must_use]
    pub fn primary(&self) -> &Label {
        &self.labels[0]
    }
}
