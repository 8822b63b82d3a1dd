//! What the controller's packets mean.

use super::{Host, READ_LIMIT};
use crate::Via;
use crate::hci::att;
use crate::hci::client::Client;
use crate::hci::connection::Connection;
use crate::hci::controller::Failure;
use crate::hci::h4::Packet;
use crate::hci::l2cap;
use crate::hci::peers::Strength;
use crate::hci::report::{self, Peer, Report, reports};
use crate::hci::server;
use bluezone_protocol::frame::{Frame, Heard, decode};
use bluezone_protocol::identifier::Identifier;
use bt_hci::cmd::status::ReadRssi;
use bt_hci::param::ConnHandle;
use tokio::time::Instant;

const DISCONNECTION_COMPLETE: u8 = 0x05;
const HARDWARE_ERROR: u8 = 0x10;
const COMPLETED_PACKETS: u8 = 0x13;
const LE_META: u8 = 0x3E;
/// Subevents of [`LE_META`].
const CONNECTION_COMPLETE: u8 = 0x01;
const ENHANCED_CONNECTION_COMPLETE: u8 = 0x0A;

impl Host {
    pub(super) async fn on_packet(&mut self, packet: Packet) -> Result<(), Failure> {
        match packet {
            Packet::Event { code: LE_META, parameters } => match parameters.split_first() {
                Some((&subevent @ (report::LEGACY | report::EXTENDED), body)) => {
                    for heard in reports(subevent, body) {
                        self.heard(&heard);
                    }
                }
                Some((&(CONNECTION_COMPLETE | ENHANCED_CONNECTION_COMPLETE), body)) => {
                    self.connected(body).await?;
                }
                _ => {}
            },
            Packet::Event { code: DISCONNECTION_COMPLETE, parameters } => {
                if let [0, low, high, ..] = *parameters {
                    self.ended(u16::from_le_bytes([low, high]));
                }
            }
            Packet::Event { code: COMPLETED_PACKETS, parameters } => {
                for entry in parameters.get(1..).unwrap_or_default().chunks_exact(4) {
                    let [handle, count] =
                        [[entry[0], entry[1]], [entry[2], entry[3]]].map(u16::from_le_bytes);
                    self.connections.completed(handle, usize::from(count));
                }
            }
            Packet::Event { code: HARDWARE_ERROR, .. } => {
                return Err(Failure::Lost("the controller reports a hardware error".into()));
            }
            Packet::Acl { handle, continues, data } => {
                let Some(connection) = self.connections.get(handle) else { return Ok(()) };
                match connection.assembly.push(continues, &data) {
                    Some((l2cap::ATT, packet)) => self.attribute(handle, &packet).await?,
                    Some((channel, packet)) => {
                        if let Some(refusal) = l2cap::refuse(channel, &packet) {
                            self.connections.queue(handle, refusal);
                        }
                    }
                    None => {}
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// One advertisement.
    fn heard(&mut self, report: &Report<'_>) {
        let Heard::Frame(frame) = decode(report.data, self.config.service_uuid) else { return };
        let strength = Strength { rssi_dbm: report.rssi_dbm, tx_power_dbm: report.tx_power_dbm };
        match frame.identifier() {
            Some(id) => self.out.sighting(id, strength, Via::Advertisement),
            None if frame == Frame::BluezoneIos && report.connectable && self.config.read_over_gatt => {
                if let Some(id) = self.peers.heard(report.peer, strength, Instant::now()) {
                    self.out.sighting(id, strength, Via::GattRead);
                }
            }
            None => {}
        }
    }

    /// A connection was made, or was not.
    async fn connected(&mut self, body: &[u8]) -> Result<(), Failure> {
        let Some(&[status, low, high, role, kind, a, b, c, d, e, f]) = body.first_chunk() else {
            return Ok(());
        };
        let (handle, address) = (u16::from_le_bytes([low, high]) & 0x0FFF, [a, b, c, d, e, f]);
        let now = Instant::now();
        if status != 0 {
            // An attempt of ours, that is: advertising of our kind does not end like this.
            if role == 0 {
                self.attempt_failed();
            }
            return Ok(());
        }
        let peer = Peer { kind, address };
        if role != 0 {
            self.advertising = false;
            let welcome = self.config.connectable && self.connections.room();
            self.connections.insert(handle, Connection::guest(peer, now));
            if !welcome {
                return self.disconnect(handle).await;
            }
            // Two phones make one connection. Whom we were about to read reads us, and may tell what we would ask.
            if self.attempt.as_ref().is_some_and(|a| a.peer.address == address) {
                self.cancel_attempt(true).await?;
            }
            return Ok(());
        }
        match self.attempt.take() {
            Some(attempt) if attempt.peer.address == address && !attempt.cancelled => {
                let (client, request) = Client::start();
                self.connections.insert(handle, Connection::reading(peer, client, now + READ_LIMIT));
                self.connections.queue(handle, l2cap::packet(l2cap::ATT, &request));
                Ok(())
            }
            // Cancelled too late, or not asked for at all.
            other => {
                self.attempt = other.filter(|a| !a.cancelled);
                self.connections.insert(handle, Connection::guest(peer, now));
                self.disconnect(handle).await
            }
        }
    }

    /// One packet of the attribute protocol.
    async fn attribute(&mut self, handle: u16, packet: &[u8]) -> Result<(), Failure> {
        let own = self.advertisement.map(|a| a.identifier);
        let Some(connection) = self.connections.get(handle) else { return Ok(()) };
        let address = connection.peer.address;
        if packet.first().is_some_and(|&opcode| att::is_for_server(opcode)) {
            let answer = server::answer(packet, own.as_ref(), &mut connection.session, &mut self.budget);
            if let Some(reply) = answer.reply {
                self.connections.queue(handle, l2cap::packet(l2cap::ATT, &reply));
            }
            if let Some(id) = answer.written {
                let strength = Strength { rssi_dbm: self.measure(handle).await?, tx_power_dbm: None };
                self.known(address, id, Some((strength, Via::GattWrite)));
            }
            return Ok(());
        }
        let Some(client) = connection.client.as_mut() else { return Ok(()) };
        let progress = client.response(packet, own.as_ref());
        if let Some(request) = progress.send {
            self.connections.queue(handle, l2cap::packet(l2cap::ATT, &request));
        }
        if let Some(id) = progress.read {
            self.known(address, id, None);
        }
        if progress.done {
            self.disconnect(handle).await?;
        }
        Ok(())
    }

    /// An address has got its identifier: what was heard from it counts now.
    fn known(&mut self, address: [u8; 6], id: Identifier, extra: Option<(Strength, Via)>) {
        for strength in self.peers.read(address, id, Instant::now()) {
            self.out.sighting(id, strength, Via::GattRead);
        }
        if let Some((strength, via)) = extra {
            self.out.sighting(id, strength, via);
        }
    }

    /// Strength of a connection as we receive it; `None` where the controller does not say.
    async fn measure(&mut self, handle: u16) -> Result<Option<i8>, Failure> {
        const UNKNOWN_COMMAND: u8 = 0x01;
        if !self.measures {
            return Ok(None);
        }
        match self.controller.command("read RSSI", ReadRssi::new(ConnHandle(handle))).await {
            Ok(answer) => Ok(report::strength(answer.rssi as u8)),
            Err(Failure::Refused { status, .. }) => {
                self.measures = status != UNKNOWN_COMMAND;
                Ok(None)
            }
            Err(lost) => Err(lost),
        }
    }
}
