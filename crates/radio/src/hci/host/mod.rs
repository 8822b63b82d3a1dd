//! The host: one controller, one advertisement, one scan, and the few connections that the iPhone way needs.
//!
//! Everything happens in one task, step by step: a command and its answer, a packet and what it means, and after each
//! [`Host::settle`], which brings the controller to where it should be.

mod events;

use super::HciConfig;
use super::connection::{Connections, Role};
use super::controller::{Controller, Failure};
use super::h4::Packet;
use super::outbox::Outbox;
use super::peers::Peers;
use super::report::Peer;
use super::server::Budget;
use crate::Advertisement;
use bt_hci::cmd::controller_baseband::{Reset, SetEventMask};
use bt_hci::cmd::le::{
    LeCreateConn, LeCreateConnCancel, LeReadBufferSize, LeSetAdvData, LeSetAdvEnable, LeSetAdvParams,
    LeSetEventMask, LeSetRandomAddr, LeSetScanEnable, LeSetScanParams,
};
use bt_hci::cmd::link_control::Disconnect;
use bt_hci::param::{
    AddrKind, AdvChannelMap, AdvFilterPolicy, AdvKind, BdAddr, ConnHandle, DisconnectReason,
    Duration as Slots, EventMask, LeEventMask, LeScanKind, ScanningFilterPolicy,
};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// To connect to a phone: whoever is there answers within a few of its advertising intervals.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);
/// To read a phone, from the connection on.
const READ_LIMIT: Duration = Duration::from_secs(10);
/// How long a scan runs before it may rest for an attempt to connect. Most scans are over by then, and are never
/// interrupted: a phone that cannot be reached must not make us deaf to all others.
const SCAN_FIRST: Duration = Duration::from_secs(10);
/// For connections to end and a cancelled attempt to be confirmed.
const END_LIMIT: Duration = Duration::from_secs(2);
/// Before advertising is tried again that the controller refused (its connections are all taken).
const ADVERTISE_AGAIN: Duration = Duration::from_secs(5);

/// A connection that is being made.
struct Attempt {
    peer: Peer,
    until: Instant,
    cancelled: bool,
    /// Cancelled for now only: the peer has its turn again later.
    again: bool,
}

/// The host of one controller.
pub struct Host {
    controller: Controller,
    config: HciConfig,
    out: Outbox,
    advertisement: Option<Advertisement>,
    want_scan: bool,
    /// What the controller does at this moment.
    advertising: bool,
    scanning: bool,
    advertise_again: Option<Instant>,
    /// While we want to scan: when the scan may next rest for an attempt.
    may_rest: Option<Instant>,
    attempt: Option<Attempt>,
    connections: Connections,
    peers: Peers,
    budget: Budget,
    /// Whether the controller knows the strength of a connection.
    measures: bool,
}

impl Host {
    /// Takes over a controller: resets it and leaves it silent.
    pub async fn start(mut controller: Controller, config: HciConfig, out: Outbox) -> Result<Self, Failure> {
        controller.command("reset", Reset::new()).await?;
        // A reset ends both; a virtual controller may forget to.
        for result in [
            controller.command("advertising off", LeSetAdvEnable::new(false)).await,
            controller.command("scanning off", LeSetScanEnable::new(false, false)).await,
        ] {
            unless_refused(result)?;
        }
        let events = EventMask::new()
            .enable_le_meta(true)
            .enable_disconnection_complete(true)
            .enable_hardware_error(true);
        controller.command("set event mask", SetEventMask::new(events)).await?;
        let events = LeEventMask::new()
            .enable_le_conn_complete(true)
            .enable_le_enhanced_conn_complete_v1(true)
            .enable_le_adv_report(true)
            .enable_le_ext_adv_report(true);
        controller.command("set LE event mask", LeSetEventMask::new(events)).await?;
        let buffers = controller.command("read LE buffer size", LeReadBufferSize::new()).await?;
        let budget = Budget(config.writes_per_rotation);
        Ok(Self {
            controller,
            config,
            out,
            advertisement: None,
            want_scan: false,
            advertising: false,
            scanning: false,
            advertise_again: None,
            may_rest: None,
            attempt: None,
            // 0: the controller shares its classic buffers, of which it has at least one.
            connections: Connections::new(usize::from(buffers.total_num_le_acl_data_packets).max(1)),
            peers: Peers::default(),
            budget,
            measures: true,
        })
    }

