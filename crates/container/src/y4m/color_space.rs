use std::fmt;

use vitascope_core::{ChromaLocation, FourCc};

/// Chroma planes relative to the luma plane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChromaSampling {
    /// No chroma planes.
    Monochrome,
    /// Half the width and half the height, both rounded up.
    Yuv420,
    /// Half the width, rounded up.
    Yuv422,
    /// Full size.
    Yuv444,
}

impl fmt::Display for ChromaSampling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Monochrome => "monochrome",
            Self::Yuv420 => "4:2:0",
            Self::Yuv422 => "4:2:2",
            Self::Yuv444 => "4:4:4",
        })
    }
}

/// What a `C` tag says: chroma sampling, depth and siting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ColorSpace {
    /// Chroma sampling.
    pub sampling: ChromaSampling,
    /// Bits per sample: 8, 10, 12 or 16.
    pub bits: u32,
    /// Where the chroma samples of 4:2:0 lie, when the tag says so.
    pub siting: Option<ChromaLocation>,
}

/// One row: the tag's value and its meaning. 420jpeg stands before 420, so that it is the name the writer finds.
const NAMES: &[(&str, ChromaSampling, u32, Option<ChromaLocation>)] = {
    use ChromaSampling::*;
    &[
        ("420jpeg", Yuv420, 8, Some(ChromaLocation::Center)),
        ("420mpeg2", Yuv420, 8, Some(ChromaLocation::Left)),
        ("420paldv", Yuv420, 8, Some(ChromaLocation::Dv420)),
        ("420", Yuv420, 8, Some(ChromaLocation::Center)),
        ("422", Yuv422, 8, None),
        ("444", Yuv444, 8, None),
        ("mono", Monochrome, 8, None),
        ("420p10", Yuv420, 10, None),
        ("422p10", Yuv422, 10, None),
        ("444p10", Yuv444, 10, None),
        ("mono10", Monochrome, 10, None),
        ("422p12", Yuv422, 12, None),
        ("444p12", Yuv444, 12, None),
        ("mono12", Monochrome, 12, None),
        ("422p14", Yuv422, 14, None),
        ("444p14", Yuv444, 14, None),
        ("422p16", Yuv422, 16, None),
        ("444p16", Yuv444, 16, None),
        ("mono16", Monochrome, 16, None),
    ]
};

/// A pixel format that holds the samples of a y4m picture.
struct FormatRow {
    format: FourCc,
    sampling: ChromaSampling,
    bits: u32,
    /// `None`: the format does not fix the range.
    full_range: Option<bool>,
}

/// The first row that fits is what the reader makes.
const FORMATS: &[FormatRow] = {
    use ChromaSampling::*;
    const fn row(name: &[u8; 4], sampling: ChromaSampling, bits: u32, full_range: Option<bool>) -> FormatRow {
        FormatRow { format: FourCc::new(*name), sampling, bits, full_range }
    }
    &[
        row(b"y420", Yuv420, 8, Some(false)),
        row(b"f420", Yuv420, 8, Some(true)),
        row(b"420v", Yuv420, 8, Some(false)),
        row(b"420f", Yuv420, 8, Some(true)),
        row(b"422v", Yuv422, 8, Some(false)),
        row(b"422f", Yuv422, 8, Some(true)),
        row(b"444v", Yuv444, 8, Some(false)),
        row(b"444f", Yuv444, 8, Some(true)),
        row(b"x420", Yuv420, 10, Some(false)),
        row(b"xf20", Yuv420, 10, Some(true)),
        row(b"x422", Yuv422, 10, Some(false)),
        row(b"xf22", Yuv422, 10, Some(true)),
        row(b"x444", Yuv444, 10, Some(false)),
        row(b"xf44", Yuv444, 10, Some(true)),
        row(b"sv22", Yuv422, 16, Some(false)),
        row(b"sv44", Yuv444, 16, Some(false)),
        row(b"L008", Monochrome, 8, None),
        row(b"L010", Monochrome, 10, None),
        row(b"L012", Monochrome, 12, None),
        row(b"L016", Monochrome, 16, None),
    ]
};

