//! The phones whose identifier is behind GATT: which are to be read, which were.
//!
//! Forgotten at every rotation: no address is kept longer than we keep our own.

use super::report::Peer;
use bluezone_protocol::identifier::Identifier;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Strength and transmit power of one packet heard.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Strength {
    /// As received.
    pub rssi_dbm: Option<i8>,
    /// As sent, if the packet said.
    pub tx_power_dbm: Option<i8>,
}

/// No more peers than this at a time: someone who makes up addresses gains nothing beyond.
const MOST: usize = 256;
/// Packets kept of a peer that waits.
const MOST_PACKETS: usize = 64;
/// A peer that could not be read is tried again after this.
const PAUSE: Duration = Duration::from_secs(60);
/// A peer that was heard but not reached in this time has gone.
const WAIT: Duration = Duration::from_secs(30);
/// What was read holds until the rotation, and never longer than this: the peer rotates as well.
const HOLD: Duration = Duration::from_secs(15 * 60);

enum State {
    /// Heard and queued, or being read.
    Waiting {
        since: Instant,
        packets: Vec<Strength>,
    },
    Read {
        at: Instant,
        identifier: Identifier,
    },
    Failed {
        at: Instant,
    },
}

/// See the module.
#[derive(Default)]
pub struct Peers {
    known: HashMap<[u8; 6], State>,
    queue: VecDeque<Peer>,
}

impl Peers {
    /// A peer advertises the service. Gives its identifier if we have read it; otherwise it waits its turn, and this
    /// packet with it.
    pub fn heard(&mut self, peer: Peer, packet: Strength, now: Instant) -> Option<Identifier> {
        match self.known.get_mut(&peer.address) {
            Some(State::Waiting { packets, .. }) => {
                if packets.len() < MOST_PACKETS {
                    packets.push(packet);
                }
                return None;
            }
            Some(State::Read { at, identifier }) if now < *at + HOLD => return Some(*identifier),
            Some(State::Failed { at }) if now < *at + PAUSE => return None,
            Some(_) | None => {}
        }
        if self.known.len() >= MOST {
            self.known.retain(|_, state| state.holds(now));
            if self.known.len() >= MOST {
                return None;
            }
        }
        self.known.insert(peer.address, State::Waiting { since: now, packets: vec![packet] });
        self.queue.push_back(peer);
        None
    }

    /// The peer to read next, if one waits.
    pub fn next(&mut self, now: Instant) -> Option<Peer> {
        while let Some(peer) = self.queue.pop_front() {
            match self.known.get(&peer.address) {
                Some(State::Waiting { since, .. }) if now < *since + WAIT => return Some(peer),
                Some(State::Waiting { .. }) => {
                    self.known.remove(&peer.address);
                }
                _ => {} // read meanwhile: it wrote to us
            }
        }
        None
    }

    /// Whether someone waits to be read.
    pub fn waiting(&self) -> bool {
        !self.queue.is_empty()
    }

    /// The peer cannot be read at this moment: it waits on.
    pub fn later(&mut self, peer: Peer) {
        self.queue.push_back(peer);
    }

    /// The peer's identifier is known. Gives the packets that waited for it.
    pub fn read(&mut self, address: [u8; 6], identifier: Identifier, now: Instant) -> Vec<Strength> {
        if !self.known.contains_key(&address) && self.known.len() >= MOST {
            return Vec::new();
        }
        match self.known.insert(address, State::Read { at: now, identifier }) {
            Some(State::Waiting { packets, .. }) => packets,
            _ => Vec::new(),
        }
    }

    /// The peer did not let us read it. Changes nothing if it was read.
    pub fn failed(&mut self, address: [u8; 6], now: Instant) {
        if let Some(state @ State::Waiting { .. }) = self.known.get_mut(&address) {
            *state = State::Failed { at: now };
        }
    }

    /// Forgets everyone.
    pub fn clear(&mut self) {
        self.known.clear();
        self.queue.clear();
    }
}

