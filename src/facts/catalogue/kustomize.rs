//! Where the transformers of kustomize look: `rules/catalogue/kustomize-fields.csv`.

use std::sync::OnceLock;

use super::table::rows;

/// A field of objects that a transformer of kustomize changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KustomizeField {
    /// Which transformer: `commonLabels`, `nameReference` and so on.
    pub r#use: &'static str,
    /// Group, version and kind of the objects that are named, for `nameReference`.
    pub target: [&'static str; 3],
    /// Group, version and kind of the objects that have the field; an empty one is any.
    pub object: [&'static str; 3],
    /// The keys with `/` between them.
    pub path: &'static str,
    /// Whether the field is made where it is missing.
    pub create: bool,
}

/// All fields.
#[must_use]
pub fn kustomize_fields() -> &'static [KustomizeField] {
    static FIELDS: OnceLock<Vec<KustomizeField>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let fields = rows(TABLE).map(|row| KustomizeField {
            r#use: row.cell("use"),
            target: ["target_group", "target_version", "target_kind"].map(|it| row.cell(it)),
            object: ["group", "version", "kind"].map(|it| row.cell(it)),
            path: row.cell("path"),
            create: row.cell("create") == "true",
        });
        fields.collect()
    })
}

const TABLE: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/kustomize-fields.csv"));
