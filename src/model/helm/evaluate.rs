//! What an expression is worth by the values of a chart, as far as that is certain:
//! <https://helm.sh/docs/chart_template_guide/functions_and_pipelines/>, and the functions of
//! <https://masterminds.github.io/sprig/>.

use std::cell::Cell;

use rustc_hash::FxHashMap;

use super::values::Found;
use crate::facts::helm::{Branch, Part, Word, pipeline};
use crate::facts::tree::{Tree, TreeKind};
use crate::source::{Span, Text};

/// What something is worth: `None` for nothing.
type Value = Option<Tree>;

/// Where expressions are worth something.
pub(super) struct Context<'c> {
    /// What stands at a path; `None` when that is not known.
    pub(super) at_path: &'c dyn Fn(&str) -> Option<Found>,
    /// The body of a named template.
    pub(super) body: &'c dyn Fn(&str) -> Option<&'c [Part]>,
}

impl Context<'_> {
    /// The scalar that an expression writes, which stands at `place`; `None` when it is not known, or nothing.
    pub(super) fn scalar(&self, expression: &str, place: Span) -> Option<Tree> {
        self.value(expression, place)?.filter(|it| !is_structure(it))
    }

    /// The list or the mapping that an expression is worth; `None` for an empty one, which is there to be set.
    pub(super) fn structure(&self, expression: &str, place: Span) -> Option<Tree> {
        self.value(expression, place)?.filter(|it| is_structure(it) && !is_empty(it))
    }

    /// Whether a condition holds, when that is known.
    pub(super) fn holds(&self, condition: &str, place: Span) -> Option<bool> {
        Some(is_true(&self.value(condition, place)?))
    }

    fn value(&self, expression: &str, place: Span) -> Option<Value> {
        let (variables, steps) = (FxHashMap::default(), Cell::new(0));
        let frame = Frame { context: self, place, variables: &variables, depth: 0, steps: &steps };
        frame.expression(expression)
    }
}

/// Templates that include others; real ones go three or four deep.
const DEEPEST: usize = 12;

/// Templates that one expression includes, one after the other; real ones include ten.
const MOST: usize = 1_000;

/// One template while it is worked out.
struct Frame<'f, 'c> {
    context: &'f Context<'c>,
    place: Span,
    /// Its variables; `None` for one whose value is not known.
    variables: &'f FxHashMap<String, Option<Value>>,
    depth: usize,
    /// How many named templates were included for one expression.
    steps: &'f Cell<usize>,
}

