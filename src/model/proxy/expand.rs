//! Variables in the configuration of a proxy.

use crate::model::Environment;
use crate::source::Text;

/// Who puts the values of environment variables into a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Expander {
    /// Nobody: nginx knows no environment.
    Nobody,
    /// The entrypoint of the nginx image, in a template: `$NAME` and `${NAME}` of variables that are set
    /// (<https://github.com/nginx/docker-nginx/blob/master/entrypoint/20-envsubst-on-templates.sh>).
    Template,
    /// Caddy: `{$NAME}`, `{$NAME:default}`, `{env.NAME}`
    /// (<https://caddyserver.com/docs/caddyfile/concepts#environment-variables>).
    Caddy,
    /// HAProxy: `"$NAME"`, `"${NAME}"`, `"${NAME-default}"`
    /// (<https://docs.haproxy.org/3.2/configuration.html#2.3>).
    Haproxy,
}

/// `text` with the values of its environment variables; `None` when one of them is not known.
pub(super) fn environment(text: &Text, by: Expander, environment: &Environment) -> Option<Text> {
    let whole = text.as_str();
    let (mut out, mut at) = (Text::default(), 0);
    while at < whole.len() {
        let rest = &whole[at..];
        let Some((length, name, default)) = reference(rest, by) else {
            let length = rest.chars().next().map_or(1, char::len_utf8);
            out.append(&text.slice(at..at + length));
            at += length;
            continue;
        };
        let place = text.slice(at..at + length);
        at += length;
        match (environment.get(name), &environment.incomplete, by) {
            (Some(variable), ..) => out.append(variable.value.as_ref()?),
            // What is not set in a template stays: it may be a variable of nginx.
            (None, _, Expander::Template) if !is_of_environment(name) => out.append(&place),
            (None, Some(_), _) => return None,
            (None, None, Expander::Template) => out.append(&place),
            (None, None, _) => out.push(default, place.cover()?),
        }
    }
    Some(out)
}

/// nginx writes its own variables in lower case, and everybody those of the environment in upper case.
fn is_of_environment(name: &str) -> bool {
    !name.bytes().any(|it| it.is_ascii_lowercase())
}

/// The reference that `text` starts with: its length, the name, the default.
fn reference(text: &str, by: Expander) -> Option<(usize, &str, &str)> {
    let end_of_name =
        |text: &str| text.find(|it: char| !it.is_ascii_alphanumeric() && it != '_').unwrap_or(text.len());
    match by {
        Expander::Nobody => None,
        Expander::Template | Expander::Haproxy => {
            let rest = text.strip_prefix('$')?;
            let Some(inner) = rest.strip_prefix('{') else {
                let end = end_of_name(rest);
                return (end > 0).then(|| (1 + end, &rest[..end], ""));
            };
            let end = inner.find('}')?;
            let name = end_of_name(&inner[..end]);
            let default = match (by, inner[name..end].strip_prefix('-')) {
                (Expander::Haproxy, Some(default)) => default,
                _ if name == end => "",
                _ => return None,
            };
            (name > 0).then(|| (end + 3, &inner[..name], default))
        }
        Expander::Caddy => {
            let inner = text.strip_prefix('{')?;
            let end = inner.find('}')?;
            let written = &inner[..end];
            if let Some(name) = written.strip_prefix("env.") {
                return Some((end + 2, name, ""));
            }
            let (name, default) = written.strip_prefix('$')?.split_once(':').unwrap_or((&written[1..], ""));
            Some((end + 2, name, default))
        }
    }
}

/// More values than a person gives to one variable are cut off.
const MOST_VALUES: usize = 32;

/// `text` with the values of the proxy's own variables (`set $to http://app:8080;`), once for each
/// combination; a variable that is not in `variables` stays.
pub(super) fn own_variables(text: &Text, variables: &[(String, Text)]) -> Vec<Text> {
    let mut open = vec![text.clone()];
    // A variable may be set from another.
    for _ in 0..4 {
        open = open.iter().flat_map(|it| replaced(it, variables)).take(MOST_VALUES).collect();
    }
    open
}

/// The text with each value of its first variable that has some.
fn replaced(text: &Text, variables: &[(String, Text)]) -> Vec<Text> {
    let whole = text.as_str();
    for (at, _) in whole.match_indices('$') {
        let Some((length, name, _)) = reference(&whole[at..], Expander::Template) else { continue };
        let values = variables.iter().filter(|(it, _)| it == name).map(|(_, value)| {
            let mut out = text.slice(0..at);
            out.append(value);
            out.append(&text.slice(at + length..whole.len()));
            out
        });
        let values: Vec<Text> = values.collect();
        if !values.is_empty() {
            return values;
        }
    }
    vec![text.clone()]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Origin, Variable};
    use crate::source::{FileId, Span};

    fn expanded(text: &str, by: Expander) -> Option<String> {
        let span = Span::new(FileId(0), 0, text.len());
        let mut variables = Environment::default();
        let port = Variable { value: Some(Text::new("8080", span)), span, origin: Origin::Workload };
        variables.variables.insert("PORT".to_owned(), port);
        let hidden = Variable { value: None, span, origin: Origin::Workload };
        variables.variables.insert("HIDDEN".to_owned(), hidden);
        environment(&Text::new(text, span), by, &variables).map(|it| it.as_str().to_owned())
    }

    #[test]
    fn each_proxy_has_its_own_variables() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(expanded("a:$PORT", Expander::Nobody), some("a:$PORT"));
        assert_eq!(expanded("a:${PORT}$uri ${NONE}", Expander::Template), some("a:8080$uri ${NONE}"));
        assert_eq!(expanded("a:${HIDDEN}", Expander::Template), None);
        assert_eq!(expanded("{$HOST:a}:{$PORT}{env.PORT}", Expander::Caddy), some("a:80808080"));
        assert_eq!(expanded("${HOST-a}:${PORT}", Expander::Haproxy), some("a:8080"));
    }

    #[test]
    fn a_variable_of_the_proxy_has_all_its_values() {
        let span = Span::new(FileId(0), 0, 3);
        let of = |name: &str, value: &str| (name.to_owned(), Text::new(value, span));
        let variables = [of("to", "http://$host_a"), of("host_a", "a"), of("host_a", "b")];
        let out = own_variables(&Text::new("$to:80$uri", Span::new(FileId(0), 0, 10)), &variables);
        let out: Vec<_> = out.iter().map(Text::as_str).collect();
        assert_eq!(out, ["http://a:80$uri", "http://b:80$uri"]);
    }
}
