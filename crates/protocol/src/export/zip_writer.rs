//! Writes the entries of an export's zip, each as a stream, and the directory at its end.

use super::zip_index::{CENTRAL_HEADER, DEFLATED, END_RECORD, LOCAL_HEADER, STORED};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use std::io::{self, Seek, SeekFrom, Write};

/// 1980-01-01 00:00, the earliest a zip can say: two runs must give the same bytes.
const ZIP_TIME: [u8; 4] = [0x00, 0x00, 0x21, 0x00];
/// Version 2.0: deflate.
const ZIP_VERSION: u16 = 20;

/// How an entry's bytes are kept.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Method {
    Stored,
    Deflated,
}

impl Method {
    fn number(self) -> u16 {
        match self {
            Self::Stored => STORED,
            Self::Deflated => DEFLATED,
        }
    }
}

/// One entry being written.
pub(super) struct ZipEntry<W: Write> {
    name: &'static str,
    offset: u32,
    data: Data<W>,
    crc: Crc,
    size: u64,
}

enum Data<W: Write> {
    Stored(W),
    Deflated(DeflateEncoder<W>),
}

/// What the directory says of a finished entry.
pub(super) struct Finished {
    name: &'static str,
    offset: u32,
    method: Method,
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
    /// Begins an entry where `out` stands.
    pub fn start(mut out: W, name: &'static str, method: Method) -> io::Result<Self> {
        let offset = u32_or_too_large(out.stream_position()?)?;
        let entry = Finished { name, offset, method, crc: 0, compressed: 0, size: 0 };
        out.write_all(&entry.local_header())?;
        let data = match method {
            Method::Stored => Data::Stored(out),
            Method::Deflated => Data::Deflated(DeflateEncoder::new(out, Compression::default())),
        };
        Ok(Self { name, offset, data, crc: Crc::new(), size: 0 })
    }

    /// How its bytes are kept.
    pub fn method(&self) -> Method {
        match self.data {
            Data::Stored(_) => Method::Stored,
            Data::Deflated(_) => Method::Deflated,
        }
    }

    /// More of its bytes.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.crc.update(bytes);
        self.size += bytes.len() as u64;
        match &mut self.data {
            Data::Stored(out) => out.write_all(bytes),
            Data::Deflated(out) => out.write_all(bytes),
        }
    }

    /// Goes back to put size and checksum into the header before the data.
    pub fn finish(self) -> io::Result<(W, Finished)> {
        let (method, crc) = (self.method(), self.crc.sum());
        let mut out = match self.data {
            Data::Stored(out) => out,
            Data::Deflated(out) => out.finish()?,
        };
        let mut entry = Finished {
            name: self.name,
            offset: self.offset,
            method,
            crc,
            compressed: 0,
            size: u32_or_too_large(self.size)?,
        };
        let start = u64::from(entry.offset) + entry.local_header().len() as u64;
        entry.compressed = u32_or_too_large(out.stream_position()? - start)?;
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
        out.extend(self.method.number().to_le_bytes());
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

/// The directory of all entries, which ends the zip.
pub(super) fn write_directory(out: &mut (impl Write + Seek), entries: &[Finished]) -> io::Result<()> {
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
