//! Pure values of the network: hosts, ports, addresses, URLs and DSNs. Knows no file.

mod address;
mod binding;
mod cidr;
mod login;
mod subnet;
mod target;
mod windows_path;

pub use address::{ListenAddress, ListenError, split_host_port};
pub use binding::Binding;
pub use cidr::Cidr;
pub use login::{Login, LoginPart};
pub use subnet::Subnet;
pub use target::{HOLE, Target, default_port, parse_target};
pub use windows_path::{WindowsPath, drive_of, is_usually_mapped};

/// The host in a text that is an address with a scheme or a port (`http://api/users`, `api:8080`); `None` for any other
/// text.
#[must_use]
pub fn host_written(text: &str) -> Option<&str> {
    let (is_url, rest) = text.split_once("://").map_or((false, text), |(_, rest)| (true, rest));
    let end = rest.find(['/', '?', '#', ',']).unwrap_or(rest.len());
    let place = rest[..end].rsplit('@').next()?;
    let (host, port) = place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port)));
    let has_port = port.is_some_and(|it| !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit()));
    let is_name = host.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.'));
    (is_name && !host.is_empty() && (is_url || has_port)).then_some(host)
}

/// Transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Protocol {
    /// TCP.
    Tcp,
    /// UDP.
    Udp,
    /// SCTP, which Docker publishes too.
    Sctp,
}

impl Protocol {
    /// Reads `tcp`, `udp` or `sctp`, in any case, as Compose and Docker do.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "tcp" => Some(Self::Tcp),
            "udp" => Some(Self::Udp),
            "sctp" => Some(Self::Sctp),
            _ => None,
        }
    }

    /// The lower-case name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

/// Who can reach a listener on this host part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// 127.0.0.0/8, `::1`, `localhost`: only the same network namespace.
    Loopback,
    /// Empty, `0.0.0.0`, `::`: every interface.
    Wildcard,
    /// A name or an address of one interface.
    Named,
}

impl Reach {
    /// What the host part of an address means to a listener, or to a dialler.
    #[must_use]
    pub fn of(host: &str) -> Self {
        let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
        if host.is_empty() {
            return Self::Wildcard;
        }
        if host.eq_ignore_ascii_case("localhost") || host.eq_ignore_ascii_case("localhost.") {
            return Self::Loopback;
        }
        match host.parse::<std::net::IpAddr>() {
            Ok(address) if address.is_loopback() => Self::Loopback,
            Ok(address) if address.is_unspecified() => Self::Wildcard,
            _ => Self::Named,
        }
    }
}

/// Whether `host` is a literal IP address (brackets allowed).
#[must_use]
pub fn is_ip_address(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|it| it.strip_suffix(']')).unwrap_or(host);
    host.parse::<std::net::IpAddr>().is_ok()
}

/// Whether `host` is one label of letters, digits, dashes and underscores: what a person can have
/// meant as the name of a container.
#[must_use]
pub fn is_single_label(host: &str) -> bool {
    let plain = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_');
    host.bytes().all(plain) && host.bytes().any(|it| it.is_ascii_alphabetic())
}

/// Whether a name is one that no container is expected to have: the metadata server of a cloud
/// (<https://cloud.google.com/compute/docs/metadata/querying-metadata>), a name that says of
/// itself that it is wrong, as programs dial to show a failure (`badAddress`, `invalid-host`), or one that
/// somebody else is to fill in (`yourEndpoint`, `changeme`).
#[must_use]
pub fn is_never_a_container(host: &str) -> bool {
    const WRONG: &[&str] = &["bad", "dummy", "fake", "invalid", "nonexist", "unreachable", "wrong"];
    let name = host.to_ascii_lowercase();
    name == "metadata" || is_to_fill_in(host) || WRONG.iter().any(|it| name.contains(it))
}

/// Whether a text stands where somebody else is to write the real one: `yourEndpoint`, `changeme`, `<port>`.
#[must_use]
pub fn is_to_fill_in(text: &str) -> bool {
    const STARTS: &[&str] = &["changeme", "change-me", "placeholder", "xxx", "your", "<"];
    let text = text.to_ascii_lowercase();
    STARTS.iter().any(|it| text.starts_with(it))
}

/// An inclusive range of ports: `8080` is `8080..=8080`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PortRange {
    /// First port.
    pub first: u16,
    /// Last port, not below `first`.
    pub last: u16,
}

impl PortRange {
    /// Reads `8080` or `8000-8010`; `None` for anything else, port 0 and descending ranges included.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let range = Self { first: parse_port(first)?, last: parse_port(last)? };
        (range.first <= range.last).then_some(range)
    }

    /// The range of one port.
    #[must_use]
    pub fn single(port: u16) -> Self {
        Self { first: port, last: port }
    }

    /// Whether `port` is in the range.
    #[must_use]
    pub fn contains(self, port: u16) -> bool {
        (self.first..=self.last).contains(&port)
    }

    /// Whether the two share a port.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.first <= other.last && other.first <= self.last
    }

    /// Number of ports.
    #[must_use]
    pub fn len(self) -> usize {
        usize::from(self.last - self.first) + 1
    }

    /// Never: a range holds at least one port.
    #[must_use]
    pub fn is_empty(self) -> bool {
        false
    }
}

impl std::fmt::Display for PortRange {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.first == self.last {
            write!(out, "{}", self.first)
        } else {
            write!(out, "{}-{}", self.first, self.last)
        }
    }
}

/// A decimal port from 1 to 65535, digits only.
#[must_use]
pub fn parse_port(text: &str) -> Option<u16> {
    let digits = !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|port| *port != 0)
}
