//! IP addresses, networks and ranges, of both versions.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Ranges of addresses, sorted and without overlap.
#[derive(Debug, Clone, Default)]
pub struct Addresses(Vec<(u128, u128)>);

impl Addresses {
    pub fn new(mut ranges: Vec<Range>) -> Self {
        ranges.sort_unstable_by_key(|range| range.first);
        let mut merged: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
        for range in ranges {
            match merged.last_mut() {
                Some((_, last)) if range.first <= *last => *last = (*last).max(range.last),
                _ => merged.push((range.first, range.last)),
            }
        }
        Self(merged)
    }

    pub fn has(&self, address: IpAddr) -> bool {
        let number = number(address);
        let after = self.0.partition_point(|(first, _)| *first <= number);
        after > 0 && number <= self.0[after - 1].1
    }
}

/// Addresses from one to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    first: u128,
    last: u128,
}

impl Range {
    /// `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`, and the same of version 6.
    pub fn read(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "{text} is no address, network or range. Write it like 10.0.0.1, 10.0.0.0/8, \
                 10.0.0.1-10.0.0.9 or 2001:db8::/32."
            )
        };
        let address = |text: &str| text.trim().parse::<IpAddr>().map_err(|_| wrong());
        if let Some((network, length)) = text.split_once('/') {
            let network = address(network)?;
            let bits = if network.is_ipv4() { 32 } else { 128 };
            let length: u32 = length.trim().parse().map_err(|_| wrong())?;
            if length > bits {
                return Err(format!(
                    "{text}: a network of this kind has a length of at most {bits}."
                ));
            }
            let hosts = u128::MAX.checked_shr(128 - bits + length).unwrap_or(0);
            let first = number(network) & !hosts;
            let last = first | hosts;
            return Ok(Self { first, last });
        }
        if let Some((first, last)) = text.split_once('-') {
            let (from, to) = (address(first)?, address(last)?);
            if from.is_ipv4() != to.is_ipv4() {
                return Err(format!("{text}: both ends need the same kind of address."));
            }
            let (first, last) = (number(from), number(to));
            if first > last {
                return Err(format!("{text}: the first address is after the last."));
            }
            return Ok(Self { first, last });
        }
        let first = number(address(text)?);
        Ok(Self { first, last: first })
    }
}

/// The address in an event's text, also one with a port.
pub fn read(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| text.parse::<SocketAddr>().ok().map(|it| it.ip()))
}

/// Version 4 as it stands within version 6, so that both ways of writing one are the same.
fn number(address: IpAddr) -> u128 {
    let v6: Ipv6Addr = match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped(),
        IpAddr::V6(v6) => v6,
    };
    v6.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(ranges: &[&str], address: &str) -> bool {
        let ranges = ranges.iter().map(|text| Range::read(text).expect(text));
        Addresses::new(ranges.collect()).has(read(address).expect(address))
    }

    #[test]
    fn addresses_networks_and_ranges_of_both_versions_are_told_apart() {
        for (range, inside, outside) in [
            ("10.2.3.4", "10.2.3.4", "10.2.3.5"),
            ("10.0.0.0/8", "10.255.255.255", "11.0.0.0"),
            ("10.1.2.3/8", "10.0.0.0", "9.255.255.255"),
            ("0.0.0.0/0", "255.255.255.255", "2001:db8::1"),
            ("192.0.2.7/32", "192.0.2.7", "192.0.2.6"),
            ("10.0.0.1-10.0.0.9", "10.0.0.9", "10.0.0.10"),
            ("10.0.0.1 - 10.0.0.9", "10.0.0.1", "10.0.0.0"),
            ("2001:db8::/32", "2001:db8:ffff::1", "2001:db9::"),
            ("2001:db8::1-2001:db8::f", "2001:db8::a", "2001:db8::10"),
            ("::1", "::1", "::2"),
            ("10.0.0.0/8", "::ffff:10.0.0.1", "::10.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1:443", "[2001:db8::1]:443"),
        ] {
            assert!(has(&[range], inside), "{inside} in {range}");
            assert!(!has(&[range], outside), "{outside} in {range}");
        }
        let overlapping = ["10.0.0.0/24", "10.0.0.128-10.0.1.20", "10.9.0.0/16"];
        for (address, wanted) in [
            ("10.0.0.200", true),
            ("10.0.1.20", true),
            ("10.0.1.21", false),
            ("10.9.1.1", true),
            ("10.8.1.1", false),
        ] {
            assert_eq!(has(&overlapping, address), wanted, "{address}");
        }
        assert!(!Addresses::default().has(IpAddr::from([10, 0, 0, 1])));
    }

    #[test]
    fn what_is_no_address_is_refused_with_a_reason() {
        for text in [
            "",
            "10.0.0",
            "10.0.0.0/33",
            "10.0.0.0/x",
            "2001:db8::/129",
            "10.0.0.9-10.0.0.1",
            "10.0.0.1-2001:db8::1",
            "10.*",
            "example.com",
        ] {
            assert!(Range::read(text).is_err(), "{text}");
        }
        assert_eq!(read("unknown"), None);
        assert_eq!(read(""), None);
    }
}
