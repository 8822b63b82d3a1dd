//! Sealing (HPKE, RFC 9180): base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
//!
//! An upload is sealed twice: inside to the unit that asked, around that to the keeper. The keeper sees nothing but a sealed
//! box, and the unit gets the box only from the keeper. Unit, request and subject are bound into both layers.

use crate::entry::{or_none, read_or_none};
use crate::merkle::Hash;
use crate::release::VerifiedRequest;
use crate::subject::SubjectCommitment;
use crate::text::{FormatError, Line, Reader, base64, from_base64_array};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand::CryptoRng;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

const UNIT_INFO: &[u8] = b"bluezone/upload/unit/v1";
const KEEPER_INFO: &[u8] = b"bluezone/upload/keeper/v1";
const HEADER: &str = "bluezone/upload/v1";
/// Uploads are padded to a multiple of this, so that their size tells little.
pub const UPLOAD_STEP: usize = 16 << 10;
/// Longest upload in bytes.
pub const MAX_UPLOAD: usize = 16 << 20;
/// Bytes of the encapsulated key in front of every ciphertext.
const ENC: usize = 32;

/// A key to seal to: X25519. As text standard base64.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// From its 32 bytes. A key that nothing can be sealed to shows when it is used.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&base64(self.0))
    }
}

impl FromStr for PublicKey {
    type Err = FormatError;
    fn from_str(text: &str) -> Result<Self, FormatError> {
        let problem = "expected the base64 of 32 bytes";
        let bytes = from_base64_array(text);
        bytes.map(Self).ok_or(FormatError { what: "sealing key", field: "key", problem })
    }
}

impl TryFrom<String> for PublicKey {
    type Error = FormatError;
    fn try_from(text: String) -> Result<Self, FormatError> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> String {
        key.to_string()
    }
}

/// The private half. `Debug` shows nothing.
#[derive(Clone)]
pub struct PrivateKey(<X25519HkdfSha256 as Kem>::PrivateKey);

impl PrivateKey {
    /// A fresh key.
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(X25519HkdfSha256::gen_keypair_with_rng(rng).0)
    }

    /// From its 32 bytes.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Deserializable::from_bytes(bytes).expect("every 32 bytes are an X25519 private key"))
    }

    /// Its 32 bytes.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes().into())
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey(X25519HkdfSha256::sk_to_pk(&self.0).to_bytes().into())
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(..)")
    }
}

/// Nothing can be sealed to the key: it is one of the few points that make a secret everybody knows.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("nothing can be sealed to this key")]
pub struct BadKey;

/// Wrong key, wrong context or a changed byte.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("it does not open with this key")]
pub struct DoesNotOpen;

/// Seals: the encapsulated key and the ciphertext, 48 bytes longer than the text.
pub fn seal(
    to: &PublicKey,
    info: &[u8],
    aad: &[u8],
    text: &[u8],
    rng: &mut impl CryptoRng,
) -> Result<Vec<u8>, BadKey> {
    let to = Deserializable::from_bytes(&to.0).map_err(|_| BadKey)?;
    let (enc, ciphertext) =
        hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &to,
            info,
            text,
            aad,
            rng,
        )
        .map_err(|_| BadKey)?;
    Ok([&enc.to_bytes()[..], &ciphertext].concat())
}

/// Opens what [`seal`] made.
pub fn open(key: &PrivateKey, info: &[u8], aad: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    let (enc, ciphertext) = sealed.split_at_checked(ENC).ok_or(DoesNotOpen)?;
    let enc = Deserializable::from_bytes(enc).map_err(|_| DoesNotOpen)?;
    hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &key.0,
        &enc,
        info,
        ciphertext,
        aad,
    )
    .map_err(|_| DoesNotOpen)
}

/// What an upload is bound to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UploadContext {
    /// Code of the unit it is for.
    pub unit: Line,
    /// Hash of the statement that it answers; none if it is sent unasked.
    pub request: Option<Hash>,
    /// Whose it is.
    pub subject: SubjectCommitment,
}