    /// Changes frame, identifier and address in one go; see the module's page for the order.
    pub async fn advertise(&mut self, new: Advertisement) -> Result<(), Failure> {
        self.fall_silent().await?;
        self.peers.clear();
        self.budget = Budget(self.config.writes_per_rotation);
        let mut address = new.address.0;
        address.reverse(); // the controller's first byte is the least significant
        self.controller.command("set random address", LeSetRandomAddr::new(BdAddr::new(address))).await?;
        let interval = Slots::from_millis(u32::from(self.config.advertising_interval_ms.clamp(20, 10_240)));
        let kind = if self.config.connectable { AdvKind::AdvInd } else { AdvKind::AdvNonconnInd };
        let parameters = LeSetAdvParams::new(
            interval,
            interval,
            kind,
            AddrKind::RANDOM,
            AddrKind::PUBLIC,
            BdAddr::default(),
            AdvChannelMap::ALL,
            AdvFilterPolicy::Unfiltered,
        );
        self.controller.command("set advertising parameters", parameters).await?;
        let frame = new.frame.encode();
        let mut data = [0; 31];
        data[..frame.len()].copy_from_slice(&frame);
        self.controller.command("set advertising data", LeSetAdvData::new(frame.len() as u8, data)).await?;
        // Someone may have connected in the very moment in which advertising stopped, under the old address: nobody who
        // knows that address may read the new identifier.
        self.drop_connections().await?;
        self.advertisement = Some(new);
        self.controller.command("advertising on", LeSetAdvEnable::new(true)).await?;
        self.advertising = true;
        self.advertise_again = None;
        self.settle().await
    }

    /// Whether to listen. A scan calls off the attempt to connect that is under way; who waits to be read has its turn
    /// after the scan.
    pub async fn set_scanning(&mut self, on: bool) -> Result<(), Failure> {
        if on && !self.want_scan {
            self.may_rest = Some(Instant::now() + SCAN_FIRST);
            self.cancel_attempt(true).await?;
        }
        self.want_scan = on;
        if !on {
            self.may_rest = None;
            self.stop_scan().await?;
        }
        self.settle().await
    }

    /// The next packet of the controller. Cancel-safe.
    pub async fn receive(&mut self) -> Result<Packet, Failure> {
        self.controller.receive().await
    }

    /// When [`Self::time_passed`] has something to do.
    pub fn deadline(&self) -> Option<Instant> {
        let attempt = self.attempt.as_ref().map(|a| a.until);
        // Once it has passed, `settle` has seen it: who still waits then is looked at again with the next packet.
        let rest = self.may_rest.filter(|at| self.peers.waiting() && *at > Instant::now());
        [attempt, self.advertise_again, rest, self.connections.deadline()].into_iter().flatten().min()
    }

    /// Ends what took too long.
    pub async fn time_passed(&mut self) -> Result<(), Failure> {
        let now = Instant::now();
        match self.attempt.as_ref().filter(|a| a.until <= now).map(|a| a.cancelled) {
            Some(true) => self.attempt_failed(),
            Some(false) => self.cancel_attempt(false).await?,
            None => {}
        }
        for (handle, closing) in self.connections.overdue(now) {
            if closing {
                self.ended(handle); // a link that does not end is dead
            } else {
                self.disconnect(handle).await?;
            }
        }
        if self.advertise_again.is_some_and(|at| at <= now) {
            self.advertise_again = None;
        }
        self.settle().await
    }

    /// Takes one packet and does what follows from it.
    pub async fn handle(&mut self, packet: Packet) -> Result<(), Failure> {
        self.on_packet(packet).await?;
        self.settle().await
    }

    /// Leaves the controller silent; for the end of the program.
    pub async fn shut_down(&mut self) -> Result<(), Failure> {
        self.fall_silent().await?;
        self.controller.command("reset", Reset::new()).await.map(|_| ())
    }

    /// Advertising and scanning off, nobody connected.
    async fn fall_silent(&mut self) -> Result<(), Failure> {
        unless_refused(self.controller.command("advertising off", LeSetAdvEnable::new(false)).await)?;
        self.advertising = false;
        self.stop_scan().await?;
        self.cancel_attempt(false).await?;
        self.drop_connections().await
    }

    /// Calls off the attempt to connect, if there is one; an event confirms its end.
    async fn cancel_attempt(&mut self, again: bool) -> Result<(), Failure> {
        if let Some(attempt) = self.attempt.as_mut().filter(|a| !a.cancelled) {
            (attempt.cancelled, attempt.again) = (true, again);
            attempt.until = Instant::now() + END_LIMIT;
            unless_refused(self.controller.command("cancel connecting", LeCreateConnCancel::new()).await)?;
        }
        Ok(())
    }

    /// The attempt has come to nothing.
    fn attempt_failed(&mut self) {
        match self.attempt.take() {
            Some(attempt) if attempt.again => self.peers.later(attempt.peer),
            Some(attempt) => self.peers.failed(attempt.peer.address, Instant::now()),
            None => {}
        }
    }

    /// Ends every connection, also those whose beginning is still to be read, and waits until they have ended.
    async fn drop_connections(&mut self) -> Result<(), Failure> {
        let until = Instant::now() + END_LIMIT;
        loop {
            while let Some(packet) = self.controller.waiting() {
                self.on_packet(packet).await?;
            }
            for handle in self.connections.open() {
                self.disconnect(handle).await?;
            }
            if self.connections.is_empty() && self.attempt.is_none() {
                return Ok(());
            }
            match timeout_at(until, self.controller.receive()).await {
                Ok(packet) => self.on_packet(packet?).await?,
                Err(_) => {
                    // What still comes from a link that does not end finds nobody.
                    self.connections.forget_all();
                    self.attempt = None;
                    return Ok(());
                }
            }
        }
    }

