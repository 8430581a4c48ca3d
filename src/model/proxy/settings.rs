//! What Envoy and Traefik listen on, whose configuration is YAML, JSON or TOML.
//!
//! Where they connect to is in `rules/catalogue/image-targets.csv`, and is never all that they do.

use super::Scene;
use super::address;
use super::read::Found;
use crate::facts::catalogue::ProxyFormat;
use crate::facts::configuration::{Configuration, Leaf};
use crate::facts::proxy::Listen;
use crate::model::{Command, ContainerFile, Listener};
use crate::net::Protocol;
use crate::source::{Span, Spanned, Text};

/// The sockets of `static_resources.listeners` and of `admin`:
/// <https://www.envoyproxy.io/docs/envoy/latest/api-v3/config/listener/v3/listener.proto>.
pub(super) fn envoy(scene: &Scene<'_>, path: &str) -> Option<Found> {
    let file = file_at(scene, path)?;
    let mut found = Found { unknown_pass: Some(scene.image_span), ..Found::default() };
    let gives_more = |it: &&Leaf| it.path.first().is_some_and(|it| plain(it) == "dynamicresources");
    if let Some(leaf) = file.leaves.iter().find(gives_more) {
        not_known(&mut found, "another server may give it listeners", leaf.key);
    }
    if words(scene).any(|it| it.as_str().starts_with("--config-yaml")) || !file.errors.is_empty() {
        not_known(&mut found, "its configuration was not read in full", scene.image_span);
    }
    for leaf in file.leaves.iter().filter(|it| is_envoy_port(&it.path)) {
        match envoy_listener(file, leaf) {
            Some(listener) => found.listeners.extend(listener),
            None => not_known(&mut found, "the address of a listener is not known", leaf.key),
        }
    }
    Some(found)
}

/// Whether a path of keys, which JSON may write as `portValue`, leads to the port of a socket of Envoy.
fn is_envoy_port(path: &[String]) -> bool {
    let plain: Vec<String> = path.iter().map(|it| plain(it)).collect();
    let Some((port, socket)) = plain.split_last() else { return false };
    let socket: Vec<&str> = socket.iter().map(String::as_str).collect();
    matches!(port.as_str(), "portvalue" | "namedport")
        && matches!(
            socket[..],
            ["admin", "address", "socketaddress"]
                | ["staticresources", "listeners", _, "address", "socketaddress"]
                | ["staticresources", "listeners", _, "additionaladdresses", _, "address", "socketaddress"]
        )
}

/// The socket of a port, none where Envoy does not bind it; `None` when it is not known.
fn envoy_listener(file: &Configuration, port: &Leaf) -> Option<Option<Listener>> {
    let (_, socket) = port.path.split_last()?;
    let beside = |folder: &[String], name: &str| {
        let is_it =
            |it: &&Leaf| it.path.split_last().is_some_and(|(key, rest)| rest == folder && plain(key) == name);
        file.leaves.iter().find(is_it)
    };
    let listener = port.path.get(..3).unwrap_or_default();
    if beside(listener, "bindtoport").is_some_and(|it| it.text.as_str() == "false") {
        return Some(None);
    }
    let host = &beside(socket, "address")?.text;
    let is_udp = beside(socket, "protocol").is_some_and(|it| it.text.as_str() == "UDP");
    let protocol = if is_udp { Protocol::Udp } else { Protocol::Tcp };
    let is_manager =
        |it: &Leaf| it.path.starts_with(listener) && it.text.as_str().ends_with(".http_connection_manager");
    let is_http = plain(port.path.first()?) == "admin" || file.leaves.iter().any(is_manager);
    let mut address = host.clone();
    let site = port.text.cover()?;
    address.push(":", site.slice(0..0));
    address.append(&port.text);
    let [listener] = listeners(ProxyFormat::Envoy, address, protocol, is_http, site)?.try_into().ok()?;
    Some(Some(Listener { host_span: host.cover().unwrap_or(site), ..listener }))
}

