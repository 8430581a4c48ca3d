//! Each format as a snapshot, and what must hold of SARIF whatever it reports.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use reachlint::config::Settings;
use reachlint::diagnostic::{Confidence, Diagnostic, Fix, Label, Safety, Severity};
use reachlint::report::{Format, ProjectReport, Report, Summary, write};
use reachlint::source::{Edit, FileId, SourceMap, Span};
use serde_json::Value;

/// Lines that end in CR LF, characters of two and four bytes in UTF-8 and of two units in UTF-16.
const GO: &str = "package main\r\n\r\nfunc main() {\r\n\t/* ⚓😀 */ serve(\"127.0.0.1:8080\") // é\r\n}\r\n";
const COMPOSE: &str = "services:\n  web:\n    build: .\n    ports: [\"80:8080\"] # 😀 \"80:8080\"\n";
const DOCKERFILE: &str = "FROM scratch\nCMD [\"/web\"]";

struct Fixture {
    sources: SourceMap,
    diagnostics: Vec<Diagnostic>,
}

impl Fixture {
    fn new() -> Self {
        let mut sources = SourceMap::default();
        let go = sources.add("cmd/wéb server/main.go", GO);
        let compose = sources.add("compose.yaml", COMPOSE);
        let dockerfile = sources.add("Dockerfile", DOCKERFILE);
        let insertion = Span::new(dockerfile, 13, 13);
        let diagnostics = vec![
            Diagnostic {
                rule: "loopback-listener",
                severity: Severity::Error,
                confidence: Confidence::Proven,
                message: "`web` listens on 127.0.0.1:8080, which only its own container can reach".into(),
                labels: vec![
                    label(span(&sources, go, "127.0.0.1"), "only this container can connect to it", true),
                    label(last(&sources, compose, "8080"), "port 8080 is published here", false),
                ],
                help: Some("listen on `:8080`, which is every interface of the container".into()),
                fixes: vec![
                    fix("Listen on every interface", Safety::Safe, span(&sources, go, "127.0.0.1"), ""),
                    fix("Expose the port", Safety::Unsafe, insertion, "EXPOSE 8080\n"),
                ],
            },
            Diagnostic {
                rule: "loopback-listener",
                severity: Severity::Warning,
                confidence: Confidence::Likely,
                message: "a finding at an insertion point".into(),
                labels: vec![label(insertion, "nothing is here", true)],
                help: None,
                fixes: Vec::new(),
            },
            Diagnostic {
                rule: "loopback-listener",
                severity: Severity::Info,
                confidence: Confidence::Possible,
                message: "a finding over several lines, up to the end of the file".into(),
                labels: vec![label(Span::new(dockerfile, 0, DOCKERFILE.len()), "all of it", true)],
                help: None,
                fixes: Vec::new(),
            },
        ];
        Self { sources, diagnostics }
    }

