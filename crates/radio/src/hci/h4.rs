//! H4, the packets of the host controller interface on a stream of bytes (Bluetooth Core Specification, volume 4,
//! part A): one byte says the kind, then a header with the length.
//!
//! A Linux user-channel socket gives the same bytes, one packet a read, so one decoder serves all three transports.

use std::fmt;

/// Kind byte of ACL data, both ways.
pub const ACL: u8 = 2;
const SYNCHRONOUS: u8 = 3;
const EVENT: u8 = 4;
const ISOCHRONOUS: u8 = 5;

/// A packet from the controller.
#[derive(Clone, PartialEq, Eq)]
pub enum Packet {
    /// An event: code and parameters.
    Event {
        /// Event code (volume 4, part E, 7.7).
        code: u8,
        /// At most 255 bytes.
        parameters: Vec<u8>,
    },
    /// Data of a connection.
    Acl {
        /// Connection handle, 12 bits.
        handle: u16,
        /// Whether it continues the packet before it; otherwise it starts one.
        continues: bool,
        /// A piece of an L2CAP packet.
        data: Vec<u8>,
    },
    /// Audio: nothing we asked for.
    Other,
}

/// Data may be someone's identifier: only its length is shown.
impl fmt::Debug for Packet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Packet::Event { code, parameters } => write!(f, "Event({code:#04x}, {} bytes)", parameters.len()),
            Packet::Acl { data, .. } => write!(f, "Acl({} bytes)", data.len()),
            Packet::Other => f.write_str("Other"),
        }
    }
}

/// The stream has lost its packet boundaries; only a fresh start helps.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the controller sent a packet of unknown kind {0:#04x}")]
pub struct OutOfStep(pub u8);

/// Cuts a stream of bytes into packets, however the bytes arrive.
#[derive(Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// Bytes at the front of `buffer` that were given out already.
    taken: usize,
}

impl Decoder {
    /// Adds what was read.
    pub fn push(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.buffer.drain(..self.taken);
            self.taken = 0;
        }
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole packet, `None` if more bytes are needed. What waits is never longer than one packet (64 kB and
    /// a header) and one read.
    pub fn next(&mut self) -> Result<Option<Packet>, OutOfStep> {
        let rest = &self.buffer[self.taken..];
        let Some((&kind, after)) = rest.split_first() else { return Ok(None) };
        let (header, length) = match (kind, after) {
            (EVENT, [_, length, ..]) => (2, usize::from(*length)),
            (ACL, [_, _, low, high, ..]) => (4, usize::from(u16::from_le_bytes([*low, *high]))),
            (SYNCHRONOUS, [_, _, length, ..]) => (3, usize::from(*length)),
            (ISOCHRONOUS, [_, _, low, high, ..]) => (4, usize::from(u16::from_le_bytes([*low, high & 0x3F]))),
            (EVENT | ACL | SYNCHRONOUS | ISOCHRONOUS, _) => return Ok(None),
            (unknown, _) => return Err(OutOfStep(unknown)),
        };
        let Some(body) = after.get(header..header + length) else { return Ok(None) };
        let packet = match (kind, after) {
            (EVENT, [code, ..]) => Packet::Event { code: *code, parameters: body.to_vec() },
            (ACL, [low, high, ..]) => {
                let word = u16::from_le_bytes([*low, *high]);
                Packet::Acl { handle: word & 0x0FFF, continues: (word >> 12) & 3 == 1, data: body.to_vec() }
            }
            _ => Packet::Other,
        };
        self.taken += 1 + header + length;
        Ok(Some(packet))
    }
}

/// ACL data from host to controller: one unfragmented start (boundary flag 0).
pub fn encode_acl(handle: u16, data: &[u8]) -> Vec<u8> {
    let length = u16::try_from(data.len()).unwrap_or(u16::MAX);
    let mut out = Vec::with_capacity(5 + data.len());
    out.push(ACL);
    out.extend_from_slice(&(handle & 0x0FFF).to_le_bytes());
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&data[..usize::from(length)]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bytes_of(packet: &Packet) -> Vec<u8> {
        match packet {
            Packet::Event { code, parameters } => {
                [&[EVENT, *code, parameters.len() as u8], parameters.as_slice()].concat()
            }
            Packet::Acl { handle, continues, data } => {
                let word = handle | if *continues { 1 << 12 } else { 2 << 12 };
                let mut out = vec![ACL];
                out.extend(word.to_le_bytes());
                out.extend((data.len() as u16).to_le_bytes());
                out.extend(data);
                out
            }
            Packet::Other => vec![SYNCHRONOUS, 1, 0, 2, 9, 9],
        }
    }

    fn packets() -> impl Strategy<Value = Vec<Packet>> {
        let bytes = |most| proptest::collection::vec(any::<u8>(), 0..most);
        let packet = prop_oneof![
            (any::<u8>(), bytes(256)).prop_map(|(code, parameters)| Packet::Event { code, parameters }),
            (0..0x1000u16, any::<bool>(), bytes(600)).prop_map(|(handle, continues, data)| Packet::Acl {
                handle,
                continues,
                data
            }),
            Just(Packet::Other),
        ];
        proptest::collection::vec(packet, 0..8)
    }

    proptest! {
        #[test]
        fn packets_survive_any_cutting_of_the_stream(sent in packets(), cut in 1usize..50) {
            let stream: Vec<u8> = sent.iter().flat_map(bytes_of).collect();
            let mut decoder = Decoder::default();
            let mut got = Vec::new();
            for piece in stream.chunks(cut) {
                decoder.push(piece);
                while let Some(packet) = decoder.next().unwrap() {
                    got.push(packet);
                }
            }
            prop_assert_eq!(got, sent);
        }

        #[test]
        fn any_bytes_give_packets_or_an_error(stream in proptest::collection::vec(any::<u8>(), 0..600)) {
            let mut decoder = Decoder::default();
            decoder.push(&stream);
            while let Ok(Some(_)) = decoder.next() {}
        }
    }

    #[test]
    fn an_unknown_kind_is_out_of_step() {
        let mut decoder = Decoder::default();
        decoder.push(&[EVENT, 0x0E, 1, 7, 0x55]);
        assert_eq!(decoder.next(), Ok(Some(Packet::Event { code: 0x0E, parameters: vec![7] })));
        assert_eq!(decoder.next(), Err(OutOfStep(0x55)));
    }

    #[test]
    fn acl_data_goes_out_as_an_unfragmented_start() {
        assert_eq!(encode_acl(0x0040, &[3, 0, 4, 0, 1, 2, 3]), [2, 0x40, 0, 7, 0, 3, 0, 4, 0, 1, 2, 3]);
    }
}
