//! Whether something listens on a port, and who reaches the address that it listens on.

use super::{Stage, Way, at};
use crate::model::{Listener, Project, Served, Workload, WorkloadId};
use crate::net::{Protocol, Reach};
use crate::source::{Confidence, Spanned};

/// Where a connection comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// Out of the same network namespace, to `localhost`.
    Inside,
    /// Through a network interface.
    Outside,
}

impl Way<'_, '_> {
    /// The step of `port` inside the container `to`.
    pub(super) fn at_port(&mut self, to: WorkloadId, port: Option<u16>, side: Side) {
        let Some(port) = port else {
            let says = format!("no port of `{}` is known: name one", self.name(to));
            return self.unknown(Stage::Port, says, Vec::new());
        };
        let protocol = self.protocol;
        let project = self.project;
        let on_port = || listeners_on(project, to, port, protocol);
        // Of several on one port, the one that is heard.
        let best = on_port().max_by_key(|(_, it)| {
            (is_heard(it, side), it.confidence, it.alternative.is_none_or(|it| it.is_default))
        });
        let Some((workload, listener)) = best else { return self.closed(to, port) };
        let name = &workload.name.value;
        let place = |says: &str| vec![at(listener.host_span, format!("`{name}` {says}"))];
        if let Some(foreign) = project.foreign_address(workload.id, listener) {
            let whose = match foreign {
                crate::model::ForeignAddress::Peer(peer) => format!("that is `{}`", peer.name.value),
                crate::model::ForeignAddress::Fixed => "the container does not have that address".to_owned(),
            };
            let says = format!("`{name}` cannot listen on {}: {whose}", listener.address);
            self.stop(Stage::Port, says, place("wants to listen here"));
            self.fix = Some(listener.advice());
        } else if !is_heard(listener, side) {
            let says = match side {
                Side::Outside => {
                    format!(
                        "`{name}` listens on {}, which only its own container can reach",
                        listener.address
                    )
                }
                Side::Inside => {
                    format!("`{name}` listens on {} and not on `localhost`", listener.address)
                }
            };
            self.stop(Stage::Port, says, place("listens here"));
            self.fix = Some(listener.advice());
        } else if listener.confidence == Confidence::Possible
            || listener.alternative.is_some_and(|it| !it.is_default)
        {
            let says =
                format!("`{name}` listens on {} under conditions that are not known", listener.address);
            self.unknown(Stage::Port, says, place("may listen here"));
        } else if is_optional(workload, listener) {
            let says = format!(
                "whether `{name}` listens on {} is for the configuration of its image",
                listener.address
            );
            self.unknown(Stage::Port, says, place("the image"));
        } else {
            let says = format!("`{name}` listens on {}/{}", listener.address, protocol.as_str());
            self.pass(Stage::Port, says, place("listens here"));
        }
    }

    /// The step of a port on which nothing is known to listen.
    fn closed(&mut self, to: WorkloadId, port: u16) {
        let name = self.name(to).to_owned();
        let members = self.project.namespace_members(to);
        let workloads = members.iter().map(|it| self.project.workload(*it));
        let served: Vec<(&Workload, &Listener)> =
            workloads.clone().flat_map(|it| it.listeners.known.iter().map(move |at| (it, at))).collect();
        match self.project.serves(to, port, self.protocol) {
            Served::Yes(..) | Served::Unknown => {
                let why = workloads.filter_map(|it| it.listeners.incomplete.as_ref()).next();
                let says = match why {
                    Some(why) => format!("it is not known on which ports `{name}` listens: {}", why.value),
                    None => format!("it is not known whether something listens on port {port}"),
                };
                let evidence = why.map(|it| Spanned::new("what is not known".to_owned(), it.span));
                self.unknown(Stage::Port, says, evidence.into_iter().collect());
            }
            Served::No => {
                let evidence = served.iter().map(|(it, listener)| {
                    let says = format!(
                        "`{}` listens on {}/{}",
                        it.name.value,
                        listener.address,
                        listener.protocol.as_str()
                    );
                    at(listener.port_span, says)
                });
                let evidence = evidence.collect();
                let protocol = self.protocol.as_str();
                self.stop(
                    Stage::Port,
                    format!("nothing in `{name}` listens on port {port}/{protocol}"),
                    evidence,
                );
                self.fix = self.right_port(to, port);
            }
        }
    }

    /// What to do about a port on which nothing listens.
    fn right_port(&self, to: WorkloadId, port: u16) -> Option<String> {
        let name = self.project.dns_name(to);
        let mut outward = self.project.workload(to).listeners.outward().filter_map(|it| it.port);
        let first = outward.next();
        let served = first.filter(|first| outward.all(|it| it == *first));
        let is_published = self.steps.iter().any(|it| it.stage == Stage::Publish);
        let behind = self.project.container_port_behind(to, port, self.protocol);
        Some(match (served, behind) {
            (Some(served), _) if is_published => {
                format!("publish the port that it listens on, {served}, instead of {port}")
            }
            (_, Some((inside, _))) if inside != port && !is_published => {
                format!("dial `{name}:{inside}`: {port} is its port on the host")
            }
            (Some(served), _) => format!("use port {served}, or let `{name}` listen on {port}"),
            (None, _) => format!("let `{name}` listen on {port}, or use a port that it listens on"),
        })
    }
}

impl Listener {
    /// How to let others reach it.
    #[must_use]
    pub fn advice(&self) -> String {
        let port = self.port.map_or_else(|| ":0".to_owned(), |it| format!(":{it}"));
        format!("listen on `{port}`, which is every interface of the container")
    }
}

fn is_heard(listener: &Listener, side: Side) -> bool {
    match (listener.reach, side) {
        (Reach::Wildcard, _) | (Reach::Loopback, Side::Inside) | (Reach::Named, Side::Outside) => true,
        (Reach::Loopback, Side::Outside) | (Reach::Named, Side::Inside) => false,
    }
}

/// Whether a listener is one of the further ports of an image of somebody else, whose configuration decides which of
/// them it opens.
fn is_optional(workload: &Workload, listener: &Listener) -> bool {
    let main = workload.listeners.known.first();
    let is_main = main.is_some_and(|it| (it.port, it.protocol) == (listener.port, listener.protocol));
    // What the project itself writes down is opened.
    let is_of_image = listener.port_span == listener.call;
    workload.program.is_none() && workload.listeners.incomplete.is_some() && !is_main && is_of_image
}

/// What listens on a port in the network namespace of `id`.
fn listeners_on(
    project: &Project,
    id: WorkloadId,
    port: u16,
    protocol: Protocol,
) -> impl Iterator<Item = (&Workload, &Listener)> {
    let members = project.namespace_members(id).into_iter().map(|it| project.workload(it));
    members.flat_map(move |workload| {
        let known = workload.listeners.known.iter();
        let known = known.filter(move |it| it.port == Some(port) && it.protocol == protocol);
        known.map(move |it| (workload, it))
    })
}
