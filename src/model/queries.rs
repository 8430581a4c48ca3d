//! What a route, an image or a workload answers when a rule asks.

use super::{Application, Healthcheck, Route, RouteMatch, Routes, Tools, Workload};

/// Last part of paths by which servers tell that they are well, in lower case without dashes and
/// underscores: the conventions of Kubernetes (`healthz`, `livez`, `readyz`), Spring (`actuator/health`),
/// Prometheus (`-/healthy`) and of the frameworks' own examples.
const HEALTH_NAMES: &[&str] = &[
    "alive",
    "healthcheck",
    "health",
    "healthy",
    "healthz",
    "heartbeat",
    "isalive",
    "isready",
    "live",
    "liveness",
    "livez",
    "ok",
    "ping",
    "readiness",
    "ready",
    "readyz",
    "status",
    "statusz",
    "up",
];

impl Routes {
    /// Whether a GET of `path` finds a route. A trailing slash does not count: routers redirect.
    #[must_use]
    pub fn answer(&self, path: &str) -> RouteMatch {
        if self.known.iter().any(|it| it.takes(path)) {
            RouteMatch::Served
        } else if self.incomplete.is_some() {
            RouteMatch::Unknown
        } else {
            RouteMatch::NotServed
        }
    }

    /// Whether a route is there for health checks, or takes every path and so theirs too; `true`
    /// also when not all routes are known.
    #[must_use]
    pub fn may_tell_health(&self) -> bool {
        self.incomplete.is_some() || self.known.iter().any(|it| it.tells_health() || it.takes("/healthz"))
    }
}

impl Route {
    fn takes(&self, path: &str) -> bool {
        let reads = self.method.as_deref().is_none_or(|it| matches!(it, "GET" | "HEAD"));
        reads && matches_pattern(&self.path, path)
    }

    fn tells_health(&self) -> bool {
        let name =
            self.path.split('/').rfind(|it| !it.is_empty() && !it.starts_with('{')).unwrap_or_default();
        let name: String = name.to_ascii_lowercase().chars().filter(|it| !matches!(it, '-' | '_')).collect();
        HEALTH_NAMES.contains(&name.as_str())
    }
}

/// Whether `path` fits a pattern with `{}` for one segment and `{...}` for the rest.
fn matches_pattern(pattern: &str, path: &str) -> bool {
    let mut wanted = pattern.trim_matches('/').split('/');
    let mut given = path.trim_matches('/').split('/');
    loop {
        match (wanted.next(), given.next()) {
            (Some("{...}"), _) | (None, None) => return true,
            (Some("{}"), Some(part)) if !part.is_empty() => {}
            (Some(want), Some(part)) if want == part => {}
            _ => return false,
        }
    }
}

impl Tools {
    /// Whether the program `name` is missing from the image for certain.
    #[must_use]
    pub fn lack(&self, name: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|it| it == name);
        !named(&self.present) && (named(&self.absent) || self.incomplete.is_none())
    }
}

impl Workload {
    /// Whether the workload serves HTTP, as far as is known.
    #[must_use]
    pub fn serves_http(&self) -> bool {
        self.listeners.known.iter().any(|it| it.application == Application::Http)
    }

    /// Whether it serves gRPC, whose health service is no HTTP route.
    #[must_use]
    pub fn serves_grpc(&self) -> bool {
        self.listeners.known.iter().any(|it| it.application == Application::Grpc)
    }

    /// Whether nothing is said about its health: no check, and none switched off on purpose.
    #[must_use]
    pub fn lacks_healthcheck(&self) -> bool {
        matches!(self.healthcheck, Healthcheck::Absent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span, Spanned};

    fn routes(paths: &[(&str, &str)]) -> Routes {
        let span = Span::new(FileId(0), 0, 0);
        let route = |(method, path): &(&str, &str)| Route {
            method: (!method.is_empty()).then(|| (*method).to_owned()),
            path: (*path).to_owned(),
            span,
        };
        Routes { known: paths.iter().map(route).collect(), incomplete: None }
    }

    #[test]
    fn a_path_finds_its_route() {
        let routes =
            routes(&[("GET", "/users/{}"), ("", "/static/{...}"), ("POST", "/login"), ("", "/health")]);
        let served = |path| routes.answer(path) == RouteMatch::Served;
        assert!(served("/users/7") && served("/static/a/b") && served("/static") && served("/health/"));
        assert!(!served("/users") && !served("/users/7/posts") && !served("/login") && !served("/healthz"));
    }

    #[test]
    fn a_catch_all_serves_every_path() {
        let routes = routes(&[("", "/{...}")]);
        assert_eq!(routes.answer("/healthz"), RouteMatch::Served);
        assert_eq!(routes.answer("/"), RouteMatch::Served);
        assert!(routes.may_tell_health());
    }

    #[test]
    fn what_is_not_known_in_full_never_lacks_a_route() {
        let place = Spanned::new("a mount".to_owned(), Span::new(FileId(0), 0, 0));
        let vague = Routes { incomplete: Some(place), ..routes(&[("", "/users")]) };
        assert_eq!(vague.answer("/health"), RouteMatch::Unknown);
        assert!(vague.may_tell_health());
    }

    #[test]
    fn health_routes_are_known_by_name() {
        let tell = |path| routes(&[("GET", path)]).may_tell_health();
        assert!(tell("/api/v1/health") && tell("/-/healthy") && tell("/health-check") && tell("/Ping"));
        assert!(!tell("/users") && !tell("/healthy-recipes"));
    }

    #[test]
    fn scratch_lacks_what_was_not_copied() {
        let words = |list: &[&str]| list.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        let scratch = Tools { present: words(&["probe"]), absent: Vec::new(), incomplete: None };
        assert!(scratch.lack("wget") && !scratch.lack("probe"));
        let debian =
            Tools { present: words(&["sh"]), absent: words(&["curl"]), incomplete: Some("Debian".into()) };
        assert!(debian.lack("curl") && !debian.lack("python3") && !debian.lack("sh"));
    }
}
