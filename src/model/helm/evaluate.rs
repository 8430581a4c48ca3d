//! What a simple expression is worth: a value, perhaps with a default, in quotes or not. Whatever else a template
//! computes is not known: <https://helm.sh/docs/chart_template_guide/functions_and_pipelines/>.

use super::values::Found;
use crate::facts::helm::{Word, pipeline};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Span, Text};

/// The value of an expression, which stands at `place`; `None` when it is not known, or nothing.
pub(super) fn evaluate(
    expression: &str,
    place: Span,
    at_path: &dyn Fn(&str) -> Option<Found>,
) -> Option<Tree> {
    let operand = |word: &Word| match word {
        Word::Path(path) => match at_path(path)? {
            Found::Scalar(it) => Some(Some(it)),
            Found::Nothing => Some(None),
            Found::Unknown => None,
        },
        Word::Text(text) => Some(Some(Tree::text(Text::new(text.as_str(), place), place))),
        Word::Name(name) => {
            let literal = Tree::resolved(Text::new(name.as_str(), place), place);
            (!matches!(literal.kind, TreeKind::Text(_))).then_some(Some(literal))
        }
    };
    let mut value: Option<Option<Tree>> = None;
    for stage in pipeline(expression)? {
        // What comes through the pipe is the last argument.
        let piped = value.take();
        let all = |words: &[Word]| {
            let own: Option<Vec<_>> = words.iter().map(operand).collect();
            Some(own?.into_iter().chain(piped.clone()).collect::<Vec<_>>())
        };
        let (Some(first), rest) = (stage.first(), stage.get(1..).unwrap_or_default()) else { return None };
        let next = match first {
            Word::Name(name) => match (name.as_str(), &all(rest)?[..]) {
                ("default", [otherwise, own]) => match own {
                    Some(own) if !is_empty(own) => Some(own.clone()),
                    _ => otherwise.clone(),
                },
                ("required", [_, own]) | ("int" | "toString", [own]) => own.clone(),
                ("quote" | "squote", [own]) => own.as_ref().and_then(quoted),
                (_, []) if piped.is_none() => operand(first)?,
                _ => return None,
            },
            _ if rest.is_empty() && piped.is_none() => operand(first)?,
            _ => return None,
        };
        value = Some(next);
    }
    value.flatten()
}

/// What `default` takes for not set: <https://masterminds.github.io/sprig/defaults.html>.
fn is_empty(value: &Tree) -> bool {
    match &value.kind {
        TreeKind::Null | TreeKind::Bool(false) => true,
        TreeKind::Text(text) => text.as_str().is_empty(),
        TreeKind::Integer(text) | TreeKind::Float(text) => text.as_str() == "0",
        _ => false,
    }
}

/// A text, whatever it looks like.
fn quoted(value: &Tree) -> Option<Tree> {
    Some(Tree::text(value.to_text()?, value.span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn simple_expressions_are_worth_their_values() {
        let place = Span::new(FileId(0), 0, 0);
        let at_path = |path: &str| {
            Some(match path {
                ".Values.port" => Found::Scalar(Tree::resolved(Text::new("8080", place), place)),
                ".Values.empty" => Found::Scalar(Tree::implied("", place)),
                ".Values.none" => Found::Nothing,
                ".Values.list" => Found::Unknown,
                _ => return None,
            })
        };
        let cases = [
            (".Values.port", Some("8080")),
            (".Values.port | int", Some("8080")),
            (".Values.port | quote", Some("8080")),
            (".Values.port | default 80", Some("8080")),
            (".Values.none | default 80", Some("80")),
            ("default \"x\" .Values.empty | quote", Some("x")),
            ("required \"set it\" .Values.port", Some("8080")),
            (".Values.none | default .Values.port", Some("8080")),
            ("\"text\"", Some("text")),
            (".Values.none", None),
            (".Values.list", None),
            (".Values.port | add 1", None),
            ("include \"x\" .", None),
            ("printf \"%s\" .Values.port", None),
            ("(.Values.port) | quote", None),
            (".Release.Name", None),
        ];
        for (expression, expected) in cases {
            let value = evaluate(expression, place, &at_path).and_then(|it| it.to_text());
            assert_eq!(value.as_ref().map(Text::as_str), expected, "{expression}");
        }
        let number = evaluate(".Values.port", place, &at_path).map(|it| it.kind);
        assert!(matches!(number, Some(TreeKind::Integer(_))));
    }
}
