//! What the values of a chart speak of.

use rustc_hash::FxHashSet;

use crate::facts::helm::Chart;
use crate::facts::tree::{Tree, TreeKind};

/// Adds the keys and the texts of all files of values: templates make names of them.
pub(super) fn of_values(chart: &Chart, out: &mut FxHashSet<String>) {
    let own = chart.values.iter().map(|it| &it.1);
    let documents = own.chain(&chart.other_values).flat_map(|it| &it.documents);
    documents.for_each(|it| of_tree(&it.tree, out));
}

fn of_tree(tree: &Tree, out: &mut FxHashSet<String>) {
    match &tree.kind {
        TreeKind::Map(entries) => {
            for it in entries {
                out.insert(it.key.value.clone());
                of_tree(&it.value, out);
            }
        }
        TreeKind::List(items) => items.iter().for_each(|it| of_tree(it, out)),
        TreeKind::Text(text) if !text.as_str().is_empty() => {
            out.insert(text.as_str().to_owned());
        }
        _ => {}
    }
}
