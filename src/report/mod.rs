//! Prints findings: one file a format.
//!
//! Each format has output structures of its own, so that nothing below this layer has to know how
//! it is printed.

pub mod compose_config;
mod concise;
pub mod coverage;
mod fingerprint;
pub mod graph;
mod json;
pub mod outline;
mod place;
pub mod rule_list;
mod sarif;
pub mod settings_schema;
mod text;
pub mod trace;

use std::io;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::SourceMap;

/// How findings are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Each finding with the source lines it stands on, for people.
    Text,
    /// One line a finding: `path:line:column: error[rule] message`.
    Concise,
    /// One JSON document.
    Json,
    /// SARIF 2.1.0.
    Sarif,
}

/// What is printed.
#[derive(Debug, Default)]
pub struct Report<'a> {
    /// One entry a project.
    pub projects: Vec<ProjectReport<'a>>,
    /// The figures below the findings.
    pub summary: Summary,
}

/// The findings of one project.
#[derive(Debug)]
pub struct ProjectReport<'a> {
    /// The files that the spans point into.
    pub sources: &'a SourceMap,
    /// What is shown, in order.
    pub diagnostics: Vec<&'a Diagnostic>,
    /// What stands before a path for a person: from the working directory to the project's root,
    /// empty or ending in `/`.
    pub display_prefix: String,
    /// What stands before a path for a code host: from the repository's root to the project's,
    /// empty or ending in `/`.
    pub repository_prefix: String,
    /// Files that were not read, with the reason.
    pub skipped: Vec<(String, String)>,
}

/// The figures of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings of severity error.
    pub errors: usize,
    /// Findings of severity warning.
    pub warnings: usize,
    /// Findings of severity info, and findings that are only possible, shown or not.
    pub hints: usize,
    /// Whether hints are among what is not shown.
    pub hints_hidden: bool,
    /// Files that were read.
    pub files: usize,
    /// Files that were not read though their name is one that reachlint reads.
    pub skipped: usize,
}

impl Summary {
    /// The figures as one line: `2 errors, 1 warning (14 hints, see --hints)`.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = if self.errors + self.warnings == 0 {
            format!("No faults found in {}", count(self.files, "file"))
        } else {
            [(self.errors, "error"), (self.warnings, "warning")]
                .into_iter()
                .filter(|(number, _)| *number > 0)
                .map(|(number, noun)| count(number, noun))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let mut asides = Vec::new();
        if self.hints > 0 {
            let pointer = if self.hints_hidden { ", see --hints" } else { "" };
            asides.push(format!("{}{pointer}", count(self.hints, "hint")));
        }
        if self.skipped > 0 {
            asides.push(format!("{} not read, see -v", count(self.skipped, "file")));
        }
        if !asides.is_empty() {
            line.push_str(&format!(" ({})", asides.join("; ")));
        }
        line
    }
}

/// Writes `report` to `out`; `colour` matters to [`Format::Text`] alone.
///
/// # Errors
/// What `out` reports.
pub fn write(report: &Report<'_>, format: Format, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, colour, out),
        Format::Concise => concise::write(report, out),
        Format::Json => json::write(report, out),
        Format::Sarif => sarif::write(report, out),
    }
}

/// Whether a finding belongs to the hints, which are shown on request only: a maintainer may well
/// disagree with it, or it is a guess.
#[must_use]
pub fn is_hint(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Info || diagnostic.confidence == crate::diagnostic::Confidence::Possible
}

fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_is_one_line() {
        let line = |errors, warnings, hints, skipped| {
            Summary { errors, warnings, hints, skipped, files: 12, hints_hidden: true }.line()
        };
        assert_eq!(line(2, 1, 14, 0), "2 errors, 1 warning (14 hints, see --hints)");
        assert_eq!(line(0, 2, 1, 3), "2 warnings (1 hint, see --hints; 3 files not read, see -v)");
        assert_eq!(line(0, 0, 0, 0), "No faults found in 12 files");
    }
}