impl<'c> Frame<'_, 'c> {
    fn expression(&self, expression: &str) -> Option<Value> {
        self.pipeline(&pipeline(expression)?)
    }

    fn pipeline(&self, stages: &[Vec<Word>]) -> Option<Value> {
        let mut piped = None;
        for stage in stages {
            piped = Some(self.stage(stage, piped)?);
        }
        piped
    }

    /// What comes through the pipe is the last argument.
    fn stage(&self, stage: &[Word], piped: Option<Value>) -> Option<Value> {
        let (first, rest) = stage.split_first()?;
        let Word::Name(name) = first else {
            return if rest.is_empty() && piped.is_none() { self.operand(first) } else { None };
        };
        match (name.as_str(), rest) {
            ("include", [Word::Text(template), Word::Path(dot)]) if dot == "." => self.include(template),
            // A value that is a template itself is not known.
            ("tpl", [own, Word::Path(_)]) => self.operand(own),
            (_, []) if piped.is_none() => self.operand(first),
            _ => {
                let own: Option<Vec<Value>> = rest.iter().map(|it| self.operand(it)).collect();
                call(name, &own?.into_iter().chain(piped).collect::<Vec<_>>(), self.place)
            }
        }
    }

    fn operand(&self, word: &Word) -> Option<Value> {
        match word {
            Word::Path(path) => match (self.context.at_path)(path)? {
                Found::Scalar(it) | Found::Structure(it) => Some(Some(it)),
                Found::Nothing | Found::Absent => Some(None),
                Found::Unknown => None,
            },
            Word::Text(text) => Some(Some(Tree::text(Text::new(text.as_str(), self.place), self.place))),
            Word::Name(name) => {
                let literal = Tree::resolved(Text::new(name.as_str(), self.place), self.place);
                (!matches!(literal.kind, TreeKind::Text(_))).then_some(Some(literal))
            }
            Word::Variable(name) => self.variables.get(name)?.clone(),
            Word::Group(stages) => self.pipeline(stages),
        }
    }

    /// The text that a named template writes; `None` for one of several lines.
    fn include(&self, name: &str) -> Option<Value> {
        self.steps.set(self.steps.get() + 1);
        let is_within = self.depth < DEEPEST && self.steps.get() < MOST;
        let parts = (self.context.body)(name).filter(|_| is_within)?;
        let (mut variables, mut out) = (FxHashMap::default(), Text::default());
        self.write(parts, &mut variables, &mut out)?;
        let written = out.as_str();
        let start = written.len() - written.trim_start().len();
        let out = out.slice(start..start + written.trim().len());
        (!out.as_str().contains('\n')).then(|| Some(Tree::text(out, self.place)))
    }

    fn write(
        &self,
        parts: &[Part],
        variables: &mut FxHashMap<String, Option<Value>>,
        out: &mut Text,
    ) -> Option<()> {
        for part in parts {
            match part {
                Part::Text(text) => out.append(text),
                Part::Output(code, place) => {
                    out.append(&self.below(*place, variables).expression(code)??.to_text()?)
                }
                Part::Variable(name, code, place) => {
                    let value = self.below(*place, variables).expression(code);
                    variables.insert(name.clone(), value);
                }
                Part::Choice(branches) => {
                    if let Some(parts) = self.branch(branches, variables)? {
                        self.write(parts, variables, out)?;
                    }
                }
                Part::Other => return None,
            }
        }
        Some(())
    }

    fn below<'f>(&'f self, place: Span, variables: &'f FxHashMap<String, Option<Value>>) -> Frame<'f, 'c> {
        let (context, steps) = (self.context, self.steps);
        Frame { context, place, variables, depth: self.depth + 1, steps }
    }

    /// What the first branch writes whose condition holds; `Some(None)` when none does.
    fn branch<'p>(
        &self,
        branches: &'p [Branch],
        variables: &FxHashMap<String, Option<Value>>,
    ) -> Option<Option<&'p [Part]>> {
        for branch in branches {
            let code = &branch.condition;
            if code.is_empty() || is_true(&self.below(branch.span, variables).expression(code)?) {
                return Some(Some(&branch.parts));
            }
        }
        Some(None)
    }
}

/// What a function makes of its arguments.
fn call(name: &str, arguments: &[Value], place: Span) -> Option<Value> {
    let text = |it: &Value| it.as_ref().and_then(Tree::to_text);
    let truth = |it: bool| Some(Some(Tree { kind: TreeKind::Bool(it), span: place }));
    let written = |it: Text| Some(Some(Tree::text(it, place)));
    match (name, arguments) {
        ("default", [otherwise, own]) => Some(if is_true(own) { own.clone() } else { otherwise.clone() }),
        ("coalesce", all) => Some(all.iter().find(|it| is_true(it)).cloned().flatten()),
        ("required", [_, own]) | ("int" | "int64" | "toString" | "toYaml", [own]) => Some(own.clone()),
        ("quote" | "squote", [own]) => Some(own.as_ref().and_then(quoted)),
        ("ternary", [yes, no, condition]) => Some(if is_true(condition) { yes.clone() } else { no.clone() }),
        ("and", all) => all.iter().find(|it| !is_true(it)).or(all.last()).cloned(),
        ("or", all) => all.iter().find(|it| is_true(it)).or(all.last()).cloned(),
        ("not" | "empty", [own]) => truth(!is_true(own)),
        ("eq", [own, others @ ..]) => {
            let (own, others) = (text(own)?, others.iter().map(text).collect::<Option<Vec<_>>>()?);
            truth(others.iter().any(|it| it.as_str() == own.as_str()))
        }
        ("ne", [a, b]) => truth(text(a)?.as_str() != text(b)?.as_str()),
        ("contains", [part, whole]) => truth(text(whole)?.as_str().contains(text(part)?.as_str())),
        ("hasPrefix", [start, whole]) => truth(text(whole)?.as_str().starts_with(text(start)?.as_str())),
        ("hasSuffix", [end, whole]) => truth(text(whole)?.as_str().ends_with(text(end)?.as_str())),
        ("gt" | "ge" | "lt" | "le", [a, b]) => {
            let number = |it: &Value| text(it)?.as_str().parse::<i64>().ok();
            let order = number(a)?.cmp(&number(b)?);
            truth(match name {
                "gt" => order.is_gt(),
                "ge" => order.is_ge(),
                "lt" => order.is_lt(),
                _ => order.is_le(),
            })
        }
        ("index", [whole, keys @ ..]) => {
            let mut at = whole.as_ref()?;
            for key in keys {
                let key = text(key)?;
                at = match at.as_list() {
                    Some(items) => items.get(key.as_str().parse::<usize>().ok()?)?,
                    None => at.get(key.as_str())?,
                };
            }
            Some(Some(at.clone()))
        }
        ("trunc", [length, own]) => {
            let (length, own) = (text(length)?.as_str().parse().ok()?, text(own)?);
            let is_short = own.as_str().len() <= length;
            let is_whole = own.as_str().is_char_boundary(length);
            if is_short {
                written(own)
            } else {
                is_whole.then(|| Some(Tree::text(own.slice(0..length), place)))
            }
        }
        ("trimSuffix", [end, own]) => {
            let own = text(own)?;
            let length = own.as_str().strip_suffix(text(end)?.as_str()).unwrap_or(own.as_str()).len();
            written(own.slice(0..length))
        }
        ("trimPrefix", [start, own]) => {
            let own = text(own)?;
            let rest = own.as_str().strip_prefix(text(start)?.as_str()).unwrap_or(own.as_str()).len();
            written(own.slice(own.as_str().len() - rest..own.as_str().len()))
        }
        ("lower", [own]) => written(changed(&text(own)?, str::to_lowercase, place)),
        ("upper", [own]) => written(changed(&text(own)?, str::to_uppercase, place)),
        ("replace", [old, new, own]) => {
            let (old, new) = (text(old)?, text(new)?);
            written(changed(&text(own)?, |it| it.replace(old.as_str(), new.as_str()), place))
        }
        ("printf", [format, values @ ..]) => {
            let values: Option<Vec<Text>> = values.iter().map(text).collect();
            written(printf(&text(format)?, &values?)?)
        }
        _ => None,
    }
}

