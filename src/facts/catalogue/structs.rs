//! Struct types of libraries that configuration fills: the rows of `go-struct.csv`.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::go::without_version;
use super::table::rows;
use crate::facts::go::{Field, Struct, TypeName};
use crate::source::{FileId, Span, Spanned};

const TABLE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/go-struct.csv"));

/// A struct type of a library, as far as the table has its fields; these stand in no file of the project, so
/// that their spans are empty.
#[must_use]
pub fn structure(package: &str, name: &str) -> Option<&'static Struct> {
    static STRUCTS: OnceLock<FxHashMap<&'static str, FxHashMap<&'static str, Struct>>> = OnceLock::new();
    STRUCTS.get_or_init(load).get(without_version(package).as_ref())?.get(name)
}

fn load() -> FxHashMap<&'static str, FxHashMap<&'static str, Struct>> {
    let nowhere = Span::new(FileId(0), 0, 0);
    let text = |it: &str| Spanned::new(it.to_owned(), nowhere);
    let mut out: FxHashMap<_, FxHashMap<_, Struct>> = FxHashMap::default();
    for row in rows(TABLE) {
        let named =
            |name: &str| TypeName { package: row.cell("field_package").to_owned(), name: name.to_owned() };
        let options = row.cell("options").replace('|', ",");
        let tag = format!("json:\"{},{options}\"", row.cell("key"));
        let field = Field {
            name: text(row.cell("field")),
            type_name: Some(row.cell("field_type")).filter(|it| !it.is_empty()).map(named),
            element: None,
            tag: Some(text(&tag)),
            embedded: row.cell("embedded") == "yes",
        };
        let name = row.cell("type");
        let of_package = out.entry(row.cell("package")).or_default();
        let of = of_package.entry(name).or_insert_with(|| Struct { name: text(name), fields: Vec::new() });
        of.fields.push(field);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every row has a field of its own, and cites where its claim can be read; the structs that it names are
    /// in the table.
    #[test]
    fn no_row_is_void() {
        let mut known = rustc_hash::FxHashSet::default();
        for row in rows(TABLE) {
            let (package, name) = (row.cell("package"), row.cell("type"));
            assert!(
                !row.cell("field").is_empty() && row.cell("url").starts_with("https://"),
                "{package} {name}"
            );
            assert!(known.insert((package, name, row.cell("field"))), "{package} {name} twice");
            assert!(["yes", "no"].contains(&row.cell("embedded")), "{package} {name}");
            let inner = row.cell("field_type");
            assert!(
                inner.is_empty() || structure(row.cell("field_package"), inner).is_some(),
                "{package} {name}: {inner}"
            );
        }
        assert!(structure("github.com/zeromicro/go-zero/rest", "RestConf").is_some());
    }
}
