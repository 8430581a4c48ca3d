//! What a route, an image or a workload answers when a rule asks.

use super::{
    Application, Dial, HealthCheck, HealthRequest, Healthcheck, Listener, Program, Project, Route,
    RouteMatch, Routes, Starter, Tools, UnexpandedVariable, Workload,
};
use crate::facts::catalogue::is_for_tests;
use crate::source::Span;

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

impl Program {
    /// Whether it stands in for something else in a test: `tests/servers/one`, `test/e2e`, `api-mocks/users`. A
    /// program that is itself called test is one that somebody runs.
    #[must_use]
    pub fn is_for_tests(&self) -> bool {
        let folders = self.directory.rsplit_once('/').map_or("", |(folders, _)| folders);
        let is_mock = |folder: &str| folder.split(['-', '_']).any(|it| matches!(it, "mock" | "mocks"));
        is_for_tests(folders) || folders.split('/').any(is_mock)
    }
}

impl Project {
    /// Whether a program listens on the very address that is dialled, and does so in a file through which the address
    /// comes to the dial: a server that connects to itself, of which another program may hold the code.
    #[must_use]
    pub fn is_of_own_listener(&self, dial: &Dial) -> bool {
        let is_on_way = |file| dial.via.iter().chain([&dial.site]).any(|it| it.file == file);
        let mut listeners = self.workloads.iter().flat_map(|it| &it.listeners.known);
        listeners.any(|it| it.host_span == dial.host_span && is_on_way(it.call.file))
    }

    /// Whether nothing is said about the health of `workload`: no check, none switched off on purpose,
    /// and no probe of a pod that runs the same program.
    #[must_use]
    pub fn lacks_healthcheck(&self, workload: &Workload) -> bool {
        let probed = |it: &Workload| it.program == workload.program && !it.probes.is_empty();
        matches!(workload.healthcheck, Healthcheck::Absent)
            && workload.probes.is_empty()
            && (workload.program.is_none() || !self.workloads.iter().any(probed))
    }

    /// What starts a container; `None` for one of a pod, and for an image that nothing runs.
    #[must_use]
    pub fn starter_of(&self, workload: &Workload) -> Option<Starter> {
        workload.kind.composition().map(|it| self.composition(it).starter)
    }

    /// The variables in the command of a workload that reach its program as they are written, unless
    /// the program itself replaces `$NAME` in texts, or reads that variable from its environment: then it hardly
    /// needs the word, unless that is the value of a flag that it defines.
    pub fn unexpanded_variables<'a>(
        &self,
        workload: &'a Workload,
    ) -> impl Iterator<Item = &'a UnexpandedVariable> {
        let program = workload.program.map(|it| self.program(it));
        workload.unexpanded.iter().filter(move |it| {
            let is_flag = |program: &Program| it.flag.as_ref().is_some_and(|it| program.flags.contains(it));
            program.is_none_or(|program| {
                program.expansion.is_none()
                    && (program.reads.find(&it.name.value).is_none() || is_flag(program))
            })
        })
    }
}

impl Routes {
    /// Whether a GET of `path` finds a route. A trailing slash does not count: routers redirect.
    #[must_use]
    pub fn answer(&self, path: &str) -> RouteMatch {
        if self.known.iter().any(|it| it.takes(path)) {
            RouteMatch::Served
        } else if self.incomplete.is_some()
            || self.named_elsewhere.iter().any(|it| path.ends_with(it.as_str()))
        {
            RouteMatch::Unknown
        } else {
            RouteMatch::NotServed
        }
    }

    /// The first route that would take `path` if it were not asked by GET or HEAD: a health check asks by these.
    #[must_use]
    pub fn for_other_method(&self, path: &str) -> Option<(&Route, &str)> {
        self.known.iter().find_map(|it| {
            let method =
                it.method.as_deref().filter(|_| matches_pattern(&it.path, path) && !it.takes(path))?;
            Some((it, method))
        })
    }

    /// The route that a GET of `path` finds, with the middleware in front of it that refuses a
    /// request without credentials; `None` when another route may take the path.
    #[must_use]
    pub fn guarded(&self, path: &str) -> Option<(&Route, Span)> {
        let taking = || self.known.iter().filter(|it| it.takes(path));
        let by_name = || taking().filter(|it| !it.path.contains('{'));
        let found: Vec<_> = match by_name().next() {
            Some(_) => by_name().collect(),
            None if self.incomplete.is_none() => taking().collect(),
            None => Vec::new(),
        };
        let guards: Option<Vec<Span>> = found.iter().map(|it| it.guard).collect();
        Some((*found.first()?, *guards?.first()?))
    }

    /// The first route that is there for health checks.
    #[must_use]
    pub fn health_route(&self) -> Option<&Route> {
        self.known.iter().find(|it| it.tells_health())
    }

