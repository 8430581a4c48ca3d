//! The picture as lines of text.

use std::io;

use rustc_hash::FxHashSet;

use super::{Node, Picture, RegionKind, Section, summary};
use crate::report::place;

pub(super) fn write(picture: &Picture<'_>, out: &mut dyn io::Write) -> io::Result<()> {
    for (at, section) in picture.sections.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        for line in lines(picture, section) {
            writeln!(out, "{}", place::printable(&line.replace('\n', " ")))?;
        }
    }
    Ok(())
}

fn lines(picture: &Picture<'_>, section: &Section) -> Vec<String> {
    let mut lines = vec![format!("{}: {}", section.title, summary(section))];
    for (at, region) in section.regions.iter().enumerate() {
        let members: Vec<_> = section.members(at).map(|it| it.label.as_str()).collect();
        let name = match region.kind {
            RegionKind::Network | RegionKind::Pod => format!("{} {}", region.kind.as_str(), region.name),
            other => other.as_str().to_owned(),
        };
        let remark = if region.remark.is_empty() { String::new() } else { format!(" ({})", region.remark) };
        lines.push(format!("  {name}{remark}: {}", members.join(", ")));
    }
    for node in section.nodes.iter().filter(|it| it.span.is_some()) {
        lines.push(format!("  {}", node_line(node)));
    }
    for edge in &section.edges {
        let reason = edge.reason().map(|it| format!(": {it}")).unwrap_or_default();
        lines.push(format!("  {}: {}{reason}", section.title_of(edge), edge.verdict.as_str()));
        for origin in &edge.origins {
            lines.push(format!("      {}: {}", picture.locus(origin.span), origin.value));
        }
    }
    lines
}

fn node_line(node: &Node) -> String {
    let mut line = format!("{} {}", node.kind.as_str(), node.label);
    if let Some(runs) = &node.runs {
        line.push_str(&format!(" runs {runs}"));
    }
    let mut seen = FxHashSet::default();
    let listens = node.listens.iter().map(|it| it.says.as_str());
    let listens: Vec<_> = listens.filter(|it| seen.insert(*it)).collect();
    if !listens.is_empty() {
        line.push_str(&format!(", listens on {}", listens.join(", ")));
    }
    if node.listens_unknown.is_some() {
        line.push_str(", perhaps on others");
    }
    line
}
