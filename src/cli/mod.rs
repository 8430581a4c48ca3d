//! The command line: one file a command.

mod check;
mod compose_config;
mod coverage;
mod exit;
mod explain;
mod facts;
mod graph;
mod kustomize;
mod model;
mod output;
mod project;
mod rule_name;
mod rules;
mod settings_schema;
mod trace;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use self::check::CheckArguments;

/// Runs the command that the process's arguments ask for.
#[must_use]
pub fn main() -> ExitCode {
    // clap itself ends the process with 2 for arguments that it refuses, and with 0 for --help.
    let arguments = Arguments::parse();
    let done = match arguments.command {
        None => check::run(&arguments.check),
        Some(Command::Check(it)) => check::run(&it),
        Some(Command::Explain(it)) => explain::run(&it),
        Some(Command::Rules(it)) => rules::run(&it),
        Some(Command::Facts(it)) => facts::run(&it),
        Some(Command::Model(it)) => model::run(&it),
        Some(Command::Trace(it)) => trace::run(&it),
        Some(Command::Graph(it)) => graph::run(&it),
        Some(Command::Coverage(it)) => coverage::run(&it),
        Some(Command::ComposeConfig(it)) => compose_config::run(&it),
        Some(Command::Kustomize(it)) => kustomize::run(&it),
        Some(Command::SettingsSchema) => settings_schema::run(),
    };
    exit::code(done)
}

/// Finds the network faults of containerised Go services before anything runs.
///
/// Reads Go source, Dockerfiles and Compose files, joins them into one model of the project's
/// network, and reports what cannot be reached and why. Without a command it checks PATH.
#[derive(Debug, Parser)]
#[command(name = "reachlint", version, args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    check: CheckArguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Report the faults of a project (what also happens without a command).
    Check(CheckArguments),
    /// Print a rule's document: what it reports, why, with examples.
    Explain(explain::ExplainArguments),
    /// List the rules.
    Rules(rules::RulesArguments),
    /// Print what was read from one file.
    Facts(facts::FactsArguments),
    /// Print what was understood of a project: programs, images, workloads, and who reaches whom.
    Model(model::ModelArguments),
    /// Tell whether one side reaches another and, if not, where the way ends.
    Trace(trace::TraceArguments),
    /// Draw the network: who runs where, who connects to whom, and whether that arrives.
    Graph(graph::GraphArguments),
    /// Print how many addresses of Go programs were understood, and why not the others.
    Coverage(coverage::CoverageArguments),
    /// Print a Compose project merged and expanded, as `docker compose config --format json` does.
    ComposeConfig(compose_config::ComposeConfigArguments),
    /// Print what a kustomization makes, as `kustomize build` does, as one JSON list.
    Kustomize(kustomize::KustomizeArguments),
    /// Print the JSON Schema of reachlint.toml, which editors understand.
    SettingsSchema,
}

/// How `facts`, `model`, `trace` and `coverage` print.
#[derive(Clone, Copy, Debug, Args)]
struct OutlineArguments {
    /// How to print it.
    #[arg(long, value_enum, default_value_t = OutlineFormat::Text)]
    format: OutlineFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutlineFormat {
    /// One line an entry.
    Text,
    /// One JSON document.
    Json,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        super::Arguments::command().debug_assert();
    }
}
