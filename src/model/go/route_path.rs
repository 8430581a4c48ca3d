//! Route patterns of the frameworks, written in one way: `/users/{}`, `/static/{...}`.

/// The paths that a pattern of the package takes; several when a part may be missing.
/// `subtree` says that all below the path is meant.
pub(super) fn normal_paths(package: &str, pattern: &str, subtree: bool) -> Vec<String> {
    let colons =
        ["gin-gonic", "labstack", "gofiber", "httprouter", "kataras"].iter().any(|it| package.contains(it));
    let is_mux = package == "net/http";
    let mut paths = vec![String::new()];
    let body = if is_mux { pattern.trim_end_matches("{$}") } else { pattern };
    let subtree = subtree || (is_mux && body == pattern && pattern.ends_with('/'));
    for part in body.split('/').skip(1) {
        let (word, optional) = match part.strip_suffix('?') {
            Some(word) if colons => (word, true),
            _ => (part, false),
        };
        let rest = (colons && (word.starts_with('*') || word == "+"))
            || word == "*"
            || (word.starts_with('{')
                && (word.ends_with("...}") || word.ends_with(":.*}") || word.ends_with(":.+}")));
        if rest {
            paths.iter_mut().for_each(|it| it.push_str("/{...}"));
            return paths;
        }
        let is_parameter = word.contains('{') || (colons && (word.contains(':') || word.contains('*')));
        let without = if optional { paths.clone() } else { Vec::new() };
        let word = if is_parameter { "{}" } else { word };
        for path in &mut paths {
            path.push('/');
            path.push_str(word);
        }
        paths.extend(without);
    }
    for path in &mut paths {
        if subtree {
            path.truncate(path.trim_end_matches('/').len());
            path.push_str("/{...}");
        } else if path.is_empty() {
            path.push('/');
        }
    }
    paths
}

/// A group's prefix and a path below it.
pub(super) fn join(prefix: &str, path: &str) -> String {
    if path.is_empty() {
        return prefix.to_owned();
    }
    format!("{}/{}", prefix.trim_end_matches('/'), path.trim_start_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_of_every_framework_become_one() {
        for (package, pattern, expected) in [
            ("net/http", "/", "/{...}"),
            ("net/http", "/{$}", "/"),
            ("net/http", "/users/{id}", "/users/{}"),
            ("net/http", "/static/", "/static/{...}"),
            ("net/http", "/files/{path...}", "/files/{...}"),
            ("github.com/gin-gonic/gin", "/users/:id", "/users/{}"),
            ("github.com/gin-gonic/gin", "/static/*path", "/static/{...}"),
            ("github.com/gin-gonic/gin", "/", "/"),
            ("github.com/labstack/echo/v4", "/x/*", "/x/{...}"),
            ("github.com/gofiber/fiber/v2", "/a/:b?", "/a/{} /a"),
            ("github.com/go-chi/chi/v5", "/a/{id:[0-9]+}/*", "/a/{}/{...}"),
            ("github.com/gorilla/mux", "/a/{rest:.*}", "/a/{...}"),
            ("github.com/gorilla/mux", "/a/", "/a/"),
        ] {
            assert_eq!(normal_paths(package, pattern, false).join(" "), expected, "{package} {pattern}");
        }
        assert_eq!(normal_paths("github.com/gorilla/mux", "/static/", true), ["/static/{...}"]);
        assert_eq!(join("/api", "/x"), "/api/x");
        assert_eq!(join("/", "/x"), "/x");
        assert_eq!(join("/api", ""), "/api");
    }
}
