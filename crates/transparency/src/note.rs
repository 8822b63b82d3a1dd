//! Signed notes (C2SP signed-note): a text and lines of signatures beneath it, Ed25519 (RFC 8032), and the cosignatures with
//! a time that witnesses make (C2SP tlog-cosignature, `cosignature/v1`).

use crate::Timestamp;
use crate::text::{FormatError, base64, from_base64, from_base64_array};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use rand::Rng;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::str::FromStr;
use zeroize::Zeroizing;

/// Longest note in bytes.
pub const MAX_NOTE: usize = 4 << 20;
/// Most signatures in a note; the specification asks for at least 16.
pub const MAX_SIGNATURES: usize = 64;

/// What a key's signatures mean.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum SignatureKind {
    /// 0x01: Ed25519 over the text.
    Ed25519 = 1,
    /// 0x04: Ed25519 over a time and the text of a checkpoint.
    Cosignature = 4,
}

impl SignatureKind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Ed25519, Self::Cosignature].into_iter().find(|kind| *kind as u8 == byte)
    }
}

/// A public key with its name (a *vkey*): `<name>+<8 hex digits>+<base64>`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct VerifierKey {
    name: String,
    kind: SignatureKind,
    id: [u8; 4],
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: &str, kind: SignatureKind, key: VerifyingKey) -> Option<Self> {
        let hash = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', kind as u8])
            .chain_update(key.as_bytes())
            .finalize();
        let id = *hash.first_chunk().expect("a digest is longer than four bytes");
        is_key_name(name).then(|| Self { name: name.to_owned(), kind, id, key })
    }

    /// Its name, a URL without scheme. For a log also the origin of its checkpoints.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its signatures mean.
    pub fn kind(&self) -> SignatureKind {
        self.kind
    }

    /// The Ed25519 public key.
    pub fn key_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    fn made(&self, signature: &NoteSignature) -> bool {
        signature.name == self.name && signature.id == self.id
    }

    /// The time that the signature carries (`None` for [`SignatureKind::Ed25519`]), if it fits.
    fn verify(&self, text: &str, signature: &[u8]) -> Result<Option<Timestamp>, BadSignature> {
        let bad = || BadSignature(self.name.clone());
        let (time, message, signature) = match self.kind {
            SignatureKind::Ed25519 => (None, text.to_owned(), signature),
            SignatureKind::Cosignature => {
                let (time, signature) = signature.split_first_chunk().ok_or_else(bad)?;
                let time = i64::try_from(u64::from_be_bytes(*time)).map_err(|_| bad())?;
                (Some(Timestamp(time)), cosigned_message(time, text), signature)
            }
        };
        let signature = Signature::from_slice(signature).map_err(|_| bad())?;
        self.key.verify_strict(message.as_bytes(), &signature).map_err(|_| bad())?;
        Ok(time)
    }
}

