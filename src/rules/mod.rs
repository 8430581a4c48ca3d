//! The rules: each is one document in `rules/` and one module here, and reads the joined model.
//!
//! To add one, see docs/adding-a-rule.md: two new files, and two lines in this one.

/// Makes the [`Rule`] of a module: its name, its document, its `check`.
macro_rules! rule {
    ($id:literal, $check:path) => {
        rule!($id, $check, $crate::rules::Subject::Project)
    };
    ($id:literal, $check:path, of suppressions) => {
        rule!($id, $check, $crate::rules::Subject::Suppressions)
    };
    ($id:literal, $check:path, $subject:expr) => {
        $crate::rules::Rule {
            id: $id,
            document: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/", $id, ".md")),
            subject: $subject,
            check: $check,
        }
    };
}

mod container_address_dialled;
mod container_port_mismatch;
mod crlf_script;
mod dangling_selector;
mod default_bridge_name;
mod dependency_cycle;
mod disabled_confinement;
mod doc;
mod docker_socket_mount;
mod drive_bind_mount;
mod duplicate_listener;
mod dynamic_binary;
mod exposed_datastore;
mod exposed_port_mismatch;
mod exposed_profiler;
mod finding;
mod floating_image_tag;
mod foreign_address_listener;
mod go_version_mismatch;
mod guarded_health_endpoint;
mod hard_coded_port;
mod health_port_mismatch;
mod hns_network;
mod host_port_between_containers;
mod host_port_conflict;
mod ignored_listen_error;
mod implicit_network;
mod internal_network_publish;
mod interrupt_only_shutdown;
mod invalid_compose;
mod legacy_links;
mod localhost_across_containers;
mod localhost_to_host;
mod loopback_listener;
mod malformed_listen_address;
mod mapped_drive_path;
mod misnamed_variable;
mod missing_build_input;
mod missing_ca_certificates;
mod missing_config_file;
mod missing_expose;
mod missing_health_endpoint;
mod missing_health_tool;
mod missing_healthcheck;
mod missing_network_policy;
mod network_policy_blocks;
mod network_policy_blocks_dns;
mod ports_on_host_network;
mod privileged_container;
mod published_port_mismatch;
mod published_protocol_mismatch;
mod root_container;
mod service_port_mismatch;
mod shell_form_signal;
mod short_grace_period;
mod syntax_error;
mod uncheckable_dependency;
mod undefined_network;
mod undefined_route_subset;
mod unexpanded_variable;
mod unexplained_suppression;
mod unhandled_sigterm;
mod unknown_route_host;
mod unknown_service_host;
mod unknown_setting;
mod unmapped_host_gateway;
mod unpersisted_datastore;
mod unpublished_port;
mod unreachable_advertised_listener;
mod unread_port_variable;
mod unready_dependency;
mod unserved_health_path;
mod unserved_peer_port;
mod unshared_network;
mod unspecified_address_dialled;
mod unused_network;
mod unused_suppression;
mod windows_network_mode;
mod windows_path;
mod wrong_database_name;
mod wslconfig_setting;
mod wslconfig_syntax;
mod zero_route_weight;

pub use doc::{Category, Document};
pub use finding::{Finding, Findings};
pub use unknown_setting::UnknownSetting;
pub use unused_suppression::{SuppressedRule, Suppression};

use crate::model::Project;

/// A rule: its name is the name of its document and of its module.
pub struct Rule {
    /// Kebab-case name, which names the fault.
    pub id: &'static str,
    /// The text of `rules/<id>.md`.
    pub document: &'static str,
    /// What it judges.
    pub subject: Subject,
    /// Finds the fault.
    pub check: fn(&Context<'_>, &mut Findings),
}

/// What a rule judges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The project.
    Project,
    /// What comments silence of the findings in the project, so that it runs after all others.
    Suppressions,
}

/// What a rule may look at.
pub struct Context<'a> {
    /// The joined model.
    pub project: &'a Project,
    /// What was not understood of the project's settings.
    pub unknown_settings: &'a [UnknownSetting],
    /// The comments that silence findings; empty for a rule of another subject.
    pub suppressions: &'a [Suppression],
    /// Whether the engine is Docker Desktop, as the settings say; else it may be any.
    pub on_docker_desktop: bool,
}

/// Every rule, in the order of the catalogue.
pub const RULES: &[Rule] = &[
    // Listening.
    loopback_listener::RULE,
    foreign_address_listener::RULE,
    malformed_listen_address::RULE,
    ignored_listen_error::RULE,
    unspecified_address_dialled::RULE,
    duplicate_listener::RULE,
    dynamic_binary::RULE,
    // Ports.
    published_port_mismatch::RULE,
    exposed_port_mismatch::RULE,
    unpublished_port::RULE,
    missing_expose::RULE,
    host_port_conflict::RULE,
    published_protocol_mismatch::RULE,
    unread_port_variable::RULE,
    misnamed_variable::RULE,
    unexpanded_variable::RULE,
    hard_coded_port::RULE,
    // Reachability.
    localhost_across_containers::RULE,
    localhost_to_host::RULE,
    unknown_service_host::RULE,
    default_bridge_name::RULE,
    unshared_network::RULE,
    host_port_between_containers::RULE,
    unserved_peer_port::RULE,
    wrong_database_name::RULE,
    unreachable_advertised_listener::RULE,
    container_address_dialled::RULE,
    undefined_network::RULE,
    unmapped_host_gateway::RULE,
    ports_on_host_network::RULE,
    internal_network_publish::RULE,
    uncheckable_dependency::RULE,
    unready_dependency::RULE,
    unused_network::RULE,
    implicit_network::RULE,
    legacy_links::RULE,
    // Health and lifecycle.
    missing_health_endpoint::RULE,
    missing_healthcheck::RULE,
    unserved_health_path::RULE,
    health_port_mismatch::RULE,
    guarded_health_endpoint::RULE,
    missing_health_tool::RULE,
    interrupt_only_shutdown::RULE,
    unhandled_sigterm::RULE,
    shell_form_signal::RULE,
    short_grace_period::RULE,
    dependency_cycle::RULE,
    // Exposure.
    exposed_datastore::RULE,
    exposed_profiler::RULE,
    root_container::RULE,
    privileged_container::RULE,
    disabled_confinement::RULE,
    docker_socket_mount::RULE,
    unpersisted_datastore::RULE,
    floating_image_tag::RULE,
    missing_network_policy::RULE,
    // Kubernetes.
    service_port_mismatch::RULE,
    container_port_mismatch::RULE,
    dangling_selector::RULE,
    network_policy_blocks::RULE,
    network_policy_blocks_dns::RULE,
    zero_route_weight::RULE,
    undefined_route_subset::RULE,
    unknown_route_host::RULE,
    // Windows and WSL.
    windows_path::RULE,
    mapped_drive_path::RULE,
    crlf_script::RULE,
    wslconfig_syntax::RULE,
    wslconfig_setting::RULE,
    hns_network::RULE,
    windows_network_mode::RULE,
    drive_bind_mount::RULE,
    // Build.
    go_version_mismatch::RULE,
    missing_build_input::RULE,
    missing_config_file::RULE,
    missing_ca_certificates::RULE,
    // The files themselves.
    invalid_compose::RULE,
    syntax_error::RULE,
    unknown_setting::RULE,
    unused_suppression::RULE,
    unexplained_suppression::RULE,
];

/// The rule of that name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    RULES.iter().find(|it| it.id == id)
}
