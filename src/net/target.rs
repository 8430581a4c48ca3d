//! What a client connects to: URLs, `host:port`, and the DSN forms of Go's drivers.
//!
//! The `url` crate is no help here: it reads `localhost:8080` as scheme "localhost", refuses
//! MySQL's `user@tcp(host:3306)/db` and keeps no positions.

use std::ops::Range;

/// One address out of a URL, DSN or address list.
///
/// Ranges are bytes of the text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Scheme in lower case (`postgres`, `http`), when the text has one.
    pub scheme: Option<String>,
    /// Host without brackets.
    pub host: String,
    /// Where the host is written, brackets included.
    pub host_range: Range<usize>,
    /// The port as written, else the scheme's default.
    pub port: Option<u16>,
    /// Where the port is written, `None` when it is a default.
    pub port_range: Option<Range<usize>>,
    /// The path of a URL, query cut off; empty when there is none.
    pub path: String,
}

/// Reads every address in `text`: a URL, a driver's DSN, `host:port` or a comma-separated list of
/// these. `form` is the catalogue's name of the text's form (`url`, `address`, `mysql`, `keyword`,
/// `host`), or `any` when only the text itself can tell. Empty when there is none.
#[must_use]
pub fn parse_target(text: &str, form: &str) -> Vec<Target> {
    let _ = (text, form);
    Vec::new()
}
