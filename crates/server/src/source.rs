//! Where a request comes from, for limits on guessing: never stored or logged as an address, only as a keyed hash.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use thiserror::Error;

/// The network a request came from: an IPv4 address, or the /64 of an IPv6 address (one household or server can use any
/// address in it). `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Source(IpAddr);

/// Addresses that begin alike: `10.0.0.0/8`, `2001:db8::/32`; without a length, one address.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network {
    first: IpAddr,
    /// Bits in which all its addresses agree.
    length: u32,
}

/// The address that connected, if there was a socket. `Debug` hides it.
#[derive(Clone, Copy)]
pub struct Peer(pub Option<IpAddr>);

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Peer(..)")
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Peer(parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip())))
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Source(..)")
    }
}

/// Why a text names no network.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum NetworkError {
    /// Neither an address nor an address and a length.
    #[error("{0:?} is no address and no network like 10.0.0.0/8")]
    NoNetwork(String),
    /// An address inside a network: was the network meant, or the one address?
    #[error(
        "{given:?} names an address inside a network: the network is {network}, the address alone has no length"
    )]
    Inside {
        /// As it was written.
        given: String,
        /// What it lies in.
        network: Network,
    },
}

impl Network {
    /// Whether an address is in it. An IPv4 address is one also when it is written as an IPv6 address.
    pub fn contains(&self, address: &IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && masked(address, self.length) == self.first
    }
}

/// The first address of the network of so many bits that an address lies in.
fn masked(address: IpAddr, length: u32) -> IpAddr {
    match address {
        IpAddr::V4(v4) => IpAddr::V4((v4.to_bits() & u32::MAX.checked_shl(32 - length).unwrap_or(0)).into()),
        IpAddr::V6(v6) => {
            IpAddr::V6((v6.to_bits() & u128::MAX.checked_shl(128 - length).unwrap_or(0)).into())
        }
    }
}

impl FromStr for Network {
    type Err = NetworkError;

    fn from_str(text: &str) -> Result<Self, NetworkError> {
        let wrong = || NetworkError::NoNetwork(text.to_owned());
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let written: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits = if written.is_ipv4() { 32 } else { 128 };
        let length = length.map_or(bits, u32::from);
        if length > bits {
            return Err(wrong());
        }
        // `::ffff:10.0.0.0/104` is a network of IPv4 addresses.
        let (address, length) = match written.to_canonical() {
            v4 @ IpAddr::V4(_) if written.is_ipv6() && length >= 96 => (v4, length - 96),
            _ => (written, length),
        };
        let network = Network { first: masked(address, length), length };
        match network.first == address {
            true => Ok(network),
            false => Err(NetworkError::Inside { given: text.to_owned(), network }),
        }
    }
}

impl From<IpAddr> for Network {
    fn from(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Network { first: address, length: if address.is_ipv4() { 32 } else { 128 } }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.length)
    }
}

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(text: String) -> Result<Self, NetworkError> {
        text.parse()
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.to_string()
    }
}

