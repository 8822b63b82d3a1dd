//! Sightings on their way to the caller.

use super::peers::Strength;
use crate::{RadioError, Sighting, Via};
use bluezone_protocol::identifier::Identifier;
use tokio::sync::mpsc;

/// What [`crate::Radio::next`] gives.
pub type Item = Result<Sighting, RadioError>;

/// A caller that does not collect them loses the newest, never the radio.
const ROOM: usize = 4096;

/// The sending end.
#[derive(Clone)]
pub struct Outbox(mpsc::Sender<Item>);

impl Outbox {
    /// Both ends.
    pub fn new() -> (Self, mpsc::Receiver<Item>) {
        let (sender, receiver) = mpsc::channel(ROOM);
        (Self(sender), receiver)
    }

    /// Someone was heard.
    pub fn sighting(&self, identifier: Identifier, strength: Strength, via: Via) {
        let Strength { rssi_dbm, tx_power_dbm } = strength;
        let sighting = Sighting { identifier, rssi_dbm, tx_power_dbm, via };
        if let Err(mpsc::error::TrySendError::Full(_)) = self.0.try_send(Ok(sighting)) {
            tracing::warn!("nobody collects the sightings: one is lost");
        }
    }

    /// The radio is off.
    pub fn off(&self, error: RadioError) {
        // Lost only if 4,096 sightings wait before it; the status says the same.
        let _ = self.0.try_send(Err(error));
    }
}