/// The entry points. A file comes before flags, and flags before variables; each may turn on more that
/// listens (HTTP/3, the dashboard, metrics):
/// <https://doc.traefik.io/traefik/reference/install-configuration/entrypoints/>.
pub(super) fn traefik(scene: &Scene<'_>, path: &str) -> Option<Found> {
    let stem = path.strip_suffix(".yml").unwrap_or(path);
    let paths = [path.to_owned(), format!("{stem}.yaml"), format!("{stem}.toml")];
    let addresses = match paths.iter().find_map(|it| file_at(scene, it)) {
        Some(file) => in_file(file),
        None => Some(in_flags(scene)).filter(|it| !it.is_empty()).unwrap_or_else(|| in_variables(scene)),
    };
    if addresses.is_empty() {
        return None;
    }
    let mut found = Found { unknown_pass: Some(scene.image_span), ..Found::default() };
    not_known(&mut found, "other settings may make it listen elsewhere too", scene.image_span);
    for address in addresses {
        let site = address.cover()?;
        let (end, protocol) = match address.as_str().rsplit_once('/') {
            Some((rest, "udp")) => (rest.len(), Protocol::Udp),
            Some((rest, _)) => (rest.len(), Protocol::Tcp),
            None => (address.as_str().len(), Protocol::Tcp),
        };
        let is_http = protocol == Protocol::Tcp;
        let address = address.slice(0..end);
        found
            .listeners
            .extend(listeners(ProxyFormat::Traefik, address, protocol, is_http, site).unwrap_or_default());
    }
    Some(found)
}

fn in_file(file: &Configuration) -> Vec<Text> {
    let is_address = |it: &&Leaf| {
        let path: Vec<String> = it.path.iter().map(|it| plain(it)).collect();
        matches!(&path[..], [points, _, address] if points == "entrypoints" && address == "address")
    };
    file.leaves.iter().filter(is_address).map(|it| it.text.clone()).collect()
}

/// `--entrypoints.web.address=:80`.
fn in_flags(scene: &Scene<'_>) -> Vec<Text> {
    let address = |word: &Text| {
        let (name, _) = word.as_str().split_once('=')?;
        let plain = name.to_ascii_lowercase();
        let point = plain.trim_start_matches('-').strip_prefix("entrypoints.")?.strip_suffix(".address")?;
        (!point.contains('.')).then(|| word.slice(name.len() + 1..word.as_str().len()))
    };
    words(scene).filter_map(address).collect()
}

/// `TRAEFIK_ENTRYPOINTS_WEB_ADDRESS`.
fn in_variables(scene: &Scene<'_>) -> Vec<Text> {
    let is_address = |name: &str| name.starts_with("TRAEFIK_ENTRYPOINTS_") && name.ends_with("_ADDRESS");
    let variables = scene.environment.variables.iter().filter(|(name, _)| is_address(name));
    variables.filter_map(|(_, it)| it.value.clone()).collect()
}

fn file_at<'s>(scene: &Scene<'s>, path: &str) -> Option<&'s Configuration> {
    match scene.files.at(path) {
        ContainerFile::Project(..) if scene.files.is_edited(path) => None,
        ContainerFile::Project(file, by) => scene.files.configuration(&file, by),
        ContainerFile::Embedded(file, by) => scene.files.embedded(file, by),
        _ => None,
    }
}

fn listeners(
    format: ProxyFormat,
    address: Text,
    protocol: Protocol,
    is_http: bool,
    site: Span,
) -> Option<Vec<Listener>> {
    let listen = Listen { address, protocol, is_http, site };
    address::listeners(format, &listen, &listen.address, 80)
}

fn words<'s>(scene: &Scene<'s>) -> impl Iterator<Item = &'s Text> {
    let words: &[Text] = match scene.command {
        Some(Command::Exec(words)) => words,
        Some(Command::Shell(_)) | None => &[],
    };
    words.iter()
}

/// A key as it is compared: decoders take `port_value` and `portValue`, `entryPoints` in any case.
fn plain(key: &str) -> String {
    key.replace('_', "").to_ascii_lowercase()
}

fn not_known(found: &mut Found, reason: &str, span: Span) {
    found.incomplete.get_or_insert_with(|| Spanned::new(reason.to_owned(), span));
}
