//! What the jobs of a pipeline run: GitHub Actions, GitLab CI and Azure Pipelines.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax>,
//! <https://docs.gitlab.com/ci/yaml/>, <https://learn.microsoft.com/azure/devops/pipelines/yaml-schema/>.

use std::sync::Arc;

use super::NOT_KNOWN;
use crate::source::{FileId, Span, Text};
use crate::syntax::yaml::{self, Node};

/// Deeper than anybody nests jobs.
const MAXIMUM_DEPTH: usize = 12;

/// Whether the file at `path` is a pipeline, by its path.
#[must_use]
pub fn is_pipeline(path: &str) -> bool {
    let (folder, name) = path.rsplit_once('/').unwrap_or((".", path));
    let Some(stem) = name.strip_suffix(".yml").or_else(|| name.strip_suffix(".yaml")) else { return false };
    let is_of_github = folder.ends_with(".github/workflows") || folder.contains(".github/actions/");
    is_of_github || stem == ".gitlab-ci" || stem.starts_with("azure-pipelines")
}

/// The scripts of each job, in order.
pub(super) fn blocks(file: FileId, text: &str) -> Vec<Vec<Text>> {
    let mut reader = Reader { out: Vec::new() };
    for document in &yaml::parse(file, text).documents {
        reader.visit(document, &[], 0);
    }
    reader.out
}

struct Reader {
    out: Vec<Vec<Text>>,
}

/// `NAME: value` of `env:` and `variables:`.
pub(super) type Variables = Vec<(String, Text)>;

impl Reader {
    fn visit(&mut self, node: &Node, outer: &[(String, Text)], depth: usize) {
        if depth > MAXIMUM_DEPTH {
            return;
        }
        if let Some(items) = node.as_sequence() {
            items.iter().for_each(|it| self.visit(it, outer, depth + 1));
            return;
        }
        let Some(entries) = node.as_mapping() else { return };
        let mut variables = outer.to_vec();
        variables.extend(own_variables(node));
        let named = |names: &[&str]| -> Vec<&Arc<Node>> {
            let wanted =
                entries.iter().filter(|it| it.key.as_text().is_some_and(|it| names.contains(&it.as_str())));
            wanted.map(|it| &it.value).collect()
        };
        // A job of GitLab is one script.
        let mut script = assignments(&variables);
        let lines = named(&["before_script", "script", "after_script"]);
        let before = script.as_str().len();
        lines.iter().for_each(|it| add_lines(it, &mut script));
        if script.as_str().len() > before {
            self.out.push(vec![script]);
        }
        for steps in named(&["steps"]) {
            let steps = steps.as_sequence().unwrap_or_default();
            let scripts: Vec<Text> = steps.iter().filter_map(|it| step(it, &variables)).collect();
            if !scripts.is_empty() {
                self.out.push(scripts);
            }
        }
        for entry in entries {
            let is_read = entry.key.as_text().is_some_and(|it| {
                matches!(it.as_str(), "before_script" | "script" | "after_script" | "env" | "variables")
            });
            if !is_read {
                self.visit(&entry.value, &variables, depth + 1);
            }
        }
    }
}

pub(super) fn own_variables(node: &Node) -> Variables {
    let mut out = Variables::new();
    for key in ["env", "variables"] {
        for entry in node.get(key).and_then(Node::as_mapping).unwrap_or_default() {
            let (Some(name), Some(value)) = (entry.key.as_text(), entry.value.to_plain_text()) else {
                continue;
            };
            let is_name = name.as_str().bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_');
            if is_name && !value.as_str().contains(['\'', '\n']) {
                out.push((name.as_str().to_owned(), value));
            }
        }
    }
    out
}

/// A step as a script.
fn step(node: &Node, outer: &[(String, Text)]) -> Option<Text> {
    let run =
        ["run", "script", "bash", "pwsh", "powershell"].iter().find_map(|it| node.get(it)?.as_text())?;
    let mut variables = outer.to_vec();
    variables.extend(own_variables(node));
    let mut out = assignments(&variables);
    let folder = ["working-directory", "workingDirectory"].iter().find_map(|it| node.get(it)?.as_text());
    if let Some((folder, span)) = folder.and_then(|it| Some((it, it.cover()?))) {
        out.push("cd ", span);
        out.append(&without_expressions(folder, &variables));
        out.push("\n", span);
    }
    out.append(&without_expressions(run, &variables));
    Some(out)
}

