//! Writes export files: streamed, and the same bytes for the same input.

use super::message::{SignatureInfoMessage, SignatureListMessage, encode_diagnosis_key, field};
use super::signing::SigningKey;
use super::zip_writer::{Method, ZipEntry, write_directory};
use super::{EXPORT_BIN, EXPORT_MAGIC, EXPORT_SIG, ExportError, ExportMeta, KeyKind};
use crate::diagnosis::DiagnosisKey;
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::io::{Seek, Write};

/// Writes `keys` and `revised`, each in the order of the key bytes, as a zip signed by every one of `signers`.
pub fn write_export<K: Borrow<DiagnosisKey>>(
    out: impl Write + Seek,
    meta: &ExportMeta,
    keys: impl Iterator<Item = K>,
    revised: impl Iterator<Item = K>,
    signers: &[SigningKey],
) -> Result<(), ExportError> {
    let mut writer = ExportWriter::new(out, meta, signers)?;
    for key in keys {
        writer.push(KeyKind::New, key.borrow())?;
    }
    for key in revised {
        writer.push(KeyKind::Revised, key.borrow())?;
    }
    writer.finish().map(drop)
}

/// Bytes that are hashed, checked and compressed together.
const PIECE: usize = 32 * 1024;

/// Writes an export key by key, for callers that page through a database. Signs while writing, allocates nothing for
/// a key.
#[derive(Debug)]
pub struct ExportWriter<'a, W: Write> {
    entry: ZipEntry<W>,
    hash: Sha256,
    meta: ExportMeta,
    signers: &'a [SigningKey],
    /// The key written last, and of which kind.
    last: Option<(KeyKind, [u8; 16])>,
    /// What is not in the entry yet: less than [`PIECE`] and a key.
    piece: Vec<u8>,
    /// One key.
    key: Vec<u8>,
}

impl<'a, W: Write + Seek> ExportWriter<'a, W> {
    /// Begins the zip in `out`, which must be empty. Compresses.
    pub fn new(out: W, meta: &ExportMeta, signers: &'a [SigningKey]) -> Result<Self, ExportError> {
        Self::start(out, meta, signers, Method::Deflated)
    }

    /// As [`Self::new`], but stores without compressing: many times faster, and a tenth larger, for keys are random.
    pub fn stored(out: W, meta: &ExportMeta, signers: &'a [SigningKey]) -> Result<Self, ExportError> {
        Self::start(out, meta, signers, Method::Stored)
    }

    fn start(
        out: W,
        meta: &ExportMeta,
        signers: &'a [SigningKey],
        method: Method,
    ) -> Result<Self, ExportError> {
        if signers.is_empty() {
            return Err(ExportError::NoSigner);
        }
        let mut piece = Vec::with_capacity(PIECE + 256);
        piece.extend(EXPORT_MAGIC);
        piece.extend(header(meta, signers));
        let entry = ZipEntry::start(out, EXPORT_BIN, method)?;
        let (hash, meta) = (Sha256::new(), meta.clone());
        Ok(Self { entry, hash, meta, signers, last: None, piece, key: Vec::new() })
    }

    /// The next key. New keys come first, then revised ones; within each, key bytes never go down, so that the order
    /// says nothing about which keys belong to one person.
    pub fn push(&mut self, kind: KeyKind, key: &DiagnosisKey) -> Result<(), ExportError> {
        let bytes = *key.key.as_bytes();
        match self.last {
            Some((KeyKind::Revised, _)) if kind == KeyKind::New => return Err(ExportError::Unsorted),
            Some((last_kind, last)) if last_kind == kind && last > bytes => {
                return Err(ExportError::Unsorted);
            }
            _ => self.last = Some((kind, bytes)),
        }
        let number = match kind {
            KeyKind::New => field::KEY,
            KeyKind::Revised => field::REVISED_KEY,
        };
        self.key.clear();
        encode_diagnosis_key(key, &mut self.key);
        encode_key(number, WireType::LengthDelimited, &mut self.piece);
        encode_varint(self.key.len() as u64, &mut self.piece);
        self.piece.extend(&self.key);
        if self.piece.len() >= PIECE { self.write_piece() } else { Ok(()) }
    }

    /// Signs, closes the zip and gives the output back. Without this call what was written is not an export.
    pub fn finish(mut self) -> Result<W, ExportError> {
        self.write_piece()?;
        let digest = self.hash.finalize().into();
        let signatures = self.signers.iter().map(|signer| signer.sign(&digest, &self.meta)).collect();
        let method = self.entry.method();
        let (out, bin) = self.entry.finish()?;
        let mut entry = ZipEntry::start(out, EXPORT_SIG, method)?;
        entry.write(&SignatureListMessage { signatures }.encode_to_vec())?;
        let (mut out, sig) = entry.finish()?;
        write_directory(&mut out, &[bin, sig])?;
        out.flush()?;
        Ok(out)
    }

    fn write_piece(&mut self) -> Result<(), ExportError> {
        self.hash.update(&self.piece);
        self.entry.write(&self.piece)?;
        self.piece.clear();
        Ok(())
    }
}

/// Fields 1 to 6 of the message.
fn header(meta: &ExportMeta, signers: &[SigningKey]) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, time) in [(field::START, meta.start), (field::END, meta.end)] {
        encode_key(number, WireType::SixtyFourBit, &mut out);
        out.extend(u64::try_from(time.0).unwrap_or(0).to_le_bytes());
    }
    encode_key(field::REGION, WireType::LengthDelimited, &mut out);
    encode_varint(meta.region.len() as u64, &mut out);
    out.extend(meta.region.as_bytes());
    for (number, value) in [(field::BATCH_NUM, meta.batch_num), (field::BATCH_SIZE, meta.batch_size)] {
        encode_key(number, WireType::Varint, &mut out);
        encode_varint(i64::from(value) as u64, &mut out);
    }
    for signer in signers {
        delimited(field::SIGNATURE_INFO, &SignatureInfoMessage::from(signer.info()), &mut out);
    }
    out
}

fn delimited(number: u32, message: &impl Message, out: &mut Vec<u8>) {
    encode_key(number, WireType::LengthDelimited, out);
    message.encode_length_delimited(out).expect("a Vec has room for any message");
}
