//! Reads an export file, streamed: memory does not grow with the number of keys.

use super::entry::EntryReader;
use super::message::{KeyMessage, SignatureInfoMessage, SignatureListMessage, field};
use super::signing::{self, TekSignature, VerifyingKey};
use super::walker::{Walker, Wire};
use super::zip_index::{self, ZipIndex};
use super::{EXPORT_MAGIC, ExportError, ExportHeader, SignatureInfo};
use crate::diagnosis::DiagnosisKey;
use crate::time::Timestamp;
use prost::Message;
use sha2::{Digest, Sha256};
use std::io::{self, BufReader, Read, Seek, SeekFrom};

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
/// Region, signature infos and single keys. Ours are below 100 bytes; the rest is room for unknown fields.
const MAX_SMALL_FIELD: usize = 4096;
/// Phones accept ten signatures.
const MAX_SIGNATURE_INFOS: usize = 64;

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
            None => self.scan()?,
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
    /// other error the iterator has ended. Nothing is checked but form: call [`Self::verify`] first.
    pub fn keys(
        &mut self,
    ) -> Result<impl Iterator<Item = Result<(KeyKind, DiagnosisKey), ExportError>> + '_, ExportError> {
        let limit = self.limits.keys;
        let walker = Walker::new(BufReader::new(self.export_bin()?));
        let mut keys = Some(Keys { walker, buffer: Vec::new(), index: 0, limit });
        Ok(std::iter::from_fn(move || {
            let item = keys.as_mut()?.next_key().transpose();
            if !matches!(item, Some(Ok(_) | Err(ExportError::Key { .. }))) {
                keys = None;
            }
            item
        }))
    }

    /// The message in `export.bin`, behind its first 16 bytes.
    fn export_bin(&mut self) -> Result<EntryReader<'_, R>, ExportError> {
        let mut reader = match self.zip {
            Some(zip) => EntryReader::entry(&mut self.file, zip.export_bin)?,
            None => EntryReader::bare(&mut self.file, self.length)?,
        };
        let mut magic = [0; EXPORT_MAGIC.len()];
        reader.read_exact(&mut magic)?;
        if magic != *EXPORT_MAGIC {
            return Err(ExportError::Damaged("export.bin does not begin with `EK Export v1`".to_owned()));
        }
        Ok(reader)
    }

    fn scan(&mut self) -> Result<ExportSummary, ExportError> {
        let limit = self.limits.keys;
        let mut hashing = Hashing { inner: self.export_bin()?, hash: Sha256::new_with_prefix(EXPORT_MAGIC) };
        let mut walker = Walker::new(BufReader::new(&mut hashing));
        let mut scan = Scan::default();
        while let Some((number, wire)) = walker.field()? {
            scan.field(&mut walker, number, wire)?;
            if scan.keys + scan.revised > limit {
                return Err(ExportError::TooLarge { what: "the number of keys", limit });
            }
        }
        drop(walker);
        Ok(ExportSummary {
            sha256: hashing.hash.finalize().into(),
            keys: scan.keys,
            revised: scan.revised,
            header: ExportHeader {
                start: timestamp(scan.start),
                end: timestamp(scan.end),
                region: scan.region,
                batch_num: scan.batch_num.unwrap_or(1),
                batch_size: scan.batch_size.unwrap_or(1),
                signature_infos: scan.signature_infos,
            },
        })
    }
}

fn timestamp(seconds: u64) -> Timestamp {
    Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// Hashes what passes through.
struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}

#[derive(Default)]
struct Scan {
    start: u64,
    end: u64,
    region: String,
    batch_num: Option<i32>,
    batch_size: Option<i32>,
    signature_infos: Vec<SignatureInfo>,
    keys: u64,
    revised: u64,
}

impl Scan {
    fn field<R: io::BufRead>(
        &mut self,
        walker: &mut Walker<R>,
        number: u32,
        wire: Wire,
    ) -> Result<(), ExportError> {
        match (number, wire) {
            (field::START, Wire::Fixed64) => self.start = walker.fixed64()?,
            (field::END, Wire::Fixed64) => self.end = walker.fixed64()?,
            (field::BATCH_NUM, Wire::Varint) => self.batch_num = Some(walker.int32()?),
            (field::BATCH_SIZE, Wire::Varint) => self.batch_size = Some(walker.int32()?),
            (field::REGION, Wire::Bytes) => {
                let mut bytes = Vec::new();
                walker.bytes(&mut bytes, MAX_SMALL_FIELD)?;
                self.region = String::from_utf8(bytes)
                    .map_err(|_| ExportError::Damaged("the region is not text".to_owned()))?;
            }
            (field::SIGNATURE_INFO, Wire::Bytes) => {
                let mut bytes = Vec::new();
                walker.bytes(&mut bytes, MAX_SMALL_FIELD)?;
                if self.signature_infos.len() == MAX_SIGNATURE_INFOS {
                    let limit = MAX_SIGNATURE_INFOS as u64;
                    return Err(ExportError::TooLarge { what: "the number of signature infos", limit });
                }
                let info = SignatureInfoMessage::decode(bytes.as_slice()).map_err(|error| {
                    ExportError::Damaged(format!("a signature info cannot be read: {error}"))
                })?;
                self.signature_infos.push(info.into());
            }
            (field::KEY, Wire::Bytes) => {
                self.keys += 1;
                walker.skip(number, wire)?;
            }
            (field::REVISED_KEY, Wire::Bytes) => {
                self.revised += 1;
                walker.skip(number, wire)?;
            }
            // Unknown, or known with another type: passed over, as protobuf has it.
            _ => walker.skip(number, wire)?,
        }
        Ok(())
    }
}

struct Keys<R> {
    walker: Walker<R>,
    buffer: Vec<u8>,
    index: u64,
    limit: u64,
}

impl<R: io::BufRead> Keys<R> {
    fn next_key(&mut self) -> Result<Option<(KeyKind, DiagnosisKey)>, ExportError> {
        while let Some((number, wire)) = self.walker.field()? {
            let kind = match (number, wire) {
                (field::KEY, Wire::Bytes) => KeyKind::New,
                (field::REVISED_KEY, Wire::Bytes) => KeyKind::Revised,
                _ => {
                    self.walker.skip(number, wire)?;
                    continue;
                }
            };
            if self.index == self.limit {
                return Err(ExportError::TooLarge { what: "the number of keys", limit: self.limit });
            }
            self.walker.bytes(&mut self.buffer, MAX_SMALL_FIELD)?;
            let index = self.index;
            self.index += 1;
            let message = KeyMessage::decode(self.buffer.as_slice())
                .map_err(|error| ExportError::Damaged(format!("key {index} cannot be read: {error}")))?;
            let key =
                DiagnosisKey::try_from(message).map_err(|problem| ExportError::Key { index, problem })?;
            return Ok(Some((kind, key)));
        }
        Ok(None)
    }
}
