//! The body of a named template, in parts that can be worked out one after the other.

use std::ops::Range;

use rustc_hash::FxHashMap;

use super::expression::{below, join};
use crate::source::{FileId, Span, Text};
use crate::syntax::template::{Action, ActionKind, Block, BlockKind, Template, assignment, words};

/// A part of the body of a named template.
#[derive(Clone, Debug)]
pub enum Part {
    /// Text as it is.
    Text(Text),
    /// An expression, which is written.
    Output(String, Span),
    /// A variable and its expression.
    Variable(String, String, Span),
    /// The branches of an `if` or a `with`: the first whose condition holds; one that is empty always holds.
    Choice(Vec<Branch>),
    /// Something else.
    Other,
}

/// A branch of a [`Part::Choice`].
#[derive(Clone, Debug)]
pub struct Branch {
    /// The expression that decides.
    pub condition: String,
    /// Where it is written.
    pub span: Span,
    /// What is written then.
    pub parts: Vec<Part>,
}

/// The branches of each block of a template, by where it starts.
pub(super) type Branches<'t> = FxHashMap<usize, Vec<&'t Block>>;

pub(super) fn branches(parsed: &Template) -> Branches<'_> {
    let mut out = Branches::default();
    for block in &parsed.blocks {
        out.entry(block.whole.start).or_default().push(block);
    }
    out
}

/// The branches of the block that starts there.
pub(super) fn branches_at<'b, 't>(branches: &'b Branches<'t>, start: usize) -> &'b [&'t Block] {
    branches.get(&start).map_or(&[][..], Vec::as_slice)
}

/// Blocks in blocks; real ones are four or five deep.
const DEEPEST: usize = 32;

/// Reads the bodies of named templates.
pub(super) struct Bodies<'t> {
    pub(super) file: FileId,
    pub(super) text: &'t str,
    pub(super) parsed: &'t Template,
    pub(super) branches: &'t Branches<'t>,
}

impl Bodies<'_> {
    /// The parts of what stands in `range`.
    pub(super) fn read(&self, range: &Range<usize>) -> Vec<Part> {
        self.parts(range, ".", 0)
    }

    /// `dot` is the path that the dot stands for.
    fn parts(&self, range: &Range<usize>, dot: &str, depth: usize) -> Vec<Part> {
        if depth > DEEPEST {
            return vec![Part::Other];
        }
        let mut out = Vec::new();
        let mut at = range.start;
        let first = self.parsed.actions.partition_point(|it| it.range.start < range.start);
        for action in self.parsed.actions[first..].iter().take_while(|it| it.range.start < range.end) {
            if action.range.start < at {
                continue;
            }
            out.extend(self.plain(at..action.range.start));
            at = action.range.end;
            match action.kind {
                ActionKind::Output => out.push(match rooted(&action.code, dot) {
                    Some(code) => Part::Output(code, self.span(&action.range)),
                    None => Part::Other,
                }),
                ActionKind::Silent => out.extend(self.variable(action, dot)),
                ActionKind::Control => {
                    let (part, end) = self.choice(action, dot, depth);
                    out.push(part);
                    at = end.max(at);
                }
            }
        }
        out.extend(self.plain(at..range.end));
        out
    }

    /// The text between two actions, of which `-` takes the white space away.
    fn plain(&self, range: Range<usize>) -> Option<Part> {
        let mut start = range.start;
        let mut text = self.text.get(range.clone())?;
        if self.text[..range.start].ends_with("-}}") {
            start += text.len() - text.trim_start().len();
            text = text.trim_start();
        }
        if self.text[range.end..].starts_with("{{-") {
            text = text.trim_end();
        }
        let span = Span::new(self.file, start, start + text.len());
        (!text.is_empty()).then(|| Part::Text(Text::new(text, span)))
    }

    fn variable(&self, action: &Action, dot: &str) -> Option<Part> {
        // A comment has no code.
        if action.code.is_empty() {
            return None;
        }
        let found = assignment(&action.code).and_then(|(name, value)| {
            Some(Part::Variable(name.to_owned(), rooted(value, dot)?, self.span(&action.range)))
        });
        Some(found.unwrap_or(Part::Other))
    }

    /// The block that starts with an action, and where it ends.
    fn choice(&self, action: &Action, dot: &str, depth: usize) -> (Part, usize) {
        let start = action.range.start;
        let branches = branches_at(self.branches, start);
        let end = branches.first().map_or(action.range.end, |it| it.whole.end);
        let read = branches.iter().map(|it| {
            let condition =
                if it.condition().is_empty() { String::new() } else { rooted(it.condition(), dot)? };
            let inner = match it.kind {
                BlockKind::If => dot.to_owned(),
                BlockKind::With if is_path(&condition) => condition.clone(),
                BlockKind::With | BlockKind::Range | BlockKind::Define => return None,
            };
            let span = self.span(&(it.range.start..it.range.start));
            Some(Branch { condition, span, parts: self.parts(&it.range, &inner, depth + 1) })
        });
        let read: Option<Vec<Branch>> = read.collect();
        (read.filter(|it| !it.is_empty()).map_or(Part::Other, Part::Choice), end)
    }

    fn span(&self, range: &Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }
}

/// Whether an expression is one path from the root.
fn is_path(expression: &str) -> bool {
    expression.starts_with('.') && !expression.contains(|it: char| it.is_whitespace() || "()|".contains(it))
}

/// An expression with `dot` in place of its dots; `None` for one that assigns. The dot is the root of the chart as long
/// as no `with` says another, and so is `$`.
fn rooted(code: &str, dot: &str) -> Option<String> {
    let words = words(code);
    if words.iter().any(|it| matches!(*it, ":=" | "=")) {
        return None;
    }
    let words = words.into_iter().map(|word| match word.strip_prefix('$') {
        Some("") => ".".to_owned(),
        Some(path) if path.starts_with('.') => path.to_owned(),
        _ if word.starts_with('.') => below(dot, word),
        _ => word.to_owned(),
    });
    Some(join(&words.collect::<Vec<_>>()))
}
