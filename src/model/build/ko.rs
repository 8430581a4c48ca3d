//! Images that ko builds of a Go program, without a Dockerfile: <https://ko.build/features/k8s/>.

use super::Join;
use super::start::Start;
use crate::facts::Facts;
use crate::facts::catalogue::{self, ImageEntry};
use crate::model::compose::Setting;
use crate::model::kubernetes::KO_PREFIX;
use crate::model::{Command, Process, ProgramId, Running, Workload};
use crate::source::Text;

/// The image that every other is built on by default: <https://ko.build/configuration/#overriding-base-images>.
const BASE: &str = "cgr.dev/chainguard/static";

/// What the catalogue knows of the image that ko builds on; `None` for a reference that is not for ko, and where the
/// project's settings may name another.
pub(super) fn base(reference: &str, facts: &Facts) -> Option<&'static ImageEntry> {
    let is_default = || facts.tree.files().all(|it| it.rsplit('/').next() != Some(".ko.yaml"));
    catalogue::image(BASE).filter(|_| reference.starts_with(KO_PREFIX) && is_default())
}

impl Join<'_> {
    /// What runs in a container whose image ko builds: the program is its ENTRYPOINT, and there is no CMD.
    pub(super) fn running_by_ko(&self, workload: &Workload, start: &Start) -> Option<Running> {
        let reference = &workload.image_reference.as_ref()?.text;
        let import_path = reference.as_str().strip_prefix(KO_PREFIX)?;
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
