//! Images that ko builds of a Go program, without a Dockerfile: <https://ko.build/features/k8s/>.

use super::Join;
use super::start::Start;
use crate::facts::Facts;
use crate::facts::catalogue::{self, ImageEntry, split_reference};
use crate::facts::docker_command::{DockerCommand, KoCommand, KoNaming, UNKNOWN};
use crate::model::command_lines::{CommandFile, Line};
use crate::model::compose::Setting;
use crate::model::kubernetes::KO_PREFIX;
use crate::model::shell_walk::in_project;
use crate::model::{Command, Process, Program, ProgramId, Running, Workload};
use crate::source::Text;

/// The image that every other is built on by default: <https://ko.build/configuration/#overriding-base-images>.
const BASE: &str = "cgr.dev/chainguard/static";

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

/// What the catalogue knows of the image that ko builds that package on; `None` where that is not known.
pub(super) fn base(package: &str, facts: &Facts) -> Option<&'static ImageEntry> {
    let mut settings = facts.tree.files().filter(|it| it.rsplit('/').next() == Some(SETTINGS));
    let reference = match (settings.next(), settings.next()) {
        (None, _) => BASE,
        (Some(path), None) => {
            let (_, file) = facts.configurations.iter().find(|(id, _)| facts.path(*id) == path)?;
            let value =
                |path: &[&str]| file.leaves.iter().find(|it| it.path == path).map(|it| it.text.as_str());
            let own = value(&["baseImageOverrides", package]);
            own.or_else(|| value(&["defaultBaseImage"])).unwrap_or(BASE)
        }
        // Which of several counts is for who calls ko.
        (Some(_), Some(_)) => return None,
    };
    catalogue::image(reference)
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

    /// What runs in a container whose image ko builds: the program is its ENTRYPOINT, and there is no CMD.
    pub(super) fn running_by_ko(&self, workload: &Workload, start: &Start) -> Option<Running> {
        let import_path = self.ko_package(workload.image_reference.as_ref()?.text.as_str())?;
        let mut programs = self.world.programs.iter().zip((0..).map(ProgramId));
        let (program, id) = programs.find(|(it, _)| it.import_path == import_path)?;
        if programs.any(|(it, _)| it.import_path == import_path)
            || !matches!(start.entrypoint, Setting::Absent)
        {
            return None;
        }
        let arguments = match &start.command {
            Setting::Absent => Some(Vec::new()),
            Setting::Set(Command::Exec(words), _) => Some(words.clone()),
            Setting::Set(Command::Shell(_), _) | Setting::Unknown(_) => None,
        };
        let name = program.import_path.rsplit('/').next().unwrap_or_default();
        let mut words = vec![Text::new(format!("/ko-app/{name}"), workload.image_span)];
        words.extend(arguments.iter().flatten().cloned());
        let process = Process {
            command: Command::Exec(words),
            span: workload.image_span,
            shell_keeps_pid1: None,
            arguments,
        };
        Some(Running { process: Some(process), program: Some(id), ..Running::default() })
    }
}
