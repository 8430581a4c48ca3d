//! What formats of nested settings have in common: values at the ends of paths of keys.

use crate::source::{Span, Text};

/// A value with the keys and list positions that lead to it: `server.ports.0`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Keys from the outside in; an element of a list has its number, from 0.
    pub path: Vec<String>,
    /// The last key; of an element of a list the element.
    pub key: Span,
    /// The value as Go prints it, without quotes.
    pub text: Text,
}
