//! Blocks of addresses of both families, as policies write them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A block of addresses: `10.0.0.0/8`, `fd00::/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cidr {
    first: IpAddr,
    bits: u32,
}

impl Cidr {
    /// Every address of IPv4.
    pub const ALL_V4: Self = Self { first: IpAddr::V4(Ipv4Addr::UNSPECIFIED), bits: 0 };

    /// Reads `10.0.0.0/8` or `fd00::/8`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = text.trim().split_once('/')?;
        let first: IpAddr = address.parse().ok()?;
        let bits: u32 = bits.parse().ok()?;
        let longest = if first.is_ipv4() { 32 } else { 128 };
        (bits <= longest).then(|| Self { first: masked(first, bits), bits })
    }

    /// Whether `address` is in it.
    #[must_use]
    pub fn contains(self, address: IpAddr) -> bool {
        self.first.is_ipv4() == address.is_ipv4() && masked(address, self.bits) == self.first
    }

    /// Whether the two have an address in common.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        let (short, long) = if self.bits <= other.bits { (self, other) } else { (other, self) };
        short.contains(long.first)
    }
}

fn masked(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(it) => {
            let mask = u32::MAX.checked_shl(32 - bits).unwrap_or(0);
            Ipv4Addr::from(u32::from(it) & mask).into()
        }
        IpAddr::V6(it) => {
            let mask = u128::MAX.checked_shl(128 - bits).unwrap_or(0);
            Ipv6Addr::from(u128::from(it) & mask).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_in_their_block() {
        let block = |text| Cidr::parse(text).unwrap();
        let contains = |it, address: &str| block(it).contains(address.parse().unwrap());
        assert!(contains("10.0.0.0/8", "10.9.8.7") && !contains("10.0.0.0/8", "11.0.0.1"));
        assert!(contains("0.0.0.0/0", "8.8.8.8") && !contains("0.0.0.0/0", "::1"));
        assert!(contains("fd00::/8", "fd12::1") && contains("10.0.0.9/31", "10.0.0.8"));
        assert!(contains("10.0.0.1/32", "10.0.0.1") && !contains("::1/128", "::2"));
        assert!(block("10.0.0.0/8").overlaps(block("10.1.0.0/16")));
        assert!(block("10.1.0.0/16").overlaps(Cidr::ALL_V4));
        assert!(!block("10.1.0.0/16").overlaps(block("10.2.0.0/16")));
        for text in ["10.0.0.0", "10.0.0.0/33", "::/129", "${CIDR}", ""] {
            assert_eq!(Cidr::parse(text), None, "{text}");
        }
    }
}
