//! One kustomization: its resources, what it generates, its components, then its transformers.

use super::config::Config;
use super::resource::Resource;
use super::variables::{self, Variable};
use super::{
    Failure, Files, Outcome, Rendered, generate, hash, images, is_remote, items, names, patches, place,
    plugins, references, refused, replacements, resources_of, section, text, texts,
};
use crate::facts::join_path;
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::source::{Span, Spanned, Text};

/// Kustomizations that use each other: deeper than anybody writes.
const MAX_DEPTH: usize = 50;

/// The keys of a kustomization.
const KEYS: &[&str] = &[
    "apiVersion",
    "bases",
    "buildMetadata",
    "commonAnnotations",
    "commonLabels",
    "components",
    "configMapGenerator",
    "configurations",
    "crds",
    "generatorOptions",
    "generators",
    "helmChartInflationGenerator",
    "helmCharts",
    "helmGlobals",
    "images",
    "imageTags",
    "kind",
    "labels",
    "metadata",
    "namePrefix",
    "nameSuffix",
    "namespace",
    "openapi",
    "patches",
    "patchesJson6902",
    "patchesStrategicMerge",
    "replacements",
    "replicas",
    "resources",
    "secretGenerator",
    "sortOptions",
    "transformers",
    "validators",
    "vars",
];

/// The keys of the entries of some of its lists.
const ENTRY_KEYS: &[(&str, &[&str])] = &[
    ("configMapGenerator", &["behavior", "env", "envs", "files", "literals", "name", "namespace", "options"]),
    ("images", &["digest", "name", "newName", "newTag", "tagSuffix"]),
    ("labels", &["fields", "includeSelectors", "includeTemplates", "includeVolumeClaimTemplates", "pairs"]),
    ("patches", &["options", "patch", "path", "target"]),
    ("patchesJson6902", &["options", "patch", "path", "target"]),
    ("replicas", &["count", "name"]),
    (
        "secretGenerator",
        &["behavior", "env", "envs", "files", "literals", "name", "namespace", "options", "type"],
    ),
];

/// What other programs do: those that add objects, and those that may change any.
const ADDING: &[&str] = &["generators", "helmCharts", "helmChartInflationGenerator"];
const CHANGING: &[&str] = &["buildMetadata", "crds", "openapi", "validators"];

/// What has been gathered so far.
#[derive(Default)]
struct Gathered {
    resources: Vec<Resource>,
    config: Config,
    variables: Vec<Variable>,
    open: Option<String>,
}

pub(super) fn build(files: &Files<'_>, folder: &str) -> Outcome<Rendered> {
    let mut builder = Builder { files, visited: Vec::new() };
    let mut gathered =
        builder.target(folder, false, Gathered::default(), Span::new(crate::source::FileId(0), 0, 0))?;
    let resources = &mut gathered.resources;
    for resource in resources.iter_mut().filter(|it| it.needs_hash) {
        let suffix = hash::suffix(resource);
        resource.remember_name();
        let name = resource.tree.get("metadata").and_then(|it| it.get("name")).cloned();
        let Some((mut text, span)) = name.and_then(|it| Some((it.to_text()?, it.span))) else { continue };
        text.push(&format!("-{suffix}"), Span::new(span.file, span.range().end, span.range().end));
        resource.set_metadata("name", Some(Tree::text(text, span)));
    }
    references::rewrite(&gathered.config, resources)?;
    variables::resolve(&gathered.variables, &gathered.config, resources)?;
    let local = |it: &Resource| {
        let annotations = it.texts("annotations");
        annotations.iter().any(|(key, value)| *key == "config.kubernetes.io/local-config" && value != "false")
    };
    resources.retain(|it| !local(it));
    resources.iter_mut().for_each(tidy);
    let objects = gathered.resources.into_iter().map(|it| it.tree).collect();
    Ok(Rendered { objects, open: gathered.open })
}

