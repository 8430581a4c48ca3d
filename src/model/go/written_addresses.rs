//! Addresses and hosts as they stand in the source, worked out once for all programs.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::Reachable;
use super::values::{self, Place};
use super::world::{FunctionId, PackageId, Packages};
use crate::facts::go::Value;
use crate::net::{host_written, parse_target};
use crate::source::Spanned;

/// What the texts of the source name, each with the place where it stands.
#[derive(Default)]
pub(super) struct WrittenAddresses {
    /// The IPv4 addresses of hosts that literals hold together with a port or a scheme.
    addresses: Vec<(Place, Spanned<String>)>,
    /// The hosts that literals hold, whatever a program does with them: `request.URL.Host = "api:80"` in a proxy, what it gives
    /// to a library which the tables do not know.
    hosts: Vec<(Place, String)>,
}

impl WrittenAddresses {
    /// Those of all packages.
    pub fn new(packages: &Packages<'_>) -> Self {
        let functions =
            (0..packages.functions.len() as u32).into_par_iter().map(|it| Place::Function(FunctionId(it)));
        let variables =
            (0..packages.packages.len() as u32).into_par_iter().map(|it| Place::Package(PackageId(it)));
        let in_place = |place| {
            let mut found = Self::default();
            values::visit_place(packages, place, &mut |place, value: &Value| found.gather(place, value));
            if let Place::Function(id) = place {
                let writes = packages.function(id).function.field_writes.iter();
                let hosts = writes.filter(|it| it.field.value == "Host").filter_map(|it| match &it.value {
                    Value::Literal(host) => Some((place, host.value.clone())),
                    _ => None,
                });
                found.hosts.extend(hosts);
            }
            found
        };
        let mut found = functions.chain(variables).map(in_place).reduce(Self::default, Self::with);
        found.addresses.sort_by_key(|(_, it)| it.span);
        found.addresses.dedup();
        found
    }

    /// The addresses of one program, in the order in which they are written.
    pub fn addresses_of(&self, reachable: &Reachable<'_>) -> Vec<Spanned<String>> {
        let found = self.addresses.iter().filter(|(place, _)| is_built_in(reachable, *place));
        let mut found: Vec<_> = found.map(|(_, it)| it.clone()).collect();
        found.dedup();
        found
    }

    /// The hosts of one program.
    pub fn hosts_of(&self, reachable: &Reachable<'_>) -> BTreeSet<String> {
        let found = self.hosts.iter().filter(|(place, _)| is_built_in(reachable, *place));
        found.map(|(_, it)| it.clone()).collect()
    }

    fn with(mut self, other: Self) -> Self {
        self.addresses.extend(other.addresses);
        self.hosts.extend(other.hosts);
        self
    }

    fn gather(&mut self, place: Place, value: &Value) {
        let Value::Literal(literal) = value else { return };
        let host = host_written(&literal.value).filter(|it| self.hosts.iter().all(|(_, known)| known != it));
        self.hosts.extend(host.map(|it| (place, it.to_owned())));
        if literal.value.bytes().filter(|it| *it == b'.').count() < 3
            || literal.span.len() != literal.value.len()
        {
            return;
        }
        for target in parse_target(&literal.value, "any") {
            if target.host.parse::<std::net::Ipv4Addr>().is_ok() {
                let host = Spanned::new(target.host, literal.span.slice(target.host_range));
                self.addresses.push((place, host));
            }
        }
    }
}

/// Whether a program has the code at a place.
fn is_built_in(reachable: &Reachable<'_>, place: Place) -> bool {
    match place {
        Place::Function(id) => reachable.contains(id),
        Place::Package(id) => reachable.packages.contains(&id),
    }
}
