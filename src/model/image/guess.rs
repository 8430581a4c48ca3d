//! The build context of a Dockerfile that no Compose service builds.

use super::ImageId;
use super::build::Images;
use crate::facts::dockerfile::{Action, Step};
use crate::facts::{Lookup, Template, folder_of, join_path, path_below};
use crate::model::ProgramId;
use crate::source::FileId;

impl Images<'_> {
    /// The image that the Dockerfile makes in the context in which a command line builds it. When nothing in the
    /// project says how it is built, the context is the first folder, from the Dockerfile's own upwards, that holds
    /// what is copied, and what is built if one does; of several that are written it is that one, or else the first.
    pub fn build_alone(&mut self, dockerfile: FileId) -> Option<ImageId> {
        let context = self.likely_context(dockerfile);
        let written = self.written_contexts.get(&dockerfile).map_or(&[][..], Vec::as_slice);
        if let Some(first) = written.first() {
            let context = written.iter().find(|it| **it == context).unwrap_or(first).clone();
            return self.build(dockerfile, &context, None, &[]);
        }
        let key = (dockerfile, context.clone(), None, Vec::new());
        let known = self.index.get(&key).copied();
        let assembled = match known {
            Some(_) => None,
            None => Some(self.assemble(dockerfile, &context, None, &[])?),
        };
        let image = known.map(|it| self.image(it)).or(assembled.as_ref().map(|it| &it.0))?;
        if image.program.is_some_and(|it| self.may_be_another(dockerfile, &context, it)) {
            let home = folder_of(self.facts.path(dockerfile)).to_owned();
            return self.build(dockerfile, &home, None, &[]);
        }
        known.or_else(|| Some(self.keep(key, assembled?)))
    }

    /// Whether a program that was found by guessing `context` is perhaps not the one that is meant: it stands
    /// outside of the Dockerfile's own folder, and either that folder has programs while the build names none, or
    /// the build may as well name one there.
    fn may_be_another(&self, dockerfile: FileId, context: &str, program: ProgramId) -> bool {
        let home = folder_of(self.facts.path(dockerfile));
        let Some(found) = self.programs.get(program.0 as usize) else { return false };
        let Some(inside) = path_below(context, &found.directory) else { return false };
        if path_below(home, &found.directory).is_some() {
            return false;
        }
        let mut others = self.programs.iter().filter(|it| !it.is_for_tests());
        others.any(|it| path_below(home, &it.directory).is_some_and(|it| inside.is_empty() || it == inside))
    }

    fn likely_context(&self, dockerfile: FileId) -> String {
        let path = self.facts.path(dockerfile);
        let mut folder = folder_of(path);
        let Some((_, file)) = self.facts.dockerfiles.iter().find(|(id, _)| *id == dockerfile) else {
            return folder.to_owned();
        };
        let sources: Vec<String> =
            file.stages.iter().flat_map(|it| &it.steps).filter_map(copied).flatten().collect();
        let built: Vec<String> = file.stages.iter().flat_map(|it| &it.steps).flat_map(built).collect();
        let (home, mut first) = (folder, None);
        loop {
            let holds = |source: &String| {
                join_path(folder, source.trim_end_matches(['*', '/'])).is_some_and(|it| {
                    let tree = &self.facts.tree;
                    tree.has_file(&it) || tree.has_directory(&it) || source.contains('*')
                })
            };
            // A context without any Go module builds nothing here.
            let copies_all = sources.iter().all(|it| matches!(it.as_str(), "." | "./"));
            let has_module = self.facts.tree.has_file(&join_path(folder, "go.mod").unwrap_or_default());
            if sources.iter().all(holds) && (!copies_all || has_module || sources.is_empty()) {
                // Another working directory than that of the copy may be why it does not hold what is built.
                if built.iter().all(holds) {
                    return folder.to_owned();
                }
                first.get_or_insert(folder);
            }
            if folder == "." {
                return first.unwrap_or(home).to_owned();
            }
            folder = folder_of(folder);
        }
    }
}

/// What the `go build` lines of a step name below the folder in which they run.
fn built(step: &Step) -> Vec<String> {
    let Action::Run(run) = &step.action else { return Vec::new() };
    let builds = run.script.commands.iter().filter(|it| it.program_name() == Some("go"));
    let words = builds.flat_map(|it| it.program_words()).map(|it| it.raw.value.as_str());
    let named = words.filter(|it| it.len() > 2 && !it.contains("...") && !it.contains('$'));
    named.filter_map(|it| it.strip_prefix("./")).map(str::to_owned).collect()
}

/// The literal sources that a step copies out of the context.
fn copied(step: &Step) -> Option<Vec<String>> {
    let Action::Copy(copy) = &step.action else { return None };
    if copy.from.is_some() {
        return None;
    }
    let literal = |it: &Template| it.expand(&mut |name| Lookup::NotHere(name.to_owned())).ok();
    let texts =
        copy.sources.iter().filter_map(literal).map(|it| it.as_str().trim_start_matches('/').to_owned());
    Some(texts.filter(|it| !it.contains("://") && !it.is_empty()).collect())
}
