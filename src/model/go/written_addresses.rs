//! Addresses of hosts as they stand in the source.

use rayon::prelude::*;

use super::Reachable;
use super::values::{self, Place};
use super::world::{FunctionId, PackageId, Packages};
use crate::facts::go::Value;
use crate::net::parse_target;
use crate::source::Spanned;

/// The IPv4 addresses of hosts that literals hold together with a port or a scheme, and where these stand.
pub(super) struct WrittenAddresses(Vec<(Place, Spanned<String>)>);

impl WrittenAddresses {
    /// Those of all packages.
    pub fn new(packages: &Packages<'_>) -> Self {
        let functions =
            (0..packages.functions.len() as u32).into_par_iter().map(|it| Place::Function(FunctionId(it)));
        let variables =
            (0..packages.packages.len() as u32).into_par_iter().map(|it| Place::Package(PackageId(it)));
        let in_place = |place| {
            let mut found = Vec::new();
            values::visit_place(packages, place, &mut |place, value: &Value| {
                gather(place, value, &mut found)
            });
            found
        };
        let mut found: Vec<_> = functions.chain(variables).flat_map_iter(in_place).collect();
        found.sort_by_key(|(_, it)| it.span);
        found.dedup();
        Self(found)
    }

    /// Those of one program, in the order in which they are written.
    pub fn of(&self, reachable: &Reachable<'_>) -> Vec<Spanned<String>> {
        let is_built_in = |place: &Place| match place {
            Place::Function(id) => reachable.contains(*id),
            Place::Package(id) => reachable.packages.contains(id),
        };
        let mut found: Vec<_> =
            self.0.iter().filter(|(place, _)| is_built_in(place)).map(|(_, it)| it.clone()).collect();
        found.dedup();
        found
    }
}

fn gather(place: Place, value: &Value, found: &mut Vec<(Place, Spanned<String>)>) {
    let Value::Literal(literal) = value else { return };
    if literal.value.bytes().filter(|it| *it == b'.').count() < 3 || literal.span.len() != literal.value.len()
    {
        return;
    }
    for target in parse_target(&literal.value, "any") {
        if target.host.parse::<std::net::Ipv4Addr>().is_ok() {
            found.push((place, Spanned::new(target.host, literal.span.slice(target.host_range))));
        }
    }
}
