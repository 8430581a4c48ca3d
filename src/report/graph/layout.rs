//! Where things stand on the page.
//!
//! Connections lead from left to right: a node stands in a column behind those who dial it. Nodes that are in the
//! same regions stand in one band across the page, and the bands are ordered so that those of a network lie
//! together: the network is a rectangle around them, and rectangles overlap where a node is in both. Rows and columns
//! are the same everywhere, so that the space between them is free for connections. All of it depends on the order of
//! the project alone.

use super::{NodeKind, Section};

pub(super) const CARD_WIDTH: f64 = 204.0;
pub(super) const CARD_HEIGHT: f64 = 64.0;
/// Between two columns of cards, for the connections that change rows there.
const GUTTER: f64 = 72.0;
/// Between two rows of cards, for the connections that pass columns there.
const CORRIDOR: f64 = 30.0;
/// The height of a region's title.
const TITLE: f64 = 26.0;
/// By how much a rectangle lies inside of the one around it.
const INSET: f64 = 12.0;
/// The width of the bars that stand for the host and for other machines.
const BAR: f64 = 150.0;
const MARGIN: f64 = 24.0;
/// The height of a pill on a bar, with the space below it.
const PILL: f64 = 24.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rectangle {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Rectangle {
    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }

    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }

    fn middle(self) -> f64 {
        self.y + self.height / 2.0
    }
}

#[derive(Debug)]
pub(super) struct Layout {
    pub(super) width: f64,
    pub(super) height: f64,
    /// Each part of a region's area: the region, and where. Outer ones first.
    pub(super) areas: Vec<(usize, Rectangle)>,
    /// Where each node is, by its index.
    pub(super) nodes: Vec<Rectangle>,
    /// Each connection, by its index.
    pub(super) paths: Vec<Path>,
}

/// The way of a connection over the page.
#[derive(Debug)]
pub(super) struct Path {
    /// In the language of SVG.
    pub(super) line: String,
    pub(super) start: (f64, f64),
    pub(super) end: (f64, f64),
    /// Whether it arrives from the right.
    pub(super) leftwards: bool,
    /// Whether there is room for its ports where it arrives.
    pub(super) has_room: bool,
}

/// The nodes that are in the same regions.
#[derive(Debug)]
struct Band {
    regions: Vec<usize>,
    members: Vec<usize>,
}

pub(super) fn of(section: &Section) -> Layout {
    let bands = bands(section);
    let most = bands.iter().map(|it| it.members.len()).max().unwrap_or(1);
    // About as high as it is wide: a card with its gutter is three times as wide as it is high.
    let rows_most = ((most as f64 * 1.6).sqrt().ceil() as usize).clamp(3, 12);
    let grid = Grid::of(section, &bands, rows_most);
    let has = |kind| section.nodes.iter().any(|it| it.kind == kind);
    let left = MARGIN + if has(NodeKind::Host) { BAR + GUTTER } else { 0.0 };
    let runs = runs(&bands, section.regions.len());
    let deepest = runs.iter().map(|it| it.depth + 1).max().unwrap_or(0);
    let first_column = left + deepest as f64 * INSET + INSET;

    let mut nodes =
        vec![Rectangle { x: 0.0, y: 0.0, width: CARD_WIDTH, height: CARD_HEIGHT }; section.nodes.len()];
    let mut areas: Vec<(usize, Rectangle)> = Vec::new();
    let columns_end = first_column + grid.columns as f64 * (CARD_WIDTH + GUTTER) - GUTTER;
    let mut y = MARGIN;
    let mut starts = vec![0.0; runs.len()];
    for (at, band) in bands.iter().enumerate() {
        for (run, start) in runs.iter().zip(&mut starts).filter(|(it, _)| it.first == at) {
            *start = y + run.depth as f64 * 2.0;
            y += TITLE;
        }
        y += CORRIDOR / 2.0 + 4.0;
        for member in &band.members {
            let (column, row) = grid.cells[*member];
            nodes[*member].x = first_column + column as f64 * (CARD_WIDTH + GUTTER);
            nodes[*member].y = y + row as f64 * (CARD_HEIGHT + CORRIDOR);
        }
        y += grid.rows[at] as f64 * (CARD_HEIGHT + CORRIDOR) - CORRIDOR / 2.0 + 4.0;
        // The inner ones end first.
        for (number, run) in runs.iter().enumerate().rev().filter(|(_, it)| it.last == at) {
            let inset = (deepest - run.depth) as f64 * INSET;
            let x = first_column - inset;
            let area = Rectangle {
                x,
                y: starts[number],
                width: columns_end + inset - x,
                height: y - starts[number],
            };
            areas.push((run.region, area));
            y += INSET;
        }
        y += INSET;
    }
    areas.reverse();
    let right = columns_end + deepest as f64 * INSET + INSET;
    let mut layout =
        Layout { width: right + MARGIN, height: y + MARGIN - INSET, areas, nodes, paths: Vec::new() };
    layout.add_bars(section, right);
    layout.draw(section);
    layout
}

