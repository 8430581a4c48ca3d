//! Addresses in the configuration of a proxy: what it listens on, what it connects to.

use std::ops::Range;

use crate::facts::catalogue::ProxyFormat;
use crate::facts::proxy::{Listen, Pass};
use crate::model::{Application, Dial, DialLogin, DialSource, Listener};
use crate::net::{Protocol, Reach, parse_port, parse_target};
use crate::source::{Confidence, Text};

/// A host and a port in a text.
struct Place {
    host: String,
    port: u16,
    /// Where the port is written; `None` for a default.
    port_range: Option<Range<usize>>,
}

/// The sockets of `listen`, whose address is `address` with its variables expanded; none for a socket in the
/// file system. `None` when they are not known.
pub(super) fn listeners(
    format: ProxyFormat,
    listen: &Listen,
    address: &Text,
    default_port: u16,
) -> Option<Vec<Listener>> {
    let text = address.as_str();
    let is_local = ["unix:", "unix/", "unix@", "abns@", "fd@", "sockpair@", "/"];
    if is_local.iter().any(|it| text.starts_with(it)) {
        return Some(Vec::new());
    }
    if text.contains(['$', '{', '%']) {
        return None;
    }
    let mut protocol = listen.protocol;
    let places = match format {
        ProxyFormat::Nginx => vec![of_nginx(text, default_port)?],
        ProxyFormat::Caddyfile => of_caddy(text)?,
        ProxyFormat::Haproxy => {
            if text.starts_with("quic") {
                protocol = Protocol::Udp;
            }
            vec![host_and_port(text, text.rfind('@').map_or(0, |at| at + 1))?]
        }
        ProxyFormat::Envoy | ProxyFormat::Traefik => vec![host_and_port(text, 0)?],
    };
    Some(places.into_iter().map(|place| listener(listen, address, place, protocol)).collect())
}

/// `80`, `*:80`, `[::]:80`, `localhost`: <https://nginx.org/en/docs/http/ngx_http_core_module.html#listen>.
fn of_nginx(text: &str, default_port: u16) -> Option<Place> {
    if text.is_empty() {
        return Some(Place { host: String::new(), port: default_port, port_range: None });
    }
    if let Some(port) = parse_port(text) {
        return Some(Place { host: String::new(), port, port_range: Some(0..text.len()) });
    }
    host_and_port(text, 0).or_else(|| {
        let is_range = text.bytes().all(|it| it.is_ascii_digit() || it == b'-');
        let is_host = !is_range && (!text.contains(':') || text.ends_with(']'));
        is_host.then(|| Place { host: text.to_owned(), port: 80, port_range: None })
    })
}

/// `host:port` from byte `from` on; `*` and nothing stand for every address.
fn host_and_port(text: &str, from: usize) -> Option<Place> {
    let colon = text.rfind(':').filter(|it| *it >= from)?;
    let port = parse_port(&text[colon + 1..])?;
    let host = &text[from..colon];
    let host = if host == "*" { "" } else { host };
    Some(Place { host: host.to_owned(), port, port_range: Some(colon + 1..text.len()) })
}

/// The address of a site, whose host says for whom and not where it listens:
/// <https://caddyserver.com/docs/caddyfile/concepts#addresses>. A site with HTTPS has a redirect on port 80:
/// <https://caddyserver.com/docs/automatic-https>.
fn of_caddy(text: &str) -> Option<Vec<Place>> {
    let (scheme, from) = match text.find("://") {
        Some(at) => (&text[..at], at + 3),
        None => ("", 0),
    };
    let end = text[from..].find('/').map_or(text.len(), |at| from + at);
    let authority = &text[from..end];
    let default = |port: u16| Place { host: String::new(), port, port_range: None };
    let colon = authority.rfind(':').filter(|it| !authority[*it..].contains(']'));
    let written = match colon {
        Some(at) => {
            let port = parse_port(&authority[at + 1..])?;
            Some(Place { host: String::new(), port, port_range: Some(from + at + 1..end) })
        }
        None => None,
    };
    let is_any_host = authority.is_empty() || authority.starts_with(':');
    let is_plain = scheme == "http"
        || written.as_ref().is_some_and(|it| it.port == 80 || (is_any_host && scheme.is_empty()));
    Some(match written {
        Some(place) if is_plain || is_any_host => vec![place],
        Some(place) => vec![place, default(80)],
        None if is_plain => vec![default(80)],
        None => vec![default(443), default(80)],
    })
}

fn listener(listen: &Listen, address: &Text, place: Place, protocol: Protocol) -> Listener {
    let whole = address.cover().unwrap_or(listen.site);
    let port_span = place.port_range.and_then(|it| address.span_of(it)).unwrap_or(whole);
    Listener {
        alternative: None,
        address: format!("{}:{}", place.host, place.port),
        reach: Reach::of(&place.host),
        host: place.host.trim_start_matches('[').trim_end_matches(']').to_owned(),
        port: Some(place.port),
        protocol,
        protocol_is_known: true,
        application: if listen.is_http { Application::Http } else { Application::Other },
        host_span: whole,
        port_span,
        call: listen.site,
        via: Vec::new(),
        confidence: Confidence::Likely,
    }
}

