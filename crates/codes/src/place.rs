//! A place's code: nine digits to type, and an address in the QR code of its poster.
//!
//! The digits are eight and a check digit that finds every wrong digit and every two neighbours that changed places (Damm 2004).
//! Digits, because Vietnamese keyboards turn letters into others while one types; nine, so that nobody takes them for a
//! telephone number.
//!
//! The poster's QR code holds `https://HOST/p/123456789?k=12-TAG`: any phone's camera opens it. `12` is the poster's edition and
//! the tag proves that we printed it. A place that was photographed gets a new edition; scans of the old one are seen as such.

use crate::base32;
use crate::key_ring::{KeyRing, hmac};
use bluezone_protocol::place_warning::PlaceKey;
use rand::{Rng, RngExt};
use std::fmt;
use std::str::FromStr;
use subtle::ConstantTimeEq;
use thiserror::Error;

/// The weakly totally anti-symmetric quasigroup of Damm's thesis.
const DAMM: [[u8; 10]; 10] = [
    [0, 3, 1, 7, 5, 9, 8, 6, 4, 2],
    [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
    [4, 2, 0, 6, 8, 7, 1, 3, 5, 9],
    [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
    [6, 1, 2, 3, 0, 4, 5, 9, 7, 8],
    [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
    [5, 8, 6, 9, 7, 2, 0, 1, 3, 4],
    [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
    [9, 4, 3, 8, 6, 1, 7, 2, 0, 5],
    [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
];

/// Bytes of a poster's tag: one guess in 10¹² is right, and a wrong one only marks the scan.
const TAG: usize = 5;

/// The code of a place or a vehicle: nine digits, the first not 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct PlaceCode(u32);

/// A text that is no place's code.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub enum InvalidPlaceCode {
    /// Not nine digits.
    #[error("not a place's code: expected 9 digits, 123 456 789")]
    Digits,
    /// Nine digits, one of which is wrong.
    #[error("one of the digits is wrong: compare them with the poster")]
    Check,
}

impl PlaceCode {
    /// A new code, any as likely as any other. The caller makes another if it is taken.
    pub fn generate(rng: &mut (impl Rng + ?Sized)) -> PlaceCode {
        let first = rng.random_range(10_000_000..100_000_000_u32);
        PlaceCode(first * 10 + u32::from(check(&first.to_string()).unwrap_or(0)))
    }

    /// As people read it: `123 456 789`.
    pub fn grouped(self) -> String {
        let (a, b, c) = (self.0 / 1_000_000, self.0 / 1000 % 1000, self.0 % 1000);
        format!("{a:03} {b:03} {c:03}")
    }
}

/// The check digit of these digits; 0 if the last of them is one that is right.
fn check(digits: &str) -> Option<u8> {
    digits.chars().try_fold(0_u8, |row, c| {
        let column = c.to_digit(10)?;
        DAMM.get(usize::from(row))?.get(usize::try_from(column).ok()?).copied()
    })
}

impl fmt::Display for PlaceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09}", self.0)
    }
}

impl FromStr for PlaceCode {
    type Err = InvalidPlaceCode;

    /// What somebody typed: spaces, dashes and points do not count.
    fn from_str(text: &str) -> Result<PlaceCode, InvalidPlaceCode> {
        let digits: String = text
            .chars()
            .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '.' | '\u{2010}'..='\u{2015}'))
            .take(10)
            .collect();
        if digits.len() != 9 || !digits.bytes().all(|b| b.is_ascii_digit()) || digits.starts_with('0') {
            return Err(InvalidPlaceCode::Digits);
        }
        match check(&digits) {
            Some(0) => digits.parse().map(PlaceCode).map_err(|_| InvalidPlaceCode::Digits),
            _ => Err(InvalidPlaceCode::Check),
        }
    }
}

/// What a poster's QR code says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Link {
    /// The place.
    pub code: PlaceCode,
    /// The poster's edition and its tag; none for an address without them, as somebody may send it to a friend.
    pub poster: Option<Poster>,
}

/// A poster's edition and the proof that we printed it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Poster {
    /// Edition.
    pub edition: u16,
    tag: [u8; TAG],
}

/// What is to be thought of a scan.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Genuine {
    /// The poster that hangs there.
    Current,
    /// One that was replaced: a photograph, most likely.
    Old,
    /// Not ours, or no poster: typed, or an address that was passed on.
    Unproven,
}

impl Poster {
    /// The poster of a place's edition.
    pub fn new(ring: &KeyRing, code: PlaceCode, edition: u16) -> Poster {
        Poster { edition, tag: tag(ring.newest().1, code, edition) }
    }
}

/// Reads the warnings of what hangs at a place: all that anybody can have scanned, the newest edition first and at most so many
/// editions back, under each key that makes tags.
pub fn warning_keys(ring: &KeyRing, code: PlaceCode, current: u16, editions: u16) -> Vec<PlaceKey> {
    let oldest = current.saturating_sub(editions.saturating_sub(1)).max(1);
    let of = |edition| ring.all().map(move |key| PlaceKey::derive(code.0, edition, &tag(key, code, edition)));
    (oldest..=current).rev().flat_map(of).collect()
}

fn tag(key: &[u8; 32], code: PlaceCode, edition: u16) -> [u8; TAG] {
    let whole = hmac(key, &[b"bluezone/place/v1", &code.0.to_be_bytes(), &edition.to_be_bytes()]);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&whole[..TAG]);
    tag
}

impl Link {
    /// The address for the QR code. `public_url` is the server's, without a slash at its end.
    pub fn write(&self, public_url: &str) -> String {
        let place = format!("{public_url}/p/{}", self.code);
        match self.poster {
            Some(poster) => format!("{place}?k={}-{}", poster.edition, base32::encode(&poster.tag)),
            None => place,
        }
    }

    /// Reads the address in a QR code; none if it is another server's or no place's.
    pub fn parse(text: &str, public_url: &str) -> Option<Link> {
        let rest = text.trim().strip_prefix(public_url)?.strip_prefix("/p/")?;
        let (code, query) = match rest.split_once('?') {
            Some((code, query)) => (code, Some(query)),
            None => (rest, None),
        };
        Some(Link { code: code.parse().ok()?, poster: query.and_then(poster_of) })
    }

    /// Reads the warnings of this place, as far as the poster hung there; none without a poster. Takes some milliseconds.
    pub fn warning_key(&self) -> Option<PlaceKey> {
        self.poster.map(|poster| PlaceKey::derive(self.code.0, poster.edition, &poster.tag))
    }

    /// Whether the scan was of the poster that hangs there, whose edition is `current`. All keys are tried, in constant time.
    pub fn genuine(&self, ring: &KeyRing, current: u16) -> Genuine {
        let Some(poster) = self.poster else { return Genuine::Unproven };
        let right = ring.all().fold(subtle::Choice::from(0), |right, key| {
            right | tag(key, self.code, poster.edition).ct_eq(&poster.tag)
        });
        match (bool::from(right), poster.edition == current) {
            (false, _) => Genuine::Unproven,
            (true, true) => Genuine::Current,
            (true, false) => Genuine::Old,
        }
    }
}

/// `k=12-TAG` among the parameters of an address.
fn poster_of(query: &str) -> Option<Poster> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix("k="))?;
    let (edition, tag) = value.split_once('-')?;
    let edition = edition.bytes().all(|b| b.is_ascii_digit()).then(|| edition.parse().ok())??;
    Some(Poster { edition, tag: base32::decode(tag)? })
}