/// The bands in an order in which each region's lie together as far as that is possible.
fn bands(section: &Section) -> Vec<Band> {
    let mut bands: Vec<Band> = Vec::new();
    for (at, node) in section.nodes.iter().enumerate() {
        if matches!(node.kind, NodeKind::Host | NodeKind::Internet) {
            continue;
        }
        match bands.iter_mut().find(|it| it.regions == node.regions) {
            Some(band) => band.members.push(at),
            None => bands.push(Band { regions: node.regions.clone(), members: vec![at] }),
        }
    }
    // What is in no region goes below the others.
    bands.sort_by_key(|it| it.regions.is_empty());
    // Moves one band as long as that brings more together; longer lists are left as they are written.
    let mut cost = breaks(&bands, section.regions.len());
    while cost > 0 && bands.len() <= 40 {
        let mut best: Option<(usize, usize, usize)> = None;
        for from in 0..bands.len() {
            for to in (0..bands.len()).filter(|it| *it != from) {
                let band = bands.remove(from);
                bands.insert(to, band);
                let moved = breaks(&bands, section.regions.len());
                if moved < best.map_or(cost, |(cost, ..)| cost) {
                    best = Some((moved, from, to));
                }
                let band = bands.remove(to);
                bands.insert(from, band);
            }
        }
        let Some((lower, from, to)) = best else { break };
        let band = bands.remove(from);
        bands.insert(to, band);
        cost = lower;
    }
    bands
}

/// In how many more parts than one the regions lie.
fn breaks(bands: &[Band], regions: usize) -> usize {
    let parts = |region: usize| {
        let starts = bands.iter().enumerate().filter(|(at, it)| {
            let before = at.checked_sub(1).is_some_and(|at| bands[at].regions.contains(&region));
            it.regions.contains(&region) && !before
        });
        starts.count()
    };
    (0..regions).map(|it| parts(it).saturating_sub(1)).sum()
}

/// Bands of one region that lie together.
#[derive(Debug)]
struct Run {
    region: usize,
    first: usize,
    last: usize,
    /// How many others it lies in, at most.
    depth: usize,
}

/// The runs, outer ones first where several begin together.
fn runs(bands: &[Band], regions: usize) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for region in 0..regions {
        let mut open: Option<usize> = None;
        for at in 0..=bands.len() {
            let inside = bands.get(at).is_some_and(|it| it.regions.contains(&region));
            match (inside, open) {
                (true, None) => open = Some(at),
                (false, Some(first)) => {
                    runs.push(Run { region, first, last: at - 1, depth: 0 });
                    open = None;
                }
                _ => {}
            }
        }
    }
    runs.sort_by_key(|it| (std::cmp::Reverse(it.last - it.first), it.first, it.region));
    for at in 0..runs.len() {
        let overlaps = |it: &&Run| it.first <= runs[at].last && runs[at].first <= it.last;
        let taken: Vec<usize> = runs[..at].iter().filter(overlaps).map(|it| it.depth).collect();
        runs[at].depth = (0..).find(|it| !taken.contains(it)).unwrap_or(0);
    }
    runs.sort_by_key(|it| (it.depth, it.first));
    runs
}

/// Rows and columns.
struct Grid {
    /// Column, and row in its band, of each node.
    cells: Vec<(usize, usize)>,
    columns: usize,
    /// The rows of each band.
    rows: Vec<usize>,
}

