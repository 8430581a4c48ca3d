//! What an expression of a template is, wherever it stands: variables and the dot are taken out.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::syntax::template::{ActionKind, Block, BlockKind, Template, assignment, words};

/// A word of a simple expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// `.Values.port`.
    Path(String),
    /// A text, its quotes taken off.
    Text(String),
    /// The name of a function, a number, a truth value.
    Name(String),
    /// `$name`.
    Variable(String),
    /// The stages of what stands in brackets.
    Group(Vec<Vec<Word>>),
}

/// Brackets in brackets; real ones are two or three deep.
const DEEPEST: usize = 16;

/// The stages of an expression, each the words between two `|`; `None` for one with escapes, or with brackets that do
/// not fit.
#[must_use]
pub fn pipeline(expression: &str) -> Option<Vec<Vec<Word>>> {
    stages(&mut words(expression).into_iter(), 0)
}

/// The stages up to the end, or to the bracket that ends a group.
fn stages<'t>(words: &mut impl Iterator<Item = &'t str>, depth: usize) -> Option<Vec<Vec<Word>>> {
    let mut out = vec![Vec::new()];
    let mut is_closed = depth == 0;
    while let Some(word) = words.next() {
        let word = match word.bytes().next()? {
            b'|' => {
                out.push(Vec::new());
                continue;
            }
            b'(' if depth < DEEPEST => Word::Group(stages(words, depth + 1)?),
            b')' if depth > 0 => {
                is_closed = true;
                break;
            }
            b'(' | b')' | b'\'' => return None,
            b'$' => Word::Variable(word.to_owned()),
            quote @ (b'"' | b'`') => {
                let inner = word.get(1..)?.strip_suffix(char::from(quote))?;
                (!inner.contains('\\')).then(|| Word::Text(inner.to_owned()))?
            }
            b'.' => Word::Path(word.to_owned()),
            _ => Word::Name(word.to_owned()),
        };
        out.last_mut()?.push(word);
    }
    is_closed.then_some(out)
}

/// What an action writes.
pub(super) struct Written {
    /// The expression, with the root of the chart as its dot; `None` when that cannot be told.
    pub(super) expression: Option<String>,
    /// How many columns what it writes is indented, when it says so.
    pub(super) indentation: Option<usize>,
}

/// What the expressions of one template mean.
pub(super) struct Meaning<'t> {
    blocks: &'t [Block],
    /// Variables that are set once and in no block; `None` for others.
    variables: FxHashMap<&'t str, Option<Vec<String>>>,
}

impl<'t> Meaning<'t> {
    pub(super) fn new(template: &'t Template) -> Self {
        let mut out = Self { blocks: &template.blocks, variables: FxHashMap::default() };
        for action in template.actions.iter().filter(|it| it.kind == ActionKind::Silent) {
            let Some((name, value)) = assignment(&action.code) else { continue };
            let is_first = !out.variables.contains_key(name);
            let is_free = !out.blocks.iter().any(|it| it.whole.contains(&action.range.start));
            let value = if is_first && is_free { out.rooted(&words(value), &action.range) } else { None };
            out.variables.insert(name, value);
        }
        out
    }

    /// What the output action at `range` with that code writes.
    pub(super) fn of(&self, code: &str, range: &Range<usize>) -> Written {
        let mut words = words(code);
        let indentation = match words[..] {
            [.., "|", "nindent" | "indent", columns] => columns.parse().ok(),
            _ => None,
        };
        if indentation.is_some() {
            words.truncate(words.len() - 3);
        }
        Written { expression: self.rooted(&words, range).map(|it| join(&it)), indentation }
    }

    /// A condition at `range`, with the root of the chart as its dot; `None` when that cannot be told.
    pub(super) fn condition(&self, head: &str, range: &Range<usize>) -> Option<String> {
        Some(join(&self.rooted(&words(head), range)?))
    }

