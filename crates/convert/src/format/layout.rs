//! Where every component of a pixel format lies in memory and what its codes mean.
//!
//! One table row per format, from Core Video's pixel format definitions. Kernels ask this table and
//! never look at a four-character code themselves.

use vitascope_core::FourCc;

use super::rows::ROWS;

/// What the first three components of a format mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Red, green, blue.
    Rgb,
    /// Luma and two colour differences; a single component is luma alone.
    YCbCr,
    /// Two components without a colour meaning.
    TwoComponent,
    /// Disparity in 1/metre.
    Disparity,
    /// Depth in metres.
    Depth,
}

/// How one sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Storage {
    /// One byte.
    U8,
    /// Two bytes, little-endian.
    U16Le,
    /// Two bytes, big-endian.
    U16Be,
    /// IEEE 754 binary16, little-endian.
    F16,
    /// IEEE 754 binary32, little-endian.
    F32,
    /// A bit field of a 16-bit little-endian word, one word a pixel.
    Word16Le,
    /// A bit field of a 16-bit big-endian word, one word a pixel.
    Word16Be,
    /// A bit field of a 32-bit little-endian word, one word a pixel.
    Word32Le,
    /// A bit field of a 32-bit big-endian word, one word a pixel.
    Word32Be,
    /// Six pixels in four little-endian words.
    V210,
    /// Several pixels a byte, most significant bits first.
    Bits,
}

impl Storage {
    /// Bytes of one sample (or word); 0 where the unit is not whole bytes a sample.
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Storage::U8 => 1,
            Storage::U16Le | Storage::U16Be | Storage::F16 | Storage::Word16Le | Storage::Word16Be => 2,
            Storage::F32 | Storage::Word32Le | Storage::Word32Be => 4,
            Storage::V210 | Storage::Bits => 0,
        }
    }
}

/// One component: its place and its scale.
///
/// A code stands for the value `(code - zero) / unit`: luma, red, green, blue and alpha run from 0
/// to 1, colour differences from -0.5 to 0.5.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Component {
    /// Index of the plane.
    pub plane: u8,
    /// How a sample is stored.
    pub storage: Storage,
    /// Samples before the first one in a row.
    pub offset: u8,
    /// Samples from one to the next.
    pub step: u8,
    /// Unused bits below the code (or the field's position in its word).
    pub shift: u8,
    /// Bits of a code.
    pub bits: u8,
    /// Base-2 logarithm of horizontal subsampling.
    pub log2_x: u8,
    /// Base-2 logarithm of vertical subsampling.
    pub log2_y: u8,
    /// The code of value 0.
    pub zero: f64,
    /// Codes from value 0 to value 1.
    pub unit: f64,
}

impl Component {
    /// Samples in a row of a picture `width` pixels wide.
    pub(crate) fn width(&self, width: usize) -> usize {
        width.div_ceil(1 << self.log2_x)
    }

    /// Rows in a picture `height` pixels high.
    pub(crate) fn height(&self, height: usize) -> usize {
        height.div_ceil(1 << self.log2_y)
    }

    /// Highest code, for integer storage.
    pub(crate) fn maximum(&self) -> u32 {
        (1u32 << self.bits) - 1
    }

    /// Whether codes are floating-point numbers.
    pub(crate) fn is_float(&self) -> bool {
        matches!(self.storage, Storage::F16 | Storage::F32)
    }

    /// Bytes a row must hold for `count` samples.
    pub(crate) fn row_bytes(&self, count: usize) -> usize {
        match self.storage {
            Storage::V210 => {
                let pixels = if self.log2_x == 1 { count * 2 } else { count };
                pixels.div_ceil(6) * 16
            }
            Storage::Bits => (count * self.bits as usize).div_ceil(8),
            storage if count > 0 => {
                (self.offset as usize + self.step as usize * (count - 1) + 1) * storage.bytes()
            }
            _ => 0,
        }
    }
}

/// A pixel format as the conversion engine sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout {
    /// Four-character code.
    pub format: FourCc,
    /// Meaning of the components.
    pub family: Family,
    /// Y or R, Cb or G, Cr or B, alpha.
    pub components: [Option<Component>; 4],
    /// Whether the format itself says that colour is multiplied by alpha.
    pub premultiplied: Option<bool>,
}

impl Layout {
    /// The row of `format`, or `None` when no conversion exists for it.
    pub(crate) fn find(format: FourCc) -> Option<&'static Layout> {
        ROWS.iter().find(|row| row.format == format)
    }

    /// Every format that can be converted.
    #[cfg(test)]
    pub(crate) fn all() -> impl Iterator<Item = &'static Layout> {
        ROWS.iter()
    }

    /// Number of planes.
    pub(crate) fn plane_count(&self) -> usize {
        self.components.iter().flatten().map(|c| c.plane as usize + 1).max().unwrap_or(0)
    }

    /// Base-2 logarithms of the chroma subsampling, horizontal and vertical.
    pub(crate) fn chroma_shift(&self) -> (u8, u8) {
        match (self.family, &self.components[1]) {
            (Family::YCbCr, Some(chroma)) => (chroma.log2_x, chroma.log2_y),
            _ => (0, 0),
        }
    }

    /// Whether the format has chroma at all.
    pub(crate) fn has_chroma(&self) -> bool {
        self.family == Family::YCbCr && self.components[1].is_some()
    }

    /// Whether a component is alpha.
    pub(crate) fn has_alpha(&self) -> bool {
        self.components[3].is_some()
    }

    /// Least bytes a row of plane `plane` may have, and its number of rows.
    pub(crate) fn plane_size(&self, plane: usize, width: usize, height: usize) -> (usize, usize) {
        let mut size = (0, 0);
        for component in self.components.iter().flatten().filter(|c| c.plane as usize == plane) {
            let bytes = component.row_bytes(component.width(width));
            size.0 = size.0.max(bytes);
            size.1 = size.1.max(component.height(height));
        }
        size
    }
}
