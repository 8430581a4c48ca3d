//! Findings with the source lines they stand on, in every file involved.

use std::io;
use std::ops::Range;

use codespan_reporting::diagnostic::{Diagnostic as Snippet, Label as Underline, Severity as Level};
use codespan_reporting::files::{self, Files};
use codespan_reporting::term::{self, Config, Styles, StylesWriter, termcolor};
use rustc_hash::FxHashMap;

use super::{ProjectReport, Report, place};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Position, Span};

/// A longer line (of a minified file) is not printed: it would bury the finding.
const LONGEST_LINE: usize = 1000;

pub(super) fn write(report: &Report<'_>, colour: bool, out: &mut dyn io::Write) -> io::Result<()> {
    let styles = styles();
    let config = Config { tab_width: 4, ..Config::default() };
    for project in &report.projects {
        let files = PrintableFiles::new(project);
        for diagnostic in &project.diagnostics {
            let snippet = snippet(project, diagnostic);
            let mut buffer = if colour { termcolor::Buffer::ansi() } else { termcolor::Buffer::no_color() };
            let mut writer = StylesWriter::new(&mut buffer, &styles);
            // A span that is out of its file is a fault of reachlint; the finding still counts.
            if term::emit_to_write_style(&mut writer, &config, &files, &snippet).is_err() {
                buffer.clear();
                let locus = place::locus(project.sources, &project.display_prefix, diagnostic.primary().span);
                io::Write::write_all(&mut buffer, format!("{locus}: {}\n\n", snippet.message).as_bytes())?;
            }
            out.write_all(buffer.as_slice())?;
        }
    }
    Ok(())
}

fn snippet(project: &ProjectReport<'_>, diagnostic: &Diagnostic) -> Snippet<FileId> {
    let mut notes = Vec::new();
    let mut labels = Vec::new();
    for label in &diagnostic.labels {
        let message = place::printable(&label.message).into_owned();
        if longest_line(project, label.span) > LONGEST_LINE {
            let locus = place::locus(project.sources, &project.display_prefix, label.span);
            notes.push(format!("{}: {message} (the line is too long to show)", place::printable(&locus)));
            continue;
        }
        let make = if label.primary { Underline::primary } else { Underline::secondary };
        labels.push(make(label.span.file, label.span.range()).with_message(message));
    }
    if let Some(help) = &diagnostic.help {
        notes.push(format!("help: {}", place::printable(help)));
    }
    let level = match diagnostic.severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    };
    Snippet::new(level)
        .with_code(diagnostic.rule)
        .with_message(place::printable(&diagnostic.message))
        .with_labels(labels)
        .with_notes(notes)
}

/// The length in bytes of the longest line that `span` touches.
fn longest_line(project: &ProjectReport<'_>, span: Span) -> usize {
    let text = project.sources.file(span.file).text();
    let Some(inside) = text.get(span.range()) else { return 0 };
    let before = text[..span.start as usize].rfind('\n').map_or(0, |at| at + 1);
    let after = text[span.end as usize..].find('\n').map_or(text.len(), |at| span.end as usize + at);
    let whole = &text[before..after];
    debug_assert!(whole.contains(inside));
    whole.lines().map(str::len).max().unwrap_or_default()
}

/// The files of a project as codespan-reporting asks for them, safe to print.
struct PrintableFiles<'a> {
    project: &'a ProjectReport<'a>,
    /// Texts that had to be changed for printing.
    cleaned: FxHashMap<FileId, String>,
}

impl<'a> PrintableFiles<'a> {
    fn new(project: &'a ProjectReport<'a>) -> Self {
        let mut cleaned = FxHashMap::default();
        let mut seen = rustc_hash::FxHashSet::default();
        for label in project.diagnostics.iter().flat_map(|it| &it.labels) {
            let id = label.span.file;
            if seen.insert(id)
                && let std::borrow::Cow::Owned(text) = place::printable(project.sources.file(id).text())
            {
                cleaned.insert(id, text);
            }
        }
        Self { project, cleaned }
    }
}

impl<'a> Files<'a> for PrintableFiles<'_> {
    type FileId = FileId;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: FileId) -> Result<String, files::Error> {
        let name = place::path(&self.project.display_prefix, self.project.sources.file(id).path());
        Ok(place::printable(&name).into_owned())
    }

    fn source(&'a self, id: FileId) -> Result<&'a str, files::Error> {
        Ok(self.cleaned.get(&id).map_or_else(|| self.project.sources.file(id).text(), String::as_str))
    }

    fn line_index(&'a self, id: FileId, byte: usize) -> Result<usize, files::Error> {
        let file = self.project.sources.file(id);
        let Position { line, .. } = file.lines().position(file.text(), byte);
        Ok(line as usize - 1)
    }

    fn line_range(&'a self, id: FileId, line: usize) -> Result<Range<usize>, files::Error> {
        let file = self.project.sources.file(id);
        let start_of = |line: usize| file.lines().line_start(u32::try_from(line).unwrap_or(u32::MAX));
        let start = start_of(line + 1)
            .ok_or(files::Error::LineTooLarge { given: line, max: file.lines().lines().saturating_sub(1) })?;
        Ok(start..start_of(line + 2).unwrap_or(file.text().len()))
    }
}

/// codespan-reporting's colours without its "intense" ones, which light terminal themes swallow.
fn styles() -> Styles {
    let mut styles = Styles::default();
    for spec in [
        &mut styles.header_error,
        &mut styles.header_warning,
        &mut styles.header_note,
        &mut styles.header_message,
    ] {
        spec.set_intense(false);
    }
    styles
}