/// The names accepted, for messages.
pub(super) const ACCEPTED: &str = "accepted: 420jpeg 420mpeg2 420paldv 420 422 444 mono 420p10 422p10 444p10 mono10 \
    422p12 444p12 mono12 422p14 444p14 422p16 444p16 mono16; 4:2:0 has 8 or 10 bits, and there is neither 4:1:1 nor alpha";

impl ColorSpace {
    /// 4:2:0 with 8 bits and the siting of JPEG, which is what a stream without a `C` tag holds.
    pub const DEFAULT: Self =
        Self { sampling: ChromaSampling::Yuv420, bits: 8, siting: Some(ChromaLocation::Center) };

    /// The colour space named by a `C` tag, or by the older `XYSCSS` tag, which is the same in capitals.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().find(|row| row.0.eq_ignore_ascii_case(name)).map(|&(_, sampling, bits, siting)| Self {
            sampling,
            bits,
            siting,
        })
    }

    /// The value of the `C` tag. Chroma at the top left is `420paldv`, at the bottom left `420mpeg2`; any other siting without a name
    /// is `420jpeg`, the format's default.
    pub fn name(&self) -> Option<&'static str> {
        let siting = match self.siting {
            Some(ChromaLocation::TopLeft) => Some(ChromaLocation::Dv420),
            Some(ChromaLocation::BottomLeft) => Some(ChromaLocation::Left),
            siting => siting,
        };
        let same = |row: &&(&str, ChromaSampling, u32, _)| row.1 == self.sampling && row.2 == self.bits;
        NAMES
            .iter()
            .filter(same)
            .find(|row| row.3 == siting)
            .or_else(|| NAMES.iter().find(same))
            .map(|row| row.0)
    }

    /// The pixel format whose values are exactly those of this colour space. `None`: the format table has no such
    /// format (there is no 4:2:0 above 10 bits, and 16-bit words of 4:2:2 and 4:4:4 are video range only).
    ///
    /// Above 8 bits the pixel formats hold the sample in the high bits of the word, so that 12 and 14 bits fit a
    /// 16-bit format.
    pub fn pixel_format(&self, full_range: bool) -> Option<FourCc> {
        let exact = |row: &&FormatRow| {
            row.sampling == self.sampling && row.full_range.is_none_or(|r| r == full_range)
        };
        FORMATS
            .iter()
            .filter(exact)
            .find(|row| row.bits == self.bits || (row.bits == 16 && matches!(self.bits, 12 | 14)))
            .map(|row| row.format)
    }

    /// The colour space and range (`true`: full, `None`: the format does not say) of a pixel format; `None` when
    /// y4m has no name for it.
    pub fn of_pixel_format(format: FourCc) -> Option<(Self, Option<bool>)> {
        let row = FORMATS.iter().find(|row| row.format == format)?;
        Some((Self { sampling: row.sampling, bits: row.bits, siting: None }, row.full_range))
    }

    /// Bytes of one sample in the stream.
    pub fn bytes_per_sample(&self) -> usize {
        if self.bits > 8 { 2 } else { 1 }
    }

    /// Width and height of a chroma plane, `None` for monochrome.
    pub fn chroma_size(&self, width: usize, height: usize) -> Option<(usize, usize)> {
        match self.sampling {
            ChromaSampling::Monochrome => None,
            ChromaSampling::Yuv420 => Some((width.div_ceil(2), height.div_ceil(2))),
            ChromaSampling::Yuv422 => Some((width.div_ceil(2), height)),
            ChromaSampling::Yuv444 => Some((width, height)),
        }
    }

    /// Bytes of one picture in the stream. The sides are at most [`MAX_SIDE`](super::MAX_SIDE), so that this cannot
    /// overflow.
    pub fn frame_bytes(&self, width: usize, height: usize) -> u64 {
        let chroma = self.chroma_size(width, height).map_or(0, |(w, h)| 2 * w as u64 * h as u64);
        (width as u64 * height as u64 + chroma) * self.bytes_per_sample() as u64
    }
}
