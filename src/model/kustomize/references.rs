//! Names that have changed, where other objects use them:
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/api/filters/nameref/nameref.go>.

use super::config::Config;
use super::fields;
use super::resource::{Id, Resource, renamed};
use super::{Outcome, refused};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Spanned, Text};

/// What is known of an object that may be named.
struct Candidate {
    id: Id,
    former: Vec<Id>,
    original: Id,
    prefixes: Vec<String>,
    suffixes: Vec<String>,
    name: Text,
    namespace: Option<Tree>,
}

/// The object that names another one.
struct Referrer<'c> {
    own: &'c Candidate,
    /// Those that it could name.
    candidates: Vec<&'c Candidate>,
    /// `apiGroup` and `kind` of its `roleRef`.
    role: Option<(String, String)>,
}

/// Rewrites the names of objects in others.
pub(super) fn rewrite(config: &Config, resources: &mut [Resource]) -> Outcome<()> {
    let candidates: Vec<Candidate> = resources.iter().map(Candidate::new).collect();
    for (resource, own) in resources.iter_mut().zip(&candidates) {
        let referrer = Referrer::new(resource, own, &candidates);
        for (target, all) in config.references() {
            for field in all.iter().filter(|it| own.original.kind.is_selected(it.object())) {
                let path = fields::split(&field.path, '/');
                let span = resource.tree.span;
                fields::walk(&mut resource.tree, &path, None, span, &mut |it| {
                    referrer.rewrite(it, target, field.path.ends_with("roleRef/name"))
                })?;
            }
        }
    }
    Ok(())
}

impl Candidate {
    fn new(resource: &Resource) -> Self {
        let metadata = resource.tree.get("metadata");
        Self {
            id: resource.id(),
            former: resource.former_ids(),
            original: resource.original_id(),
            prefixes: resource.prefixes.clone(),
            suffixes: resource.suffixes.clone(),
            name: metadata.and_then(|it| it.get("name")?.to_text()).unwrap_or_default(),
            namespace: metadata.and_then(|it| it.get("namespace")).filter(|it| !it.is_null()).cloned(),
        }
    }

    fn has_affixes_of(&self, other: &Self, may_be_empty: bool) -> bool {
        let pairs = [(&self.prefixes, &other.prefixes), (&self.suffixes, &other.suffixes)];
        pairs.iter().all(|(a, b)| (may_be_empty && (a.is_empty() || b.is_empty())) || end_alike(a, b))
    }
}

/// Whether the shorter list is the end of the longer one.
fn end_alike(a: &[String], b: &[String]) -> bool {
    let (short, long) = if a.len() > b.len() { (b, a) } else { (a, b) };
    if short.is_empty() { long.is_empty() } else { long.ends_with(short) }
}

impl<'c> Referrer<'c> {
    fn new(resource: &Resource, own: &'c Candidate, all: &'c [Candidate]) -> Self {
        let bound = bound_namespaces(resource);
        let may_name = |it: &&Candidate| {
            own.id.is_cluster_scoped()
                || it.id.is_cluster_scoped()
                || it.id.effective_namespace() == own.id.effective_namespace()
                || bound.contains(&it.id.namespace)
        };
        let role = resource.tree.get("roleRef").and_then(|it| {
            let text = |key: &str| it.get(key).and_then(Tree::to_text).map(|it| it.as_str().to_owned());
            Some((text("apiGroup")?, text("kind")?))
        });
        Self { own, candidates: all.iter().filter(may_name).collect(), role }
    }