/// Where a proxy connects to.
pub(super) enum Way {
    /// There.
    To(Box<Dial>),
    /// To a socket in the file system.
    Local,
    /// It is not known where.
    Unknown,
}

/// Where a request goes that is passed to the address or URL `to`, its variables expanded.
pub(super) fn way(pass: &Pass, to: &Text) -> Way {
    let text = to.as_str();
    let bare = text.split_once("://").map_or(text, |(_, rest)| rest);
    if ["unix:", "unix/", "/"].iter().any(|it| bare.starts_with(it)) {
        return Way::Local;
    }
    let end = authority(text).end;
    let authority = &text[..end];
    if authority.contains(['$', '{', '%']) {
        return Way::Unknown;
    }
    let Some(target) = parse_target(authority, "address").into_iter().next() else { return Way::Unknown };
    let Some(host_span) = to.span_of(target.host_range.clone()) else { return Way::Unknown };
    let has_scheme = text.contains("://");
    Way::To(Box::new(Dial {
        alternative: None,
        is_optional: false,
        host: target.host,
        // A scheme that nobody has a default port for is one of the proxy: `h2c`, `grpc`.
        port: target.port.or(pass.port),
        port_span: target.port_range.and_then(|it| to.span_of(it)),
        host_span,
        scheme: target.scheme.filter(|_| has_scheme).unwrap_or_else(|| pass.scheme.to_owned()),
        path: String::new(),
        login: DialLogin::default(),
        protocol: Protocol::Tcp,
        site: pass.site,
        via: Vec::new(),
        source: DialSource::Configuration,
        confidence: Confidence::Likely,
    }))
}

/// Where host and port of an address or URL stand: in front of the path, also of one that is in a variable.
pub(super) fn authority(text: &str) -> Range<usize> {
    const PATHS: &[&str] = &["$request_uri", "$uri", "$document_uri", "$is_args"];
    let start = text.find("://").map_or(0, |at| at + 3);
    let ends = PATHS.iter().chain(&["/", "?"]).filter_map(|it| text[start..].find(it));
    start..ends.min().map_or(text.len(), |at| start + at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn listens(format: ProxyFormat, address: &str) -> String {
        let span = Span::new(FileId(0), 0, address.len());
        let address = Text::new(address, span);
        let listen = Listen { address: address.clone(), protocol: Protocol::Tcp, is_http: true, site: span };
        let found = listeners(format, &listen, &address, 80);
        found.map_or("unknown".to_owned(), |all| {
            all.iter().map(|it| it.address.clone()).collect::<Vec<_>>().join(" ")
        })
    }

    #[test]
    fn each_proxy_has_its_form_of_addresses() {
        let cases = [
            (ProxyFormat::Nginx, "8080", ":8080"),
            (ProxyFormat::Nginx, "[::]:80", "[::]:80"),
            (ProxyFormat::Nginx, "127.0.0.1:81", "127.0.0.1:81"),
            (ProxyFormat::Nginx, "localhost", "localhost:80"),
            (ProxyFormat::Nginx, "unix:/x", ""),
            (ProxyFormat::Nginx, "8000-8010", "unknown"),
            (ProxyFormat::Nginx, "${PORT}", "unknown"),
            (ProxyFormat::Caddyfile, ":8080", ":8080"),
            (ProxyFormat::Caddyfile, "shop.example", ":443 :80"),
            (ProxyFormat::Caddyfile, "http://shop.example/x", ":80"),
            (ProxyFormat::Caddyfile, "localhost:80", ":80"),
            (ProxyFormat::Caddyfile, "https://a.b:8443", ":8443 :80"),
            (ProxyFormat::Haproxy, "*:80", ":80"),
            (ProxyFormat::Haproxy, "ipv4@0.0.0.0:80", "0.0.0.0:80"),
            (ProxyFormat::Haproxy, ":::443", ":::443"),
        ];
        for (format, address, expected) in cases {
            assert_eq!(listens(format, address), expected, "{address}");
        }
    }

    #[test]
    fn a_request_is_passed_to_a_host() {
        let to = |text: &str| {
            let span = Span::new(FileId(0), 0, text.len());
            let text = Text::new(text, span);
            let pass = Pass { to: text.clone(), scheme: "http", port: Some(80), site: span };
            match way(&pass, &text) {
                Way::To(it) => format!("{} {}:{}", it.scheme, it.host, it.port.unwrap_or_default()),
                Way::Local => "local".to_owned(),
                Way::Unknown => "unknown".to_owned(),
            }
        };
        assert_eq!(to("http://app:8080/x/"), "http app:8080");
        assert_eq!(to("http://app:8080$request_uri"), "http app:8080");
        assert_eq!(to("https://app"), "https app:443");
        assert_eq!(to("grpc://app"), "grpc app:80");
        assert_eq!(to("app:9000"), "http app:9000");
        assert_eq!(to(":9000"), "http :9000");
        assert_eq!(to("http://unix:/x.sock:/"), "local");
        assert_eq!(to("http://$app"), "unknown");
    }
}
