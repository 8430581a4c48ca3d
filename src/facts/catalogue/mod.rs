//! The tables of `rules/catalogue/`: which calls listen, dial, route; what public images hold. What the
//! settings of a project add to them.

mod brokers;
mod builders;
mod certificates;
mod cgo;
mod clients;
mod databases;
mod datastores;
mod decode;
mod default_address;
mod entry;
mod file;
mod flag;
mod go;
mod images;
mod input;
mod kubernetes;
mod kustomize;
mod libc;
mod library_variables;
mod listening;
mod load;
mod place;
mod programs;
mod proxies;
mod signals;
mod structs;
mod systems;
mod table;
mod targets;
mod test_folders;
mod variable_words;
mod windows_networks;
mod wrappers;
mod wsl;

pub use brokers::{BrokerEntry, broker};
pub use builders::is_of_builder;
pub use certificates::lacks_certificates;
pub use cgo::{CgoNeeds, cgo_needs};
pub use clients::is_client;
pub use databases::{DatabaseEntry, DefaultName, database};
pub use datastores::{DatastoreEntry, DatastoreKind, datastore, holds_data};
pub use decode::{DataEntry, DataRole, DecodeEntry, DotenvEntry, Naming, Source, Target};
pub use default_address::{DefaultAddress, DefaultPart, Either};
pub use entry::{
    APPLICATIONS, AnyVariable, DIAL_FORMS, DialEntry, EnvironmentEntry, GoEntry, LISTEN_FORMS, ListenEntry,
    Method, MiddlewareOrder, ProfilerEntry, PureEntry, Role, RouteEntry, ShutdownEntry, ShutdownForm,
};
pub use file::{FileEntry, FileRole};
pub use flag::{FlagEntry, FlagParts, FlagPlace, FlagRules, FlagSyntax, Takes};
pub use go::{Catalogue, go, package_name, without_version};
pub use images::{Complete, DEFAULT_TAG, ImageEntry, ImagePort, image, is_on_alpine, split_reference};
pub use input::{Handover, Input, InputEntry, callback_of, handover, handovers, input, input_by_import};
pub use kubernetes::{KindEntry, MergeField, MergeType, is_added_label, kubernetes_kind};
pub use kustomize::{KustomizeField, kustomize_fields};
pub use libc::{Libc, image_libc};
pub use library_variables::{is_library_variable, reads_any_variable};
pub use listening::{listens_nowhere, names_server, starts_server};
pub use place::{Address, EntryAddress, Place};
pub use programs::{Dollar, ProgramEntry, program};
pub use proxies::{ProxyEntry, ProxyFormat, proxy_of_image};
pub use signals::{ByImport, sigterm_by_import};
pub use structs::structure;
pub use systems::{ImageSystem, image_system};
pub use table::fits;
pub use targets::{TargetEntry, targets};
pub use test_folders::{helps_tests, is_for_tests, is_named_for_tests, shows_something};
pub use variable_words::{adds_nothing, is_near_word};
pub use windows_networks::{WindowsNetwork, windows_network, windows_networks};
pub use wrappers::{FunctionName, Wrappers};
pub use wsl::{WslScope, WslSetting, WslValue, all_wsl_settings, wsl_settings};
