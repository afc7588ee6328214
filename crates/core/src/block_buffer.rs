//! Bytes in one or more pieces.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::{Error, Result};

/// Bytes that may lie in several pieces of memory, shared by reference.
///
/// Cloning and slicing copy no bytes. Changing bytes copies the pieces that others see too, so that those keep theirs.
///
/// ```
/// use vitascope_core::BlockBuffer;
/// let mut buffer = BlockBuffer::from_vec(vec![1, 2, 3]);
/// buffer.append(&BlockBuffer::from_vec(vec![4, 5]));
/// assert_eq!(buffer.as_slice(), None);
/// assert_eq!(*buffer.slice(2, 2)?.contiguous(), [3, 4]);
/// # Ok::<(), vitascope_core::Error>(())
/// ```
#[derive(Clone, Default)]
#[doc(alias = "CMBlockBuffer")]
pub struct BlockBuffer {
    segments: Vec<Segment>,
    length: usize,
}

/// A stretch of shared bytes; never empty.
#[derive(Clone)]
struct Segment {
    bytes: Arc<Vec<u8>>,
    start: usize,
    length: usize,
}

impl BlockBuffer {
    /// A buffer without bytes.
    #[doc(alias = "CMBlockBufferCreateEmpty")]
    pub const fn new() -> BlockBuffer {
        BlockBuffer { segments: Vec::new(), length: 0 }
    }

    /// A buffer over these bytes, which are not copied.
    #[doc(alias = "CMBlockBufferCreateWithMemoryBlock")]
    pub fn from_vec(bytes: Vec<u8>) -> BlockBuffer {
        let length = bytes.len();
        let segment = Segment { bytes: Arc::new(bytes), start: 0, length };
        BlockBuffer { segments: if length == 0 { Vec::new() } else { vec![segment] }, length }
    }

    /// The number of bytes.
    #[doc(alias = "CMBlockBufferGetDataLength")]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are no bytes.
    #[doc(alias = "CMBlockBufferIsEmpty")]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The pieces in order.
    pub fn segments(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.segments.iter().map(Segment::as_slice)
    }

    /// Adds the bytes of another buffer at the end, by reference.
    #[doc(alias = "CMBlockBufferAppendBufferReference")]
    pub fn append(&mut self, other: &BlockBuffer) {
        self.segments.extend(other.segments.iter().cloned());
        self.length += other.length;
    }

    /// Adds bytes at the end, which are not copied.
    #[doc(alias = "CMBlockBufferAppendMemoryBlock")]
    pub fn append_vec(&mut self, bytes: Vec<u8>) {
        self.append(&BlockBuffer::from_vec(bytes));
    }

    /// A buffer over `length` bytes from `offset` on, by reference; length 0 means to the end.
    ///
    /// # Errors
    /// [`Error::BlockBufferOffset`], [`Error::BlockBufferLength`]
    #[doc(alias = "CMBlockBufferCreateWithBufferReference")]
    pub fn slice(&self, offset: usize, length: usize) -> Result<BlockBuffer> {
        let length = self.check_range(offset, length)?;
        let mut part = BlockBuffer { segments: Vec::new(), length };
        for (index, within, count) in self.pieces(offset, length) {
            let segment = &self.segments[index];
            let start = segment.start + within;
            part.segments.push(Segment { bytes: Arc::clone(&segment.bytes), start, length: count });
        }
        Ok(part)
    }

    /// Copies bytes from `offset` on until `destination` is full.
    ///
    /// # Errors
    /// [`Error::BlockBufferOffset`], [`Error::BlockBufferLength`]
    #[doc(alias = "CMBlockBufferCopyDataBytes")]
    pub fn copy_bytes(&self, offset: usize, destination: &mut [u8]) -> Result<()> {
        self.check_exact(offset, destination.len())?;
        let mut filled = 0;
        for (index, within, count) in self.pieces(offset, destination.len()) {
            let source = &self.segments[index].as_slice()[within..within + count];
            destination[filled..filled + count].copy_from_slice(source);
            filled += count;
        }
        Ok(())
    }

    /// All bytes if they lie in one piece.
    pub fn as_slice(&self) -> Option<&[u8]> {
        match &self.segments[..] {
            [] => Some(&[]),
            [only] => Some(only.as_slice()),
            _ => None,
        }
    }