impl UploadContext {
    /// The associated data of both layers, and the beginning of the upload.
    pub fn to_text(&self) -> String {
        let request = or_none(self.request.as_ref());
        format!("{HEADER}\nunit {}\nrequest {request}\nsubject {}\n", self.unit, self.subject)
    }
}

/// An upload as the phone sends it and the server stores it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Upload {
    context: UploadContext,
    sealed: Vec<u8>,
}

impl Upload {
    /// Answers a request. Only a request that passed every check can be answered.
    pub fn answer(
        request: &VerifiedRequest,
        keeper: &PublicKey,
        data: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, BadKey> {
        let statement = request.statement();
        let context = UploadContext {
            unit: statement.terms.unit.clone(),
            request: Some(request.hash()),
            subject: statement.subject,
        };
        Self::seal(context, &statement.unit_key, keeper, data, rng)
    }

    /// Seals data that its owner sends unasked: a report, a share with a code.
    pub fn unasked(
        unit: Line,
        subject: SubjectCommitment,
        unit_key: &PublicKey,
        keeper: &PublicKey,
        data: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, BadKey> {
        Self::seal(UploadContext { unit, request: None, subject }, unit_key, keeper, data, rng)
    }

    fn seal(
        context: UploadContext,
        unit_key: &PublicKey,
        keeper: &PublicKey,
        data: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Self, BadKey> {
        let aad = context.to_text();
        let inner = seal(unit_key, UNIT_INFO, aad.as_bytes(), &pad(data), rng)?;
        let sealed = seal(keeper, KEEPER_INFO, aad.as_bytes(), &inner, rng)?;
        Ok(Self { context, sealed })
    }

    /// What it is bound to, as it says itself; opening tells whether that is true.
    pub fn context(&self) -> &UploadContext {
        &self.context
    }

    /// Its bytes: context, an empty line, ciphertext.
    pub fn to_bytes(&self) -> Vec<u8> {
        [self.context.to_text().as_bytes(), b"\n", &self.sealed].concat()
    }

    /// SHA-256 of its bytes: how an opening names it.
    pub fn hash(&self) -> Hash {
        Hash::of(&self.to_bytes())
    }

    /// Reads an upload.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let wrong = |problem| FormatError { what: "upload", field: "bytes", problem };
        if bytes.len() > MAX_UPLOAD {
            return Err(wrong("are more than 16 MiB"));
        }
        let split = bytes.windows(2).position(|pair| pair == b"\n\n").ok_or(wrong("hold no context"))?;
        let (context, sealed) = (&bytes[..=split], &bytes[split + 2..]);
        let mut reader = Reader::new("upload", context)?;
        reader.exactly(HEADER)?;
        let unit = reader.text("unit")?;
        let request = read_or_none(&mut reader, "request")?;
        let subject = reader.parse("subject", "is no commitment")?;
        reader.end()?;
        Ok(Self { context: UploadContext { unit, request, subject }, sealed: sealed.to_vec() })
    }

    /// Takes off the keeper's layer.
    pub(crate) fn strip(&self, keeper: &PrivateKey) -> Result<Vec<u8>, DoesNotOpen> {
        open(keeper, KEEPER_INFO, self.context.to_text().as_bytes(), &self.sealed)
    }

    /// Opens what the keeper handed out, at the unit.
    pub fn open_stripped(&self, stripped: &[u8], unit: &PrivateKey) -> Result<Vec<u8>, DoesNotOpen> {
        let padded = open(unit, UNIT_INFO, self.context.to_text().as_bytes(), stripped)?;
        unpad(&padded).ok_or(DoesNotOpen)
    }
}

/// Length in four bytes, big-endian, the data, zeroes.
fn pad(data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("uploads are far below 4 GiB");
    let mut padded = length.to_be_bytes().to_vec();
    padded.extend(data);
    padded.resize(padded.len().next_multiple_of(UPLOAD_STEP), 0);
    padded
}

fn unpad(padded: &[u8]) -> Option<Vec<u8>> {
    let (length, rest) = padded.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (data, zeroes) = rest.split_at_checked(length)?;
    zeroes.iter().all(|byte| *byte == 0).then(|| data.to_vec())
}
