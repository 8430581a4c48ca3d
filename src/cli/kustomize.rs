//! `reachlint kustomize`.

use std::path::PathBuf;

use clap::Args;

use super::compose_config::{complain, holds, inside};
use super::exit::{Done, Failure};
use super::output;
use crate::engine;
use crate::model::compose::{ConfigTree, ConfigValue};
use crate::model::kustomize::{self, Failure as Unbuilt, Rendered};
use crate::report::compose_config;
use crate::source::{SourceMap, Span, Text};
use crate::workspace;

#[derive(Debug, Args)]
pub(super) struct KustomizeArguments {
    /// The folder of the kustomization.
    #[arg(default_value = ".")]
    path: PathBuf,
}

pub(super) fn run(arguments: &KustomizeArguments) -> Result<Done, Failure> {
    let target =
        workspace::locate(&arguments.path).map_err(|error| Failure::new(arguments.path.display(), &error))?;
    // Bases may be anywhere in the repository.
    let repository = workspace::repository_of(&target.root).filter(|it| holds(it, &target.root));
    let root = repository.unwrap_or(target.root);
    let folder = inside(&root, &arguments.path)?;
    let workspace = workspace::load(&root, None);
    let input = engine::Input {
        sources: workspace.sources,
        kinds: workspace.kinds,
        tree: workspace.tree,
        ..engine::Input::default()
    };
    match kustomize::build(&engine::kustomize_facts(&input), &folder) {
        Ok(Rendered { mut objects, open: None }) => {
            objects.iter_mut().for_each(|it| write_folded(it, &input.sources));
            output::print(|out| compose_config::write_objects(&objects, out))?;
            Ok(Done::Clean)
        }
        Ok(Rendered { open: Some(reason), .. }) | Err(Unbuilt::Unknown(reason)) => {
            output::complain(&format!("not known: {reason}"));
            Ok(Done::Unknown)
        }
        Err(Unbuilt::Refused(fault)) => {
            complain(&fault.value, fault.span, &input.sources);
            Ok(Done::Found)
        }
    }
}

/// Writes each folded text (`>`) as the writer of kustomize does, yaml.v3: it adds an empty line in front of lines that are
/// indented deeper than the one before them, and none where the text begins with such a line
/// (`yaml_emitter_write_folded_scalar` in <https://github.com/yaml/go-yaml/blob/v3.0.4/emitterc.go>).
fn write_folded(tree: &mut ConfigTree, sources: &SourceMap) {
    match &mut tree.kind {
        ConfigValue::List(items) => items.iter_mut().for_each(|it| write_folded(it, sources)),
        ConfigValue::Map(entries) => entries.iter_mut().for_each(|it| write_folded(&mut it.value, sources)),
        ConfigValue::Text(text) if is_folded(tree.span, sources) => {
            *text = Text::new(&*with_empty_lines(text.as_str()), tree.span);
        }
        _ => {}
    }
}

/// Whether the line above a text is the head of a folded one: `>`, `>-`, `>2`.
fn is_folded(at: Span, sources: &SourceMap) -> bool {
    let before = sources.file(at.file).text().get(..at.start as usize).unwrap_or_default();
    let head = before.trim_end();
    let above = before[head.len()..].contains('\n');
    let is_indicator = |it: char| matches!(it, '+' | '-') || it.is_ascii_digit();
    above && head.trim_end_matches(is_indicator).ends_with('>')
}

fn with_empty_lines(text: &str) -> String {
    let is_indented = |line: &str| line.starts_with([' ', '\t']);
    let mut out = String::with_capacity(text.len());
    // Whether the last line that is not empty is indented.
    let mut was_indented = is_indented(text);
    let begins_indented = was_indented;
    for line in text.split_inclusive('\n') {
        if line != "\n" {
            if is_indented(line) && !was_indented && !begins_indented {
                out.push('\n');
            }
            was_indented = is_indented(line);
        }
        out.push_str(line);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folded_text_gets_the_empty_lines_of_the_writer() {
        for (text, expected) in [
            ("sum(\n  rate(x)\n  /\n)\n", "sum(\n\n  rate(x)\n  /\n)\n"),
            ("one\n\ntwo\n", "one\n\ntwo\n"),
            ("one\n\n  two\n", "one\n\n\n  two\n"),
            ("  one\ntwo\n  three\n", "  one\ntwo\n  three\n"),
            ("", ""),
        ] {
            assert_eq!(with_empty_lines(text), expected, "{text:?}");
        }
    }
}
