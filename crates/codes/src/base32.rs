//! Crockford's base 32 in capital letters: what a QR code holds densest, without I, L, O and U.

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity((bytes.len() * 8).div_ceil(5));
    let (mut bits, mut count) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            text.push(char::from(ALPHABET[(bits >> count & 31) as usize]));
        }
        bits &= (1 << count) - 1;
    }
    if count > 0 {
        text.push(char::from(ALPHABET[(bits << (5 - count) & 31) as usize]));
    }
    text
}

/// Exactly `N` bytes, in their one spelling (small letters are capital letters).
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    if text.len() != (N * 8).div_ceil(5) {
        return None;
    }
    let mut bytes = [0; N];
    let (mut bits, mut count, mut at) = (0_u32, 0, 0);
    for c in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == c.to_ascii_uppercase())?;
        bits = bits << 5 | u32::try_from(value).ok()?;
        count += 5;
        if count >= 8 {
            count -= 8;
            *bytes.get_mut(at)? = u8::try_from(bits >> count & 255).ok()?;
            at += 1;
        }
        bits &= (1 << count) - 1;
    }
    // What is left over was zero when it was written.
    (bits == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values() {
        // Crockford's alphabet, checked by hand: 0x00 = 00000 000(00), 0xff 0x01 = 11111 11100 00000 1(0000).
        assert_eq!(encode(&[0]), "00");
        assert_eq!(encode(&[0xff, 0x01]), "ZW0G");
        assert_eq!(decode::<2>("zw0g"), Some([0xff, 0x01]));
        for wrong in ["", "ZW0", "ZW0H", "ZW0GG", "ZWOG", "ZWUG", "ZWé"] {
            assert_eq!(decode::<2>(wrong), None, "{wrong}");
        }
    }
}
