//! Kinds of output and the pixel formats that each holds.

use std::path::Path;

use vitascope::container::y4m::ColorSpace;
use vitascope::core::{ChromaSubsampling, FourCc, PixelFormat, format};

use crate::failure::Failure;
use crate::input::is_standard_stream;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutputKind {
    Y4m,
    Png,
    Raw,
}

impl OutputKind {
    /// By the name's ending; standard output gets y4m.
    pub(super) fn of(path: &Path) -> Result<OutputKind, Failure> {
        if is_standard_stream(path) {
            return Ok(OutputKind::Y4m);
        }
        match ending(path).as_deref() {
            Some("y4m") => Ok(OutputKind::Y4m),
            Some("png") => Ok(OutputKind::Png),
            Some("raw" | "yuv") => Ok(OutputKind::Raw),
            _ => Err(Failure::Usage(format!(
                "{}: convert writes .y4m .png .raw by ending, or - for y4m on standard output",
                path.display()
            ))),
        }
    }

    /// Whether files of this kind can hold the format as it is.
    pub(super) fn holds(self, format: FourCc) -> bool {
        match self {
            OutputKind::Y4m => ColorSpace::of_pixel_format(format).is_some(),
            OutputKind::Png => PNG_FORMATS.contains(&format),
            OutputKind::Raw => true,
        }
    }

    /// The format to write pictures of `source` in: the same if that can be held, else the nearest, which leaves out nothing
    /// but alpha where the kind has none.
    pub(super) fn nearest(self, source: FourCc) -> FourCc {
        if self.holds(source) {
            return source;
        }
        let row = PixelFormat::find(source);
        let deep = row.is_some_and(|row| row.bits_per_component > 8);
        let alpha = row.is_some_and(|row| row.alpha_bits > 0);
        let gray = row.is_some_and(|row| !row.is_ycbcr() && !row.is_rgb());
        if self == OutputKind::Y4m && !gray {
            return row.map_or(format::YUV420_PLANAR, nearest_ycbcr);
        }
        match (self, gray, alpha, deep) {
            (OutputKind::Y4m | OutputKind::Png, true, _, true) => format::ONE_COMPONENT_16,
            (OutputKind::Y4m | OutputKind::Png, true, _, false) => format::ONE_COMPONENT_8,
            (_, false, true, true) => format::RGBA64_LE,
            (_, false, true, false) => format::RGBA32,
            (_, false, false, true) => format::RGB48_BE,
            _ => format::RGB24,
        }
    }

    /// The formats that can be held, for messages.
    pub(super) fn accepted(self) -> &'static str {
        match self {
            OutputKind::Y4m => {
                "y420 f420 420v 420f 422v 422f 444v 444f x420 xf20 x422 xf22 x444 xf44 sv22 sv44 L008 L010 L012 L016"
            }
            OutputKind::Png => "24 (RGB) RGBA L008 b48r l64r L016",
            OutputKind::Raw => "every pixel format",
        }
    }
}

/// The Y'CbCr format of y4m with the chroma and the bits of `row`, or the next that has as much of both.
fn nearest_ycbcr(row: &PixelFormat) -> FourCc {
    let full = row.is_ycbcr() && row.is_full_range();
    FourCc::new(match (row.chroma, row.bits_per_component, full) {
        (ChromaSubsampling::Yuv420, ..=8, false) => *b"y420",
        (ChromaSubsampling::Yuv420, ..=8, true) => *b"f420",
        (ChromaSubsampling::Yuv420, _, false) => *b"x420",
        (ChromaSubsampling::Yuv420, _, true) => *b"xf20",
        (ChromaSubsampling::Yuv422, ..=8, false) => *b"422v",
        (ChromaSubsampling::Yuv422, ..=8, true) => *b"422f",
        (ChromaSubsampling::Yuv422, 9..=10, false) => *b"x422",
        (ChromaSubsampling::Yuv422, 9..=10, true) => *b"xf22",
        (ChromaSubsampling::Yuv422, _, _) => *b"sv22",
        (_, ..=8, false) => *b"444v",
        (_, ..=8, true) => *b"444f",
        (_, 9..=10, false) => *b"x444",
        (_, 9..=10, true) => *b"xf44",
        (_, _, _) => *b"sv44",
    })
}

/// The formats of PNG files: red, green, blue of 8 and 16 bits, with alpha and without, and gray.
const PNG_FORMATS: &[FourCc] = &[
    format::RGB24,
    format::RGBA32,
    format::ONE_COMPONENT_8,
    format::RGB48_BE,
    format::RGBA64_LE,
    format::ONE_COMPONENT_16,
];

/// The ending in small letters.
pub(super) fn ending(path: &Path) -> Option<String> {
    path.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_has_a_nearest_format_that_fits() {
        for kind in [OutputKind::Y4m, OutputKind::Png, OutputKind::Raw] {
            for row in PixelFormat::all() {
                assert!(kind.holds(kind.nearest(row.fourcc)), "{kind:?} {}", row.fourcc);
            }
        }
        assert_eq!(OutputKind::Png.nearest(FourCc::new(*b"BGRA")), format::RGBA32);
        assert_eq!(OutputKind::Png.nearest(FourCc::new(*b"x420")), format::RGB48_BE);
        for (source, nearest) in [
            (b"2vuy", b"422v"),
            (b"yuvf", b"422f"),
            (b"v210", b"x422"),
            (b"v216", b"sv22"),
            (b"v308", b"444v"),
            (b"BGRA", b"444v"),
            (b"l10r", b"x444"),
            (b"b64a", b"sv44"),
            (b"v0a8", b"y420"),
        ] {
            assert_eq!(OutputKind::Y4m.nearest(FourCc::new(*source)), FourCc::new(*nearest));
        }
    }

    #[test]
    fn accepted_formats_are_named() {
        for kind in [OutputKind::Y4m, OutputKind::Png] {
            for row in PixelFormat::all().iter().filter(|row| kind.holds(row.fourcc)) {
                let name = row.fourcc.to_string();
                let named = kind.accepted().split(' ').any(|word| word == name.trim_matches('\''));
                assert!(named, "{kind:?} holds {name}");
            }
        }
    }
}
