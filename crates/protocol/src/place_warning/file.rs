//! The published file: writing it, and reading what comes from anywhere.

use super::{MAGIC, MAX_MARGIN_S, PlaceKey, PlaceWarning, SealedWarning};
use crate::export::{ALGORITHM, SignatureInfo, SigningKey, VerifyingKey};
use crate::time::Timestamp;
use sha2::{Digest, Sha256};

/// Path of the index below the server's address: one file name a line, oldest first. Files lie beside it.
pub const INDEX_PATH: &str = "exports/places/index.txt";

/// Most entries of one file.
pub const MAX_ENTRIES: usize = 1 << 16;

/// Most bytes of one file.
pub const MAX_FILE_BYTES: usize = HEADER + MAX_ENTRIES * SealedWarning::LEN + 1 + 255 * 3 * 256;

/// Bytes before the entries.
const HEADER: usize = 16 + 8 + 8 + 4;

/// A file's contents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlaceFile {
    /// First moment of the approvals in it.
    pub start: Timestamp,
    /// First moment after. No warning is of a time after it.
    pub end: Timestamp,
    /// Warnings and padding.
    pub entries: Vec<SealedWarning>,
}

/// Why a file cannot be read, trusted or written. Whoever fetched it adds its name.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PlaceFileError {
    /// Begins otherwise.
    #[error("not a file of place warnings")]
    Magic,
    /// Shorter or longer than it says, or with texts that are none.
    #[error("a file of place warnings that is damaged: {0}")]
    Damaged(&'static str),
    /// Beyond [`MAX_ENTRIES`].
    #[error("a file of place warnings holds {MAX_ENTRIES} at most")]
    TooMany,
    /// The signatures are by keys that are not pinned.
    #[error("not signed by a trusted key")]
    Untrusted,
    /// Signed by a pinned key, but for other contents.
    #[error("the signature of {0} does not fit the contents: the file was changed or is not genuine")]
    BadSignature(SignatureInfo),
    /// A file without signature is of no use to phones.
    #[error("no signing key was given")]
    NoSigner,
}

impl PlaceFile {
    /// Its bytes, signed by each key. Entries are put in the order of their bytes, which says nothing.
    pub fn write(&self, signers: &[SigningKey]) -> Result<Vec<u8>, PlaceFileError> {
        let count = u32::try_from(self.entries.len()).ok().filter(|_| self.entries.len() <= MAX_ENTRIES);
        let count = count.ok_or(PlaceFileError::TooMany)?;
        let number = u8::try_from(signers.len()).ok().filter(|number| *number > 0);
        let number = number.ok_or(PlaceFileError::NoSigner)?;
        let mut out = MAGIC.to_vec();
        for moment in [self.start, self.end] {
            out.extend(u64::try_from(moment.0).unwrap_or(0).to_be_bytes());
        }
        out.extend(count.to_be_bytes());
        let mut entries = self.entries.clone();
        entries.sort_unstable();
        entries.iter().for_each(|entry| out.extend(entry.0));
        let digest = Sha256::digest(&out).into();
        out.push(number);
        for signer in signers {
            let info = signer.info();
            let signature = signer.sign_digest(&digest);
            for part in [info.key_id.as_bytes(), info.key_version.as_bytes(), &signature] {
                let length = u8::try_from(part.len());
                out.push(length.map_err(|_| PlaceFileError::Damaged("a key's name is too long"))?);
                out.extend(part);
            }
        }
        Ok(out)
    }

    /// Reads a file and checks its signatures: at least one must be by a key of `trusted` (same id and version), and every one
    /// by such a key must fit, byte for byte.
    pub fn read(bytes: &[u8], trusted: &[VerifyingKey]) -> Result<PlaceFile, PlaceFileError> {
        let mut rest = bytes;
        if take::<16>(&mut rest)? != *MAGIC {
            return Err(PlaceFileError::Magic);
        }
        let [start, end] = [u64::from_be_bytes(take(&mut rest)?), u64::from_be_bytes(take(&mut rest)?)]
            .map(|moment| Timestamp(i64::try_from(moment).unwrap_or(i64::MAX)));
        let count = u32::from_be_bytes(take(&mut rest)?) as usize;
        if count > MAX_ENTRIES {
            return Err(PlaceFileError::TooMany);
        }
        let mut entries = Vec::with_capacity(count.min(rest.len() / SealedWarning::LEN));
        for _ in 0..count {
            entries.push(SealedWarning(take(&mut rest)?));
        }
        let signed = &bytes[..bytes.len() - rest.len()];
        check_signatures(&Sha256::digest(signed).into(), rest, trusted)?;
        Ok(PlaceFile { start, end, entries })
    }

    /// The warnings of one key.
    pub fn opened_by(&self, key: &PlaceKey) -> impl Iterator<Item = PlaceWarning> {
        self.entries.iter().filter_map(|entry| entry.open(key))
    }

    /// Whether a visit that begins only now can still be meant: until then a phone looks into the file again.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now <= self.end + MAX_MARGIN_S
    }
}

fn check_signatures(
    digest: &[u8; 32],
    mut rest: &[u8],
    trusted: &[VerifyingKey],
) -> Result<(), PlaceFileError> {
    let [number] = take(&mut rest)?;
    let mut accepted = false;
    for _ in 0..number {
        let mut text = || {
            let [length] = take(&mut rest)?;
            let (part, left) =
                rest.split_at_checked(length.into()).ok_or(PlaceFileError::Damaged("it ends too early"))?;
            rest = left;
            Ok::<_, PlaceFileError>(part)
        };
        let name =
            |part| std::str::from_utf8(part).map_err(|_| PlaceFileError::Damaged("a key's name is no text"));
        let (key_id, key_version, signature) = (name(text()?)?, name(text()?)?, text()?);
        let info = SignatureInfo {
            key_version: key_version.to_owned(),
            key_id: key_id.to_owned(),
            algorithm: ALGORITHM.to_owned(),
        };
        let mut keys = trusted.iter().filter(|key| *key.info() == info).peekable();
        if keys.peek().is_none() {
            continue;
        }
        if !keys.any(|key| key.accepts(digest, signature)) {
            return Err(PlaceFileError::BadSignature(info));
        }
        accepted = true;
    }
    if !rest.is_empty() {
        return Err(PlaceFileError::Damaged("something follows its signatures"));
    }
    if accepted { Ok(()) } else { Err(PlaceFileError::Untrusted) }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], PlaceFileError> {
    let (part, left) = rest.split_first_chunk().ok_or(PlaceFileError::Damaged("it ends too early"))?;
    *rest = left;
    Ok(*part)
}

/// `START-END-SHA256.bin`: says its span, sorts by it, and changes whenever a byte changes.
pub fn file_name(file: &PlaceFile, bytes: &[u8]) -> String {
    format!("{}-{}-{}.bin", file.start.0, file.end.0, hex::encode(Sha256::digest(bytes)))
}

/// Whether a name is one of these: nothing else is put into a path.
pub fn is_file_name(name: &str) -> bool {
    let Some(stem) = name.strip_suffix(".bin") else { return false };
    let digits = |text: &str| (1..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    let hex = |text: &str| {
        text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    let mut parts = stem.split('-');
    let mut part = |fits: &dyn Fn(&str) -> bool| parts.next().is_some_and(fits);
    part(&digits) && part(&digits) && part(&hex) && parts.next().is_none()
}
