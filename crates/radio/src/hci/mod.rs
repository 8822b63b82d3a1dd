//! A real Bluetooth controller as the [`Radio`]: `tcp:HOST:PORT` and `uart:DEVICE[:BAUD]` (H4), `linux:N` (user channel
//! of adapter `hciN`, which must be down; needs CAP_NET_ADMIN).
//!
//! # Rotation
//! Advertising off, scanning off, connections dropped and their end awaited; then random address, advertising parameters
//! and data; connections that began in that very moment dropped; advertising on, scanning on. The identifier that GATT
//! answers changes between the last two. So no packet carries the old address with new bytes or the new address with old
//! ones, and nobody who knows the old address reads the new identifier.
//!
//! The address is non-resolvable also where we can be connected to. The specification would have such a device use
//! resolvable addresses, so that its friends can recognise it; Bluezone has no friends.
//!
//! # GATT
//! The original iPhone app's service and characteristic. Read: the identifier of the moment, 20 bytes (`gaen`) or 12
//! (`bluezone-2020`). Written: the writer's identifier, exactly 20 or 12 bytes, once a connection, so many a rotation; its
//! strength is what our controller measures of the connection, never what the writer claims (`server`).
//!
//! An advertisement of that service has no identifier, so we connect to its sender, read, write ours if the other takes
//! it, and disconnect (`client`): one phone at a time, 2 seconds to connect and 10 to read. One phone is read once a
//! rotation (`peers`); all its packets before and after count with their own strength.
//!
//! Few controllers scan while they connect, so who is heard in a scan waits for its end, and a scan that begins calls an
//! attempt off until then. Only a scan of more than 10 seconds rests, for one attempt in every 10. So a phone that cannot
//! be reached - or pretends to be one - keeps us from hearing nobody.
//!
//! # Why a host of our own
//! `trouble-host` 0.8 was tried: it advertises, scans and serves GATT against Bumble. But it unwraps the parsing of events,
//! and `bt-hci` 0.10.1 asserts on connection handles above 0xEFF and indexes into truncated extended reports, so one bad
//! packet of the controller panics (a disconnection event of one byte and an ACL packet of handle 0xF00 did). A packet
//! longer than its 259-byte buffer ends it. And its address is fixed when it is built, while an advertiser that is dropped
//! stops at some later time, so the order above needs a reset of the controller at each rotation. What is needed of a host
//! is small, so this one is ours: the commands and their answers are `bt-hci`'s types; what arrives unasked is read by
//! functions that give `None` instead of panicking.
//!
//! # What was verified
//! TCP and, over a pseudo terminal, UART: against Bumble's virtual controllers and with Bumble's own host as the other phone
//! (`tests/it`). Not verified, for want of hardware: `linux` beyond the error where there is no adapter, a physical serial
//! line (speed, hardware flow control), real controllers, real phones.

mod att;
mod client;
mod connection;
mod controller;
mod endpoint;
#[cfg(test)]
mod gatt_tests;
mod h4;
mod host;
mod l2cap;
mod outbox;
mod peers;
mod report;
mod server;
mod uart;
mod worker;

pub use endpoint::Endpoint;

use crate::{Advertisement, Radio, RadioError, RadioStatus, Sighting};
use async_trait::async_trait;
use bluezone_protocol::frame::DEFAULT_SERVICE_UUID;
use outbox::{Item, Outbox};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use worker::{Request, Source};

/// How the radio behaves. [`Default`] is right for everyone but tests and unusual controllers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HciConfig {
    /// The 16-bit UUID under which the default scheme's service data is understood.
    pub service_uuid: u16,
    /// Whether others may connect, read the identifier characteristic and write theirs.
    pub connectable: bool,
    /// Whether to connect to phones that advertise the original iPhone service, and read theirs.
    pub read_over_gatt: bool,
    /// Milliseconds between two packets, 20 to 10,240.
    pub advertising_interval_ms: u16,
    /// How many identifiers others may write to us between two rotations.
    pub writes_per_rotation: u32,
}

impl Default for HciConfig {
    fn default() -> Self {
        Self {
            service_uuid: DEFAULT_SERVICE_UUID,
            connectable: true,
            read_over_gatt: true,
            advertising_interval_ms: 250, // the Exposure Notification specification's 200 to 270
            writes_per_rotation: 64,
        }
    }
}

/// A radio on a controller. The work is done by a task of its own, which leaves the controller silent when this is
/// closed or dropped; [`Radio::close`] waits until it has.
pub struct HciRadio {
    requests: mpsc::Sender<Request>,
    sightings: mpsc::Receiver<Item>,
    status: watch::Receiver<RadioStatus>,
    task: JoinHandle<()>,
}

impl HciRadio {
    /// Opens the controller at `endpoint` and resets it. Needs a tokio runtime with I/O and time, and lives on it.
    ///
    /// If the controller is lost later, the radio tries to get it back, after 1 second, 2, 4 and so on up to 30, and
    /// then goes on with the advertisement and the scanning that were asked for last.
    ///
    /// # Errors
    /// [`RadioError::Endpoint`] for a text that names no controller, [`RadioError::Unreachable`] if none answers there,
    /// [`RadioError::Refused`] if it does not do Bluetooth LE.
    pub async fn open(endpoint: &str, config: HciConfig) -> Result<Self, RadioError> {
        Self::start(Source::Endpoint(endpoint.parse()?), config).await
    }

    /// As [`Self::open`], on a stream that is open already. It cannot be opened again, so its end ends the radio.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn over(
        stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
        config: HciConfig,
    ) -> Result<Self, RadioError> {
        Self::start(Source::Stream(Some(Box::new(stream))), config).await
    }

    async fn start(mut source: Source, config: HciConfig) -> Result<Self, RadioError> {
        let (out, sightings) = Outbox::new();
        let host = source.connect(&config, &out).await?;
        let (requests, inbox) = mpsc::channel(8);
        let (told, status) = watch::channel(RadioStatus::On);
        let task = tokio::spawn(worker::run(host, source, config, out, inbox, told));
        Ok(Self { requests, sightings, status, task })
    }

    async fn ask(
        &self,
        request: impl FnOnce(oneshot::Sender<Result<(), RadioError>>) -> Request,
    ) -> Result<(), RadioError> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| RadioError::Closed)?;
        answer.await.map_err(|_| RadioError::Closed)?
    }
}

#[async_trait]
impl Radio for HciRadio {
    async fn advertise(&mut self, advertisement: Advertisement) -> Result<(), RadioError> {
        if !advertisement.address.is_valid() {
            return Err(RadioError::Address);
        }
        self.ask(|reply| Request::Advertise(advertisement, reply)).await
    }

    async fn set_scanning(&mut self, on: bool) -> Result<(), RadioError> {
        self.ask(|reply| Request::Scan(on, reply)).await
    }

    async fn next(&mut self) -> Result<Sighting, RadioError> {
        self.sightings.recv().await.unwrap_or(Err(RadioError::Closed))
    }

    async fn status(&self) -> RadioStatus {
        self.status.borrow().clone()
    }

    async fn close(self: Box<Self>) {
        let Self { requests, task, .. } = *self;
        drop(requests);
        if let Err(error) = task.await {
            tracing::error!(%error, "the Bluetooth radio ended badly");
        }
    }
}