    /// All bytes, copied only when they lie in several pieces.
    pub fn contiguous(&self) -> Cow<'_, [u8]> {
        match self.as_slice() {
            Some(bytes) => Cow::Borrowed(bytes),
            None => Cow::Owned(self.to_vec()),
        }
    }

    /// All bytes, copied.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.length);
        self.segments().for_each(|segment| bytes.extend_from_slice(segment));
        bytes
    }

    /// The bytes from `offset` on as far as they lie in one piece, at least one.
    ///
    /// # Errors
    /// [`Error::BlockBufferOffset`]
    #[doc(alias = "CMBlockBufferGetDataPointer")]
    pub fn contiguous_from(&self, offset: usize) -> Result<&[u8]> {
        let (index, within) = self.locate(offset)?;
        Ok(&self.segments[index].as_slice()[within..])
    }

    /// Whether `length` bytes from `offset` on lie in one piece; length 0 means to the end. A range that reaches
    /// outside is not contiguous.
    #[doc(alias = "CMBlockBufferIsRangeContiguous")]
    pub fn is_range_contiguous(&self, offset: usize, length: usize) -> bool {
        match (self.check_range(offset, length), self.contiguous_from(offset)) {
            (Ok(length), Ok(bytes)) => bytes.len() >= length,
            (Ok(0), Err(_)) => true,
            _ => false,
        }
    }

    /// A buffer with all bytes in one piece: this one, or a copy.
    #[doc(alias = "CMBlockBufferCreateContiguous")]
    #[must_use]
    pub fn make_contiguous(&self) -> BlockBuffer {
        if self.segments.len() <= 1 { self.clone() } else { BlockBuffer::from_vec(self.to_vec()) }
    }

    /// Overwrites bytes from `offset` on.
    ///
    /// # Errors
    /// [`Error::BlockBufferOffset`], [`Error::BlockBufferLength`]
    #[doc(alias = "CMBlockBufferReplaceDataBytes")]
    pub fn replace_bytes(&mut self, offset: usize, source: &[u8]) -> Result<()> {
        let mut used = 0;
        self.change(offset, source.len(), |bytes| {
            bytes.copy_from_slice(&source[used..used + bytes.len()]);
            used += bytes.len();
        })
    }

    /// Overwrites `length` bytes from `offset` on with one value; length 0 means to the end.
    ///
    /// # Errors
    /// [`Error::BlockBufferOffset`], [`Error::BlockBufferLength`]
    #[doc(alias = "CMBlockBufferFillDataBytes")]
    pub fn fill_bytes(&mut self, byte: u8, offset: usize, length: usize) -> Result<()> {
        let length = self.check_range(offset, length)?;
        self.change(offset, length, |bytes| bytes.fill(byte))
    }

    fn change(&mut self, offset: usize, length: usize, mut write: impl FnMut(&mut [u8])) -> Result<()> {
        self.check_exact(offset, length)?;
        let pieces: Vec<_> = self.pieces(offset, length).collect();
        for (index, within, count) in pieces {
            let segment = &mut self.segments[index];
            if Arc::get_mut(&mut segment.bytes).is_none() {
                *segment = Segment {
                    bytes: Arc::new(segment.as_slice().to_vec()),
                    start: 0,
                    length: segment.length,
                };
            }
            let start = segment.start + within;
            write(&mut Arc::make_mut(&mut segment.bytes)[start..start + count]);
        }
        Ok(())
    }

    /// The pieces of a range that is inside: segment, start within it, length.
    fn pieces(&self, offset: usize, length: usize) -> impl Iterator<Item = (usize, usize, usize)> {
        let (mut skip, mut left) = (offset, length);
        self.segments.iter().enumerate().filter_map(move |(index, segment)| {
            if left == 0 || skip >= segment.length {
                skip = skip.saturating_sub(segment.length);
                return None;
            }
            let piece = (index, skip, left.min(segment.length - skip));
            (skip, left) = (0, left - piece.2);
            Some(piece)
        })
    }

    fn locate(&self, offset: usize) -> Result<(usize, usize)> {
        let found = self.pieces(offset, 1).next();
        found.map(|piece| (piece.0, piece.1)).ok_or(if self.is_empty() {
            Error::BlockBufferEmpty
        } else {
            Error::BlockBufferOffset { offset, length: self.length }
        })
    }

    /// The length of a range where 0 means to the end.
    fn check_range(&self, offset: usize, length: usize) -> Result<usize> {
        self.check_exact(offset, length)?;
        Ok(if length == 0 { self.length - offset } else { length })
    }

    fn check_exact(&self, offset: usize, count: usize) -> Result<()> {
        let length = self.length;
        match length.checked_sub(offset) {
            None => Err(Error::BlockBufferOffset { offset, length }),
            Some(rest) if rest < count => Err(Error::BlockBufferLength { offset, count, length }),
            Some(_) => Ok(()),
        }
    }
}

impl Segment {
    fn as_slice(&self) -> &[u8] {
        &self.bytes[self.start..self.start + self.length]
    }
}

impl From<Vec<u8>> for BlockBuffer {
    fn from(bytes: Vec<u8>) -> Self {
        BlockBuffer::from_vec(bytes)
    }
}

impl PartialEq for BlockBuffer {
    fn eq(&self, other: &Self) -> bool {
        self.length == other.length && self.segments().flatten().eq(other.segments().flatten())
    }
}

impl Eq for BlockBuffer {}

impl fmt::Debug for BlockBuffer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "BlockBuffer({} bytes in {} segment(s))", self.length, self.segments.len())
    }
}
