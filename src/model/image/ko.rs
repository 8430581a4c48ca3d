//! The image that ko makes of a Go program, without a Dockerfile: <https://ko.build/>.

use std::sync::Arc;

use super::build::{Built, Images, fresh, image};
use super::layers::{Binary, Layer, Origin};
use super::{Command, ImageId, process};
use crate::facts::catalogue::{ImageSystem, image_system};
use crate::facts::join_path;
use crate::model::ProgramId;
use crate::source::{Spanned, Text};

/// Where the folder [`DATA`] of a program stands in its image, and the variable that says so:
/// <https://ko.build/features/static-assets/>.
const DATA_PATH: (&str, &str) = ("KO_DATA_PATH", "/var/run/ko");

/// The folder beside a main package that its image holds.
const DATA: &str = "kodata";

/// What ko is told of an image.
pub(in crate::model) struct KoImage {
    /// The program.
    pub(in crate::model) program: ProgramId,
    /// The image that it builds on, where that is decided; `None` when it is not known.
    pub(in crate::model) base: Spanned<Option<String>>,
    /// The folder of the program in the image, without a slash at its end: <https://ko.build/configuration/>.
    pub(in crate::model) folder: String,
}

impl Images<'_> {
    /// The image that ko makes of a program: its base with the program as ENTRYPOINT and no CMD, and with its data. What
    /// the base says of the user and of the folder holds on
    /// (`buildOne` in <https://github.com/ko-build/ko/blob/main/pkg/build/gobuild.go>).
    pub(in crate::model) fn built_by_ko(&mut self, ko: KoImage) -> Option<ImageId> {
        let program = self.programs.get(ko.program.0 as usize)?;
        let at = ko.base.span;
        let key = (at.file, program.import_path.clone(), None, vec![(at.start.to_string(), None)]);
        if let Some(id) = self.index.get(&key) {
            return Some(*id);
        }
        let name = program.import_path.rsplit('/').next().unwrap_or(&program.import_path);
        let path = format!("{}/{name}", ko.folder);
        let system = ko.base.value.as_deref().map_or(ImageSystem::Unknown, image_system);
        let mut stage = fresh(ko.base.value, at);
        stage.workdir = None;
        stage.own_entrypoint = Some((Command::Exec(vec![Text::new(path.as_str(), at)]), at));
        let (variable, folder) = DATA_PATH;
        stage.variables.push((variable.to_owned(), Some(Text::new(folder, at)), at));
        let layer = |origin, destination: &str| {
            let destination = destination.to_owned();
            Layer { origin, destination, into: false, source: None }
        };
        let data = join_path(&program.directory, DATA).filter(|it| self.facts.tree.has_directory(it));
        stage.layers.extend(data.map(|it| layer(Origin::Project(it), folder)));
        let binary = Binary { package: Some(program.directory.clone()), linking: None, tags: None };
        stage.layers.push(layer(Origin::Binary(binary), &path));
        let mut image = image(at.file, &format!("ko://{}", program.import_path), &stage);
        let stages = vec![stage];
        let (facts, programs) = (self.facts, self.programs);
        let scene = process::Scene { stages: &stages, stage: &stages[0], facts, programs, environment: None };
        image.process = process::running(&scene, None, None).process;
        image.program = Some(ko.program);
        image.system = system;
        let built = Built { stages: Arc::new(stages), last: 0, context: ".".to_owned(), ignored: None };
        Some(self.keep(key, (image, built)))
    }
}