    fn rewrite(&self, tree: &mut Tree, target: [&str; 3], is_role: bool) -> Outcome<()> {
        match &mut tree.kind {
            TreeKind::Null => Ok(()),
            TreeKind::List(items) => items.iter_mut().try_for_each(|it| self.rewrite(it, target, is_role)),
            TreeKind::Map(_) => {
                let Some(name) = tree.get("name") else {
                    return Err(refused("there is no `name` in this reference", tree.span));
                };
                let Some(old) = name.to_text() else { return Ok(()) };
                let namespace = tree.get("namespace").and_then(Tree::to_text);
                let candidates = self.in_namespace(namespace.as_ref().map(Text::as_str));
                let Some(found) = self.select(&old, candidates, target, is_role, true, tree)? else {
                    return Ok(());
                };
                if found.name.as_str() == old.as_str() && found.namespace.is_none() {
                    return Ok(());
                }
                if let Some(place) = tree.get_mut("name") {
                    *place = renamed(place, found.name.clone());
                }
                if let Some(namespace) = &found.namespace {
                    tree.set(&Spanned::new("namespace".to_owned(), namespace.span), namespace.clone());
                }
                Ok(())
            }
            _ => {
                let Some(old) = tree.to_text() else { return Ok(()) };
                let found = self.select(&old, self.candidates.clone(), target, is_role, false, tree)?;
                if let Some(found) = found.filter(|it| it.name.as_str() != old.as_str()) {
                    *tree = renamed(tree, found.name.clone());
                }
                Ok(())
            }
        }
    }

    /// The candidates of a namespace, which may be one that had another name.
    fn in_namespace(&self, namespace: Option<&str>) -> Vec<&'c Candidate> {
        let Some(namespace) = namespace else { return self.candidates.clone() };
        let of = |id: &dyn Fn(&Candidate) -> bool| -> Vec<&'c Candidate> {
            self.candidates.iter().copied().filter(|it| id(it)).collect()
        };
        let first = of(&|it| it.original.effective_namespace() == namespace);
        if first.is_empty() { of(&|it| it.id.effective_namespace() == namespace) } else { first }
    }

    /// The object that the name `old` means, when its name has changed.
    fn select(
        &self,
        old: &Text,
        mut candidates: Vec<&'c Candidate>,
        target: [&str; 3],
        is_role: bool,
        with_namespace: bool,
        tree: &Tree,
    ) -> Outcome<Option<&'c Candidate>> {
        candidates.retain(|it| it.former.iter().any(|it| it.name == old.as_str()));
        candidates.retain(|it| it.former.iter().any(|it| it.kind.is_selected(target)));
        if let Some((group, kind)) = self.role.as_ref().filter(|_| is_role) {
            candidates.retain(|it| {
                it.former.iter().any(|it| it.kind.is_selected([group.as_str(), "", kind.as_str()]))
            });
        }
        if !self.own.id.is_cluster_scoped() {
            candidates.retain(|it| {
                it.id.is_cluster_scoped()
                    || it.id.kind.kind == "ServiceAccount"
                    || it.id.effective_namespace() == self.own.id.effective_namespace()
            });
        }
        if candidates.len() == 1 {
            return Ok(candidates.pop());
        }
        candidates.retain(|it| it.has_affixes_of(self.own, true));
        if candidates.len() > 1 {
            candidates.retain(|it| it.has_affixes_of(self.own, false));
        }
        let Some(first) = candidates.first().copied() else { return Ok(None) };
        let is_same = |it: &&Candidate| {
            it.name.as_str() == first.name.as_str()
                && (!with_namespace || it.id.namespace == first.id.namespace)
        };
        match candidates.iter().all(is_same) {
            true => Ok(Some(first)),
            false => Err(refused(format!("`{}` may mean several objects", old.as_str()), tree.span)),
        }
    }
}

/// The namespaces of the service accounts that a RoleBinding names.
fn bound_namespaces(resource: &Resource) -> Vec<String> {
    if resource.kind().kind != "RoleBinding" {
        return Vec::new();
    }
    let subjects = resource.tree.get("subjects").and_then(Tree::as_list).unwrap_or_default();
    let text =
        |tree: &Tree, key: &str| tree.get(key).and_then(Tree::to_text).map(|it| it.as_str().to_owned());
    let accounts = subjects.iter().filter(|it| text(it, "kind").is_some_and(|it| it == "ServiceAccount"));
    accounts.filter_map(|it| text(it, "namespace")).collect()
}
