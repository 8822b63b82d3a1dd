//! Whose data an entry is about, written so that only they recognise it.
//!
//! A phone makes a random handle when its owner redeems a code, reports or opts in, and gives it to the authority with the
//! data. An entry carries a fresh salt and SHA-256("bluezone/subject/v1\n" || salt || handle): whoever knows the handle finds
//! the entries about it, and to everybody else two entries about one person look like two about different ones.

use crate::merkle::Hash;
use crate::text::{base64, from_base64_array};
use rand::Rng;
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;
use zeroize::{Zeroize, ZeroizeOnDrop};

const LABEL: &[u8] = b"bluezone/subject/v1\n";

/// The secret by which a phone recognises itself. Not derived from anything about its owner.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct SubjectHandle([u8; 32]);

impl SubjectHandle {
    /// A fresh one.
    pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut bytes = [0; 32];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// From its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// A commitment for a new entry; each has its own salt.
    pub fn commit(&self, rng: &mut (impl Rng + ?Sized)) -> SubjectCommitment {
        let mut salt = [0; 16];
        rng.fill_bytes(&mut salt);
        SubjectCommitment { salt, digest: self.digest(&salt) }
    }

    /// Whether a commitment is about this handle.
    pub fn recognises(&self, commitment: &SubjectCommitment) -> bool {
        self.digest(&commitment.salt) == commitment.digest
    }

    fn digest(&self, salt: &[u8; 16]) -> Hash {
        Hash(Sha256::new().chain_update(LABEL).chain_update(salt).chain_update(self.0).finalize().into())
    }
}

impl fmt::Debug for SubjectHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SubjectHandle(..)")
    }
}

/// Whose data it is, for those who know the handle. As text: base64 of the salt, a space, base64 of the digest.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SubjectCommitment {
    /// Fresh for every commitment.
    pub salt: [u8; 16],
    /// SHA-256 over label, salt and handle.
    pub digest: Hash,
}

impl fmt::Display for SubjectCommitment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", base64(self.salt), self.digest)
    }
}

/// Not a commitment.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a subject's commitment: expected two base64 values")]
pub struct InvalidCommitment;

impl FromStr for SubjectCommitment {
    type Err = InvalidCommitment;
    fn from_str(text: &str) -> Result<Self, InvalidCommitment> {
        let parse = || {
            let (salt, digest) = text.split_once(' ')?;
            Some(Self { salt: from_base64_array(salt)?, digest: digest.parse().ok()? })
        };
        parse().ok_or(InvalidCommitment)
    }
}
