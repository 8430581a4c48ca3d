//! Applies edits to a text.

use crate::source::Edit;

/// `text` after `edits`, which are all of one file. Of edits that overlap the first in the file is
/// made and the others are left for a next run, since their ground has changed.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut edits: Vec<_> = edits.iter().collect();
    edits.sort_by_key(|it| (it.span.start, it.span.end));
    edits.dedup();
    let (mut out, mut at) = (String::with_capacity(text.len()), 0);
    for edit in edits {
        let range = edit.span.range();
        if range.start < at {
            continue;
        }
        out.push_str(&text[at..range.start]);
        out.push_str(&edit.replacement);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn edit(start: usize, end: usize, replacement: &str) -> Edit {
        Edit { span: Span::new(FileId(0), start, end), replacement: replacement.to_owned() }
    }

    #[test]
    fn edits_are_made_in_order_and_overlaps_wait() {
        let edits = [edit(4, 5, "E"), edit(0, 1, "A"), edit(0, 1, "A"), edit(4, 6, "x"), edit(6, 6, "!")];
        assert_eq!(apply("abcdef", &edits), "AbcdEf!");
    }
}
