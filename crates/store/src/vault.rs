//! What tells who somebody is, sealed at rest.
//!
//! Every sealed value is under a *data key* of 32 random bytes (AES-256-GCM, a random 96-bit nonce each time). Data keys lie
//! in the table `vault_keys`, wrapped under a key that follows from the server's master key, and are replaced from time to
//! time (`bluezone admin vault rotate`): rows are sealed again with the new key, then the old one is dropped.
//!
//! A sealed value opens only where it was put: table, column, row and key number are its associated data, so that nobody
//! who can write to the database can give one person another's name. Its length says little: contents are padded to
//! multiples of 64 bytes.
//!
//! Numbers that must be found again (identity card, passport, phone) are kept as keyed hashes (HMAC-SHA256) beside the
//! sealed value. Their key also follows from the master key and is not replaced.
//!
//! What a copy of the database tells without the master key: how many persons there are, in which commune each lives, which
//! of them share a number, when and by whom records were made and merged, which cases are theirs; of cases everything but
//! the person: reference, status, dates, place, units; how many citizens have an account, when each was here, for how many people
//! they declare, and which account has the number of which person of the registry; of which commune places are and how many
//! people came when, but not who, nor on another day whether it was the same; which places were warned of and when, but of which
//! case only the vault says; of declarations form, day, commune, points, who handles them and what came of it, and which are of one
//! person. `tests/it/database_dump.rs` tries it.

use crate::error::StoreError;
use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Key, Nonce};
use bluezone_domain::Timestamp;
use bluezone_domain::fold::fold;
use bluezone_domain::id::{AgencyId, CitizenId, PlaceWarningId};
use bluezone_domain::message::Whom;
use bluezone_domain::person::{Identity, Phone};
use hmac::{Hmac, Mac};
use rand::Rng;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

const NONCE_BYTES: usize = 12;
/// Contents are padded to a multiple of this.
const BLOCK: usize = 64;

/// What the server derives from its master key for the vault.
pub struct VaultSecret {
    /// Wraps the data keys.
    pub wrapping: Zeroizing<[u8; 32]>,
    /// Key of the hashes by which numbers are found.
    pub lookup: Zeroizing<[u8; 32]>,
}

impl fmt::Debug for VaultSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VaultSecret(redacted)")
    }
}

/// Where a sealed value stands. It opens nowhere else.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub table: &'static str,
    pub column: &'static str,
    pub row: &'a str,
}

impl Place<'_> {
    fn bound_to(&self, key: i64) -> Vec<u8> {
        [self.table, self.column, self.row, &key.to_string()].join("\0").into_bytes()
    }
}

/// A sealed value and the number of its key: nonce (12 bytes), ciphertext, tag (16 bytes).
pub(crate) struct Sealed {
    pub key: i64,
    pub bytes: Vec<u8>,
}

/// The keys that a server has unwrapped. The one with the greatest number seals.
#[derive(Default)]
pub(crate) struct Ring {
    keys: BTreeMap<i64, Aes256Gcm>,
}

impl Ring {
    pub fn knows(&self, key: i64) -> bool {
        self.keys.contains_key(&key)
    }

    /// The number of the key that seals.
    pub fn newest(&self) -> Option<i64> {
        self.keys.last_key_value().map(|(number, _)| *number)
    }

    pub fn seal(
        &self,
        place: Place<'_>,
        plain: &[u8],
        rng: &mut (dyn Rng + Send),
    ) -> Result<Sealed, StoreError> {
        let (key, cipher) = self.keys.last_key_value().ok_or(StoreError::Locked)?;
        let length = u32::try_from(plain.len()).map_err(|_| StoreError::NotAllowed("too long to be kept"))?;
        let padded = (plain.len() + 4).next_multiple_of(BLOCK);
        let mut content = Zeroizing::new(Vec::with_capacity(padded));
        content.extend_from_slice(&length.to_be_bytes());
        content.extend_from_slice(plain);
        content.resize(padded, 0);
        Ok(Sealed { key: *key, bytes: encrypt(cipher, &place.bound_to(*key), &content, rng) })
    }

    pub fn open(&self, place: Place<'_>, key: i64, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let wrong = || StoreError::DoesNotOpen(place.table);
        let cipher = self.keys.get(&key).ok_or_else(wrong)?;
        let mut content = decrypt(cipher, &place.bound_to(key), sealed).ok_or_else(wrong)?;
        let length = content.first_chunk().map(|bytes| u32::from_be_bytes(*bytes) as usize);
        let length = length.filter(|length| length + 4 <= content.len()).ok_or_else(wrong)?;
        content.copy_within(4..4 + length, 0);
        content.truncate(length);
        Ok(content)
    }
}

