//! Where things stand on the page.
//!
//! Connections lead from left to right: a node stands in a column behind those who dial it. Nodes that are in the
//! same regions stand in one band across the page, and the bands are ordered so that those of a network lie
//! together: the network is a rectangle around them, and rectangles overlap where a node is in both. Where there are
//! too many networks for that, each has a block with the nodes that are at home in it, and a node says on its card in
//! which others it is. Rows and columns are aligned, so that the space between them is free for connections. All of
//! it depends on the order of the project alone.

mod grid;
mod paths;
#[cfg(test)]
mod tests;

use self::grid::{Grid, ranks};
use super::{NodeKind, Section};

pub(super) const CARD_WIDTH: f64 = 198.0;
pub(super) const CARD_HEIGHT: f64 = 64.0;
/// Between two columns of cards, for the connections that change rows there.
const GUTTER: f64 = 68.0;
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
/// From the top of a bar to the middle of its first pill.
const BAR_TITLE: f64 = 60.0;

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
    /// The regions of each node that are not drawn around it.
    pub(super) elsewhere: Vec<Vec<usize>>,
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
    let runs = runs(&bands, section.regions.len());
    let deepest = runs.iter().map(|it| it.depth + 1).max().unwrap_or(0);
    let mut layout = Layout {
        width: 0.0,
        height: 0.0,
        areas: Vec::new(),
        nodes: vec![
            Rectangle { x: 0.0, y: 0.0, width: CARD_WIDTH, height: CARD_HEIGHT };
            section.nodes.len()
        ],
        elsewhere: vec![Vec::new(); section.nodes.len()],
        paths: Vec::new(),
    };
    let has_host = section.nodes.iter().any(|it| it.kind == NodeKind::Host);
    let left = MARGIN + if has_host { BAR + GUTTER } else { 0.0 };
    let is_readable = breaks(&bands, section.regions.len()) == 0 && deepest <= 2 && bands.len() <= 5;
    let right = if is_readable {
        layout.place_in_bands(section, &bands, &runs, left)
    } else {
        layout.place_in_blocks(section, left)
    };
    layout.width = right + MARGIN;
    layout.add_bars(section, right);
    layout.draw(section);
    layout
}

/// How many rows a grid of so many cards has at most: a card with its gutter is three times as wide as high.
fn rows_for(cards: usize) -> usize {
    ((cards as f64 * 1.6).sqrt().ceil() as usize).clamp(3, 12)
}

impl Layout {
    /// Bands across the page, and around those of a network a rectangle. Gives the right end.
    fn place_in_bands(&mut self, section: &Section, bands: &[Band], runs: &[Run], left: f64) -> f64 {
        let most = bands.iter().map(|it| it.members.len()).max().unwrap_or(1);
        let deepest = runs.iter().map(|it| it.depth + 1).max().unwrap_or(0);
        let lists: Vec<&[usize]> = bands.iter().map(|it| &it.members[..]).collect();
        let grid = Grid::of(section, &lists, rows_for(most));
        let first_column = left + deepest as f64 * INSET + INSET;
        let columns_end = first_column + grid.columns as f64 * (CARD_WIDTH + GUTTER) - GUTTER;
        let mut y = MARGIN;
        let mut starts = vec![0.0; runs.len()];
        for (at, band) in bands.iter().enumerate() {
            for (_, start) in runs.iter().zip(&mut starts).filter(|(it, _)| it.first == at) {
                *start = y;
                y += TITLE;
            }
            y += CORRIDOR / 2.0 + 4.0;
            for member in &band.members {
                let (column, row) = grid.cells[*member];
                self.nodes[*member].x = first_column + column as f64 * (CARD_WIDTH + GUTTER);
                self.nodes[*member].y = y + row as f64 * (CARD_HEIGHT + CORRIDOR);
            }
            y += grid.rows[at] as f64 * (CARD_HEIGHT + CORRIDOR) - CORRIDOR / 2.0 + 4.0;
            // The inner ones end first.
            for (number, run) in runs.iter().enumerate().rev().filter(|(_, it)| it.last == at) {
                let inset = (deepest - run.depth) as f64 * INSET;
                let x = first_column - inset;
                let (width, height) = (columns_end + inset - x, y - starts[number]);
                self.areas.push((run.region, Rectangle { x, y: starts[number], width, height }));
                y += INSET;
            }
            y += INSET;
        }
        self.areas.reverse();
        self.height = y + MARGIN - INSET;
        columns_end + deepest as f64 * INSET + INSET
    }

