//! `namespace:`, `namePrefix:`, `nameSuffix:`, labels, annotations and replicas.

use super::config::{Config, Field, add_field};
use super::resource::{Resource, renamed};
use super::{Outcome, fields, items, pairs, refused, section, switch, text};
use crate::facts::tree::{Tree, TreeEntry, TreeKind};
use crate::source::{Span, Spanned, Text};

/// Kinds whose names stay as they are: <https://github.com/kubernetes-sigs/kustomize/blob/master/api/internal/builtins/PrefixTransformer.go>.
const FIXED: [[&str; 3]; 3] = [
    ["", "", "CustomResourceDefinition"],
    ["apiregistration.k8s.io", "", "APIService"],
    ["", "", "Namespace"],
];

/// Puts every object into the namespace.
pub(super) fn set_namespace(
    kustomization: &Tree,
    config: &Config,
    resources: &mut [Resource],
) -> Outcome<()> {
    let Some(namespace) = text(kustomization, "namespace")? else { return Ok(()) };
    let span = super::place(namespace);
    let new = || Tree::text(namespace.clone(), span);
    for at in 0..resources.len() {
        let resource = &mut resources[at];
        resource.remember_name();
        let kind = resource.kind();
        if !kind.is_cluster_scoped() {
            resource.set_metadata("namespace", Some(new()));
        }
        if matches!(kind.kind.as_str(), "RoleBinding" | "ClusterRoleBinding") {
            let subjects = resource.tree.get_mut("subjects");
            if let Some(TreeKind::List(subjects)) = subjects.map(|it| &mut it.kind) {
                let is_default = |it: &&mut Tree| {
                    it.get("name").and_then(Tree::to_text).is_some_and(|it| it.as_str() == "default")
                };
                for subject in subjects.iter_mut().filter(is_default) {
                    subject.set(&Spanned::new("namespace".to_owned(), span), new());
                }
            }
        }
        let api_version = kind.api_version();
        let is_meant = |it: &&Field| match it.path.as_str() {
            "metadata/namespace" => false,
            "metadata/name" => api_version == "v1",
            "subjects/namespace" => !it.object[2].ends_with("RoleBinding"),
            _ => true,
        };
        for field in config.fields("namespace").iter().filter(is_meant) {
            let kind = new().kind;
            fields::visit(resource, field, Some(&kind), span, &mut |it| {
                *it = new();
                Ok(())
            })?;
        }
        let id = resources[at].id();
        if resources.iter().filter(|it| it.id().is_same(&id)).count() > 1 {
            return Err(refused(format!("two objects of this namespace are called `{}`", id.name), span));
        }
    }
    Ok(())
}

/// Adds the prefix and the suffix to names.
pub(super) fn add_affixes(kustomization: &Tree, config: &Config, resources: &mut [Resource]) -> Outcome<()> {
    for (key, is_prefix) in [("namePrefix", true), ("nameSuffix", false)] {
        let Some(affix) = text(kustomization, key)? else { continue };
        let span = super::place(affix);
        for resource in resources.iter_mut() {
            let first = resource.original_id().kind;
            if FIXED.iter().any(|it| first.is_selected(*it)) {
                continue;
            }
            for field in config.fields(key).iter().filter(|it| first.is_selected(it.object())) {
                if field.path == "metadata/name" {
                    let affixes = if is_prefix { &mut resource.prefixes } else { &mut resource.suffixes };
                    affixes.push(affix.as_str().to_owned());
                    resource.remember_name();
                }
                let empty = TreeKind::Text(Text::new("", span));
                fields::visit(resource, field, Some(&empty), span, &mut |it| {
                    let Some(old) = it.to_text() else { return Err(refused("a name is a text", it.span)) };
                    let (mut new, other) =
                        if is_prefix { (affix.clone(), &old) } else { (old.clone(), affix) };
                    new.append(other);
                    *it = renamed(it, new);
                    Ok(())
                })?;
            }
        }
    }
    Ok(())
}

/// Adds `labels:` and `commonLabels:`.
pub(super) fn add_labels(kustomization: &Tree, config: &Config, resources: &mut [Resource]) -> Outcome<()> {
    for entry in items(kustomization, "labels")? {
        let mut all: Vec<Field> = items(entry, "fields")?.iter().map(Field::read).collect::<Outcome<_>>()?;
        let mut add = |more: &[Field]| more.iter().try_for_each(|it| add_field(&mut all, it, entry.span));
        add(config.fields("labels"))?;
        if switch(entry, "includeSelectors")? {
            add(config.fields("commonLabels"))?;
        } else {
            if switch(entry, "includeTemplates")? {
                add(config.fields("templateLabels"))?;
            }
            if switch(entry, "includeVolumeClaimTemplates")? {
                add(config.fields("volumeClaimTemplateLabels"))?;
            }
            let own = Field { object: Default::default(), path: "metadata/labels".to_owned(), create: true };
            add(&[own])?;
        }
        set_entries(pairs(entry, "pairs")?, &all, resources)?;
    }
    set_entries(pairs(kustomization, "commonLabels")?, config.fields("commonLabels"), resources)
}

/// Adds `commonAnnotations:`.
pub(super) fn add_annotations(
    kustomization: &Tree,
    config: &Config,
    resources: &mut [Resource],
) -> Outcome<()> {
    set_entries(pairs(kustomization, "commonAnnotations")?, config.fields("commonAnnotations"), resources)
}

/// Sets entries of the mappings at these fields.
pub(super) fn set_entries(entries: &[TreeEntry], all: &[Field], resources: &mut [Resource]) -> Outcome<()> {
    for resource in resources.iter_mut() {
        for entry in entries {
            let value = Tree::text(entry.value.to_text().unwrap_or_default(), entry.value.span);
            for field in all {
                let empty = TreeKind::Map(Vec::new());
                fields::visit(resource, field, Some(&empty), entry.key.span, &mut |it| {
                    if it.as_map().is_none() {
                        return Err(refused("this should be a mapping", it.span));
                    }
                    it.set(&entry.key, value.clone());
                    Ok(())
                })?;
            }
        }
    }
    Ok(())
}

/// Sets `replicas:`.
pub(super) fn set_replicas(kustomization: &Tree, config: &Config, resources: &mut [Resource]) -> Outcome<()> {
    for entry in items(kustomization, "replicas")? {
        let name = text(entry, "name")?.map(|it| it.as_str().to_owned()).unwrap_or_default();
        let count = match section(entry, "count").map(|it| (&it.kind, it.span)) {
            Some((TreeKind::Integer(text), span)) => (text.clone(), span),
            None => (Text::new("0", entry.span), entry.span),
            Some((_, span)) => return Err(refused("`count` is a whole number", span)),
        };
        let mut is_found = false;
        for field in config.fields("replicas") {
            let is_meant =
                |it: &Resource| it.is_any(&|id| id.name == name && id.kind.is_selected(field.object()));
            for resource in resources.iter_mut().filter(|it| is_meant(it)) {
                is_found = true;
                let new = Tree { kind: TreeKind::Integer(count.0.clone()), span: count.1 };
                fields::visit(resource, field, Some(&new.kind), new.span, &mut |it| {
                    *it = new.clone();
                    Ok(())
                })?;
            }
        }
        if !is_found {
            return Err(refused(format!("there is no `{name}` that has replicas"), name_span(entry)));
        }
    }
    Ok(())
}

fn name_span(entry: &Tree) -> Span {
    entry.get("name").map_or(entry.span, |it| it.span)
}