    /// The words with each variable and each dot replaced by what it stands for.
    fn rooted(&self, words: &[&str], at: &Range<usize>) -> Option<Vec<String>> {
        let mut out = Vec::with_capacity(words.len());
        for (number, word) in words.iter().enumerate() {
            match word.bytes().next()? {
                b'$' => {
                    let path = &word[1..];
                    let split = path.find('.').unwrap_or(path.len());
                    let (name, fields) = (&word[..=split], &path[split..]);
                    if name == "$" {
                        out.push(if fields.is_empty() { ".".to_owned() } else { fields.to_owned() });
                        continue;
                    }
                    match self.variables.get(name)?.as_deref()? {
                        [path] if is_path(path) => out.push(below(path, fields)),
                        value if fields.is_empty() && words.len() == 1 => out.extend_from_slice(value),
                        value if fields.is_empty() => {
                            out.push("(".to_owned());
                            out.extend_from_slice(value);
                            out.push(")".to_owned());
                        }
                        _ => return None,
                    }
                }
                b'.' => out.push(self.dotted(word, at.start)?),
                _ if number == 0 && *word == "template" => out.push("include".to_owned()),
                _ if is_fickle(word) => return None,
                _ => out.push((*word).to_owned()),
            }
        }
        Some(out)
    }

    /// A path that starts with the dot, from the root.
    fn dotted(&self, path: &str, at: usize) -> Option<String> {
        let around = self.blocks.iter().filter(|it| it.range.contains(&at));
        let changes = around.filter(|it| it.kind != BlockKind::If);
        let Some(block) = changes.max_by_key(|it| it.range.start) else { return Some(path.to_owned()) };
        let head = assignment(&block.head).map_or(block.head.as_str(), |it| it.1);
        let words = words(head);
        let [base] = &self.rooted(&words, &block.whole).filter(|_| block.kind == BlockKind::With)?[..] else {
            return None;
        };
        is_path(base).then(|| below(base, path))
    }
}

/// Whether a word is a path from the root.
fn is_path(word: &str) -> bool {
    word.starts_with('.')
}

/// `path` below `base`: `.a` and `.b` are `.a.b`.
pub(super) fn below(base: &str, path: &str) -> String {
    match (base, path) {
        (base, "" | ".") => base.to_owned(),
        (".", path) => path.to_owned(),
        (base, path) => format!("{base}{path}"),
    }
}

/// Functions that are worth something else each time, or whose worth the cluster decides:
/// <https://helm.sh/docs/chart_template_guide/function_list/>.
fn is_fickle(word: &str) -> bool {
    const NAMES: &[&str] = &["getHostByName", "lookup", "now", "shuffle", "uuidv4"];
    NAMES.contains(&word) || word.starts_with("rand") || word.starts_with("gen")
}

pub(super) fn join(words: &[String]) -> String {
    let mut out = String::new();
    for word in words {
        if !out.is_empty() && !out.ends_with('(') && word != ")" {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::template;

    fn expressions(text: &str) -> Vec<Option<String>> {
        let template = template::parse(text);
        let meaning = Meaning::new(&template);
        let outputs = template.actions.iter().filter(|it| it.kind == ActionKind::Output);
        outputs.map(|it| meaning.of(&it.code, &it.range).expression).collect()
    }

    #[test]
    fn an_expression_is_the_same_wherever_it_stands() {
        let some = |it: &str| Some(it.to_owned());
        assert_eq!(
            expressions(
                "{{ template  \"x\" . }}{{ include \"x\" $ | nindent 4 }}{{ $n := include \"x\" . }}{{ $n }}{{ $n | quote }}"
            ),
            [
                some("include \"x\" ."),
                some("include \"x\" ."),
                some("include \"x\" ."),
                some("(include \"x\" .) | quote")
            ]
        );
        assert_eq!(
            expressions(
                "{{ with .Values.a }}{{ .b }}{{ . }}{{ $.Values.c }}{{ with .d }}{{ .e }}{{ end }}{{ end }}"
            ),
            [some(".Values.a.b"), some(".Values.a"), some(".Values.c"), some(".Values.a.d.e")]
        );
        assert_eq!(expressions("{{ $v := .Values }}{{ $v.port }}"), [some(".Values.port")]);
    }

    #[test]
    fn what_an_item_or_a_block_decides_is_not_known() {
        let unknown = [
            "{{ range .Values.a }}{{ .b }}{{ end }}",
            "{{ range $k, $v := .Values.a }}{{ $v }}{{ end }}",
            "{{ with (index .Values.a 0) }}{{ .b }}{{ end }}",
            "{{ if .Values.a }}{{ $x := 1 }}{{ end }}{{ $x }}",
            "{{ $x := 1 }}{{ $x = 2 }}{{ $x }}",
            "{{ randAlphaNum 8 }}",
        ];
        for text in unknown {
            assert_eq!(expressions(text), [None], "{text}");
        }
        assert_eq!(
            expressions("{{ range .Values.a }}{{ $.Values.b }}{{ end }}"),
            [Some(".Values.b".to_owned())]
        );
    }
}
