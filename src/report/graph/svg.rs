//! One section of the page as a drawing.

use std::fmt::Write;

use super::html::escape;
use super::layout::{self, Layout, Rectangle};
use super::{Edge, Node, NodeKind, Section};
use crate::model::Verdict;

/// How many colours there are for regions; the style names them, and one behind them that means none.
const HUES: usize = 10;

/// Draws a section. `number` makes its links unique on the page.
pub(super) fn draw(section: &Section, number: usize) -> String {
    let layout = layout::of(section);
    let mut out = String::new();
    let (width, height) = (layout.width, layout.height);
    // Among very many connections those stand back that are in order.
    let busy = if section.edges.len() > 40 { " busy" } else { "" };
    let title = escape(&format!("The network of {}", section.title));
    let _ = writeln!(
        out,
        "<svg class=\"picture{busy}\" viewBox=\"0 0 {width:.0} {height:.0}\" width=\"{width:.0}\" height=\"{height:.0}\" \
         role=\"group\" aria-label=\"{title}\">"
    );
    for (region, area) in &layout.areas {
        draw_region(section, *region, *area, &mut out);
    }
    for (at, node) in section.nodes.iter().enumerate() {
        if matches!(node.kind, NodeKind::Host | NodeKind::Internet) {
            draw_bar(node, layout.nodes[at], number, at, &mut out);
        }
    }
    // What fails is drawn above the others.
    for verdict in [Verdict::Reachable, Verdict::Unknown, Verdict::NotReachable] {
        for (at, edge) in section.edges.iter().enumerate().filter(|(_, it)| it.verdict == verdict) {
            draw_edge(section, edge, &layout, number, at, &mut out);
        }
    }
    for (at, node) in section.nodes.iter().enumerate() {
        if !matches!(node.kind, NodeKind::Host | NodeKind::Internet) {
            draw_card(section, node, layout.nodes[at], number, at, &mut out);
            draw_chips(section, &layout.elsewhere[at], layout.nodes[at], number, at, &mut out);
        }
    }
    for (at, edge) in section.edges.iter().enumerate() {
        draw_pill(section, edge, &layout, number, at, &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// The class by which a verdict is coloured.
pub(super) fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reachable => "yes",
        Verdict::NotReachable => "no",
        Verdict::Unknown => "unknown",
    }
}

fn draw_region(section: &Section, at: usize, area: Rectangle, out: &mut String) {
    let region = &section.regions[at];
    let kind = if region.network.is_some() { "" } else { region.kind.as_str() };
    let name = if kind.is_empty() { "network".to_owned() } else { String::new() };
    let title = escape(&region.title());
    let Rectangle { x, y, width, height } = area;
    let hue = at % HUES;
    let _ = writeln!(
        out,
        "<g class=\"region h{hue}\"><rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" \
         rx=\"12\"/><text x=\"{:.1}\" y=\"{:.1}\"><tspan class=\"kind\">{name}</tspan> {title}</text></g>",
        x + 14.0,
        y + 19.0,
    );
}

fn draw_bar(node: &Node, place: Rectangle, number: usize, at: usize, out: &mut String) {
    let Rectangle { x, y, width, height } = place;
    let label = escape(&node.label);
    let says = if node.kind == NodeKind::Host { "ports of the machine" } else { "other machines" };
    let _ = writeln!(
        out,
        "<a class=\"node bar\" href=\"#s{number}n{at}\" data-node=\"s{number}n{at}\"><rect x=\"{x:.1}\" y=\"{y:.1}\" \
         width=\"{width:.1}\" height=\"{height:.1}\" rx=\"12\"/><text class=\"name\" x=\"{:.1}\" y=\"{:.1}\">{label}\
         </text><text class=\"small\" x=\"{:.1}\" y=\"{:.1}\">{says}</text></a>",
        x + 14.0,
        y + 22.0,
        x + 14.0,
        y + 37.0,
    );
}

fn draw_card(section: &Section, node: &Node, place: Rectangle, number: usize, at: usize, out: &mut String) {
    let Rectangle { x, y, width, height } = place;
    let kind = match node.kind {
        NodeKind::Program => "program",
        NodeKind::Missing => "missing",
        _ => "container",
    };
    let fails = section.edges.iter().any(|it| it.to == at && it.verdict == Verdict::NotReachable);
    let fails = if fails { " fails" } else { "" };
    let label = escape(&node.label);
    let runs = match (&node.runs, node.kind) {
        // The digest of an image says nothing to people.
        (Some(runs), _) => shortened_at_front(runs.split("@sha256:").next().unwrap_or(runs), 28),
        (None, NodeKind::Missing) => "no service has this name".to_owned(),
        (None, _) => "image not known".to_owned(),
    };
    let mut ports: Vec<&str> = Vec::new();
    for it in &node.listens {
        if !ports.contains(&it.says.as_str()) {
            ports.push(&it.says);
        }
    }
    let mut ports = ports.join("  ");
    if node.listens_unknown.is_some() {
        ports.push_str(if ports.is_empty() { "listeners not known" } else { "  ?" });
    }
    // The inner drawing cuts off what is wider than the card in the reader's fonts.
    let _ = writeln!(
        out,
        "<a class=\"node {kind}{fails}\" href=\"#s{number}n{at}\" data-node=\"s{number}n{at}\" \
         data-name=\"{label}\"><title>{label}</title><rect class=\"card\" x=\"{x:.1}\" y=\"{y:.1}\" \
         width=\"{width:.1}\" height=\"{height:.1}\" rx=\"8\"/><rect class=\"accent\" x=\"{x:.1}\" y=\"{:.1}\" \
         width=\"4\" height=\"{:.1}\" rx=\"2\"/><svg x=\"{:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{height:.1}\">\
         <text class=\"name\" y=\"22\">{}</text><text class=\"small\" y=\"38\">{}</text>\
         <text class=\"ports\" y=\"54\">{}</text></svg></a>",
        y + 10.0,
        height - 20.0,
        x + 14.0,
        width - 18.0,
        escape(&shortened(&node.label, 21)),
        escape(&runs),
        escape(&shortened(&ports, 27)),
    );
}

/// The regions of a node that are not drawn around it, as far as there is room.
fn draw_chips(
    section: &Section,
    regions: &[usize],
    card: Rectangle,
    number: usize,
    at: usize,
    out: &mut String,
) {
    if regions.is_empty() {
        return;
    }
    let all: Vec<String> = regions.iter().map(|it| section.regions[*it].title()).collect();
    let _ = write!(
        out,
        "<a class=\"chips\" href=\"#s{number}n{at}\" data-node=\"s{number}n{at}\"><title>{}</title>",
        escape(&format!("also on {}", all.join(", ")))
    );
    let width_of = |text: &str| text.chars().count() as f64 * 5.9 + 12.0;
    let mut x = card.x + 10.0;
    for (order, (region, name)) in regions.iter().zip(&all).enumerate() {
        let rest = all.len() - order;
        let name = shortened(name, 18);
        let more = format!("+{rest}");
        let needed = if rest > 1 { width_of(&name) + 4.0 + width_of(&more) } else { width_of(&name) };
        let is_last = x + needed > card.right() - 4.0;
        let (text, hue) = if is_last { (more, HUES) } else { (name, region % HUES) };
        let width = width_of(&text);
        let y = card.bottom();
        let _ = write!(
            out,
            "<g class=\"chip h{hue}\"><rect x=\"{x:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"14\" rx=\"7\"/>\
             <text x=\"{:.1}\" y=\"{:.1}\">{}</text></g>",
            y - 5.0,
            x + width / 2.0,
            y + 5.5,
            escape(&text)
        );
        if is_last {
            break;
        }
        x += width + 4.0;
    }
    out.push_str("</a>\n");
}

fn draw_edge(section: &Section, edge: &Edge, layout: &Layout, number: usize, at: usize, out: &mut String) {
    let path = &layout.paths[at];
    let verdict = class(edge.verdict);
    let title = escape(&format!("{}: {}", section.title_of(edge), edge.verdict.as_str()));
    let (from, to) = (edge.from, edge.to);
    let line = &path.line;
    let _ = write!(
        out,
        "<a class=\"edge {verdict}\" href=\"#s{number}e{at}\" data-edge=\"s{number}e{at}\" \
         data-from=\"s{number}n{from}\" data-to=\"s{number}n{to}\" aria-label=\"{title}\"><title>{title}</title>\
         <path class=\"hit\" d=\"{line}\"/><path class=\"line\" d=\"{line}\"/>"
    );
    let (x, y) = path.end;
    let tip = if path.leftwards { x + 8.0 } else { x - 8.0 };
    let _ = write!(
        out,
        "<path class=\"tip\" d=\"M{x:.1} {y:.1}L{tip:.1} {:.1}L{tip:.1} {:.1}Z\"/>",
        y - 4.0,
        y + 4.0
    );
    if edge.verdict == Verdict::NotReachable {
        let (x, y) = path.start;
        let x = if path.leftwards { x - 13.0 } else { x + 13.0 };
        let _ = write!(
            out,
            "<circle class=\"mark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"6\"/><path class=\"cross\" \
             d=\"M{:.1} {:.1}l5 5m0 -5l-5 5\"/>",
            x - 2.5,
            y - 2.5
        );
    }
    if !matches!(section.nodes[to].kind, NodeKind::Host | NodeKind::Internet) {
        let crowded = if path.has_room { "" } else { " crowded" };
        let _ = write!(
            out,
            "<text class=\"port{crowded}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x - 11.0,
            y - 4.0,
            escape(&edge.port_suffix())
        );
    }
    out.push_str("</a>\n");
}

/// What stands on a bar where a connection leaves or arrives: the port of the host, the name outside.
fn draw_pill(section: &Section, edge: &Edge, layout: &Layout, number: usize, at: usize, out: &mut String) {
    let path = &layout.paths[at];
    let (from, to) = (section.nodes[edge.from].kind, section.nodes[edge.to].kind);
    let Some(text) = section.pill(edge) else { return };
    let ((x, y), bar, kind) = if matches!(from, NodeKind::Host | NodeKind::Internet) {
        (path.start, layout.nodes[edge.from], from)
    } else {
        (path.end, layout.nodes[edge.to], to)
    };
    let width = bar.width - 16.0;
    let left = if kind == NodeKind::Internet { x } else { x - width };
    let _ = writeln!(
        out,
        "<a class=\"pill {}\" href=\"#s{number}e{at}\" data-edge=\"s{number}e{at}\"><title>{}</title>\
         <rect x=\"{left:.1}\" y=\"{:.1}\" width=\"{width:.1}\" height=\"19\" rx=\"9.5\"/>\
         <text x=\"{:.1}\" y=\"{:.1}\">{}</text></a>",
        class(edge.verdict),
        escape(&text),
        y - 9.5,
        left + width / 2.0,
        y + 4.0,
        escape(&shortened_at_front(&text, if kind == NodeKind::Internet { 31 } else { 20 })),
    );
}

/// The text, or as much of its beginning as there is room for.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The text, or as much of its end as there is room for.
fn shortened_at_front(text: &str, most: usize) -> String {
    let length = text.chars().count();
    if length <= most {
        return text.to_owned();
    }
    std::iter::once('…').chain(text.chars().skip(length - most + 1)).collect()
}
