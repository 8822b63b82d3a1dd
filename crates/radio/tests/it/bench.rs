//! A controller of the tests' own, which keeps count of every command, goes wrong on demand and lives in simulated time.

use crate::support::*;
use bluezone_radio::hci::{HciConfig, HciRadio};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;

pub const RESET: u16 = 0x0C03;
pub const DISCONNECT: u16 = 0x0406;
pub const READ_RSSI: u16 = 0x1405;
pub const READ_BUFFER_SIZE: u16 = 0x2002;
pub const SET_ADDRESS: u16 = 0x2005;
pub const ADVERTISING_PARAMETERS: u16 = 0x2006;
pub const ADVERTISING_DATA: u16 = 0x2008;
pub const ADVERTISE: u16 = 0x200A;
pub const SCAN_PARAMETERS: u16 = 0x200B;
pub const SCAN: u16 = 0x200C;
pub const CONNECT: u16 = 0x200D;
pub const CANCEL_CONNECT: u16 = 0x200E;
/// Our name for ACL data in the list of what the radio sent.
pub const DATA: u16 = 0;

/// What a rotation says to the controller, in this order.
pub const ROTATION: [(u16, u8); 8] = [
    (ADVERTISE, 0),
    (SCAN, 0),
    (SET_ADDRESS, 0),
    (ADVERTISING_PARAMETERS, 0),
    (ADVERTISING_DATA, 0),
    (ADVERTISE, 1),
    (SCAN_PARAMETERS, 0),
    (SCAN, 1),
];

pub type Sent = (u16, Vec<u8>);
pub type Packets = Vec<Vec<u8>>;
/// What the controller sends back for a command: packets, in this order.
pub type Manner = Box<dyn FnMut(u16, &[u8]) -> Packets + Send>;

pub fn event(code: u8, parameters: &[u8]) -> Vec<u8> {
    [&[4, code, parameters.len() as u8], parameters].concat()
}

pub fn complete(opcode: u16, answer: &[u8]) -> Vec<u8> {
    event(0x0E, &[&[1], &opcode.to_le_bytes()[..], answer].concat())
}

pub fn status(opcode: u16, status: u8) -> Vec<u8> {
    event(0x0F, &[&[status, 1], &opcode.to_le_bytes()[..]].concat())
}

pub fn connection_complete(status: u8, handle: u16, role: u8, address: [u8; 6]) -> Vec<u8> {
    let head = [&[1, status], &handle.to_le_bytes()[..], &[role, 1], &address].concat();
    event(0x3E, &[&head[..], &[24, 0, 0, 0, 100, 0, 0]].concat())
}

pub fn disconnection_complete(handle: u16) -> Vec<u8> {
    event(0x05, &[&[0], &handle.to_le_bytes()[..], &[0x16]].concat())
}

pub fn report(address: [u8; 6], data: &[u8], rssi: i8) -> Vec<u8> {
    let head = [&[2, 1, 0, 1][..], &address, &[data.len() as u8]].concat();
    event(0x3E, &[&head, data, &[rssi as u8]].concat())
}

pub fn acl(handle: u16, att: &[u8]) -> Vec<u8> {
    let length = att.len() as u16;
    let word = handle | 2 << 12;
    [&[2], &word.to_le_bytes()[..], &(length + 4).to_le_bytes(), &length.to_le_bytes(), &[4, 0], att].concat()
}

/// Does as it is told, at once.
pub fn obedient(opcode: u16, parameters: &[u8]) -> Packets {
    match opcode {
        READ_BUFFER_SIZE => vec![complete(opcode, &[0, 27, 0, 1])],
        READ_RSSI => vec![complete(opcode, &[0, parameters[0], parameters[1], (-61i8) as u8])],
        DISCONNECT => {
            let handle = u16::from_le_bytes([parameters[0], parameters[1]]);
            vec![status(opcode, 0), disconnection_complete(handle)]
        }
        CONNECT => vec![status(opcode, 0)],
        CANCEL_CONNECT => vec![complete(opcode, &[0]), connection_complete(2, 0, 0, [0; 6])],
        _ => vec![complete(opcode, &[0])],
    }
}

