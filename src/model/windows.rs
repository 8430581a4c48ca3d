//! What is of Windows where Linux runs, and the other way round.

use super::{Namespace, Network, Project, Text, Workload, WorkloadKind};
use crate::facts::Facts;
use crate::facts::catalogue::{ImageSystem, windows_network};
use crate::facts::dockerfile::PathRole;
use crate::facts::makefile::Given;
use crate::net::{WindowsPath, drive_of, is_usually_mapped};
use crate::source::{Span, Spanned};

/// A path of Windows that a container of Linux does not understand.
#[derive(Clone, Debug)]
pub struct ForeignPath {
    /// It, as written.
    pub written: Spanned<String>,
    /// What it is for.
    pub place: PathPlace,
    /// What shows that the container is one of Linux; for a path of the host the mount.
    pub reason: Span,
}

/// Where a path stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathPlace {
    /// In an instruction of a Dockerfile.
    Instruction(PathRole),
    /// The place in the container at which something is mounted.
    Target,
    /// What of the host is mounted; Docker Desktop on Windows understands it.
    Host,
    /// A word of what is run.
    Argument,
}

/// A folder of a Windows drive that is mounted into a container of Linux.
#[derive(Clone, Debug)]
pub struct DriveMount {
    /// The drive.
    pub drive: char,
    /// Where it is written.
    pub span: Span,
    /// Where it is mounted.
    pub target: String,
}

/// A path of a share, or of a drive that one user has mapped to one.
#[derive(Clone, Debug)]
pub struct MappedPath {
    /// It, as written.
    pub written: Spanned<String>,
    /// The drive; `None` for a share.
    pub drive: Option<char>,
}

/// A network that the containers on it cannot have.
#[derive(Clone, Debug)]
pub struct WrongNetwork<'a> {
    /// The driver, or the mode.
    pub written: Spanned<String>,
    /// A container that cannot have it.
    pub workload: &'a Workload,
}

impl Project {
    /// The paths of Windows in containers of Linux: of images, and of `workload`s.
    #[must_use]
    pub fn foreign_paths(&self) -> Vec<ForeignPath> {
        let linux = self.images.iter().filter(|it| it.system == ImageSystem::Linux);
        let of_images = linux.flat_map(|image| {
            image.windows_paths.iter().map(|it| ForeignPath {
                written: it.text.clone(),
                place: PathPlace::Instruction(it.role),
                reason: image.from,
            })
        });
        let of_workloads = self.workloads.iter().flat_map(|workload| {
            let is_elsewhere =
                |it: &ForeignPath| it.place != PathPlace::Host || !self.is_for_windows(workload);
            foreign_in(workload).into_iter().filter(is_elsewhere)
        });
        of_images.chain(of_workloads).collect()
    }

    /// Whether a Compose file says by its name that it is for Windows: `docker-compose.windows.yml`.
    fn is_for_windows(&self, workload: &Workload) -> bool {
        let WorkloadKind::Service(id) = workload.kind else { return false };
        let names_it = |path: &String| {
            let name = path.rsplit('/').next().unwrap_or(path);
            let mut words = name.split(|it: char| !it.is_ascii_alphanumeric());
            words.any(|it| {
                ["win", "win32", "win64", "windows"].iter().any(|word| it.eq_ignore_ascii_case(word))
            })
        };
        self.composition(id).paths.iter().any(names_it)
    }

    /// The networks of Windows that only containers of Linux are on, and the modes of Linux of containers of
    /// Windows.
    #[must_use]
    pub fn wrong_networks(&self) -> Vec<WrongNetwork<'_>> {
        let services = || self.workloads.iter().filter(|it| matches!(it.kind, WorkloadKind::Service(_)));
        let on_host = services().filter_map(|workload| match workload.namespace {
            Namespace::Host(span) if workload.system == ImageSystem::Windows => {
                Some(WrongNetwork { written: Spanned::new("host".to_owned(), span), workload })
            }
            _ => None,
        });
        let driven = self.networks.iter().enumerate().filter_map(|(at, network)| {
            let driver = foreign_driver(network)?;
            let mut members =
                services().filter(|it| it.networks.iter().any(|it| it.network.0 as usize == at));
            let first = members.clone().next()?;
            members
                .all(|it| it.system == ImageSystem::Linux)
                .then(|| WrongNetwork { written: driver.clone(), workload: first })
        });
        on_host.chain(driven).collect()
    }
}

/// Whether a Makefile runs what only Windows has, so that whoever works on the project has Docker Desktop there.
pub(super) fn is_used(facts: &Facts) -> bool {
    const ONLY_WINDOWS: &[&str] = &["cmd", "copy", "del", "powershell", "robocopy", "xcopy"];
    let given = Given { arguments: &[], environment: &|_| None };
    let recipes = facts.makefiles.iter().flat_map(|(_, it)| it.recipes(&given)).flatten();
    let runs_it = |line: &Text| {
        let mut words = line.as_str().split([' ', '\t', '@']);
        let first = words.find(|it| !it.is_empty()).unwrap_or_default();
        let name = first.strip_suffix(".exe").unwrap_or(first);
        ONLY_WINDOWS.iter().any(|it| name.eq_ignore_ascii_case(it))
    };
    recipes.into_iter().any(|it| runs_it(&it))
}

