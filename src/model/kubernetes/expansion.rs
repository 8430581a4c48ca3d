//! `$(VARIABLE)` in the texts of a container:
//! <https://github.com/kubernetes/kubernetes/blob/master/third_party/forked/golang/expansion/expand.go>.

use crate::model::Environment;
use crate::source::Text;

/// The text with every variable in it expanded; `None` when one has a value that is not known. A
/// variable that nothing sets stays as it is written, and `$$` is a dollar sign.
pub(super) fn expand(text: &Text, environment: &Environment) -> Option<Text> {
    let whole = text.as_str();
    if !whole.contains('$') {
        return Some(text.clone());
    }
    let mut out = Text::default();
    let mut done = 0;
    while let Some(at) = whole[done..].find('$').map(|it| done + it) {
        out.append(&text.slice(done..at));
        let rest = &whole[at + 1..];
        let end = rest.strip_prefix('(').and_then(|it| it.find(')')).map(|it| at + 2 + it);
        done = match end {
            _ if rest.starts_with('$') => {
                out.append(&text.slice(at..at + 1));
                at + 2
            }
            Some(end) => {
                let name = &whole[at + 2..end];
                match environment.get(name) {
                    Some(variable) => out.append(variable.value.as_ref()?),
                    None if environment.incomplete.is_some() => return None,
                    None => out.append(&text.slice(at..end + 1)),
                }
                end + 1
            }
            None => {
                out.append(&text.slice(at..at + 1));
                at + 1
            }
        };
    }
    out.append(&text.slice(done..whole.len()));
    Some(out)
}

/// Whether a tool fills the text in before Kubernetes reads it: `envsubst`, a template engine.
pub(super) fn is_filled_in(text: &str) -> bool {
    ["${", "{{", "<%"].iter().any(|it| text.contains(it))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Variable};
    use crate::source::{FileId, Span};

    /// What Expand of Kubernetes 1.31 gives.
    #[test]
    fn variables_are_expanded_as_kubernetes_does() {
        let span = Span::new(FileId(0), 0, 0);
        let mut environment = Environment::default();
        for (name, value) in [("HOST", Some("db")), ("PASSWORD", None)] {
            let value = value.map(|it| Text::new(it, span));
            let variable = Variable { value, span, origin: Origin::Workload };
            environment.variables.insert(name.to_owned(), variable);
        }
        let cases = [
            ("tcp://$(HOST):1", Some("tcp://db:1")),
            ("$(NONE)-$(HOST)", Some("$(NONE)-db")),
            ("$$(HOST)", Some("$(HOST)")),
            ("$HOST ${HOST} $", Some("$HOST ${HOST} $")),
            ("$(HOST", Some("$(HOST")),
            ("$()", Some("$()")),
            ("x$(PASSWORD)", None),
        ];
        for (source, expected) in cases {
            let text = Text::new(source, Span::new(FileId(0), 0, source.len()));
            let expanded = expand(&text, &environment);
            assert_eq!(expanded.as_ref().map(Text::as_str), expected, "{source}");
        }
        environment.incomplete = Some("a map that is not here".to_owned());
        let text = Text::new("$(NONE)", Span::new(FileId(0), 0, 7));
        assert_eq!(expand(&text, &environment), None);
    }
}