impl Source {
    /// From the address that connected and the request's headers. `X-Forwarded-For` is read only when a trusted proxy
    /// connected, from the right: everything left of the first address that is not a trusted proxy may be invented.
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted_proxies: &[Network]) -> Self {
        // Without a socket (requests handed to the router directly) all share one source.
        let peer = peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)).to_canonical();
        let trusted = |address: &IpAddr| trusted_proxies.iter().any(|network| network.contains(address));
        if !trusted(&peer) {
            return Source::network(peer);
        }
        let lines: Vec<&str> =
            headers.get_all("x-forwarded-for").iter().filter_map(|line| line.to_str().ok()).collect();
        let mut nearest = peer;
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            let Ok(address) = hop.trim().parse::<IpAddr>() else { break };
            nearest = address.to_canonical();
            if !trusted(&nearest) {
                break;
            }
        }
        Source::network(nearest)
    }

    fn network(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(_) => Source(address),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Source(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
            }
        }
    }

    /// What is hashed: 4 or 16 bytes.
    pub fn bytes(&self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(peer: &str, forwarded: &[&str], proxies: &[&str]) -> Source {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append("x-forwarded-for", line.parse().unwrap());
        }
        let proxies: Vec<Network> = proxies.iter().map(|p| p.parse().unwrap()).collect();
        Source::of(Some(peer.parse().unwrap()), &headers, &proxies)
    }

    fn plain(address: &str) -> Source {
        source(address, &[], &[])
    }

    #[test]
    fn the_header_counts_only_when_a_trusted_proxy_brings_it() {
        assert_eq!(source("9.9.9.9", &["1.1.1.1"], &[]), plain("9.9.9.9"));
        assert_eq!(source("9.9.9.9", &["1.1.1.1"], &["10.0.0.1"]), plain("9.9.9.9"));
        assert_eq!(source("10.0.0.1", &["1.1.1.1"], &["10.0.0.1"]), plain("1.1.1.1"));
        assert_eq!(source("10.0.0.1", &[], &["10.0.0.1"]), plain("10.0.0.1"));
    }

    #[test]
    fn hops_left_of_the_first_untrusted_one_are_ignored() {
        let proxies = ["10.0.0.1", "10.0.0.2"];
        assert_eq!(source("10.0.0.1", &["6.6.6.6, 1.1.1.1, 10.0.0.2"], &proxies), plain("1.1.1.1"));
        assert_eq!(source("10.0.0.1", &["6.6.6.6", "1.1.1.1", "10.0.0.2"], &proxies), plain("1.1.1.1"));
        assert_eq!(source("10.0.0.1", &["6.6.6.6, nonsense, 10.0.0.2"], &proxies), plain("10.0.0.2"));
    }

    #[test]
    fn proxies_are_trusted_by_network() {
        let proxies = ["10.1.0.0/16", "2001:db8:7::/48", "::ffff:192.0.2.0/120"];
        for peer in ["10.1.200.3", "::ffff:10.1.0.9", "2001:db8:7:1::9", "192.0.2.77"] {
            assert_eq!(source(peer, &["6.6.6.6, 1.1.1.1, 10.1.3.4"], &proxies), plain("1.1.1.1"), "{peer}");
        }
        for peer in ["10.2.0.1", "2001:db8:8::1", "192.0.3.1", "::10.1.0.1"] {
            assert_eq!(source(peer, &["1.1.1.1"], &proxies), plain(peer), "{peer}");
        }
        assert_eq!(source("203.0.113.9", &["6.6.6.6, 1.1.1.1"], &["0.0.0.0/0"]), plain("6.6.6.6"));
    }

    #[test]
    fn what_names_no_network_is_refused_and_an_address_inside_one_too() {
        let read = |text: &str| text.parse::<Network>().map(|network| network.to_string());
        assert_eq!(read("10.0.0.0/8").unwrap(), "10.0.0.0/8");
        assert_eq!(read("10.0.0.1").unwrap(), "10.0.0.1/32");
        assert_eq!(read("::1").unwrap(), "::1/128");
        assert_eq!(read("0.0.0.0/0").unwrap(), "0.0.0.0/0");
        for wrong in [
            "",
            "10.0.0.0/33",
            "10.0.0.0/",
            "10.0.0.0/-1",
            "10.0.0/8",
            "::/129",
            "proxy.example.vn",
            "10.0.0.0/8/8",
        ] {
            assert!(matches!(read(wrong), Err(NetworkError::NoNetwork(_))), "{wrong}");
        }
        let inside = read("10.0.0.1/8").unwrap_err().to_string();
        assert!(inside.contains("10.0.0.0/8"), "{inside}");
    }

    #[test]
    fn one_v6_network_and_a_mapped_v4_address_are_one_source() {
        assert_eq!(plain("2001:db8:1:2::1"), plain("2001:db8:1:2:ffff::9"));
        assert_ne!(plain("2001:db8:1:2::1"), plain("2001:db8:1:3::1"));
        assert_eq!(plain("::ffff:1.2.3.4"), plain("1.2.3.4"));
        assert_ne!(plain("1.2.3.4"), plain("1.2.3.5"));
        assert_eq!(format!("{:?}", plain("1.2.3.4")), "Source(..)");
    }
}
