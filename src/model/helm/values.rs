//! The values of a chart by default: <https://helm.sh/docs/chart_template_guide/values_files/>.

use super::said;
use crate::facts::helm::{self, Chart};
use crate::facts::tree::{Tree, TreeKind};

/// What stands at a path.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// A scalar.
    Scalar(Tree),
    /// A list or a mapping.
    Structure(Tree),
    /// Nothing.
    Nothing,
    /// No key at all: whoever installs the chart is not told that there is a choice.
    Absent,
    /// Something else, or it is not known which.
    Unknown,
}

/// The values of a chart, over which those of the charts around it stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Values<'a> {
    /// The keys by which the charts around it know it.
    pub(super) prefix: Vec<String>,
    /// The charts around it, the outermost first, then itself.
    charts: Vec<&'a Chart>,
}

impl<'a> Values<'a> {
    pub(super) fn of_root(chart: &'a Chart) -> Self {
        Self { prefix: Vec::new(), charts: vec![chart] }
    }

    /// Those of a chart in this one, which has them by that key.
    pub(super) fn below(&self, key: &str, chart: &'a Chart) -> Self {
        let mut out = self.clone();
        out.prefix.push(key.to_owned());
        out.charts.push(chart);
        out
    }

    /// What `.Values.a.b`, `.Chart.Name` and so on are worth; `None` for another path.
    pub(super) fn at_path(&self, path: &str, chart: &Chart) -> Option<Found> {
        let keys: Vec<&str> = path.split('.').skip(1).collect();
        match keys[..] {
            ["Values", ref keys @ ..] if !keys.is_empty() => Some(self.at(keys)),
            ["Chart", field @ ("Name" | "Version" | "AppVersion")] => {
                let key = format!("{}{}", field[..1].to_ascii_lowercase(), &field[1..]);
                let written = said(chart, &key).and_then(|it| Some((it.clone(), it.cover()?)));
                // A chart is called as the one around it calls it:
                // <https://helm.sh/docs/topics/charts/#alias-field-in-dependencies>.
                let alias = self.prefix.last().filter(|_| field == "Name");
                let text = written.map(|(own, place)| match alias.filter(|it| **it != own.as_str()) {
                    Some(alias) => Tree::implied(alias, place),
                    None => Tree::text(own, place),
                });
                Some(text.map_or(Found::Nothing, Found::Scalar))
            }
            _ => None,
        }
    }

    fn at(&self, keys: &[&str]) -> Found {
        for (depth, chart) in self.charts.iter().enumerate() {
            // `global` is the same for all: <https://helm.sh/docs/chart_template_guide/subcharts_and_globals/>.
            let is_global = keys.first() == Some(&"global");
            let above = if is_global { &[][..] } else { &self.prefix[depth..] };
            let path: Vec<&str> = above.iter().map(String::as_str).chain(keys.iter().copied()).collect();
            let own = chart
                .values
                .as_ref()
                .map_or(Found::Absent, |(_, it)| in_documents(it.documents.first(), &path));
            // A file that is there to be chosen says something else.
            let others = chart.other_values.iter().map(|it| in_documents(it.documents.first(), &path));
            for other in others {
                match (&own, other) {
                    (_, Found::Absent) | (Found::Nothing | Found::Absent, Found::Nothing) => {}
                    (Found::Scalar(own), Found::Scalar(other)) if own.says_same(&other) => {}
                    (Found::Structure(own), Found::Structure(other)) if own.says_same(&other) => {}
                    _ => return Found::Unknown,
                }
            }
            match own {
                Found::Absent => {}
                // What it says stands over what the chart itself says there.
                Found::Structure(_) if depth + 1 < self.charts.len() => return Found::Unknown,
                own => return own,
            }
        }
        Found::Absent
    }
}

fn in_documents(document: Option<&crate::facts::tree::Content>, path: &[&str]) -> Found {
    let Some(document) = document else { return Found::Absent };
    let mut at = &document.tree;
    for key in path {
        match at.get(key) {
            Some(below) => at = below,
            None if at.as_map().is_some() || at.is_null() => return Found::Absent,
            None => return Found::Unknown,
        }
    }
    match &at.kind {
        TreeKind::Null => Found::Nothing,
        // `tpl` may read it as a template.
        _ if holds_template(at) => Found::Unknown,
        TreeKind::List(_) | TreeKind::Map(_) => Found::Structure(at.clone()),
        _ => Found::Scalar(at.clone()),
    }
}

fn holds_template(tree: &Tree) -> bool {
    match &tree.kind {
        TreeKind::List(items) => items.iter().any(holds_template),
        TreeKind::Map(entries) => {
            entries.iter().any(|it| helm::has_hole(&it.key.value) || holds_template(&it.value))
        }
        _ => tree.as_text().is_some_and(|it| helm::has_hole(it.as_str())),
    }
}
