//! `CMBlockBuffer`: bytes in one or more pieces of memory.

use std::ffi::c_void;
use std::ptr::NonNull;
use std::sync::{Arc, PoisonError, RwLock};

use vitascope::core::BlockBuffer;

use crate::border::{Context, In, OSStatus, Out, api};
use crate::cf::allocator;
use crate::class::{CLASSES, ClassIndex};
use crate::object::{Handle, Owned, Payload};

/// Pieces of memory that C may read and write in place.
pub struct CmBlockBuffer {
    pieces: RwLock<Vec<Piece>>,
}

/// A part of a block of memory.
#[derive(Clone)]
struct Piece {
    block: Arc<Block>,
    offset: usize,
    length: usize,
}

/// Memory and how it is freed.
struct Block {
    address: NonNull<u8>,
    size: usize,
    release: Release,
}

enum Release {
    /// By an allocator; NULL for the default one.
    Allocator(Option<Owned>),
    /// By a program's function.
    Source(CMBlockBufferCustomBlockSource),
}

// SAFETY: the memory belongs to C, which keeps threads apart as it must with any memory.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

/// A program's functions for one block, as C lays them out: aligned to 4.
#[repr(C, packed(4))]
#[derive(Clone, Copy)]
pub struct CMBlockBufferCustomBlockSource {
    version: u32,
    allocate: Option<extern "C" fn(*mut c_void, usize) -> *mut c_void>,
    free: Option<extern "C" fn(*mut c_void, *mut c_void, usize)>,
    context: Context,
}

const BLOCK_ALLOCATION_FAILED: OSStatus = OSStatus(-12701);
const BAD_CUSTOM_BLOCK_SOURCE: OSStatus = OSStatus(-12702);
const BAD_OFFSET: OSStatus = OSStatus(-12703);
const BAD_LENGTH: OSStatus = OSStatus(-12704);
const BAD_POINTER: OSStatus = OSStatus(-12705);
const EMPTY: OSStatus = OSStatus(-12706);
/// `kCMBlockBufferAlwaysCopyDataFlag`
const ALWAYS_COPY: u32 = 1 << 1;
/// `kCMBlockBufferPermitEmptyReferenceFlag`
const PERMIT_EMPTY_REFERENCE: u32 = 1 << 3;

impl Drop for Block {
    fn drop(&mut self) {
        let memory = self.address.as_ptr().cast();
        match &self.release {
            Release::Allocator(by) => {
                allocator::deallocate(by.as_ref().map_or(Handle::NULL, |by| **by), memory)
            }
            Release::Source(source) => {
                let (free, context) = (source.free, source.context);
                if let Some(free) = free {
                    free(context.0, memory, self.size);
                }
            }
        }
    }
}

impl Piece {
    fn address(&self) -> *mut u8 {
        // SAFETY: pieces are made within the size of their block.
        unsafe { self.block.address.as_ptr().add(self.offset) }
    }
}

impl CmBlockBuffer {
    fn of(pieces: Vec<Piece>) -> Owned {
        Owned::new(CmBlockBuffer { pieces: RwLock::new(pieces) })
    }

    /// An object with a copy of the engine's bytes: C may write to what it gets, and the engine's are shared.
    pub(crate) fn from_engine(buffer: &BlockBuffer) -> Option<Owned> {
        let bytes = buffer.contiguous();
        if bytes.is_empty() {
            return Some(CmBlockBuffer::of(Vec::new()));
        }
        let piece = allocated(bytes.len(), Handle::NULL)?;
        // SAFETY: fresh memory of that length, which nothing overlaps.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), piece.address(), bytes.len()) };
        Some(CmBlockBuffer::of(vec![piece]))
    }

    /// A copy of the bytes; `None` when there are none.
    pub(crate) fn to_vec(&self) -> Option<Vec<u8>> {
        let mut bytes = Vec::with_capacity(self.len());
        let status = self.for_each(0, 0, |address, length| {
            // SAFETY: a piece's memory, which C does not change during the call.
            bytes.extend_from_slice(unsafe { std::slice::from_raw_parts(address, length) });
        });
        (status == OSStatus::OK).then_some(bytes)
    }

