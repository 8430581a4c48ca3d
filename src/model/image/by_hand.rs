//! Images that command lines build and name.

use super::ImageId;
use super::build::Images;
use super::layers::absolute;
use crate::facts::Facts;
use crate::facts::catalogue::{DEFAULT_TAG, split_reference};
use crate::facts::docker_command::{BuildCommand, DockerCommand, UNKNOWN};
use crate::model::command_lines::{CommandFile, Line};
use crate::model::shell_walk::in_project;
use crate::source::{FileId, Text};

/// A build of an image whose Dockerfile and context are in the project.
pub(in crate::model) struct ByHand {
    /// Where the command line is written.
    pub(in crate::model) file: FileId,
    command: BuildCommand,
    pub(super) dockerfile: FileId,
    /// Relative to the project's root.
    context: String,
}

/// What an image is called.
pub(in crate::model) struct GivenName<'a> {
    /// The name without a tag.
    pub(in crate::model) repository: &'a str,
    /// The tag, as far as it is known.
    pub(in crate::model) tag: Option<&'a str>,
    /// Whether that is written out: `VERSION ?= v1` of a Makefile is but what somebody once started from.
    pub(in crate::model) is_fixed: bool,
}

impl ByHand {
    /// What the image is called.
    pub(in crate::model) fn names(&self) -> impl Iterator<Item = GivenName<'_>> {
        let names = self.command.tags.iter().map(|it| (it, split_reference(it.as_str())));
        let names = names.filter(|(_, (name, _))| !name.is_empty() && !name.contains(UNKNOWN));
        names.map(|(text, (repository, tag))| {
            let tag = Some(tag.unwrap_or(DEFAULT_TAG)).filter(|it| !it.contains(UNKNOWN));
            GivenName { repository, tag, is_fixed: text.is_verbatim() }
        })
    }

    /// Whether it reads that Dockerfile.
    pub(in crate::model) fn reads(&self, dockerfile: FileId) -> bool {
        self.dockerfile == dockerfile
    }

    /// Whether it makes the image of that Dockerfile, and says of it what the Dockerfile leaves to the build.
    pub(in crate::model) fn decides(&self, dockerfile: FileId) -> bool {
        self.dockerfile == dockerfile && self.command.target.is_none() && !self.command.arguments.is_empty()
    }
}

impl Images<'_> {
    /// Takes the contexts of these builds for those of their Dockerfiles.
    #[must_use]
    pub(in crate::model) fn with_contexts(mut self, builds: &[ByHand]) -> Self {
        for it in builds {
            let contexts = self.written_contexts.entry(it.dockerfile).or_default();
            if !contexts.contains(&it.context) {
                contexts.push(it.context.clone());
            }
        }
        self
    }

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

    /// Whether another program is started in the image of a build than its own.
    pub(in crate::model) fn starts_another(&self, it: &ByHand, image: ImageId) -> bool {
        let Some(started) = &it.command.started_instead else { return false };
        let own = self.image(image).process.as_ref().and_then(|it| it.command.words().into_iter().next());
        let name = |path: &Text| path.as_str().rsplit('/').next().map(str::to_owned);
        own.is_none_or(|own| name(&own) != name(started))
    }
}

fn is_known(text: &Text) -> bool {
    !text.as_str().contains(UNKNOWN)
}

/// The builds among the command lines of a project.
pub(in crate::model) fn builds_by_hand(facts: &Facts, files: &[CommandFile]) -> Vec<ByHand> {
    let same =
        |a: &[ByHand], b: &[ByHand]| a.iter().map(|it| it.dockerfile).eq(b.iter().map(|it| it.dockerfile));
    let mut out = Vec::new();
    for file in files {
        let mut readings =
            file.readings.iter().map(|it| of_lines(facts, file.file, it)).filter(|it| !it.is_empty());
        let Some(first) = readings.next() else { continue };
        // Which of two Dockerfiles is meant depends on where it is started.
        if readings.all(|it| same(&first, &it)) {
            out.extend(first);
        }
    }
    out
}

fn of_lines(facts: &Facts, written: FileId, lines: &[Line]) -> Vec<ByHand> {
    let mut out = Vec::new();
    for line in lines {
        let (DockerCommand::Build(command), Some(folder)) = (&line.command, &line.folder) else { continue };
        let path = command.context.as_str();
        let Some(context) = in_project(Some(folder), path).filter(|_| path != "-" && !path.contains("://"))
        else {
            continue;
        };
        let dockerfile = match &command.dockerfile {
            Some(path) => in_project(Some(folder), path.as_str()),
            None => Some(absolute(&context, "Dockerfile")),
        };
        let found = facts
            .dockerfiles
            .iter()
            .find(|(file, _)| dockerfile.as_ref().is_some_and(|it| facts.path(*file) == &it[1..]));
        if let Some((file, _)) = found {
            let context = context.strip_prefix('/').filter(|it| !it.is_empty()).unwrap_or(".").to_owned();
            out.push(ByHand { file: written, command: command.clone(), dockerfile: *file, context });
        }
    }
    out
}