    /// Whether every route is known, some serve users, and none can be asked for the server's
    /// health: a route that takes every path can.
    #[must_use]
    pub fn lack_health(&self) -> bool {
        self.incomplete.is_none()
            && self.known.iter().any(|it| !it.is_for_operators())
            && !self.known.iter().any(|it| it.tells_health() || it.takes("/healthz"))
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

    /// `/metrics`, `/debug/pprof/`: a server of these alone is no service of its own.
    fn is_for_operators(&self) -> bool {
        matches!(self.path.trim_start_matches('/').split('/').next(), Some("metrics" | "debug"))
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

impl HealthRequest {
    /// Whether it asks the same as `other`.
    #[must_use]
    pub fn asks_as(&self, other: &Self) -> bool {
        (&self.host, self.port, &self.path) == (&other.host, other.port, &other.path)
    }
}

impl Workload {
    /// The first listener that serves HTTP.
    #[must_use]
    pub fn http_listener(&self) -> Option<&Listener> {
        self.listeners.known.iter().find(|it| it.application == Application::Http)
    }

    /// Whether it serves gRPC, whose health service is no HTTP route.
    #[must_use]
    pub fn serves_grpc(&self) -> bool {
        self.listeners.known.iter().any(|it| it.application == Application::Grpc)
    }

    /// The health checks that are made of it: of a service or an image one, of a container of a pod its
    /// probes.
    pub fn health_checks(&self) -> impl Iterator<Item = &HealthCheck> {
        let own = match &self.healthcheck {
            Healthcheck::Set(check) => Some(check),
            Healthcheck::Absent | Healthcheck::Disabled(_) | Healthcheck::Unknown => None,
        };
        own.into_iter().chain(&self.probes)
    }

    /// The requests of its health checks that fail on an answer such as 401 or 404, each with its check;
    /// `curl` without `-f` is content with any.
    pub fn strict_requests(&self) -> impl Iterator<Item = (&HealthCheck, &HealthRequest)> {
        let requests = self.health_checks().flat_map(|it| it.requests.iter().map(move |at| (it, at)));
        requests.filter(|(_, it)| it.fails_on_error_status)
    }
}

impl Dial {
    /// `db:5432`, or the host alone.
    #[must_use]
    pub fn address(&self) -> String {
        match self.port {
            Some(port) if self.host.contains(':') => format!("[{}]:{port}", self.host),
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }

    /// Whether `host_span` holds the host and nothing else, so that a fix may replace it.
    #[must_use]
    pub fn host_is_verbatim(&self) -> bool {
        let brackets = if self.host.contains(':') { 2 } else { 0 };
        self.host_span.len() == self.host.len() + brackets
    }

    /// Whether it goes to a collector of traces or metrics, by port: OTLP, Jaeger, Zipkin, statsd,
    /// Datadog. Programs run well without, and agents run beside them.
    #[must_use]
    pub fn is_telemetry(&self) -> bool {
        matches!(self.port, Some(4317 | 4318 | 5775 | 6831 | 6832 | 8125 | 8126 | 9411 | 14250 | 14268))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Spanned};

    fn routes(paths: &[(&str, &str)]) -> Routes {
        let span = Span::new(FileId(0), 0, 0);
        let route = |(method, path): &(&str, &str)| Route {
            method: (!method.is_empty()).then(|| (*method).to_owned()),
            path: (*path).to_owned(),
            span,
            guard: None,
        };
        Routes { known: paths.iter().map(route).collect(), incomplete: None, named_elsewhere: Vec::new() }
    }

    #[test]
    fn a_path_finds_its_route() {
        let routes =
            routes(&[("GET", "/users/{}"), ("", "/static/{...}"), ("POST", "/login"), ("", "/health")]);
        let served = |path| routes.answer(path) == RouteMatch::Served;
        assert!(served("/users/7") && served("/static/a/b") && served("/static") && served("/health/"));
        assert!(!served("/users") && !served("/users/7/posts") && !served("/login") && !served("/healthz"));
        assert_eq!(routes.for_other_method("/login").map(|(_, method)| method), Some("POST"));
        assert!(
            routes.for_other_method("/users/7").is_none() && routes.for_other_method("/healthz").is_none()
        );
    }

    #[test]
    fn a_catch_all_serves_every_path() {
        let routes = routes(&[("", "/{...}")]);
        assert_eq!(routes.answer("/healthz"), RouteMatch::Served);
        assert_eq!(routes.answer("/"), RouteMatch::Served);
        assert!(!routes.lack_health());
    }

    #[test]
    fn what_is_not_known_in_full_never_lacks_a_route() {
        let place = Spanned::new("a mount".to_owned(), Span::new(FileId(0), 0, 0));
        let vague = Routes { incomplete: Some(place), ..routes(&[("", "/users")]) };
        assert_eq!(vague.answer("/health"), RouteMatch::Unknown);
        assert!(!vague.lack_health());
    }

    #[test]
    fn health_routes_are_known_by_name() {
        let lack = |path| routes(&[("GET", path)]).lack_health();
        assert!(!lack("/api/v1/health") && !lack("/-/healthy") && !lack("/health-check") && !lack("/Ping"));
        assert!(lack("/users") && lack("/healthy-recipes"));
        assert!(!lack("/metrics"));
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
