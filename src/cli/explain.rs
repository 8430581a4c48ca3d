//! `reachlint explain RULE`.

use clap::Args;

use super::exit::{Done, Failure};
use super::{output, rule_name};
use crate::rules::Document;

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The rule's name, as it stands in brackets in a finding.
    rule: String,
}

pub(super) fn run(arguments: &ExplainArguments) -> Result<Done, Failure> {
    let rule = rule_name::parse(&arguments.rule)
        .map_err(|reason| Failure(format!("`{}`: {reason}", arguments.rule)))?;
    let document = Document::parse(rule.document);
    output::print(|out| {
        let off = if document.off_by_default { ", off by default" } else { "" };
        let (severity, category) = (document.severity.as_str(), document.category.as_str());
        writeln!(out, "{} ({severity}, {category}{off})\n", rule.id)?;
        writeln!(out, "{}", document.body.trim_end())
    })?;
    Ok(Done::Clean)
}
