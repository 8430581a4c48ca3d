//! Go that is built once a container has started: `go run .`, air, CompileDaemon.

use crate::facts::Facts;
use crate::model::image::{Given, GoCall};
use crate::model::{ContainerFile, ContainerFiles, Environment, GoBuild, Image, Running};
use crate::source::Spanned;

/// A container that builds what it runs.
pub(super) struct Scene<'a> {
    pub facts: &'a Facts,
    /// The image that it is built with, where that is written.
    pub reference: &'a Spanned<String>,
    /// The image, where the project builds it.
    pub image: Option<&'a Image>,
    /// Whether a RUN of the image may have changed a go.work in it.
    pub changes_workspace: bool,
    pub running: &'a Running,
    pub files: &'a ContainerFiles<'a>,
    pub environment: &'a Environment,
}

/// What is built at the start, without what building the image fails for.
pub(super) fn builds(scene: &Scene<'_>) -> Vec<GoBuild> {
    let of_image = scene.image.map_or(&[][..], |it| &it.go_builds);
    let fails_before = |it: &GoBuild| {
        of_image
            .iter()
            .any(|of_image| of_image.required.span == it.required.span && of_image.refusal().is_some())
    };
    let variable = |name: &str| match (scene.environment.get(name), &scene.environment.incomplete) {
        (Some(variable), _) => variable.value.clone().map_or(Given::Unknown, Given::Set),
        (None, Some(_)) => Given::Unknown,
        (None, None) => Given::Unset,
    };
    let file = |path: &str| match scene.files.at(path) {
        ContainerFile::Project(file, _) => Some(Some(file)),
        ContainerFile::Absent { .. } => Some(None),
        ContainerFile::Embedded(..) | ContainerFile::Unseen | ContainerFile::Unknown => None,
    };
    let built = scene.running.go_commands.iter().filter_map(|command| {
        let call = GoCall {
            facts: scene.facts,
            image: scene.reference,
            folder: &scene.files.absolute(&command.folder)?,
            in_workspace: !scene.changes_workspace,
            variable: &variable,
            file: &file,
            run: command.span,
        };
        Some(GoBuild { at_start: true, ..call.build()? })
    });
    built.filter(|it| !fails_before(it)).collect()
}
