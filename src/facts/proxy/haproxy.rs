//! What a configuration file of HAProxy says: <https://docs.haproxy.org/3.2/configuration.html#4>.

use super::{Listen, Pass, ProxyFile};
use crate::net::Protocol;
use crate::source::FileId;
use crate::syntax::haproxy;

/// Reads one file.
#[must_use]
pub fn read(file: FileId, text: &str) -> ProxyFile {
    let mut out = ProxyFile::default();
    for section in haproxy::parse(file, text) {
        let is_proxy = matches!(section.name(), "frontend" | "backend" | "listen");
        let is_http = section
            .inner()
            .iter()
            .any(|it| it.name() == "mode" && it.arguments().first().is_some_and(|it| it.as_str() == "http"));
        for line in section.inner() {
            let arguments = line.arguments();
            match (line.name(), arguments) {
                ("bind", [addresses, ..]) if is_proxy => {
                    let mut at = 0;
                    for part in addresses.as_str().split(',') {
                        let address = addresses.slice(at..at + part.len());
                        at += part.len() + 1;
                        let site = line.span;
                        out.listens.push(Listen { address, protocol: Protocol::Tcp, is_http, site });
                    }
                }
                ("server", [_, to, ..]) if is_proxy => {
                    out.passes.push(Pass { to: to.clone(), scheme: "", port: None, site: line.span });
                }
                ("server-template", _) => out.not_understood("it looks its servers up", line.span),
                ("bind", _) => out.not_understood("something else listens here", line.span),
                ("lua-load" | "lua-load-per-thread", _) => {
                    out.not_understood("a script may connect anywhere", line.span);
                }
                _ => {}
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binds_and_servers_are_read() {
        let text = "global\n stats socket /x\nfrontend in\n mode http\n bind *:80,:::443 ssl crt /c\nbackend api\n server a app:8080 check\n";
        let read = read(FileId(0), text);
        let listens: Vec<_> = read.listens.iter().map(|it| it.address.as_str()).collect();
        assert_eq!(listens, ["*:80", ":::443"]);
        let passes: Vec<_> = read.passes.iter().map(|it| it.to.as_str()).collect();
        assert_eq!(passes, ["app:8080"]);
        assert!(read.incomplete.is_none());
    }
}
