//! `transformers:`, as far as they are those that kustomize has built in:
//! <https://kubectl.docs.kubernetes.io/references/kustomize/builtins/>.

use super::config::Field;
use super::resource::Resource;
use super::{Failure, Files, Outcome, items, names, pairs, patches, resources_of, texts};
use crate::facts::documents;
use crate::facts::tree::Tree;

/// Runs the transformers, each of which is written in a file, or in place of a path.
pub(super) fn transform(
    files: &Files<'_>,
    folder: &str,
    kustomization: &Tree,
    resources: &mut Vec<Resource>,
) -> Outcome<()> {
    for entry in texts(kustomization, "transformers")? {
        let inline = documents::embedded(entry);
        let is_inline = inline.documents.first().is_some_and(|it| it.tree.as_map().is_some());
        let plugins = match is_inline {
            true => resources_of(&inline)?,
            false => resources_of(files.input(folder, entry)?)?,
        };
        plugins.iter().try_for_each(|it| run(files, folder, it, resources))?;
    }
    Ok(())
}

fn run(files: &Files<'_>, folder: &str, plugin: &Tree, resources: &mut Vec<Resource>) -> Outcome<()> {
    let kind = Resource::new(plugin.clone()).kind();
    let fields = || items(plugin, "fieldSpecs")?.iter().map(Field::read).collect::<Outcome<Vec<_>>>();
    match (kind.api_version().as_str(), kind.kind.as_str()) {
        ("builtin", "LabelTransformer") => {
            names::set_entries(pairs(plugin, "labels")?, &fields()?, resources)
        }
        ("builtin", "AnnotationsTransformer") => {
            names::set_entries(pairs(plugin, "annotations")?, &fields()?, resources)
        }
        ("builtin", "PatchTransformer") => patches::one(files, folder, plugin, resources),
        (_, kind) => Err(Failure::Unknown(format!("the transformer `{kind}` is not evaluated"))),
    }
}
