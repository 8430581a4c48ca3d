//! Which two sockets cannot both be bound.

use std::net::{IpAddr, Ipv4Addr};

/// The addresses that a listening socket takes on its port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    v4: bool,
    v6: bool,
    /// One address; `None` for all of its families.
    address: Option<IpAddr>,
}

impl Binding {
    /// What Go binds for a host part on `network` (`tcp`, `tcp4`, `tcp6`, `udp`, ...); `None` for a
    /// name, which something outside of the program resolves. On `tcp` every wildcard takes both
    /// families, `0.0.0.0` too, and `localhost` is `127.0.0.1`:
    /// <https://cs.opensource.google/go/go/+/refs/tags/go1.26.0:src/net/ipsock_posix.go>
    /// (`favoriteAddrFamily`).
    #[must_use]
    pub fn of(network: &str, host: &str) -> Option<Self> {
        let (v4, v6) = (!network.ends_with('6'), !network.ends_with('4'));
        if host.is_empty() {
            return Some(Self { v4, v6, address: None });
        }
        let address = match host {
            "localhost" if v4 => IpAddr::V4(Ipv4Addr::LOCALHOST),
            host => host.parse().ok()?,
        };
        if address.is_unspecified() {
            return Some(Self { v4, v6, address: None });
        }
        Some(Self { v4: address.is_ipv4(), v6: address.is_ipv6(), address: Some(address) })
    }

    /// Whether Linux refuses the second of two on one port and protocol, as it does although Go sets
    /// SO_REUSEADDR.
    #[must_use]
    pub fn collides_with(self, other: Self) -> bool {
        let family_is_shared = (self.v4 && other.v4) || (self.v6 && other.v6);
        let either_takes_all = self.address.is_none() || other.address.is_none();
        family_is_shared && (either_takes_all || self.address == other.address)
    }
}

#[cfg(test)]
mod tests {
    use super::Binding;

    /// What `net.Listen` of Go 1.26 said on Linux to the second of two listeners on one port.
    #[test]
    fn the_second_listener_fails_as_on_linux() {
        let cases = [
            (("tcp", ""), ("tcp", ""), true),
            (("tcp", ""), ("tcp", "0.0.0.0"), true),
            (("tcp", "0.0.0.0"), ("tcp", "::"), true),
            (("tcp", "0.0.0.0"), ("tcp", "::1"), true),
            (("tcp", "0.0.0.0"), ("tcp6", ""), true),
            (("tcp4", ""), ("tcp6", ""), false),
            (("tcp4", ""), ("tcp", ""), true),
            (("tcp6", ""), ("tcp", ""), true),
            (("tcp4", ""), ("tcp", "::"), true),
            (("tcp4", ""), ("tcp", "::1"), false),
            (("tcp6", ""), ("tcp", "127.0.0.1"), false),
            (("tcp", ""), ("tcp", "127.0.0.1"), true),
            (("tcp", "::"), ("tcp4", "127.0.0.1"), true),
            (("tcp", "127.0.0.1"), ("tcp", "127.0.0.2"), false),
            (("tcp", "::1"), ("tcp", "127.0.0.1"), false),
            (("tcp", "localhost"), ("tcp", "127.0.0.1"), true),
            (("udp4", ""), ("udp6", ""), false),
            (("udp", ""), ("udp4", ""), true),
        ];
        let of = |(network, host)| Binding::of(network, host).expect("an address");
        for (first, second, fails) in cases {
            assert_eq!(of(first).collides_with(of(second)), fails, "{first:?} {second:?}");
            assert_eq!(of(second).collides_with(of(first)), fails, "{second:?} {first:?}");
        }
        assert_eq!(Binding::of("tcp", "web"), None);
    }
}