fn cosigned_message(time: i64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// Names must be non-empty and hold neither space nor plus.
fn is_key_name(name: &str) -> bool {
    let refused = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    !name.is_empty() && name.len() <= 255 && !name.contains(refused)
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[self.kind as u8][..], self.key.as_bytes()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id), base64(key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

const NOT_A_VKEY: FormatError =
    FormatError { what: "verifier key", field: "key", problem: "expected name+id+base64 of an Ed25519 key" };

impl FromStr for VerifierKey {
    type Err = FormatError;

    fn from_str(text: &str) -> Result<Self, FormatError> {
        let parse = || {
            // Base64 may hold a plus as well, so the first two are taken.
            let mut parts = text.splitn(3, '+');
            let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
            let [kind, key @ ..] = from_base64_array::<33>(key)?;
            let key = VerifyingKey::from_bytes(&key).ok().filter(|key| !key.is_weak())?;
            Self::new(name, SignatureKind::from_byte(kind)?, key).filter(|made| hex::encode(made.id) == id)
        };
        parse().ok_or(NOT_A_VKEY)
    }
}

impl TryFrom<String> for VerifierKey {
    type Error = FormatError;
    fn try_from(text: String) -> Result<Self, FormatError> {
        text.parse()
    }
}

impl From<VerifierKey> for String {
    fn from(key: VerifierKey) -> String {
        key.to_string()
    }
}

/// A private key with its name. `Debug` shows the public half.
#[derive(Clone)]
pub struct Signer {
    key: SigningKey,
    verifier: VerifierKey,
}

impl Signer {
    /// A fresh key.
    pub fn generate(
        name: &str,
        kind: SignatureKind,
        rng: &mut (impl Rng + ?Sized),
    ) -> Result<Self, FormatError> {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        Self::from_seed(name, kind, &seed)
    }

    /// From the 32 bytes of an Ed25519 private key.
    pub fn from_seed(name: &str, kind: SignatureKind, seed: &[u8; 32]) -> Result<Self, FormatError> {
        let key = SigningKey::from_bytes(seed);
        let problem = "must not be empty, longer than 255 bytes or hold spaces or plus signs";
        let verifier = VerifierKey::new(name, kind, key.verifying_key());
        let verifier = verifier.ok_or(FormatError { what: "key", field: "name", problem })?;
        Ok(Self { key, verifier })
    }

    /// From the text of [`Self::to_text`].
    pub fn from_text(text: &str) -> Result<Self, FormatError> {
        let parse = || {
            let mut parts = text.trim_end().strip_prefix("PRIVATE+KEY+")?.splitn(3, '+');
            let (name, id, key) = (parts.next()?, parts.next()?, parts.next()?);
            let bytes = Zeroizing::new(from_base64_array::<33>(key)?);
            let seed = bytes.last_chunk()?;
            let signer = Self::from_seed(name, SignatureKind::from_byte(bytes[0])?, seed).ok()?;
            (hex::encode(signer.verifier.id) == id).then_some(signer)
        };
        parse().ok_or(FormatError {
            what: "signing key",
            field: "key",
            problem: "expected PRIVATE+KEY+name+id+base64 of an Ed25519 key",
        })
    }

    /// `PRIVATE+KEY+<name>+<8 hex digits>+<base64>`, as Go's `sumdb/note` writes it. Wiped when dropped.
    pub fn to_text(&self) -> Zeroizing<String> {
        let VerifierKey { name, kind, id, .. } = &self.verifier;
        let mut key = Zeroizing::new([*kind as u8; 33]);
        key[1..].copy_from_slice(self.key.as_bytes());
        let key = Zeroizing::new(base64(*key));
        Zeroizing::new(format!("PRIVATE+KEY+{name}+{}+{}", hex::encode(id), *key))
    }

    /// The public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The signature line over a text that ends in a newline. Only a cosignature carries `now`.
    pub fn sign(&self, text: &str, now: Timestamp) -> String {
        let mut bytes = Vec::new();
        let message = match self.verifier.kind {
            SignatureKind::Ed25519 => text.to_owned(),
            SignatureKind::Cosignature => {
                let time = now.0.max(0);
                bytes.extend(time.to_be_bytes());
                cosigned_message(time, text)
            }
        };
        bytes.extend(self.key.sign(message.as_bytes()).to_bytes());
        NoteSignature { name: self.verifier.name.clone(), id: self.verifier.id, bytes }.to_line()
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({}, ..)", self.verifier)
    }
}

/// A signature by a known key does not fit the text.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the signature of {0} does not fit: the note was changed or is not genuine")]
pub struct BadSignature(pub String);

/// One signature line, unchecked.
#[derive(Clone, PartialEq, Eq, Debug)]
struct NoteSignature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl NoteSignature {
    fn parse(line: &str) -> Option<Self> {
        let (name, signature) = line.strip_prefix("\u{2014} ")?.split_once(' ')?;
        let signature = from_base64(signature)?;
        let (id, bytes) = signature.split_first_chunk()?;
        (is_key_name(name) && !bytes.is_empty()).then(|| Self {
            name: name.to_owned(),
            id: *id,
            bytes: bytes.to_vec(),
        })
    }

    fn to_line(&self) -> String {
        let signature = [&self.id[..], &self.bytes].concat();
        format!("\u{2014} {} {}\n", self.name, base64(signature))
    }
}

/// A note, taken apart but not verified.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Note {
    whole: String,
    text_length: usize,
    signatures: Vec<NoteSignature>,
}

impl Note {
    /// Takes a note apart.
    pub fn parse(bytes: &[u8]) -> Result<Self, FormatError> {
        let wrong = |field, problem| FormatError { what: "signed note", field, problem };
        if bytes.len() > MAX_NOTE {
            return Err(wrong("length", "is beyond 4 MiB"));
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| wrong("bytes", "must be UTF-8"))?;
        if whole.bytes().any(|byte| byte < b' ' && byte != b'\n') {
            return Err(wrong("text", "must not contain control characters"));
        }
        let split = whole.rfind("\n\n").ok_or(wrong("signatures", "there are none"))?;
        let lines = &whole[split + 2..];
        let lines = lines.strip_suffix('\n').ok_or(wrong("signatures", "must end in a newline"))?;
        if lines.split('\n').count() > MAX_SIGNATURES {
            return Err(wrong("signatures", "there are more than 64"));
        }
        let signatures = lines.split('\n').map(NoteSignature::parse).collect::<Option<_>>();
        let signatures = signatures.ok_or(wrong("signatures", "a line is not a signature"))?;
        Ok(Self { whole: whole.to_owned(), text_length: split + 1, signatures })
    }

    /// The text, with its last newline.
    pub fn text(&self) -> &str {
        &self.whole[..self.text_length]
    }

    /// The note as it was read.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// The signature lines that claim to be by one of these keys.
    pub(crate) fn lines_by(&self, keys: &[VerifierKey]) -> String {
        let by_them = self.signatures.iter().filter(|signature| keys.iter().any(|key| key.made(signature)));
        by_them.map(NoteSignature::to_line).collect()
    }

    /// Checks every signature that claims to be by this key. `None`: there is no such signature. Of several the latest time.
    pub fn verify(&self, key: &VerifierKey) -> Result<Option<Verified>, BadSignature> {
        let mut verified: Option<Verified> = None;
        for signature in self.signatures.iter().filter(|signature| key.made(signature)) {
            let time = key.verify(self.text(), &signature.bytes)?;
            verified = verified.max(Some(Verified { time }));
        }
        Ok(verified)
    }
}

/// A signature that fits.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Verified {
    /// When a witness made it; `None` for signatures without a time.
    pub time: Option<Timestamp>,
}
