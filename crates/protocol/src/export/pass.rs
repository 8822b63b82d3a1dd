//! One reading of `export.bin` from its beginning to its end, field by field, in bounded memory.

use super::entry::EntryReader;
use super::message::{SignatureInfoMessage, UsualKey, decode_diagnosis_key, field};
use super::reader::{ExportSummary, KeyKind};
use super::walker::{Walker, Wire};
use super::zip_index::EntryPlace;
use super::{EXPORT_MAGIC, ExportError, ExportHeader, SignatureInfo};
use crate::diagnosis::DiagnosisKey;
use crate::time::Timestamp;
use prost::Message;
use sha2::{Digest, Sha256};
use std::io::{self, BufReader, Read, Seek};

/// Region, signature infos and single keys. Ours are below 100 bytes; the rest is room for unknown fields.
const MAX_SMALL_FIELD: usize = 4096;
/// Phones accept ten signatures.
const MAX_SIGNATURE_INFOS: usize = 64;
/// Unpacked bytes that are hashed and read at a time.
const BUFFER: usize = 64 * 1024;
/// Most keys that are read ahead.
const READY: usize = 256;

/// Begins after the 16 bytes that every `export.bin` begins with.
pub(super) struct Pass<'a, R: Read> {
    walker: Walker<BufReader<Hashing<EntryReader<'a, R>>>>,
    scan: Scan,
    /// Keys that were read ahead.
    ready: Vec<(KeyKind, UsualKey)>,
    /// How many of them were given out.
    given: usize,
    spare: Vec<u8>,
    /// Of keys.
    limit: u64,
}

impl<'a, R: Read + Seek> Pass<'a, R> {
    /// Of the entry at `place`, or of a bare file of `length` bytes. Refuses more than `limit` keys.
    pub fn start(
        file: &'a mut R,
        place: Option<EntryPlace>,
        length: u64,
        limit: u64,
        hashed: bool,
    ) -> Result<Self, ExportError> {
        let inner = match place {
            Some(place) => EntryReader::entry(file, place)?,
            None => EntryReader::bare(file, length)?,
        };
        let mut inner = Hashing { inner, hash: hashed.then(Sha256::new) };
        let mut magic = [0; EXPORT_MAGIC.len()];
        inner.read_exact(&mut magic)?;
        if magic != *EXPORT_MAGIC {
            return Err(ExportError::Damaged("export.bin does not begin with `EK Export v1`".to_owned()));
        }
        let walker = Walker::new(BufReader::with_capacity(BUFFER, inner));
        Ok(Self {
            walker,
            scan: Scan::default(),
            ready: Vec::with_capacity(READY),
            given: 0,
            spare: Vec::new(),
            limit,
        })
    }

    /// The next of the keys that were read ahead.
    #[inline(always)]
    pub fn ready_key(&mut self) -> Option<(KeyKind, DiagnosisKey)> {
        let (kind, key) = self.ready.get(self.given)?;
        self.given += 1;
        Some((*kind, key.key()))
    }

    /// Reads on, when none is ready: ahead, as long as there are only usual keys, or else one key. Read one at a time,
    /// keys would cost twice as much: what was just written is moved about before the processor has it at hand.
    /// `None` at the end.
    #[inline(never)]
    pub fn read_on(&mut self) -> Result<Option<(KeyKind, DiagnosisKey)>, ExportError> {
        let Self { walker, scan, ready, limit, .. } = self;
        ready.clear();
        self.given = 0;
        walker.take(|bytes| {
            let mut used = 0;
            while ready.len() < READY
                && scan.keys + scan.revised < *limit
                && let Some((number, length, key)) = UsualKey::read(&bytes[used..])
                && let Some(kind) = key_kind(number)
            {
                ready.push((kind, key));
                scan.count(kind);
                used += length;
            }
            used
        })?;
        match self.ready_key() {
            Some(key) => Ok(Some(key)),
            None => self.read_key(),
        }
    }

    /// Any key, from where its field begins.
    fn read_key(&mut self) -> Result<Option<(KeyKind, DiagnosisKey)>, ExportError> {
        let Some(kind) = self.reach_next_key()? else { return Ok(None) };
        let index = self.scan.keys + self.scan.revised - 1;
        let read = self.walker.value(&mut self.spare, MAX_SMALL_FIELD, decode_diagnosis_key)?;
        let key =
            read.map_err(|error| ExportError::Damaged(format!("key {index} cannot be read: {error}")))?;
        Ok(Some((kind, key.map_err(|problem| ExportError::Key { index, problem })?)))
    }

    /// Reads to the end; the keys are only counted.
    pub fn skip_keys(&mut self) -> Result<(), ExportError> {
        while self.reach_next_key()?.is_some() {
            self.walker.skip(field::KEY, Wire::Bytes)?;
        }
        Ok(())
    }

    /// What it was, at the end. The digest is that of nothing if it was not asked for.
    pub fn finish(self) -> ExportSummary {
        let scan = self.scan;
        ExportSummary {
            sha256: self.walker.into_inner().into_inner().hash.unwrap_or_default().finalize().into(),
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
        }
    }

    /// Up to where a key's value begins.
    fn reach_next_key(&mut self) -> Result<Option<KeyKind>, ExportError> {
        while let Some((number, wire)) = self.walker.field()? {
            match key_kind(number) {
                Some(kind) if wire == Wire::Bytes => {
                    if self.scan.keys + self.scan.revised == self.limit {
                        return Err(ExportError::TooLarge { what: "the number of keys", limit: self.limit });
                    }
                    self.scan.count(kind);
                    return Ok(Some(kind));
                }
                _ => self.scan.field(&mut self.walker, number, wire)?,
            }
        }
        Ok(None)
    }
}

/// Of the keys in a field, if it is one of keys.
fn key_kind(number: u32) -> Option<KeyKind> {
    match number {
        field::KEY => Some(KeyKind::New),
        field::REVISED_KEY => Some(KeyKind::Revised),
        _ => None,
    }
}

fn timestamp(seconds: u64) -> Timestamp {
    Timestamp(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// Hashes what passes through, if asked to.
struct Hashing<R> {
    inner: R,
    hash: Option<Sha256>,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        if let Some(hash) = &mut self.hash {
            hash.update(&buffer[..read]);
        }
        Ok(read)
    }
}

/// What was read so far, but the keys.
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
    fn count(&mut self, kind: KeyKind) {
        match kind {
            KeyKind::New => self.keys += 1,
            KeyKind::Revised => self.revised += 1,
        }
    }

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
                let bytes = walker.value(&mut Vec::new(), MAX_SMALL_FIELD, <[u8]>::to_vec)?;
                self.region = String::from_utf8(bytes)
                    .map_err(|_| ExportError::Damaged("the region is not text".to_owned()))?;
            }
            (field::SIGNATURE_INFO, Wire::Bytes) => {
                if self.signature_infos.len() == MAX_SIGNATURE_INFOS {
                    let limit = MAX_SIGNATURE_INFOS as u64;
                    return Err(ExportError::TooLarge { what: "the number of signature infos", limit });
                }
                let read = |bytes: &[u8]| SignatureInfoMessage::decode(bytes);
                let info = walker.value(&mut Vec::new(), MAX_SMALL_FIELD, read)?.map_err(|error| {
                    ExportError::Damaged(format!("a signature info cannot be read: {error}"))
                })?;
                self.signature_infos.push(info.into());
            }
            // Unknown, or known with another type: passed over, as protobuf has it.
            _ => walker.skip(number, wire)?,
        }
        Ok(())
    }
}
