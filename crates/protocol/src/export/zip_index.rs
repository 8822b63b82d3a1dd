//! Finds the two entries of an export's zip.
//!
//! Our own, because what matters here is what is refused: phones reject a zip with any other entry, a name twice or
//! a path; general zip readers merge duplicates and read as many entries as there are. Only what export files use:
//! no zip64, no encryption, stored or deflated.

use super::{EXPORT_BIN, EXPORT_SIG, ExportError};
use std::io::{Read, Seek, SeekFrom};

/// Where an entry's data stand in the file.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct EntryPlace {
    pub offset: u64,
    pub compressed: u64,
    pub size: u64,
    pub crc: u32,
    pub deflated: bool,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct ZipIndex {
    pub export_bin: EntryPlace,
    pub export_sig: EntryPlace,
}

pub(super) const LOCAL_HEADER: [u8; 4] = *b"PK\x03\x04";
pub(super) const CENTRAL_HEADER: [u8; 4] = *b"PK\x01\x02";
pub(super) const END_RECORD: [u8; 4] = *b"PK\x05\x06";
pub(super) const DEFLATED: u16 = 8;
pub(super) const STORED: u16 = 0;
const LOCAL_HEADER_LEN: u64 = 30;
const END_RECORD_LEN: usize = 22;
/// Two short entries and some room for extra fields of other writers.
const MAX_DIRECTORY: u32 = 64 * 1024;
const ENCRYPTED: u16 = 1;

/// Reads little-endian numbers from a header; `None` when it ends.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(head)
    }
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }
    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }
    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }
}

struct EndRecord {
    entries: u16,
    size: u32,
    offset: u32,
}

/// One entry as the directory at the zip's end describes it.
struct DirectoryEntry<'a> {
    name: &'a [u8],
    flags: u16,
    method: u16,
    crc: u32,
    compressed: u32,
    size: u32,
    local_offset: u32,
}

/// `length` is the file's.
pub(super) fn read_index(file: &mut (impl Read + Seek), length: u64) -> Result<ZipIndex, ExportError> {
    let end = find_end(file, length)?;
    if end.entries != 2 {
        return Err(ExportError::Zip("does not have exactly two entries, export.bin and export.sig"));
    }
    if end.size > MAX_DIRECTORY {
        return Err(ExportError::Zip("has an oversized directory"));
    }
    let mut directory = vec![0; end.size as usize];
    file.seek(SeekFrom::Start(end.offset.into()))?;
    file.read_exact(&mut directory)?;

    let mut fields = Fields(&directory);
    let entries = [directory_entry(&mut fields), directory_entry(&mut fields)];
    let [Some(first), Some(second)] = entries else {
        return Err(ExportError::Zip("has a damaged directory"));
    };
    if !fields.0.is_empty() {
        return Err(ExportError::Zip("has a damaged directory"));
    }
    let (bin, sig) = match (first.name, second.name) {
        (a, b) if a == EXPORT_BIN.as_bytes() && b == EXPORT_SIG.as_bytes() => (first, second),
        (a, b) if a == EXPORT_SIG.as_bytes() && b == EXPORT_BIN.as_bytes() => (second, first),
        (a, b) if a == b => return Err(ExportError::Zip("has one name twice")),
        _ => return Err(ExportError::Zip("has entries other than export.bin and export.sig")),
    };
    let data_end = u64::from(end.offset);
    Ok(ZipIndex { export_bin: place(file, &bin, data_end)?, export_sig: place(file, &sig, data_end)? })
}

/// The record at the very end, before a comment of at most 65,535 bytes.
fn find_end(file: &mut (impl Read + Seek), length: u64) -> Result<EndRecord, ExportError> {
    let tail_len = length.min((END_RECORD_LEN + usize::from(u16::MAX)) as u64);
    let mut tail = vec![0; tail_len as usize];
    file.seek(SeekFrom::Start(length - tail_len))?;
    file.read_exact(&mut tail)?;
    let last = tail.len().checked_sub(END_RECORD_LEN).ok_or(ExportError::Zip("is cut short"))?;
    for at in (0..=last).rev() {
        if let Some(end) = end_record(&tail[at..], length - tail_len + at as u64) {
            return Ok(end);
        }
    }
    Err(ExportError::Zip("is cut short or damaged: its directory is not to be found"))
}

