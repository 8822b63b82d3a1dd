//! L2CAP over LE (volume 3, part A): whole packets out of ACL pieces, and the polite refusals on the two fixed channels
//! that Bluezone does not use.

/// Channel of the attribute protocol.
pub const ATT: u16 = 4;
const SIGNALLING: u16 = 5;
const SECURITY: u16 = 6;

/// Longest packet we take: ours are 23 bytes; more is only for those who ask for things we refuse.
const LONGEST: usize = 512;

/// Puts the pieces of one connection together.
#[derive(Default)]
pub struct Assembly {
    buffer: Vec<u8>,
}

impl Assembly {
    /// Takes a piece; gives the channel and payload when a packet is whole. Pieces that fit nothing are dropped.
    pub fn push(&mut self, continues: bool, piece: &[u8]) -> Option<(u16, Vec<u8>)> {
        if !continues {
            self.buffer.clear();
        } else if self.buffer.is_empty() {
            return None; // the rest of something we dropped
        }
        self.buffer.extend_from_slice(piece);
        // A header may itself come in pieces.
        let (&[low, high, channel_low, channel_high], payload) = self.buffer.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_le_bytes([low, high]));
        if length > LONGEST || payload.len() > length {
            self.buffer.clear();
            return None;
        }
        if payload.len() < length {
            return None;
        }
        let payload = payload.to_vec();
        self.buffer.clear();
        Some((u16::from_le_bytes([channel_low, channel_high]), payload))
    }
}

/// A payload with its header.
pub fn packet(channel: u16, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap_or(u16::MAX);
    [&length.to_le_bytes(), &channel.to_le_bytes(), payload].concat()
}

/// The answer to a packet on another channel than [`ATT`]: pairing and connection-parameter wishes are refused, requests
/// that we do not know are rejected, everything else is passed over in silence.
pub fn refuse(channel: u16, payload: &[u8]) -> Option<Vec<u8>> {
    const PARAMETER_UPDATE_REQUEST: u8 = 0x12;
    match (channel, payload) {
        (SIGNALLING, &[PARAMETER_UPDATE_REQUEST, id, ..]) if id != 0 => {
            Some(packet(SIGNALLING, &[0x13, id, 2, 0, 1, 0])) // response: rejected
        }
        // Responses and indications have odd codes or are rejections; requests are even.
        (SIGNALLING, &[code, id, ..]) if id != 0 && code % 2 == 0 => {
            Some(packet(SIGNALLING, &[0x01, id, 2, 0, 0, 0])) // command reject: not understood
        }
        (SECURITY, &[0x01, ..]) => Some(packet(SECURITY, &[0x05, 0x05])), // pairing failed: not supported
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn packets_survive_any_cutting(payload in proptest::collection::vec(any::<u8>(), 0..100), cut in 1usize..30) {
            let mut assembly = Assembly::default();
            let whole = packet(ATT, &payload);
            let mut got = None;
            for (i, piece) in whole.chunks(cut).enumerate() {
                prop_assert!(got.is_none());
                got = assembly.push(i > 0, piece);
            }
            prop_assert_eq!(got, Some((ATT, payload)));
        }

        #[test]
        fn any_pieces_never_panic_and_never_pile_up(
            pieces in proptest::collection::vec((any::<bool>(), proptest::collection::vec(any::<u8>(), 0..300)), 0..20)
        ) {
            let mut assembly = Assembly::default();
            for (continues, piece) in pieces {
                if let Some((channel, payload)) = assembly.push(continues, &piece) {
                    let _ = refuse(channel, &payload);
                }
                prop_assert!(assembly.buffer.len() <= LONGEST + 4 + 300);
            }
        }
    }

    #[test]
    fn too_long_a_packet_is_dropped_and_the_next_one_read() {
        let mut assembly = Assembly::default();
        assert_eq!(assembly.push(false, &[0xFF, 0xFF, 4, 0, 1]), None);
        assert_eq!(assembly.push(true, &[1; 200]), None);
        assert_eq!(assembly.push(false, &packet(ATT, &[7])), Some((ATT, vec![7])));
    }

    #[test]
    fn refusals() {
        assert_eq!(refuse(SIGNALLING, &[0x12, 9, 8, 0]), Some(vec![6, 0, 5, 0, 0x13, 9, 2, 0, 1, 0]));
        assert_eq!(refuse(SIGNALLING, &[0x14, 9, 0, 0]), Some(vec![6, 0, 5, 0, 0x01, 9, 2, 0, 0, 0]));
        assert_eq!(refuse(SIGNALLING, &[0x01, 9, 2, 0, 0, 0]), None, "a rejection is not answered");
        assert_eq!(refuse(SECURITY, &[0x01, 3, 0, 1, 16, 0, 0]), Some(vec![2, 0, 6, 0, 5, 5]));
        assert_eq!(refuse(SECURITY, &[0x05, 5]), None);
        assert_eq!(refuse(99, &[1, 2, 3]), None);
    }
}
