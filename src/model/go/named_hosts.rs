//! Hosts that the texts of a program name, whatever it does with them: `request.URL.Host = "api:80"` in a proxy, the addresses
//! that it gives to a library which the tables do not know.

use std::collections::BTreeSet;

use super::Reachable;
use super::values::{Place, places, visit_place};
use super::world::Packages;
use crate::facts::go::Value;
use crate::net::host_written;

/// The hosts that stand in the texts of the code that a program may run.
pub(super) fn named_hosts(packages: &Packages<'_>, reachable: &Reachable<'_>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for place in places(reachable) {
        visit_place(packages, place, &mut |_, value| {
            let Value::Literal(text) = value else { return };
            if let Some(host) = host_written(&text.value).filter(|it| !found.contains(*it)) {
                found.insert(host.to_owned());
            }
        });
        let Place::Function(id) = place else { continue };
        for write in packages.function(id).function.field_writes.iter().filter(|it| it.field.value == "Host")
        {
            if let Value::Literal(host) = &write.value {
                found.insert(host.value.clone());
            }
        }
    }
    found
}
