//! An object on its way through the transformers, and the names that it has had.

use crate::facts::catalogue::kubernetes_kind;
use crate::facts::tree::{Tree, TreeEntry};
use crate::source::{Span, Spanned, Text};

/// What stands for the namespace of an object that is in none.
const NO_NAMESPACE: &str = "_non_namespaceable_";

/// Group, version and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) group: String,
    pub(super) version: String,
    pub(super) kind: String,
}

/// What tells an object from others:
/// <https://github.com/kubernetes-sigs/kustomize/blob/master/kyaml/resid/resid.go>.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// As it is written; of a former name the effective one.
    pub(super) namespace: String,
    is_cluster_scoped: bool,
}

/// How a generated object joins one that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Behavior {
    Create,
    Replace,
    Merge,
}

/// A name that an object had: namespace, name and kind.
#[derive(Clone, Debug)]
struct Former {
    namespace: String,
    name: String,
    kind: String,
}

/// One object.
#[derive(Clone, Debug)]
pub(super) struct Resource {
    /// What it says; null when a patch deleted it.
    pub(super) tree: Tree,
    former: Vec<Former>,
    pub(super) prefixes: Vec<String>,
    pub(super) suffixes: Vec<String>,
    /// Whether a hash of what it holds is added to its name.
    pub(super) needs_hash: bool,
    pub(super) behavior: Behavior,
    /// The variables that read of it.
    pub(super) variables: Vec<String>,
}

impl Kind {
    fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        Self { group: group.to_owned(), version: version.to_owned(), kind: kind.to_owned() }
    }

    pub(super) fn api_version(&self) -> String {
        match self.group.as_str() {
            "" => self.version.clone(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// Whether it is one of those that group, version and kind mean, of which an empty one means any.
    pub(super) fn is_selected(&self, [group, version, kind]: [&str; 3]) -> bool {
        (group.is_empty() || group == self.group)
            && (version.is_empty() || version == self.version)
            && (kind.is_empty() || kind == self.kind)
    }

    pub(super) fn is_cluster_scoped(&self) -> bool {
        kubernetes_kind(&self.api_version(), &self.kind).is_some_and(|it| it.is_cluster_scoped)
    }
}

impl Id {
    pub(super) fn new(kind: Kind, name: String, namespace: String) -> Self {
        let is_cluster_scoped = kind.is_cluster_scoped();
        Self { kind, name, namespace, is_cluster_scoped }
    }

    pub(super) fn effective_namespace(&self) -> &str {
        match self.namespace.as_str() {
            _ if self.is_cluster_scoped => NO_NAMESPACE,
            "" => "default",
            namespace => namespace,
        }
    }

    pub(super) fn is_cluster_scoped(&self) -> bool {
        self.is_cluster_scoped
    }

    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind
            && self.name == other.name
            && self.effective_namespace() == other.effective_namespace()
    }
}

impl Resource {
    pub(super) fn new(tree: Tree) -> Self {
        Self {
            tree,
            former: Vec::new(),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            needs_hash: false,
            behavior: Behavior::Create,
            variables: Vec::new(),
        }
    }

    pub(super) fn kind(&self) -> Kind {
        let text = |key: &str| self.tree.get(key).and_then(Tree::to_text).unwrap_or_default();
        Kind::of(text("apiVersion").as_str(), text("kind").as_str())
    }

    pub(super) fn id(&self) -> Id {
        Id::new(self.kind(), self.metadata("name"), self.metadata("namespace"))
    }

    /// The names that it had, the first one first.
    pub(super) fn former_ids(&self) -> Vec<Id> {
        let Kind { group, version, .. } = self.kind();
        let id = |it: &Former| Id {
            kind: Kind { group: group.clone(), version: version.clone(), kind: it.kind.clone() },
            name: it.name.clone(),
            namespace: it.namespace.clone(),
            is_cluster_scoped: false,
        };
        self.former.iter().map(id).collect()
    }

    /// The name that it has in the file that it comes from.
    pub(super) fn original_id(&self) -> Id {
        self.former_ids().into_iter().next().unwrap_or_else(|| self.id())
    }

    pub(super) fn all_ids(&self) -> Vec<Id> {
        let mut out = self.former_ids();
        out.push(self.id());
        out
    }

    /// Whether it has, or had, a name that fits.
    pub(super) fn is_any(&self, fits: &dyn Fn(&Id) -> bool) -> bool {
        !self.is_gone() && self.all_ids().iter().any(fits)
    }

    pub(super) fn is_gone(&self) -> bool {
        self.tree.as_map().is_none_or(<[TreeEntry]>::is_empty)
    }

    /// Remembers its name, which is about to change.
    pub(super) fn remember_name(&mut self) {
        let id = self.id();
        let namespace = id.effective_namespace().to_owned();
        self.former.push(Former { namespace, name: id.name, kind: id.kind.kind });
    }

    pub(super) fn metadata(&self, key: &str) -> String {
        let text = self.tree.get("metadata").and_then(|it| it.get(key)?.to_text());
        text.map(|it| it.as_str().to_owned()).unwrap_or_default()
    }

    pub(super) fn set_metadata(&mut self, key: &str, value: Option<Tree>) {
        let span = self.tree.span;
        if self.tree.get("metadata").is_none_or(Tree::is_null) {
            if value.is_none() {
                return;
            }
            self.tree.set(&Spanned::new("metadata".to_owned(), span), Tree::map(Vec::new(), span));
        }
        let Some(metadata) = self.tree.get_mut("metadata") else { return };
        match value {
            Some(value) => metadata.set(&Spanned::new(key.to_owned(), value.span), value),
            None => {
                let _ = metadata.take(key);
            }
        }
    }

    /// Labels or annotations, as texts.
    pub(super) fn texts(&self, key: &str) -> Vec<(&str, String)> {
        let map = self.tree.get("metadata").and_then(|it| it.get(key)?.as_map());
        let pairs = map.unwrap_or_default().iter();
        let text = |it: &Tree| it.to_text().map(|it| it.as_str().to_owned()).unwrap_or_default();
        pairs.map(|it| (it.key.value.as_str(), text(&it.value))).collect()
    }

    /// Takes over what is known of an object beside what it says.
    pub(super) fn take_history(&mut self, other: &Self) {
        self.former.clone_from(&other.former);
        self.prefixes.clone_from(&other.prefixes);
        self.suffixes.clone_from(&other.suffixes);
        self.variables.clone_from(&other.variables);
        self.needs_hash &= other.needs_hash;
        self.behavior = other.behavior;
    }

    /// Makes the mapping of its annotations, in which kustomize notes former names, so that a patch finds it.
    pub(super) fn write_notes(&mut self) {
        let is_noted = !self.former.is_empty() || !self.prefixes.is_empty() || !self.suffixes.is_empty();
        let annotations = self.tree.get("metadata").and_then(|it| it.get("annotations"));
        if (is_noted || self.needs_hash) && annotations.is_none_or(Tree::is_null) {
            self.set_metadata("annotations", Some(Tree::map(Vec::new(), self.tree.span)));
        }
    }
}

/// A text in place of `old`, which is where it stands.
pub(super) fn renamed(old: &Tree, text: Text) -> Tree {
    Tree::text(text, old.span)
}

/// A mapping with one entry after the other, all of which follow from `span`.
pub(super) fn map_of<const N: usize>(entries: [(&str, Tree); N], span: Span) -> Tree {
    let entries = entries.map(|(key, value)| TreeEntry {
        key: Spanned::new(key.to_owned(), span),
        span: value.span,
        value,
    });
    Tree::map(entries.into(), span)
}