/// A text as something changes it; it keeps its places where nothing changes.
fn changed(text: &Text, change: impl Fn(&str) -> String, place: Span) -> Text {
    let new = change(text.as_str());
    if new == text.as_str() { text.clone() } else { Text::new(new, place) }
}

/// `None` for a verb that is more than the value itself: <https://pkg.go.dev/fmt#hdr-Printing>.
fn printf(format: &Text, values: &[Text]) -> Option<Text> {
    let (mut out, mut values, mut done) = (Text::default(), values.iter(), 0);
    while let Some(at) = format.as_str()[done..].find('%').map(|it| done + it) {
        out.append(&format.slice(done..at));
        match format.as_str().as_bytes().get(at + 1)? {
            b's' | b'd' | b'v' => out.append(values.next()?),
            b'%' => out.append(&format.slice(at..at + 1)),
            _ => return None,
        }
        done = at + 2;
    }
    out.append(&format.slice(done..format.as_str().len()));
    values.next().is_none().then_some(out)
}

fn is_structure(value: &Tree) -> bool {
    matches!(value.kind, TreeKind::List(_) | TreeKind::Map(_))
}

fn is_true(value: &Value) -> bool {
    value.as_ref().is_some_and(|it| !is_empty(it))
}

/// What is false as a condition, and what `default` takes for not set: <https://masterminds.github.io/sprig/defaults.html>.
fn is_empty(value: &Tree) -> bool {
    match &value.kind {
        TreeKind::Null | TreeKind::Bool(false) => true,
        TreeKind::Text(text) => text.as_str().is_empty(),
        TreeKind::Integer(text) | TreeKind::Float(text) => text.as_str() == "0",
        TreeKind::List(items) => items.is_empty(),
        TreeKind::Map(entries) => entries.is_empty(),
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
    use crate::facts::helm::read_definitions;
    use crate::source::FileId;

    const PLACE: Span = Span { file: FileId(0), start: 0, end: 0 };

    fn at_path(path: &str) -> Option<Found> {
        let text = |it| Found::Scalar(Tree::resolved(Text::new(it, PLACE), PLACE));
        let list = |it| Found::Structure(Tree { kind: TreeKind::List(it), span: PLACE });
        Some(match path {
            ".Values.port" => text("8080"),
            ".Values.name" | ".Chart.Name" => text("web"),
            ".Values.empty" => Found::Scalar(Tree::implied("", PLACE)),
            ".Values.no" => text("false"),
            ".Values.none" => Found::Nothing,
            ".Values.other" => Found::Unknown,
            ".Values.list" => list(vec![Tree::implied("a", PLACE)]),
            ".Values.emptyList" => list(Vec::new()),
            _ => return None,
        })
    }

    fn scalar(expression: &str, helpers: &str) -> Option<String> {
        let definitions = read_definitions(FileId(0), helpers);
        let body = |name: &str| {
            let found = definitions.iter().find(|it| it.name == name);
            found.map(|it| it.body.as_slice())
        };
        let value = Context { at_path: &at_path, body: &body }.scalar(expression, PLACE);
        value.and_then(|it| it.to_text()).map(|it| it.as_str().to_owned())
    }

    #[test]
    fn simple_expressions_are_worth_their_values() {
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
            ("printf \"%s:%v%%\" .Values.name .Values.port", Some("web:8080%")),
            (
                "printf \"%s-%s\" .Values.name (.Values.none | default \"x\") | trunc 4 | trimSuffix \"-\"",
                Some("web"),
            ),
            ("(.Values.port) | quote", Some("8080")),
            ("ternary \"a\" \"b\" (eq .Values.name \"x\" \"web\")", Some("a")),
            ("and .Values.name .Values.no", Some("false")),
            ("or .Values.none .Values.name", Some("web")),
            ("not .Values.list", Some("false")),
            ("empty .Values.emptyList", Some("true")),
            ("coalesce .Values.none .Values.empty .Values.name", Some("web")),
            ("trimPrefix \"w\" .Values.name | replace \"b\" \"c\" | lower", Some("ec")),
            ("tpl .Values.name .", Some("web")),
            ("and (hasPrefix \"w\" .Values.name) (hasSuffix \"b\" .Values.name)", Some("true")),
            ("gt (int .Values.port) 80", Some("true")),
            ("le .Values.port 80", Some("false")),
            ("index .Values.list 0 | upper", Some("A")),
            ("index .Values.list 1", None),
            ("gt .Values.name 1", None),
            (".Values.none", None),
            (".Values.list", None),
            (".Values.port | add 1", None),
            ("include \"x\" .", None),
            ("printf \"%q\" .Values.name", None),
            ("printf \"%s\" .Values.none", None),
            (".Values.other | default 1", None),
            (".Release.Name", None),
            ("((((((((((((((((((((((((((((((((((((((((.Values.port", None),
        ];
        for (expression, expected) in cases {
            assert_eq!(scalar(expression, "").as_deref(), expected, "{expression}");
        }
        let body = |_: &str| None;
        let context = Context { at_path: &at_path, body: &body };
        let number = context.scalar(".Values.port", PLACE).map(|it| it.kind);
        assert!(matches!(number, Some(TreeKind::Integer(_))));
        assert!(context.structure("toYaml .Values.list", PLACE).is_some());
        assert!(context.structure("toYaml .Values.emptyList", PLACE).is_none());
        assert_eq!(context.holds(".Values.list", PLACE), Some(true));
        assert_eq!(context.holds(".Values.none", PLACE), Some(false));
        assert_eq!(context.holds(".Values.other", PLACE), None);
    }

    #[test]
    fn named_templates_are_worth_the_text_that_they_write() {
        let helpers = r#"
{{/* A comment. */}}
{{- define "name" -}}
{{- default .Chart.Name .Values.none | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- define "image" -}}
{{- $tag := .Values.none | default .Values.port -}}
{{- if .Values.none -}}
{{ .Values.none }}/
{{- else if .Values.name -}}
hub/
{{- else -}}
x/
{{- end -}}
{{ include "name" $ }}:{{ $tag }}
{{- end }}
{{- define "with" }}{{ with .Values }}{{ .name }}-{{ $.Chart.Name }}{{ end }}{{ end }}
{{- define "fullname" }}{{ if contains .Chart.Name .Release.Name }}a{{ else }}b{{ end }}{{ end }}
{{- define "range" }}{{ range .Values.list }}{{ . }}{{ end }}{{ end }}
{{- define "lines" }}a
b{{ end }}
{{- define "endless" }}{{ include "endless" . }}{{ end }}
"#;
        let at = |name: &str| scalar(&format!("include \"{name}\" ."), helpers);
        assert_eq!(at("name").as_deref(), Some("web"));
        assert_eq!(at("image").as_deref(), Some("hub/web:8080"));
        assert_eq!(scalar("include \"name\" . | printf \"%s-db\"", helpers).as_deref(), Some("web-db"));
        for name in ["with", "fullname", "range", "lines", "endless"] {
            assert_eq!(at(name), None, "{name}");
        }
    }
}
