//! What is written in QR codes: a person's, a place's, and those that people carry already.
//!
//! | code | who makes it | what it tells |
//! |---|---|---|
//! | [`pass`] | we, for a person | nothing to who has no key; the server, whose it is and until when |
//! | [`place`] | we, for a place or a vehicle | which place, and which edition of its poster |
//! | [`national`] | any Vietnamese app, decision 1405/QĐ-BTTTT | who, as far as the person unmasked it |
//! | [`identity_card`] | the chip card (CCCD) | who |
//! | [`insurance_card`] | the health insurance card (BHYT) | who |
//!
//! [`scan`] tells them apart, and [`visit`] says for how long somebody is at a place whose code was scanned. No clock, no
//! randomness, no keys of its own: all are parameters. `Debug` of everything here that names a person hides it.

mod base32;
pub mod frame;
pub mod identity_card;
pub mod insurance_card;
pub mod key_ring;
pub mod national;
pub mod pass;
mod person;
pub mod place;
pub mod visit;

pub use key_ring::KeyRing;
pub use person::{Birth, Gender};

/// The longest content that is looked at, in bytes: more than any of these codes has, and than a QR code of that kind holds.
pub const MAX_BYTES: usize = 1500;

/// What a scanner saw.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scanned {
    /// A person's code of ours, still to be opened with [`pass::open`].
    Pass,
    /// A place of ours.
    Place(place::Link),
    /// The national format.
    National(national::National),
    /// A chip identity card.
    IdentityCard(identity_card::IdentityCard),
    /// A health insurance card.
    InsuranceCard(insurance_card::InsuranceCard),
}

/// Tells what a code is. `public_url` is the server's own address: a place's code of another server is none of ours.
pub fn scan(text: &str, public_url: &str) -> Option<Scanned> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    if text.len() > MAX_BYTES {
        return None;
    }
    if text.starts_with(pass::PREFIX) {
        return Some(Scanned::Pass);
    }
    place::Link::parse(text, public_url)
        .map(Scanned::Place)
        .or_else(|| text.parse().ok().map(Scanned::National))
        .or_else(|| text.parse().ok().map(Scanned::IdentityCard))
        .or_else(|| text.parse().ok().map(Scanned::InsuranceCard))
}
