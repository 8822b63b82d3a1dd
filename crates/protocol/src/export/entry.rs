//! Reads one entry of the zip, or a bare file, as a stream.

use super::zip_index::EntryPlace;
use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};

/// Pieces in which compressed and plain bytes are read.
const BUFFER: usize = 32 * 1024;

/// Gives exactly the bytes the directory announced, then checks that there are no more and that their checksum is
/// right. Never more than announced, whatever the compressed data would unfold to.
pub(super) struct EntryReader<'a, R> {
    source: Source<'a, R>,
    remaining: u64,
    crc: Crc,
    /// `None` for a bare file, which announces nothing.
    expected_crc: Option<u32>,
}

enum Source<'a, R> {
    Plain(BufReader<Take<&'a mut R>>),
    Deflated(DeflateDecoder<BufReader<Take<&'a mut R>>>),
}

impl<'a, R: Read + Seek> EntryReader<'a, R> {
    /// An entry of a zip.
    pub fn entry(file: &'a mut R, place: EntryPlace) -> io::Result<Self> {
        file.seek(SeekFrom::Start(place.offset))?;
        let data = BufReader::with_capacity(BUFFER, file.take(place.compressed));
        let source =
            if place.deflated { Source::Deflated(DeflateDecoder::new(data)) } else { Source::Plain(data) };
        Ok(Self { source, remaining: place.size, crc: Crc::new(), expected_crc: Some(place.crc) })
    }

    /// A bare file of `length` bytes.
    pub fn bare(file: &'a mut R, length: u64) -> io::Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let source = Source::Plain(BufReader::with_capacity(BUFFER, file.take(length)));
        Ok(Self { source, remaining: length, crc: Crc::new(), expected_crc: None })
    }

    fn at_end(&mut self) -> io::Result<()> {
        if self.source.read(&mut [0])? != 0 {
            return Err(damaged("an entry is longer than announced"));
        }
        match self.expected_crc {
            Some(crc) if crc != self.crc.sum() => Err(damaged("an entry's checksum is wrong")),
            _ => Ok(()),
        }
    }
}

impl<R: Read> Read for Source<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(data) => data.read(buffer),
            Self::Deflated(data) => data.read(buffer),
        }
    }
}

impl<R: Read + Seek> Read for EntryReader<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if self.remaining == 0 {
            self.at_end()?;
            return Ok(0);
        }
        let most = usize::try_from(self.remaining).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.source.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(damaged("an entry is shorter than announced"));
        }
        self.crc.update(&buffer[..read]);
        self.remaining -= read as u64;
        Ok(read)
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
