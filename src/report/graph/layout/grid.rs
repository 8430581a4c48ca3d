//! In which column and row a node stands.

use crate::report::graph::{NodeKind, Section};

/// Rows and columns.
pub(super) struct Grid {
    /// Column, and row in its band, of each node.
    pub(super) cells: Vec<(usize, usize)>,
    pub(super) columns: usize,
    /// The rows of each band.
    pub(super) rows: Vec<usize>,
}

impl Grid {
    /// Places the nodes of each of `bands`, which share their columns, in at most `rows_most` rows.
    pub(super) fn of(section: &Section, bands: &[&[usize]], rows_most: usize) -> Self {
        let ranks = ranks(section, &bands.concat());
        let last = ranks.iter().copied().max().unwrap_or(0);
        let mut grid =
            Self { cells: vec![(0, 0); section.nodes.len()], columns: 0, rows: vec![1; bands.len()] };
        for rank in 0..=last {
            let mut width = 0;
            for (number, band) in bands.iter().enumerate() {
                let here = band.iter().copied().filter(|it| ranks[*it] == rank);
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

/// The length of the longest way to each of `members` between them, connections that lead back left out.
pub(super) fn ranks(section: &Section, members: &[usize]) -> Vec<usize> {
    let count = section.nodes.len();
    let is_bar = |at: usize| matches!(section.nodes[at].kind, NodeKind::Host | NodeKind::Internet);
    let is_member = |at: usize| !is_bar(at) && members.contains(&at);
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for edge in section.edges.iter().filter(|it| is_member(it.from) && is_member(it.to) && it.from != it.to) {
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
    for root in order.iter().copied() {
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
    // Where everybody dials everybody the longest way is long and says nothing.
    let is_deep = ranks.iter().any(|it| *it > DEEPEST);
    if is_deep { distances(&next, &order) } else { ranks }
}

/// Ranks above this one make a page that is too wide.
const DEEPEST: usize = 5;

/// The length of the shortest way to each node, from the first in `order` that no other leads to.
fn distances(next: &[Vec<usize>], order: &[usize]) -> Vec<usize> {
    let is_dialled = |at: usize| next.iter().any(|it| it.contains(&at));
    let mut found: Vec<Option<usize>> = vec![None; next.len()];
    for root in order {
        // Those in front of whom nobody is begin together; of a circle its first.
        let mut queue: Vec<usize> = order.iter().copied().filter(|it| !is_dialled(*it)).collect();
        queue.retain(|it| found[*it].is_none());
        if queue.is_empty() && found[*root].is_none() {
            queue.push(*root);
        }
        queue.iter().for_each(|it| found[*it] = Some(0));
        let mut at = 0;
        while let Some(from) = queue.get(at).copied() {
            for to in &next[from] {
                if found[*to].is_none() {
                    found[*to] = found[from].map(|it| it + 1);
                    queue.push(*to);
                }
            }
            at += 1;
        }
    }
    found.into_iter().map(Option::unwrap_or_default).collect()
}
