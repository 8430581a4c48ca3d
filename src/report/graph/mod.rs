//! The network of a project as a picture: text, JSON, Mermaid, DOT, or one HTML page.
//!
//! A [`Picture`] is what is drawn, with names instead of ids; each format is a file beside this one and
//! escapes what it prints.

mod digest;
mod dot;
mod html;
mod json;
mod layout;
mod mermaid;
mod svg;
mod text;

use std::io;

use super::place;
use super::trace::Labels;
use crate::model::{
    Connection, ConnectionKind, Endpoint, Graph, Namespace, NetworkId, Project, Stack, Step, Target, Verdict,
    Workload, WorkloadId,
};
use crate::source::{Confidence, SourceMap, Span, Spanned};

/// How the picture is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum GraphFormat {
    /// One line an entry, for people.
    Text,
    /// One JSON document.
    Json,
    /// A Mermaid flowchart: <https://mermaid.js.org/syntax/flowchart.html>.
    Mermaid,
    /// A digraph of Graphviz: <https://graphviz.org/doc/info/lang.html>.
    Dot,
    /// One page that needs nothing else.
    Html,
}

/// What is drawn of a project.
#[derive(Debug)]
pub struct Picture<'a> {
    /// What the project is called.
    title: String,
    sources: &'a SourceMap,
    /// What stands before each path for a person.
    prefix: String,
    sections: Vec<Section>,
}

/// One stack, or the images that nothing runs.
#[derive(Debug)]
struct Section {
    title: String,
    regions: Vec<Region>,
    nodes: Vec<Node>,
    edges: Vec<Edge>,
}

/// What surrounds nodes.
#[derive(Debug, PartialEq, Eq)]
struct Region {
    kind: RegionKind,
    name: String,
    /// `external`, `internal`, or nothing.
    remark: &'static str,
    span: Option<Span>,
    /// The network of the model, where it is one.
    network: Option<NetworkId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum RegionKind {
    Network,
    Pod,
    /// The interfaces of the host.
    Host,
    /// Loopback alone.
    NoNetwork,
    /// Images that nothing runs.
    Images,
}

impl RegionKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Pod => "pod",
            Self::Host => "interfaces of the host",
            Self::NoNetwork => "no network",
            Self::Images => "run by nothing in the project",
        }
    }
}

/// One end of edges.
#[derive(Debug)]
struct Node {
    /// Its name, which no other node of its section has.
    label: String,
    kind: NodeKind,
    /// The program or the image that runs.
    runs: Option<String>,
    /// The addresses it listens on.
    listens: Vec<Fact>,
    /// Why there may be others.
    listens_unknown: Option<Fact>,
    /// Why it may dial others.
    dials_unknown: Option<String>,
    /// Where it is, by index.
    regions: Vec<usize>,
    span: Option<Span>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum NodeKind {
    /// A container with Go of the project.
    Program,
    /// Another container.
    Container,
    /// The machine that the containers run on.
    Host,
    /// Other machines.
    Internet,
    /// A name that nothing has.
    Missing,
}

impl NodeKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Container => "container",
            Self::Host => "host",
            Self::Internet => "internet",
            Self::Missing => "missing name",
        }
    }
}

/// Something that is written somewhere.
#[derive(Debug)]
struct Fact {
    says: String,
    span: Span,
}

/// A connection.
#[derive(Debug)]
struct Edge {
    from: usize,
    to: usize,
    /// The port of the host for a published one, with its address; what leads into a cluster.
    on_host: Option<String>,
    is_published: bool,
    host: Option<String>,
    port: Option<u16>,
    /// `tcp`, `udp`.
    protocol: &'static str,
    verdict: Verdict,
    origins: Vec<Spanned<String>>,
    steps: Vec<Step>,
    fix: Option<String>,
}

impl<'a> Picture<'a> {
    /// Draws a project that is called `title`. `prefix` stands before each path for a person.
    #[must_use]
    pub fn of(project: &Project, sources: &'a SourceMap, title: &str, prefix: &str) -> Self {
        let labels = Labels::of(project, sources);
        let builder = Builder { project, sources, labels: &labels };
        let sections = project.graphs().iter().map(|it| builder.section(it)).collect();
        Self { title: title.to_owned(), sources, prefix: prefix.to_owned(), sections }
    }

    /// Writes it.
    ///
    /// # Errors
    /// What `out` reports.
    pub fn write(&self, format: GraphFormat, out: &mut dyn io::Write) -> io::Result<()> {
        match format {
            GraphFormat::Text => text::write(self, out),
            GraphFormat::Json => json::write(self, out),
            GraphFormat::Mermaid => mermaid::write(self, out),
            GraphFormat::Dot => dot::write(self, out),
            GraphFormat::Html => html::write(self, out),
        }
    }

