//! The keys of codes: the newest makes them, all of them check.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use zeroize::Zeroizing;

/// Keys by number. `Debug` shows the numbers only.
pub struct KeyRing(BTreeMap<u8, Zeroizing<[u8; 32]>>);

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl KeyRing {
    /// A ring of the first key and others. Replacing a key: add one with a greater number, and drop the old one when the last
    /// code that it made is over.
    pub fn new(first: (u8, [u8; 32]), others: impl IntoIterator<Item = (u8, [u8; 32])>) -> KeyRing {
        let all = std::iter::once(first).chain(others);
        KeyRing(all.map(|(number, key)| (number, Zeroizing::new(key))).collect())
    }

    /// The key that makes codes, with its number.
    pub(crate) fn newest(&self) -> (u8, &[u8; 32]) {
        let (number, key) = self.0.last_key_value().expect("a ring has a first key");
        (*number, key)
    }

    pub(crate) fn get(&self, number: u8) -> Option<&[u8; 32]> {
        self.0.get(&number).map(|key| &**key)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &[u8; 32]> {
        self.0.values().map(|key| &**key)
    }
}

/// HMAC-SHA256 over parts, of which all but the last have a fixed length.
pub(crate) fn hmac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key length");
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}
