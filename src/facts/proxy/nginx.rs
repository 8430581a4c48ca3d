//! What a configuration file of nginx says: <https://nginx.org/en/docs/dirindex.html>.

use super::{Group, Listen, Pass, ProxyFile};
use crate::net::Protocol;
use crate::source::{FileId, Span, Spanned, Text};
use crate::syntax::directive::Directive;
use crate::syntax::nginx;

/// Reads one file, which may be a part of a configuration.
#[must_use]
pub fn read(file: FileId, text: &str) -> ProxyFile {
    let mut out = ProxyFile::default();
    all(&nginx::parse(file, text), true, &mut out);
    if let Some(span) = commented_server(file, text) {
        out.not_understood("a server that is commented out is taken in some day", span);
    }
    out
}

/// A `listen` in a comment: whoever waits for a certificate leaves the server of port 443 so, and publishes its port.
fn commented_server(file: FileId, text: &str) -> Option<Span> {
    let mut at = 0;
    text.split_inclusive('\n').find_map(|line| {
        let start = at;
        at += line.len();
        let comment = line.trim_start().strip_prefix('#')?.trim_start_matches('#').trim();
        let words = comment.strip_prefix("listen ")?;
        words.ends_with(';').then(|| Span::new(file, start, start + line.trim_end().len()))
    })
}

fn all(directives: &[Directive], is_http: bool, out: &mut ProxyFile) {
    for it in directives {
        one(it, is_http, out);
    }
}

fn one(it: &Directive, is_http: bool, out: &mut ProxyFile) {
    let first = it.arguments().first();
    match (it.name(), first) {
        ("server", _) if it.block.is_some() => server(it, is_http, out),
        ("upstream", Some(name)) => {
            let servers = it.inner().iter().filter(|it| it.name() == "server");
            let servers = servers.filter_map(|it| it.arguments().first().cloned()).collect();
            out.groups.push(Group { name: name.clone(), servers });
        }
        ("stream", _) => all(it.inner(), false, out),
        // Servers of mail ask another server where to pass a session to.
        ("mail", _) => out.not_understood("a mail proxy is told by another server where to connect", it.span),
        ("include", Some(path)) => out.includes.push(path.clone()),
        ("set", Some(name)) => {
            let value = it.arguments().get(1).cloned();
            out.variables.extend(value.map(|value| (variable(name), value)));
        }
        ("map" | "geo" | "split_clients", _) if it.words.len() > 1 => {
            let name = it.words.last().map(variable).unwrap_or_default();
            let values = it.inner().iter().filter_map(|it| it.arguments().first());
            out.variables.extend(values.map(|value| (name.clone(), value.clone())));
        }
        (name, Some(to)) if pass(name).is_some() => {
            let (scheme, port) = pass(name).unwrap_or_default();
            let (scheme, port) = if is_http { (scheme, port) } else { ("", None) };
            out.passes.push(Pass { to: to.clone(), scheme, port, site: it.span });
        }
        ("otel_exporter", _) => {
            let endpoints = it.inner().iter().filter(|it| it.name() == "endpoint");
            out.passes.extend(endpoints.filter_map(|it| {
                let to = it.arguments().first()?.clone();
                Some(Pass { to, scheme: "grpc", port: None, site: it.span })
            }));
        }
        (name, _) if name.contains("_by_lua") || name.starts_with("js_") || name.starts_with("perl") => {
            out.not_understood("a script may connect anywhere", it.span);
        }
        _ => all(it.inner(), is_http, out),
    }
}

/// What the directives that pass requests on speak, and the port when none is written:
/// <https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_pass>.
fn pass(directive: &str) -> Option<(&'static str, Option<u16>)> {
    Some(match directive {
        "proxy_pass" => ("http", Some(80)),
        "grpc_pass" => ("grpc", Some(80)),
        "fastcgi_pass" => ("fastcgi", None),
        "uwsgi_pass" => ("uwsgi", None),
        "scgi_pass" => ("scgi", None),
        "memcached_pass" => ("memcached", None),
        _ => return None,
    })
}

fn server(it: &Directive, is_http: bool, out: &mut ProxyFile) {
    let listens = out.listens.len();
    for listen in it.inner().iter().filter(|it| it.name() == "listen") {
        let Some((address, options)) = listen.arguments().split_first() else { continue };
        let has = |name: &str| options.iter().any(|it| it.as_str() == name);
        let protocol = if has("udp") || has("quic") { Protocol::Udp } else { Protocol::Tcp };
        out.listens.push(Listen { address: address.clone(), protocol, is_http, site: listen.span });
    }
    let included = it.inner().iter().any(|it| it.name() == "include");
    if out.listens.len() == listens && is_http && !included {
        let address = Text::from(Spanned::new(String::new(), it.span));
        out.listens.push(Listen { address, protocol: Protocol::Tcp, is_http, site: it.span });
    }
    all(it.inner(), is_http, out);
}

/// `$name` without its dollar.
fn variable(word: &Text) -> String {
    word.as_str().trim_start_matches('$').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listeners_and_passes_are_read() {
        let text = "http { upstream api { server a:1 weight=2; server b:2 backup; }\n\
                    map $host $to { default c:3; x d:4; }\n\
                    server { listen 80; listen [::]:443 ssl; listen 443 quic; include snippets/*.conf;\n\
                    set $u http://e:5; location / { if ($x) { proxy_pass http://api; } grpc_pass grpc://f:6; } }\n\
                    server { location / { fastcgi_pass php:9000; } } }\n\
                    stream { server { listen 53 udp; proxy_pass dns:53; } }";
        let read = read(FileId(0), text);
        let listens: Vec<_> = read
            .listens
            .iter()
            .map(|it| format!("{}/{}", it.address.as_str(), it.protocol.as_str()))
            .collect();
        assert_eq!(listens, ["80/tcp", "[::]:443/tcp", "443/udp", "/tcp", "53/udp"]);
        let passes: Vec<_> = read.passes.iter().map(|it| it.to.as_str()).collect();
        assert_eq!(passes, ["http://api", "grpc://f:6", "php:9000", "dns:53"]);
        let servers: Vec<_> = read.groups[0].servers.iter().map(Text::as_str).collect();
        assert_eq!(servers, ["a:1", "b:2"]);
        let variables: Vec<_> =
            read.variables.iter().map(|(name, it)| format!("{name}={}", it.as_str())).collect();
        assert_eq!(variables, ["to=c:3", "to=d:4", "u=http://e:5"]);
        assert_eq!(read.includes[0].as_str(), "snippets/*.conf");
        assert!(read.incomplete.is_none());
    }
}
