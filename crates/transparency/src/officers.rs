//! Which officers' keys count, as the log tells it from its first entry on.
//!
//! The keys of the first two officers found the log. From then on a key comes in only with the signatures of two officers
//! whose keys stand: an administrator, who has none or one, cannot invent colleagues.

use crate::Timestamp;
use crate::entry::{Entry, Event, KeyChange, OfficerKeyChange, OfficerTag};
use crate::merkle::Hash;
use crate::text::Line;
use crate::webauthn::{Assertion, AssertionError, OfficerKey, RelyingParty};
use serde::{Deserialize, Serialize};

/// Why two officers' signatures are not there.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum OfficersError {
    /// One signature or none.
    #[error("{0} of the two officers' signatures are there")]
    TooFew(usize),
    /// Both are by one person.
    #[error("both signatures are by the same officer")]
    SameOfficer,
    /// Signed with a key that does not stand in the log.
    #[error("it is signed with a key that does not stand in the log")]
    UnknownKey,
    /// Signed with a key that was revoked.
    #[error("it is signed with a key that was revoked")]
    RevokedKey,
    /// Signed with a key outside its time.
    #[error("it is signed with a key that was not valid at the time")]
    KeyNotValid,
    /// The officer works elsewhere.
    #[error("it is signed by an officer of another unit than the one that asks")]
    OtherUnit,
    /// What the passkey returned does not count.
    #[error(transparent)]
    Assertion(#[from] AssertionError),
}

/// A key that came into the log and counted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Standing {
    officer: OfficerTag,
    unit: Line,
    /// Compressed point, base64.
    key: String,
    id: Hash,
    from: Timestamp,
    until: Timestamp,
    revoked: bool,
}

/// The officers' keys that count.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct OfficerRegister {
    keys: Vec<Standing>,
    /// Two officers have stood: the founding is over.
    founded: bool,
}

impl OfficerRegister {
    /// Takes note of the next entry. `Err`: a key that does not count, because too few let it in.
    pub fn read(&mut self, entry: &Entry, site: &RelyingParty) -> Result<(), OfficersError> {
        let Event::OfficerKey(change) = &entry.event else { return Ok(()) };
        match &change.change {
            KeyChange::Revoke { key, .. } => {
                self.keys.iter_mut().filter(|standing| standing.id == *key).for_each(|s| s.revoked = true);
            }
            KeyChange::Add { officer, unit, key, from, until } => {
                if self.founded {
                    self.check_added(change, entry.time, site)?;
                }
                // A key that was revoked, or is another's, does not come back under another name.
                if self.keys.iter().any(|standing| standing.id == key.id()) {
                    return Ok(());
                }
                let (key, id) = (crate::text::base64(key.to_bytes()), key.id());
                let (officer, unit, from, until) = (*officer, unit.clone(), *from, *until);
                self.keys.push(Standing { officer, unit, key, id, from, until, revoked: false });
                self.founded = self.founded || self.keys.iter().any(|s| s.officer != self.keys[0].officer);
            }
        }
        Ok(())
    }

    fn check_added(
        &self,
        change: &OfficerKeyChange,
        time: Timestamp,
        site: &RelyingParty,
    ) -> Result<(), OfficersError> {
        self.check_two(&change.signatures, &change.change.challenge(), None, time, site).map(|_| ())
    }

    /// Two different officers signed this, with keys that stand and were valid at `time`; of `unit`, if one is named.
    pub fn check_two(
        &self,
        signatures: &[Assertion],
        challenge: &Hash,
        unit: Option<&Line>,
        time: Timestamp,
        site: &RelyingParty,
    ) -> Result<[OfficerTag; 2], OfficersError> {
        let [first, second] = signatures else { return Err(OfficersError::TooFew(signatures.len())) };
        let first = self.check_one(first, challenge, unit, time, site)?;
        let second = self.check_one(second, challenge, unit, time, site)?;
        if first == second { Err(OfficersError::SameOfficer) } else { Ok([first, second]) }
    }

    /// One officer signed this.
    pub fn check_one(
        &self,
        signature: &Assertion,
        challenge: &Hash,
        unit: Option<&Line>,
        time: Timestamp,
        site: &RelyingParty,
    ) -> Result<OfficerTag, OfficersError> {
        let mut named = self.keys.iter().filter(|standing| standing.id == signature.key);
        let standing = named.next().ok_or(OfficersError::UnknownKey)?;
        if standing.revoked {
            return Err(OfficersError::RevokedKey);
        }
        if time < standing.from || standing.until <= time {
            return Err(OfficersError::KeyNotValid);
        }
        if unit.is_some_and(|unit| *unit != standing.unit) {
            return Err(OfficersError::OtherUnit);
        }
        let key = crate::text::from_base64_array(&standing.key).and_then(|key| OfficerKey::from_bytes(&key));
        signature.verify(&key.ok_or(OfficersError::UnknownKey)?, challenge, site)?;
        Ok(standing.officer)
    }

    /// Whether two officers have stood: from then on a key comes in only with the signatures of two.
    pub fn is_founded(&self) -> bool {
        self.founded
    }

    /// Officers with a key that counts at this time.
    pub fn standing(&self, time: Timestamp) -> impl Iterator<Item = (OfficerTag, &Line)> {
        let counts = move |key: &&Standing| !key.revoked && key.from <= time && time < key.until;
        self.keys.iter().filter(counts).map(|key| (key.officer, &key.unit))
    }
}
