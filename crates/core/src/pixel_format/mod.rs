//! What pixel formats look like in memory.

mod description;
mod table;

use crate::{Error, FourCc, Result};

pub use table::format;

/// One pixel format: a row of the table.
#[derive(Debug, PartialEq, Eq)]
#[doc(alias = "CVPixelFormatDescription")]
pub struct PixelFormat {
    /// The code by which buffers name it.
    pub fourcc: FourCc,
    /// The platform's name without `kCVPixelFormatType_`.
    pub name: &'static str,
    /// What the samples mean.
    pub model: ColorModel,
    /// How the samples of a component are stored.
    pub sample: SampleType,
    /// Significant bits of a component; the largest where they differ (6 of 5/6/5).
    pub bits_per_component: u8,
    /// Significant bits of alpha, 0 without alpha.
    pub alpha_bits: u8,
    /// How much less often chroma is sampled than luma.
    pub chroma: ChromaSubsampling,
    /// Which codes stand for black and white.
    pub range: Range,
    /// Whether colour was multiplied by alpha.
    pub premultiplied: bool,
    /// Whether the platform calls it planar. A packed format has one plane all the same.
    pub planar: bool,
    /// The planes in order; at least one.
    pub planes: &'static [PlaneFormat],
}

/// One plane of a pixel format. Memory is a grid of blocks: each row of blocks holds `block_height` rows of samples.
#[derive(Debug, PartialEq, Eq)]
pub struct PlaneFormat {
    /// Width of a block in samples of the plane.
    pub block_width: u8,
    /// Height of a block in samples of the plane.
    pub block_height: u8,
    /// Bits that a block takes, a multiple of 8.
    pub bits_per_block: u16,
    /// The number of blocks in a row is a multiple of this.
    pub block_alignment: u8,
    /// Pixels of the picture per sample of the plane, horizontally.
    pub horizontal_subsampling: u8,
    /// Pixels of the picture per sample of the plane, vertically.
    pub vertical_subsampling: u8,
    /// A block of opaque black; empty where a palette decides what is black.
    pub black_block: &'static [u8],
}

/// What the samples of a format mean.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ColorModel {
    /// Luma and two colour differences.
    YCbCr,
    /// Red, green and blue.
    Rgb,
    /// Grey.
    Gray,
    /// Numbers of palette entries.
    Indexed,
    /// Sensor values behind a mosaic of colour filters.
    Bayer,
    /// One or two values without a colour meaning, such as depth.
    Components,
}

/// How a sample is stored.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SampleType {
    /// An unsigned integer.
    Integer,
    /// IEEE 754 binary16.
    Half,
    /// IEEE 754 binary32.
    Float,
}

/// How much less often chroma is sampled than luma.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ChromaSubsampling {
    /// There is no chroma.
    None,
    /// As often.
    Yuv444,
    /// Half as often horizontally.
    Yuv422,
    /// Half as often in both directions.
    Yuv420,
}

/// Which codes stand for black and white.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Range {
    /// 16 to 235 of 8 bits (chroma 16 to 240), the same times a power of two at other depths.
    Video,
    /// All codes.
    Full,
    /// Codes below black and above white hold colours outside the gamut (384 to 895 of 10 bits).
    Wide,
    /// Floats: 0 is black and 1 white, and values outside are colours too.
    Extended,
    /// The samples are no intensities.
    NotApplicable,
}

impl PixelFormat {
    /// The format with a code; `None` when it is not in the table.
    pub fn find(fourcc: FourCc) -> Option<&'static PixelFormat> {
        table::FORMATS.iter().find(|row| row.fourcc == fourcc)
    }

    /// The format with a code, or an error that says why there is none.
    pub fn require(fourcc: FourCc) -> Result<&'static PixelFormat> {
        match (PixelFormat::find(fourcc), compressed_name(fourcc)) {
            (Some(row), _) => Ok(row),
            (None, Some(name)) => Err(Error::NoPublicLayout(fourcc, name)),
            (None, None) => Err(Error::UnknownPixelFormat(fourcc)),
        }
    }

    /// All formats, in the order of the platform's list.
    pub fn all() -> &'static [PixelFormat] {
        table::FORMATS
    }

    /// The vendor's compressed formats, code and name. Their bytes are not public, so there are no buffers of them.
    pub fn compressed() -> &'static [(FourCc, &'static str)] {
        table::COMPRESSED
    }

    /// Whether there is an alpha channel.
    pub const fn has_alpha(&self) -> bool {
        self.alpha_bits != 0
    }

    /// Whether samples are luma and colour differences.
    pub fn is_ycbcr(&self) -> bool {
        self.model == ColorModel::YCbCr
    }

    /// Whether samples are red, green and blue.
    pub fn is_rgb(&self) -> bool {
        self.model == ColorModel::Rgb
    }

    /// Whether all codes count, as the `FullRangeVideo` extension of a format description says it.
    pub fn is_full_range(&self) -> bool {
        self.range == Range::Full
    }
}

impl Range {
    /// The platform's string (`kCVPixelFormatComponentRange_...`); `None` for samples that have no such range.
    pub const fn string(self) -> Option<&'static str> {
        match self {
            Range::Video => Some("VideoRange"),
            Range::Full => Some("FullRange"),
            Range::Wide => Some("WideRange"),
            Range::Extended | Range::NotApplicable => None,
        }
    }

    /// The range with this string.
    pub fn from_string(string: &str) -> Option<Self> {
        [Range::Video, Range::Full, Range::Wide].into_iter().find(|range| range.string() == Some(string))
    }
}

