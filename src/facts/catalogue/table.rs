//! The tables' format: comma-separated, a header row, `#` lines are comments, no quotes.

/// One row of a table.
pub(super) struct Row {
    header: &'static str,
    line: &'static str,
}

impl Row {
    /// The cell below the heading `name`; empty when there is none.
    pub(super) fn cell(&self, name: &str) -> &'static str {
        let mut cells = self.line.split(',');
        let found = self.header.split(',').find_map(|heading| {
            let cell = cells.next().unwrap_or_default();
            (heading == name).then_some(cell)
        });
        found.unwrap_or_default()
    }
}

/// The rows of a table.
pub(super) fn rows(text: &'static str) -> impl Iterator<Item = Row> {
    let mut lines = text.lines().filter(|it| !it.starts_with('#') && !it.trim().is_empty());
    let header = lines.next().unwrap_or_default();
    lines.map(move |line| Row { header, line })
}

/// Whether `text` fits `pattern`, in which `*` stands for any run of characters.
#[must_use]
pub fn fits(pattern: &str, text: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else { return pattern == text };
    let Some(rest) = text.strip_prefix(before) else { return false };
    (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| fits(after, &rest[at..]))
}

/// The text of a table.
macro_rules! table {
    ($name:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/catalogue/", $name))
    };
}
pub(super) use table;
