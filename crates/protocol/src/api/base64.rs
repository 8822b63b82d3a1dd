//! Base64 as clients write it: with or without padding, of either alphabet.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Standard alphabet, padded: what we send.
pub fn encode_base64(bytes: &[u8]) -> String {
    ENGINE.encode(bytes)
}

/// Reads base64 of the standard or the URL alphabet, padded or not. `None` if it is not.
pub fn decode_base64(text: &str) -> Option<Vec<u8>> {
    if text.contains(['-', '_']) {
        return ENGINE.decode(text.replace('-', "+").replace('_', "/")).ok();
    }
    ENGINE.decode(text).ok()
}