/// The secret, and the keys as this server last saw them.
pub(crate) struct Vault {
    secret: VaultSecret,
    ring: RwLock<Arc<Ring>>,
}

impl Vault {
    pub fn new(secret: VaultSecret) -> Vault {
        Vault { secret, ring: RwLock::default() }
    }

    pub fn ring(&self) -> Arc<Ring> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Replaces the keys by these wrapped ones.
    pub fn refill(&self, wrapped: &[(i64, Vec<u8>)]) -> Result<Arc<Ring>, StoreError> {
        let mut keys = BTreeMap::new();
        for (number, wrapped) in wrapped {
            let key = decrypt(&self.wrapping(), &wrap_place(*number), wrapped);
            let key = key.filter(|key| key.len() == 32).ok_or(StoreError::DoesNotOpen("vault_keys"))?;
            let mut bytes = Zeroizing::new([0; 32]);
            bytes.copy_from_slice(&key);
            keys.insert(*number, cipher(&bytes));
        }
        let ring = Arc::new(Ring { keys });
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = ring.clone();
        Ok(ring)
    }

    /// A new data key, wrapped.
    pub fn new_key(&self, number: i64, rng: &mut (dyn Rng + Send)) -> Vec<u8> {
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        encrypt(&self.wrapping(), &wrap_place(number), &*key, rng)
    }

    /// The keyed hashes of a person's numbers: identity card, passport, phone.
    pub fn lookups(&self, of: &Identity) -> [Option<crate::Hash>; 3] {
        [
            of.national_id.as_ref().map(|number| self.lookup("national id", number.as_str())),
            of.passport.as_ref().map(|number| self.lookup("passport", number.as_str())),
            of.phone.as_ref().map(|number| self.phone_lookup(number)),
        ]
    }

    /// The keyed hash of a telephone number.
    pub fn phone_lookup(&self, phone: &Phone) -> crate::Hash {
        self.lookup("phone", phone.as_str())
    }

    /// The keyed hash under which the invitations of a telephone number are counted.
    pub fn invited_lookup(&self, phone: &Phone) -> crate::Hash {
        self.lookup("invited", phone.as_str())
    }

    /// The keyed hash under which those that an agency invites are counted.
    pub fn inviting_lookup(&self, agency: AgencyId) -> crate::Hash {
        self.lookup("inviting", &agency.to_string())
    }

    /// The keyed hash of who visited places on a day: another one each day, so that a copy of the database does not show that
    /// it was the same person.
    pub fn visitor_lookup(&self, key: &str, day: Timestamp) -> crate::Hash {
        self.lookup("visitor", &format!("{} {key}", day.0))
    }

    /// The keyed hash of an account's having been told of a warning for one of its people.
    pub fn warned_lookup(&self, warning: PlaceWarningId, citizen: CitizenId, whom: &Whom) -> crate::Hash {
        let of = match whom {
            // As it was when an account was told once for all of them.
            Whom::Holder => String::new(),
            Whom::Profile(profile) => format!(" {profile}"),
            Whom::Guest(name) => format!(" guest {}", fold(name)),
        };
        self.lookup("place warning", &format!("{warning} {citizen}{of}"))
    }

    /// The keyed hash of a place's owner having been told of a warning.
    pub fn notified_lookup(&self, warning: PlaceWarningId, owner: CitizenId) -> crate::Hash {
        self.lookup("place notice", &format!("{warning} {owner}"))
    }

    /// The keyed hash of what a card says of somebody: its number, and with it their name and year of birth, so that a number alone
    /// is nobody's. None where either is not known.
    pub fn said_lookup(&self, number: &str, of: &Identity) -> Option<crate::Hash> {
        let (year, name) = (of.birth?.year(), fold(&of.name));
        (!name.is_empty()).then(|| self.lookup("card", &format!("{number} {name} {year}")))
    }

    /// The keyed hash of a person's name and year of birth, marks and capitals aside.
    pub fn name_lookup(&self, of: &Identity) -> Option<crate::Hash> {
        let (year, name) = (of.birth?.year(), fold(&of.name));
        (!name.is_empty()).then(|| self.lookup("name and year", &format!("{name} {year}")))
    }

