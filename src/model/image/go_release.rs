//! Which Go a build has, and which the module or the workspace around it asks for.

use super::GoBuild;
use super::build::Stage;
use super::layers::{self, Found};
use super::linking::Given;
use crate::facts::go_mod::GoMod;
use crate::facts::{Facts, catalogue};
use crate::source::{FileId, Span, Spanned};

/// A go command that reads the module around it.
pub(super) struct GoCall<'c, 'a> {
    pub(super) stages: &'c [Stage<'a>],
    pub(super) stage: &'c Stage<'a>,
    pub(super) facts: &'c Facts,
    /// Where it runs, an absolute path.
    pub(super) folder: &'c str,
    /// Whether it reads the workspace around it, too.
    pub(super) in_workspace: bool,
    /// What is known of a variable in its environment.
    pub(super) variable: &'c dyn Fn(&str) -> Given,
    /// What runs it.
    pub(super) run: Span,
}

impl GoCall<'_, '_> {
    /// Which Go there is, and which is asked for; `None` where that is not known.
    pub(super) fn build(&self) -> Option<GoBuild> {
        let reference = self.stage.base.reference.clone()?;
        let (image, tag) = catalogue::split_reference(&reference);
        let version = tag?.split('-').next().unwrap_or_default().to_owned();
        let is_release =
            version.starts_with("1.") && version.bytes().all(|it| it.is_ascii_digit() || it == b'.');
        if image != "golang" || !is_release {
            return None;
        }
        // Official images say `local`.
        let toolchain_allowed = match (self.variable)("GOTOOLCHAIN") {
            Given::Unset => false,
            Given::Set(text) => text.as_str() != "local",
            Given::Unknown => true,
        };
        let build = |required: Spanned<String>, of_workspace: bool| GoBuild {
            image: Spanned::new(reference.clone(), self.stage.base.span),
            version: version.clone(),
            required,
            of_workspace,
            run: self.run,
            toolchain_allowed,
        };
        let of_module = self.required("go.mod", &self.facts.modules).map(|it| build(it, false));
        let of_workspace = self.workspace().map(|it| build(it, true));
        let refuses = |it: &Option<GoBuild>| it.as_ref().is_some_and(|it| it.refusal().is_some());
        if refuses(&of_workspace) && !refuses(&of_module) { of_workspace } else { of_module }
    }

    /// The `go` directive of the go.work that holds for the folder.
    fn workspace(&self) -> Option<Spanned<String>> {
        let is_on = self.in_workspace && matches!((self.variable)("GOWORK"), Given::Unset);
        let stages = self.stages.iter().chain([self.stage]);
        let mut commands = stages.flat_map(|it| &it.runs).flat_map(|it| &it.script.commands);
        let may_change = commands.any(|it| {
            let mut words = it.words.iter().map(|it| it.raw.value.as_str());
            words.any(|it| it == "work" || it.contains("go.work"))
        });
        if is_on && !may_change { self.required("go.work", &self.facts.workspaces) } else { None }
    }

    /// The `go` directive of the file `name` in the folder, or in the nearest one above that has it.
    fn required(&self, name: &str, files: &[(FileId, GoMod)]) -> Option<Spanned<String>> {
        let mut at = self.folder;
        loop {
            let path = layers::absolute(at, name);
            let found = layers::find(self.stages, self.stage, &self.facts.tree, &path);
            if let Some(Found::File(file)) = found
                && !self.stage.leaves_out(&file)
            {
                let (_, read) = files.iter().find(|(id, _)| self.facts.path(*id) == file)?;
                return read.go.clone();
            }
            if at == "/" {
                return None;
            }
            at = layers::parent(at);
        }
    }
}
