//! Builds of images that are declared instead of typed: `docker buildx bake`, Skaffold, the action
//! `docker/build-push-action` of GitHub.

use super::{NOT_KNOWN, pipeline};
use crate::facts::docker_command::{BuildCommand, UNKNOWN};
use crate::source::{FileId, Span, Text};
use crate::syntax::hcl::{self, Body, Value};
use crate::syntax::yaml::{self, Node};

/// The targets of a `docker-bake.hcl`: <https://docs.docker.com/build/bake/reference/>.
pub(super) fn of_bake(file: FileId, text: &str) -> Vec<BuildCommand> {
    let body = hcl::parse(text);
    let bake = Bake { file, text, body: &body };
    let targets = body.blocks.iter().filter(|it| it.kind == "target");
    targets.filter_map(|it| bake.target(&it.body)).collect()
}

struct Bake<'b> {
    file: FileId,
    text: &'b str,
    body: &'b Body,
}

impl Bake<'_> {
    fn target(&self, target: &Body) -> Option<BuildCommand> {
        let context = match self.attribute(target, "context", 0) {
            Some(value) => self.read(value)?,
            None => Text::new(".", Span::new(self.file, 0, 0)),
        };
        let tags = match self.attribute(target, "tags", 0) {
            Some(Value::List(items)) => items.iter().filter_map(|it| self.read(it)).collect(),
            _ => Vec::new(),
        };
        let dockerfile = self.attribute(target, "dockerfile", 0).and_then(|it| self.read(it));
        let arguments = match self.attribute(target, "args", 0) {
            Some(Value::Object(entries)) => {
                entries.iter().map(|(name, value)| (name.clone(), self.read(value))).collect()
            }
            _ => Vec::new(),
        };
        Some(BuildCommand {
            tags,
            dockerfile: dockerfile.map(|it| below(&context, &it)),
            context,
            target: self.attribute(target, "target", 0).and_then(|it| self.read(it)),
            arguments,
            ..BuildCommand::default()
        })
    }

    /// An attribute of a target, or of one that it inherits from.
    fn attribute<'t>(&'t self, target: &'t Body, name: &str, depth: usize) -> Option<&'t Value> {
        if let Some(value) = target.get(name) {
            return Some(value);
        }
        let Some(Value::List(parents)) = target.get("inherits").filter(|_| depth < 8) else { return None };
        parents.iter().rev().find_map(|parent| {
            let Value::Text(range) = parent else { return None };
            let label = &self.text[range.clone()];
            let parent = self.body.blocks.iter().find(|it| it.kind == "target" && it.label == label)?;
            self.attribute(&parent.body, name, depth + 1)
        })
    }

    /// A text with the defaults of variables put in; `None` for anything but a text.
    fn read(&self, value: &Value) -> Option<Text> {
        let (range, is_text) = match value {
            Value::Text(range) => (range.clone(), true),
            Value::Name(range) => (range.clone(), false),
            _ => return None,
        };
        let mut out = Text::default();
        if !is_text {
            self.variable(&self.text[range.clone()], Span::new(self.file, range.start, range.end), &mut out);
            return Some(out);
        }
        let mut at = range.start;
        while let Some(found) = self.text[at..range.end].find("${") {
            let start = at + found;
            let Some(length) = self.text[start..range.end].find('}') else { break };
            super::push(&mut out, self.file, self.text, at..start);
            at = start + length + 1;
            self.variable(&self.text[start + 2..start + length], Span::new(self.file, start, at), &mut out);
        }
        super::push(&mut out, self.file, self.text, at..range.end);
        Some(out)
    }

    fn variable(&self, name: &str, span: Span, out: &mut Text) {
        let block = self.body.blocks.iter().find(|it| it.kind == "variable" && it.label == name.trim());
        match block.and_then(|it| it.body.get("default")) {
            Some(Value::Text(range)) if !self.text[range.clone()].contains("${") => {
                super::push(out, self.file, self.text, range.clone());
            }
            _ => out.push(UNKNOWN.encode_utf8(&mut [0; 4]), span),
        }
    }
}

