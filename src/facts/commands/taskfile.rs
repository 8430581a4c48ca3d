//! The tasks of a Taskfile: <https://taskfile.dev/docs/reference/schema>.

use super::NOT_KNOWN;
use crate::source::{FileId, Text};
use crate::syntax::yaml::{self, Node};

/// The script of each task.
pub(super) fn blocks(file: FileId, text: &str) -> Vec<Vec<Text>> {
    let mut out = Vec::new();
    for document in &yaml::parse(file, text).documents {
        let global = variables(document);
        let tasks = document.get("tasks").and_then(Node::as_mapping).unwrap_or_default();
        for task in tasks {
            let own = variables(&task.value);
            let known: Vec<_> = global.iter().chain(&own).cloned().collect();
            let mut script = Text::default();
            for key in ["cmd", "cmds"] {
                if let Some(commands) = task.value.get(key) {
                    add(commands, &known, &mut script);
                }
            }
            if task.value.as_mapping().is_none() {
                add(&task.value, &known, &mut script);
            }
            out.push(vec![script]);
        }
    }
    out
}

/// `vars:` and `env:`; those that a command works out are not known.
fn variables(node: &Node) -> Vec<(String, Option<Text>)> {
    let mut out = Vec::new();
    for key in ["vars", "env"] {
        for entry in node.get(key).and_then(Node::as_mapping).unwrap_or_default() {
            let Some(name) = entry.key.as_text() else { continue };
            let value = entry.value.to_plain_text().filter(|it| !it.as_str().contains(['{', '$']));
            out.push((name.as_str().to_owned(), value));
        }
    }
    out
}

/// A command, `{cmd: ...}`, or a list of them.
fn add(node: &Node, variables: &[(String, Option<Text>)], out: &mut Text) {
    if let Some(items) = node.as_sequence() {
        items.iter().for_each(|it| add(it, variables, out));
        return;
    }
    let Some(text) = node.as_text().or_else(|| node.get("cmd")?.as_text()) else { return };
    let (written, mut at) = (text.as_str(), 0);
    while let Some(found) = written[at..].find("{{") {
        let start = at + found;
        let Some(length) = written[start..].find("}}") else { break };
        out.append(&text.slice(at..start));
        at = start + length + 2;
        let name = written[start + 2..start + length].trim().trim_start_matches('.');
        let value = variables.iter().rfind(|(it, _)| it == name).and_then(|(_, it)| it.as_ref());
        match (value, text.slice(start..at).cover()) {
            (Some(value), _) => out.append(value),
            (None, Some(span)) => out.push(NOT_KNOWN, span),
            (None, None) => {}
        }
    }
    out.append(&text.slice(at..written.len()));
    if let Some(span) = text.cover() {
        out.push("\n", span);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_a_script() {
        let text = "version: '3'\nvars:\n  IMAGE: shop/api\n  TAG: {sh: git rev-parse HEAD}\ntasks:\n  run:\n    cmds:\n      - docker build -t {{.IMAGE}} .\n      - cmd: docker run {{.IMAGE}}:{{.TAG}}\n        silent: true\n      - task: other\n  other: docker ps\n";
        let scripts: Vec<String> =
            blocks(FileId(0), text).iter().map(|it| it[0].as_str().to_owned()).collect();
        assert_eq!(scripts, ["docker build -t shop/api .\ndocker run shop/api:$(:)\n", "docker ps\n"]);
    }
}