impl PlaneFormat {
    /// Samples in a row of the plane of a picture that is `width` pixels wide.
    pub const fn width(&self, width: usize) -> usize {
        width.div_ceil(self.horizontal_subsampling as usize)
    }

    /// Rows of samples in the plane of a picture that is `height` pixels high.
    pub const fn height(&self, height: usize) -> usize {
        height.div_ceil(self.vertical_subsampling as usize)
    }

    /// Bytes that the samples of a row take, without padding, for a picture `width` pixels wide; `None` when that
    /// number does not fit.
    pub fn row_bytes(&self, width: usize) -> Option<usize> {
        let blocks = self.width(width).div_ceil(self.block_width.into());
        let blocks = blocks.checked_next_multiple_of(self.block_alignment.into())?;
        Some(blocks.checked_mul(self.bits_per_block.into())?.div_ceil(8))
    }
}

impl ChromaSubsampling {
    /// Pixels per chroma sample, horizontally and vertically; (1, 1) without chroma.
    pub const fn factors(self) -> (usize, usize) {
        match self {
            ChromaSubsampling::None | ChromaSubsampling::Yuv444 => (1, 1),
            ChromaSubsampling::Yuv422 => (2, 1),
            ChromaSubsampling::Yuv420 => (2, 2),
        }
    }
}

fn compressed_name(fourcc: FourCc) -> Option<&'static str> {
    table::COMPRESSED.iter().find(|row| row.0 == fourcc).map(|row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookups_tell_unknown_from_undocumented() {
        assert_eq!(PixelFormat::require(format::YUV420_PLANAR).unwrap().name, "420YpCbCr8Planar");
        let compressed = PixelFormat::require(FourCc::new(*b"&8v0")).unwrap_err();
        assert!(matches!(compressed, Error::NoPublicLayout(..)), "{compressed}");
        let unknown = PixelFormat::require(FourCc::new(*b"nope")).unwrap_err();
        assert_eq!(unknown, Error::UnknownPixelFormat(FourCc::new(*b"nope")));
        assert_eq!(unknown.status(), -6680);
        assert_eq!(PixelFormat::compressed().len(), 14);
    }

    #[test]
    fn rows_of_the_table_are_consistent() {
        for row in PixelFormat::all() {
            let name = row.name;
            assert_eq!(PixelFormat::find(row.fourcc), Some(row), "{name} has a code of its own");
            assert_eq!(row.planar, row.planes.len() > 1, "{name}");
            assert_eq!(row.is_ycbcr(), row.chroma != ChromaSubsampling::None, "{name}");
            for plane in row.planes {
                assert_eq!(plane.bits_per_block % 8, 0, "{name}");
                if !plane.black_block.is_empty() {
                    assert_eq!(plane.black_block.len() * 8, usize::from(plane.bits_per_block), "{name}");
                } else {
                    assert_eq!(row.model, ColorModel::Indexed, "{name}");
                }
                let factors = (plane.horizontal_subsampling.into(), plane.vertical_subsampling.into());
                assert!(factors == (1, 1) || factors == row.chroma.factors(), "{name}");
            }
        }
    }

    #[test]
    fn ranges_have_strings() {
        for (range, string) in
            [(Range::Video, "VideoRange"), (Range::Full, "FullRange"), (Range::Wide, "WideRange")]
        {
            assert_eq!(range.string(), Some(string));
            assert_eq!(Range::from_string(string), Some(range));
        }
        assert_eq!(Range::Extended.string(), None);
        assert_eq!(Range::from_string("Full"), None);
    }

    #[track_caller]
    fn check_row_bytes(fourcc: &[u8; 4], plane: usize, width: usize, expected: usize) {
        let row = PixelFormat::find(FourCc::new(*fourcc)).unwrap();
        assert_eq!(row.planes[plane].row_bytes(width), Some(expected));
    }

    #[test]
    fn row_bytes_count_whole_blocks() {
        check_row_bytes(b"y420", 0, 7, 7);
        check_row_bytes(b"y420", 1, 7, 4);
        check_row_bytes(b"420v", 1, 7, 8);
        check_row_bytes(b"x420", 1, 7, 16);
        check_row_bytes(b"2vuy", 0, 7, 16);
        check_row_bytes(b"BGRA", 0, 7, 28);
        check_row_bytes(b"24BG", 0, 7, 21);
        // Rows of v210 are padded to 48 pixels.
        check_row_bytes(b"v210", 0, 1, 128);
        check_row_bytes(b"v210", 0, 48, 128);
        check_row_bytes(b"v210", 0, 49, 256);
        check_row_bytes(b"v210", 0, 1920, 5120);
        check_row_bytes(b"btp2", 0, 9, 24);
        assert_eq!(PixelFormat::find(FourCc(1)).unwrap().planes[0].row_bytes(9), Some(2));
        assert_eq!(PixelFormat::find(FourCc(4)).unwrap().planes[0].row_bytes(9), Some(5));
    }

    #[test]
    fn sizes_that_do_not_fit_are_noticed() {
        let row = PixelFormat::find(format::RGBA_FLOAT).unwrap();
        assert_eq!(row.planes[0].row_bytes(usize::MAX), None);
        assert_eq!(row.planes[0].row_bytes(usize::MAX / 128), Some(usize::MAX / 128 * 16));
    }
}
