//! What a configuration file of a proxy says: on what it listens, to whom it passes requests.
//!
//! Addresses stay as they are written: variables of the container stand in them, and other files of the
//! proxy say what a name in them means.

pub mod caddyfile;
pub mod haproxy;
pub mod nginx;

use crate::net::Protocol;
use crate::source::{Span, Spanned, Text};

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

impl ProxyFile {
    fn not_understood(&mut self, reason: &str, span: Span) {
        self.incomplete.get_or_insert_with(|| Spanned::new(reason.to_owned(), span));
    }
}
