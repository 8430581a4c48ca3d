//! The picture as a flowchart of Mermaid: <https://mermaid.js.org/syntax/flowchart.html>.

use std::io;

use super::{Node, NodeKind, Picture, Section};
use crate::model::Verdict;

pub(super) fn write(picture: &Picture<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "flowchart LR")?;
    let mut styles = Vec::new();
    for (number, section) in picture.sections.iter().enumerate() {
        writeln!(out, "  subgraph s{number}[\"{}\"]", escape(&section.title))?;
        for (group, (title, members)) in section.groups().into_iter().enumerate() {
            if title.is_empty() {
                for at in members {
                    writeln!(out, "    {}", node(number, at, &section.nodes[at]))?;
                }
                continue;
            }
            writeln!(out, "    subgraph s{number}g{group}[\"{}\"]", escape(&title))?;
            for at in members {
                writeln!(out, "      {}", node(number, at, &section.nodes[at]))?;
            }
            writeln!(out, "    end")?;
        }
        writeln!(out, "  end")?;
        for edge in &section.edges {
            let arrow = match edge.verdict {
                Verdict::Reachable => "-->",
                Verdict::NotReachable | Verdict::Unknown => "-.->",
            };
            let label = section.edge_label(edge);
            let label = if label.is_empty() { String::new() } else { format!("|\"{}\"|", escape(&label)) };
            writeln!(out, "  s{number}n{} {arrow}{label} s{number}n{}", edge.from, edge.to)?;
            styles.push(edge.verdict);
        }
    }
    for verdict in [Verdict::Reachable, Verdict::NotReachable, Verdict::Unknown] {
        let edges = styles.iter().enumerate().filter(|(_, it)| **it == verdict);
        let edges: Vec<_> = edges.map(|(at, _)| at.to_string()).collect();
        if !edges.is_empty() {
            writeln!(out, "  linkStyle {} stroke:{}", edges.join(","), colour(verdict))?;
        }
    }
    Ok(())
}

/// A colour that is read on a white and on a dark ground.
pub(super) fn colour(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reachable => "#2e9e5b",
        Verdict::NotReachable => "#d6453d",
        Verdict::Unknown => "#8a8f98",
    }
}

fn node(section: usize, at: usize, node: &Node) -> String {
    let listens: Vec<_> = node.listens.iter().map(|it| escape(&it.says)).collect();
    let ports = if listens.is_empty() { String::new() } else { format!("<br/>{}", listens.join(" ")) };
    let (open, close) = match node.kind {
        NodeKind::Program | NodeKind::Container => ("[", "]"),
        NodeKind::Host | NodeKind::Internet => ("([", "])"),
        NodeKind::Missing => ("{{", "}}"),
    };
    format!("s{section}n{at}{open}\"{}{ports}\"{close}", escape(&node.label))
}

/// Every character that Mermaid, or the HTML that it makes, may read as markup as an entity code:
/// <https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters>.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for it in text.chars() {
        match it {
            it if it.is_control() => out.push(' '),
            it if it.is_alphanumeric() || " .:/-,+".contains(it) => out.push(it),
            it => out.push_str(&format!("#{};", u32::from(it))),
        }
    }
    out
}

impl Section {
    /// The nodes by the set of regions that they are in, each with its title. A node stands in one group, as
    /// Mermaid and Graphviz want it.
    pub(super) fn groups(&self) -> Vec<(String, Vec<usize>)> {
        let mut groups: Vec<(&[usize], Vec<usize>)> = Vec::new();
        for (at, node) in self.nodes.iter().enumerate() {
            match groups.iter_mut().find(|(regions, _)| *regions == node.regions) {
                Some((_, members)) => members.push(at),
                None => groups.push((&node.regions, vec![at])),
            }
        }
        let title = |regions: &[usize]| {
            let names = regions.iter().map(|it| self.regions[*it].title());
            names.collect::<Vec<_>>().join(" + ")
        };
        groups.into_iter().map(|(regions, members)| (title(regions), members)).collect()
    }

    /// What stands on an edge: the ports, and the name outside.
    pub(super) fn edge_label(&self, edge: &super::Edge) -> String {
        let to = match self.nodes[edge.to].kind {
            NodeKind::Internet => self.destination(edge),
            _ => edge.port_suffix(),
        };
        match &edge.on_host {
            Some(port) => format!("{port} to {to}"),
            None => to,
        }
    }
}

impl super::Region {
    /// `front`, `back (internal)`, `pod web`.
    pub(super) fn title(&self) -> String {
        let name = match self.kind {
            super::RegionKind::Network => self.name.clone(),
            super::RegionKind::Pod => format!("pod {}", self.name),
            other => other.as_str().to_owned(),
        };
        if self.remark.is_empty() { name } else { format!("{name} ({})", self.remark) }
    }
}
