//! SARIF 2.1.0, for code hosts:
//! <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
//!
//! Paths are relative to `%SRCROOT%`, the root of the repository; no absolute path is written.

mod schema;

use std::collections::BTreeMap;
use std::io;

use rustc_hash::FxHashMap;

use self::schema::{
    Artifact, ArtifactChange, ArtifactLocation, BaseId, CodeFlow, Configuration, Content, Driver, FixOut,
    Invocation, Level, Location, Log, Markdown, Message, Notification, PhysicalLocation, Region, Replacement,
    ReportingDescriptor, ResultOut, ResultProperties, RuleProperties, Run, ThreadFlow, ThreadFlowLocation,
    Tool,
};
use super::fingerprint::Fingerprints;
use super::{ProjectReport, Report, place};
use crate::diagnostic::{Diagnostic, Fix, Safety, Severity};
use crate::rules::{Document, RULES, Rule};
use crate::source::Span;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
const REPOSITORY: &str = env!("CARGO_PKG_REPOSITORY");
const ROOT: &str = "%SRCROOT%";

/// GitHub cuts descriptions at this number of characters:
/// <https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#reportingdescriptor-object>.
const LONGEST_DESCRIPTION: usize = 1024;

pub(super) fn write(report: &Report<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    let mut run = RunBuilder::default();
    for project in &report.projects {
        for diagnostic in &project.diagnostics {
            run.add(project, diagnostic);
        }
        for (path, reason) in &project.skipped {
            let uri = run.artifact(&format!("{}{path}", project.repository_prefix));
            run.notifications.push(Notification {
                level: Level::Note,
                message: Message::new(format!("not read: {reason}")),
                locations: vec![Location::of_file(uri)],
            });
        }
    }
    let log = Log { schema: SCHEMA, version: "2.1.0", runs: vec![run.finish()] };
    serde_json::to_writer_pretty(&mut *out, &log)?;
    writeln!(out)
}

#[derive(Default)]
struct RunBuilder {
    results: Vec<ResultOut>,
    artifacts: Vec<Artifact>,
    artifact_index: FxHashMap<String, usize>,
    notifications: Vec<Notification>,
    fingerprints: Fingerprints,
}

impl RunBuilder {
    fn add(&mut self, project: &ProjectReport<'_>, diagnostic: &Diagnostic) {
        let primary = diagnostic.primary();
        let location = self.location(project, primary.span);
        let path = place::path(&project.repository_prefix, project.sources.file(primary.span.file).path());
        let related: Vec<Location> = diagnostic.labels[1..]
            .iter()
            .enumerate()
            .map(|(at, label)| {
                let location = self.location(project, label.span);
                Location { id: Some(at + 1), message: Some(Message::new(&label.message)), ..location }
            })
            .collect();
        let code_flows = self.code_flow(project, diagnostic).into_iter().collect();
        let fixes = diagnostic.fixes.iter().filter(|it| it.safety == Safety::Safe);
        let fixes = fixes.map(|it| self.fix(project, it)).collect();
        let text = match &diagnostic.help {
            Some(help) => format!("{} Help: {help}.", sentence(&diagnostic.message)),
            None => sentence(&diagnostic.message),
        };
        self.results.push(ResultOut {
            rule_id: diagnostic.rule,
            rule_index: RULES.iter().position(|it| it.id == diagnostic.rule),
            level: level(diagnostic.severity),
            message: Message::new(text),
            locations: vec![Location { message: Some(Message::new(&primary.message)), ..location }],
            related_locations: related,
            code_flows,
            partial_fingerprints: BTreeMap::from([(
                "reachlint/v1",
                self.fingerprints.of(project.sources, &path, diagnostic),
            )]),
            fixes,
            properties: ResultProperties { confidence: diagnostic.confidence.as_str() },
        });
    }

    /// The way from the evidence to the fault, when it leads through several files.
    fn code_flow(&mut self, project: &ProjectReport<'_>, diagnostic: &Diagnostic) -> Option<CodeFlow> {
        let home = diagnostic.primary().span.file;
        if diagnostic.labels.iter().all(|it| it.span.file == home) {
            return None;
        }
        let steps = diagnostic.labels[1..].iter().chain(&diagnostic.labels[..1]);
        let locations = steps.map(|label| {
            let location = self.location(project, label.span);
            ThreadFlowLocation {
                location: Location { message: Some(Message::new(&label.message)), ..location },
            }
        });
        Some(CodeFlow { thread_flows: vec![ThreadFlow { locations: locations.collect() }] })
    }

