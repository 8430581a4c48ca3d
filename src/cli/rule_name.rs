//! Rule names as arguments.

use crate::rules::{self, RULES, Rule};
use crate::source::nearest;

/// The rule that `name` names.
///
/// # Errors
/// A sentence for the user, with the name that was probably meant.
pub(super) fn parse(name: &str) -> Result<&'static Rule, String> {
    rules::find(name).ok_or_else(|| match nearest(name, RULES.iter().map(|it| it.id)) {
        Some(meant) => format!("no rule has that name; did you mean `{meant}`?"),
        None => "no rule has that name; `reachlint rules` lists them".to_owned(),
    })
}

/// The id of the rule that `name` names, for clap.
pub(super) fn parse_id(name: &str) -> Result<String, String> {
    parse(name).map(|it| it.id.to_owned())
}
