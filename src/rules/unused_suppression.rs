//! A suppression that silences nothing.

use super::{Context, Findings, Rule};
use crate::source::Span;

pub(super) const RULE: Rule = rule!("unused-suppression", check, of suppressions);

/// A comment that silences findings, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Findings that start in here are silenced.
    pub scope: Span,
    /// The rules that it names.
    pub rules: Vec<SuppressedRule>,
    /// Whether it says why.
    pub is_explained: bool,
    /// From `reachlint:` to the closing bracket.
    pub span: Span,
}

/// One rule that a suppression names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuppressedRule {
    /// Its id.
    pub id: &'static str,
    /// Where it is written.
    pub span: Span,
    /// Whether a finding was silenced; `None` when the rule did not run.
    pub used: Option<bool>,
}

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for rule in ctx.suppressions.iter().flat_map(|it| &it.rules).filter(|it| it.used == Some(false)) {
        findings
            .report(
                format!("This suppression of `{}` silences nothing", rule.id),
                rule.span,
                format!("`{}` has no finding here", rule.id),
            )
            .help("take it away: it would hide the next finding, which nobody has looked at");
    }
}
