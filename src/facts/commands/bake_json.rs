//! The targets of a `docker-bake.json`: <https://docs.docker.com/build/bake/reference/#json-specification>.

use super::declared::below;
use crate::facts::docker_command::{BuildCommand, UNKNOWN};
use crate::source::{FileId, Text};
use crate::syntax::interpolation::{Dialect, Lookup, Template};
use crate::syntax::yaml::{self, Entry, Node};

/// The builds that the targets of a file are.
pub(super) fn builds(file: FileId, text: &str) -> Vec<BuildCommand> {
    let documents = yaml::parse(file, text).documents;
    let Some(root) = documents.first() else { return Vec::new() };
    let bake = Bake { root };
    let targets = root.get("target").and_then(Node::as_mapping).unwrap_or_default();
    targets.iter().filter_map(|it| bake.target(&it.value)).collect()
}

struct Bake<'b> {
    root: &'b Node,
}

/// A chain of targets that inherit from each other is no longer than this.
const MAXIMUM_DEPTH: usize = 8;

impl Bake<'_> {
    fn target(&self, target: &Node) -> Option<BuildCommand> {
        let text = |name: &str| self.attribute(target, name, 0).and_then(|it| self.read(it));
        let context = match self.attribute(target, "context", 0) {
            Some(context) => self.read(context)?,
            None => Text::new(".", target.span),
        };
        let tags = self.attribute(target, "tags", 0).and_then(Node::as_sequence).unwrap_or_default();
        let arguments = self.attribute(target, "args", 0).and_then(Node::as_mapping).unwrap_or_default();
        let argument = |it: &Entry| Some((it.key.as_text()?.as_str().to_owned(), self.read(&it.value)));
        Some(BuildCommand {
            tags: tags.iter().filter_map(|it| self.read(it)).collect(),
            dockerfile: text("dockerfile").map(|it| below(&context, &it)),
            target: text("target"),
            arguments: arguments.iter().filter_map(argument).collect(),
            context,
            ..BuildCommand::default()
        })
    }

    /// An attribute of a target, or of one that it inherits from.
    fn attribute<'t>(&'t self, target: &'t Node, name: &str, depth: usize) -> Option<&'t Node> {
        if let Some(value) = target.get(name) {
            return Some(value);
        }
        let parents = target.get("inherits").filter(|_| depth < MAXIMUM_DEPTH)?.as_sequence()?;
        parents.iter().rev().find_map(|parent| {
            let parent = self.root.get("target")?.get(parent.as_text()?.as_str())?;
            self.attribute(parent, name, depth + 1)
        })
    }

    /// A text with the defaults of variables put in.
    fn read(&self, node: &Node) -> Option<Text> {
        let template = Template::parse(node.as_text()?, Dialect::Dockerfile);
        let mut lookup = |name: &str| {
            let variable = self.root.get("variable").and_then(|it| it.get(name));
            match variable.and_then(|it| it.get("default")).and_then(Node::as_text) {
                Some(value) if !value.as_str().contains("${") => Lookup::Set(value.clone()),
                _ => Lookup::Unresolved(format!("`{name}` has no default")),
            }
        };
        Some(template.expand_partly(&mut lookup, UNKNOWN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_targets_of_a_bake_file_are_builds() {
        let text = r#"{
            "variable": {"TAG": {"default": "v1"}},
            "target": {
                "_base": {"args": {"A": "1"}, "dockerfile": "build/Dockerfile"},
                "api": {"inherits": ["_base"], "context": "./api", "target": "run",
                    "tags": ["shop/api:${TAG}", "x/${OTHER}"]}
            }
        }"#;
        let shown = builds(FileId(0), text);
        let shown: Vec<_> = shown
            .iter()
            .map(|it| {
                let tags: Vec<_> = it.tags.iter().map(|it| it.as_str().replace(UNKNOWN, "?")).collect();
                let file = it.dockerfile.as_ref().map_or("-", Text::as_str);
                let target = it.target.as_ref().map_or("-", Text::as_str);
                format!("{} {} {file} {target} {}", tags.join(","), it.context.as_str(), it.arguments.len())
            })
            .collect();
        assert_eq!(shown, [" . build/Dockerfile - 1", "shop/api:v1,x/? ./api ./api/build/Dockerfile run 1"]);
        assert!(builds(FileId(0), "{\"target\": []}").is_empty());
        assert!(builds(FileId(0), "").is_empty());
    }
}
