//! The default identifier scheme: the Exposure Notification key schedule, cryptography specification v1.2.
//!
//! A phone draws a random 16-byte key a day (TEK). From it come the identifier of each 10-minute interval
//! (RPI = AES-128 of the interval's number) and a key that hides 4 bytes of metadata (AEM). Publishing the day's
//! key lets others recompute that day's identifiers, and nothing of any other day.

use crate::time::{INTERVALS_PER_DAY, IntervalNumber};
use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt, KeyInit, KeyIvInit, StreamCipher};
use hkdf::Hkdf;
use rand::Rng;
use sha2::Sha256;

/// Longest rolling period of a key, in intervals: one day.
pub const MAX_ROLLING_PERIOD: u32 = INTERVALS_PER_DAY;

/// Encrypted metadata as it goes on the air (AEM). Its meaning needs the day's key: see [`Metadata`].
pub type AssociatedMetadata = [u8; 4];

key_bytes! {
    /// A day's key (TEK): random; published, by consent, when its owner is diagnosed.
    TemporaryExposureKey, 16
}

key_bytes! {
    /// Derives a day's identifiers (RPIK).
    RollingProximityIdentifierKey, 16
}

key_bytes! {
    /// Encrypts a day's metadata (AEMK).
    AssociatedMetadataKey, 16
}

identifier_bytes! {
    /// What a phone calls itself on the air for ten minutes (RPI).
    RollingProximityIdentifier, 16
}

impl TemporaryExposureKey {
    /// A fresh random key.
    pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut bytes = [0; Self::LEN];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// The key that this day's identifiers come from.
    pub fn identifier_key(&self) -> RollingProximityIdentifierKey {
        RollingProximityIdentifierKey(self.derive(b"EN-RPIK"))
    }

    /// The key that hides this day's metadata.
    pub fn metadata_key(&self) -> AssociatedMetadataKey {
        AssociatedMetadataKey(self.derive(b"EN-AEMK"))
    }

    fn derive(&self, info: &[u8]) -> [u8; 16] {
        let mut out = [0; 16];
        Hkdf::<Sha256>::new(None, &self.0)
            .expand(info, &mut out)
            .expect("16 bytes are within what HKDF-SHA256 can give");
        out
    }
}

impl RollingProximityIdentifierKey {
    /// The identifier of one interval. For many, [`Self::identifiers`] expands the AES key only once.
    pub fn identifier(&self, interval: IntervalNumber) -> RollingProximityIdentifier {
        encrypt_interval(&Aes128::new(&self.0.into()), interval)
    }

    /// The identifiers of `count` intervals from `start` on. Ends early where the interval number would pass 32 bits.
    pub fn identifiers(
        &self,
        start: IntervalNumber,
        count: u32,
    ) -> impl Iterator<Item = (IntervalNumber, RollingProximityIdentifier)> + use<> {
        let cipher = Aes128::new(&self.0.into());
        (0..count).map_while(move |i| {
            let interval = IntervalNumber(start.0.checked_add(i)?);
            Some((interval, encrypt_interval(&cipher, interval)))
        })
    }
}

/// `AES128(RPIK, "EN-RPI" ‖ 6 zero bytes ‖ interval as u32 little-endian)`
fn encrypt_interval(cipher: &Aes128, interval: IntervalNumber) -> RollingProximityIdentifier {
    let mut block = [0; 16];
    block[..6].copy_from_slice(b"EN-RPI");
    block[12..].copy_from_slice(&interval.0.to_le_bytes());
    let mut block = block.into();
    cipher.encrypt_block(&mut block);
    RollingProximityIdentifier(block.into())
}

/// What the 4 bytes of metadata say once decrypted.
///
/// The encryption has no check value: whoever relays a frame can flip bits of the transmit power. Treat it as a hint.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Metadata {
    /// Power the sender transmits with, in dBm, as measured at 1 m and calibrated by its maker.
    pub tx_power_dbm: i8,
    /// How well that number is known: 0 (not at all) to 3 (this very model was measured).
    pub calibration_confidence: u8,
}

impl Metadata {
    /// As version 1.1 writes it. A confidence above 3 is written as 3.
    pub fn to_bytes(self) -> [u8; 4] {
        let confidence = self.calibration_confidence.min(3);
        [0b0101_0000 | confidence << 2, self.tx_power_dbm.to_le_bytes()[0], 0, 0]
    }

    /// `None` if the major version is not 1: another version, or a key that does not belong to this identifier.
    pub fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        let [version, power, _, _] = bytes;
        if version >> 6 != 0b01 {
            return None;
        }
        // Version 1.0 has no confidence; its bits are reserved there.
        let minor = version >> 4 & 0b11;
        let calibration_confidence = if minor == 0 { 0 } else { version >> 2 & 0b11 };
        Some(Self { tx_power_dbm: i8::from_le_bytes([power]), calibration_confidence })
    }

    /// As it goes on the air beside `rpi`.
    pub fn encrypt(
        self,
        key: &AssociatedMetadataKey,
        rpi: &RollingProximityIdentifier,
    ) -> AssociatedMetadata {
        key.apply(rpi, self.to_bytes())
    }

    /// What was sent beside `rpi`; `None` as in [`Self::from_bytes`].
    pub fn decrypt(
        key: &AssociatedMetadataKey,
        rpi: &RollingProximityIdentifier,
        aem: AssociatedMetadata,
    ) -> Option<Self> {
        Self::from_bytes(key.apply(rpi, aem))
    }
}

impl AssociatedMetadataKey {
    /// AES-128-CTR with the identifier as the initial counter: encrypts, and applied again decrypts.
    pub fn apply(&self, rpi: &RollingProximityIdentifier, mut bytes: [u8; 4]) -> [u8; 4] {
        ctr::Ctr128BE::<Aes128>::new(&self.0.into(), &rpi.0.into()).apply_keystream(&mut bytes);
        bytes
    }
}