    fn fix(&mut self, project: &ProjectReport<'_>, fix: &Fix) -> FixOut {
        let mut changes: Vec<ArtifactChange> = Vec::new();
        for edit in &fix.edits {
            let artifact_location = self.artifact_of(project, edit.span);
            let replacement = Replacement {
                deleted_region: Region { snippet: None, ..region(project, edit.span) },
                inserted_content: Content { text: edit.replacement.clone() },
            };
            match changes.iter_mut().find(|it| it.artifact_location.index == artifact_location.index) {
                Some(change) => change.replacements.push(replacement),
                None => {
                    changes.push(ArtifactChange { artifact_location, replacements: vec![replacement] });
                }
            }
        }
        FixOut { description: Message::new(&fix.title), artifact_changes: changes }
    }

    fn location(&mut self, project: &ProjectReport<'_>, span: Span) -> Location {
        Location {
            id: None,
            physical_location: PhysicalLocation {
                artifact_location: self.artifact_of(project, span),
                region: Some(region(project, span)),
            },
            message: None,
        }
    }

    fn artifact_of(&mut self, project: &ProjectReport<'_>, span: Span) -> ArtifactLocation {
        self.artifact(&place::path(&project.repository_prefix, project.sources.file(span.file).path()))
    }

    fn artifact(&mut self, path: &str) -> ArtifactLocation {
        let uri = percent_encode(path);
        let next = self.artifacts.len();
        let index = *self.artifact_index.entry(uri.clone()).or_insert(next);
        if index == next {
            let location = ArtifactLocation { uri: uri.clone(), uri_base_id: ROOT, index: None };
            self.artifacts.push(Artifact { location });
        }
        ArtifactLocation { uri, uri_base_id: ROOT, index: Some(index) }
    }

    fn finish(self) -> Run {
        Run {
            tool: Tool {
                driver: Driver {
                    name: "reachlint",
                    version: env!("CARGO_PKG_VERSION"),
                    semantic_version: env!("CARGO_PKG_VERSION"),
                    information_uri: REPOSITORY,
                    rules: RULES.iter().map(descriptor).collect(),
                },
            },
            column_kind: "utf16CodeUnits",
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                BaseId { description: Message::new("The root of the repository.") },
            )]),
            invocations: vec![Invocation {
                execution_successful: true,
                tool_execution_notifications: self.notifications,
            }],
            artifacts: self.artifacts,
            results: self.results,
        }
    }
}

fn descriptor(rule: &Rule) -> ReportingDescriptor {
    let document = Document::parse(rule.document);
    let why = document.section("Why");
    let full = if why.is_empty() { document.summary.to_owned() } else { unwrapped(why) };
    ReportingDescriptor {
        id: rule.id,
        name: pascal_case(rule.id),
        short_description: Message::new(document.summary),
        full_description: Message::new(clipped(&full, LONGEST_DESCRIPTION)),
        help: Markdown { text: document.body.to_owned(), markdown: document.body.to_owned() },
        help_uri: format!("{REPOSITORY}/blob/main/rules/{}.md", rule.id),
        default_configuration: Configuration {
            enabled: document.off_by_default.then_some(false),
            level: level(document.severity),
        },
        properties: RuleProperties { tags: vec![document.category.as_str(), "network"] },
    }
}

fn region(project: &ProjectReport<'_>, span: Span) -> Region {
    let file = project.sources.file(span.file);
    let position = |offset: u32| file.lines().position_utf16(file.text(), offset as usize);
    let (start, end) = (position(span.start), position(span.end));
    Region {
        start_line: start.line,
        start_column: start.column,
        end_line: end.line,
        end_column: end.column,
        snippet: Some(Content { text: project.sources.slice(span).to_owned() }),
    }
}

fn level(severity: Severity) -> Level {
    match severity {
        Severity::Error => Level::Error,
        Severity::Warning => Level::Warning,
        Severity::Info => Level::Note,
    }
}

/// `text` with a full stop, as SARIF's section 3.11 wants messages to end.
fn sentence(text: &str) -> String {
    let open = !text.ends_with(['.', '?', '!']);
    format!("{text}{}", if open { "." } else { "" })
}

/// Paragraphs on one line each.
fn unwrapped(text: &str) -> String {
    let paragraphs = text.split("\n\n").map(|it| it.split_whitespace().collect::<Vec<_>>().join(" "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(most - 1).collect();
    short.push('…');
    short
}

/// `loopback-listener` as `LoopbackListener`, the form that SARIF's section 3.49.7 asks for.
fn pascal_case(id: &str) -> String {
    id.split('-')
        .map(|word| {
            let (first, rest) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            first.to_uppercase() + rest
        })
        .collect()
}

/// A path as a relative URI reference (RFC 3986): what is no plain path character is escaped.
fn percent_encode(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(byte as char);
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        assert_eq!(percent_encode("a b/c#d/ä.go"), "a%20b/c%23d/%C3%A4.go");
    }

    #[test]
    fn messages_end_in_a_full_stop() {
        assert_eq!(sentence("it breaks"), "it breaks.");
        assert_eq!(sentence("it breaks."), "it breaks.");
    }

    #[test]
    fn names_are_pascal_case() {
        assert_eq!(pascal_case("loopback-listener"), "LoopbackListener");
    }
}