impl State {
    fn holds(&self, now: Instant) -> bool {
        match self {
            State::Waiting { since, .. } => now < *since + WAIT,
            State::Read { at, .. } => now < *at + HOLD,
            State::Failed { at } => now < *at + PAUSE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bluezone_protocol::bluezone2020::BluezoneId;

    const ID: Identifier = Identifier::Bluezone2020(BluezoneId([7; 12]));

    fn peer(n: u16) -> Peer {
        let [a, b] = n.to_le_bytes();
        Peer { kind: 1, address: [a, b, 0, 0, 0, 0] }
    }

    fn dbm(rssi: i8) -> Strength {
        Strength { rssi_dbm: Some(rssi), tx_power_dbm: None }
    }

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    /// A moment; only differences count here.
    fn start() -> Instant {
        Instant::now()
    }

    #[test]
    fn a_peer_is_read_once_and_every_packet_counts() {
        let (mut peers, t) = (Peers::default(), start());
        for rssi in [-50, -51, -52] {
            assert_eq!(peers.heard(peer(1), dbm(rssi), t), None);
        }
        assert!(peers.next(t).is_some_and(|p| p == peer(1)));
        assert!(peers.next(t).is_none(), "one entry for three packets");
        peers.heard(peer(1), dbm(-53), t);
        assert!(peers.next(t).is_none(), "not queued again while it is read");
        let waited: Vec<_> = peers.read(peer(1).address, ID, t).iter().map(|p| p.rssi_dbm).collect();
        assert_eq!(waited, [Some(-50), Some(-51), Some(-52), Some(-53)]);
        assert_eq!(peers.heard(peer(1), dbm(-54), after(t, 600)), Some(ID));
        assert!(peers.next(after(t, 600)).is_none());
    }

    #[test]
    fn what_was_read_ends_with_the_rotation_or_after_fifteen_minutes() {
        let (mut peers, t) = (Peers::default(), start());
        peers.read(peer(1).address, ID, t);
        peers.read(peer(2).address, ID, t);
        assert_eq!(peers.heard(peer(1), dbm(-50), after(t, 901)), None);
        assert!(peers.next(after(t, 901)).is_some_and(|p| p == peer(1)));
        peers.clear();
        assert_eq!(peers.heard(peer(2), dbm(-50), t), None);
        assert!(peers.next(t).is_some());
    }

    #[test]
    fn a_failure_pauses_and_a_stale_wait_is_given_up() {
        let (mut peers, t) = (Peers::default(), start());
        peers.heard(peer(1), dbm(-50), t);
        assert!(peers.next(t).is_some());
        peers.failed(peer(1).address, t);
        peers.heard(peer(1), dbm(-50), after(t, 59));
        assert!(peers.next(after(t, 59)).is_none());
        peers.heard(peer(1), dbm(-50), after(t, 61));
        assert!(peers.next(after(t, 92)).is_none(), "heard too long ago to connect");
        peers.heard(peer(1), dbm(-50), after(t, 93));
        assert!(peers.next(after(t, 93)).is_some());
        peers.read(peer(1).address, ID, t);
        peers.failed(peer(1).address, t);
        assert_eq!(peers.heard(peer(1), dbm(-50), t), Some(ID), "a failed write-back does not undo the read");
    }

    #[test]
    fn a_flood_of_addresses_is_bounded_and_passes() {
        let (mut peers, t) = (Peers::default(), start());
        for n in 0..10_000 {
            peers.heard(peer(n), dbm(-50), t);
            peers.read(peer(n.wrapping_add(20_000)).address, ID, t);
        }
        assert!(peers.known.len() <= MOST && peers.queue.len() <= MOST);
        for _ in 0..10_000 {
            peers.heard(peer(1), dbm(-50), t);
        }
        assert!(peers.read(peer(1).address, ID, t).len() <= MOST_PACKETS);
        peers.heard(peer(60_000), dbm(-50), after(t, 1000));
        let mut next = None;
        while let Some(p) = peers.next(after(t, 1000)) {
            next = Some(p);
        }
        assert!(next.is_some_and(|p| p == peer(60_000)), "old entries made room");
    }
}
