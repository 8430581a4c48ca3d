//! A setting, a rule or a value that reachlint does not know.

use super::{Context, Findings, Rule};
use crate::source::Span;

pub(super) const RULE: Rule = rule!("unknown-setting", check);

/// Something in the settings of a project that is not understood, and has no effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSetting {
    /// The words.
    pub span: Span,
    /// One sentence that stands alone.
    pub message: String,
    /// What is wrong with the words, one clause.
    pub label: String,
    /// What was probably meant.
    pub help: Option<String>,
}

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for it in ctx.unknown_settings {
        let finding = findings.report(it.message.as_str(), it.span, it.label.as_str());
        if let Some(help) = &it.help {
            finding.help(help.as_str());
        }
    }
}
