//! Keys that sign exports, and the checking of signatures.

use super::message::{SignatureInfoMessage, SignatureMessage};
use super::reader::ExportSummary;
use super::{ALGORITHM, ExportError, ExportMeta, SignatureInfo};
use p256::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
use p256::ecdsa::{self, DerSignature};
use p256::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, LineEnding};
use rand::Rng;
use std::fmt;
use zeroize::{Zeroize, Zeroizing};

/// A key cannot be read.
#[derive(Copy, Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PemError {
    /// Private key expected.
    #[error("not a P-256 private key in PEM (PKCS#8: `BEGIN PRIVATE KEY`)")]
    Private,
    /// Public key expected.
    #[error("not a P-256 public key in PEM (`BEGIN PUBLIC KEY`)")]
    Public,
}

/// Signs exports. `Debug` shows only which key it is.
#[derive(Clone)]
pub struct SigningKey {
    info: SignatureInfo,
    key: ecdsa::SigningKey,
}

impl SigningKey {
    /// A fresh key, which will sign as `info`.
    pub fn generate(info: SignatureInfo, rng: &mut (impl Rng + ?Sized)) -> Self {
        let mut bytes = [0; 32];
        loop {
            rng.fill_bytes(&mut bytes);
            // Refused are only 0 and what is above the curve's order: about once in 2^32 draws.
            if let Ok(key) = ecdsa::SigningKey::from_slice(&bytes) {
                bytes.zeroize();
                return Self { info, key };
            }
        }
    }

    /// From a PKCS#8 PEM.
    pub fn from_pem(info: SignatureInfo, pem: &str) -> Result<Self, PemError> {
        let key = ecdsa::SigningKey::from_pkcs8_pem(pem).map_err(|_| PemError::Private)?;
        Ok(Self { info, key })
    }

    /// As a PKCS#8 PEM; wiped from memory when dropped.
    pub fn to_pem(&self) -> Zeroizing<String> {
        self.key.to_pkcs8_pem(LineEnding::LF).expect("a P-256 key always has this form")
    }

    /// Its public half, to be pinned in phones.
    pub fn verifying_key(&self) -> VerifyingKey {
        VerifyingKey { info: self.info.clone(), key: *self.key.verifying_key() }
    }

    /// Which key it is.
    pub fn info(&self) -> &SignatureInfo {
        &self.info
    }

    /// The entry of `export.sig` for an `export.bin` of this digest. Deterministic (RFC 6979).
    pub(super) fn sign(&self, sha256: &[u8; 32], meta: &ExportMeta) -> SignatureMessage {
        SignatureMessage {
            info: Some(SignatureInfoMessage::from(&self.info)),
            batch_num: Some(meta.batch_num),
            batch_size: Some(meta.batch_size),
            signature: Some(self.sign_digest(sha256)),
        }
    }

    /// The signature of a file of this digest, X9.62 DER. What is hashed begins with the 16 bytes of its kind, so that no
    /// signature of one kind fits another.
    pub(crate) fn sign_digest(&self, sha256: &[u8; 32]) -> Vec<u8> {
        let signature: DerSignature =
            self.key.sign_prehash(sha256).expect("a 32-byte digest can always be signed");
        signature.as_bytes().to_vec()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, ..)", self.info)
    }
}

/// Checks signatures of one key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyingKey {
    info: SignatureInfo,
    key: ecdsa::VerifyingKey,
}

impl VerifyingKey {
    /// From an SPKI PEM (`BEGIN PUBLIC KEY`).
    pub fn from_pem(info: SignatureInfo, pem: &str) -> Result<Self, PemError> {
        let key = ecdsa::VerifyingKey::from_public_key_pem(pem).map_err(|_| PemError::Public)?;
        Ok(Self { info, key })
    }

    /// From the DER inside such a PEM.
    pub fn from_der(info: SignatureInfo, der: &[u8]) -> Result<Self, PemError> {
        let key = ecdsa::VerifyingKey::from_public_key_der(der).map_err(|_| PemError::Public)?;
        Ok(Self { info, key })
    }

