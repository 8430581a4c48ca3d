//! What a Helm chart holds: <https://helm.sh/docs/topics/charts/>.
//!
//! Templates are not rendered. What is plain YAML in them is kept, and wherever a template decides there is a
//! hole: a text `{{ expression }}` in the place of a value, an item, or a key. Of two holes with the same
//! expression it is known that they hold the same, since each is worth the same all over a chart.

mod body;
mod expression;
mod mask;
mod read;

use super::documents::Documents;
use super::tree::{Tree, UNKNOWN};
use crate::source::{FileId, Span};

pub use body::{Branch, Part};
pub use expression::{Word, pipeline};
pub use read::{read, read_definitions};

/// The name of the file that makes a folder a chart.
pub const NAME: &str = "Chart.yaml";

/// A larger file is read as little as one that is not there: a person did not write it.
pub const LARGEST_FILE: u64 = 512 * 1024;

/// The facts of one chart, its subcharts apart.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// `Chart.yaml`.
    pub about: Documents,
    /// `values.yaml`, the defaults of what whoever installs the chart may set.
    pub values: Option<(FileId, Documents)>,
    /// Other files of values, which whoever installs the chart may choose.
    pub other_values: Vec<Documents>,
    /// The manifests in `templates/`.
    pub templates: Vec<(FileId, Template)>,
    /// The named templates.
    pub definitions: Vec<Definition>,
}

/// A named template, `{{ define "name" }}`.
#[derive(Clone, Debug)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// A mapping, with holes, when it is one, such as labels.
    pub tree: Option<Tree>,
    /// What may stand in some of its holes.
    pub choices: Vec<(String, Vec<Choice>)>,
    /// What it writes.
    pub body: Vec<Part>,
}

/// What may stand in a hole.
#[derive(Clone, Debug)]
pub struct Choice {
    /// All must hold.
    pub conditions: Vec<Condition>,
    /// What stands there then, with holes.
    pub tree: Tree,
}

/// When a branch of a block is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The expressions of the branches in front of it, none of which may hold.
    pub not: Vec<String>,
    /// Its own expression; `None` for that of an `else`.
    pub holds: Option<String>,
    /// Where the branch starts.
    pub place: Span,
}

/// One file in `templates/`.
#[derive(Clone, Debug, Default)]
pub struct Template {
    /// The objects, with holes.
    pub objects: Vec<Tree>,
    /// What may stand in some of the holes, by their texts; of several that may, the last does.
    pub choices: Vec<(String, Vec<Choice>)>,
    /// Where it may make further objects, or other ones.
    pub open: Option<Span>,
}

/// What a file of a chart is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// `values.yaml`.
    Values,
    /// `values-production.yaml`, `ci/values.yaml`.
    OtherValues,
    /// A manifest in `templates/`.
    Template,
    /// What other templates include: `_helpers.tpl`.
    Helpers,
}

/// What the file at `path`, counted from the folder of the chart, is for; subcharts are charts by themselves.
#[must_use]
pub fn role(path: &str) -> Option<Role> {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let top = folder.split('/').next().unwrap_or_default();
    if top == "templates" && name.ends_with(".tpl") {
        return Some(Role::Helpers);
    }
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))?;
    match top {
        "charts" => None,
        "templates" if name.starts_with('_') => Some(Role::Helpers),
        "templates" => Some(Role::Template),
        "" if name == "values.yaml" => Some(Role::Values),
        _ => stem.contains("values").then_some(Role::OtherValues),
    }
}

/// Whether the path alone tells that a file is one which the templates of a chart include.
#[must_use]
pub fn is_helper(path: &str) -> bool {
    path.ends_with(".tpl") && path.split('/').rev().skip(1).any(|it| it == "templates")
}

/// The folder of the chart to which the file at `path` belongs, of those that `is_chart` knows, and its path there.
pub fn owner(path: &str, is_chart: impl Fn(&str) -> bool) -> Option<(&str, &str)> {
    let parents = path.rmatch_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
    parents.chain([(".", path)]).find(|(folder, _)| is_chart(folder))
}

/// Whether a text is a hole and nothing else.
#[must_use]
pub fn is_hole(text: &str) -> bool {
    text.starts_with(OPEN) && text.find(CLOSE) == Some(text.len() - CLOSE.len())
}

/// Each hole of a text with its place there; its braces included.
pub fn holes(text: &str) -> impl Iterator<Item = std::ops::Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].find(OPEN)?;
        let end = start + text[start..].find(CLOSE)? + CLOSE.len();
        at = end;
        Some(start..end)
    })
}

/// The expression of a hole; `None` when it is not known.
#[must_use]
pub fn expression(hole: &str) -> Option<&str> {
    let code = hole.strip_prefix(OPEN)?.strip_suffix(CLOSE)?.trim();
    (!code.contains(UNKNOWN)).then_some(code)
}

/// A hole of that expression. One of an expression that is not known is like no other.
#[must_use]
pub fn hole(expression: Option<&str>, place: Span) -> String {
    match expression.filter(|it| !it.contains(CLOSE)) {
        Some(code) => format!("{OPEN} {code} {CLOSE}"),
        None => format!("{OPEN} {UNKNOWN}{}.{} {CLOSE}", place.file.0, place.start),
    }
}

/// Whether a template decides some of a text.
#[must_use]
pub fn has_hole(text: &str) -> bool {
    text.contains(OPEN)
}

const OPEN: &str = "{{";
const CLOSE: &str = "}}";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_file_tells_what_it_is_for() {
        let charts = ["deploy", "deploy/charts/db"];
        let of = |path: &'static str| {
            let (folder, rest) = owner(path, |it| charts.contains(&it))?;
            Some((folder, role(rest)?))
        };
        assert_eq!(of("deploy/templates/a/web.yaml"), Some(("deploy", Role::Template)));
        assert_eq!(of("deploy/charts/db/values.yaml"), Some(("deploy/charts/db", Role::Values)));
        assert_eq!(of("deploy/values-prod.yml"), Some(("deploy", Role::OtherValues)));
        assert_eq!(of("deploy/ci/test-values.yaml"), Some(("deploy", Role::OtherValues)));
        assert_eq!(of("deploy/templates/_helpers.tpl"), Some(("deploy", Role::Helpers)));
        assert_eq!(of("deploy/templates/_web.yaml"), Some(("deploy", Role::Helpers)));
        let none = ["deploy/x.tpl", "deploy/templates/NOTES.txt", "deploy/charts/x/values.yaml"];
        assert!(none.into_iter().all(|it| of(it).is_none()));
        assert_eq!(of("web.yaml"), None);
        assert_eq!(owner("templates/web.yaml", |it| it == "."), Some((".", "templates/web.yaml")));
    }

    #[test]
    fn holes_are_found() {
        assert_eq!(holes("a{{ .X }}b{{ .Y }}").collect::<Vec<_>>(), [1..9, 10..18]);
        assert!(is_hole("{{ .X }}") && !is_hole("{{ .X }}b") && !is_hole("{{ .X }}{{ .Y }}"));
        assert_eq!(expression("{{ .X }}"), Some(".X"));
        let place = |at| Span::new(FileId(0), at, at);
        assert_eq!(expression(&hole(None, place(1))), None);
        assert_ne!(hole(None, place(1)), hole(None, place(2)));
    }
}
