//! What a configuration file of a proxy says: on what it listens, to whom it passes requests.
//!
//! Addresses stay as they are written: variables of the container stand in them, and other files of the
//! proxy say what a name in them means.

pub mod caddyfile;
pub mod haproxy;
pub mod nginx;

use super::kind::Kind;
use crate::net::Protocol;
use crate::source::{FileId, Span, Spanned, Text};

/// The facts of one configuration file of a proxy.
#[derive(Clone, Debug, Default)]
pub struct ProxyFile {
    /// What it listens on.
    pub listens: Vec<Listen>,
    /// Servers under a common name.
    pub groups: Vec<Group>,
    /// Where it passes requests to: an address, a URL, or the name of a group.
    pub passes: Vec<Pass>,
    /// Variables that the file itself sets, once for each value that they may have.
    pub variables: Vec<(String, Text)>,
    /// Paths of further files, in which `*` may stand.
    pub includes: Vec<Text>,
    /// Why it may listen or connect elsewhere too: the first place that was not understood.
    pub incomplete: Option<Spanned<String>>,
}

/// A socket.
#[derive(Clone, Debug)]
pub struct Listen {
    /// The address as it is written; empty for the proxy's default.
    pub address: Text,
    /// Transport.
    pub protocol: Protocol,
    /// Whether HTTP is spoken there.
    pub is_http: bool,
    /// The directive.
    pub site: Span,
}

/// Servers under a common name.
#[derive(Clone, Debug)]
pub struct Group {
    /// The name.
    pub name: Text,
    /// Their addresses.
    pub servers: Vec<Text>,
}

/// A place that requests are passed to.
#[derive(Clone, Debug)]
pub struct Pass {
    /// The address, the URL, or the name of a group.
    pub to: Text,
    /// What is spoken there, where no scheme is written; empty when that is not known.
    pub scheme: &'static str,
    /// The port, where none is written and no scheme tells.
    pub port: Option<u16>,
    /// The directive.
    pub site: Span,
}

/// Reads a text that stands in another file as a file of its own would be; `None` when `name` is not that of
/// a proxy's file.
#[must_use]
pub fn read_embedded(name: &str, text: &Text) -> Option<ProxyFile> {
    let read = match Kind::of(name)? {
        Kind::Nginx => nginx::read,
        Kind::Caddyfile => caddyfile::read,
        Kind::Haproxy => haproxy::read,
        _ => return None,
    };
    let mut out = read(FileId(0), text.as_str());
    out.stand_in(text);
    Some(out)
}

impl ProxyFile {
    fn not_understood(&mut self, reason: &str, span: Span) {
        self.incomplete.get_or_insert_with(|| Spanned::new(reason.to_owned(), span));
    }

    /// Moves every place to where `whole` is written, in which it counts as in a file of its own.
    fn stand_in(&mut self, whole: &Text) {
        for it in &mut self.listens {
            it.address = it.address.within(whole);
            it.site = whole.place(it.site);
        }
        for it in &mut self.groups {
            it.name = it.name.within(whole);
            it.servers.iter_mut().for_each(|it| *it = it.within(whole));
        }
        for it in &mut self.passes {
            it.to = it.to.within(whole);
            it.site = whole.place(it.site);
        }
        self.variables.iter_mut().for_each(|(_, it)| *it = it.within(whole));
        self.includes.iter_mut().for_each(|it| *it = it.within(whole));
        if let Some(reason) = &mut self.incomplete {
            reason.span = whole.place(reason.span);
        }
    }
}
