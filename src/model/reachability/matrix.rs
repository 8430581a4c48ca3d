//! Every way of one stack.

use super::{Address, Endpoint, Stack, Trace, Verdict};
use crate::model::Project;
use crate::net::Protocol;

/// Who connects, whom they want, and what becomes of it.
#[derive(Clone, Debug)]
pub struct Matrix {
    /// What is started together.
    pub stack: Stack,
    /// Who connects.
    pub rows: Vec<Endpoint>,
    /// Whom they want, and where.
    pub columns: Vec<(Endpoint, Address)>,
    /// Row by row.
    cells: Vec<Cell>,
}

/// One way of a [`Matrix`].
#[derive(Clone, Debug)]
pub struct Cell {
    /// The way, by the name that is dialled where somebody dials; `None` where the project plays no part in it.
    pub trace: Option<Trace>,
    /// Whether somebody in the row dials what the column names.
    pub dialled: bool,
}

impl Project {
    /// Judges every way between the members of `stack`, the host and other machines.
    #[must_use]
    pub fn matrix(&self, stack: Stack) -> Matrix {
        let members: Vec<Endpoint> = self.members(stack).map(|it| Endpoint::Workload(it.id)).collect();
        let ways = self.ways_dialled(stack);
        let mut rows = members.clone();
        let mut wanted = members;
        if let Stack::Composition(_) = stack {
            rows.extend([Endpoint::Host, Endpoint::Internet]);
            wanted.extend(self.knows_host(stack, &ways).then_some(Endpoint::Host));
        }
        wanted.push(Endpoint::Internet);
        let mut columns: Vec<(Endpoint, Address)> = Vec::new();
        for to in wanted {
            let ports = self.ports_of(to, Some(stack), &ways);
            // Whose ports are not known may still be out of reach.
            columns.extend(ports.is_empty().then_some((to, Address::ANY)));
            let address = |(port, protocol)| Address { host: None, port: Some(port), protocol };
            columns.extend(ports.into_iter().map(|it| (to, address(it))));
        }
        let reachability = self.reachability();
        let mut cells = Vec::new();
        for from in &rows {
            for (to, address) in &columns {
                let takes_part = [from, to].iter().any(|it| matches!(it, Endpoint::Workload(_)));
                let dialled = ways.iter().filter(|it| {
                    (Endpoint::Workload(it.from), it.to) == (*from, *to)
                        && (it.address.port, it.address.protocol) == (address.port, address.protocol)
                });
                // Of several names that are dialled, the one that leads nowhere.
                let worst = dialled.map(|it| reachability.trace(*from, *to, &it.address)).max_by_key(|it| {
                    match it.verdict() {
                        Verdict::Reachable => 0,
                        Verdict::Unknown => 1,
                        Verdict::NotReachable => 2,
                    }
                });
                let dialled = worst.is_some();
                let trace = worst.or_else(|| takes_part.then(|| reachability.trace(*from, *to, address)));
                cells.push(Cell { trace, dialled });
            }
        }
        Matrix { stack, rows, columns, cells }
    }
}

impl Matrix {
    /// The way from a row to a column, both by their index.
    #[must_use]
    pub fn cell(&self, row: usize, column: usize) -> &Cell {
        &self.cells[row * self.columns.len() + column]
    }

    /// The ways in which the project plays a part, row by row.
    pub fn ways(&self) -> impl Iterator<Item = (&Trace, bool)> {
        self.cells.iter().filter_map(|it| Some((it.trace.as_ref()?, it.dialled)))
    }
}

impl Address {
    /// Any port of a destination.
    pub const ANY: Self = Self { host: None, port: None, protocol: Protocol::Tcp };
}
