//! The recipes of a justfile: <https://just.systems/man/en/>.

use super::{NOT_KNOWN, push};
use crate::source::{FileId, Span, Text};

/// The script of each recipe.
pub(super) fn blocks(file: FileId, text: &str) -> Vec<Vec<Text>> {
    let mut variables: Vec<(&str, Option<Text>)> = Vec::new();
    let mut recipes: Vec<Vec<std::ops::Range<usize>>> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let range = at..at + line.trim_end_matches(['\n', '\r']).len();
        at += line.len();
        let line = &text[range.clone()];
        if line.starts_with([' ', '\t']) {
            if let Some(recipe) = recipes.last_mut() {
                let indent = line.len() - line.trim_start().len();
                recipe.push(range.start + indent..range.end);
            }
        } else if let Some((name, value)) = assignment(line) {
            let start = range.start + (line.len() - value.len());
            variables.push((name, literal(file, value, start)));
        } else if line.contains(':') && !line.starts_with('#') {
            recipes.push(Vec::new());
        }
    }
    recipes.iter().map(|lines| vec![script(file, text, lines, &variables)]).collect()
}

/// `name := value`, `export NAME := value`.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(":=")?;
    let name = name.trim().trim_start_matches("export ").trim();
    let is_name =
        !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'_' | b'-'));
    is_name.then(|| (name, value.trim_start()))
}

/// A text in quotes; `None` for anything that is worked out.
fn literal(file: FileId, value: &str, start: usize) -> Option<Text> {
    let value = value.trim_end();
    let quote = value.chars().next().filter(|it| matches!(it, '"' | '\''))?;
    let inside = value.strip_prefix(quote)?.strip_suffix(quote)?;
    let is_plain = !inside.contains([quote, '\\']);
    is_plain.then(|| Text::new(inside, Span::new(file, start + 1, start + 1 + inside.len())))
}

fn script(
    file: FileId,
    text: &str,
    lines: &[std::ops::Range<usize>],
    variables: &[(&str, Option<Text>)],
) -> Text {
    let mut out = Text::default();
    for line in lines {
        let quiet = text[line.clone()].len() - text[line.clone()].trim_start_matches(['@', '-']).len();
        let (mut at, end) = (line.start + quiet, line.end);
        while let Some(found) = text[at..end].find("{{") {
            let start = at + found;
            let Some(length) = text[start..end].find("}}") else { break };
            push(&mut out, file, text, at..start);
            at = start + length + 2;
            let name = text[start + 2..start + length].trim();
            let value = variables.iter().rfind(|(it, _)| *it == name).and_then(|(_, it)| it.as_ref());
            match value {
                Some(value) => out.append(value),
                None => out.push(NOT_KNOWN, Span::new(file, start, at)),
            }
        }
        push(&mut out, file, text, at..end);
        out.push("\n", Span::new(file, end, (end + 1).min(text.len())));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipe_is_a_script() {
        let text = "image := \"shop/api\"\ntag := `git rev-parse HEAD`\n\n# Starts it.\nrun port='80': build\n    @docker run -p {{port}}:80 \\\n      {{ image }}:{{tag}}\n\nbuild:\n\tdocker build -t {{image}} .\n";
        let scripts: Vec<String> =
            blocks(FileId(0), text).iter().map(|it| it[0].as_str().to_owned()).collect();
        assert_eq!(scripts, ["docker run -p $(:):80 \\\nshop/api:$(:)\n", "docker build -t shop/api .\n"]);
    }
}