/// Writes annotations anew, as kustomize does, since it notes things of its own in them.
fn tidy(resource: &mut Resource) {
    let annotations = resource.tree.get_mut("metadata").and_then(|it| it.get_mut("annotations"));
    let Some(annotations) = annotations else { return };
    let mut is_empty = true;
    for entry in annotations.as_map_mut().into_iter().flatten() {
        is_empty = false;
        if let Some(text) = entry.value.to_text() {
            entry.value.kind = TreeKind::Text(text);
        }
    }
    if is_empty {
        resource.set_metadata("annotations", None);
    }
}

struct Builder<'a> {
    files: &'a Files<'a>,
    /// The folders of the kustomizations down to here.
    visited: Vec<String>,
}

impl<'a> Builder<'a> {
    /// Adds what the kustomization in `folder` makes to what is gathered; a component sees all of it, any
    /// other starts from nothing.
    fn target(
        &mut self,
        folder: &str,
        is_component: bool,
        mut gathered: Gathered,
        span: Span,
    ) -> Outcome<Gathered> {
        let kustomization = self.read(folder, is_component, span)?;
        if self.visited.len() > MAX_DEPTH {
            return Err(refused("the kustomizations use each other endlessly", span));
        }
        self.visited.push(folder.to_owned());
        let listed = texts(kustomization, "resources")?.into_iter().chain(texts(kustomization, "bases")?);
        for path in listed {
            self.resource(folder, path, &mut gathered)?;
        }
        let mut config = Config::standard();
        for path in texts(kustomization, "configurations")? {
            let content = self.files.input(folder, path)?;
            if let Some(error) = content.errors.first() {
                return Err(Failure::Refused(error.clone()));
            }
            content.documents.iter().try_for_each(|it| config.read(&it.tree))?;
        }
        gathered.config.merge(&config, kustomization.span)?;
        if let Some(key) = CHANGING.iter().find(|it| is_used(kustomization, it)) {
            return Err(Failure::Unknown(format!("`{key}` of a kustomization is not evaluated")));
        }
        if let Some(key) = ADDING.iter().find(|it| is_used(kustomization, it)) {
            gathered.open.get_or_insert_with(|| format!("`{key}` of a kustomization may add objects"));
        }
        generate::generate(self.files, folder, kustomization, &mut gathered.resources)?;
        for path in texts(kustomization, "components")? {
            let Some(component) = self.folder(folder, path)? else {
                return Err(Failure::Unknown(format!(
                    "the component `{}` is not in the project",
                    path.as_str()
                )));
            };
            gathered = self.target(&component, true, gathered, place(path))?;
        }
        self.transform(folder, kustomization, &mut gathered)?;
        self.visited.pop();
        Ok(gathered)
    }

    fn transform(&self, folder: &str, kustomization: &Tree, gathered: &mut Gathered) -> Outcome<()> {
        let Gathered { resources, config, variables, .. } = gathered;
        patches::strategic(self.files, folder, kustomization, resources)?;
        patches::all(self.files, folder, kustomization, resources)?;
        names::set_namespace(kustomization, config, resources)?;
        names::add_affixes(kustomization, config, resources)?;
        names::add_labels(kustomization, config, resources)?;
        names::add_annotations(kustomization, config, resources)?;
        patches::json(self.files, folder, kustomization, resources)?;
        names::set_replicas(kustomization, config, resources)?;
        images::replace(kustomization, config, resources)?;
        replacements::apply(self.files, folder, kustomization, resources)?;
        plugins::transform(self.files, folder, kustomization, resources)?;
        variables::declare(kustomization, resources, variables)
    }

    /// One entry of `resources:`: a file, or the folder of another kustomization.
    fn resource(&mut self, folder: &str, path: &Text, gathered: &mut Gathered) -> Outcome<()> {
        let files = self.files;
        let joined = join_path(folder, path.as_str());
        let is_file = joined.as_ref().is_some_and(|it| files.facts.tree.has_file(it));
        if is_file {
            let content = files.input(folder, path)?;
            return resources_of(content)?.into_iter().try_for_each(|it| add(gathered, Resource::new(it)));
        }
        let Some(other) = self.folder(folder, path)? else {
            gathered.open.get_or_insert_with(|| format!("`{}` is not in the project", path.as_str()));
            return Ok(());
        };
        let base = self.target(&other, false, Gathered::default(), place(path))?;
        base.resources.into_iter().try_for_each(|it| add(gathered, it))?;
        gathered.config.merge(&base.config, place(path))?;
        variables::merge(&mut gathered.variables, base.variables)?;
        gathered.open = gathered.open.take().or(base.open);
        Ok(())
    }

