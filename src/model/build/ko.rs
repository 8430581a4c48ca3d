//! Images that ko builds of a Go program, without a Dockerfile: <https://ko.build/features/k8s/>.

use super::Join;
use crate::facts::Facts;
use crate::facts::catalogue::split_reference;
use crate::facts::docker_command::{DockerCommand, KoCommand, KoNaming, UNKNOWN};
use crate::model::command_lines::{CommandFile, Line};
use crate::model::image::KoImage;
use crate::model::kubernetes::KO_PREFIX;
use crate::model::shell_walk::in_project;
use crate::model::{ImageId, Program, ProgramId};
use crate::source::{Span, Spanned};

/// The image that every other is built on by default: <https://ko.build/configuration/#overriding-base-images>.
const BASE: &str = "cgr.dev/chainguard/static";

/// Where programs stand by default.
const FOLDER: &str = "/ko-app";

/// The project's settings of ko: <https://ko.build/configuration/>.
const SETTINGS: &str = ".ko.yaml";

/// An image that a command line builds by ko.
pub(super) struct KoBuild {
    /// Its name without a tag.
    repository: String,
    /// The import path of its main package.
    package: String,
}

/// The images that command lines build by ko, as far as their names are known.
pub(super) fn builds(files: &[CommandFile], programs: &[Program]) -> Vec<KoBuild> {
    let lines = files.iter().filter_map(|it| it.readings.first()).flatten();
    lines
        .filter_map(|line| match &line.command {
            DockerCommand::Ko(command) => Some((line, command)),
            _ => None,
        })
        .flat_map(|(line, command)| {
            let packages = command.packages.iter().filter_map(|it| package(it.as_str(), line, programs));
            packages.filter_map(|package| {
                Some(KoBuild { repository: repository(command, package)?, package: package.to_owned() })
            })
        })
        .collect()
}

/// The import path of a package that is written as such, or as a folder.
fn package<'p>(written: &str, line: &Line, programs: &'p [Program]) -> Option<&'p str> {
    let path = written.strip_prefix(KO_PREFIX).unwrap_or(written);
    let found = if path.starts_with('.') {
        let folder = in_project(line.folder.as_deref(), path)?;
        let folder = folder.strip_prefix('/').filter(|it| !it.is_empty()).unwrap_or(".");
        programs.iter().find(|it| it.directory == folder)?
    } else {
        programs.iter().find(|it| it.import_path == path)?
    };
    Some(&found.import_path)
}

/// What an image is called; `None` where a hash is part of that, which nobody writes down.
fn repository(command: &KoCommand, package: &str) -> Option<String> {
    let home = command.repository.as_ref()?.as_str();
    if home.is_empty() || home.contains(UNKNOWN) {
        return None;
    }
    match command.naming {
        KoNaming::Bare => Some(split_reference(home).0.to_owned()),
        KoNaming::Base => Some(format!("{home}/{}", package.rsplit('/').next().unwrap_or(package))),
        KoNaming::Preserved => Some(format!("{home}/{package}")),
        KoNaming::Hashed => None,
    }
}

/// What the settings of ko say of the image of that package, which `image` names.
fn settings(package: &str, image: Span, facts: &Facts) -> (Spanned<Option<String>>, String) {
    let default = || (Spanned::new(Some(BASE.to_owned()), image), FOLDER.to_owned());
    let mut settings = facts.tree.files().filter(|it| it.rsplit('/').next() == Some(SETTINGS));
    let (path, another) = (settings.next(), settings.next());
    let Some(path) = path else { return default() };
    let file = facts.configurations.iter().find(|(id, _)| facts.path(*id) == path);
    // Which of several counts is for who calls ko.
    let Some((_, file)) = file.filter(|_| another.is_none()) else {
        return (Spanned::new(None, image), FOLDER.to_owned());
    };
    let value = |path: &[&str]| file.leaves.iter().find(|it| it.path == path).map(|it| &it.text);
    let base = value(&["baseImageOverrides", package]).or_else(|| value(&["defaultBaseImage"]));
    let base = base.map(|it| Spanned::new(Some(it.as_str().to_owned()), it.cover().unwrap_or(image)));
    let folder = value(&["defaultAppDirectory"]).map(|it| it.as_str().trim_end_matches('/').to_owned());
    let (of_ko, usual) = default();
    (base.unwrap_or(of_ko), folder.unwrap_or(usual))
}

impl Join<'_> {
    /// The import path of the package of which ko makes the image `reference`.
    pub(super) fn ko_package<'r>(&'r self, reference: &'r str) -> Option<&'r str> {
        if let Some(package) = reference.strip_prefix(KO_PREFIX) {
            return Some(package);
        }
        let (repository, _) = split_reference(reference);
        let mut found = self.by_ko.iter().filter(|it| split_reference(&it.repository).0 == repository);
        let package = &found.next()?.package;
        found.all(|it| it.package == *package).then_some(package)
    }

    /// The image that `reference` means at that place, when ko makes it of a program of the project.
    pub(super) fn image_by_ko(&mut self, reference: &str, at: Span) -> Option<ImageId> {
        let package = self.ko_package(reference)?;
        let mut programs =
            self.world.programs.iter().zip((0..).map(ProgramId)).filter(|(it, _)| it.import_path == package);
        let (_, program) = programs.next()?;
        if programs.next().is_some() {
            return None;
        }
        let (base, folder) = settings(package, at, self.facts);
        self.images.built_by_ko(KoImage { program, base, folder })
    }
}