    /// As an SPKI PEM.
    pub fn to_pem(&self) -> String {
        self.key.to_public_key_pem(LineEnding::LF).expect("a P-256 key always has this form")
    }

    /// Which key it is.
    pub fn info(&self) -> &SignatureInfo {
        &self.info
    }

    /// Whether the signature (X9.62 DER) is this key's over a file of this digest.
    pub(crate) fn accepts(&self, sha256: &[u8; 32], der: &[u8]) -> bool {
        ecdsa::Signature::from_der(der)
            .is_ok_and(|signature| self.key.verify_prehash(sha256, &signature).is_ok())
    }
}

/// One entry of `export.sig`, unchecked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TekSignature {
    /// Which key is said to have made it.
    pub info: SignatureInfo,
    /// File of the batch it is for, from 1.
    pub batch_num: Option<i32>,
    /// Files in the batch.
    pub batch_size: Option<i32>,
    /// ECDSA signature, X9.62 DER.
    pub signature: Vec<u8>,
    /// Whether export.sig holds nothing that this program does not know.
    all_known: bool,
}

impl TekSignature {
    pub(super) fn new(message: SignatureMessage, all_known: bool) -> Self {
        Self {
            info: message.info.unwrap_or_default().into(),
            batch_num: message.batch_num,
            batch_size: message.batch_size,
            signature: message.signature.unwrap_or_default(),
            all_known,
        }
    }
}

/// Every signature by a trusted key must fit, and there must be one.
pub(super) fn verify<'a>(
    signatures: &[TekSignature],
    summary: &ExportSummary,
    trusted: impl Fn(&SignatureInfo) -> Vec<&'a VerifyingKey>,
) -> Result<SignatureInfo, ExportError> {
    let mut accepted = None;
    for signature in signatures {
        let info = &signature.info;
        let keys = trusted(info);
        if keys.is_empty() {
            continue;
        }
        if !keys.iter().any(|key| key.accepts(&summary.sha256, &signature.signature)) {
            return Err(ExportError::BadSignature(info.clone()));
        }
        check_batch(signature, summary)?;
        accepted.get_or_insert(info);
    }
    accepted.cloned().ok_or_else(|| untrusted(signatures))
}

/// One signature by `key` must fit, whatever id and version it names.
pub(super) fn verify_any(
    signatures: &[TekSignature],
    summary: &ExportSummary,
    key: &VerifyingKey,
) -> Result<SignatureInfo, ExportError> {
    let by_key = |signature: &&TekSignature| {
        signature.info.algorithm == ALGORITHM && key.accepts(&summary.sha256, &signature.signature)
    };
    match signatures.iter().find(by_key) {
        Some(signature) => check_batch(signature, summary).map(|()| signature.info.clone()),
        None => Err(ExportError::NoSignatureFits(names(signatures))),
    }
}

/// The list of signatures is itself not signed, so what it repeats from the signed header must agree with it. Other
/// programs may leave it out; but where something unknown stands in its place, a byte was changed.
fn check_batch(signature: &TekSignature, summary: &ExportSummary) -> Result<(), ExportError> {
    let agrees = |said: Option<i32>, here: i32| said.map_or(signature.all_known, |said| said == here);
    let header = &summary.header;
    if agrees(signature.batch_num, header.batch_num) && agrees(signature.batch_size, header.batch_size) {
        Ok(())
    } else {
        Err(ExportError::OtherBatch(signature.info.clone()))
    }
}

fn untrusted(signatures: &[TekSignature]) -> ExportError {
    ExportError::Untrusted(names(signatures))
}

/// Which keys are said to have signed, for a message.
fn names(signatures: &[TekSignature]) -> String {
    let names: Vec<_> = signatures.iter().take(4).map(|signature| signature.info.to_string()).collect();
    match names.is_empty() {
        true => "nobody".to_owned(),
        false => names.join(", "),
    }
}