    fn locus(&self, span: Span) -> String {
        place::locus(self.sources, &self.prefix, span)
    }
}

impl Section {
    fn count(&self, verdict: Verdict) -> usize {
        self.edges.iter().filter(|it| it.verdict == verdict).count()
    }

    /// `host:80 -> web:80`, `host 127.0.0.1:80 -> web:80`.
    fn title_of(&self, edge: &Edge) -> String {
        let from = &self.nodes[edge.from].label;
        let from = match &edge.on_host {
            Some(port) if !port.bytes().all(|it| it.is_ascii_digit()) => format!("{from} {port}"),
            Some(port) => format!("{from}:{port}"),
            None => from.clone(),
        };
        format!("{from} -> {}", self.destination(edge))
    }

    /// What stands on the bar of the host or of other machines where a connection meets it.
    fn pill(&self, edge: &Edge) -> Option<String> {
        match (&edge.on_host, self.nodes[edge.to].kind) {
            (Some(port), _) => Some(port.clone()),
            (None, NodeKind::Internet) => Some(self.destination(edge)),
            (None, NodeKind::Host) => Some(format!("to {}", self.destination(edge))),
            (None, _) => None,
        }
    }

    /// `web:80`, `api.example.com:443`.
    fn destination(&self, edge: &Edge) -> String {
        let to = &self.nodes[edge.to];
        let name = match (to.kind, &edge.host) {
            (NodeKind::Internet, Some(host)) => host,
            _ => &to.label,
        };
        format!("{name}{}", edge.port_suffix())
    }

    /// The nodes in a region.
    fn members(&self, region: usize) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(move |it| it.regions.contains(&region))
    }
}

impl Edge {
    /// `:80`, `:53/udp`, or nothing.
    fn port_suffix(&self) -> String {
        let port = self.port.map(|it| format!(":{it}")).unwrap_or_default();
        match self.protocol {
            "tcp" => port,
            other => format!("{port}/{other}"),
        }
    }

    /// The step that decides the verdict, unless all pass.
    fn reason(&self) -> Option<&str> {
        use crate::model::Outcome::{Stops, Unknown};
        let first = |outcome| self.steps.iter().find(|it| it.outcome == outcome);
        first(Stops).or_else(|| first(Unknown)).map(|it| it.says.as_str())
    }
}

/// Gives the members of a graph their names.
struct Builder<'a> {
    project: &'a Project,
    sources: &'a SourceMap,
    labels: &'a Labels,
}