/// The lines of a list, or of a text.
pub(super) fn add_lines(node: &Node, out: &mut Text) {
    if let Some(items) = node.as_sequence() {
        items.iter().for_each(|it| add_lines(it, out));
        return;
    }
    let Some(text) = node.as_text() else { return };
    out.append(text);
    if let Some(span) = text.cover() {
        out.push("\n", span);
    }
}

/// `NAME='value'`, one a line.
fn assignments(variables: &[(String, Text)]) -> Text {
    let mut out = Text::default();
    for (name, value) in variables {
        let Some(span) = value.cover() else { continue };
        let start = Span { end: span.start, ..span };
        out.push(name, start);
        // What an expression gives is not known.
        if value.as_str().contains("${{") {
            out.push("=", start);
            out.push(NOT_KNOWN, span);
            out.push("\n", span);
            continue;
        }
        out.push("='", start);
        out.append(value);
        out.push("'\n", Span { start: span.end, ..span });
    }
    out
}

/// The text with something that no shell knows for each `${{ expression }}` but the variables that are told.
pub(super) fn without_expressions(text: &Text, variables: &[(String, Text)]) -> Text {
    let (written, mut out, mut at) = (text.as_str(), Text::default(), 0);
    while let Some(found) = written[at..].find("${{") {
        let start = at + found;
        let Some(length) = written[start..].find("}}") else { break };
        out.append(&text.slice(at..start));
        at = start + length + 2;
        let expression = written[start + 3..start + length].trim();
        if let ("github.workspace", Some(span)) = (expression, text.slice(start..at).cover()) {
            out.push("$GITHUB_WORKSPACE", span);
            continue;
        }
        let name = expression.strip_prefix("env.");
        let value = name.and_then(|name| variables.iter().rfind(|(it, _)| it == name));
        match value.filter(|(_, it)| !it.as_str().contains("${{")) {
            Some((_, value)) => out.append(value),
            None => {
                if let Some(span) = text.slice(start..at).cover() {
                    out.push(NOT_KNOWN, span);
                }
            }
        }
    }
    out.append(&text.slice(at..written.len()));
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> Vec<String> {
        let blocks = blocks(FileId(0), text);
        blocks.iter().map(|it| it.iter().map(Text::as_str).collect::<Vec<_>>().join(" | ")).collect()
    }

    #[test]
    fn the_steps_of_a_job_are_one_block() {
        let text = "env:\n  NAME: api\n  TAG: ${{ github.sha }}\njobs:\n  build:\n    steps:\n      - uses: actions/checkout@v4\n      - run: |\n          docker build -t $NAME .\n          docker run ${{ env.NAME }}:${{ github.sha }}\n      - run: docker ps\n        working-directory: web\n";
        assert_eq!(
            show(text),
            [
                "NAME='api'\nTAG=$(:)\ndocker build -t $NAME .\ndocker run api:$(:)\n | NAME='api'\nTAG=$(:)\ncd web\ndocker ps"
            ]
        );
    }

    #[test]
    fn a_job_of_gitlab_is_one_script() {
        let text = "variables: {IMAGE: shop/api}\nbuild:\n  before_script: [docker login]\n  script:\n    - docker build -t $IMAGE .\n";
        assert_eq!(show(text), ["IMAGE='shop/api'\ndocker login\ndocker build -t $IMAGE .\n"]);
    }

    #[test]
    fn pipelines_are_told_by_their_paths() {
        for path in [
            ".github/workflows/ci.yml",
            ".gitlab-ci.yml",
            "azure-pipelines.yml",
            ".github/actions/x/action.yaml",
        ] {
            assert!(is_pipeline(path), "{path}");
        }
        assert!(!is_pipeline("deploy/workflows/ci.yml") && !is_pipeline(".github/workflows/README.md"));
    }
}
