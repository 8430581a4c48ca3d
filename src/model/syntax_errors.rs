//! The places that could not be read, of the files that something reads as what their names say.

use super::image::ByHand;
use crate::facts::catalogue;
use crate::facts::kind::is_sample_of;
use crate::facts::{Facts, Lookup, Template, folder_of, join_path};
use crate::source::{Confidence, FileId, Spanned};

/// A place that could not be read.
#[derive(Clone, Debug)]
pub struct SyntaxError {
    /// Why.
    pub reason: Spanned<String>,
    /// How sure it is that whoever else reads the file cannot either.
    pub confidence: Confidence,
}

/// The places of all files that could not be read. A script that the grammar cannot read is most often right: it has none.
/// So is Go that was compiled before it came here, whatever the grammar makes of it.
pub(super) fn read(facts: &Facts, by_hand: &[ByHand]) -> Vec<SyntaxError> {
    let of_go = facts.go.iter().flat_map(|(_, it)| &it.errors);
    let of_go = of_go.map(|it| SyntaxError { reason: it.clone(), confidence: Confidence::Possible });
    // Nobody may apply a manifest, and what follows in it is most often wrong for the same reason.
    let of_manifests = facts.manifests.iter().filter_map(|(_, it)| it.errors.first());
    let of_manifests =
        of_manifests.map(|it| SyntaxError { reason: it.clone(), confidence: Confidence::Likely });
    let others = of_others(facts, by_hand).into_iter();
    let others = others.map(|reason| SyntaxError { reason, confidence: Confidence::Proven });
    of_go.chain(of_manifests).chain(others).collect()
}

fn of_others(facts: &Facts, by_hand: &[ByHand]) -> Vec<Spanned<String>> {
    let mut errors = Vec::new();
    errors.extend(facts.modules.iter().flat_map(|(_, it)| it.errors.clone()));
    let built = facts.dockerfiles.iter().filter(|(_, it)| !it.errors.is_empty());
    let built = built.filter(|(id, _)| is_built(facts, by_hand, *id));
    errors.extend(built.flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.compose.iter().flat_map(|(_, it)| it.errors.clone()));
    let variables = facts.dotenv.iter().filter(|(_, it)| !it.errors.is_empty());
    let variables = variables.filter(|(id, _)| holds_variables(facts, facts.path(*id)));
    errors.extend(variables.flat_map(|(_, it)| it.errors.clone()));
    errors.extend(facts.settings_errors.iter().cloned());
    errors
}

/// Whether somebody builds a Dockerfile, as whoever names one as Docker looks for it is taken to: what nothing names may
/// be a template, a copy that was kept, or a document.
fn is_built(facts: &Facts, by_hand: &[ByHand], file: FileId) -> bool {
    let name = last(facts.path(file));
    let is_default = ["dockerfile", "containerfile"].iter().any(|it| name.eq_ignore_ascii_case(it));
    let services = facts.compose.iter().flat_map(|(_, it)| &it.documents).flat_map(|it| &it.services);
    let mut named = services.filter_map(|it| it.build.as_ref()?.dockerfile.as_ref());
    is_default
        || by_hand.iter().any(|it| it.reads(file))
        || named.any(|it| literal(&it.value).is_some_and(|it| last(&it) == name))
}

/// Whether a file is certainly read as one of variables: `dev.env` may be JavaScript, `vars.env` a script.
fn holds_variables(facts: &Facts, path: &str) -> bool {
    let name = last(path);
    let is_meant = |it: &str| it == name || is_sample_of(name, it);
    let services = facts.compose.iter().flat_map(|(_, it)| &it.documents).flat_map(|it| &it.services);
    let mut written = services.flat_map(|it| &it.env_files).filter_map(|it| literal(&it.path.value));
    let folder = folder_of(path);
    let holds = |name: &str| join_path(folder, name).is_some_and(|it| facts.tree.has_file(&it));
    let of_web_page = || holds("package.json") && !holds("go.mod");
    let of_compose = || facts.compose.iter().any(|(id, _)| folder_of(facts.path(*id)) == folder);
    let of_program = || {
        let mut imports = facts.go.iter().flat_map(|(_, it)| &it.imports);
        imports.any(|it| catalogue::go().configures(&it.path.value))
    };
    written.any(|it| is_meant(last(&it)))
        || (is_meant(".env") && of_compose())
        || (name.starts_with('.') && !of_web_page() && of_program())
}

fn literal(template: &Template) -> Option<String> {
    let text = template.expand(&mut |variable| Lookup::NotHere(variable.to_owned())).ok()?;
    Some(text.as_str().to_owned())
}

fn last(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
