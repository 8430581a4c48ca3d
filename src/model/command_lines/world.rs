//! Which containers the command lines of one file start together, and on which networks.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::containers::named_paths;
use super::{CommandFile, Line};
use crate::facts::Tree;
use crate::facts::catalogue::split_reference;
use crate::facts::docker_command::{
    CreatedNetwork, DockerCommand, JoinedNetwork, PodCommand, RunCommand, UNKNOWN,
};
use crate::model::Starter;
use crate::source::{FileId, Text};

/// Containers that may know each other.
#[derive(Clone)]
pub(in crate::model) struct World<'a> {
    pub(in crate::model) file: FileId,
    pub(in crate::model) starter: Starter,
    pub(super) containers: Vec<StartedContainer<'a>>,
    pub(super) networks: Vec<&'a CreatedNetwork>,
    pub(super) pods: Vec<&'a PodCommand>,
    /// Names of networks of which other files say something too.
    pub(super) shared_networks: FxHashSet<&'a str>,
    /// Why there may be more.
    pub(super) incomplete: Option<String>,
}

/// A container.
#[derive(Clone)]
pub(in crate::model) struct StartedContainer<'a> {
    pub(in crate::model) command: &'a RunCommand,
    pub(super) line: &'a Line,
    /// Networks that it is connected to later.
    pub(super) connected: Vec<&'a JoinedNetwork>,
    /// Which containers certainly run at the same time: those with the same number.
    pub(super) batch: Option<u32>,
}

impl World<'_> {
    /// Leaves out what is there to do something once and is no image of the project: `docker run golang go test`.
    pub(in crate::model) fn leave_out_tools(&mut self, own: &BTreeSet<String>) {
        self.containers.retain(|it| {
            let is_own = it.command.image.as_ref().is_some_and(|it| own.contains(it.as_str()));
            is_own || it.stays()
        });
    }

    /// The images that are known.
    pub(in crate::model) fn images(&self) -> impl Iterator<Item = &str> {
        self.containers.iter().filter_map(|it| known(it.command.image.as_ref()?))
    }
}

impl StartedContainer<'_> {
    /// Whether it is there for others, as opposed to a tool that does something and ends.
    pub(super) fn stays(&self) -> bool {
        let it = self.command;
        it.detached || self.line.background || it.name.is_some() || !it.published.is_empty()
    }
}

/// The worlds of all files. The containers of one file are one, but for those that it shows, or starts, in
/// several ways: nobody runs these together, and each is one of its own.
pub(in crate::model) fn worlds<'a>(files: &'a [CommandFile], tree: &Tree) -> Vec<World<'a>> {
    let exists = |path: &String| tree.has_file(&path[1..]) || tree.has_directory(&path[1..]);
    let mut bearers: FxHashMap<&str, FxHashSet<FileId>> = FxHashMap::default();
    for file in files {
        for name in file.readings.iter().flatten().flat_map(networks_of) {
            bearers.entry(name.as_str()).or_default().insert(file.file);
        }
    }
    let shared: FxHashSet<&str> =
        bearers.iter().filter(|(_, it)| it.len() > 1).map(|(name, _)| *name).collect();
    let mut out = Vec::new();
    for file in files {
        // It is started where what it names is there.
        let found = |lines: &Vec<Line>| lines.iter().flat_map(named_paths).filter(exists).count();
        let Some(lines) = file.readings.iter().max_by_key(|it| found(it)) else { continue };
        let containers = containers(lines, file.is_document);
        let (several, single): (Vec<_>, Vec<_>) = {
            let is_several: Vec<bool> =
                containers.iter().map(|it| has_alternative(it, &containers)).collect();
            let mut flags = is_several.into_iter();
            containers.into_iter().partition(|_| flags.next().unwrap_or_default())
        };
        let empty = World {
            file: file.file,
            starter: if file.is_document { Starter::Document } else { Starter::Script },
            containers: Vec::new(),
            networks: lines.iter().filter_map(created).collect(),
            pods: lines.iter().filter_map(pod).collect(),
            shared_networks: shared.clone(),
            incomplete: None,
        };
        if !single.is_empty() {
            let others =
                (!several.is_empty()).then(|| "the file shows several ways to start a container".to_owned());
            out.push(World { containers: single, incomplete: others, ..empty.clone() });
        }
        for it in several {
            let others = Some("the file shows other ways to start it".to_owned());
            out.push(World { containers: vec![it], incomplete: others, ..empty.clone() });
        }
    }
    out
}

