//! Writes export files: streamed, and the same bytes for the same input.

use super::message::{KeyMessage, SignatureInfoMessage, SignatureListMessage, field};
use super::signing::SigningKey;
use super::zip_index::{CENTRAL_HEADER, DEFLATED, END_RECORD, LOCAL_HEADER};
use super::{EXPORT_BIN, EXPORT_MAGIC, EXPORT_SIG, ExportError, ExportMeta, KeyKind};
use crate::diagnosis::DiagnosisKey;
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use prost::Message;
use prost::encoding::{WireType, encode_key, encode_varint};
use sha2::{Digest, Sha256};
use std::borrow::Borrow;
use std::io::{self, Seek, SeekFrom, Write};

/// 1980-01-01 00:00, the earliest a zip can say: two runs must give the same bytes.
const ZIP_TIME: [u8; 4] = [0x00, 0x00, 0x21, 0x00];
/// Version 2.0: deflate.
const ZIP_VERSION: u16 = 20;

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

/// Writes an export key by key, for callers that page through a database.
#[derive(Debug)]
pub struct ExportWriter<'a, W: Write> {
    entry: ZipEntry<W>,
    hash: Sha256,
    meta: ExportMeta,
    signers: &'a [SigningKey],
    /// The key written last, and of which kind.
    last: Option<(KeyKind, [u8; 16])>,
    buffer: Vec<u8>,
}

impl<'a, W: Write + Seek> ExportWriter<'a, W> {
    /// Begins the zip in `out`, which must be empty.
    pub fn new(out: W, meta: &ExportMeta, signers: &'a [SigningKey]) -> Result<Self, ExportError> {
        if signers.is_empty() {
            return Err(ExportError::NoSigner);
        }
        let mut writer = Self {
            entry: ZipEntry::start(out, EXPORT_BIN)?,
            hash: Sha256::new(),
            meta: meta.clone(),
            signers,
            last: None,
            buffer: Vec::new(),
        };
        let header = header(meta, signers);
        writer.write(EXPORT_MAGIC)?;
        writer.write(&header)?;
        Ok(writer)
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
        let mut buffer = std::mem::take(&mut self.buffer);
        buffer.clear();
        delimited(number, &KeyMessage::from(key), &mut buffer);
        let written = self.write(&buffer);
        self.buffer = buffer;
        written
    }

    /// Signs, closes the zip and gives the output back. Without this call what was written is not an export.
    pub fn finish(self) -> Result<W, ExportError> {
        let digest = self.hash.finalize().into();
        let signatures = self.signers.iter().map(|signer| signer.sign(&digest, &self.meta)).collect();
        let (out, bin) = self.entry.finish()?;
        let mut entry = ZipEntry::start(out, EXPORT_SIG)?;
        entry.write(&SignatureListMessage { signatures }.encode_to_vec())?;
        let (mut out, sig) = entry.finish()?;
        write_directory(&mut out, &[bin, sig])?;
        out.flush()?;
        Ok(out)
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), ExportError> {
        self.hash.update(bytes);
        Ok(self.entry.write(bytes)?)
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

/// One deflated entry being written.
struct ZipEntry<W: Write> {
    name: &'static str,
    offset: u32,
    data: DeflateEncoder<W>,
    crc: Crc,
}

/// What the directory says of a finished entry.
struct Finished {
    name: &'static str,
    offset: u32,
    crc: u32,
    compressed: u32,
    size: u32,
}

impl<W: Write> std::fmt::Debug for ZipEntry<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ZipEntry({})", self.name)
    }
}

impl<W: Write + Seek> ZipEntry<W> {
    fn start(mut out: W, name: &'static str) -> io::Result<Self> {
        let offset = u32_or_too_large(out.stream_position()?)?;
        let entry = Finished { name, offset, crc: 0, compressed: 0, size: 0 };
        out.write_all(&entry.local_header())?;
        Ok(Self { name, offset, data: DeflateEncoder::new(out, Compression::default()), crc: Crc::new() })
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.crc.update(bytes);
        self.data.write_all(bytes)
    }

    /// Goes back to put size and checksum into the header before the data.
    fn finish(mut self) -> io::Result<(W, Finished)> {
        self.data.try_finish()?;
        let entry = Finished {
            name: self.name,
            offset: self.offset,
            crc: self.crc.sum(),
            compressed: u32_or_too_large(self.data.total_out())?,
            size: u32_or_too_large(self.data.total_in())?,
        };
        let mut out = self.data.finish()?;
        out.seek(SeekFrom::Start(entry.offset.into()))?;
        out.write_all(&entry.local_header())?;
        out.seek(SeekFrom::End(0))?;
        Ok((out, entry))
    }
}

fn u32_or_too_large(number: u64) -> io::Result<u32> {
    u32::try_from(number).map_err(|_| io::Error::other("an export cannot be larger than 4 GB"))
}

impl Finished {
    /// The fields that the header before the data and the directory have in common.
    fn common(&self, out: &mut Vec<u8>) {
        out.extend(ZIP_VERSION.to_le_bytes());
        out.extend(0u16.to_le_bytes()); // flags
        out.extend(DEFLATED.to_le_bytes());
        out.extend(ZIP_TIME);
        for number in [self.crc, self.compressed, self.size] {
            out.extend(number.to_le_bytes());
        }
        out.extend((self.name.len() as u16).to_le_bytes());
        out.extend(0u16.to_le_bytes()); // extra fields
    }

    fn local_header(&self) -> Vec<u8> {
        let mut out = LOCAL_HEADER.to_vec();
        self.common(&mut out);
        out.extend(self.name.as_bytes());
        out
    }

    fn directory_entry(&self, out: &mut Vec<u8>) {
        out.extend(CENTRAL_HEADER);
        out.extend(ZIP_VERSION.to_le_bytes()); // made by
        self.common(out);
        out.extend([0; 10]); // comment, disk, attributes
        out.extend(self.offset.to_le_bytes());
        out.extend(self.name.as_bytes());
    }
}

fn write_directory(out: &mut (impl Write + Seek), entries: &[Finished]) -> io::Result<()> {
    let offset = u32_or_too_large(out.stream_position()?)?;
    let mut directory = Vec::new();
    for entry in entries {
        entry.directory_entry(&mut directory);
    }
    let size = directory.len() as u32;
    let count = (entries.len() as u16).to_le_bytes();
    directory.extend(END_RECORD);
    directory.extend([0; 4]); // disks
    directory.extend(count);
    directory.extend(count);
    directory.extend(size.to_le_bytes());
    directory.extend(offset.to_le_bytes());
    directory.extend(0u16.to_le_bytes()); // comment
    out.write_all(&directory)
}