    fn pieces(&self) -> Vec<Piece> {
        self.pieces.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn len(&self) -> usize {
        self.pieces.read().unwrap_or_else(PoisonError::into_inner).iter().map(|piece| piece.length).sum()
    }

    fn push(&self, pieces: impl IntoIterator<Item = Piece>) {
        self.pieces.write().unwrap_or_else(PoisonError::into_inner).extend(pieces);
    }

    /// The pieces of a range. Length 0 means to the end.
    fn range(&self, offset: usize, length: usize) -> Result<Vec<Piece>, OSStatus> {
        let total = self.len();
        if total == 0 {
            return Err(EMPTY);
        }
        if offset >= total {
            return Err(BAD_OFFSET);
        }
        let mut wanted = if length == 0 { total - offset } else { length };
        if wanted > total - offset {
            return Err(BAD_LENGTH);
        }
        let (mut skip, mut found) = (offset, Vec::new());
        for mut piece in self.pieces() {
            if skip >= piece.length {
                skip -= piece.length;
                continue;
            }
            piece.offset += skip;
            piece.length = (piece.length - skip).min(wanted);
            skip = 0;
            wanted -= piece.length;
            found.push(piece);
            if wanted == 0 {
                break;
            }
        }
        Ok(found)
    }

    /// Part of this buffer as one of its own that shares the memory.
    pub(crate) fn slice(&self, offset: usize, length: usize) -> Result<Owned, OSStatus> {
        self.range(offset, length).map(CmBlockBuffer::of)
    }

    /// Calls a function for the memory of each piece of a range.
    fn for_each(&self, offset: usize, length: usize, mut run: impl FnMut(*mut u8, usize)) -> OSStatus {
        match self.range(offset, length) {
            Ok(pieces) => {
                pieces.iter().for_each(|piece| run(piece.address(), piece.length));
                OSStatus::OK
            }
            Err(status) => status,
        }
    }
}

impl Payload for CmBlockBuffer {
    const NAME: &'static str = "CMBlockBuffer";
}

/// Memory of an allocator.
fn allocated(size: usize, by: Handle) -> Option<Piece> {
    let address = NonNull::new(allocator::allocate(by, isize::try_from(size).ok()?, 0))?.cast();
    let block = Block { address, size, release: Release::Allocator(Owned::retained(by)) };
    Some(Piece { block: Arc::new(block), offset: 0, length: size })
}

/// The block that C describes: its own memory or newly allocated, by an allocator or a block source.
fn described(
    memory: *mut c_void,
    size: usize,
    by: Handle,
    source: In<CMBlockBufferCustomBlockSource>,
    offset: usize,
    length: usize,
) -> Result<Piece, OSStatus> {
    if offset.checked_add(length).is_none_or(|end| end > size) {
        return Err(BAD_LENGTH);
    }
    let source = match source.read() {
        Some(source) if { source.version } != 0 => {
            log::error!("CMBlockBuffer: custom block source version {}; 0 is accepted", { source.version });
            return Err(BAD_CUSTOM_BLOCK_SOURCE);
        }
        source => source,
    };
    let length = if length == 0 { size - offset } else { length };
    let (address, release) = match (NonNull::new(memory.cast::<u8>()), source) {
        (Some(address), Some(source)) => (address, Release::Source(source)),
        (Some(address), None) => (address, Release::Allocator(Owned::retained(by))),
        (None, Some(source)) => {
            let (allocate, context) = (source.allocate, source.context);
            let allocate = allocate.ok_or(BAD_CUSTOM_BLOCK_SOURCE)?;
            let address = NonNull::new(allocate(context.0, size)).ok_or(BLOCK_ALLOCATION_FAILED)?;
            (address.cast(), Release::Source(source))
        }
        (None, None) => {
            let piece = allocated(size, by).ok_or(BLOCK_ALLOCATION_FAILED)?;
            return Ok(Piece { offset, length, ..piece });
        }
    };
    Ok(Piece { block: Arc::new(Block { address, size, release }), offset, length })
}

fn buffer<'a>(object: Handle, function: &str) -> Result<&'a CmBlockBuffer, OSStatus> {
    object.get::<CmBlockBuffer>().ok_or_else(|| {
        log::error!("{function}: not a block buffer");
        BAD_POINTER
    })
}

/// Writes the object, or the status of the failure.
fn give(out: Out<Handle>, result: Result<Owned, OSStatus>) -> OSStatus {
    out.clear();
    match result {
        _ if out.is_null() => BAD_POINTER,
        Ok(object) => {
            out.set(object.into_handle());
            OSStatus::OK
        }
        Err(status) => status,
    }
}

api! {
    /// The type number of block buffers.
    fn CMBlockBufferGetTypeID() -> usize {
        CLASSES[CmBlockBuffer::INDEX].type_id()
    }

    /// A block buffer without memory.
    fn CMBlockBufferCreateEmpty(_structure: Handle, _capacity: u32, _flags: u32, out: Out<Handle>) -> OSStatus {
        give(out, Ok(CmBlockBuffer::of(Vec::new())))
    }

    /// A block buffer over memory, which the block allocator (or the custom source) frees when done; NULL memory is allocated.
    fn CMBlockBufferCreateWithMemoryBlock(
        _structure: Handle, memory: *mut c_void, size: usize, allocator: Handle,
        source: In<CMBlockBufferCustomBlockSource>, offset: usize, length: usize, _flags: u32, out: Out<Handle>,
    ) -> OSStatus {
        if out.is_null() {
            return BAD_POINTER;
        }
        let piece = described(memory, size, allocator, source, offset, length);
        give(out, piece.map(|piece| CmBlockBuffer::of(vec![piece])))
    }

    /// A block buffer over part of another one, which shares its memory. Length 0 means to the end.
    fn CMBlockBufferCreateWithBufferReference(
        _structure: Handle, reference: Handle, offset: usize, length: usize, flags: u32, out: Out<Handle>,
    ) -> OSStatus {
        let result = buffer(reference, "CMBlockBufferCreateWithBufferReference").and_then(|source| {
            if source.len() == 0 && flags & PERMIT_EMPTY_REFERENCE != 0 {
                return Ok(CmBlockBuffer::of(Vec::new()));
            }
            source.slice(offset, length)
        });
        give(out, result)
    }

    /// A block buffer with part of another one in a single piece: shared if it is one already, else copied.
    fn CMBlockBufferCreateContiguous(
        _structure: Handle, source: Handle, allocator: Handle, custom: In<CMBlockBufferCustomBlockSource>, offset: usize,
        length: usize, flags: u32, out: Out<Handle>,
    ) -> OSStatus {
        let result = buffer(source, "CMBlockBufferCreateContiguous").and_then(|source| {
            let pieces = source.range(offset, length)?;
            if pieces.len() == 1 && flags & ALWAYS_COPY == 0 {
                return Ok(CmBlockBuffer::of(pieces));
            }
            let size = pieces.iter().map(|piece| piece.length).sum();
            let copy = described(std::ptr::null_mut(), size, allocator, custom, 0, 0)?;
            let mut place = copy.address();
            for piece in &pieces {
                // SAFETY: the new block has room for all pieces, one after the other.
                unsafe {
                    std::ptr::copy_nonoverlapping(piece.address(), place, piece.length);
                    place = place.add(piece.length);
                }
            }
            Ok(CmBlockBuffer::of(vec![copy]))
        });
        give(out, result)
    }

    /// Appends memory; see CMBlockBufferCreateWithMemoryBlock.
    fn CMBlockBufferAppendMemoryBlock(
        target: Handle, memory: *mut c_void, size: usize, allocator: Handle, source: In<CMBlockBufferCustomBlockSource>,
        offset: usize, length: usize, _flags: u32,
    ) -> OSStatus {
        let appended = buffer(target, "CMBlockBufferAppendMemoryBlock").and_then(|target| {
            target.push([described(memory, size, allocator, source, offset, length)?]);
            Ok(())
        });
        appended.err().unwrap_or(OSStatus::OK)
    }

    /// Appends part of another block buffer, sharing its memory. Length 0 means to the end.
    fn CMBlockBufferAppendBufferReference(
        target: Handle, reference: Handle, offset: usize, length: usize, _flags: u32,
    ) -> OSStatus {
        let appended = buffer(target, "CMBlockBufferAppendBufferReference").and_then(|target| {
            let pieces = buffer(reference, "CMBlockBufferAppendBufferReference")?.range(offset, length)?;
            target.push(pieces);
            Ok(())
        });
        appended.err().unwrap_or(OSStatus::OK)
    }

    /// Makes sure that all memory is there; it always is.
    fn CMBlockBufferAssureBlockMemory(target: Handle) -> OSStatus {
        buffer(target, "CMBlockBufferAssureBlockMemory").err().unwrap_or(OSStatus::OK)
    }

    /// A range in place if it lies in one piece, else copied to the temporary block.
    fn CMBlockBufferAccessDataBytes(
        target: Handle, offset: usize, length: usize, temporary: Out<u8>, pointer: Out<*mut u8>,
    ) -> OSStatus {
        pointer.set(std::ptr::null_mut());
        if pointer.is_null() {
            return BAD_POINTER;
        }
        let pieces = match buffer(target, "CMBlockBufferAccessDataBytes").and_then(|target| target.range(offset, length)) {
            Ok(pieces) => pieces,
            Err(status) => return status,
        };
        if let [piece] = &pieces[..] {
            pointer.set(piece.address());
            return OSStatus::OK;
        }
        pointer.set(temporary.0);
        CMBlockBufferCopyDataBytes(target, offset, length, temporary)
    }

    /// Copies bytes out. Length 0 means to the end.
    fn CMBlockBufferCopyDataBytes(source: Handle, offset: usize, length: usize, destination: Out<u8>) -> OSStatus {
        if destination.is_null() {
            return BAD_POINTER;
        }
        let mut place = destination.0;
        match buffer(source, "CMBlockBufferCopyDataBytes") {
            // SAFETY: C promised room for the length; the memories do not overlap by C's promise either.
            Ok(source) => source.for_each(offset, length, |address, length| unsafe {
                std::ptr::copy(address, place, length);
                place = place.add(length);
            }),
            Err(status) => status,
        }
    }

    /// Copies bytes in, over those that are there.
    fn CMBlockBufferReplaceDataBytes(source: In<u8>, destination: Handle, offset: usize, length: usize) -> OSStatus {
        if source.is_null() {
            return BAD_POINTER;
        }
        let mut place = source.0;
        match buffer(destination, "CMBlockBufferReplaceDataBytes") {
            // SAFETY: C promised so many bytes; the range was checked.
            Ok(destination) => destination.for_each(offset, length, |address, length| unsafe {
                std::ptr::copy(place, address, length);
                place = place.add(length);
            }),
            Err(status) => status,
        }
    }

    /// Overwrites a range with one value. Length 0 means to the end.
    fn CMBlockBufferFillDataBytes(byte: i8, destination: Handle, offset: usize, length: usize) -> OSStatus {
        match buffer(destination, "CMBlockBufferFillDataBytes") {
            // SAFETY: the range was checked.
            Ok(destination) => destination.for_each(offset, length, |address, length| unsafe {
                std::ptr::write_bytes(address, byte as u8, length);
            }),
            Err(status) => status,
        }
    }

    /// The bytes from an offset on in place, how many lie in one piece, and the length of all. Any output may be NULL.
    fn CMBlockBufferGetDataPointer(
        source: Handle, offset: usize, length_at_offset: Out<usize>, total: Out<usize>, pointer: Out<*mut u8>,
    ) -> OSStatus {
        length_at_offset.set(0);
        total.set(0);
        pointer.set(std::ptr::null_mut());
        let found = buffer(source, "CMBlockBufferGetDataPointer")
            .and_then(|source| Ok((source.len(), source.range(offset, 0)?.remove(0))));
        match found {
            Ok((all, piece)) => {
                length_at_offset.set(piece.length);
                total.set(all);
                pointer.set(piece.address());
                OSStatus::OK
            }
            Err(status) => status,
        }
    }

    /// The number of bytes; 0 for NULL.
    fn CMBlockBufferGetDataLength(source: Handle) -> usize {
        source.get::<CmBlockBuffer>().map_or(0, CmBlockBuffer::len)
    }

    /// Whether a range lies in one piece. Length 0 means to the end.
    fn CMBlockBufferIsRangeContiguous(source: Handle, offset: usize, length: usize) -> u8 {
        let pieces = source.get::<CmBlockBuffer>().map(|source| source.range(offset, length));
        matches!(pieces, Some(Ok(pieces)) if pieces.len() == 1).into()
    }

    /// Whether there are no bytes; true for NULL.
    fn CMBlockBufferIsEmpty(source: Handle) -> u8 {
        source.get::<CmBlockBuffer>().is_none_or(|source| source.len() == 0).into()
    }
}
