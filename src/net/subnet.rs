//! Ranges of IPv4 addresses, as networks of containers have them.

use std::net::Ipv4Addr;

/// A range of IPv4 addresses: `172.28.0.0/16`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Subnet {
    first: u32,
    bits: u32,
}

impl Subnet {
    /// Reads `172.28.0.0/16`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.trim().split_once('/')?;
        let bits: u32 = bits.parse().ok().filter(|it| *it <= 32)?;
        let address = u32::from(address.parse::<Ipv4Addr>().ok()?);
        Some(Self { first: address & Self { first: 0, bits }.mask(), bits })
    }

    /// Whether `address` is in it.
    #[must_use]
    pub fn contains(self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.mask() == self.first
    }

    /// Whether some address is in both.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let mask = self.mask() & other.mask();
        self.first & mask == other.first & mask
    }

    /// Whether `address` is its first, which Docker gives to the host:
    /// <https://docs.docker.com/reference/cli/docker/network/create/#specify-advanced-options>.
    #[must_use]
    pub fn is_gateway(self, address: Ipv4Addr) -> bool {
        u32::from(address) == self.first + 1
    }

    fn mask(self) -> u32 {
        u32::MAX.checked_shl(32 - self.bits).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_their_subnet() {
        let contains =
            |subnet, address: &str| Subnet::parse(subnet).unwrap().contains(address.parse().unwrap());
        assert!(contains("172.28.0.0/16", "172.28.3.51") && !contains("172.28.0.0/16", "172.29.0.51"));
        assert!(contains("10.5.0.9/24", "10.5.0.1") && contains("0.0.0.0/0", "8.8.8.8"));
        assert!(Subnet::parse("172.28.0.0/16").unwrap().is_gateway("172.28.0.1".parse().unwrap()));
        let overlap = |a, b| Subnet::parse(a).unwrap().overlaps(Subnet::parse(b).unwrap());
        assert!(overlap("10.0.0.0/8", "10.5.0.0/16") && overlap("10.5.0.0/16", "10.0.0.0/8"));
        assert!(!overlap("10.4.0.0/16", "10.5.0.0/16"));
        for text in ["172.28.0.0", "172.28.0.0/33", "fd00::/64", "${SUBNET}", ""] {
            assert_eq!(Subnet::parse(text), None, "{text}");
        }
    }
}
