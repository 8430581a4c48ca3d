//! Variables that a workload sets for its program, against those that the program reads.

use super::{EnvironmentRead, Listener, Origin, Program, Project, Text, Variable, Workload};
use crate::net::parse_port;
use crate::source::Confidence;

/// A variable that should say where a program listens, and that nothing reads.
#[derive(Clone, Debug)]
pub struct UnreadPort<'a> {
    /// Its name.
    pub name: &'a str,
    /// What sets it.
    pub variable: &'a Variable,
    /// The port that it says.
    pub port: u16,
    /// Where the program listens instead.
    pub listener: &'a Listener,
    /// The variable that decides about that, when there is one.
    pub read_instead: Option<&'a EnvironmentRead>,
    /// How sure.
    pub confidence: Confidence,
}

impl Project {
    /// The variables of `workload` that name a port to listen on, while its program listens on others and no part
    /// of the container reads them. None when not every socket, or not every read of the program, is known.
    #[must_use]
    pub fn unread_ports<'a>(&'a self, workload: &'a Workload) -> Vec<UnreadPort<'a>> {
        let Some(program) = workload.program.map(|it| self.program(it)) else { return Vec::new() };
        let listeners = &workload.listeners;
        if !listeners.is_complete() || !listeners.only_go {
            return Vec::new();
        }
        let Some(listener) = listeners.outward().next() else { return Vec::new() };
        let mut set = self.set_for_nobody(workload, program);
        // A file may be for another service as well, and what the image sets for its build.
        set.retain(|(name, variable)| {
            variable.origin == Origin::Workload && !self.is_written_for_another(name, variable)
        });
        let unread = set.into_iter().filter_map(|(name, variable)| {
            let port = port_of(variable.value.as_ref()?.as_str()).filter(|_| {
                says_where_to_listen(name, workload) && !self.tells_of_another(name, variable, workload)
            })?;
            // `PORT: ${PORT}` beside `"${PORT}:8080"`: it is the port of the host.
            let written = variable.value.as_ref().and_then(Text::cover);
            let is_of_host =
                workload.published.iter().any(|it| it.host_span.is_some() && it.host_span == written);
            let served = listeners.known.iter().any(|it| it.port == Some(port));
            let decides = |it: &&EnvironmentRead| listener.via.contains(&it.span);
            (!served && !is_of_host).then(|| UnreadPort {
                name,
                variable,
                port,
                listener,
                read_instead: program.reads.known.iter().find(decides),
                confidence: workload.image_confidence.min(Confidence::Likely),
            })
        });
        unread.collect()
    }

    /// Whether a variable that sounds as if it told `workload` where to listen tells it where another is: `SERVER_ADDRESS:
    /// api:9000`, and `API_PORT` beside a service `api`.
    fn tells_of_another(&self, name: &str, variable: &Variable, workload: &Workload) -> bool {
        let value = variable.value.as_ref().map_or("", Text::as_str);
        let host = value.rsplit_once(':').map_or("", |it| it.0);
        let name = name.to_ascii_lowercase();
        let of_name = name.rsplit_once('_').map_or("", |it| it.0);
        let others = self.workloads.iter().filter(|it| it.name.value != workload.name.value);
        let mut names = others.map(|it| it.name.value.to_ascii_lowercase().replace('-', "_"));
        let host = host.to_ascii_lowercase().replace('-', "_");
        names.any(|it| it == host || it == of_name)
    }

    /// Whether the very entry that sets a variable sets it for another workload, too, whose program reads it or is not
    /// known: services share it by an anchor of YAML.
    fn is_written_for_another(&self, name: &str, variable: &Variable) -> bool {
        self.workloads.iter().any(|it| {
            it.environment.get(name).is_some_and(|it| it.span == variable.span)
                && it.program.is_none_or(|it| self.program(it).reads.may_read(name))
        })
    }

    /// The variables of `workload` that nothing in its container reads for certain, by place; not those that
    /// Kubernetes sets for each Service, which nobody asks for.
    pub(super) fn set_for_nobody<'a>(
        &self,
        workload: &'a Workload,
        program: &Program,
    ) -> Vec<(&'a str, &'a Variable)> {
        let set = workload.environment.variables.iter().filter(|(name, variable)| {
            variable.origin != Origin::ServiceLink
                && !program.reads.may_read(name)
                && !self.mentioned_variables.contains(*name)
        });
        let mut set: Vec<_> = set.map(|(name, variable)| (name.as_str(), variable)).collect();
        set.sort_by_key(|(_, variable)| variable.span);
        set
    }
}

/// The port of `8080`, `:8080` or `0.0.0.0:8080`.
fn port_of(text: &str) -> Option<u16> {
    parse_port(text.rsplit(':').next()?)
}

/// `PORT`, `HTTP_PORT`, `LISTEN_ADDR`, `ORDERS_PORT` of the service `orders`: what a program is told about
/// itself. `DB_PORT` and `REDIS_ADDR` are about others.
fn says_where_to_listen(name: &str, workload: &Workload) -> bool {
    const ENDS: &[&str] = &["port", "addr", "address"];
    const OWN: &[&str] = &[
        "api",
        "app",
        "application",
        "bind",
        "grpc",
        "http",
        "https",
        "listen",
        "listening",
        "rest",
        "rpc",
        "server",
        "service",
        "web",
    ];
    let name = name.to_ascii_lowercase();
    let mut words: Vec<&str> = name.split('_').collect();
    let is_end = words.pop().is_some_and(|it| ENDS.contains(&it));
    let own_name = workload.name.value.to_ascii_lowercase();
    is_end && words.iter().all(|word| OWN.contains(word) || own_name.split(['-', '_']).any(|it| it == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_out_of_addresses() {
        assert_eq!(port_of("8080"), Some(8080));
        assert_eq!(port_of("0.0.0.0:8080"), Some(8080));
        assert_eq!(port_of("http"), None);
        assert_eq!(port_of(""), None);
    }
}
