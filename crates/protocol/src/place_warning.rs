//! Warnings of places: where and when a case was, published so that only who was there can read it.
//!
//! A check-in of an app user stays on the phone. When two officers have approved a warning of a place, it goes into a file
//! that every phone downloads and compares with its own visits, like diagnosis keys. Nobody asks the server about a place of
//! theirs, so the server learns nothing from it.
//!
//! # What a file must not tell
//!
//! Everybody has these files. If they named places, they would be a public list of where cases went: a route for each case,
//! and a mark on each shop. If they held hashes of the nine digits of a place's code, they would be that list, too: there are
//! 10⁸ codes, which a laptop tries in seconds. So:
//!
//! * **The key of a warning comes from the poster**, not from the digits alone. The QR code on a poster holds a tag of 40 bits
//!   that only the server can make ([`PlaceKey::derive`]). Who was there has scanned it; who was not would have to guess it.
//! * **Guessing is slow.** The key is derived by PBKDF2 with [`ROUNDS`] rounds, which costs a phone some milliseconds a
//!   check-in. For one place whose digits are known, 2³⁹ guesses take a graphics card (440,000 a second) about two weeks; for
//!   a list of a million places a million times that; for all codes, a hundred times more again. Nothing of it can be reused
//!   when the place gets a new poster.
//! * **Entries are sealed, times and all**, each under a random seed of its own: two entries of one place look no more alike
//!   than two of different places, and a case's journey cannot be put together even by somebody who knows one stop of it.
//! * **Padding** looks like any other entry, so the number of warnings is told only by order of magnitude.
//!
//! # What it does tell
//!
//! Who has a poster before them, or a photograph of it, can read whether that place is warned of, and for when. That cannot be
//! otherwise: every visitor is such a person, and must be able to. They do not learn who the case was; in a small place they
//! may know. Who types the nine digits instead gets the key from the server, which limits how many one network may ask for and
//! says that it learns of the question. The key does not reveal the poster's tag: nobody can make a genuine poster of it.
//!
//! # The file
//!
//! All numbers are big-endian.
//!
//! | bytes | |
//! |---|---|
//! | 16 | [`MAGIC`] |
//! | 8, 8 | first moment of the warnings' approval and first moment after, epoch seconds |
//! | 4 | number of entries, n |
//! | 48 n | entries, in the order of their bytes |
//! | 1 | number of signatures over the SHA-256 of all bytes above |
//! | … | each: length (1 byte) and text of the key's id, of its version, and of the ECDSA signature (P-256, DER) |
//!
//! The keys that sign export files sign these. An export begins with other 16 bytes, so no signature of one fits the other.
//!
//! An entry is a random seed (16), a mark (16) and 16 bytes of contents XORed with a pad, where
//! `mark ‖ pad = HMAC-SHA256(place key, "bluezone/place-warning/entry/v1" ‖ seed)`. Its contents: first minute since 1970 (4),
//! minutes (2), margin in minutes (2), kind (1: 0 a place, 1 a vehicle; others read as a place), the first bytes of the SHA-256 of the
//! disease profile's id (4), how long people usually stay there in minutes (2; 0, as all of them were at first: not said), a zero that
//! readers ignore.

mod file;

pub use file::{INDEX_PATH, MAX_ENTRIES, MAX_FILE_BYTES, PlaceFile, PlaceFileError, file_name, is_file_name};

use crate::time::Timestamp;
use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng;
use sha2::{Digest as _, Sha256};
use std::fmt;

/// What every file begins with.
pub const MAGIC: &[u8; 16] = b"Bluezone places1";

/// Rounds of PBKDF2-HMAC-SHA256 between a poster and its key.
pub const ROUNDS: u32 = 20_000;

/// The greatest margin of a warning, seconds. So long after a file's end a phone looks into it again: whoever checks in then
/// may still be meant.
pub const MAX_MARGIN_S: i64 = 6 * 3600;

const MINUTE_S: i64 = 60;
const SALT: &[u8] = b"bluezone/place-warning/v1";
const ENTRY: &[u8] = b"bluezone/place-warning/entry/v1";

key_bytes! {
    /// Reads the warnings of one edition of one place's poster.
    PlaceKey, 32
}

impl PlaceKey {
    /// From what a poster says: the place's nine digits as a number, the edition, and the tag by which the server knows its
    /// own. Takes some milliseconds, so that it cannot be guessed.
    pub fn derive(code: u32, edition: u16, tag: &[u8; 5]) -> PlaceKey {
        let mut poster = [0; 11];
        poster[..4].copy_from_slice(&code.to_be_bytes());
        poster[4..6].copy_from_slice(&edition.to_be_bytes());
        poster[6..].copy_from_slice(tag);
        let mut key = [0; 32];
        pbkdf2::pbkdf2_hmac::<Sha256>(&poster, SALT, ROUNDS, &mut key);
        PlaceKey(key)
    }

    /// Mark and pad of an entry.
    fn of_entry(&self, seed: &[u8; 16]) -> ([u8; 16], [u8; 16]) {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes any key length");
        mac.update(ENTRY);
        mac.update(seed);
        let whole: [u8; 32] = mac.finalize().into_bytes().into();
        let (mut mark, mut pad) = ([0; 16], [0; 16]);
        mark.copy_from_slice(&whole[..16]);
        pad.copy_from_slice(&whole[16..]);
        (mark, pad)
    }
}