/// The artifacts of a `skaffold.yaml`: <https://skaffold.dev/docs/references/yaml/>.
pub(super) fn of_skaffold(file: FileId, text: &str) -> Vec<BuildCommand> {
    let mut out = Vec::new();
    for document in &yaml::parse(file, text).documents {
        let artifacts = document.get("build").and_then(|it| it.get("artifacts")).and_then(Node::as_sequence);
        for artifact in artifacts.unwrap_or_default() {
            let docker = ["docker", "kaniko"].iter().find_map(|it| artifact.get(it));
            let is_of_docker =
                ["buildpacks", "ko", "jib", "bazel", "custom"].iter().all(|it| artifact.get(it).is_none());
            let Some(image) = artifact.get("image").and_then(Node::as_text).filter(|_| is_of_docker) else {
                continue;
            };
            let context = artifact.get("context").and_then(Node::as_text).cloned();
            let context = context.unwrap_or_else(|| Text::new(".", artifact.span));
            let of_docker = |key: &str| docker.and_then(|it| it.get(key)).and_then(Node::as_text);
            let arguments =
                docker.and_then(|it| it.get("buildArgs")).and_then(Node::as_mapping).unwrap_or_default();
            let argument = |entry: &yaml::Entry| {
                let value = entry.value.to_plain_text().filter(|it| !it.as_str().contains("{{"));
                Some((entry.key.as_text()?.as_str().to_owned(), value))
            };
            out.push(BuildCommand {
                tags: vec![image.clone()],
                dockerfile: of_docker("dockerfile").map(|it| below(&context, it)),
                target: of_docker("target").cloned(),
                arguments: arguments.iter().filter_map(argument).collect(),
                context,
                ..BuildCommand::default()
            });
        }
    }
    out
}

/// The steps of a workflow that use `docker/build-push-action`:
/// <https://github.com/docker/build-push-action#inputs>.
pub(super) fn of_pipeline(file: FileId, text: &str) -> Vec<BuildCommand> {
    if !text.contains("docker/build-push-action") {
        return Vec::new();
    }
    let mut out = Vec::new();
    for document in &yaml::parse(file, text).documents {
        let jobs = document.get("jobs").and_then(Node::as_mapping).unwrap_or_default();
        for job in jobs {
            let mut variables = pipeline::own_variables(document);
            variables.extend(pipeline::own_variables(&job.value));
            let steps = job.value.get("steps").and_then(Node::as_sequence).unwrap_or_default();
            for step in steps.iter().filter(|it| uses(it, "docker/build-push-action")) {
                let Some(with) = step.get("with") else { continue };
                let input = |key: &str| Some(known(with.get(key)?.as_text()?, &variables));
                let context = input("context").unwrap_or_else(|| Text::new(".", step.span));
                let mut tags: Vec<Text> = input("tags").map(|it| entries(&it)).unwrap_or_default();
                // `docker/metadata-action` makes them of the names that it is given.
                for metadata in steps.iter().filter(|it| uses(it, "docker/metadata-action")) {
                    let images = metadata.get("with").and_then(|it| it.get("images")?.as_text());
                    if tags.iter().all(|it| it.as_str().starts_with(UNKNOWN)) {
                        tags.extend(images.map(|it| entries(&known(it, &variables))).unwrap_or_default());
                    }
                }
                let arguments = input("build-args").map(|it| entries(&it)).unwrap_or_default();
                let argument = |it: &Text| {
                    let (name, value) = it.as_str().split_once('=')?;
                    let value = it.slice(it.as_str().len() - value.len()..it.as_str().len());
                    Some((name.to_owned(), Some(value).filter(|it| !it.as_str().contains(UNKNOWN))))
                };
                out.push(BuildCommand {
                    tags,
                    dockerfile: input("file"),
                    context: if context.as_str().starts_with(UNKNOWN) {
                        Text::new(".", step.span)
                    } else {
                        context
                    },
                    target: input("target"),
                    arguments: arguments.iter().filter_map(argument).collect(),
                    ..BuildCommand::default()
                });
            }
        }
    }
    out
}

fn uses(step: &Node, action: &str) -> bool {
    let used = step.get("uses").and_then(Node::as_text);
    used.is_some_and(|it| it.as_str().split('@').next() == Some(action))
}

