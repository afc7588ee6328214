use mp4_atom::Atom;

use crate::{Error, Result};

/// The boxes in a stretch of bytes, one after the other. It never reads beyond the bytes and never fails: bytes that
/// are no box end the iteration.
#[derive(Debug, Clone)]
pub(super) struct BoxReader<'a> {
    rest: &'a [u8],
}

/// A box: its type and what is inside.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawBox<'a> {
    pub(super) kind: [u8; 4],
    pub(super) body: &'a [u8],
}

impl<'a> BoxReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The first box of type `kind`.
    pub(super) fn first(&self, kind: &[u8; 4]) -> Option<RawBox<'a>> {
        self.clone().find(|found| &found.kind == kind)
    }

    /// The first box of type `kind`, which must be there.
    pub(super) fn require(&self, kind: &'static str, parent: &'static str) -> Result<RawBox<'a>> {
        self.clone()
            .find(|found| found.kind == kind.as_bytes())
            .ok_or(Error::BoxMissing { name: kind, parent })
    }
}

impl<'a> Iterator for BoxReader<'a> {
    type Item = RawBox<'a>;

    fn next(&mut self) -> Option<RawBox<'a>> {
        let header = BoxHeader::parse(self.rest)?;
        let size = match header.size {
            // To the end of the enclosing box.
            0 => self.rest.len(),
            size => usize::try_from(size).ok()?,
        };
        let body = self.rest.get(header.length..size)?;
        self.rest = &self.rest[size..];
        Some(RawBox { kind: header.kind, body })
    }
}

/// Size and type in front of a box (ISO/IEC 14496-12 4.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BoxHeader {
    pub(super) kind: [u8; 4],
    /// Bytes of the box with its header; 0: to the end.
    pub(super) size: u64,
    /// Bytes of the header: 8 or 16.
    pub(super) length: usize,
}

impl BoxHeader {
    /// Bytes of the longest header.
    pub(super) const MAX: usize = 16;

    /// Reads a header. `None`: too few bytes, or a size smaller than the header.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = bytes.split_first_chunk::<4>()?;
        let (kind, rest) = rest.split_first_chunk::<4>()?;
        let (size, length) = match u32::from_be_bytes(*size) {
            1 => (u64::from_be_bytes(*rest.first_chunk()?), 16),
            size => (u64::from(size), 8),
        };
        (size == 0 || size >= length as u64).then_some(Self { kind: *kind, size, length })
    }
}

impl<'a> RawBox<'a> {
    /// The boxes inside.
    pub(super) fn children(&self) -> BoxReader<'a> {
        BoxReader::new(self.body)
    }

    /// Reads the body as the atom `T`. Bytes behind what the atom takes are padding.
    pub(super) fn decode<T: Atom>(&self) -> Result<T> {
        T::decode_body(&mut { self.body }).map_err(|error| self.damaged(error.to_string()))
    }

    /// An [`Error::Damaged`] for this box.
    pub(super) fn damaged(&self, message: impl Into<String>) -> Error {
        Error::Damaged { name: self.kind.escape_ascii().to_string(), message: message.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(bytes: &[u8]) -> Vec<([u8; 4], usize)> {
        BoxReader::new(bytes).map(|found| (found.kind, found.body.len())).collect()
    }

    #[test]
    fn boxes_of_every_size_field() {
        let mut bytes = b"\0\0\0\x0afreeab\0\0\0\x01wide\0\0\0\0\0\0\0\x11x".to_vec();
        assert_eq!(kinds(&bytes), [(*b"free", 2), (*b"wide", 1)]);
        bytes.extend(b"\0\0\0\0mdatrest");
        assert_eq!(kinds(&bytes), [(*b"free", 2), (*b"wide", 1), (*b"mdat", 4)]);
    }

    #[test]
    fn damage_ends_the_iteration() {
        for bytes in [
            &b""[..],
            b"\0\0\0",
            b"\0\0\0\x08fre",
            b"\0\0\0\x07free",
            b"\0\0\0\x09free",
            b"\xff\xff\xff\xfffree",
            b"\0\0\0\x01free\0\0\0\0\0\0\0",
            b"\0\0\0\x01free\0\0\0\0\0\0\0\x0f",
            b"\0\0\0\x01free\xff\xff\xff\xff\xff\xff\xff\xff",
        ] {
            assert!(kinds(bytes).is_empty(), "{bytes:?}");
        }
        assert_eq!(kinds(b"\0\0\0\x08free\0\0\0\x04mdat"), [(*b"free", 0)]);
    }
}
