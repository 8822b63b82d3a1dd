//! Walks over a protobuf message of any length, one field at a time, in bounded memory.

use std::io::{self, BufRead};

/// A field's type on the wire.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Wire {
    Varint,
    Fixed64,
    Bytes,
    GroupStart,
    GroupEnd,
    Fixed32,
}

/// Unknown groups inside unknown groups: deeper than this nobody nests them.
const MAX_GROUP_DEPTH: usize = 32;

pub(super) struct Walker<R> {
    inner: R,
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

impl<R: BufRead> Walker<R> {
    pub fn new(inner: R) -> Self {
        Self { inner }
    }

    /// The next field's number and type; `None` at the message's end. Its value must be read or skipped next.
    #[inline]
    pub fn field(&mut self) -> io::Result<Option<(u32, Wire)>> {
        if self.inner.fill_buf()?.is_empty() {
            return Ok(None);
        }
        let tag = u32::try_from(self.varint()?).map_err(|_| damaged("a field's number is too large"))?;
        let wire = match tag & 7 {
            0 => Wire::Varint,
            1 => Wire::Fixed64,
            2 => Wire::Bytes,
            3 => Wire::GroupStart,
            4 => Wire::GroupEnd,
            5 => Wire::Fixed32,
            _ => return Err(damaged("a field has a type that does not exist")),
        };
        match tag >> 3 {
            0 => Err(damaged("a field has number 0")),
            number => Ok(Some((number, wire))),
        }
    }

    /// A varint of at most 64 bits.
    #[inline]
    pub fn varint(&mut self) -> io::Result<u64> {
        // Nearly all have one byte.
        match self.inner.fill_buf()?.first() {
            Some(byte) if *byte < 0x80 => {
                let value = u64::from(*byte);
                self.inner.consume(1);
                Ok(value)
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> io::Result<u64> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            // The tenth byte has room for one bit only.
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damaged("a number is longer than 64 bits"))
    }

    /// An `int32`: 64 bits on the wire, of which the lower half counts.
    #[inline]
    pub fn int32(&mut self) -> io::Result<i32> {
        Ok(self.varint()? as i32)
    }

    pub fn fixed64(&mut self) -> io::Result<u64> {
        let mut bytes = [0; 8];
        self.inner.read_exact(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// A length-delimited value, refused if longer than `limit`, as `read` makes of it. It is not copied unless it lies
    /// across the end of what was read so far; then it goes through `spare`.
    #[inline]
    pub fn value<T>(
        &mut self,
        spare: &mut Vec<u8>,
        limit: usize,
        read: impl FnOnce(&[u8]) -> T,
    ) -> io::Result<T> {
        let length = usize::try_from(self.varint()?).ok().filter(|length| *length <= limit);
        let length = length.ok_or_else(|| damaged("a field is longer than any of its kind"))?;
        if let Some(bytes) = self.inner.fill_buf()?.get(..length) {
            let made = read(bytes);
            self.inner.consume(length);
            return Ok(made);
        }
        spare.resize(length, 0);
        self.inner.read_exact(spare)?;
        Ok(read(spare))
    }

    /// Passes over what `read` makes use of at the beginning of what was read so far: so many bytes.
    #[inline(always)]
    pub fn take(&mut self, read: impl FnOnce(&[u8]) -> usize) -> io::Result<()> {
        let used = read(self.inner.fill_buf()?);
        self.inner.consume(used);
        Ok(())
    }

    /// Passes over the value of a field that is of no interest.
    pub fn skip(&mut self, number: u32, wire: Wire) -> io::Result<()> {
        let mut groups = Vec::new();
        let (mut number, mut wire) = (number, wire);
        loop {
            match wire {
                Wire::Varint => drop(self.varint()?),
                Wire::Fixed64 => self.discard(8)?,
                Wire::Fixed32 => self.discard(4)?,
                Wire::Bytes => {
                    let length = self.varint()?;
                    self.discard(length)?;
                }
                Wire::GroupStart if groups.len() < MAX_GROUP_DEPTH => groups.push(number),
                Wire::GroupStart => return Err(damaged("groups are nested too deeply")),
                Wire::GroupEnd if groups.pop() == Some(number) => {}
                Wire::GroupEnd => return Err(damaged("a group ends that did not begin")),
            }
            if groups.is_empty() {
                return Ok(());
            }
            (number, wire) = self.field()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        }
    }

    fn byte(&mut self) -> io::Result<u8> {
        let byte = *self.inner.fill_buf()?.first().ok_or(io::ErrorKind::UnexpectedEof)?;
        self.inner.consume(1);
        Ok(byte)
    }

    fn discard(&mut self, mut length: u64) -> io::Result<()> {
        while length > 0 {
            let here = self.inner.fill_buf()?.len();
            if here == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let passed = usize::try_from(length).unwrap_or(usize::MAX).min(here);
            self.inner.consume(passed);
            length -= passed as u64;
        }
        Ok(())
    }

    /// What was read from, at the message's end.
    pub fn into_inner(self) -> R {
        self.inner
    }
}
