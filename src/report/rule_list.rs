//! The list of rules.

use std::io;

use serde_json::json;

use crate::rules::{Category, Document, RULES};

/// One line a rule: severity, name, summary.
///
/// # Errors
/// What `out` reports.
pub fn write_text(out: &mut dyn io::Write) -> io::Result<()> {
    let width = RULES.iter().map(|it| it.id.len()).max().unwrap_or_default();
    for rule in RULES {
        let document = Document::parse(rule.document);
        writeln!(out, "{:<7}  {:<width$}  {}", document.default_level(), rule.id, document.summary)?;
    }
    Ok(())
}

/// `{"version", "rules": [{"id", "severity", "default", "category", "fix", "since", "title", "summary"}]}`.
///
/// # Errors
/// What `out` reports.
pub fn write_json(out: &mut dyn io::Write) -> io::Result<()> {
    let rules = RULES.iter().map(|rule| {
        let document = Document::parse(rule.document);
        json!({
            "id": rule.id,
            "severity": document.severity.as_str(),
            "default": document.default_level(),
            "category": document.category.as_str(),
            "fix": document.fix,
            "since": document.since,
            "title": document.title,
            "summary": document.summary,
        })
    });
    let document = json!({ "version": env!("CARGO_PKG_VERSION"), "rules": rules.collect::<Vec<_>>() });
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

/// The text of `docs/rules.md`: a table a category, each name a link to the rule's document.
///
/// # Errors
/// What `out` reports.
pub fn write_markdown(out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "# Rules\n")?;
    writeln!(out, "Written by `reachlint rules --format markdown`; a test keeps it fresh.")?;
    let mut categories: Vec<Category> = Vec::new();
    for rule in RULES {
        let category = Document::parse(rule.document).category;
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    for category in categories {
        writeln!(
            out,
            "\n## {}\n\n| rule | severity | what it reports |\n| --- | --- | --- |",
            heading(category)
        )?;
        for rule in RULES {
            let document = Document::parse(rule.document);
            if document.category == category {
                let (id, severity) = (rule.id, document.default_level());
                writeln!(out, "| [{id}](../rules/{id}.md) | {severity} | {} |", cell(document.summary))?;
            }
        }
    }
    Ok(())
}

fn heading(category: Category) -> String {
    let word = category.as_str();
    word[..1].to_uppercase() + &word[1..]
}

/// A text that does not end its table cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}
