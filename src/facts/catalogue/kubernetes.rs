//! The kinds of Kubernetes as kustomize knows them: `rules/catalogue/kubernetes-kinds.csv` and
//! `kubernetes-lists.csv`.

use std::sync::OnceLock;

use rustc_hash::{FxHashMap, FxHashSet};

use super::table::rows;

/// What is known of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindEntry {
    /// Whether its objects are in no namespace.
    pub is_cluster_scoped: bool,
    /// What its lists merge by.
    pub merge: Option<MergeType>,
}

/// A type of Kubernetes, as far as lists in it are merged by keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MergeType(&'static str);

/// A field on the way to such a list, or such a list itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeField {
    /// The type of the value, or of the items.
    pub of: Option<MergeType>,
    /// For a list that is merged: the keys that tell which items are one; a single empty one when items
    /// are texts. Empty for anything else.
    pub keys: Vec<&'static str>,
}

/// The entry of a kind.
#[must_use]
pub fn kubernetes_kind(api_version: &str, kind: &str) -> Option<KindEntry> {
    static ENTRIES: OnceLock<FxHashMap<(&str, &str), KindEntry>> = OnceLock::new();
    let entries = ENTRIES.get_or_init(|| {
        let entries = rows(KINDS).map(|row| {
            let merge = Some(row.cell("type")).filter(|it| !it.is_empty()).map(MergeType);
            let entry = KindEntry { is_cluster_scoped: row.cell("scope") == "cluster", merge };
            ((row.cell("api_version"), row.cell("kind")), entry)
        });
        entries.collect()
    });
    entries.get(&(api_version, kind)).copied()
}

/// Whether what makes pods may add a label of that key to them: `rules/catalogue/kubernetes-labels.csv`.
#[must_use]
pub fn is_added_label(key: &str) -> bool {
    static KEYS: OnceLock<FxHashSet<&str>> = OnceLock::new();
    KEYS.get_or_init(|| rows(LABELS).map(|it| it.cell("label")).collect()).contains(key)
}

impl MergeType {
    /// The field of that name, when a list that is merged is there or below.
    #[must_use]
    pub fn field(self, name: &str) -> Option<&'static MergeField> {
        static FIELDS: OnceLock<FxHashMap<&str, Vec<(&str, MergeField)>>> = OnceLock::new();
        let fields = FIELDS.get_or_init(|| {
            let mut fields: FxHashMap<&str, Vec<(&str, MergeField)>> = FxHashMap::default();
            for row in rows(LISTS) {
                let of = Some(row.cell("of")).filter(|it| !it.is_empty()).map(MergeType);
                let keys = match row.cell("merge") {
                    "" => Vec::new(),
                    "@items" => vec![""],
                    keys => keys.split('|').collect(),
                };
                fields
                    .entry(row.cell("type"))
                    .or_default()
                    .push((row.cell("field"), MergeField { of, keys }));
            }
            fields
        });
        fields.get(self.0)?.iter().find(|(field, _)| *field == name).map(|(_, it)| it)
    }
}

const KINDS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/kubernetes-kinds.csv"));
const LABELS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/kubernetes-labels.csv"));
const LISTS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/kubernetes-lists.csv"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_to_a_list_is_known() {
        let deployment = kubernetes_kind("apps/v1", "Deployment").and_then(|it| it.merge);
        let way = ["spec", "template", "spec"];
        let pod = way.iter().try_fold(deployment.unwrap_or(MergeType("")), |it, key| it.field(key)?.of);
        let containers = pod.and_then(|it| it.field("containers"));
        assert_eq!(containers.map(|it| it.keys.as_slice()), Some(["name"].as_slice()));
        let ports = containers.and_then(|it| it.of?.field("ports"));
        assert_eq!(ports.map(|it| it.keys.as_slice()), Some(["containerPort", "protocol"].as_slice()));
        assert!(pod.and_then(|it| it.field("tolerations")).is_none());
        assert!(kubernetes_kind("v1", "Namespace").is_some_and(|it| it.is_cluster_scoped));
        assert!(kubernetes_kind("example.com/v1", "Deployment").is_none());
    }
}