/// The driver of a network, when only Docker on Windows has it.
fn foreign_driver(network: &Network) -> Option<&Spanned<String>> {
    network.driver.as_ref().filter(|it| windows_network(&it.value).is_some_and(|it| it.only_windows))
}

fn foreign_in(workload: &Workload) -> Vec<ForeignPath> {
    let mut out = Vec::new();
    let image = workload.image_span;
    let mut add = |text: &str, span: Option<Span>, place, reason| {
        let written = span.map(|span| Spanned::new(text.to_owned(), span));
        out.extend(written.map(|written| ForeignPath { written, place, reason }));
    };
    for mount in &workload.mounts {
        let target = mount.target.as_deref().unwrap_or_default();
        if workload.system == ImageSystem::Linux && WindowsPath::of(target).is_some() {
            add(target, mount.target_span, PathPlace::Target, image);
        }
        // A target with a slash in front is one of Linux, whatever the image.
        // Whoever types a path of Windows is there.
        let is_typed = matches!(workload.kind, WorkloadKind::Run(_));
        let source = mount.source.as_deref();
        let source = source.filter(|_| mount.bind && !is_typed && target.starts_with('/'));
        let is_foreign = |it: &&str| match WindowsPath::of(it) {
            Some(WindowsPath::Drive(drive)) => !is_usually_mapped(drive),
            Some(WindowsPath::Backslashes) => true,
            Some(WindowsPath::Share) | None => false,
        };
        if let Some(source) = source.filter(is_foreign).filter(|_| workload.system != ImageSystem::Windows) {
            add(source, mount.source_span, PathPlace::Host, mount.span);
        }
    }
    if workload.system == ImageSystem::Linux {
        for word in workload.words().into_iter().filter_map(windows_path) {
            add(word.as_str(), word.cover(), PathPlace::Argument, image);
        }
    }
    out
}

/// The path of Windows that a word of a command is; of `--flag=path` the path.
fn windows_path(word: Text) -> Option<Text> {
    let text = word.as_str();
    let start = text.find('=').map_or(0, |it| it + 1);
    let quotes = text[start..].len() - text[start..].trim_start_matches(['"', '\'']).len();
    let end = text.trim_end_matches(['"', '\'']).len().max(start + quotes);
    let path = word.slice(start + quotes..end);
    WindowsPath::of_word(path.as_str()).filter(|it| *it != WindowsPath::Share).map(|_| path)
}

impl Workload {
    /// The words of what it runs, by its image and by whoever starts it.
    fn words(&self) -> Vec<Text> {
        let of_process = self.process.iter().flat_map(|it| it.command.words());
        let mut words: Vec<Text> = self.own_words.clone();
        words.extend(of_process.filter(|it| !self.own_words.contains(it)));
        words
    }

    /// The folders of Windows drives that are mounted into it, when it is one of Linux.
    #[must_use]
    pub fn drive_mounts(&self) -> Vec<DriveMount> {
        let binds = self.mounts.iter().filter(|it| it.bind && self.system != ImageSystem::Windows);
        let mounts = binds.filter_map(|it| {
            let target = it.target.as_deref().filter(|it| it.starts_with('/'))?;
            let drive = drive_of(it.source.as_deref()?).filter(|drive| !is_usually_mapped(*drive))?;
            Some(DriveMount { drive, span: it.source_span?, target: target.to_owned() })
        });
        mounts.collect()
    }

    /// The paths of shares and of mapped drives in what it mounts, in its variables and in its command.
    #[must_use]
    pub fn mapped_paths(&self) -> Vec<MappedPath> {
        let mapped = |text: &str, span: Option<Span>| {
            let drive = match WindowsPath::of(text)? {
                WindowsPath::Drive(drive) if is_usually_mapped(drive) => Some(drive),
                WindowsPath::Share => None,
                WindowsPath::Drive(_) | WindowsPath::Backslashes => return None,
            };
            Some(MappedPath { written: Spanned::new(text.to_owned(), span?), drive })
        };
        let sources = self.mounts.iter().filter(|it| it.bind);
        let sources = sources.filter_map(|it| mapped(it.source.as_deref()?, it.source_span));
        let values = self.environment.variables.values().filter_map(|it| {
            let value = it.value.as_ref()?;
            mapped(value.as_str(), value.cover())
        });
        let words = self.words().into_iter().filter_map(|it| mapped(it.as_str(), it.cover()));
        sources.chain(values).chain(words).collect()
    }
}
