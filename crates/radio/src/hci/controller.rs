//! Commands to the controller, one at a time, and everything it says in between.

use super::endpoint::Stream;
use super::h4::{Decoder, Packet};
use bt_hci::FromHciBytes;
use bt_hci::cmd::{Cmd, SyncCmd};
use bt_hci::transport::{PacketToController, WithIndicator};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

/// How long a command may take; a reset may load firmware.
const COMMAND_LIMIT: Duration = Duration::from_secs(5);
const WRITE_LIMIT: Duration = Duration::from_secs(2);
/// What arrives while a command runs waits here. Beyond this, reports of the air are dropped, nothing else: the rest
/// is bounded by the few connections there are.
const INBOX: usize = 1024;

const COMMAND_COMPLETE: u8 = 0x0E;
const COMMAND_STATUS: u8 = 0x0F;

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The controller said no; the connection to it is sound.
    #[error("{command} refused with status {status:#04x}")]
    Refused {
        /// The command's name.
        command: &'static str,
        /// Error code (volume 1, part F).
        status: u8,
    },
    /// The controller is gone or makes no sense; only opening it again helps.
    #[error("{0}")]
    Lost(String),
}

fn lost(what: impl std::fmt::Display) -> Failure {
    Failure::Lost(what.to_string())
}

/// The controller at the other end of a stream.
pub struct Controller {
    stream: Box<dyn Stream>,
    decoder: Decoder,
    inbox: VecDeque<Packet>,
    read_buffer: Box<[u8]>,
}

impl Controller {
    /// Of an open stream.
    pub fn new(stream: Box<dyn Stream>) -> Self {
        // A user-channel socket drops what does not fit a read, so the buffer holds more than any controller's packet.
        Self {
            stream,
            decoder: Decoder::default(),
            inbox: VecDeque::new(),
            read_buffer: vec![0; 16 * 1024].into_boxed_slice(),
        }
    }

    /// The next packet that answers no command. Cancel-safe.
    pub async fn receive(&mut self) -> Result<Packet, Failure> {
        match self.inbox.pop_front() {
            Some(packet) => Ok(packet),
            None => self.read().await,
        }
    }

    /// A packet that has arrived already, without waiting for more.
    pub fn waiting(&mut self) -> Option<Packet> {
        self.inbox.pop_front()
    }

    /// Reads until a packet is whole. Cancel-safe: `read` either takes bytes and returns or takes none.
    async fn read(&mut self) -> Result<Packet, Failure> {
        loop {
            if let Some(packet) = self.decoder.next().map_err(lost)? {
                return Ok(packet);
            }
            match self.stream.read(&mut self.read_buffer).await {
                Ok(0) => return Err(lost("the controller closed the connection")),
                Ok(n) => self.decoder.push(&self.read_buffer[..n]),
                Err(e) => return Err(lost(e)),
            }
        }
    }

    /// Sends bytes of one packet. (A user-channel socket takes one packet a write; `write_all` writes once unless the
    /// system takes less.)
    pub async fn send(&mut self, packet: &[u8]) -> Result<(), Failure> {
        match timeout(WRITE_LIMIT, self.stream.write_all(packet)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(lost(e)),
            Err(_) => Err(lost("the controller takes no data")),
        }
    }

    /// Runs a command whose outcome comes at once.
    pub async fn command<C: SyncCmd>(
        &mut self,
        name: &'static str,
        command: C,
    ) -> Result<C::Return, Failure> {
        let answer = self.execute(name, &command).await?;
        C::Return::from_hci_bytes(&answer)
            .map(|(value, _)| value)
            .map_err(|_| lost(format_args!("the answer to {name} is too short")))
    }

    /// Starts what a later event will tell the outcome of.
    pub async fn begin<C: Cmd>(&mut self, name: &'static str, command: C) -> Result<(), Failure> {
        self.execute(name, &command).await.map(|_| ())
    }

    /// Sends a command and waits for its completion or status; gives the return parameters after the status.
    async fn execute<C: Cmd>(&mut self, name: &'static str, command: &C) -> Result<Vec<u8>, Failure> {
        let mut buffer = [0; 4 + 255];
        let packet = WithIndicator::new(command);
        let size = packet.size();
        packet.write_hci(&mut buffer[..]).map_err(|_| lost(format_args!("{name} does not fit a packet")))?;
        self.send(&buffer[..size]).await?;
        let opcode = C::OPCODE.to_raw();
        let answer = timeout(COMMAND_LIMIT, async {
            loop {
                let packet = self.read().await?;
                match answer_to(opcode, &packet) {
                    Some(answer) => return Ok(answer),
                    None if self.inbox.len() >= INBOX && is_report(&packet) => {}
                    None => self.inbox.push_back(packet),
                }
            }
        })
        .await
        .map_err(|_| lost(format_args!("the controller does not answer {name}")))??;
        match answer.split_first() {
            Some((0, rest)) => Ok(rest.to_vec()),
            Some((&status, _)) => Err(Failure::Refused { command: name, status }),
            None => Err(lost(format_args!("the answer to {name} is empty"))),
        }
    }
}

/// A report of what is on the air.
fn is_report(packet: &Packet) -> bool {
    const LE_META: u8 = 0x3E;
    const REPORTS: [u8; 2] = [super::report::LEGACY, super::report::EXTENDED];
    matches!(packet, Packet::Event { code: LE_META, parameters } if parameters.first().is_some_and(|s| REPORTS.contains(s)))
}

/// Status and return parameters, if the packet is the answer to this command.
fn answer_to(opcode: u16, packet: &Packet) -> Option<Vec<u8>> {
    let Packet::Event { code, parameters } = packet else { return None };
    let (of, answer) = match (*code, parameters.as_slice()) {
        (COMMAND_COMPLETE, [_, low, high, rest @ ..]) => ([*low, *high], rest.to_vec()),
        (COMMAND_STATUS, [status, _, low, high, ..]) => ([*low, *high], vec![*status]),
        _ => return None,
    };
    (u16::from_le_bytes(of) == opcode).then_some(answer)
}
