//! What a Caddyfile says: <https://caddyserver.com/docs/caddyfile>.

use super::{Listen, Pass, ProxyFile};
use crate::net::Protocol;
use crate::source::{FileId, Text};
use crate::syntax::caddyfile;
use crate::syntax::directive::Directive;

/// Reads one file.
#[must_use]
pub fn read(file: FileId, text: &str) -> ProxyFile {
    let mut out = ProxyFile::default();
    let lines = caddyfile::parse(file, text);
    // Without braces the first line is the address of the only site, and the rest is in it.
    let first = lines.iter().find(|it| it.name() != "{");
    let is_bare = first.is_some_and(|it| it.block.is_none() && it.name() != "import");
    let mut lines = lines.as_slice();
    if let Some((options, rest)) = lines.split_first().filter(|(first, _)| first.name() == "{") {
        global(options, &mut out);
        lines = rest;
    }
    let snippets: Vec<&str> = lines.iter().filter_map(|it| snippet(it)).collect();
    if is_bare && let Some((site, rest)) = lines.split_first() {
        address(site, &mut out);
        all(rest, &snippets, &mut out);
        return out;
    }
    for it in lines {
        match it.name() {
            "import" => import(it, &snippets, &mut out),
            _ if snippet(it).is_some() => all(it.inner(), &snippets, &mut out),
            _ => {
                address(it, &mut out);
                all(it.inner(), &snippets, &mut out);
            }
        }
    }
    out
}

/// The name in `(name) {`, and in `&(name) {` of a named route.
fn snippet(it: &Directive) -> Option<&str> {
    it.name().trim_start_matches('&').strip_prefix('(')?.strip_suffix(')')
}

/// What moves the ports: <https://caddyserver.com/docs/caddyfile/options>.
fn global(options: &Directive, out: &mut ProxyFile) {
    for it in options.inner() {
        if matches!(it.name(), "http_port" | "https_port" | "default_bind" | "layer4" | "servers") {
            out.not_understood("a global option may move its listeners", it.span);
        }
    }
}

fn address(site: &Directive, out: &mut ProxyFile) {
    for word in &site.words {
        let text = word.as_str().trim_end_matches(',');
        let mut at = 0;
        for part in text.split(',') {
            let address = word.slice(at..at + part.len());
            at += part.len() + 1;
            if !part.is_empty() {
                let site = address.cover().unwrap_or(site.span);
                out.listens.push(Listen { address, protocol: Protocol::Tcp, is_http: true, site });
            }
        }
    }
}

fn all(directives: &[Directive], snippets: &[&str], out: &mut ProxyFile) {
    for it in directives {
        match it.name() {
            "reverse_proxy" => {
                let to = it.inner().iter().filter(|it| it.name() == "to").flat_map(Directive::arguments);
                pass(it, it.arguments().iter().filter(|it| !is_matcher(it)).chain(to), "http", Some(80), out);
                if let Some(dynamic) = it.inner().iter().find(|it| it.name() == "dynamic") {
                    out.not_understood("its upstreams are looked up", dynamic.span);
                }
            }
            "forward_auth" => {
                pass(it, it.arguments().iter().filter(|it| !is_matcher(it)).take(1), "http", Some(80), out);
            }
            "php_fastcgi" => {
                pass(it, it.arguments().iter().filter(|it| !is_matcher(it)), "fastcgi", None, out);
            }
            "bind" => out.not_understood("it listens on the addresses of `bind`", it.span),
            "import" => import(it, snippets, out),
            _ => all(it.inner(), snippets, out),
        }
    }
}

/// <https://caddyserver.com/docs/caddyfile/matchers>.
fn is_matcher(word: &Text) -> bool {
    word.as_str().starts_with(['@', '/', '*'])
}

fn pass<'a>(
    it: &Directive,
    to: impl Iterator<Item = &'a Text>,
    scheme: &'static str,
    port: Option<u16>,
    out: &mut ProxyFile,
) {
    out.passes.extend(to.map(|to| Pass { to: to.clone(), scheme, port, site: it.span }));
}

fn import(it: &Directive, snippets: &[&str], out: &mut ProxyFile) {
    let path = it.arguments().first().filter(|it| !snippets.contains(&it.as_str()));
    out.includes.extend(path.cloned());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(text: &str) -> String {
        let read = read(FileId(0), text);
        let listens = read.listens.iter().map(|it| it.address.as_str());
        let passes = read.passes.iter().map(|it| it.to.as_str());
        format!("{} > {}", listens.collect::<Vec<_>>().join(" "), passes.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn sites_listen_and_pass_on() {
        let text = "{\n email a@b.c\n}\n(log) {\n log\n}\na.example, :8080 {\n import log\n reverse_proxy /api/* api:80 \
                    b:81 {\n lb_policy first\n }\n handle_path /x {\n reverse_proxy @m {\n to http://c:82 d:83\n }\n }\n\
                    php_fastcgi php:9000\n}\n";
        assert_eq!(show(text), "a.example :8080 > api:80 b:81 http://c:82 d:83 php:9000");
        assert_eq!(show("shop.example\nreverse_proxy app:8080\n"), "shop.example > app:8080");
        assert_eq!(show("&(api) {\n reverse_proxy a:1\n}\n:80 {\n invoke api\n}"), ":80 > a:1");
        assert_eq!(show(":80 {\n reverse_proxy {\n to a:1\n }\n}"), ":80 > a:1");
        assert_eq!(read(FileId(0), "import sites/*\n").includes.len(), 1);
        assert_eq!(read(FileId(0), "import sites/*\n:80 {\n import x\n}\n").includes.len(), 2);
    }
}