/// The radio and the other end of its stream.
pub struct Bench {
    pub radio: HciRadio,
    pub sent: mpsc::UnboundedReceiver<Sent>,
    inject: mpsc::UnboundedSender<Vec<u8>>,
}

async fn controller(
    mut stream: DuplexStream,
    mut manner: Manner,
    sent: mpsc::UnboundedSender<Sent>,
    mut inject: mpsc::UnboundedReceiver<Vec<u8>>,
) {
    let mut buffer = Vec::new();
    let mut piece = [0; 512];
    loop {
        tokio::select! {
            n = stream.read(&mut piece) => {
                let Ok(n @ 1..) = n else { return };
                buffer.extend_from_slice(&piece[..n]);
                while let Some((packet, rest)) = cut(&buffer) {
                    buffer = rest;
                    if packet.0 != DATA {
                        for answer in manner(packet.0, &packet.1) {
                            let _ = stream.write_all(&answer).await;
                        }
                    }
                    let _ = sent.send(packet);
                }
            }
            packet = inject.recv() => {
                let Some(packet) = packet else { return };
                let _ = stream.write_all(&packet).await;
            }
        }
    }
}

/// The first command or data packet of a stream, and the rest.
fn cut(bytes: &[u8]) -> Option<(Sent, Vec<u8>)> {
    match *bytes {
        [1, low, high, length, ref rest @ ..] if rest.len() >= usize::from(length) => {
            let (parameters, rest) = rest.split_at(usize::from(length));
            Some(((u16::from_le_bytes([low, high]), parameters.to_vec()), rest.to_vec()))
        }
        [2, _, _, low, high, ref rest @ ..] => {
            let length = usize::from(u16::from_le_bytes([low, high]));
            let (data, rest) = rest.split_at_checked(length)?;
            Some(((DATA, data[4..].to_vec()), rest.to_vec()))
        }
        _ => None,
    }
}

impl Bench {
    pub async fn new(manner: impl FnMut(u16, &[u8]) -> Packets + Send + 'static) -> Self {
        Self::with(config(), manner).await
    }

    pub async fn with(config: HciConfig, manner: impl FnMut(u16, &[u8]) -> Packets + Send + 'static) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (sender, sent) = mpsc::unbounded_channel();
        let (inject, injected) = mpsc::unbounded_channel();
        tokio::spawn(controller(theirs, Box::new(manner), sender, injected));
        let radio = HciRadio::over(ours, config).await.unwrap();
        let mut bench = Self { radio, sent, inject };
        assert_eq!(bench.sent.recv().await.unwrap().0, RESET);
        bench.forget();
        bench
    }

    /// Forgets what was sent until now.
    pub fn forget(&mut self) {
        while self.sent.try_recv().is_ok() {}
    }

    /// The next packet with this opcode; those before it are passed over.
    pub async fn sent(&mut self, opcode: u16) -> Vec<u8> {
        loop {
            let next = tokio::time::timeout(Duration::from_secs(1000), self.sent.recv()).await;
            let (got, parameters) = next.expect("it is sent at all").unwrap();
            if got == opcode {
                return parameters;
            }
        }
    }

    /// Opcodes sent since the last look, enabling and disabling told apart by the first parameter.
    pub fn commands(&mut self) -> Vec<(u16, u8)> {
        std::iter::from_fn(|| self.sent.try_recv().ok())
            .map(|(opcode, p)| (opcode, if matches!(opcode, ADVERTISE | SCAN) { p[0] } else { 0 }))
            .collect()
    }

    pub fn inject(&self, packet: Vec<u8>) {
        self.inject.send(packet).unwrap();
    }
}
