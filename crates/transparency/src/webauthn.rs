//! Signatures of passkeys (W3C Web Authentication Level 2, section 7.2), as far as anyone can check them who was not there:
//! challenge, relying party, presence, verification of the user, ES256.

use crate::merkle::Hash;
use crate::text::{FormatError, Reader, base64, from_base64};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{DerSignature, VerifyingKey};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Most signatures under one statement.
pub const MAX_SIGNATURES: usize = 2;
/// Longest part of an assertion in bytes.
const MAX_PART: usize = 1024;

/// The site that the officers' passkeys belong to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct RelyingParty {
    /// Its domain: `console.example.vn`.
    pub id: String,
    /// Origins at which passkeys may be used: `https://console.example.vn`.
    pub origins: Vec<String>,
}

/// A passkey's public key: P-256. As bytes the compressed point (SEC 1), 33 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct OfficerKey(VerifyingKey);

impl OfficerKey {
    /// From a compressed point.
    pub fn from_bytes(bytes: &[u8; 33]) -> Option<Self> {
        VerifyingKey::from_sec1_bytes(bytes).ok().map(Self)
    }

    /// From any form of a point (SEC 1), such as the uncompressed one that browsers give.
    pub fn from_sec1(bytes: &[u8]) -> Option<Self> {
        VerifyingKey::from_sec1_bytes(bytes).ok().map(Self)
    }

    /// The compressed point.
    pub fn to_bytes(&self) -> [u8; 33] {
        let point = self.0.to_sec1_point(true);
        point.as_bytes().try_into().expect("a compressed P-256 point has 33 bytes")
    }

    /// SHA-256 of the compressed point: how signatures name it.
    pub fn id(&self) -> Hash {
        Hash::of(&self.to_bytes())
    }
}

impl fmt::Debug for OfficerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OfficerKey({})", self.id())
    }
}

/// What a passkey returns, and which key it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assertion {
    /// [`OfficerKey::id`].
    pub key: Hash,
    /// `authenticatorData`.
    pub authenticator_data: Vec<u8>,
    /// `clientDataJSON`.
    pub client_data: Vec<u8>,
    /// Signature in DER.
    pub signature: Vec<u8>,
}

/// Why an assertion does not count.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AssertionError {
    /// Client data cannot be read, or is not of a `webauthn.get`.
    #[error("the passkey's client data is not that of a signature")]
    ClientData,
    /// Something else was signed.
    #[error("the passkey signed something else")]
    OtherChallenge,
    /// Made at another site.
    #[error("the passkey was used at another site")]
    OtherOrigin,
    /// Belongs to another site, or its data is cut off.
    #[error("the passkey belongs to another site")]
    OtherRelyingParty,
    /// Nobody touched it, or it did not ask who did.
    #[error("the passkey did not verify that its owner was present")]
    NotVerified,
    /// The signature does not fit.
    #[error("the passkey's signature does not fit")]
    Signature,
}

#[derive(Deserialize)]
struct ClientData {
    #[serde(rename = "type")]
    kind: String,
    challenge: String,
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
}

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;

impl Assertion {
    /// Whether this key signed this challenge at this site, its owner verified.
    pub fn verify(
        &self,
        key: &OfficerKey,
        challenge: &Hash,
        site: &RelyingParty,
    ) -> Result<(), AssertionError> {
        let client: ClientData =
            serde_json::from_slice(&self.client_data).map_err(|_| AssertionError::ClientData)?;
        if client.kind != "webauthn.get" {
            return Err(AssertionError::ClientData);
        }
        if client.challenge != URL_SAFE_NO_PAD.encode(challenge.0) {
            return Err(AssertionError::OtherChallenge);
        }
        if client.cross_origin || !site.origins.contains(&client.origin) {
            return Err(AssertionError::OtherOrigin);
        }
        // 32 bytes hash of the relying party's id, flags, 4 bytes counter, extensions.
        let (party, rest) =
            self.authenticator_data.split_first_chunk().ok_or(AssertionError::OtherRelyingParty)?;
        if *party != Hash::of(site.id.as_bytes()).0 || rest.len() < 5 {
            return Err(AssertionError::OtherRelyingParty);
        }
        if rest[0] & USER_PRESENT == 0 || rest[0] & USER_VERIFIED == 0 {
            return Err(AssertionError::NotVerified);
        }
        let message = [&self.authenticator_data[..], &Hash::of(&self.client_data).0].concat();
        let signature = DerSignature::from_bytes(&self.signature).map_err(|_| AssertionError::Signature)?;
        key.0.verify(&message, &signature).map_err(|_| AssertionError::Signature)
    }

    /// One line each: `signed <key> <authenticatorData> <clientDataJSON> <signature>`, all base64.
    pub(crate) fn lines(assertions: &[Assertion]) -> String {
        assertions.iter().map(|assertion| format!("signed {assertion}\n")).collect()
    }

    /// Lines as [`Self::lines`] writes them, none to [`MAX_SIGNATURES`].
    pub(crate) fn read_lines(reader: &mut Reader<'_>) -> Result<Vec<Assertion>, FormatError> {
        let mut assertions = Vec::new();
        while reader.is_next("signed") {
            if assertions.len() == MAX_SIGNATURES {
                return Err(reader.error("signed", "there are more than two"));
            }
            let line = reader.field("signed")?;
            let assertion =
                line.parse().map_err(|_| reader.error("signed", "is no signature of a passkey"))?;
            assertions.push(assertion);
        }
        Ok(assertions)
    }

    fn read(line: &str) -> Option<Self> {
        let mut parts = line.split(' ');
        let key = parts.next()?.parse().ok()?;
        let mut part = || from_base64(parts.next()?).filter(|part| part.len() <= MAX_PART);
        let (authenticator_data, client_data, signature) = (part()?, part()?, part()?);
        parts.next().is_none().then_some(Self { key, authenticator_data, client_data, signature })
    }
}

/// Key, `authenticatorData`, `clientDataJSON` and signature, base64, a space between: what stands after `signed`.
impl fmt::Display for Assertion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, authenticator_data, client_data, signature } = self;
        let parts = [authenticator_data, client_data, signature].map(base64);
        write!(f, "{key} {}", parts.join(" "))
    }
}

impl FromStr for Assertion {
    type Err = FormatError;
    fn from_str(line: &str) -> Result<Self, FormatError> {
        let problem = "expected four base64 values, none longer than 1,024 bytes";
        Self::read(line).ok_or(FormatError { what: "signature of a passkey", field: "signed", problem })
    }
}
