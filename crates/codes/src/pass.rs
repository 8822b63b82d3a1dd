//! A person's own code: opaque, signed, changing.
//!
//! To who has no key it is 42 bytes that cannot be told from random ones, all but the number of the key: no name, no number, not
//! whether two codes are the same person's. The server finds in it the person's card and the time for which it was made.
//! It is a code for the server: a controller without a connection keeps it and sends it later, with the time of the scan.
//!
//! The phone shows a live code, good for five minutes, beside a running clock; it fetches those of the next hours at once, so
//! that it works offline. A printed code is good until a day that its owner chooses, and dies with the card.
//!
//! ```text
//! code = "BZ1:" base32( key number (1) || tag (16) || sealed (25) )
//! sealed = AES-256-CTR(key_enc, iv = tag, kind (1) || card (16) || from (4) || until (4))     big-endian epoch seconds
//! tag = HMAC-SHA256(key_mac, key number || kind || card || from || until), the first 16 bytes
//! key_x = HMAC-SHA256(key, "bluezone/pass/v1/x")
//! ```
//!
//! This is SIV (Rogaway and Shrimpton 2006) with HMAC as its pseudorandom function: no nonce that could repeat over the many
//! codes of a day, and the same card and time make the same code, so that fetching twice gives nothing away.

use crate::base32;
use crate::key_ring::{KeyRing, hmac};
use aes::Aes256;
use bluezone_protocol::time::Timestamp;
use ctr::Ctr128BE;
use ctr::cipher::{KeyIvInit, StreamCipher};
use std::fmt;
use subtle::ConstantTimeEq;
use thiserror::Error;
use zeroize::Zeroizing;

/// What a code begins with.
pub const PREFIX: &str = "BZ1:";
/// How long a live code stands on the screen, in seconds.
pub const LIVE_S: i64 = 300;
/// How much longer it is taken on either side: for clocks that differ and for the time that a scan takes.
pub const LEEWAY_S: i64 = 120;

const TAG: usize = 16;
const PLAIN: usize = 1 + 16 + 4 + 4;
const WHOLE: usize = 1 + TAG + PLAIN;

/// The card that a code stands for: random, replaced when its owner wants new codes. `Debug` hides it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardId(pub [u8; 16]);

impl fmt::Debug for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardId(..)")
    }
}

/// Where a code is shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// On a screen, beside a running clock.
    Live,
    /// On paper.
    Printed,
}

/// A code that was opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pass {
    /// Whose it is.
    pub card: CardId,
    /// Where it is shown.
    pub kind: Kind,
    /// When it begins.
    pub from: Timestamp,
    /// When it is over.
    pub until: Timestamp,
}

/// Why a code was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum Refused {
    /// No code of ours, altered, or of a key that was dropped.
    #[error("not a personal code of this server")]
    NotOurs,
    /// Scanned before its time.
    #[error("the code is not valid yet: check the clock of the scanning phone")]
    Early,
    /// Scanned after its time: an old picture of a screen, or a print that is over.
    #[error("the code is over: show the live code, or print a new one")]
    Over,
}

/// The live code of the five minutes in which `at` lies.
pub fn live(ring: &KeyRing, card: CardId, at: Timestamp) -> String {
    let from = at - at.0.rem_euclid(LIVE_S);
    make(ring, &Pass { card, kind: Kind::Live, from, until: from + LIVE_S })
}

/// A code to print, good until an instant.
pub fn printed(ring: &KeyRing, card: CardId, from: Timestamp, until: Timestamp) -> String {
    make(ring, &Pass { card, kind: Kind::Printed, from, until })
}

/// Opens a code that was scanned at an instant.
pub fn open(ring: &KeyRing, text: &str, at: Timestamp) -> Result<Pass, Refused> {
    let encoded = text.trim().strip_prefix(PREFIX).ok_or(Refused::NotOurs)?;
    let mut bytes: [u8; WHOLE] = base32::decode(encoded).ok_or(Refused::NotOurs)?;
    let (number, rest) = bytes.split_first_mut().ok_or(Refused::NotOurs)?;
    let (tag, plain) = rest.split_first_chunk_mut::<TAG>().ok_or(Refused::NotOurs)?;
    let key = ring.get(*number).ok_or(Refused::NotOurs)?;
    cipher(key, tag).apply_keystream(plain);
    if !bool::from(tag.as_slice().ct_eq(&tag_of(key, *number, plain))) {
        return Err(Refused::NotOurs);
    }
    let pass = read(plain).ok_or(Refused::NotOurs)?;
    let leeway = if pass.kind == Kind::Live { LEEWAY_S } else { 0 };
    if at < pass.from - leeway {
        Err(Refused::Early)
    } else if at >= pass.until + leeway {
        Err(Refused::Over)
    } else {
        Ok(pass)
    }
}

fn make(ring: &KeyRing, pass: &Pass) -> String {
    let (number, key) = ring.newest();
    // Until the year 2106.
    let seconds = |time: Timestamp| u32::try_from(time.0.max(0)).unwrap_or(u32::MAX).to_be_bytes();
    let kind = match pass.kind {
        Kind::Live => 0,
        Kind::Printed => 1,
    };
    let mut plain = Vec::with_capacity(WHOLE);
    plain.push(kind);
    plain.extend_from_slice(&pass.card.0);
    plain.extend_from_slice(&seconds(pass.from));
    plain.extend_from_slice(&seconds(pass.until));
    let tag = tag_of(key, number, &plain);
    cipher(key, &tag).apply_keystream(&mut plain);
    let whole = [&[number][..], &tag, &plain].concat();
    format!("{PREFIX}{}", base32::encode(&whole))
}

fn read(plain: &[u8]) -> Option<Pass> {
    let (kind, rest) = plain.split_first()?;
    let (card, rest) = rest.split_first_chunk()?;
    let (from, rest) = rest.split_first_chunk()?;
    let until: &[u8; 4] = rest.try_into().ok()?;
    let seconds = |bytes: &[u8; 4]| Timestamp(i64::from(u32::from_be_bytes(*bytes)));
    let kind = match kind {
        0 => Kind::Live,
        1 => Kind::Printed,
        _ => return None,
    };
    Some(Pass { card: CardId(*card), kind, from: seconds(from), until: seconds(until) })
}

fn tag_of(key: &[u8; 32], number: u8, plain: &[u8]) -> [u8; TAG] {
    let key = Zeroizing::new(hmac(key, &[b"bluezone/pass/v1/mac"]));
    let whole = hmac(&*key, &[&[number], plain]);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&whole[..TAG]);
    tag
}

fn cipher(key: &[u8; 32], tag: &[u8; TAG]) -> Ctr128BE<Aes256> {
    let key = Zeroizing::new(hmac(key, &[b"bluezone/pass/v1/enc"]));
    Ctr128BE::<Aes256>::new((&*key).into(), tag.into())
}
