//! Networks of Compose projects that something else joins: another file by their names, or a command line.

use super::CommandFile;
use crate::facts::Facts;
use crate::facts::docker_command::{DockerCommand, JoinedNetwork};
use crate::model::compose::{Compositions, project_name};
use crate::model::{Composition, Network};
use crate::source::Text;

/// Marks the networks that other Compose files or command lines name, and the services that command lines connect to
/// networks or reach themselves.
pub(in crate::model) fn mark_joined<'f>(facts: &Facts, files: &'f [CommandFile], out: &mut Compositions) {
    let external = out.networks.iter().filter(|it| it.external);
    // What other Compose files put on it, they say themselves.
    let mut networks: Vec<(String, Vec<&str>)> =
        external.map(|it| (it.real_name.clone().unwrap_or_else(|| it.name.clone()), Vec::new())).collect();
    let mut containers = Vec::new();
    let mut join = |network: &'f JoinedNetwork, name: Option<&'f Text>| {
        let names = network.aliases.iter().chain(name).map(Text::as_str).collect();
        networks.push((network.name.as_str().to_owned(), names));
    };
    for line in files.iter().flat_map(|it| &it.readings).flatten() {
        match &line.command {
            DockerCommand::Connect { container, network } => {
                containers.push(container.as_str().to_owned());
                join(network, Some(container));
            }
            DockerCommand::Run(it) => {
                it.networks.iter().for_each(|network| join(network, it.name.as_ref()));
            }
            _ => {}
        }
    }
    for network in out.networks.iter_mut().filter(|it| !it.external) {
        let composition = &out.compositions[network.composition.0 as usize];
        let joining = networks.iter().filter(|(name, _)| is_called(network, composition, name));
        let joining: Vec<&Vec<&str>> = joining.map(|(_, names)| names).collect();
        network.is_shared |= !joining.is_empty();
        if let Some(visitors) = &mut network.visitors {
            visitors.extend(joining.into_iter().flatten().map(|it| (*it).to_owned()));
        }
    }
    for service in &mut out.services {
        let workload = &mut service.workload;
        let is_reached = facts.reached_services.contains(&workload.name.value);
        workload.is_announced |= is_reached || containers.iter().any(|it| workload.answers_to(it));
    }
}

/// Whether Docker has a network under that name: `shop_back` for `back` of the project `shop`
/// (<https://docs.docker.com/reference/compose-file/networks/#name>). What the project at the root is called nobody knows.
fn is_called(network: &Network, composition: &Composition, name: &str) -> bool {
    if let Some(real) = &network.real_name {
        return real == name;
    }
    let project = name.strip_suffix(network.name.as_str()).and_then(|it| it.strip_suffix('_'));
    project.is_some_and(|it| match project_name(composition) {
        Some(known) => known == it,
        None => true,
    })
}
