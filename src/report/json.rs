//! One JSON document, for programs that are not code scanners.

use std::io;

use serde::Serialize;

use super::place::Range;
use super::{ProjectReport, Report};
use crate::diagnostic::{Diagnostic, Safety};
use crate::source::Span;

pub(super) fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let many = report.projects.len() > 1;
    let document = Document {
        version: env!("CARGO_PKG_VERSION"),
        diagnostics: report
            .projects
            .iter()
            .flat_map(|project| project.diagnostics.iter().map(move |it| Finding::of(project, it, many)))
            .collect(),
        summary: Figures {
            errors: report.summary.errors,
            warnings: report.summary.warnings,
            hints: report.summary.hints,
            files: report.summary.files,
            skipped: report.summary.skipped,
        },
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: &'a str,
    diagnostics: Vec<Finding<'a>>,
    summary: Figures,
}

#[derive(Serialize)]
struct Figures {
    errors: usize,
    warnings: usize,
    hints: usize,
    files: usize,
    skipped: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    rule: &'a str,
    severity: &'a str,
    confidence: &'a str,
    message: &'a str,
    /// Where the project is, seen from the working directory; only in a run on several projects.
    #[serde(skip_serializing_if = "Option::is_none")]
    project: Option<&'a str>,
    file: &'a str,
    span: Range,
    labels: Vec<LabelOut<'a>>,
    help: Option<&'a str>,
    fixes: Vec<FixOut<'a>>,
}

#[derive(Serialize)]
struct LabelOut<'a> {
    file: &'a str,
    span: Range,
    message: &'a str,
    primary: bool,
}

#[derive(Serialize)]
struct FixOut<'a> {
    title: &'a str,
    safe: bool,
    edits: Vec<EditOut<'a>>,
}

#[derive(Serialize)]
struct EditOut<'a> {
    file: &'a str,
    span: Range,
    replacement: &'a str,
}

impl<'a> Finding<'a> {
    fn of(project: &'a ProjectReport<'a>, diagnostic: &'a Diagnostic, many: bool) -> Self {
        let place = |span: Span| (project.sources.file(span.file).path(), Range::of(project.sources, span));
        let (file, span) = place(diagnostic.primary().span);
        let labels = diagnostic.labels.iter().map(|it| {
            let (file, span) = place(it.span);
            LabelOut { file, span, message: &it.message, primary: it.primary }
        });
        let fixes = diagnostic.fixes.iter().map(|fix| FixOut {
            title: &fix.title,
            safe: fix.safety == Safety::Safe,
            edits: fix
                .edits
                .iter()
                .map(|edit| {
                    let (file, span) = place(edit.span);
                    EditOut { file, span, replacement: &edit.replacement }
                })
                .collect(),
        });
        Self {
            rule: diagnostic.rule,
            severity: diagnostic.severity.as_str(),
            confidence: diagnostic.confidence.as_str(),
            message: &diagnostic.message,
            project: many.then_some(project.display_prefix.trim_end_matches('/')),
            file,
            span,
            labels: labels.collect(),
            help: diagnostic.help.as_deref(),
            fixes: fixes.collect(),
        }
    }
}