    /// A block for each network, with the nodes that are at home there; on which others they are stands on their
    /// cards. Gives the right end.
    fn place_in_blocks(&mut self, section: &Section, left: f64) -> f64 {
        let blocks = blocks(section, &mut self.elsewhere);
        let grids: Vec<Grid> =
            blocks.iter().map(|it| Grid::of(section, &[&it.members], rows_for(it.members.len()))).collect();
        // As many blocks beside each other as make the page a little wider than high.
        let (mut best, mut across) = (f64::MAX, 1);
        for number in 1..=blocks.len() {
            let (widths, heights) = tracks(&grids, number);
            let ratio = widths.iter().sum::<f64>() / heights.iter().sum::<f64>();
            let distance = (ratio / 1.3).ln().abs();
            if distance < best {
                (best, across) = (distance, number);
            }
        }
        let (widths, heights) = tracks(&grids, across);
        let mut y = MARGIN;
        for (row, height) in heights.iter().enumerate() {
            let mut x = left;
            for (column, width) in widths.iter().enumerate() {
                let at = row * across + column;
                let Some(block) = blocks.get(at) else { break };
                for member in &block.members {
                    let (column, row) = grids[at].cells[*member];
                    self.nodes[*member].x = x + 2.0 * INSET + column as f64 * (CARD_WIDTH + GUTTER);
                    self.nodes[*member].y =
                        y + TITLE + CORRIDOR / 2.0 + 4.0 + row as f64 * (CARD_HEIGHT + CORRIDOR);
                }
                if let Some(region) = block.region {
                    let area =
                        Rectangle { x, y, width: width - GUTTER + 2.0 * INSET, height: height - INSET };
                    self.areas.push((region, area));
                }
                x += width + 2.0 * INSET;
            }
            y += height + INSET;
        }
        self.height = y + MARGIN - INSET;
        left + widths.iter().map(|it| it + 2.0 * INSET).sum::<f64>() - GUTTER + INSET
    }
}

/// The nodes that are at home in one region, or in none.
struct Block {
    region: Option<usize>,
    members: Vec<usize>,
}

/// A block for each region that is a home: of several regions of a node the smallest, where it stands out most.
/// `elsewhere` gets the others.
fn blocks(section: &Section, elsewhere: &mut [Vec<usize>]) -> Vec<Block> {
    let size = |region: usize| section.members(region).count();
    let ranks = ranks(section, &(0..section.nodes.len()).collect::<Vec<_>>());
    let mut blocks: Vec<Block> = Vec::new();
    for (at, node) in section.nodes.iter().enumerate() {
        if matches!(node.kind, NodeKind::Host | NodeKind::Internet) {
            continue;
        }
        let home = node.regions.iter().copied().min_by_key(|it| (size(*it) < 2, size(*it), *it));
        elsewhere[at] = node.regions.iter().copied().filter(|it| Some(*it) != home).collect();
        match blocks.iter_mut().find(|it| it.region == home) {
            Some(block) => block.members.push(at),
            None => blocks.push(Block { region: home, members: vec![at] }),
        }
    }
    // Those who dial before those who are dialled.
    let mean = |it: &Block| {
        let sum: usize = it.members.iter().map(|it| ranks[*it]).sum();
        sum * 100 / it.members.len()
    };
    blocks.sort_by_key(|it| (it.region.is_none(), mean(it), it.region));
    blocks
}

/// The widths of the columns of blocks, and the heights of their rows.
fn tracks(grids: &[Grid], across: usize) -> (Vec<f64>, Vec<f64>) {
    let columns = |it: &Grid| it.columns as f64 * (CARD_WIDTH + GUTTER) + 2.0 * INSET;
    let rows = |it: &Grid| TITLE + it.rows[0] as f64 * (CARD_HEIGHT + CORRIDOR) + INSET + 8.0;
    let widths =
        (0..across).map(|column| grids.iter().skip(column).step_by(across).map(columns).fold(0.0, f64::max));
    let heights = grids.chunks(across).map(|it| it.iter().map(rows).fold(0.0, f64::max));
    (widths.collect(), heights.collect())
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

impl Layout {
    /// The bars of the host, at the left, and of other machines, at the right.
    fn add_bars(&mut self, section: &Section, right: f64) {
        let pills = |kind: NodeKind| {
            let meets = |at: usize| section.nodes[at].kind == kind;
            section.edges.iter().filter(|it| meets(it.from) || meets(it.to)).count() as f64 * PILL
        };
        let most = pills(NodeKind::Host).max(pills(NodeKind::Internet));
        self.height = self.height.max(2.0 * MARGIN + BAR_TITLE + most);
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
}
