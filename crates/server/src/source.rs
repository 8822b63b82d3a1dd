//! Where a request comes from, for limits on guessing: never stored or logged as an address, only as a keyed hash.

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use std::convert::Infallible;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The network a request came from: an IPv4 address, or the /64 of an IPv6 address (one household or server can use any
/// address in it). `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Source(IpAddr);

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

impl Source {
    /// From the address that connected and the request's headers. `X-Forwarded-For` is read only when a trusted proxy
    /// connected, from the right: everything left of the first address that is not a trusted proxy may be invented.
    pub fn of(peer: Option<IpAddr>, headers: &HeaderMap, trusted_proxies: &[IpAddr]) -> Self {
        // Without a socket (requests handed to the router directly) all share one source.
        let peer = peer.unwrap_or(IpAddr::V6(Ipv6Addr::UNSPECIFIED)).to_canonical();
        let trusted = |address: &IpAddr| trusted_proxies.iter().any(|proxy| proxy.to_canonical() == *address);
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
        let proxies: Vec<IpAddr> = proxies.iter().map(|p| p.parse().unwrap()).collect();
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
    fn one_v6_network_and_a_mapped_v4_address_are_one_source() {
        assert_eq!(plain("2001:db8:1:2::1"), plain("2001:db8:1:2:ffff::9"));
        assert_ne!(plain("2001:db8:1:2::1"), plain("2001:db8:1:3::1"));
        assert_eq!(plain("::ffff:1.2.3.4"), plain("1.2.3.4"));
        assert_ne!(plain("1.2.3.4"), plain("1.2.3.5"));
        assert_eq!(format!("{:?}", plain("1.2.3.4")), "Source(..)");
    }
}