    fn lookup(&self, kind: &str, number: &str) -> crate::Hash {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&*self.secret.lookup)
            .expect("HMAC takes any key length");
        mac.update(kind.as_bytes());
        mac.update(&[0]);
        mac.update(number.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn wrapping(&self) -> Aes256Gcm {
        cipher(&self.secret.wrapping)
    }
}

fn wrap_place(number: i64) -> Vec<u8> {
    format!("vault_keys\0wrapped\0{number}").into_bytes()
}

fn cipher(key: &[u8; 32]) -> Aes256Gcm {
    Aes256Gcm::new(&Key::<Aes256Gcm>::from(*key))
}

fn encrypt(cipher: &Aes256Gcm, bound_to: &[u8], plain: &[u8], rng: &mut (dyn Rng + Send)) -> Vec<u8> {
    let mut nonce = [0; NONCE_BYTES];
    rng.fill_bytes(&mut nonce);
    let sealed = cipher
        .encrypt(&Nonce::from(nonce), Payload { msg: plain, aad: bound_to })
        .expect("AES-GCM fails only beyond 64 GiB");
    [&nonce[..], &sealed].concat()
}

fn decrypt(cipher: &Aes256Gcm, bound_to: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_BYTES>()?;
    let plain = cipher.decrypt(&Nonce::from(*nonce), Payload { msg: ciphertext, aad: bound_to });
    plain.ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    const PLACE: Place<'static> = Place { table: "persons", column: "identity", row: "a" };

    fn vault() -> Vault {
        let secret = |byte| Zeroizing::new([byte; 32]);
        Vault::new(VaultSecret { wrapping: secret(1), lookup: secret(2) })
    }

    #[test]
    fn a_value_opens_only_where_it_was_put() {
        let mut rng = StdRng::seed_from_u64(1);
        let vault = vault();
        let keys = [(1, vault.new_key(1, &mut rng)), (2, vault.new_key(2, &mut rng))];
        let ring = vault.refill(&keys).unwrap();
        let sealed = ring.seal(PLACE, b"Lan", &mut rng).unwrap();
        assert_eq!(sealed.key, 2);
        assert_eq!(*ring.open(PLACE, 2, &sealed.bytes).unwrap(), b"Lan");
        let elsewhere = [
            Place { table: "epi_points", ..PLACE },
            Place { column: "before", ..PLACE },
            Place { row: "b", ..PLACE },
        ];
        for place in elsewhere {
            assert!(ring.open(place, 2, &sealed.bytes).is_err());
        }
        assert!(ring.open(PLACE, 1, &sealed.bytes).is_err(), "another key");
        assert!(ring.open(PLACE, 3, &sealed.bytes).is_err(), "no key");
        for position in 0..sealed.bytes.len() {
            let mut changed = sealed.bytes.clone();
            changed[position] ^= 1;
            assert!(ring.open(PLACE, 2, &changed).is_err(), "{position}");
            assert!(ring.open(PLACE, 2, &sealed.bytes[..position]).is_err(), "{position}");
        }
    }

    #[test]
    fn a_key_opens_only_under_its_number_and_secret() {
        let mut rng = StdRng::seed_from_u64(1);
        let key = vault().new_key(1, &mut rng);
        assert!(vault().refill(&[(2, key.clone())]).is_err());
        let other = VaultSecret { wrapping: Zeroizing::new([3; 32]), lookup: Zeroizing::new([2; 32]) };
        assert!(Vault::new(other).refill(&[(1, key)]).is_err());
    }

    #[test]
    fn the_length_says_little_and_a_number_has_one_hash_a_kind() {
        let mut rng = StdRng::seed_from_u64(1);
        let vault = vault();
        let ring = vault.refill(&[(1, vault.new_key(1, &mut rng))]).unwrap();
        let length = |plain: &[u8], rng: &mut StdRng| ring.seal(PLACE, plain, rng).unwrap().bytes.len();
        assert_eq!(length(b"", &mut rng), length(&[1; 60], &mut rng));
        assert_eq!(length(&[1; 61], &mut rng), length(b"", &mut rng) + BLOCK);
        let same = |text: &str| Identity {
            phone: text.parse().ok(),
            passport: text.parse().ok(),
            national_id: text.parse().ok(),
            ..Identity::default()
        };
        let [card, passport, phone] = vault.lookups(&same("019185001234"));
        assert_eq!(phone, None);
        assert!(card.is_some() && passport.is_some() && card != passport);
        assert_eq!(vault.lookups(&same("019 185 001 234"))[0], card);
    }
}