    /// Sends what waits and brings advertising, scanning and reading to where they should be.
    async fn settle(&mut self) -> Result<(), Failure> {
        while let Some(packet) = self.connections.next_to_send() {
            self.controller.send(&packet).await?;
        }
        // A connection to us ends advertising.
        if self.advertisement.is_some()
            && self.config.connectable
            && !self.advertising
            && self.advertise_again.is_none()
        {
            match self.controller.command("advertising on", LeSetAdvEnable::new(true)).await {
                Ok(()) => self.advertising = true,
                Err(Failure::Refused { .. }) => {
                    self.advertise_again = Some(Instant::now() + ADVERTISE_AGAIN);
                }
                Err(lost) => return Err(lost),
            }
        }
        let reading = self.attempt.is_some() || self.connections.reading();
        if !reading
            && self.advertisement.is_some()
            && self.may_rest.is_none_or(|at| at <= Instant::now())
            && let Some(peer) = self.peers.next(Instant::now())
        {
            if self.connections.with(peer.address) {
                self.peers.later(peer); // it is reading us; perhaps it tells what we would ask
            } else {
                self.connect(peer).await?;
            }
        }
        if self.want_scan && !self.scanning && self.attempt.is_none() {
            self.start_scan().await?;
        }
        Ok(())
    }

    async fn start_scan(&mut self) -> Result<(), Failure> {
        // Passive: nothing of ours is sent. The public address is named only while we have no other, and not used.
        let own = if self.advertisement.is_some() { AddrKind::RANDOM } else { AddrKind::PUBLIC };
        let window = Slots::from_millis(100); // interval and window alike: the whole time
        let filter = ScanningFilterPolicy::BasicUnfiltered;
        let parameters = LeSetScanParams::new(LeScanKind::Passive, window, window, own, filter);
        self.controller.command("set scan parameters", parameters).await?;
        self.controller.command("scanning on", LeSetScanEnable::new(true, false)).await?;
        self.scanning = true;
        Ok(())
    }

    async fn stop_scan(&mut self) -> Result<(), Failure> {
        if self.scanning {
            unless_refused(
                self.controller.command("scanning off", LeSetScanEnable::new(false, false)).await,
            )?;
            self.scanning = false;
        }
        Ok(())
    }

    /// Starts to connect. Scanning rests meanwhile: few controllers do both.
    async fn connect(&mut self, peer: Peer) -> Result<(), Failure> {
        self.stop_scan().await?;
        let scan = Slots::from_millis(60);
        let command = LeCreateConn::new(
            scan,
            scan,
            false,
            AddrKind(peer.kind),
            BdAddr::new(peer.address),
            AddrKind::RANDOM,
            Slots::from_millis(30),
            Slots::from_millis(50),
            0,
            Slots::from_millis(4000),
            Slots::from_millis(0),
            Slots::from_millis(0),
        );
        let now = Instant::now();
        self.may_rest = self.may_rest.map(|_| now + SCAN_FIRST);
        match self.controller.begin("connect", command).await {
            Ok(()) => {
                self.attempt =
                    Some(Attempt { peer, until: now + CONNECT_LIMIT, cancelled: false, again: false })
            }
            Err(Failure::Refused { command, status }) => {
                tracing::debug!(command, status, "cannot connect to read an identifier");
                self.peers.failed(peer.address, now);
            }
            Err(lost) => return Err(lost),
        }
        Ok(())
    }

    async fn disconnect(&mut self, handle: u16) -> Result<(), Failure> {
        let command = Disconnect::new(ConnHandle(handle), DisconnectReason::RemoteUserTerminatedConn);
        match self.controller.begin("disconnect", command).await {
            Ok(()) => self.connections.closing(handle, Instant::now() + END_LIMIT),
            Err(Failure::Refused { .. }) => self.ended(handle), // it has ended by itself
            Err(lost) => return Err(lost),
        }
        Ok(())
    }

    /// A connection is no more.
    fn ended(&mut self, handle: u16) {
        if let Some(connection) = self.connections.remove(handle) {
            if connection.client.is_some() {
                self.peers.failed(connection.peer.address, Instant::now()); // no effect if it was read
            }
            if connection.role == Role::Peripheral {
                self.advertise_again = None; // there is room for advertising again
            }
        }
    }
}

/// A refusal is no failure here.
fn unless_refused<T>(result: Result<T, Failure>) -> Result<(), Failure> {
    match result {
        Ok(_) | Err(Failure::Refused { .. }) => Ok(()),
        Err(lost) => Err(lost),
    }
}
