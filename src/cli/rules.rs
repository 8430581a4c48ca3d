//! `reachlint rules`.

use clap::{Args, ValueEnum};

use super::exit::{Done, Failure};
use super::output;
use crate::report::rule_list;

#[derive(Debug, Args)]
pub(super) struct RulesArguments {
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One line a rule.
    Text,
    /// One JSON document.
    Json,
    /// What docs/rules.md holds.
    Markdown,
}

pub(super) fn run(arguments: &RulesArguments) -> Result<Done, Failure> {
    output::print(|out| match arguments.format {
        Format::Text => rule_list::write_text(out),
        Format::Json => rule_list::write_json(out),
        Format::Markdown => rule_list::write_markdown(out),
    })?;
    Ok(Done::Clean)
}
