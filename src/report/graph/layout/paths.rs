//! The ways of connections over the page.

use super::{BAR_TITLE, CORRIDOR, GUTTER, Layout, PILL, Path, Rectangle};
use crate::report::graph::{NodeKind, Section};

impl Layout {
    /// Draws every connection between nodes that have their places.
    pub(super) fn draw(&mut self, section: &Section) {
        let ends: Vec<(f64, f64)> = self.ends(section);
        let mut paths = Vec::new();
        for (at, edge) in section.edges.iter().enumerate() {
            let (from, to) = (self.nodes[edge.from], self.nodes[edge.to]);
            let (y1, y2) = ends[at];
            let kind = |at: usize| section.nodes[at].kind;
            let leftwards = kind(edge.to) == NodeKind::Host || kind(edge.from) == NodeKind::Internet;
            let (x1, x2) = if leftwards { (from.x, to.right()) } else { (from.right(), to.x) };
            let is_bar = |at: usize| matches!(section.nodes[at].kind, NodeKind::Host | NodeKind::Internet);
            let crowd = section.edges.iter().filter(|it| it.to == edge.to).count();
            // Lanes keep those apart that share a corridor.
            let lane = (at % 5) as f64 * 3.0 - 6.0;
            let card = if is_bar(edge.to) { from } else { to };
            let above = card.y - CORRIDOR / 2.0 + lane;
            let below = card.bottom() + CORRIDOR / 2.0 + lane;
            let near = if is_bar(edge.to) { y2 } else { y1 };
            let corridor = if (above - near).abs() <= (below - near).abs() { above } else { below };
            let line = route((x1, y1), (x2, y2), corridor, leftwards, self.is_free(section, at, x1, x2));
            let has_room = crowd <= 3 || is_bar(edge.to);
            paths.push(Path { line, start: (x1, y1), end: (x2, y2), leftwards, has_room });
        }
        self.paths = paths;
    }

    /// Whether no card stands in a column between both ends.
    fn is_free(&self, section: &Section, edge: usize, x1: f64, x2: f64) -> bool {
        let (low, high) = (x1.min(x2), x1.max(x2));
        let edge = &section.edges[edge];
        let others = self.nodes.iter().enumerate().filter(|(it, _)| *it != edge.from && *it != edge.to);
        let mut between = others.filter(|(_, it)| it.x < high - 1.0 && it.right() > low + 1.0);
        between.next().is_none()
    }

    /// The heights at which each connection leaves and arrives.
    fn ends(&self, section: &Section) -> Vec<(f64, f64)> {
        let mut ends = vec![(0.0, 0.0); section.edges.len()];
        for (node, place) in self.nodes.iter().enumerate() {
            let side = |is_out: bool| {
                let mut edges: Vec<(f64, usize, bool)> = Vec::new();
                for (at, edge) in section.edges.iter().enumerate() {
                    let (own, other) = if is_out { (edge.from, edge.to) } else { (edge.to, edge.from) };
                    if own == node {
                        edges.push((self.height_of(section, other, own), at, is_out));
                    }
                }
                edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                edges
            };
            if matches!(section.nodes[node].kind, NodeKind::Host | NodeKind::Internet) {
                let mut edges = [side(true), side(false)].concat();
                edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                for (at, is_out, y) in on_bar(section, *place, &edges) {
                    if is_out { ends[at].0 = y } else { ends[at].1 = y }
                }
                continue;
            }
            for edges in [side(true), side(false)] {
                let number = edges.len() as f64;
                for (order, (_, at, is_out)) in edges.into_iter().enumerate() {
                    let y = place.y + place.height * (order as f64 + 1.0) / (number + 1.0);
                    if is_out { ends[at].0 = y } else { ends[at].1 = y }
                }
            }
        }
        ends
    }

    /// The height at which a node would like to be met; a bar has none of its own.
    fn height_of(&self, section: &Section, node: usize, seen_from: usize) -> f64 {
        match section.nodes[node].kind {
            NodeKind::Host | NodeKind::Internet => self.nodes[seen_from].middle(),
            _ => self.nodes[node].middle(),
        }
    }
}

/// The heights of connections on a bar: where the other end is, as far as the pills have room. Those that say the
/// same share one.
fn on_bar(section: &Section, place: Rectangle, edges: &[(f64, usize, bool)]) -> Vec<(usize, bool, f64)> {
    // A port that Docker chooses is another one each time.
    let key = |at: usize| {
        let edge = &section.edges[at];
        (section.pill(edge), edge.is_published.then_some((edge.to, edge.port)))
    };
    let mut pills: Vec<(_, f64)> = Vec::new();
    for (wanted, at, _) in edges {
        if pills.iter().all(|(it, _)| *it != key(*at)) {
            pills.push((key(*at), *wanted));
        }
    }
    let mut free = place.y + BAR_TITLE;
    let number = pills.len();
    for (order, (_, y)) in pills.iter_mut().enumerate() {
        let rest = (number - order) as f64 * PILL;
        *y = y.max(free).min((place.bottom() - rest).max(free));
        free = *y + PILL;
    }
    let height = |at: usize| pills.iter().find(|(it, _)| *it == key(at)).map_or(free, |it| it.1);
    edges.iter().map(|(_, at, is_out)| (*at, *is_out, height(*at))).collect()
}

/// A smooth line: where no card is between, from one end to the other; else along the corridor.
fn route(
    (x1, y1): (f64, f64),
    (x2, y2): (f64, f64),
    corridor: f64,
    leftwards: bool,
    is_free: bool,
) -> String {
    let bend = if leftwards { -GUTTER } else { GUTTER };
    let ahead = (x2 - x1) * bend.signum() > 0.0;
    if is_free && ahead {
        let half = x1 + (x2 - x1) / 2.0;
        return format!("M{x1:.1} {y1:.1}C{half:.1} {y1:.1} {half:.1} {y2:.1} {x2:.1} {y2:.1}");
    }
    let half = bend / 2.0;
    if ahead {
        let (a, b) = (x1 + bend, x2 - bend);
        let (a1, b1) = (x1 + half, x2 - half);
        return format!(
            "M{x1:.1} {y1:.1}C{a1:.1} {y1:.1} {a1:.1} {corridor:.1} {a:.1} {corridor:.1}H{b:.1}\
             C{b1:.1} {corridor:.1} {b1:.1} {y2:.1} {x2:.1} {y2:.1}"
        );
    }
    // Back, around both ends.
    let (a, b) = (x1 + half * 1.2, x2 - half * 1.2);
    format!(
        "M{x1:.1} {y1:.1}C{a:.1} {y1:.1} {a:.1} {corridor:.1} {x1:.1} {corridor:.1}H{x2:.1}\
         C{b:.1} {corridor:.1} {b:.1} {y2:.1} {x2:.1} {y2:.1}"
    )
}
