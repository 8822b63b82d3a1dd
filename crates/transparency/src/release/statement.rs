//! What is asked, in the bytes that officers sign.

use crate::Timestamp;
use crate::entry::Terms;
use crate::merkle::Hash;
use crate::seal::PublicKey;
use crate::subject::SubjectCommitment;
use crate::text::{FormatError, Line, Reader, base64};
use crate::webauthn::Assertion;
use rand::Rng;
use std::fmt::Write as _;

/// The first line of a statement.
const HEADER: &str = "bluezone/release-request/v1";

/// Names a request: 16 random bytes.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct RequestId(pub [u8; 16]);

impl RequestId {
    /// A fresh one.
    pub fn generate(rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }
}

/// A request for someone's history. Public, as the log is: what only its subject may read stands in [`Details`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Statement {
    /// Its name.
    pub id: RequestId,
    /// For which unit, why, what and until when.
    pub terms: Terms,
    /// When it was made.
    pub issued: Timestamp,
    /// The unit's key, to which the answer is sealed.
    pub unit_key: PublicKey,
    /// Who is asked.
    pub subject: SubjectCommitment,
    /// [`Details::commitment`].
    pub details: Hash,
}

impl Statement {
    /// The bytes that are hashed and signed.
    pub fn to_text(&self) -> String {
        let mut text = format!("{HEADER}\nid {}\n", base64(self.id.0));
        self.terms.write(&mut text).expect("writing to a string does not fail");
        let issued = self.issued.0.max(0);
        write!(
            text,
            "issued {issued}\nunit-key {}\nsubject {}\ndetails {}\n",
            self.unit_key, self.subject, self.details
        )
        .expect("writing to a string does not fail");
        text
    }

    /// SHA-256 of its bytes: the challenge of the passkeys that sign it, and its name everywhere else.
    pub fn hash(&self) -> Hash {
        Hash::of(self.to_text().as_bytes())
    }

    /// Reads a statement that stands alone.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let mut reader = Reader::new("release request", bytes)?;
        let statement = Self::read(&mut reader)?;
        reader.end()?;
        Ok(statement)
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        reader.exactly(HEADER)?;
        Ok(Self {
            id: RequestId(reader.bytes("id")?),
            terms: Terms::read(reader)?,
            issued: reader.time("issued")?,
            unit_key: PublicKey::from_bytes(reader.bytes("unit-key")?),
            subject: reader.parse("subject", "is no commitment")?,
            details: Hash(reader.bytes("details")?),
        })
    }
}

/// A statement with the signatures of officers, unchecked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SignedStatement {
    /// What is asked.
    pub statement: Statement,
    /// By whom: two, to count.
    pub signatures: Vec<Assertion>,
}

impl SignedStatement {
    pub(crate) fn to_text(&self) -> String {
        self.statement.to_text() + &Assertion::lines(&self.signatures)
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, FormatError> {
        Ok(Self { statement: Statement::read(reader)?, signatures: Assertion::read_lines(reader)? })
    }
}

/// What the authority tells the person who is asked and nobody else: why them, whom to call. `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct Details {
    /// So that nobody guesses the text from the public commitment.
    pub salt: [u8; 32],
    /// The text.
    pub text: Line,
}

impl Details {
    /// With a fresh salt.
    pub fn new(text: Line, rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut salt = [0; 32];
        rng.fill_bytes(&mut salt);
        Self { salt, text }
    }

    /// What only who was asked can know of an upload that answers the request, and what the server asks for: statement, subject
    /// and keys stand in public, the salt does not. SHA-256("bluezone/answer/v1\n" || salt || hash of the upload).
    pub fn answers(&self, upload: &Hash) -> Hash {
        Hash::of(&[b"bluezone/answer/v1\n", &self.salt[..], &upload.0[..]].concat())
    }

    /// SHA-256("bluezone/details/v1\n" || salt || text).
    pub fn commitment(&self) -> Hash {
        Hash::of(&[b"bluezone/details/v1\n", &self.salt[..], self.text.as_str().as_bytes()].concat())
    }
}

impl std::fmt::Debug for Details {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Details(..)")
    }
}
