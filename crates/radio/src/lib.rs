//! What a phone does on the air: say one frame under one address, hear the others.
//!
//! [`Radio`] is all that the rest of Bluezone knows of Bluetooth. The real one is [`hci`], a host for any controller that
//! speaks HCI; `bluezone-air` has one on a simulated street.
//!
//! The radio keeps nothing: a [`Sighting`] has no time (its receiver's clock says when) and no address (an address must
//! not outlive the moment in which it was heard).

pub mod hci;

pub use bluezone_protocol::address::RandomAddress;

use async_trait::async_trait;
use bluezone_protocol::frame::Frame;
use bluezone_protocol::identifier::Identifier;

/// What is on the air from now until the next rotation.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Advertisement {
    /// The bytes that are advertised.
    pub frame: Frame,
    /// What the identifier characteristic answers over GATT; the same identifier as the frame's, if that has one.
    pub identifier: Identifier,
    /// The radio address that goes with it.
    pub address: RandomAddress,
}

/// Someone was heard. One sighting is one packet (or one exchange over GATT).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Sighting {
    /// Who.
    pub identifier: Identifier,
    /// Strength as this phone measured it. `None` where it could not: such a sighting counts nothing for risk.
    pub rssi_dbm: Option<i8>,
    /// Transmit power, if the packet says.
    pub tx_power_dbm: Option<i8>,
    /// How the identifier reached us.
    pub via: Via,
}

/// How an identifier reached us.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Via {
    /// It stood in an advertisement.
    Advertisement,
    /// The advertisement had none, but over GATT we know whose it is (the iPhone way). The strength is that of the
    /// advertisement.
    GattRead,
    /// The other connected to us and wrote it. The strength is that of the connection, as we measured it.
    GattWrite,
}

/// Whether the radio works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RadioStatus {
    /// It does.
    On,
    /// It does not; the text says why and what to do. It turns on again by itself when it can.
    Off(String),
}

/// Why the radio did not do what was asked.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RadioError {
    /// The text given as the radio names none.
    #[error("{given:?} is not a radio: give tcp:HOST:PORT, uart:DEVICE, uart:DEVICE:BAUD or linux:NUMBER")]
    Endpoint {
        /// What was given.
        given: String,
    },
    /// No controller answers there.
    #[error(
        "the Bluetooth controller at {endpoint} cannot be reached ({reason}): check that it is there and not in use"
    )]
    Unreachable {
        /// Where it should be.
        endpoint: String,
        /// What the system said.
        reason: String,
    },
    /// The controller was there and is not any more, or is not yet back.
    #[error("the Bluetooth radio is off: {0}")]
    Off(String),
    /// The controller refused a command that Bluezone cannot do without.
    #[error(
        "the Bluetooth controller refused {command} (status {status:#04x}): it may lack Bluetooth Low Energy"
    )]
    Refused {
        /// The command's name.
        command: &'static str,
        /// Error code of the Bluetooth Core Specification, volume 1, part F.
        status: u8,
    },
    /// The address is not a non-resolvable private one.
    #[error("the radio address is not a non-resolvable private one: make it with RandomAddress::generate")]
    Address,
    /// The radio's task has ended.
    #[error("the Bluetooth radio was closed: open it again")]
    Closed,
}

/// A Bluetooth LE radio: one frame on the air at a time, and the identifiers that others send.
///
/// When to rotate and when to listen is the caller's to decide (`bluezone-device` has both schedules).
#[async_trait]
pub trait Radio: Send {
    /// From now on this frame, this identifier and this address are on the air, all three changed in the same instant:
    /// advertising and scanning stop, connections are dropped, and all start again under the new address.
    ///
    /// # Errors
    /// If the radio is off. The advertisement is then remembered and goes on the air when the radio is back, so a caller
    /// that keeps its rotation schedule needs to do nothing else.
    async fn advertise(&mut self, advertisement: Advertisement) -> Result<(), RadioError>;

    /// Starts or stops listening.
    ///
    /// # Errors
    /// If the radio is off; remembered as in [`Self::advertise`].
    async fn set_scanning(&mut self, on: bool) -> Result<(), RadioError>;

    /// Waits for the next sighting. Cancel-safe: a sighting is never lost because the caller stopped waiting.
    ///
    /// # Errors
    /// An outage is told once, as [`RadioError::Off`]; the next call waits until there is something to hear again.
    /// [`RadioError::Closed`] is final.
    async fn next(&mut self) -> Result<Sighting, RadioError>;

    /// Whether the radio works at this moment.
    async fn status(&self) -> RadioStatus;

    /// Leaves the air; nothing is sent any more when this returns. Dropping a radio has the same effect some time later,
    /// and none if the program ends first.
    async fn close(self: Box<Self>);
}

#[cfg(test)]
bluezone_canary::watch!();