/// Where a warning is of.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum WarnedKind {
    /// A place.
    #[default]
    Place,
    /// A vehicle on a trip.
    Vehicle,
}

/// When a case was at a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PlaceWarning {
    /// Since when; a whole minute in files.
    pub from: Timestamp,
    /// Until when; a whole minute in files.
    pub until: Timestamp,
    /// How far a visit may lie from it to be warned, seconds; whole minutes in files.
    pub margin_s: i64,
    /// Place or vehicle.
    pub kind: WarnedKind,
    /// The disease.
    pub disease: DiseaseTag,
    /// How long people usually stay there, seconds; whole minutes in files. It ends the visits of those who did not check out
    /// and whose phone never asked the server about the place. 0: not said.
    pub dwell_s: i64,
}

/// Tells apart the diseases of warnings: who knows the profile recognises it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct DiseaseTag([u8; 4]);

impl DiseaseTag {
    /// Of a disease profile, by its id, such as `covid-19`.
    pub fn of(profile: &str) -> DiseaseTag {
        let [a, b, c, d, ..] = <[u8; 32]>::from(Sha256::digest(profile));
        DiseaseTag([a, b, c, d])
    }

    /// Its number, for storage.
    pub fn number(self) -> u32 {
        u32::from_be_bytes(self.0)
    }

    /// From [`DiseaseTag::number`].
    pub fn from_number(number: u32) -> DiseaseTag {
        DiseaseTag(number.to_be_bytes())
    }
}

impl PlaceWarning {
    fn to_bytes(self) -> [u8; 16] {
        // Outwards to whole minutes: what is warned of never becomes shorter.
        let first = self.from.0.div_euclid(MINUTE_S);
        let minutes = self.until.0.max(self.from.0).saturating_add(MINUTE_S - 1).div_euclid(MINUTE_S) - first;
        let margin = self.margin_s.clamp(0, MAX_MARGIN_S).saturating_add(MINUTE_S - 1) / MINUTE_S;
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&u32::try_from(first.max(0)).unwrap_or(u32::MAX).to_be_bytes());
        bytes[4..6].copy_from_slice(&u16::try_from(minutes).unwrap_or(u16::MAX).to_be_bytes());
        bytes[6..8].copy_from_slice(&u16::try_from(margin).unwrap_or(u16::MAX).to_be_bytes());
        bytes[8] = u8::from(self.kind == WarnedKind::Vehicle);
        bytes[9..13].copy_from_slice(&self.disease.0);
        let dwell = self.dwell_s.max(0).saturating_add(MINUTE_S - 1) / MINUTE_S;
        bytes[13..15].copy_from_slice(&u16::try_from(dwell).unwrap_or(u16::MAX).to_be_bytes());
        bytes
    }

    fn from_bytes(bytes: [u8; 16]) -> PlaceWarning {
        let [a, b, c, d, e, f, g, h, kind, w, x, y, z, i, j, _] = bytes;
        let from = Timestamp(i64::from(u32::from_be_bytes([a, b, c, d])) * MINUTE_S);
        PlaceWarning {
            from,
            until: from + i64::from(u16::from_be_bytes([e, f])) * MINUTE_S,
            margin_s: (i64::from(u16::from_be_bytes([g, h])) * MINUTE_S).min(MAX_MARGIN_S),
            kind: if kind == 1 { WarnedKind::Vehicle } else { WarnedKind::Place },
            disease: DiseaseTag([w, x, y, z]),
            dwell_s: i64::from(u16::from_be_bytes([i, j])) * MINUTE_S,
        }
    }
}

/// One entry of a file. `Debug` shows nothing of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SealedWarning([u8; SealedWarning::LEN]);

impl fmt::Debug for SealedWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SealedWarning(..)")
    }
}

impl SealedWarning {
    /// Length in bytes.
    pub const LEN: usize = 48;

    /// Seals a warning under the key of a poster. No two may have the same 16 bytes of randomness.
    pub fn seal(key: &PlaceKey, warning: PlaceWarning, rng: &mut (impl Rng + ?Sized)) -> SealedWarning {
        let mut seed = [0; 16];
        rng.fill_bytes(&mut seed);
        let (mark, pad) = key.of_entry(&seed);
        let mut bytes = [0; Self::LEN];
        bytes[..16].copy_from_slice(&seed);
        bytes[16..32].copy_from_slice(&mark);
        for (out, (plain, pad)) in bytes[32..].iter_mut().zip(warning.to_bytes().into_iter().zip(pad)) {
            *out = plain ^ pad;
        }
        SealedWarning(bytes)
    }

    /// An entry that nobody can open.
    pub fn padding(rng: &mut (impl Rng + ?Sized)) -> SealedWarning {
        let mut bytes = [0; Self::LEN];
        rng.fill_bytes(&mut bytes);
        SealedWarning(bytes)
    }

    /// The warning, if it is one of this key's.
    pub fn open(&self, key: &PlaceKey) -> Option<PlaceWarning> {
        let (mut seed, mut contents) = ([0; 16], [0; 16]);
        seed.copy_from_slice(&self.0[..16]);
        contents.copy_from_slice(&self.0[32..]);
        let (mark, pad) = key.of_entry(&seed);
        if self.0[16..32] != mark {
            return None;
        }
        contents.iter_mut().zip(pad).for_each(|(byte, pad)| *byte ^= pad);
        Some(PlaceWarning::from_bytes(contents))
    }
}