/// `None` unless an end record at `position` reaches exactly to the end of the file and the directory to it.
fn end_record(bytes: &[u8], position: u64) -> Option<EndRecord> {
    let mut fields = Fields(bytes);
    let signature: [u8; 4] = fields.array()?;
    let (disk, directory_disk) = (fields.u16()?, fields.u16()?);
    let (entries_here, entries) = (fields.u16()?, fields.u16()?);
    let (size, offset) = (fields.u32()?, fields.u32()?);
    let comment = fields.u16()?;
    let fits = signature == END_RECORD
        && (disk, directory_disk) == (0, 0)
        && entries_here == entries
        && u64::from(offset) + u64::from(size) == position
        && fields.0.len() == usize::from(comment);
    fits.then_some(EndRecord { entries, size, offset })
}

fn directory_entry<'a>(fields: &mut Fields<'a>) -> Option<DirectoryEntry<'a>> {
    if fields.array()? != CENTRAL_HEADER {
        return None;
    }
    let (_made_by, _needed) = (fields.u16()?, fields.u16()?);
    let (flags, method) = (fields.u16()?, fields.u16()?);
    let _time = fields.u32()?;
    let (crc, compressed, size) = (fields.u32()?, fields.u32()?, fields.u32()?);
    let (name, extra, comment) = (fields.u16()?, fields.u16()?, fields.u16()?);
    let _disk_and_attributes = fields.take(8)?;
    let local_offset = fields.u32()?;
    let name = fields.take(name.into())?;
    fields.take(extra.into())?;
    fields.take(comment.into())?;
    Some(DirectoryEntry { name, flags, method, crc, compressed, size, local_offset })
}

/// Checks the header before the data, which must agree with the directory.
fn place(
    file: &mut (impl Read + Seek),
    entry: &DirectoryEntry<'_>,
    data_end: u64,
) -> Result<EntryPlace, ExportError> {
    const DAMAGED: ExportError = ExportError::Zip("has an entry that its directory describes wrongly");
    if entry.flags & ENCRYPTED != 0 {
        return Err(ExportError::Zip("is encrypted"));
    }
    if entry.method != STORED && entry.method != DEFLATED {
        return Err(ExportError::Zip("uses a compression other than deflate"));
    }
    let mut header = [0; LOCAL_HEADER_LEN as usize];
    file.seek(SeekFrom::Start(entry.local_offset.into()))?;
    file.read_exact(&mut header)?;
    let mut fields = Fields(&header);
    let local = (|| {
        let signature: [u8; 4] = fields.array()?;
        fields.take(4)?; // version, flags
        let method = fields.u16()?;
        fields.take(16)?; // time, and sizes that a streaming writer leaves 0
        Some((signature, method, fields.u16()?, fields.u16()?))
    })();
    let Some((signature, method, name_len, extra_len)) = local else { return Err(DAMAGED) };
    if signature != LOCAL_HEADER || method != entry.method || usize::from(name_len) != entry.name.len() {
        return Err(DAMAGED);
    }
    let mut name = vec![0; entry.name.len()];
    file.read_exact(&mut name)?;
    let offset =
        u64::from(entry.local_offset) + LOCAL_HEADER_LEN + u64::from(name_len) + u64::from(extra_len);
    let compressed = u64::from(entry.compressed);
    let deflated = entry.method == DEFLATED;
    let sizes_agree = deflated || entry.compressed == entry.size;
    if name != entry.name || offset + compressed > data_end || !sizes_agree {
        return Err(DAMAGED);
    }
    Ok(EntryPlace { offset, compressed, size: entry.size.into(), crc: entry.crc, deflated })
}
