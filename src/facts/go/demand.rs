//! Variables of the environment without which a function ends the program.

use super::condition::core;
use super::{Condition, Environ, Standing, Value};
use crate::source::Span;

/// `if os.Getenv("DSN") == "" { log.Fatal("DSN is not set") }`.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// The read.
    pub read: Environ,
    /// The statement that ends the program.
    pub exit: Span,
    /// Where the `if` stands.
    pub standing: Standing,
}

/// The reads that are missing whenever a condition holds (`holds`) or does not, each of which alone is
/// enough for that.
pub(super) fn missing_by(condition: &Condition, holds: bool) -> Vec<&Environ> {
    match (condition, holds) {
        (Condition::Empty(value) | Condition::Unset(value), true) => match core(value) {
            Value::Environment(read) if read.default.is_none() => vec![read],
            _ => Vec::new(),
        },
        (Condition::Not(inner), holds) => missing_by(inner, !holds),
        (Condition::Any(parts), true) | (Condition::All(parts), false) => {
            parts.iter().flat_map(|it| missing_by(it, holds)).collect()
        }
        _ => Vec::new(),
    }
}