impl Grid {
    fn of(section: &Section, bands: &[Band], rows_most: usize) -> Self {
        let ranks = ranks(section);
        let last = ranks.iter().copied().max().unwrap_or(0);
        let mut grid =
            Self { cells: vec![(0, 0); section.nodes.len()], columns: 0, rows: vec![1; bands.len()] };
        for rank in 0..=last {
            let mut width = 0;
            for (number, band) in bands.iter().enumerate() {
                let here = band.members.iter().copied().filter(|it| ranks[*it] == rank);
                let mut here: Vec<usize> = here.collect();
                // Beside those who dial them; those whom nobody dials below the others.
                let wanted = |at: usize| grid.height_of_diallers(section, &ranks, at);
                let mut keyed: Vec<(f64, usize)> = here.iter().map(|it| (wanted(*it), *it)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                here = keyed.into_iter().map(|(_, at)| at).collect();
                let columns = here.len().div_ceil(rows_most).max(1);
                let rows = here.len().div_ceil(columns).max(1);
                for (at, node) in here.iter().enumerate() {
                    grid.cells[*node] = (grid.columns + at / rows, at % rows);
                }
                if !here.is_empty() {
                    width = width.max(columns);
                    grid.rows[number] = grid.rows[number].max(rows);
                }
            }
            grid.columns += width;
        }
        grid.columns = grid.columns.max(1);
        grid
    }

    /// The mean row of those who dial a node from columns before it.
    fn height_of_diallers(&self, section: &Section, ranks: &[usize], at: usize) -> f64 {
        let diallers = section.edges.iter().filter(|it| it.to == at && ranks[it.from] < ranks[at]);
        let rows: Vec<f64> = diallers.map(|it| self.cells[it.from].1 as f64).collect();
        let connected = section.edges.iter().any(|it| it.from == at || it.to == at);
        match rows.len() {
            0 if connected => 0.0,
            0 => f64::MAX,
            number => rows.iter().sum::<f64>() / number as f64,
        }
    }
}

/// The length of the longest way to each node, connections that lead back left out.
fn ranks(section: &Section) -> Vec<usize> {
    let count = section.nodes.len();
    let is_bar = |at: usize| matches!(section.nodes[at].kind, NodeKind::Host | NodeKind::Internet);
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in section.edges.iter().filter(|it| !is_bar(it.from) && !is_bar(it.to) && it.from != it.to) {
        if !next[edge.from].contains(&edge.to) {
            next[edge.from].push(edge.to);
        }
    }
    // A depth-first search: what leads to a node that is open leads back. It begins where nobody dials.
    let dialled: Vec<bool> = (0..count).map(|at| next.iter().any(|it| it.contains(&at))).collect();
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|it| dialled[*it]);
    let (mut state, mut finished) = (vec![0_u8; count], Vec::new());
    let mut forward: Vec<(usize, usize)> = Vec::new();
    for root in order {
        if state[root] != 0 {
            continue;
        }
        state[root] = 1;
        let mut stack = vec![(root, 0)];
        while let Some((at, child)) = stack.last_mut() {
            let (from, to) = (*at, next[*at].get(*child).copied());
            *child += 1;
            match to {
                Some(to) if state[to] == 1 => {}
                Some(to) => {
                    forward.push((from, to));
                    if state[to] == 0 {
                        state[to] = 1;
                        stack.push((to, 0));
                    }
                }
                None => {
                    state[from] = 2;
                    finished.push(from);
                    stack.pop();
                }
            }
        }
    }
    let mut ranks = vec![0; count];
    for from in finished.into_iter().rev() {
        for (_, to) in forward.iter().filter(|it| it.0 == from) {
            ranks[*to] = ranks[*to].max(ranks[from] + 1);
        }
    }
    ranks
}

impl Layout {
    /// The bars of the host, at the left, and of other machines, at the right.
    fn add_bars(&mut self, section: &Section, right: f64) {
        let pills = section.edges.iter().filter(|it| it.is_published).count();
        let outward =
            section.edges.iter().filter(|it| section.nodes[it.to].kind == NodeKind::Internet).count();
        self.height = self.height.max(2.0 * MARGIN + (pills.max(outward) + 2) as f64 * PILL);
        let height = self.height - 2.0 * MARGIN;
        for (node, place) in section.nodes.iter().zip(&mut self.nodes) {
            match node.kind {
                NodeKind::Host => *place = Rectangle { x: MARGIN, y: MARGIN, width: BAR, height },
                NodeKind::Internet => {
                    let x = right + GUTTER;
                    *place = Rectangle { x, y: MARGIN, width: BAR + 70.0, height };
                    self.width = place.right() + MARGIN;
                }
                _ => {}
            }
        }
    }

    fn draw(&mut self, section: &Section) {
        let ends: Vec<(f64, f64)> = self.ends(section);
        let mut paths = Vec::new();
        for (at, edge) in section.edges.iter().enumerate() {
            let (from, to) = (self.nodes[edge.from], self.nodes[edge.to]);
            let (y1, y2) = ends[at];
            let leftwards = section.nodes[edge.to].kind == NodeKind::Host;
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
            let kind = section.nodes[node].kind;
            let side = |is_out: bool| {
                let mut edges: Vec<(f64, usize)> = Vec::new();
                for (at, edge) in section.edges.iter().enumerate() {
                    let (own, other) = if is_out { (edge.from, edge.to) } else { (edge.to, edge.from) };
                    if own == node {
                        edges.push((self.height_of(section, other, own), at));
                    }
                }
                edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
                edges
            };
            for is_out in [true, false] {
                let edges = side(is_out);
                let number = edges.len() as f64;
                let mut free = place.y + PILL * 2.0;
                for (order, (wanted, at)) in edges.iter().enumerate() {
                    let y = if matches!(kind, NodeKind::Host | NodeKind::Internet) {
                        // Where the other end is, as far as the pills have room.
                        let rest = (number - order as f64) * PILL;
                        let y = wanted.max(free).min((place.bottom() - rest).max(free));
                        free = y + PILL;
                        y
                    } else {
                        place.y + place.height * (order as f64 + 1.0) / (number + 1.0)
                    };
                    if is_out { ends[*at].0 = y } else { ends[*at].1 = y }
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
