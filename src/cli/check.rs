//! `reachlint check`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Instant;

use clap::builder::PossibleValue;
use clap::{ArgAction, Args, ValueEnum};

use super::exit::{Done, Failure};
use super::output::{self, Colour};
use super::project::{self, Loaded, SettingsArguments};
use super::rule_name;
use crate::config::{FailOn, Profile};
use crate::diagnostic::{Diagnostic, Severity};
use crate::engine::{self, Options, Outcome};
use crate::facts::kind::Kind;
use crate::report::{self, ProjectReport, Report};
use crate::workspace;

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Projects, or files and folders of a project to report on [default: the working directory].
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print the findings.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write the findings to FILE instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The lowest severity that makes the exit code 1 [default: `fail-on` of the settings, else warning].
    #[arg(long, value_enum, value_name = "LEVEL")]
    fail_on: Option<FailOn>,
    /// Show hints too: findings of severity info, and findings that are only possible.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    hints: Option<bool>,
    /// Run these rules only; may be repeated or hold a list with commas.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name::parse_id)]
    select: Vec<String>,
    /// Do not run these rules; may be repeated or hold a list with commas.
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = rule_name::parse_id)]
    ignore: Vec<String>,
    /// Which groups of rules to raise [default: `profile` of the settings, else default].
    #[arg(long, value_enum, value_name = "PROFILE")]
    profile: Option<Profile>,
    #[command(flatten)]
    settings: SettingsArguments,
    /// Number of threads [default: one a processor].
    #[arg(long, short, value_name = "NUMBER")]
    jobs: Option<NonZeroUsize>,
    /// When to colour the findings.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    color: Colour,
    /// Print findings and errors only: no summary.
    #[arg(long, short)]
    quiet: bool,
    /// Say on standard error which files were not read, and how long it took.
    #[arg(long, short, action = ArgAction::SetTrue, conflicts_with = "quiet")]
    verbose: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Each finding with the source lines it stands on.
    Text,
    /// One line a finding: path:line:column: severity[rule] message.
    Concise,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0, for code hosts.
    Sarif,
}

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self {
            Self::Error => "Errors only",
            Self::Warning => "Errors and warnings",
            Self::Info => "Hints too, which are then shown",
            Self::Never => "Nothing: findings never change the exit code",
        };
        Some(PossibleValue::new(self.as_str()).help(help))
    }
}

impl ValueEnum for Profile {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(self.about()))
    }
}

pub(super) fn run(arguments: &CheckArguments) -> Result<Done, Failure> {
    let started = Instant::now();
    if let Some(jobs) = arguments.jobs {
        workspace::use_threads(jobs.get());
    }
    let projects = project::load_all(&arguments.paths, &arguments.settings)?;
    let options = Options {
        select: arguments.select.clone(),
        ignore: arguments.ignore.clone(),
        profile: arguments.profile,
    };
    let outcomes: Vec<Outcome> = projects.iter().map(|it| engine::check(&it.input, &options)).collect();
    let (report, done) = assemble(arguments, &options, &projects, &outcomes);
    write(arguments, &report)?;
    remark(arguments, &projects, &outcomes, started);
    // The process ends: to give back each piece of a large project takes longer than leaving it to the system.
    std::mem::forget((projects, outcomes));
    Ok(done)
}

/// What is reported, and how the command ends. The settings of each project speak of that project alone;
/// the command line comes before them.
fn assemble<'a>(
    arguments: &CheckArguments,
    options: &Options,
    projects: &'a [Loaded],
    outcomes: &'a [Outcome],
) -> (Report<'a>, Done) {
    let directory = project::working_directory();
    let (mut report, mut done) = (Report::default(), Done::Clean);
    for (project, outcome) in projects.iter().zip(outcomes) {
        let (sources, settings) = (&project.input.sources, &project.input.settings);
        let fail_on = arguments.fail_on.or(settings.fail_on).unwrap_or(FailOn::Warning);
        let shown = arguments.hints.or(settings.hints);
        let shown = shown.unwrap_or(options.profile(settings) == Profile::Strict);
        let hints = shown || fail_on == FailOn::Info;
        let asked = |it: &&Diagnostic| project.shows(it.primary().span.file);
        let mut diagnostics: Vec<_> = outcome.diagnostics.iter().filter(asked).collect();
        for diagnostic in &diagnostics {
            let fails = match diagnostic.severity {
                _ if report::is_hint(diagnostic) => {
                    report.summary.hints += 1;
                    report.summary.hints_hidden |= !hints;
                    fail_on == FailOn::Info
                }
                Severity::Error => {
                    report.summary.errors += 1;
                    fail_on != FailOn::Never
                }
                Severity::Warning | Severity::Info => {
                    report.summary.warnings += 1;
                    matches!(fail_on, FailOn::Warning | FailOn::Info)
                }
            };
            if fails {
                done = Done::Found;
            }
        }
        diagnostics.retain(|it| hints || !report::is_hint(it));
        report.summary.files += sources.len();
        let unread = || project.notes.iter().filter(|it| !it.read);
        report.summary.skipped += unread().count();
        report.projects.push(ProjectReport {
            sources,
            diagnostics,
            display_prefix: project.display_prefix(&directory),
            repository_prefix: project.repository_prefix(),
            skipped: unread().map(|it| (it.path.clone(), it.reason.clone())).collect(),
        });
    }
    (report, done)
}

fn write(arguments: &CheckArguments, report: &Report<'_>) -> Result<(), Failure> {
    let format = match arguments.format {
        Format::Text => report::Format::Text,
        Format::Concise => report::Format::Concise,
        Format::Json => report::Format::Json,
        Format::Sarif => report::Format::Sarif,
    };
    let Some(path) = &arguments.output else {
        let colour = arguments.color.on_stdout();
        output::print(|out| report::write(report, format, colour, out))?;
        if !arguments.quiet {
            summarise(arguments, report);
        }
        return Ok(());
    };
    output::to_file(path, |out| report::write(report, format, arguments.color == Colour::Always, out))?;
    if !arguments.quiet {
        summarise(arguments, report);
    }
    Ok(())
}

/// The summary is below the findings when people read these, and on standard error when a program
/// does.
fn summarise(arguments: &CheckArguments, report: &Report<'_>) {
    let line = report.summary.line();
    if arguments.format == Format::Text && arguments.output.is_none() {
        // Standard output that is closed was noticed while the findings were printed.
        let _ = output::print(|out| writeln!(out, "{line}"));
    } else {
        output::complain(&line);
    }
}

fn remark(arguments: &CheckArguments, projects: &[Loaded], outcomes: &[Outcome], started: Instant) {
    for error in outcomes.iter().flat_map(|it| &it.internal_errors) {
        output::complain(&format!("internal error: {error}; please report it"));
    }
    if arguments.quiet {
        return;
    }
    for project in projects.iter().filter(|it| it.input.kinds.iter().all(|it| *it == Kind::Settings)) {
        let root = project.root.display();
        output::complain(&format!("warning: no Go file, Dockerfile or Compose file in {root}"));
    }
    if arguments.verbose {
        for note in projects.iter().flat_map(|it| &it.notes) {
            let verdict = if note.read { "" } else { "not read: " };
            output::complain(&format!("note: {}: {verdict}{}", note.path, note.reason));
        }
        let files: usize = projects.iter().map(|it| it.input.sources.len()).sum();
        output::complain(&format!("note: {files} files in {:.1} ms", started.elapsed().as_secs_f64() * 1e3));
    }
}
