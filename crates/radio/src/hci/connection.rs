//! The connections that are open, and what waits to be sent on them.

use super::client::Client;
use super::h4::encode_acl;
use super::l2cap::Assembly;
use super::report::Peer;
use super::server::Session;
use std::collections::{HashMap, VecDeque};
use std::time::Duration;
use tokio::time::Instant;

/// Others may be connected to us at the same time.
const GUESTS: usize = 4;
/// Nobody needs longer to read an identifier and write one.
const VISIT: Duration = Duration::from_secs(30);
/// Packets that may wait for one connection; each is the answer to one of the peer's, so a peer that does not take its
/// answers gets no more of them.
const WAITING: usize = 16;

/// Who made the connection.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Role {
    /// We did, to read.
    Central,
    /// The other did.
    Peripheral,
}

/// One connection.
pub struct Connection {
    /// With whom.
    pub peer: Peer,
    /// Made by whom.
    pub role: Role,
    /// Pieces of the packet that is arriving.
    pub assembly: Assembly,
    /// What the peer has done to our characteristic.
    pub session: Session,
    /// What we are doing to theirs.
    pub client: Option<Client>,
    until: Instant,
    closing: bool,
    /// Packets the controller has and has not sent yet.
    in_flight: usize,
}

impl Connection {
    fn new(peer: Peer, role: Role, client: Option<Client>, until: Instant) -> Self {
        let (assembly, session) = (Assembly::default(), Session::default());
        Self { peer, role, assembly, session, client, until, closing: false, in_flight: 0 }
    }

    /// Made by the other.
    pub fn guest(peer: Peer, now: Instant) -> Self {
        Self::new(peer, Role::Peripheral, None, now + VISIT)
    }

    /// Made by us, to read until then.
    pub fn reading(peer: Peer, client: Client, until: Instant) -> Self {
        Self::new(peer, Role::Central, Some(client), until)
    }
}

/// All of them.
pub struct Connections {
    open: HashMap<u16, Connection>,
    queue: VecDeque<(u16, Vec<u8>)>,
    /// Packets the controller still has room for.
    credits: usize,
    total: usize,
}

impl Connections {
    /// None yet; the controller has room for so many packets.
    pub fn new(credits: usize) -> Self {
        Self { open: HashMap::new(), queue: VecDeque::new(), credits, total: credits }
    }

    /// The connection with this handle.
    pub fn get(&mut self, handle: u16) -> Option<&mut Connection> {
        self.open.get_mut(&handle)
    }

    /// Adds one. An old one with the same handle has ended unheard.
    pub fn insert(&mut self, handle: u16, connection: Connection) {
        self.remove(handle);
        self.open.insert(handle, connection);
    }

    /// Forgets one that has ended, with what it still had to send.
    pub fn remove(&mut self, handle: u16) -> Option<Connection> {
        let connection = self.open.remove(&handle)?;
        self.credits = (self.credits + connection.in_flight).min(self.total);
        self.queue.retain(|(h, _)| *h != handle);
        Some(connection)
    }

    /// Forgets all.
    pub fn forget_all(&mut self) {
        self.open.clear();
        self.queue.clear();
        self.credits = self.total;
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether another one may connect to us.
    pub fn room(&self) -> bool {
        self.open.values().filter(|c| c.role == Role::Peripheral).count() < GUESTS
    }

    /// Whether we are reading someone.
    pub fn reading(&self) -> bool {
        self.open.values().any(|c| c.client.is_some())
    }

    /// Whether there is one with this address already; a second one cannot be made.
    pub fn with(&self, address: [u8; 6]) -> bool {
        self.open.values().any(|c| c.peer.address == address)
    }

    /// Handles of those that are not being closed.
    pub fn open(&self) -> Vec<u16> {
        self.open.iter().filter(|(_, c)| !c.closing).map(|(&h, _)| h).collect()
    }

    /// Marks one as being closed, which should be done at `until`.
    pub fn closing(&mut self, handle: u16, until: Instant) {
        if let Some(connection) = self.open.get_mut(&handle) {
            connection.closing = true;
            connection.until = until;
        }
    }

    /// When the first of them is overdue.
    pub fn deadline(&self) -> Option<Instant> {
        self.open.values().map(|c| c.until).min()
    }

    /// Handles of those whose time is over, and whether they are being closed already.
    pub fn overdue(&self, now: Instant) -> Vec<(u16, bool)> {
        self.open.iter().filter(|(_, c)| c.until <= now).map(|(&h, c)| (h, c.closing)).collect()
    }

    /// Queues an L2CAP packet.
    pub fn queue(&mut self, handle: u16, packet: Vec<u8>) {
        if self.queue.iter().filter(|(h, _)| *h == handle).count() < WAITING {
            self.queue.push_back((handle, packet));
        }
    }

    /// The next packet for the controller, if there is one and room for it. Ours fit the smallest buffer a controller may
    /// have (27 bytes), so none is ever cut.
    pub fn next_to_send(&mut self) -> Option<Vec<u8>> {
        if self.credits == 0 {
            return None;
        }
        let (handle, packet) = self.queue.pop_front()?;
        self.credits -= 1;
        if let Some(connection) = self.open.get_mut(&handle) {
            connection.in_flight += 1;
        }
        Some(encode_acl(handle, &packet))
    }

    /// The controller has sent so many packets.
    pub fn completed(&mut self, handle: u16, count: usize) {
        if let Some(connection) = self.open.get_mut(&handle) {
            let sent = count.min(connection.in_flight);
            connection.in_flight -= sent;
            self.credits = (self.credits + sent).min(self.total);
        }
    }
}