    fn render(&self, format: Format) -> String {
        let project = ProjectReport {
            sources: &self.sources,
            diagnostics: self.diagnostics.iter().collect(),
            display_prefix: "shop/".into(),
            repository_prefix: "examples/shop/".into(),
            skipped: vec![("web/Dockerfile".into(), "permission denied".into())],
        };
        let summary = Summary { errors: 1, warnings: 1, hints: 1, hints_hidden: false, files: 3, skipped: 1 };
        let mut out = Vec::new();
        write(&Report { projects: vec![project], summary }, format, false, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn sarif(&self) -> Value {
        serde_json::from_str(&self.render(Format::Sarif)).unwrap()
    }
}

#[test]
fn the_schema_of_the_settings_is_as_strict_as_the_reader() {
    let mut schema = Vec::new();
    reachlint::report::settings_schema::write(&mut schema).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_slice(&schema).unwrap()).unwrap();
    let document = std::fs::read_to_string("docs/settings.md").unwrap();
    let shown = document.split("```toml\n").nth(1).and_then(|it| it.split("```").next()).unwrap();
    for (text, sound) in [
        (shown, true),
        ("", true),
        ("selct = []", false),
        ("ignore = [\"loopback-listner\"]", false),
        ("fail-on = \"warn\"", false),
        ("hints = \"yes\"", false),
        ("[severity]\nloopback-listener = \"fatal\"", false),
        ("[[wrapper]]\nfunction = \"a.b/c.D\"", false),
        ("[[wrapper]]\nfunction = \"a.b/c.D\"\nrole = \"listen\"\nargument = true", false),
    ] {
        let settings = Settings::read(FileId(0), text);
        assert_eq!(settings.unknown.is_empty(), sound, "{text}\n{:#?}", settings.unknown);
        assert_eq!(schema.is_valid(&toml::from_str(text).unwrap()), sound, "{text}");
    }
}

#[test]
fn text_shows_the_lines_of_every_file() {
    insta::assert_snapshot!(Fixture::new().render(Format::Text));
}

#[test]
fn concise_is_one_line_a_finding() {
    insta::assert_snapshot!(Fixture::new().render(Format::Concise));
}

#[test]
fn json_has_places_in_characters() {
    insta::assert_snapshot!(Fixture::new().render(Format::Json));
}

#[test]
fn sarif_has_places_in_utf16_units() {
    let mut log = Fixture::new().sarif();
    // The rules grow with every version; what is said of them is tested below.
    log["runs"][0]["tool"]["driver"]["rules"] = Value::Array(Vec::new());
    insta::assert_snapshot!(serde_json::to_string_pretty(&log).unwrap());
}

#[test]
fn sarif_is_valid_against_the_schema_of_the_standard() {
    // The pattern of `language` ends in a stray bracket, which is no regular expression.
    let schema = include_str!("data/sarif-2.1.0.json").replace("[a-zA-Z]{2}]?$", "[a-zA-Z]{2}$");
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for fixture in [Fixture::new(), Fixture { diagnostics: Vec::new(), ..Fixture::new() }] {
        let errors: Vec<_> = validator
            .iter_errors(&fixture.sarif())
            .map(|it| format!("{}: {it}", it.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_text_at_every_sarif_region_is_its_snippet() {
    let fixture = Fixture::new();
    let mut regions = 0;
    visit(&fixture.sarif(), &mut |value| {
        let Some(region) = value.get("region") else { return };
        regions += 1;
        let uri = value["artifactLocation"]["uri"].as_str().unwrap();
        let path = uri.strip_prefix("examples/shop/").unwrap().replace("w%C3%A9b%20server", "wéb server");
        let (_, file) = fixture.sources.iter().find(|(_, it)| it.path() == path).unwrap();
        let snippet = region["snippet"]["text"].as_str().unwrap();
        assert_eq!(utf16_slice(file.text(), region), snippet, "{region}");
    });
    assert!(regions >= 6, "{regions} regions");
}

#[test]
fn every_sarif_result_names_a_declared_rule_and_no_absolute_path() {
    let log = Fixture::new().sarif();
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in run["results"].as_array().unwrap() {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(rules[index]["id"], result["ruleId"]);
    }
    for rule in rules {
        for text in ["shortDescription", "fullDescription", "help"] {
            let text = rule[text]["text"].as_str().unwrap();
            assert!(!text.trim().is_empty(), "{rule}");
        }
        assert!(rule["fullDescription"]["text"].as_str().unwrap().chars().count() <= 1024, "{rule}");
    }
    let artifacts = run["artifacts"].as_array().unwrap();
    visit(&log, &mut |value| {
        let Some(uri) = value.get("uri").and_then(Value::as_str) else { return };
        assert!(!uri.starts_with('/') && !uri.contains(':'), "{uri}");
        if let Some(index) = value.get("index").and_then(Value::as_u64) {
            assert_eq!(artifacts[index as usize]["location"]["uri"], uri);
        }
    });
}

#[test]
fn a_fingerprint_outlives_lines_above_and_tells_findings_apart() {
    let fingerprints = |fixture: &Fixture| -> Vec<String> {
        let log = fixture.sarif();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        results.iter().map(|it| it["partialFingerprints"]["reachlint/v1"].to_string()).collect()
    };
    let mut fixture = Fixture::new();
    let twice = fixture.diagnostics[1].clone();
    fixture.diagnostics.push(twice);
    let before = fingerprints(&fixture);
    assert_eq!(before.iter().collect::<std::collections::BTreeSet<_>>().len(), before.len());

    let mut moved = SourceMap::default();
    for (_, file) in fixture.sources.iter() {
        moved.add(file.path(), format!("\n\n{}", file.text()));
    }
    fixture.sources = moved;
    for label in fixture.diagnostics.iter_mut().flat_map(|it| &mut it.labels) {
        label.span = Span::new(label.span.file, label.span.start as usize + 2, label.span.end as usize + 2);
    }
    fixture.diagnostics.iter_mut().for_each(|it| it.fixes.clear());
    assert_eq!(fingerprints(&fixture), before);
}

#[test]
fn a_hostile_file_cannot_talk_to_the_terminal() {
    let mut fixture = Fixture::new();
    let text = format!("FROM a\u{1b}]0;owned\u{7}\n{}\n", "x".repeat(5000));
    let file = fixture.sources.add("evil\u{1b}[2J/Dockerfile", text);
    let mut finding = fixture.diagnostics[1].clone();
    finding.message = "`\u{1b}[31m` is no image".into();
    finding.labels = vec![
        label(Span::new(file, 5, 10), "here \u{9b}2J", true),
        label(Span::new(file, 20, 30), "on a line of 5000 characters", false),
    ];
    fixture.diagnostics = vec![finding];
    for format in [Format::Text, Format::Concise] {
        let out = fixture.render(format);
        assert!(!out.contains(['\u{1b}', '\u{7}', '\u{9b}']), "{out:?}");
        assert!(out.len() < 1000, "{out}");
    }
}

fn label(span: Span, message: &str, primary: bool) -> Label {
    Label { span, message: message.into(), primary }
}

fn fix(title: &str, safety: Safety, span: Span, replacement: &str) -> Fix {
    Fix { title: title.into(), safety, edits: vec![Edit { span, replacement: replacement.into() }] }
}

/// Where `words` first stand in a file.
fn span(sources: &SourceMap, file: FileId, words: &str) -> Span {
    let at = sources.file(file).text().find(words).unwrap();
    Span::new(file, at, at + words.len())
}

/// Where `words` last stand in a file.
fn last(sources: &SourceMap, file: FileId, words: &str) -> Span {
    let at = sources.file(file).text().rfind(words).unwrap();
    Span::new(file, at, at + words.len())
}

/// The text of a SARIF region, counted the way a reader of SARIF counts.
fn utf16_slice(text: &str, region: &Value) -> String {
    let number = |name: &str| {
        let number = region[name].as_u64().unwrap() as usize;
        assert!(number >= 1, "{name} counts from 1");
        number
    };
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut starts = vec![0];
    starts.extend(units.iter().enumerate().filter(|(_, it)| **it == u16::from(b'\n')).map(|(at, _)| at + 1));
    let offset = |line: &str, column: &str| starts[number(line) - 1] + number(column) - 1;
    let range = offset("startLine", "startColumn")..offset("endLine", "endColumn");
    String::from_utf16(&units[range]).unwrap()
}

fn visit(value: &Value, look: &mut dyn FnMut(&Value)) {
    look(value);
    match value {
        Value::Array(items) => items.iter().for_each(|it| visit(it, look)),
        Value::Object(fields) => fields.values().for_each(|it| visit(it, look)),
        _ => {}
    }
}
