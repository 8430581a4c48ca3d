//! The picture as a digraph of Graphviz: <https://graphviz.org/doc/info/lang.html>.

use std::io;

use super::mermaid::colour;
use super::{Node, NodeKind, Picture};
use crate::model::Verdict;

pub(super) fn write(picture: &Picture<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    writeln!(out, "digraph reachlint {{")?;
    writeln!(out, "  rankdir=LR;")?;
    writeln!(out, "  graph [fontname=\"sans-serif\"];")?;
    writeln!(out, "  node [fontname=\"sans-serif\", shape=box, style=rounded];")?;
    writeln!(out, "  edge [fontname=\"sans-serif\", fontsize=10];")?;
    for (number, section) in picture.sections.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{number} {{")?;
        writeln!(out, "    label={};", quote(&section.title))?;
        for (group, (title, members)) in section.groups().into_iter().enumerate() {
            // A group without a name has no frame.
            let (open, close) = if title.is_empty() {
                ("    subgraph {".to_owned(), "    }")
            } else {
                let label = quote(&title);
                (format!("    subgraph cluster_{number}_{group} {{\n      label={label};"), "    }")
            };
            writeln!(out, "{open}")?;
            for at in members {
                writeln!(out, "      {}", node(number, at, &section.nodes[at]))?;
            }
            writeln!(out, "{close}")?;
        }
        writeln!(out, "  }}")?;
        for edge in &section.edges {
            let style = match edge.verdict {
                Verdict::Reachable => "solid",
                Verdict::NotReachable => "dashed",
                Verdict::Unknown => "dotted",
            };
            writeln!(
                out,
                "  n{number}_{} -> n{number}_{} [label={}, color=\"{}\", style={style}, tooltip={}];",
                edge.from,
                edge.to,
                quote(&section.edge_label(edge)),
                colour(edge.verdict),
                quote(edge.reason().unwrap_or(edge.verdict.as_str())),
            )?;
        }
    }
    writeln!(out, "}}")
}

fn node(section: usize, at: usize, node: &Node) -> String {
    let mut lines = vec![node.label.clone()];
    lines.extend(node.listens.iter().map(|it| it.says.clone()));
    let lines: Vec<_> = lines.iter().map(|it| escape(it)).collect();
    let style = match node.kind {
        NodeKind::Program => ", style=\"rounded,bold\"",
        NodeKind::Container => "",
        NodeKind::Host | NodeKind::Internet => ", shape=oval",
        NodeKind::Missing => ", style=\"rounded,dashed\"",
    };
    format!("n{section}_{at} [label=\"{}\"{style}];", lines.join("\\n"))
}

fn quote(text: &str) -> String {
    format!("\"{}\"", escape(text))
}

/// Graphviz reads `\N` and HTML entities in a label: <https://graphviz.org/docs/attr-types/escString/>.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            it if it.is_control() => out.push(' '),
            it => out.push(it),
        }
    }
    out
}
