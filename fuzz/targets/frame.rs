//! Advertisements and GATT values as any radio may send them.
#![no_main]

use bluezone_protocol::frame::{Heard, decode};
use bluezone_protocol::identifier::Identifier;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(identifier) = Identifier::from_bytes(data) {
        assert_eq!(identifier.to_bytes(), data);
    }
    // The first two bytes choose the service, so that the fuzzer can find it in the rest.
    let Some((uuid, advertisement)) = data.split_first_chunk() else { return };
    let uuid = u16::from_le_bytes(*uuid);
    if let Heard::Frame(frame) = decode(advertisement, uuid) {
        let encoded = frame.encode();
        assert!(encoded.len() <= 31);
        assert_eq!(decode(&encoded, uuid), Heard::Frame(frame));
    }
});