/// The text with variables of the workflow put in, and what other expressions give not known.
fn known(text: &Text, variables: &[(String, Text)]) -> Text {
    let (filled, mut out, mut at) = (pipeline::without_expressions(text, variables), Text::default(), 0);
    while let Some(found) = filled.as_str()[at..].find(NOT_KNOWN) {
        let range = at + found..at + found + NOT_KNOWN.len();
        out.append(&filled.slice(at..range.start));
        if let Some(span) = filled.span_of(range.clone()) {
            out.push(UNKNOWN.encode_utf8(&mut [0; 4]), span);
        }
        at = range.end;
    }
    out.append(&filled.slice(at..filled.as_str().len()));
    out
}

/// The entries of a list that is written as lines, or with commas between.
fn entries(text: &Text) -> Vec<Text> {
    let mut at = 0;
    let mut out = Vec::new();
    for part in text.as_str().split(['\n', ',']) {
        let indent = part.len() - part.trim_start().len();
        let trimmed = part.trim();
        if !trimmed.is_empty() && !trimmed.starts_with('#') {
            out.push(text.slice(at + indent..at + indent + trimmed.len()));
        }
        at += part.len() + 1;
    }
    out
}

/// A path that counts from the build context.
pub(super) fn below(context: &Text, path: &Text) -> Text {
    if path.as_str().starts_with('/') || matches!(context.as_str(), "." | "./") {
        return path.clone();
    }
    let mut out = context.clone();
    if let Some(span) = path.span().or_else(|| context.span()) {
        out.push("/", Span { end: span.start, ..span });
    }
    out.append(path);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(builds: &[BuildCommand]) -> Vec<String> {
        let one = |it: &BuildCommand| {
            let tags: Vec<_> = it.tags.iter().map(|it| it.as_str().replace(UNKNOWN, "?")).collect();
            let file = it.dockerfile.as_ref().map_or("-", Text::as_str);
            let target = it.target.as_ref().map_or("-", Text::as_str);
            format!("{} {} {file} {target} {}", tags.join(","), it.context.as_str(), it.arguments.len())
        };
        builds.iter().map(one).collect()
    }

    #[test]
    fn the_targets_of_a_bake_file_are_builds() {
        let text = "variable \"TAG\" { default = \"v1\" }\ntarget \"_base\" {\n  args = { A = \"1\" }\n  dockerfile = \"build/Dockerfile\"\n}\ntarget \"api\" {\n  inherits = [\"_base\"]\n  context = \"./api\"\n  target = \"run\"\n  tags = [\"shop/api:${TAG}\", \"x/${OTHER}\"]\n}\n";
        assert_eq!(
            show(&of_bake(FileId(0), text)),
            [" . build/Dockerfile - 1", "shop/api:v1,x/? ./api ./api/build/Dockerfile run 1"]
        );
    }

    #[test]
    fn the_artifacts_of_skaffold_are_builds() {
        let text = "build:\n  artifacts:\n    - image: shop/api\n      context: api\n      docker: {dockerfile: Dockerfile.dev}\n    - image: shop/web\n    - image: shop/job\n      ko: {}\n";
        assert_eq!(
            show(&of_skaffold(FileId(0), text)),
            ["shop/api api api/Dockerfile.dev - 0", "shop/web . - - 0"]
        );
    }

    #[test]
    fn a_step_of_a_workflow_may_build() {
        let text = "env:\n  IMAGE: ghcr.io/shop/api\njobs:\n  push:\n    steps:\n      - uses: docker/metadata-action@v5\n        id: meta\n        with:\n          images: ${{ env.IMAGE }}\n      - uses: docker/build-push-action@v6\n        with:\n          context: ./api\n          tags: ${{ steps.meta.outputs.tags }}\n      - uses: docker/build-push-action@v6\n        with:\n          file: web/Dockerfile\n          tags: |\n            shop/web:latest\n            shop/web:${{ github.sha }}\n";
        assert_eq!(
            show(&of_pipeline(FileId(0), text)),
            ["?,ghcr.io/shop/api ./api - - 0", "shop/web:latest,shop/web:? . web/Dockerfile - 0"]
        );
    }
}
