//! A setting, a rule or a value that reachlint does not know.

use super::{Context, Findings, RULES, Rule};
use crate::source::{Span, nearest};

pub(super) const RULE: Rule = rule!("unknown-setting", check);

/// Something in the settings of a project, or in a comment to reachlint, that is not understood and has no
/// effect.
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

impl UnknownSetting {
    /// A name, at `span`, that no rule has.
    #[must_use]
    pub fn rule(name: &str, span: Span) -> Self {
        let help = match nearest(name, RULES.iter().map(|it| it.id)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`reachlint rules` lists them".to_owned(),
        };
        Self {
            span,
            message: format!("reachlint has no rule `{name}`"),
            label: "no rule has this name".to_owned(),
            help: Some(help),
        }
    }
}

fn check(ctx: &Context<'_>, findings: &mut Findings) {
    for it in ctx.unknown_settings {
        let finding = findings.report(it.message.as_str(), it.span, it.label.as_str());
        if let Some(help) = &it.help {
            finding.help(help.as_str());
        }
    }
}
