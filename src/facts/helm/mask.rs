//! A template without its actions: what is left is YAML, and every place stays what it is.

use std::cmp::Reverse;
use std::ops::Range;

use super::expression::Meaning;
use super::hole;
use crate::facts::tree::UNKNOWN;
use crate::source::{FileId, Span};
use crate::syntax::template::{self, ActionKind, BlockKind};

/// A text without its actions.
pub(super) struct Masked {
    pub(super) text: String,
    /// What actions write.
    pub(super) holes: Vec<Hole>,
    /// Where actions that have lines of their own stand.
    pub(super) silent: Vec<usize>,
}

/// What an action writes.
pub(super) struct Hole {
    pub(super) range: Range<usize>,
    /// As it is kept: `{{ expression }}`.
    pub(super) text: String,
    /// The column that it writes to, when it has a line of its own; others stand in a text.
    pub(super) column: Option<usize>,
}

/// A part of a template that is no plain text.
struct Unit {
    range: Range<usize>,
    /// What it writes: the text of the hole, and how many columns it is indented.
    written: Option<(String, Option<usize>)>,
}

/// The actions of a template, and the blocks that are masked as a whole; none is in another.
fn units(file: FileId, text: &str, parsed: &template::Template) -> Vec<Unit> {
    let meaning = Meaning::new(parsed);
    let place = |it: &Range<usize>| Span::new(file, it.start, it.end);
    let blocks = parsed.blocks.iter().filter_map(|it| {
        let written = match it.kind {
            // Nothing is written where it stands.
            BlockKind::Define => None,
            // A block within a line is one hole: what it writes its condition decides.
            _ if !text[it.whole.clone()].contains('\n') => Some((hole(None, place(&it.whole)), None)),
            _ => return None,
        };
        Some(Unit { range: it.whole.clone(), written })
    });
    let actions = parsed.actions.iter().map(|action| {
        let written = (action.kind == ActionKind::Output).then(|| {
            let it = meaning.of(&action.code, &action.range);
            (hole(it.expression.as_deref(), place(&action.range)), it.indentation)
        });
        Unit { range: action.range.clone(), written }
    });
    let mut out: Vec<Unit> = blocks.chain(actions).collect();
    out.sort_by_key(|it| (it.range.start, Reverse(it.range.end)));
    let mut end = 0;
    out.retain(|it| {
        let is_free = it.range.start >= end;
        end = end.max(it.range.end);
        is_free
    });
    out
}

pub(super) fn mask(file: FileId, text: &str, parsed: &template::Template) -> Masked {
    let mut units = units(file, text, parsed).into_iter().peekable();
    let mut bytes = text.as_bytes().to_owned();
    let (mut holes, mut silent) = (Vec::new(), Vec::new());
    let mut start = 0;
    while start < text.len() {
        // A line goes on behind the actions in it, which may be of several lines.
        let (mut end, mut rest, mut own) = (start, String::new(), Vec::new());
        loop {
            let line_end = memchr::memchr(b'\n', &bytes[end..]).map_or(text.len(), |it| end + it);
            let Some(unit) = units.next_if(|it| it.range.start < line_end) else {
                rest.push_str(&text[end..line_end]);
                end = line_end;
                break;
            };
            rest.push_str(&text[end..unit.range.start]);
            end = unit.range.end;
            own.push(unit);
        }
        let is_alone = rest.trim().is_empty();
        for Unit { range, written } in own {
            match written {
                Some((text, indentation)) => {
                    let column = is_alone.then(|| indentation.unwrap_or(range.start - start));
                    if is_alone {
                        blank(&mut bytes[range.clone()])
                    } else {
                        fill(&mut bytes[range.clone()])
                    }
                    holes.push(Hole { range, text, column });
                }
                None => {
                    silent.extend(is_alone.then_some(range.start));
                    blank(&mut bytes[range]);
                }
            }
        }
        start = end + 1;
    }
    // Only whole characters were replaced.
    Masked { text: String::from_utf8(bytes).unwrap_or_default(), holes, silent }
}

/// Lines stay lines.
pub(super) fn blank(bytes: &mut [u8]) {
    bytes.iter_mut().filter(|it| **it != b'\n').for_each(|it| *it = b' ');
}

/// A word that nothing else is.
fn fill(bytes: &mut [u8]) {
    bytes.fill(b'_');
    let mut mark = [0; 4];
    let mark = UNKNOWN.encode_utf8(&mut mark).as_bytes();
    bytes[..mark.len()].copy_from_slice(mark);
}
