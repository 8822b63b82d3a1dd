//! The code under which whoever reported finds their report again: 12 characters, 60 bits.
//!
//! It follows from the report's identifier under the server's key, so a form that is sent twice shows the same code, and an
//! answer in somebody's inbox can lead to the report; whoever does not have the key cannot tell it from chance. The database
//! holds only its keyed hash. Sixty bits are not found by trying.

use crate::secrets::{Hashed, Secrets};
use bluezone_domain::id::SignalId;

/// Without I, L, O and U, which are misread or make words (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;

/// The code of a report.
pub fn tracking_code(secrets: &Secrets, signal: SignalId) -> String {
    let hash = secrets.hash(Hashed::Tracking, signal.as_bytes());
    // 256 is a multiple of 32: no character is favoured.
    hash.iter().take(LENGTH).map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect()
}

/// Its keyed hash, by which the report is found.
pub fn tracking_hash(secrets: &Secrets, code: &str) -> [u8; 32] {
    secrets.hash(Hashed::TrackingCode, code.as_bytes())
}

/// As people read it: `K7M2-9QXA-4TRB`.
pub fn grouped(code: &str) -> String {
    let characters: Vec<char> = code.chars().collect();
    characters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// What somebody typed as a code, if it can be one: spaces, dashes and small letters do not matter, nor whether an O was a 0.
pub fn read_tracking(typed: &str) -> Option<String> {
    let mut code = String::with_capacity(LENGTH);
    for c in typed.chars().filter(|c| !c.is_whitespace() && !"-–.".contains(*c)) {
        let c = match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            c => c,
        };
        if code.len() == LENGTH || !c.is_ascii() || !ALPHABET.contains(&(c as u8)) {
            return None;
        }
        code.push(c);
    }
    (code.len() == LENGTH).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let secrets = Secrets::from_master([7; 32]);
        for byte in 0..50 {
            let code = tracking_code(&secrets, SignalId::from_bytes([byte; 16]));
            assert_eq!(code.len(), LENGTH);
            assert_eq!(read_tracking(&grouped(&code)).as_ref(), Some(&code));
            let sloppy = format!(" {} ", grouped(&code).to_lowercase().replace('0', "o").replace('1', "l"));
            assert_eq!(read_tracking(&sloppy), Some(code));
        }
        for wrong in ["", "K7M2-9QXA-4TR", "K7M2-9QXA-4TRBB", "K7M2-9QXA-4TRU", "ⅧⅧⅧⅧⅧⅧⅧⅧⅧⅧⅧⅧ"]
        {
            assert_eq!(read_tracking(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn another_server_has_other_codes() {
        let code = |master| tracking_code(&Secrets::from_master([master; 32]), SignalId::from_bytes([1; 16]));
        assert_ne!(code(7), code(8));
    }
}
