//! The block sizes of motion compensation and mode decision.

/// A block of luma samples, named width x height; `size as usize` indexes the kernels of a family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum BlockSize {
    /// 16 x 16
    B16x16,
    /// 16 wide, 8 high
    B16x8,
    /// 8 wide, 16 high
    B8x16,
    /// 8 x 8
    B8x8,
    /// 8 wide, 4 high
    B8x4,
    /// 4 wide, 8 high
    B4x8,
    /// 4 x 4
    B4x4,
}

impl BlockSize {
    /// Every size, in the order of their indices.
    pub const ALL: [BlockSize; 7] = [
        BlockSize::B16x16,
        BlockSize::B16x8,
        BlockSize::B8x16,
        BlockSize::B8x8,
        BlockSize::B8x4,
        BlockSize::B4x8,
        BlockSize::B4x4,
    ];

    /// Samples in a row.
    pub const fn width(self) -> usize {
        match self {
            BlockSize::B16x16 | BlockSize::B16x8 => 16,
            BlockSize::B8x16 | BlockSize::B8x8 | BlockSize::B8x4 => 8,
            BlockSize::B4x8 | BlockSize::B4x4 => 4,
        }
    }

    /// Rows.
    pub const fn height(self) -> usize {
        match self {
            BlockSize::B16x16 | BlockSize::B8x16 => 16,
            BlockSize::B16x8 | BlockSize::B8x8 | BlockSize::B4x8 => 8,
            BlockSize::B8x4 | BlockSize::B4x4 => 4,
        }
    }

    /// The size of `width` x `height`, if there is one.
    pub const fn from_dimensions(width: usize, height: usize) -> Option<BlockSize> {
        let mut index = 0;
        while index < BlockSize::ALL.len() {
            let size = BlockSize::ALL[index];
            if size.width() == width && size.height() == height {
                return Some(size);
            }
            index += 1;
        }
        None
    }

    pub(crate) const fn extent(self) -> BlockExtent {
        BlockExtent { width: self.width(), last_row: self.height() - 1, size: self }
    }
}

/// What a kernel keeps of its block size to check a call quickly.
#[derive(Clone, Copy)]
pub(crate) struct BlockExtent {
    width: usize,
    last_row: usize,
    size: BlockSize,
}

impl BlockExtent {
    pub(crate) fn size(self) -> BlockSize {
        self.size
    }

    /// Whether the block lies within `samples`, rows `stride` apart.
    #[inline(always)]
    pub(crate) fn fits<T>(self, samples: &[T], stride: usize) -> bool {
        match stride.checked_mul(self.last_row) {
            Some(last_row) => samples.len() >= self.width && samples.len() - self.width >= last_row,
            None => false,
        }
    }

    /// Whether the block lies within `length` samples from the `first`th on, rows `stride` apart.
    #[inline(always)]
    pub(crate) fn fits_from(self, first: usize, length: usize, stride: usize) -> bool {
        match stride.checked_mul(self.last_row).and_then(|last_row| last_row.checked_add(self.width)) {
            Some(extent) => length >= extent && length - extent >= first,
            None => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_and_dimensions() {
        for (index, size) in BlockSize::ALL.into_iter().enumerate() {
            assert_eq!(size as usize, index);
            assert_eq!(BlockSize::from_dimensions(size.width(), size.height()), Some(size));
            assert_eq!(format!("{size:?}"), format!("B{}x{}", size.width(), size.height()));
        }
        assert_eq!(BlockSize::from_dimensions(16, 4), None);
    }

    #[test]
    fn extent_is_exact() {
        let extent = BlockSize::B8x4.extent();
        assert!(extent.fits(&[0u8; 3 * 11 + 8], 11));
        assert!(!extent.fits(&[0u8; 3 * 11 + 7], 11));
        assert!(!extent.fits(&[0u8; 64], usize::MAX / 2));
        assert_eq!(extent.size(), BlockSize::B8x4);
    }
}
