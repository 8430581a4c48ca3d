//! Images that Makefiles and scripts build and name.

use super::build::Images;
use super::layers::absolute;
use super::{ImageId, layers};
use crate::facts::catalogue::split_reference;
use crate::facts::docker_command::{self, BuildCommand, UNKNOWN};
use crate::facts::makefile::Given;
use crate::facts::shell::{self, Script};
use crate::facts::{Facts, Lookup};
use crate::model::shell_walk::ShellWalk;
use crate::source::{FileId, Text};

/// A build of an image whose Dockerfile and context are in the project.
pub(in crate::model) struct ByHand {
    command: BuildCommand,
    dockerfile: FileId,
    /// Relative to the project's root.
    context: String,
}

impl ByHand {
    /// What the image is called, without tags.
    pub(in crate::model) fn repositories(&self) -> impl Iterator<Item = &str> {
        let repositories = self.command.tags.iter().map(|it| split_reference(it.as_str()).0);
        repositories.filter(|it| !it.is_empty() && !it.contains(UNKNOWN))
    }
}

impl Images<'_> {
    /// The image that a build makes; `None` when its target is not known.
    pub(in crate::model) fn built_by_hand(&mut self, it: &ByHand) -> Option<ImageId> {
        let known = |it: &Text| Some(it.clone()).filter(is_known);
        let arguments = it.command.arguments.iter();
        let arguments: Vec<_> =
            arguments.map(|(name, value)| (name.clone(), value.as_ref().and_then(known))).collect();
        let target = match &it.command.target {
            Some(target) => Some(known(target)?),
            None => None,
        };
        self.build(it.dockerfile, &it.context, target.as_ref().map(Text::as_str), &arguments)
    }
}

fn is_known(text: &Text) -> bool {
    !text.as_str().contains(UNKNOWN)
}

/// A line that may build an image: most recipes do something else, and are not worth a reading.
fn may_build(text: &str) -> bool {
    text.contains("build") || text.contains(" bud ")
}

/// The builds in Makefiles and scripts.
pub(in crate::model) fn builds_by_hand(facts: &Facts) -> Vec<ByHand> {
    let mut out = Vec::new();
    let folder = |file: FileId| absolute("/", layers::parent(&format!("/{}", facts.path(file))));
    for (file, makefile) in &facts.makefiles {
        let given = Given { arguments: &[], environment: &|_| None };
        for line in makefile.all_commands(&given) {
            if may_build(line.as_str()) {
                out.extend(of_script(facts, &shell::read_text(&line), &folder(*file)));
            }
        }
    }
    for (file, script) in &facts.scripts {
        // People start a script in the root of the project or beside it.
        let [root, beside] = ["/", &folder(*file)].map(|it| of_script(facts, script, it));
        let same = |a: &[ByHand], b: &[ByHand]| {
            a.iter().map(|it| it.dockerfile).eq(b.iter().map(|it| it.dockerfile))
        };
        match (root.is_empty(), beside.is_empty()) {
            (false, false) if !same(&root, &beside) => {}
            (true, _) => out.extend(beside),
            (false, _) => out.extend(root),
        }
    }
    out
}

/// The builds of a script that is started in `folder`, the project's root being `/`.
fn of_script(facts: &Facts, script: &Script, folder: &str) -> Vec<ByHand> {
    let mut walk = ShellWalk::new(folder);
    let outside = |name: &str| Lookup::NotHere(format!("`{name}` may be set"));
    let mut out = Vec::new();
    for command in &script.commands {
        let Some(step) = walk.step(command, &outside) else { continue };
        let words: Vec<Text> = command
            .program_words()
            .iter()
            .map(|it| it.value.expand_partly(&mut |name| walk.lookup(name, &outside), UNKNOWN))
            .collect();
        let (Some(command), Some(folder)) = (docker_command::build(&words), step.folder) else { continue };
        let context = command.context.as_str();
        let dockerfile = match &command.dockerfile {
            Some(path) => absolute(&folder, path.as_str()),
            None => absolute(&absolute(&folder, context), "Dockerfile"),
        };
        let found = facts.dockerfiles.iter().find(|(file, _)| facts.path(*file) == &dockerfile[1..]);
        let inside = context != "-" && !context.contains("://") && !context.contains(UNKNOWN);
        if let Some((file, _)) = found.filter(|_| inside) {
            let context = absolute(&folder, context);
            let context = context.strip_prefix('/').filter(|it| !it.is_empty()).unwrap_or(".").to_owned();
            out.push(ByHand { command, dockerfile: *file, context });
        }
    }
    out
}
