//! Values that were resolved for one workload.

use crate::source::{Confidence, Span, Text};

/// A value that was resolved for one workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// The text and where it is written.
    pub text: Text,
    /// How sure.
    pub confidence: Confidence,
    /// The places on the way from the use to the text, nearest to the use first: the `os.Getenv`
    /// that read it, the parameter it was passed in.
    pub via: Vec<Span>,
}