    /// The folder that a path means; `None` when it is somewhere else.
    fn folder(&self, folder: &str, path: &Text) -> Outcome<Option<String>> {
        let span = place(path);
        let joined = join_path(folder, path.as_str());
        let is_local = joined.as_ref().is_some_and(|it| self.files.facts.tree.has_directory(it));
        if is_remote(path.as_str()) && !is_local {
            return Ok(None);
        }
        let Some(joined) = joined else {
            return Err(Failure::Unknown(format!("`{}` is outside of the project", path.as_str())));
        };
        if !is_local {
            return Err(refused(format!("there is no file and no folder `{joined}`"), span));
        }
        let contains = |it: &String| joined == "." || *it == joined || it.starts_with(&format!("{joined}/"));
        if self.visited.iter().any(contains) {
            return Err(refused(format!("the kustomization in `{joined}` uses itself"), span));
        }
        Ok(Some(joined))
    }

    /// The kustomization in a folder, when its keys are what they should be.
    fn read(&self, folder: &str, is_component: bool, span: Span) -> Outcome<&'a Tree> {
        let Some((_, documents)) = self.files.kustomizations.get(folder) else {
            return Err(refused(format!("there is no kustomization in `{folder}`"), span));
        };
        if self.files.ambiguous.contains(folder) {
            return Err(refused(format!("there are several kustomizations in `{folder}`"), span));
        }
        if let Some(error) = documents.errors.first() {
            return Err(Failure::Refused(error.clone()));
        }
        let Some(content) = documents.documents.first() else {
            return Err(refused("the kustomization is empty", place(&documents.text)));
        };
        let tree = &content.tree;
        let entries = tree.as_map().ok_or_else(|| refused("a kustomization is a mapping", tree.span))?;
        if let Some(fault) = content.faults.first() {
            return Err(Failure::Refused(fault.clone()));
        }
        check_keys(entries, KEYS)?;
        for (list, keys) in ENTRY_KEYS {
            items(tree, list)?.iter().filter_map(Tree::as_map).try_for_each(|it| check_keys(it, keys))?;
        }
        let kind = text(tree, "kind")?.map_or("Kustomization", Text::as_str);
        if !matches!(kind, "Kustomization" | "Component") || (kind == "Component") != is_component {
            return Err(refused(
                format!("`{kind}` is another kind of kustomization than is meant here"),
                span,
            ));
        }
        let version = if kind == "Component" { "v1alpha1" } else { "v1beta1" };
        let version = format!("kustomize.config.k8s.io/{version}");
        match text(tree, "apiVersion")? {
            Some(own) if own.as_str() != version => {
                Err(refused(format!("it should be `{version}`"), place(own)))
            }
            _ => Ok(tree),
        }
    }
}

fn is_used(kustomization: &Tree, key: &str) -> bool {
    section(kustomization, key).is_some_and(|it| {
        it.as_list().is_none_or(|it| !it.is_empty()) && it.as_map().is_none_or(|it| !it.is_empty())
    })
}

fn check_keys(entries: &[TreeEntry], keys: &[&str]) -> Outcome<()> {
    let unknown = |it: &&TreeEntry| !keys.iter().any(|key| key.eq_ignore_ascii_case(&it.key.value));
    match entries.iter().find(unknown) {
        Some(entry) => {
            let Spanned { value, span } = &entry.key;
            Err(refused(format!("`{value}` is no key of a kustomization"), *span))
        }
        None => Ok(()),
    }
}

fn add(gathered: &mut Gathered, new: Resource) -> Outcome<()> {
    let id = new.id();
    if gathered.resources.iter().any(|it| it.id().is_same(&id)) {
        return Err(refused(format!("there are two {} `{}`", id.kind.kind, id.name), new.tree.span));
    }
    gathered.resources.push(new);
    Ok(())
}
