//! Which objects a patch or a replacement means:
//! <https://github.com/kubernetes-sigs/kustomize/blob/master/api/types/selector.go>.

use regex::Regex;

use super::resource::{Id, Kind, Resource};
use super::{Outcome, refused, text};
use crate::facts::tree::Tree;
use crate::source::{Span, Text};

/// A selector; what it does not say it does not ask.
pub(super) struct Selector {
    kind: [Option<Regex>; 3],
    name: Option<Regex>,
    namespace: Option<Regex>,
    labels: Vec<Requirement>,
    annotations: Vec<Requirement>,
}

/// One part of a label selector.
struct Requirement {
    key: String,
    operator: Operator,
}

enum Operator {
    Exists,
    Missing,
    In(Vec<String>),
    NotIn(Vec<String>),
}

impl Selector {
    pub(super) fn read(tree: &Tree) -> Outcome<Self> {
        let part = |key: &str| text(tree, key)?.map(|it| anchored(it, tree.span)).transpose();
        let labels = |key: &str| match text(tree, key)? {
            Some(text) => requirements(text, tree.span),
            None => Ok(Vec::new()),
        };
        Ok(Self {
            kind: [part("group")?, part("version")?, part("kind")?],
            name: part("name")?,
            namespace: part("namespace")?,
            labels: labels("labelSelector")?,
            annotations: labels("annotationSelector")?,
        })
    }

    /// Whether a patch is for an object: by the name that it had at first or the one that it has now.
    pub(super) fn selects(&self, resource: &Resource) -> bool {
        let (now, first) = (resource.id(), resource.original_id());
        let either = |regex: &Option<Regex>, a: &str, b: &str| {
            regex.as_ref().is_none_or(|it| it.is_match(a) || it.is_match(b))
        };
        either(&self.namespace, first.effective_namespace(), now.effective_namespace())
            && either(&self.name, &first.name, &now.name)
            && self.selects_kind(&now.kind)
            && self.selects_texts(resource)
    }

    /// Whether a name of an object is meant.
    pub(super) fn selects_id(&self, id: &Id) -> bool {
        self.selects_kind(&id.kind)
            && self.name.as_ref().is_none_or(|it| it.is_match(&id.name))
            && self.namespace.as_ref().is_none_or(|it| it.is_match(&id.namespace))
    }

    /// Whether labels and annotations are as it asks.
    pub(super) fn selects_texts(&self, resource: &Resource) -> bool {
        let all = |requirements: &[Requirement], key: &str| {
            let texts = resource.texts(key);
            requirements.iter().all(|it| it.holds(&texts))
        };
        all(&self.labels, "labels") && all(&self.annotations, "annotations")
    }

    /// Whether it asks for kind, name or namespace.
    pub(super) fn asks_for_id(&self) -> bool {
        self.kind.iter().chain([&self.name, &self.namespace]).any(Option::is_some)
    }

    /// Whether it asks for labels or annotations.
    pub(super) fn asks_for_texts(&self) -> bool {
        !self.labels.is_empty() || !self.annotations.is_empty()
    }

    fn selects_kind(&self, kind: &Kind) -> bool {
        let parts = [&kind.group, &kind.version, &kind.kind];
        self.kind.iter().zip(parts).all(|(regex, it)| regex.as_ref().is_none_or(|regex| regex.is_match(it)))
    }
}

fn anchored(text: &Text, span: Span) -> Outcome<Regex> {
    let regex = Regex::new(&format!("^(?:{})$", text.as_str()));
    regex.map_err(|_| refused(format!("`{}` is no regular expression", text.as_str()), span))
}

/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors>.
fn requirements(text: &Text, span: Span) -> Outcome<Vec<Requirement>> {
    let whole = text.as_str();
    let mut parts = Vec::new();
    let (mut start, mut depth) = (0, 0_u32);
    for (at, it) in whole.char_indices() {
        match it {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                parts.push(&whole[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&whole[start..]);
    let wrong = || refused(format!("`{whole}` is no label selector"), span);
    parts.into_iter().map(|it| requirement(it.trim()).ok_or_else(wrong)).collect()
}

fn requirement(part: &str) -> Option<Requirement> {
    let is_word =
        |it: &str| !it.is_empty() && !it.contains(|it: char| it.is_whitespace() || "=!(),".contains(it));
    let new = |key: &str, operator| is_word(key).then(|| Requirement { key: key.to_owned(), operator });
    if let Some(key) = part.strip_prefix('!') {
        return new(key.trim(), Operator::Missing);
    }
    for (sign, is_in) in [("!=", false), ("==", true), ("=", true)] {
        if let Some((key, value)) = part.split_once(sign) {
            let values = vec![value.trim().to_owned()];
            return new(key.trim(), if is_in { Operator::In(values) } else { Operator::NotIn(values) });
        }
    }
    if let Some((head, values)) = part.strip_suffix(')').and_then(|it| it.split_once('(')) {
        let (key, word) = head.trim().rsplit_once(char::is_whitespace)?;
        let values = values.split(',').map(|it| it.trim().to_owned()).collect();
        return match word {
            "in" => new(key.trim(), Operator::In(values)),
            "notin" => new(key.trim(), Operator::NotIn(values)),
            _ => None,
        };
    }
    new(part, Operator::Exists)
}

impl Requirement {
    fn holds(&self, texts: &[(&str, String)]) -> bool {
        let value = texts.iter().find(|(key, _)| *key == self.key).map(|(_, value)| value);
        match &self.operator {
            Operator::Exists => value.is_some(),
            Operator::Missing => value.is_none(),
            Operator::In(values) => value.is_some_and(|it| values.contains(it)),
            Operator::NotIn(values) => value.is_none_or(|it| !values.contains(it)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_selected_as_kubernetes_does() {
        let texts = [("app", "web".to_owned()), ("tier", "front".to_owned())];
        let cases = [
            ("app=web", true),
            ("app==web,tier", true),
            ("app!=web", false),
            ("other!=x", true),
            ("app in (api, web)", true),
            ("app notin (api,web)", false),
            ("!app", false),
            ("!other,tier in (front)", true),
        ];
        let span = Span::new(crate::source::FileId(0), 0, 0);
        for (selector, expected) in cases {
            let read = requirements(&Text::new(selector, span), span).unwrap_or_default();
            assert!(!read.is_empty() && read.iter().all(|it| it.holds(&texts)) == expected, "{selector}");
        }
        assert!(requirements(&Text::new("a b", span), span).is_err());
    }
}
