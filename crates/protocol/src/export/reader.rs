//! Reads an export file, streamed: memory does not grow with the number of keys.

use super::entry::EntryReader;
use super::message::SignatureListMessage;
use super::pass::Pass;
use super::signing::{self, TekSignature, VerifyingKey};
use super::zip_index::{self, ZipIndex};
use super::{EXPORT_MAGIC, ExportError, ExportHeader, SignatureInfo};
use crate::diagnosis::DiagnosisKey;
use prost::Message;
use std::io::{self, Read, Seek, SeekFrom};

/// Up to what size a file is read. What is larger is refused before it costs time or memory.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// Bytes of the file itself.
    pub file_bytes: u64,
    /// Bytes of `export.bin` once unpacked.
    pub export_bytes: u64,
    /// New and revised keys together.
    pub keys: u64,
}

impl Default for Limits {
    /// Twice and more what the largest known files have (750,000 keys, about 20 MB).
    fn default() -> Self {
        Self { file_bytes: 64 << 20, export_bytes: 128 << 20, keys: 2_000_000 }
    }
}

/// `export.sig` once unpacked; one signature takes about 120 bytes.
const MAX_SIGNATURE_FILE: u64 = 64 * 1024;

/// Whether a key is published for the first time or says something new about one published before.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum KeyKind {
    /// First publication.
    New,
    /// Changes what was said: likely is now confirmed, or revoked.
    Revised,
}

/// What one pass over a file finds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ExportSummary {
    /// What stands beside the keys.
    pub header: ExportHeader,
    /// Number of new keys.
    pub keys: u64,
    /// Number of revised keys.
    pub revised: u64,
    /// SHA-256 of `export.bin`: what the signatures are over.
    pub sha256: [u8; 32],
}

/// An export: the zip, or an `export.bin` by itself (which has no signature).
///
/// [`Self::verify`] and [`Self::keys`] each read the file from its beginning, so it must not change in between.
#[derive(Debug)]
pub struct ExportFile<R> {
    file: R,
    length: u64,
    limits: Limits,
    /// `None` for a bare `export.bin`.
    zip: Option<ZipIndex>,
    summary: Option<ExportSummary>,
}

impl<R: Read + Seek> ExportFile<R> {
    /// Finds out what the file is, with the default [`Limits`].
    pub fn open(file: R) -> Result<Self, ExportError> {
        Self::open_with(file, Limits::default())
    }