impl Builder<'_> {
    fn section(&self, graph: &Graph) -> Section {
        let mut section = Section {
            title: self.title(graph.stack),
            regions: graph.networks.iter().map(|it| self.network(*it)).collect(),
            nodes: Vec::new(),
            edges: Vec::new(),
        };
        let mut keys: Vec<Target> = Vec::new();
        let bears = |name: &str| {
            graph.workloads.iter().filter(|it| self.project.workload(**it).name.value == name).count()
        };
        for id in &graph.workloads {
            let mut node = self.node(*id, &mut section.regions);
            let own = &self.project.workload(*id).name.value;
            // The title of the section says the file.
            if bears(own) == 1 {
                node.label.clone_from(own);
            }
            section.nodes.push(node);
            keys.push(Target::Endpoint(Endpoint::Workload(*id)));
        }
        for connection in &graph.connections {
            let ends = [Target::Endpoint(connection.from), connection.to.clone()];
            let [from, to] = ends.map(|end| {
                keys.iter().position(|it| *it == end).unwrap_or_else(|| {
                    section.nodes.push(self.other_node(&end));
                    keys.push(end);
                    keys.len() - 1
                })
            });
            section.edges.push(edge(connection, from, to));
        }
        section
    }

    fn title(&self, stack: Option<Stack>) -> String {
        match stack {
            Some(Stack::Composition(id)) => {
                let files = self.project.composition(id).files.iter();
                files.map(|it| self.sources.file(*it).path()).collect::<Vec<_>>().join(", ")
            }
            Some(Stack::Cluster) => "pods".to_owned(),
            None => "images".to_owned(),
        }
    }

    fn network(&self, id: NetworkId) -> Region {
        let it = self.project.network(id);
        let remark = match (it.external, it.internal) {
            (true, _) => "external",
            (false, true) => "internal",
            (false, false) => "",
        };
        let name = it.name.clone();
        Region { kind: RegionKind::Network, name, remark, span: it.span, network: Some(id) }
    }

    fn node(&self, id: WorkloadId, regions: &mut Vec<Region>) -> Node {
        let workload = self.project.workload(id);
        let program = workload.program.map(|it| self.project.program(it).import_path.clone());
        let kind = if program.is_some() { NodeKind::Program } else { NodeKind::Container };
        let image = workload.image_reference.as_ref().map(|it| it.text.as_str().to_owned());
        let built = workload.image.map(|it| self.project.image(it).path.clone());
        let listens = workload.listeners.known.iter().filter(|it| it.confidence > Confidence::Possible);
        let listens = listens.map(|it| {
            let transport = it.protocol.as_str();
            let suffix = if transport == "tcp" { String::new() } else { format!("/{transport}") };
            Fact { says: format!("{}{suffix}", it.address), span: it.port_span }
        });
        let unknown = workload.listeners.incomplete.as_ref();
        Node {
            label: self.labels.label(Endpoint::Workload(id)).into_owned(),
            kind,
            runs: program.or(image).or(built),
            listens: listens.collect(),
            listens_unknown: unknown.map(|it| Fact { says: it.value.clone(), span: it.span }),
            dials_unknown: workload.dials_incomplete.clone(),
            regions: self.regions_of(workload, regions),
            span: Some(workload.name.span),
        }
    }

    /// The regions of a workload; one that is no network is added when it is not there.
    fn regions_of(&self, workload: &Workload, regions: &mut Vec<Region>) -> Vec<usize> {
        let owner = self.owner(workload);
        let networks = owner.networks.iter();
        let networks = networks.filter_map(|it| regions.iter().position(|at| at.network == Some(it.network)));
        let mut networks: Vec<usize> = networks.collect();
        networks.sort_unstable();
        networks.dedup();
        if !networks.is_empty() {
            return networks;
        }
        let (kind, name) = match (self.project.pod_of(workload), Stack::of(workload), &owner.namespace) {
            (Some(pod), _, _) => (RegionKind::Pod, pod.name.value.clone()),
            (None, None, _) => (RegionKind::Images, String::new()),
            (None, _, Namespace::Host(_)) => (RegionKind::Host, String::new()),
            (None, _, Namespace::None(_)) => (RegionKind::NoNetwork, String::new()),
            _ => return Vec::new(),
        };
        let region = Region { kind, name, remark: "", span: None, network: None };
        let at = regions.iter().position(|it| *it == region).unwrap_or_else(|| {
            regions.push(region);
            regions.len() - 1
        });
        vec![at]
    }

    /// Whose interfaces a workload has, itself where that is not known.
    fn owner<'b>(&'b self, workload: &'b Workload) -> &'b Workload {
        let mut owner = workload;
        // A cycle, which Compose refuses, ends somewhere.
        for _ in 0..self.project.workloads.len() {
            let Namespace::Of(other, _) = owner.namespace else { break };
            owner = self.project.workload(other);
        }
        owner
    }

    fn other_node(&self, target: &Target) -> Node {
        let (label, kind) = match target {
            Target::Name(name) => (name.clone(), NodeKind::Missing),
            Target::Endpoint(Endpoint::Internet | Endpoint::Address(_)) => {
                ("internet".to_owned(), NodeKind::Internet)
            }
            Target::Endpoint(Endpoint::Host) => ("host".to_owned(), NodeKind::Host),
            Target::Endpoint(it @ Endpoint::Workload(_)) => {
                (self.labels.label(*it).into_owned(), NodeKind::Container)
            }
        };
        Node {
            label,
            kind,
            runs: None,
            listens: Vec::new(),
            listens_unknown: None,
            dials_unknown: None,
            regions: Vec::new(),
            span: None,
        }
    }
}

fn edge(connection: &Connection, from: usize, to: usize) -> Edge {
    let on_host = match &connection.kind {
        ConnectionKind::Dial => None,
        ConnectionKind::Published(port) => Some(port.clone().unwrap_or_else(|| "?".to_owned())),
        ConnectionKind::HostInterfaces => connection.port.map(|it| it.to_string()),
        ConnectionKind::Entrance(by) => Some(by.clone()),
    };
    Edge {
        from,
        to,
        on_host,
        is_published: connection.kind != ConnectionKind::Dial,
        host: connection.host.clone(),
        port: connection.port,
        protocol: connection.protocol.as_str(),
        verdict: connection.verdict(),
        origins: connection.origins.clone(),
        steps: connection.steps.clone(),
        fix: connection.fix.clone(),
    }
}

/// `1 service`, `2 services`.
fn summary(section: &Section) -> String {
    let inner = section.nodes.iter().filter(|it| matches!(it.kind, NodeKind::Program | NodeKind::Container));
    let mut line = format!(
        "{}, {}",
        super::count(inner.count(), "container"),
        super::count(section.edges.len(), "connection")
    );
    for verdict in [Verdict::Reachable, Verdict::NotReachable, Verdict::Unknown] {
        let number = section.count(verdict);
        if number > 0 {
            line.push_str(&format!(", {number} {}", verdict.as_str()));
        }
    }
    line
}
