//! Which Go a build has, and which the module or the workspace around it asks for.

use super::build::{Images, Stage};
use super::linking::Given;
use super::process::words_of;
use super::{GoBuild, ImageId, layers};
use crate::facts::go_mod::GoMod;
use crate::facts::shell::{Command, edits_in_place};
use crate::facts::{Facts, catalogue};
use crate::source::{FileId, Span, Spanned};

/// A `go` directive, and where a `toolchain` directive stands beside it.
type Asked = (Spanned<String>, Option<Span>);

/// A go command that reads the module around it.
pub(in crate::model) struct GoCall<'c> {
    pub(in crate::model) facts: &'c Facts,
    /// The image that it runs in, where that is written.
    pub(in crate::model) image: &'c Spanned<String>,
    /// Where it runs, an absolute path.
    pub(in crate::model) folder: &'c str,
    /// Whether it reads the workspace around it, too.
    pub(in crate::model) in_workspace: bool,
    /// What is known of a variable in its environment.
    pub(in crate::model) variable: &'c dyn Fn(&str) -> Given,
    /// The file of the project that stands at a path, `Some(None)` when nothing does; `None` when that is not known.
    pub(in crate::model) file: &'c dyn Fn(&str) -> Option<Option<String>>,
    /// What runs it.
    pub(in crate::model) run: Span,
}

impl GoCall<'_> {
    /// Which Go there is, and which is asked for; `None` where that is not known.
    pub(in crate::model) fn build(&self) -> Option<GoBuild> {
        let (image, tag) = catalogue::split_reference(&self.image.value);
        let version = tag?.split('-').next().unwrap_or_default().to_owned();
        let is_release =
            version.starts_with("1.") && version.bytes().all(|it| it.is_ascii_digit() || it == b'.');
        if image != "golang" || !is_release {
            return None;
        }
        if is_by_gopath(&version, self.folder, &(self.variable)("GO111MODULE")) {
            return None;
        }
        // Official images say `local`.
        let toolchain_allowed = match (self.variable)("GOTOOLCHAIN") {
            Given::Unset => false,
            Given::Set(text) => text.as_str() != "local",
            Given::Unknown => true,
        };
        let build = |(required, toolchain): Asked, of_workspace: bool| GoBuild {
            image: self.image.clone(),
            version: version.clone(),
            required,
            toolchain,
            of_workspace,
            run: self.run,
            at_start: false,
            toolchain_allowed,
        };
        let of_module = self.required("go.mod", &self.facts.modules).map(|it| build(it, false));
        let heeds_workspace = self.in_workspace && matches!((self.variable)("GOWORK"), Given::Unset);
        let of_workspace =
            heeds_workspace.then(|| self.required("go.work", &self.facts.workspaces)).flatten();
        let of_workspace = of_workspace.map(|it| build(it, true));
        let refuses = |it: &Option<GoBuild>| it.as_ref().is_some_and(|it| it.refusal().is_some());
        if refuses(&of_workspace) && !refuses(&of_module) { of_workspace } else { of_module }
    }

    /// What the file `name` in the folder asks for, or that in the nearest one above that has it.
    fn required(&self, name: &str, files: &[(FileId, GoMod)]) -> Option<Asked> {
        let mut at = self.folder;
        loop {
            if let Some(file) = (self.file)(&layers::absolute(at, name))? {
                let (_, read) = files.iter().find(|(id, _)| self.facts.path(*id) == file)?;
                return Some((read.go.clone()?, read.toolchain.as_ref().map(|it| it.span)));
            }
            if at == "/" {
                return None;
            }
            at = layers::parent(at);
        }
    }
}

/// Whether Go looks for packages in GOPATH alone: 1.10 and older know no modules, 1.11 and 1.12 leave them alone below
/// `$GOPATH/src` unless they are told otherwise: <https://go.dev/doc/go1.11#modules>, <https://go.dev/doc/go1.13#modules>.
fn is_by_gopath(version: &str, folder: &str, modules: &Given) -> bool {
    let minor = version.split('.').nth(1).and_then(|it| it.parse().ok()).unwrap_or(u32::MAX);
    let is_told =
        !matches!(modules, Given::Unset) && !matches!(modules, Given::Set(it) if it.as_str() == "auto");
    match minor {
        0..=10 => true,
        11 | 12 => !is_told && folder.contains("/src/"),
        _ => false,
    }
}

/// Whether a RUN of these stages may remove or change a go.work: it names one, or is `go work`.
pub(super) fn may_change_workspace<'s, 'a: 's>(stages: impl IntoIterator<Item = &'s Stage<'a>>) -> bool {
    let mut commands = stages.into_iter().flat_map(|it| &it.runs).flat_map(|it| &it.script.commands);
    commands.any(|it| {
        let mut words = it.words.iter().map(|it| it.raw.value.as_str());
        words.any(|it| it == "work" || it.contains("go.work"))
    })
}

/// Whether a command may change which Go the go.mod of a module asks for, or take the file away.
pub(super) fn may_change_module(command: &Command) -> bool {
    let words = words_of(command);
    let written = command.output.as_ref().is_some_and(|it| it.raw.value.contains("go.mod"));
    let names_it = || words.iter().any(|it| it.contains("go.mod"));
    let is_last = || words.last().is_some_and(|it| it.contains("go.mod"));
    written
        || match words[..] {
            ["go", "mod", "init", ..] => true,
            ["go", "mod", "edit", ..] => words.iter().any(|it| it.trim_start_matches('-').starts_with("go=")),
            ["go", "get", ..] => words.iter().any(|it| it.starts_with("go@")),
            // What is replaced by a folder is another line.
            ["sed" | "gsed", ..] => {
                let replaces = words.iter().any(|it| it.contains("replace") || it.contains("=>"));
                words.iter().any(|it| edits_in_place(it)) && names_it() && !replaces
            }
            ["cp" | "install", ..] => is_last(),
            [program, ..] => !ONLY_READING.contains(&program) && names_it(),
            [] => false,
        }
}

/// Programs that change none of the files that their arguments name.
const ONLY_READING: &[&str] = &[
    "[", "awk", "cat", "cut", "diff", "echo", "egrep", "go", "grep", "head", "ls", "printf", "stat", "tail",
    "test",
];

/// Whether a command, or what it runs, has a toolchain of its own: <https://go.dev/doc/toolchain#select>.
pub(super) fn sets_toolchain(command: &Command) -> bool {
    let assigns = command.assignments.iter().any(|(name, _)| name.value == "GOTOOLCHAIN");
    assigns || command.words.iter().any(|it| it.raw.value.contains("GOTOOLCHAIN="))
}

impl Images<'_> {
    /// Whether a RUN on the way to the image may have removed or changed a go.work in it.
    #[must_use]
    pub fn changes_workspace(&self, image: ImageId) -> bool {
        self.built(image).is_none_or(|it| may_change_workspace(it.stages.iter()))
    }
}