/// What a document shows may be typed in part, so that nothing certainly runs together.
pub(super) fn containers(lines: &[Line], is_document: bool) -> Vec<StartedContainer<'_>> {
    let mut out: Vec<StartedContainer<'_>> = Vec::new();
    let (mut batch, mut block) = (0, 0);
    for line in lines {
        if line.block != block {
            (batch, block) = (batch + 1, line.block);
        }
        match &line.command {
            DockerCommand::End => batch += 1,
            DockerCommand::Connect { container, network } => {
                let meant = out.iter_mut().filter(|it| {
                    it.command.name.as_ref().is_some_and(|it| it.as_str() == container.as_str())
                });
                meant.for_each(|it| it.connected.push(network));
            }
            DockerCommand::Run(command) if only_prints(&command.command) => {}
            DockerCommand::Run(command) => {
                let stays = command.detached || line.background;
                out.push(StartedContainer {
                    command,
                    line,
                    connected: Vec::new(),
                    batch: (!line.guarded && !is_document).then_some(batch),
                });
                // The shell waits for its end.
                batch += u32::from(!stays);
            }
            _ => {}
        }
    }
    out
}

/// Whether a program is asked for nothing but its version, or how it is used.
fn only_prints(command: &[Text]) -> bool {
    const ASKED: [&str; 7] = ["--help", "--version", "-h", "-help", "-version", "help", "version"];
    matches!(command, [only] if ASKED.contains(&only.as_str()))
}

/// Whether the same image, or a container of the same name, is started elsewhere too.
fn has_alternative(it: &StartedContainer<'_>, all: &[StartedContainer<'_>]) -> bool {
    let name = |it: &StartedContainer<'_>| it.command.name.as_ref().map(|it| it.as_str().to_owned());
    let image = |it: &StartedContainer<'_>| {
        let image = it.command.image.as_ref()?.as_str();
        Some(split_reference(image).0.to_owned())
    };
    let is_same = |other: &StartedContainer<'_>| {
        let same_name = name(it).is_some_and(|own| name(other) == Some(own));
        let same_image = image(it).is_some_and(|own| image(other) == Some(own));
        let both_named = name(it).is_some() && name(other).is_some();
        same_name || (same_image && !both_named)
    };
    all.iter().filter(|other| !std::ptr::eq(other.line, it.line)).any(is_same)
}

fn networks_of(line: &Line) -> Vec<&Text> {
    match &line.command {
        DockerCommand::CreateNetwork(it) => vec![&it.name],
        DockerCommand::Connect { network, .. } => vec![&network.name],
        DockerCommand::Run(it) => it.networks.iter().map(|it| &it.name).collect(),
        DockerCommand::CreatePod(it) => it.networks.iter().map(|it| &it.name).collect(),
        DockerCommand::Build(_) | DockerCommand::Ko(_) | DockerCommand::End => Vec::new(),
    }
}

pub(super) fn created(line: &Line) -> Option<&CreatedNetwork> {
    match &line.command {
        DockerCommand::CreateNetwork(it) => Some(it),
        _ => None,
    }
}

fn pod(line: &Line) -> Option<&PodCommand> {
    match &line.command {
        DockerCommand::CreatePod(it) => Some(it),
        _ => None,
    }
}

/// The text when all of it is known.
pub(super) fn known(text: &Text) -> Option<&str> {
    Some(text.as_str()).filter(|it| !it.is_empty() && !it.contains(UNKNOWN))
}