    /// As [`Self::open`], with other limits.
    pub fn open_with(mut file: R, limits: Limits) -> Result<Self, ExportError> {
        let length = file.seek(SeekFrom::End(0))?;
        if length > limits.file_bytes {
            return Err(ExportError::TooLarge { what: "the file's size in bytes", limit: limits.file_bytes });
        }
        let mut start = [0; 4];
        file.seek(SeekFrom::Start(0))?;
        file.read_exact(&mut start).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => ExportError::NotAnExport,
            _ => error.into(),
        })?;
        let (zip, size) = if start == zip_index::LOCAL_HEADER {
            let index = zip_index::read_index(&mut file, length)?;
            if index.export_sig.size > MAX_SIGNATURE_FILE {
                return Err(ExportError::TooLarge { what: "export.sig in bytes", limit: MAX_SIGNATURE_FILE });
            }
            (Some(index), index.export_bin.size)
        } else if EXPORT_MAGIC.starts_with(&start) {
            (None, length)
        } else {
            return Err(ExportError::NotAnExport);
        };
        if size > limits.export_bytes {
            return Err(ExportError::TooLarge { what: "export.bin in bytes", limit: limits.export_bytes });
        }
        Ok(Self { file, length, limits, zip, summary: None })
    }

    /// What stands beside the keys. Reads the whole file, for fields may come in any order.
    pub fn header(&mut self) -> Result<ExportHeader, ExportError> {
        Ok(self.summary()?.header.clone())
    }

    /// Header, counts and digest. The first call reads the whole file, later ones nothing.
    pub fn summary(&mut self) -> Result<&ExportSummary, ExportError> {
        let summary = match self.summary.take() {
            Some(summary) => summary,
            None => {
                let mut pass = self.pass(true)?;
                pass.skip_keys()?;
                pass.finish()
            }
        };
        Ok(self.summary.insert(summary))
    }

    /// The signatures, unchecked. A bare `export.bin` has none.
    pub fn signatures(&mut self) -> Result<Vec<TekSignature>, ExportError> {
        let place = self.zip.ok_or(ExportError::Unsigned)?.export_sig;
        let mut bytes = Vec::new();
        EntryReader::entry(&mut self.file, place)?.read_to_end(&mut bytes)?;
        let list = SignatureListMessage::decode(bytes.as_slice())
            .map_err(|error| ExportError::Damaged(format!("export.sig cannot be read: {error}")))?;
        let all_known = list.encoded_len() == bytes.len();
        Ok(list.signatures.into_iter().map(|message| TekSignature::new(message, all_known)).collect())
    }

    /// Checks the signatures: at least one must be by a key of `trusted` (same id and version), and every one by
    /// such a key must fit the contents, byte for byte. Returns the first one's info.
    pub fn verify(&mut self, trusted: &[VerifyingKey]) -> Result<SignatureInfo, ExportError> {
        let signatures = self.signatures()?;
        signing::verify(&signatures, self.summary()?, |info| {
            trusted.iter().filter(|key| key.info() == info).collect()
        })
    }

    /// As [`Self::verify`] with one key whose id and version do not matter: a person at a terminal says which key.
    pub fn verify_with(&mut self, key: &VerifyingKey) -> Result<SignatureInfo, ExportError> {
        let signatures = self.signatures()?;
        signing::verify_any(&signatures, self.summary()?, key)
    }

    /// The keys in the file's order. An [`ExportError::Key`] concerns that key only and reading may go on; after any
    /// other error the iterator has ended. Nothing is checked but form: call [`Self::verify`] first, or use
    /// [`Self::verified_keys`].
    pub fn keys(&mut self) -> Result<impl Iterator<Item = KeyItem> + '_, ExportError> {
        let pass = self.pass(false)?;
        Ok(items(pass, |_| Ok(())))
    }

    /// As [`Self::keys`], and checks the signatures in the same pass, as [`Self::verify`] does: half the time of one
    /// after the other. The signatures are over the whole file, so the check comes last.
    ///
    /// **Nothing of what the iterator gave may be used before it has ended without another error than
    /// [`ExportError::Key`].**
    pub fn verified_keys(
        &mut self,
        trusted: &[VerifyingKey],
    ) -> Result<impl Iterator<Item = KeyItem> + '_, ExportError> {
        let signatures = self.signatures()?;
        let trusted = trusted.to_vec();
        let place = self.zip.map(|zip| zip.export_bin);
        let pass = Pass::start(&mut self.file, place, self.length, self.limits.keys, true)?;
        let summary = &mut self.summary;
        Ok(items(pass, move |pass| {
            let summary = summary.insert(pass.finish());
            let of_key = |info: &SignatureInfo| trusted.iter().filter(|key| key.info() == info).collect();
            signing::verify(&signatures, summary, of_key).map(drop)
        }))
    }

    /// One reading of `export.bin`.
    fn pass(&mut self, hashed: bool) -> Result<Pass<'_, R>, ExportError> {
        let place = self.zip.map(|zip| zip.export_bin);
        Pass::start(&mut self.file, place, self.length, self.limits.keys, hashed)
    }
}

/// What is read of one key.
pub type KeyItem = Result<(KeyKind, DiagnosisKey), ExportError>;

/// The keys of a pass, and what `end` says when they are all read. Ended after any error but of a single key.
fn items<'a, R: Read + Seek>(
    pass: Pass<'a, R>,
    end: impl FnOnce(Pass<'a, R>) -> Result<(), ExportError>,
) -> impl Iterator<Item = KeyItem> {
    let mut left = Some((pass, end));
    std::iter::from_fn(move || {
        let (pass, _) = left.as_mut()?;
        if let Some(key) = pass.ready_key() {
            return Some(Ok(key));
        }
        match pass.read_on() {
            Ok(Some(item)) => return Some(Ok(item)),
            Err(error @ ExportError::Key { .. }) => return Some(Err(error)),
            Err(error) => {
                left = None;
                return Some(Err(error));
            }
            Ok(None) => {}
        }
        let (pass, end) = left.take()?;
        end(pass).err().map(Err)
    })
}
