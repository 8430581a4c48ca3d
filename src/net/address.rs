//! Addresses as Go's `net` package reads them.

use std::ops::Range;

use super::{Reach, parse_port};

/// The address given to a listener, read as `net.Listen` reads it.
///
/// Ranges are bytes of the address text, so that a label can stand on the host or the port alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress {
    /// Host part without brackets; empty means every interface.
    pub host: String,
    /// Where the host part is written, brackets included; empty when there is none.
    pub host_range: Range<usize>,
    /// Who can reach it.
    pub reach: Reach,
    /// The port; `None` for port 0 or an empty port: the kernel chooses one.
    pub port: Option<u16>,
    /// Where the port is written; empty when there is none.
    pub port_range: Range<usize>,
}

/// Why `net.Listen` refuses an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListenError {
    /// `missing port in address`: no colon (`"8080"`, `"localhost"`).
    MissingPort,
    /// `too many colons in address` (`"http://:8080"`, `"::1:8080"`).
    TooManyColons,
    /// `invalid port`: above 65535.
    PortTooLarge,
    /// `unknown port`: neither a number nor a service name Go knows without /etc/services
    /// (`": 5000"`).
    UnknownPort,
    /// A bracket without its partner or with text behind it.
    Bracket,
}

/// TCP and UDP service names that Go resolves by itself, even in an image without /etc/services:
/// <https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/net/lookup.go> (`services`).
const SERVICE_NAMES: &[(&str, u16)] = &[
    ("domain", 53),
    ("ftp", 21),
    ("ftps", 990),
    ("gopher", 70),
    ("http", 80),
    ("https", 443),
    ("imap2", 143),
    ("imap3", 220),
    ("imaps", 993),
    ("pop3", 110),
    ("pop3s", 995),
    ("smtp", 25),
    ("submissions", 465),
    ("ssh", 22),
    ("telnet", 23),
];

impl ListenAddress {
    /// Reads `host:port` as Go's `net.SplitHostPort` and `net.LookupPort` do. The empty text is the
    /// caller's affair: `net/http` takes it as `:http`, `net.Listen` as any port.
    ///
    /// # Errors
    /// The reason for which `net.Listen` fails.
    pub fn parse(text: &str) -> Result<Self, ListenError> {
        let (host_range, port_range) = split_host_port(text)?;
        let port_text = &text[port_range.clone()];
        let host = text[host_range.clone()].trim_start_matches('[').trim_end_matches(']').to_owned();
        Ok(Self { reach: Reach::of(&host), host, host_range, port: lookup_port(port_text)?, port_range })
    }
}

/// Byte ranges of host (brackets included) and port in `host:port`, split as `net.SplitHostPort`
/// does.
///
/// # Errors
/// The reason for which Go refuses it.
pub fn split_host_port(text: &str) -> Result<(Range<usize>, Range<usize>), ListenError> {
    let colon = text.rfind(':').ok_or(ListenError::MissingPort)?;
    let port = colon + 1..text.len();
    if text.starts_with('[') {
        let close = text.find(']').ok_or(ListenError::Bracket)?;
        return match close + 1 {
            end if end == text.len() => Err(ListenError::MissingPort),
            end if end == colon => Ok((0..colon, port)),
            _ => Err(ListenError::TooManyColons),
        };
    }
    if text[..colon].contains(':') {
        return Err(ListenError::TooManyColons);
    }
    if text.contains(['[', ']']) {
        return Err(ListenError::Bracket);
    }
    Ok((0..colon, port))
}

fn lookup_port(text: &str) -> Result<Option<u16>, ListenError> {
    if text.is_empty() {
        return Ok(None);
    }
    // Go takes a sign too ("+80"); nobody writes it, and a negative port is refused.
    if text.bytes().all(|it| it.is_ascii_digit()) {
        let number: u32 = text.parse().map_err(|_| ListenError::PortTooLarge)?;
        return match number {
            0 => Ok(None),
            1..=65535 => Ok(parse_port(&number.to_string())),
            _ => Err(ListenError::PortTooLarge),
        };
    }
    let name = text.to_ascii_lowercase();
    match SERVICE_NAMES.iter().find(|(known, _)| *known == name) {
        Some((_, port)) => Ok(Some(*port)),
        None => Err(ListenError::UnknownPort),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Go 1.26 does with each, seen with `net.Listen`.
    #[test]
    fn addresses_are_read_as_go_reads_them() {
        let read = |text| ListenAddress::parse(text).map(|it| (it.host, it.reach, it.port));
        assert_eq!(read(":8080"), Ok((String::new(), Reach::Wildcard, Some(8080))));
        assert_eq!(read("127.0.0.1:80"), Ok(("127.0.0.1".into(), Reach::Loopback, Some(80))));
        assert_eq!(read("[::1]:80"), Ok(("::1".into(), Reach::Loopback, Some(80))));
        assert_eq!(read("[::]:http"), Ok(("::".into(), Reach::Wildcard, Some(80))));
        assert_eq!(read("api:0"), Ok(("api".into(), Reach::Named, None)));
        assert_eq!(read(":"), Ok((String::new(), Reach::Wildcard, None)));
        assert_eq!(read("8080"), Err(ListenError::MissingPort));
        assert_eq!(read("[::1]"), Err(ListenError::MissingPort));
        assert_eq!(read("http://:8080"), Err(ListenError::TooManyColons));
        assert_eq!(read("::1:8080"), Err(ListenError::TooManyColons));
        assert_eq!(read(":65536"), Err(ListenError::PortTooLarge));
        assert_eq!(read(": 5000"), Err(ListenError::UnknownPort));
    }
}
